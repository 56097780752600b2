"""A large filing: parsing it against reading its XML, and what is computed of it against reading its JSON."""

import json
from datetime import date
from io import BytesIO
from typing import Any

from lxml import etree

from benchmarks.measure import Figure, side_by_side
from etf_analytics import filing_as_list, filing_exposures, reconcile
from etf_common.collector import paused_collector
from filings.parse.snapshot import filing_snapshot
from filings.raw import FilingSource
from sample_sec.document import render
from sample_sec.filings import filings_of
from sample_sec.report import report_of

TODAY = date(2026, 11, 20)
ROUNDS = 9
PIECE_BYTES = 64 * 1024


def figures() -> list[Figure]:
    """CPU seconds for the newest filing of the sample's VTI, some 3,500 lines and 3 MB."""
    filed = report_of(filings_of("VTI", TODAY)[0])
    document = render(filed)
    source = FilingSource(
        "VTI",
        filed.filing.accession,
        "sample",
        "https://example.com",
        "2026-11-20T22:30:04Z",
        "verified",
    )

    def parse() -> bytes:
        pieces = (document[at : at + PIECE_BYTES] for at in range(0, len(document), PIECE_BYTES))
        return filing_snapshot(pieces, source).to_bytes()

    def read_xml() -> None:
        for _, element in etree.iterparse(BytesIO(document)):
            element.clear()

    stored = parse()
    lines = len(json.loads(stored)["lines"])
    assert lines > 3_000
    parsing = side_by_side(parse, read_xml, ROUNDS)
    return [
        Figure(f"parse of a filing of {lines} lines, {len(document) / 1e6:.1f} MB", *parsing, 6.0),
        *_analytics(stored, lines),
    ]


def _analytics(stored: bytes, lines: int) -> list[Figure]:
    filing = json.loads(stored)
    snapshot = _as_listed(filing)
    text = json.dumps(snapshot)

    def read_json() -> None:
        json.loads(stored)
        json.loads(text)

    matched = reconcile(snapshot, filing)["matched"]["lines"]
    assert matched > 0.95 * lines
    found = []
    for name, task, limit in (
        ("exposures", paused_collector()(lambda: filing_exposures(filing)), 1.0),
        ("reconcile", paused_collector()(lambda: reconcile(snapshot, filing)), 13.0),
    ):
        found.append(Figure(f"{name} of a filing of {lines} lines", *side_by_side(task, read_json, ROUNDS), limit))
    return found


def _as_listed(filing: dict[str, Any]) -> dict[str, Any]:
    """The portal's list of the same securities: tickers and no identifiers."""
    listed = filing_as_list(filing)
    holdings = [
        {**row, "symbol": f"Z{number:04d}" if row["asset_class"] == "equity" else None}
        for number, row in enumerate(listed["holdings"])
    ]
    return {**listed, "holdings": holdings}
