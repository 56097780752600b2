"""What tests of the tables share: made-up funds in a lake, and what the tables say of them."""

import json
import random
import tempfile
from collections.abc import Callable, Iterable, Mapping
from datetime import date
from pathlib import Path
from typing import Any

import duckdb

import tables.app
from benchmarks import made_up_lake
from benchmarks.made_up_lake import MadeUpFund
from etf_common.lake import Lake, dated_key, latest_key, status_key
from etf_common.newest import Newest
from etf_common.table_changes import read_newest
from etf_common.table_keys import NEWEST_KEY, funds_key, holdings_key
from local.system import System
from tests.unit.table_lake import made_up_fund

SMALL = (1, 2, 10, 16, 18, 19)
"""Made-up funds of 1 to 50 lines, one of them a partial list, of three holdings dates."""
DAY = "2026-11-18"
JSON = "application/json"
Build = Callable[..., dict[str, Any]]


def handler(system: System, **variables: str) -> Build:
    """The tables function over the system's lake; call it with an event."""
    handle = tables.app.create({**system.environ, **variables})
    return lambda event, context=None: handle(event, context)


def funds(numbers: Iterable[int] = SMALL) -> list[MadeUpFund]:
    return [made_up_lake.fund(number) for number in numbers]


def publish(lake: Lake, made: MadeUpFund, *, name: str = "", as_of: str = "", latest: bool = True) -> list[str]:
    """Write a fund as transform does, with another name or date if given; returns the written keys."""
    snapshot = made.snapshot()
    snapshot["name"] = name or snapshot["name"]
    snapshot["holdings_as_of"] = as_of or snapshot["holdings_as_of"]
    body = json.dumps(snapshot, separators=(",", ":")).encode()
    metadata = {**made.metadata, "holdings-as-of": snapshot["holdings_as_of"]}
    keys = [dated_key(made.symbol, snapshot["holdings_as_of"]), *([latest_key(made.symbol)] if latest else [])]
    for key in keys:
        lake.write(key, body, JSON, metadata)
    lake.write(status_key(made.symbol), made.status, JSON)
    return [*keys, status_key(made.symbol)]


def fund_of(symbol: str, day: str, seed: int = 0) -> dict[str, Any]:
    """A complete fund that trades and flows a little from date to date."""
    chance = random.Random(f"{symbol} {day} {seed}")
    place = date.fromisoformat(day).toordinal()
    made = made_up_fund(random.Random(symbol), symbol)
    shares = {f"S{n}": round(1000 * (n + 3) * (1 + place % 10 / 100)) for n in range(12)}
    shares["S1"] += chance.randrange(1, 400)
    if place % 2:
        del shares["S2"]
    rows = [
        {
            **made["holdings"][0],
            "symbol": name,
            "name": f"{name} Works Inc",
            "asset_class": "equity",
            "shares": count,
            "market_value_usd": count * 50.0 + place % 7,
            "weight_pct": round(count / 1000, 2),
        }
        for name, count in shares.items()
    ]
    rows.sort(key=lambda row: -row["weight_pct"])
    totals = {"reported": len(rows), "included": len(rows), "weight_pct": 99.0}
    quality = {"complete": True, "issues": []}
    return {**made, "holdings": rows, "holdings_as_of": day, "totals": totals, "quality": quality}


def put(lake: Lake, snapshot: dict[str, Any]) -> str:
    """Write the snapshot of a date; returns its key."""
    key = dated_key(snapshot["symbol"], snapshot["holdings_as_of"])
    lake.write(key, json.dumps(snapshot, separators=(",", ":")).encode(), JSON)
    return key


def objects(lake: Lake) -> dict[str, bytes]:
    """The tables that anybody may read, but for the time of the build: by key, or by name where the key is a hash."""
    keys = [key for key in lake.keys("tables/") if not key.startswith("tables/newest")]
    found = {key: lake.read(key).body for key in keys}
    newest = read_newest(lake)
    if newest is not None:
        found[NEWEST_KEY] = json.dumps([newest.funds, newest.statuses, newest.status_etags, newest.keys]).encode()
        found |= {key: lake.read(key).body for key in newest.keys}
    return found


def newest_of(lake: Lake) -> Newest:
    found = read_newest(lake)
    assert found is not None
    return found


def rows(lake: Lake, as_of: str, table: str = "funds", columns: str = "etf, name") -> list[tuple[Any, ...]]:
    """The rows of a table of a holdings date, as anybody's DuckDB reads them."""
    key = funds_key(as_of) if table == "funds" else holdings_key(as_of)
    with tempfile.NamedTemporaryFile(suffix=".parquet") as file:
        Path(file.name).write_bytes(lake.read(key).body)
        return duckdb.execute(f"select {columns} from read_parquet('{file.name}')").fetchall()  # noqa: S608 - ours


def rebuilt(system: System) -> dict[str, bytes]:
    """What a build of everything, from nothing, makes of the lake as it is."""
    put_back(system, {})
    handler(system)({"rebuild": "all"})
    return objects(system.lake)


def put_back(system: System, standing: Mapping[str, bytes]) -> None:
    """Let the tables be these objects again, on disk and not one by one over HTTP."""
    for key in list(system.folder.keys("tables/")):
        if key not in standing:
            system.folder.remove(key)
    for key, body in standing.items():
        found = system.folder.read(key)
        if found is None or found[1] != body:
            system.folder.write(key, body, {})
