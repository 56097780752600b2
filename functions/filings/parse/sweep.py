"""What the notifications missed: documents in raw-filings/ that nobody has read are parsed after all, by the same code.

S3 delivers an event late, or never, and what parse raises ends as a dead letter after three tries: the documents are
still in raw-filings/, so looking there is the redrive.
"""

import logging
from collections.abc import Callable, Iterable
from concurrent.futures import ThreadPoolExecutor
from itertools import groupby
from typing import Any

from botocore.exceptions import BotoCoreError, ClientError

from etf_common.codes import ErrorCode
from etf_common.errors import PipelineError, RetryableError, UnexpectedError, UsageError, logged, one_line
from etf_common.filing_keys import RAW_FILINGS, parse_raw_filing_key
from etf_common.filing_status import MAX_TRIES, read_filing_status, record_accession
from etf_common.lake import Lake
from etf_common.metrics import Metric
from etf_common.status import AttemptError
from filings.parse.attempt import Parse, failure

log = logging.getLogger("etf.filings")
STATUSES_AT_ONCE = 10
SPARE_SECONDS = 120.0
"""Of the function's time, for the filing that is begun last: the largest take a minute."""


class FilingsPendingError(RetryableError):
    """Some filings could not be parsed now; the message names them. The next sweep tries again."""

    code = ErrorCode.FILINGS_PENDING


class Sweep:
    """Looks through raw-filings/ of one lake."""

    def __init__(self, lake: Lake, parse: Parse) -> None:
        self._lake, self._parse = lake, parse

    def stored(self, symbol: str | None = None) -> list[tuple[str, str]]:
        """(symbol, accession) of every document, or of one symbol's."""
        prefix = f"{RAW_FILINGS}{symbol}/" if symbol else RAW_FILINGS
        return [found for key in self._lake.keys(prefix) if (found := parse_raw_filing_key(key))]

    def pending(self) -> list[tuple[str, str]]:
        """Those that are not parsed, kept back, settled or given up. One status a symbol is read."""
        grouped = [(symbol, list(found)) for symbol, found in groupby(self.stored(), key=lambda each: each[0])]
        with ThreadPoolExecutor(STATUSES_AT_ONCE) as pool:
            return [each for found in pool.map(self._pending, grouped) for each in found]

    def _pending(self, group: tuple[str, list[tuple[str, str]]]) -> list[tuple[str, str]]:
        symbol, found = group
        status = read_filing_status(self._lake, symbol)
        left = []
        for each in found:
            known = status.accessions.get(each[1]) if status else None
            if known is None or not known.is_done:
                left.append(each)
            elif known.tries >= MAX_TRIES and not known.settled and known.state in {"fetched", "failed"}:
                self._give_up(symbol, each[1], known.error)
        return left

    def _give_up(self, symbol: str, accession: str, error: AttemptError | None) -> None:
        """Settle a document whose parse was begun MAX_TRIES times and never came to an end."""
        code, what = (error.code, error.message) if error else (str(ErrorCode.INTERRUPTED), "out of time or memory")
        message = f"{one_line(what, 380)}; given up after {MAX_TRIES} tries, replay it once the cause is mended"
        told = AttemptError(code=code, message=message)
        log.error("given up", extra={"symbol": symbol, "accession": accession, "code": code, "why": told.message})
        record_accession(self._lake, symbol, accession, state="failed", error=told, settled=True)

    def parse(
        self, filings: Iterable[tuple[str, str]], seconds_left: Callable[[], float] | None = None
    ) -> list[dict[str, Any]]:
        """Parse these one after the other, whatever becomes of each; the answers are `parse_filing`'s.

        With `seconds_left`, what there is no time for is left to the next sweep, and answered as failed.
        """
        return [
            _left(symbol, accession, _OUT_OF_TIME)
            if seconds_left and seconds_left() < SPARE_SECONDS
            else self._isolated(symbol, accession)
            for symbol, accession in filings
        ]

    def _isolated(self, symbol: str, accession: str) -> dict[str, Any]:
        """One document must not keep the others waiting, whatever it raises."""
        try:
            return self._parse(symbol, accession)
        except PipelineError as error:  # it is in the log and in the status already
            fault: PipelineError = error
        except (ClientError, BotoCoreError) as error:
            fault = RetryableError(f"the storage failed: {error}")
        except Exception as error:
            log.error("unexpected", exc_info=logged(error), extra={"symbol": symbol, "accession": accession})
            fault = UnexpectedError.of(error)
        return _left(symbol, accession, AttemptError.of(fault))

    def replay(self, symbols: Iterable[str] | None = None) -> list[dict[str, Any]]:
        """Derive the snapshots of these symbols again, or of all. Raises UsageError for one without a document."""
        wanted = None if symbols is None else list(symbols)
        filings = self.stored() if wanted is None else [each for symbol in wanted for each in self.stored(symbol)]
        if missing := set(wanted or ()) - {symbol for symbol, _ in filings}:
            raise UsageError(f"{RAW_FILINGS} holds no filing of {', '.join(sorted(missing))}")
        return self.parse(filings)

    def __call__(self, seconds_left: Callable[[], float] | None = None) -> list[dict[str, Any]]:
        """Parse what is pending. Raises FilingsPendingError at the end when something may succeed later."""
        answers = self.parse(self.pending(), seconds_left)
        self._parse.metrics.emit({Metric.SWEPT_FILINGS: len(answers)}, {})
        log.info("swept", extra={"filings": len(answers)})
        if left := [answer for answer in answers if answer.get("pending")]:
            raise FilingsPendingError(_named(left))
        return answers


_OUT_OF_TIME = AttemptError(
    code=ErrorCode.FILINGS_PENDING, message="this sweep has no time left for it; the next one goes on"
)


def _left(symbol: str, accession: str, error: AttemptError) -> dict[str, Any]:
    """The answer for a document that may be parsed later."""
    return {**failure(symbol, accession, error), "pending": True}


def _named(left: list[dict[str, Any]]) -> str:
    """The documents that are left, each with its reason: the first of them, and how many more there are."""
    told = [f"{each['symbol']} {each['accession']}: {one_line(each['error']['message'], 120)}" for each in left[:3]]
    more = [f"and {len(left) - 3} more; the log names them"] if len(left) > 3 else []
    return ", ".join(told + more)
