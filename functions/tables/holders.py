"""The objects that answer who holds a security: all lines, by the token that they are asked by, in several parts."""

from collections.abc import Iterator
from pathlib import Path

import duckdb

from etf_common.table_keys import shard_of
from tables.columns import CORRECTED
from tables.engine import load_rows

LINES_A_SHARD = 20_000


def shards(engine: duckdb.DuckDBPyConnection, folder: Path) -> Iterator[bytes]:
    """The parts, in order: `{token: [[ETF, line, symbol, ...], ...]}`. Their number is a power of two.

    A line that the filing of its fund identifies has one value more, its ISIN.
    """
    lines, *_ = engine.execute("select count(*) from lines join listed using (kind)").fetchall()[0]
    count = 1
    while count * LINES_A_SHARD < lines:
        count *= 2
    tokens = engine.execute("select distinct token from listed").fetchall()
    numbered = ({"token": token, "shard": shard_of(token, count)} for (token,) in tokens)
    load_rows(engine, folder, "shards", {"token": "VARCHAR", "shard": "INTEGER"}, numbered)
    _create_entries(engine)
    for shard in range(count):
        found = engine.execute(
            "select to_json(token) || ':[' || entries || ']' from entries where shard = $shard order by token",
            {"shard": shard},
        )
        yield ("{" + ",".join(part for (part,) in found.fetchall()) + "}").encode()
    for table in ("shards", "entries"):
        engine.execute(f"drop table {table}")


def _create_entries(engine: duckdb.DuckDBPyConnection) -> None:
    """Make `entries`: the lines of each token as JSON. Put together by hand: `json_array` takes three times as long."""
    numbers = " || ',' || ".join(f"coalesce({name}::varchar, 'null')" for name in CORRECTED)
    engine.execute(f"""
        create table entries as
        with cells as (
            select kind, ',' || coalesce(to_json(symbol), 'null') || ',' || coalesce(to_json(name), 'null') || ','
                || to_json(asset_class) || ',' as cells, coalesce(',"' || filed_isin || '"', '') || ']' as rest
            from kinds
        ),
        asked as (
            select kind, token, shard, dense_rank() over (order by token) as number
            from listed join shards using (token)
        )
        select shard, any_value(token) as token, string_agg(entry, ',' order by fund, line) as entries from (
            select shard, number, token, fund, line, '["' || etf || '",' || line || cells || {numbers} || rest as entry
            from lines join asked using (kind) join cells using (kind) join funds using (fund)
        ) group by shard, number
    """)
