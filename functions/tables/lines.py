"""The lines of all funds: the public table `holdings`, and `lines`, the numbers of those that count.

What the cells of a line say of its security is the same wherever they stand together, so it is worked out once for each
kind of line. `lines` has numbers in the place of names, which SQL groups and joins many times faster.
"""

from collections.abc import Collection, Iterable, Mapping
from pathlib import Path
from typing import Any

import duckdb

from etf_analytics.all_funds.kinds import kind_of
from etf_analytics.reference.sectors import sectors
from etf_analytics.weights import COUNTED_CLASSES
from tables.columns import CORRECTED, EXCEPTIONS, HOLDINGS, KINDS
from tables.engine import declared, load_parquet, load_rows
from tables.parquet import load_lines
from tables.readings import FundReading
from tables.standing import StandingTables

COUNTS = f"asset_class in {COUNTED_CLASSES}"
_CELLS = ("symbol", "name", "asset_class")
_CELLS_AND_ISIN = (*_CELLS, "filed_isin")
_WITHOUT_SECTOR = {name: kind for name, kind in HOLDINGS.items() if name != "sector"}
_READ = {"read_holdings": _WITHOUT_SECTOR, "read_exceptions": EXCEPTIONS}
TABLES = ("holdings", "exceptions", "cells", "kinds", "funds", "keys", "lines")
"""What `create_lines` makes."""


class DifferentLinesError(Exception):
    """The engine sees other lines in a snapshot than Python: it has two lists, for instance."""


def create_read(engine: duckdb.DuckDBPyConnection) -> None:
    """Make the tables of what is read from the lake, empty: they last from try to try."""
    for table, columns in {**_READ, "known_kinds": KINDS}.items():
        engine.execute(f"create table {table} ({declared(columns)})")


def forget_read(engine: duckdb.DuckDBPyConnection, symbols: Collection[str]) -> None:
    """Take the lines of these funds out of what was read."""
    for table in _READ:
        engine.execute(
            f"delete from {table} where etf in (select unnest($symbols::varchar[]))", {"symbols": sorted(symbols)}
        )


def take_read(
    engine: duckdb.DuckDBPyConnection, folder: Path, files: list[str], readings: Iterable[FundReading]
) -> None:
    """Put the lines of these snapshots into what was read. `files` are the snapshots as stored.

    Raises duckdb.Error or DifferentLinesError, and has then put nothing.
    """
    readings = list(readings)
    load_lines(engine, files)
    seen = dict(engine.execute("select etf, count(*) from new_lines group by etf").fetchall())
    if seen != {reading.symbol: reading.lines for reading in readings if reading.lines}:
        raise DifferentLinesError
    engine.execute("insert into read_holdings by name from new_lines")
    load_rows(engine, folder, "new_exceptions", EXCEPTIONS, (row for reading in readings for row in reading.exceptions))
    engine.execute("insert into read_exceptions from new_exceptions")
    for table in ("new_lines", "new_exceptions"):
        engine.execute(f"drop table {table}")


def create_lines(
    engine: duckdb.DuckDBPyConnection, folder: Path, standing: StandingTables | None, kept: Collection[str]
) -> None:
    """Make `TABLES`: what an earlier build had of the funds that are kept, and what was read."""
    _create_all(engine, folder, standing, kept)
    _create_kinds(engine, folder, standing)
    engine.execute(f"""
        create table holdings as
        select {", ".join(f"all_holdings.{name}" if name in _WITHOUT_SECTOR else name for name in HOLDINGS)}, kind
        from all_holdings left join kinds on {_same("all_holdings", "kinds", _CELLS_AND_ISIN)} order by etf, line
    """)
    engine.execute("drop table all_holdings")
    engine.execute("""
        create table funds as
        select etf, (row_number() over (order by etf))::integer as fund from (select distinct etf from holdings)
    """)
    engine.execute("""
        create table keys as
        select name, (row_number() over (order by name))::integer as key
        from (select key as name from exceptions union select symbol from kinds where symbol is not null)
    """)
    numbers = ", ".join(
        f"case when corrected then told.{name} else holdings.{name} end as {name}" for name in CORRECTED
    )
    engine.execute(f"""
        create table lines as
        with told as (select exceptions.*, keys.key as number from exceptions join keys on keys.name = exceptions.key),
        plain as (select kind, key from kinds join keys on keys.name = kinds.symbol)
        select fund, holdings.line, holdings.kind, coalesce(told.number, plain.key) as key, {numbers}
        from holdings join funds using (etf) left join plain using (kind)
        left join told on told.etf = holdings.etf and told.line = holdings.line
        where holdings.kind is not null
    """)


