"""The shapes of answers about two holdings dates. Weights and returns are in per cent, shares of `from` restated for
splits.
"""

from typing import Annotated, Literal

from pydantic import Field

from contract.analytics import Assumptions, By, Doubts, Figure, Reasons
from contract.filings import Basis
from contract.models import Answer
from etf_common.codes import Reason
from etf_common.models import AssetClass

Note = Annotated[str | None, Field(description="Said where both dates are one, so that nothing can have changed.")]
ByDate = Annotated[
    dict[str, str],
    Field(description="By holdings date: what is wrong with the list, several codes separated by commas."),
]
LineReasons = Annotated[
    dict[str, str] | None, Field(description="Why a value of the row is null; left out where none is.")
]
BothComplete = Annotated[bool, Field(description="Whether both lists are complete.")]


class SharesRange(Answer):
    """What can have been traded where the fund has several baskets."""

    low: float
    """Shares."""
    high: float
    """Shares."""


class ChangedLine(Answer):
    """A security that was bought or sold, or of which that cannot be told. Prices are market value / shares."""

    symbol: str | None
    name: str | None
    shares_from: float | None
    """Shares, or par value; restated where the line was split."""
    shares_to: float | None
    """Shares, or par value."""
    weight_from_pct: float | None
    weight_to_pct: float | None
    price_from_usd: float | None
    """Restated where the line was split."""
    price_to_usd: float | None
    traded_shares: float | None
    """Shares bought beyond the flow, below 0 if sold."""
    traded_usd: float | None
    """At the later price; what was sold whole, at the earlier one."""
    drift_pct: float | None
    """The change of the weight that prices alone explain; with `trade_pct` it is the whole change."""
    trade_pct: float | None
    """The change of the weight by trades and flow."""
    split: float | None = None
    """New shares for each old one; left out without a split."""
    price_assumed: Literal[True] | None = None
    """True where a price is missing, and the drift takes it as unchanged."""
    weight_implied: Literal[True] | None = None
    """True where a weight is implied by the market value, at least in part."""
    traded_shares_range: SharesRange | None = None
    """Where several baskets leave open how much of the change is flow."""
    reasons: LineReasons = None


class Basket(Answer):
    """Lines that creations and redemptions moved by one factor."""

    factor: float
    """Shares after / shares before."""
    lines: int
    """The count of lines that moved with it."""
    lines_pct: float
    """Of the lines that are on both dates."""


class FundFlow(Answer):
    """Creations and redemptions of the fund's own shares."""

    factor: float | None
    """Shares after / shares before of the largest basket; 1 without a flow."""
    baskets: list[Basket]
    reason: Reason | None
    """Why there is no factor."""


class FoundSplit(Answer):
    """A line that was split, as both lists give it."""

    symbol: str | None
    name: str | None
    ratio: float
    """New shares for each old one."""
    shares_from: float | None
    """Shares."""
    shares_to: float | None
    """Shares."""
    price_from_usd: float | None
    price_to_usd: float | None


class Renamed(Answer):
    """A line that goes by another symbol on the later date."""

    symbol_from: str
    symbol_to: str
    name: str | None


Lines = Annotated[
    list[ChangedLine] | None, Field(description="Largest trade first; null where nobody can tell, see `reasons`.")
]


class FundChanges(Answer):
    """What a fund bought and sold between two dates."""

    symbol: str
    name: str | None
    first: Annotated[str, Field(alias="from", description="The earlier holdings date.")]
    to: str
    """The later holdings date."""
    lag_days: int | None
    """The days between them."""
    complete: BothComplete
    flow: FundFlow
    turnover_pct: float | None
    """Half of what was bought and sold, over the value of all securities of the later date."""
    unpriced_pct: float | None
    """The weight of lines whose price the drift takes as unchanged."""
    unchanged_count: int
    """The count of securities on both dates that were not traded; flow is no trade."""
    added: Lines
    removed: Lines
    increased: Lines
    decreased: Lines
    entered_the_list: Lines
    """On the later of two lists of which one is partial: the fund may have held them before."""
    left_the_list: Lines
    """On the earlier of two lists of which one is partial: the fund may still hold them."""
    undetermined: list[ChangedLine]
    """Lines of which nobody can tell whether they were traded."""
    splits: list[FoundSplit]
    renamed: list[Renamed]
    doubts: Doubts
    flaws: ByDate
    basis: Basis = None
    note: Note = None
    reasons: Reasons


