"""The analytics' shapes. Weights are per cent (`_pct`), cost and spread basis points (`_bps`), money USD."""

from typing import Annotated, Literal

from pydantic import Field

from api.portfolio_query import LEAST, MAX_POSITIONS, MOST
from contract.filing_figures import (
    Countries,
    Currencies,
    Duration,
    Liquidity,
    Maturities,
    PortfolioCountries,
    PortfolioCurrencies,
    PortfolioLiquidity,
    PortfolioMaturities,
)
from contract.filings import Basis
from contract.models import SECURITY, Answer
from etf_common.codes import DoubtReason, UnresolvedReason
from etf_common.models import AssetClass
from etf_common.symbols import SECURITY_LENGTH


class Bounds(Answer):
    """What a figure is at least and at most: how far unlisted lines, and lines that are in doubt, can move it."""

    low: float
    """In the figure's own unit."""
    high: float
    """In the figure's own unit."""


Figure = float | Bounds | None
"""A number, bounds where a list is partial or lines are in doubt, or null with an entry in `reasons`."""
Count = Annotated[
    int | Bounds | None,
    Field(description="A count of lines, of a portfolio one of securities; null for a partial list."),
]
Reasons = Annotated[
    dict[str, str], Field(description="Why a figure is null, by its dotted path; the README lists the reasons.")
]
Flaws = Annotated[
    dict[str, str],
    Field(
        description="What is wrong: by fund the codes of its list, separated by commas, and by dotted path "
        "`beyond_possible` for a figure that is larger than it can be. `reasons` says which figures are null."
    ),
]
Implied = Annotated[
    Literal[True] | None,
    Field(description="True where a weight is implied by the market value, at least in part; left out elsewhere."),
]


class Doubt(Answer):
    """Lines of which it is in doubt whether they are one security. Figures are low with them apart, high together."""

    symbol: str | None
    names: list[str | None]
    """As the lists write them."""
    funds: list[str]
    """The funds that list any of them."""
    why: DoubtReason


InDoubt = Annotated[
    bool | None, Field(description="True where it may be one security with another line; the bounds say how much.")
]
Doubts = Annotated[
    list[Doubt], Field(description="What may be one security or several; empty if that changes no figure.")
]
Assumptions = Annotated[list[str], Field(description="What the bounds rest on; empty where all lists are complete.")]
By = Literal["security", "issuer"]
Dates = Annotated[dict[str, str], Field(description="The holdings date of each fund, by symbol.")]
LagDays = Annotated[int | None, Field(description="The days between the oldest and the newest of these dates.")]
ScaledToOne = Annotated[
    list[str], Field(description="Figures over p = w / sum of w; all others take the weights as they are.")
]


class Concentration(Answer):
    """How concentrated the weights that count are."""

    hhi: Figure
    """Herfindahl-Hirschman index: sum of squared weights as fractions, 0 to 1."""
    hhi_points: Figure
    """The same of weights in per cent: points of 0 to 10,000."""
    effective_holdings: Figure
    """1 / sum of p squared: the count of equal holdings that is as concentrated."""
    top_pct: dict[Literal["1", "5", "10", "25", "50"], Figure]
    """Per cent in so many of the largest."""
    names_to_half: int | Bounds | None
    """The count of the largest that make up half of the counted weight."""
    gini: Figure
    """0 to 1: 0 for equal weights, towards 1 for one that has all."""
    entropy: Figure
    """-sum of p ln p, in nats."""
    effective_entropy: Figure
    """exp(entropy): a count, never below effective_holdings."""
    scaled_to_one: ScaledToOne


class AssetClassWeight(Answer):
    """What the lines of one asset class weigh together."""

    asset_class: AssetClass
    weight_pct: Figure
    count: Count
    counted: bool
    """Whether its lines count in the other figures: cash and derivatives do not."""


class SectorWeight(Answer):
    """What the companies of one sector weigh together; `Unclassified` is everything that is not in the table."""

    sector: str
    weight_pct: Figure
    count: Count


class Sectors(Answer):
    """Sectors after the project's own table: like GICS, and not GICS."""

    taxonomy: str | None
    source: str | None
    as_of: str | None
    """The table's date."""
    classified_pct: Figure
    """Per cent that has a sector."""
    weights: list[SectorWeight]
    """Any sector that is not among these, `Unclassified` too, can weigh as much as `unseen_pct`."""
    gini: Figure
    """Over the classified sectors, 0 to 1."""
    entropy: Figure
    """Over the classified sectors, in nats."""
    effective_entropy: Figure
    """exp(entropy): a count of sectors."""
    scaled_to_one: ScaledToOne


class Cost(Answer):
    """What a fund takes a year; null where it is not known."""

    expense_ratio_pct: float | None
    """Per cent a year."""
    source: str | None
    as_of: str | None
    """A day on which it held."""


