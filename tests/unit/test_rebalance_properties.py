"""Rebalancings over random small lakes: no cap is broken by the portfolio's own figures, no money is made or lost, and
what has been rebalanced needs no trade."""

import json
import math
from collections.abc import Iterator, Mapping
from typing import Any

from hypothesis import Phase, given, settings
from hypothesis import strategies as st

from api.app import Handler
from etf_common.lake import latest_key
from tests.unit.analytics_cases import Snapshot, cut_funds
from tests.unit.api_cases import METADATA, ask
from tests.unit.builders import FakeLake
from tests.unit.rebalance_cases import configured, handler, rebalanced, usd

FUNDS = ("PPP", "QQQ", "RRR")
CAPS = ("security", "A", "GOOG", "sector:Unclassified", "asset_class:equity", "asset_class:bond", "fund", "fund:QQQ")
Answer = Mapping[str, Any]


def lake_of(snapshots: list[Snapshot]) -> FakeLake:
    fake = FakeLake()
    for each in snapshots:
        metadata = {**METADATA, "included": str(len(each["holdings"]))}
        fake.put(latest_key(each["symbol"]), json.dumps(each).encode(), f'"{each["symbol"]}"', metadata)
    return configured(fake, *FUNDS)


@st.composite
def lakes(draw: st.DrawFn) -> FakeLake:
    """Three funds, any of them cut, the last of which holds the first."""
    nested = {"RRR": ("PPP",)}
    snapshots = [draw(cut_funds(symbol, nested.get(symbol, ())))[1] for symbol in FUNDS]
    for each in snapshots:
        for line in each["holdings"]:
            if line["symbol"] == "PPP":
                line |= {"name": "PPP Fund", "shares": None, "market_value_usd": None}
    return lake_of(snapshots)


@st.composite
def questions(draw: st.DrawFn) -> dict[str, Any]:
    """Positions in USD and what is asked of them."""
    held = draw(st.lists(st.sampled_from(FUNDS), min_size=1, unique=True))
    cents = st.integers(100_00, 100_000_00)
    body: dict[str, Any] = {"positions": usd(**{symbol: draw(cents) / 100 for symbol in held})}
    caps = draw(st.lists(st.sampled_from(CAPS), max_size=3, unique=True))
    body["max"] = {name: float(draw(st.integers(1, 90))) for name in caps}
    for general, own in (("security", "A"), ("security", "GOOG"), ("fund", "fund:QQQ")):
        if general in body["max"] and own in body["max"]:
            body["max"][own] = min(body["max"][own], body["max"][general])
    if "QQQ" not in held:
        body["max"].pop("fund:QQQ", None)
    if draw(st.booleans()):
        body["targets"] = {symbol: float(draw(st.integers(0, 33))) for symbol in held}
    body["cash_usd"] = draw(st.sampled_from([0.0, 12.34, 5_000.0]))
    body["whole_shares"] = draw(st.booleans())
    body["min_trade_usd"] = draw(st.sampled_from([0.0, 0.0, 500.0]))
    return body


def high(figure: Any) -> float:
    """The high end; a figure that is not known breaks no cap by itself."""
    if figure is None:
        return 0.0
    return float(figure["high"]) if isinstance(figure, dict) else float(figure)


def capped(name: str, portfolio: Answer) -> Iterator[float]:
    """What a cap is about, by the figures of /api/portfolio."""
    kind, _, of = name.partition(":")
    if kind == "fund":
        yield from (row["weight_pct"] for row in portfolio["positions"] if of in ("", row["symbol"]))
    elif kind == "sector":
        yield from (high(row["weight_pct"]) for row in portfolio["sectors"]["weights"] if row["sector"] == of)
    elif kind == "asset_class":
        yield from (high(row["weight_pct"]) for row in portfolio["asset_classes"] if row["asset_class"] == of)
    else:
        rows = portfolio["exposures"] or []
        yield from (high(row["weight_pct"]) for row in rows if name in ("security", row["symbol"]))


def values(side: Answer) -> dict[str, float]:
    return {row["symbol"]: row["value_usd"] for row in side["positions"]}


def portfolio_of(asked: Handler, amounts: Mapping[str, float], by: str) -> Any:
    body = json.dumps({"positions": usd(**amounts)})
    answer = ask(asked, "/api/portfolio", {"by": by}, method="POST", body=body)
    assert answer["statusCode"] == 200, answer["body"]
    return json.loads(answer["body"])


# Without the search for the smallest case, which takes minutes over whole lakes.
@settings(max_examples=25, phases=(Phase.generate,))
@given(lakes(), questions(), st.sampled_from(["security", "issuer"]))
def test_caps_hold_money_is_kept_and_a_second_time_nothing_is_traded(
    fake: FakeLake, body: dict[str, Any], by: str
) -> None:
    asked = handler(fake)

    answer = rebalanced(asked, query={"by": by}, **body)

    amounts, total = values(answer["after"]), answer["total_usd"]
    cents = 1.0 * len(FUNDS) / total
    # Money.
    bought, sold = (
        math.fsum(row["amount_usd"] for row in answer["trades"] if row["side"] == side) for side in ("buy", "sell")
    )
    assert abs(bought - sold - body["cash_usd"] + answer["cash_left_usd"]) < 0.005
    assert answer["cash_left_usd"] >= 0
    assert abs(math.fsum(amounts.values()) + answer["cash_left_usd"] - total) < 0.02
    assert all(row["amount_usd"] >= body["min_trade_usd"] - 0.01 for row in answer["trades"] if row["side"] == "buy")
    # Caps, by the portfolio's own figures. Its weights are of the positions alone.
    if amounts:
        portfolio, scale = portfolio_of(asked, amounts, by), math.fsum(amounts.values()) / total
        for name, at_most in body["max"].items():
            own = [pct for row, pct in answer["excess"].items() if row.partition(" ")[0].startswith(name)]
            excess = max([0.0, *own])
            assert max([0.0, *capped(name, portfolio)]) * scale <= at_most + excess + cents, name
    # Once more.
    again = rebalanced(
        asked, query={"by": by}, **{**body, "positions": usd(**amounts), "cash_usd": answer["cash_left_usd"]}
    )
    assert again["trades"] == []
