"""Which funds hold a security."""

import math
from collections.abc import Sequence, Set
from typing import Any

from etf_analytics.funds import Fund, assumptions_of, dates_of, flaws_of
from etf_analytics.identity import read
from etf_analytics.reference.renamed_companies import symbol_today
from etf_analytics.rendering import Missing, Shown, beyond_possible, percent, rendered
from etf_analytics.securities import Security, key_of
from etf_analytics.weights import Holding, counted_pct
from etf_common.codes import Reason

_SUMMED = {
    "weight_pct": Reason.WEIGHT_MISSING,
    "shares": Reason.SHARES_MISSING,
    "market_value_usd": Reason.VALUE_MISSING,
}


def find_holders(symbol: str, funds: Sequence[Fund]) -> dict[str, Any]:
    """The funds that list `symbol` (or its issuer, as the funds are prepared), largest weight first.

    Rows with a weight of 0.00 or less are holdings too: 0.00 is a small weight, rounded. Companies that only share the
    ticker have rows of their own, each with its name; `name` is null then. `may_hold` has the funds whose partial list
    does not show the security, with the most that it can weigh there. The dates are those of the holders.
    """
    readings = read(funds)
    apart = readings.funds
    wanted = {key_of(name, by) for name in (symbol, symbol_today(symbol)) for by in {fund.by for fund in funds}}
    listing = [(fund, securities) for fund in apart if (securities := _called(wanted, fund))]
    found = [_holder(fund, security) for fund, securities in listing for security in securities]
    rows = [rendered(row) for row in sorted(found, key=_largest_first)]
    names = {security.key: security.name for _, securities in reversed(listing) for security in securities}
    head = {"symbol": symbol, "name": next(iter(names.values())) if len(names) == 1 else None}
    # A bond's key is its issuer and its terms, so its code is not among the keys.
    by_code = {fund.symbol for fund, securities in listing if any(line.evidence.is_bond for line in securities)}
    hiding = [
        fund for fund in apart if not fund.complete and fund.symbol not in by_code and wanted.isdisjoint(fund.holdings)
    ]
    return {
        **rendered({**head, **dates_of([fund for fund, _ in listing])}),
        "assumptions": assumptions_of(apart),
        "doubts": readings.described_of(names),
        "flaws": _flaws([fund for fund, _ in listing], rows),
        "holders": rows,
        "may_hold": [rendered(_hidden(fund, key_of(symbol, fund.by))) for fund in hiding],
    }


def _flaws(funds: Sequence[Fund], rows: Sequence[dict[str, Any]]) -> dict[str, str]:
    found = flaws_of(funds)
    for row in rows:
        found |= beyond_possible(row, row["etf"])
    return found


def _called(symbols: Set[str], fund: Fund) -> list[Security]:
    return [security for security in fund.securities.values() if security.symbol in symbols]


def _holder(fund: Fund, security: Security) -> dict[str, Any]:
    rows = fund.holdings[security.key]
    twice = fund.flaw == Reason.SLIPPED_BETWEEN_PAGES and len(rows) > 1
    sums = {name: Missing(Reason.SLIPPED_BETWEEN_PAGES) if twice else _sum(rows, name) for name in _SUMMED}
    weight = _weight(fund, security.key, sums["weight_pct"])
    if isinstance(weight, dict):  # of an issuer, which can have more
        sums = dict.fromkeys(_SUMMED, Missing(Reason.PARTIAL_LIST))
    return {
        "etf": fund.symbol,
        "name": security.name,
        "weight_pct": weight,
        "shares": sums["shares"],
        "market_value_usd": sums["market_value_usd"],
        "symbols": [row["symbol"] for row in rows],
        "holdings_as_of": fund.holdings_as_of,
        **({"weight_implied": True} if security.key in fund.implied else {}),
    }


def _weight(fund: Fund, key: str, listed_pct: float | Missing) -> Shown:
    """A listed security is listed once; of an issuer, other share classes may be unlisted."""
    if isinstance(listed_pct, Missing):
        return listed_pct
    if fund.unlisted_classes.get(key):
        low = listed_pct / 100.0
        return Missing(fund.flaw) if fund.flaw else percent(low, low + fund.unlisted_ceiling(key))
    return percent(listed_pct / 100.0)


def _hidden(fund: Fund, key: str) -> dict[str, Any]:
    most = Missing(fund.flaw) if fund.flaw else percent(fund.unlisted_ceiling(key))
    return {"etf": fund.symbol, "at_most_pct": most, "holdings_as_of": fund.holdings_as_of}


def _sum(rows: Sequence[Holding], name: str) -> float | Missing:
    values = [row[name] for row in rows]
    if None in values:
        return Missing(_SUMMED[name])
    if name == "weight_pct":
        values = [row[name] or counted_pct(row) for row in rows]
    return sum(values) if all(isinstance(value, int) for value in values) else math.fsum(values)


def _largest_first(row: dict[str, Any]) -> tuple[bool, float, str]:
    weight = row["weight_pct"]
    if isinstance(weight, Missing):
        return True, 0.0, row["etf"]
    return False, -(weight["low"] if isinstance(weight, dict) else weight), row["etf"]