class Listed(Answer):
    """What the listed rows say, whether they are all or not."""

    rows: int
    """All listed lines."""
    counted_rows: int
    """Those that count in the figures: no cash, no contract, and a weight above 0, given or implied."""
    zero_rows: int
    """Those of classes that count whose weight reads 0.00 and cannot be implied; they do not count."""
    reported: int | None
    """How many lines the portal says there are."""
    gross_pct: float | None
    """Sum of the absolute listed weights."""
    net_pct: float | None
    """Sum of the listed weights."""
    excluded_pct: float | None
    """The listed weight that does not count: cash, derivatives, and lines at or below 0."""


class Merged(Answer):
    """A security whose weight is that of several lines."""

    symbol: str
    symbols: list[str | None]
    names: list[str | None]


class SectorHolding(Answer):
    """A listed security, as it weighs in its sector."""

    weight_implied: Implied = None

    symbol: str | None
    name: str | None
    weight_pct: float


class SectorHoldings(Answer):
    """The largest listed securities of one sector, at most 20, largest weight first."""

    sector: str
    holdings: list[SectorHolding]


class Analytics(Answer):
    """The figures of one fund."""

    symbol: str
    name: str | None
    by: By
    holdings_as_of: str
    complete: bool
    listed: Listed
    implied_rows: Count
    """Counted lines that read 0.00 and whose weight is implied by their market value."""
    contracts_pct: float | None
    """Sum of the absolute weights of the listed futures, swaps and options, which do not count."""
    counted_pct: Figure
    """Sum of the weights that count: above 0, of class equity, etf, bond or other."""
    unseen_pct: Figure
    """What unlisted lines that count can weigh together."""
    concentration: Concentration
    asset_classes: list[AssetClassWeight]
    sectors: Sectors
    sector_holdings: list[SectorHoldings]
    """By sector, the one of the largest security first; empty where the weights support no figure."""
    gross_pct: float | None
    """Sum of absolute weights of the whole fund; null for a partial list."""
    net_pct: float | None
    """Sum of weights of the whole fund; null for a partial list."""
    excluded_pct: float | None
    """Cash, derivatives, and lines at or below 0; null for a partial list."""
    spread_bps: float | None
    """(ask - bid) / mid while the market is open."""
    cost: Cost
    merged: list[Merged]
    countries: Countries | None
    """Of the fund's newest filing with the SEC, with `as_of` of the newest on or before it, like the next ones."""
    currencies: Currencies | None
    maturities: Maturities | None
    liquidity: Liquidity | None
    duration: Duration | None
    ratings: None
    """Credit ratings, which the form does not ask for: always null."""
    assumptions: Assumptions
    doubts: Doubts
    flaws: Flaws
    basis: Basis = None
    reasons: Reasons


class OverlapPair(Answer):
    """How much of two funds is the same."""

    a: str
    b: str
    overlap_pct: Figure
    """Sum over common securities of the smaller weight."""
    active_share_pct: Figure
    """Half the sum of absolute differences (Cremers and Petajisto 2009)."""
    coverage_a_pct: Figure
    """Weight of `a` in securities that `b` holds too."""
    coverage_b_pct: Figure
    common_count: Count
    common_of_a_pct: Figure
    common_of_b_pct: Figure
    jaccard: Figure
    """Common securities over those in either, 0 to 1."""
    cosine: Figure
    """Of the weight vectors, 0 to 1: `notes` says what it is and is not."""
    reasons: Reasons


class OverlapLine(Answer):
    """One security in two funds."""

    in_doubt: InDoubt = None
    weight_implied: Implied = None

    symbol: str | None
    name: str | None
    weight_a_pct: Figure
    weight_b_pct: Figure
    overlap_pct: Figure


class Overlap(Answer):
    """All pairs of 2 to 30 funds; for two also their securities."""

    symbols: list[str]
    by: By
    holdings_as_of: Dates
    lag_days: LagDays
    merged: dict[str, list[Merged]]
    notes: dict[str, str]
    """`cosine`: what it is; `zero_rows`: lines that do not count; `contracts`: the part of a fund that does not."""
    assumptions: Assumptions
    doubts: Doubts
    flaws: Flaws
    common: list[OverlapLine] | None = None
    """Of two funds: in both, largest overlap first."""
    only_a: list[OverlapLine] | None = None
    only_b: list[OverlapLine] | None = None
    pairs: list[OverlapPair]
    basis: Basis = None
    reasons: Reasons


class PortfolioPosition(Answer):
    """A position as it was given."""

    symbol: str
    name: str | None
    kind: Literal["fund", "security"]
    weight_pct: float
    value_usd: float | None


class Through(Answer):
    """A position through which a security is held."""

    symbol: str
    weight_pct: float
    """Per cent of the portfolio that the listed lines bring."""


