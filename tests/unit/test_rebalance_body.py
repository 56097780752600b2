"""The body of a rebalancing: what it may say, and one clear error for whatever is wrong."""

import json
from typing import Any

import pytest

from api.decisions.rebalance_body import MOST_BODY_BYTES, Costs, Given, RebalanceBody, rebalance_body
from api.faults import BadQueryError
from etf_analytics import Cap, CapKind
from etf_common.symbols import MalformedSymbolError

VTI = {"symbol": "VTI", "amount_usd": 60_000}


def asked(**body: Any) -> RebalanceBody:
    return rebalance_body(json.dumps({"positions": [VTI], **body}).encode())


def test_positions_alone_are_enough() -> None:
    body = asked()

    assert body.positions == (Given("VTI", 60_000.0, None),)
    assert (body.targets, body.caps, body.candidates, body.cash_usd) == (None, (), None, 0.0)
    assert (body.no_sell, body.whole_shares, body.min_trade_usd, body.costs) == (frozenset(), False, 0.0, Costs())


def test_everything_that_can_be_said() -> None:
    body = asked(
        positions=[VTI, {"symbol": "brk/b", "shares": 3}],
        cash_usd=500,
        targets={"vti": 60, "BND": 40},
        candidates=["bnd"],
        no_sell=["brk.b"],
        whole_shares=True,
        min_trade_usd=250,
        costs={"pct_of_trade": 0.1, "usd_per_trade": 5, "half_spread": True},
    )

    assert body.symbols == ("VTI", "BRK.B", "BND")
    assert body.positions[1] == Given("BRK.B", None, 3.0)
    assert body.targets == {"VTI": 60.0, "BND": 40.0}
    assert body.no_sell == {"BRK.B"}
    assert body.costs == Costs(0.1, 5.0, half_spread=True)


def test_nothing_of_any_position_is_sold() -> None:
    assert asked(positions=[VTI, {"symbol": "BND", "shares": 3}], no_sell=True).no_sell == {"VTI", "BND"}


def test_caps_by_what_they_cap() -> None:
    caps = {
        "security": 5,
        "nvda": 3,
        "security:AAPL": 4,
        "sector:information technology": 30,
        "country:China": 5,
        "country:jp": 6,
        "asset_class:bond": 40,
        "fund": 40,
        "fund:qqq": 25,
    }

    assert asked(max=caps).caps == (
        Cap("security", CapKind.SECURITY, None, 5.0),
        Cap("NVDA", CapKind.SECURITY, "NVDA", 3.0),
        Cap("AAPL", CapKind.SECURITY, "AAPL", 4.0),
        Cap("sector:information technology", CapKind.SECTOR, "Information Technology", 30.0),
        Cap("country:China", CapKind.COUNTRY, "CN", 5.0),
        Cap("country:jp", CapKind.COUNTRY, "JP", 6.0),
        Cap("asset_class:bond", CapKind.ASSET_CLASS, "bond", 40.0),
        Cap("fund", CapKind.FUND, None, 40.0),
        Cap("fund:QQQ", CapKind.FUND, "QQQ", 25.0),
    )


