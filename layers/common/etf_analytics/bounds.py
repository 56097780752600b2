"""How much unseen lines can add: per security, to a sum of squares, to the largest names.

Of a fund with share E nobody sees lines of at most m each and U together. By security every such line is a security of
its own that the fund does not list; by issuer several can be of one issuer, listed or not.
"""

import itertools
import math
from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from typing import NamedTuple

from etf_analytics.funds import Fund


class Part(NamedTuple):
    """A fund that was opened, and its share (a fraction) of the whole."""

    share: float
    fund: Fund


class Step(NamedTuple):
    """So many securities (`length`) that weigh `height` each."""

    height: float
    length: float


def ceilings(keys: Iterable[str], parts: Sequence[Part]) -> dict[str, float]:
    """By key: the most that the unseen lines of all parts can add to it. Keys that can get nothing are left out."""
    found = {}
    for key in keys:
        most = sum(part.share * part.fund.most_unseen(key) for part in parts)
        if most:
            found[key] = most
    return found


def cross_gain(ranked: Sequence[tuple[str, float]], parts: Sequence[Part]) -> float:
    """The most that 2 * sum(x * y) can be, for listed weights x, largest first, and unseen additions y.

    The sum is linear in y, and each part has limits of its own; so each fills the largest x that it can reach.
    """
    gain = 0.0
    for share, fund in parts:
        left = fund.unseen.weight
        for key, weight in ranked:
            if left <= 0:
                break
            taken = min(fund.most_unseen(key), left)
            gain += 2.0 * weight * share * taken
            left -= taken
    return gain


def packed(parts: Sequence[Part]) -> list[Step]:
    """The unseen lines of all parts, packed into as few securities as can be, largest first.

    The j largest unseen securities together weigh at most the sum over the parts of what fits into j of theirs, which
    is what the first j here weigh. So these weights majorize all others that are possible, and no other way has a
    larger sum of squares (Schur convexity).
    """
    rises: defaultdict[float, float] = defaultdict(float)
    for share, fund in parts:
        position = 0.0
        for step in _packed_alone(fund):
            rises[position] += share * step.height
            position += step.length
            rises[position] -= share * step.height
    steps, height = [], 0.0
    for start, end in itertools.pairwise(sorted(rises)):
        height += rises[start]
        steps.append(Step(height, end - start))
    return steps


def fitting(steps: Sequence[Step], count: int) -> float:
    """What the first `count` securities of `steps` weigh."""
    total = 0.0
    for step in steps:
        taken = min(step.length, count)
        total += step.height * taken
        count -= int(taken)
        if not count:
            break
    return total


def squares(steps: Sequence[Step]) -> float:
    """The sum of squares of `steps`; infinite if they do not end."""
    return sum(step.height**2 * step.length for step in steps if step.height > 0)


def _packed_alone(fund: Fund) -> list[Step]:
    """By issuer, several unlisted classes of one issuer are one name that may weigh as much as so many lines."""
    left, line = fund.unseen.weight, fund.unseen.line
    steps = []
    for count in sorted((count for count in fund.unlisted.values() if count > 1), reverse=True):
        height = min(count * line, left)
        if height <= 0:
            break
        steps.append(Step(height, 1))
        left -= height
    if math.isinf(left):
        return [*steps, Step(line, math.inf)]
    full = math.floor(left / line)
    rest = left - full * line
    return [step for step in (*steps, Step(line, full), Step(rest, 1)) if step.height > 0 and step.length]


def strangers(parts: Sequence[Part], known: Mapping[str, float]) -> tuple[list[float], float]:
    """Ceilings of securities that nobody lists: of issuers with several classes, and of any other one."""
    issuers = {key for part in parts for key in part.fund.unlisted}.difference(known)
    any_other = sum(part.share * min(part.fund.unseen.line, part.fund.unseen.weight) for part in parts)
    return list(ceilings(issuers, parts).values()), any_other
