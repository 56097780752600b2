"""The shapes of the answers about all funds, which rest on the tables."""

from typing import Annotated, Literal

from pydantic import Field

from contract.analytics import Assumptions, Bounds, Figure, Flaws, Reasons
from contract.models import Answer
from etf_common.codes import DoubtReason
from etf_common.models import AssetClass

TablesAsOf = Annotated[str, Field(description="When the tables that the answer rests on were built, UTC.")]
Funds = Annotated[
    int | Bounds,
    Field(description="The count of funds that list it; its high end counts partial lists that may hide it."),
]
Newer = Annotated[
    list[str] | None,
    Field(description="Funds whose newest snapshot the tables do not have yet; left out where there are none."),
]


class FoundFund(Answer):
    """A fund."""

    symbol: str
    name: str | None
    basis: Literal["list", "filing"]
    """`filing` where only filings with the SEC are here and no list: such a fund is not in `/api/etfs`."""


class FoundSecurity(Answer):
    """A security that funds list."""

    symbol: str | None
    name: str | None
    """As the first fund by symbol calls it."""
    asset_class: AssetClass
    funds: Funds


class Search(Answer):
    """Funds and securities, best first: the symbol itself, symbols that begin so, names with words that begin so, names
    that contain it; of equally good ones those that more funds hold."""

    funds: list[FoundFund]
    securities: list[FoundSecurity]
    tables_as_of: TablesAsOf


class ScreenedFund(Answer):
    """A fund that fits, with the figures asked for; others are left out."""

    symbol: str
    name: str | None
    match: Literal["yes", "maybe"]
    """`maybe` where the bounds of a figure, or one that is not known, leave it open."""
    complete: bool
    holdings_as_of: str
    sector_pct: Figure = None
    """Per cent of the fund in the sector."""
    asset_class_pct: Figure = None
    """Per cent of the fund in the asset class."""
    holds_pct: Figure = None
    """Per cent of the fund in the security."""
    holds_name: str | None = None
    """What the fund calls the security; null where only its unlisted lines may hold it."""
    top_10_pct: Figure = None
    """Per cent in the ten largest."""
    expense_ratio_pct: float | None = None
    """Per cent a year."""
    factor_tilt_pct: dict[str, Figure] | None = None
    """By factor that was asked for: the tilt, as /api/etfs/{symbol}/factors has it. Percentage points."""
    reasons: Reasons


class Screen(Answer):
    """The funds that fit a description, and those that may."""

    funds: list[ScreenedFund]
    total: int
    """The count of all that fit or may fit."""
    maybe: int
    """The count of those that only may fit."""
    note: str | None = None
    """Said where it is in doubt which security `holds` means."""
    tables_as_of: TablesAsOf


class SectorDifference(Answer):
    """A sector that weighs more in one of the two funds."""

    sector: str
    weight_a_pct: Figure
    """Per cent of the fund that was asked for."""
    weight_b_pct: Figure
    """Per cent of the similar fund."""


class SecurityDifference(Answer):
    """A security that weighs more in one of the two funds."""

    symbol: str | None
    name: str | None
    weight_a_pct: Figure
    """Per cent of the fund that was asked for."""
    weight_b_pct: Figure
    """Per cent of the similar fund."""
    overlap_pct: Figure
    weight_implied: Literal[True] | None = None
    in_doubt: bool | None = None


class SimilarFund(Answer):
    """A fund like the one that was asked for. Its figures are those of /api/overlap for the two."""

    symbol: str
    name: str | None
    holdings_as_of: str
    complete: bool
    overlap_pct: Figure
    active_share_pct: Figure
    common_count: int | Bounds | None
    """The count of securities in both."""
    expense_ratio_pct: float | None
    """Per cent a year."""
    sector_differences: list[SectorDifference] | None
    """The sectors that differ most."""
    largest_differences: list[SecurityDifference] | None
    """The securities that differ most."""
    in_doubt: bool | None = None
    """True where lines may be one security or several; /api/overlap says which."""
    flaws: Flaws
    reasons: Reasons


class Similar(Answer):
    """The funds most like one, largest certain overlap first."""

    symbol: str
    name: str | None
    similar: list[SimilarFund]
    compared: int
    """The count of funds that were compared: those with the largest sums of smaller weights."""
    note: str | None = None
    """Said where the tables do not have the fund yet."""
    newer_snapshots: Newer = None
    tables_as_of: TablesAsOf


class Substitute(Answer):
    """A fund that may stand in for the one that was asked for."""

    symbol: str
    name: str | None
    holdings_as_of: str
    complete: bool
    overlap_pct: Figure
    """Of /api/overlap for the two funds."""
    expense_ratio_pct: float | None
    """Per cent a year."""
    saving_pct: float | None
    """By how much less it costs, per cent a year; below 0 where it costs more, null where a cost is not known."""
    sector_distance_pct: Figure
    """Half the sum of the absolute differences of the weights by sector, in percentage points."""
    in_doubt: bool | None = None
    """True where lines may be one security or several; /api/overlap says which."""
    flaws: Flaws
    reasons: Reasons


class OfBothLists(Answer):
    """A count of funds for each list."""

    cheaper: int
    """The count for this list."""
    similar_exposure: int
    """The count for this list."""


class Totals(Answer):
    """How many funds each list has, before limit and offset; null where it cannot be made."""

    cheaper: int | None
    """The count of this list."""
    similar_exposure: int | None
    """The count of this list."""


class Substitutes(Answer):
    """Funds that may stand in for one. No tax or investment advice."""

    symbol: str
    name: str | None
    holdings_as_of: str
    complete: bool
    expense_ratio_pct: float | None
    """Per cent a year."""
    cheaper: list[Substitute] | None
    """Those that overlap with it at least by min_overlap_pct for certain and cost less, largest saving first."""
    similar_exposure: list[Substitute] | None
    """Those that overlap with it at most by max_overlap_pct for certain, and whose sectors are near: nearest first."""
    totals: Totals
    considered: int
    """The count of funds that were compared line by line."""
    left_out: OfBothLists
    """The count of funds that may belong to a list by what the tables say, and were not compared."""
    undecided: OfBothLists
    """The count of compared funds that may belong to a list, since bounds leave it open."""
    cost_unknown: int
    """The count of funds among those most like it whose cost is not known: they are not among the cheaper ones."""
    note: str
    """That this is no advice, and where to be careful."""
    assumptions: Assumptions
    newer_snapshots: Newer = None
    tables_as_of: TablesAsOf
    reasons: Reasons


class CrowdedSecurity(Answer):
    """A security with what all funds hold of it."""

    symbol: str | None
    name: str | None
    asset_class: AssetClass
    sector: str
    funds: Funds
    weight_sum_pct: Figure
    """The weights in all funds added up, per cent of a fund; its high end counts what partial lists may hide."""
    listed_weight_sum_pct: float | None
    """The listed weights added up, per cent of a fund."""
    market_value_usd: float | None
    """The values added up, USD; null where a fund does not give one, or where partial lists may hold more."""
    listed_market_value_usd: float | None
    """The listed values added up, USD; null where a fund does not give one."""
    in_doubt: DoubtReason | None = None
    """Why it may be one security with another row; left out where that is certain."""
    reasons: Reasons


class Crowding(Answer):
    """The securities that most funds hold, then by their listed weights added up."""

    securities: list[CrowdedSecurity]
    total: int
    """The count of all such securities."""
    tables_as_of: TablesAsOf


MODELS = (Search, Screen, Similar, Substitutes, Crowding)