def _create_all(
    engine: duckdb.DuckDBPyConnection, folder: Path, standing: StandingTables | None, kept: Collection[str]
) -> None:
    """Make `all_holdings`, still without sectors and with the ISINs that filings give, and `exceptions`."""
    load_parquet(engine, folder, "old_holdings", HOLDINGS, standing.holdings if standing else None)
    load_parquet(engine, folder, "old_exceptions", EXCEPTIONS, standing.exceptions if standing else None)
    for table, old, read, columns in (
        ("all_holdings", "old_holdings", "read_holdings", _WITHOUT_SECTOR),
        ("exceptions", "old_exceptions", "read_exceptions", EXCEPTIONS),
    ):
        names = ", ".join(columns)
        engine.execute(
            f"""
            create table {table} as
            select {names} from {old} where etf in (select unnest($kept::varchar[]))
            union all select {names} from {read}
            """,
            {"kept": sorted(kept)},
        )
        engine.execute(f"drop table {old}")
    engine.execute(f"""
        create or replace table all_holdings as
        select all_holdings.*, isins.isin as filed_isin
        from all_holdings left join isins on {_same("all_holdings", "isins", ("etf", "symbol", "name"))}
    """)


def _create_kinds(engine: duckdb.DuckDBPyConnection, folder: Path, standing: StandingTables | None) -> None:
    """Make `cells`, those that are known and those that nobody has looked at yet, and `kinds` of them, numbered.

    What a filing says is not in the cells, so lines with equal cells are of as many kinds as filings give them ISINs.
    """
    load_parquet(engine, folder, "old_kinds", KINDS, standing.kinds if standing else None)
    cells = ", ".join(_CELLS)
    engine.execute(f"create table wanted as select distinct {cells}, filed_isin from all_holdings where {COUNTS}")
    engine.execute(f"""
        insert into known_kinds select * from old_kinds
        where not exists (from known_kinds where {_same("known_kinds", "old_kinds")})
    """)
    missing = engine.execute(f"""
        select distinct {cells} from wanted where not exists (from known_kinds where {_same("known_kinds", "wanted")})
    """).fetchall()
    load_rows(engine, folder, "new_kinds", KINDS, _kinds(missing))
    engine.execute("insert into known_kinds from new_kinds")
    engine.execute(f"""
        create table cells as
        select * from known_kinds where exists (from wanted where {_same("known_kinds", "wanted")})
    """)
    engine.execute(f"""
        create table kinds as
        select cells.* replace (coalesce(cells.isin, filed_isin) as isin), filed_isin,
            (row_number() over (order by {", ".join(f"wanted.{cell}" for cell in _CELLS_AND_ISIN)}))::integer as kind
        from wanted join cells on {_same("cells", "wanted")}
    """)
    for table in ("old_kinds", "wanted", "new_kinds"):
        engine.execute(f"drop table {table}")


def _kinds(cells: Iterable[tuple[str | None, ...]]) -> Iterable[Mapping[str, Any]]:
    sector_of = sectors().of
    for row in cells:
        holding = dict(zip(_CELLS, row, strict=True))
        yield {**holding, "sector": sector_of(holding), **kind_of(holding)._asdict()}


def _same(one: str, other: str, columns: Iterable[str] = _CELLS) -> str:
    return " and ".join(f"{one}.{column} is not distinct from {other}.{column}" for column in columns)
