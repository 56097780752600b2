"""The solver of rebalancing problems: single cases, and plans as good as the best of all that can be tried."""

import math
from typing import Any

import pytest

from rebalance.solving import solve
from tests.unit.solver_cases import (
    Given,
    asset,
    cap,
    figures,
    grid_plans,
    problem,
    random_problem,
    total,
    trading,
    whole_plans,
)


def excesses(solution: dict[str, Any]) -> list[float]:
    return list(solution["excess_pct"].values())


def test_cash_is_invested_and_nothing_is_sold() -> None:
    solution = solve(problem(asset("A", 6000), asset("B", 4000), cash=1000))
    assert solution["status"] == "optimal"
    assert math.fsum(solution["trades_usd"].values()) == 1000
    assert (solution["turnover_usd"], solution["cash_left_usd"], solution["gap_usd"]) == (1000, 0, 0)


def test_targets_hold_to_the_cent() -> None:
    targets = {"A": 100 / 3, "B": 100 / 3, "C": 100 / 3}
    solution = solve(problem(asset("A", 10_000), asset("B"), asset("C"), targets=targets))
    assert solution["trades_usd"] == pytest.approx({"A": -6666.67, "B": 3333.33, "C": 3333.33}, abs=0.011)
    assert math.fsum(solution["trades_usd"].values()) == 0
    assert solution["target_distance_pct"] == 0
    assert solution["turnover_usd"] == pytest.approx(13333.34, abs=0.03)


def test_a_target_of_zero_sells_all_shares() -> None:
    held = asset("A", 1234.5678, 411.5226, shares=3.0)
    solution = solve(problem(held, asset("B", 8000), targets={"A": 0}))
    assert solution["trades_usd"] == {"A": -1234.57, "B": 1234.57}
    assert solution["trades_shares"] == {"A": -3.0, "B": pytest.approx(12.3457)}


def test_a_cap_comes_before_the_targets_and_is_named() -> None:
    limits = (cap("NVDA", 5, 0.1, 0.02),)
    solution = solve(problem(asset("A", 10_000), asset("B"), targets={"A": 80, "B": 20}, caps=limits))
    assert solution["trades_usd"] == pytest.approx({"A": -6250, "B": 6250}, abs=0.2)
    assert (solution["binding"], solution["excess_pct"]) == (["NVDA"], {})
    assert solution["target_distance_pct"] == pytest.approx(42.5, abs=0.01)


def test_a_cap_that_cannot_be_met_is_named_with_its_least_excess() -> None:
    limits = (cap("NVDA", 3, 0.1, 0.06), cap("loose", 90, 0.5, 0.5))
    solution = solve(problem(asset("A", 10_000), asset("B"), caps=limits))
    assert solution["excess_pct"] == {"NVDA": pytest.approx(3, abs=1e-6)}
    assert solution["trades_usd"] == {"A": -10_000, "B": 10_000}
    assert solution["binding"] == ["NVDA"]


def test_caps_that_contradict_each_other_share_the_excess() -> None:
    limits = (cap("fund:A", 30, 1, 0), cap("fund:B", 40, 0, 1))
    solution = solve(problem(asset("A", 10_000), asset("B"), caps=limits))
    assert solution["excess_pct"] == {"fund:A": pytest.approx(15, abs=1e-4), "fund:B": pytest.approx(15, abs=1e-4)}


def test_caps_that_one_plan_alone_meets_are_met() -> None:
    limits = (cap("fund:A", 60, 1, 0), cap("fund:B", 40, 0, 1))
    solution = solve(problem(asset("A", 10_000), asset("B"), caps=limits))
    assert (solution["excess_pct"], solution["binding"]) == ({}, ["fund:A", "fund:B"])
    assert solution["trades_usd"] == {"A": -4000, "B": 4000}


def test_nothing_is_sold_into_cash_to_get_under_a_cap() -> None:
    held = asset("A", 9000, 450.0, shares=20)
    for more in ({}, {"whole_shares": True}, {"min_trade_usd": 500.0}):
        solution = solve(problem(held, cash=1000, caps=(cap("NVDA", 3, 0.1),), **more))
        assert min(solution["trades_usd"].values()) > 0
        assert list(solution["excess_pct"]) == ["NVDA"]


def test_where_nothing_may_be_bought_nothing_is_traded() -> None:
    solution = solve(problem(asset("A", 9000, can_buy=False), cash=1000, targets={"A": 0}))
    assert solution["trades_usd"] == {}
    assert (solution["cash_left_usd"], solution["target_distance_pct"]) == (1000, 90)


def test_what_may_not_be_sold_stays() -> None:
    held = (asset("A", 5000, can_sell=False), asset("X", 3000, None, can_buy=False, can_sell=False), asset("B", 2000))
    solution = solve(problem(*held, targets={"A": 10, "X": 0, "B": 90}))
    assert solution["trades_usd"] == {}
    assert solution["target_distance_pct"] == pytest.approx(70)


def test_costs_break_ties_and_are_told() -> None:
    dear = asset("A", 5000, cost_pct=0.5, cost_usd=1.0)
    solution = solve(problem(dear, asset("B", 5000, cost_pct=0.1, cost_usd=2.0), cash=1000))
    assert solution["trades_usd"] == {"B": 1000}
    assert solution["cost_usd"] == pytest.approx(3)


def test_fixed_costs_make_fewer_trades() -> None:
    assets = [asset(symbol, 3000, cost_usd=5.0) for symbol in "ABC"]
    limits = (cap("fund:A", 40, 1, 0, 0), cap("fund:B", 40, 0, 1, 0), cap("fund:C", 40, 0, 0, 1))
    solution = solve(problem(*assets, cash=900, caps=limits))
    assert len(solution["trades_usd"]) == 1
    assert (solution["cost_usd"], solution["cash_left_usd"]) == (5, 0)


