"""The answer to a rebalancing: a solver's solution as trades, and the portfolio before and after them.

The solver gives trades in cents, and counts no excess and no distance that is only rounding to them. Bought = sold +
cash_usd - cash_left_usd.
"""

import math
from collections.abc import Mapping, Sequence
from typing import Any

from etf_analytics.composition import sectors
from etf_analytics.decisions.rebalance_caps import CapKind, CapRow
from etf_analytics.decisions.rebalance_problem import Asset, RebalanceProblem
from etf_analytics.funds import assumptions_of, dates_of, flaws_of
from etf_analytics.lookthrough import LookedThroughPortfolio
from etf_analytics.portfolio import NO_UNLISTED_FUND, doubtful_gains, groups_of
from etf_analytics.rendering import Missing, between, percent, rendered, usd
from etf_common.codes import UntradeableReason

LARGEST = 10
"""So many of the largest securities are shown."""
_CENT = 0.01
_ROUNDING_PCT = 1e-6
NO_ADVICE = (
    "a calculation and no advice: taxes, tax lots, market impact and settlement are not considered; costs are told and "
    "kept low, and not taken out of the money"
)
_TIME_LIMIT = "the solver's time was over: the trades meet what the answer says, but fewer trades may do"
_NO_PLAN = (
    "the solver's time was over before it had found a plan that is better than trading nothing; there may be one: ask "
    "with fewer funds or caps, without whole_shares and min_trade_usd"
)


def rebalance_plan(
    problem: RebalanceProblem, solution: Mapping[str, Any], *, sector_table: Mapping[str, Any] | None = None
) -> dict[str, Any]:
    """The answer. `solution` has the signed `trades_usd` and `trades_shares` by symbol, and what it could not meet."""
    trades, assets = solution["trades_usd"], problem.assets
    before = [asset.current_usd for asset in assets]
    after = [_kept(asset.current_usd + trades.get(asset.symbol, 0.0)) for asset in assets]
    turnover = math.fsum(map(abs, trades.values()))
    excess, distance = solution["excess_pct"], solution["target_distance_pct"]
    binding = [*dict.fromkeys((*solution["binding"], *excess))]
    return {
        "feasible": not excess and distance <= _distance_allowed(problem),
        "trades": _trades(assets, solution),
        "turnover_usd": round(turnover, 2),
        "turnover_pct": round(turnover / problem.total_usd * 100.0, 6),
        "cost_usd": round(_cost(assets, trades), 2),
        "before": _side(problem, before, sector_table),
        "after": _side(problem, after, sector_table),
        "binding": binding,
        "excess": {name: round(pct, 6) for name, pct in excess.items()},
        "decided_by_high_end": _decided_by_high_end(problem, after, binding),
        "target_distance_pct": round(distance, 6),
        "cash_usd": problem.wanted.cash_usd,
        "cash_left_usd": round(problem.wanted.cash_usd - math.fsum(trades.values()), 2) + 0.0,
        "total_usd": round(problem.total_usd, 2),
        **_not_traded(assets),
        **_head(problem),
        "notes": [NO_ADVICE, *_on_time(solution), *_notes(problem)],
    }


def _on_time(solution: Mapping[str, Any]) -> list[str]:
    """What there is to say where the solver's time was over."""
    if solution["status"] != "time_limit":
        return []
    return [_TIME_LIMIT if solution["trades_usd"] else _NO_PLAN]


def _kept(amount: float) -> float:
    """Less than a cent is what rounding leaves of a position that is sold."""
    return amount if amount >= _CENT else 0.0


def _distance_allowed(problem: RebalanceProblem) -> float:
    """How far from the targets trades of whole shares may end: by the price of one share of each fund."""
    targets = problem.wanted.targets
    if not problem.wanted.whole_shares or not targets:
        return _ROUNDING_PCT
    prices = math.fsum(asset.price_usd or 0.0 for asset in problem.assets if asset.symbol in targets)
    return 100.0 * prices / problem.total_usd


def _trades(assets: Sequence[Asset], solution: Mapping[str, Any]) -> list[dict[str, Any]]:
    """Sales first, since they pay for what is bought; largest first."""
    trades, shares = solution["trades_usd"], solution["trades_shares"] or {}
    rows = [
        {
            "symbol": asset.symbol,
            "side": "buy" if trades[asset.symbol] > 0 else "sell",
            "shares": round(abs(shares[asset.symbol]), 6) if asset.symbol in shares else None,
            "amount_usd": abs(trades[asset.symbol]),
            "price_usd": asset.price_usd,
            "price_as_of": asset.price_as_of,
            "reasons": dict(asset.reasons),
        }
        for asset in assets
        if trades.get(asset.symbol)
    ]
    return sorted(rows, key=lambda row: (row["side"] == "buy", -row["amount_usd"], row["symbol"]))


def _cost(assets: Sequence[Asset], trades: Mapping[str, float]) -> float:
    return math.fsum(
        abs(trades[asset.symbol]) * asset.cost_pct / 100.0 + asset.cost_usd
        for asset in assets
        if trades.get(asset.symbol)
    )


