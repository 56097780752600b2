"""An API over a lake in a dict, and the events that ask it."""

import json
from collections.abc import Callable, Mapping
from datetime import UTC, datetime
from typing import Any

from api.app import Handler, handler_of
from api.decisions.solver_client import Solver, no_solver
from api.service import Api
from etf_common.lake import CONFIG_KEY, dated_key, latest_key
from tests.events import http_event
from tests.unit.builders import FakeLake

NOW = datetime(2026, 11, 21, 12, tzinfo=UTC)
METADATA = {
    "source": "schwab",
    "fetched-at": "2026-11-20T22:30:04Z",
    "fresh-until": "2026-11-23T21:00:00Z",
    "holdings-as-of": "2026-11-18",
    "complete": "true",
}


def holding(symbol: str | None, **values: Any) -> dict[str, Any]:
    standard = {"name": f"{symbol} Corp", "weight_pct": 1.0, "shares": 10, "market_value_usd": 1000}
    derived = {"market_value_millions": 0.001, "weight_bps": 100.0, "asset_class": "equity"}
    return {"symbol": symbol, **standard, **derived, **values}


def fund(symbol: str, holdings: list[dict[str, Any]], day: str = "2026-11-18") -> dict[str, Any]:
    """A complete snapshot in its stored form."""
    return {
        "schema_version": 1,
        "symbol": symbol,
        "name": f"Fund {symbol}",
        "summary": {"symbol": symbol, "last_price": 1.0, "bid": None, "ask": None, "session": "close", "as_of": None},
        "holdings": holdings,
        "holdings_as_of": day,
        "totals": {"reported": len(holdings), "included": len(holdings), "weight_pct": 100.0},
        "quality": {"complete": True, "issues": []},
    }


def put_fund(
    fake: FakeLake, symbol: str, holdings: list[dict[str, Any]], day: str = "2026-11-18", **metadata: str
) -> None:
    """Store a fund as transform does: the dated object and the newest one."""
    body = json.dumps(fund(symbol, holdings, day)).encode()
    more = {**METADATA, "holdings-as-of": day, "included": str(len(holdings)), **metadata}
    for key in (dated_key(symbol, day), latest_key(symbol)):
        fake.put(key, body, f'"{abs(hash(body))}"', more)


def three_funds() -> FakeLake:
    fake = FakeLake()
    put_fund(fake, "VTI", [holding("AAPL"), holding("MSFT"), holding("WALMEX*")])
    put_fund(fake, "VOO", [holding("AAPL"), holding("NVDA")])
    put_fund(fake, "AOR", [holding("VTI", asset_class="etf"), holding("BND", asset_class="etf")], "2026-11-10")
    fake.put(CONFIG_KEY, b"etf_symbols: [VTI, VOO]")
    return fake


def handler(
    fake: FakeLake, clock: Callable[[], float] = lambda: 0.0, *, solver: Solver = no_solver, **guards: Any
) -> Handler:
    return handler_of(Api(fake.lake, now=lambda: NOW, clock=clock, solver=solver), **guards)


def ask(
    asked: Handler,
    path: str,
    query: Mapping[str, str] | None = None,
    headers: Mapping[str, str] | None = None,
    *,
    method: str = "GET",
    body: str | None = None,
) -> dict[str, Any]:
    """The answer to a request."""
    return asked(http_event(path, query, headers, method=method, body=body), None)


def told(answer: Mapping[str, Any]) -> str:
    """The message of an error."""
    message: str = json.loads(answer["body"])["message"]
    return message
