"""How much of two funds is the same."""

import math
from collections.abc import Callable, Mapping, Sequence, Set
from functools import partial
from heapq import nsmallest
from itertools import combinations
from operator import mul
from typing import Any, Protocol

from etf_analytics.composition import fund_sectors
from etf_analytics.funds import Fund, Group, Unlisted, assumptions_of, dates_of, flaws_of
from etf_analytics.identity import Merged, Readings, read
from etf_analytics.rendering import Bounds, Missing, Shown, between, beyond_possible, percent, ratio, rendered
from etf_common.codes import Reason

COSINE_IS = (
    "cosine of the two weight vectors: the correlation of the two funds only if all securities were equally volatile "
    "and uncorrelated (an identity covariance)"
)
_PER_PAIR = ("overlap_pct", "coverage_a_pct", "coverage_b_pct", "active_share_pct")
# More than index funds have in futures to keep their cash invested.
_MUCH_IN_CONTRACTS = 0.05
_SHOWN_OF_SIMILAR = ("overlap_pct", "active_share_pct", "common_count")
_MOST_DIFFERENCES = 3
_COUNTED = ("common_count", "common_of_a_pct", "common_of_b_pct", "jaccard", "cosine")


def fund_overlap(funds: Sequence[Fund]) -> dict[str, Any]:
    """All pairs of two or more funds prepared with the same `by`; for two also their securities side by side."""
    readings = read(funds)
    funds = readings.funds
    head = {
        "symbols": [fund.symbol for fund in funds],
        "by": funds[0].by,
        **dates_of(funds),
        "merged": {fund.symbol: fund.merged for fund in funds if fund.merged},
        "notes": {"cosine": COSINE_IS, **_zero_rows(funds), **_contracts(funds)},
        "assumptions": assumptions_of(funds),
        "doubts": readings.described(),
    }
    rows = _side_by_side(funds[0], funds[1], readings.merged((0, 1))) if len(funds) == 2 else {}
    pairs = [_pair_of(readings, *places) for places in combinations(range(len(funds)), 2)]
    flaws = flaws_of(funds)
    for pair in pairs:
        flaws |= beyond_possible(pair, f"{pair['a']}/{pair['b']}")
    return {**rendered({**head, **rows}), "flaws": flaws, "pairs": pairs}


def _pair_of(readings: Readings, one: int, other: int) -> dict[str, Any]:
    """The figures of a pair, by places; where lines are in doubt, the lower and the higher of both readings."""
    a, b = readings.funds[one], readings.funds[other]
    apart = _pair(a, b)
    merged = None if a.flaw or b.flaw else readings.merged((one, other), weights_only=True)
    if merged is None:
        return apart
    # The number of lines and the length of the weights stay those of the lists, however they are matched.
    together = _pair(*merged.funds, sizes=(a, b), most_common=merged.most_common())
    return between(apart, together)


def fund_similarity(fund: Fund, other: Fund) -> dict[str, Any]:
    """The other fund with its overlap, as `fund_overlap` has it, and the sectors and securities that differ most.

    Weights `a` are those of `fund`, and `b` those of the other one.
    """
    readings = read([fund, other])
    pair = _pair_of(readings, 0, 1)
    differences = rendered(_differences(readings))
    reasons = {name: why for name, why in pair["reasons"].items() if name in _SHOWN_OF_SIMILAR}
    return {
        "symbol": other.symbol,
        "name": other.name,
        "holdings_as_of": other.holdings_as_of,
        "complete": other.complete,
        **{name: pair[name] for name in _SHOWN_OF_SIMILAR},
        **differences,
        **({"in_doubt": True} if readings.described() else {}),
        "reasons": {**reasons, **differences["reasons"]},
        "flaws": {**flaws_of(readings.funds), **beyond_possible({name: pair[name] for name in _SHOWN_OF_SIMILAR})},
    }


def _differences(readings: Readings) -> dict[str, Any]:
    a, b = readings.funds
    if flaw := a.flaw or b.flaw:
        return {"sector_differences": Missing(flaw), "largest_differences": Missing(flaw)}
    return {
        "sector_differences": _sector_differences(a, b),
        "largest_differences": _largest_differences(readings, _MOST_DIFFERENCES),
    }


def _sector_differences(a: Fund, b: Fund) -> list[dict[str, Any]]:
    of_a, of_b = fund_sectors(a), fund_sectors(b)
    names = sorted(of_a.keys() | of_b.keys(), key=lambda name: (-abs(_weight(of_a, name) - _weight(of_b, name)), name))
    return [
        {"sector": name, "weight_a_pct": _figure(a, of_a, name), "weight_b_pct": _figure(b, of_b, name)}
        for name in names[:_MOST_DIFFERENCES]
        if _weight(of_a, name) != _weight(of_b, name)
    ]


def _weight(groups: Mapping[str, Group], name: str) -> float:
    return groups[name].weight if name in groups else 0.0


