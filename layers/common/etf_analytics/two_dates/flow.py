"""Creations and redemptions: baskets of lines whose shares all moved by one factor.

When a fund creates or redeems shares of its own, every line of the basket grows or shrinks by the same factor. A fund
can have several baskets on one day. What moved by a basket's factor is flow and no trade.
"""

import math
from bisect import bisect_left, bisect_right
from collections.abc import Sequence
from itertools import accumulate
from typing import NamedTuple

_CLOSE = 0.00004
"""So close to each other are the ratios of a basket's lines."""
# What adding up floats can change.
_FLOATS = 1e-9
_LEAST_APART, _MOST_APART = (1 - _CLOSE) * (1 - _FLOATS), (1 + _CLOSE) * (1 + _FLOATS)
_LEAST_LINES = 4
_LEAST_PART = 0.02
_MOST_ROUNDS = 5
# So many lines that stayed as they were are a basket that no flow moved; fewer are left out of the basket one by one.
_STILL_PART = 0.15
# By so much, lines that one factor explains outnumber a basket of another factor.
_OUTNUMBERED = 2
# So many lines that moved alike make one doubt a basket whose lines are all too small to move with them.
_LEAST_TELLING = 3
# A line tells a factor if it moved by so many shares more, which are not rounding.
_TELLING = 10
ONE_SHARE = 1.0
"""Less than what a list can show of a trade."""


class Move(NamedTuple):
    """The shares of a line on both dates, both other than 0 and of one sign."""

    before: float
    after: float
    can_lead: bool
    """Whether it is of a class that baskets are made of: equity, etf or bond."""


class Basket(NamedTuple):
    """Lines that moved by one factor."""

    factor: float
    """Shares after / shares before, over all its lines."""
    margin: float
    """How far from the true one it can be, since all its lines are rounded."""
    members: frozenset[int]
    """The places of its lines in the moves."""


class Flow(NamedTuple):
    """What came in or went out."""

    factor: float | None
    """The factor of the largest basket, 1.0 if its lines did not move; None if no factor is common to enough lines."""
    baskets: tuple[Basket, ...]
    """Largest first; one whose lines did not move at all is among them."""
    compared: int
    """Lines that baskets can be made of."""
    factors: tuple[float, ...] = ()
    """Those that a line which was traded besides can have moved by.

    Many lines that stayed as they were are a basket that no flow moved; a few are in none.
    """

    def follows(self, before: float, after: float, split: float = 1.0) -> bool:
        """Whether a line with these shares moved as one of the baskets did, and was split besides."""
        for factor, margin, _ in self.baskets:  # noqa: SIM110 - a loop is faster than any(), and this is asked of each line
            if moved_by(factor, before, after, split, margin):
                return True
        return False

    def left_over(self, before: float, after: float) -> tuple[float, float] | None:
        """The least and the most that a line moved beyond the flow: it can have been in any of several baskets.

        None where there is one.
        """
        if len(self.factors) <= 1:
            return None
        found = [after - factor * before for factor in self.factors]
        return min(found), max(found)


def rounding(growth: float) -> float:
    """How many shares rounding explains in a line whose shares grew so many times, and that nobody traded.

    Both lists give whole shares, so n1 - growth x n0 is within half a share of the second date and half a share of the
    first, grown. A single share is never called a trade.
    """
    return max(ONE_SHARE, 0.5 * (1.0 + growth)) * (1.0 + _FLOATS)


def moved_by(factor: float, before: float, after: float, split: float = 1.0, margin: float = 0.0) -> bool:
    """Whether shares moved by a basket's factor: as rounding explains, or closer than its lines are to each other."""
    growth = factor * split
    apart, expected = abs(after - growth * before), abs(growth * before)
    return apart <= _CLOSE * expected or apart <= rounding(growth) + margin * expected


def flow_of(moves: Sequence[Move]) -> Flow:
    """The baskets among the lines. Where no line changed, the factor is 1, however few they are."""
    compared = sum(move.can_lead for move in moves)
    if moves and all(move.before == move.after for move in moves):
        return Flow(1.0, (Basket(1.0, 0.0, frozenset(range(len(moves)))),), compared)
    least = max(_LEAST_LINES, math.ceil(_LEAST_PART * compared))
    reaches = [*map(_reach, moves)]
    rest, baskets = [*range(len(moves))], []
    while basket := _largest(moves, reaches, rest, least):
        baskets.append(basket)
        rest = [place for place in rest if place not in basket.members]
    baskets.sort(key=lambda basket: -len(basket.members))
    if not baskets or _is_outnumbered(baskets[0], reaches) or _may_hide_a_flow(baskets[0], moves, reaches):
        return Flow(None, (), compared)
    factors = [
        basket.factor
        for basket in baskets
        if basket is baskets[0] or basket.factor != 1.0 or len(basket.members) >= _STILL_PART * compared
    ]
    return Flow(baskets[0].factor, tuple(baskets), compared, tuple(factors))


_Reach = tuple[float, float]
"""The least and the largest factor by which a line can have moved, as `moved_by` says."""


