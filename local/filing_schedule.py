"""Filings while run.py serves: once a week, in a thread of their own, so that no refresh waits for the SEC."""

import queue
import threading
from collections.abc import Callable, Iterable
from datetime import UTC, datetime, timedelta

from etf_common.config import EtlConfig
from etf_common.filing_status import read_filing_status
from etf_common.freshness import moment
from etf_common.lake import Lake
from local.filing_runs import FilingOutcome, FilingsRun
from local.output import Output
from local.refresh import in_one_line
from local.system import System

EVERY = timedelta(days=7)
FAILED_AGAIN = timedelta(days=1)


def due(lake: Lake, symbols: Iterable[str], now: datetime) -> list[str]:
    """Those of these symbols that the SEC was never asked about, or a week ago; a day ago where that failed."""

    def is_due(symbol: str) -> bool:
        status = read_filing_status(lake, symbol)
        checked = moment(status.checked_at) if status else None
        if status is None or checked is None or checked > now:
            return True
        return now - checked >= (FAILED_AGAIN if status.result == "failed" else EVERY)

    return [symbol for symbol in symbols if is_due(symbol)]


class FilingSchedule:
    """Fetches what is due in the background. `begin` and `look` never wait; what there is to tell, `look` tells."""

    def __init__(self, system: System, now: Callable[[], datetime] = lambda: datetime.now(UTC)) -> None:
        self._system, self._now = system, now
        self._told: queue.Queue[Callable[[Output], None]] = queue.Queue()
        self._thread: threading.Thread | None = None
        self._run: FilingsRun | None = None
        self._stopping = False
        self._why = ""
        """Why nothing is fetched, as it was told."""
        self._has_new = False
        """Whether documents came of which the tables know nothing."""

    def begin(self, config: EtlConfig) -> None:
        """Fetch the filings that are due, unless that is under way."""
        if self._thread is None and config.filing_symbols():
            self._stopping = False
            self._thread = threading.Thread(target=self._work, args=[config.filing_symbols()], daemon=True)
            self._thread.start()

    def look(self, output: Output) -> None:
        """Tell what there is to tell; once all are fetched, the tables are built."""
        has_ended = self._thread is not None and not self._thread.is_alive()
        while not self._told.empty():
            self._told.get()(output)
        if has_ended:
            self._thread = None
            if self._has_new:
                self._has_new = False
                self._system.tables.build(output)

    def stop(self, *, wait: bool) -> None:
        """Fetch no further symbol; with `wait`, let the one under way come to its end. The others stay due."""
        self._stopping = True
        if self._run is not None:
            self._run.stop()
        if wait:
            self.join()

    def join(self) -> None:
        """Wait for what is under way."""
        if self._thread is not None:
            self._thread.join()

    def _work(self, symbols: tuple[str, ...]) -> None:
        try:
            self._fetch(due(self._system.lake, symbols, self._now()))
        except Exception as error:  # noqa: BLE001 - the server serves on, whatever becomes of the filings
            if not self._stopping:
                text = f"error: {in_one_line(error)}; filings are tried again after the next refresh"
                self._told.put(lambda output: output.error(text))

    def _fetch(self, symbols: list[str]) -> None:
        if not symbols:
            return
        self._run = run = FilingsRun(self._system, symbols)
        run.start()
        if self._stopping:
            run.stop()
        if run.why != self._why:
            self._why = run.why
            self._told.put(lambda output: output.line(run.why))
        began = self._now()
        outcomes = run.outcomes(self._heard)
        if outcomes and not self._stopping:
            new, seconds = sum(outcome.new for outcome in outcomes), (self._now() - began).total_seconds()
            funds = f"{len(outcomes)} fund{'' if len(outcomes) == 1 else 's'}"
            text = f"filings: {new} new of {funds} in {seconds:.1f} s"
            self._told.put(lambda output: output.line(text))

    def _heard(self, outcome: FilingOutcome) -> None:
        self._has_new |= outcome.new > 0
        self._told.put(outcome.tell_if_failed)
