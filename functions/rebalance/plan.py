"""A plan in USD and shares, and what it comes to: everything that is told of it is reckoned here, from the trades."""

import math
from dataclasses import dataclass

import numpy as np

from rebalance.problem import CENT, Problem, Vector

EXACT_PCT = 1e-7
"""Per cent of the total that the solver's arithmetic may be off: a thousand times its own tolerance."""


@dataclass(frozen=True)
class Plan:
    """Trades, one number for each asset of the problem: positive buys, negative sells."""

    usd: Vector
    """To the cent."""
    shares: Vector | None
    """Whole numbers; None where shares may be fractions."""


@dataclass(frozen=True)
class Figures:
    """What a plan comes to, in the order in which plans are compared. Per cent of positions and cash."""

    excess: Vector
    """Of each cap, at least 0."""
    distance: float
    cash_usd: float

    @property
    def largest(self) -> float:
        """The largest excess of a cap."""
        return float(self.excess.max(initial=0.0))

    @property
    def sum(self) -> float:
        """Of all excesses."""
        return float(self.excess.sum())


def nothing(problem: Problem) -> Plan:
    """The plan without a trade."""
    none = np.zeros(len(problem.assets))
    return Plan(none, none.copy() if problem.whole_shares else None)


def values_after(problem: Problem, plan: Plan) -> Vector:
    """USD of each asset after the trades. Whole shares are worth their price, whatever cent a trade is rounded to."""
    if plan.shares is None:
        return np.maximum(problem.current + plan.usd, 0.0)
    prices = np.array([asset.price_usd or 0.0 for asset in problem.assets])
    return np.maximum(problem.current + plan.shares * prices, 0.0)


def cap_weights(problem: Problem, plan: Plan) -> Vector:
    """Per cent that each cap limits, after the trades."""
    weights: Vector = problem.coefficients @ values_after(problem, plan) / problem.total_usd * 100
    return weights


def cash_left(problem: Problem, plan: Plan) -> float:
    """USD: cash and what is sold, less what is bought; a rest under half a cent comes from adding floats up."""
    left = problem.cash_usd - math.fsum(plan.usd)
    return 0.0 if abs(left) < CENT / 2 else left


def figures_of(problem: Problem, plan: Plan) -> Figures:
    """Excesses, distance from the targets and cash left of a plan."""
    excess = np.maximum(cap_weights(problem, plan) - problem.limits, 0.0)
    return Figures(excess, distance_pct(problem, plan), cash_left(problem, plan))


def distance_pct(problem: Problem, plan: Plan) -> float:
    """Half the sum of absolute differences from the targets: the part of the total that lies elsewhere than it should.

    What has no target, cash among it, counts as one position, whose target is the rest to 100.
    """
    if not problem.targets:
        return 0.0
    weights = values_after(problem, plan) / problem.total_usd * 100
    of = {asset.symbol: float(weight) for asset, weight in zip(problem.assets, weights, strict=True)}
    differences = [of[symbol] - target for symbol, target in problem.targets.items()]
    return (math.fsum(map(abs, differences)) + abs(math.fsum(differences))) / 2


def cents_pct(problem: Problem, cents: int = 1) -> float:
    """A number of cents as per cent of the total, with what arithmetic may be off."""
    return cents * CENT / problem.total_usd * 100 + EXACT_PCT
