"""What drove a fund's return between two dates: the contribution of each security, sector and asset class.

A line contributes its weight on the first date times the change of its implied price (market value / shares). That is
the return of the first date's list, held unchanged.
"""

import math
from collections.abc import Callable, Iterable, Mapping, Sequence
from typing import Any, NamedTuple

from etf_analytics.rendering import Missing, Shown, percent, rendered
from etf_analytics.securities import UNCLASSIFIED
from etf_analytics.two_dates.closing_quotes import Closes, quote_growth
from etf_analytics.two_dates.comparison import Comparison, compare
from etf_analytics.two_dates.dated import DatedFund, Line
from etf_analytics.two_dates.drift import Grown, grown
from etf_analytics.two_dates.fund_changes import flaws_by_date
from etf_analytics.two_dates.splits import RATIOS
from etf_common.codes import Reason

NO_PRICE_FEED = (
    "returns are those of the implied prices (market value / shares) in the two lists; no price feed is used, and "
    "income, costs, trades between the dates and what is not covered are in the residual"
)
CASH = "Cash"
"""The sector of cash lines, which have none."""
# A contribution of a line of 0.001 % needs more decimals than a weight.
_DECIMALS = 8
# Closer than the holdings of a fund follow its price.
_SPLIT_WITHIN = 0.05


class Contribution(NamedTuple):
    """What a line of the first date brought; fractions of the fund."""

    line: Line
    sector: str
    weight: float
    returned: float
    amount: float
    """The contribution: weight x return."""


def attribution(before: DatedFund, after: DatedFund, closes: Closes) -> dict[str, Any]:
    """Contributions in percentage points, largest first, and the residual against the fund's own closing quotes.

    One fund on two dates, the earlier first; raises ValueError otherwise. `closes` are the fund's closing prices
    (`closing_quotes`). Lines without a return are in `not_covered` with the reason; `covered_pct` is the weight of the
    others on the first date, and `return_pct` the sum of their contributions.
    """
    comparison = compare(before, after)
    found, not_covered = _contributions(comparison)
    whole = _whole(comparison, found, not_covered)
    quotes = _quotes(comparison, closes, whole)
    residual = Missing(whole.reason) if isinstance(whole, Missing) else quotes
    if not isinstance(whole, Missing) and not isinstance(quotes, Missing):
        residual = quotes - whole
    head = {
        "symbol": after.head.symbol,
        "name": after.head.name,
        "from": before.head.holdings_as_of,
        "to": after.head.holdings_as_of,
        "complete": comparison.complete,
        "covered_pct": percent(math.fsum(entry.weight for entry in found)),
        "return_pct": _percent(whole),
        "quote_return_pct": _percent(quotes),
        "residual_pct": _percent(residual),
    }
    if isinstance(whole, Missing):
        found = []
    return {
        **rendered(head),
        "securities": [
            _figures(_named(entry.line), entry.weight, entry.returned, entry.amount) for entry in _sorted(found)
        ],
        "sectors": _grouped("sector", found, lambda entry: entry.sector),
        "asset_classes": _grouped("asset_class", found, lambda entry: entry.line.asset_class),
        "not_covered": [_not_covered(entry) for entry in not_covered],
        "notes": {"returns": NO_PRICE_FEED},
        "doubts": [*comparison.pairs.doubts],
        "flaws": flaws_by_date(comparison),
    }


def _contributions(comparison: Comparison) -> tuple[list[Contribution], list[Grown]]:
    """The lines with a return, and those without, largest weights first."""
    found: list[Contribution] = []
    not_covered: list[Grown] = []
    for entry in grown(comparison):
        if entry.growth is None or entry.line.weight is None:
            not_covered.append(entry)
            continue
        sector = CASH if entry.key is None else _sector(comparison, entry.key, entry.line)
        returned = entry.growth - 1.0
        found.append(Contribution(entry.line, sector, entry.line.weight, returned, entry.line.weight * returned))
    not_covered.sort(key=lambda entry: (-abs(entry.line.weight or 0.0), entry.line.symbol or "", entry.line.name or ""))
    return found, not_covered


def _sector(comparison: Comparison, key: str, line: Line) -> str:
    security = comparison.pairs.securities.get(key)
    if security:
        return security.sector
    sector_of = comparison.before.sector_of
    if sector_of is None:
        return UNCLASSIFIED
    return sector_of({"symbol": line.symbol, "name": line.name, "asset_class": line.asset_class}) or UNCLASSIFIED


def _whole(comparison: Comparison, found: Sequence[Contribution], not_covered: Sequence[Grown]) -> float | Missing:
    """The return of the covered lines."""
    if comparison.is_correction:
        return Missing(Reason.SAME_DATE)
    if comparison.is_repeated:
        return Missing(Reason.LIST_REPEATED)
    if not found:
        return Missing(next((entry.why for entry in not_covered if entry.why), Reason.NO_COUNTED_LINES))
    return math.fsum(entry.amount for entry in found)


def _quotes(comparison: Comparison, closes: Closes, whole: float | Missing) -> float | Missing:
    """The fund's return by its own closing prices. A split of the fund itself is no return."""
    growth = quote_growth(closes, comparison.before.day, comparison.after.day)
    if isinstance(growth, Missing):
        return growth
    expected = 1.0 if isinstance(whole, Missing) or whole <= -1.0 else 1.0 + whole
    return Missing(Reason.SPLIT_SUSPECTED) if _is_split(growth / expected) else growth - 1.0


def _is_split(growth: float) -> bool:
    """Whether the price fell or rose as in one of the usual splits, beyond what the holdings did."""
    return any(abs(growth * ratio - 1.0) <= _SPLIT_WITHIN for ratio in RATIOS)


def _percent(figure: float | Missing) -> Shown:
    return figure if isinstance(figure, Missing) else percent(figure)


def _row(head: Mapping[str, Any], entries: Sequence[Contribution]) -> dict[str, Any]:
    """Several lines together: their return is that of their weights."""
    weight = math.fsum([entry.weight for entry in entries])
    amount = math.fsum([entry.amount for entry in entries])
    returned = amount / weight if weight else None
    return _figures(head, weight, returned, amount)


def _figures(head: Mapping[str, Any], weight: float, returned: float | None, amount: float) -> dict[str, Any]:
    return {
        **head,
        "weight_from_pct": round(100.0 * weight, 6) + 0.0,
        "return_pct": None if returned is None else round(100.0 * returned, 6) + 0.0,
        "contribution_pct": round(100.0 * amount, _DECIMALS) + 0.0,
    }


def _sorted(found: Iterable[Contribution]) -> list[Contribution]:
    return sorted(found, key=lambda entry: (-entry.amount, entry.line.symbol or "", entry.line.name or ""))


def _grouped(name: str, found: Iterable[Contribution], of: Callable[[Contribution], str]) -> list[dict[str, Any]]:
    groups: dict[str, list[Contribution]] = {}
    for entry in found:
        groups.setdefault(of(entry), []).append(entry)
    rows = [_row({name: group}, entries) for group, entries in groups.items()]
    return sorted(rows, key=lambda row: (-row["contribution_pct"], row[name]))


def _named(line: Line) -> dict[str, Any]:
    return {"symbol": line.symbol, "name": line.name}


def _not_covered(entry: Grown) -> dict[str, Any]:
    weight = entry.line.weight
    return {
        **_named(entry.line),
        "weight_from_pct": None if weight is None else round(100.0 * weight, 6) + 0.0,
        "reason": Reason.WEIGHT_MISSING if weight is None else entry.why,
    }
