"""Which trades solve a problem: first what it must meet, then with the least trading.

Plans are compared in this order: the largest excess of a cap, the sum of excesses, the distance from the targets, cash
left, trades and costs. HiGHS minimises one after the other, and each stays at its least in the steps after it.
"""

import time
from collections.abc import Callable, Mapping
from typing import Any

from rebalance.fractions import in_fractions
from rebalance.model import Range
from rebalance.plan import nothing
from rebalance.problem import Problem, parse_problem
from rebalance.steps import in_steps
from rebalance.telling import told


def solve(given: Mapping[str, Any], *, clock: Callable[[], float] = time.monotonic) -> dict[str, Any]:
    """The trades that solve a problem; docs/rebalance.md has both shapes.

    Bought = sold + cash_usd - cash_left_usd to the cent. Cash is left only by whole shares and min_trade_usd, or where
    nothing may be bought; then nothing is sold either. Raises UsageError for a problem that cannot be read.
    """
    problem = parse_problem(given)
    deadline = clock() + problem.seconds
    if not any(asset.can_buy for asset in problem.assets):
        return told(problem, nothing(problem), 0.0)
    ranges = [_range(problem, place) for place in range(len(problem.assets))]

    def left() -> float:
        return deadline - clock()

    fractions = in_fractions(problem, ranges, left)
    if not fractions.is_optimal:
        return told(problem, nothing(problem), problem.total_usd)
    if not problem.has_steps and not any(asset.cost_usd for asset in problem.assets):
        return told(problem, fractions.plan, 0.0)
    stepped = in_steps(problem, ranges, fractions, left)
    return told(problem, stepped.plan, stepped.gap_usd)


def _range(problem: Problem, place: int) -> Range:
    asset, unit = problem.assets[place], problem.total_usd / 100
    return Range(100.0 if asset.can_buy else 0.0, asset.current_usd / unit if asset.can_sell else 0.0)
