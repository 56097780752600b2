"""A filing's document that somebody took by hand, for networks that the SEC refuses."""

import hashlib
from datetime import datetime

from etf_common.errors import FilingLimitError, UsageError, shorten
from etf_common.filing_keys import DIGEST_PREFIX, is_accession
from etf_common.lake import Lake
from etf_common.runs import timestamp
from etf_common.symbols import canonical
from filings.parse.head import read_head
from filings.parse.limits import MAX_FILING_BYTES
from filings.raw import FilingSource, write_raw_filing

DIGEST_CHARACTERS = 16


def take_file(lake: Lake, data: bytes, symbol: str, accession: str | None, now: datetime) -> str:
    """Store the document as a raw filing of `symbol`; parse reads it as any other. Returns its key.

    Nobody checked whose series it is, and when it was filed. Without accession number it is named for its bytes.
    Raises UsageError for what cannot be a symbol or accession number, FilingError for a document that is no filing on
    Form N-PORT, and FilingChangedError where another document has that number.
    """
    symbol = canonical(symbol)
    if accession is None:
        accession = f"{DIGEST_PREFIX}{hashlib.sha256(data).hexdigest()[:DIGEST_CHARACTERS]}"
    elif not is_accession(accession):
        raise UsageError(f"accession {shorten(accession)} is not the SEC's number: give it as 0001752724-26-000001")
    if len(data) > MAX_FILING_BYTES:
        raise FilingLimitError(f"the file has {len(data):,} bytes; at most {MAX_FILING_BYTES:,} are read")
    head = read_head([data])
    source = FilingSource(
        symbol=symbol,
        accession=accession,
        source="file",
        url="",
        fetched_at=timestamp(now),
        series="unverified",
        form=head.form,
    )
    return write_raw_filing(lake, data, source)
