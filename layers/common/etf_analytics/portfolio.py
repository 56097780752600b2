"""A portfolio's figures, through all the funds in it."""

import math
from collections import Counter, defaultdict
from collections.abc import Callable, Mapping, Sequence, Set
from typing import Any

from etf_analytics.composition import asset_classes, concentration, sectors, uncounted_unknown
from etf_analytics.cost import portfolio_cost
from etf_analytics.decisions.doubling import doubling
from etf_analytics.funds import Fund, Group, assumptions_of, dates_of, flaws_of
from etf_analytics.lookthrough import CheckSecurities, LookedThroughPortfolio, Position, look_through
from etf_analytics.marginal import marginal
from etf_analytics.rendering import Missing, Shown, between, beyond_possible, percent, rendered, usd
from etf_analytics.securities import Security
from etf_analytics.weights import COUNTED_CLASSES
from etf_common.codes import Reason

NO_UNLISTED_FUND = "no unlisted line is a fund that would be opened"


def analyze_portfolio(
    positions: Sequence[Position],
    funds: Mapping[str, Fund],
    *,
    expense_ratio_pct: Mapping[str, float | None] | None = None,
    sector_table: Mapping[str, Any] | None = None,
    check_securities: CheckSecurities | None = None,
) -> dict[str, Any]:
    """Exposures to single securities, concentration, sectors, asset classes, cost, and what each fund does to them.

    `funds` by symbol, all prepared with the same `by`: those that are positions, those that may be opened inside
    others, and those that describe securities held directly. `expense_ratio_pct` in per cent a year. Raises
    ValueError for a position that is not a fund here, unless the funds list exactly one security by its symbol.
    `check_securities` sees what they list first, and can raise a better error.
    """
    whole, ratios = look_through(positions, funds, check_securities), expense_ratio_pct or {}
    answer = _answer(whole, ratios, sector_table)
    other = whole.other_reading
    if other is not None:
        # Lists of securities show the doubtful ones apart.
        rows = {name: answer[name] for name in ("positions", "unresolved", "exposures")}
        answer = {**between(answer, _answer(other[0], ratios, sector_table)), **rows}
    doubled = doubling(whole, ratios, answer["marginal"])
    if isinstance(doubled, Missing):
        answer = {**answer, "doubling": None, "reasons": {**answer["reasons"], "doubling": doubled.reason}}
    else:
        answer = {**answer, "doubling": doubled}
    return {**answer, "doubts": whole.readings.described(whole.places)}


def _answer(
    whole: LookedThroughPortfolio, ratios: Mapping[str, float | None], sector_table: Mapping[str, Any] | None
) -> dict[str, Any]:
    """One reading of the portfolio."""
    exposures = whole.exposures
    by_sector = groups_of(whole, lambda fund: fund.sectors, lambda security: security.sector)
    shown = rendered(
        {
            **_head(whole),
            "contracts_pct": _contracts(whole),
            **_totals(whole),
            "concentration": concentration(exposures),
            "sectors": sectors(by_sector, exposures, sector_table),
            "asset_classes": _classes(whole),
            "cost": portfolio_cost(whole, ratios),
            "unresolved": _unresolved(whole),
        }
    )
    if exposures.flaw:
        shown["reasons"]["exposures"] = exposures.flaw
    inside = [part.fund for part in whole.exposures.opened]
    return {
        **shown,
        "flaws": {**flaws_of(inside), **beyond_possible(shown)},
        "exposures": None if exposures.flaw else _exposures(whole),
        "marginal": [rendered(row) for row in marginal(whole, ratios)],
    }


def _head(whole: LookedThroughPortfolio) -> dict[str, Any]:
    """The positions, and the lists that the figures rest on."""
    inside = [part.fund for part in whole.exposures.opened]
    assumptions = assumptions_of(inside)
    return {
        "by": whole.by,
        "positions": _positions(whole),
        **dates_of(inside),
        "complete": all(fund.complete for fund in inside),
        "merged": {fund.symbol: fund.merged for fund in inside if fund.merged},
        "assumptions": [*assumptions, NO_UNLISTED_FUND] if assumptions else [],
    }


def _positions(whole: LookedThroughPortfolio) -> list[dict[str, Any]]:
    rows = []
    for position in whole.positions:
        is_open = position.symbol in whole.opened
        described = whole.funds[position.symbol] if is_open else whole.direct[position.symbol]
        value = None if position.value_usd is None else usd(position.value_usd)
        kind = "fund" if position.symbol in whole.fund_symbols else "security"
        row = {"symbol": position.symbol, "name": described.name, "kind": kind}
        rows.append({**row, "weight_pct": percent(position.weight), "value_usd": value})
    return rows


def _totals(whole: LookedThroughPortfolio) -> dict[str, Shown]:
    """How much of the portfolio the exposures show."""
    exposures = whole.exposures
    if exposures.flaw:
        return dict.fromkeys(("counted_pct", "unseen_pct", "unresolved_pct"), Missing(exposures.flaw))
    unresolved = math.fsum(entry.weight for entry in whole.unresolved.values())
    return {
        "counted_pct": percent(exposures.total, exposures.total + exposures.unlisted),
        "unseen_pct": percent(0.0, exposures.unlisted),
        "unresolved_pct": percent(unresolved, unresolved + exposures.unlisted),
    }


