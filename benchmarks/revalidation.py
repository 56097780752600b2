"""A 304 to who has the 30 x 30 overlap against computing it, and what else is answered while it is computed."""

import json
import threading
import time
from typing import Any

from api.app import Handler, handler_of
from api.service import Api
from benchmarks import fixtures
from benchmarks.measure import Figure, side_by_side
from etf_common.lake import Lake, latest_key
from tests.events import http_event

FUNDS = 30
LINES = 500
LINES_OF_THE_HEAVIEST = 4_900
"""With which 30 funds list nearly as many lines as one question may read."""
ROUNDS = 15
HEALTH_SECONDS = 1.0
SYMBOLS = [f"F{number}" for number in range(FUNDS)]


def figures() -> list[Figure]:
    """CPU milliseconds of a 304 and of the answer; wall-clock seconds of /api/health beside the heaviest question."""
    with fixtures.sample_portal() as portal, fixtures.system(portal) as system:
        _fill(system.lake, LINES)
        light = _handler(system.lake)
        etag = _ask(light, "/api/overlap")["headers"]["ETag"]

        def revalidate() -> None:
            assert _ask(light, "/api/overlap", etag)["statusCode"] == 304

        def compute() -> None:
            assert _ask(light, "/api/overlap")["statusCode"] == 200

        again, first = side_by_side(revalidate, compute, ROUNDS)
        _fill(system.lake, LINES_OF_THE_HEAVIEST)
        health = _health_beside_the_heaviest(_handler(system.lake))
    name = f"overlap of {FUNDS} x {FUNDS} funds, 304 (times faster)"
    return [
        Figure(name, again * 1000, first * 1000, 10.0, unit="ms", at_least=True),
        Figure("health beside the heaviest questions, slowest", health, HEALTH_SECONDS, 1.0),
    ]


def _health_beside_the_heaviest(handler: Handler) -> float:
    """The slowest of the answers to /api/health while three callers ask the heaviest question."""
    answers: list[int] = []
    callers = [
        threading.Thread(target=lambda: answers.append(_ask(handler, "/api/overlap")["statusCode"])) for _ in range(3)
    ]
    for caller in callers:
        caller.start()
    seconds = []
    while any(caller.is_alive() for caller in callers):
        started = time.perf_counter()
        assert _ask(handler, "/api/health")["statusCode"] == 200
        seconds.append(time.perf_counter() - started)
        time.sleep(0.01)
    assert answers == [200] * len(callers), answers
    return max(seconds)


def _handler(lake: Lake) -> Handler:
    return handler_of(Api(lake, clock=lambda: 0.0))


def _ask(handler: Handler, path: str, etag: str = "") -> dict[str, Any]:
    query = {"symbols": ",".join(SYMBOLS)} if path == "/api/overlap" else {}
    return handler(http_event(path, query, {"if-none-match": etag}), None)


def _fill(lake: Lake, lines: int) -> None:
    """Funds of so many lines, each over half of a market that the others hold too."""
    for number, symbol in enumerate(SYMBOLS):
        rows = [
            {
                "symbol": f"S{(line * 7 + number * 13) % (2 * lines)}",
                "name": f"Company {(line * 7 + number * 13) % (2 * lines)}",
                "weight_pct": round(100 / lines, 6),
                "shares": 1000,
                "market_value_usd": 1_000_000,
                "market_value_millions": 1.0,
                "weight_bps": round(10_000 / lines, 4),
                "asset_class": "equity",
            }
            for line in range(lines)
        ]
        snapshot = {
            "schema_version": 1,
            "symbol": symbol,
            "name": f"Fund {symbol}",
            "holdings": rows,
            "holdings_as_of": "2026-11-18",
            "totals": {"reported": lines, "included": lines, "weight_pct": 100.0},
            "quality": {"complete": True, "issues": []},
            "summary": {"symbol": symbol, "last_price": 100.0, "bid": None, "ask": None, "session": "close"},
        }
        metadata = {"included": str(lines), "holdings-as-of": "2026-11-18", "complete": "true", "source": "sample"}
        lake.write(latest_key(symbol), json.dumps(snapshot).encode(), "application/json", metadata)
