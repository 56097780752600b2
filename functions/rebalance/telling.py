"""A plan as the answer that the function gives."""

import math
from collections.abc import Sequence
from typing import Any

import numpy as np

from rebalance.plan import EXACT_PCT, Plan, cap_weights, cash_left, cents_pct, distance_pct
from rebalance.problem import Asset, Problem

_DECIMALS = 9


def told(problem: Problem, plan: Plan, gap_usd: float) -> dict[str, Any]:
    """The answer. An excess or a distance that is only due to rounding to cents is none."""
    traded = [(place, asset) for place, asset in enumerate(problem.assets) if plan.usd[place]]
    weights = cap_weights(problem, plan)
    over = cents_pct(problem) if plan.shares is None else EXACT_PCT
    excess = {
        cap.name: round(float(weight) - cap.at_most_pct, _DECIMALS)
        for cap, weight in zip(problem.caps, weights, strict=True)
        if weight > cap.at_most_pct + over
    }
    distance = distance_pct(problem, plan)
    if plan.shares is None and distance <= cents_pct(problem, len(problem.targets) + 1):
        distance = 0.0
    usd = {asset.symbol: float(plan.usd[place]) for place, asset in traded}
    shares = {
        asset.symbol: _shares(asset, plan, place) for place, asset in traded if asset.price_usd and plan.usd[place]
    }
    return {
        "status": "time_limit" if gap_usd > 0 else "optimal",
        "trades_usd": usd,
        "trades_shares": shares,
        "excess_pct": excess,
        "binding": _binding(problem, plan, weights.tolist(), excess.keys()),
        "target_distance_pct": round(distance, _DECIMALS),
        "cash_left_usd": round(cash_left(problem, plan), 6),
        "turnover_usd": round(math.fsum(map(abs, usd.values())), 2),
        "cost_usd": round(
            math.fsum(abs(usd[asset.symbol]) * asset.cost_pct / 100 + asset.cost_usd for _, asset in traded), 6
        ),
        "gap_usd": round(gap_usd, 2),
    }


def _shares(asset: Asset, plan: Plan, place: int) -> float:
    """Shares bought or sold; all of them where the position is sold to the last cent."""
    if plan.shares is not None:
        return int(plan.shares[place])
    usd = float(plan.usd[place])
    if asset.shares is not None and usd == -round(asset.current_usd, 2):
        return -asset.shares
    return usd / (asset.price_usd or math.inf)


def _binding(problem: Problem, plan: Plan, weights: Sequence[float], excess: Any) -> list[str]:
    """The caps that leave no room: exceeded, or met so closely that one share more of what is traded would exceed them.

    Without whole shares: within the cents that rounding takes.
    """
    unit = problem.total_usd / 100
    room = np.full(len(weights), cents_pct(problem, len(problem.assets)))
    if plan.shares is not None:
        shares = np.array([(asset.price_usd or 0.0) / unit for asset in problem.assets]) * (plan.shares != 0)
        room = np.maximum(EXACT_PCT, (problem.coefficients * shares).max(axis=1, initial=0.0))
    return [
        cap.name
        for cap, weight, spare in zip(problem.caps, weights, room, strict=True)
        if cap.name in excess or weight >= cap.at_most_pct - spare
    ]
