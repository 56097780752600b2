"""The newest state of all funds, built from what stands and from what changed since.

Everything but tables/newest.json is written under the hash of its bytes; newest.json names those objects and is written
last, only if it is still the one that the build began with. So whoever reads it sees one whole build, and of two builds
at once the second one starts again on what the first one left.
"""

import tempfile
from collections.abc import Collection, Mapping
from dataclasses import dataclass, replace
from datetime import datetime
from pathlib import Path

import duckdb

from etf_common.errors import DamagedObjectError, PipelineError
from etf_common.lake import Lake, WriteConflictError
from etf_common.newest import Newest
from etf_common.symbols import is_etf_symbol
from etf_common.table_keys import NEWEST_KEY
from tables import held, lines, similar, tokens
from tables.columns import CANDIDATES, EXCEPTIONS, FUNDS, HOLDINGS, KINDS
from tables.engine import connect, load_rows, to_parquet
from tables.fund_row import ExpenseRatioOf
from tables.holders import shards
from tables.lake_reading import LakeReading
from tables.objects import Objects, remove_unnamed
from tables.securities import securities_document
from tables.standing import Standing, StandingTables
from tables.state import State

JSON = "application/json"
# By object: the table and its columns, and the order of its rows.
_PARQUET: Mapping[str, tuple[str, Mapping[str, str], str]] = {
    "holdings": ("holdings", HOLDINGS, "etf, line"),
    "funds": ("fund_rows", FUNDS, "etf"),
    "exceptions": ("exceptions", EXCEPTIONS, "etf, line"),
    "kinds": ("kinds", KINDS, "symbol, name, asset_class"),
    "candidates": ("candidates", CANDIDATES, "etf, score desc, other"),
}
TRIES = 20
"""More builds than ever meet; of those that meet, one always goes on."""


def build_newest(
    lake: Lake, changed: Collection[str] | None, now: datetime, expense_ratio_of: ExpenseRatioOf
) -> dict[str, PipelineError]:
    """Bring the newest state up to date with the snapshots and statuses of these symbols; None: of all there are.

    Returns, by symbol, why a snapshot or a status could not be read: what was known of it stays. Raises
    WriteConflictError when other builds keep coming first.
    """
    with tempfile.TemporaryDirectory() as directory, connect(directory) as engine:
        folder, damaged = Path(directory), False
        reading = LakeReading(lake, engine, folder)
        for tries_left in reversed(range(TRIES)):
            standing = Standing.read(lake)
            usable = standing.newest if not damaged and standing.is_whole(lake) else None
            whole = changed is None or usable is None
            symbols = _all_symbols(lake, standing.newest) if whole else changed or ()
            reading.read(symbols, standing.newest, anew=whole)
            state = State.merged(usable, reading, expense_ratio_of, whole=whole)
            if not whole and state.is_of(usable):
                break
            try:
                newest = _Writing(lake, engine, folder).write(state, standing, usable, now)
            except DamagedObjectError:
                damaged = True
            except WriteConflictError:
                if not tries_left:
                    raise
            else:
                remove_unnamed(lake, newest.keys)
                break
    return reading.faults


def _all_symbols(lake: Lake, newest: Newest | None) -> set[str]:
    statuses = (key.removeprefix("status/").removesuffix(".json") for key in lake.keys("status/"))
    known = (*newest.funds, *newest.statuses) if newest else ()
    return {symbol for symbol in (*lake.folders("processed/"), *statuses, *known) if is_etf_symbol(symbol)}


@dataclass(frozen=True)
class _Writing:
    lake: Lake
    engine: duckdb.DuckDBPyConnection
    folder: Path

    def write(self, state: State, standing: Standing, usable: Newest | None, now: datetime) -> Newest:
        """Write the objects and then newest.json; `usable` is what can be taken from an earlier build.

        Raises WriteConflictError if newest.json is not what stood any more, and DamagedObjectError.
        """
        made_at = now.strftime("%Y-%m-%dT%H:%M:%SZ")
        if usable and not state.changed and state.records == usable.funds:
            # Every refresh of a fund writes its status twice, and no object but newest.json has anything of it.
            newest = replace(usable, tables_as_of=made_at, statuses=state.statuses, status_etags=state.status_etags)
        else:
            newest = self._with_objects(state, usable, made_at)
        self.lake.replace(NEWEST_KEY, newest.document(), JSON, {}, known=standing.stored)
        return newest

    def _with_objects(self, state: State, usable: Newest | None, made_at: str) -> Newest:
        engine, folder = self.engine, self.folder
        self._create_tables(state, StandingTables.read(self.lake, usable) if usable and state.kept else None)
        # A build of everything also writes what stands: its bytes may be damaged.
        with Objects(self.lake, usable.keys if usable and state.kept else ()) as objects:
            newest = Newest(
                tables_as_of=made_at,
                funds=state.records,
                statuses=state.statuses,
                status_etags=state.status_etags,
                securities_key=objects.write("securities", securities_document(engine, folder, state.records)),
                similar_key=objects.write("similar", similar.candidates_document(engine)),
                holder_keys=tuple(
                    objects.write(f"holders-{number:03}", body) for number, body in enumerate(shards(engine, folder))
                ),
                **{f"{name}_key": objects.write(name, self._parquet(name), "parquet") for name in _PARQUET},
            )
        for table in (*lines.TABLES, *tokens.TABLES, held.TABLE, similar.TABLE, "fund_rows"):
            engine.execute(f"drop table {table}")
        return newest

    def _parquet(self, name: str) -> bytes:
        table, columns, order = _PARQUET[name]
        return to_parquet(self.engine, self.folder, f"select {', '.join(columns)} from {table} order by {order}")

    def _create_tables(self, state: State, tables: StandingTables | None) -> None:
        lines.create_lines(self.engine, self.folder, tables, state.kept)
        tokens.create_listed(self.engine, self.folder)
        held.create_held(self.engine)
        candidates, changed = (tables.candidates, state.changed) if tables else (None, None)
        similar.create_candidates(self.engine, self.folder, candidates, changed)
        load_rows(self.engine, self.folder, "fund_rows", FUNDS, (record["row"] for record in state.records.values()))
