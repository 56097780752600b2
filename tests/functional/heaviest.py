"""The heaviest captures that pass the limits, and some beyond. Run as a program it reads them all and prints the cost.

A program of its own, because the peak of memory is that of a whole process.
"""

import functools
import gzip
import json
import sys
from collections.abc import Callable

import boto3

import extract.app
import transform.app
from benchmarks.measure import peak_mb
from etf_common.capture import MAX_CAPTURE_BYTES, Capture
from etf_common.errors import LayoutError, PortalError
from etf_common.flat_table import csv_of
from etf_common.holdings_table import ListFacts, holdings_table
from etf_schwab.limits import MAX_ANSWER_BYTES, MAX_ANSWER_NODES, MAX_ANSWER_VALUES, MAX_PAGE_TAGS
from extract.portal import Portal
from extract.transport import Budget, Transport
from transform.parser import parse

assert extract.app
assert transform.app
assert boto3

HEAD = (
    b"<html><script>var gHoldingsAsOfDate = '11/18/2026'; WSOD_DATA.sessionID = 'T';"
    b" var gSymbolWSODIssue = '1'</script>"
)
BEGIN, END = b'this.apiReturn = {"module": [', b"]};"
TABLE = b'{"t": "tbody", "a": {"id": "tthHoldingsTbody"}, "c": ['
ROW = '{"t":"tr","c":[%s]}'
CELL = '{"t":"td","a":{"tsraw":"%s"},"c":["%s"]}'


