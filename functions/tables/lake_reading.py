"""The snapshots and statuses that a build has read, kept from try to try."""

import json
from collections.abc import Callable, Collection, Iterable, Iterator, Mapping
from concurrent.futures import Future, ThreadPoolExecutor
from pathlib import Path
from typing import Any

import duckdb

from etf_common.collector import paused_collector
from etf_common.errors import DamagedObjectError, PipelineError
from etf_common.lake import Lake, StoredObject, latest_key, status_key
from etf_common.newest import Newest
from tables.lines import DifferentLinesError, create_read, forget_read, take_read
from tables.readings import FundReading, read_fund
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
        known = {} if anew else records
        # Also those whose record an earlier try left to a state that cannot be used any more.
        without = {s for s, etag in self.etags.items() if etag and s not in self.records and known.get(s) != etag}
        read = {symbol: etag for symbol, etag in self.etags.items() if symbol not in without}
        snapshots = _unread(symbols, read, records)
        forget_read(self._engine, snapshots)
        # The engine takes the lines of one part while Python reads the next. Millions of lines come and go without a
        # cycle, and looking for one would take half of the time.
        with paused_collector(), ThreadPoolExecutor(1) as engine_thread:
            taking: Future[None] | None = None
            for start in range(0, len(snapshots), _FUNDS_AT_ONCE):
                files, readings = self._read_snapshots(snapshots[start : start + _FUNDS_AT_ONCE], known)
                if taking:
                    taking.result()
                taking = engine_thread.submit(self._take_files, files, readings)
            if taking:
                taking.result()
        self._read_statuses(_unread(symbols, self.status_etags, newest.status_etags if newest else {}))

    def _read_snapshots(self, symbols: list[str], known: Mapping[str, str]) -> tuple[list[str], list[FundReading]]:
        """The files that now hold the snapshots that can be read, and what is in them."""
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
        return files, readings

    def _take_files(self, files: list[str], readings: list[FundReading]) -> None:
        self._take(files, readings)
        for file in files:
            Path(file).unlink()

    def _take(self, files: list[str], readings: list[FundReading]) -> None:
        """Give the lines to the engine. Where it does not see what Python saw, each fund is tried by itself."""
        try:
            take_read(self._engine, self._folder, files, readings)
        except (duckdb.Error, DifferentLinesError) as error:
            if len(files) > 1:
                for file, reading in zip(files, readings, strict=True):
                    self._take([file], [reading])
                return
            symbol = readings[0].symbol
            why = f"{latest_key(symbol)} cannot be read as a snapshot ({type(error).__name__}); replay {symbol}"
            self.faults[symbol] = DamagedObjectError(why)
            del self.etags[symbol]
        else:
            self.records.update((reading.symbol, reading.record) for reading in readings)

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
