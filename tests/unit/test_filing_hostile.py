"""Documents that are no filing, or want to be too much: a named error, at once, and in bounded memory."""

import re
import subprocess
import sys
import tracemalloc
from collections.abc import Iterator
from contextlib import suppress
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from etf_common.errors import FilingError, FilingLimitError
from etf_common.filing import FilingSnapshot
from filings.parse.head import read_head
from filings.parse.limits import (
    MAX_ATTRIBUTES,
    MAX_DEPTH,
    MAX_ELEMENTS,
    MAX_FILING_BYTES,
    MAX_LINES,
    MAX_TEXT_CHARACTERS,
    MAX_TOKEN_BYTES,
)
from filings.parse.snapshot import filing_snapshot
from tests.unit.filing_cases import equity, filing_xml, line_xml, source

GOOD = filing_xml([equity("Acme Corp", 100)])
LINES_AT = GOOD.index(b"<invstOrSec>")
MEGABYTE = b" " * (1024 * 1024)
MOST_MEGABYTES = 20
"""What a document of a gigabyte may take while it is refused."""


def parse(*pieces: bytes) -> None:
    filing_snapshot(pieces, source())


def with_lines(lines: bytes) -> bytes:
    return GOOD[:LINES_AT] + lines + GOOD[LINES_AT:]


LAUGHS = b"""<?xml version="1.0"?><!DOCTYPE edgarSubmission [<!ENTITY a "ha"><!ENTITY b "&a;&a;&a;&a;&a;&a;&a;&a;">
<!ENTITY c "&b;&b;&b;&b;&b;&b;&b;&b;">]><edgarSubmission xmlns="http://www.sec.gov/edgar/nport">&c;</edgarSubmission>"""
OUTSIDE = (
    b"""<!DOCTYPE edgarSubmission [<!ENTITY a SYSTEM "file:///etc/passwd">]><edgarSubmission>&a;</edgarSubmission>"""
)


TEXT = filing_xml([line_xml(name="A & B", valUSD="-5.0", pctVal="-0.5", payoffProfile="Short")]).decode()
TAG = re.compile(r"<(/?)(?=[A-Za-z])")


@pytest.mark.parametrize(
    "document",
    [
        b"\xef\xbb\xbf" + TEXT.encode(),
        TEXT.encode("utf-16"),
        TEXT.replace('version="1.0"', 'version="1.1"').encode(),
        TAG.sub(r"<\1n:", TEXT).replace("xmlns=", "xmlns:n=").encode(),
        TEXT.replace("A &amp; B", "<![CDATA[A & B]]>").encode(),
        TEXT.replace("A &amp; B", "A <!-- & --> &amp; B").encode(),
        TEXT.replace("A &amp; B", "A <?any <thing>?>&#38; B").encode(),
    ],
    ids=["mark", "UTF-16", "XML 1.1", "prefix", "CDATA", "comment", "instruction"],
)
def test_xml_that_is_only_written_otherwise_says_the_same(document: bytes) -> None:
    (line,) = filing_snapshot([document], source()).lines

    assert (line["name"], line["value_usd"], line["weight_pct"], line["side"]) == ("A & B", -5, -0.5, "short")


