"""Securities with their weights, and how far unlisted lines can change the figures over them.

The unlisted lines of a partial fund weigh at most m each and at most U together (`funds.Unlisted`). By security each of
them is a security of its own that the fund does not list. By issuer several of them can belong to one issuer, listed or
not.
"""

import itertools
import math
from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from functools import cached_property
from typing import NamedTuple

from etf_analytics.funds import Fund
from etf_analytics.rendering import Bounds
from etf_common.codes import Reason

# Half is half although sums of floats are not exact.
_ALMOST = 1 - 1e-12
# A difference of sums that is smaller than this part of them is their rounding.
_ROUNDING = 1e-13


class OpenedFund(NamedTuple):
    """A fund that was opened, and its weight in the whole (a fraction)."""

    weight: float
    fund: Fund


class Block(NamedTuple):
    """`size` securities that weigh `height` each."""

    height: float
    size: float


@dataclass(frozen=True, eq=False)
class Exposures:
    """What one fund holds, or several together. All weights and bounds are fractions of the whole.

    `opened` are the funds behind the weights. Bounds are (low, high); high is infinite where there is no limit. If
    there is a `flaw`, none of the figures means anything.
    """

    weights: Mapping[str, float]
    opened: tuple[OpenedFund, ...]

    @classmethod
    def of(cls, fund: Fund) -> "Exposures":
        """The exposures of one fund alone."""
        return cls(fund.weights, (OpenedFund(1.0, fund),))

    @cached_property
    def flaw(self) -> Reason | None:
        """Why the weights support no figure."""
        return next((part.fund.flaw for part in self.opened if part.fund.flaw), None)

    @cached_property
    def partial(self) -> tuple[OpenedFund, ...]:
        """The opened funds with unlisted lines that count."""
        return tuple(part for part in self.opened if part.fund.unlisted.weight > 0 and part.weight > 0)

    @cached_property
    def ranked(self) -> list[tuple[str, float]]:
        """The weights by key, largest first."""
        return sorted(self.weights.items(), key=lambda entry: (-entry[1], entry[0]))

    @cached_property
    def falling(self) -> list[float]:
        """The weights alone, largest first: quicker than `ranked` where the keys do not matter."""
        return sorted(self.weights.values(), reverse=True)

    @cached_property
    def total(self) -> float:
        """Sum of the listed weights."""
        return math.fsum(self.weights.values())

    @cached_property
    def sum_of_squares(self) -> float:
        """Sum of their squares."""
        return math.fsum([weight * weight for weight in self.weights.values()])

    @cached_property
    def unlisted(self) -> float:
        """The most that unlisted lines weigh together."""
        return math.fsum(part.weight * part.fund.unlisted.weight for part in self.partial)

    @cached_property
    def unlisted_count(self) -> float:
        """The most unlisted lines that there can be."""
        return sum(part.fund.unlisted.lines for part in self.partial)

    @cached_property
    def ceilings(self) -> dict[str, float]:
        """By listed key: the most that unlisted lines can add to it. Keys to which they add nothing are left out."""
        return _ceilings(self.weights, self.partial) if self.partial else {}

    def ceiling(self, key: str) -> float:
        """The most that unlisted lines can add to a security, listed or not."""
        return _ceiling(key, self.partial)

    def hhi(self) -> Bounds:
        """Sum of squared weights."""
        return self.sum_of_squares, self.sum_of_squares + self._hhi_gain

    def top(self, count: int) -> Bounds:
        """Sum of the `count` largest weights."""
        low = math.fsum(self.falling[:count])
        return low, low + self._top_gain(count, low)

    def effective(self) -> Bounds:
        """1 / sum of p squared, p = w / sum of w: (s + u)**2 / (K + g(u)), where u is what the unlisted lines weigh."""
        s, k, room = self.total, self.sum_of_squares, self.unlisted
        if not self.partial:
            return s * s / k, s * s / k
        # Least: u adds at most `slope` a unit to K, and never more than the whole gain.
        slope = self._steepest
        u = min(max(0.0, s - 2 * k / slope), room)
        low = max((s + u) ** 2 / (k + slope * u), s * s / (k + self._hhi_gain))
        # Most: u is spread evenly over as many lines as there can be; the best u is K M / s.
        lines = self.unlisted_count
        if math.isinf(lines):
            return low, (s + room) ** 2 / k
        u = min(room, k * lines / s)
        return low, (s + u) ** 2 / (k + u * u / lines)

    def names_to_half(self) -> tuple[int, float]:
        """How many of the largest make up half of the counted weight. High is infinite if it is not known."""
        if not self.partial:
            count = self._names_reaching(self.total / 2)
            return count, count
        low, cumulated = 0, 0.0
        for low, weight in enumerate(self.falling, 1):
            cumulated += weight
            # What is added to the largest also adds half of itself to what must be reached.
            if cumulated + self._top_gain(low, cumulated) / 2 >= self.total / 2 * _ALMOST:
                break
        return low, self._most_names_to_half()

    def _most_names_to_half(self) -> float:
        s, room = self.total, self.unlisted
        if (s + room) / 2 <= s:
            return self._names_reaching((s + room) / 2)
        if math.isinf(self.unlisted_count):
            return math.inf
        # Of M lines that weigh U together, the largest j weigh at least U * j / M.
        return len(self.weights) + math.ceil(self.unlisted_count * (room - s) / (2 * room) / _ALMOST)

    def _names_reaching(self, threshold: float) -> int:
        cumulated = 0.0
        for count, weight in enumerate(self.falling, 1):
            cumulated += weight
            if cumulated >= threshold * _ALMOST:
                return count
        return len(self.weights)

    @cached_property
    def _worst_case(self) -> list[Block]:
        return worst_case(self.partial)

    @cached_property
    def _hhi_gain(self) -> float:
        if not self.partial:
            return 0.0
        return cross_gain(self.ranked, self.partial) + sum_of_squares(self._worst_case)

    @cached_property
    def _unlisted_ceilings(self) -> tuple[list[float], float]:
        return _unlisted_ceilings(self.partial, self.weights)

    @cached_property
    def _steepest(self) -> float:
        """No unlisted weight y adds more than this times y to the sum of squares: 2 x + ceiling at most."""
        others, any_other = self._unlisted_ceilings
        reached = [2 * self.weights[key] + most for key, most in self.ceilings.items()]
        return max([*reached, *others, any_other])

    @cached_property
    def _candidates(self) -> tuple[list[float], float]:
        """The most that each security can weigh, largest first, as far as it is above the ceiling of any other."""
        others, any_other = self._unlisted_ceilings
        listed = [weight + self.ceilings.get(key, 0.0) for key, weight in self.weights.items()]
        return sorted((most for most in (*listed, *others) if most > any_other), reverse=True), any_other

    def _top_gain(self, count: int, low: float) -> float:
        if not self.partial:
            return 0.0
        most, any_other = self._candidates
        each_at_most = math.fsum(most[:count]) + max(0, count - len(most)) * any_other
        return max(0.0, min(each_at_most - low, top_sum(self._worst_case, count), self.unlisted))


