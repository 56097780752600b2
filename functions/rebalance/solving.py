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
from rebalance.problem import CENT, Problem, parse_problem
from rebalance.steps import in_steps
from rebalance.telling import told


def solve(
    given: Mapping[str, Any], *, clock: Callable[[], float] = time.monotonic, most_seconds: float | None = None
) -> dict[str, Any]:
    """The trades that solve a problem, within its `seconds` and `most_seconds`.

    Bought = sold + cash_usd - cash_left_usd to the cent. Cash is left only by whole shares and min_trade_usd, or where
    nothing may be bought; then nothing is sold either. In whole shares none is left that could buy one share more
    without making worse what comes before. `turnover_usd` is all that is bought and sold.

    `status` is "time_limit" where the time was up, or the problem is too large to search in steps: the plan can be
    carried out, and `gap_usd` says how far it may be from the best. Solving the result again trades nothing, but for
    rare cases: a search that was cut short and finds more than its gap the second time, and min_trade_usd, since two
    trades come to what one is too small for. In whole shares under many caps (`steps.MOST_SEARCHED_FOR_CASH`) what
    meets them stays as it is where cash is less than one share of each, none of which could be bought without making
    worse what comes before. Raises UsageError for a problem that cannot be read.
    """
    problem = parse_problem(given)
    deadline = clock() + (problem.seconds if most_seconds is None else min(problem.seconds, most_seconds))
    if not any(asset.can_buy for asset in problem.assets):
        return told(problem, nothing(problem), 0.0)
    ranges = [_range(problem, place) for place in range(len(problem.assets))]

    def left() -> float:
        return deadline - clock()

    has_steps = problem.has_steps or any(asset.cost_usd for asset in problem.assets)
    fractions = in_fractions(problem, ranges, left, tries=1 if has_steps else 4)
    if has_steps:
        stepped = in_steps(problem, ranges, fractions, left)
        return told(problem, stepped.plan, stepped.gap_usd)
    unit = problem.total_usd / 100
    return told(problem, fractions.plan, 0.0 if fractions.is_optimal else max(fractions.trading * unit, CENT))


def _range(problem: Problem, place: int) -> Range:
    asset, unit = problem.assets[place], problem.total_usd / 100
    return Range(100.0 if asset.can_buy else 0.0, asset.current_usd / unit if asset.can_sell else 0.0)
