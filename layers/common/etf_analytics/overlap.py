"""How much of two funds is the same."""

import math
from collections.abc import Sequence
from itertools import combinations
from operator import mul
from typing import Any

from etf_analytics.funds import Fund, assumptions_of, dates_of, flaws_of
from etf_analytics.identity import disambiguate
from etf_analytics.rendering import Bounds, Missing, beyond_possible, percent, ratio, rendered
from etf_common.codes import Reason

COSINE_IS = (
    "cosine of the two weight vectors: the correlation of the two funds only if all securities were equally volatile "
    "and uncorrelated (an identity covariance)"
)
_PER_PAIR = ("overlap_pct", "coverage_a_pct", "coverage_b_pct", "active_share_pct")
# More than index funds have in futures to keep their cash invested.
_MUCH_IN_CONTRACTS = 0.05
_COUNTED = ("common_count", "common_of_a_pct", "common_of_b_pct", "jaccard", "cosine")


def fund_overlap(funds: Sequence[Fund]) -> dict[str, Any]:
    """All pairs of two or more funds prepared with the same `by`; for two also their securities side by side."""
    funds = disambiguate(funds)
    head = {
        "symbols": [fund.symbol for fund in funds],
        "by": funds[0].by,
        **dates_of(funds),
        "merged": {fund.symbol: fund.merged for fund in funds if fund.merged},
        "notes": {"cosine": COSINE_IS, **_zero_rows(funds), **_contracts(funds)},
        "assumptions": assumptions_of(funds),
    }
    rows = _side_by_side(*funds) if len(funds) == 2 else {}
    pairs = [_pair(a, b) for a, b in combinations(funds, 2)]
    flaws = flaws_of(funds)
    for pair in pairs:
        flaws |= beyond_possible(pair, f"{pair['a']}/{pair['b']}")
    return {**rendered({**head, **rows}), "flaws": flaws, "pairs": pairs}


def _zero_rows(funds: Sequence[Fund]) -> dict[str, str]:
    """Which lines the counts leave out, if any."""
    zero = ", ".join(f"{fund.listed.zero} of {fund.symbol}" for fund in funds if fund.listed.zero)
    return {"zero_rows": f"the portal rounds to 0.00 %, and nothing implies the weight of: {zero}"} if zero else {}


def _contracts(funds: Sequence[Fund]) -> dict[str, str]:
    """How much of leveraged and hedged funds is left out."""
    large = [(fund, fund.listed.contracts) for fund in funds if (fund.listed.contracts or 0.0) > _MUCH_IN_CONTRACTS]
    named = ", ".join(f"{100 * (weight or 0.0):.2f} % of {fund.symbol}" for fund, weight in large)
    return {"contracts": f"in futures, swaps and options, which do not count: {named}"} if named else {}


def _pair(a: Fund, b: Fund) -> dict[str, Any]:
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
            **_counted(a, b, len(common), math.fsum(map(mul, weights_a, weights_b))),
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


def _bounded(a: Fund, b: Fund, shared: float) -> dict[str, Any]:
    gain_a, gain_b = _reach(b, a), _reach(a, b)
    room_a, room_b = a.unlisted.weight, b.unlisted.weight
    most = min(
        shared + min(room_a + min(gain_a, room_b), room_b + min(gain_b, room_a)), a.total + room_a, b.total + room_b
    )
    active_share: Bounds = (
        (a.total + b.total) / 2 - shared - (min(gain_a, room_b) + min(gain_b, room_a)) / 2,
        (a.total + room_a + b.total + room_b) / 2 - shared,
    )
    return {
        "overlap_pct": percent(shared, most),
        "active_share_pct": percent(max(0.0, active_share[0]), max(0.0, active_share[1])),
    }


def _reach(hidden: Fund, listing: Fund) -> float:
    """How much more of the weights of `listing` the unlisted lines of `hidden` can match."""
    if not hidden.unlisted.weight:
        return 0.0
    matched = hidden.weights
    return math.fsum(
        min(max(0.0, weight - matched.get(key, 0.0)), hidden.unlisted_ceiling(key))
        for key, weight in listing.weights.items()
    )


def _coverage_gain(of: Fund, in_: Fund) -> float:
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


def _side_by_side(a: Fund, b: Fund) -> dict[str, Any]:
    """The securities of two funds: those in both, largest overlap first, and those in one only."""
    if flaw := a.flaw or b.flaw:
        return dict.fromkeys(("common", "only_a", "only_b"), Missing(flaw))
    keys = a.weights.keys() & b.weights.keys()
    common = sorted(((min(a.weights[key], b.weights[key]), key) for key in keys), key=lambda row: (-row[0], row[1]))
    return {
        "common": [_row(a, b, key) for _, key in common],
        "only_a": [_row(a, b, key) for key in a.weights if key not in keys],
        "only_b": [_row(a, b, key) for key in b.weights if key not in keys],
    }


def _row(a: Fund, b: Fund, key: str) -> dict[str, Any]:
    (low_a, high_a), (low_b, high_b) = (_range(fund, key) for fund in (a, b))
    security = a.securities.get(key) or b.securities[key]
    return {
        "symbol": security.symbol,
        "name": security.name,
        "weight_a_pct": percent(low_a, high_a),
        "weight_b_pct": percent(low_b, high_b),
        "overlap_pct": percent(min(low_a, low_b), min(high_a, high_b)),
        **({"weight_implied": True} if key in a.implied or key in b.implied else {}),
    }


def _range(fund: Fund, key: str) -> Bounds:
    low = fund.weights.get(key, 0.0)
    return low, low + fund.unlisted_ceiling(key)
