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
from typing import NamedTuple

import duckdb

from etf_common.errors import DamagedObjectError, PipelineError
from etf_common.filing_keys import FILINGS
from etf_common.lake import Lake, WriteConflictError
from etf_common.newest import Newest
from etf_common.symbols import is_etf_symbol
from etf_common.table_code import table_code
from etf_common.table_keys import NEWEST_KEY
from tables import factors as factor_weights
from tables import held, identifiers, lines, securities, similar, tokens
from tables.columns import CANDIDATES, CONTRADICTIONS, EVIDENCE, EXCEPTIONS, FUNDS, HOLDINGS, JOINED, KINDS, SECURITIES
from tables.copies import copy_tables
from tables.engine import connect, load_rows, to_parquet
from tables.filings_reading import FilingsReading
from tables.fund_row import ExpenseRatioOf
from tables.holders import shards
from tables.lake_reading import LakeReading
from tables.objects import Objects, remove_unnamed
from tables.standing import Standing, StandingFilings, StandingTables, standing_object
from tables.state import State

JSON = "application/json"
# By object: the table and its columns, and the order of its rows.
_PARQUET: Mapping[str, tuple[str, Mapping[str, str], str]] = {
    "holdings": ("holdings", HOLDINGS, "etf, line"),
    "funds": ("fund_rows", FUNDS, "etf"),
    "exceptions": ("exceptions", EXCEPTIONS, "etf, line"),
    "kinds": ("cells", KINDS, "symbol, name, asset_class"),
    "candidates": ("candidates", CANDIDATES, "etf, score desc nulls last, other"),
}
_OF_FILINGS: Mapping[str, tuple[str, Mapping[str, str], str]] = {
    "joined": ("joined", JOINED, ", ".join(JOINED)),
    "evidence": ("evidence", EVIDENCE, ", ".join(EVIDENCE)),
    "security_table": ("security_rows", SECURITIES, "isin nulls last, cusip, ticker"),
    "contradictions": ("contradictions", CONTRADICTIONS, "tickers, isins, why"),
}
TRIES = 20
"""More builds than ever meet; of those that meet, one always goes on."""


class Faults(NamedTuple):
    """By symbol: why what is in the lake is not in the newest state."""

    lists: dict[str, PipelineError]
    """Of snapshots and statuses."""
    filings: dict[str, PipelineError]


def build_newest(
    lake: Lake,
    changed: Collection[str] | None,
    now: datetime,
    expense_ratio_of: ExpenseRatioOf,
    *,
    factors: Mapping[str, str] | None = None,
    filings: Collection[str] = (),
    remake: bool = False,
) -> Faults:
    """Bring the newest state up to date with the snapshots and statuses of these symbols; None: of all there are.

    `filings`: the symbols whose newest filing may be another one. A filing is also read where its list is another one.
    `remake`: the records of these symbols are made again although their snapshots are what they were made of.
    `factors`: those of the config.
    Nothing is taken from what stands where an object of it is missing or damaged, or where other code made it.

    Returns why a snapshot, a status or a filing could not be read: what was known of it stays, where it can be taken.
    Raises WriteConflictError when other builds keep coming first.
    """
    with tempfile.TemporaryDirectory() as directory, connect(directory) as engine:
        folder, damaged = Path(directory), False
        reading, filed = LakeReading(lake, engine, folder), FilingsReading(lake, engine, folder)
        for tries_left in reversed(range(TRIES)):
            standing = Standing.read(lake)
            usable = standing.newest if not damaged and standing.is_usable(lake) else None
            whole = changed is None or usable is None
            symbols = all_symbols(lake, standing.newest) if whole else changed or ()
            reading.read(symbols, standing.newest, anew=whole or remake)
            filed.read(symbols if whole else filings, reading.etags, standing.newest)
            state = State.merged(usable, reading, filed, expense_ratio_of, factors=factors or {}, whole=whole)
            if usable and not whole and not remake and state.is_of(usable):
                newest = usable
                break
            try:
                newest = _Writing(lake, engine, folder, filed.documents).write(state, standing, usable, now)
            except DamagedObjectError:
                damaged = True
            except WriteConflictError:
                if not tries_left:
                    raise
            else:
                remove_unnamed(lake, newest.keys)
                break
        copy_tables(lake, newest)
    return Faults(reading.faults, filed.faults)


def all_symbols(lake: Lake, newest: Newest | None) -> set[str]:
    """The symbols that have a snapshot, a status or a filing, or had one when this state was built."""
    statuses = (key.removeprefix("status/").removesuffix(".json") for key in lake.keys("status/"))
    folders = (*lake.folders("processed/"), *lake.folders(FILINGS))
    known = (*newest.funds, *newest.statuses, *newest.filings) if newest else ()
    return {symbol for symbol in (*folders, *statuses, *known) if is_etf_symbol(symbol)}


