"""The plan of a problem whose trades come in steps: whole shares, a least trade, fixed costs."""

import math
from collections.abc import Callable, Sequence
from dataclasses import dataclass

import numpy as np

from rebalance.fractions import Fractions, goals_met, in_fractions, to_cents
from rebalance.model import Floors, Found, Model, Range
from rebalance.plan import EXACT_PCT, Figures, Plan, cents_pct, figures_of, nothing
from rebalance.problem import CENT, Problem, Vector

MOST_SEARCHED = 20_000
"""Numbers in the caps. Where there are more, HiGHS may look for a minute past its time limit before it begins."""
MOST_SEARCHED_FOR_CASH = 500
"""Numbers in the caps. Where there are more, the search for the least cash in whole shares rarely ends in time, and
would trade per cents of the total to invest a few hundredths. So the cash that rounding leaves is good enough."""
_ROUNDS = 8


@dataclass(frozen=True)
class Stepped:
    """A plan, and how far it may be from the best: 0 unless the time was up."""

    plan: Plan
    gap_usd: float


def in_steps(problem: Problem, ranges: Sequence[Range], fractions: Fractions, left: Callable[[], float]) -> Stepped:
    """The best plan whose trades come in steps.

    A plan gains nothing by being better than the one in fractions: else it would sell into cash to get under a cap.
    """
    none, unit = nothing(problem), problem.total_usd / 100
    step = problem.smallest_step_usd if problem.has_steps else CENT
    # What rounding may leave: less than a share of each.
    rest = max(_share_of_each_usd(problem), step)
    is_large = problem.whole_shares and problem.coefficients.size > MOST_SEARCHED_FOR_CASH
    may_leave_rest = is_large and fractions.is_optimal and _may_stay(problem, fractions.goals, rest - step, step)
    if may_leave_rest or goals_met(problem, figures_of(problem, none), fractions.goals, step):
        return Stepped(none, 0.0)
    begin = _begin(problem, ranges, fractions, left)
    begun = _plan(problem, begin)
    figures = figures_of(problem, begun)
    if _may_stay(problem, _no_better(figures, fractions.goals), figures.cash_usd, step):
        begin, begun = np.zeros(len(begin)), none
    if problem.coefficients.size > MOST_SEARCHED or not fractions.is_optimal:
        # How far the plan is from the one in fractions: what could be found by searching is not known.
        return Stepped(begun, max(abs(float(np.abs(begun.usd).sum()) - fractions.trading * unit), CENT))
    model = Model(problem, ranges, most_cash=100.0 * problem.has_steps, left=left, floors=fractions.goals, steps=True)
    model.begin_with(begin)
    reached: list[Found] = []
    for goal in model.goals:
        reached.append(model.minimise({goal: 1.0}, gap=cents_pct(problem) / 2, share=0.3))
        model.keep(goal, reached[-1].value)
    goals = Floors(*(found.value for found in reached))
    if is_large and goals_met(problem, figures, goals, math.inf):
        model.begin_with(begin)
        model.keep(model.cash, max(model.cash_pct, (step - CENT) / unit))
    elif problem.has_steps:
        reached.append(_keep_cash(problem, model, step))
    gap = sum((found.value - found.bound) * unit for found in reached if not found.is_optimal)
    if _may_stay(problem, *_within_gap(model, reached, gap, rest - step), step, slack=step / unit if gap else 0.0):
        return Stepped(none, gap)
    found = model.minimise(model.trading, gap=cents_pct(problem))
    gap += 0.0 if found.is_optimal else (found.value - found.bound) * unit
    if problem.whole_shares:
        return Stepped(_plan(problem, np.round(model.net)), gap)
    return Stepped(_refined(problem, ranges, fractions.goals, model, left), gap)


