"""Filings for tests: made-up lines, and real documents read by an independent reader."""

from collections.abc import Iterator
from pathlib import Path
from typing import Any

from lxml import etree

Line = dict[str, Any]
Filing = dict[str, Any]
FIELDS = (
    *("name", "title", "isin", "cusip", "lei", "ticker", "country", "currency", "exchange_rate"),
    *("asset_class", "filed_category", "filed_category_detail", "issuer_category", "balance", "unit", "value_usd"),
    *("weight_pct", "side", "fair_value_level", "restricted", "coupon_pct", "coupon_kind", "maturity", "in_default"),
    *("derivative_kind", "counterparty", "notional", "notional_currency", "expiry"),
)
CLASSES = {
    "EC": "equity", "EP": "equity", "RE": "equity", "DBT": "bond", "LON": "bond", "SN": "bond", "ABS-MBS": "bond",
    "ABS-O": "bond", "ABS-CBDO": "bond", "ABS-APCP": "bond", "STIV": "cash", "RA": "cash",
}  # fmt: skip
NPORT = "{http://www.sec.gov/edgar/nport}"


def line(name: str | None = "Ampere Works Inc", weight_pct: float | None = 1.0, **values: Any) -> Line:
    """A share of an American company, unless said otherwise."""
    standard = {
        **dict.fromkeys(FIELDS),
        "name": name,
        "title": name,
        "country": "US",
        "currency": "USD",
        "asset_class": "equity",
        "filed_category": "EC",
        "issuer_category": "CORP",
        "balance": 100,
        "unit": "NS",
        "value_usd": 1000.0,
        "weight_pct": weight_pct,
        "side": "long",
        "fair_value_level": 1,
        "restricted": False,
    }
    return {**standard, **values}


def bond(name: str, weight_pct: float = 1.0, coupon_pct: float | None = 4.25, maturity: str | None = "2034-11-15",
         **values: Any) -> Line:  # fmt: skip
    standard = {"asset_class": "bond", "filed_category": "DBT", "unit": "PA", "fair_value_level": 2}
    return line(name, weight_pct, **{**standard, "coupon_pct": coupon_pct, "maturity": maturity, **values})


def filing(lines: list[Line], symbol: str = "FUND", report_date: str = "2026-06-30", **values: Any) -> Filing:
    """A complete filing of a fund of 100,000 USD."""
    fund = {
        "name": f"{symbol} Fund",
        "net_assets_usd": 100_000.0,
        "miscellaneous_securities_usd": None,
        "interest_rate_risk": None,
        "series": "verified",
        **values.pop("fund", {}),
    }
    undisclosed = fund["miscellaneous_securities_usd"] or 0
    return {
        "schema_version": 1,
        "symbol": symbol,
        "report_date": report_date,
        "filed": "2026-08-27",
        "accession": "0001752724-26-000001",
        "form": "NPORT-P",
        "final": False,
        "complete": bool(lines) and not undisclosed,
        "fund": fund,
        "totals": {"lines": len(lines)},
        "lines": lines,
        "quality": {"issues": []},
        "provenance": {"source": "sec", "url": "https://sec.example/primary_doc.xml"},
        **values,
    }


def real_lines(path: Path) -> list[Line]:
    """The lines of a real document, read with XPath and not with the pipeline's own reader."""
    root = etree.fromstring(path.read_bytes().lstrip())
    return [*map(_real_line, root.iterfind(f"{NPORT}formData/{NPORT}invstOrSecs/{NPORT}invstOrSec"))]


def _real_line(element: Any) -> Line:
    def text(path: str) -> str | None:
        found = element.findtext("/".join(NPORT + part for part in path.split("/")))
        return None if found in (None, "", "N/A", "000000000") else found

    def number(path: str) -> float | None:
        found = text(path)
        return None if found is None else float(found)

    category = text("assetCat") or next(_attributes(element, "assetConditional", "assetCat"), "OTHER")
    is_fund = text("issuerCat") == "RF" and category in ("EC", "EP")
    kind = "etf" if is_fund else "derivative" if category.startswith("D") and category != "DBT" else None
    level = text("fairValLevel")
    return line(
        text("name"),
        number("pctVal"),
        title=text("title"),
        isin=next(_attributes(element, "identifiers/isin", "value"), None),
        ticker=next(_attributes(element, "identifiers/ticker", "value"), None),
        cusip=text("cusip"),
        lei=text("lei"),
        country=text("invCountry"),
        currency=text("curCd") or next(_attributes(element, "currencyConditional", "curCd"), None),
        asset_class=kind or CLASSES.get(category, "other"),
        filed_category=category,
        issuer_category=text("issuerCat"),
        balance=number("balance"),
        unit=text("units"),
        value_usd=number("valUSD"),
        side={"Long": "long", "Short": "short"}.get(text("payoffProfile") or ""),
        fair_value_level=int(level) if level else None,
        restricted=text("isRestrictedSec") == "Y",
        coupon_pct=number("debtSec/annualizedRt"),
        coupon_kind=text("debtSec/couponKind"),
        maturity=text("debtSec/maturityDt"),
    )


def _attributes(element: Any, path: str, name: str) -> Iterator[str]:
    for found in element.iterfind("/".join(NPORT + part for part in path.split("/"))):
        if found.get(name) not in (None, "N/A"):
            yield found.get(name)
