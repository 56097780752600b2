"""What all funds changed up to one holdings date: `tables/changes/as_of=DATE/`, in short as JSON, in full as Parquet.

The JSON is written last. So where it has a fund's digest, the Parquet has its lines.
"""

import tempfile
from collections.abc import Collection, Iterable, Mapping
from dataclasses import dataclass, field
from pathlib import Path

import duckdb

from etf_common.dated_changes import DateChanges, Digest
from etf_common.errors import DamagedObjectError
from etf_common.lake import Lake, StoredObject, WriteConflictError, read_or_head
from etf_common.table_keys import changed_lines_key, changes_key
from tables.columns import CHANGES
from tables.engine import connect, declared, load_parquet, to_parquet
from tables.objects import JSON, PARQUET

_LARGEST = "abs(traded_usd) desc nulls last"


class UnreadableLinesError(WriteConflictError):
    """What stands as the Parquet of a date cannot be read as such: the next try takes nothing of it."""

    def __init__(self, as_of: str) -> None:
        super().__init__(f"{changed_lines_key(as_of)} cannot be read as Parquet")
        self.as_of = as_of


@dataclass
class Changed:
    """What a build has found of the funds of a date."""

    digests: dict[str, Digest] = field(default_factory=dict)
    """By symbol."""
    files: list[Path] = field(default_factory=list)
    """Lines of JSON with their rows of `columns.CHANGES`."""
    gone: set[str] = field(default_factory=set)
    """The funds that have changed nothing up to this date, since they have no such date or none before it."""


@dataclass(frozen=True)
class StandingChanges:
    """The two objects of a date as they are now; a damaged one is replaced like any other."""

    as_of: str
    digests: StoredObject | None
    lines: StoredObject | None
    kept_lines: bytes | None
    """The Parquet that can be read. One that stands alone is kept too: it may be the first write of a build that runs
    right now, and whoever left its lines out would take them from a Parquet that this build believes in.
    """
    funds: Mapping[str, Digest]
    """By symbol; empty where one of the two objects is missing or cannot be read."""
    usable: bool
    """Whether both are there and can be read."""

    @classmethod
    def read(cls, lake: Lake, as_of: str, unreadable: Collection[str] = ()) -> "StandingChanges":
        """The objects as they are now. `unreadable` are dates whose Parquet could not be read."""
        digests, lines = (read_or_head(lake, key) for key in (changes_key(as_of), changed_lines_key(as_of)))
        kept = lines.body if lines and _may_be_parquet(lines.body) and as_of not in unreadable else None
        found = None
        if digests and kept:
            try:
                found = DateChanges.parse(digests.body, as_of)
            except DamagedObjectError:
                found = None
        return cls(as_of, digests, lines, kept, found.funds if found else {}, usable=found is not None)

    def replace(self, lake: Lake, changed: Changed) -> None:
        """Write what differs, each only if it is still what stood.

        Raises WriteConflictError; it is an UnreadableLinesError if the Parquet that stands cannot be read.
        """
        taken = changed.digests.keys() | changed.gone
        kept = {symbol: digest for symbol, digest in self.funds.items() if symbol not in taken}
        if self.usable and len(kept) == len(self.funds) and not changed.digests:
            return
        try:
            lines = merged_lines(self.kept_lines, changed.files, taken)
        except duckdb.Error:
            if self.kept_lines is None:
                raise
            raise UnreadableLinesError(self.as_of) from None
        digests = DateChanges(self.as_of, {**kept, **changed.digests}).document()
        for key, body, kind, known in (
            (changed_lines_key(self.as_of), lines, PARQUET, self.lines),
            (changes_key(self.as_of), digests, JSON, self.digests),
        ):
            if known is None or known.body != body:
                lake.replace(key, body, kind, {}, known=known)


def _may_be_parquet(body: bytes) -> bool:
    """Whether it begins and ends as Parquet does. The rest shows when it is read, which takes far longer."""
    return body[:4] == body[-4:] == b"PAR1"


def merged_lines(standing: bytes | None, files: Iterable[Path], taken: Collection[str]) -> bytes:
    """The lines of a date once those of the files are in it, and the standing ones of the funds `taken` are not."""
    with tempfile.TemporaryDirectory() as directory, connect(directory) as engine:
        folder = Path(directory)
        load_parquet(engine, folder, "standing", CHANGES, standing)
        engine.execute(f"create table made ({declared(CHANGES)})")
        written = [str(path) for path in files if path.stat().st_size]
        if written:
            shape = "{" + ", ".join(f"{name}: '{kind}'" for name, kind in CHANGES.items()) + "}"
            engine.execute(
                f"insert into made select {', '.join(CHANGES)} from read_json($files, "
                f"format = 'newline_delimited', columns = {shape})",
                {"files": written},
            )
        engine.execute("create table taken as select unnest($taken::varchar[]) as etf", {"taken": sorted(taken)})
        names = ", ".join(CHANGES)
        # By every column in the end, and from a table that never had other lines: the same lines give the same bytes.
        order = f"order by etf, {_LARGEST}, {names}"
        engine.execute(f"""create table merged as
            select {names} from standing where etf not in (select etf from taken)
            union all select {names} from made {order}""")
        return to_parquet(engine, folder, f"from merged {order}")
