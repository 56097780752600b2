"""The objects that answer who holds a security: all lines, by the token that they are asked by, in several parts."""

import json
from collections.abc import Iterator
from pathlib import Path

import duckdb

from etf_common.table_keys import shard_of
from tables.engine import load_rows

LINES_A_SHARD = 20_000
_ENTRY = "etf, line, symbol, name, asset_class, weight_pct, weight_implied_pct, shares, market_value_usd"


def shards(engine: duckdb.DuckDBPyConnection, folder: Path) -> Iterator[bytes]:
    """The parts, in order: `{token: [[ETF, line, symbol, ...], ...]}`. Their number is a power of two."""
    lines, *_ = engine.execute("select count(*) from listed").fetchall()[0]
    count = 1
    while count * LINES_A_SHARD < lines:
        count *= 2
    tokens = engine.execute("select distinct token from listed").fetchall()
    numbered = ({"token": token, "shard": shard_of(token, count)} for (token,) in tokens)
    load_rows(engine, folder, "shards", {"token": "VARCHAR", "shard": "INTEGER"}, numbered)
    engine.execute(f"""
        create table entries as
        select shard, shards.token, string_agg(json_array({_ENTRY})::varchar, ',' order by etf, line) as entries
        from listed join lines using (etf, line) join shards on shards.token = listed.token
        group by shard, shards.token
    """)
    for number in range(count):
        found = engine.execute("select token, entries from entries where shard = $n order by token", {"n": number})
        parts = [f"{json.dumps(token, ensure_ascii=False)}:[{entries}]" for token, entries in found.fetchall()]
        yield ("{" + ",".join(parts) + "}").encode()
    engine.execute("drop table entries")
    engine.execute("drop table shards")
