"""How figures are shown: rounded once, bounds outwards, null with a reason."""

from fractions import Fraction

import pytest
from hypothesis import given
from hypothesis import strategies as st

from etf_analytics.rendering import Missing, basis_points, change, percent, points, ratio, rendered, usd, whole
from etf_common.codes import Reason
from tests.unit.analytics_cases import exact

fractions_of_one = st.floats(0.0, 1.0)


def test_each_figure_has_its_unit_and_decimals() -> None:
    assert percent(0.0619) == 6.19
    assert percent(1 / 3) == 33.333333
    assert points(0.0381234) == 381.234
    assert basis_points(0.00031234567) == 3.1235
    assert ratio(2 / 3) == 0.666667
    assert usd(1234.567) == 1234.57
    assert whole(7) == 7


@given(low=fractions_of_one, more=fractions_of_one)
def test_bounds_are_rounded_outwards(low: float, more: float) -> None:
    shown = percent(low, low + more)

    if isinstance(shown, dict):
        noise = Fraction(1, 10**10)
        assert exact(shown["low"]) <= 100 * Fraction(low) + noise
        assert exact(shown["high"]) >= 100 * Fraction(low + more) - noise
        assert shown["high"] - shown["low"] <= 100 * more + 2.1e-6
    else:
        assert more < 1e-12


@pytest.mark.parametrize(
    ("low", "high", "shown"),
    [
        (0.1, 0.2, {"low": 10.0, "high": 20.0}),
        (0.1 + 0.2, 0.7, {"low": 30.0, "high": 70.0}),  # 0.30000000000000004 is 0.3
        (0.123456784, 0.123456786, {"low": 12.345678, "high": 12.345679}),
        (0.1, 0.1, 10.0),
        (0.3, 0.1 + 0.2, 30.0),
    ],
)
def test_bounds_that_are_equal_are_a_number(low: float, high: float, shown: object) -> None:
    assert percent(low, high) == shown


def test_zero_has_no_sign() -> None:
    assert str(percent(-1e-12)) == "0.0"
    assert str(percent(-0.0, 0.5)) == "{'low': 0.0, 'high': 50.0}"


def test_what_has_no_limit_is_missing() -> None:
    assert percent(0.5, float("inf")) == Missing(Reason.TOTAL_UNKNOWN)
    assert points(float("-inf"), float("inf")) == Missing(Reason.TOTAL_UNKNOWN)
    assert whole(3, float("inf")) == Missing(Reason.TOTAL_UNKNOWN)


def test_a_change_holds_whatever_is_unseen_on_either_side() -> None:
    assert change((0.5, 0.75), (0.25, 0.375)) == (0.125, 0.5)


def test_an_answer_names_the_path_of_what_is_missing() -> None:
    tree = {
        "a": 1,
        "b": {"c": Missing(Reason.NO_LINES), "d": None},
        "rows": [{"e": Missing(Reason.ORDER_BROKEN)}, {"e": Missing(Reason.ORDER_BROKEN)}],
    }

    assert rendered(tree) == {
        "a": 1,
        "b": {"c": None, "d": None},
        "rows": [{"e": None}, {"e": None}],
        "reasons": {"b.c": "no_lines", "rows.e": "order_broken"},
    }
