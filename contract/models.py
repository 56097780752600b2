"""The models of the answers that are not analyses, for openapi.json."""

from typing import Literal

from pydantic import BaseModel, ConfigDict

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


class SymbolStatus(Answer):
    """The data of one symbol: its times, completeness, freshness and last refresh; null where there is no snapshot."""

    configured: bool
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
