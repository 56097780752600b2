"""Made-up filings on Form N-PORT: `filing_xml(lines=[equity("Acme Corp", 60), bond(...)], netAssets="100")`."""

from collections.abc import Iterable, Mapping
from typing import Any
from xml.sax.saxutils import escape, quoteattr

from etf_common.filing import FilingSnapshot
from filings.parse.snapshot import filing_snapshot
from filings.raw import FilingSource

NPORT = "http://www.sec.gov/edgar/nport"
ACCESSION = "0001752724-26-000001"
GENERAL = {
    "regName": "Made-up Index Funds",
    "regFileNumber": "811-00001",
    "regCik": "0000999999",
    "regLei": "00000000000000000098",
    "seriesName": "Made-up Total Market Index Fund",
    "seriesId": "S000099999",
    "seriesLei": "N/A",
    "repPdEnd": "2026-12-31",
    "repPdDate": "2026-06-30",
    "isFinalFiling": "N",
}
FUND = {"totAssets": "1010.00", "totLiabs": "10.00", "netAssets": "1000.00", "assetsAttrMiscSec": "0.00000000"}
LINE = {
    "name": "Acme Corp",
    "lei": "N/A",
    "title": "Acme Corp",
    "cusip": "000000000",
    "identifiers": "",
    "balance": "10.00000000",
    "units": "NS",
    "curCd": "USD",
    "valUSD": "100.00000000",
    "pctVal": "10.000000000000",
    "payoffProfile": "Long",
    "assetCat": "EC",
    "issuerCat": "CORP",
    "invCountry": "US",
    "isRestrictedSec": "N",
    "fairValLevel": "1",
}


def tag(name: str, content: str = "", /, **attributes: str) -> str:
    """An element; `content` is XML."""
    stated = "".join(f" {key}={quoteattr(value)}" for key, value in attributes.items())
    return f"<{name}{stated}>{content}</{name}>" if content else f"<{name}{stated}/>"


def _elements(values: Mapping[str, str | None]) -> str:
    """One element each; None leaves it out, and what begins with `<` is XML already."""
    return "".join(
        tag(name, value if value.startswith("<") else escape(value))
        for name, value in values.items()
        if value is not None
    )


def identifiers(**values: str) -> str:
    """`identifiers(isin="US0378331005", ticker="AAPL")`."""
    return "".join(tag(kind, value=value) for kind, value in values.items())


def line_xml(more: str = "", /, **values: str | None) -> str:
    """An `invstOrSec`: LINE with these values, None for none; `more` is XML that comes last."""
    return tag("invstOrSec", _elements({**LINE, **values}) + more)


def equity(name: str, weight: float, *, net_assets: float = 1000, **values: str | None) -> str:
    """A line of this weight, per cent, whose value fits."""
    figures = {"pctVal": f"{weight:.12f}", "valUSD": f"{weight * net_assets / 100:.8f}"}
    return line_xml(**{"name": name, "title": name, **figures, **values})


def bond(
    name: str, weight: float, coupon: str, maturity: str, *, net_assets: float = 1000, **values: str | None
) -> str:
    """A bond with a fixed coupon, its principal as its value."""
    amount = f"{weight * net_assets / 100:.8f}"
    debt = {"maturityDt": maturity, "couponKind": "Fixed", "annualizedRt": coupon, "isDefault": "N"}
    figures = {"pctVal": f"{weight:.12f}", "valUSD": amount, "balance": amount, "units": "PA", "assetCat": "DBT"}
    return line_xml(tag("debtSec", _elements(debt)), **{"name": name, "title": name, **figures, **values})


def filing_xml(
    lines: Iterable[str] | None = (),
    *,
    form: str = "NPORT-P",
    fund: Mapping[str, str | None] | None = None,
    class_ids: tuple[str, ...] = ("C000099999",),
    more_fund: str = "",
    namespace: str = NPORT,
    **general: str | None,
) -> bytes:
    """A filing with these lines (None: without `invstOrSecs`), GENERAL and FUND with these values; None leaves out."""
    series = general.get("seriesId", GENERAL["seriesId"])
    classes = "".join(tag("classId", class_id) for class_id in class_ids)
    info = tag("seriesClassInfo", tag("seriesId", series) + classes) if series else ""
    filer = tag("filer", tag("issuerCredentials", tag("cik", GENERAL["regCik"]) + tag("ccc", "XXXXXXXX")))
    header = tag("submissionType", form) + tag("isConfidential", "false") + tag("filerInfo", filer + info)
    data = tag("genInfo", _elements({**GENERAL, **general}))
    data += tag("fundInfo", _elements({**FUND, **(fund or {})}) + more_fund)
    if lines is not None:
        data += tag("invstOrSecs", "".join(lines))
    body = tag("headerData", header) + tag("formData", data)
    declaration = '<?xml version="1.0" encoding="UTF-8"?>'
    return f'{declaration}<edgarSubmission xmlns="{namespace}">{body}</edgarSubmission>'.encode()


def source(**values: Any) -> FilingSource:
    """Where a made-up filing came from."""
    stated = {
        "symbol": "VTI",
        "accession": ACCESSION,
        "source": "sample",
        "url": "http://127.0.0.1/primary_doc.xml",
        "fetched_at": "2026-08-30T10:00:00Z",
        "series": "verified",
        "filed": "2026-08-27",
    }
    return FilingSource(**{**stated, **values})


def snapshot(lines: list[str] | None = None, **values: Any) -> FilingSnapshot:
    """The snapshot of a filing with these lines, of one line if none are given."""
    xml = filing_xml([equity("Acme Corp", 100)] if lines is None else lines, **values)
    return filing_snapshot([xml], source())


def issues(found: FilingSnapshot) -> dict[str, tuple[int, tuple[int, ...]]]:
    """By code: how many lines an issue concerns, and the first of them."""
    return {str(issue.code): (issue.count, issue.rows) for issue in found.quality.issues}
