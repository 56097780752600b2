"""The shapes of a portfolio's drift. Weights are per cent of the portfolio, money USD."""

from typing import Annotated, Literal

from pydantic import Field

from api.portfolio_query import LEAST, MAX_POSITIONS, MOST
from contract.analytics import Amount, Assumptions, By, Doubts, Figure, Proportion, Reasons
from contract.models import SECURITY, Answer
from contract.two_dates import PortfolioFlaws
from etf_common.symbols import SECURITY_LENGTH


class Shares(Answer):
    """A position in shares."""

    symbol: Annotated[str, Field(pattern=f"^{SECURITY}$", max_length=SECURITY_LENGTH)]
    shares: Annotated[float, Field(ge=LEAST, le=MOST)]
    """Shares, valued at the closing quote of the earlier date."""


class DriftBody(Answer):
    """What POST /api/drift takes."""

    positions: (
        Annotated[list[Amount | Shares], Field(min_length=1, max_length=MAX_POSITIONS)]
        | Annotated[list[Proportion], Field(min_length=1, max_length=MAX_POSITIONS)]
    )
    """As of the earlier date. A symbol that is given twice counts with both."""
    targets: Annotated[dict[str, Annotated[float, Field(ge=0, le=100)]] | None, Field(max_length=MAX_POSITIONS)] = None
    """Per cent by symbol, at most 100 together."""
    first: Annotated[
        str | None,
        Field(alias="from", json_schema_extra={"format": "date"}, description="As in the query; the two must agree."),
    ] = None
    to: Annotated[
        str | None, Field(json_schema_extra={"format": "date"}, description="As in the query; the two must agree.")
    ] = None


class DriftedPosition(Answer):
    """A position on both dates, or a target that is not held."""

    symbol: str
    name: str | None
    kind: Literal["fund", "security"]
    weight_from_pct: float | None
    """Per cent of the portfolio."""
    weight_to_pct: float | None
    """Per cent of the portfolio."""
    drift_pct: float | None
    """The later weight less the earlier one, percentage points."""
    return_pct: float | None
    """The change of the closing quote, without distributions."""
    target_pct: float | None = None
    """As it was given; left out where the body has no targets."""
    from_target_pct: float | None = None
    """The later weight less the target, percentage points."""
    price_from_usd: float | None
    """The closing quote of the earlier date."""
    price_to_usd: float | None
    """The closing quote of the later date."""
    value_from_usd: float | None
    value_to_usd: float | None
    reasons: Reasons


class DriftedSecurity(Answer):
    """A security that the portfolio holds through its funds or directly, on both dates."""

    symbol: str | None
    name: str | None
    weight_from_pct: Figure
    """Per cent of the portfolio."""
    weight_to_pct: Figure
    """Per cent of the portfolio."""
    drift_pct: Figure
    """The later weight less the earlier one, percentage points."""
    reasons: Reasons


class DaysOfCloses(Answer):
    """The sessions whose closing quotes value the positions: the last ones on or before the two dates."""

    first: Annotated[str, Field(alias="from")]
    to: str


class DatesOfLists(Answer):
    """By fund: the date of its list on each date."""

    first: Annotated[dict[str, str], Field(alias="from")]
    to: dict[str, str]


class Drift(Answer):
    """How far a portfolio has moved between two dates by the prices of its funds, nothing traded."""

    first: Annotated[str, Field(alias="from", description="The earlier date, of which the positions are.")]
    to: str
    """The later date."""
    by: By
    closes_of: DaysOfCloses
    holdings_as_of: DatesOfLists
    complete: bool
    """Whether all lists are complete."""
    positions: list[DriftedPosition]
    """As they were given, then targets that are not held."""
    value_from_usd: float | None
    value_to_usd: float | None
    return_pct: float | None
    """Of the whole portfolio, without distributions."""
    moved_pct: float | None
    """Half the sum of the absolute drifts of the positions: what would have to be traded to undo them."""
    securities: list[DriftedSecurity] | None
    """Largest drift first; null where a weight of the portfolio is not known."""
    assumptions: Assumptions
    doubts: Doubts
    flaws: PortfolioFlaws
    notes: Annotated[dict[str, str], Field(description="By fund: why both of its lists are one.")]
    note: str
    """What a drift is made of, and what is not in it."""
    reasons: Reasons


MODELS = (Drift, DriftBody)