@dataclass(frozen=True)
class _Writing:
    lake: Lake
    engine: duckdb.DuckDBPyConnection
    folder: Path
    documents: Mapping[str, str]
    """By symbol: of the filings that were read."""

    def write(self, state: State, standing: Standing, usable: Newest | None, now: datetime) -> Newest:
        """Write the objects and then newest.json; `usable` is what can be taken from an earlier build.

        Raises WriteConflictError if newest.json is not what stood any more, and DamagedObjectError.
        """
        made_at = now.strftime("%Y-%m-%dT%H:%M:%SZ")
        if usable and not state.changed and state.has_objects_of(usable):
            # Every refresh of a fund writes its status twice, and no object but newest.json has anything of it.
            newest = replace(usable, tables_as_of=made_at, statuses=state.statuses, status_etags=state.status_etags)
        else:
            newest = self._with_objects(state, usable, made_at)
        self.lake.replace(NEWEST_KEY, newest.document(), JSON, {}, known=standing.stored)
        return newest

    def _with_objects(self, state: State, usable: Newest | None, made_at: str) -> Newest:
        engine, folder = self.engine, self.folder
        # All that can be damaged before anything is made of it.
        filings = StandingFilings.read(self.lake, usable) if usable and state.kept_filings else None
        tables = StandingTables.read(self.lake, usable) if usable and state.kept else None
        identifiers.create_identified(engine, folder, filings, state.kept_filings)
        known_factors = standing_object(self.lake, usable.factors_key) if usable else None
        self._create_tables(state, tables)
        known = {**(filings.documents if filings else {}), **self.documents}
        documents = {symbol: known[symbol] for symbol in state.filings}
        # A build of everything also writes what stands: its bytes may be damaged.
        with Objects(self.lake, usable.keys if usable and state.kept else ()) as objects:
            newest = Newest(
                tables_as_of=made_at,
                made_with=table_code(),
                funds=state.records,
                statuses=state.statuses,
                status_etags=state.status_etags,
                securities_key=objects.write("securities", securities.securities_document(engine)),
                similar_key=objects.write("similar", similar.candidates_document(engine)),
                holder_keys=tuple(
                    objects.write(f"holders-{number:03}", body) for number, body in enumerate(shards(engine, folder))
                ),
                filings=state.filings,
                filing_keys=tuple(
                    objects.write(f"filings-{number:03}", body)
                    for number, body in enumerate(identifiers.shards(documents, identifiers.shards_for(documents)))
                ),
                isin_keys=tuple(
                    objects.write(f"isins-{number:03}", body)
                    for number, body in enumerate(identifiers.isin_shards(engine, documents))
                ),
                factors=state.factors,
                factors_key=self._factors(objects, state, known_factors),
                **{f"{name}_key": self._written(objects, name) for name in _PARQUET},
                **(self._of_filings(objects, usable) if state.filings else {}),
            )
        made = (
            *identifiers.TABLES,
            *lines.TABLES,
            *tokens.TABLES,
            held.TABLE,
            *securities.TABLES,
            similar.TABLE,
            "fund_rows",
        )
        for table in made:
            engine.execute(f"drop table {table}")
        return newest

    def _of_filings(self, objects: Objects, usable: Newest | None) -> dict[str, str]:
        """The keys of what is made of all filings together; the same evidence makes the same securities."""
        keys = {f"{name}_key": self._written(objects, name) for name in ("joined", "evidence")}
        names = ("security_table", "contradictions")
        if usable and usable.evidence_key == keys["evidence_key"]:
            return {**keys, **{f"{name}_key": getattr(usable, f"{name}_key") for name in (*names, "tickers")}}
        keys["tickers_key"] = objects.write("tickers", identifiers.create_security_rows(self.engine, self.folder))
        keys |= {f"{name}_key": self._written(objects, name) for name in names}
        for table in identifiers.SECURITY_TABLES:
            self.engine.execute(f"drop table {table}")
        return keys

    def _factors(self, objects: Objects, state: State, standing: bytes | None) -> str:
        if not state.factors:
            return ""
        found = factor_weights.factors_document(self.engine, self.folder, state.records, state.factors, standing)
        return objects.write("factors", found)

    def _written(self, objects: Objects, name: str) -> str:
        return objects.write(name, self._parquet(name), "parquet")

    def _parquet(self, name: str) -> bytes:
        table, columns, order = {**_PARQUET, **_OF_FILINGS}[name]
        return to_parquet(self.engine, self.folder, f"select {', '.join(columns)} from {table} order by {order}")

    def _create_tables(self, state: State, tables: StandingTables | None) -> None:
        lines.create_lines(self.engine, self.folder, tables, state.kept)
        tokens.create_listed(self.engine, self.folder)
        held.create_held(self.engine)
        securities.create_settled(self.engine, self.folder, state.records)
        similar.create_candidates(self.engine, self.folder, tables.candidates if tables else None)
        load_rows(self.engine, self.folder, "fund_rows", FUNDS, (record["row"] for record in state.records.values()))
