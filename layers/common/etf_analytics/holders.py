"""Which funds hold a security."""

import math
from collections.abc import Sequence
from typing import Any

from etf_analytics.figures import Missing, Shown, answer, percent
from etf_analytics.funds import Fund, assumptions_of, dates_of
from etf_analytics.identity import told_apart
from etf_analytics.lines import Line, Row, key_of

_SUMMED = {"weight_pct": "weight_missing", "shares": "shares_missing", "market_value_usd": "value_missing"}


def holders(symbol: str, funds: Sequence[Fund]) -> dict[str, Any]:
    """The funds that list `symbol` (or its issuer, as the funds are prepared), largest weight first.

    Rows with a weight of 0.00 or less are holdings too: 0.00 is a small one, rounded. Companies that only share the
    ticker are holdings of their own, each with its name; `name` is null then. `may_hold` has the funds of which the
    list is partial and does not have it, with the most that it can weigh there. The dates are the holders'.
    """
    apart = told_apart(funds)
    listing = [
        (fund, [line for line in fund.lines.values() if line.symbol == key_of(symbol, fund.by)]) for fund in apart
    ]
    rows = sorted((_holding(fund, line) for fund, lines in listing for line in lines), key=_largest_first)
    names = {line.key: line.name for _, lines in reversed(listing) for line in lines}
    head = {"symbol": symbol, "name": next(iter(names.values())) if len(names) == 1 else None}
    hiding = [fund for fund in apart if not fund.complete and key_of(symbol, fund.by) not in fund.rows]
    return {
        **answer({**head, **dates_of([fund for fund, lines in listing if lines])}),
        "assumptions": assumptions_of(apart),
        "holders": [answer(row) for row in rows],
        "may_hold": [answer(_hidden(fund, key_of(symbol, fund.by))) for fund in hiding],
    }


def _holding(fund: Fund, line: Line) -> dict[str, Any]:
    rows = fund.rows[line.key]
    twice = fund.flaw == "slipped_between_pages" and len(rows) > 1
    sums = {name: Missing("slipped_between_pages") if twice else _sum(rows, name) for name in _SUMMED}
    weight = _weight(fund, line.key, sums["weight_pct"])
    if isinstance(weight, dict):  # of an issuer: there can be more of it
        sums = dict.fromkeys(_SUMMED, Missing("partial_list"))
    return {
        "etf": fund.symbol,
        "name": line.name,
        "weight_pct": weight,
        "shares": sums["shares"],
        "market_value_usd": sums["market_value_usd"],
        "symbols": [row["symbol"] for row in rows],
        "holdings_as_of": fund.holdings_as_of,
    }


def _weight(fund: Fund, key: str, listed_pct: float | Missing) -> Shown:
    """A listed security is there once; of an issuer, other share classes may be unseen."""
    if isinstance(listed_pct, Missing):
        return listed_pct
    if fund.unlisted.get(key):
        low = listed_pct / 100.0
        return Missing(fund.flaw) if fund.flaw else percent(low, low + fund.most_unseen(key))
    return percent(listed_pct / 100.0)


def _hidden(fund: Fund, key: str) -> dict[str, Any]:
    most = Missing(fund.flaw) if fund.flaw else percent(fund.most_unseen(key))
    return {"etf": fund.symbol, "at_most_pct": most, "holdings_as_of": fund.holdings_as_of}


def _sum(rows: Sequence[Row], name: str) -> float | Missing:
    values = [row[name] for row in rows]
    if None in values:
        return Missing(_SUMMED[name])
    return sum(values) if all(isinstance(value, int) for value in values) else math.fsum(values)


def _largest_first(row: dict[str, Any]) -> tuple[bool, float, str]:
    weight = row["weight_pct"]
    if isinstance(weight, Missing):
        return True, 0.0, row["etf"]
    return False, -(weight["low"] if isinstance(weight, dict) else weight), row["etf"]
