"""What it costs to hold a fund or a portfolio, and the spread to trade one."""

import math
from collections.abc import Mapping
from typing import Any, NamedTuple

from etf_analytics.lookthrough import LookedThroughPortfolio
from etf_analytics.rendering import Missing, Shown, basis_points, percent, usd
from etf_common.codes import Reason


def spread_bps(quote: Mapping[str, Any]) -> Shown:
    """(ask - bid) / mid in basis points, from a snapshot's `summary`.

    Only a quote of an open market has a spread: at the close, and in a quote without a time, bid and ask are
    placeholders.
    """
    bid, ask = quote["bid"], quote["ask"]
    if quote["session"] == "close":
        return Missing(Reason.QUOTE_IS_CLOSE)
    if bid is None or ask is None or bid <= 0 or ask <= 0:
        return Missing(Reason.QUOTE_MISSING)
    if quote["session"] != "intraday":
        return Missing(Reason.QUOTE_TIME_UNKNOWN)
    if bid > ask:
        return Missing(Reason.QUOTE_CROSSED)
    return basis_points((ask - bid) / ((ask + bid) / 2))


def fund_cost(cost: Mapping[str, Any] | None) -> dict[str, Any]:
    """`expense_ratio_pct` (per cent a year), `source` and `as_of` as they are given; unknown is null, not 0."""
    given = {"expense_ratio_pct": None, "source": None, "as_of": None, **(cost or {})}
    if given["expense_ratio_pct"] is None:
        given["expense_ratio_pct"] = Missing(Reason.EXPENSE_RATIO_UNKNOWN)
    return given


class KnownCost(NamedTuple):
    """Expenses a year as a fraction of the portfolio, where they are known, and the weight of those positions."""

    expenses: float
    covered: float

    @property
    def whole(self) -> bool:
        """Whether the cost of every position is known."""
        return self.covered > 1 - 1e-9


def known_cost(whole: LookedThroughPortfolio, expense_ratio_pct: Mapping[str, float | None]) -> KnownCost:
    """The cost of the positions. What a held fund takes is inside its holder's price, and securities take nothing.

    A position that is a fund and not here costs what the table says, and is unknown if the table does not know it.
    """
    known = [
        (
            position.weight,
            expense_ratio_pct.get(position.symbol, None if position.symbol in whole.fund_symbols else 0.0),
        )
        for position in whole.positions
    ]
    return KnownCost(
        math.fsum(weight * ratio / 100.0 for weight, ratio in known if ratio is not None),
        math.fsum(weight for weight, ratio in known if ratio is not None),
    )


def portfolio_cost(whole: LookedThroughPortfolio, expense_ratio_pct: Mapping[str, float | None]) -> dict[str, Any]:
    """Basis points and USD a year. Unknown is not 0: both are null unless every position's cost is known; `known_`
    has the part of the positions that `covered_pct` covers."""
    cost = known_cost(whole, expense_ratio_pct)
    amounts = [position.value_usd for position in whole.positions if position.value_usd is not None]
    bps = basis_points(cost.expenses)
    dollars = usd(cost.expenses * math.fsum(amounts)) if amounts else Missing(Reason.VALUE_UNKNOWN)
    unknown = Missing(Reason.EXPENSE_RATIO_UNKNOWN)
    return {
        "bps": bps if cost.whole else unknown,
        "usd_per_year": dollars if cost.whole else unknown,
        "covered_pct": percent(cost.covered),
        "known_bps": bps if cost.covered else unknown,
        "known_usd_per_year": dollars if cost.covered else unknown,
    }
