"""The newest state of all funds, built from what stands and from what changed since.

Everything but tables/newest.json is written under the hash of its bytes; newest.json names those objects and is written
last, only if it is still the one that the build began with. So whoever reads it sees one whole build, and of two builds
at once the second one starts again on what the first one left.
"""

import tempfile
from collections.abc import Collection
from dataclasses import dataclass, replace
from datetime import datetime
from pathlib import Path

import duckdb

from etf_common.errors import PipelineError
from etf_common.lake import Lake, WriteConflictError
from etf_common.newest import Newest
from etf_common.symbols import is_etf_symbol
from etf_common.table_keys import NEWEST_KEY
from tables.columns import FUNDS
from tables.engine import connect, load_rows, to_parquet
from tables.fund_row import ExpenseRatioOf
from tables.holders import shards
from tables.lake_reading import LakeReading
from tables.lines import create_merged
from tables.objects import Objects, remove_unnamed
from tables.securities import securities_document
from tables.similar import candidates_document, create_candidates
from tables.standing import Standing, StandingTables
from tables.state import State
from tables.tokens import create_listed

JSON = "application/json"
_ORDERS = {"holdings": "etf, line", "funds": "etf", "lines": "etf, line", "candidates": "etf, score desc, other"}
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
        folder = Path(directory)
        reading = LakeReading(lake, engine, folder)
        for tries_left in reversed(range(TRIES)):
            standing = Standing.read(lake)
            tables = standing.tables(lake)
            whole = changed is None or tables is None
            symbols = _all_symbols(lake, standing.newest) if whole else changed or ()
            reading.read(symbols, standing.newest, anew=whole)
            state = State.merged(standing.newest if tables else None, reading, expense_ratio_of, whole=whole)
            if not whole and state.is_of(standing.newest):
                break
            try:
                newest = _Writing(lake, engine, folder).write(state, standing, tables, now)
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

    def write(self, state: State, standing: Standing, tables: StandingTables | None, now: datetime) -> Newest:
        """Write the objects and then newest.json. Raises WriteConflictError if that is not what stood any more."""
        made_at = now.strftime("%Y-%m-%dT%H:%M:%SZ")
        if tables and standing.newest and state.records == standing.newest.funds:
            # Every refresh of a fund writes its status twice, and no object but newest.json has anything of it.
            newest = replace(
                standing.newest, tables_as_of=made_at, statuses=state.statuses, status_etags=state.status_etags
            )
        else:
            newest = self._with_objects(state, standing, tables, made_at)
        self.lake.replace(NEWEST_KEY, newest.document(), JSON, {}, known=standing.stored)
        return newest

    def _with_objects(self, state: State, standing: Standing, tables: StandingTables | None, made_at: str) -> Newest:
        engine, folder = self.engine, self.folder
        self._create_tables(state, tables)
        with Objects(self.lake, standing.newest.keys if tables and standing.newest else ()) as objects:
            newest = Newest(
                tables_as_of=made_at,
                funds=state.records,
                statuses=state.statuses,
                status_etags=state.status_etags,
                securities_key=objects.write("securities", securities_document(engine, folder, state.records)),
                similar_key=objects.write("similar", candidates_document(engine)),
                holder_keys=tuple(
                    objects.write(f"holders-{number:03}", body) for number, body in enumerate(shards(engine, folder))
                ),
                **{f"{name}_key": objects.write(name, self._parquet(name), "parquet") for name in _ORDERS},
            )
        for table in (*_ORDERS, "rooted", "listed"):
            engine.execute(f"drop table {table}")
        self.lake.replace(NEWEST_KEY, newest.document(), JSON, {}, known=standing.stored)
        return newest

    def _parquet(self, table: str) -> bytes:
        return to_parquet(self.engine, self.folder, f"from {table} order by {_ORDERS[table]}")

    def _create_tables(self, state: State, tables: StandingTables | None) -> None:
        standing = {"holdings": tables.holdings, "lines": tables.lines} if tables else {}
        create_merged(self.engine, self.folder, standing, state.kept)
        create_listed(self.engine, self.folder)
        candidates = tables.candidates if tables and state.kept else None
        create_candidates(self.engine, self.folder, candidates, state.changed if candidates else None)
        load_rows(self.engine, self.folder, "funds", FUNDS, (record["row"] for record in state.records.values()))
