"""VTI's filings at the SEC on an ordinary day, and what has become of them in the lake."""

from collections.abc import Callable
from typing import Any

from etf_common.filing_status import FilingStatus, read_filing_status
from local.system import System
from tests.filing_server import Answer, FilingServer, company_tickers, document, feed, fund_tickers

RUN = "20261121T120000Z"
LATER = "20261128T120000Z"
CONTACT = "me@example.com"
SERIES, CLASS = "S000002848", "C000007808"
FUNDS, COMPANIES, FEED = "/files/company_tickers_mf.json", "/files/company_tickers.json", "/cgi-bin/browse-edgar"
NAME = "VANGUARD TOTAL STOCK MARKET INDEX FUND"
NEWEST, EARLIER = "0001752724-26-000002", "0001752724-26-000001"
NEW_BODY, OLD_BODY = document(SERIES, NAME, "2026-06-30"), document(SERIES, NAME, "2026-03-31")
Fetch = Callable[..., dict[str, Any]]


def path_of(accession: str, cik: int = 36405, name: str = "primary_doc.xml") -> str:
    return f"/Archives/edgar/data/{cik}/{accession.replace('-', '')}/{name}"


def ordinary_day(sec: FilingServer) -> None:
    """VTI has two filings; SPY and GLD are in the list of companies."""
    sec.put(FUNDS, fund_tickers((36405, SERIES, CLASS, "VTI"), (36405, SERIES, "C000007807", "vtsax")))
    sec.put(COMPANIES, company_tickers((884394, "SPY", "SPDR S&P 500 ETF TRUST"), (1222333, "GLD", "SPDR GOLD")))
    sec.put(FEED, feed((NEWEST, "NPORT-P", "2026-08-28"), (EARLIER, "NPORT-P", "2026-05-28"), cik=36405))
    sec.put(path_of(NEWEST), Answer(NEW_BODY, compressed=True))
    sec.put(path_of(EARLIER), OLD_BODY)


def status(system: System, symbol: str = "VTI") -> FilingStatus:
    found = read_filing_status(system.lake, symbol)
    assert found is not None
    return found


def raw(system: System, symbol: str = "VTI") -> dict[str, bytes]:
    return {key: system.lake.read(key).body for key in system.lake.keys(f"raw-filings/{symbol}/")}


def key_of(accession: str, symbol: str = "VTI") -> str:
    return f"raw-filings/{symbol}/{accession}.xml"


def error_of(system: System, symbol: str = "VTI") -> str | None:
    error = status(system, symbol).error
    return error.code if error else None
