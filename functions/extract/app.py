"""Extract: one queue message, one symbol; Schwab's answers go into raw/, byte for byte."""

import logging
import time
from collections.abc import Callable, Mapping
from contextlib import AbstractContextManager
from datetime import UTC, datetime
from typing import Any

from etf_common.capture import URL_CHARACTERS, Capture, write_capture
from etf_common.errors import PipelineError, PortalRefusedError
from etf_common.handlers import lazy_handler
from etf_common.lake import Lake, latest_key, rejected_key
from etf_common.messages import RefreshMessage
from etf_common.metrics import Metric, Metrics
from etf_common.runs import timestamp
from etf_common.settings import portal_url, user_agent
from etf_common.status import Fault, Result, Status, record_status
from extract.portal import Fetched, Portal, RejectedPageError
from extract.transport import Budget, Transport

log = logging.getLogger("etf.extract")
Handler = Callable[[dict[str, Any], Any], dict[str, Any]]


def create(
    environ: Mapping[str, str],
    *,
    gate: AbstractContextManager[Any] | None = None,
    now: Callable[[], datetime] = lambda: datetime.now(UTC),
    sleep: Callable[[float], None] = time.sleep,
    clock: Callable[[], float] = time.monotonic,
) -> Handler:
    """The Lambda handler over LAKE_BUCKET, SCHWAB_URL and USER_AGENT. Raises UsageError for a bad variable.

    `gate` is held during each request to the portal, where several handlers share one process.
    """
    lake, metrics = Lake.from_environment(environ), Metrics(environ)
    base_url, agent = portal_url(environ), user_agent(environ)

    def handler(event: dict[str, Any], _context: Any) -> dict[str, Any]:
        """Refresh the symbol of an SQS event. Raises RetryableError, so that the queue tries again."""
        message = RefreshMessage.from_sqs_event(event)
        fields = {"symbol": message.symbol, "run": message.run}
        began = clock()
        try:
            with Transport(agent, Budget(), gate=gate, sleep=sleep) as transport:
                answer = extract(message, Portal(base_url, transport), lake, now)
        except Exception:
            metrics.emit({Metric.FETCH_FAILURES: 1}, fields)
            raise
        values = {Metric.FETCHED_SYMBOLS: 1, Metric.FETCHED_BYTES: answer["bytes"]} if answer["key"] else {}
        metrics.emit({**values, Metric.FETCH_FAILURES: 0, Metric.FETCH_SECONDS: clock() - began}, fields)
        return answer

    return handler


def extract(message: RefreshMessage, portal: Portal, lake: Lake, now: Callable[[], datetime]) -> dict[str, Any]:
    """Fetch one symbol and write its capture, or the evidence why there is none.

    Returns `{"symbol", "run", "key", "bytes"}`, the page's key and the size of what was fetched, or key null and an
    `error` for what is no ETF.
    Raises PortalError after recording it: worth another try.
    """
    symbol, run = message.symbol, message.run
    # Before the first request: a close that comes while it runs is not covered by what was fetched before.
    began = now()
    max_holdings = None if message.max_holdings == "all" else message.max_holdings
    try:
        fetched = portal.fetch(symbol, max_holdings)
    except RejectedPageError as error:
        lake.write(rejected_key(symbol, run), error.page.body, "text/html", {"url": error.page.url[:URL_CHARACTERS]})
        return _rejected(lake, message, error, now)
    except PipelineError as error:
        _record(lake, message, "failed", error, now)
        raise
    key = write_capture(lake, _capture(message, fetched, max_holdings, began))
    log.info("captured", extra={"symbol": symbol, "run": run, "key": key, "parts": len(fetched.parts)})
    size = len(fetched.page.body) + sum(map(len, fetched.parts))
    return {"symbol": symbol, "run": run, "key": key, "bytes": size}


def _capture(message: RefreshMessage, fetched: Fetched, max_holdings: int | None, began: datetime) -> Capture:
    return Capture(
        symbol=message.symbol,
        run=message.run,
        page=fetched.page.body,
        parts=fetched.parts,
        url=fetched.page.url,
        fetched_at=timestamp(began),
        source=fetched.source,
        max_holdings=max_holdings,
        module_error=fetched.module_error,
    )


def _rejected(
    lake: Lake, message: RefreshMessage, error: RejectedPageError, now: Callable[[], datetime]
) -> dict[str, Any]:
    if lake.head_if_there(latest_key(message.symbol)):
        refused = PortalRefusedError(str(error))
        _record(lake, message, "failed", refused, now)
        raise refused
    _record(lake, message, "not_an_etf", error, now)
    fault = Fault.of(error).model_dump()
    return {"symbol": message.symbol, "run": message.run, "key": None, "error": fault}


def _record(
    lake: Lake, message: RefreshMessage, result: Result, error: PipelineError, now: Callable[[], datetime]
) -> None:
    log.error(result, extra={"symbol": message.symbol, "run": message.run, "code": error.code, "why": error.message})
    status = Status(symbol=message.symbol, run=message.run, at=timestamp(now()), result=result, error=Fault.of(error))
    record_status(lake, status)


__getattr__ = lazy_handler(create)