def full(piece: bytes, size: int = MAX_ANSWER_BYTES, begin: bytes = b"", end: bytes = b"") -> bytes:
    """As many pieces as fit into the size."""
    return begin + piece * ((size - len(begin) - len(end)) // len(piece)) + end


def counted(make: Callable[[int], bytes], count: int, begin: bytes, end: bytes) -> bytes:
    """So many different pieces, cut where an answer must end."""
    body = bytearray(begin)
    for number in range(count):
        piece = make(number)
        if len(body) + len(piece) + len(end) > MAX_ANSWER_BYTES:
            break
        body += piece
    return bytes(body) + end


def rows(count: int, name: str, start: int = 0) -> str:
    values = ("S%d", name, "0.01", "12345.678", "9876543.21")
    return ",".join(
        ROW % ",".join(CELL % (value % n if "%" in value else value, "") for value in values)
        for n in range(start, start + count)
    )


def page(inner: bytes = b"", size: int = 0) -> bytes:
    table = b"<table id='tthHoldingsTable'><tbody id='tthHoldingsTbody'>"
    return HEAD + table + (full(inner, size) if size else inner) + b"</tbody></table></html>"


def answer(inner: str) -> bytes:
    return BEGIN + TABLE + inner.encode() + b"]}" + END


ANSWERS: dict[str, Callable[[], bytes]] = {
    "64 MB of empty arrays": lambda: full(b"[],", 64 * 1024 * 1024, BEGIN, b"1" + END),
    "as many empty arrays as pass": lambda: BEGIN + b"[]," * (MAX_ANSWER_NODES - 10) + b"1" + END,
    "as many empty objects as pass": lambda: BEGIN + b"{}," * (MAX_ANSWER_NODES - 10) + b"1" + END,
    "as many small objects as pass": lambda: BEGIN + b'{"a":{"b":[1.5]}},' * (MAX_ANSWER_NODES // 3 - 10) + b"1" + END,
    "as many different keys as pass": lambda: counted(
        lambda n: b'"%x":%d.5,' % (n, n), MAX_ANSWER_VALUES - 10, BEGIN + b"{", b'"x":1}' + END
    ),
    "as many different texts as pass": lambda: counted(
        lambda n: b'"%x",' % n, MAX_ANSWER_VALUES - 10, BEGIN, b"1" + END
    ),
    "one text of rare characters": lambda: full("\U0001f600".encode(), MAX_ANSWER_BYTES, BEGIN + b'"', b'"' + END),
    "one text of escapes": lambda: full(b"\\ud83d", MAX_ANSWER_BYTES, BEGIN + b'"', b'"' + END),
    "arrays inside arrays": lambda: BEGIN + b"[" * 190_000 + b"]" * 190_000 + END,
    "arrays that never close": lambda: BEGIN + b"[" * (MAX_ANSWER_NODES - 10),
    "as many rows as pass": lambda: answer(rows(19_000, "N%d")),
}
PAGES: dict[str, Callable[[], bytes]] = {
    "6 MB of paragraphs": lambda: full(b"<p>x", 6_000_000, HEAD),
    "as many paragraphs as pass": lambda: HEAD + b"<p>x" * (MAX_PAGE_TAGS - 20),
    "as many rows as pass": lambda: page(b"<tr>" + b"<td>x" * 5, (MAX_PAGE_TAGS - 20) // 6 * 29),
    "as many cells as pass": lambda: page(b"<tr><td tsraw=1 class=a id=b>x" * ((MAX_PAGE_TAGS - 20) // 2)),
    "elements inside elements": lambda: page(b"<div>" * (MAX_PAGE_TAGS - 20)),
    "attributes of one tag": lambda: HEAD + b"<p " + b" ".join(b"a%d" % n for n in range(900_000)) + b">",
    "many tags of many attributes": lambda: (
        HEAD + b"".join(b"<p " + b" ".join(b"a%d" % n for n in range(900)) + b">" for _ in range(1_600))
    ),
    "quoted attributes": lambda: HEAD + b"<p " + b"".join(b"a%d='<>'" % n for n in range(58_000)) + b">",
    "many blocks to read": lambda: (
        page() + b"<div class='popupVersion realtime' id='tthHoldingsTable'>x</div>" * 29_000
    ),
    "a text of 8 MB": lambda: page("\U0001f600".encode(), MAX_ANSWER_BYTES - 300),
    "a title of 8 MB": lambda: full(b"Fund ", MAX_ANSWER_BYTES - 200, HEAD + b"<div id='content'><div><h2>") + page(),
    "a date of 8 MB": lambda: full(b"1", MAX_ANSWER_BYTES, b"<html><script>var gHoldingsAsOfDate = '", b"'</script>"),
    "entities": lambda: page(b"&amp;", MAX_ANSWER_BYTES - 300),
    "a quote table of many rows": lambda: page() + b"<div class='popupVersion realtime'><table>" + b"<tr><td>" * 29_000,
}


def whole_list() -> list[bytes]:
    """As many rows as a list may have, in answers of 64 MB with the page, names as long and as wide as they may be."""
    name = "\U0001f600" * 300
    parts = [answer(rows(400, name.replace("%", ""), 400 * n)) for n in range(100)]
    room, kept = MAX_CAPTURE_BYTES - MAX_ANSWER_BYTES, []
    for part in parts:
        room -= len(part)
        if room > 0:
            kept.append(part)
    return kept


def read(html: bytes, parts: tuple[bytes, ...]) -> str:
    """What transform makes of a capture: the length of the snapshot and of the CSV, or the error."""
    capture = Capture(
        "VTI", "20261120T223000Z", html, parts, "https://x.example", "2026-11-20T22:30:04Z", "schwab", None
    )
    try:
        snapshot = parse(capture)
    except LayoutError as error:
        return f"{error.code}: {error.message}"
    facts = ListFacts(snapshot.holdings_as_of, "schwab", "VTI", snapshot.quality.complete, snapshot.totals.reported)
    table = csv_of(holdings_table(snapshot.holdings, facts))
    return f"{snapshot.totals.included} rows, {len(snapshot.to_bytes())} and {len(table)} bytes"


def _whatever(make: Callable[[], bytes], _number: int) -> bytes:
    return make()


PORTALS: dict[str, Callable[[int], bytes]] = {
    **{name: functools.partial(_whatever, make) for name, make in ANSWERS.items()},
    "a bomb of gzip": lambda _: gzip.compress(bytes(7_000_000)),
    "a bomb of gzip, larger": lambda _: gzip.compress(bytes(200_000_000), 9),
    "a list without end, of large answers": lambda number: answer(rows(390, "N%d" + "n" * 20_000, 390 * number)),
    "a list without end, of many rows": lambda number: answer(rows(19_000, "N%d", 19_000 * number)),
}
"""The module API's answer to the request of that number, gzip where it says so."""


def fetch(url: str) -> str:
    """What extract makes of a portal: the number of answers, or the error."""
    try:
        with Transport("tests (+mailto:t@example.com)", Budget(patience=5.0), sleep=lambda _: None) as transport:
            fetched = Portal(url, transport).fetch("VTI", None)
    except PortalError as error:
        return f"{error.code}: {error.message}"
    return f"{len(fetched.parts)} answers; {fetched.module_error}"


def transform_all() -> dict[str, str]:
    """What transform makes of every capture here."""
    bare, small = page(), page(b"<tr>" + b"<td>x" * 5)
    return {
        **{f"answer: {name}": read(bare, (make(),)) for name, make in ANSWERS.items()},
        **{f"page: {name}": read(make(), ()) for name, make in PAGES.items()},
        "list: as many rows as pass, with long names": read(bare, tuple(whole_list())),
        "list: more bytes than pass": read(bare, (answer(rows(1, "N%d")) + b" " * 8_000_000,) * 9),
        "list: more rows than pass": read(bare, tuple(answer(rows(15_000, "N", 15_000 * n)) for n in range(3))),
        "list: other rows": read(small, (answer(rows(5, "N%d")),)),
    }


def main(url: str = "") -> None:
    """Transform everything, or fetch every case of the portal at `url`; print the results and the peak memory in MB."""
    results = {name: fetch(f"{url}/{number}") for number, name in enumerate(PORTALS)} if url else transform_all()
    print(json.dumps([results, peak_mb()]))


if __name__ == "__main__":
    main(*sys.argv[1:])
