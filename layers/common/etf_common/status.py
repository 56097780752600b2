"""status/{symbol}.json: how the last attempt ended, the last success, and which captures the sweep leaves out.

Forward only, by run: a late failure of an older run never hides what a newer one found. A run that is dated later than
S3's own time was made by a wrong clock; whatever comes next takes its place.
"""

from collections.abc import Callable, Mapping
from datetime import datetime
from typing import Annotated

from pydantic import AfterValidator, BaseModel, ConfigDict, ValidationError

from etf_common.codes import ErrorCode, ResultCode
from etf_common.errors import NotFoundError, PipelineError, UsageError, one_line
from etf_common.lake import Lake, StoredObject, latest_key, read_or_head, status_key, until_written
from etf_common.runs import last_run, moment_of, timestamp

TRANSFORMED_KEPT = 30
"""More than are captured of a symbol in the days that the sweep looks back."""
MAX_TRIES = 3
"""So often is the transform of a capture begun without coming to an end, before the sweep leaves it out."""


def _line(characters: int) -> AfterValidator:
    return AfterValidator(lambda text: one_line(text, characters))


class _Record(BaseModel):
    # Lenient when it is read, so that a version that is rolled back still reads what a newer one wrote; the contract
    # says what is there.
    model_config = ConfigDict(
        frozen=True, use_attribute_docstrings=True, json_schema_extra={"additionalProperties": False}
    )


class AttemptError(_Record):
    """Why an attempt failed."""

    code: Annotated[str, _line(60)]
    """See the table of error codes."""
    message: Annotated[str, _line(500)]
    """What happened, in one line of at most 500 characters."""

    @classmethod
    def of(cls, error: PipelineError) -> "AttemptError":
        """What an expected error says."""
        return cls(code=error.code, message=error.message)


class Success(_Record):
    """The newest run that was published in full."""

    run: str
    fetched_at: str
    """UTC."""
    holdings_as_of: str


class Attempt(_Record):
    """How the last refresh of a symbol ended."""

    run: str
    """The refresh, by the time it was scheduled for: `20261120T223000Z`."""
    at: str
    """UTC: the fetch, or when it failed."""
    result: ResultCode
    error: AttemptError | None


class Status(Attempt):
    """The last attempt for one symbol, and what the pipeline has to remember about its captures."""

    symbol: str
    error: AttemptError | None = None
    last_success: Success | None = None
    transformed: tuple[str, ...] = ()
    """The newest runs whose captures are settled, which the sweep leaves out."""
    tries: Mapping[str, int] = {}
    """By run: how often the transform of its capture was begun and did not come to an end. Counted before the work,
    since what runs out of time or memory cannot be counted afterwards.
    """


def read_status(lake: Lake, symbol: str) -> Status | None:
    """The stored status, or None if there is none that can be read."""
    return _parse(read_or_head(lake, status_key(symbol)))


def _parse(stored: StoredObject | None) -> Status | None:
    try:
        return Status.model_validate_json(stored.body) if stored else None
    except ValidationError:
        return None  # an unreadable status is replaced by the next attempt's


def record_status(lake: Lake, status: Status) -> None:
    """Write `status`; of an older run than the one that stands there, only that its capture is settled."""
    _update(lake, status.symbol, lambda previous, latest: _merged(previous, status, latest))


def begin_try(lake: Lake, symbol: str, run: str) -> int:
    """Count that the transform of a capture begins. Returns how many times it has begun now.

    `end_try`, or a status that has the run among `transformed`, takes the count back.
    """
    counted = 0

    def begun(previous: Status | None, latest: str) -> Status:
        nonlocal counted
        # Counted once, from the first look: S3 can carry a write out and lose its answer, and the next look finds it.
        # A first capture has no status yet. This is what stands there if the process is ended from outside.
        message = "the transform has begun and has not come to an end yet; the sweep tries it again"
        error = AttemptError(code=ErrorCode.INTERRUPTED, message=message)
        at = timestamp(moment_of(run))
        known = previous or Status(symbol=symbol, run=run, at=at, result=ResultCode.FAILED, error=error)
        counted = counted or known.tries.get(run, 0) + 1
        count = max(counted, known.tries.get(run, 0))
        return known.model_copy(update={"tries": _newest_tries({**known.tries, run: count}, latest)})

    _update(lake, symbol, begun)
    return counted


