"""When a filing's bonds fall due, and what they pay."""

import math
from collections.abc import Mapping, Sequence
from datetime import date
from typing import Any

from etf_analytics.rendering import Missing, ratio
from etf_common.codes import Reason

Line = Mapping[str, Any]
_EDGES = (1, 3, 5, 7, 10, 20)
BUCKETS = (
    "past_due",
    *(f"{low}-{high}" for low, high in zip((0, *_EDGES), _EDGES, strict=False)),
    f"{_EDGES[-1]}+",
    "unknown",
)
"""Years from the report date to the maturity, the lower end included; first what should have been paid by then."""
_DAYS_A_YEAR = 365.25


def bucket_of(maturity: str | None, report_date: str) -> str:
    """The bucket of a maturity: by calendar, so that a bond of today in ten years is in `10-20`."""
    due, today = _day(maturity), _day(report_date)
    if due is None or today is None:
        return BUCKETS[-1]
    if due < today:
        return BUCKETS[0]
    years = due.year - today.year - ((due.month, due.day) < (today.month, today.day))
    return BUCKETS[1 + sum(years >= edge for edge in _EDGES)]


def averages(bonds: Sequence[tuple[Line, float]], report_date: str) -> dict[str, Any]:
    """Weighted averages over the bonds, each with the weight (a fraction) of the bonds that it is made of.

    Years to the maturity, of bonds that are not past due; coupon in per cent a year. Missing where no bond says it.
    """
    today = _day(report_date)
    years = [
        ((due - today).days / _DAYS_A_YEAR, weight)
        for line, weight in bonds
        if today and (due := _day(line["maturity"])) and due >= today
    ]
    coupons = [(float(line["coupon_pct"]), weight) for line, weight in bonds if line["coupon_pct"] is not None]
    return {
        "average_maturity_years": _average(years),
        "average_maturity_of": math.fsum(weight for _, weight in years),
        "average_coupon_pct": _average(coupons),
        "average_coupon_of": math.fsum(weight for _, weight in coupons),
    }


def _average(values: Sequence[tuple[float, float]]) -> Any:
    total = math.fsum(weight for _, weight in values)
    if not total:
        return Missing(Reason.NOTHING_KNOWN)
    return ratio(math.fsum(value * weight for value, weight in values) / total)


def _day(text: str | None) -> date | None:
    try:
        return date.fromisoformat(text) if text else None
    except ValueError:
        return None
