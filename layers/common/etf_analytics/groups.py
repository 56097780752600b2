"""Sectors and asset classes."""

from collections.abc import Mapping
from typing import Any

from etf_analytics.concentration import inequality
from etf_analytics.figures import Missing, percent
from etf_analytics.funds import UNCLASSIFIED, Fund, Group
from etf_analytics.lines import COUNTED_CLASSES
from etf_analytics.mixture import Mixture


def class_groups(fund: Fund) -> list[dict[str, Any]]:
    """The asset classes of one fund."""
    return asset_classes(fund.classes, Mixture.of(fund), uncounted_unknown(fund))


def uncounted_unknown(fund: Fund) -> str | None:
    """Why it is not known what cash and derivatives weigh; None if it is."""
    if fund.listed.net is None:
        return "weight_missing"
    return None if fund.complete else "partial_list"


def asset_classes(groups: Mapping[str, Group], mixture: Mixture, unknown: str | None) -> list[dict[str, Any]]:
    """Each asset class with its weight, largest first. Cash and derivatives do not count, and stand there net.

    `unknown`: why it is not known what they weigh; None if it is.
    """
    rows = []
    for name, group in _largest_first(groups):
        counted = name in COUNTED_CLASSES
        row = _row(group, mixture)
        if unknown and not counted:
            row = dict.fromkeys(row, Missing(unknown))
        rows.append({"asset_class": name, **row, "counted": counted})
    return rows


def sector_groups(fund: Fund) -> dict[str, Group]:
    """The sectors of one fund, the funds that it holds included."""
    groups = dict(fund.sectors)
    for key in fund.nested:
        name = fund.lines[key].sector
        weight, lines = groups.get(name, Group(0.0, 0))
        groups[name] = Group(weight + fund.weights[key], lines + 1)
    return groups


def sectors(groups: Mapping[str, Group], mixture: Mixture, table: Mapping[str, Any] | None) -> dict[str, Any]:
    """Each sector with its weight, largest first, and how evenly the classified part is spread over sectors.

    `table` says whose sectors these are: `taxonomy`, `source`, `as_of`.
    """
    known = {name: group.weight for name, group in groups.items() if name != UNCLASSIFIED}
    seen = sum(known.values())
    missing = mixture.flaw or ("partial_list" if mixture.partial else None if known else "unclassified")
    return {
        **(table or {"taxonomy": None, "source": None, "as_of": None}),
        "classified_pct": Missing(mixture.flaw) if mixture.flaw else percent(seen, seen + mixture.unseen),
        "weights": [{"sector": name, **_row(group, mixture)} for name, group in _largest_first(groups)],
        "not_shown_pct": Missing(mixture.flaw) if mixture.flaw else percent(0.0, mixture.unseen),
        **inequality(known.values(), missing),
        "scaled_to_one": ["gini", "entropy", "effective_entropy"],
    }


def _largest_first(groups: Mapping[str, Group]) -> list[tuple[str, Group]]:
    return sorted(groups.items(), key=lambda entry: (-entry[1].weight, entry[0]))


def _row(group: Group, mixture: Mixture) -> dict[str, Any]:
    if mixture.flaw:
        return {"weight_pct": Missing(mixture.flaw), "count": Missing(mixture.flaw)}
    count = Missing("partial_list") if mixture.partial else group.lines
    return {"weight_pct": percent(group.weight, group.weight + mixture.unseen), "count": count}
