"""What one fund bought and sold between two dates."""

import math
from collections.abc import Sequence
from typing import Any

from etf_analytics.rendering import Missing, Shown, percent, rendered
from etf_analytics.two_dates.comparison import Change, Comparison, compare, removed_shares
from etf_analytics.two_dates.dated import DatedFund
from etf_analytics.two_dates.drift import Drift, drift_of
from etf_analytics.two_dates.pairs import Pair
from etf_analytics.two_dates.rows import Row, Rows, ordered, split_row, traded_usd
from etf_common.codes import Code, Reason

_FACTOR_DECIMALS = 8


def fund_changes(before: DatedFund, after: DatedFund) -> dict[str, Any]:
    """The flow, the trades, and the change of each traded line's weight as drift and trade.

    One fund on two dates, the earlier first; raises ValueError otherwise. Shares are shares, contracts or par value,
    prices are implied (market value / shares, USD), weights are in per cent.
    """
    comparison = compare(before, after)
    drift = drift_of(comparison)
    lists = _lists(comparison, Rows(drift))
    days = comparison.lag_days
    return rendered(
        {
            "symbol": after.head.symbol,
            "name": after.head.name,
            "from": before.head.holdings_as_of,
            "to": after.head.holdings_as_of,
            "lag_days": Missing(Reason.DATE_UNREADABLE) if days is None else days,
            "complete": comparison.complete,
            "turnover_pct": _turnover(comparison),
            "unpriced_pct": percent(drift.assumed_weight) if isinstance(drift, Drift) else drift,
            "unchanged_count": sum(change.traded == 0.0 for change in comparison.changes),
            **{name: rows if isinstance(rows, Missing) else None for name, rows in lists.items()},
        }
    ) | {
        **{name: rows for name, rows in lists.items() if not isinstance(rows, Missing)},
        "flow": _flow(comparison),
        "splits": _splits(comparison),
        "renamed": _renamed(comparison),
        "doubts": [*comparison.pairs.doubts],
        "flaws": flaws_by_date(comparison),
    }


def flaws_by_date(comparison: Comparison) -> dict[str, str]:
    """By holdings date: what is wrong with the list, several codes with commas."""
    found = {}
    for dated in (comparison.before, comparison.after):
        codes: list[Code] = [*([dated.head.flaw] if dated.head.flaw else []), *dated.head.warnings]
        if dated is comparison.after and comparison.is_repeated:
            codes.append(Reason.LIST_REPEATED)
        if codes:
            found[dated.head.holdings_as_of] = ", ".join(dict.fromkeys(codes))
    return found


def _flow(comparison: Comparison) -> Row:
    """The baskets whose lines moved, with how many of the lines on both dates moved with each."""
    flow, changes = comparison.flow, comparison.changes
    sizes = [sum(change.basket == number for change in changes) for number in range(len(flow.baskets))]
    return {
        "factor": None if flow.factor is None else round(flow.factor, _FACTOR_DECIMALS),
        "baskets": [
            {
                "factor": round(basket.factor, _FACTOR_DECIMALS),
                "lines": size,
                "lines_pct": round(100.0 * size / len(changes), 2),
            }
            for basket, size in zip(flow.baskets, sizes, strict=True)
            if basket.factor != 1.0 and size
        ],
        "reason": comparison.no_factor,
    }


def _lists(comparison: Comparison, rows: Rows) -> dict[str, list[Row] | Missing]:
    """The rows by what happened to them; missing where nobody can tell whether there are any."""
    traded = [(change.traded, _changed(change, rows)) for change in comparison.changes if change.traded]
    untold = [_changed(change, rows) for change in comparison.changes if change.traded is None]
    if comparison.no_factor:
        untold += [row for _, row in traded]  # bought from nothing
    doubtful = [
        rows.row(pair, None, Reason.LINES_IN_DOUBT, Reason.LINES_IN_DOUBT) for pair in comparison.pairs.in_doubt
    ]
    no_trades = Missing(comparison.no_factor) if comparison.no_factor else None
    return {
        **_one_sided(comparison, rows),
        "increased": no_trades or ordered(row for shares, row in traded if shares > 0),
        "decreased": no_trades or ordered(row for shares, row in traded if shares < 0),
        "undetermined": ordered([*untold, *doubtful]),
    }


def _changed(change: Change, rows: Rows) -> Row:
    row = rows.row(change.pair, change.traded, change.untold, Reason.NOT_HELD, change.split)
    return row | _range(change.between) if change.between else row


