"""One attempt to capture a symbol: ask the portal, write the capture, or tell in the status why there is none."""

import logging
from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from etf_common.capture import URL_CHARACTERS, Capture, write_capture
from etf_common.codes import ResultCode
from etf_common.errors import ClockAheadError, PortalRefusedError
from etf_common.lake import Lake, latest_key, rejected_key
from etf_common.messages import RefreshMessage
from etf_common.runs import CLOCK_TOLERANCE, last_run, timestamp
from etf_common.status import AttemptError, Status, record_status
from etf_common.told import told
from extract.portal import Fetched, Portal, RejectedPageError

log = logging.getLogger("etf.extract")


@dataclass(frozen=True)
class _Attempt:
    """One refresh of one symbol."""

    lake: Lake
    message: RefreshMessage
    now: Callable[[], datetime]

    @property
    def fields(self) -> dict[str, str]:
        return {"symbol": self.message.symbol, "run": self.message.run}

    def record(self, result: ResultCode, error: AttemptError) -> None:
        log.error(result, extra={**self.fields, "code": error.code, "why": error.message})
        status = Status(**self.fields, at=timestamp(self.now()), result=result, error=error)
        record_status(self.lake, status)


def extract(message: RefreshMessage, portal: Portal, lake: Lake, now: Callable[[], datetime]) -> dict[str, Any]:
    """Fetch one symbol and write its capture, or the evidence why there is none.

    Returns `{"symbol", "run", "key", "bytes"}`, the page's key and the size of what was fetched, or key null and an
    `error` for what is not an ETF.
    Raises, after recording it: PortalError, worth another try; ClockAheadError for a run later than S3's own time;
    UnexpectedError for a defect. The storage's own errors are raised as they are.
    """
    attempt = _Attempt(lake, message, now)
    with told(lambda error: attempt.record(ResultCode.FAILED, error), log, attempt.fields):
        # Before the first request: a close that comes while it runs is not covered by what was fetched before.
        began = _began(attempt)
        max_holdings = None if message.max_holdings == "all" else message.max_holdings
        try:
            fetched = portal.fetch(message.symbol, max_holdings)
        except RejectedPageError as error:
            return _rejected(attempt, error)
        key = write_capture(lake, _capture(message, fetched, max_holdings, began))
    log.info("captured", extra={**attempt.fields, "key": key, "parts": len(fetched.parts)})
    size = len(fetched.page.body) + sum(map(len, fetched.parts))
    return {**attempt.fields, "key": key, "bytes": size}


def _began(attempt: _Attempt) -> datetime:
    """When the attempt began. S3's own time where this clock is ahead: a fetch from the future would count as fresh
    until then. Raises ClockAheadError for a run that lies ahead, which would rank above every later one.
    """
    now, s3_time = attempt.now(), attempt.lake.time(latest_key(attempt.message.symbol))
    if s3_time is None:
        return now
    if attempt.message.run > last_run(s3_time):
        told = timestamp(s3_time)
        raise ClockAheadError(f"the run is dated later than S3's own time, {told}; correct the clock and refresh again")
    return s3_time if now > s3_time + CLOCK_TOLERANCE else now


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


def _rejected(attempt: _Attempt, error: RejectedPageError) -> dict[str, Any]:
    symbol, run = attempt.message.symbol, attempt.message.run
    metadata = {"url": error.page.url[:URL_CHARACTERS]}
    attempt.lake.write(rejected_key(symbol, run), error.page.body, "text/html", metadata)
    if attempt.lake.head_if_there(latest_key(symbol)):
        raise PortalRefusedError(str(error))
    reason = AttemptError.of(error)
    attempt.record(ResultCode.NOT_AN_ETF, reason)
    return {"symbol": symbol, "run": run, "key": None, "error": reason.model_dump()}
