"""Parquet that is written without a library: other people's readers see the same table, and rows are counted."""

from pathlib import Path

import duckdb
import polars
import pytest

from etf_common.flat_table import Cell, Column, FlatTable
from etf_common.parquet_file import TAIL_BYTES, footer_bytes, parquet_of, row_count

COLUMNS = (Column("symbol", "text"), Column("weight_pct", "number"), Column("complete", "boolean"))
THIRDS: list[list[Cell]] = [[f"S{number}", number / 3, number % 3 == 0] for number in range(300)]
ROWS: list[list[Cell]] = [
    ["BRK.B", 1.25, True],
    [None, None, None],
    ["Nestlé 株", -0.0, False],
    ["", 7, None],
    *THIRDS,
]
MANY = tuple(Column(f"column_{number}", "number") for number in range(40))


def count(body: bytes) -> int:
    return row_count(body[-footer_bytes(body[-TAIL_BYTES:]) :])


@pytest.mark.parametrize(
    "table",
    [FlatTable(COLUMNS, ROWS), FlatTable(COLUMNS, []), FlatTable(MANY, [[float(n) for n in range(40)]])],
    ids=["rows", "no rows", "many columns"],
)
def test_two_readers_see_the_table_with_its_types(tmp_path: Path, table: FlatTable) -> None:
    path = tmp_path / "table.parquet"
    path.write_bytes(parquet_of(table))
    rows = [tuple(row) for row in table.rows]

    found = duckdb.execute("select * from read_parquet($file)", {"file": str(path)})
    types = {"text": "VARCHAR", "number": "DOUBLE", "boolean": "BOOLEAN"}
    assert [(name, str(kind)) for name, kind, *_ in found.description] == [
        (column.name, types[column.kind]) for column in table.columns
    ]
    assert found.fetchall() == rows

    frame = polars.read_parquet(path)
    dtypes = {"text": polars.String, "number": polars.Float64, "boolean": polars.Boolean}
    assert frame.schema == {column.name: dtypes[column.kind] for column in table.columns}
    assert frame.rows() == rows


def test_whole_numbers_can_be_named(tmp_path: Path) -> None:
    path = tmp_path / "table.parquet"
    path.write_bytes(parquet_of(FlatTable((Column("lines", "number"),), [[7], [None], [-1]]), {"lines"}))

    frame = polars.read_parquet(path)
    assert frame.schema["lines"] == polars.Int32
    assert frame["lines"].to_list() == [7, None, -1]


def test_the_same_table_has_the_same_bytes() -> None:
    assert parquet_of(FlatTable(COLUMNS, ROWS)) == parquet_of(FlatTable(COLUMNS, ROWS))


@pytest.mark.parametrize("rows", [0, 1, 130_000])
def test_the_rows_of_another_writers_file_are_counted(tmp_path: Path, rows: int) -> None:
    path = tmp_path / "rows.parquet"
    duckdb.execute(
        "copy (select i::INTEGER as i, [{'a': 'x', 'b': i::DOUBLE}] as nested, now() as at "  # noqa: S608 - our own path
        f"from range({rows}) as t(i)) to '{path}' (format parquet, compression zstd)"
    )
    body = path.read_bytes()

    assert count(body) == rows
    assert count(parquet_of(FlatTable(COLUMNS, ROWS))) == len(ROWS)


@pytest.mark.parametrize(
    "ending",
    [b"", b"\0", b"\x15\x02\x19", b"\x19\xfc\xff\xff\xff\xff\x0f", b"\x1c" * 100, b"\x16" + b"\xff" * 20, b"\x1d"],
    ids=["nothing", "no fields", "cut", "a long list", "nested", "a long number", "no type"],
)
def test_what_is_no_metadata_is_an_error_at_once(ending: bytes) -> None:
    with pytest.raises(ValueError, match=r"it is no|nested|there is no type"):
        row_count(ending)


@pytest.mark.parametrize("tail", [b"", b"PAR1", b"\0\0\0\0PARE"])
def test_the_end_of_another_file_is_an_error(tail: bytes) -> None:
    with pytest.raises(ValueError, match="Parquet"):
        footer_bytes(tail)
