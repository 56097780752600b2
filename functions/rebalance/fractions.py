"""The plan of a problem whose trades may be of any size: a linear program, rounded to cents without breaking a cap."""

import math
from collections.abc import Callable, Sequence
from dataclasses import dataclass

import numpy as np

from rebalance.model import SLACK, Floors, Model, Range
from rebalance.plan import EXACT_PCT, Figures, Plan, cap_weights, cents_pct, figures_of, nothing
from rebalance.problem import CENT, Problem, Vector


@dataclass(frozen=True)
class Fractions:
    """What a linear program came to."""

    plan: Plan
    net: Vector
    """The same trades before rounding, in per cent of the total."""
    goals: Floors
    trading: float
    """Trades and costs, in per cent of the total."""
    is_optimal: bool
    """False where the time was up: the plan is one that can be carried out, and no more is known of it."""


def in_fractions(
    problem: Problem,
    ranges: Sequence[Range],
    left: Callable[[], float],
    *,
    most_cash: float = 0.0,
    floors: Floors | None = None,
    tries: int = 4,
) -> Fractions:
    """The best plan within these ranges, that leaves at most `most_cash` per cent of the total.

    Where rounding to cents breaks a cap, it is tried again with as much to spare, `tries` times in all.
    """
    none = nothing(problem)
    best: Fractions | None = None
    margin = 0.0
    for _ in range(tries):
        model = Model(problem, ranges, most_cash=most_cash, left=left, margin=margin, floors=floors)
        goals = _goals(model)
        if goals and goals_met(problem, figures_of(problem, none), goals, CENT):
            return Fractions(none, np.zeros(len(ranges)), goals, 0.0, is_optimal=True)
        if goals and most_cash:
            model.keep(model.cash, model.minimise({model.cash: 1.0}).value)
        found = model.minimise(model.trading) if goals else None
        if best and not (found and found.is_optimal):
            break
        plan = to_cents(problem, model.net, model.cash_pct) if model.has_plan else none
        goals = best.goals if best else goals or Floors()
        is_optimal = found is not None and found.is_optimal
        best = Fractions(plan, model.net, goals, model.worth_of(model.trading), is_optimal=is_optimal)
        # A cap that is exceeded anyway is a cent more or less so.
        over = np.where(model.excess <= margin + SLACK, cap_weights(problem, plan) - problem.limits, 0.0)
        broken = float(over.max(initial=0.0))
        if broken <= EXACT_PCT or not is_optimal:
            break
        margin += broken
    return best or Fractions(none, np.zeros(len(ranges)), Floors(), 0.0, is_optimal=False)


def _goals(model: Model) -> Floors | None:
    """Minimise what comes before trading, one after the other; None if the time is up before."""
    reached = []
    for goal in model.goals:
        found = model.minimise({goal: 1.0})
        if not found.is_optimal:
            return None
        reached.append(found.value if found.value > SLACK else 0.0)
        model.keep(goal, reached[-1])
    return Floors(*reached)


def goals_met(problem: Problem, figures: Figures, goals: Floors, cash_below: float, slack: float = 0.0) -> bool:
    """Whether a plan is as good as the best in all that comes before trading, but for cents that rounding takes.

    `slack`: how many per cent more of the total may lie elsewhere than it should.
    """
    return (
        figures.largest <= goals.largest + cents_pct(problem)
        and figures.sum <= goals.sum + cents_pct(problem, max(len(problem.caps), 1))
        and figures.distance <= goals.distance + cents_pct(problem, len(problem.targets) + 1) + slack
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
