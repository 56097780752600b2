"""What a portfolio holds directly."""

import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from api.analytics.funds import Fund
from api.analytics.lines import By, Line, key_of


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


def unheld(positions: Sequence[Position], funds: Mapping[str, Fund]) -> list[str]:
    """Symbols of positions that are no fund and stand in no fund's list: nothing is known of them."""
    return [
        position.symbol
        for position in positions
        if position.symbol not in funds and described(position.symbol, funds) is None
    ]


def described(symbol: str, funds: Mapping[str, Fund]) -> Line | None:
    """The security with this symbol, as the first fund that lists it describes it."""
    for fund in funds.values():
        key = key_of(symbol, fund.by)
        if key in fund.lines:
            return fund.lines[key]
    return None


def by_of(funds: Mapping[str, Fund]) -> By:
    """What the funds are prepared by; all by the same."""
    return next(iter(funds.values())).by if funds else "security"