def _range(between: tuple[float, float] | None) -> Row:
    """Whole shares, rounded outwards."""
    if between is None:
        return {}
    return {"traded_shares_range": {"low": math.floor(between[0]), "high": math.ceil(between[1])}}


def _one_sided(comparison: Comparison, rows: Rows) -> dict[str, list[Row] | Missing]:
    """Lines of one date only: bought or sold if both lists are complete, else only inside or outside of a list."""
    come, gone = comparison.pairs.come, comparison.pairs.gone
    names = ("added", "removed", "entered_the_list", "left_the_list")
    if comparison.is_correction:
        return dict.fromkeys(names, Missing(Reason.SAME_DATE))
    if not comparison.complete and not comparison.is_one_list:
        unlisted = [
            ordered(rows.row(pair, None, Reason.PARTIAL_LIST, Reason.PARTIAL_LIST) for pair in pairs)
            for pairs in (come, gone)
        ]
        partial = Missing(Reason.PARTIAL_LIST)
        return dict(zip(names, (partial, partial, *unlisted), strict=True))
    added = [rows.row(pair, _added(pair), Reason.SHARES_MISSING, Reason.NOT_HELD) for pair in come]
    removed = [_gone(pair, comparison, rows) for pair in gone]
    return dict(zip(names, (ordered(added), ordered(removed), [], []), strict=True))


def _gone(pair: Pair, comparison: Comparison, rows: Rows) -> Row:
    traded, flow = _removed(pair, comparison), comparison.flow
    row = rows.row(pair, traded, comparison.no_factor, Reason.NOT_HELD)
    if traded is None or pair.before is None:
        return row
    return {**row, **_range(flow.left_over(pair.before.shares or 0.0, 0.0))}


def _added(pair: Pair) -> float | None:
    return pair.after.shares if pair.after else None


def _removed(pair: Pair, comparison: Comparison) -> float | None:
    return removed_shares(pair.before, comparison) if pair.before else None


def _turnover(comparison: Comparison) -> Shown:
    """Half of what was bought and sold, over the value of all securities of the second date."""
    missing = _no_turnover(comparison)
    if missing:
        return Missing(missing)
    pairs = comparison.pairs
    trades = [
        *((change.pair, change.traded) for change in comparison.changes if change.traded),
        *((pair, _added(pair)) for pair in pairs.come),
        *((pair, _removed(pair, comparison)) for pair in pairs.gone),
    ]
    if not trades:
        return percent(0.0)
    values = [traded_usd(pair, shares) if shares is not None else None for pair, shares in trades]
    held = [pair.after.value_usd for pair in (*pairs.both, *pairs.come) if pair.after]
    whole = _total(held)
    if whole is None or None in values:
        return Missing(Reason.VALUE_MISSING)
    if whole <= 0:
        return Missing(Reason.NO_COUNTED_LINES)
    return percent(math.fsum(abs(value) for value in values if value) / 2 / whole)


def _no_turnover(comparison: Comparison) -> Reason | None:
    """Why the trades are not all known."""
    if not (comparison.complete or comparison.is_correction or comparison.is_one_list):
        return Reason.PARTIAL_LIST
    untold = next((change.untold for change in comparison.changes if change.untold), None)
    return comparison.no_factor or (Reason.LINES_IN_DOUBT if comparison.pairs.in_doubt else untold)


def _total(amounts: Sequence[float | None]) -> float | None:
    known = [amount for amount in amounts if amount is not None]
    return math.fsum(known) if len(known) == len(amounts) else None


def _splits(comparison: Comparison) -> list[Row]:
    """The lines that were split, by symbol."""
    rows = [split_row(change.pair, change.split) for change in comparison.changes if change.split != 1.0]
    return sorted(rows, key=lambda row: (row["symbol"] or "", row["name"] or ""))


def _renamed(comparison: Comparison) -> list[Row]:
    """Lines that go by another symbol on the second date, by that symbol."""
    both = [(change.pair.before, change.pair.after) for change in comparison.changes]
    rows = [
        {"symbol_from": before.symbol, "symbol_to": after.symbol, "name": after.name}
        for before, after in both
        if before and after and before.symbol and after.symbol and before.symbol != after.symbol
    ]
    return sorted(rows, key=lambda row: (row["symbol_to"], row["symbol_from"]))
