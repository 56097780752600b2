"""What a portfolio holds directly."""

import math
from collections.abc import Iterable, Mapping
from dataclasses import dataclass

from etf_analytics.funds import UNCLASSIFIED, Fund
from etf_analytics.lines import By, Line, key_of


@dataclass(frozen=True, slots=True)
class Position:
    """A fund or a security held directly: its share of the portfolio (a fraction), and USD if amounts are known."""

    symbol: str
    share: float
    value_usd: float | None


def positions_of(amounts: Mapping[str, float], *, in_usd: bool) -> list[Position]:
    """Positions by symbol, from USD or from proportions in any unit (60 and 40, 0.6 and 0.4).

    Raises ValueError unless all amounts are finite and above 0.
    """
    total = math.fsum(amounts.values())
    if not amounts or not math.isfinite(total) or min(amounts.values()) <= 0:
        raise ValueError("a portfolio has at least one position, and all amounts are above 0")
    return [Position(symbol, amount / total, amount if in_usd else None) for symbol, amount in amounts.items()]


def securities_of(symbols: Iterable[str], funds: Mapping[str, Fund]) -> dict[str, list[Line]]:
    """By symbol: the securities that funds list by it, each as the first fund describes it; empty if none does.

    Several where companies only share a ticker, unless the sector table knows one of them by it: then that one. The
    funds' keys must be told apart (`told_apart`).
    """
    by = by_of(funds)
    tickers = {symbol: key_of(symbol, by) for symbol in symbols}
    found: dict[str | None, dict[str, Line]] = {ticker: {} for ticker in tickers.values()}
    for fund in funds.values() if found else ():
        for key, line in fund.lines.items():
            if line.symbol in found:
                found[line.symbol].setdefault(key, line)
    return {symbol: _likeliest([*found[ticker].values()]) for symbol, ticker in tickers.items()}


def _likeliest(lines: list[Line]) -> list[Line]:
    known = [line for line in lines if line.sector != UNCLASSIFIED]
    return known[:1] or lines


def by_of(funds: Mapping[str, Fund]) -> By:
    """What the funds are prepared by; all by the same."""
    return next(iter(funds.values())).by if funds else "security"