def cross_gain(ranked: Sequence[tuple[str, float]], opened: Sequence[OpenedFund]) -> float:
    """The most that 2 * sum(x * y) can be, for listed weights x, largest first, and unlisted additions y.

    The sum is linear in y, and each fund has limits of its own, so each adds to the largest x that it can reach.
    """
    gain = 0.0
    for share, fund in opened:
        left = fund.unlisted.weight
        for key, weight in ranked:
            if left <= 0:
                break
            taken = min(fund.unlisted_ceiling(key), left)
            gain += 2.0 * weight * share * taken
            left -= taken
    return gain


def worst_case(opened: Sequence[OpenedFund]) -> list[Block]:
    """The unlisted lines of all funds, concentrated in as few securities as possible, largest first.

    The j largest unlisted securities weigh at most the sum over the funds of what j of their lines can weigh, which is
    what the first j securities here weigh. So these weights majorize every other possible distribution, and none has a
    larger sum of squares (Schur convexity).
    """
    rises: defaultdict[float, float] = defaultdict(float)
    for share, fund in opened:
        position = 0.0
        for block in _worst_case_of(fund):
            rises[position] += share * block.height
            position += block.size
            rises[position] -= share * block.height
    blocks, height = [], 0.0
    for start, end in itertools.pairwise(sorted(rises)):
        height += rises[start]
        blocks.append(Block(height, end - start))
    return blocks


