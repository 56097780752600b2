"""What each holding weighs in the figures: its weight as given, or the one that its market value implies.

The portal gives weights in two decimals, so a holding of less than 0.005 % reads 0.00. Where shares and market value
are given, it counts with its implied weight: market value x (sum of weights / sum of values), the sums being over the
lines above 0.05 %, whose weights are hardly rounded.
"""

from collections.abc import Iterable, Mapping, Sequence
from math import fsum
from statistics import median
from typing import Any, NamedTuple

from etf_common.codes import Reason

Holding = Mapping[str, Any]
"""An entry of a snapshot's `holdings`."""
COUNTED_CLASSES = ("equity", "etf", "bond", "other")
ROUNDED_BELOW_PCT = 0.005
"""A weight of less than this reads 0.00 in two decimals."""
REFERENCE_ABOVE_PCT = 0.05
"""Above this a weight of two decimals is rounded by less than a tenth of itself."""
LEAST_WEIGHT_PCT, MOST_WEIGHT_PCT = 1e-12, 1_000.0
"""Between these lies every weight of a real line, below 0 its negative: a dollar in the largest fund weighs
5e-11 %, and a swap of a leveraged fund 300 %."""
MOST_AMOUNT = 1e15
"""More USD, shares or par value than any line has: all funds together hold less than 1e14 USD."""
# A line whose value is not within this factor of what its weight says is wrong, and would move all implied weights.
_OUTLIER = 2.0
_DIGITS = 12


class ImpliedWeights(NamedTuple):
    """The implied weights of a list of holdings, in per cent."""

    weights_pct: tuple[float | None, ...]
    """Per holding; None where nothing is implied."""
    too_large: tuple[int, ...]
    """Positions, from 0, of holdings that read 0.00 and whose value implies 0.005 % or more."""
    missing: Reason | None
    """Why nothing could be implied, where something should be."""


def implied_weights(holdings: Sequence[Holding]) -> ImpliedWeights:
    """The weights of the holdings that read 0.00, of a class that counts, and with shares and a market value above 0.

    An implied weight of 0.005 % or more contradicts the given one, which would not read 0.00: it is not used.
    """
    rounded = [position for position, holding in enumerate(holdings) if _reads_zero(holding)]
    weights: list[float | None] = [None] * len(holdings)
    if not rounded:
        return ImpliedWeights(tuple(weights), (), None)
    per_usd = _weight_per_usd(holdings)
    if per_usd is None:
        return ImpliedWeights(tuple(weights), (), Reason.NO_REFERENCE_LINE)
    too_large = []
    for position in rounded:
        implied = float(f"{holdings[position]['market_value_usd'] * per_usd:.{_DIGITS}g}")
        if implied >= ROUNDED_BELOW_PCT:
            too_large.append(position)
        elif implied >= LEAST_WEIGHT_PCT:
            weights[position] = implied
    return ImpliedWeights(tuple(weights), tuple(too_large), None)


def counted_pct(holding: Holding) -> float:
    """What a checked holding of a class that counts weighs in the figures, in per cent: above 0 if it counts."""
    weight: float = holding["weight_pct"] or 0.0
    return weight or holding.get("weight_implied_pct") or 0.0


def is_implied(holding: Holding) -> bool:
    """Whether a checked holding counts with an implied weight."""
    return not holding["weight_pct"] and bool(holding.get("weight_implied_pct"))


class CheckedHoldings(NamedTuple):
    """Holdings that the figures can be computed from."""

    holdings: list[Holding]
    """As in the snapshot, with implied weights and without numbers that no fund can have."""
    too_small: bool
    """Whether a weight other than 0 was below every possible one; it is taken as 0.00."""
    impossible: bool
    """Whether a weight of a holding that would count was above every possible one; it is taken as not given."""
    implied_too_large: bool
    """Whether a line reads 0.00 and its value implies more."""
    missing: Reason | None
    """Why no weight could be implied."""


def checked(holdings: Iterable[Holding]) -> CheckedHoldings:
    """Holdings of a stored snapshot, made safe for the figures. A snapshot without implied weights gets them here."""
    found: list[Holding] = []
    too_small = impossible = False
    for holding in holdings:
        weight, shares, value = holding["weight_pct"], holding["shares"], holding["market_value_usd"]
        if (
            weight
            and shares
            and value
            and LEAST_WEIGHT_PCT <= weight <= MOST_WEIGHT_PCT
            and 0 < shares <= MOST_AMOUNT
            and 0 < value <= MOST_AMOUNT
        ) or _is_plausible(holding):  # the first part is the quick way for most lines
            found.append(holding)
            continue
        small = _is_number(weight) and abs(weight) < LEAST_WEIGHT_PCT
        large = weight is not None and not small and not _is_within(weight, MOST_WEIGHT_PCT)
        too_small |= small and weight != 0
        impossible |= large and holding["asset_class"] in COUNTED_CLASSES
        found.append(_without_impossible(holding, 0.0 if small else None if large else weight))
    implied = implied_weights(found)
    pairs = zip(found, implied.weights_pct, strict=True)
    return CheckedHoldings(
        [
            holding if holding.get("weight_implied_pct") == weight else {**holding, "weight_implied_pct": weight}
            for holding, weight in pairs
        ],
        too_small,
        impossible,
        bool(implied.too_large),
        implied.missing,
    )


def _reads_zero(holding: Holding) -> bool:
    return (
        holding["weight_pct"] == 0
        and holding["asset_class"] in COUNTED_CLASSES
        and (holding["shares"] or 0) > 0
        and (holding["market_value_usd"] or 0) > 0
    )


def _weight_per_usd(holdings: Sequence[Holding]) -> float | None:
    """Per cent that a dollar weighs; None if no line tells."""
    lines = [
        (holding["weight_pct"], holding["market_value_usd"])
        for holding in holdings
        if (holding["weight_pct"] or 0.0) > REFERENCE_ABOVE_PCT and (holding["market_value_usd"] or 0) > 0
    ]
    if not lines:
        return None
    usual = median(value / weight for weight, value in lines)
    lines = [line for line in lines if usual / _OUTLIER <= line[1] / line[0] <= usual * _OUTLIER]
    if not lines:
        return None  # of two lines, one may contradict the other
    return fsum(weight for weight, _ in lines) / fsum(value for _, value in lines)


def _is_number(value: float | None) -> bool:
    return value is not None and value == value  # noqa: PLR0124 - NaN is not itself


def _is_within(value: float, limit: float) -> bool:
    return -limit <= value <= limit


def _is_plausible(holding: Holding) -> bool:
    weight, shares, value = holding["weight_pct"], holding["shares"], holding["market_value_usd"]
    return (
        (weight is None or weight == 0 or LEAST_WEIGHT_PCT <= abs(weight) <= MOST_WEIGHT_PCT)
        and (shares is None or _is_within(shares, MOST_AMOUNT))
        and (value is None or _is_within(value, MOST_AMOUNT))
    )


def _without_impossible(holding: Holding, weight: float | None) -> Holding:
    amounts = {name: holding[name] for name in ("shares", "market_value_usd")}
    kept = {
        name: amount if amount is not None and _is_within(amount, MOST_AMOUNT) else None
        for name, amount in amounts.items()
    }
    return {**holding, "weight_pct": weight, **kept}
