"""The overlap matrix against bare sums of minima over the same weights, and a portfolio of ten funds."""

import random
import time
from itertools import combinations
from typing import Any

from benchmarks.measure import Figure, side_by_side
from etf_analytics.funds import Fund, prepare
from etf_analytics.lookthrough import positions_of
from etf_analytics.overlap import fund_overlap
from etf_analytics.portfolio import analyze_portfolio

FUNDS = 30
LINES = 500
SECURITIES = 1500
POSITIONS = 10
ROUNDS = 15
PORTFOLIO_MS = 50


def figures() -> list[Figure]:
    """CPU seconds of the matrix, milliseconds of the portfolio; the funds are prepared before."""
    funds = [_fund(f"F{number}", random.Random(number)) for number in range(FUNDS)]  # noqa: S311 - the same at every run

    def bare() -> list[float]:
        return [
            sum(min(weight, b.weights[key]) for key, weight in a.weights.items() if key in b.weights)
            for a, b in combinations(funds, 2)
        ]

    pairs = fund_overlap(funds)["pairs"]
    assert [round(100 * value, 4) for value in bare()] == [round(pair["overlap_pct"], 4) for pair in pairs]
    matrix, floor = side_by_side(lambda: fund_overlap(funds), bare, ROUNDS)
    seconds, _ = side_by_side(_portfolio_of(funds[:POSITIONS]), lambda: None, ROUNDS, time.perf_counter)
    return [
        Figure(f"overlap of {FUNDS} x {FUNDS} funds of {LINES} lines", matrix, floor, 3.0),
        Figure(f"portfolio of {POSITIONS} funds of {LINES} lines", seconds * 1000, PORTFOLIO_MS, 1.0, unit="ms"),
    ]


def _portfolio_of(funds: list[Fund]) -> Any:
    positions = positions_of({fund.symbol: 1000.0 + number for number, fund in enumerate(funds)}, in_usd=True)
    ratios = {fund.symbol: 0.03 for fund in funds}
    by_symbol = {fund.symbol: fund for fund in funds}
    return lambda: analyze_portfolio(positions, by_symbol, expense_ratio_pct=ratios)


def _fund(symbol: str, chance: random.Random) -> Fund:
    """A complete fund with weights that fall as real ones do, over a market that others hold too."""
    sizes = sorted((chance.paretovariate(1.2) for _ in range(LINES)), reverse=True)
    securities = chance.sample(range(SECURITIES), LINES)
    rows = [
        {
            "symbol": f"S{security}",
            "name": f"Company {security}",
            "weight_pct": round(100 * size / sum(sizes), 4),
            "shares": 1000,
            "market_value_usd": 1_000_000,
            "asset_class": "equity",
        }
        for security, size in zip(securities, sizes, strict=True)
    ]
    snapshot = {
        "symbol": symbol,
        "name": f"Fund {symbol}",
        "holdings": rows,
        "holdings_as_of": "2026-11-18",
        "totals": {"reported": LINES, "included": LINES},
        "quality": {"complete": True, "issues": []},
        "summary": {"last_price": 100.0, "bid": 99.99, "ask": 100.01, "session": "intraday", "as_of": None},
    }
    return prepare(snapshot, sector_of=lambda row: f"Sector {len(row['symbol'])}")