class Exposure(Answer):
    """What the portfolio holds of one security, all ways together."""

    in_doubt: InDoubt = None
    weight_implied: Implied = None

    symbol: str | None
    name: str | None
    weight_pct: Figure
    """Per cent of the portfolio."""
    value_usd: Figure
    through: list[Through]


class PortfolioCost(Answer):
    """What the funds of the portfolio take a year; a nested fund's is inside its holder's."""

    bps: float | None
    """Null unless every position's is known."""
    usd_per_year: float | None
    covered_pct: float
    """Per cent of the portfolio whose cost is known."""
    known_bps: float | None
    """Of the positions whose cost is known."""
    known_usd_per_year: float | None


class Unresolved(Answer):
    """A fund that is held and stays closed."""

    symbol: str | None
    name: str | None
    weight_pct: float
    why: UnresolvedReason


class Change(Answer):
    """By how much figures of the portfolio change."""

    hhi: Figure
    """Of an index of 0 to 1."""
    hhi_points: Figure
    """Of 10,000 points."""
    top_10_pct: Figure
    largest_pct: Figure
    cost_bps: Figure


class Marginal(Answer):
    """What one fund does to the portfolio."""

    symbol: str
    weight_pct: float
    remove: Change
    """Without it, the others scaled up to 100 %."""
    add: Change
    """With 1 % of the portfolio more of it, all that is there scaled to 99 %."""
    reasons: Reasons


class LargestSecurity(Answer):
    """One of the largest securities of a portfolio."""

    symbol: str | None
    name: str | None
    weight_pct: Figure


class WithoutFund(Answer):
    """The portfolio without one fund, the others scaled up to 100 %."""

    symbol: str
    """The fund that is left out."""
    largest: list[LargestSecurity]
    top_10_pct: Figure
    hhi_points: Figure
    """Of 10,000 points."""
    expense_ratio_pct: float | None
    """Per cent a year; null unless the cost of every position is known."""
    change: Change
    """`remove` of this fund in `marginal`."""
    reasons: Reasons


class Doubling(Answer):
    """The two funds that hold most of the same securities, and the portfolio without either one."""

    symbols: Annotated[list[str], Field(min_length=2, max_length=2)]
    overlap_pct: Figure
    """The sum of the smaller weights, in per cent of the funds; funds inside them are opened."""
    doubled_pct: Figure
    """The same in per cent of the portfolio, each fund by its part of it: what is held twice."""
    without: list[WithoutFund]
    reasons: Reasons


class FactorTilt(Answer):
    """What a fund, or a portfolio, has in common with the reference fund of one factor."""

    factor: str
    """Its name in the config: value, growth and so on."""
    reference: str
    """The symbol of its reference fund."""
    reference_as_of: str | None
    """The holdings date of the reference's newest list."""
    in_reference_pct: Figure
    """Weight in securities that the reference lists."""
    market_in_reference_pct: Figure
    """The same of the market fund."""
    overlap_pct: Figure
    """With the reference, as /api/overlap has it."""
    tilt_pct: Figure
    """`in_reference_pct` minus `market_in_reference_pct`, percentage points."""
    reasons: Reasons


Tilts = Annotated[list[FactorTilt], Field(description="In the config's order; empty where it names no factors.")]
MarketFund = Annotated[
    str | None, Field(description="The symbol of the market fund, against which tilts are measured.")
]
FactorNote = Annotated[str, Field(description="What a factor is here, and what it is not.")]


class Factors(Answer):
    """What a fund has in common with the reference funds of factors. Funds inside it stay closed, as in an overlap."""

    symbol: str
    market: MarketFund
    by: By
    holdings_as_of: str
    complete: bool
    """Whether the fund's list is."""
    factors: Tilts
    note: FactorNote
    assumptions: Assumptions
    doubts: Doubts
    flaws: Flaws
    reasons: Reasons


class PortfolioFactors(Answer):
    """The same of a portfolio, looked through."""

    market: MarketFund
    factors: Tilts
    note: FactorNote
    assumptions: Assumptions
    doubts: Doubts
    flaws: Flaws
    reasons: Reasons


