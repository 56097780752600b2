"""A lake in memory that tables are built in, and made-up funds whose lines are as hard to tell apart as real ones."""

import hashlib
import json
import random
import threading
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from typing import Any, cast

from etf_common.errors import DamagedObjectError
from etf_common.filing_keys import filing_key
from etf_common.lake import Lake, StoredObject, WriteConflictError, latest_key, status_key
from etf_common.newest import Newest
from etf_common.table_keys import NEWEST_KEY
from tables.newest import build_newest

NOW = datetime(2026, 11, 20, 22, 31, 10, tzinfo=UTC)
Snapshot = dict[str, Any]


@dataclass
class TableLake:
    """Objects with ETags of their bytes; conditional writes are what S3's are."""

    objects: dict[str, StoredObject] = field(default_factory=dict)
    times: dict[str, datetime] = field(default_factory=dict)
    time: datetime = NOW
    damaged: set[str] = field(default_factory=set)
    before_replace: list[Callable[[], object]] = field(default_factory=list)
    """Called once each, before the next conditional writes: what another writer does meanwhile."""
    written: list[str] = field(default_factory=list)
    _lock: threading.Lock = field(default_factory=threading.Lock)

    @property
    def lake(self) -> Lake:
        return cast(Lake, _Calls(self))

    def put(self, key: str, body: bytes, metadata: Mapping[str, str] | None = None) -> None:
        with self._lock:
            etag = f'"{hashlib.sha256(body).hexdigest()}"'
            self.objects[key] = StoredObject(body, etag, {"run": "r"} if metadata is None else metadata)
            self.times[key] = self.time
            self.written.append(key)

    def publish(self, snapshot: Snapshot) -> str:
        """Write a fund's snapshot and its status; returns its symbol."""
        body = json.dumps(snapshot, separators=(",", ":")).encode()
        symbol: str = snapshot["symbol"]
        self.put(latest_key(symbol), body)
        self.put(status_key(symbol), json.dumps({"symbol": symbol, "lines": len(snapshot["holdings"])}).encode())
        return symbol

    def file(self, filing: Snapshot) -> str:
        """Write a filing's snapshot; returns its symbol."""
        symbol: str = filing["symbol"]
        self.put(filing_key(symbol, filing["report_date"]), json.dumps(filing, separators=(",", ":")).encode())
        return symbol

    def remove(self, symbol: str) -> str:
        for key in (latest_key(symbol), status_key(symbol)):
            self.objects.pop(key, None)
        return symbol

    def build(self, *symbols: str) -> dict[str, Any]:
        """Build for these symbols, or for all. Returns the faults of snapshots and statuses."""
        return build_newest(self.lake, symbols or None, NOW, lambda _: None).lists

    def build_filings(self, *symbols: str) -> dict[str, Any]:
        """Build for the newest filings of these symbols. Returns the faults of filings."""
        return build_newest(self.lake, (), NOW, lambda _: None, filings=symbols).filings

    @property
    def newest(self) -> Newest:
        found = Newest.parse(self.objects[NEWEST_KEY].body)
        assert found is not None
        return found

    def document(self, key: str) -> Any:
        return json.loads(self.objects[key].body)


class _Calls:
    """What the builds call of `etf_common.lake.Lake`."""

    def __init__(self, told: TableLake) -> None:
        self._told = told

    def read_if_there(self, key: str) -> StoredObject | None:
        if key in self._told.damaged:
            raise DamagedObjectError(f"{key} does not match its checksum")
        return self._told.objects.get(key)

    def head_if_there(self, key: str) -> StoredObject | None:
        return self._told.objects.get(key)

    def write(self, key: str, body: bytes, _content_type: str, _metadata: object = None) -> None:
        self._told.put(key, body)

    def replace(
        self, key: str, body: bytes, _content_type: str, metadata: Mapping[str, str], *, known: StoredObject | None
    ) -> None:
        if self._told.before_replace:
            self._told.before_replace.pop(0)()
        standing = self._told.objects.get(key)
        if (standing.etag if standing else None) != (known.etag if known else None):
            raise WriteConflictError(f"{key} was written by another")
        self._told.put(key, body, metadata)

    def keys(self, prefix: str) -> Iterator[str]:
        return iter(sorted(key for key in self._told.objects if key.startswith(prefix)))

    def folders(self, prefix: str) -> list[str]:
        return sorted({key.removeprefix(prefix).partition("/")[0] for key in self.keys(prefix)})

    def written(self, prefix: str) -> Iterator[tuple[str, datetime]]:
        return ((key, self._told.times[key]) for key in self.keys(prefix))

    def delete(self, key: str) -> None:
        self._told.objects.pop(key, None)


