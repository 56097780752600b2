"""The sample data's older holdings dates, which a first start stores behind the newest one.

So changes and history have something to show at once. This is for sample data only: the portal that is asked here is
always the bundled one, which shows an earlier day. Nothing that is served goes back: publishing is forward only, so
these captures write their dated files and nothing else.
"""

import time
from collections.abc import Callable, Sequence
from datetime import date
from typing import TYPE_CHECKING

import extract.app
from etf_common.codes import ResultCode
from etf_common.exchange import close_of
from etf_common.lake import dated_key
from local.refresh import Outcome, Refresh
from local.schedule import AFTER_CLOSE
from local.system import System
from sample_portal.portfolios import PORTFOLIOS
from sample_portal.server import SamplePortal
from sample_portal.sessions import sessions_before
from sample_portal.story import holdings_date

if TYPE_CHECKING:
    from local.jobs import Output

OLDER_DATES = 4
"""With the newest they are five: within four sessions everything that the sample funds do happens once."""


OpenPortal = Callable[[date], SamplePortal]


def portal_of(day: date) -> SamplePortal:
    """The sample portal as it was after the close of `day`."""
    return SamplePortal(today=lambda: day)


def store_older_dates(
    system: System,
    symbols: Sequence[str],
    output: "Output",
    workers: int,
    newest: date,
    *,
    open_portal: OpenPortal = portal_of,
) -> list[Outcome]:
    """Store what the sample portal showed after the four sessions before `newest`, oldest first, where it is missing.

    Each capture has the run id that the schedule of its day would have given it. Returns how the captures ended.
    """
    began = time.monotonic()
    held = {symbol: set(system.lake.keys(f"processed/{symbol}/")) for symbol in symbols if symbol in PORTFOLIOS}
    ended, stored = [], set()
    for day in (sessions_before(newest, count) for count in range(OLDER_DATES, 0, -1)):
        dates = {symbol: holdings_date(PORTFOLIOS[symbol], day).isoformat() for symbol in held}
        missing = [symbol for symbol, as_of in dates.items() if dated_key(symbol, as_of) not in held[symbol]]
        outcomes = _capture(day, system, missing, workers, open_portal) if missing else []
        for outcome in outcomes:
            if outcome.result in {ResultCode.OK, ResultCode.KEPT_BACK}:
                stored.add(dates[outcome.symbol])
            else:
                why = f"{outcome.message}; the next refresh tries again"
                output.error(f"{outcome.symbol}: the sample data of {dates[outcome.symbol]} is not stored: {why}")
        ended += outcomes
    if stored:
        what = f"{len(stored)} older holdings date{'' if len(stored) == 1 else 's'}"
        output.line(f"sample data: {what} stored in {time.monotonic() - began:.1f} s")
    return ended


def _capture(day: date, system: System, symbols: list[str], workers: int, open_portal: OpenPortal) -> list[Outcome]:
    """A refresh of these symbols as it would have been after the close of `day`."""
    close = close_of(day)
    if close is None:
        raise ValueError(f"{day} has no session in New York")
    moment = close + AFTER_CLOSE
    with open_portal(day) as portal:
        handler = extract.app.create({**system.environ, "SCHWAB_URL": portal.url}, now=lambda: moment)
        return Refresh(system, symbols, workers=workers, extract=handler, now=moment).start().outcomes(_unheard)


def _unheard(_outcome: Outcome) -> None:
    """Nobody waits for one of these; the caller tells how all have ended."""
