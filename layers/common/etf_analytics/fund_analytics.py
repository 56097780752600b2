"""The figures of one fund, and of several side by side."""

from collections.abc import Mapping, Sequence
from typing import Any

from etf_analytics.composition import concentration, fund_asset_classes, fund_sectors, sectors
from etf_analytics.cost import fund_cost, spread_bps
from etf_analytics.exposures import Exposures
from etf_analytics.funds import Fund, assumptions_of, dates_of, flaws_of
from etf_analytics.identity import read
from etf_analytics.rendering import Missing, Shown, between, beyond_possible, percent, rendered, usd
from etf_common.codes import Reason

LARGEST_OF_SECTOR = 20
"""How many securities of each sector an answer names."""
_WHOLE_FUND = ("gross_pct", "net_pct", "excluded_pct")
_QUOTE = ("last_price", "change_abs", "change_pct", "bid", "ask", "session", "as_of")


def analyze_fund(
    fund: Fund, *, sector_table: Mapping[str, Any] | None = None, cost: Mapping[str, Any] | None = None
) -> dict[str, Any]:
    """Concentration, asset classes, sectors, gross and net exposure, spread and cost of one fund.

    `sector_table`: `taxonomy`, `source` and `as_of` of the sectors that the fund was prepared with. `cost`:
    `expense_ratio_pct`, `source`, `as_of`.
    """
    readings = read([fund])
    apart, merged = readings.funds[0], readings.merged((0,))
    answer = _analyzed(apart, sector_table, cost)
    if merged:
        answer = between(answer, _analyzed(merged.funds[0], sector_table, cost))
    return {**answer, "sector_holdings": _sector_holdings(apart), "doubts": readings.described()}


def _analyzed(fund: Fund, sector_table: Mapping[str, Any] | None, cost: Mapping[str, Any] | None) -> dict[str, Any]:
    """One reading of the fund."""
    exposures = Exposures.of(fund)
    shown = rendered(
        {
            "symbol": fund.symbol,
            "name": fund.name,
            "by": fund.by,
            "holdings_as_of": fund.holdings_as_of,
            "complete": fund.complete,
            "listed": _listed(fund),
            "implied_rows": Missing(fund.nothing_implied) if fund.nothing_implied else fund.listed.implied,
            "contracts_pct": _known(fund.listed.contracts),
            "counted_pct": Missing(fund.flaw) if fund.flaw else percent(fund.total, fund.total + exposures.unlisted),
            "unseen_pct": _unseen(exposures),
            "concentration": concentration(exposures),
            "asset_classes": fund_asset_classes(fund),
            "sectors": sectors(fund_sectors(fund), exposures, sector_table),
            **_whole_fund(fund),
            "spread_bps": spread_bps(fund.summary),
            "cost": fund_cost(cost),
            "merged": fund.merged,
            "assumptions": assumptions_of([fund]),
        }
    )
    return {**shown, "flaws": {**flaws_of([fund]), **beyond_possible(shown)}}


def _sector_holdings(fund: Fund) -> list[dict[str, Any]]:
    """The largest listed securities of each sector, with the weights that count; empty where weights have a flaw."""
    found: dict[str, list[dict[str, Any]]] = {}
    for key, weight in {} if fund.flaw else fund.weights.items():
        security = fund.securities[key]
        rows = found.setdefault(security.sector, [])
        if len(rows) < LARGEST_OF_SECTOR:
            implied = {"weight_implied": True} if key in fund.implied else {}
            rows.append({"symbol": security.symbol, "name": security.name, "weight_pct": percent(weight), **implied})
    return [{"sector": name, "holdings": rows} for name, rows in found.items()]


def compare_funds(
    funds: Sequence[Fund],
    *,
    costs: Mapping[str, Mapping[str, Any]] | None = None,
    sector_table: Mapping[str, Any] | None = None,
) -> dict[str, Any]:
    """Per fund: the listed value in USD, quote, cost, the ten largest, concentration, sectors and dates.

    `costs` by symbol, each with `expense_ratio_pct`, `source` and `as_of`.
    """
    head = {"symbols": [fund.symbol for fund in funds], **dates_of(funds), "assumptions": assumptions_of(funds)}
    known = costs or {}
    columns = [_compared(fund, known.get(fund.symbol), sector_table) for fund in funds]
    flaws = flaws_of(funds)
    for column in columns:
        flaws |= beyond_possible(column, column["symbol"])
    return {**rendered(head), "flaws": flaws, "funds": columns}


def _compared(fund: Fund, cost: Mapping[str, Any] | None, sector_table: Mapping[str, Any] | None) -> dict[str, Any]:
    readings = read([fund])
    apart, merged = readings.funds[0], readings.merged((0,))
    column = rendered(_column(apart, cost, sector_table))
    if merged:
        column = between(column, rendered(_column(merged.funds[0], cost, sector_table)))
    return {**column, "doubts": readings.described()}


def _column(fund: Fund, cost: Mapping[str, Any] | None, sector_table: Mapping[str, Any] | None) -> dict[str, Any]:
    exposures = Exposures.of(fund)
    figures = concentration(exposures)
    return {
        "symbol": fund.symbol,
        "name": fund.name,
        "by": fund.by,
        "holdings_as_of": fund.holdings_as_of,
        "complete": fund.complete,
        "unseen_pct": _unseen(exposures),
        "contracts_pct": _known(fund.listed.contracts),
        "listed_value": _listed_value(fund),
        "quote": {**{name: fund.summary.get(name) for name in _QUOTE}, "spread_bps": spread_bps(fund.summary)},
        "cost": fund_cost(cost),
        "top_10_pct": figures["top_pct"]["10"],
        "concentration": figures,
        "sectors": sectors(fund_sectors(fund), exposures, sector_table),
    }


def _listed(fund: Fund) -> dict[str, Any]:
    """What the listed rows say, whether all rows are listed or not."""
    return {
        "rows": fund.listed.rows,
        "counted_rows": fund.listed.counted,
        "zero_rows": fund.listed.zero,
        "reported": fund.reported,
        "gross_pct": _known(fund.listed.gross),
        "net_pct": _known(fund.listed.net),
        "excluded_pct": _known(fund.listed.excluded),
    }


def _listed_value(fund: Fund) -> dict[str, Any]:
    """The sum of the listed market values, and the weight of their rows: below 100 it is not the fund's size."""
    value, weight = fund.listed.value_usd, fund.listed.value_weight
    return {
        "market_value_usd": Missing(Reason.VALUE_MISSING) if value is None else usd(value),
        "coverage_pct": _known(weight),
    }


def _whole_fund(fund: Fund) -> dict[str, Any]:
    """Exposure of the whole fund, so only from a complete list: unlisted lines can be negative or cash."""
    if not fund.complete:
        return dict.fromkeys(_WHOLE_FUND, Missing(Reason.PARTIAL_LIST))
    return {name: value for name, value in _listed(fund).items() if name in _WHOLE_FUND}


def _unseen(exposures: Exposures) -> Shown:
    return Missing(exposures.flaw) if exposures.flaw else percent(0.0, exposures.unlisted)


def _known(weight: float | None) -> Shown:
    return Missing(Reason.WEIGHT_MISSING) if weight is None else percent(weight)
