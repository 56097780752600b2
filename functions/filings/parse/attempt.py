"""One attempt to turn a raw filing into a snapshot: read, parse, publish, and tell in the status how it ended."""

import logging
import time
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from typing import Any

from botocore.exceptions import BotoCoreError, ClientError

from etf_common.errors import (
    EmptyAmendmentError,
    LayoutError,
    PipelineError,
    RetryableError,
    UnexpectedError,
    logged,
)
from etf_common.filing import FilingSnapshot
from etf_common.filing_keys import parse_raw_filing_key, raw_filing_key
from etf_common.filing_status import FilingState, FilingStatus, record_accession, update_filing_status
from etf_common.lake import Lake, ObjectNotFoundError, WriteConflictError
from etf_common.metrics import Metric, Metrics
from etf_common.s3_events import written_keys
from etf_common.status import AttemptError
from filings.parse.limits import MAX_FILING_BYTES
from filings.parse.publish import publish
from filings.parse.snapshot import filing_snapshot
from filings.raw import FilingSource

log = logging.getLogger("etf.filings")


def raw_filings(event: Mapping[str, Any]) -> list[tuple[str, str]]:
    """(symbol, accession) of every document that an S3 event names; its keys are URL-encoded.

    Raises MalformedEventError.
    """
    return [found for key in written_keys(event) if (found := parse_raw_filing_key(key))]


@dataclass(frozen=True)
class Parse:
    """Parses raw filings of one lake and counts them for CloudWatch."""

    lake: Lake
    metrics: Metrics
    clock: Callable[[], float] = time.monotonic

    def __call__(self, symbol: str, accession: str) -> dict[str, Any]:
        """`parse_filing`, and what CloudWatch counts of it."""
        began = self.clock()
        fields = {"symbol": symbol, "accession": accession}
        try:
            answer = parse_filing(self.lake, symbol, accession)
        except UnexpectedError:
            values = {Metric.FILING_FAILURES: 1.0, Metric.FILING_SECONDS: self.clock() - began}
            self.metrics.emit(values, fields)
            raise
        failed = answer["result"] == "failed"
        values = {Metric.FILING_FAILURES: float(failed), Metric.FILING_SECONDS: self.clock() - began}
        if not failed:
            values[Metric.FILING_LINES] = answer["lines"]
        self.metrics.emit(values, fields)
        return answer


def parse_filing(lake: Lake, symbol: str, accession: str) -> dict[str, Any]:
    """Derive the snapshot of one raw filing and publish it.

    Returns `{"symbol", "accession", "result", "error", "report_date", "lines"}`; result is `parsed`, `kept_back`
    (another filing stands for its date, or it is an empty amendment) or `failed` (the document itself; not retried).
    Raises DamagedObjectError and WriteConflictError, worth another try; UnexpectedError, which the sweep tries until
    MAX_TRIES; and the storage's own errors. The status tells all but the last.
    """
    with _told(lake, symbol, accession):
        _begin_try(lake, symbol, accession)
        with _tried(lake, symbol, accession):
            try:
                snapshot = _snapshot(lake, symbol, accession)
            except EmptyAmendmentError as error:
                return _kept_back(lake, symbol, accession, error)
            except (LayoutError, ObjectNotFoundError) as error:
                return _failed(lake, symbol, accession, error, settled=True)
            return _published(lake, snapshot)


def _snapshot(lake: Lake, symbol: str, accession: str) -> FilingSnapshot:
    stored = lake.read(raw_filing_key(symbol, accession), most_bytes=MAX_FILING_BYTES)
    return filing_snapshot([stored.body], FilingSource.of(symbol, accession, stored.metadata))


def _begin_try(lake: Lake, symbol: str, accession: str) -> None:
    """Count that the parse of a filing begins, before the work: what runs out of memory is not counted afterwards."""
    tries = 0

    def begun(status: FilingStatus) -> FilingStatus:
        nonlocal tries
        # Counted once, from the first look: S3 can carry a write out and lose its answer.
        known = status.accessions.get(accession)
        tries = tries or (known.tries if known else 0) + 1
        return status.with_accession(accession, tries=tries)

    update_filing_status(lake, symbol, begun)


