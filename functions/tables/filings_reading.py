"""The newest filings that a build has read, kept from try to try."""

from collections.abc import Collection, Iterable, Mapping
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import Any

import duckdb

from etf_common.collector import paused_collector
from etf_common.errors import DamagedObjectError, PipelineError
from etf_common.filing_keys import FILINGS, parse_filing_key
from etf_common.lake import Lake, StoredObject, latest_key
from etf_common.newest import Newest
from tables.columns import EVIDENCE, JOINED
from tables.engine import declared, load_rows
from tables.filed import FundList, read_filing
from tables.snapshots import READS_AT_ONCE, parsed_snapshot, read_objects

_AT_ONCE = 100
_READ = {"read_joined": JOINED, "read_evidence": EVIDENCE}
# One listing of all filings is quicker than so many of one symbol each.
_MOST_LISTINGS = 200


class FilingsReading:
    """The newest filing of some symbols; what it identifies is in the engine's `read_` tables."""

    def __init__(self, lake: Lake, engine: duckdb.DuckDBPyConnection, folder: Path) -> None:
        self._lake, self._engine, self._folder = lake, engine, folder
        self.heads: dict[str, Mapping[str, Any] | None] = {}
        """By symbol: as tables/newest.json has it; None where there is no filing. Without those that cannot be read."""
        self.documents: dict[str, str] = {}
        """By symbol: JSON, as an object of filings has it."""
        self.faults: dict[str, PipelineError] = {}
        for table, columns in _READ.items():
            engine.execute(f"create table {table} ({declared(columns)})")

    def read(self, symbols: Collection[str], lists: Mapping[str, str | None], newest: Newest | None) -> None:
        """Read the newest filings of these symbols, and those whose list is another one than they were joined with.

        `lists`: by symbol, the ETags of the lists that this build has read. A filing that was read stays, unless
        another build has seen another one.
        """
        standing = newest.filings if newest else {}
        keys = self._newest_keys(self._wanted(symbols, lists, standing))
        self._forget(keys)
        self.heads.update((symbol, None) for symbol, key in keys.items() if key is None)
        filed = {symbol: key for symbol, key in sorted(keys.items()) if key}
        for start in range(0, len(filed), _AT_ONCE):
            # Many lines come and go without a cycle, and looking for one takes half of the time.
            with paused_collector():
                self._read(dict([*filed.items()][start : start + _AT_ONCE]))

    def _wanted(
        self, symbols: Collection[str], lists: Mapping[str, str | None], standing: Mapping[str, Mapping[str, Any]]
    ) -> set[str]:
        wanted = {symbol for symbol in symbols if symbol not in self.heads}
        for symbol, head in standing.items():
            known = self.heads.get(symbol, head) or {}
            if symbol in lists and lists[symbol] != known.get("list_etag"):
                wanted.add(symbol)
            if symbol in self.heads and head["etag"] != known.get("etag"):
                wanted.add(symbol)
        return wanted

    def _newest_keys(self, symbols: Collection[str]) -> dict[str, str | None]:
        """By symbol: the filing of the newest report date, None if there is none."""
        found: dict[str, str | None] = dict.fromkeys(symbols)
        if len(symbols) > _MOST_LISTINGS:
            keys: Iterable[str] = self._lake.keys(FILINGS)
        else:
            with ThreadPoolExecutor(READS_AT_ONCE) as pool:
                prefixes = (f"{FILINGS}{symbol}/" for symbol in sorted(symbols))
                listings = [*pool.map(lambda prefix: list(self._lake.keys(prefix)), prefixes)]
            keys = (key for listing in listings for key in listing)
        for key in keys:
            parsed = parse_filing_key(key)
            if parsed and parsed[0] in found:
                # They differ in the date alone.
                found[parsed[0]] = max(found[parsed[0]] or key, key)
        return found

    def _forget(self, symbols: Collection[str]) -> None:
        for symbol in symbols:
            self.heads.pop(symbol, None)
            self.documents.pop(symbol, None)
            self.faults.pop(symbol, None)
        for table in _READ:
            self._engine.execute(
                f"delete from {table} where etf in (select unnest($symbols::varchar[]))", {"symbols": sorted(symbols)}
            )

    def _read(self, keys: Mapping[str, str]) -> None:
        found_rows: dict[str, list[Mapping[str, Any]]] = {table: [] for table in _READ}
        filings = read_objects(self._lake, keys)
        lists = read_objects(self._lake, {symbol: latest_key(symbol) for symbol in keys})
        for (symbol, stored), (_, listed) in zip(filings, lists, strict=True):
            try:
                if isinstance(stored, DamagedObjectError):
                    raise stored
                found = read_filing(keys[symbol], stored, _list_of(symbol, listed)) if stored else None
            except DamagedObjectError as error:
                self.faults[symbol] = error
                continue
            self.heads[symbol] = found.head if found else None
            if found:
                self.documents[symbol] = found.document
                found_rows["read_joined"] += found.joined
                found_rows["read_evidence"] += found.evidence
        for table, rows in found_rows.items():
            load_rows(self._engine, self._folder, "new_rows", _READ[table], rows)
            self._engine.execute(f"insert into {table} from new_rows")
            self._engine.execute("drop table new_rows")


def _list_of(symbol: str, stored: StoredObject | DamagedObjectError | None) -> FundList | None:
    """The list of the symbol; one that cannot be read is a fault of the list, and joins nothing."""
    if stored is None or isinstance(stored, DamagedObjectError):
        return None
    try:
        snapshot = parsed_snapshot(latest_key(symbol), symbol, stored)
        return FundList(stored.etag, snapshot["holdings_as_of"], snapshot["holdings"])
    except DamagedObjectError:
        return None
