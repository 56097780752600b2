"""A rebalancing as a problem for a solver: what may be traded, the targets, and the caps that can bind."""

import math
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from functools import cached_property
from typing import Any

from etf_analytics.decisions.rebalance_caps import Cap, CapKind, CapRow, Countries, cap_rows
from etf_analytics.lookthrough import CheckSecurities, LookedThroughPortfolio, Position, look_through
from etf_common.codes import UntradeableReason

MOST_ROWS, MOST_COEFFICIENTS = 2_000, 200_000
"""Some 4 MB of JSON: the solver's function takes 6 MB, and so many caps in seconds."""


class TooManyRowsError(ValueError):
    """More securities can exceed their cap than the solver is given; the message says what to do."""


@dataclass(frozen=True, slots=True)
class Asset:
    """A fund or a security that is held or may be bought. `shares` and `price_usd` are None where they are unknown."""

    symbol: str
    current_usd: float
    price_usd: float | None = None
    price_as_of: str | None = None
    """As the snapshot has it: New York time."""
    can_buy: bool = False
    can_sell: bool = False
    untradeable: UntradeableReason | None = None
    cost_pct: float = 0.0
    """Per cent of each trade."""
    cost_usd: float = 0.0
    """USD for each trade."""
    reasons: Mapping[str, str] = field(default_factory=dict)
    """What is not known about trading it."""

    @property
    def shares(self) -> float | None:
        """How many are held, as far as the price tells."""
        return self.current_usd / self.price_usd if self.price_usd else None


@dataclass(frozen=True)
class Wanted:
    """What is asked for. `targets` are per cent by symbol, `cash_usd` is to be invested."""

    cash_usd: float = 0.0
    targets: Mapping[str, float] | None = None
    caps: Sequence[Cap] = ()
    whole_shares: bool = False
    min_trade_usd: float = 0.0


@dataclass(frozen=True)
class RebalanceProblem:
    """The assets, looked through, and what their weights must meet. Weights are of positions and cash together."""

    assets: tuple[Asset, ...]
    wanted: Wanted
    whole: LookedThroughPortfolio
    """All assets as positions of equal weight: their look-through, not the portfolio's weights."""
    rows: tuple[CapRow, ...]

    @cached_property
    def total_usd(self) -> float:
        """Positions and cash."""
        return total_of(self.assets, self.wanted)

    def held(self, amounts_usd: Iterable[float]) -> LookedThroughPortfolio:
        """The portfolio of these amounts, one for each asset; assets without any are left out."""
        pairs = zip(self.assets, amounts_usd, strict=True)
        return self.whole.reweighted(
            [Position(asset.symbol, usd / self.total_usd, usd) for asset, usd in pairs if usd > 0]
        )

    def document(self, seconds: float) -> dict[str, Any]:
        """The problem as JSON, for a solver that may take so many seconds."""
        return {
            "assets": [
                {
                    "symbol": asset.symbol,
                    "current_usd": asset.current_usd,
                    "price_usd": asset.price_usd,
                    "shares": asset.shares,
                    "can_buy": asset.can_buy,
                    "can_sell": asset.can_sell,
                    "cost_pct": asset.cost_pct,
                    "cost_usd": asset.cost_usd,
                }
                for asset in self.assets
            ],
            "cash_usd": self.wanted.cash_usd,
            "targets": None if self.wanted.targets is None else dict(self.wanted.targets),
            "caps": [
                {"name": row.name, "at_most_pct": row.at_most_pct, "coefficients": [*row.high]} for row in self.rows
            ],
            "whole_shares": self.wanted.whole_shares,
            "min_trade_usd": self.wanted.min_trade_usd,
            "seconds": seconds,
        }


def total_of(assets: Sequence[Asset], wanted: Wanted) -> float:
    """Positions and cash, USD."""
    return math.fsum((*(asset.current_usd for asset in assets), wanted.cash_usd))


def rebalance_problem(
    assets: Sequence[Asset],
    wanted: Wanted,
    whole: LookedThroughPortfolio,
    *,
    countries: Countries | None = None,
    is_known: Callable[[str], bool] = lambda _: False,
) -> RebalanceProblem:
    """The problem of these assets, at least one, whose total is above 0; `whole` is `assets_looked_through` of them.

    `countries` has the filings' countries by fund, `is_known` tells whether a symbol that no list here has is a
    security's. Raises CapError and TooManyRowsError.
    """
    total = total_of(assets, wanted)
    most = {asset.symbol: 1.0 if asset.can_buy else asset.current_usd / total for asset in assets}
    rows = cap_rows(wanted.caps, whole, most, countries=countries, is_known=is_known)
    most_rows = min(MOST_ROWS, MOST_COEFFICIENTS // len(assets))
    if len(rows) > most_rows:
        limit = next((cap.at_most_pct for cap in wanted.caps if cap.kind is CapKind.SECURITY and not cap.of), 0.0)
        raise TooManyRowsError(
            f"{len(rows)} securities can weigh more than {limit:g} % in these {len(assets)} positions and candidates, "
            f"and {most_rows} may: give a higher cap `security`, or fewer funds"
        )
    return RebalanceProblem(tuple(assets), wanted, whole, tuple(rows))


def assets_looked_through(
    symbols: Sequence[str], funds: Mapping[str, Any], check_securities: CheckSecurities | None = None
) -> LookedThroughPortfolio:
    """All assets as positions of equal weight. Raises as `look_through` does."""
    return look_through([Position(symbol, 1.0 / len(symbols), None) for symbol in symbols], funds, check_securities)
