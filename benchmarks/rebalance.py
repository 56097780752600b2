"""A rebalancing of 30 funds under 40 caps, many of which bind: the solver against one bare linear program, and what
whole shares cost in trades.
"""

import random
from typing import Any

import highspy
import numpy as np

from benchmarks.measure import Figure, side_by_side
from rebalance.solving import solve

FUNDS, CAPS = 30, 40
SECONDS = 4.0
"""What the API gives the solver."""
ROUNDS = 15


def figures() -> list[Figure]:
    """CPU seconds in fractions, against HiGHS alone on the least trading under the same caps; then USD traded."""
    problem = _problem()
    found = solve(problem)
    assert found["status"] == "optimal"
    assert not found["excess_pct"]
    assert len(found["binding"]) >= CAPS // 4
    seconds, floor = side_by_side(lambda: solve(problem), lambda: _bare(problem), ROUNDS)
    # Three programs before the one of the floor, each of them once more for each time that rounding broke a cap.
    name = f"rebalance {FUNDS} funds under {CAPS} caps"
    whole = solve({**problem, "whole_shares": True, "seconds": SECONDS})
    assert not whole["excess_pct"]
    return [
        Figure(name, seconds * 1000, floor * 1000, 25.0, unit="ms"),
        Figure(
            f"the same in whole shares within {SECONDS:g} s", whole["turnover_usd"], found["turnover_usd"], 1.1, "USD"
        ),
    ]


def _problem() -> dict[str, Any]:
    """Random holdings, and caps that another random portfolio of the same funds just meets."""
    chance = random.Random(17)  # noqa: S311 - the same at every run
    assets = []
    for number in range(FUNDS):
        price, shares = round(chance.uniform(20, 600), 2), chance.randint(0, 200)
        held = {"current_usd": shares * price, "price_usd": price, "shares": shares}
        free = {"can_buy": True, "can_sell": True, "cost_pct": 0.02, "cost_usd": 0.0}
        assets.append({"symbol": f"F{number:02}", **held, **free})
    drawn = [chance.random() ** 3 for _ in assets]
    weights = [100 * one / sum(drawn) for one in drawn]
    caps = []
    for number in range(CAPS):
        row = [chance.uniform(0, 0.3) if chance.random() < 0.5 else 0.0 for _ in assets]
        limit = sum(factor * weight for factor, weight in zip(row, weights, strict=True)) * chance.uniform(1, 1.05)
        caps.append({"name": f"cap {number:02}", "at_most_pct": limit, "coefficients": row})
    rest = {"targets": None, "whole_shares": False, "min_trade_usd": 0.0, "seconds": 60.0}
    return {"assets": assets, "cash_usd": 5000.0, "caps": caps, **rest}


def _bare(problem: dict[str, Any]) -> None:
    """The least trading under the caps, in one linear program of what is bought and sold."""
    total = sum(asset["current_usd"] for asset in problem["assets"]) + problem["cash_usd"]
    held = np.array([asset["current_usd"] / total * 100 for asset in problem["assets"]])
    highs = highspy.Highs()  # type: ignore[no-untyped-call]
    highs.silent()
    for most in (*[100.0] * FUNDS, *held):
        highs.addVar(0.0, most)
    columns = np.arange(2 * FUNDS, dtype=np.int32)
    highs.changeColsCost(2 * FUNDS, columns, np.ones(2 * FUNDS))
    cash = problem["cash_usd"] / total * 100
    highs.addRow(cash, cash, 2 * FUNDS, columns, np.repeat([1.0, -1.0], FUNDS))
    for cap in problem["caps"]:
        row = np.array(cap["coefficients"])
        highs.addRow(
            -highspy.kHighsInf, cap["at_most_pct"] - row @ held, 2 * FUNDS, columns, np.concatenate([row, -row])
        )
    highs.run()
    assert highs.getModelStatus() == highspy.HighsModelStatus.kOptimal
