"""How figures change when one mixture takes the place of a share of another, whatever is unseen in both.

The difference of two bounded figures alone would let the unseen lines be one thing before and another after. Here they
are the same: what changes is at most the share that is replaced.
"""

import math

from etf_analytics.bounds import Part, Step, cross_gain, packed, squares
from etf_analytics.figures import Bounds
from etf_analytics.mixture import Mixture


def hhi_change(rest: Mixture, added: Mixture, share: float) -> Bounds:
    """HHI((1 - t) r + t a) - HHI(r) = t**2 HHI(a) + 2 t (1 - t) r.a - (1 - (1 - t)**2) HHI(r)."""
    lost = 1 - (1 - share) ** 2
    low, high = (
        share**2 * of_added + 2 * share * (1 - share) * product
        for of_added, product in zip(added.hhi(), _product(rest, added), strict=True)
    )
    least, most = rest.hhi()
    return low - lost * most, high - lost * least


def top_change(rest: Mixture, added: Mixture, share: float, count: int) -> Bounds:
    """The sum of the largest is convex, so mixing gives at most the mean of both; and no weight is negative."""
    least, most = rest.top(count)
    return -share * most, share * (added.top(count)[1] - least)


def _product(a: Mixture, b: Mixture) -> Bounds:
    """The sum over common securities of the products of their weights."""
    common = a.weights.keys() & b.weights.keys()
    low = math.fsum(a.weights[key] * b.weights[key] for key in common)
    listed_by_unseen = cross_gain(a.ranked, b.partial) / 2 + cross_gain(b.ranked, a.partial) / 2
    return low, low + listed_by_unseen + _unseen_by_unseen(a.partial, b.partial)


def _unseen_by_unseen(a: tuple[Part, ...], b: tuple[Part, ...]) -> float:
    """At most the product of the two lengths (Cauchy and Schwarz)."""
    steps: tuple[list[Step], list[Step]] = packed(a), packed(b)
    return math.sqrt(squares(steps[0])) * math.sqrt(squares(steps[1])) if all(steps) else 0.0
