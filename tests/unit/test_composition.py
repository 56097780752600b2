"""Concentration of complete lists against plain loops over fractions, and of partial ones by hand."""

import pytest
from hypothesis import given

from etf_analytics.composition import concentration, inequality
from etf_analytics.exposures import Exposures
from etf_analytics.funds import prepare
from etf_analytics.rendering import Missing
from etf_common.codes import Reason
from tests.unit import analytics_cases as truth
from tests.unit.analytics_cases import Snapshot, cut, effective, full_funds, fund_of, row, snapshot, weights_of


def figures(given_snapshot: Snapshot, by: str = "security") -> dict[str, object]:
    return concentration(Exposures.of(prepare(given_snapshot, by="issuer" if by == "issuer" else "security")))


@pytest.mark.parametrize("by", ["security", "issuer"])
@given(full=full_funds())
def test_figures_are_those_of_the_definitions(by: str, full: Snapshot) -> None:
    weights = weights_of(full, by)

    found = figures(full, by)

    assert found["hhi"] == pytest.approx(float(truth.hhi(weights)), abs=1e-10)
    assert found["top_pct"] == {
        str(count): pytest.approx(float(truth.top(weights, count) * 100), abs=1e-6) for count in (1, 5, 10, 25, 50)
    }
    if weights:
        assert found["effective_holdings"] == pytest.approx(float(truth.effective(weights)), abs=1e-6)
        assert found["names_to_half"] == truth.names_to_half(weights)
        assert found["gini"] == pytest.approx(float(truth.gini(weights)), abs=1e-6)
        assert found["entropy"] == pytest.approx(truth.entropy(weights), abs=1e-6)
        assert float(truth.effective(weights)) <= float(str(found["effective_entropy"])) + 1e-5 <= len(weights) + 2e-5


@given(full=full_funds())
def test_points_are_what_anybody_can_add_up(full: Snapshot) -> None:
    counted = [line for line in full["holdings"] if line["asset_class"] in truth.COUNTED and line["weight_pct"] > 0]

    assert figures(full)["hhi_points"] == round(sum(line["weight_pct"] ** 2 for line in counted), 6)


def test_a_fund_of_four_equal_lines() -> None:
    found = figures(fund_of(dict.fromkeys("ABCD", 25.0)))

    assert found == {
        "hhi": 0.25,
        "hhi_points": 2500.0,
        "top_pct": {"1": 25.0, "5": 100.0, "10": 100.0, "25": 100.0, "50": 100.0},
        "effective_holdings": 4.0,
        "names_to_half": 2,
        "gini": 0.0,
        "entropy": 1.386294,
        "effective_entropy": 4.0,
        "scaled_to_one": ["effective_holdings", "names_to_half", "gini", "entropy", "effective_entropy"],
    }


def test_a_partial_list_by_hand() -> None:
    # S = 80 %, m = 10 %, U = 23 %: at most two more of 10 % and one of 3 %.
    part = snapshot([row("A", 40.0), row("B", 30.0), row("C", 10.0)], reported=10)

    found = figures(part)

    assert found["hhi_points"] == {"low": 2600.0, "high": 2600.0 + 100 + 100 + 9}
    assert found["top_pct"] == {
        "1": 40.0,
        "5": {"low": 80.0, "high": 100.0},
        "10": {"low": 80.0, "high": 103.0},
        "25": {"low": 80.0, "high": 103.0},
        "50": {"low": 80.0, "high": 103.0},
    }
    # 0.8**2 / 0.26, and 1.03**2 / (0.26 + 0.23**2 / 7) with the unseen 23 % spread over seven lines.
    assert found["effective_holdings"] == {"low": 2.461538, "high": 3.965135}
    assert found["names_to_half"] == {"low": 1, "high": 2}
    assert found["gini"] == Missing(Reason.PARTIAL_LIST)


def test_unlisted_share_classes_of_one_issuer_count_together() -> None:
    # m = 10 %, U = 20 %: GOOG may be unseen, or FOXA and FOX, or others.
    part = snapshot([row("GOOGL", 40.0), row("B", 30.0), row("C", 10.0)], reported=5)

    found = figures(part, "issuer")

    # 2 * 40 * 10 across, and beside it one issuer of 20 (two classes): what both could not reach together is a bound.
    assert found["hhi_points"] == {"low": 2600.0, "high": 2600.0 + 800 + 400}
    assert found["top_pct"]["1"] == {"low": 40.0, "high": 50.0}  # type: ignore[index]


@pytest.mark.parametrize("complete", [True, False])
def test_nothing_counts(complete: bool) -> None:
    found = figures(snapshot([row("USD", 3.0, "cash")], reported=1 if complete else 2))

    assert found["hhi"] == (0.0 if complete else {"low": 0.0, "high": 0.0009})
    assert found["gini"] == Missing(Reason.NO_COUNTED_LINES if complete else Reason.PARTIAL_LIST)
    assert found["effective_holdings"] == found["gini"]


def test_a_missing_weight_leaves_no_figure() -> None:
    found = figures(snapshot([row("A", 3.0), row("B", None)]))

    figures_left = [value for name, value in found.items() if name not in ("scaled_to_one", "top_pct")]
    assert set(figures_left) == {Missing(Reason.WEIGHT_MISSING)}
    assert set(found["top_pct"].values()) == {Missing(Reason.WEIGHT_MISSING)}  # type: ignore[attr-defined]


def test_one_line_is_as_concentrated_as_can_be() -> None:
    assert inequality([0.7]) == {"gini": 0.0, "entropy": 0.0, "effective_entropy": 1.0}
    assert inequality([0.0001] * 9 + [0.9])["gini"] == pytest.approx(0.9, abs=0.01)


def test_unseen_classes_of_one_issuer_can_be_the_largest_name() -> None:
    # Given ten names of 7 % listed, and three classes of one company among the unlisted
    full = snapshot([row(name, 7.0) for name in [*"ABCDEFGHIJ", "LBTYA", "LBTYB", "LBTYK"]])
    low, high = Exposures.of(prepare(cut(full, 10), by="issuer")).effective()
    assert low <= float(effective(weights_of(full, "issuer"))) <= high
