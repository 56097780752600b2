"""The sample funds' lists joined with what the sample SEC says of the same day, which knows each line's listed name."""

from datetime import date
from typing import Any

import pytest

from etf_analytics import join_list
from sample_portal.funds import Row, fund
from sample_portal.sessions import session_after
from sample_sec import lines as sample_lines
from sample_sec.filings import filings_of
from sample_sec.report import Report, report_of
from tests.unit.filing_cases import CLASSES, Line, line

_TODAY = date(2026, 11, 20)
_ABSENT = {"", sample_lines.ABSENT, sample_lines.ZERO_CUSIP}
_BOTH_PLACES = {"Shopify Inc Registered Shs -A- Subord Vtg": "Shopify Inc Class A"}
"""One security that is listed in two places under two names."""


def newest_report(symbol: str) -> Report:
    return report_of(next(filing for filing in filings_of(symbol, _TODAY) if filing.form == "NPORT-P"))


def listed(symbol: str, day: date) -> tuple[Row, ...]:
    """The portal's list as of `day`, or as of the session after it."""
    shown = day
    while (found := fund(symbol, shown)) and found.holdings_as_of < day:
        shown = session_after(shown)
    return found.rows if found else ()


def row(entry: Row, asset_class: str) -> dict[str, Any]:
    symbol = entry.symbol.strip("-").replace("/", ".") or None
    return {
        "symbol": symbol,
        "name": entry.name,
        "asset_class": asset_class,
        "weight_pct": float(entry.weight_pct or 0),
    }


def filed(one: sample_lines.Line, net_assets: float) -> Line:
    def told(text: str) -> str | None:
        return None if text in _ABSENT else text

    category = one.asset_cat.partition(":")[0]
    terms = {} if one.debt is None else {
        "coupon_pct": one.debt.coupon_pct, "coupon_kind": one.debt.kind, "maturity": one.debt.maturity.isoformat()
    }  # fmt: skip
    return line(
        told(one.name),
        100.0 * one.value_usd / net_assets,
        title=told(one.title),
        isin=told(one.isin),
        cusip=told(one.cusip),
        ticker=told(one.ticker),
        country=told(one.country),
        asset_class=CLASSES.get(category, "derivative" if one.future else "other"),
        filed_category=category,
        **terms,
    )


def security(name: str) -> str:
    return _BOTH_PLACES.get(name, name)


@pytest.mark.parametrize("symbol", ["SPY", "VEA", "BND"])
def test_a_sample_fund_joined_with_its_filing_of_the_same_day(symbol: str) -> None:
    report = newest_report(symbol)
    names = {one.listed for one in report.lines if one.listed}
    entries = listed(symbol, report.filing.report_date)
    rows = [row(entry, "bond" if symbol == "BND" else "equity") for entry in entries]

    joined = join_list(rows, [filed(one, report.net_assets) for one in report.lines])

    wrong = [
        pair
        for pair in joined.pairs
        if {security(rows[place]["name"]) for place in pair.rows}
        != {security(report.lines[place].listed) for place in pair.lines}
    ]
    assert wrong == []
    assert sum(len(pair.rows) for pair in joined.pairs) >= 0.95 * sum(entry.name in names for entry in entries)
