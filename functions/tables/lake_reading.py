"""The snapshots and statuses that a build has read, kept from try to try."""

import json
from collections.abc import Callable, Collection, Iterable, Iterator, Mapping
from pathlib import Path
from typing import Any

import duckdb

from etf_common.errors import DamagedObjectError, PipelineError
from etf_common.lake import Lake, StoredObject, latest_key, status_key
from etf_common.newest import Newest
from tables.lines import create_read, forget_read, take_read
from tables.readings import FundReading, read_fund, without_collector
from tables.snapshots import read_objects

# So many snapshots lie in the folder at once, before the engine takes their lines.
_FUNDS_AT_ONCE = 250


class LakeReading:
    """What some symbols have in the lake; the lines of their snapshots are in the engine's `read_` tables."""

    def __init__(self, lake: Lake, engine: duckdb.DuckDBPyConnection, folder: Path) -> None:
        self._lake, self._engine, self._folder = lake, engine, folder
        self.records: dict[str, Mapping[str, Any]] = {}
        """By symbol: those that an earlier build did not have."""
        self.statuses: dict[str, Any] = {}
        self.etags: dict[str, str | None] = {}
        """By symbol: the ETag of latest.json; None where there is none. Without those that could not be read."""
        self.status_etags: dict[str, str | None] = {}
        """The same of the statuses."""
        self.faults: dict[str, PipelineError] = {}
        create_read(engine)

    def read(self, symbols: Collection[str], newest: Newest | None, *, anew: bool) -> None:
        """Read those that were not read yet, or that another build has seen in another state.

        `anew`: records are made again even of the snapshots of which `newest` has a record.
        """
        records = {symbol: record["etag"] for symbol, record in newest.funds.items()} if newest else {}
        snapshots = _unread(symbols, self.etags, records)
        for start in range(0, len(snapshots), _FUNDS_AT_ONCE):
            with without_collector():
                self._read_snapshots(snapshots[start : start + _FUNDS_AT_ONCE], {} if anew else records)
        self._read_statuses(_unread(symbols, self.status_etags, newest.status_etags if newest else {}))

    def _read_snapshots(self, symbols: list[str], known: Mapping[str, str]) -> None:
        forget_read(self._engine, symbols)
        for symbol in symbols:
            self.records.pop(symbol, None)
        files: list[str] = []
        readings: list[FundReading] = []
        for symbol, stored in self._stored(symbols, latest_key):
            self.etags[symbol] = stored.etag if stored else None
            if stored is None or stored.etag == known.get(symbol):
                continue
            reading = self._reading(symbol, stored)
            if reading is None:
                del self.etags[symbol]
                continue
            path = self._folder / f"{symbol}.json"
            path.write_bytes(stored.body)
            files.append(str(path))
            readings.append(reading)
            self.records[symbol] = reading.record
        take_read(self._engine, self._folder, files, readings)
        for file in files:
            Path(file).unlink()

    def _reading(self, symbol: str, stored: StoredObject) -> FundReading | None:
        try:
            return read_fund(symbol, stored)
        except PipelineError as error:
            self.faults[symbol] = error
            return None

    def _read_statuses(self, symbols: list[str]) -> None:
        for symbol, stored in self._stored(symbols, status_key):
            try:
                self.statuses[symbol] = _status(symbol, stored)
            except DamagedObjectError as error:
                self.faults[symbol] = error
            else:
                self.status_etags[symbol] = stored.etag if stored else None

    def _stored(self, symbols: list[str], key_of: Callable[[str], str]) -> Iterator[tuple[str, StoredObject | None]]:
        """By symbol: the object, or None if there is none; without the damaged ones."""
        for symbol, stored in read_objects(self._lake, {symbol: key_of(symbol) for symbol in symbols}):
            if isinstance(stored, DamagedObjectError):
                self.faults[symbol] = stored
            else:
                yield symbol, stored


def _unread(symbols: Iterable[str], read: Mapping[str, str | None], others: Mapping[str, str]) -> list[str]:
    return [
        symbol
        for symbol in sorted(symbols)
        if symbol not in read or (symbol in others and others[symbol] != read[symbol])
    ]


def _status(symbol: str, stored: StoredObject | None) -> Any:
    if stored is None:
        return None
    try:
        found = json.loads(stored.body)
        json.dumps(found, allow_nan=False)
    except (ValueError, RecursionError):
        found = None
    if not isinstance(found, dict):
        raise DamagedObjectError(
            f"{status_key(symbol)} cannot be read as a status; the next refresh of {symbol} writes it"
        )
    return found