class Portfolio(Answer):
    """A portfolio looked through."""

    by: By
    positions: list[PortfolioPosition]
    given_total: float
    """What the positions sum to as they were given: USD, or the unit of the proportions. All weights are of that."""
    holdings_as_of: Dates
    lag_days: LagDays
    complete: bool
    contracts_pct: float | None
    """Sum of the absolute weights of futures, swaps and options in the funds, which do not count."""
    counted_pct: Figure
    """Sum of the exposures."""
    unseen_pct: Figure
    unresolved_pct: Figure
    """In funds inside funds that stay closed; its high end counts every unlisted line as such a fund."""
    concentration: Concentration
    sectors: Sectors
    asset_classes: list[AssetClassWeight]
    cost: PortfolioCost
    unresolved: list[Unresolved]
    merged: dict[str, list[Merged]]
    flaws: Flaws
    assumptions: Assumptions
    doubts: Doubts
    exposures: list[Exposure] | None
    """Largest first."""
    marginal: list[Marginal]
    doubling: Doubling | None
    """Null where the portfolio has fewer than two funds, or no two that list the same security."""
    countries: PortfolioCountries | None
    """Of the filings of the funds that are positions, by their weights, like the next ones."""
    currencies: PortfolioCurrencies | None
    maturities: PortfolioMaturities | None
    liquidity: PortfolioLiquidity | None
    filing_assumptions: list[str]
    """What these four rest on."""
    factors: PortfolioFactors | None
    """Null with a reason where the lists are too large, and with `basis=filing`."""
    basis: Basis = None
    newer_snapshots: list[str] | None = None
    """Opened funds whose newest snapshot the tables do not have yet, where securities are held directly."""
    reasons: Reasons


class Holder(Answer):
    """A fund that lists the security."""

    weight_implied: Implied = None

    etf: str
    name: str | None
    """What the fund calls it; companies that only share the ticker are holders' lines of their own."""
    weight_pct: Figure
    """Per cent of the fund."""
    shares: float | None
    """Shares, contracts or par value; null where unlisted share classes of the issuer can add to them."""
    market_value_usd: float | None
    symbols: list[str | None]
    holdings_as_of: str
    reasons: Reasons


class MayHold(Answer):
    """A fund whose list is partial and does not show the security."""

    etf: str
    at_most_pct: float | None
    holdings_as_of: str
    reasons: Reasons


class Holders(Answer):
    """The funds that hold a security, largest weight first."""

    symbol: str
    name: str | None
    """Null where several companies go by the ticker."""
    holdings_as_of: Dates
    """Of the holders."""
    lag_days: LagDays
    assumptions: Assumptions
    doubts: Doubts
    flaws: Flaws
    holders: list[Holder]
    may_hold: list[MayHold]
    note: str | None = None
    """Said when no fund lists it, when several companies go by the ticker, and when that is in doubt."""
    reasons: Reasons


class ListedValue(Answer):
    """The listed market values, summed: the fund's size only at a coverage of about 100 %."""

    market_value_usd: float | None
    coverage_pct: float | None


class ComparedQuote(Answer):
    """The quote of a fund."""

    last_price: float | None
    """USD."""
    change_abs: float | None
    """USD, since the close before."""
    change_pct: float | None
    """Per cent of the close before."""
    bid: float | None
    """USD."""
    ask: float | None
    """USD."""
    session: Literal["close", "intraday"] | None
    as_of: str | None
    """New York time."""
    spread_bps: float | None


class ComparedFund(Answer):
    """One fund's column."""

    symbol: str
    name: str | None
    by: By
    holdings_as_of: str
    complete: bool
    unseen_pct: Figure
    """What unlisted lines that count can weigh together."""
    contracts_pct: float | None
    """Sum of the absolute weights of the listed futures, swaps and options, which do not count."""
    listed_value: ListedValue
    quote: ComparedQuote
    cost: Cost
    top_10_pct: Figure
    concentration: Concentration
    sectors: Sectors
    doubts: Doubts
    reasons: Reasons


class Compare(Answer):
    """2 to 30 funds side by side."""

    symbols: list[str]
    holdings_as_of: Dates
    lag_days: LagDays
    basis: Basis = None
    assumptions: Assumptions
    flaws: Flaws
    funds: list[ComparedFund]
    reasons: Reasons


class Amount(Answer):
    """A position in USD."""

    symbol: Annotated[str, Field(pattern=f"^{SECURITY}$", max_length=SECURITY_LENGTH)]
    amount_usd: Annotated[float, Field(ge=LEAST, le=MOST)]
    """USD."""


class Proportion(Answer):
    """A position as a part of the whole."""

    symbol: Annotated[str, Field(pattern=f"^{SECURITY}$", max_length=SECURITY_LENGTH)]
    proportion: Annotated[float, Field(ge=LEAST, le=MOST)]
    """In any unit, such as per cent: weights are of the sum."""


class PortfolioBody(Answer):
    """What POST /api/portfolio takes."""

    positions: (
        Annotated[list[Amount], Field(min_length=1, max_length=MAX_POSITIONS)]
        | Annotated[list[Proportion], Field(min_length=1, max_length=MAX_POSITIONS)]
    )
    """A symbol that is given twice counts with both. All positions are in USD, or all are proportions."""


MODELS = (Analytics, Factors, Overlap, Portfolio, Holders, Compare, PortfolioBody)
