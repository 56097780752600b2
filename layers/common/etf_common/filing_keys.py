"""The keys of filings: the document as the SEC has it, the snapshot derived from it, and what became of each."""

import re
from datetime import date

from etf_common.symbols import ETF_PATTERN, is_etf_symbol

RAW_FILINGS = "raw-filings/"
FILINGS = "filings/"
FILING_STATUSES = "filings-status/"
ACCESSION_PATTERN = r"[0-9]{10}-[0-9]{2}-[0-9]{6}"
"""The SEC's number of a filing: `0001752724-26-000001`."""
DIGEST_PATTERN = r"sha256-[0-9a-f]{16}"
"""In its place for a file that was taken by hand without its number: the first digits of its SHA-256."""
_ACCESSION = re.compile(rf"{ACCESSION_PATTERN}|{DIGEST_PATTERN}")
_RAW = re.compile(rf"{RAW_FILINGS}(?P<symbol>{ETF_PATTERN})/(?P<accession>{ACCESSION_PATTERN}|{DIGEST_PATTERN})\.xml")
_FILING = re.compile(rf"{FILINGS}(?P<symbol>{ETF_PATTERN})/(?P<date>[0-9]{{4}}-[0-9]{{2}}-[0-9]{{2}})\.json")
_STATUS = re.compile(rf"{FILING_STATUSES}(?P<symbol>{ETF_PATTERN})\.json")
_KEY_CHARACTERS = 100


def is_accession(text: str) -> bool:
    """Whether `text` can name a raw filing: the SEC's accession number, or `sha256-` and 16 hex digits."""
    return len(text) <= _KEY_CHARACTERS and _ACCESSION.fullmatch(text) is not None


def raw_filing_key(symbol: str, accession: str) -> str:
    """The document of a filing, byte for byte."""
    return f"{RAW_FILINGS}{symbol}/{accession}.xml"


def filing_key(symbol: str, report_date: str) -> str:
    """The snapshot of the filing that stands for one report date, `2026-06-30`."""
    return f"{FILINGS}{symbol}/{report_date}.json"


def filing_status_key(symbol: str) -> str:
    """What fetch and parse have done for a symbol."""
    return f"{FILING_STATUSES}{symbol}.json"


def parse_raw_filing_key(key: str) -> tuple[str, str] | None:
    """(symbol, accession) of a raw filing's key, or None for any other key."""
    match = _RAW.fullmatch(key) if len(key) <= _KEY_CHARACTERS else None
    return (match["symbol"], match["accession"]) if match and is_etf_symbol(match["symbol"]) else None


def parse_filing_key(key: str) -> tuple[str, str] | None:
    """(symbol, report date) of a filing's snapshot, or None for any other key."""
    match = _FILING.fullmatch(key) if len(key) <= _KEY_CHARACTERS else None
    if match is None or not is_etf_symbol(match["symbol"]):
        return None
    try:
        date.fromisoformat(match["date"])
    except ValueError:
        return None
    return match["symbol"], match["date"]


def parse_filing_status_key(key: str) -> str | None:
    """The symbol of a status of filings, or None for any other key."""
    match = _STATUS.fullmatch(key) if len(key) <= _KEY_CHARACTERS else None
    return match["symbol"] if match and is_etf_symbol(match["symbol"]) else None
