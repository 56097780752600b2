"""What one fund does to a portfolio: how figures change without it, and with a little more of it.

Replacing a fraction t of exposures r by exposures a gives (1 - t) r + t a. The difference of two bounded figures alone
would let the unlisted lines be one thing before and another after. Here they are the same on both sides: what changes
is at most the fraction that is replaced.
"""

import math
from collections.abc import Mapping, Sequence
from dataclasses import replace
from typing import Any

from etf_analytics.cost import known_cost
from etf_analytics.exposures import Block, Exposures, OpenedFund, cross_gain, sum_of_squares, worst_case
from etf_analytics.lookthrough import LookedThroughPortfolio, Position
from etf_analytics.rendering import Bounds, Missing, basis_points, change, percent, points, ratio
from etf_common.codes import Reason

MORE = 0.01
_NAMES = ("hhi", "hhi_points", "top_10_pct", "largest_pct", "cost_bps")


def marginal(whole: LookedThroughPortfolio, expense_ratio_pct: Mapping[str, float | None]) -> list[dict[str, Any]]:
    """Per fund that is a position, the change of each figure: `remove` scales the others up to 100 %, `add` adds 1 %
    of the portfolio and scales everything else to 99 %. With partial lists the bounds hold whatever is unlisted."""
    rows = []
    for position in whole.positions:
        if position.symbol not in whole.opened:
            continue
        less = whole.reweighted(_without(whole.positions, position))
        more = whole.reweighted(_with_more(whole.positions, position))
        removed: dict[str, Any] = dict.fromkeys(_NAMES, Missing(Reason.NOTHING_LEFT))
        if less.positions:
            removed = _changes(whole, less, expense_ratio_pct, _removal(whole, less, position))
        added = _changes(whole, more, expense_ratio_pct, _addition(whole, position))
        row = {"symbol": position.symbol, "weight_pct": percent(position.weight)}
        rows.append({**row, "remove": removed, "add": added})
    return rows


def _changes(
    before: LookedThroughPortfolio,
    after: LookedThroughPortfolio,
    ratios: Mapping[str, float | None],
    narrowed: Mapping[str, Bounds],
) -> dict[str, Any]:
    """The changes from `before` to `after`; `narrowed` has bounds of them that may be closer than the difference."""
    costs = [known_cost(each.positions, ratios, each.fund_symbols) for each in (before, after)]
    known = all(cost.whole for cost in costs)
    cost_bps = basis_points(costs[1].expenses - costs[0].expenses) if known else Missing(Reason.EXPENSE_RATIO_UNKNOWN)
    if flaw := before.exposures.flaw:
        return {**dict.fromkeys(_NAMES, Missing(flaw)), "cost_bps": cost_bps}
    first, then = before.exposures, after.exposures
    hhi = _closer(change(then.hhi(), first.hhi()), narrowed.get("hhi"))
    return {
        "hhi": ratio(*hhi, decimals=10),
        "hhi_points": points(*hhi),
        "top_10_pct": percent(*_closer(change(then.top(10), first.top(10)), narrowed.get("top_10"))),
        "largest_pct": percent(*_closer(change(then.top(1), first.top(1)), narrowed.get("largest"))),
        "cost_bps": cost_bps,
    }


def _addition(whole: LookedThroughPortfolio, position: Position) -> dict[str, Bounds]:
    return _replacement(whole.exposures, whole.alone(position.symbol), MORE) if whole.exposures.partial else {}


def _removal(whole: LookedThroughPortfolio, less: LookedThroughPortfolio, position: Position) -> dict[str, Bounds]:
    """Removing a fund is adding it, backwards."""
    if not whole.exposures.partial:
        return {}
    added = _replacement(less.exposures, whole.alone(position.symbol), position.weight)
    return {name: (-high, -low) for name, (low, high) in added.items()}


def _replacement(rest: Exposures, added: Exposures, fraction: float) -> dict[str, Bounds]:
    return {
        "hhi": hhi_change(rest, added, fraction),
        "top_10": top_change(rest, added, fraction, 10),
        "largest": top_change(rest, added, fraction, 1),
    }


def _closer(one: Bounds, other: Bounds | None) -> Bounds:
    """Both hold, so the closer of each end does."""
    return (max(one[0], other[0]), min(one[1], other[1])) if other else one


def _without(positions: Sequence[Position], removed: Position) -> list[Position]:
    rest = [position for position in positions if position is not removed]
    left = sum(position.weight for position in rest)
    return [replace(position, weight=position.weight / left) for position in rest]


def _with_more(positions: Sequence[Position], more: Position) -> list[Position]:
    return [
        replace(position, weight=position.weight * (1 - MORE) + (MORE if position is more else 0.0))
        for position in positions
    ]


def hhi_change(rest: Exposures, added: Exposures, fraction: float) -> Bounds:
    """HHI((1 - t) r + t a) - HHI(r) = t**2 HHI(a) + 2 t (1 - t) r.a - (1 - (1 - t)**2) HHI(r)."""
    lost = 1 - (1 - fraction) ** 2
    low, high = (
        fraction**2 * of_added + 2 * fraction * (1 - fraction) * product
        for of_added, product in zip(added.hhi(), _product(rest, added), strict=True)
    )
    least, most = rest.hhi()
    return low - lost * most, high - lost * least


def top_change(rest: Exposures, added: Exposures, fraction: float, count: int) -> Bounds:
    """The sum of the largest weights is convex, so it is at most the mean of both; and no weight is negative."""
    least, most = rest.top(count)
    return -fraction * most, fraction * (added.top(count)[1] - least)


def _product(a: Exposures, b: Exposures) -> Bounds:
    """The sum over common securities of the products of their weights."""
    common = a.weights.keys() & b.weights.keys()
    low = math.fsum(a.weights[key] * b.weights[key] for key in common)
    listed_by_unlisted = cross_gain(a.ranked, b.partial) / 2 + cross_gain(b.ranked, a.partial) / 2
    return low, low + listed_by_unlisted + _unlisted_by_unlisted(a.partial, b.partial)


def _unlisted_by_unlisted(a: tuple[OpenedFund, ...], b: tuple[OpenedFund, ...]) -> float:
    """At most the product of the two lengths (Cauchy and Schwarz)."""
    blocks: tuple[list[Block], list[Block]] = worst_case(a), worst_case(b)
    return math.sqrt(sum_of_squares(blocks[0])) * math.sqrt(sum_of_squares(blocks[1])) if all(blocks) else 0.0
