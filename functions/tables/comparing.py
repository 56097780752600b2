"""Snapshots of holdings dates, and two of one fund compared; what was compared once is kept from try to try."""

import json
import threading
from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from etf_analytics import fund_changes, on_date
from etf_analytics.two_dates.digest import digest_of
from etf_common.collector import paused_collector
from etf_common.dated_changes import Digest
from etf_common.errors import DamagedObjectError, shorten
from etf_common.lake import Lake, StoredObject, dated_key
from tables.fund_dates import changed_lines
from tables.snapshots import UNREADABLE, RowOf, parsed_snapshot, snapshot_row


@dataclass(frozen=True)
class Told:
    """What a fund changed between two dates."""

    digest: Digest
    lines: Path
    """Lines of JSON: rows of `columns.CHANGES`."""


class DatedSnapshot:
    """A stored snapshot of one holdings date, which is parsed when something of it is needed.

    Not by cached properties: until Python 3.12 each has one lock for all snapshots. `compare` holds `Reading.one` and
    would wait for it, while a thread that holds it waits for `Reading.one`: a deadlock.
    """

    def __init__(self, symbol: str, day: str, stored: StoredObject, reading: "Reading") -> None:
        self.symbol, self.day, self.etag = symbol, day, stored.etag
        self._stored, self._reading = stored, reading
        self._parsed: Mapping[str, Any] | None = None
        self._row: Mapping[str, Any] | None = None

    @property
    def parsed(self) -> Mapping[str, Any]:
        """What is in it. Raises DamagedObjectError."""
        with self._reading.one:
            if self._parsed is None:
                key = dated_key(self.symbol, self.day)
                self._parsed = parsed_snapshot(key, self.symbol, self._stored, as_of=self.day)
            return self._parsed

    @property
    def row(self) -> Mapping[str, Any]:
        """Its row of the funds table: the one that was made of the same bytes before, if there is one.

        Raises DamagedObjectError.
        """
        key, reading = dated_key(self.symbol, self.day), self._reading
        with reading.one:
            if self._row is None:
                self._row = snapshot_row(
                    *(key, self.symbol, self._stored, reading.row_of),
                    as_of=self.day,
                    known=reading.known,
                    parsed=lambda: self.parsed,
                ).row
            return self._row


@dataclass(frozen=True)
class Reading:
    """How snapshots are read: one at a time, since Python would do no two at once anyway, and each takes memory."""

    row_of: RowOf
    known: Mapping[str, Mapping[str, Any]]
    """Rows that were made before, by ETag."""
    one: threading.RLock = field(default_factory=threading.RLock)


class Comparing:
    """Reads snapshots and compares them."""

    def __init__(self, lake: Lake, reading: Reading, folder: Path) -> None:
        self._lake, self._reading, self._folder = lake, reading, folder
        self._told: dict[tuple[str, tuple[str, str], tuple[str, str]], Told] = {}

    def read(self, symbol: str, day: str) -> DatedSnapshot | None:
        """The snapshot of a date, if there is one. Raises DamagedObjectError."""
        stored = self._lake.read_if_there(dated_key(symbol, day))
        return DatedSnapshot(symbol, day, stored, self._reading) if stored else None

    def known(self, symbol: str, days: tuple[str, str], etags: tuple[str, str]) -> Told | None:
        """What was told of these two snapshots before."""
        return self._told.get((symbol, days, etags))

    def compare(self, earlier: DatedSnapshot, later: DatedSnapshot) -> Told:
        """What a fund changed between two dates. Raises DamagedObjectError where that cannot be worked out."""
        days, etags = (earlier.day, later.day), (earlier.etag, later.etag)
        path = self._folder / f"{later.symbol}-{earlier.day}-{later.day}-{len(self._told)}.ndjson"
        with self._reading.one:
            before, after, newer = earlier.parsed, later.parsed, later.row
            try:
                with paused_collector():
                    changes = fund_changes(on_date(before), on_date(after))
                fetched = before["provenance"]["fetched_at"]
                digest = digest_of(changes, newer, etag_from=etags[0], etag_to=etags[1], earlier_fetched_at=fetched)
                # As it will be read.
                told = Told(json.loads(json.dumps(digest, allow_nan=False)), path)
                lines = [json.dumps(line, allow_nan=False) + "\n" for line in changed_lines(changes, newer)]
            except UNREADABLE as error:
                why = f"{type(error).__name__}: {error}"
                raise DamagedObjectError(
                    f"{later.symbol} on {days[1]} cannot be compared with {days[0]} ({shorten(why, 120)}); "
                    f"replay {later.symbol}"
                ) from None
            path.write_text("".join(lines), encoding="utf-8")
            self._told[later.symbol, days, etags] = told
        return told
