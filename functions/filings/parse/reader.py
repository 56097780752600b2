"""Reading a filing's XML as it comes: part by part and line by line, and never more than one of them at a time.

Elements are told by local name under exactly the parents that the form has, since derivatives nest names, identifiers
and whole lines of their own. A document type, and with it every entity, is refused.
"""

from collections import deque
from collections.abc import Iterable, Iterator
from typing import NoReturn
from xml.parsers import expat

from etf_common.errors import FilingError, FilingLimitError, shorten
from filings.parse.limits import (
    MAX_ATTRIBUTES,
    MAX_DEPTH,
    MAX_ELEMENTS,
    MAX_FILING_BYTES,
    MAX_LINES,
    MAX_TEXT_CHARACTERS,
    MAX_TOKEN_BYTES,
    PIECE_BYTES,
)

NPORT = "http://www.sec.gov/edgar/nport"
"""The namespace of the form."""
_EDGAR = "http://www.sec.gov/edgar/"
"""All namespaces of the SEC's forms begin so."""
HEADER, GENERAL, FUND, LINE = "headerData", "genInfo", "fundInfo", "invstOrSec"
_ROOT = "edgarSubmission"
_CONTAINERS = frozenset({(_ROOT,), (_ROOT, "formData"), (_ROOT, "formData", "invstOrSecs")})
_PARTS = frozenset(
    {
        (_ROOT, HEADER),
        (_ROOT, "formData", GENERAL),
        (_ROOT, "formData", FUND),
        (_ROOT, "formData", "invstOrSecs", LINE),
    }
)
_UNUSED = frozenset(
    {
        "aggregateCondition",
        "borrowers",
        "currencyInfos",
        "dbtSecRefInstruments",
        "descRefInstrmnt",
        "monthlyReturnCats",
        "repurchaseCollaterals",
        "securityLending",
    }
)
"""Branches that the snapshot takes nothing from. They are the largest ones, and nest what looks like lines."""
_BLANKS_AND_MARK = b" \t\r\n\xef\xbb\xbf"


class Element:
    """An element: local name, attributes, text without the blanks around it, and the elements directly in it."""

    __slots__ = ("attributes", "children", "name", "text")

    def __init__(self, name: str, attributes: dict[str, str]) -> None:
        self.name = name
        self.attributes = attributes
        self.text = ""
        self.children: list[Element] = []

    def first(self, *path: str) -> "Element | None":
        """The first element of these names, each directly in the one before."""
        found: Element | None = self
        for name in path:
            found = next((child for child in found.children if child.name == name), None) if found else None
        return found

    def all(self, name: str) -> "Iterator[Element]":
        """The elements of this name directly in it."""
        return (child for child in self.children if child.name == name)

    def get(self, *path: str) -> str | None:
        """The text of `first`, or None where there is none."""
        found = self.first(*path)
        return found.text.strip() if found else None


