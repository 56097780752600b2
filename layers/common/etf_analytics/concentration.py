"""How concentrated a set of weights is."""

import math
from collections.abc import Iterable, Sequence
from typing import Any

from etf_analytics.figures import Missing, percent, points, ratio, whole
from etf_analytics.mixture import Mixture

TOP = (1, 5, 10, 25, 50)
OVER_SHARES = ("effective_holdings", "names_to_half", "gini", "entropy", "effective_entropy")
"""Figures over p = w / sum of w: the weights that count, scaled to one. All others take the weights as they are."""


def concentration(mixture: Mixture) -> dict[str, Any]:
    """Herfindahl-Hirschman index, largest names, Gini and entropy."""
    if mixture.flaw:
        return _all_missing(mixture.flaw)
    hhi = mixture.hhi()
    return {
        "hhi": ratio(*hhi, decimals=10),
        "hhi_points": points(*hhi),
        "top_pct": {str(count): percent(*mixture.top(count)) for count in TOP},
        **_over_shares(mixture),
        "scaled_to_one": list(OVER_SHARES),
    }


def _over_shares(mixture: Mixture) -> dict[str, Any]:
    if not mixture.weights:
        return dict.fromkeys(OVER_SHARES, Missing("partial_list" if mixture.partial else "no_counted_lines"))
    return {
        "effective_holdings": ratio(*mixture.effective()),
        "names_to_half": whole(*mixture.names_to_half()),
        **inequality(mixture.weights.values(), "partial_list" if mixture.partial else None),
    }


def inequality(weights: Iterable[float], missing: str | None = None) -> dict[str, Any]:
    """Gini over p, H = -sum p ln p, and exp(H); null with the reason `missing`."""
    if missing:
        return dict.fromkeys(("gini", "entropy", "effective_entropy"), Missing(missing))
    rising = sorted(weights)
    total = math.fsum(rising)
    entropy = -math.fsum([weight / total * math.log(weight / total) for weight in rising])
    return {
        "gini": ratio(_gini(rising, total)),
        "entropy": ratio(entropy),
        "effective_entropy": ratio(math.exp(entropy)),
    }


def _gini(rising: Sequence[float], total: float) -> float:
    """0 when all are equal, towards 1 when one has all."""
    count = len(rising)
    ranks = math.fsum([rank * weight for rank, weight in enumerate(rising, 1)])
    return max(0.0, 2 * ranks / (count * total) - (count + 1) / count)


def _all_missing(reason: str) -> dict[str, Any]:
    names = ("hhi", "hhi_points", *OVER_SHARES)
    return {
        **dict.fromkeys(names, Missing(reason)),
        "top_pct": {str(count): Missing(reason) for count in TOP},
        "scaled_to_one": list(OVER_SHARES),
    }
