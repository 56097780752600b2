"""The tables of holdings dates: `tables/holdings/as_of=DATE/` and `tables/funds/as_of=DATE/`.

`tables/snapshots/as_of=DATE.json` says which snapshots they were made of. It is written last, so a build that is ended
half-way leaves it as it was, and whoever compares it with a listing sees what is missing.
"""

from collections.abc import Callable, Collection, Iterator, Mapping
from dataclasses import dataclass
from functools import partial
from typing import Any

from etf_common.errors import DamagedObjectError, PipelineError
from etf_common.lake import Lake, StoredObject, WriteConflictError, dated_key, read_or_head
from etf_common.table_changes import made_of, made_of_document
from etf_common.table_keys import funds_key, holdings_key, snapshots_key
from tables.objects import JSON, PARQUET
from tables.parquet import Checked, DateTables, merged
from tables.snapshots import ReadSnapshot, RowOf, read_objects, snapshot_row

TRIES = 20
"""More builds than ever meet at one date; of those that meet, one always goes on."""


class NotRecordedError(Exception):
    """Snapshots of these symbols were written since their histories were."""

    def __init__(self, symbols: Collection[str]) -> None:
        super().__init__(symbols)
        self.symbols = symbols


def build_date(
    lake: Lake,
    as_of: str,
    symbols: Collection[str],
    row_of: RowOf,
    *,
    known: Mapping[str, Mapping[str, Any]] | None = None,
    anew: bool = False,
    recorded: Mapping[str, str | None] | None = None,
    unnamed: Collection[str] = (),
) -> dict[str, PipelineError]:
    """Write the tables of one holdings date anew with the snapshots of these symbols, or without those that are gone.

    `known`: rows that were made before, by the ETag of their snapshot. `anew`: nothing is taken from the tables that
    stand but the names of their funds. `recorded`: the ETags of the snapshots that the histories of these symbols have.
    `unnamed`: symbols that the list of snapshots must not name, since something else of them is not built.

    Returns, by symbol, why a snapshot could not be read; its fund's rows stay as they were, or go where the tables are
    built anew. Raises NotRecordedError, and WriteConflictError when other builds keep coming first.
    """
    for tries_left in reversed(range(TRIES)):
        # Before the snapshots are read: whatever replaces what stands now was made of newer ones.
        standing = _Standing.read(lake, as_of)
        whole = standing.whole and not anew
        wanted = set(symbols) if whole else {*symbols, *standing.made_of}
        row = partial(snapshot_row, row_of=row_of, as_of=as_of, known=known)
        reading = _Reading(lake, as_of, sorted(wanted), row, keep_unread=whole)
        made = merged(None if anew else standing.tables, reading.checked(), reading.without)
        if recorded is not None:
            _check_recorded(reading, {**standing.made_of, **recorded})
        etags = {**(standing.made_of if whole else {}), **reading.etags}
        etags = {symbol: etag for symbol, etag in etags.items() if symbol not in unnamed}
        try:
            standing.replace(lake, as_of, made, etags, reading.gone, always=anew)
        except WriteConflictError:
            if not tries_left:
                raise
        else:
            break
    return reading.faults


def _check_recorded(reading: "_Reading", recorded: Mapping[str, str | None]) -> None:
    read = {**reading.etags, **dict.fromkeys(reading.gone)}
    if others := {symbol for symbol, etag in read.items() if recorded.get(symbol) != etag}:
        raise NotRecordedError(others)


class _Reading:
    """The snapshots of some symbols, as they go into a table."""

    def __init__(
        self, lake: Lake, as_of: str, symbols: list[str], row: Callable[..., ReadSnapshot], *, keep_unread: bool
    ) -> None:
        keys = {symbol: dated_key(symbol, as_of) for symbol in symbols}
        self._objects = partial(read_objects, lake, keys)
        self._row, self._keys, self._keep_unread = row, keys, keep_unread
        self.etags: dict[str, str] = {}
        self.gone: set[str] = set()
        """There is no such snapshot."""
        self.without: set[str] = set()
        """Whose rows go: there is no snapshot, or one that cannot be read unless `keep_unread`."""
        self.faults: dict[str, PipelineError] = {}

    def checked(self) -> Iterator[Checked]:
        """Those that can be read; what became of the others is known once all are taken."""
        for symbol, stored in self._objects():
            if stored is None:
                self.gone.add(symbol)
                self.without.add(symbol)
                continue
            try:
                if isinstance(stored, DamagedObjectError):
                    raise stored
                read = self._row(self._keys[symbol], symbol, stored)
            except PipelineError as error:
                self.faults[symbol] = error
                if not self._keep_unread:
                    self.without.add(symbol)
                continue
            self.etags[symbol] = stored.etag
            yield symbol, stored.body, read.row


@dataclass(frozen=True)
class _Standing:
    """The three objects of a date as they were when a build began; a damaged one is replaced like any other."""

    holdings: StoredObject | None
    funds: StoredObject | None
    names: StoredObject | None
    made_of: dict[str, str]

    @property
    def tables(self) -> DateTables:
        """What stands of each table. One that stands alone is kept too: it may be the first write of a build that goes
        on right now, and whoever left its rows out would take them from a table that this build believes in.
        """
        return DateTables(self.holdings.body if self.holdings else b"", self.funds.body if self.funds else b"")

    @property
    def whole(self) -> bool:
        """Whether both tables are there, undamaged."""
        return bool(self.tables.holdings and self.tables.funds)

    @classmethod
    def read(cls, lake: Lake, as_of: str) -> "_Standing":
        holdings, funds, names = (
            read_or_head(lake, key) for key in (holdings_key(as_of), funds_key(as_of), snapshots_key(as_of))
        )
        return cls(holdings, funds, names, made_of(names))

    def replace(
        self,
        lake: Lake,
        as_of: str,
        tables: DateTables,
        etags: Mapping[str, str],
        gone: Collection[str],
        *,
        always: bool,
    ) -> None:
        """Write what differs, each only if it is still what stood; the list of snapshots even if nothing differs, with
        `always`, so that its time says when the date was built. Raises WriteConflictError.
        """
        made = {symbol: etag for symbol, etag in etags.items() if symbol not in gone}
        names = made_of_document(made)
        for key, body, kind, known in (
            (holdings_key(as_of), tables.holdings, PARQUET, self.holdings),
            (funds_key(as_of), tables.funds, PARQUET, self.funds),
            (snapshots_key(as_of), names, JSON, self.names),
        ):
            if known is None or known.body != body or (always and kind == JSON):
                lake.replace(key, body, kind, {}, known=known)
