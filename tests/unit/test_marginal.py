"""A share of one mixture put in place of the same share of another, by hand."""

import pytest

from etf_analytics.exposures import Exposures
from etf_analytics.funds import prepare
from etf_analytics.marginal import hhi_change, top_change
from tests.unit.analytics_cases import fund_of, row, snapshot

WHOLE = Exposures.of(prepare(fund_of({"X": 60.0, "Y": 40.0})))
OTHER = Exposures.of(prepare(fund_of({"Y": 50.0, "Z": 50.0})))
# One more line each: at most 50 %, and 43 % that are left to 103 %.
HALF = Exposures.of(prepare(snapshot([row("X", 50.0)], reported=2)))
MOST = Exposures.of(prepare(snapshot([row("Z", 60.0)], reported=2)))


def test_complete_lists_change_by_one_number() -> None:
    # Half and half: X 30, Y 45, Z 25.
    expected = 0.30**2 + 0.45**2 + 0.25**2 - 0.60**2 - 0.40**2

    assert hhi_change(WHOLE, OTHER, 0.5) == pytest.approx((expected, expected))


def test_unseen_lines_can_meet_each_other_and_what_is_listed() -> None:
    low, high = hhi_change(HALF, MOST, 0.5)

    product = 50 * 43 + 60 * 50 + 50 * 43
    assert high * 10_000 == pytest.approx((60**2 + 43**2) / 4 + product / 2 - 50**2 * 3 / 4)
    assert low * 10_000 == pytest.approx(60**2 / 4 - (50**2 + 50**2) * 3 / 4)


def test_the_largest_move_by_no_more_than_the_share() -> None:
    assert top_change(HALF, MOST, 0.1, 2) == pytest.approx((-0.1 * 1.0, 0.1 * (1.03 - 0.5)))
