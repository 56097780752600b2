"""What one fund does to a portfolio: the same without it, and with a little more of it."""

from collections.abc import Mapping, Sequence
from dataclasses import replace
from typing import Any

from etf_analytics.blend import Blend
from etf_analytics.cost import known_cost
from etf_analytics.figures import Bounds, Missing, basis_points, change, percent, points, ratio
from etf_analytics.mixing import hhi_change, top_change
from etf_analytics.mixture import Mixture
from etf_analytics.positions import Position

MORE = 0.01
_NAMES = ("hhi", "hhi_points", "top_10_pct", "largest_pct", "cost_bps")


def marginal(whole: Blend, expense_ratio_pct: Mapping[str, float | None]) -> list[dict[str, Any]]:
    """Per fund that is a position, the change of each figure: `remove` scales the others up to 100 %, `add` adds 1 %
    of the portfolio and scales all that is there to 99 %. With partial lists the bounds hold whatever is unseen."""
    rows = []
    for position in whole.positions:
        if position.symbol not in whole.opened:
            continue
        less = whole.reweighted(_without(whole.positions, position))
        more = whole.reweighted(_with_more(whole.positions, position))
        removed: dict[str, Any] = dict.fromkeys(_NAMES, Missing("nothing_left"))
        if less.positions:
            removed = _figures(whole, less, expense_ratio_pct, _removal(whole, less, position))
        added = _figures(whole, more, expense_ratio_pct, _addition(whole, position))
        row = {"symbol": position.symbol, "weight_pct": percent(position.share)}
        rows.append({**row, "remove": removed, "add": added})
    return rows


def _figures(
    before: Blend, after: Blend, ratios: Mapping[str, float | None], narrowed: Mapping[str, Bounds]
) -> dict[str, Any]:
    """The changes from `before` to `after`; `narrowed` has bounds of them that may be closer than the difference."""
    costs = [known_cost(blend.positions, ratios, blend.fund_symbols) for blend in (before, after)]
    known = all(cost.whole for cost in costs)
    cost_bps = basis_points(costs[1].expenses - costs[0].expenses) if known else Missing("expense_ratio_unknown")
    flaw = before.mixture.flaw
    if flaw:
        return {**dict.fromkeys(_NAMES, Missing(flaw)), "cost_bps": cost_bps}
    first, then = before.mixture, after.mixture
    hhi = _closer(change(then.hhi(), first.hhi()), narrowed.get("hhi"))
    return {
        "hhi": ratio(*hhi, decimals=10),
        "hhi_points": points(*hhi),
        "top_10_pct": percent(*_closer(change(then.top(10), first.top(10)), narrowed.get("top_10"))),
        "largest_pct": percent(*_closer(change(then.top(1), first.top(1)), narrowed.get("largest"))),
        "cost_bps": cost_bps,
    }


def _addition(whole: Blend, position: Position) -> dict[str, Bounds]:
    return _mixed(whole.mixture, whole.alone(position.symbol), MORE) if whole.mixture.partial else {}


def _removal(whole: Blend, less: Blend, position: Position) -> dict[str, Bounds]:
    """Taking a fund out is putting it in, backwards."""
    if not whole.mixture.partial:
        return {}
    mixed = _mixed(less.mixture, whole.alone(position.symbol), position.share)
    return {name: (-high, -low) for name, (low, high) in mixed.items()}


def _mixed(rest: Mixture, added: Mixture, share: float) -> dict[str, Bounds]:
    return {
        "hhi": hhi_change(rest, added, share),
        "top_10": top_change(rest, added, share, 10),
        "largest": top_change(rest, added, share, 1),
    }


def _closer(one: Bounds, other: Bounds | None) -> Bounds:
    """Both hold, so the closer of each end does."""
    return (max(one[0], other[0]), min(one[1], other[1])) if other else one


def _without(positions: Sequence[Position], removed: Position) -> list[Position]:
    rest = [position for position in positions if position is not removed]
    left = sum(position.share for position in rest)
    return [replace(position, share=position.share / left) for position in rest]


def _with_more(positions: Sequence[Position], more: Position) -> list[Position]:
    return [
        replace(position, share=position.share * (1 - MORE) + (MORE if position is more else 0.0))
        for position in positions
    ]
