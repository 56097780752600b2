"""The answers' shapes: what openapi.json says of the routes that serve data as it is."""

from typing import Literal

from pydantic import BaseModel, ConfigDict

from etf_common.status import Attempt, Success

SYMBOL = r"[A-Z0-9]{1,10}(\.[A-Z0-9]{1,4})?"
"""An ETF's symbol as it is answered; callers may write it in any case."""
SECURITY = r"[A-Z0-9&]{1,12}([. ][A-Z0-9]{0,4})?"
"""The symbol of whatever a fund may list."""


class Answer(BaseModel):
    """An object with these fields and no others; a field's docstring gives its unit."""

    model_config = ConfigDict(extra="forbid", use_attribute_docstrings=True)


class Health(Answer):
    """The function runs; nothing is said of the storage."""

    status: Literal["healthy"]


class Error(Answer):
    """Every error."""

    statusCode: int  # noqa: N815 - the name that API Gateway uses
    message: str
    """What is wrong, and what to do."""


class SymbolStatus(Answer):
    """How good the data of one symbol is; null where there is no snapshot."""

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


class HistoryEntry(Answer):
    """One holdings date of which there is a snapshot."""

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
