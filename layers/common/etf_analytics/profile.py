"""One fund's figures."""

from collections.abc import Mapping
from typing import Any

from etf_analytics.concentration import concentration
from etf_analytics.cost import fund_cost, spread_bps
from etf_analytics.figures import Missing, Shown, answer, percent
from etf_analytics.funds import Fund, assumptions_of
from etf_analytics.groups import class_groups, sector_groups, sectors
from etf_analytics.mixture import Mixture


def profile(
    fund: Fund, *, sector_table: Mapping[str, Any] | None = None, cost: Mapping[str, Any] | None = None
) -> dict[str, Any]:
    """Concentration, asset classes, sectors, exposure, spread and cost of one fund.

    `sector_table`: `taxonomy`, `source` and `as_of` of the sectors that the fund was prepared with. `cost`:
    `expense_ratio_pct`, `source`, `as_of`.
    """
    mixture = Mixture.of(fund)
    return answer(
        {
            "symbol": fund.symbol,
            "name": fund.name,
            "by": fund.by,
            "holdings_as_of": fund.holdings_as_of,
            "complete": fund.complete,
            "coverage_pct": _known(fund.listed.net),
            "listed": listed(fund),
            "counted_pct": Missing(fund.flaw) if fund.flaw else percent(fund.total, fund.total + mixture.unseen),
            "unseen_pct": Missing(fund.flaw) if fund.flaw else percent(0.0, mixture.unseen),
            "concentration": concentration(mixture),
            "asset_classes": class_groups(fund),
            "sectors": sectors(sector_groups(fund), mixture, sector_table),
            **_exposure(fund),
            "spread_bps": spread_bps(fund.summary),
            "cost": fund_cost(cost),
            "merged": fund.merged,
            "assumptions": assumptions_of([fund]),
        }
    )


def listed(fund: Fund) -> dict[str, Any]:
    """What the listed rows say, whether they are all or not."""
    return {
        "rows": fund.listed.rows,
        "counted_rows": fund.listed.counted,
        "zero_rows": fund.listed.zero,
        "reported": fund.reported,
        "gross_pct": _known(fund.listed.gross),
        "net_pct": _known(fund.listed.net),
        "excluded_pct": _known(fund.listed.excluded),
    }


def _exposure(fund: Fund) -> dict[str, Any]:
    """Of the fund, so only from a complete list: what nobody sees can be negative or cash."""
    if not fund.complete:
        return dict.fromkeys(("gross_pct", "net_pct", "excluded_pct"), Missing("partial_list"))
    return {name: value for name, value in listed(fund).items() if name.endswith("_pct")}


def _known(weight: float | None) -> Shown:
    return Missing("weight_missing") if weight is None else percent(weight)
