"""Share splits: the number of shares and the price of a line change inversely, and the fund traded nothing."""

from typing import NamedTuple

from etf_analytics.matching.evidence import SPLIT_RATIOS
from etf_analytics.two_dates.flow import rounding

RATIOS = (*SPLIT_RATIOS, *(1 / ratio for ratio in SPLIT_RATIOS))
_SHARES_WITHIN = 0.005
_PRICE_WITHIN = 0.20
# A line that was split and traded, or split in an unusual ratio: close enough to say nothing of a trade.
_TRADED_WITHIN = 0.10
# Stock dividends. A market can do nearly the same to a price, so they are suspected and never restated.
_SMALL = (11 / 10, 6 / 5, 5 / 4, 4 / 3)
_SMALL_PRICE_WITHIN = 0.03
# A price that jumps by this factor while the line keeps its value is a split, whatever its ratio.
_JUMP = 1.6
# 2 for 3 is the least that a split changes.
_LEAST_SHARES = (1 + _TRADED_WITHIN) * 2 / 3


class Split(NamedTuple):
    """What the change of a line says of a split."""

    ratio: float = 1.0
    """New shares for each old one; 1.0 if there was none."""
    suspected: bool = False
    """Whether there may have been one, although the numbers do not fit one exactly."""


NO_SPLIT = Split()


def split_of(before: float, after: float, price: float | None) -> Split:
    """The split in a line with so many shares, the flow taken out of `before`.

    `price` is the price after / the price before; None if one is missing.
    """
    if _LEAST_SHARES < after / before < 1 / _LEAST_SHARES and (price is None or 1 / _JUMP < price < _JUMP):
        return Split(suspected=price is not None and _may_be_stock_dividend(before, after, price))
    fitting = [
        ratio
        for ratio in RATIOS
        if abs(after - ratio * before) <= max(_SHARES_WITHIN * abs(ratio * before), rounding(ratio))
        # One share more or less says nothing of a handful.
        and (price is not None or abs(before) > 1 / _SHARES_WITHIN)
    ]
    if price is None:
        return Split(suspected=bool(fitting))
    best = min(fitting, key=lambda ratio: _apart(price * ratio), default=None)
    if best and _is_within(price * best, _PRICE_WITHIN):
        return Split(best)
    return Split(suspected=_may_be_split(after / before, price))


def _may_be_stock_dividend(before: float, after: float, price: float) -> bool:
    """Whether the line kept its value while its shares rose as in a usual stock dividend."""
    if abs(before) <= 1 / _SHARES_WITHIN:
        return False  # one share more or less fits any of them
    return any(
        _is_within(after / before / ratio, _SHARES_WITHIN) and _is_within(price * ratio, _SMALL_PRICE_WITHIN)
        for ratio in _SMALL
    )


def _may_be_split(shares: float, price: float) -> bool:
    """Whether something between a split and a trade happened. `shares` and `price` are ratios, after to before."""
    nearest = min(RATIOS, key=lambda ratio: _apart(shares / ratio))
    if _is_within(shares / nearest, _SHARES_WITHIN) and _apart(price * nearest) < _apart(price):
        return True  # the price is nearer to what the split makes of it than to what it was
    if _is_within(shares / nearest, _TRADED_WITHIN) and _is_within(price * nearest, _PRICE_WITHIN):
        return True
    return _apart(price) > _JUMP and _is_within(price * shares, _PRICE_WITHIN)


def _apart(ratio: float) -> float:
    return max(ratio, 1 / ratio) if ratio > 0 else float("inf")


def _is_within(ratio: float, part: float) -> bool:
    return abs(ratio - 1) <= part
