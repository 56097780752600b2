"""The change of a weight in two parts: what prices did to it, and what trades and flow did.

Had nothing been traded, a line would weigh w0 r sum(w0) / sum(w0 r) after prices moved by r, the sums being over all
lines of the first date. The difference to w0 is drift, and the rest of the change is trade.
"""

import math
from collections.abc import Iterator, Mapping
from typing import NamedTuple

from etf_analytics.matching.evidence import Verdict, compare_prices
from etf_analytics.rendering import Missing
from etf_analytics.two_dates.comparison import Comparison
from etf_analytics.two_dates.dated import Line
from etf_common.codes import Reason


class Drift(NamedTuple):
    """The drift of all lines; fractions of the fund."""

    by_key: Mapping[str, float]
    assumed: frozenset[str]
    """The keys of lines whose price is taken as unchanged, since it is not known on both dates."""
    assumed_weight: float
    """The weight of all such lines, cash and derivatives among them."""


class Grown(NamedTuple):
    """A line of the first date, and its price after / before."""

    key: str | None
    """None for cash and derivatives."""
    line: Line
    growth: float | None
    why: Reason | None
    """Why the growth is not known."""


def grown(comparison: Comparison) -> Iterator[Grown]:
    """All lines of the first date."""
    for change in comparison.changes:
        if change.pair.before:
            yield Grown(change.pair.key, change.pair.before, change.growth, change.unpriced)
    gone = Reason.NOT_HELD if comparison.complete else Reason.PARTIAL_LIST
    for pairs, why in ((comparison.pairs.gone, gone), (comparison.pairs.in_doubt, Reason.LINES_IN_DOUBT)):
        for pair in pairs:
            if pair.before:
                yield Grown(pair.key, pair.before, None, why)
    for line, later in comparison.uncounted:
        yield Grown(None, line, *_uncounted_growth(line, later, comparison.lag_days))


def _uncounted_growth(line: Line, later: Line | None, days: int | None) -> tuple[float | None, Reason | None]:
    """Cash can be foreign, so it has a price. A future's value can be a notional, a margin, or what it gained."""
    if line.asset_class == "derivative":
        return None, Reason.DERIVATIVE
    if later is None:
        return None, Reason.NOT_HELD
    if not line.price or not later.price:
        return None, line.unpriced or later.unpriced
    if compare_prices(line.price, later.price, days) is not Verdict.SAME:
        return None, Reason.PRICE_JUMPED
    return later.price / line.price, None


def drift_of(comparison: Comparison) -> Drift | Missing:
    """The drift of each line of the first date; missing where that date's weights, or the lists, are not whole."""
    if comparison.is_correction:
        return Missing(Reason.SAME_DATE)
    if not comparison.complete:
        return Missing(Reason.PARTIAL_LIST)
    lines = [*grown(comparison)]
    if any(entry.line.weight is None for entry in lines):
        return Missing(Reason.WEIGHT_MISSING)
    known = [entry.why for entry in lines if entry.growth is None]
    if lines and len(known) == len(lines):
        return Missing(known[0] or Reason.VALUE_MISSING)
    weights = [entry.line.weight or 0.0 for entry in lines]
    later = [weight * (entry.growth or 1.0) for weight, entry in zip(weights, lines, strict=True)]
    before, after = math.fsum(weights), math.fsum(later)
    if not (before > 0 and 0 < after < math.inf):
        return Missing(Reason.NOT_FINITE if before > 0 and after > 0 else Reason.NO_COUNTED_LINES)
    scale = before / after
    return Drift(
        by_key={
            entry.key: grown_weight * scale - weight
            for entry, weight, grown_weight in zip(lines, weights, later, strict=True)
            if entry.key is not None
        },
        assumed=frozenset(entry.key for entry in lines if entry.growth is None and entry.key is not None),
        assumed_weight=math.fsum(
            abs(weight) for entry, weight in zip(lines, weights, strict=True) if entry.growth is None
        ),
    )
