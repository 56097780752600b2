"""One build: the newest state and the tables of the holdings dates, for what has changed or for everything."""

import logging
from collections import ChainMap
from collections.abc import Callable, Collection, Iterator, Mapping
from dataclasses import dataclass, field
from datetime import UTC, datetime
from typing import Any

from etf_common.dated_changes import Digest
from etf_common.errors import PipelineError
from etf_common.lake import Lake, WriteConflictError
from etf_common.table_changes import Built, Changes, behind, look, read_newest
from etf_common.table_keys import NEWEST_KEY, SNAPSHOTS_PREFIX, snapshots_key
from tables.costs import config_of, expense_ratios_of
from tables.dates import TRIES, NotRecordedError, build_date
from tables.fund_row import fund_row
from tables.newest import all_symbols, build_newest
from tables.snapshots import RowOf
from tables.timeline import FUND_DATES_AT_ONCE, OutOfTimeError, Recorded, Timeline

log = logging.getLogger("etf.tables")
SPARE_SECONDS = 60.0
"""Of the function's time, for one holdings date: the largest takes some seconds."""


@dataclass
class Result:
    """What a build did."""

    dates: list[str] = field(default_factory=list)
    """The holdings dates whose tables were built."""
    funds: int | None = None
    """How many are in the newest state, where that was built."""
    newest_faults: dict[str, PipelineError] = field(default_factory=dict)
    """By symbol: why its newest snapshot is not in the newest state."""
    filing_faults: dict[str, PipelineError] = field(default_factory=dict)
    """The same of its newest filing."""
    date_faults: dict[str, dict[str, PipelineError]] = field(default_factory=dict)
    """By holdings date and symbol: why a snapshot is not in the tables of that date."""

    changed: dict[tuple[str, str], Digest] = field(default_factory=dict)
    """By symbol and holdings date: what changed up to the newest date of a fund, where that or its neighbour was to be
    built. Also what an earlier build has made, which may have ended before anybody was told."""
    looked_at: dict[str, frozenset[str]] = field(default_factory=dict)
    """By symbol: its newest dates whose changes were looked at, whether this build has made them or an earlier one."""
    statuses: dict[str, Mapping[str, Any]] = field(default_factory=dict)
    """By symbol: the statuses of those whose newest snapshot or status was to be built."""

    def take(self, recorded: Recorded) -> None:
        """Take in what was looked at of the funds' dates."""
        self.changed |= recorded.newest
        for symbol, looked_at in recorded.looked_at.items():
            self.looked_at[symbol] = self.looked_at.get(symbol, frozenset()) | looked_at

    def is_faulty(self, symbol: str, as_of: str) -> bool:
        """Whether the tables may be out of date about this fund's list of this holdings date."""
        return symbol in self.newest_faults or symbol in self.date_faults.get(as_of, {})

    def faults_of(self, changes: Changes) -> list[PipelineError]:
        """What went wrong with these changes."""
        faults = [self.newest_faults[symbol] for symbol in sorted(changes.newest & self.newest_faults.keys())]
        faults += [self.filing_faults[symbol] for symbol in sorted(changes.filings & self.filing_faults.keys())]
        for day, symbols in changes.dated.items():
            of_day = self.date_faults.get(day, {})
            faults += [of_day[symbol] for symbol in sorted(symbols & of_day.keys())]
        return faults


def build(
    lake: Lake,
    changes: Changes,
    now: datetime,
    *,
    anew: bool = False,
    remake: bool = False,
    seconds_left: Callable[[], float] | None = None,
) -> Result:
    """Bring the tables up to these changes: the newest state first, for which callers wait, then the newest dates,
    of each the histories and changes before its tables.

    `anew`: the changes are everything that there is, and nothing is taken from the tables that stand. `remake`: what
    the changes name is made again although no snapshot changed, and the other funds stay as they are. What cannot be
    read is named in the result and keeps nothing else waiting. Raises the storage's own errors.
    """
    result = Result()
    config = config_of(lake)
    costs = expense_ratios_of(config)
    if changes.newest or changes.filings:
        try:
            symbols = None if anew else changes.newest
            faults = build_newest(
                *(lake, symbols, now, costs), factors=config.factors, filings=changes.filings, remake=remake
            )
            result.newest_faults, result.filing_faults = _told(faults.lists), _told(faults.filings)
        except PipelineError as error:
            result.newest_faults = _all_fail(changes.newest, error, NEWEST_KEY)
            result.filing_faults = dict.fromkeys(changes.filings, error)
    newest = read_newest(lake)
    result.funds = len(newest.funds) if newest and (changes.newest or changes.filings) else None
    # Not the rows of other code, which stand there still if no fund's newest snapshot changed.
    known = newest.funds if newest and newest.is_of_this_code else {}
    rows = {record["etag"]: record["row"] for record in known.values()}

    def row_of(snapshot: Mapping[str, Any]) -> Mapping[str, Any]:
        return fund_row(snapshot, costs(snapshot["symbol"]))

    order = _longest_ago(lake, changes.dated) if anew else sorted(changes.dated, reverse=True)
    dates = _Dates(lake, row_of, rows, anew=anew, again=anew or remake, seconds_left=seconds_left)
    for part in _portions({day: changes.dated[day] for day in order}):
        dates.build(part, result)
    if changes.newest and newest:
        known_statuses = changes.newest & newest.statuses.keys()
        result.statuses = {symbol: newest.statuses[symbol] for symbol in sorted(known_statuses)}
    return result


