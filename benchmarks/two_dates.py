"""What a large fund changed between two dates, and what drove its return, against reading its two lists."""

import json
import random
from collections.abc import Callable
from datetime import UTC, datetime
from typing import Any

from api.app import handler_of
from api.service import Api
from benchmarks.measure import Figure, side_by_side
from etf_analytics import attribution, fund_changes, on_date
from etf_analytics.reference.sectors import sectors
from etf_common.collector import paused_collector
from etf_common.lake import dated_key
from tests.events import http_event
from tests.unit.builders import FakeLake

DAYS = ("2026-11-18", "2026-11-19")
NOW = datetime(2026, 11, 21, 12, tzinfo=UTC)
LINES = 3_500
FLOW = 1.002
TRADED = 0.02
"""Of the lines, more than an index fund trades on most days."""
HALF = 0.5
"""As on the day on which a fund follows another index."""
ROUNDS = 15


def figures() -> list[Figure]:
    """CPU seconds from the parsed lists of two dates, against `json.loads` of both."""
    few, many = ([json.dumps(snapshot) for snapshot in _two_dates(traded)] for traded in (TRADED, HALF))
    return [
        *_figures(few, "two dates", 5.0),
        # A row for each traded line takes longer to make than to read.
        *_figures(many, "two dates, half of them traded", 6.0)[:1],
        *_routes(few),
    ]


def _figures(texts: list[str], dates: str, most: float) -> list[Figure]:
    before, after = map(json.loads, texts)

    # As the API and the tables do.
    @paused_collector()
    def changes() -> dict[str, Any]:
        return fund_changes(on_date(before), on_date(after))

    @paused_collector()
    def contributions() -> dict[str, Any]:
        return attribution(on_date(before, sector_of=sectors().of), on_date(after), {})

    answer = changes()
    assert abs(answer["flow"]["factor"] - FLOW) < 1e-6
    assert len(answer["increased"]) > LINES * TRADED / 2
    found = []
    # An attribution has a row for each line, and looks up each one's sector.
    for name, task, limit in (("changes", changes, most), ("attribution", contributions, 6.0)):
        seconds, floor = side_by_side(task, lambda: [json.loads(text) for text in texts], ROUNDS)
        found.append(Figure(f"{name} of {LINES} lines on {dates}", seconds * 1000, floor * 1000, limit, unit="ms"))
    return found


def _routes(texts: list[str]) -> list[Figure]:
    """CPU seconds of whole answers over lists that nobody asked for before, against `json.loads` of both."""
    found = []
    for name, limit in (("changes", 7.0), ("attribution", 8.0)):
        path = f"/api/etfs/BIG/{name}"
        seconds, floor = side_by_side(_asking(path, texts), lambda: [json.loads(text) for text in texts], ROUNDS)
        found.append(Figure(f"GET {path}, {LINES} lines", seconds * 1000, floor * 1000, limit, unit="ms"))
    return found


def _asking(path: str, texts: list[str]) -> Callable[[], None]:
    lake = FakeLake()
    for text, day in zip(texts, DAYS, strict=True):
        metadata = {"included": str(LINES), "holdings-as-of": day, "complete": "true", "source": "schwab"}
        lake.put(dated_key("BIG", day), text.encode(), f'"{day}"', metadata)

    def ask() -> None:
        # An API of its own each time, so that neither the lists nor the answer are kept.
        answer = handler_of(Api(lake.lake, now=lambda: NOW))(http_event(path), None)
        assert answer["statusCode"] == 200

    return ask


def _two_dates(traded: float) -> tuple[dict[str, Any], dict[str, Any]]:
    """A fund with weights that fall as real ones do, which creates shares and buys some lines."""
    chance = random.Random(14)  # noqa: S311 - the same at every run
    sizes = sorted((chance.paretovariate(1.1) for _ in range(LINES)), reverse=True)
    lists: tuple[list[dict[str, Any]], list[dict[str, Any]]] = ([], [])
    for number, size in enumerate(sizes):
        price, weight = chance.uniform(5, 500), round(100 * size / sum(sizes), 2)
        shares = int(size / sum(sizes) * 1e12 / price)
        bought = 1.03 + chance.random() / 10 if chance.random() < traded else 1.0
        days = ((shares, price), (round(shares * FLOW * bought), price * chance.gauss(1.0, 0.02)))
        for rows, (held, worth) in zip(lists, days, strict=True):
            value = round(held * worth, 2)
            rows.append(
                {
                    "symbol": f"S{number}",
                    "name": f"Company number {number} Inc",
                    "weight_pct": weight,
                    "shares": held,
                    "market_value_usd": value,
                    "market_value_millions": value / 1e6,
                    "weight_bps": weight * 100,
                    "asset_class": "equity",
                }
            )
    return _snapshot(lists[0], DAYS[0]), _snapshot(lists[1], DAYS[1])


def _snapshot(rows: list[dict[str, Any]], day: str) -> dict[str, Any]:
    return {
        "symbol": "BIG",
        "name": "Big Fund",
        "summary": {"last_price": 100.0, "bid": None, "ask": None, "session": "close", "as_of": f"{day} 16:00:00"},
        "holdings": rows,
        "holdings_as_of": day,
        "totals": {"reported": LINES, "included": LINES},
        "quality": {"complete": True, "issues": []},
    }