def _within_gap(model: Model, reached: Sequence[Found], gap: float, rest: float) -> tuple[Floors, float]:
    """What standing still may come to, and the USD that it may leave, to be as good as the plan found.

    Where the time was up, what is within the gap that is told is as good, and so is cash below `rest`: else the next
    search would trade for what this one has missed.
    """
    unit = model.problem.total_usd / 100
    cash = model.worth_of({model.cash: 1.0}) * unit
    goals = reached[: len(model.goals)]
    if not gap:
        return Floors(*(found.value for found in goals)), cash
    missed = (reached[-1].value - reached[-1].bound) * unit if len(reached) > len(goals) else 0.0
    return Floors(*(2 * found.value - found.bound for found in goals)), max(cash + missed, rest)


def _share_of_each_usd(problem: Problem) -> float:
    """One share of each asset that may be bought; 0 where shares may be fractions."""
    prices = (asset.price_usd or 0.0 for asset in problem.assets if asset.can_buy)
    return math.fsum(prices) if problem.whole_shares else 0.0


def _no_better(figures: Figures, floors: Floors) -> Floors:
    """What a plan reaches, where being better than the plan in fractions counts for nothing."""
    reached = (figures.largest, figures.sum, figures.distance)
    return Floors(
        *(max(one, floor) for one, floor in zip(reached, (floors.largest, floors.sum, floors.distance), strict=True))
    )


def _may_stay(problem: Problem, goals: Floors, cash: float, step: float, slack: float = 0.0) -> bool:
    """Whether all may stay as it is: a plan that leaves `cash` USD is no better, but for cash below a step.

    In whole shares nothing may be left to buy either.
    """
    none = nothing(problem)
    is_met = goals_met(problem, figures_of(problem, none), goals, cash + step - CENT / 2, slack)
    return is_met and not (problem.whole_shares and filled(problem, none).usd.any())


def _keep_cash(problem: Problem, model: Model, step: float) -> Found:
    """Limit the cash left, so that none of it could be invested without making worse what comes before.

    In whole shares that is so below the least cash there can be and one share more: buying a share would leave less
    than the least. The last cents are not asked for, which would cost needless trades. In fractions cash below the
    least trade stays only where nothing is bought, since any purchase could take it.
    """
    unit = problem.total_usd / 100
    if problem.whole_shares:
        found = model.minimise({model.cash: 1.0}, gap=max(step - CENT, 0.0) / unit, share=0.3)
        model.keep(model.cash, max(found.value, found.bound + (step - CENT) / unit))
        return found
    found = model.minimise({model.cash: 1.0}, gap=cents_pct(problem), share=0.3)
    model.keep_cash(found.value, found.value + (step - CENT) / unit)
    return found


def _plan(problem: Problem, net: Vector) -> Plan:
    """A plan of net trades: shares where they are whole, otherwise per cent."""
    if problem.whole_shares:
        return filled(problem, whole(problem, net))
    spent = float(net.sum())
    return to_cents(problem, net, max(problem.cash_usd / problem.total_usd * 100 - spent, 0.0))


def whole(problem: Problem, shares: Vector) -> Plan:
    """A plan of whole shares, each trade to the cent."""
    prices = np.array([asset.price_usd or 0.0 for asset in problem.assets])
    return Plan(np.round(shares * prices, 2), shares + 0.0)


def _begin(problem: Problem, ranges: Sequence[Range], fractions: Fractions, left: Callable[[], float]) -> Vector:
    """Net trades to begin with: those in fractions, in whole shares or without those that are too small."""
    if not problem.has_steps:
        return fractions.net
    if not problem.whole_shares:
        return _without_small(problem, ranges, fractions, left)
    none = np.zeros(len(problem.assets))
    unit, shares = problem.total_usd / 100, none.copy()
    for place, (asset, net) in enumerate(zip(problem.assets, fractions.net, strict=True)):
        if asset.price_usd:
            # Less of everything than in fractions, so no cap is broken by rounding.
            shares[place] = max(math.floor(net * unit / asset.price_usd + 1e-6), -math.floor(asset.held_shares + 1e-9))
            if abs(shares[place]) * asset.price_usd < problem.min_trade_usd:
                shares[place] = 0.0
    found = filled(problem, whole(problem, _affordable(problem, shares))).shares
    return none if found is None else found


