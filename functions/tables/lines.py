"""The lines of all funds that count, each with what tells its security: `columns.LINES`, kept from build to build."""

from collections.abc import Collection, Iterable, Mapping
from pathlib import Path
from typing import Any

import duckdb

from etf_analytics.kinds import Kind, kind_of
from etf_analytics.weights import COUNTED_CLASSES
from tables.columns import HOLDINGS, LINES
from tables.engine import declared, load_parquet, load_rows
from tables.parquet import load_lines
from tables.readings import CORRECTIONS, KEYS, FundReading

_KIND = {"symbol": "VARCHAR", "name": "VARCHAR", "asset_class": "VARCHAR"}
_TOLD = {name: LINES[name] for name in Kind._fields}
_CORRECTED = [name for name in CORRECTIONS if name not in KEYS]
COUNTS = f"asset_class in {COUNTED_CLASSES}"


_TABLES = {"holdings": HOLDINGS, "lines": LINES}


def create_tables(engine: duckdb.DuckDBPyConnection, prefix: str = "") -> None:
    """Make `holdings` and `lines`, empty."""
    for table, columns in _TABLES.items():
        engine.execute(f"create table {prefix}{table} ({declared(columns)})")


def create_merged(
    engine: duckdb.DuckDBPyConnection, folder: Path, standing: Mapping[str, bytes], kept: Collection[str]
) -> None:
    """Make `holdings` and `lines`: what an earlier build had of the funds that are kept, and what was read."""
    for table, columns in _TABLES.items():
        load_parquet(engine, folder, f"old_{table}", columns, standing.get(table))
        engine.execute(
            f"""
            create table {table} as
            select {", ".join(columns)} from old_{table} where etf in (select unnest($kept::varchar[]))
            union all select {", ".join(columns)} from read_{table}
            """,
            {"kept": sorted(kept)},
        )
        engine.execute(f"drop table old_{table}")


def forget_read(engine: duckdb.DuckDBPyConnection, symbols: Collection[str]) -> None:
    """Take the lines of these funds out of what was read."""
    for table in _TABLES:
        engine.execute(
            f"delete from read_{table} where etf in (select unnest($symbols::varchar[]))", {"symbols": sorted(symbols)}
        )


def take_read(
    engine: duckdb.DuckDBPyConnection, folder: Path, files: list[str], readings: Iterable[FundReading]
) -> None:
    """Put the lines of these snapshots into `read_holdings` and `read_lines`. `files` are the snapshots as stored."""
    load_lines(engine, folder, files)
    readings = list(readings)
    load_rows(engine, folder, "keys", KEYS, (row for reading in readings for row in reading.keys))
    load_rows(engine, folder, "corrections", CORRECTIONS, (row for reading in readings for row in reading.corrections))
    load_rows(engine, folder, "kinds", {**_KIND, **_TOLD}, _kinds(engine))
    engine.execute(f"insert into read_holdings select {', '.join(HOLDINGS)} from new_holdings")
    corrected = ", ".join(
        f"case when corrections.line is null then line.{name} else corrections.{name} end as {name}"
        for name in _CORRECTED
    )
    engine.execute(f"""
        insert into read_lines by name
        select line.etf, line.line, line.symbol, line.name, line.asset_class, line.sector, {corrected},
            coalesce(keys.key, line.symbol) as key, {", ".join(f"kinds.{name}" for name in _TOLD)}
        from new_holdings as line
        join kinds on kinds.symbol is not distinct from line.symbol and kinds.name is not distinct from line.name
            and kinds.asset_class = line.asset_class
        left join keys on keys.etf = line.etf and keys.line = line.line
        left join corrections on corrections.etf = line.etf and corrections.line = line.line
    """)
    for table in ("new_lines", "new_holdings", "sectors", "keys", "corrections", "kinds"):
        engine.execute(f"drop table {table}")


def _kinds(engine: duckdb.DuckDBPyConnection) -> Iterable[Mapping[str, Any]]:
    cells = engine.execute(f"select distinct symbol, name, asset_class from new_lines where {COUNTS}").fetchall()
    for row in cells:
        kind = dict(zip(_KIND, row, strict=True))
        yield {**kind, **kind_of(kind)._asdict()}
