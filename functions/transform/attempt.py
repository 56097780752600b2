"""One attempt to turn a capture into a snapshot: read, parse, publish, and tell in the status how it ended."""

import logging
import time
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from typing import Any

from botocore.exceptions import BotoCoreError, ClientError

from etf_common.capture import Capture, read_capture
from etf_common.codes import ErrorCode, ResultCode
from etf_common.errors import (
    ClockAheadError,
    LayoutError,
    PipelineError,
    RetryableError,
    TimedOutError,
    UnexpectedError,
    logged,
)
from etf_common.lake import Lake, WriteConflictError, parse_raw_page_key, status_key
from etf_common.metrics import Metric, Metrics
from etf_common.models import Snapshot
from etf_common.runs import last_run, moment_of, timestamp
from etf_common.s3_events import written_keys
from etf_common.status import AttemptError, Status, Success, begin_try, end_try, record_status
from transform.parser import parse
from transform.publish import is_page_only, publish, publish_workbook
from transform.time_limit import time_limit

log = logging.getLogger("etf.transform")
LIMIT_SECONDS = 60.0
"""For one capture. The function's own time-out is twice as long, so that there is time to write the status."""


def captured_pages(event: Mapping[str, Any]) -> list[tuple[str, str]]:
    """(symbol, run) of every page that an S3 event names; its keys are URL-encoded. Raises MalformedEventError."""
    return [page for key in written_keys(event) if (page := parse_raw_page_key(key))]


@dataclass(frozen=True)
class Transform:
    """Transforms captures of one lake, each within `seconds`, and counts them for CloudWatch."""

    lake: Lake
    metrics: Metrics
    clock: Callable[[], float] = time.monotonic
    seconds: float = LIMIT_SECONDS

    def __call__(self, symbol: str, run: str) -> dict[str, Any]:
        """`transform`, and what CloudWatch counts of it."""
        began = self.clock()
        fields = {"symbol": symbol, "run": run}
        without_workbook: list[str] = []
        try:
            answer = transform(
                self.lake,
                symbol,
                run,
                seconds=self.seconds,
                on_workbook_failure=lambda: without_workbook.append(symbol),
            )
        except (TimedOutError, UnexpectedError):
            values = {Metric.PARSE_FAILURES: 1.0, Metric.TRANSFORM_SECONDS: self.clock() - began}
            self.metrics.emit(values, fields)
            raise
        failed = answer["result"] == ResultCode.FAILED
        values = {Metric.PARSE_FAILURES: float(failed), Metric.TRANSFORM_SECONDS: self.clock() - began}
        if not failed:
            values[Metric.TRANSFORMED_ROWS] = answer["rows"]
            values[Metric.WORKBOOK_FAILURES] = float(len(without_workbook))
        self.metrics.emit(values, fields)
        return answer


def transform(
    lake: Lake,
    symbol: str,
    run: str,
    *,
    seconds: float = LIMIT_SECONDS,
    on_workbook_failure: Callable[[], None] = lambda: None,
) -> dict[str, Any]:
    """Derive the snapshot of one capture and publish it; `on_workbook_failure` is called if the workbook could
    not be made, which changes nothing of the answer.

    Returns `{"symbol", "run", "result", "error", "rows", "reported", "holdings_as_of", "last_price"}`; result is
    `ok`, `page_only`, `kept_back` (a newer or fuller snapshot stays) or `failed` (the layout, or a run from the
    future; not retried).
    Raises CaptureMismatchError, DamagedObjectError and WriteConflictError, worth another try; TimedOutError and
    UnexpectedError, which the sweep tries until MAX_TRIES; and the storage's own errors. The status tells all but the
    last.
    """
    with _told(lake, symbol, run):
        if ahead := _dated_ahead(lake, symbol, run):
            return _ended(lake, _failure(symbol, run, ahead, settled=True))
        try:
            capture = read_capture(lake, symbol, run)
        except LayoutError as error:
            return _ended(lake, _failure(symbol, run, error, settled=True))
        begin_try(lake, symbol, run)
        with _tried(lake, symbol, run):
            try:
                with time_limit(seconds):
                    snapshot = parse(capture)
            except LayoutError as error:
                return _ended(lake, _failure(symbol, run, error, settled=True, at=capture.fetched_at))
            return _published(lake, capture, snapshot, on_workbook_failure)


