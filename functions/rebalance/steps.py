"""The plan of a problem whose trades come in steps: whole shares, a least trade, costs that are fixed for each trade."""

import math
from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace

import numpy as np

from rebalance.fractions import Fractions, goals_met, in_fractions
from rebalance.model import Floors, Found, Model, Range
from rebalance.plan import EXACT_PCT, Plan, cents_pct, figures_of, nothing
from rebalance.problem import CENT, Problem, Vector


@dataclass(frozen=True)
class Stepped:
    """A plan, and how far it may be from the best: 0 unless the time was up."""

    plan: Plan
    gap_usd: float


def in_steps(problem: Problem, ranges: Sequence[Range], fractions: Fractions, left: Callable[[], float]) -> Stepped:
    """The best plan whose trades come in steps.

    A plan gains nothing by being better than the one in fractions: else it would sell into cash to get under a cap.
    """
    nobody = figures_of(problem, nothing(problem))
    step = problem.smallest_step_usd if problem.has_steps else CENT
    if goals_met(problem, nobody, fractions.goals, step):
        return Stepped(nothing(problem), 0.0)
    unit = problem.total_usd / 100
    most_cash = 100.0 if problem.has_steps else 0.0
    model = Model(problem, ranges, most_cash=most_cash, left=left, floors=fractions.goals)
    model.begin_with(_start(problem, fractions))
    reached: list[Found] = []
    for goal in model.goals:
        reached.append(model.minimise(goal, gap=cents_pct(problem) / 2, share=0.3))
        model.keep(goal, reached[-1].value)
    cash_below = CENT
    if problem.has_steps:
        # Any plan that leaves less than the least cash there can be plus one step has no cash that could buy a share
        # without making worse what comes before. More is not asked: the last cents would cost needless trades.
        found = model.minimise(model.cash, gap=max(step - CENT, 0.0) / unit, share=0.3)
        most = max(found.value, found.bound + (step - CENT) / unit)
        model.keep(model.cash, most)
        cash_below = most * unit + CENT
        reached.append(found)
    goals = Floors(*(found.value for found in reached[:3]))
    if goals_met(problem, nobody, goals, cash_below) and all(found.is_optimal for found in reached):
        return Stepped(nothing(problem), 0.0)
    reached.append(model.minimise(model.trading, gap=cents_pct(problem)))
    gap = sum((found.value - found.bound) * unit for found in reached if not found.is_optimal)
    if problem.whole_shares:
        return Stepped(filled(problem, whole(problem, np.round(model.net))), gap)
    return Stepped(_refined(problem, ranges, model, left), gap)


def whole(problem: Problem, shares: Vector) -> Plan:
    """A plan of whole shares, each trade to the cent."""
    prices = np.array([asset.price_usd or 0.0 for asset in problem.assets])
    return Plan(np.round(shares * prices, 2), shares + 0.0)


def _start(problem: Problem, fractions: Fractions) -> Vector:
    """A plan to begin with: that in fractions, in whole shares or without steps; else none."""
    if not problem.has_steps:
        return fractions.net
    none = np.zeros(len(problem.assets))
    if not problem.whole_shares:
        return none
    unit, shares = problem.total_usd / 100, none.copy()
    for place, (asset, net) in enumerate(zip(problem.assets, fractions.net, strict=True)):
        if not asset.price_usd or abs(net) * unit < problem.min_trade_usd:
            continue
        wanted = math.floor(net * unit / asset.price_usd + 1e-6)
        shares[place] = max(wanted, -math.floor(asset.held_shares + 1e-9))
        if abs(shares[place]) * asset.price_usd < problem.min_trade_usd:
            shares[place] = 0.0
    plan = whole(problem, shares)
    if figures_of(problem, plan).cash_usd < 0:
        return none
    found = filled(problem, plan).shares
    return none if found is None else found


def filled(problem: Problem, plan: Plan) -> Plan:
    """The plan, with what its cash can still buy in whole shares without making anything worse.

    Nothing is left to buy after a search that came to its end.
    """
    best = figures_of(problem, plan)
    for place in sorted(range(len(problem.assets)), key=lambda place: problem.assets[place].price_usd or 0.0):
        asset, shares = problem.assets[place], plan.shares
        if not asset.can_buy or not asset.price_usd or shares is None or shares[place] < 0:
            continue
        more = math.floor((best.cash_usd + EXACT_PCT) / asset.price_usd)
        while more > 0 and (shares[place] + more) * asset.price_usd >= problem.min_trade_usd:
            tried = shares.copy()
            tried[place] += more
            figures = figures_of(problem, whole(problem, tried))
            is_worse = (
                figures.largest > best.largest + EXACT_PCT
                or figures.sum > best.sum + EXACT_PCT
                or figures.distance > best.distance + EXACT_PCT
                or figures.cash_usd < 0
            )
            if not is_worse:
                plan, best = whole(problem, tried), figures
                break
            more //= 2
    return plan


def _refined(problem: Problem, ranges: Sequence[Range], model: Model, left: Callable[[], float]) -> Plan:
    """The plan in fractions with the trades that the search has chosen to make, each at least as large as it must be."""
    least = problem.min_trade_usd / (problem.total_usd / 100)
    chosen = []
    for one, net in zip(ranges, model.net, strict=True):
        is_bought, is_sold = net > EXACT_PCT, net < -EXACT_PCT
        chosen.append(
            replace(
                one,
                most_bought=one.most_bought if is_bought else 0.0,
                most_sold=one.most_sold if is_sold else 0.0,
                least_bought=least if is_bought else 0.0,
                least_sold=min(least, one.most_sold) if is_sold else 0.0,
            )
        )
    return in_fractions(problem, chosen, left, model.cash_pct + EXACT_PCT / 100).plan
