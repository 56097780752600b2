"""Parsing a large capture against reading its markup and its JSON and nothing more, and its workbook against XlsxWriter
alone.
"""

import io
import json
import pickle
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import UTC, datetime
from pathlib import Path
from tempfile import TemporaryDirectory

from lxml import html
from xlsxwriter import Workbook

from benchmarks.measure import Figure, peak_mb, side_by_side
from etf_common.capture import Capture
from etf_common.flat_table import FlatTable
from etf_common.holdings_table import ListFacts, holdings_table
from transform.fund_file import fund_file
from transform.parser import parse

PAGE_BYTES = 200_000
ROUNDS = 25
MEMORY_MB = 200


def figures() -> list[Figure]:
    """CPU seconds and peak memory of a process that does only this, as the Lambda function does."""
    with _captured() as path:
        command = [sys.executable, "-m", "benchmarks.transform", str(path)]
        parsing, writing, rows, page_bytes, megabytes = json.loads(subprocess.check_output(command))  # noqa: S603 - ours
    return [
        Figure(f"transform of {rows} rows, page of {page_bytes // 1000} KB", parsing[0], parsing[1], 4.0),
        Figure(f"workbook of {rows} rows", writing[0], writing[1], 3.0),
        Figure("transform with workbook, peak memory", megabytes, MEMORY_MB, 1.0, unit="MB"),
    ]


@contextmanager
def _captured() -> Iterator[Path]:
    with TemporaryDirectory() as folder:
        path = Path(folder) / "capture"
        path.write_bytes(pickle.dumps(vars(large_capture())))
        yield path


def large_capture() -> Capture:
    """VTI's complete list, about 3,500 rows, under a page of 200 KB, most of it scripts and menus."""
    # Here, so that the measured process does not load them.
    from benchmarks import fixtures  # noqa: PLC0415
    from extract.portal import Portal  # noqa: PLC0415
    from extract.transport import Budget, Transport  # noqa: PLC0415

    with fixtures.sample_portal() as url, Transport("benchmark (+mailto:benchmark@example.com)", Budget()) as transport:
        fetched = Portal(url, transport).fetch("VTI", None)
    script = b"<script>" + b"var wsod = wsod || {}; wsod.push('module', 0);\n" * 60 + b"</script>\n"
    item = b"<li class='item'><a href='/research/etfs'>Exchange Traded Funds</a></li>\n"
    filler = script + b"<ul class='menu'>" + item * 40 + b"</ul>\n"
    page = fetched.page.body
    page = page.replace(b"</body>", filler * ((PAGE_BYTES - len(page)) // len(filler)) + b"</body>")
    fetched_at = f"{datetime.now(UTC):%Y-%m-%dT%H:%M:%SZ}"
    return Capture("VTI", "20261120T223000Z", page, fetched.parts, "https://example.com", fetched_at, "sample", None)


def main(path: str) -> None:
    """Measure the capture in the file, and print seconds and floor of parsing and of writing the workbook, rows, bytes
    of the page and peak megabytes.
    """
    capture = Capture(**pickle.loads(Path(path).read_bytes()))  # noqa: S301 - written a moment ago by figures()

    def floor() -> None:
        html.document_fromstring(capture.page)
        for part in capture.parts:
            json.loads(part[part.index(b"{") :].rstrip(b"; \r\n"))

    parsing = side_by_side(lambda: parse(capture).to_bytes(), floor, ROUNDS)
    snapshot = parse(capture)
    stored = snapshot.to_bytes()
    facts = ListFacts(snapshot.holdings_as_of, "sample", snapshot.symbol, snapshot.quality.complete, None)
    table = holdings_table(snapshot.holdings, facts)
    writing = side_by_side(lambda: fund_file(stored, table), lambda: _cells_alone(table), ROUNDS // 3)
    print(json.dumps([parsing, writing, snapshot.totals.included, len(capture.page), peak_mb()]))


def _cells_alone(table: FlatTable) -> None:
    """The same cells by XlsxWriter, without formats, widths, summary and sectors."""
    with Workbook(io.BytesIO(), {"in_memory": True}) as book:
        sheet = book.add_worksheet()
        for at, row in enumerate(table.rows):
            for column, cell in enumerate(row):
                if isinstance(cell, str):
                    sheet.write_string(at, column, cell)
                elif cell is not None:
                    sheet.write_number(at, column, cell)


if __name__ == "__main__":
    main(sys.argv[1])