def _contracts(whole: LookedThroughPortfolio) -> Shown:
    parts = [(part.weight, part.fund.listed.contracts) for part in whole.exposures.opened]
    known = [share * weight for share, weight in parts if weight is not None]
    return percent(math.fsum(known)) if len(known) == len(parts) else Missing(Reason.WEIGHT_MISSING)


def _unresolved(whole: LookedThroughPortfolio) -> list[dict[str, Any]]:
    largest_first = sorted(whole.unresolved.items(), key=lambda entry: (-entry[1].weight, entry[0]))
    rows = []
    for key, (weight, why) in largest_first:
        security = whole.security(key)
        rows.append({"symbol": security.symbol, "name": security.name, "weight_pct": percent(weight), "why": why})
    return rows


def _exposures(whole: LookedThroughPortfolio) -> list[dict[str, Any]]:
    """One row a security, largest first. What is in doubt stands apart, with the most that it can be together."""
    exposures = whole.exposures
    amounts = [position.value_usd for position in whole.positions if position.value_usd is not None]
    value = math.fsum(amounts)
    through, ceilings, implied = _through(whole), exposures.ceilings, whole.implied
    gains, doubtful = doubtful_gains(whole)
    rows = []
    for key, low in exposures.ranked:
        security, high = whole.security(key), low + ceilings.get(key, 0.0) + gains.get(key, 0.0)
        rows.append(
            {
                "symbol": security.symbol,
                "name": security.name,
                "weight_pct": percent(low, high),
                "value_usd": usd(low * value, high * value) if amounts else None,
                "through": through[key],
                **({"weight_implied": True} if key in implied else {}),
                **({"in_doubt": True} if key in doubtful else {}),
            }
        )
    return rows


def doubtful_gains(whole: LookedThroughPortfolio) -> tuple[Mapping[str, float], Set[str]]:
    """By key: the most that lines add that may be the same security; and all keys that are in doubt."""
    if whole.other_reading is None:
        return {}, set()
    merged = whole.other_reading[1]
    shares = {part.fund.symbol: part.weight for part in whole.exposures.opened}
    gains = dict(merged.ceilings([shares.get(fund.symbol, 0.0) for fund in merged.apart]))
    # Of a security held directly, the whole position may be another's.
    for position in whole.positions:
        held = whole.direct.get(position.symbol)
        if held is not None and held.key in merged.doubtful:
            together = merged.keys.get(held.key, held.key)
            for key in merged.doubtful - {held.key}:
                if merged.keys.get(key, key) == together:
                    gains[key] = gains.get(key, 0.0) + position.weight
    return gains, merged.doubtful


def _through(whole: LookedThroughPortfolio) -> dict[str, list[dict[str, Any]]]:
    """By key: the positions that a security is held through, and what each brings, as far as it is listed."""
    through: defaultdict[str, list[dict[str, Any]]] = defaultdict(list)
    for position in whole.positions:
        inside, symbol, share = whole.opened.get(position.symbol), position.symbol, position.weight
        if inside is None:
            through[whole.direct[symbol].key].append({"symbol": symbol, "weight_pct": percent(share)})
            continue
        for key, weight in inside.weights().items():
            through[key].append({"symbol": symbol, "weight_pct": percent(share * weight)})
    return through


def groups_of(
    whole: LookedThroughPortfolio,
    of_fund: Callable[[Fund], Mapping[str, Group]],
    of_security: Callable[[Security], str],
) -> dict[str, Group]:
    """What the portfolio holds by sector or class, and how many securities of each there are."""
    weights: defaultdict[str, float] = defaultdict(float)
    for share, fund in whole.exposures.opened:
        for name, group in of_fund(fund).items():
            weights[name] += share * group.weight
    for key, entry in whole.closed_inside.items():
        weights[of_security(whole.security(key))] += entry.weight
    for position in whole.positions:
        if position.symbol in whole.direct:
            weights[of_security(whole.direct[position.symbol])] += position.weight
    counts = Counter(of_security(whole.security(key)) for key in whole.exposures.weights)
    return {name: Group(weight, counts[name]) for name, weight in weights.items()}


def classes_without_held_funds(fund: Fund) -> Mapping[str, Group]:
    """The classes of an opened fund: the funds that it holds are opened too, or closed and added by themselves."""
    return {name: group for name, group in fund.classes.items() if name != "etf"}


def _classes(whole: LookedThroughPortfolio) -> list[dict[str, Any]]:
    inside = [part.fund for part in whole.exposures.opened]
    groups = groups_of(whole, classes_without_held_funds, lambda security: security.asset_class)
    for name in set(groups).difference(COUNTED_CLASSES):
        groups[name] = Group(
            groups[name].weight, sum(fund.classes[name].size for fund in inside if name in fund.classes)
        )
    unknown = next((why for fund in inside if (why := uncounted_unknown(fund))), None)
    return asset_classes(groups, whole.exposures, unknown)
