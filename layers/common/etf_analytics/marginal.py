"""What one fund does to a portfolio: how figures change without it, and with a little more of it.

Replacing a fraction t of exposures r by exposures a gives (1 - t) r + t a. The difference of two bounded figures alone
would let the unlisted lines be one thing before and another after. Here they are the same on both sides: what changes
is at most the fraction that is replaced.
"""

import math
from collections.abc import Mapping, Sequence
from dataclasses import replace
from heapq import nlargest
from itertools import islice
from typing import Any, NamedTuple

from etf_analytics.cost import known_cost
from etf_analytics.exposures import Block, Exposures, OpenedFund, cross_gain, sum_of_squares, worst_case
from etf_analytics.lookthrough import LookedThroughPortfolio, Position
from etf_analytics.rendering import Bounds, Missing, Shown, basis_points, change, percent, points, ratio
from etf_common.codes import Reason

MORE = 0.01
_NAMES = ("hhi", "hhi_points", "top_10_pct", "largest_pct", "cost_bps")
# What is left of a smaller rest, computed as the difference to the whole, would be mostly rounding.
_LEAST_REST = 0.01


class _Sizes(NamedTuple):
    """The figures of exposures that the changes are of."""

    hhi: Bounds
    top_10: Bounds
    largest: Bounds

    @classmethod
    def of(cls, exposures: Exposures) -> "_Sizes":
        return cls(exposures.hhi(), exposures.top(10), exposures.top(1))


def marginal(whole: LookedThroughPortfolio, expense_ratio_pct: Mapping[str, float | None]) -> list[dict[str, Any]]:
    """Per fund that is a position, the change of each figure: `remove` scales the others up to 100 %, `add` adds 1 %
    of the portfolio and scales everything else to 99 %. With partial lists the bounds hold whatever is unlisted."""
    rows = []
    for position in whole.positions:
        if position.symbol not in whole.opened:
            continue
        alone = whole.alone(position.symbol)
        less = whole.reweighted(without(whole.positions, position))
        more = whole.reweighted(_with_more(whole.positions, position))
        removed: dict[str, Any] = dict.fromkeys(_NAMES, Missing(Reason.NOTHING_LEFT))
        if less.positions:
            removed = {
                **_removal(whole, less, alone, position.weight),
                "cost_bps": _cost_change(whole, less, expense_ratio_pct),
            }
        added = {**_addition(whole, more, alone), "cost_bps": _cost_change(whole, more, expense_ratio_pct)}
        row = {"symbol": position.symbol, "weight_pct": percent(position.weight)}
        rows.append({**row, "remove": removed, "add": added})
    return rows


def _removal(
    whole: LookedThroughPortfolio, less: LookedThroughPortfolio, alone: Exposures, weight: float
) -> dict[str, Any]:
    """Removing a fund is adding it, backwards."""
    before, rest = whole.exposures, 1.0 - weight
    if before.flaw:
        return _all_missing(before.flaw)
    if before.partial:
        added = _replacement(less.exposures, alone, weight)
        narrowed = {name: (-high, -low) for name, (low, high) in added.items()}
        return _changes(before, _Sizes.of(less.exposures), narrowed)
    if rest < _LEAST_REST:
        return _changes(before, _Sizes.of(less.exposures))
    return _changes(before, _combined(before, alone, 1.0 / rest, -weight / rest))


def _addition(whole: LookedThroughPortfolio, more: LookedThroughPortfolio, alone: Exposures) -> dict[str, Any]:
    before = whole.exposures
    if before.flaw:
        return _all_missing(before.flaw)
    if before.partial:
        return _changes(before, _Sizes.of(more.exposures), _replacement(before, alone, MORE))
    return _changes(before, _combined(before, alone, 1.0 - MORE, MORE))


def _all_missing(flaw: Reason) -> dict[str, Any]:
    return dict.fromkeys(_NAMES, Missing(flaw))


def _combined(whole: Exposures, fund: Exposures, scale: float, added: float) -> _Sizes:
    """The figures of scale * whole + added * fund, both complete: all but the fund's securities keep their order."""
    product = math.fsum(weight * whole.weights[key] for key, weight in fund.weights.items())
    hhi = scale**2 * whole.sum_of_squares + 2 * scale * added * product + added**2 * fund.sum_of_squares
    changed = nlargest(10, (scale * whole.weights[key] + added * weight for key, weight in fund.weights.items()))
    others = islice((scale * weight for key, weight in whole.ranked if key not in fund.weights), 10)
    largest = nlargest(10, [*changed, *others])
    top_10, top_1 = math.fsum(largest), math.fsum(largest[:1])
    return _Sizes((hhi, hhi), (top_10, top_10), (top_1, top_1))


def _changes(before: Exposures, after: _Sizes, narrowed: Mapping[str, Bounds] | None = None) -> dict[str, Any]:
    """The changes from `before` to `after`; `narrowed` has bounds of them that may be closer than the difference."""
    closer = narrowed or {}
    hhi, top_10, largest = (
        _closer(change(then, first), closer.get(name))
        for name, then, first in zip(_Sizes._fields, after, _Sizes.of(before), strict=True)
    )
    return {
        "hhi": ratio(*hhi, decimals=10),
        "hhi_points": points(*hhi),
        "top_10_pct": percent(*top_10),
        "largest_pct": percent(*largest),
    }


def _cost_change(
    before: LookedThroughPortfolio, after: LookedThroughPortfolio, ratios: Mapping[str, float | None]
) -> Shown:
    costs = [known_cost(each, ratios) for each in (before, after)]
    known = all(cost.whole for cost in costs)
    return basis_points(costs[1].expenses - costs[0].expenses) if known else Missing(Reason.EXPENSE_RATIO_UNKNOWN)


def _replacement(rest: Exposures, added: Exposures, fraction: float) -> dict[str, Bounds]:
    return {
        "hhi": hhi_change(rest, added, fraction),
        "top_10": top_change(rest, added, fraction, 10),
        "largest": top_change(rest, added, fraction, 1),
    }


def _closer(one: Bounds, other: Bounds | None) -> Bounds:
    """Both hold, so the closer of each end does."""
    return (max(one[0], other[0]), min(one[1], other[1])) if other else one


def without(positions: Sequence[Position], removed: Position) -> list[Position]:
    """The other positions, scaled up to 100 %; empty where there is no other."""
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