def _side(
    problem: RebalanceProblem, amounts: Sequence[float], sector_table: Mapping[str, Any] | None
) -> dict[str, Any]:
    """The portfolio of these amounts: by position, its largest securities, and its sectors."""
    held = problem.held(amounts)
    ranked = sorted(
        ((amount, asset) for asset, amount in zip(problem.assets, amounts, strict=True) if amount > 0),
        key=lambda entry: (-entry[0], entry[1].symbol),
    )
    rows = [
        {
            "symbol": asset.symbol,
            "name": _name(problem.whole, asset.symbol),
            "kind": "fund" if asset.symbol in problem.whole.fund_symbols else "security",
            "value_usd": usd(amount),
            "weight_pct": percent(amount / problem.total_usd),
            "shares": None if asset.price_usd is None else round(amount / asset.price_usd, 6),
        }
        for amount, asset in ranked
    ]
    flaw = held.exposures.flaw
    shown = rendered({"by_sector": _by_sector(held, sector_table)})
    if held.other_reading is not None:
        shown = between(shown, rendered({"by_sector": _by_sector(held.other_reading[0], sector_table)}))
    return {
        "positions": rows,
        "largest": None if flaw else _largest(held),
        "sectors": None
        if flaw
        else [{"sector": name, "weight_pct": weight} for name, weight in shown["by_sector"].items()],
        "reasons": dict.fromkeys(("largest", "sectors"), flaw) if flaw else {},
    }


def _name(whole: LookedThroughPortfolio, symbol: str) -> str | None:
    return whole.funds[symbol].name if symbol in whole.opened else whole.direct[symbol].name


def _by_sector(held: LookedThroughPortfolio, table: Mapping[str, Any] | None) -> dict[str, Any]:
    """The weight by sector, largest first."""
    groups = groups_of(held, lambda fund: fund.sectors, lambda security: security.sector)
    return {row["sector"]: row["weight_pct"] for row in sectors(groups, held.exposures, table)["weights"]}


def _largest(held: LookedThroughPortfolio) -> list[dict[str, Any]]:
    exposures, (gains, _) = held.exposures, doubtful_gains(held)
    ceilings = exposures.ceilings
    rows = []
    for key, low in exposures.ranked[:LARGEST]:
        security, high = held.security(key), low + ceilings.get(key, 0.0) + gains.get(key, 0.0)
        weight = percent(low, high)
        rows.append(
            {
                "symbol": security.symbol,
                "name": security.name,
                "weight_pct": None if isinstance(weight, Missing) else weight,
            }
        )
    return rows


def _decided_by_high_end(problem: RebalanceProblem, after: Sequence[float], binding: Sequence[str]) -> list[str]:
    """The caps that limit the trades, and that what is listed alone would meet with room."""
    rows = {row.name: row for row in problem.rows}
    weights = [amount / problem.total_usd for amount in after]
    return [name for name in binding if name in rows and _has_room(rows[name], weights)]


def _has_room(row: CapRow, weights: Sequence[float]) -> bool:
    listed = math.fsum(fraction * weight for fraction, weight in zip(row.low, weights, strict=True))
    return (row.limit - listed) * 100.0 > 1e-4


def _not_traded(assets: Sequence[Asset]) -> dict[str, Any]:
    return {
        "untradeable": [{"symbol": asset.symbol, "reason": asset.untradeable} for asset in assets if asset.untradeable],
        "stale_prices": [
            {"symbol": asset.symbol, "price_as_of": asset.price_as_of}
            for asset in assets
            if asset.untradeable is UntradeableReason.PRICE_STALE
        ],
    }


def _head(problem: RebalanceProblem) -> dict[str, Any]:
    """The lists that the figures rest on."""
    whole = problem.whole
    inside = [part.fund for part in whole.exposures.opened]
    assumptions = assumptions_of(inside)
    dates = rendered(dates_of(inside))
    return {
        "by": whole.by,
        "holdings_as_of": dates["holdings_as_of"],
        "lag_days": dates["lag_days"],
        "complete": all(fund.complete for fund in inside),
        "assumptions": [*assumptions, NO_UNLISTED_FUND] if assumptions else [],
        "doubts": whole.readings.described(whole.places),
        "flaws": flaws_of(inside),
        "reasons": dates["reasons"],
    }


def _notes(problem: RebalanceProblem) -> list[str]:
    kinds = {cap.kind for cap in problem.wanted.caps}
    notes = []
    if CapKind.SECTOR in kinds:
        notes.append("what the sector table does not know is in no sector, and counts in no cap on one")
    flawed = [part.fund.symbol for part in problem.whole.exposures.opened if part.fund.flaw]
    if flawed and kinds - {CapKind.FUND, CapKind.COUNTRY}:
        named = ", ".join(flawed)
        notes.append(f"the lists of {named} support no figure: each counts with all of it in every cap on holdings")
    return notes
