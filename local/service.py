"""run.py while it serves: refreshes after every close, requests of other processes, edits of the config."""

import time
from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from functools import partial

from etf_common.runs import NEW_YORK
from etf_common.settings import SCHWAB_URL
from local.config_watch import ConfigWatch, Edit, difference, to_refresh
from local.filing_schedule import FilingSchedule
from local.handover import Requests
from local.jobs import STORAGE_FAULTS, Job, JobKind, mend_folder, perform, refresh_once
from local.options import Options
from local.outcome import Outcome
from local.output import Output
from local.refresh import in_one_line
from local.retention import retain
from local.sample_history import SampleHistory
from local.schedule import next_refresh
from local.sources import Source, portal_answers
from local.system import System
from local.terminal import Terminal
from local.writer_lock import WriterLock

# Short, so that a request is heard soon, and the wait for tomorrow ends on time also after the machine has slept.
WAIT_SECONDS = 1.0
RETRY_FAILED = timedelta(minutes=30)
PROBE_AGAIN = timedelta(minutes=5)


class Service:
    """Keeps one data folder fresh."""

    def __init__(self, system: System, source: Source, options: Options, lock: WriterLock, terminal: Terminal) -> None:
        self._system, self._source, self._options, self._terminal = system, source, options, terminal
        self._watch = ConfigWatch(options)
        self._requests = Requests(source.root, lock.holder)
        self._failed: list[str] = []
        """What the last refresh did not bring, and a retry may."""
        self._history = SampleHistory(system, terminal)
        self._filings = FilingSchedule(system)
        self._looks_for_filings = True
        """Whether filings may be due, as after a refresh."""

    def run(self) -> None:
        """Refresh now and after every close; returns when a better source can be reached."""
        try:
            self._served_on(self._start)
            while not self._wait(*self._tell_next()):
                continue
        except BaseException:
            self._filings.stop(wait=False)
            raise
        self._filings.stop(wait=True)
        self._terminal.line("the portal can be reached now")

    def _start(self) -> None:
        mend_folder(self._system, self._options.config, self._terminal)
        self._requests.tidy()
        self._retain()
        if self._source.reachable:
            self._refresh([])

    def _refresh(self, symbols: list[str]) -> None:
        outcomes = refresh_once(self._system, symbols, self._terminal, self._watch.config.max_workers)
        self._failed = _failed(outcomes)
        self._looks_for_filings = True
        self._history.look_after(outcomes)
        self._retain()

    def _retain(self) -> None:
        tidy_folder(self._system, self._options, self._terminal)

    def _served_on(self, work: Callable[[], None]) -> None:
        """Do `work`; a storage that fails is one line, and what is there is served on."""
        try:
            work()
        except STORAGE_FAULTS as error:
            self._failed = []
            self._terminal.error(f"error: {in_one_line(error)}; the data that is there is still served")

    def _tell_next(self) -> tuple[datetime, list[str]]:
        """Say when the next refresh or retry is due; returns that, and the symbols of a retry."""
        now = datetime.now(UTC)
        is_retry = bool(self._failed) and now + RETRY_FAILED < next_refresh(now)
        due = now + RETRY_FAILED if is_retry else next_refresh(now)
        what = f"next try of {', '.join(self._failed)}" if is_retry else "next refresh"
        self._terminal.line()
        self._terminal.line(f"{what}: {due.astimezone(NEW_YORK):%A %Y-%m-%d %H:%M} New York time; Ctrl-C stops")
        return due, self._failed if is_retry else []

    def _wait(self, due: datetime, symbols: list[str]) -> bool:
        """Serve requests and heed edits until `due`, then refresh; True if a portal that was out of reach answers."""
        next_probe = datetime.now(UTC) + PROBE_AGAIN
        while datetime.now(UTC) < due:
            # Behind everything else: nobody needs to wait for the older dates, nor for filings.
            if not self._older_date():
                self._look_after_filings()
                time.sleep(WAIT_SECONDS)
            self._served_on(self._heed)
            if self._source.is_fallback and datetime.now(UTC) >= next_probe:
                if portal_answers(self._options.portal_url or SCHWAB_URL):
                    return True
                next_probe = datetime.now(UTC) + PROBE_AGAIN
        self._served_on(partial(self._refresh, symbols))
        return False

    def _look_after_filings(self) -> None:
        """Begin to fetch the filings that are due, and tell how that goes on; neither waits for it."""
        if self._looks_for_filings:
            self._looks_for_filings = False
            self._filings.begin(self._watch.config)
        self._filings.look(self._terminal)

    def _older_date(self) -> bool:
        """Store one older holdings date of the sample data, if one is missing."""
        try:
            return self._history.step(self._watch.config.max_workers)
        except STORAGE_FAULTS as error:
            self._terminal.error(f"error: {in_one_line(error)}; the data that is there is still served")
            return False

    def _heed(self) -> None:
        edit = self._watch.look()
        if edit is not None:
            self._apply(edit)
        self._requests.serve(self._perform, self._terminal)

    def _perform(self, job: Job, output: Output) -> int:
        if job.kind is JobKind.FILINGS:
            # One at a time asks the SEC; what is still due then is fetched behind it.
            self._filings.stop(wait=True)
            self._looks_for_filings = True
        return perform(job, self._system, self._options.config, output, self._watch.config.max_workers)

    def _apply(self, edit: Edit) -> None:
        if edit.config is None:
            self._terminal.error(f"error: {edit.error}; the settings in use stay")
            return
        if edit.config == edit.before:
            self._terminal.line(f"{self._options.config} is valid again; nothing has changed")
            return
        self._system.store_config(edit.stored)
        self._looks_for_filings = True
        self._terminal.line(
            f"{self._options.config} was edited: {difference(edit.before, edit.config)}; in use from now on"
        )
        if symbols := to_refresh(edit.before, edit.config):
            if not self._source.reachable:
                self._terminal.error(f"{', '.join(symbols)}: refreshed when the portal can be reached")
                return
            self._refresh(symbols)


def tidy_folder(system: System, options: Options, output: Output) -> None:
    """Do with old objects what the bucket's lifecycle rules do."""
    removed, packed = retain(system.folder, datetime.now(UTC), compress=options.compress)
    if removed or packed:
        output.line(f"older than 90 days: {removed} rejected pages deleted, {packed} files of raw/ compressed")


def _failed(outcomes: list[Outcome]) -> list[str]:
    return [outcome.symbol for outcome in outcomes if outcome.result in {"failed", "page_only"}]
