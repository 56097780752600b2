"""Securities with their weights, and how far the lines that nobody sees can change what follows from them."""

import math
from collections.abc import Mapping
from dataclasses import dataclass
from functools import cached_property

from etf_analytics.bounds import Part, Step, ceilings, cross_gain, fitting, packed, squares, strangers
from etf_analytics.figures import Bounds
from etf_analytics.funds import Fund

# Half is half although sums of floats are not exact.
_ALMOST = 1 - 1e-12


@dataclass(frozen=True, eq=False)
class Mixture:
    """What one fund holds, or several together. Weights are fractions of the whole; all bounds are too.

    `parts` are the funds that were opened. Bounds are (low, high); high is infinite where there is no limit. With a
    `flaw`, none of them means anything.
    """

    weights: Mapping[str, float]
    parts: tuple[Part, ...]

    @classmethod
    def of(cls, fund: Fund) -> "Mixture":
        """One fund alone."""
        return cls(fund.weights, (Part(1.0, fund),))

    @cached_property
    def flaw(self) -> str | None:
        """Why no figure can be made of the weights."""
        return next((part.fund.flaw for part in self.parts if part.fund.flaw), None)

    @cached_property
    def partial(self) -> tuple[Part, ...]:
        """The parts of which something that counts is unseen."""
        return tuple(part for part in self.parts if part.fund.unseen.weight > 0 and part.share > 0)

    @cached_property
    def ranked(self) -> list[tuple[str, float]]:
        """The weights, largest first."""
        return sorted(self.weights.items(), key=lambda entry: (-entry[1], entry[0]))

    @cached_property
    def falling(self) -> list[float]:
        """The weights alone, largest first: quicker than `ranked` where nobody asks whose they are."""
        return sorted(self.weights.values(), reverse=True)

    @cached_property
    def total(self) -> float:
        """Sum of the listed weights."""
        return math.fsum(self.weights.values())

    @cached_property
    def square(self) -> float:
        """Sum of their squares."""
        return math.fsum([weight * weight for weight in self.weights.values()])

    @cached_property
    def unseen(self) -> float:
        """The most that unseen lines weigh together."""
        return math.fsum(part.share * part.fund.unseen.weight for part in self.partial)

    @cached_property
    def unseen_lines(self) -> float:
        """How many they can be."""
        return sum(part.fund.unseen.lines for part in self.partial)

    @cached_property
    def ceilings(self) -> dict[str, float]:
        """By listed key: the most that unseen lines can add to it; without those to which they add nothing."""
        return ceilings(self.weights, self.partial) if self.partial else {}

    def hhi(self) -> Bounds:
        """Sum of squared weights."""
        return self.square, self.square + self._square_gain

    def top(self, count: int) -> Bounds:
        """What the `count` largest weigh together."""
        low = math.fsum(self.falling[:count])
        return low, low + self._top_gain(count, low)

    def effective(self) -> Bounds:
        """1 / sum of p squared, p = w / sum of w: (s + u)**2 / (K + g(u)), where u is what the unseen lines weigh."""
        s, k, room = self.total, self.square, self.unseen
        if not self.partial:
            return s * s / k, s * s / k
        # Least: u gains at most `slope` a unit, and never more than the whole gain.
        slope = self._steepest
        u = min(max(0.0, s - 2 * k / slope), room)
        low = max((s + u) ** 2 / (k + slope * u), s * s / (k + self._square_gain))
        # Most: u spread evenly over as many lines as can be, at its best where u = K M / s.
        lines = self.unseen_lines
        if math.isinf(lines):
            return low, (s + room) ** 2 / k
        u = min(room, k * lines / s)
        return low, (s + u) ** 2 / (k + u * u / lines)

    def names_to_half(self) -> tuple[int, float]:
        """How many of the largest make up half of all that counts. High is infinite if nobody knows."""
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
        s, room = self.total, self.unseen
        if (s + room) / 2 <= s:
            return self._names_reaching((s + room) / 2)
        if math.isinf(self.unseen_lines):
            return math.inf
        # Of M lines that weigh U together, the largest j weigh at least U * j / M.
        return len(self.weights) + math.ceil(self.unseen_lines * (room - s) / (2 * room) / _ALMOST)

    def _names_reaching(self, threshold: float) -> int:
        cumulated = 0.0
        for count, weight in enumerate(self.falling, 1):
            cumulated += weight
            if cumulated >= threshold * _ALMOST:
                return count
        return len(self.weights)

    @cached_property
    def _packed(self) -> list[Step]:
        return packed(self.partial)

    @cached_property
    def _square_gain(self) -> float:
        if not self.partial:
            return 0.0
        return cross_gain(self.ranked, self.partial) + squares(self._packed)

    @cached_property
    def _steepest(self) -> float:
        """No unseen weight y adds more than this times y to the sum of squares: 2 x + c at most."""
        others, any_other = strangers(self.partial, self.weights)
        reached = [2 * self.weights[key] + most for key, most in self.ceilings.items()]
        return max([*reached, *others, any_other])

    @cached_property
    def _candidates(self) -> tuple[list[float], float]:
        """The most that each security can weigh, largest first, down to what any that nobody lists can."""
        others, any_other = strangers(self.partial, self.weights)
        listed = [weight + self.ceilings.get(key, 0.0) for key, weight in self.weights.items()]
        return sorted((most for most in (*listed, *others) if most > any_other), reverse=True), any_other

    def _top_gain(self, count: int, low: float) -> float:
        if not self.partial:
            return 0.0
        most, any_other = self._candidates
        each_at_most = math.fsum(most[:count]) + max(0, count - len(most)) * any_other
        return max(0.0, min(each_at_most - low, fitting(self._packed, count), self.unseen))
