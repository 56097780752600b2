"""What a process of benchmarks.lake does: build the tables, answer one question cold, or many warm. Prints JSON."""

import time

STARTED = time.perf_counter()

import json  # noqa: E402 - the clock comes first: imports are part of a cold start
import os  # noqa: E402
import sys  # noqa: E402
from collections.abc import Callable, Mapping  # noqa: E402
from typing import TYPE_CHECKING, Any  # noqa: E402

from benchmarks.made_up_names import GIANTS, symbol_of  # noqa: E402
from tests.events import http_event  # noqa: E402

if TYPE_CHECKING:
    from etf_common.lake import Lake, StoredObject

ROUNDS = 6
DATES = 5 * 252
"""Of five years."""
VARIANTS = 12
"""Different questions of one kind."""
SECONDS_BETWEEN = 0.5
"""By the API's own clock, so that it revalidates what it keeps, now and then."""
SECTORS = ("Information Technology", "Financials", "Health Care", "Energy", "Utilities", "Materials")
Question = tuple[str, Mapping[str, str], int]
"""Path, query, and how many funds it names."""


QUESTIONS: Mapping[str, Callable[[int], Question]] = {
    "etfs": lambda _: ("/api/etfs", {}, 0),
    "status": lambda _: ("/api/status", {}, 0),
    "holders": lambda n: (f"/api/holders/{GIANTS[n % len(GIANTS)]}", {}, 0),
    "portfolio": lambda n: ("/api/portfolio", {"positions": f"{symbol_of(n % 8)}:50,{GIANTS[n % len(GIANTS)]}:50"}, 1),
    "snapshot": lambda n: (f"/api/etfs/{symbol_of(n % 8)}", {}, 1),
    "holdings": lambda n: (f"/api/etfs/{symbol_of(n % 8)}/holdings", {"limit": "10", "sort": "-weight_pct"}, 1),
    "analytics": lambda n: (f"/api/etfs/{symbol_of(n % 8)}/analytics", {}, 1),
    "overlap": lambda n: ("/api/overlap", {"symbols": f"{symbol_of(n % 8)},{symbol_of((n + 1) % 8)}"}, 2),
    "search": lambda n: ("/api/search", {"q": GIANTS[n % len(GIANTS)].lower() if n % 2 else f"made up {n}"}, 0),
    "screen": lambda n: ("/api/screen", {"sector": SECTORS[n % len(SECTORS)], "min_pct": "30", "limit": "20"}, 0),
    "screen_holds": lambda n: ("/api/screen", {"holds": GIANTS[n % len(GIANTS)], "min_holds_pct": "3"}, 0),
    "similar": lambda n: (f"/api/similar/{symbol_of(n % 8)}", {}, 1),
    "substitutes": lambda n: (f"/api/substitutes/{symbol_of(n % 8)}", {}, 1),
    "crowding": lambda _: ("/api/crowding", {}, 0),
}


def main(what: str, funds: str, *arguments: str) -> None:
    """Do it, and print what was measured."""
    ways: Mapping[str, Callable[..., dict[str, Any]]] = {
        "build": _build,
        "change": _change,
        "dates": _dates,
        "cold": _cold,
        "warm": _warm,
    }
    print(json.dumps(ways[what](int(funds), *arguments)))


def _peak_mb() -> float:
    from benchmarks.measure import peak_mb  # noqa: PLC0415

    return peak_mb()


def _build(_funds: int) -> dict[str, Any]:
    from tables.app import create  # noqa: PLC0415

    handler = create(os.environ)
    started = time.perf_counter()
    handler({"rebuild": "all"}, None)
    return {"seconds": time.perf_counter() - started, "peak_mb": _peak_mb()}


def _change(funds: int) -> dict[str, Any]:
    """One fund of the newest date publishes another list, as a refresh does."""
    from benchmarks import made_up_lake  # noqa: PLC0415
    from etf_common.lake import Lake, dated_key, latest_key  # noqa: PLC0415
    from tables.app import create  # noqa: PLC0415

    lake = Lake.from_environment(os.environ)
    made = made_up_lake.fund(min(funds, 15) - 1)
    later = made_up_lake.refreshed(made)
    for key in (dated_key(made.symbol, made.holdings_as_of), latest_key(made.symbol)):
        lake.write(key, later.body, "application/json", later.metadata)
    handler = create(os.environ)
    started = time.perf_counter()
    handler({"rebuild": [made.symbol]}, None)
    return {"seconds": time.perf_counter() - started, "peak_mb": _peak_mb()}