def _reach(move: Move) -> _Reach:
    before, after = abs(move.before), abs(move.after)
    ratio = after / before
    if _CLOSE * after > ONE_SHARE + ratio:  # a line so large is told by its ratio alone
        return ratio / _MOST_APART, ratio / _LEAST_APART
    least = min((after - ONE_SHARE) / before, (after - 0.5) / (before + 0.5), ratio / _MOST_APART)
    if before <= ONE_SHARE:
        return least, math.inf
    return least * (1 - _FLOATS), max(
        (after + ONE_SHARE) / before, (after + 0.5) / (before - 0.5), ratio / _LEAST_APART
    ) * (1 + _FLOATS)


def _largest(moves: Sequence[Move], reaches: Sequence[_Reach], rest: Sequence[int], least: int) -> Basket | None:
    """The factor by which most of the lines can have moved."""
    factors = _candidates(moves, [place for place in rest if moves[place].can_lead], least)
    if not factors:
        return None
    best = factors[0]
    if len(factors) > 1:
        counts = _counts(factors, [reaches[place] for place in rest])
        best = max(zip(counts, factors, strict=True), key=lambda found: (found[0], -abs(found[1] - 1.0)))[1]
    found = _basket(moves, reaches, rest, (best, best))
    for _ in range(_MOST_ROUNDS):
        # Its lines together say more exactly by which factor they moved than the few that it was found by.
        span = (found.factor * (1 - found.margin), found.factor * (1 + found.margin))
        better = _basket(moves, reaches, rest, span)
        if len(better.members) <= len(found.members):
            break
        found = better
    return found


def _basket(moves: Sequence[Move], reaches: Sequence[_Reach], rest: Sequence[int], span: tuple[float, float]) -> Basket:
    """The lines that can have moved by a factor in the span, with the factor that all of them give."""
    low, high = span
    members = [place for place in rest if reaches[place][0] <= high and reaches[place][1] >= low]
    return Basket(*_factor(moves, members), frozenset(members))


def _candidates(moves: Sequence[Move], places: Sequence[int], least: int) -> list[float]:
    """The factors of all groups of at least `least` lines that are close to each other, in rising order.

    Groups do not overlap, and the fullest is taken first, so there are never more than lines / `least`.
    """
    by_ratio = sorted([(moves[place].after / moves[place].before, place) for place in places])
    ratios, ordered = [ratio for ratio, _ in by_ratio], [place for _, place in by_ratio]
    ends = [bisect_right(ratios, ratio * (1 + _CLOSE)) for ratio in ratios] if len(ratios) >= least else []
    spans = sorted((start - end, start, end) for start, end in enumerate(ends) if end - start >= least)
    taken = bytearray(len(ratios))
    found = []
    for _, start, end in spans:
        if not taken[start] and not taken[end - 1]:
            taken[start:end] = b"\x01" * (end - start)
            found.append(_factor(moves, ordered[start:end])[0])
    return sorted(found)


def _counts(factors: Sequence[float], reaches: Sequence[_Reach]) -> list[int]:
    """By factor: how many lines can have moved by it."""
    steps = [0] * (len(factors) + 1)
    for least, most in reaches:
        steps[bisect_left(factors, least)] += 1
        steps[bisect_right(factors, most)] -= 1
    return [*accumulate(steps[:-1])]


def _most_together(reaches: Sequence[tuple[float, float]]) -> int:
    """How many lines one factor explains at the most."""
    starts, ends = sorted([least for least, _ in reaches]), sorted([most for _, most in reaches])
    return max((begun - bisect_left(ends, least) for begun, least in enumerate(starts, 1)), default=0)


def _is_outnumbered(largest: Basket, reaches: Sequence[_Reach]) -> bool:
    """Whether one factor explains far more lines than the largest basket has, none of them large enough to tell.

    Four tiny lines that stayed as they were say nothing of a fund whose other lines all grew by 2 %.
    """
    enough = _OUTNUMBERED * len(largest.members)
    return enough < len(reaches) and _most_together(reaches) > enough


def _may_hide_a_flow(largest: Basket, moves: Sequence[Move], reaches: Sequence[_Reach]) -> bool:
    """Whether one factor explains all lines of the largest basket and a few large lines outside it, which tell it.

    A creation of 0.03 % moves a line of 100,000 shares by 30, and one of 1,000 shares not at all.
    """
    if len(largest.members) + _LEAST_TELLING > len(moves):
        return False
    least = max([reaches[place][0] for place in largest.members])
    most = min([reaches[place][1] for place in largest.members])
    outside = [
        (max(low, least), min(high, most))
        for place, (low, high) in enumerate(reaches)
        if low <= most
        and high >= least
        and place not in largest.members
        and abs(moves[place].after - largest.factor * moves[place].before) >= _TELLING
    ]
    return _most_together(outside) >= _LEAST_TELLING


def _factor(moves: Sequence[Move], members: Sequence[int]) -> tuple[float, float]:
    """The factor of these lines, and how far rounding can have moved it: by chance it adds up as a square root."""
    pairs = [moves[place][:2] for place in members]
    before = math.fsum([abs(one) for one, _ in pairs])
    still = math.fsum([abs(one) for one, other in pairs if one == other])
    if still > before / 2:
        return 1.0, 0.0  # a few shares more or less of the others are no creation
    factor = math.fsum([abs(other) for _, other in pairs]) / before
    return factor, 0.5 * (1.0 + factor) * math.sqrt(len(members)) / before / factor
