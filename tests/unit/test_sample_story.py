"""The sample funds' story: what a week of it shows, and that lists, quotes and the stated truth agree."""

import hashlib
import json
import re
from collections.abc import Iterator
from datetime import date
from decimal import Decimal
from itertools import pairwise

import pytest

from etf_common.config import DEFAULT_SYMBOLS
from sample_portal.funds import Row, fund
from sample_portal.portfolios import PORTFOLIOS
from sample_portal.rhythm import ANCHOR, session_date, session_number
from sample_portal.sessions import close_of, session_after
from sample_portal.story import holdings_date
from sample_portal.truth import Change, Trade, change, main

SYMBOLS = DEFAULT_SYMBOLS
STOCK_INDEX_FUNDS = ("VTI", "VOO", "QQQ", "SPY", "VEA")
WEEKS = [-400, -63, -4, -3, 0, 1, 2, 3, 26, 200, 700]
"""The session numbers with which these weeks of five holdings dates begin: around the anchor, and far from it."""
CASH_AND_FUTURES = {"U.S. Dollar", "Euro", "Japanese Yen", "Hong Kong Dollar", "Receivables for Securities Sold",
                    "Payables for Securities Bought", "Dividends Receivable", "Tax Reclaims Receivable",
                    "Mktliq 12/31/2049"}  # fmt: skip
AT_ANCHOR = {
    "VTI": ("2026-11-18", "317.23", "5bb06afcb9e43ab1"),
    "VOO": ("2026-11-18", "594.69", "a53f7adfed1b7fb4"),
    "QQQ": ("2026-11-19", "571.19", "96fe698a714bd397"),
    "SPY": ("2026-11-19", "646.77", "e906795175e3194f"),
    "VEA": ("2026-11-18", "64.96", "512233b970d27e8f"),
    "VWO": ("2026-11-18", "57.25", "7e05089ff524cc47"),
    "BND": ("2026-11-18", "73.46", "2d93460c8f2666ba"),
    "GLD": ("2026-11-19", "376.29", "c364b03486af0c81"),
}


def rows_of(symbol: str, as_of: date) -> dict[tuple[str, str], Row]:
    """The list with this holdings date, as the portal shows it."""
    day = session_date(session_number(as_of) + PORTFOLIOS[symbol].holdings_lag)
    found = fund(symbol, day)
    assert found is not None
    assert found.holdings_as_of == as_of
    return {(row.symbol, row.name): row for row in found.rows}


def is_counted(row: Row) -> bool:
    return row.name not in CASH_AND_FUTURES and "Future" not in row.name and "MSCI" not in row.name


def days_of(week: int) -> list[date]:
    return [session_date(week + number) for number in range(5)]


def changes_of(symbol: str, week: int) -> list[Change]:
    return [change(symbol, *pair) for pair in pairwise(days_of(week))]


def trades_of(found: Change) -> tuple[Trade, ...]:
    return (*found.added, *found.removed, *found.increased, *found.decreased)


def known_pairs() -> Iterator[tuple[str, date, date]]:
    """Two dates of each fund: next to each other, a week apart, and over the turn of a year."""
    for symbol in SYMBOLS:
        for first, last in [(-1, 0), (0, 1), (1, 2), (2, 3), (-1, 3), (300, 304)]:
            yield symbol, session_date(first), session_date(last)
        yield symbol, date(2026, 12, 31), date(2027, 1, 4)


# ---- the anchor


@pytest.mark.parametrize("symbol", SYMBOLS)
def test_the_lists_of_the_anchor_date_are_the_known_ones(symbol: str) -> None:
    found = fund(symbol, ANCHOR)

    assert found is not None
    digest = hashlib.sha256(repr([tuple(row) for row in found.rows]).encode()).hexdigest()[:16]
    assert (str(found.holdings_as_of), str(found.quote.last_price), digest) == AT_ANCHOR[symbol]


def test_sessions_are_counted_without_a_gap_over_holidays_and_years() -> None:
    day = date(2024, 12, 20)
    for number in range(session_number(day), session_number(day) + 800):
        assert (session_number(day), session_date(number)) == (number, day)
        day = session_after(day)
    assert session_number(date(2026, 11, 19)) == 0


# ---- a week shows it all


@pytest.mark.parametrize("week", WEEKS)
@pytest.mark.parametrize("symbol", STOCK_INDEX_FUNDS)
def test_in_any_week_an_index_fund_flows_trades_and_is_reconstituted_on_one_day(symbol: str, week: int) -> None:
    changes = changes_of(symbol, week)

    assert any(abs(found.baskets[0].factor - 1) > 0.0004 for found in changes)
    (traded,) = [found for found in changes if found.increased or found.decreased]
    (reconstituted,) = [found for found in changes if found.added]
    assert traded == reconstituted
    assert len(traded.added) == len(traded.removed) == (2 if symbol == "QQQ" else 1)


