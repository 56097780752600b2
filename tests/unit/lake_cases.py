"""Made-up lakes with partial lists, namesakes and missing symbols, their tables, and an API over them."""

import hashlib
import json
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import replace
from datetime import UTC, datetime
from random import Random
from typing import Any

from etf_common.codes import ResultCode
from etf_common.lake import CONFIG_KEY, Listed, StoredObject, WriteConflictError, dated_key, latest_key, status_key
from tables.newest import build_newest
from tests.unit.api_cases import METADATA, ask, handler
from tests.unit.builders import FakeLake

Row = dict[str, Any]
COMPANIES = {
    "AAPL": "Apple Inc",
    "MSFT": "Microsoft Corp",
    "NVDA": "NVIDIA Corp",
    "XOM": "Exxon Mobil Corp",
    "CVX": "Chevron Corp",
    "JPM": "JPMorgan Chase & Co",
    "GOOG": "Alphabet Inc Class C",
    "GOOGL": "Alphabet Inc Class A",
    "NEE": "NextEra Energy Inc",
    "KO": "Coca-Cola Co",
    "PFE": "Pfizer Inc",
    "ZZT": "Zephyr Tools Inc",
}
NAMESAKES = {"MRK": ("Merck & Co Inc", "Merck KGaA"), "SAN": ("Banco Santander SA", "Sanofi SA")}
NAMELESS = ("Alder Mills", "Zephyr Tools Inc")
BONDS = {"912810TM0": "United States Treasury 4.0% 11/15/2042", "00206RGQ9": "AT&T Inc 4.35% 03/01/2029"}
BUILT = datetime(2026, 11, 21, 11, tzinfo=UTC)


class MemoryLake(FakeLake):
    """The lake in a dict, with what a build of the tables needs; ETags are those of the bytes."""

    def put(self, key: str, body: bytes = b"{}", etag: str = "", metadata: Mapping[str, str] | None = None) -> None:
        made = f'"{hashlib.md5(body, usedforsecurity=False).hexdigest()}"'
        super().put(key, body, etag or made, metadata)

    def write(self, key: str, body: bytes, _content_type: str, metadata: Mapping[str, str] | None = None) -> None:
        self.put(key, body, metadata=metadata)

    def replace(
        self, key: str, body: bytes, _type: str, metadata: Mapping[str, str], *, known: StoredObject | None
    ) -> None:
        if (self.objects[key].etag if key in self.objects else None) != (known.etag if known else None):
            raise WriteConflictError(key)
        self.put(key, body, metadata=metadata)

    def delete(self, key: str) -> None:
        self.objects.pop(key, None)

    def written(self, prefix: str, *, after: str = "") -> Iterator[tuple[str, datetime]]:
        return ((key, BUILT) for key in sorted(self.objects) if key.startswith(prefix) and key > after)

    def listed(self, prefix: str) -> Iterator[Listed]:
        for key, written in self.written(prefix):
            yield Listed(key, self.objects[key].etag, written, len(self.objects[key].body))

    def ending(self, key: str, count: int) -> StoredObject:
        return replace(self.objects[key], body=self.objects[key].body[-count:])


def row(symbol: str | None, name: str, weight: float | None, asset_class: str = "equity", **values: Any) -> Row:
    value = None if weight is None else round(weight * 1_000_000)
    standard = {
        "symbol": symbol,
        "name": name,
        "weight_pct": weight,
        "shares": None if value is None else value / 10,
        "market_value_usd": value,
        "market_value_millions": None if value is None else value / 1_000_000,
        "weight_bps": None if weight is None else round(weight * 100, 6),
        "asset_class": asset_class,
    }
    return {**standard, **values}


def stored_fund(  # a snapshot with each part to be replaced
    symbol: str,
    rows: Sequence[Row],
    *,
    reported: int | None = -1,
    day: str = "2026-11-18",
    name: str | None = None,
    issues: Sequence[str] = (),
) -> dict[str, Any]:
    """A snapshot as it is stored; as many rows reported as there are, unless said otherwise."""
    total = len(rows) if reported == -1 else reported
    return {
        "schema_version": 1,
        "symbol": symbol,
        "name": name or f"{symbol.title()} Index Fund ETF",
        "summary": {
            "symbol": symbol,
            "last_price": 100.0,
            "change": None,
            "change_abs": None,
            "change_pct": 0.5,
            "volume": 1000,
            "bid": None,
            "ask": None,
            "bid_size": None,
            "ask_size": None,
            "as_of": "2026-11-20 16:00:00",
            "session": "close",
        },
        "holdings": list(rows),
        "holdings_as_of": day,
        "totals": {"reported": total, "included": len(rows), "weight_pct": sum(r["weight_pct"] or 0 for r in rows)},
        "quality": {
            "complete": total == len(rows),
            "issues": [{"code": code, "detail": "", "count": 1, "rows": [1]} for code in issues],
        },
        "provenance": {
            "source": "schwab",
            "url": "https://example.com",
            "fetched_at": "2026-11-20T22:30:04Z",
            "fresh_until": "2026-11-23T21:00:00Z",
            "raw_sha256": "0" * 64,
            "parts": [],
            "raw_key": f"raw/{symbol}/20261120T223000Z.html",
        },
    }


