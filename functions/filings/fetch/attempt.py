"""One attempt to fetch a symbol's filings: ask the SEC, keep the new documents, and tell in the status how it ended."""

import json
import logging
from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any, Literal

from etf_common.codes import ErrorCode
from etf_common.errors import (
    ContactError,
    FilingError,
    NotAFilerError,
    OtherSeriesError,
    PipelineError,
    SecLayoutError,
    StaleTickerError,
    shorten,
)
from etf_common.filing_keys import RAW_FILINGS, parse_raw_filing_key
from etf_common.filing_status import FilingResult, FilingStatus, Registrant, record_accession, update_filing_status
from etf_common.lake import Lake, latest_key
from etf_common.messages import FilingsMessage
from etf_common.runs import timestamp
from etf_common.status import AttemptError
from etf_common.told import told
from etf_common.transport import HttpAnswer
from filings.fetch.edgar import Edgar, Filer
from filings.fetch.listed import Listed
from filings.fetch.names import Likeness, likeness
from filings.parse.head import Head, read_head
from filings.raw import FilingSource, write_raw_filing

log = logging.getLogger("etf.filings")
SETTLED = (NotAFilerError, StaleTickerError, ContactError, SecLayoutError, FilingError)
"""What the same message would meet again, so that the queue need not bring it again."""
SOURCE_HEADER = "X-Data-Source"
"""The stand-in says with it that its filings are made up; the SEC sends no such header."""


@dataclass
class _Attempt:
    """One look at the SEC for one symbol."""

    lake: Lake
    message: FilingsMessage
    now: Callable[[], datetime]
    is_sample: bool
    registrant: Registrant | None = None
    keys: list[str] = field(default_factory=list)
    bytes: int = 0
    refused: dict[str, AttemptError] = field(default_factory=dict)
    """By accession why a filing was not taken."""
    doubt: AttemptError | None = None

    @property
    def symbol(self) -> str:
        return self.message.symbol

    @property
    def fields(self) -> dict[str, str]:
        return {"symbol": self.message.symbol, "run": self.message.run}

    def record(self, result: FilingResult, error: AttemptError | None) -> None:
        """Write how the look ended, unless a later run has been told already."""
        if error:
            log.warning(result, extra={**self.fields, "code": error.code, "why": error.message})
        told_now: dict[str, object] = {"run": self.message.run, "checked_at": timestamp(self.now()), "result": result}
        told_now["error"] = error
        if self.registrant:
            told_now["registrant"] = self.registrant

        def changed(status: FilingStatus) -> FilingStatus:
            if (status.run or "") > self.message.run:
                return status
            first = status.first_checked_at or told_now["checked_at"]
            return status.model_copy(update={**told_now, "first_checked_at": first})

        update_filing_status(self.lake, self.symbol, changed)

    def answer(self, result: FilingResult, error: AttemptError | None) -> dict[str, Any]:
        told_error = error.model_dump() if error else None
        return {**self.fields, "result": result, "keys": self.keys, "bytes": self.bytes, "error": told_error}


def fetch(
    message: FilingsMessage, edgar: Edgar, lake: Lake, now: Callable[[], datetime], *, is_sample: bool
) -> dict[str, Any]:
    """Fetch the filings of one symbol that the lake does not have, newest first.

    Returns `{"symbol", "run", "result", "keys", "bytes", "error"}`: result is `ok`, `not_a_filer` or `failed`; the
    error says why, or what is doubtful although the result is ok.
    Raises, after recording it: SecError, worth another try; UnexpectedError for a defect. The storage's own errors are
    raised as they are.
    """
    attempt = _Attempt(lake, message, now, is_sample)
    with told(lambda error: attempt.record("failed", error), log, attempt.fields):
        try:
            filer = edgar.filer(message.symbol, message.quarters)
            attempt.registrant = filer.registrant
            _take_all(attempt, edgar, filer)
            result, error = _outcome(attempt, filer)
        except SETTLED as settled:
            result, error = _settled(settled)
        attempt.record(result, error)
    log.info("fetched", extra={**attempt.fields, "filings": len(attempt.keys), "bytes": attempt.bytes})
    return attempt.answer(result, error)


def refuse(message: FilingsMessage, lake: Lake, now: Callable[[], datetime], error: ContactError) -> dict[str, Any]:
    """Tell in the status why the SEC is not asked. Returns `fetch`'s answer."""
    attempt, reason = _Attempt(lake, message, now, is_sample=False), AttemptError.of(error)
    attempt.record("failed", reason)
    return attempt.answer("failed", reason)


def _settled(error: PipelineError) -> tuple[FilingResult, AttemptError]:
    return "not_a_filer" if isinstance(error, NotAFilerError) else "failed", AttemptError.of(error)