def _dated_ahead(lake: Lake, symbol: str, run: str) -> ClockAheadError | None:
    """A run later than S3's own time would rank above every later one."""
    now = lake.time(status_key(symbol))
    if now is None or run <= last_run(now):
        return None
    return ClockAheadError(
        f"the run is dated later than S3's own time, {timestamp(now)}; correct the clock, refresh again"
    )


@contextmanager
def _told(lake: Lake, symbol: str, run: str) -> Iterator[None]:
    """Whatever ends the attempt stands in the status before it is raised."""
    try:
        yield
    except (ClientError, BotoCoreError):
        raise  # the storage fails, and the status is stored there too
    except PipelineError as error:
        _ended(lake, _failure(symbol, run, error))
        raise
    except Exception as error:  # a defect: the status names it, the log has its traceback
        log.error("unexpected", exc_info=logged(error), extra={"symbol": symbol, "run": run})
        unexpected = UnexpectedError.of(error)
        record_status(lake, _failure(symbol, run, unexpected))
        raise unexpected from None


@contextmanager
def _tried(lake: Lake, symbol: str, run: str) -> Iterator[None]:
    """A try that fails for a reason outside the capture does not count."""
    try:
        yield
    except (ClientError, BotoCoreError, RetryableError):
        with suppress(ClientError, BotoCoreError, WriteConflictError):
            end_try(lake, symbol, run)
        raise


def _failure(symbol: str, run: str, error: PipelineError, *, settled: bool = False, at: str | None = None) -> Status:
    log.error("failed", extra={"symbol": symbol, "run": run, "code": error.code, "why": error.message})
    return Status(
        symbol=symbol,
        run=run,
        at=at or timestamp(moment_of(run)),
        result=ResultCode.FAILED,
        error=AttemptError.of(error),
        transformed=(run,) if settled else (),
    )


def _published(
    lake: Lake, capture: Capture, snapshot: Snapshot, on_workbook_failure: Callable[[], None]
) -> dict[str, Any]:
    stays = publish(lake, snapshot)
    page_only = is_page_only(snapshot)
    result = ResultCode.KEPT_BACK if stays else ResultCode.PAGE_ONLY if page_only else ResultCode.OK
    log.info(result, extra={"symbol": capture.symbol, "run": capture.run, "rows": snapshot.totals.included})
    error, success = stays, None
    if page_only:
        why = capture.module_error or "the module API was not asked"
        error = AttemptError(code=ErrorCode.MODULE_UNAVAILABLE, message=why)
    if result == ResultCode.OK:
        success = Success(run=capture.run, fetched_at=capture.fetched_at, holdings_as_of=snapshot.holdings_as_of)
    status = Status(
        symbol=capture.symbol,
        run=capture.run,
        at=capture.fetched_at,
        result=result,
        error=error,
        last_success=success,
        transformed=(capture.run,),
    )
    answer = _ended(lake, status, snapshot)
    is_latest = stays is None
    if is_latest and not publish_workbook(lake, snapshot):
        on_workbook_failure()
    return answer


def _ended(lake: Lake, status: Status, snapshot: Snapshot | None = None) -> dict[str, Any]:
    """Record how the attempt ended. Returns transform's answer."""
    record_status(lake, status)
    return {
        "symbol": status.symbol,
        "run": status.run,
        "result": str(status.result),
        "error": status.error.model_dump() if status.error else None,
        "rows": snapshot.totals.included if snapshot else None,
        "reported": snapshot.totals.reported if snapshot else None,
        "holdings_as_of": snapshot.holdings_as_of if snapshot else None,
        "last_price": snapshot.summary.last_price if snapshot else None,
    }
