"""Which tables over all funds there are, and the Parquet objects that have them."""

import logging
from collections.abc import Iterator, Mapping
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from datetime import date
from typing import NamedTuple

from api.kept import Kept
from api.lake.tables import MissingObjectError
from api.shapes import is_date
from etf_common.dated_changes import FundHistory
from etf_common.errors import DamagedObjectError
from etf_common.lake import Lake, Listed
from etf_common.newest import Newest
from etf_common.parquet_file import TAIL_BYTES, footer_bytes, row_count
from etf_common.table_keys import NEWEST_PREFIX, changed_lines_key, funds_key, history_key, holdings_key
from etf_common.whole_tables import AS_OF, FILINGS, TABLES, Source

log = logging.getLogger("etf.api")
READS_AT_ONCE = 8
FOOTER_BYTES = 64 * 1024
"""The metadata of most tables; that of larger ones is read once more."""
COUNTS_KEPT = 1000
CHANGES = "changes"
_BY_DATE = {"holdings": holdings_key, "funds": funds_key, CHANGES: changed_lines_key}
_DATE = "*"


class DatedTable(NamedTuple):
    """The table of one holdings date."""

    as_of: str
    stored: Listed


@dataclass(frozen=True)
class Measured:
    """A stored table: its bytes, and its rows, None where they cannot be read."""

    size: int
    rows: int | None


class StoredTables:
    """The stored tables of one lake. How many rows an object has is read once."""

    def __init__(self, lake: Lake) -> None:
        self._lake = lake
        self._counts: Kept[tuple[str, str], int] = Kept(COUNTS_KEPT, lambda _: 1)

    def dates(self, table: str, today: date) -> list[DatedTable]:
        """The tables of each holdings date up to `today`, oldest first: a wrong clock wrote what is later."""
        begin, end = _BY_DATE[table](_DATE).split(_DATE)
        found = []
        for stored in self._lake.listed(begin):
            day = stored.key.removeprefix(begin).removesuffix(end)
            if stored.key.endswith(end) and is_date(day) and day <= today.isoformat():
                found.append(DatedTable(day, stored))
        return found

    def days_of(self, etf: str, table: str) -> list[str] | None:
        """The holdings dates of which this table has something to say of a fund, oldest first.

        Those of `changes` have a date before with which they could be compared. None where the fund has no history
        that can be read.
        """
        try:
            stored = self._lake.read_if_there(history_key(etf))
            history = FundHistory.parse(stored.body, etf) if stored else None
        except DamagedObjectError as error:
            log.error("tables", extra={"why": error.message})
            return None
        if history is None:
            return None
        return [day for day, record in history.dates.items() if table != CHANGES or record["change"]]

    def measured(self, newest: Newest, dated: Mapping[str, DatedTable]) -> dict[str, Measured]:
        """The sizes of the tables that the newest state names, and of the newest ones by date, by name.

        Raises MissingObjectError if an object that the newest state names does not exist.
        """
        listed = {stored.key: stored for stored in self._lake.listed(NEWEST_PREFIX)}
        wanted = {name: table.stored for name, table in dated.items()}
        for name, keys in newest_keys(newest):
            if keys[0] not in listed:
                raise MissingObjectError(f"{keys[0]} is named by the newest state and does not exist")
            wanted[name] = listed[keys[0]]
        with ThreadPoolExecutor(READS_AT_ONCE) as pool:
            rows = list(pool.map(self._rows, wanted.values()))
        return {name: Measured(stored.size, count) for (name, stored), count in zip(wanted.items(), rows, strict=True)}

    def _rows(self, stored: Listed) -> int | None:
        name = stored.key, stored.etag
        found = self._counts.get(name)
        if found is None:
            try:
                ending = self._lake.ending(stored.key, FOOTER_BYTES).body
                length = footer_bytes(ending[-TAIL_BYTES:])
                if length > len(ending):
                    ending = self._lake.ending(stored.key, length).body
                found = row_count(ending[-length:])
            except ValueError as error:
                log.error("tables", extra={"why": f"{stored.key}: {error}"})
                return None
            self._counts.put(name, found)
        return found


def newest_keys(newest: Newest) -> Iterator[tuple[str, tuple[str, ...]]]:
    """The tables that the newest state names, with their objects."""
    yield "latest_holdings", (newest.holdings_key, newest.funds_key)
    yield "latest_funds", (newest.funds_key,)
    if newest.filings:
        for name, key in (
            ("securities", newest.security_table_key),
            ("security_contradictions", newest.contradictions_key),
        ):
            if key:
                yield name, (key,)


def sources_of(newest: Newest, table: str) -> tuple[Source, ...]:
    """The objects of a table that the newest state names; none if there is no such table yet."""
    # They are never overwritten, so their names alone say what they have.
    return next((tuple(Source(key, "") for key in keys) for name, keys in newest_keys(newest) if name == table), ())


def is_stored_whole(table: str) -> bool:
    """Whether one stored object has all columns of the table; the dates of lines stand elsewhere."""
    return table != FILINGS and AS_OF not in TABLES[table].columns