def end_try(lake: Lake, symbol: str, run: str) -> None:
    """Take the count of one try back: it failed for a reason outside the capture, such as the storage."""

    left_over: int | None = None

    def ended(previous: Status | None, latest: str) -> Status | None:
        nonlocal left_over
        if previous is None or run not in previous.tries:
            return previous
        if left_over is None:
            left_over = previous.tries[run] - 1
        left = {**previous.tries, run: min(left_over, previous.tries[run])}
        return previous.model_copy(update={"tries": _newest_tries(left, latest)})

    _update(lake, symbol, ended)


def give_up(lake: Lake, symbol: str, run: str) -> AttemptError:
    """Settle a capture whose transform has failed MAX_TRIES times. Returns the reason, which stands in the status."""
    error = AttemptError(code=ErrorCode.INTERRUPTED, message="")

    def settled(previous: Status | None, latest: str) -> Status:
        nonlocal error
        error = _reason_to_give_up(previous, run)
        at = previous.at if previous and previous.run == run else timestamp(moment_of(run))
        last = Status(symbol=symbol, run=run, at=at, result=ResultCode.FAILED, error=error, transformed=(run,))
        merged = _merged(previous, last, latest)
        # The count stays, so that neither a start nor a sweep that finds no snapshot begins again.
        return merged.model_copy(update={"tries": _newest_tries({**merged.tries, run: MAX_TRIES}, latest)})

    _update(lake, symbol, settled)
    return error


def _reason_to_give_up(previous: Status | None, run: str) -> AttemptError:
    code, what = str(ErrorCode.INTERRUPTED), "its process ran out of time or memory"
    if previous and previous.run == run and previous.error and previous.error.code != ErrorCode.INTERRUPTED:
        if "given up after" in previous.error.message:
            return previous.error
        code, what = previous.error.code, previous.error.message
    message = f"{one_line(what, 380)}; given up after {MAX_TRIES} tries, replay it once the cause is mended"
    return AttemptError(code=code, message=message)


def forget(lake: Lake, symbol: str) -> list[str]:
    """Delete what is told of a symbol that never had data, a typo for instance: its status and its rejected pages.

    Returns the deleted keys. Raises UsageError for a symbol that has a snapshot or captures, NotFoundError for one of
    which nothing is known.
    """
    if lake.head_if_there(latest_key(symbol)):
        raise UsageError(f"{symbol} has a snapshot, so it is not forgotten; take it out of etf_symbols instead")
    if next(lake.keys(f"raw/{symbol}/"), None):
        raise UsageError(f"raw/{symbol}/ holds captures, from which the status would come back; delete them first")
    keys = [key for key in (status_key(symbol),) if lake.head_if_there(key)]
    keys += lake.keys(f"rejected/{symbol}/")
    if not keys:
        raise NotFoundError(f"nothing is known of {symbol}, so there is nothing to forget")
    for key in keys:
        lake.delete(key)
    return keys


def _update(lake: Lake, symbol: str, change: Callable[[Status | None, str], Status | None]) -> None:
    """Read, change and write the status, again where another writer was faster. Raises WriteConflictError at last.

    `change` gets the stored status and the latest run id that can be right by S3's own time.
    """
    key = status_key(symbol)

    def write() -> None:
        stored = read_or_head(lake, key)
        previous = _parse(stored)
        changed = change(previous, _latest_run(stored.answered_at if stored else None))
        if changed is not None and changed != previous:
            lake.replace(key, changed.model_dump_json().encode(), "application/json", {}, known=stored)

    until_written(write)


def _latest_run(now: datetime | None) -> str:
    return last_run(now) if now else "99991231T235959Z"


def _merged(previous: Status | None, status: Status, latest: str) -> Status:
    """The two in one. Runs behind `latest` were made by a wrong clock: they outrank nothing and are not remembered."""
    if previous is None:
        return status
    runs = {run for run in (*previous.transformed, *status.transformed) if run <= latest}
    tries = {run: count for run, count in previous.tries.items() if run not in status.transformed}
    successes = [success for success in (previous.last_success, status.last_success) if success]
    newest = max(successes, key=lambda success: _rank(success.run, latest), default=None)
    # A run from the future that was refused is told until the next attempt, of whatever run.
    is_older = _rank(previous.run, latest) > status.run
    newer = previous if is_older else status
    return newer.model_copy(
        update={
            "transformed": tuple(sorted(runs)[-TRANSFORMED_KEPT:]),
            "tries": _newest_tries(tries, latest),
            "last_success": newest,
        }
    )


def _rank(run: str, latest: str) -> str:
    return run if run <= latest else ""


def _newest_tries(tries: Mapping[str, int], latest: str) -> dict[str, int]:
    kept = sorted(run for run, count in tries.items() if count > 0 and run <= latest)[-TRANSFORMED_KEPT:]
    return {run: tries[run] for run in kept}
