"""One build: the newest state and the tables of the holdings dates, for what has changed or for everything."""

import logging
from collections.abc import Callable, Collection, Mapping
from dataclasses import dataclass, field
from datetime import UTC, datetime
from typing import Any

from etf_common.errors import PipelineError, RetryableError
from etf_common.lake import Lake
from etf_common.table_changes import Built, Changes, behind, look, read_newest
from etf_common.table_keys import NEWEST_KEY, snapshots_key
from tables.costs import expense_ratios_of
from tables.dates import build_date
from tables.fund_row import fund_row
from tables.newest import all_symbols, build_newest

log = logging.getLogger("etf.tables")
SPARE_SECONDS = 60.0
"""Of the function's time, for one holdings date: the largest takes some seconds."""


class OutOfTimeError(RetryableError):
    """There was no time left for a holdings date; the next try goes on with it."""


@dataclass
class Result:
    """What a build did."""

    dates: list[str] = field(default_factory=list)
    """The holdings dates whose tables were built."""
    funds: int | None = None
    """How many are in the newest state, where that was built."""
    newest_faults: dict[str, PipelineError] = field(default_factory=dict)
    """By symbol: why its newest snapshot is not in the newest state."""
    date_faults: dict[str, dict[str, PipelineError]] = field(default_factory=dict)
    """By holdings date and symbol: why a snapshot is not in the tables of that date."""

    changed: dict[tuple[str, str], Mapping[str, Any]] = field(default_factory=dict)
    """By symbol and holdings date: the digests of changes that were made."""

    def is_faulty(self, symbol: str, as_of: str) -> bool:
        """Whether the tables may be out of date about this fund's list of this holdings date."""
        return symbol in self.newest_faults or symbol in self.date_faults.get(as_of, {})

    def faults_of(self, changes: Changes) -> list[PipelineError]:
        """What went wrong with these changes."""
        faults = [self.newest_faults[symbol] for symbol in sorted(changes.newest & self.newest_faults.keys())]
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
    """Bring the tables up to these changes: the newest state first, for which callers wait, then the newest dates.

    `anew`: the changes are everything that there is, and nothing is taken from the tables that stand. `remake`: what
    the changes name is made again although no snapshot changed, and the other funds stay as they are. What cannot be
    read is named in the result and keeps nothing else waiting. Raises the storage's own errors.
    """
    result = Result()
    costs = expense_ratios_of(lake)
    if changes.newest:
        try:
            symbols = None if anew else changes.newest
            result.newest_faults = _told(build_newest(lake, symbols, now, costs, remake=remake))
        except PipelineError as error:
            result.newest_faults = _all_fail(changes.newest, error, NEWEST_KEY)
    newest = read_newest(lake)
    result.funds = len(newest.funds) if newest and changes.newest else None
    # Not the rows of other code, which stand there still if no fund's newest snapshot changed.
    known = newest.funds if newest and newest.is_of_this_code else {}
    rows = {record["etag"]: record["row"] for record in known.values()}

    def row_of(snapshot: Mapping[str, Any]) -> Mapping[str, Any]:
        return fund_row(snapshot, costs(snapshot["symbol"]))

    for day in _longest_ago(lake, changes.dated) if anew else sorted(changes.dated, reverse=True):
        symbols = changes.dated[day]
        try:
            if seconds_left and seconds_left() < SPARE_SECONDS:
                raise OutOfTimeError(f"no time was left for the tables of {day}; call it again, it goes on with them")
            result.date_faults[day] = _told(build_date(lake, day, symbols, row_of, known=rows, anew=anew))
            result.dates.append(day)
        except PipelineError as error:
            result.date_faults[day] = _all_fail(symbols, error, day)
    return result


def _longest_ago(lake: Lake, days: Collection[str]) -> list[str]:
    """The dates in the order in which they were built last, so that a rebuild that runs out of time can be called again
    and goes on with what is left.
    """
    built = {entry.key: entry.written for entry in lake.listed("tables/snapshots/")}
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
    return Changes(newest=frozenset(all_symbols(lake, read_newest(lake))))