@pytest.mark.parametrize(
    ("body", "says"),
    [
        ({"positions": {}}, "positions is {}"),
        ({"positions": [], "candidates": ["VTI"]}, "there is no money"),
        ({"positions": [], "cash_usd": 100}, "give candidates or targets"),
        ({"positions": [], "cash_usd": 100, "targets": {"VTI": 0}}, "give candidates or targets"),
        ({"positions": [VTI] * 10_000}, "there are 10000 positions; allowed are at most 200"),
        ({"positions": [VTI, {"symbol": "vti", "shares": 1}]}, "positions has VTI twice"),
        ({"positions": [{**VTI, "shares": 1}]}, "both amount_usd and shares"),
        ({"positions": [{"symbol": "VTI"}]}, "is invalid"),
        ({"positions": [{**VTI, "price": 1}]}, "is invalid"),
        ({"positions": ["VTI"]}, "is invalid"),
        ({"positions": [{"symbol": "VTI", "amount_usd": 0}]}, "amount_usd of VTI is 0"),
        ({"positions": [{"symbol": "VTI", "amount_usd": -5}]}, "amount_usd of VTI is -5"),
        ({"positions": [{"symbol": "VTI", "shares": float("nan")}]}, "shares of VTI is nan"),
        ({"positions": [{"symbol": "VTI", "shares": float("inf")}]}, "shares of VTI is inf"),
        ({"positions": [{"symbol": "VTI", "shares": True}]}, "shares of VTI is True"),
        ({"positions": [{"symbol": "VTI", "shares": "3"}]}, "shares of VTI is '3'"),
        ({"cash_usd": -1}, "cash_usd is -1"),
        ({"cash": 1}, "unknown key 'cash'; did you mean cash_usd"),
        ({"zzz": 1}, "unknown key 'zzz'; allowed are positions"),
        ({"targets": [60]}, r"targets is \[60\]"),
        ({"targets": {"VTI": 60, "BND": 40.5}}, "the targets sum to 100.5 %"),
        ({"targets": {"VTI": -1}}, "the target of VTI is -1"),
        ({"targets": {"VTI": 60, "vti": 10}}, "targets has VTI twice"),
        ({"targets": {f"F{number}": 0.1 for number in range(300)}}, "there are 300 targets"),
        ({"max": 5}, "max is 5"),
        ({"max": {"security": 101}}, "the cap 'security' is 101"),
        ({"max": {"security": None}}, "the cap 'security' is None"),
        ({"max": {"NVDA": 3, "nvda": 4}}, "NVDA and NVDA, which are the same"),
        ({"max": {"country:CN": 3, "country:China": 4}}, "country:CN and country:China, which are the same"),
        ({"max": {"security": 5, "NVDA": 8}}, "max contradicts itself: NVDA may have 8 %"),
        ({"max": {"fund": 20, "fund:QQQ": 25}}, "max contradicts itself: fund:QQQ may have 25 %"),
        ({"max": {"sector": 5}}, "the cap 'sector' is unknown"),
        ({"max": {"sector:": 5}}, "the cap 'sector:' is unknown"),
        ({"max": {"region:Asia": 5}}, "the cap 'region:Asia' is unknown"),
        ({"max": {"sector:Information Technolgy": 5}}, "near it are Information Technology"),
        ({"max": {"sector:zzz": 5}}, "allowed are .*Energy"),
        ({"max": {"country:Chinaa": 5}}, "near it are China"),
        ({"max": {"asset_class:bonds": 5}}, "near it are bond"),
        ({"max": {"x" * 81: 5}}, "more than 80 characters"),
        ({"max": {f"F{number}": 5 for number in range(101)}}, "there are 101 caps"),
        ({"candidates": "VTI"}, "candidates is 'VTI'"),
        ({"candidates": ["VTI", "vti"]}, "candidates has VTI twice"),
        ({"candidates": [f"F{number}" for number in range(300)]}, "there are 300 candidates"),
        ({"no_sell": ["QQQ"]}, "no_sell names QQQ, which is no position"),
        ({"no_sell": ["VTI", "VTI"]}, "no_sell has VTI twice"),
        ({"no_sell": 1}, "no_sell is 1"),
        ({"whole_shares": "yes"}, "whole_shares is 'yes'"),
        ({"min_trade_usd": -1}, "min_trade_usd is -1"),
        ({"costs": 5}, "costs is 5"),
        ({"costs": {"pct": 1}}, "costs has the unknown key 'pct'"),
        ({"costs": {"pct_of_trade": 101}}, "costs.pct_of_trade is 101"),
        ({"costs": {"half_spread": 1}}, "costs.half_spread is 1"),
    ],
)
def test_whatever_is_wrong_is_one_clear_error(body: dict[str, Any], says: str) -> None:
    with pytest.raises(BadQueryError, match=says):
        asked(**body)


@pytest.mark.parametrize(
    "body", [{"targets": {"../x": 5}}, {"candidates": ["<b>"]}, {"max": {"fund:../x": 5}}, {"no_sell": [""]}]
)
def test_a_text_that_is_no_symbol_is_told(body: dict[str, Any]) -> None:
    with pytest.raises(MalformedSymbolError):
        asked(**body)


@pytest.mark.parametrize(
    ("body", "says"),
    [
        (b"", "not JSON"),
        (b"\xff", "not JSON"),
        (b"[" * 100_000, "not JSON"),
        (b"[]", r"the body is \[\]"),
        (b"{}", "positions is missing"),
        (b'{"positions": [], "max": {"NVDA": 3, "NVDA": 30}}', "'NVDA' twice"),
        (b'{"positions": [], "positions": []}', "'positions' twice"),
        (b" " * (MOST_BODY_BYTES + 1), f"allowed are {MOST_BODY_BYTES}"),
    ],
    ids=["empty", "no text", "deep", "a list", "nothing", "a cap twice", "a key twice", "large"],
)
def test_other_bodies_say_what_to_give(body: bytes, says: str) -> None:
    with pytest.raises(BadQueryError, match=says):
        rebalance_body(body)
