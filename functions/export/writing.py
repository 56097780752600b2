"""One whole table as a file: DuckDB reads the stored Parquet and writes what was asked for, some rows at a time."""

import gzip
import shutil
from collections.abc import Mapping, Sequence
from pathlib import Path

import duckdb

from etf_common.table_columns import Columns
from etf_common.whole_tables import TABLES, Export
from export.csv_cells import cell

MEMORY = "1500MB"
"""Half of the function's: Parquet is read and written in groups of 122,880 rows."""
_BYTE_ORDER_MARK = "\ufeff".encode()
_NESTED = ("STRUCT", "VARCHAR[]")
_BLOCK_BYTES = 1024 * 1024
_ETF = "$etf"


def write(export: Export, sources: Sequence[Path], folder: Path) -> Path:
    """Write the table into a file in `folder`, and return it. `sources` are the objects of `export.sources`.

    NDJSON and CSV are in gzip. Raises duckdb.Error for what is not Parquet.
    """
    plain = folder / f"written.{export.format}"
    with _connect(folder) as engine:
        query = _query(engine, export, sources)
        parameters = {"etf": export.etf} if export.etf else {}
        engine.execute(f"copy ({query}) to '{_literal(plain)}' ({_OPTIONS[export.format]})", parameters)
    if export.format == "parquet":
        return plain
    # Python's gzip is three times as fast at level 1 as DuckDB's, which knows no level.
    zipped = plain.with_name(f"{plain.name}.gz")
    with plain.open("rb") as file, zipped.open("wb") as raw, _zip(raw) as target:
        if export.format == "csv":
            target.write(_BYTE_ORDER_MARK)
        shutil.copyfileobj(file, target, _BLOCK_BYTES)
    plain.unlink()
    return zipped


_OPTIONS: Mapping[str, str] = {
    "parquet": "format parquet, compression zstd",
    "ndjson": "format json",
    "csv": "format csv, header, new_line '\r\n'",
}


def _zip(raw: object) -> gzip.GzipFile:
    # Without a time and a name, so that the same rows have the same bytes.
    return gzip.GzipFile(filename="", mode="wb", compresslevel=1, fileobj=raw, mtime=0)  # type: ignore[call-overload, no-any-return]


def _connect(folder: Path) -> duckdb.DuckDBPyConnection:
    """An engine that spills into `folder`, reaches no network and loads no extension."""
    return duckdb.connect(
        config={
            "memory_limit": MEMORY,
            "temp_directory": str(folder),
            "autoinstall_known_extensions": False,
            "autoload_known_extensions": False,
        }
    )


def _query(engine: duckdb.DuckDBPyConnection, export: Export, sources: Sequence[Path]) -> str:
    """The rows in the order in which they are stored, with the columns that the table is said to have."""
    columns = TABLES[export.table].columns
    rows = f"read_parquet('{_literal(sources[0])}')"
    there = dict.fromkeys(_names(engine, rows), "rows")
    joined = f"{rows} as rows"
    order = ""
    if export.table == "latest_holdings":
        joined += f" left join {_dates(sources[1])} as funds on rows.etf = funds.etf"
        there["as_of"] = "funds"
        order = " order by rows.etf, rows.line"
    cells = [f"{_cell(export, columns, name, there)} as {name}" for name in columns]
    only = f" where rows.etf = {_ETF}" if export.etf else ""
    return f"select {', '.join(cells)} from {joined}{only}{order}"  # noqa: S608 - our own names, and paths as literals


def _dates(funds: Path) -> str:
    return f"(select etf, holdings_as_of as as_of from read_parquet('{_literal(funds)}'))"  # noqa: S608 - as above


def _names(engine: duckdb.DuckDBPyConnection, rows: str) -> list[str]:
    return [row[0] for row in engine.execute(f"describe select * from {rows}").fetchall()]  # noqa: S608 - as above


def _cell(export: Export, columns: Columns, name: str, there: Mapping[str, str]) -> str:
    """A column's value, null where an earlier release did not write it."""
    kind = columns[name].type
    if name in there:
        value = f"{there[name]}.{name}::{kind}"
    else:
        value = f"'{export.as_of}'" if name == "as_of" and export.as_of else f"null::{kind}"
    if export.format != "csv":
        return value
    if any(part in kind for part in _NESTED):
        return cell(f"to_json({value})::VARCHAR")
    return cell(value) if kind == "VARCHAR" else value


def _literal(path: Path) -> str:
    """The path as it stands in a literal of SQL."""
    return str(path).replace("'", "''")