@pytest.mark.parametrize("week", WEEKS)
def test_in_any_week_one_company_splits_its_shares_in_all_funds_that_hold_it(week: int) -> None:
    splits = {symbol: [found.splits for found in changes_of(symbol, week)] for symbol in ("VTI", "VOO", "QQQ", "SPY")}

    assert splits["VTI"] == splits["VOO"] == splits["QQQ"] == splits["SPY"]
    (split,) = [split for day in splits["VTI"] for split in day]
    assert split.ratio == pytest.approx(10 if abs(week) < 200 else split.ratio)
    assert not any(found.splits for symbol in ("VEA", "VWO", "BND", "GLD") for found in changes_of(symbol, week))


@pytest.mark.parametrize("week", WEEKS)
@pytest.mark.parametrize("symbol", ["VWO", "BND"])
def test_a_fund_that_samples_its_index_trades_every_day(symbol: str, week: int) -> None:
    for found in changes_of(symbol, week):
        assert len(found.increased) + len(found.decreased) >= 5


def test_creations_move_a_second_basket_of_the_emerging_markets_fund() -> None:
    changes = [found for week in WEEKS for found in changes_of("VWO", week)]

    two = [found for found in changes if len(found.baskets) == 2]
    assert len(two) > len(changes) / 2
    assert all(first.lines > second.lines > 400 for first, second in (found.baskets for found in two))


def test_the_gold_fund_takes_flows_in_and_does_nothing_else() -> None:
    for found in changes_of("GLD", 0):
        assert found.baskets[0].lines == 1
        assert found.unchanged_count == 1
        assert trades_of(found) == ()


# ---- the truth is in the lists


@pytest.mark.parametrize(("symbol", "before", "after"), [*known_pairs()])
def test_two_lists_differ_by_what_the_truth_states_and_by_nothing_else(symbol: str, before: date, after: date) -> None:
    truth = change(symbol, before, after)
    old, new = rows_of(symbol, before), rows_of(symbol, after)

    added = {key for key, row in new.items() if key not in old and is_counted(row)}
    removed = {key for key, row in old.items() if key not in new and is_counted(row)}
    assert {(trade.symbol, trade.name) for trade in truth.added} == added
    assert {(trade.symbol, trade.name) for trade in truth.removed} == removed
    traded = {(trade.symbol, trade.name): trade for trade in (*truth.increased, *truth.decreased)}
    ratios = {(split.symbol, split.name): split.ratio for split in truth.splits}
    in_no_basket = []
    for key in old.keys() & new.keys():
        if not is_counted(old[key]):
            continue
        shares, now = int(old[key].shares or 0) * ratios.get(key, 1), int(new[key].shares or 0)
        left = [now - shares * basket.factor for basket in truth.baskets]
        # Both numbers are rounded to whole shares, and a split multiplies what was rounded before it.
        rounding = 0.5 * (1 + ratios.get(key, 1) * max(basket.factor for basket in truth.baskets)) + 1e-6
        if key in traded:
            assert min(abs(rest - traded[key].traded_shares) for rest in left) <= rounding + 0.5
            assert (traded[key].shares_from, traded[key].shares_to) == (old[key].shares, now)
        elif min(map(abs, left)) > rounding:
            in_no_basket.append((key, left))
    assert in_no_basket == []


@pytest.mark.parametrize(("symbol", "before", "after"), [*known_pairs()])
def test_the_quote_moves_as_the_weighted_prices_of_the_list_do(symbol: str, before: date, after: date) -> None:
    truth = change(symbol, before, after)
    old, new = rows_of(symbol, before), rows_of(symbol, after)
    ratios = {(split.symbol, split.name): split.ratio for split in truth.splits}

    def price(row: Row) -> float:
        return float(row.market_value or 0) / float(row.shares or 1)

    contributions = [
        float(old[key].market_value or 0) * (price(new[key]) * ratios.get(key, 1) / price(old[key]) - 1)
        for key in old.keys() & new.keys()
    ]
    total = sum(float(row.market_value or 0) for row in old.values())
    of_list = sum(contributions) / total * 100

    found = fund(symbol, before)
    assert found is not None
    cents = 100 * 0.01 / float(found.quote.last_price)
    uncovered = sum(abs(float(old[key].market_value or 0)) for key in old.keys() - new.keys()) / total * 100
    assert truth.quote_change_pct == pytest.approx(truth.price_change_pct, abs=cents + 0.002)
    assert of_list == pytest.approx(truth.price_change_pct, abs=0.001 + 0.1 * uncovered)