def _figure(fund: Fund, groups: Mapping[str, Group], name: str) -> Shown:
    weight = _weight(groups, name)
    return percent(weight, weight + fund.unlisted.weight)


def _zero_rows(funds: Sequence[Fund]) -> dict[str, str]:
    """Which lines the counts leave out, if any."""
    zero = ", ".join(f"{fund.listed.zero} of {fund.symbol}" for fund in funds if fund.listed.zero)
    return {"zero_rows": f"the portal rounds to 0.00 %, and nothing implies the weight of: {zero}"} if zero else {}


def _contracts(funds: Sequence[Fund]) -> dict[str, str]:
    """How much of leveraged and hedged funds is left out."""
    weights = {fund.symbol: fund.listed.contracts for fund in funds}
    named = ", ".join(
        f"an unknown part of {symbol}" if weight is None else f"{100 * weight:.2f} % of {symbol}"
        for symbol, weight in weights.items()
        if weight is None or weight > _MUCH_IN_CONTRACTS
    )
    return {"contracts": f"in futures, swaps and options, which do not count: {named}"} if named else {}


def _pair(
    a: Fund, b: Fund, *, sizes: tuple[Fund, Fund] | None = None, most_common: int | None = None
) -> dict[str, Any]:
    head = {"a": a.symbol, "b": b.symbol}
    if flaw := a.flaw or b.flaw:
        return rendered({**head, **dict.fromkeys((*_PER_PAIR, *_COUNTED), Missing(flaw))})
    # Loops in C: a matrix of 30 funds has 435 pairs.
    common = a.weights.keys() & b.weights.keys()
    weights_a = [*map(a.weights.__getitem__, common)]
    weights_b = [*map(b.weights.__getitem__, common)]
    shared = math.fsum(map(min, weights_a, weights_b))
    seen_a, seen_b = math.fsum(weights_a), math.fsum(weights_b)
    if a.unlisted.weight or b.unlisted.weight:
        figures = {
            **_bounded(a, b, shared),
            "coverage_a_pct": percent(seen_a, seen_a + _coverage_gain(a, b)),
            "coverage_b_pct": percent(seen_b, seen_b + _coverage_gain(b, a)),
            **dict.fromkeys(_COUNTED, Missing(Reason.PARTIAL_LIST)),
        }
    else:
        figures = {
            "overlap_pct": percent(shared),
            "active_share_pct": percent(max(0.0, (a.total + b.total) / 2 - shared)),
            "coverage_a_pct": percent(seen_a),
            "coverage_b_pct": percent(seen_b),
            **_counted(*(sizes or (a, b)), most_common or len(common), math.fsum(map(mul, weights_a, weights_b))),
        }
    return rendered({**head, **figures})


def _counted(a: Fund, b: Fund, common: int, product: float) -> dict[str, Any]:
    """Figures that need complete lists: counts of securities, and the cosine of the weights."""
    if not a.weights or not b.weights:
        return {"common_count": common, **dict.fromkeys(_COUNTED[1:], Missing(Reason.NO_COUNTED_LINES))}
    return {
        "common_count": common,
        "common_of_a_pct": percent(common / len(a.weights)),
        "common_of_b_pct": percent(common / len(b.weights)),
        "jaccard": ratio(common / (len(a.weights) + len(b.weights) - common)),
        "cosine": ratio(min(1.0, product / math.sqrt(a.sum_of_squares * b.sum_of_squares))),
    }


class Listing(Protocol):
    """What bounds need of a fund, or of a portfolio that is looked through."""

    @property
    def weights(self) -> Mapping[str, float]:
        """By key: the securities that count."""

    @property
    def total(self) -> float:
        """Sum of the weights."""

    @property
    def unlisted(self) -> Unlisted:
        """Upper limits for what is not listed."""

    def unlisted_ceiling(self, key: str) -> float:
        """The most that unlisted lines of this security can weigh."""


def overlap_bounds(a: Listing, b: Listing) -> Bounds:
    """The least and the most of the overlap of two, of which neither has a flaw."""
    shared = math.fsum(min(a.weights[key], b.weights[key]) for key in a.weights.keys() & b.weights.keys())
    return shared, _most_shared(a, b, shared) if a.unlisted.weight or b.unlisted.weight else shared


def coverage_bounds(of: Listing, in_: Listing) -> Bounds:
    """The least and the most that `of` weighs in securities that `in_` holds too. Neither has a flaw."""
    seen = math.fsum(map(of.weights.__getitem__, of.weights.keys() & in_.weights.keys()))
    return seen, seen + (_coverage_gain(of, in_) if of.unlisted.weight or in_.unlisted.weight else 0.0)


def _most_shared(a: Listing, b: Listing, shared: float) -> float:
    gain_a, gain_b = _reach(b, a), _reach(a, b)
    room_a, room_b = a.unlisted.weight, b.unlisted.weight
    most = shared + min(room_a + min(gain_a, room_b), room_b + min(gain_b, room_a))
    return min(most, a.total + room_a, b.total + room_b)