class _Builder:
    """Expat's handlers: they gather one part at a time and put it into `parts` once it is whole."""

    def __init__(self) -> None:
        self.parts: deque[Element] = deque()
        self._depth = 0
        self._path: tuple[str, ...] = ()
        self._open: list[Element] = []
        self._skipped_from = 0
        """The depth of the element whose whole content is passed over; 0 for none."""
        self._elements = 0
        self._lines = 0
        self._seen: set[str] = set()

    def start(self, tag: str, attributes: dict[str, str]) -> None:
        """An element begins; `tag` is namespace, blank, local name."""
        self._depth += 1
        if self._depth > MAX_DEPTH:
            raise FilingLimitError(f"elements are nested more than {MAX_DEPTH} deep; no filing is read so far")
        if self._skipped_from:
            return
        namespace, _, name = tag.rpartition(" ")
        if namespace != NPORT:
            self._check_namespace(namespace, name)
        if self._open:
            self._start_within(name, attributes)
            return
        path = (*self._path, name)
        if path in _PARTS:
            self._begin_part(name, attributes)
        elif path in _CONTAINERS:
            self._path = path
        elif self._path:
            self._skipped_from = self._depth
        else:
            raise FilingError(f"the document is {shorten(name)}, not a filing on Form N-PORT ({_ROOT})")

    def _check_namespace(self, namespace: str, name: str) -> None:
        if self._depth == 1 or not namespace.startswith(_EDGAR):
            raise FilingError(
                f"the element {shorten(name)} is in the namespace {shorten(namespace, 100)}; Form N-PORT is {NPORT}"
            )

    def _begin_part(self, name: str, attributes: dict[str, str]) -> None:
        if name == LINE:
            self._lines += 1
            if self._lines > MAX_LINES:
                raise FilingLimitError(f"the filing has more than {MAX_LINES:,} lines; no filing is read so far")
        elif name in self._seen:
            raise FilingError(f"the filing has {name} twice, so nobody can tell which counts")
        else:
            self._seen.add(name)
        self._elements = 0
        self._push(name, attributes)

    def _start_within(self, name: str, attributes: dict[str, str]) -> None:
        if name in _UNUSED:
            self._skipped_from = self._depth
            return
        self._elements += 1
        if self._elements > MAX_ELEMENTS:
            raise FilingLimitError(f"{self._where} holds more than {MAX_ELEMENTS:,} elements; no filing is read so far")
        self._push(name, attributes)

    def _push(self, name: str, attributes: dict[str, str]) -> None:
        if attributes:
            if len(attributes) > MAX_ATTRIBUTES:
                raise FilingLimitError(f"{shorten(name)} has more than {MAX_ATTRIBUTES} attributes")
            for value in attributes.values():
                self._check_length(name, len(value))
        element = Element(name, attributes)
        if self._open:
            self._open[-1].children.append(element)
        self._open.append(element)

    def text(self, data: str) -> None:
        """A piece of text."""
        if self._skipped_from or not self._open:
            return
        element = self._open[-1]
        if not element.text and data.isspace():
            return
        self._check_length(element.name, len(element.text) + len(data))
        element.text += data

    def _check_length(self, name: str, characters: int) -> None:
        if characters > MAX_TEXT_CHARACTERS:
            raise FilingLimitError(
                f"{shorten(name)} holds more than {MAX_TEXT_CHARACTERS:,} characters; no filing is read so far"
            )

    @property
    def _where(self) -> str:
        return f"line {self._lines}" if self._open[0].name == LINE else self._open[0].name

    def end(self, _tag: str) -> None:
        """An element ends."""
        if self._skipped_from:
            if self._depth == self._skipped_from:
                self._skipped_from = 0
        elif self._open:
            element = self._open.pop()
            if not self._open:
                self.parts.append(element)
        else:
            self._path = self._path[:-1]
        self._depth -= 1

    def doctype(self, *_: object) -> NoReturn:
        """A document type would bring entities."""
        raise FilingError("the document has a document type (<!DOCTYPE>); no filing has one, so it is refused")


def read_parts(pieces: Iterable[bytes]) -> Iterator[Element]:
    """The header, the general and the fund's information, and each line, in the document's order, as soon as it ends.

    `pieces` are the document's bytes, cut anywhere; UTF-8, perhaps with a byte order mark or blanks in front.
    Raises FilingError for what is not well-formed or not a filing on Form N-PORT, and FilingLimitError for what is
    larger, deeper or longer than a filing may be.
    """
    builder = _Builder()
    parser = expat.ParserCreate(namespace_separator=" ")
    parser.buffer_text = True
    parser.StartElementHandler = builder.start
    parser.EndElementHandler = builder.end
    parser.CharacterDataHandler = builder.text
    parser.StartDoctypeDeclHandler = builder.doctype
    fed = 0
    for piece in _without_lead(_limited(pieces)):
        _parse(parser, piece)
        fed += len(piece)
        if fed - max(parser.CurrentByteIndex, 0) > MAX_TOKEN_BYTES:
            raise FilingLimitError(
                f"a tag or comment has more than {MAX_TOKEN_BYTES:,} bytes; no filing is read so far"
            )
        while builder.parts:
            yield builder.parts.popleft()
    _parse(parser, b"", last=True)
    while builder.parts:
        yield builder.parts.popleft()


def _parse(parser: "expat.XMLParserType", piece: bytes, *, last: bool = False) -> None:
    try:
        parser.Parse(piece, last)
    except expat.ExpatError as error:
        cut = "the document ends before its end; fetch it again" if last else "the document is not well-formed XML"
        raise FilingError(f"{cut} ({expat.ErrorString(error.code)}, line {error.lineno})") from None


def _limited(pieces: Iterable[bytes]) -> Iterator[bytes]:
    """The pieces, cut to size. Raises FilingLimitError."""
    count = 0
    for piece in pieces:
        count += len(piece)
        if count > MAX_FILING_BYTES:
            raise FilingLimitError(f"the document has more than {MAX_FILING_BYTES:,} bytes; no more are read")
        for start in range(0, len(piece), PIECE_BYTES):
            yield piece[start : start + PIECE_BYTES]


def _without_lead(pieces: Iterable[bytes]) -> Iterator[bytes]:
    """The pieces without byte order mark and blanks in front, behind which no XML declaration may stand."""
    leading = True
    for piece in pieces:
        rest = piece.lstrip(_BLANKS_AND_MARK) if leading else piece
        if rest:
            leading = False
            yield rest