# Symbol, name, asset class, price: all that lists call one thing, and things that share a name or a ticker.
MARKET: tuple[tuple[tuple[str | None, str | None, str, float | None], ...], ...] = (
    (("NVDA", "NVIDIA Corp", "equity", 180.0), ("NVDA", "Nvidia", "equity", 181.0)),
    ((None, "NVIDIA Corp", "equity", 180.0), (None, "Nvidia", "equity", None)),
    (("AAPL", "Apple Inc", "equity", 230.0), ("AAPL", "APPLE INC", "equity", None)),
    (("MRK", "Merck & Co Inc", "equity", 90.0), ("MRK", "MERCK + CO INC", "equity", 91.0)),
    (("MRK", "Merck KGaA", "equity", 130.0), (None, "Merck KGaA", "equity", 130.0)),
    (("SAN", "Banco Santander SA", "equity", 5.0), ("SAN", "BANCO SANTANDER", "equity", 5.1)),
    (("SAN", "Sanofi", "equity", 95.0), ("SAN", "SANOFI SA", "equity", None)),
    (("META", "Meta Platforms Inc", "equity", 600.0), ("FB", "Facebook Inc Class A", "equity", 601.0)),
    ((None, "Meta Platforms Inc", "equity", 600.0), ("FB", "First Bank of Somewhere", "equity", 12.0)),
    (("GOOG", "Alphabet Inc Class C", "equity", 170.0), ("GOOGL", "Alphabet Inc Class A", "equity", 168.0)),
    (("BRK.B", "Berkshire Hathaway Inc Class B", "equity", 480.0), ("BRK.A", "Berkshire Hathaway", "equity", 7e5)),
    (("EQT", "EQT Corp", "equity", 40.0), ("EQT", "EQT AB", "equity", 30.0), ("EQT", "EQT", "equity", None)),
    (("594918104", "Microsoft Corp", "equity", 420.0), ("MSFT", "Microsoft Corp", "equity", 421.0)),
    (("91282CLW9", "US TREASURY N/B 11/34 4.25", "bond", 1.0), ("912797XX9", "TREASURY BILL", "bond", 1.0)),
    ((None, "United States Treasury Note 4.250% 11/15/2034", "bond", 1.0), (None, "TREASURY BILL", "bond", 1.0)),
    ((None, "US TREASURY N/B 11/34 4.25", "bond", 0.99), ("T12", "AT&T 4.5% 2034", "bond", 1.0)),
    ((None, "Ford Motor Co 6.1% 08/19/2032", "bond", 1.0), ("F", "Ford Motor Co 6.1% 08/32", "bond", 1.0)),
    (("XLK", "Technology Select Sector SPDR Fund", "etf", 220.0), ("XLK", "SPDR Technology Select", "equity", 221.0)),
    ((None, "Class A Common Stock", "other", 3.0), (None, None, "equity", 7.0), ("LONE", None, "equity", 2.0)),
    (("TM", "Toyota Motor Corp ADR", "equity", 190.0), ("7203", "Toyota Motor Corp", "equity", 19.0)),
    ((None, "TOYOTA MOTOR CORP", "equity", 19.0), ("US0378331005", "Apple Inc", "equity", 230.0)),
    (("JPM", "JPMorgan Chase & Co", "equity", 240.0), ("JPM", "JPMORGAN CHASE + CO", "equity", 300.0)),
    (("USD", "U.S. Dollar", "cash", 1.0), ("ESZ6", "S&P 500 Future Dec 26", "derivative", 6000.0)),
)
ASKED = sorted(
    {symbol for things in MARKET for symbol, *_ in things if symbol} | {"GOOG", "BRK.A", "FB", "UA", "NOBODY", "HEI.A"}
)
"""Every symbol of the market, and some that no fund lists."""
SYMBOLS = tuple(f"F{chr(65 + number)}" for number in range(16))
DAYS = ("2026-11-18", "2026-11-18", "2026-11-19", "2026-10-30", "unknown")


