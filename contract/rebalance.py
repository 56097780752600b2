"""The shapes of rebalancings: what POST /api/rebalance takes, and what it answers."""

from typing import Annotated, Literal

from pydantic import Field

from api.decisions.rebalance_body import LONGEST_NAME, MOST_CAPS, MOST_COST_PCT, MOST_COST_USD, MOST_USD
from api.portfolio_query import LEAST, MAX_POSITIONS
from contract.analytics import Assumptions, By, Dates, Doubts, Figure, Flaws, LagDays, Reasons
from contract.models import SECURITY, Answer
from etf_common.codes import UntradeableReason
from etf_common.symbols import SECURITY_LENGTH

Symbol = Annotated[str, Field(pattern=f"^{SECURITY}$", max_length=SECURITY_LENGTH)]
Pct = Annotated[float, Field(ge=0, le=100)]
CapName = Annotated[str, Field(max_length=LONGEST_NAME)]


class PositionInUsd(Answer):
    """A position in USD."""

    symbol: Symbol
    amount_usd: Annotated[float, Field(ge=LEAST, le=MOST_USD)]


class PositionInShares(Answer):
    """A position in shares of a fund that has a quote here."""

    symbol: Symbol
    shares: Annotated[float, Field(ge=LEAST, le=MOST_USD)]
    """Shares."""


class RebalanceCosts(Answer):
    """What a trade costs. Costs decide between trades that meet the same, and are not taken out of the money."""

    pct_of_trade: Annotated[float, Field(ge=0, le=MOST_COST_PCT)] = 0
    """Per cent of each trade."""
    usd_per_trade: Annotated[float, Field(ge=0, le=MOST_COST_USD)] = 0
    """USD for each trade."""
    half_spread: bool = False
    """Counts half of each fund's spread too, where its quote has one."""


class RebalanceBody(Answer):
    """What POST /api/rebalance takes. Per cents are of positions and cash together."""

    positions: Annotated[list[PositionInUsd | PositionInShares], Field(max_length=MAX_POSITIONS)]
    """What is held, each symbol once; may be empty where there is cash."""
    cash_usd: Annotated[float, Field(ge=0, le=MOST_USD)] = 0
    """USD to invest."""
    targets: Annotated[dict[str, Pct], Field(max_length=MAX_POSITIONS)] | None = None
    """Per cent by fund, at most 100 together; what is left to 100 is free."""
    max: (
        Annotated[dict[CapName, Pct], Field(max_length=MOST_CAPS, examples=[{"security": 5, "fund:QQQ": 25}])] | None
    ) = None
    """Caps, per cent each: `security`, a symbol, `sector:NAME`, `country:NAME`, `asset_class:NAME`, `fund`,
    `fund:SYMBOL`."""
    candidates: Annotated[list[Symbol], Field(max_length=MAX_POSITIONS)] | None = None
    """The funds that may be bought, besides those with a target; by default those that are held."""
    no_sell: bool | list[Symbol] = False
    """Nothing is sold, or nothing of these positions."""
    whole_shares: bool = False
    """Only whole shares are traded."""
    min_trade_usd: Annotated[float, Field(ge=0, le=MOST_USD)] = 0
    """No trade is smaller, USD."""
    costs: RebalanceCosts | None = None


class Trade(Answer):
    """One trade at the stored price."""

    symbol: str
    side: Literal["buy", "sell"]
    shares: float | None
    """Shares, as many as the amount buys at this price."""
    amount_usd: float
    price_usd: float | None
    price_as_of: str | None
    """When the price was quoted, New York time."""
    reasons: Reasons


class RebalancePosition(Answer):
    """A position before or after the trades."""

    symbol: str
    name: str | None
    kind: Literal["fund", "security"]
    value_usd: float
    weight_pct: float
    """Per cent of positions and cash."""
    shares: float | None
    """Shares, as far as the price tells."""


class LargestHolding(Answer):
    """A security, looked through."""

    symbol: str | None
    name: str | None
    weight_pct: Figure
    """Per cent of positions and cash."""


class RebalanceSector(Answer):
    """A sector, looked through; `Unclassified` is everything that is not in the table."""

    sector: str
    weight_pct: Figure


class RebalanceSide(Answer):
    """The portfolio before or after the trades."""

    positions: list[RebalancePosition]
    """Largest first."""
    largest: list[LargestHolding] | None
    """The ten largest securities."""
    sectors: list[RebalanceSector] | None
    reasons: Reasons


class Untradeable(Answer):
    """A position or candidate that is left as it is."""

    symbol: str
    reason: UntradeableReason


class StalePrice(Answer):
    """A fund whose price is too old to trade at."""

    symbol: str
    price_as_of: str | None
    """New York time."""


CapNames = Annotated[list[str], Field(description="Caps; of `security` and `fund` with the one that is meant.")]


class Rebalance(Answer):
    """The trades: bought = sold + cash_usd - cash_left_usd. No advice."""

    feasible: bool
    """Whether all caps and all targets are met."""
    trades: list[Trade]
    """Sales first."""
    turnover_usd: float
    """Bought and sold together."""
    turnover_pct: float
    """The same, per cent of positions and cash."""
    cost_usd: float
    before: RebalanceSide
    after: RebalanceSide
    binding: CapNames
    """Caps that leave no room."""
    excess: dict[str, float]
    """Caps that cannot be met, and by how much at the high end, per cent of positions and cash."""
    decided_by_high_end: CapNames
    """Binding caps that what is listed alone would not reach: unlisted or doubtful lines decide."""
    target_distance_pct: float
    """Half the sum of absolute differences from the targets."""
    cash_usd: float
    cash_left_usd: float
    """What whole shares, or the least trade, leave over."""
    total_usd: float
    """Positions and cash."""
    untradeable: list[Untradeable]
    stale_prices: list[StalePrice]
    by: By
    holdings_as_of: Dates
    lag_days: LagDays
    complete: bool
    assumptions: Assumptions
    doubts: Doubts
    flaws: Flaws
    reasons: Reasons
    notes: list[str]


MODELS = (Rebalance, RebalanceBody)