def _outcome(attempt: _Attempt, filer: Filer) -> tuple[FilingResult, AttemptError | None]:
    """Without its newest filing the fund's data are not what they should be; an older one that is refused is told."""
    newest = attempt.refused.get(filer.filings[0].accession)
    if newest:
        return "failed", newest
    return "ok", next(iter(attempt.refused.values()), attempt.doubt)


def _take_all(attempt: _Attempt, edgar: Edgar, filer: Filer) -> None:
    """Take each filing that is new. Raises StaleTickerError before anything is stored."""
    keys = attempt.lake.keys(f"{RAW_FILINGS}{attempt.symbol}/")
    known = {found[1] for key in keys if (found := parse_raw_filing_key(key))}
    new = [filing for filing in filer.filings if filing.accession not in known]
    shown = _shown_name(attempt) if new else None
    for filing in new:
        try:
            _take(attempt, filer, filing, edgar.document(filing), shown)
        except FilingError as error:
            reason = AttemptError.of(error)
            log.warning("refused", extra={**attempt.fields, "accession": filing.accession, "why": error.message})
            attempt.refused[filing.accession] = reason
            _record(attempt, filing, state="failed", error=reason, settled=True)


def _take(attempt: _Attempt, filer: Filer, filing: Listed, document: HttpAnswer, shown: str | None) -> None:
    """Check whose filing it is, and store it. Raises FilingError, StaleTickerError."""
    head = read_head([document.body])
    series = _series(filer.registrant, head)
    if shown and head.name:
        _check_name(attempt, head.name, shown)
    attempt.registrant = filer.registrant.model_copy(update={"name": head.name or filer.registrant.name})
    is_sample = attempt.is_sample or document.headers.get(SOURCE_HEADER) == "sample"
    source = FilingSource(
        symbol=attempt.symbol,
        accession=filing.accession,
        source="sample" if is_sample else "sec",
        url=document.url,
        fetched_at=timestamp(attempt.now()),
        series=series,
        form=filing.form,
        filed=filing.filed,
        series_id=filer.registrant.series_id,
        class_id=filer.registrant.class_id,
    )
    # Before the document: what parse tells of it, moments later, must not be overwritten.
    _record(attempt, filing, state="fetched", error=None, settled=False, report_date=head.report_date)
    attempt.keys.append(write_raw_filing(attempt.lake, document.body, source))
    attempt.bytes += len(document.body)


def _series(registrant: Registrant, head: Head) -> Literal["verified", "single_fund"]:
    """How the filing is known to be this fund's. Raises OtherSeriesError.

    The feed was seen to list other series' filings, and a registrant's submissions name none: a sibling's filing looks
    right in everything else.
    """
    if registrant.series_id:
        if head.series_id != registrant.series_id:
            found = f"series {shorten(head.series_id)}" if head.series_id else "no series"
            raise OtherSeriesError(f"the filing is of {found} and not of {registrant.series_id}, which was asked for")
        return "verified"
    if head.series_id:
        raise OtherSeriesError(f"the filing is of series {shorten(head.series_id)} and not of a fund without series")
    if head.cik and head.cik != registrant.cik:
        raise OtherSeriesError(f"the filing is of CIK {shorten(head.cik)} and not of {registrant.cik}")
    return "single_fund"


def _check_name(attempt: _Attempt, filed: str, shown: str) -> None:
    alike = likeness(filed, shown)
    if alike is Likeness.NOTHING_IN_COMMON:
        raise StaleTickerError(
            f"the SEC names {shorten(filed, 80)} for {attempt.symbol}, which the portal shows as {shorten(shown, 80)}; "
            "its list may be out of date, so nothing is taken"
        )
    if alike is Likeness.DOUBTFUL:
        message = f"the filing is of {shorten(filed, 80)}, and the portal shows {shorten(shown, 80)}; compare the two"
        attempt.doubt = attempt.doubt or AttemptError(code=ErrorCode.FUND_NAME_DOUBTFUL, message=message)


def _shown_name(attempt: _Attempt) -> str | None:
    """The fund's name on the portal's page; None without a snapshot."""
    stored = attempt.lake.read_if_there(latest_key(attempt.symbol))
    if stored is None:
        return None
    try:
        name = json.loads(stored.body)["name"]
    except (ValueError, KeyError, TypeError, RecursionError):
        return None  # the API tells of a damaged snapshot; this is about another object
    return name if isinstance(name, str) else None


def _record(attempt: _Attempt, filing: Listed, **changes: object) -> None:
    record_accession(attempt.lake, attempt.symbol, filing.accession, form=filing.form, filed=filing.filed, **changes)