def test_a_security_moves_alike_in_every_fund() -> None:
    before, after = session_date(0), session_date(3)
    voo, *others = (change(symbol, before, after).price_changes for symbol in ("VOO", "VTI", "SPY", "QQQ"))

    for other in others:
        common = voo.keys() & other.keys() - {("USD", "U.S. Dollar")}
        assert len(common) > 80
        assert max(abs(voo[key] - other[key]) for key in common) < 1e-9
        assert len({round(other[key], 6) for key in common}) > 0.9 * len(common), "securities move apart"


@pytest.mark.parametrize("symbol", SYMBOLS)
def test_lists_stay_whole_on_every_day(symbol: str) -> None:
    for number in (-600, -30, 0, 1, 2, 3, 4, 45, 400, 1200):
        rows = list(rows_of(symbol, session_date(number)).values())
        weights = [row.weight_pct or Decimal(0) for row in rows]
        at_anchor = fund(symbol, ANCHOR)

        assert at_anchor is not None
        assert len(rows) == len(at_anchor.rows)
        assert weights == sorted(weights, reverse=True)
        assert Decimal(98) <= sum(weights) <= Decimal("100.5")
        total = sum(row.market_value or 0 for row in rows)
        for row in rows:
            assert row.shares
            assert float(row.weight_pct or 0) == pytest.approx(float((row.market_value or 0) / total * 100), abs=0.0051)


@pytest.mark.parametrize("symbol", SYMBOLS)
def test_every_price_moves_from_one_day_to_the_next(symbol: str) -> None:
    old, new = (rows_of(symbol, session_date(number)) for number in (3, 4))

    common = [key for key in old.keys() & new.keys() if is_counted(old[key])]
    still = [key for key in common if old[key].market_value == new[key].market_value]
    assert len(common) >= 1
    assert still == []


@pytest.mark.parametrize("symbol", ["QQQ", "SPY"])
def test_cash_does_not_follow_the_flows(symbol: str) -> None:
    for number in range(-30, 30):
        days = session_date(number), session_date(number + 1)
        (basket,) = change(symbol, *days).baskets
        if abs(basket.factor - 1) > 0.0004:
            before, after = (int(rows_of(symbol, day)["USD", "U.S. Dollar"].shares or 0) for day in days)
            assert abs(after / before - basket.factor) > 0.0004 or before == after


@pytest.mark.parametrize("year", [2024, 2026, 2027, 2031])
def test_no_bond_has_fallen_due_and_most_stay_over_the_turn_of_a_year(year: int) -> None:
    last, first = (session_number(date(year, 12, 31)) + number for number in (0, 1))
    old, new = (rows_of("BND", session_date(number)) for number in (last, first))

    due = [int(match[0]) for _, name in new if (match := re.search(r"(?<=/)20\d\d$", name))]
    assert len(due) > 3_900
    assert min(due) > year + 1
    assert 100 < len(old.keys() - new.keys()) < 200


# ---- how it is asked for


def test_between_a_date_and_itself_nothing_happened() -> None:
    found = change("VWO", session_date(0), session_date(0))

    assert [basket.factor for basket in found.baskets] == [1.0]
    assert (trades_of(found), found.splits) == ((), ())
    assert (found.price_change_pct, found.quote_change_pct) == (0, 0)


def test_what_is_no_holdings_date_is_refused() -> None:
    saturday, monday = date(2026, 11, 21), date(2026, 11, 23)
    assert close_of(saturday) is None

    with pytest.raises(ValueError, match="no session"):
        change("QQQ", saturday, monday)
    with pytest.raises(ValueError, match="is after"):
        change("QQQ", monday, date(2026, 11, 20))
    with pytest.raises(KeyError):
        change("AAPL", monday, monday)


def test_the_truth_is_printed_as_json(capsys: pytest.CaptureFixture[str]) -> None:
    main(["QQQ", "2026-11-23", "2026-11-24"])

    printed = json.loads(capsys.readouterr().out)
    assert printed == change("QQQ", date(2026, 11, 23), date(2026, 11, 24)).as_json()
    assert (printed["symbol"], printed["from"], printed["to"]) == ("QQQ", "2026-11-23", "2026-11-24")
    assert len(printed["added"]) == 2
    assert printed["baskets"][0]["lines"] == 98


def test_a_wrong_date_is_one_line_for_the_caller(capsys: pytest.CaptureFixture[str]) -> None:
    with pytest.raises(SystemExit) as ended:
        main(["QQQ", "2026-11-21", "2026-11-24"])

    assert ended.value.code == 2
    assert "2026-11-21 has no session" in capsys.readouterr().err


def test_the_portal_and_the_story_agree_on_the_holdings_date() -> None:
    for symbol in SYMBOLS:
        for day in (date(2026, 11, 20), date(2026, 11, 22), date(2026, 12, 1)):
            found = fund(symbol, day)
            assert found is not None
            assert found.holdings_as_of == holdings_date(PORTFOLIOS[symbol], day)
