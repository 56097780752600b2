"""Funds of which only some lines are at hand, for questions about a few securities and all funds at once.

A fund's record keeps what only its whole list shows: flaws, warnings, and how much can be unlisted. With it and with
all lines that concern a security, the answer about that security is the one that the whole list gives. Figures over a
whole list (its total, its sectors) mean nothing here.
"""

import math
from collections.abc import Iterable, Mapping, Sequence
from typing import Any

from etf_analytics.filings.listed_isins import Isins, identified
from etf_analytics.funds import Fund, Head, Unlisted, assembled
from etf_analytics.securities import By, SectorOf
from etf_analytics.weights import Holding
from etf_common.codes import IssueCode, Reason

_SUMMARY = ("last_price", "change_pct", "volume", "bid", "ask", "session")
_LINE = ("symbol", "name", "asset_class", "weight_pct", "weight_implied_pct", "shares", "market_value_usd")
_VALUES = len(_LINE)
_ISSUES = {code.value: code for code in IssueCode}
_REASONS = {code.value: code for code in Reason}
# `identity` looks for lines with equal names where there is more than one fund.
_LEAST_FUNDS = 2


def state_of(fund: Fund) -> dict[str, Any]:
    """What a fund's record keeps of its whole list, ready for JSON; null stands for infinite."""
    weight, largest, lines, capped = fund.unlisted
    return {
        "flaw": fund.flaw,
        "warnings": list(fund.warnings),
        "unlisted": [_finite(weight), _finite(largest), _finite(lines), capped],
        "nothing_implied": fund.nothing_implied,
        "zero": fund.listed.zero,
    }


def narrowed(
    record: Mapping[str, Any],
    lines: Iterable[Holding],
    *,
    by: By = "security",
    sector_of: SectorOf | None = None,
    isins: Isins | None = None,
) -> Fund:
    """The fund of a record's `row` and `state`, with only these lines of it, and the ISINs of its filing.

    They are in the order of the list and as `weights.checked` leaves them.
    """
    return identified(assembled(_head(record), list(lines), by, sector_of), isins)


def narrowed_funds(
    records: Mapping[str, Mapping[str, Any]],
    entries: Iterable[Sequence[Any]],
    *,
    by: By = "security",
    sector_of: SectorOf | None = None,
) -> list[Fund]:
    """The funds that matter to a question about the securities of these lines, in the order of `records`.

    `entries` are lines as an object of holders has them: ETF, line, symbol, name, asset class, weight, implied weight,
    shares, value and, of those that the fund's filing identifies, the ISIN. Funds with partial lists are among the
    funds whether they list any of them or not.
    """
    listed: dict[str, dict[int, Holding]] = {}
    isins: dict[str, dict[tuple[str | None, str | None], str]] = {}
    for etf, line, *values in entries:
        listed.setdefault(etf, {})[line] = _holding(line, values[:_VALUES])
        symbol, name, *_ = values
        for isin in filter(None, values[_VALUES:]):
            isins.setdefault(etf, {})[symbol, name] = isin
    chosen = [symbol for symbol, record in records.items() if symbol in listed or not record["row"]["complete"]]
    if len(chosen) < _LEAST_FUNDS:
        others = (symbol for symbol in records if symbol not in chosen)
        more = [symbol for symbol, _ in zip(others, range(_LEAST_FUNDS - len(chosen)), strict=False)]
        chosen = [symbol for symbol in records if symbol in {*chosen, *more}]
    ordered = {symbol: [line for _, line in sorted(listed.get(symbol, {}).items())] for symbol in chosen}
    return [
        narrowed(records[symbol], lines, by=by, sector_of=sector_of, isins=isins.get(symbol))
        for symbol, lines in ordered.items()
    ]


def unlisted_of(record: Mapping[str, Any]) -> Unlisted:
    """Upper limits for what the whole list of a record leaves out."""
    weight, largest, lines, capped = record["state"]["unlisted"]
    return Unlisted(_or_infinite(weight), _or_infinite(largest), _or_infinite(lines), capped)


def _head(record: Mapping[str, Any]) -> Head:
    row, state = record["row"], record["state"]
    return Head(
        symbol=row["etf"],
        name=row["name"],
        holdings_as_of=row["holdings_as_of"],
        complete=row["complete"],
        reported=row["reported"],
        summary={**{name: row[name] for name in _SUMMARY}, "symbol": row["etf"], "as_of": row["quote_as_of"]},
        flaw=_REASONS.get(state["flaw"]),
        warnings=tuple(_ISSUES.get(code) or _REASONS[code] for code in state["warnings"]),
        unlisted=unlisted_of(record),
        nothing_implied=_REASONS.get(state["nothing_implied"]),
    )


def _holding(line: int, values: Sequence[Any]) -> Holding:
    *told, shares, value = values
    return {"line": line, **dict(zip(_LINE, (*told, _whole(shares), _whole(value)), strict=True))}


def _whole(value: Any) -> Any:
    """Columns of numbers know no integers: 100 shares are 100.0 there."""
    return int(value) if isinstance(value, float) and value.is_integer() else value


def _finite(value: float) -> float | None:
    return None if math.isinf(value) else value


def _or_infinite(value: float | None) -> float:
    return math.inf if value is None else value
