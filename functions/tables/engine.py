"""The engine of the tables: DuckDB in memory. Bytes come in and go out by way of one folder; it opens no network."""

import json
from collections.abc import Iterable, Mapping
from pathlib import Path
from typing import Any

import duckdb

LARGEST_OBJECT = 256 * 1024 * 1024
"""More bytes than one JSON document here has: a snapshot of 40,000 lines has some 12 MB."""
_ROWS_AT_ONCE = 10_000


def connect(directory: str, *, memory: str = "2GB") -> duckdb.DuckDBPyConnection:
    """An engine that spills into `directory`, reaches no network and loads no extension."""
    return duckdb.connect(
        config={
            "memory_limit": memory,
            "temp_directory": directory,
            "autoinstall_known_extensions": False,
            "autoload_known_extensions": False,
        }
    )


def declared(columns: Mapping[str, str]) -> str:
    """The columns as `create table` takes them."""
    return ", ".join(f"{name} {kind}" for name, kind in columns.items())


def load_rows(
    engine: duckdb.DuckDBPyConnection,
    folder: Path,
    table: str,
    columns: Mapping[str, str],
    rows: Iterable[Mapping[str, Any]],
) -> None:
    """Make a table of rows, by way of a file: DuckDB reads lines of JSON a hundred times faster than parameters."""
    path = folder / f"{table}.ndjson"
    with path.open("w", encoding="utf-8") as file:
        file.writelines(json.dumps(row, allow_nan=False) + "\n" for row in rows)
    load_file(engine, path, table, columns)


def load_file(engine: duckdb.DuckDBPyConnection, path: Path, table: str, columns: Mapping[str, str]) -> None:
    """Make a table of a file with one JSON object a line, and remove the file."""
    engine.execute(f"create table {table} ({declared(columns)})")
    if path.stat().st_size:
        shape = "{" + ", ".join(f"{name}: '{kind}'" for name, kind in columns.items()) + "}"
        engine.execute(
            f"insert into {table} select {', '.join(columns)} from read_json($file, format = 'newline_delimited', "
            f"columns = {shape}, maximum_object_size = {LARGEST_OBJECT})",
            {"file": str(path)},
        )
    path.unlink()


def load_parquet(
    engine: duckdb.DuckDBPyConnection, folder: Path, table: str, columns: Mapping[str, str], body: bytes | None
) -> None:
    """Make a table of Parquet, empty where there is none. A column that an earlier release did not have is null."""
    engine.execute(f"create table {table} ({declared(columns)})")
    if body:
        path = folder / f"{table}.parquet"
        path.write_bytes(body)
        engine.execute(f"insert into {table} by name select * from read_parquet($file)", {"file": str(path)})
        path.unlink()


def to_parquet(engine: duckdb.DuckDBPyConnection, folder: Path, query: str) -> bytes:
    """The result of a query as Parquet."""
    path = folder / "written.parquet"
    engine.execute(f"copy ({query}) to '{path}' (format parquet, compression zstd)")
    body = path.read_bytes()
    path.unlink()
    return body
