"""What a large fund changed between two dates, and what drove its return, against reading its two lists."""

import json
import random
from typing import Any

from benchmarks.measure import Figure, side_by_side
from etf_analytics import attribution, fund_changes, on_date
from etf_analytics.reference.sectors import sectors

LINES = 3_500
FLOW = 1.002
TRADED = 0.02
"""Of the lines, more than an index fund trades on most days."""
HALF = 0.5
"""As on the day on which a fund follows another index."""
ROUNDS = 15


def figures() -> list[Figure]:
    """CPU seconds from the parsed lists of two dates, against `json.loads` of both."""
    # A row for each traded line takes longer to make than to read.
    return [*_figures(TRADED, "two dates", 5.0), *_figures(HALF, "two dates, half of them traded", 6.0)[:1]]


def _figures(traded: float, dates: str, most: float) -> list[Figure]:
    texts = [json.dumps(snapshot) for snapshot in _two_dates(traded)]
    before, after = map(json.loads, texts)

    def changes() -> dict[str, Any]:
        return fund_changes(on_date(before), on_date(after))

    def contributions() -> dict[str, Any]:
        return attribution(on_date(before, sector_of=sectors().of), on_date(after), {})

    answer = changes()
    assert abs(answer["flow"]["factor"] - FLOW) < 1e-6
    assert len(answer["increased"]) > LINES * traded / 2
    found = []
    # An attribution has a row for each line, and looks up each one's sector.
    for name, task, limit in (("changes", changes, most), ("attribution", contributions, 6.0)):
        seconds, floor = side_by_side(task, lambda: [json.loads(text) for text in texts], ROUNDS)
        found.append(Figure(f"{name} of {LINES} lines on {dates}", seconds * 1000, floor * 1000, limit, unit="ms"))
    return found


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
    return _snapshot(lists[0], "2026-11-18"), _snapshot(lists[1], "2026-11-19")


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
