"""The tables of one holdings date as Parquet. DuckDB is the engine; bytes come in and go out, no path and no bucket."""

import json
import re
import tempfile
from collections.abc import Callable, Collection, Iterable, Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import duckdb

from etf_analytics.reference.sectors import sectors
from tables.columns import FUNDS, HOLDINGS
from tables.engine import LARGEST_OBJECT, connect, declared, load_parquet, load_rows, to_parquet

RowOf = Callable[[Mapping[str, Any]], Mapping[str, Any]]
Checked = tuple[str, bytes, Mapping[str, Any]]
"""A symbol, its snapshot as stored, and its row of the funds table."""
_SAFE_NAME = re.compile(r"[A-Z0-9.]{1,15}")
_SNAPSHOT = (
    "{symbol: 'VARCHAR', provenance: 'STRUCT(source VARCHAR, raw_key VARCHAR)', holdings: 'STRUCT(symbol VARCHAR, "
    "name VARCHAR, asset_class VARCHAR, weight_pct DOUBLE, weight_implied_pct DOUBLE, shares DOUBLE, "
    "market_value_usd DOUBLE)[]'}"
)
_NEW_HOLDINGS = f"""
    create or replace table new_lines as
    select snapshot.symbol as etf, line, holding.symbol, holding.name, holding.asset_class, holding.weight_pct,
        holding.weight_implied_pct, holding.shares, holding.market_value_usd,
        case when holding.shares > 0 and holding.market_value_usd > 0
            then holding.market_value_usd / holding.shares end as implied_price_usd,
        regexp_extract(provenance.raw_key, '([^/]+)[.]html$', 1) as run, provenance.source as source
    from (
        select symbol, provenance, unnest(holdings) as holding, generate_subscripts(holdings, 1)::INTEGER as line
        from read_json($files, columns = {_SNAPSHOT}, format = 'unstructured', maximum_object_size = {LARGEST_OBJECT})
    ) as snapshot
"""


@dataclass(frozen=True)
class DateTables:
    """The two tables of one holdings date, as Parquet; no bytes where there is no such table."""

    holdings: bytes
    funds: bytes


def merged(standing: DateTables | None, snapshots: Iterable[Checked], gone: Collection[str] = ()) -> DateTables:
    """The tables of a date once these snapshots are in it, taken one at a time, and the funds that are `gone` are not.

    The caller reads `standing` before the snapshots and replaces it only if it is still the same: so what comes last
    into the tables is never older than what was there.
    """
    with tempfile.TemporaryDirectory() as directory, connect(directory) as engine:
        folder = Path(directory)
        load_checked(engine, folder, snapshots)
        load_standing(engine, folder, standing)
        engine.execute(
            "create table taken as select etf from new_funds union select unnest($gone::varchar[])",
            {"gone": sorted(gone)},
        )
        replace_taken(engine)
        return written(engine, folder)


def load_snapshots(
    engine: duckdb.DuckDBPyConnection, folder: Path, snapshots: Iterable[tuple[str, bytes]], row_of: RowOf
) -> None:
    """Make the tables `new_holdings` and `new_funds` of these snapshots."""
    load_checked(engine, folder, ((symbol, body, row_of(json.loads(body))) for symbol, body in snapshots))


def load_checked(engine: duckdb.DuckDBPyConnection, folder: Path, snapshots: Iterable[Checked]) -> None:
    """The same of snapshots that come with their row."""
    files: list[str] = []

    def rows() -> Iterator[Mapping[str, Any]]:
        for symbol, body, row in snapshots:
            if not _SAFE_NAME.fullmatch(symbol):
                raise ValueError(f"{symbol!r} cannot name a file")
            path = folder / f"{symbol}.json"
            path.write_bytes(body)
            files.append(str(path))
            yield row

    load_rows(engine, folder, "new_funds", FUNDS, rows())
    load_lines(engine, files)
    _add_sectors(engine, folder)


def load_lines(engine: duckdb.DuckDBPyConnection, files: list[str]) -> None:
    """Make `new_lines` of snapshots as they are stored: `columns.HOLDINGS` but for the sectors."""
    if files:
        engine.execute(_NEW_HOLDINGS, {"files": files})
    else:
        engine.execute(f"create or replace table new_lines ({declared(HOLDINGS)})")
        engine.execute("alter table new_lines drop sector")


def _add_sectors(engine: duckdb.DuckDBPyConnection, folder: Path) -> None:
    """Make `new_holdings` of `new_lines`."""
    kinds = engine.execute("select distinct symbol, name, asset_class from new_lines where asset_class = 'equity'")
    sector_of = sectors().of
    named = (dict(zip(("symbol", "name", "asset_class"), kind, strict=True)) for kind in kinds.fetchall())
    known = [{**kind, "sector": sector} for kind in named if (sector := sector_of(kind))]
    load_rows(engine, folder, "sectors", dict.fromkeys(("symbol", "name", "asset_class", "sector"), "VARCHAR"), known)
    engine.execute(f"""
        create table new_holdings as select {", ".join(HOLDINGS)}
        from new_lines left join sectors using (symbol, name, asset_class)
    """)


def load_standing(engine: duckdb.DuckDBPyConnection, folder: Path, standing: DateTables | None) -> None:
    """Make the tables `old_holdings` and `old_funds`; empty where nothing stands."""
    for table, columns, body in (
        ("old_holdings", HOLDINGS, standing.holdings if standing else None),
        ("old_funds", FUNDS, standing.funds if standing else None),
    ):
        load_parquet(engine, folder, table, columns, body)


def replace_taken(engine: duckdb.DuckDBPyConnection) -> None:
    """Make `holdings` and `funds`: what stands, with the new rows of the funds in `taken`."""
    for table, columns, order in (("holdings", HOLDINGS, "etf, line"), ("funds", FUNDS, "etf")):
        names = ", ".join(columns)
        engine.execute(f"""create table {table} as
            select {names} from old_{table} where etf not in (select etf from taken)
            union all select {names} from new_{table} where etf in (select etf from taken) order by {order}""")


def written(engine: duckdb.DuckDBPyConnection, folder: Path) -> DateTables:
    """`holdings` and `funds` as Parquet."""
    return DateTables(
        to_parquet(engine, folder, "from holdings order by etf, line"),
        to_parquet(engine, folder, "from funds order by etf"),
    )