def _affordable(problem: Problem, shares: Vector) -> Vector:
    """The trades, with fewer purchases where sales bring less than they cost; a fraction of a share cannot be sold."""
    kept = shares.copy()
    for place in sorted(range(len(shares)), key=lambda place: (-shares[place], place)):
        short = -figures_of(problem, whole(problem, kept)).cash_usd
        price = problem.assets[place].price_usd
        if short <= 0 or not price or kept[place] <= 0:
            break
        kept[place] = max(kept[place] - math.ceil(short / price), 0.0)
        if kept[place] * price < problem.min_trade_usd:
            kept[place] = 0.0
    return kept


def _without_small(
    problem: Problem, ranges: Sequence[Range], fractions: Fractions, left: Callable[[], float]
) -> Vector:
    """Net trades in fractions, of which none is too small: those that are go, and the rest is planned anew."""
    least = problem.min_trade_usd / (problem.total_usd / 100)
    tried, net = list(ranges), fractions.net
    for _ in range(_ROUNDS):
        small = [place for place, one in enumerate(net) if EXACT_PCT < abs(one) < least - EXACT_PCT]
        if not small:
            return net
        for place in small:
            tried[place] = Range(0.0, 0.0)
        found = in_fractions(problem, tried, left, most_cash=100.0, floors=fractions.goals, tries=1)
        if not found.is_optimal:
            break
        net = found.net
    return np.zeros(len(ranges))


def filled(problem: Problem, plan: Plan) -> Plan:
    """The plan, with what its cash can still buy, or leave unsold, in whole shares without making anything worse.

    Nothing is left to buy after a search that came to its end.
    """
    best = figures_of(problem, plan)
    for place in sorted(range(len(problem.assets)), key=lambda place: problem.assets[place].price_usd or 0.0):
        asset, shares = problem.assets[place], plan.shares
        if not asset.can_buy or not asset.price_usd or shares is None:
            continue
        more = math.floor((best.cash_usd + EXACT_PCT) / asset.price_usd)
        while more > 0:
            if 0 < abs(shares[place] + more) * asset.price_usd < problem.min_trade_usd:
                more //= 2
                continue
            tried = shares.copy()
            tried[place] += more
            figures = figures_of(problem, whole(problem, tried))
            is_worse = (
                figures.largest > best.largest + EXACT_PCT
                or figures.sum > best.sum + EXACT_PCT
                or figures.distance > best.distance + EXACT_PCT
                or figures.cash_usd < 0
            )
            if is_worse:
                more //= 2
            else:
                shares, best = tried, figures
                more = min(more, math.floor((best.cash_usd + EXACT_PCT) / asset.price_usd))
        plan = whole(problem, shares)
    return plan


def _refined(
    problem: Problem, ranges: Sequence[Range], floors: Floors, model: Model, left: Callable[[], float]
) -> Plan:
    """The plan in fractions with the trades that the search has chosen, each at least as large as it must be."""
    least = problem.min_trade_usd / (problem.total_usd / 100)
    chosen = []
    for one, net in zip(ranges, model.net, strict=True):
        bought, sold = (one.most_bought, 0.0) if net > EXACT_PCT else (0.0, one.most_sold if net < -EXACT_PCT else 0.0)
        chosen.append(Range(bought, sold, min(least, bought), min(least, sold)))
    most_cash = model.cash_pct + EXACT_PCT / 100
    found = in_fractions(problem, chosen, lambda: max(left(), 1.0), most_cash=most_cash, floors=floors)
    return found.plan if found.is_optimal else to_cents(problem, model.net, model.cash_pct)
