"""Made-up funds with known flows, trades, splits, additions and removals: found exactly, or null with a reason."""

import random
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from etf_analytics import attribution
from tests.unit.two_dates_cases import TO, TRADED, Story, changes, dated, story, symbols, trades_of

SEEDS = st.integers(0, 10_000)


def assert_told(told: Story, answer: dict[str, Any]) -> None:
    """Each trade is found to the share, as far as flows can be rounded, or is undetermined; nothing else is."""
    found = trades_of(answer)
    ranges = {
        row["symbol"]: row["traded_shares_range"]
        for name in TRADED
        for row in answer[name]
        if "traded_shares_range" in row
    }
    undetermined = symbols(answer["undetermined"])
    assert found.keys() <= told.traded.keys(), "what nobody traded is called a trade"
    assert told.traded.keys() - undetermined <= found.keys(), "a trade is missing"
    for symbol, shares in found.items():
        if symbol in ranges:
            assert ranges[symbol]["low"] - 2 <= told.traded[symbol] <= ranges[symbol]["high"] + 2, symbol
        else:
            assert shares == pytest.approx(told.traded[symbol], rel=1e-3, abs=2), symbol
    assert {row["symbol"]: row["ratio"] for row in answer["splits"]} == {
        symbol: pytest.approx(ratio) for symbol, ratio in told.split.items() if symbol not in undetermined
    }
    assert all(row["reasons"] for row in answer["undetermined"])
    for name in ("increased", "decreased", "added", "removed"):
        assert all((row["traded_shares"] > 0) == (name in ("increased", "added")) for row in answer[name])


@given(SEEDS, st.sampled_from([1.0, 1.0003, 1.02, 0.985, 1.4]))
def test_one_basket(seed: int, flow: float) -> None:
    told = story(random.Random(seed), flow=flow, added=2, removed=2)

    answer = changes(told.before, told.after)

    assert answer["flow"]["factor"] == pytest.approx(flow, abs=2e-5)
    assert_told(told, answer)
    assert answer["undetermined"] == []


@given(SEEDS, st.sampled_from([(1.02, 1.01), (1.0, 1.004), (0.99, 1.03), (1.003, 1.0045)]))
def test_two_baskets(seed: int, flows: tuple[float, float]) -> None:
    told = story(random.Random(seed), flow=flows[0], second=flows[1], least=5_000, added=1, removed=1)

    answer = changes(told.before, told.after)

    assert answer["flow"]["factor"] == pytest.approx(flows[0], abs=2e-5)
    assert_told(told, answer)
    found = [basket["factor"] for basket in answer["flow"]["baskets"]]
    assert sorted(found) == pytest.approx(sorted(factor for factor in flows if factor != 1.0), abs=2e-5)


@given(SEEDS, st.sampled_from([1.0, 1.013]))
def test_splits(seed: int, flow: float) -> None:
    told = story(random.Random(seed), flow=flow, splits=3)

    answer = changes(told.before, told.after)

    assert_told(told, answer)
    assert answer["undetermined"] == []


@given(SEEDS)
def test_small_lines_that_rounding_moves(seed: int) -> None:
    told = story(random.Random(seed), 300, flow=1.0007, trades=6, least=100, most=90_000)

    answer = changes(told.before, told.after)

    assert answer["flow"]["factor"] == pytest.approx(1.0007, abs=1e-4)
    found = trades_of(answer)
    assert found.keys() <= told.traded.keys()
    for symbol in told.traded.keys() - found.keys():
        assert abs(told.traded[symbol]) <= 3, "only what rounding can explain is missed"


def test_prices_alone_are_no_trade() -> None:
    told = story(random.Random(3), trades=0)

    answer = changes(told.before, told.after)

    assert trades_of(answer) == {}
    assert answer["turnover_pct"] == 0.0
    assert answer["unchanged_count"] == 60
    assert answer["flow"] == {"factor": 1.0, "baskets": [], "reason": None}


@given(SEEDS)
def test_contributions_are_those_of_the_prices(seed: int) -> None:
    told = story(random.Random(seed), flow=1.01, splits=2, removed=2, added=2)
    later = {row["symbol"]: row["market_value_usd"] / row["shares"] for row in told.after}

    answer = attribution(dated(told.before), dated(told.after, TO), {})

    for row in answer["securities"]:
        before = next(each for each in told.before if each["symbol"] == row["symbol"])
        price = before["market_value_usd"] / before["shares"]
        growth = later[row["symbol"]] * told.split.get(row["symbol"], 1.0) / price
        assert row["return_pct"] == pytest.approx(100 * (growth - 1), abs=1e-5)
        assert row["contribution_pct"] == pytest.approx(row["weight_from_pct"] * (growth - 1), abs=2e-6)
    assert {row["reason"] for row in answer["not_covered"]} == {"not_held", "derivative"}
