"""The ISINs that filings give the lines of lists, over all funds, and the objects that hand them to the API."""

from collections.abc import Collection, Iterator, Mapping
from pathlib import Path

import duckdb

from etf_common.table_keys import shard_of
from tables.columns import JOINED
from tables.engine import load_parquet

FUNDS_A_SHARD = 8
"""The ISINs of one fund of 400 lines take 20 KB."""
TABLES = ("joined", "isins")
"""What `create_identified` makes."""


def create_identified(
    engine: duckdb.DuckDBPyConnection, folder: Path, standing: bytes | None, kept: Collection[str]
) -> None:
    """Make `joined`, what an earlier build had of the filings that are kept and what was read, and of it `isins`."""
    load_parquet(engine, folder, "old_joined", JOINED, standing)
    names = ", ".join(JOINED)
    engine.execute(
        f"""
        create table joined as
        select {names} from old_joined where etf in (select unnest($kept::varchar[]))
        union all select {names} from read_joined
        """,
        {"kept": sorted(kept)},
    )
    engine.execute("drop table old_joined")
    engine.execute("""
        create table isins as
        select etf, symbol, name, any_value(isin) as isin from joined where isin is not null
        group by etf, symbol, name having count(distinct isin) = 1
    """)


def isin_shards(engine: duckdb.DuckDBPyConnection, symbols: Collection[str]) -> Iterator[bytes]:
    """The parts, in order: `{etf: [[symbol, name, ISIN], ...]}`, for the filings of these symbols."""
    found = engine.execute("""
        select etf, '[' || string_agg(json_array(symbol, name, isin)::varchar, ','
            order by symbol nulls last, name nulls last) || ']'
        from isins group by etf
    """)
    return shards(dict(found.fetchall()), shards_for(symbols))


def shards_for(symbols: Collection[str]) -> int:
    """How many parts: a power of two; none without filings."""
    count = 1 if symbols else 0
    while count * FUNDS_A_SHARD < len(symbols):
        count *= 2
    return count


def shards(documents: Mapping[str, str], count: int) -> Iterator[bytes]:
    """JSON documents by symbol, in so many parts: of each symbol in the part that `shard_of` names."""
    parts: list[list[str]] = [[] for _ in range(count)]
    for symbol in sorted(documents):
        parts[shard_of(symbol, count)].append(f'"{symbol}":{documents[symbol]}')
    return (("{" + ",".join(part) + "}").encode() for part in parts)
