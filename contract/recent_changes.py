"""The shapes of the answers about the dates of funds: what each was, and what changed since the date before."""

from typing import Annotated, Literal

from pydantic import Field

from contract.analytics import Figure, Reasons
from contract.models import Answer


class LargestLine(Answer):
    """The line with the largest weight."""

    symbol: str | None
    name: str | None
    weight_pct: float


class DatedSector(Answer):
    """What the companies of one sector weigh together, as in /analytics."""

    sector: str
    weight_pct: Figure


class HistoryEntry(Answer):
    """A holdings date for which there is a snapshot."""

    holdings_as_of: str
    rows: int | None
    weight_pct: float | None
    """Sum of the listed weights, per cent."""
    last_price: float | None
    """USD."""
    complete: bool
    fetched_at: str | None
    """UTC."""
    source: Literal["schwab", "sample"] | None
    top_10_pct: Figure
    """Per cent in the ten largest."""
    hhi_points: Figure
    """The Herfindahl-Hirschman index, 0 to 10,000 points."""
    largest: LargestLine | None
    sectors: list[DatedSector] | None
    """Largest first."""
    added_count: int | None
    """The count of securities that were not in the list of the holdings date before."""
    removed_count: int | None
    """The count of securities of the holdings date before that are not in this list."""
    reasons: Reasons


class DigestSplit(Answer):
    """A share split between the two dates."""

    symbol: str | None
    name: str | None
    ratio: float
    """New shares for one old share, a plain number."""


class DigestTrade(Answer):
    """One of the largest trades."""

    kind: Literal["added", "removed", "increased", "decreased"]
    symbol: str | None
    name: str | None
    traded_shares: float | None
    """Shares bought, or below 0 sold."""
    traded_usd: float | None
    weight_from_pct: float | None
    weight_to_pct: float | None
    trade_pct: float | None
    """The part of the change of the weight that the trade made, in percentage points; not what prices moved. Per cent
    of the fund."""


class FundChange(Answer):
    """What one fund bought and sold between a holdings date and the one before, in short."""

    title: str
    """One line in plain words, as in the feeds."""
    symbol: str
    name: str | None
    from_: Annotated[str, Field(alias="from")]
    to: str
    source: str
    fetched_at: str | None
    """Of the newer list, UTC."""
    complete: bool
    """Whether both lists are."""
    included: int | None
    """Lines of the newer list."""
    reported: int | None
    """Lines that the portal reports of the newer list."""
    flow_factor: float | None
    """What creations and redemptions multiplied the number of shares of each line by."""
    flow_reason: str | None
    """Why that is not known."""
    baskets: int
    """The count of groups of lines that moved by one factor each."""
    turnover_pct: float | None
    """One side, per cent of the fund."""
    added_count: int | None
    """The count of securities that were not held on the date before."""
    removed_count: int | None
    """The count of securities that are not held any more."""
    increased_count: int | None
    """The count of securities of which more were bought."""
    decreased_count: int | None
    """The count of securities of which a part was sold."""
    entered_count: int | None
    """The count of lines that a cut list has newly; they may have been held before."""
    left_count: int | None
    """The count of lines that a cut list does not have any more; they may still be held."""
    undetermined_count: int | None
    """The count of lines of which nobody can tell whether they were traded."""
    unchanged_count: int
    """The count of securities that were not traded."""
    splits: list[DigestSplit]
    """At most ten."""
    max_trade_pct: float | None
    """The largest part of a weight's change that a trade made, without its sign, in percentage points. Per cent of the
    fund."""
    largest_trades: list[DigestTrade]
    """At most ten, largest value first."""
    flaws: dict[str, str]
    """By holdings date, the codes of what is wrong with its list, separated by commas."""
    reasons: Reasons


class RecentChanges(Answer):
    """What all funds bought and sold since a date, newest first, then by symbol."""

    since: str
    """The first holdings date that the answer can have."""
    dates: list[str]
    """The holdings dates that it has changes of, newest first: at most 40."""
    changes: list[FundChange]
    next_offset: int | None
    """The count of rows to skip, `offset`, for the next part; null where there is none."""
    unreadable_dates: list[str] | None = None
    """Dates whose changes are damaged and missing here; left out where there are none."""
    note: str | None = None
    """Said where older dates are left out, and where nothing is built yet."""


MODELS = (HistoryEntry, RecentChanges)