def top_sum(blocks: Sequence[Block], count: int) -> float:
    """The sum of the `count` largest weights of `blocks`."""
    total = 0.0
    for block in blocks:
        taken = min(block.size, count)
        total += block.height * taken
        count -= int(taken)
        if not count:
            break
    return total


def sum_of_squares(blocks: Sequence[Block]) -> float:
    """The sum of squared weights of `blocks`; infinite if their number is."""
    return sum(block.height**2 * block.size for block in blocks if block.height > 0)


def _worst_case_of(fund: Fund) -> list[Block]:
    """By issuer, several unlisted share classes of one issuer are one name that can weigh as much as so many lines."""
    left, largest = fund.unlisted.weight, fund.unlisted.largest
    blocks = []
    for count in sorted((count for count in fund.unlisted_classes.values() if count > 1), reverse=True):
        height = min(count * largest, left)
        if height <= 0:
            break
        blocks.append(Block(height, 1))
        left -= height
    if math.isinf(left):
        return [*blocks, Block(largest, math.inf)]
    full = math.floor(left / largest)
    rest = left - full * largest
    return [block for block in (*blocks, Block(largest, full), Block(rest, 1)) if block.height > 0 and block.size]


def _ceilings(keys: Iterable[str], opened: Sequence[OpenedFund]) -> dict[str, float]:
    """By key: the most that the unlisted lines of all funds can add to it, where that is more than nothing.

    Of a security without share classes each fund can have one more line, unless it lists it: so what the funds that
    list it cannot add is taken off the sum over all, which takes one step a line and not one a key and fund.
    """
    any_other = _any_other_ceiling(opened)
    listed: defaultdict[str, float] = defaultdict(float)
    for share, fund in opened:
        most = share * min(fund.unlisted.largest, fund.unlisted.weight)
        for key in fund.weights:
            listed[key] += most
    issuers = _issuers(opened)
    found = {}
    for key in keys:
        ceiling = _ceiling(key, opened) if key in issuers else any_other - listed.get(key, 0.0)
        if ceiling > any_other * _ROUNDING:
            found[key] = ceiling
    return found


def _ceiling(key: str, opened: Sequence[OpenedFund]) -> float:
    return sum(part.weight * part.fund.unlisted_ceiling(key) for part in opened)


def _any_other_ceiling(opened: Sequence[OpenedFund]) -> float:
    """The most that a security which no fund lists can weigh."""
    return sum(part.weight * min(part.fund.unlisted.largest, part.fund.unlisted.weight) for part in opened)


def _issuers(opened: Sequence[OpenedFund]) -> set[str]:
    """The issuers with several share classes, if the funds are prepared by issuer."""
    return {key for part in opened for key in part.fund.unlisted_classes}


def _unlisted_ceilings(opened: Sequence[OpenedFund], known: Mapping[str, float]) -> tuple[list[float], float]:
    """Ceilings of securities that no fund lists: of each issuer with several share classes, and of any other one."""
    issuers = (_ceiling(key, opened) for key in _issuers(opened).difference(known))
    return [ceiling for ceiling in issuers if ceiling], _any_other_ceiling(opened)
