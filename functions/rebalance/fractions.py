"""The plan of a problem whose trades may be of any size: a linear program, rounded to cents without breaking a cap."""

import math
from collections.abc import Callable, Sequence
from dataclasses import dataclass

import numpy as np

from rebalance.model import SLACK, Floors, Model, Range
from rebalance.plan import EXACT_PCT, Figures, Plan, cap_weights, cents_pct, figures_of, nothing
from rebalance.problem import CENT, Problem, Vector

_TRIES = 4
"""Of rounding without breaking a cap: each has as much more to spare as the one before broke."""


@dataclass(frozen=True)
class Fractions:
    """What a linear program came to."""

    plan: Plan
    net: Vector
    """The same trades before rounding, in per cent of the total."""
    goals: Floors
    is_optimal: bool


def in_fractions(
    problem: Problem, ranges: Sequence[Range], left: Callable[[], float], most_cash: float = 0.0
) -> Fractions:
    """The best plan within these ranges, that leaves at most `most_cash` per cent of the total."""
    margin, goals, best = 0.0, None, Fractions(nothing(problem), np.zeros(len(ranges)), Floors(), is_optimal=False)
    for _ in range(_TRIES):
        model = Model(problem, ranges, most_cash=most_cash, left=left, margin=margin)
        reached = []
        for goal in model.goals:
            found = model.minimise(goal)
            if not found.is_optimal:
                return best
            reached.append(found.value if found.value > SLACK else 0.0)
            model.keep(goal, reached[-1])
        goals = goals or Floors(*reached)
        if goals_met(problem, figures_of(problem, nothing(problem)), goals, CENT):
            return Fractions(nothing(problem), np.zeros(len(ranges)), goals, is_optimal=True)
        if not model.minimise(model.trading).is_optimal:
            return best
        best = Fractions(to_cents(problem, model.net, model.cash_pct), model.net, goals, is_optimal=True)
        allowed = problem.limits + np.maximum(model.excess - margin, 0.0)
        broken = float((cap_weights(problem, best.plan) - allowed).max(initial=0.0))
        if broken <= EXACT_PCT:
            break
        margin += broken
    return best


def goals_met(problem: Problem, figures: Figures, goals: Floors, cash_below: float) -> bool:
    """Whether a plan is as good as the best in all that comes before trading, but for cents that rounding takes."""
    return (
        figures.largest <= goals.largest + cents_pct(problem)
        and figures.sum <= goals.sum + cents_pct(problem, max(len(problem.caps), 1))
        and figures.distance <= goals.distance + cents_pct(problem, len(problem.targets) + 1)
        and figures.cash_usd < cash_below
    )


def to_cents(problem: Problem, net: Vector, cash_pct: float) -> Plan:
    """Trades in per cent as trades in cents. Purchases are rounded down, and what that leaves is spread over them."""
    unit = problem.total_usd / 100
    exact = net * unit
    usd = np.zeros(len(net))
    for place, amount in enumerate(exact):
        held = problem.assets[place].current_usd
        if amount > 0:
            usd[place] = math.floor(amount / CENT + 1e-4)
        elif -amount >= held - CENT / 2:
            usd[place] = -round(held / CENT) if amount < 0 else 0
        elif -amount >= CENT / 2:
            usd[place] = -math.ceil(-amount / CENT - 1e-4)
    rest = problem.cash_usd / CENT - math.fsum(usd)
    kept = cash_pct * unit / CENT
    spare = math.floor(rest + 1e-6) - (round(kept) if kept > len(net) else 0)
    _spread(usd, exact / CENT, spare, problem.min_trade_usd / CENT)
    return Plan(np.round(usd * CENT, 2), None)


def _spread(cents: Vector, exact: Vector, spare: int, least: float) -> None:
    """Add `spare` cents, which may be negative, to what is bought: a cent each to those that lost most in rounding."""
    bought = [place for place in range(len(cents)) if cents[place] > 0]
    if not bought:
        return
    if spare < 0:
        # No purchase may fall under the least one, so the largest gives.
        cents[max(bought, key=lambda place: (cents[place] - least, -place))] += spare
        return
    bought.sort(key=lambda place: (cents[place] - exact[place], place))
    each, over = divmod(spare, len(bought))
    for number, place in enumerate(bought):
        cents[place] += each + (number < over)
