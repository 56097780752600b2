"""Filings as parse stores them, and lakes that have some."""

import json
from collections.abc import Sequence
from typing import Any

from etf_common.filing import FilingSnapshot
from etf_common.filing_keys import filing_key, filing_status_key
from tests.unit.builders import FakeLake

Line = dict[str, Any]
_EMPTY: Line = {
    **dict.fromkeys(("name", "title", "isin", "cusip", "lei", "ticker", "country", "currency", "exchange_rate")),
    **dict.fromkeys(("asset_class", "filed_category", "filed_category_detail", "issuer_category", "balance", "unit")),
    **dict.fromkeys(("value_usd", "weight_pct", "side", "fair_value_level", "restricted", "coupon_pct", "coupon_kind")),
    **dict.fromkeys(("maturity", "in_default", "derivative_kind", "counterparty", "notional", "notional_currency")),
    "expiry": None,
}
QUARTERS = ("2026-06-30", "2026-03-31", "2025-12-31")
"""Report dates, newest first."""


def filed_line(name: str, weight: float, **values: Any) -> Line:
    """A line of common stock of a fund of 100 million USD, at 100 USD a share."""
    value = round(weight * 1_000_000, 2)
    standard = {
        "title": name,
        "country": "US",
        "currency": "USD",
        "asset_class": "equity",
        "filed_category": "EC",
        "issuer_category": "CORP",
        "balance": value / 100,
        "unit": "NS",
        "value_usd": value,
        "weight_pct": weight,
        "side": "long",
        "fair_value_level": 1,
        "restricted": False,
    }
    return {**_EMPTY, "name": name, **standard, **values}


def stored_filing(
    symbol: str,
    lines: Sequence[Line],
    day: str = QUARTERS[0],
    *,
    filed: str | None = "2026-08-28",
    source: str = "sec",
    **told: Any,
) -> FilingSnapshot:
    """A filing; `told` replaces fields of the snapshot, `fund` those of the fund."""
    accession = told.pop("accession", f"0001752724-{day[2:4]}-{day[5:7]}{day[8:10]}00")
    months = [f"{day[:5]}{int(day[5:7]) - back:02d}" for back in (2, 1, 0)]
    fund = {
        "name": f"{symbol.title()} Index Fund",
        "registrant": "Made-up Index Funds",
        "cik": "0000999901",
        "series_id": "S000999901",
        "series_lei": None,
        "series": "verified",
        "class_ids": ["C000999901"],
        "class_id": "C000999901",
        "fiscal_year_end": "2026-12-31",
        "total_assets_usd": 100_500_000.0,
        "liabilities_usd": 500_000.0,
        "net_assets_usd": 100_000_000.0,
        "miscellaneous_securities_usd": 0,
        "cash_not_reported_usd": None,
        "returns": [{"class_id": "C000999901", "month": month, "return_pct": 1.25} for month in months],
        "flows": [
            {"month": month, "sales_usd": 900.0, "reinvested_usd": 0, "redeemed_usd": 400.0, "net_usd": 500.0}
            for month in months
        ],
        "interest_rate_risk": None,
        "credit_spread_risk": None,
        **told.pop("fund", {}),
    }
    return FilingSnapshot.model_validate(
        {
            "symbol": symbol,
            "report_date": day,
            "filed": filed,
            "accession": accession,
            "form": "NPORT-P",
            "final": False,
            "complete": bool(lines),
            "fund": fund,
            "totals": {
                "lines": len(lines),
                "weight_pct": sum(line["weight_pct"] or 0 for line in lines),
                "value_usd": sum(line["value_usd"] or 0 for line in lines),
            },
            "lines": list(lines),
            "quality": {"issues": []},
            "provenance": {
                "source": source,
                "url": "https://www.sec.gov/Archives/edgar/data/999901/000175272426000001/primary_doc.xml",
                "fetched_at": "2026-11-20T22:30:04Z",
                "raw_key": f"raw-filings/{symbol}/{accession}.xml",
                "raw_sha256": "0" * 64,
            },
            **told,
        }
    )


def put_filing(lake: FakeLake, filing: FilingSnapshot) -> None:
    """Store a filing as parse does."""
    body = filing.to_bytes()
    etag = f'"{abs(hash(body))}"'
    lake.put(filing_key(filing.symbol, filing.report_date), body, etag, filing.metadata())


def put_filing_status(lake: FakeLake, symbol: str, result: str | None = "ok", **told: Any) -> None:
    """Store what fetch and parse did for a symbol."""
    status = {"symbol": symbol, "run": "20261120T223000Z", "checked_at": "2026-11-20T22:30:04Z", "result": result}
    known = {"error": None, "registrant": None, "accessions": {}, **told}
    lake.put(filing_status_key(symbol), json.dumps({**status, **known}).encode())
