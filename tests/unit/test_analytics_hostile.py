"""Any snapshot that the schema allows gets an answer: no exception, no NaN, no Infinity, nothing missing in silence."""

import json
from typing import Any

import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st

from etf_analytics import (
    Fund,
    analyze_fund,
    analyze_portfolio,
    compare_funds,
    find_holders,
    fund_overlap,
    positions_of,
    prepare,
    securities_of,
)
from etf_common.errors import LayoutError
from tests.unit.analytics_cases import Snapshot, row, snapshot
from tests.unit.builders import Line, answer, capture, page
from transform.parser import parse

CLASSES = ("equity", "etf", "bond", "cash", "derivative", "other")
SYMBOLS = (None, "A", "B", "GOOG", "GOOGL", "F1", "F2", "X9")
ISSUES = ("weight_sum", "value_against_weight", "slipped_between_pages", "order_broken", "of a later version")
SMALL = (0.0, -0.0, 5e-324, 1e-300, -1e-300, 1e-12, 0.004, 0.005, 0.05)
LARGE = (100.0, 1e15, 1e300, -1e300, float("inf"), float("nan"))
floats = st.one_of(st.none(), st.sampled_from(SMALL + LARGE), st.floats(), st.floats(0, 100))
numbers = st.one_of(floats, st.integers(), st.sampled_from([10**400, -(10**400), 2**63]))


@st.composite
def any_rows(draw: st.DrawFn) -> list[dict[str, Any]]:
    rows = []
    for _ in range(draw(st.integers(0, 6))):
        given = row(draw(st.sampled_from(SYMBOLS)), draw(floats), draw(st.sampled_from(CLASSES)))
        given |= {"name": draw(st.sampled_from([None, "", "A Inc", "Alphabet Inc"])), "shares": draw(numbers)}
        given["market_value_usd"] = draw(numbers)
        if draw(st.booleans()):
            given["weight_implied_pct"] = draw(st.floats())
        rows.append(given)
    return sorted(rows, key=lambda line: -(line["weight_pct"] or 0.0)) if draw(st.booleans()) else rows


@st.composite
def any_snapshot(draw: st.DrawFn, symbol: str) -> Snapshot:
    rows = draw(any_rows())
    total = draw(st.one_of(st.none(), st.just(len(rows)), st.integers(0, 50), st.sampled_from([-1, 10**400])))
    given = snapshot(rows, symbol, reported=total, complete=draw(st.booleans()))
    given["quality"]["issues"] = [{"code": code} for code in draw(st.lists(st.sampled_from(ISSUES), max_size=2))]
    prices = {name: draw(floats) for name in ("last_price", "bid", "ask")}
    session = draw(st.sampled_from([None, "close", "intraday"]))
    given["summary"] = {**prices, "session": session, "as_of": draw(st.sampled_from([None, "", "2026-11-20 16:00:00"]))}
    given["holdings_as_of"] = draw(st.sampled_from(["2026-11-18", "2026-11-18", "", "2026-02-30", "yesterday"]))
    given["name"] = draw(st.sampled_from([None, "", "Fund"]))
    return given


def answers(funds: list[Fund]) -> dict[str, dict[str, Any]]:
    """What every public function says of the funds."""
    by_symbol = {fund.symbol: fund for fund in funds}
    amounts = {"F1": 60.0, "F2": 40.0} | {
        symbol: 10.0 for symbol, found in securities_of(["A", "X9"], by_symbol).items() if len(found) == 1
    }
    try:
        portfolio = {"portfolio": analyze_portfolio(positions_of(amounts, in_usd=True), by_symbol)}
    except ValueError as error:  # several securities have the symbol of a position
        assert "securities have this symbol" in str(error)  # noqa: PT017
        portfolio = {}
    return {
        "fund": analyze_fund(funds[0]),
        "overlap": fund_overlap(funds),
        "compare": compare_funds(funds),
        "holders": find_holders("A", funds),
        **portfolio,
    }


def nulls(value: Any, path: str = "") -> set[str]:
    """The dotted paths of what is null, as `reasons` counts them: entries of lists without their index."""
    if isinstance(value, dict):
        return {
            found
            for name, entry in value.items()
            if name != "reasons"
            for found in nulls(entry, f"{path}.{name}" if path else name)
        }
    if isinstance(value, list):
        return {found for entry in value for found in nulls(entry, path)}
    return {path} if value is None else set()


MAY_BE_NULL = ("name", "symbol", "names", "symbols", "source", "as_of", "taxonomy", "reported", "session")
PRICES = ("last_price", "bid", "ask")


@pytest.mark.parametrize("by", ["security", "issuer"])
@settings(max_examples=200)
@given(first=any_snapshot("F1"), second=any_snapshot("F2"))
@example(
    first=snapshot([row("A", 1e-300)], "F1"),
    second=snapshot([row("A", 60.0), row("B", 1e-300)], "F2", reported=9),
)
@example(
    first=snapshot([row("A", 1e308), row("B", 1e308)], "F1", reported=9),
    second=snapshot([row("A", 1000.0)] * 6, "F2", reported=None),
)
def test_no_snapshot_stops_the_analytics_or_gives_what_is_no_number(by: Any, first: Snapshot, second: Snapshot) -> None:
    found = answers([prepare(first, by=by), prepare(second, by=by)])

    for each in found.values():
        assert json.loads(json.dumps(each, allow_nan=False))["reasons"] == each["reasons"]
    figures = found["fund"]
    told = {path.rpartition(".")[2] for path in nulls(figures) - figures["reasons"].keys()}
    assert told <= {*MAY_BE_NULL}


CELLS = (
    "",
    "--",
    "0",
    "0.00",
    "-0.5",
    "6.19",
    "99.99",
    f"0.{'0' * 299}1",
    "9" * 300,
    "1e-300",
    "1e300",
    "$2.3B",
    "N/A",
)
cells = st.one_of(st.sampled_from(CELLS), st.decimals(0, 100, places=2).map(str))


@given(rows=st.lists(st.tuples(st.sampled_from(["A", "B", "", "F1"]), cells, cells, cells), min_size=1, max_size=6))
@example(rows=[("A", "60", "100", "600"), ("B", f"0.{'0' * 299}1", "1", "1")])
def test_whatever_the_parser_reads_the_analytics_answer(rows: list[tuple[str, str, str, str]]) -> None:
    given_lines = [Line(symbol, f"{symbol} Corp", weight, shares, value) for symbol, weight, shares, value in rows]
    try:
        read = parse(capture(page(given_lines), answer(given_lines, f"1 - {len(rows)} of {len(rows)}")))
    except LayoutError:
        return
    stored = json.loads(read.to_bytes())

    for found in answers([prepare({**stored, "symbol": symbol}) for symbol in ("F1", "F2")]).values():
        assert json.loads(json.dumps(found, allow_nan=False))["reasons"] == found["reasons"]
