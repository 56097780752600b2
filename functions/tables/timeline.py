"""The dates of all funds in their order: `tables/history/{symbol}.json` and `tables/changes/as_of=DATE/`.

They are brought up to date before the tables of a date name the snapshots that they were made of. So whatever a build
that ends half-way leaves out is seen by the same comparison that sees what the tables of the date lack.
"""

import tempfile
import threading
from collections.abc import Callable, Collection, Iterable, Iterator, Mapping
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from etf_common.collector import paused_collector
from etf_common.dated_changes import Digest
from etf_common.errors import PipelineError, RetryableError
from etf_common.lake import Lake, WriteConflictError, read_or_head
from etf_common.table_changes import changes_of, made_of, made_of_document
from etf_common.table_keys import SNAPSHOTS_PREFIX, snapshots_key
from tables.comparing import Comparing, Reading
from tables.date_changes import Changed, StandingChanges, UnreadableLinesError
from tables.fund_history import FundBuild, FundOutcome
from tables.objects import JSON
from tables.snapshots import RowOf

FUND_DATES_AT_ONCE = 500
"""So many snapshots of funds are taken into the changes of their dates before those are written."""
LEAST_SECONDS = 20.0
"""Of the function's time, to write what was made."""
TRIES = 20
_FUNDS_AT_ONCE = 8
Days = Mapping[str, Collection[str]]
"""Symbols by holdings date."""


class OutOfTimeError(RetryableError):
    """There was no time left for a holdings date; the next try goes on with it."""


@dataclass
class Recorded:
    """What histories and changes were made of."""

    etags: dict[str, dict[str, str | None]] = field(default_factory=dict)
    """By holdings date and symbol: the ETag of the snapshot; None if there is none."""
    faults: dict[str, dict[str, PipelineError]] = field(default_factory=dict)
    """By holdings date and symbol: why a snapshot, or the one before it, could not be read."""
    newest: dict[tuple[str, str], Digest] = field(default_factory=dict)
    """By symbol and date: what changed up to the newest date of a fund, if that was looked at."""
    looked_at: dict[str, frozenset[str]] = field(default_factory=dict)
    """By symbol: its newest dates whose changes were looked at."""
    rows: dict[str, Mapping[str, Any]] = field(default_factory=dict)
    """By ETag: the rows of the funds table of the snapshots that were read."""

    def add(self, outcome: FundOutcome) -> None:
        """Take in what became of a fund."""
        symbol = outcome.symbol
        for day, etag in outcome.etags.items():
            self.etags.setdefault(day, {})[symbol] = etag
        for day in outcome.etags.keys() - outcome.faults.keys():
            self.faults.get(day, {}).pop(symbol, None)
        for day, error in outcome.faults.items():
            self.faults.setdefault(day, {})[symbol] = error
        if outcome.newest:
            self.newest[symbol, outcome.newest["to"]] = outcome.newest
        if outcome.looked_at:
            self.looked_at[symbol] = self.looked_at.get(symbol, frozenset()) | outcome.looked_at
        self.rows.update(outcome.rows)


class Timeline:
    """Builds histories and changes of one lake. `known` are rows that were made before, by ETag; `again`: what is asked
    for is made again whatever stands.
    """

    def __init__(
        self,
        lake: Lake,
        row_of: RowOf,
        known: Mapping[str, Mapping[str, Any]],
        *,
        again: bool = False,
        seconds_left: Callable[[], float] | None = None,
    ) -> None:
        self._lake, self._reading = lake, Reading(row_of, known)
        self._again, self._seconds_left = again, seconds_left
        self.recorded = Recorded()

    def build(self, days: Days) -> None:
        """Take the snapshots of these dates and symbols into histories and changes.

        Raises OutOfTimeError, and WriteConflictError when other builds keep coming first.
        """
        for part in parts_of(days, FUND_DATES_AT_ONCE):
            with tempfile.TemporaryDirectory() as directory, paused_collector():
                comparing = Comparing(self._lake, self._reading, Path(directory))
                for outcome in self._outcomes(part, comparing):
                    self.recorded.add(outcome)

    def _outcomes(self, days: Days, comparing: Comparing) -> Iterable[FundOutcome]:
        unreadable: set[str] = set()
        for tries_left in reversed(range(TRIES)):
            part = _Part(self._lake, comparing, unreadable, again=self._again, seconds_left=self._seconds_left)
            try:
                return part.build(days)
            except WriteConflictError as error:
                if not tries_left:
                    raise
                if isinstance(error, UnreadableLinesError):
                    unreadable.add(error.as_of)
        raise AssertionError("unreachable")


def parts_of(days: Days, most: int) -> Iterator[Days]:
    """The same in parts: several dates with few symbols, or some of the symbols of one date."""
    part: dict[str, Collection[str]] = {}
    size = 0
    for day, symbols in days.items():
        ordered = sorted(symbols)
        for start in range(0, len(ordered), most):
            taken = ordered[start : start + most]
            if part and size + len(taken) > most:
                yield part
                part, size = {}, 0
            part[day] = taken
            size += len(taken)
    if part:
        yield part