class Contribution(Answer):
    """What one security brought."""

    symbol: str | None
    name: str | None
    weight_from_pct: float
    """On the earlier date."""
    return_pct: float
    """Of its implied price, splits taken out."""
    contribution_pct: float
    """Percentage points: weight x return. Per cent of the fund."""


class SectorContribution(Answer):
    """What the lines of one sector brought together; cash is the sector `Cash`."""

    sector: str
    weight_from_pct: float
    """On the earlier date."""
    return_pct: float | None
    contribution_pct: float
    """Percentage points. Per cent of the fund."""


class AssetClassContribution(Answer):
    """What the lines of one asset class brought together."""

    asset_class: AssetClass
    weight_from_pct: float
    """On the earlier date."""
    return_pct: float | None
    contribution_pct: float
    """Percentage points. Per cent of the fund."""


class NotCovered(Answer):
    """A line of the earlier date of which no return is known."""

    symbol: str | None
    name: str | None
    weight_from_pct: float | None
    reason: Reason


class AttributionNotes(Answer):
    """What the returns are, and are not."""

    returns: str


class Attribution(Answer):
    """What drove a fund's return between two dates. No price feed is used."""

    symbol: str
    name: str | None
    first: Annotated[str, Field(alias="from", description="The earlier holdings date.")]
    to: str
    """The later holdings date."""
    complete: BothComplete
    covered_pct: float | None
    """The weight, on the earlier date, of the lines with a return."""
    return_pct: float | None
    """The sum of all contributions."""
    quote_return_pct: float | None
    """The change of the fund's own closing quotes of the two dates."""
    residual_pct: float | None
    """`quote_return_pct` less `return_pct`: income, costs, trades between the dates, and what is not covered."""
    securities: list[Contribution]
    """Largest contribution first."""
    sectors: list[SectorContribution]
    asset_classes: list[AssetClassContribution]
    not_covered: list[NotCovered]
    notes: AttributionNotes
    doubts: Doubts
    flaws: ByDate
    basis: Basis = None
    note: Note = None
    reasons: Reasons


class PortfolioLine(Answer):
    """A security whose weight in the portfolio changed."""

    symbol: str | None
    name: str | None
    weight_from_pct: Figure
    """Per cent of the portfolio."""
    weight_to_pct: Figure
    """Per cent of the portfolio."""
    change_pct: Figure
    reasons: LineReasons = None


class PortfolioWeight(Answer):
    """A position, by its part of the portfolio on both dates."""

    symbol: str
    weight_pct: float


class PortfolioFlaws(Answer):
    """What is wrong with the lists, on each date by fund."""

    first: Annotated[dict[str, str], Field(alias="from")]
    to: dict[str, str]


PortfolioLines = Annotated[
    list[PortfolioLine] | None, Field(description="Largest change first; null where nobody can tell, see `reasons`.")
]


class PortfolioChanges(Answer):
    """The same positions, looked through on two dates."""

    by: By
    positions: list[PortfolioWeight]
    given_total: float
    """What the positions sum to, in USD or as proportions, as they were given."""
    first: Annotated[dict[str, str], Field(alias="from", description="By fund: the date of its earlier list.")]
    to: dict[str, str]
    """By fund: the date of its later list."""
    complete: Annotated[bool, Field(description="Whether all lists are complete.")]
    active_share_pct: float | None
    """Half the sum of the differences of weights between the two dates."""
    unchanged_count: int | None
    """The count of securities that weigh the same on both dates."""
    added: PortfolioLines
    removed: PortfolioLines
    increased: PortfolioLines
    decreased: PortfolioLines
    entered_the_list: PortfolioLines
    left_the_list: PortfolioLines
    undetermined: PortfolioLines
    assumptions: Assumptions
    doubts: Doubts
    flaws: PortfolioFlaws
    notes: Annotated[dict[str, str], Field(description="By fund: why both of its lists are one.")]
    reasons: Reasons
    basis: Basis = None


MODELS = (FundChanges, Attribution, PortfolioChanges)