def _dates(_funds: int) -> dict[str, Any]:
    """The largest fund publishes its next holdings date: the second that it has, and one after five years of them."""
    from datetime import date, timedelta  # noqa: PLC0415
    from itertools import pairwise  # noqa: PLC0415

    from benchmarks import made_up_lake  # noqa: PLC0415
    from etf_common.dated_changes import FundHistory  # noqa: PLC0415
    from etf_common.lake import Lake, dated_key  # noqa: PLC0415
    from etf_common.table_keys import history_key  # noqa: PLC0415
    from tables.app import create  # noqa: PLC0415
    from tests.events import written_event  # noqa: PLC0415

    lake, made = Lake.from_environment(os.environ), made_up_lake.fund(0)
    handler, first = create(os.environ), date.fromisoformat(made.holdings_as_of)

    def publish(days: int) -> float:
        snapshot = made.snapshot()
        snapshot["holdings_as_of"] = (first + timedelta(days)).isoformat()
        for place, line in enumerate(snapshot["holdings"]):
            line["shares"] = round(line["shares"] * 1.002**days) + 500 * days * (place % 50 == 0)
        key = dated_key(made.symbol, snapshot["holdings_as_of"])
        lake.write(key, json.dumps(snapshot, separators=(",", ":")).encode(), "application/json", made.metadata)
        started = time.perf_counter()
        assert handler(written_event([key]), None) == {"batchItemFailures": []}
        return time.perf_counter() - started

    seconds = publish(1)
    history = FundHistory.parse(lake.read(history_key(made.symbol)).body, made.symbol)
    assert history is not None
    record = history.dates[(first + timedelta(1)).isoformat()]
    days = [(first - timedelta(back)).isoformat() for back in range(DATES, 0, -1)]
    older = {
        day: {**record, "change": {**record["change"], "from": before, "to": day, "etag_from": record["etag"]}}
        for before, day in pairwise(days)
    }
    linked = {**record["change"], "from": days[-1], "to": made.holdings_as_of, "etag_from": record["etag"]}
    start = history.dates[made.holdings_as_of]
    older[days[0]] = {**record, "change": None}
    dates = {**older, **history.dates, made.holdings_as_of: {**start, "change": {**linked, "etag_to": start["etag"]}}}
    body = FundHistory(made.symbol, dates).document()
    lake.write(history_key(made.symbol), body, "application/json")
    long_seconds = publish(2)
    stored = lake.read(history_key(made.symbol)).body
    started = time.perf_counter()
    assert FundHistory.parse(stored, made.symbol)
    parse_ms = 1000 * (time.perf_counter() - started)
    return {
        "seconds": seconds,
        "long_seconds": long_seconds,
        "history_mb": len(stored) / 1e6,
        "parse_ms": parse_ms,
        "peak_mb": _peak_mb(),
    }


def _cold(_funds: int, name: str) -> dict[str, Any]:
    """From the start of the process to the answer."""
    from api.app import handler_of  # noqa: PLC0415
    from api.service import Api  # noqa: PLC0415

    lake, reads = _counting()
    handler = handler_of(Api(lake))
    path, query, named = QUESTIONS[name](0)
    _ask(handler, path, query)
    return {"seconds": time.perf_counter() - STARTED, "reads": len(reads), "named": named}


def _warm(_funds: int) -> dict[str, Any]:
    from api.app import handler_of  # noqa: PLC0415
    from api.service import Api  # noqa: PLC0415

    lake, reads = _counting()
    now = [0.0]
    handler = handler_of(Api(lake, clock=lambda: now[0]))
    found: dict[str, Any] = {}
    for name, question in QUESTIONS.items():
        times: list[list[float]] = []
        first_reads: list[int] = []
        for _ in range(ROUNDS + 1):
            times.append([])
            for variant in range(VARIANTS):
                now[0] += SECONDS_BETWEEN
                path, query, _ = question(variant)
                before, started = len(reads), time.perf_counter()
                _ask(handler, path, query)
                times[-1].append(1000 * (time.perf_counter() - started))
                first_reads.append(len(reads) - before)
        later = sorted(value for each in times[1:] for value in each)
        found[name] = {
            "first_ms": max(times[0]),
            "median_ms": later[len(later) // 2],
            "p95_ms": later[int(len(later) * 0.95)],
            "reads": max(first_reads[:VARIANTS]),
            "later_reads": sum(first_reads[VARIANTS:]) / len(later),
        }
    return {"questions": found, "peak_mb": _peak_mb()}


def _counting() -> "tuple[Lake, list[str]]":
    """The lake of the environment, and the list of what is asked of the storage, which grows."""
    from etf_common.lake import Lake  # noqa: PLC0415

    asked: list[str] = []

    class CountingLake(Lake):
        """Tells what it is asked for."""

        def read(self, key: str, *, unless_etag: str | None = None, most_bytes: int | None = None) -> "StoredObject":
            asked.append(key)
            return super().read(key, unless_etag=unless_etag, most_bytes=most_bytes)

        def head(self, key: str) -> "StoredObject":
            asked.append(key)
            return super().head(key)

    for name in ("keys", "entries", "written", "folders", "listed"):
        if method := getattr(Lake, name, None):
            setattr(CountingLake, name, _told(asked, name, method))
    lake: Any = CountingLake
    return lake.from_environment(os.environ, fail_fast=True), asked


def _told(asked: list[str], name: str, method: Callable[..., Any]) -> Callable[..., Any]:
    def call(*arguments: Any, **named: Any) -> Any:
        asked.append(name)
        return method(*arguments, **named)

    return call


def _ask(handler: Callable[..., Any], path: str, query: Mapping[str, str]) -> None:
    answer = handler(http_event(path, query, {"accept": "*/*"}), None)
    assert answer["statusCode"] == 200, (path, answer)


if __name__ == "__main__":
    main(*sys.argv[1:])