def _end_try(lake: Lake, symbol: str, accession: str) -> None:
    """Take the count of one try back: it failed for a reason outside the document, such as the storage."""
    left: int | None = None

    def ended(status: FilingStatus) -> FilingStatus:
        nonlocal left
        known = status.accessions.get(accession)
        if known is None or not known.tries:
            return status
        left = known.tries - 1 if left is None else left
        return status.with_accession(accession, tries=min(left, known.tries))

    update_filing_status(lake, symbol, ended)


@contextmanager
def _told(lake: Lake, symbol: str, accession: str) -> Iterator[None]:
    """Whatever ends the attempt stands in the status before it is raised."""
    try:
        yield
    except (ClientError, BotoCoreError):
        raise  # the storage fails, and the status is stored there too
    except PipelineError as error:
        _failed(lake, symbol, accession, error)
        raise
    except Exception as error:  # a defect: the status names it, the log has its traceback
        log.error("unexpected", exc_info=logged(error), extra={"symbol": symbol, "accession": accession})
        unexpected = UnexpectedError.of(error)
        _failed(lake, symbol, accession, unexpected)
        raise unexpected from None


@contextmanager
def _tried(lake: Lake, symbol: str, accession: str) -> Iterator[None]:
    """A try that fails for a reason outside the document does not count."""
    try:
        yield
    except (ClientError, BotoCoreError, RetryableError):
        with suppress(ClientError, BotoCoreError, WriteConflictError):
            _end_try(lake, symbol, accession)
        raise


def _published(lake: Lake, snapshot: FilingSnapshot) -> dict[str, Any]:
    stays = publish(lake, snapshot)
    state: FilingState = "kept_back" if stays else "parsed"
    symbol, accession = snapshot.symbol, snapshot.accession
    log.info(state, extra={"symbol": symbol, "accession": accession, "lines": snapshot.totals.lines})
    told = {"form": snapshot.form, "filed": snapshot.filed, "report_date": snapshot.report_date}
    record_accession(lake, symbol, accession, state=state, error=stays, tries=0, settled=False, **told)
    return {
        "symbol": symbol,
        "accession": accession,
        "result": state,
        "error": stays.model_dump() if stays else None,
        "report_date": snapshot.report_date,
        "lines": snapshot.totals.lines,
    }


def _kept_back(lake: Lake, symbol: str, accession: str, error: EmptyAmendmentError) -> dict[str, Any]:
    """Record that an amendment brought nothing. The snapshot that it would amend stays, or takes its place later."""
    log.info("kept_back", extra={"symbol": symbol, "accession": accession, "why": error.message})
    stays = AttemptError.of(error)
    record_accession(lake, symbol, accession, state="kept_back", error=stays, tries=0, settled=False, **error.told)
    return {
        "symbol": symbol,
        "accession": accession,
        "result": "kept_back",
        "error": stays.model_dump(),
        "report_date": error.told["report_date"],
        "lines": 0,
    }


def _failed(lake: Lake, symbol: str, accession: str, error: PipelineError, *, settled: bool = False) -> dict[str, Any]:
    """Record why an attempt failed. Returns parse_filing's answer. A snapshot that stands is not touched."""
    log.error("failed", extra={"symbol": symbol, "accession": accession, "code": error.code, "why": error.message})
    told = AttemptError.of(error)
    record_accession(lake, symbol, accession, state="failed", error=told, settled=settled)
    return failure(symbol, accession, told)


def failure(symbol: str, accession: str, error: AttemptError) -> dict[str, Any]:
    """The answer of an attempt that failed."""
    return {
        "symbol": symbol,
        "accession": accession,
        "result": "failed",
        "error": error.model_dump(),
        "report_date": None,
        "lines": None,
    }