class _Part:
    """One try at some dates and symbols: `fund_history.Work`."""

    def __init__(
        self,
        lake: Lake,
        comparing: Comparing,
        unreadable: Collection[str],
        *,
        again: bool,
        seconds_left: Callable[[], float] | None,
    ) -> None:
        self.lake, self.comparing, self.again = lake, comparing, again
        self._unreadable = unreadable
        self._seconds_left = seconds_left
        self._standing: dict[str, StandingChanges] = {}
        self._named: dict[str, Mapping[str, str]] = {}
        self._has_dates: bool | None = None
        self._loading = threading.Lock()

    def build(self, days: Days) -> Iterable[FundOutcome]:
        """What became of the funds, once their histories and the changes of their dates are written.

        Raises WriteConflictError if the changes are not what they were any more.
        """
        outcomes: dict[str, FundOutcome] = {}
        wanted = _by_symbol(days)
        while wanted:
            with ThreadPoolExecutor(_FUNDS_AT_ONCE) as pool:
                for outcome in pool.map(self._fund, *zip(*sorted(wanted.items()), strict=True)):
                    outcomes[outcome.symbol] = outcome
            wanted = self._lost(outcomes)
        for day in sorted(self._standing):
            self._standing[day].replace(self.lake, _changed(day, outcomes.values()))
        asked = {(day, symbol) for day, symbols in days.items() for symbol in symbols}
        for symbol, outcome in outcomes.items():
            for day in outcome.faults:
                if (day, symbol) not in asked:
                    self._forget(day, symbol)
        return outcomes.values()

    def _fund(self, symbol: str, days: Collection[str]) -> FundOutcome:
        if self._seconds_left and self._seconds_left() < LEAST_SECONDS:
            raise OutOfTimeError(f"no time was left for the dates of {symbol}; call it again, it goes on with them")
        return FundBuild(self, symbol).bring_up(days)

    def _lost(self, outcomes: Mapping[str, FundOutcome]) -> dict[str, set[str]]:
        """Where the changes of a date are missing or damaged: the other funds that the date has, with all that was
        wanted of each.
        """
        lost = {
            (day, symbol)
            for day, standing in self._standing.items()
            if not standing.usable
            for symbol in self._names(day)
            if symbol not in outcomes or day not in {**outcomes[symbol].etags, **outcomes[symbol].faults}
        }
        return {
            symbol: {day for day, other in lost if other == symbol}
            | (outcomes[symbol].etags.keys() | outcomes[symbol].faults.keys() if symbol in outcomes else set())
            for _, symbol in lost
        }

    def load(self, days: Collection[str]) -> bool:
        """`fund_history.Work.load`."""
        with self._loading:
            missing = sorted(set(days) - self._standing.keys())
            for day in missing:
                self._standing[day] = StandingChanges.read(self.lake, day, self._unreadable)
        return bool(missing)

    def standing(self, day: str) -> StandingChanges:
        """`fund_history.Work.standing`."""
        return self._standing[day]

    def claimed_days(self, symbol: str) -> set[str]:
        """`fund_history.Work.claimed_days`."""
        if not self._any_dates():
            return set()
        listed = changes_of(self.lake.keys(f"processed/{symbol}/")).dated
        return {day for day in listed if symbol in self._names(day)}

    def _any_dates(self) -> bool:
        """Whether any date has tables; asked once, so that a first build need not list the snapshots of every fund.

        A build that is first meanwhile has written the fund's history too, over which this one's is not put.
        """
        with self._loading:
            if self._has_dates is None:
                self._has_dates = next(iter(self.lake.keys(SNAPSHOTS_PREFIX)), None) is not None
            return self._has_dates

    def _names(self, day: str) -> Collection[str]:
        """The symbols whose snapshots the tables of a date name, so that nobody else sees what is missing of them."""
        with self._loading:
            if day not in self._named:
                self._named[day] = made_of(read_or_head(self.lake, snapshots_key(day)))
        return {symbol for symbol, etag in self._named[day].items() if etag}

    def _forget(self, day: str, symbol: str) -> None:
        """Let the tables of a date name a fund's snapshot no more, so that it is tried again."""
        for _ in range(TRIES):
            stored = read_or_head(self.lake, snapshots_key(day))
            named = made_of(stored)
            if symbol not in named:
                return
            body = made_of_document({other: etag for other, etag in named.items() if other != symbol})
            try:
                self.lake.replace(snapshots_key(day), body, JSON, {}, known=stored)
            except WriteConflictError:
                continue
            return
        raise WriteConflictError(f"{snapshots_key(day)} is written by others all the time")


def _by_symbol(days: Days) -> dict[str, set[str]]:
    found: dict[str, set[str]] = {}
    for day, symbols in days.items():
        for symbol in symbols:
            found.setdefault(symbol, set()).add(day)
    return found


def _changed(day: str, outcomes: Iterable[FundOutcome]) -> Changed:
    changed = Changed()
    for outcome in outcomes:
        if day not in outcome.changed:
            continue
        told = outcome.changed[day]
        if told is None:
            changed.gone.add(outcome.symbol)
        else:
            changed.digests[outcome.symbol] = told.digest
            changed.files.append(told.lines)
    return changed
