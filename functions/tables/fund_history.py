"""One fund's dates, brought up to its snapshots: `tables/history/{symbol}.json`, and what is to go into the changes.

Whoever writes a history has read the changes of its dates before. So of two builds that meet, the one that comes last
has seen what the other one wrote, in both.
"""

from collections.abc import Collection, Mapping
from dataclasses import dataclass, field, replace
from itertools import pairwise
from typing import Any, Protocol

from etf_analytics.two_dates.digest import told_since
from etf_common.dated_changes import Digest, FundHistory
from etf_common.errors import DamagedObjectError, PipelineError
from etf_common.lake import Lake, StoredObject, WriteConflictError, dated_key, read_or_head
from etf_common.table_keys import history_key
from tables.comparing import Comparing, DatedSnapshot, Told
from tables.date_changes import StandingChanges
from tables.fund_dates import Record, is_between, record_of, with_change, with_newest_rows, without_their_rows
from tables.objects import JSON

RECENT_DATES = 10
"""More than a fund has in the days of which alerts tell."""
TRIES = 30
"""More than builds ever meet at one fund, or neighbours of a date turn out to be new."""


class Work(Protocol):
    """What the builds of several funds share."""

    @property
    def lake(self) -> Lake:
        """The lake."""

    @property
    def comparing(self) -> Comparing:
        """Reads snapshots, and compares two."""

    @property
    def again(self) -> bool:
        """Whether everything that is asked for is made again, whatever stands."""

    def load(self, days: Collection[str]) -> bool:
        """Read the changes of these dates as they stand; whether any was not read before."""

    def standing(self, day: str) -> StandingChanges:
        """The changes of a date as they stood when they were read."""

    def claimed_days(self, symbol: str) -> set[str]:
        """The dates whose tables say that they have this fund."""


class _AgainError(Exception):
    """What was read does not fit together any more, or more dates are to be looked at."""

    def __init__(self, *days: str) -> None:
        super().__init__(*days)
        self.days = frozenset(days)


@dataclass
class FundOutcome:
    """What became of a fund's dates."""

    symbol: str
    etags: dict[str, str | None] = field(default_factory=dict)
    """By date: the ETag of the snapshot in the history; None if there is none."""
    faults: dict[str, PipelineError] = field(default_factory=dict)
    """By date: why its snapshot, or the one before it, could not be read."""
    changed: dict[str, Told | None] = field(default_factory=dict)
    """By date: what the changes of that date do not have yet; None if they must have nothing of this fund."""
    newest: Digest | None = None
    """What changed up to its newest date, if that was looked at."""
    looked_at: frozenset[str] = frozenset()
    """Those of its newest `RECENT_DATES` whose changes were looked at."""
    rows: dict[str, Mapping[str, Any]] = field(default_factory=dict)
    """By ETag: the rows of the funds table that were made."""


class FundBuild:
    """Builds the history of one fund."""

    def __init__(self, work: Work, symbol: str) -> None:
        self._work, self._symbol = work, symbol

    def bring_up(self, days: Collection[str]) -> FundOutcome:
        """Take the snapshots of these dates into the history. Raises WriteConflictError when others come first."""
        wanted = set(days)
        for _ in range(TRIES):
            try:
                return self._try(wanted)
            except _AgainError as again:
                wanted |= again.days
                if again.days:
                    wanted |= self._different()
            except WriteConflictError:
                continue
        raise WriteConflictError(f"{history_key(self._symbol)} is written by others all the time")

    def _try(self, days: set[str]) -> FundOutcome:
        stored, records = self._standing()
        if records is None:
            records = {}
            days |= self._work.claimed_days(self._symbol)
        touched = _touched(records, days)
        if self._work.load(touched) and self._etag() != (stored and stored.etag):
            raise _AgainError
        chain = _Chain(self._work, self._symbol, records, days, touched)
        made = with_newest_rows(chain.records())
        if lacking := without_their_rows(made):
            raise _AgainError(*lacking)
        document = FundHistory(self._symbol, made).document()
        if (stored or made) and not (stored and stored.body == document):
            self._work.lake.replace(history_key(self._symbol), document, JSON, {}, known=stored)
        last = next(reversed(made), None)
        if last in touched:
            chain.outcome.newest = made[last]["change"]
        chain.outcome.looked_at = frozenset(sorted(made)[-RECENT_DATES:]) & touched
        return chain.outcome

    def _different(self) -> set[str]:
        """All dates whose snapshots are gone or others than the history has, so that they are not found one by one."""
        _, records = self._standing()
        keys = {dated_key(self._symbol, day): day for day in records or {}}
        listed = {entry.key: entry.etag for entry in self._work.lake.listed(f"processed/{self._symbol}/")}
        return {day for key, day in keys.items() if records and listed.get(key) != records[day]["etag"]}

    def _standing(self) -> tuple[StoredObject | None, Mapping[str, Record] | None]:
        """The history as it stands, and its dates; None where there is none that can be read."""
        stored = read_or_head(self._work.lake, history_key(self._symbol))
        try:
            history = FundHistory.parse(stored.body, self._symbol) if stored else None
        except DamagedObjectError:
            history = None
        return stored, history.dates if history else None

    def _etag(self) -> str | None:
        current = self._work.lake.head_if_there(history_key(self._symbol))
        return current.etag if current else None


