"""Whatever stands in two lists, there is an answer in JSON, and no number in it is infinite."""

import json
import math
from typing import Any

from hypothesis import given
from hypothesis import strategies as st

from etf_analytics import attribution, closing_quotes, fund_changes, on_date, portfolio_changes, positions_of, prepare
from tests.unit.analytics_cases import snapshot
from tests.unit.two_dates_cases import FROM, TO

AMOUNTS = st.sampled_from([None, 0, 1, -5, 5e-324, 1e-300, 1e9, 1e15, 1e16, math.inf, math.nan, 100, 2.5])
ROWS = st.fixed_dictionaries(
    {
        "symbol": st.sampled_from([None, "", "A", "B", "FB", "META", "X" * 30, "037833100"]),
        "name": st.sampled_from([None, "", "A Inc", "B PLC", "Treasury 4% 11/15/2034", "Meta Platforms", "x" * 500]),
        "weight_pct": st.sampled_from([None, 0, 1e-13, 0.004, 1, 5, -3, 1e5, math.nan]),
        "shares": AMOUNTS,
        "market_value_usd": AMOUNTS,
        "asset_class": st.sampled_from(["equity", "etf", "bond", "cash", "derivative", "other"]),
    }
)


@st.composite
def two_lists(draw: st.DrawFn) -> tuple[dict[str, Any], dict[str, Any]]:
    """The second repeats much of the first; either can be cut, and dates can be no dates."""
    before = draw(st.lists(ROWS, max_size=10))
    after = [draw(st.sampled_from([row, draw(ROWS)])) for row in before] + draw(st.lists(ROWS, max_size=2))
    first, second = draw(st.sampled_from([(FROM, TO), (FROM, FROM), ("no date", TO), ("", "")]))
    return snapshot(before, holdings_as_of=first), snapshot(
        after, holdings_as_of=second, reported=draw(st.sampled_from([-1, None, 50]))
    )


@given(two_lists())
def test_two_lists_always_have_an_answer(lists: tuple[dict[str, Any], dict[str, Any]]) -> None:
    before, after = map(on_date, lists)
    first, second = ({"FUND": prepare(each)} for each in lists)

    answers = (
        fund_changes(before, after),
        attribution(before, after, closing_quotes([lists[0]["summary"], {}, {"as_of": "x", "session": "close"}])),
        portfolio_changes(positions_of({"FUND": 1.0}, in_usd=False), first, second),
    )

    for answer in answers:
        json.dumps(answer, allow_nan=False)
