"""The models of the answers that are not analyses, for openapi.json."""

from typing import Literal

from pydantic import BaseModel, ConfigDict

from etf_common.filing import SourceKind
from etf_common.filing_status import FilingResult
from etf_common.status import Attempt, Success
from etf_common.symbols import SECURITY_PATTERN

SECURITY = SECURITY_PATTERN.replace("A-Z", "A-Za-z")
"""A symbol as callers may write it: in any case."""


class Answer(BaseModel):
    """An object with exactly these fields; a field's docstring gives its unit."""

    model_config = ConfigDict(extra="forbid", use_attribute_docstrings=True)


class Health(Answer):
    """The function is running; the storage is not checked."""

    status: Literal["healthy"]


class Error(Answer):
    """The body of every error."""

    statusCode: int  # noqa: N815 - the name that API Gateway uses
    message: str
    """What happened, then what to do."""


class FilingError(Answer):
    """Why there is no filing, or no newer one, and what to do."""

    code: str
    message: str


class FilingOfSymbol(Answer):
    """A symbol's newest filing with the SEC, and how the last look for one ended; null where there is none."""

    report_date: str | None
    """The date of the holdings in it."""
    filed: str | None
    """When the SEC got it."""
    accession: str | None
    complete: bool | None
    source: SourceKind | None
    age_days: int | None
    """The days from the report date until now."""
    checked_at: str | None
    """When the SEC was last asked, UTC."""
    result: FilingResult | None
    error: FilingError | None
    note: str | None
    """Why the filing that came last does not stand, which is no failure: an amendment can list nothing."""


class SymbolStatus(Answer):
    """The data of one symbol: its times, completeness, freshness and last refresh; null where there is no snapshot, as
    for a symbol that has filings alone."""

    configured: bool
    """Whether `etf_symbols` has it."""
    reference_for: str | None
    """The factor that its holdings stand for, by `factors` in the config: `value`; null for none."""
    source: Literal["schwab", "sample"] | None
    quote_as_of: str | None
    """New York time."""
    holdings_as_of: str | None
    fetched_at: str | None
    """UTC."""
    rows: int | None
    reported: int | None
    """Rows that the portal reports."""
    complete: bool | None
    stale: bool
    """No snapshot, or older than the last close in New York, or holdings older than `stale_after_days`."""
    stale_reasons: list[str]
    last_attempt: Attempt | None
    last_success: Success | None
    filing: FilingOfSymbol
