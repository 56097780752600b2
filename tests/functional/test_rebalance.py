"""Rebalancing over the local system: sample funds through extract and transform, S3, and the solver in this process."""

import json
from datetime import UTC, datetime
from typing import Any

import pytest

from api.app import Handler, handler_of
from api.service import Api
from local.solver import solve_here
from local.system import System
from tests.events import http_event
from tests.functional.conftest import Refresh

AFTER_THE_CLOSE = datetime(2026, 11, 20, 23, tzinfo=UTC)
HELD = [
    {"symbol": "QQQ", "amount_usd": 60_000},
    {"symbol": "VTI", "shares": 100},
    {"symbol": "AAPL", "amount_usd": 500},
]


@pytest.fixture(autouse=True)
def _funds(refresh: Refresh) -> None:
    """QQQ whole, VTI cut at 100 rows."""
    for symbol, rows in (("QQQ", "all"), ("VTI", 100)):
        refresh(symbol, max_holdings=rows)


def posted(api: Handler, path: str, **body: Any) -> Any:
    answer = api(http_event(path, method="POST", body=json.dumps(body)), None)
    assert answer["statusCode"] == 200, answer["body"]
    return json.loads(answer["body"])


def test_caps_over_whole_and_cut_lists_and_a_stock_hold_by_the_portfolios_own_figures(system: System) -> None:
    api = handler_of(Api(system.lake, now=lambda: AFTER_THE_CLOSE, solver=solve_here))
    caps = {"NVDA": 8.5, "sector:Information Technology": 60}

    answer = posted(api, "/api/rebalance", positions=HELD, max=caps)

    assert answer["feasible"] is True
    assert [(row["symbol"], row["side"]) for row in answer["trades"]] == [("QQQ", "sell"), ("VTI", "buy")]
    assert answer["binding"]
    assert answer["untradeable"] == [{"symbol": "AAPL", "reason": "not_a_fund"}]
    after = [{"symbol": row["symbol"], "amount_usd": row["value_usd"]} for row in answer["after"]["positions"]]
    portfolio = posted(api, "/api/portfolio", positions=after)
    highs = {row["symbol"]: high(row["weight_pct"]) for row in portfolio["exposures"]}
    sectors = {row["sector"]: high(row["weight_pct"]) for row in portfolio["sectors"]["weights"]}
    assert highs["NVDA"] <= 8.5 + 1e-4
    assert sectors["Information Technology"] <= 60 + 1e-4
    assert posted(api, "/api/rebalance", positions=after, max=caps)["trades"] == []


def high(figure: Any) -> float:
    return float(figure["high"] if isinstance(figure, dict) else figure)


def test_the_local_api_solves_in_its_own_process(system: System) -> None:
    answer = posted(system.api, "/api/rebalance", positions=HELD, targets={"QQQ": 50}, max={"security": 90})

    # Its clock is today's, so the sample's prices may be too old to trade at.
    assert bool(answer["trades"]) is not bool(answer["stale_prices"])
