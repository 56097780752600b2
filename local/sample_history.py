"""The sample data's older holdings dates, which a first start stores behind the newest one.

So changes and history have something to show at once. This is for sample data only: the portal that is asked here is
always the bundled one, which shows an earlier day. Nothing that is served goes back: publishing is forward only, so
these captures write their dated files and nothing else.
"""

import time
from collections.abc import Callable, Iterable
from datetime import date

import extract.app
from etf_common.codes import ResultCode
from etf_common.config import parse_config
from etf_common.exchange import close_of
from etf_common.lake import CONFIG_KEY, dated_key
from local.outcome import Outcome
from local.output import Output
from local.refresh import Refresh
from local.schedule import AFTER_CLOSE
from local.system import System
from sample_portal.portfolios import PORTFOLIOS
from sample_portal.server import SamplePortal
from sample_portal.sessions import last_session, sessions_before
from sample_portal.story import holdings_date

OLDER_DATES = 4
"""With the newest they are five: within four sessions everything that the sample funds do happens once."""


def portal_of(day: date) -> SamplePortal:
    """The sample portal as it was after the close of `day`."""
    return SamplePortal(today=lambda: day)


class SampleHistory:
    """Stores what the sample portal showed after each of the four sessions before the last one, where it is missing.

    One session at a time, the oldest first, so that a server can do other work in between. Each capture has the run id
    that the schedule of its day would have given it. Live data is never touched.
    """

    def __init__(
        self,
        system: System,
        output: Output,
        *,
        newest: Callable[[], date] = last_session,
        open_portal: Callable[[date], SamplePortal] = portal_of,
    ) -> None:
        self._system, self._output = system, output
        self._newest, self._open_portal = newest, open_portal
        self._symbols: dict[str, None] = {}
        self._tried: set[tuple[date, str]] = set()
        self._stored: set[str] = set()
        self._seconds = 0.0

    def look_after(self, outcomes: Iterable[Outcome]) -> None:
        """Remember the funds that a refresh has brought: their older dates are stored by the next steps.

        Those that are references of factors only are left out: nobody looks at their changes, and a start takes longer.
        """
        if self._system.is_sample:
            stored = self._system.lake.read_if_there(CONFIG_KEY)
            without = parse_config(stored.body, CONFIG_KEY).references() if stored else ()
            fresh = (outcome.symbol for outcome in outcomes if outcome.result == ResultCode.OK)
            self._symbols |= dict.fromkeys(symbol for symbol in fresh if symbol in PORTFOLIOS and symbol not in without)

    def step(self, workers: int) -> bool:
        """Store one older date of these funds; False if there is nothing left to do."""
        if not self._symbols:
            return False
        began = time.monotonic()
        newest = self._newest()
        for day in (sessions_before(newest, count) for count in range(OLDER_DATES, 0, -1)):
            if missing := self._missing(day):
                self._store(day, missing, workers)
                self._seconds += time.monotonic() - began
                return True
        self._end()
        return False

    def finish(self, workers: int) -> None:
        """Store all of them."""
        while self.step(workers):
            pass

    def _missing(self, day: date) -> dict[str, str]:
        """The funds without a snapshot of what the portal showed after the close of `day`, and its holdings date."""
        dates = {symbol: holdings_date(PORTFOLIOS[symbol], day).isoformat() for symbol in self._symbols}
        untried = {symbol: as_of for symbol, as_of in dates.items() if (day, symbol) not in self._tried}
        folder = self._system.folder
        return {symbol: as_of for symbol, as_of in untried.items() if folder.glance(dated_key(symbol, as_of)) is None}

    def _store(self, day: date, missing: dict[str, str], workers: int) -> None:
        self._tried |= {(day, symbol) for symbol in missing}
        for outcome in self._captured(day, list(missing), workers):
            as_of = missing[outcome.symbol]
            # Kept back is what latest.json does with an older list; the dated file is written.
            if outcome.result in {ResultCode.OK, ResultCode.KEPT_BACK}:
                self._stored.add(as_of)
            else:
                why = f"{outcome.message}; the next refresh tries again"
                self._output.error(f"{outcome.symbol}: the sample data of {as_of} is not stored: {why}")

    def _captured(self, day: date, symbols: list[str], workers: int) -> list[Outcome]:
        """A refresh of these symbols as it would have been after the close of `day`."""
        close = close_of(day)
        if close is None:
            raise ValueError(f"{day} has no session in New York")
        moment = close + AFTER_CLOSE
        with self._open_portal(day) as portal:
            handler = extract.app.create({**self._system.environ, "SCHWAB_URL": portal.url}, now=lambda: moment)
            refresh = Refresh(self._system, symbols, workers=workers, extract=handler, now=moment)
            return refresh.start().outcomes(_unheard)

    def _end(self) -> None:
        if self._stored:
            what = f"{len(self._stored)} older holdings date{'' if len(self._stored) == 1 else 's'}"
            self._output.line(f"sample data: {what} stored in {self._seconds:.1f} s")
            self._system.tables.build(self._output)
        self._symbols, self._tried, self._stored, self._seconds = {}, set(), set(), 0.0


def _unheard(_outcome: Outcome) -> None:
    """Nobody waits for one of these; the history tells how all have ended."""
