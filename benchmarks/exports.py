"""A whole table of 400,000 lines as NDJSON and as CSV, against the bare DuckDB; and a fund's list as Parquet, which is
written without a library, against its NDJSON.
"""

import shutil
import tempfile
import time
from pathlib import Path

import duckdb

from benchmarks.measure import Figure, side_by_side
from etf_common.flat_table import FlatTable, ndjson_of
from etf_common.holdings_table import ListFacts, holdings_table
from etf_common.parquet_file import parquet_of
from etf_common.whole_tables import Export, Format, Source
from export.writing import write

LINES = 400_000
"""Those of 1,000 funds."""
LISTED = 3_500
ROUNDS = 3
_ROWS = f"""
    select 'F' || (i // 390) as etf, (i % 390 + 1)::INTEGER as line, 'S' || (i % 5000) as symbol,
        'Company ' || (i % 5000) || ' Inc' as name, 'equity' as asset_class, 'Information Technology' as sector,
        (i % 1000) / 100.0::DOUBLE as weight_pct, null::DOUBLE as weight_implied_pct, i * 1.5::DOUBLE as shares,
        i * 7.25::DOUBLE as market_value_usd, i * 1.1::DOUBLE as implied_price_usd, '20261120T223000Z' as run,
        'sample' as source
    from range({LINES}) as t(i)
"""  # noqa: S608 - a number of our own


def figures() -> list[Figure]:
    """Seconds of wall clock, which is what a caller waits; gzip is not in the floor."""
    with tempfile.TemporaryDirectory() as directory:
        folder = Path(directory)
        source = folder / "source.parquet"
        duckdb.execute(f"copy ({_ROWS}) to '{source}' (format parquet, compression zstd)")
        return [*(_table(folder, source, chosen) for chosen in ("ndjson", "csv")), _list()]


def _table(folder: Path, source: Path, chosen: Format) -> Figure:
    export = Export("holdings", chosen, (Source(str(source), ""),), "2026-11-20")
    bare = folder / "bare"

    def task() -> None:
        made = folder / "made"
        made.mkdir()
        write(export, [source], made)
        shutil.rmtree(made)

    def floor() -> None:
        form = "json" if chosen == "ndjson" else "csv"
        with duckdb.connect() as engine:
            engine.execute(f"copy (select * from read_parquet('{source}')) to '{bare}' (format {form})")  # noqa: S608 - ours
        bare.unlink()

    seconds = side_by_side(task, floor, ROUNDS, clock=time.monotonic)
    return Figure(f"{LINES:,} lines as {chosen} in gzip", *seconds, 4.0)


def _list() -> Figure:
    rows = [
        {
            "symbol": f"S{number}",
            "name": f"Company {number} Inc",
            "weight_pct": number / 1000,
            "shares": number * 10,
            "market_value_usd": number * 1000.5,
            "asset_class": "equity",
        }
        for number in range(LISTED)
    ]
    table: FlatTable = holdings_table(
        rows, ListFacts("2026-11-20", "sample", "VTI", complete=True, rows_reported=LISTED)
    )
    seconds, floor = side_by_side(lambda: parquet_of(table), lambda: ndjson_of(table), 15)
    return Figure(f"a list of {LISTED:,} lines as Parquet", seconds * 1000, floor * 1000, 2.0, unit="ms")
