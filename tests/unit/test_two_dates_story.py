"""The sample funds' story, read back from their lists: as `sample_portal.truth` tells it, or null with a reason.

The lists go the whole way: rendered by the sample portal, read by the parser, stored as a snapshot.
"""

import json
from collections.abc import Mapping
from datetime import date, timedelta
from functools import lru_cache
from typing import Any

import pytest

from etf_analytics import attribution, fund_changes, on_date
from sample_portal.funds import fund
from sample_portal.markup import Window, render_page
from sample_portal.module_tree import render_answer
from sample_portal.options import PortalOptions
from sample_portal.portfolios import PORTFOLIOS
from sample_portal.rhythm import session_date, session_number
from sample_portal.truth import Change, Trade, change
from tests.unit.builders import capture
from tests.unit.two_dates_cases import TRADED
from transform.parser import parse

SMALL, LARGE = ("VOO", "QQQ", "SPY", "GLD"), ("VTI", "VEA", "VWO", "BND")
NEW_YEAR = session_number(date(2027, 1, 4))
ON_PAGE, CUT, WHOLE = 20, 100, 4_000
Key = tuple[str, str]

PAIRS = [
    *((symbol, *pair) for symbol in SMALL + LARGE for pair in [(1, 2), (2, 3), (NEW_YEAR - 1, NEW_YEAR)]),
    *((symbol, *pair) for symbol in SMALL for pair in [(-1, 3), (0, 1), (0, 20), (-30, 10), (200, 204), (-400, -399)]),
    ("VWO", 4, 5),  # one of its two baskets did not move
]


@lru_cache(maxsize=64)
def stored(symbol: str, session: int, most: int = WHOLE) -> Mapping[str, Any]:
    """The fund's snapshot with the holdings of a session, of at most so many lines."""
    day = session_date(session + PORTFOLIOS[symbol].holdings_lag)
    found = fund(symbol, day)
    assert found is not None
    options = PortalOptions()
    html = render_page(found, Window(found.rows[:ON_PAGE], 1, len(found.rows)), "token", options)
    part = render_answer(Window(found.rows[:most], 1, len(found.rows)), options)
    fetched_at = f"{day + timedelta(days=1)}T02:00:00Z"
    snapshot = parse(capture(html, part, symbol=symbol, fetched_at=fetched_at, max_holdings=most))
    read: Mapping[str, Any] = json.loads(snapshot.to_bytes())
    return read


def compared(symbol: str, first: int, last: int, most: int = WHOLE) -> tuple[dict[str, Any], Change]:
    answer = fund_changes(*(on_date(stored(symbol, session, most)) for session in (first, last)))
    return answer, change(symbol, session_date(first), session_date(last))


def key_of(row: Mapping[str, Any]) -> Key:
    return row["symbol"] or "", row["name"]


def told_key(line: Any) -> Key:
    """A line of the truth as the parser reads it."""
    return "" if line.symbol == "--" else line.symbol.replace("/", "."), line.name


def trades(told: Change) -> dict[Key, Trade]:
    return {told_key(trade): trade for name in TRADED for trade in getattr(told, name)}


def assert_told(answer: Mapping[str, Any], told: Change) -> None:
    """Each number is the true one, and what has none has a reason."""
    true = trades(told)
    for name in TRADED:
        for row in answer[name] or ():
            assert key_of(row) in true, f"nobody traded {row}"
            shares = row["traded_shares"]
            span = row.get("traded_shares_range", {"low": shares, "high": shares})
            allowed = 2 + 0.00005 * max(row["shares_from"], row["shares_to"])
            assert span["low"] - allowed <= true[key_of(row)].traded_shares <= span["high"] + allowed, row
            assert (shares > 0) is (name in ("added", "increased"))
    for row in answer["undetermined"]:
        assert row["traded_shares"] is None
        assert row["reasons"]["traded_shares"]
    if answer["flow"]["factor"] is not None:
        assert answer["flow"]["factor"] == pytest.approx(told.baskets[0].factor, abs=2e-5)
    moved = [basket.factor for basket in told.baskets if abs(basket.factor - 1) > 0.00004]
    for basket in answer["flow"]["baskets"]:
        assert any(abs(basket["factor"] - factor) < 2e-5 for factor in moved)


@pytest.mark.parametrize(("symbol", "first", "last"), PAIRS)
def test_whole_lists_tell_the_story(symbol: str, first: int, last: int) -> None:
    answer, told = compared(symbol, first, last)

    assert_told(answer, told)
    assert answer["complete"]
    told_of = {key_of(row) for name in (*TRADED, "undetermined") for row in answer[name] or ()}
    assert {*trades(told)} <= told_of, "a trade is missing"
    splits = {(key_of(row), round(row["ratio"], 6)) for row in answer["splits"]}
    assert splits == {(told_key(split), round(split.ratio, 6)) for split in told.splits}
    if symbol in ("VTI", "VOO", "QQQ", "SPY", "VEA"):
        assert answer["undetermined"] == answer["doubts"] == []
        assert answer["unchanged_count"] == told.unchanged_count
        assert (answer["turnover_pct"] == 0.0) is not bool(trades(told))


@pytest.mark.parametrize("symbol", SMALL + LARGE)
@pytest.mark.parametrize("pair", [(2, 3), (NEW_YEAR - 1, NEW_YEAR)])
def test_cut_lists_tell_no_purchase_and_no_sale_of_a_line_outside_them(symbol: str, pair: tuple[int, int]) -> None:
    answer, told = compared(symbol, *pair, CUT)

    assert_told(answer, told)
    if not answer["complete"]:
        assert answer["added"] is answer["removed"] is answer["turnover_pct"] is None
        for row in (*answer["entered_the_list"], *answer["left_the_list"]):
            assert row["traded_shares"] is None


@pytest.mark.parametrize(("symbol", "first", "last"), PAIRS)
def test_returns_are_those_of_the_prices(symbol: str, first: int, last: int) -> None:
    before, after = (on_date(stored(symbol, session)) for session in (first, last))
    told = change(symbol, session_date(first), session_date(last))
    prices = {("" if key[0] == "--" else key[0].replace("/", "."), key[1]): moved
              for key, moved in told.price_changes.items()}  # fmt: skip

    answer = attribution(before, after, {})

    for row in answer["securities"]:
        # Values are in whole dollars, and a short-term bond's change is small.
        assert row["return_pct"] == pytest.approx(prices[key_of(row)], abs=0.02), row
    if answer["covered_pct"] > 99.5:
        assert answer["return_pct"] == pytest.approx(told.price_change_pct, abs=0.05)
