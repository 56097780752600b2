"""Transform: a capture committed in raw/ becomes a snapshot in processed/."""

import logging
import time
from collections.abc import Callable, Mapping
from typing import Any
from urllib.parse import unquote_plus

from etf_common.capture import Capture, read_capture
from etf_common.errors import LayoutError, RetryableError
from etf_common.handlers import lazy_handler
from etf_common.lake import Lake, parse_raw_page_key
from etf_common.metrics import Metric, Metrics
from etf_common.models import Snapshot
from etf_common.runs import moment_of, timestamp
from etf_common.status import Fault, Result, Status, Success, record_status
from transform.parser import parse
from transform.publish import is_page_only, publish

log = logging.getLogger("etf.transform")
Handler = Callable[[dict[str, Any], Any], list[dict[str, Any]]]


def create(environ: Mapping[str, str], *, clock: Callable[[], float] = time.monotonic) -> Handler:
    """The Lambda handler over LAKE_BUCKET. Raises UsageError for a bad variable."""
    lake, metrics = Lake.from_environment(environ), Metrics(environ)

    def handler(event: dict[str, Any], _context: Any) -> list[dict[str, Any]]:
        """Transform every page that an S3 event names. Raises RetryableError, so that the event comes again."""
        return [measured(lake, symbol, run, metrics, clock) for symbol, run in captured_pages(event)]

    return handler


def measured(lake: Lake, symbol: str, run: str, metrics: Metrics, clock: Callable[[], float]) -> dict[str, Any]:
    """`transform`, and what CloudWatch counts of it."""
    began = clock()
    answer = transform(lake, symbol, run)
    failed = answer["result"] == "failed"
    values: dict[Metric, float] = {Metric.PARSE_FAILURES: int(failed), Metric.TRANSFORM_SECONDS: clock() - began}
    if not failed:
        values[Metric.TRANSFORMED_ROWS] = answer["rows"]
    metrics.emit(values, {"symbol": symbol, "run": run})
    return answer


def captured_pages(event: Mapping[str, Any]) -> list[tuple[str, str]]:
    """(symbol, run) of every page that an S3 event names; its keys are URL-encoded."""
    keys = [unquote_plus(record["s3"]["object"]["key"]) for record in event["Records"]]
    return [page for key in keys if (page := parse_raw_page_key(key))]


def transform(lake: Lake, symbol: str, run: str) -> dict[str, Any]:
    """Derive the snapshot of one capture and publish it.

    Returns `{"symbol", "run", "result", "error", "rows", "reported", "holdings_as_of", "last_price"}`; result is
    `ok`, `page_only`, `kept_back` (a newer or fuller snapshot stands) or `failed` (the layout; not retried).
    Raises CaptureMismatchError and DamagedObjectError: worth another try.
    """
    try:
        capture = read_capture(lake, symbol, run)
    except RetryableError as error:
        fault = Fault.of(error)
        status = Status(symbol=symbol, run=run, at=timestamp(moment_of(run)), result="failed", error=fault)
        record_status(lake, status)
        raise
    try:
        snapshot = parse(capture)
    except LayoutError as error:
        log.error("failed", extra={"symbol": symbol, "run": run, "code": error.code, "why": error.message})
        return _finish(lake, capture, "failed", error=Fault.of(error))
    is_latest = publish(lake, snapshot)
    result: Result = "kept_back" if not is_latest else "page_only" if is_page_only(snapshot) else "ok"
    log.info(result, extra={"symbol": symbol, "run": run, "rows": snapshot.totals.included})
    return _finish(lake, capture, result, snapshot=snapshot)


def _finish(
    lake: Lake, capture: Capture, result: Result, *, snapshot: Snapshot | None = None, error: Fault | None = None
) -> dict[str, Any]:
    if snapshot and is_page_only(snapshot):
        error = Fault(code="module_unavailable", message=capture.module_error or "the module API was not asked")
    success = None
    if snapshot and result == "ok":
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
    record_status(lake, status)
    return {
        "symbol": capture.symbol,
        "run": capture.run,
        "result": result,
        "error": error.model_dump() if error else None,
        "rows": snapshot.totals.included if snapshot else None,
        "reported": snapshot.totals.reported if snapshot else None,
        "holdings_as_of": snapshot.holdings_as_of if snapshot else None,
        "last_price": snapshot.summary.last_price if snapshot else None,
    }


__getattr__ = lazy_handler(create)
