"""What the client's methods send: paths, queries and bodies."""

import datetime
import json
from collections.abc import Callable
from decimal import Decimal
from typing import Any

import numpy as np
import pytest

from etf_client import Client, UsageError, proportions, shares, usd
from tests.unit.client_cases import StandIn, client

Asks = Callable[[Client], Any]


@pytest.mark.parametrize(
    ("asks", "path"),
    [
        (lambda c: c.etfs(), "/api/etfs"),
        (lambda c: c.holders("NVDA"), "/api/holders/NVDA"),
        (lambda c: c.holders("NVDA", by="issuer", max_lag_days=0), "/api/holders/NVDA?by=issuer&max_lag_days=0"),
        (lambda c: c.snapshot("BRK.B"), "/api/etfs/BRK.B"),
        (lambda c: c.holders("BRK/B"), "/api/holders/BRK%2FB"),
        (lambda c: c.holders("NOVO B"), "/api/holders/NOVO%20B"),
        (lambda c: c.holders("WALMEX*"), "/api/holders/WALMEX%2A"),
        (lambda c: c.holders("M&M"), "/api/holders/M%26M"),
        (lambda c: c.holders("A?b#c"), "/api/holders/A%3Fb%23c"),
        (lambda c: c.holders("%2e%2e"), "/api/holders/%252e%252e"),
        (lambda c: c.filing("VTI", "2026-06-30"), "/api/etfs/VTI/filings/2026-06-30"),
        (lambda c: c.filing("VTI", datetime.date(2026, 6, 30)), "/api/etfs/VTI/filings/2026-06-30"),
        (
            lambda c: c.changes("QQQ", from_="2026-09-30", to=datetime.datetime(2026, 10, 1, 17, 30)),
            "/api/etfs/QQQ/changes?from=2026-09-30&to=2026-10-01",
        ),
        (lambda c: c.overlap(["VOO", "QQQ"]), "/api/overlap?symbols=VOO%2CQQQ"),
        (lambda c: c.overlap("VOO,QQQ"), "/api/overlap?symbols=VOO%2CQQQ"),
        (lambda c: c.overlap(s for s in ("BRK.B", "M&M")), "/api/overlap?symbols=BRK.B%2CM%26M"),
        (lambda c: c.portfolio({"VTI": 60, "NOVO B": 0.4}), "/api/portfolio?positions=VTI%3A60%2CNOVO%20B%3A0.4"),
        (lambda c: c.portfolio(["VTI:60", "QQQ:40"]), "/api/portfolio?positions=VTI%3A60%2CQQQ%3A40"),
        (
            lambda c: c.portfolio({"VTI": 1e-05, "QQQ": 1e16}),
            "/api/portfolio?positions=VTI%3A0.00001%2CQQQ%3A" + "1" + "0" * 16,
        ),
        (lambda c: c.portfolio({"VTI": Decimal("60.50")}), "/api/portfolio?positions=VTI%3A60.5"),
        (
            lambda c: c.portfolio({"VTI": np.float64(1.5), "QQQ": np.int64(2)}),
            "/api/portfolio?positions=VTI%3A1.5%2CQQQ%3A2",
        ),
        (
            lambda c: c.screen(sector="Energy", min_pct=1, complete=True, min_factor={"value": 20}),
            "/api/screen?sector=Energy&min_pct=1&min_factor=value%3A20&complete=true",
        ),
        (lambda c: c.search("AT&T 100% + x"), "/api/search?q=AT%26T%20100%25%20%2B%20x"),
        (lambda c: c.call("changes", symbol="QQQ", **{"from": "2026-09-30"}), "/api/etfs/QQQ/changes?from=2026-09-30"),
        (lambda c: c.export("holders", "csv", symbol="NVDA"), "/api/holders/NVDA?format=csv"),
        (lambda c: c.export("holders", symbol="NVDA", by="issuer"), "/api/holders/NVDA?by=issuer&format=ndjson"),
    ],
)
def test_a_question_is_sent_as_the_api_reads_it(asks: Asks, path: str) -> None:
    asked = StandIn()
    asks(client(asked))
    assert asked.paths == [path]