def test_a_trade_is_none_or_at_least_the_least_one() -> None:
    assets = [asset("A", 5050), asset("B", 4950)]
    assert solve(problem(*assets, targets={"A": 50, "B": 50}, min_trade_usd=101))["trades_usd"] == {}
    solution = solve(problem(*assets, targets={"A": 40, "B": 60}, min_trade_usd=101))
    assert solution["trades_usd"] == {"A": -1050, "B": 1050}


@pytest.mark.parametrize(("cash", "trades"), [(99.0, 0), (100.0, 1), (250.0, 1)])
def test_cash_below_the_least_trade_stays(cash: float, trades: int) -> None:
    solution = solve(problem(asset("A", 5000), asset("B", 5000), cash=cash, min_trade_usd=100))
    assert len(solution["trades_usd"]) == trades
    assert solution["cash_left_usd"] == (0 if trades else cash)


def test_whole_shares_leave_less_cash_than_a_share() -> None:
    solution = solve(problem(asset("A", price=300.0), asset("B", price=70.0), cash=10_000, whole_shares=True))
    assert solution["cash_left_usd"] < 70
    shares = solution["trades_shares"]
    assert all(isinstance(number, int) for number in shares.values())
    assert solution["trades_usd"] == {symbol: n * {"A": 300.0, "B": 70.0}[symbol] for symbol, n in shares.items()}


def test_cash_stays_where_a_share_more_would_break_a_cap() -> None:
    limits = (cap("fund:A", 50, 1, 0), cap("fund:B", 50, 0, 1))
    assets = [asset("A", price=3000.0), asset("B", price=3000.0)]
    solution = solve(problem(*assets, cash=10_000, caps=limits, whole_shares=True))
    assert solution["trades_shares"] == {"A": 1, "B": 1}
    assert (solution["cash_left_usd"], solution["excess_pct"]) == (4000, {})


def test_targets_in_whole_shares_are_met_as_nearly_as_shares_allow() -> None:
    assets = [asset("A", price=300.0), asset("B", price=70.0)]
    solution = solve(problem(*assets, cash=10_000, whole_shares=True, targets={"A": 60, "B": 40}))
    assert solution["trades_shares"] == {"A": 20, "B": 57}
    assert solution["target_distance_pct"] == pytest.approx(0.1)


@pytest.mark.parametrize("size", [1e4, 1e6, 1e9, 1e12])
def test_the_size_of_a_portfolio_changes_no_weight(size: float) -> None:
    assets = [asset("A", size * 0.6), asset("B", size * 0.3)]
    solution = solve(problem(*assets, cash=size * 0.1, caps=(cap("X", 8, 0.1, 0.05),)))
    assert solution["trades_usd"]["B"] == pytest.approx(size * 0.1)
    assert solution["turnover_usd"] == pytest.approx(size * 0.1)
    assert abs(solution["cash_left_usd"]) < 0.01


def reached(given: Given, solution: dict[str, Any]) -> tuple[float, float, float]:
    return max(excesses(solution), default=0.0), math.fsum(excesses(solution)), solution["target_distance_pct"]


def is_no_worse(found: tuple[float, ...], other: tuple[float, ...], tolerance: float) -> bool:
    """Whether `found` comes first or equal, one figure after the other."""
    for mine, theirs in zip(found, other, strict=True):
        if mine < theirs - tolerance:
            return True
        if mine > theirs + tolerance:
            return False
    return True


@pytest.mark.parametrize("seed", range(12))
def test_no_plan_of_a_grid_is_better(seed: int) -> None:
    given = random_problem(seed, targets={"F0": 30, "F2": 25.0} if seed % 2 else None)
    solution = solve(given)
    found = (*reached(given, solution), solution["turnover_usd"] / total(given) * 100)
    for usd in grid_plans(given, 10.0):
        other = (*figures(given, usd)[:3], trading(given, usd) / total(given) * 100)
        assert is_no_worse(found, other, 2e-3)


@pytest.mark.parametrize("seed", range(16))
def test_no_plan_of_whole_shares_is_better(seed: int) -> None:
    """Getting below the excess or the distance of the plan in fractions counts for nothing."""
    more = {"targets": {"F0": 30.0, "F1": 45.0}} if seed % 2 else {}
    given = random_problem(seed, 3, whole_shares=True, min_trade_usd=900.0 if seed % 4 > 1 else 0.0, **more)
    floors = reached(given, solve({**given, "whole_shares": False, "min_trade_usd": 0.0}))
    plans = []
    for usd in whole_plans(given):
        *goals, cash = figures(given, usd)
        plans.append((tuple(max(one, floor) for one, floor in zip(goals, floors, strict=True)), cash, usd))
    solution = solve(given)
    assert solution["status"] == "optimal"
    assert all(amount == 0 or abs(amount) >= given["min_trade_usd"] for amount in solution["trades_usd"].values())
    best = min(goals for goals, _, _ in plans)
    found = tuple(max(one, floor) for one, floor in zip(reached(given, solution), floors, strict=True))
    assert is_no_worse(found, best, 2e-3)
    as_good = [(cash, usd) for goals, cash, usd in plans if is_no_worse(goals, best, 1e-9)]
    step = min(one["price_usd"] for one in given["assets"])
    least_cash = min(cash for cash, _ in as_good)
    assert solution["cash_left_usd"] < least_cash + step
    # In the last step cash counts as what buying for it would, and a thousandth.
    least = min(trading(given, usd) + 1.001 * cash for cash, usd in as_good if cash < least_cash + step - 0.01)
    assert solution["turnover_usd"] + 1.001 * solution["cash_left_usd"] <= least + 0.03