def _bounded(a: Fund, b: Fund, shared: float) -> dict[str, Any]:
    gain_a, gain_b = _reach(b, a), _reach(a, b)
    room_a, room_b = a.unlisted.weight, b.unlisted.weight
    active_share: Bounds = (
        (a.total + b.total) / 2 - shared - (min(gain_a, room_b) + min(gain_b, room_a)) / 2,
        (a.total + room_a + b.total + room_b) / 2 - shared,
    )
    return {
        "overlap_pct": percent(shared, _most_shared(a, b, shared)),
        "active_share_pct": percent(max(0.0, active_share[0]), max(0.0, active_share[1])),
    }


def _reach(hidden: Listing, listing: Listing) -> float:
    """How much more of the weights of `listing` the unlisted lines of `hidden` can match."""
    if not hidden.unlisted.weight:
        return 0.0
    matched = hidden.weights
    if isinstance(hidden, Fund) and not hidden.unlisted_classes:
        # By security nothing is added to what is listed; in C, since a matrix has many pairs.
        most = min(hidden.unlisted.largest, hidden.unlisted.weight)
        unmatched = map(listing.weights.__getitem__, listing.weights.keys() - matched.keys())
        return math.fsum([min(weight, most) for weight in unmatched])
    return math.fsum(
        min(max(0.0, weight - matched.get(key, 0.0)), hidden.unlisted_ceiling(key))
        for key, weight in listing.weights.items()
    )


def _coverage_gain(of: Listing, in_: Listing) -> float:
    """The most that unlisted lines of either fund add to the weight of `of` in securities that `in_` holds too.

    However little `in_` holds of a security, its whole weight in `of` counts, so each unlisted line of `in_` can add
    the largest one that is not matched yet.
    """
    gain = 0.0
    if in_.unlisted.weight:
        waiting = [weight for key, weight in of.weights.items() if key not in in_.weights]  # largest first
        gain = math.fsum(waiting[: int(min(in_.unlisted.lines, len(waiting)))])
        return gain + of.unlisted.weight
    matchable = math.fsum(of.unlisted_ceiling(key) for key in in_.weights)
    return min(of.unlisted.weight, matchable)


def _side_by_side(a: Fund, b: Fund, merged: Merged | None) -> dict[str, Any]:
    """The securities of two funds: those in both, largest overlap first, and those in one only.

    What is in doubt stands apart, with `in_doubt`, and with the most that it can add to the overlap.
    """
    if flaw := a.flaw or b.flaw:
        return dict.fromkeys(("common", "only_a", "only_b"), Missing(flaw))
    keys = a.weights.keys() & b.weights.keys()
    common = sorted(((min(a.weights[key], b.weights[key]), key) for key in keys), key=lambda row: (-row[0], row[1]))
    row = _rows_of(a, b, merged)
    return {
        "common": [row(key) for _, key in common],
        "only_a": [row(key) for key in a.weights if key not in keys],
        "only_b": [row(key) for key in b.weights if key not in keys],
    }


def _largest_differences(readings: Readings, count: int) -> list[dict[str, Any]]:
    """The securities of two funds whose weights differ most, as far as they are listed. Neither fund has a flaw."""
    a, b = readings.funds
    apart = (
        (abs(a.weights.get(key, 0.0) - b.weights.get(key, 0.0)), key) for key in a.weights.keys() | b.weights.keys()
    )
    row = _rows_of(a, b, readings.merged((0, 1)))
    largest = nsmallest(count, ((-difference, key) for difference, key in apart if difference > 0))
    return [row(key) for _, key in largest]


def _rows_of(a: Fund, b: Fund, merged: Merged | None) -> Callable[[str], dict[str, Any]]:
    """By key: a security of two funds side by side."""
    gains = [merged.ceilings(shares) for shares in ((1.0, 0.0), (0.0, 1.0))] if merged else [{}, {}]
    return partial(_row, a, b, gains, merged.doubtful if merged else set())


def _row(a: Fund, b: Fund, gains: Sequence[Mapping[str, float]], doubtful: Set[str], key: str) -> dict[str, Any]:
    (low_a, high_a), (low_b, high_b) = (
        _range(fund, key, gain.get(key, 0.0)) for fund, gain in zip((a, b), gains, strict=True)
    )
    security = a.securities.get(key) or b.securities[key]
    return {
        "symbol": security.symbol,
        "name": security.name,
        "weight_a_pct": percent(low_a, high_a),
        "weight_b_pct": percent(low_b, high_b),
        "overlap_pct": percent(min(low_a, low_b), min(high_a, high_b)),
        **({"weight_implied": True} if key in a.implied or key in b.implied else {}),
        **({"in_doubt": True} if key in doubtful else {}),
    }


def _range(fund: Fund, key: str, gain: float) -> Bounds:
    low = fund.weights.get(key, 0.0)
    return low, low + max(fund.unlisted_ceiling(key), gain)