def publish(lake: MemoryLake, snapshot: Mapping[str, Any], **metadata: str) -> None:
    """Store a snapshot as transform does, and its status."""
    symbol, day, totals = snapshot["symbol"], snapshot["holdings_as_of"], snapshot["totals"]
    told = {**METADATA, "holdings-as-of": day, "included": str(totals["included"])}
    told["complete"] = str(snapshot["quality"]["complete"]).lower()
    if totals["reported"] is not None:
        told["reported"] = str(totals["reported"])
    body = json.dumps(snapshot).encode()
    for key in (dated_key(symbol, day), latest_key(symbol)):
        lake.put(key, body, metadata={**told, **metadata})
    success = {"run": "20261120T223000Z", "fetched_at": "2026-11-20T22:30:04Z", "holdings_as_of": day}
    attempt = {"run": "20261120T223000Z", "at": "2026-11-20T22:30:04Z", "result": ResultCode.OK, "error": None}
    lake.put(status_key(symbol), json.dumps({"symbol": symbol, **attempt, "last_success": success}).encode())


def build(lake: MemoryLake, *symbols: str) -> None:
    """Build the tables of these symbols, or of all; once in a process for the same objects, since it takes a while."""
    digest = _digest(lake, symbols)
    if digest not in _BUILDS:
        faults = build_newest(lake.lake, symbols or None, BUILT, lambda _: None)
        assert faults == ({}, {})
        _BUILDS[digest] = dict(lake.objects)
    lake.objects.clear()
    lake.objects.update(_BUILDS[digest])


_BUILDS: dict[bytes, Mapping[str, StoredObject]] = {}
"""What a lake is after a build, by what it was before."""


def _digest(lake: MemoryLake, symbols: Sequence[str]) -> bytes:
    """What a build is made of."""
    digest = hashlib.sha256(repr(symbols).encode())
    for key, stored in sorted(lake.objects.items()):
        told = (key, stored.etag, sorted(stored.metadata.items()), len(stored.body))
        digest.update(repr(told).encode() + stored.body)
    return digest.digest()


def without_tables(lake: MemoryLake) -> MemoryLake:
    """The same lake before its first build."""
    kept = {key: stored for key, stored in lake.objects.items() if not key.startswith("tables/")}
    return MemoryLake(kept)


def answer(lake: FakeLake, path: str, **query: str) -> Any:
    """The parsed answer; of another status than 200, `(status, message)`."""
    found = ask(handler(lake), path, query)
    body = json.loads(found["body"])
    return body if found["statusCode"] == 200 else (found["statusCode"], body["message"])


def random_lake(seed: int, funds: int = 7) -> MemoryLake:
    """A lake with its tables: funds that overlap, of which some are cut, some flawed, and some hold another fund."""
    chance = Random(seed)
    lake = MemoryLake()
    symbols = [f"F{number}" for number in range(funds)]
    for number, symbol in enumerate(symbols):
        publish(lake, _random_fund(chance, symbol, symbols[:number]))
    lake.put(CONFIG_KEY, f"etf_symbols: [{symbols[-1]}, NEW, {symbols[0]}]".encode())
    build(lake)
    lake.calls.clear()
    return lake


def _random_fund(chance: Random, symbol: str, others: Sequence[str]) -> dict[str, Any]:
    lines: list[tuple[str | None, str, str]] = [(ticker, name, "equity") for ticker, name in COMPANIES.items()]
    lines += [(ticker, chance.choice(names), "equity") for ticker, names in NAMESAKES.items()]
    lines += [(None, name, "equity") for name in NAMELESS]
    lines += [(code, name, "bond") for code, name in BONDS.items()]
    lines = chance.sample(lines, chance.randint(3, len(lines)))
    if others and chance.random() < 0.4:
        inside = chance.choice(others)
        lines.append((inside, f"{inside.title()} Index Fund ETF", chance.choice(["etf", "equity"])))
    sizes = sorted((chance.choice([0, chance.randint(1, 400), chance.randint(400, 3000)]) for _ in lines), reverse=True)
    total = max(sum(sizes), 1)
    rows = [
        row(ticker, name, round(size * 99 / total, 2), asset_class)
        for (ticker, name, asset_class), size in zip(lines, sizes, strict=True)
    ]
    if chance.random() < 0.4:
        rows.append(row("USD", "U.S. Dollar", 0.0, "cash"))
    if chance.random() < 0.15:
        rows[chance.randrange(len(rows))]["weight_pct"] = None
    if chance.random() < 0.3:
        rows[chance.randrange(len(rows))]["market_value_usd"] = None
    day = chance.choice(["2026-11-18", "2026-11-18", "2026-11-17"])
    kept = len(rows) if chance.random() < 0.5 else chance.randint(2, len(rows))
    reported = len(rows) if kept < len(rows) and chance.random() < 0.7 else kept if kept == len(rows) else None
    return stored_fund(symbol, rows[:kept], reported=reported, day=day)