@pytest.mark.parametrize(
    ("document", "why"),
    [
        (LAUGHS, "document type"),
        (OUTSIDE, "document type"),
        (b"<!DOCTYPE html><html></html>", "document type"),
        (GOOD.replace(b"Acme Corp", b"&undefined;", 1), "not well-formed XML .undefined entity"),
        (b"", "ends before its end"),
        (b" \n", "ends before its end"),
        (GOOD[: len(GOOD) // 2], "ends before its end"),
        (GOOD[:-3], "ends before its end"),
        (GOOD + b"<more/>", "not well-formed XML .junk after"),
        (b"{}", "not well-formed XML"),
        (b"\x00" * 100, "not well-formed XML"),
        (GOOD.replace(b"Acme", b"\xff\xfe\x80"), "not well-formed XML"),
        (GOOD.replace(b"Acme", b"\x01"), "not well-formed XML"),
        (GOOD.replace(b"UTF-8", b"ISO-8859-1").replace(b"Acme", b"Acm\xe9"), "not well-formed XML"),
        (GOOD.replace(b"</fundInfo>", b"</genInfo>"), "not well-formed XML .mismatched tag"),
        (b"<html><body>Request Rate Threshold Exceeded</body></html>", "'html' is in the namespace ''"),
        (b"<Error><Code>AccessDenied</Code></Error>", "'Error' is in the namespace ''"),
        (GOOD.replace(b' xmlns="http://www.sec.gov/edgar/nport"', b""), "'edgarSubmission' is in the namespace ''"),
        (filing_xml([], namespace="http://www.sec.gov/edgar/thirteenffiler"), "namespace .*thirteenffiler"),
        (with_lines(b'<x:invstOrSec xmlns:x="http://example.com/"/>'), "'invstOrSec' is in the namespace"),
        (GOOD.replace(b"edgarSubmission", b"edgarFiling"), "'edgarFiling', not a filing on Form N-PORT"),
        (GOOD.replace(b"<formData>", b"<formData><genInfo/>"), "has genInfo twice"),
        (GOOD.replace(b"fundInfo", b"infoFund"), "the filing has no fundInfo"),
        (GOOD.replace(b"formData", b"dataForm"), "the filing has no genInfo"),
    ],
)
def test_what_is_no_filing_is_named(document: bytes, why: str) -> None:
    with pytest.raises(FilingError, match=why) as raised:
        parse(document)
    assert raised.value.code == "filing_unreadable"


def nested(name: bytes, depth: int) -> bytes:
    return b"<%s>" % name * depth + b"</%s>" % name * depth


@pytest.mark.parametrize(
    ("document", "why"),
    [
        (nested(b"edgarSubmission", 100_000), "namespace"),
        (GOOD.replace(b"<formData>", nested(b"deep", MAX_DEPTH) + b"<formData>"), f"more than {MAX_DEPTH} deep"),
        (with_lines(line_xml(nested(b"deep", MAX_DEPTH).decode()).encode()), f"more than {MAX_DEPTH} deep"),
        (with_lines(b"<invstOrSec/>" * 1_000_000), f"more than {MAX_LINES:,} lines"),
        (GOOD.replace(b"Acme Corp", b"x" * (MAX_TEXT_CHARACTERS + 1)), f"more than {MAX_TEXT_CHARACTERS:,} characters"),
        (GOOD.replace(b"Acme Corp", b"x" * 10_000_000), f"more than {MAX_TEXT_CHARACTERS:,} characters"),
        (with_lines(b'<invstOrSec><a v="%s"/></invstOrSec>' % (b"x" * 10_000)), "'a' holds more than"),
        (with_lines(b'<invstOrSec><a v="%s"/></invstOrSec>' % (b"x" * 10_000_000)), "a tag or comment has more than"),
        (with_lines(b"<!--%s-->" % (b"x" * 10_000_000)), f"a tag or comment has more than {MAX_TOKEN_BYTES:,} bytes"),
        (
            with_lines(
                b"<invstOrSec><a %s/></invstOrSec>" % b" ".join(b'v%d=""' % n for n in range(MAX_ATTRIBUTES + 1))
            ),
            f"more than {MAX_ATTRIBUTES} attributes",
        ),
        (
            with_lines(b"<invstOrSec>" + b"<a/>" * 1_000_000 + b"</invstOrSec>"),
            f"line 1 holds more than {MAX_ELEMENTS:,}",
        ),
        (GOOD.replace(b"</fundInfo>", b"<a/>" * 20_000 + b"</fundInfo>"), f"fundInfo holds more than {MAX_ELEMENTS:,}"),
    ],
)
def test_what_is_larger_than_any_filing_is_refused_with_its_limit(document: bytes, why: str) -> None:
    with pytest.raises(FilingError, match=why) as raised:
        parse(document)
    assert raised.value.code == ("filing_unreadable" if why == "namespace" else "filing_limit")


def endless(start: bytes, repeated: bytes) -> Iterator[bytes]:
    """A gigabyte that is made as it is asked for."""
    yield start
    for _ in range(1024 * 1024 * 1024 // len(repeated)):
        yield repeated


@pytest.mark.parametrize(
    "start",
    [b"", GOOD[:LINES_AT], GOOD[: GOOD.index(b"<genInfo>")], GOOD, GOOD[: GOOD.index(b"Acme")]],
    ids=["in front", "between lines", "in the head", "behind", "in a name"],
)
def test_a_gigabyte_of_blanks_is_not_read_to_its_end(start: bytes) -> None:
    taken = 0

    def counted() -> Iterator[bytes]:
        nonlocal taken
        for piece in endless(start, MEGABYTE):
            taken += len(piece)
            yield piece

    tracemalloc.start()
    try:
        with pytest.raises(FilingLimitError, match=f"the document has more than {MAX_FILING_BYTES:,} bytes"):
            filing_snapshot(counted(), source())
        peak = tracemalloc.get_traced_memory()[1]
    finally:
        tracemalloc.stop()
    assert taken <= MAX_FILING_BYTES + len(start) + len(MEGABYTE)
    assert peak < MOST_MEGABYTES * len(MEGABYTE)


def test_a_head_that_never_comes_is_not_waited_for() -> None:
    with pytest.raises(FilingLimitError, match="the document has more than"):
        read_head(endless(GOOD[: GOOD.index(b"<genInfo>")], MEGABYTE))


def test_a_document_at_the_limit_of_bytes_is_read() -> None:
    blanks = b" " * (MAX_FILING_BYTES - len(GOOD))

    assert filing_snapshot([GOOD, blanks], source()).totals.lines == 1


@given(st.data())
def test_a_damaged_filing_is_read_or_refused_and_nothing_else(data: st.DataObject) -> None:
    document = bytearray(GOOD)
    for _ in range(data.draw(st.integers(1, 5))):
        at = data.draw(st.integers(0, len(document) - 1))
        cut = data.draw(st.integers(0, 20))
        document[at : at + cut] = data.draw(st.binary(max_size=20))
    with suppress(FilingError):
        parse(bytes(document))


@given(st.text(max_size=60))
def test_any_text_in_any_field_is_read(text: str) -> None:
    clean = "".join(character for character in text if character.isprintable()).lstrip("<")
    names = ("name", "title", "cusip", "balance", "units", "valUSD", "assetCat", "invCountry", "fairValLevel")
    found = filing_snapshot([filing_xml([line_xml(**{name: clean}) for name in names])], source())

    assert found.totals.lines == len(names)
    assert FilingSnapshot.model_validate_json(found.to_bytes()) == found


LARGE = """
from pathlib import Path
from filings.parse.snapshot import filing_snapshot
from tests.unit.filing_cases import bond, filing_xml, identifiers, source

head, tail = filing_xml(["<mark/>"]).split(b"<mark/>")
LINES, BYTES = 26_000, 1_200

def pieces():
    yield head
    for n in range(LINES):
        name = f"Made-up Issuer {n} of Bonds and Notes"
        codes = {"lei": f"{n:018}98", "cusip": f"{n:09}", "identifiers": identifiers(isin=f"US{n:010}", other=str(n))}
        line = bond(name, 100 / LINES, "4.25", "2035-01-15", title=name + " 4.25% 01/15/35", **codes).encode()
        yield line + b" " * (BYTES - len(line))
    yield tail

body = filing_snapshot(pieces(), source()).to_bytes()
assert body.count(b'"title"') == LINES
print(*(line for line in Path("/proc/self/status").read_text().splitlines() if line.startswith("VmHWM")))
"""


@pytest.mark.skipif(not Path("/proc/self/status").exists(), reason="only Linux tells a process' own highest memory")
def test_a_filing_of_30_megabytes_takes_less_than_200_megabytes(root: Path) -> None:
    # In a process of its own; what getrusage tells would count the memory of this one too.
    command = [sys.executable, "-c", LARGE]
    run = subprocess.run(command, cwd=root, capture_output=True, text=True, check=True)  # noqa: S603 - this file's own

    assert int(run.stdout.split()[1]) < 200 * 1024