def _portions(dated: Mapping[str, Collection[str]]) -> Iterator[dict[str, Collection[str]]]:
    """Some dates at a time, so that the history of a fund is not written once for each."""
    part: dict[str, Collection[str]] = {}
    for day, symbols in dated.items():
        if part and sum(map(len, part.values())) + len(symbols) > FUND_DATES_AT_ONCE:
            yield part
            part = {}
        part[day] = symbols
    if part:
        yield part


@dataclass(frozen=True)
class _Dates:
    """Builds holdings dates: histories and changes first, then the tables of each, whose list of snapshots is last."""

    lake: Lake
    row_of: RowOf
    rows: Mapping[str, Mapping[str, Any]]
    anew: bool
    again: bool
    seconds_left: Callable[[], float] | None

    def build(self, days: Mapping[str, Collection[str]], result: Result) -> None:
        """What cannot be built is named in the result, and keeps no other date waiting."""
        timeline = Timeline(self.lake, self.row_of, self.rows, again=self.again, seconds_left=self.seconds_left)
        try:
            self._check_time(next(iter(days)))
            timeline.build(days)
        except PipelineError as error:
            result.date_faults |= {day: _all_fail(symbols, error, day) for day, symbols in days.items()}
            return
        finally:
            result.take(timeline.recorded)
        for day, symbols in days.items():
            try:
                self._check_time(day)
                result.date_faults[day] = _told(self._date(day, symbols, timeline))
                result.dates.append(day)
            except PipelineError as error:
                result.date_faults[day] = _all_fail(symbols, error, day)
        # Also of the funds whose snapshots were written meanwhile.
        result.take(timeline.recorded)

    def _date(self, day: str, symbols: Collection[str], timeline: Timeline) -> dict[str, PipelineError]:
        recorded = timeline.recorded
        for _ in range(TRIES):
            faults = recorded.faults.get(day, {})
            try:
                unread = build_date(
                    *(self.lake, day, symbols, self.row_of),
                    known=ChainMap(recorded.rows, dict(self.rows)),
                    anew=self.anew,
                    recorded=recorded.etags.get(day, {}),
                    unnamed=faults.keys(),
                )
            except NotRecordedError as error:
                timeline.build({day: error.symbols})
            else:
                return {**faults, **unread}
        raise WriteConflictError(f"the snapshots of {day} are written by others all the time")

    def _check_time(self, day: str) -> None:
        if self.seconds_left and self.seconds_left() < SPARE_SECONDS:
            raise OutOfTimeError(f"no time was left for the tables of {day}; call it again, it goes on with them")


def _longest_ago(lake: Lake, days: Collection[str]) -> list[str]:
    """The dates in the order in which they were built last, so that a rebuild that runs out of time can be called again
    and goes on with what is left.
    """
    built = {entry.key: entry.written for entry in lake.listed(SNAPSHOTS_PREFIX)}
    never = datetime.min.replace(tzinfo=UTC)
    return sorted(days, key=lambda day: (built.get(snapshots_key(day), never), day))


def _told(faults: Mapping[str, PipelineError]) -> dict[str, PipelineError]:
    for symbol, error in faults.items():
        log.error("failed", extra={"symbol": symbol, "code": error.code, "why": error.message})
    return dict(faults)


def _all_fail(symbols: Collection[str], error: PipelineError, what: str) -> dict[str, PipelineError]:
    log.error("failed", extra={"tables": what, "code": error.code, "why": error.message})
    return dict.fromkeys(symbols, error)


def missed(lake: Lake, symbols: Collection[str] | None = None) -> Changes:
    """What the tables do not have yet, of these symbols or of all."""
    changes = behind(look(lake, symbols), Built.read(lake))
    return changes if symbols is None else changes.only(frozenset(symbols))


def everything(lake: Lake, symbols: Collection[str] | None = None) -> Changes:
    """All that there is of these symbols, or of all, and what the tables have of them and is gone."""
    stored = look(lake, symbols)
    standing = behind(stored, Built.read(lake))
    return Changes.together([stored.changes, standing if symbols is None else standing.only(frozenset(symbols))])


def newest_state(lake: Lake) -> Changes:
    """All of the newest state, and no holdings date."""
    symbols = frozenset(all_symbols(lake, read_newest(lake)))
    return Changes(newest=symbols, filings=symbols)
