"""A portfolio's figures, through all the funds in it."""

import math
from collections import Counter, defaultdict
from collections.abc import Callable, Mapping, Sequence
from typing import Any

from etf_analytics.blend import Blend, blend
from etf_analytics.concentration import concentration
from etf_analytics.cost import portfolio_cost
from etf_analytics.figures import Missing, Shown, answer, percent, usd
from etf_analytics.funds import Fund, Group, assumptions_of, dates_of
from etf_analytics.groups import asset_classes, sectors, uncounted_unknown
from etf_analytics.lines import COUNTED_CLASSES, Line
from etf_analytics.lookthrough import Opened
from etf_analytics.marginal import marginal
from etf_analytics.positions import Position

NO_UNSEEN_FUND = "no unseen line is a fund that would be opened"


def portfolio(
    positions: Sequence[Position],
    funds: Mapping[str, Fund],
    *,
    expense_ratio_pct: Mapping[str, float | None] | None = None,
    sector_table: Mapping[str, Any] | None = None,
) -> dict[str, Any]:
    """Exposures to single securities, concentration, sectors, asset classes, cost, and what each fund does to them.

    `funds` by symbol, all prepared with the same `by`: those that are positions, those that may be opened inside
    others, and those that describe securities held directly. `expense_ratio_pct` in per cent a year. Raises
    ValueError for a position that is no fund, unless funds list exactly one security by its symbol (`securities_of`).
    """
    whole, ratios = blend(positions, funds), expense_ratio_pct or {}
    mixture = whole.mixture
    by_sector = _groups(whole, lambda fund: fund.sectors, lambda line: line.sector)
    shown = answer(
        {
            **_head(whole),
            **_totals(whole),
            "concentration": concentration(mixture),
            "sectors": sectors(by_sector, mixture, sector_table),
            "asset_classes": _classes(whole),
            "cost": portfolio_cost(positions, ratios, whole.fund_symbols),
            "unresolved": _unresolved(whole),
        }
    )
    if mixture.flaw:
        shown["reasons"]["exposures"] = mixture.flaw
    return {
        **shown,
        "exposures": None if mixture.flaw else _exposures(whole),
        "marginal": [answer(row) for row in marginal(whole, ratios)],
    }


def _head(whole: Blend) -> dict[str, Any]:
    """The positions, and the lists that the figures rest on."""
    inside = [part.fund for part in whole.mixture.parts]
    assumptions = assumptions_of(inside)
    return {
        "by": whole.by,
        "positions": _positions(whole),
        **dates_of(inside),
        "complete": all(fund.complete for fund in inside),
        "merged": {fund.symbol: fund.merged for fund in inside if fund.merged},
        "flaws": {fund.symbol: fund.flaw for fund in inside if fund.flaw},
        "assumptions": [*assumptions, NO_UNSEEN_FUND] if assumptions else [],
    }


def _positions(whole: Blend) -> list[dict[str, Any]]:
    rows = []
    for position in whole.positions:
        is_open = position.symbol in whole.opened
        described = whole.funds[position.symbol] if is_open else whole.direct[position.symbol]
        value = None if position.value_usd is None else usd(position.value_usd)
        kind = "fund" if position.symbol in whole.fund_symbols else "security"
        row = {"symbol": position.symbol, "name": described.name, "kind": kind}
        rows.append({**row, "weight_pct": percent(position.share), "value_usd": value})
    return rows


def _totals(whole: Blend) -> dict[str, Shown]:
    """How much of the portfolio the exposures show."""
    mixture = whole.mixture
    if mixture.flaw:
        return dict.fromkeys(("counted_pct", "unseen_pct", "unresolved_pct"), Missing(mixture.flaw))
    unresolved = math.fsum(entry.weight for entry in whole.unresolved.values())
    return {
        "counted_pct": percent(mixture.total, mixture.total + mixture.unseen),
        "unseen_pct": percent(0.0, mixture.unseen),
        "unresolved_pct": percent(unresolved, unresolved + mixture.unseen),
    }


def _unresolved(whole: Blend) -> list[dict[str, Any]]:
    largest_first = sorted(whole.unresolved.items(), key=lambda entry: (-entry[1].weight, entry[0]))
    rows = []
    for key, (weight, why) in largest_first:
        line = whole.line(key)
        rows.append({"symbol": line.symbol, "name": line.name, "weight_pct": percent(weight), "why": why})
    return rows


def _exposures(whole: Blend) -> list[dict[str, Any]]:
    """One row a security, largest first."""
    mixture = whole.mixture
    amounts = [position.value_usd for position in whole.positions if position.value_usd is not None]
    value = math.fsum(amounts)
    through, ceilings = _through(whole), mixture.ceilings
    rows = []
    for key, low in mixture.ranked:
        line, high = whole.line(key), low + ceilings.get(key, 0.0)
        rows.append(
            {
                "symbol": line.symbol,
                "name": line.name,
                "weight_pct": percent(low, high),
                "value_usd": usd(low * value, high * value) if amounts else None,
                "through": through[key],
            }
        )
    return rows


def _through(whole: Blend) -> dict[str, list[dict[str, Any]]]:
    """By key: the positions that a security is held through, and what each brings, as far as it is listed."""
    through: defaultdict[str, list[dict[str, Any]]] = defaultdict(list)
    for position in whole.positions:
        inside, symbol, share = whole.opened.get(position.symbol), position.symbol, position.share
        if inside is None:
            through[whole.direct[symbol].key].append({"symbol": symbol, "weight_pct": percent(share)})
            continue
        for key, weight in inside.weights.items():
            through[key].append({"symbol": symbol, "weight_pct": percent(share * weight)})
    return through


def _groups(
    whole: Blend, of_fund: Callable[[Opened], Mapping[str, float]], of_line: Callable[[Line], str]
) -> dict[str, Group]:
    """What the positions weigh by sector or class, and how many securities of each there are."""
    weights: defaultdict[str, float] = defaultdict(float)
    for position in whole.positions:
        inside = whole.opened.get(position.symbol)
        parts = of_fund(inside) if inside else {of_line(whole.direct[position.symbol]): 1.0}
        for name, weight in parts.items():
            weights[name] += position.share * weight
    counts = Counter(of_line(whole.line(key)) for key in whole.mixture.weights)
    return {name: Group(weight, counts[name]) for name, weight in weights.items()}


def _classes(whole: Blend) -> list[dict[str, Any]]:
    inside = [part.fund for part in whole.mixture.parts]
    groups = _groups(whole, lambda fund: fund.classes, lambda line: line.asset_class)
    for name in set(groups).difference(COUNTED_CLASSES):
        groups[name] = Group(
            groups[name].weight, sum(fund.classes[name].lines for fund in inside if name in fund.classes)
        )
    unknown = next((why for fund in inside if (why := uncounted_unknown(fund))), None)
    return asset_classes(groups, whole.mixture, unknown)
