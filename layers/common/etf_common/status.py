"""status/{symbol}.json: how the last attempt ended, and the last success.

Forward only, by run: a late failure of an older run never hides what a newer one found.
"""

from typing import Literal

from pydantic import BaseModel, ConfigDict, ValidationError

from etf_common.errors import DamagedObjectError, PipelineError
from etf_common.lake import Lake, StoredObject, WriteConflictError, status_key

TRANSFORMED_KEPT = 30
"""More than are captured of a symbol in the days that the sweep looks back."""
Result = Literal["ok", "page_only", "kept_back", "not_an_etf", "failed"]


class Fault(BaseModel):
    """An error's code and what it says."""

    model_config = ConfigDict(frozen=True)

    code: str
    message: str

    @classmethod
    def of(cls, error: PipelineError) -> "Fault":
        """The fault that an expected error is."""
        return cls(code=error.code, message=error.message)


class Success(BaseModel):
    """The newest run that was published in full. `fetched_at` is UTC."""

    model_config = ConfigDict(frozen=True)

    run: str
    fetched_at: str
    holdings_as_of: str


class Status(BaseModel):
    """The last attempt for one symbol. `at` is UTC: the fetch, or when it failed."""

    model_config = ConfigDict(frozen=True)

    symbol: str
    run: str
    at: str
    result: Result
    error: Fault | None = None
    last_success: Success | None = None
    transformed: tuple[str, ...] = ()
    """The newest runs whose captures were read to the end, which the sweep leaves out."""


def read_status(lake: Lake, symbol: str) -> Status | None:
    """The stored status, or None if there is none that can be read."""
    return _parse(_stored(lake, status_key(symbol)))


def _stored(lake: Lake, key: str) -> StoredObject | None:
    """The stored object, with an empty body if it is damaged: the next attempt writes it anew."""
    try:
        return lake.read_if_there(key)
    except DamagedObjectError:
        return lake.head_if_there(key)


def _parse(stored: StoredObject | None) -> Status | None:
    try:
        return Status.model_validate_json(stored.body) if stored else None
    except ValidationError:
        return None  # an unreadable status is replaced by the next attempt's


def record_status(lake: Lake, status: Status) -> None:
    """Write `status`; of an older run than the one that stands there, only that its capture was transformed."""
    key = status_key(status.symbol)
    while True:
        stored = _stored(lake, key)
        previous = _parse(stored)
        merged = _merged(previous, status) if previous else status
        if merged == previous:
            return
        try:
            lake.replace(key, merged.model_dump_json().encode(), "application/json", {}, known=stored)
        except WriteConflictError:
            continue
        return


def _merged(previous: Status, status: Status) -> Status:
    recent = tuple(sorted({*previous.transformed, *status.transformed})[-TRANSFORMED_KEPT:])
    successes = [success for success in (previous.last_success, status.last_success) if success]
    newest = max(successes, key=lambda success: success.run, default=None)
    newer = previous if previous.run > status.run else status
    return newer.model_copy(update={"transformed": recent, "last_success": newest})
