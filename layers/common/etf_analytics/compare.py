"""Funds side by side."""

from collections.abc import Mapping, Sequence
from typing import Any

from etf_analytics.concentration import concentration
from etf_analytics.cost import fund_cost, spread_bps
from etf_analytics.figures import Missing, answer, percent, usd
from etf_analytics.funds import Fund, assumptions_of, dates_of
from etf_analytics.groups import sector_groups, sectors
from etf_analytics.mixture import Mixture

_QUOTE = ("last_price", "bid", "ask", "session", "as_of")


def compare(
    funds: Sequence[Fund],
    *,
    costs: Mapping[str, Mapping[str, Any]] | None = None,
    sector_table: Mapping[str, Any] | None = None,
) -> dict[str, Any]:
    """Per fund: what is listed in USD, quote, cost, the ten largest, concentration, sectors, dates.

    `costs` by symbol, each with `expense_ratio_pct`, `source` and `as_of`.
    """
    head = {"symbols": [fund.symbol for fund in funds], **dates_of(funds), "assumptions": assumptions_of(funds)}
    given = costs or {}
    return {**answer(head), "funds": [answer(_column(fund, given.get(fund.symbol), sector_table)) for fund in funds]}


def _column(fund: Fund, cost: Mapping[str, Any] | None, sector_table: Mapping[str, Any] | None) -> dict[str, Any]:
    mixture = Mixture.of(fund)
    figures = concentration(mixture)
    return {
        "symbol": fund.symbol,
        "name": fund.name,
        "by": fund.by,
        "holdings_as_of": fund.holdings_as_of,
        "complete": fund.complete,
        "listed_value": _listed_value(fund),
        "quote": {**{name: fund.summary[name] for name in _QUOTE}, "spread_bps": spread_bps(fund.summary)},
        "cost": fund_cost(cost),
        "top_10_pct": figures["top_pct"]["10"],
        "concentration": figures,
        "sectors": sectors(sector_groups(fund), mixture, sector_table),
    }


def _listed_value(fund: Fund) -> dict[str, Any]:
    """The listed market values, summed, and what their rows weigh: below 100 the sum is not the fund's size."""
    value, weight = fund.listed.value_usd, fund.listed.value_weight
    return {
        "market_value_usd": Missing("value_missing") if value is None else usd(value),
        "coverage_pct": Missing("weight_missing") if weight is None else percent(weight),
    }
