"""A lake of funds with several holdings dates, and what the tables keep of them."""

import itertools
from collections.abc import Mapping, Sequence
from typing import Any

from etf_analytics import fund_changes, on_date
from etf_analytics.two_dates.digest import digest_of
from etf_common.dated_changes import DateChanges, FundHistory
from etf_common.lake import dated_key
from etf_common.table_keys import changes_key, history_key
from tests.unit.lake_cases import MemoryLake, build, publish, row, stored_fund

DAYS = ("2026-11-16", "2026-11-17", "2026-11-18")
Digest = dict[str, Any]


def digest(symbol: str = "QQQ", to: str = DAYS[1], before: str = DAYS[0], **values: Any) -> Digest:
    """What a fund traded: two lines added, one removed, unless said otherwise."""
    counts = {"added": 2, "removed": 1, "increased": 1, "decreased": 0, "entered": 0, "left": 0, "undetermined": 0}
    trade = {
        "kind": "added",
        "symbol": "NVDA",
        "name": "NVIDIA Corp",
        "traded_shares": 5000,
        "traded_usd": 900000.0,
        "weight_from_pct": 0.0,
        "weight_to_pct": 1.5,
        "trade_pct": 1.5,
    }
    standard: Digest = {
        "symbol": symbol,
        "name": f"{symbol} Trust",
        "from": before,
        "to": to,
        "source": "schwab",
        "etag_from": etag(symbol, before),
        "etag_to": etag(symbol, to),
        "fetched_at": f"{to}T22:30:04Z",
        "complete": True,
        "included": 100,
        "reported": 100,
        "flow_factor": 1.01,
        "flow_reason": None,
        "baskets": 1,
        "turnover_pct": 0.4,
        **{f"{name}_count": count for name, count in counts.items()},
        "unchanged_count": 97,
        "splits": [],
        "max_trade_pct": 1.5,
        "largest_trades": [trade],
        "flaws": {},
        "reasons": {},
    }
    return {**standard, **values}


def partial(symbol: str = "VTI", to: str = DAYS[1], before: str = DAYS[0], **values: Any) -> Digest:
    """What can be told of a cut list."""
    unknown = ("turnover_pct", "added_count", "removed_count")
    reasons = dict.fromkeys((*unknown, "max_trade_pct", "flow_factor"), "partial_list")
    cut: Digest = {
        "complete": False,
        "included": 100,
        "reported": 3544,
        **dict.fromkeys(unknown),
        "max_trade_pct": None,
        "entered_count": 3,
        "left_count": 2,
        "flow_factor": None,
        "flow_reason": "no_common_factor",
        "baskets": 0,
        "largest_trades": [],
        "reasons": reasons,
    }
    return digest(symbol, to, before, **{**cut, **values})


def etag(symbol: str, day: str) -> str:
    return f'"{symbol}-{day}"'


def record(symbol: str, day: str, change: Mapping[str, Any] | None, **values: Any) -> dict[str, Any]:
    standard = {
        "etag": etag(symbol, day),
        "rows": 100,
        "weight_pct": 99.9,
        "last_price": 123.4,
        "complete": True,
        "fetched_at": f"{day}T22:30:04Z",
        "source": "schwab",
        "quote": {"as_of": f"{day} 16:00:00", "session": "close", "last_price": 123.4},
        "top_10_pct": 42.5,
        "hhi_points": {"low": 300.0, "high": 320.0},
        "largest": {"symbol": "NVDA", "name": "NVIDIA Corp", "weight_pct": 8.5},
        "sectors": [{"sector": "Energy", "weight_pct": 60.0}, {"sector": "Unclassified", "weight_pct": 39.9}],
        "change": change,
    }
    return {**standard, **values}


def put_history(lake: MemoryLake, symbol: str, records: Mapping[str, Any]) -> None:
    lake.put(history_key(symbol), FundHistory(symbol, records).document())


def put_changes(lake: MemoryLake, day: str, digests: Sequence[Digest]) -> None:
    lake.put(changes_key(day), DateChanges(day, {found["symbol"]: found for found in digests}).document())


def dated_lake(
    symbols: Sequence[str] = ("QQQ", "VTI"), days: Sequence[str] = DAYS, source: str = "schwab"
) -> MemoryLake:
    """Funds of these dates with their tables; the first date has no change, since nothing is before it."""
    lake = MemoryLake()
    for symbol in symbols:
        for day in days:
            publish(lake, stored_fund(symbol, [row("NVDA", "NVIDIA Corp", 8.5)], day=day), source=source)
            stored = lake.objects[dated_key(symbol, day)]
            lake.put(dated_key(symbol, day), stored.body, etag(symbol, day), stored.metadata)
    build(lake)
    made = {
        (symbol, day): digest(symbol, day, before, source=source)
        for symbol in symbols
        for before, day in itertools.pairwise(days)
    }
    for symbol in symbols:
        put_history(lake, symbol, {day: record(symbol, day, made.get((symbol, day)), source=source) for day in days})
    for day in days:
        put_changes(lake, day, [made[symbol, day] for symbol in symbols if (symbol, day) in made])
    lake.calls.clear()
    return lake


def real_digest(before: Mapping[str, Any], after: Mapping[str, Any]) -> Digest:
    """The digest of two stored snapshots."""
    told = {"source": "schwab", "fetched_at": "2026-11-20T22:30:04Z", "included": 3, "reported": 3}
    return digest_of(fund_changes(on_date(before), on_date(after)), told, etag_from='"1"', etag_to='"2"')