@pytest.mark.parametrize(
    ("asks", "path", "body"),
    [
        (
            lambda c: c.portfolio_in_usd({"VTI": 6000}),
            "/api/portfolio",
            {"positions": [{"symbol": "VTI", "amount_usd": 6000}]},
        ),
        (
            lambda c: c.portfolio_changes({"VTI": 60}, from_="2026-09-30"),
            "/api/portfolio/changes?from=2026-09-30",
            {"positions": [{"symbol": "VTI", "proportion": 60}]},
        ),
        (
            lambda c: c.portfolio_changes(usd({"VTI": 6000})),
            "/api/portfolio/changes",
            {"positions": [{"symbol": "VTI", "amount_usd": 6000}]},
        ),
        (
            lambda c: c.drift(shares({"VTI": 10}), targets={"VTI": Decimal(100)}, by="issuer"),
            "/api/drift?by=issuer",
            {"positions": [{"symbol": "VTI", "shares": 10}], "targets": {"VTI": 100.0}},
        ),
        (
            lambda c: c.rebalance({"VTI": np.int64(6000)}, max={"security": 5}, candidates=("QQQ",)),
            "/api/rebalance",
            {"positions": [{"symbol": "VTI", "amount_usd": 6000}], "max": {"security": 5}, "candidates": ["QQQ"]},
        ),
        (
            lambda c: c.rebalance({"positions": {"VTI": 6000}, "cash_usd": 5}, cash_usd=7, max_lag_days=3),
            "/api/rebalance?max_lag_days=3",
            {"positions": [{"symbol": "VTI", "amount_usd": 6000}], "cash_usd": 7},
        ),
        (lambda c: c.rebalance(positions=[], cash_usd=100), "/api/rebalance", {"positions": [], "cash_usd": 100}),
        (
            lambda c: c.call("drift", body=proportions({"VTI": 1}), **{"from": "2026-09-30"}),
            "/api/drift?from=2026-09-30",
            {"positions": [{"symbol": "VTI", "proportion": 1}]},
        ),
    ],
)
def test_positions_go_into_the_body(asks: Asks, path: str, body: dict[str, Any]) -> None:
    asked = StandIn()
    asks(client(asked))
    assert asked.paths == [path]
    sent = asked.sent[0]
    assert sent.headers["Content-Type"] == "application/json"
    assert json.loads(sent.body or "") == body


@pytest.mark.parametrize(
    ("asks", "says"),
    [
        (lambda c: c.holders(""), "symbol is ''; give one such as VTI"),
        (lambda c: c.holders(" .. "), "symbol is '..'"),
        (lambda c: c.filing("VTI", ""), "date is ''"),
        (lambda c: c.call("holders"), "holders() needs symbol: "),
        (lambda c: c.call("holders", symbol="A", limit=3), "no parameter limit; it takes symbol, by, max_lag_days"),
        (lambda c: c.call("etfs", limit=3), "it takes no parameters"),
        (lambda c: c.call("holders", symbol="A", body={}), "no parameter body"),
        (lambda c: c.call("holder", symbol="A"), "there is no operation holder; there are etfs, "),
        (lambda c: c.portfolio({"VTI": float("nan")}), "nan is no number"),
        (lambda c: c.rebalance({"VTI": float("inf")}), "cannot be written as JSON"),
        (lambda c: c.drift({"VTI": 1}, targets={"VTI": object()}), "cannot be written as JSON"),
    ],
)
def test_what_cannot_be_asked_is_not_sent(asks: Asks, says: str) -> None:
    asked = StandIn()
    with pytest.raises(UsageError) as raised:
        asks(client(asked))
    assert says in str(raised.value)
    assert asked.sent == []


@pytest.mark.parametrize(
    "url",
    [
        "localhost:3000",
        "ftp://api.test",
        "http://",
        "http://api.test?x=1",
        "http://api.test/#x",
        "http://api.test:x",
        "http://[",
        "",
        "/api",
    ],
)
def test_a_url_of_no_api_is_an_error_at_once(url: str) -> None:
    with pytest.raises(UsageError):
        Client(url, "")


def test_a_url_may_have_a_path_as_a_stage_of_api_gateway() -> None:
    asked = StandIn()
    client(asked, url="http://api.test:3000/prod/").etfs()
    assert asked.paths == ["/prod/api/etfs"]
