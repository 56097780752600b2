"""The numbers of shares of a list against those of a filing, after the flow between the two dates and after splits."""

import math
from collections.abc import Sequence
from statistics import median
from typing import Any, NamedTuple

from etf_analytics.two_dates.flow import Move, flow_of
from etf_analytics.two_dates.splits import NO_SPLIT, RATIOS, Split, split_of

APART = 0.02
"""A line this far from what is expected is named."""
_FLOW_CLASSES = ("equity", "etf", "bond")
# Of so many of the lines the usual factor must be right, to be a flow.
_COMMON = 0.5
_LEAST_LINES = 4
_DECIMALS = 6
_PRICE_MOVES = 1.6


class Held(NamedTuple):
    """A security in both sources; an amount that is not known is None."""

    symbol: str | None
    name: str | None
    isin: str | None
    asset_class: str
    shares: float | None
    """The list's."""
    value: float | None
    """USD, the list's."""
    balance: float | None
    """The filing's shares or principal."""
    filed_value: float | None


class ShareCounts(NamedTuple):
    """What the shares of both sources say."""

    compared: int
    """Lines with shares in both."""
    factor: float | None
    """Shares in the list for each one in the filing, without splits: creations and redemptions. None if few agree."""
    splits: list[dict[str, Any]]
    differences: list[dict[str, Any]]
    """Largest first."""


def compare_shares(held: Sequence[Held]) -> ShareCounts:
    """The flow from the filing to the list, the splits, and the lines more than 2 % from what both explain."""
    both = [one for one in held if _moves(one)]
    factor = _factor(both)
    splits: list[dict[str, Any]] = []
    differences: list[dict[str, Any]] = []
    for one in both if factor else ():
        split = _split(one, factor or 1.0)
        row = _row(one, factor or 1.0, split)
        if split.ratio != 1.0:
            splits.append({name: row[name] for name in ("symbol", "name", "isin")} | {"ratio": round(split.ratio, 6)})
        if abs(row["difference_pct"]) > 100.0 * APART:
            differences.append(row)
    differences.sort(key=lambda row: -abs(row["difference_pct"]))
    return ShareCounts(len(both), factor, splits, differences)


def _moves(one: Held) -> bool:
    """Whether both sources give shares, of one sign."""
    return bool(one.shares and one.balance) and math.copysign(1.0, one.shares or 0.0) == math.copysign(
        1.0, one.balance or 0.0
    )


def _factor(both: Sequence[Held]) -> float | None:
    """The factor of the largest basket, if most lines moved about so; over months an index fund trades a little too."""
    moves = [Move(one.balance or 0.0, one.shares or 0.0, one.asset_class in _FLOW_CLASSES) for one in both]
    if not moves:
        return None
    usual = median(move.after / move.before for move in moves)
    found = flow_of(moves).factor
    if found is not None and abs(found / usual - 1.0) <= APART:
        return found
    near = sum(abs(move.after / move.before / usual - 1.0) <= APART for move in moves)
    return usual if near >= max(_LEAST_LINES, _COMMON * len(moves)) else None


def _split(one: Held, factor: float) -> Split:
    if one.asset_class == "bond":
        return NO_SPLIT
    before, after, price = (one.balance or 0.0) * factor, one.shares or 0.0, _price_ratio(one)
    found = split_of(before, after, price)
    if found.suspected and price:
        nearest = min(RATIOS, key=lambda ratio: abs(math.log(after / before / ratio)))
        # Months lie between the two, in which a price moves more than from one list to the next.
        if abs(after / before / nearest - 1.0) <= APART and 1.0 / _PRICE_MOVES < price * nearest < _PRICE_MOVES:
            return Split(nearest)
    return found


def _price_ratio(one: Held) -> float | None:
    """The list's implied price / the filing's."""
    if not one.value or not one.filed_value or not one.shares or not one.balance:
        return None
    ratio = (one.value / one.shares) / (one.filed_value / one.balance)
    return ratio if 0 < ratio < math.inf else None


def _row(one: Held, factor: float, split: Split) -> dict[str, Any]:
    expected = (one.balance or 0.0) * factor * split.ratio
    row = {
        "symbol": one.symbol,
        "name": one.name,
        "isin": one.isin,
        "shares_list": one.shares,
        "balance_filed": one.balance,
        "expected": round(expected, 2),
        "difference_pct": round(100.0 * ((one.shares or 0.0) / expected - 1.0), _DECIMALS),
    }
    return row | ({"split_suspected": True} if split.suspected else {})