def made_up_funds(chance: random.Random, count: int = 9) -> list[Snapshot]:
    return [made_up_fund(chance, symbol) for symbol in SYMBOLS[:count]]


def made_up_fund(chance: random.Random, symbol: str) -> Snapshot:
    """A fund of some lines of the market; its list may be cut, flawed, or have lines without weight or value."""
    rows = sorted((_row(chance) for _ in range(chance.randrange(1, 26))), key=lambda row: -(row["weight_pct"] or 0.0))
    if chance.random() < 0.1:
        chance.shuffle(rows)
    complete = chance.random() < 0.5
    reported = len(rows) if complete else chance.choice([len(rows) + 1, len(rows) + 40, None])
    code = chance.choice(["row_count", "row_count", "weight_sum", "slipped_between_pages"])
    issues = [] if complete else [{"code": code, "detail": "made up", "count": 1, "rows": []}]
    run = f"20261120T22{chance.randrange(10, 60)}04Z"
    return {
        "schema_version": 1,
        "symbol": symbol,
        "name": chance.choice([f"{symbol} Fund ETF", None]),
        "summary": {
            **dict.fromkeys(("change", "change_abs", "bid", "bid_size", "ask", "ask_size")),
            "symbol": symbol,
            "last_price": 100.0,
            "change_pct": 0.5,
            "volume": 5,
            "as_of": "2026-11-20 16:00:00",
            "session": "close",
        },
        "holdings": rows,
        "holdings_as_of": chance.choice(DAYS),
        "totals": {"reported": reported, "included": len(rows), "weight_pct": 99.0},
        "quality": {"complete": complete, "issues": issues},
        "provenance": {
            "source": "sample",
            "url": "https://portal.example/",
            "fetched_at": "2026-11-20T22:31:04Z",
            "fresh_until": "2026-11-23T21:00:00Z",
            "raw_key": f"raw/{symbol}/{run}.html",
            "raw_sha256": "0" * 64,
            "parts": [],
        },
    }


def _row(chance: random.Random) -> dict[str, Any]:
    symbol, name, asset_class, price = chance.choice(chance.choice(MARKET))
    weight: float | None = round(chance.choice([chance.uniform(0.01, 9.0), chance.uniform(0.0, 0.1)]), 2)
    exact = weight or 0.003
    count = max(1, round(exact * 1e6 / (price or 50.0)))
    shares: float | None = count
    value = None if price is None else round(count * price * chance.uniform(0.995, 1.005), 2)
    odd = chance.random()
    if odd < 0.03:
        weight = chance.choice([None, 1e-15, 5_000.0, -0.4])
    elif odd < 0.06:
        shares = None
    elif odd < 0.09:
        value = chance.choice([None, 1e16, -5.0])
    elif odd < 0.15:
        weight = 0.0
    return {
        "symbol": symbol,
        "name": name,
        "weight_pct": weight,
        "shares": shares,
        "market_value_usd": value,
        "market_value_millions": None,
        "weight_bps": None,
        "asset_class": asset_class,
    }


def later(time: datetime, minutes: float) -> datetime:
    return time + timedelta(minutes=minutes)
