"""What a set of weights is made of: concentration, sectors and asset classes."""

import math
from collections.abc import Iterable, Mapping, Sequence
from typing import Any

from etf_analytics.exposures import Exposures
from etf_analytics.funds import Fund, Group
from etf_analytics.rendering import Missing, percent, points, ratio, whole
from etf_analytics.securities import UNCLASSIFIED
from etf_analytics.weights import COUNTED_CLASSES
from etf_common.codes import Reason

TOP = (1, 5, 10, 25, 50)
SCALED_TO_ONE = ("effective_holdings", "names_to_half", "gini", "entropy", "effective_entropy")
"""Figures over p = w / sum of w, the counted weights scaled to one. All others take the weights as they are."""
_INEQUALITY = ("gini", "entropy", "effective_entropy")


def concentration(exposures: Exposures) -> dict[str, Any]:
    """Herfindahl-Hirschman index, largest names, Gini and entropy."""
    if exposures.flaw:
        return _all_missing(exposures.flaw)
    hhi = exposures.hhi()
    return {
        "hhi": ratio(*hhi, decimals=10),
        "hhi_points": points(*hhi),
        "top_pct": {str(count): percent(*exposures.top(count)) for count in TOP},
        **_scaled_to_one(exposures),
        "scaled_to_one": list(SCALED_TO_ONE),
    }


def _scaled_to_one(exposures: Exposures) -> dict[str, Any]:
    partial = Reason.PARTIAL_LIST if exposures.partial else None
    if not exposures.weights:
        return dict.fromkeys(SCALED_TO_ONE, Missing(partial or Reason.NO_COUNTED_LINES))
    return {
        "effective_holdings": ratio(*exposures.effective()),
        "names_to_half": whole(*exposures.names_to_half()),
        **inequality(exposures.weights.values(), partial),
    }


def inequality(weights: Iterable[float], missing: Reason | None = None) -> dict[str, Any]:
    """Gini over p, H = -sum p ln p, and exp(H); null if there is a reason why they are `missing`."""
    if missing:
        return dict.fromkeys(_INEQUALITY, Missing(missing))
    rising = sorted(weights)
    total = math.fsum(rising)
    entropy = -math.fsum([weight / total * math.log(weight / total) for weight in rising])
    return {
        "gini": ratio(_gini(rising, total)),
        "entropy": ratio(entropy),
        "effective_entropy": ratio(math.exp(entropy)),
    }


def _gini(rising: Sequence[float], total: float) -> float:
    """0 when all weights are equal, towards 1 when one has everything."""
    count = len(rising)
    ranks = math.fsum([rank * weight for rank, weight in enumerate(rising, 1)])
    return max(0.0, 2 * ranks / (count * total) - (count + 1) / count)


def _all_missing(reason: Reason) -> dict[str, Any]:
    names = ("hhi", "hhi_points", *SCALED_TO_ONE)
    return {
        **dict.fromkeys(names, Missing(reason)),
        "top_pct": {str(count): Missing(reason) for count in TOP},
        "scaled_to_one": list(SCALED_TO_ONE),
    }


def fund_asset_classes(fund: Fund) -> list[dict[str, Any]]:
    """The asset classes of one fund."""
    return asset_classes(fund.classes, Exposures.of(fund), uncounted_unknown(fund))


def uncounted_unknown(fund: Fund) -> Reason | None:
    """Why the weight of cash and derivatives is not known; None if it is."""
    if fund.listed.net is None:
        return Reason.WEIGHT_MISSING
    return None if fund.complete else Reason.PARTIAL_LIST


def asset_classes(groups: Mapping[str, Group], exposures: Exposures, unknown: Reason | None) -> list[dict[str, Any]]:
    """Each asset class with its weight, largest first. Cash and derivatives do not count; theirs is the net weight.

    `unknown` says why the weight of cash and derivatives is not known; None if it is.
    """
    rows = []
    for name, group in _largest_first(groups):
        counted = name in COUNTED_CLASSES
        row = _row(group, exposures)
        if unknown and not counted:
            row = dict.fromkeys(row, Missing(unknown))
        rows.append({"asset_class": name, **row, "counted": counted})
    return rows


def fund_sectors(fund: Fund) -> dict[str, Group]:
    """The sectors of one fund, including the funds that it holds."""
    groups = dict(fund.sectors)
    for key in fund.held_funds:
        name = fund.securities[key].sector
        weight, size = groups.get(name, Group(0.0, 0))
        groups[name] = Group(weight + fund.weights[key], size + 1)
    return groups


def sectors(groups: Mapping[str, Group], exposures: Exposures, table: Mapping[str, Any] | None) -> dict[str, Any]:
    """Each sector with its weight, largest first, and how evenly the classified part is spread over sectors.

    `table` describes the sector table: `taxonomy`, `source`, `as_of`.
    """
    known = {name: group.weight for name, group in groups.items() if name != UNCLASSIFIED}
    classified, flaw = sum(known.values()), exposures.flaw
    missing = flaw or (Reason.PARTIAL_LIST if exposures.partial else None if known else Reason.UNCLASSIFIED)
    return {
        **(table or {"taxonomy": None, "source": None, "as_of": None}),
        "classified_pct": Missing(flaw) if flaw else percent(classified, classified + exposures.unlisted),
        "weights": [{"sector": name, **_row(group, exposures)} for name, group in _largest_first(groups)],
        **inequality(known.values(), missing),
        "scaled_to_one": list(_INEQUALITY),
    }


def _largest_first(groups: Mapping[str, Group]) -> list[tuple[str, Group]]:
    return sorted(groups.items(), key=lambda entry: (-entry[1].weight, entry[0]))


def _row(group: Group, exposures: Exposures) -> dict[str, Any]:
    if exposures.flaw:
        return {"weight_pct": Missing(exposures.flaw), "count": Missing(exposures.flaw)}
    count = Missing(Reason.PARTIAL_LIST) if exposures.partial else group.size
    return {"weight_pct": percent(group.weight, group.weight + exposures.unlisted), "count": count}
