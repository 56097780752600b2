"""A lake of small funds with quotes, and rebalancings asked over it with the real solver."""

import json
from collections.abc import Mapping, Sequence
from typing import Any

from api.app import Handler, handler_of
from api.decisions.solver_client import Solver
from api.service import Api
from contract.rebalance import Rebalance
from etf_common.lake import CONFIG_KEY, dated_key, latest_key
from rebalance.solving import solve
from tests.unit.api_cases import METADATA, NOW, ask, fund, holding
from tests.unit.builders import FakeLake

QUOTED = "2026-11-20 16:00:00"
"""The close before `api_cases.NOW`, in New York."""
Row = Mapping[str, Any]


def line(symbol: str, weight_pct: float, **values: Any) -> dict[str, Any]:
    return holding(symbol, weight_pct=weight_pct, shares=weight_pct, market_value_usd=weight_pct * 10, **values)


def put(
    fake: FakeLake,
    symbol: str,
    rows: Sequence[dict[str, Any]],
    *,
    price: float | None = 100.0,
    quoted: str | None = QUOTED,
    reported: int | None = None,
    day: str = "2026-11-18",
    **summary: Any,
) -> None:
    """Store a fund; one that reports more lines than it lists is partial."""
    more = len(rows) if reported is None else reported
    complete = more == len(rows)
    stored = fund(symbol, [*rows], day)
    stored["summary"] |= {"last_price": price, "as_of": quoted, **summary}
    stored["totals"]["reported"] = more
    stored["quality"]["complete"] = complete
    body = json.dumps(stored).encode()
    metadata = {**METADATA, "holdings-as-of": day, "included": str(len(rows)), "complete": str(complete).lower()}
    for key in (dated_key(symbol, day), latest_key(symbol)):
        fake.put(key, body, f'"{abs(hash(body))}"', metadata)


def configured(fake: FakeLake, *symbols: str) -> FakeLake:
    fake.put(CONFIG_KEY, f"etf_symbols: [{', '.join(symbols)}]".encode())
    return fake


def three_funds() -> FakeLake:
    """TECH has 40 % NVDA and 60 % MSFT, WIDE 5 % NVDA and others, BOND two bonds."""
    fake = FakeLake()
    put(fake, "TECH", [line("MSFT", 60.0), line("NVDA", 40.0)], price=50.0)
    put(fake, "WIDE", [line("XOM", 55.0, name="Exxon Mobil Corp"), line("JPM", 40.0), line("NVDA", 5.0)])
    put(fake, "BOND", [line("T1", 50.0, asset_class="bond", name="Works 4.25% 11/15/2034"), line("KO", 50.0)])
    return configured(fake, "TECH", "WIDE", "BOND")


def handler(fake: FakeLake, solver: Solver = solve) -> Handler:
    return handler_of(Api(fake.lake, now=lambda: NOW, clock=lambda: 0.0, solver=solver))


def usd(**amounts: float) -> list[dict[str, Any]]:
    """Positions in USD."""
    return [{"symbol": symbol, "amount_usd": amount} for symbol, amount in amounts.items()]


def rebalanced(asked: Handler, positions: Sequence[Row], query: Mapping[str, str] | None = None, **body: Any) -> Any:
    """The answer of a rebalancing that must succeed, and have the shape that openapi.json gives it."""
    answer = responded(asked, positions, query, **body)
    assert answer["statusCode"] == 200, answer["body"]
    found = json.loads(answer["body"])
    Rebalance.model_validate(found)
    return found


def responded(
    asked: Handler, positions: Sequence[Row], query: Mapping[str, str] | None = None, **body: Any
) -> dict[str, Any]:
    """The response to a rebalancing."""
    text = json.dumps({"positions": positions, **body})
    return ask(asked, "/api/rebalance", query, method="POST", body=text)


def weights(side: Mapping[str, Any]) -> dict[str, float]:
    return {row["symbol"]: row["weight_pct"] for row in side["positions"]}
