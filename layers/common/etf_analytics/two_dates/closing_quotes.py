"""The fund's own closing prices, from the quotes of its snapshots. No price feed is used.

A snapshot's quote is later than its holdings, so the close of a holdings date is in a snapshot of other holdings.
"""

from collections.abc import Iterable, Mapping
from datetime import date
from typing import Any

from etf_analytics.rendering import Missing
from etf_common.codes import Reason

Closes = Mapping[date, float | Missing]


def closing_quotes(summaries: Iterable[Mapping[str, Any]]) -> Closes:
    """By day: the closing price in USD, from the `summary` of any of the fund's snapshots.

    Missing where snapshots contradict each other. Quotes during a session, without a readable time or without a price
    above 0 say nothing.
    """
    found: dict[date, float | Missing] = {}
    for summary in summaries:
        day, price = _day(summary.get("as_of")), summary.get("last_price")
        if summary.get("session") != "close" or day is None or not price or price <= 0:
            continue
        if found.setdefault(day, price) != price:
            found[day] = Missing(Reason.QUOTES_DIFFER)
    return found


def _day(text: str | None) -> date | None:
    try:
        return date.fromisoformat((text or "")[:10])
    except ValueError:
        return None


def quote_growth(closes: Closes, before: date | None, after: date | None) -> float | Missing:
    """The closing price of one day / that of an earlier one."""
    if before is None or after is None:
        return Missing(Reason.DATE_UNREADABLE)
    one, other = (closes.get(day, Missing(Reason.NO_QUOTE_OF_DATE)) for day in (before, after))
    if isinstance(one, Missing):
        return one
    return other if isinstance(other, Missing) else other / one