def _touched(records: Mapping[str, Record], days: Collection[str]) -> set[str]:
    """The dates whose changes may differ: these, and the one after each."""
    ordered = sorted({*records, *days})
    after = dict(pairwise(ordered))
    return {*days, *(after[day] for day in days if day in after)}


class _Chain:
    """A fund's dates in order, each compared with the one before it."""

    def __init__(
        self, work: Work, symbol: str, records: Mapping[str, Record], days: Collection[str], touched: Collection[str]
    ) -> None:
        self._work, self._symbol, self._standing = work, symbol, records
        self._days, self._touched = days, touched
        self._made: dict[str, dict[str, Any]] = {}
        self._last: DatedSnapshot | None = None
        self.outcome = FundOutcome(symbol)

    def records(self) -> Mapping[str, Record]:
        """The records of all dates, once the snapshots of the dates that were asked for are in them."""
        before: str | None = None
        for day in sorted({*self._standing, *self._days}):
            snapshot = self._snapshot(day) if day in self._days else None
            record = self._record(day, snapshot)
            if record is None:
                self.outcome.changed[day] = None
                continue
            self._made[day] = {**record}
            self._made[day] = self._with_change(before, day, snapshot)
            before, self._last = day, snapshot
        return self._made

    def _snapshot(self, day: str) -> DatedSnapshot | None:
        """The snapshot of a date with its row; None if it is gone, or is a fault of that date."""
        try:
            snapshot = self._work.comparing.read(self._symbol, day)
            if snapshot:
                self.outcome.rows[snapshot.etag] = snapshot.row
        except DamagedObjectError as error:
            self.outcome.faults[day] = error
            return None
        self.outcome.etags[day] = snapshot.etag if snapshot else None
        return snapshot

    def _record(self, day: str, snapshot: DatedSnapshot | None) -> Record | None:
        standing = self._standing.get(day)
        if snapshot is None:
            return standing if day not in self._days or day in self.outcome.faults else None
        if standing and standing["etag"] == snapshot.etag and not self._work.again:
            return standing
        return record_of(snapshot.row, snapshot.etag)

    def _with_change(self, before: str | None, day: str, snapshot: DatedSnapshot | None) -> dict[str, Any]:
        record = self._made[day]
        if before is None:
            if day in self._touched:
                self.outcome.changed[day] = None
            elif record["change"]:
                raise _AgainError(day)
            return with_change(record, None)
        if not (self._work.again and day in self._days):
            if day not in self._touched and is_between(record["change"], before, self._made, day):
                return record
            if day not in self._touched:
                raise _AgainError(day)
            # It has its largest trades, however old the date is.
            standing = self._work.standing(day).funds.get(self._symbol)
            if is_between(standing, before, self._made, day):
                return with_change(record, standing)
        return self._compared(before, day, snapshot)

    def _compared(self, before: str, day: str, snapshot: DatedSnapshot | None) -> dict[str, Any]:
        record = self._made[day]
        comparing = self._work.comparing
        try:
            told = comparing.known(self._symbol, (before, day), (self._made[before]["etag"], record["etag"]))
            if told is None:
                earlier = self._last if self._last and self._last.day == before else None
                told = comparing.compare(self._read(before, earlier), self._read(day, snapshot))
        except DamagedObjectError as error:
            self.outcome.faults.setdefault(day, error)
            self.outcome.changed[day] = None
            return with_change(record, None, damaged=True)
        told = replace(told, digest=told_since(told.digest, self._work.standing(day).funds.get(self._symbol)))
        self.outcome.changed[day] = told
        return with_change(record, told.digest)

    def _read(self, day: str, snapshot: DatedSnapshot | None) -> DatedSnapshot:
        """The snapshot that the record of the date was made of."""
        found = snapshot or self._work.comparing.read(self._symbol, day)
        if found and found.etag == self._made[day]["etag"]:
            return found
        if day in self.outcome.faults:
            raise self.outcome.faults[day]
        raise _AgainError(day)
