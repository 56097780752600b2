"""browse-edgar's Atom feed: the filings of one series, newest first."""

import re
from typing import Any
from xml.parsers import expat  # noqa: S407 - DTDs are refused, so there is no entity; the size and depth have limits

from etf_common.errors import SecLayoutError
from filings.fetch.listed import FORMS, Listed, is_accession, is_day

COUNTS = (10, 20, 40, 80, 100)
"""How many entries browse-edgar gives at once."""
_ATOM = "http://www.w3.org/2005/Atom"
_FIELDS = frozenset({"accession-number", "filing-date", "filing-type", "filing-href"})
_MAX_DEPTH = 50
_MAX_TEXT = 2000
_FOLDER = re.compile(r"/Archives/edgar/data/([0-9]{1,10})/[0-9]{18}/")


def feed_path(series_id: str, count: int, start: int) -> str:
    """The series stands where a CIK may; without the type, deep pages of large funds answer 503."""
    page = f"&start={start}" if start else ""
    return (
        f"/cgi-bin/browse-edgar?action=getcompany&CIK={series_id}&type=NPORT-P&dateb=&owner=include"
        f"{page}&count={count}&output=atom"
    )


def count_for(quarters: int) -> int:
    """How many entries to ask for: a report a quarter, and room for amendments."""
    return next((count for count in COUNTS if count >= quarters + 6), COUNTS[-1])


def parse_feed(body: bytes, cik: int) -> list[Listed]:
    """The filings that a feed lists; `cik` names the folder of those without an address of their own.

    Raises SecLayoutError for what is no Atom feed, has a DTD, or has an entry that does not say what it is.
    """
    reader = _Reader()
    parser = expat.ParserCreate(namespace_separator=" ")
    parser.buffer_text = True
    parser.StartElementHandler = reader.start
    parser.EndElementHandler = reader.end
    parser.CharacterDataHandler = reader.text
    parser.StartDoctypeDeclHandler = reader.doctype
    try:
        parser.Parse(body.lstrip(), True)
    except (expat.ExpatError, LookupError, ValueError) as error:
        raise SecLayoutError(f"the feed is not XML: {error}") from None
    return [one for entry in reader.entries if (one := _listed(entry, cik))]


def _listed(entry: dict[str, str], cik: int) -> Listed | None:
    if not {"accession-number", "filing-date", "filing-type"} <= entry.keys():
        raise SecLayoutError("an entry of the feed has no accession number, filing date or filing type")
    if entry["filing-type"] not in FORMS:
        return None
    accession, filed = entry["accession-number"], entry["filing-date"]
    if not is_accession(accession) or not is_day(filed):
        raise SecLayoutError(f"an entry of the feed has the accession {accession[:30]!r} of {filed[:30]!r}")
    folder = _FOLDER.search(entry.get("filing-href", ""))
    return Listed(accession, entry["filing-type"], filed, int(folder[1]) if folder else cik)


class _Reader:
    """Collects the fields of each entry; names are as expat gives them, namespace first."""

    def __init__(self) -> None:
        self.entries: list[dict[str, str]] = []
        self._path: list[str] = []
        self._text: list[str] | None = None

    def start(self, name: str, _attributes: Any) -> None:
        if not self._path and name != f"{_ATOM} feed":
            raise SecLayoutError(f"the feed is no Atom feed; its root is {name[:100]!r}")
        self._path.append(name.removeprefix(f"{_ATOM} "))
        if len(self._path) > _MAX_DEPTH:
            raise SecLayoutError(f"the feed is nested more than {_MAX_DEPTH} deep")
        if self._path[1:] == ["entry"]:
            self.entries.append({})
        self._text = [] if self._is_field() else None

    def end(self, name: str) -> None:
        if self._is_field() and self._text is not None:
            self.entries[-1][self._path[-1]] = "".join(self._text)[:_MAX_TEXT].strip()
        self._path.pop()
        self._text = None

    def text(self, data: str) -> None:
        if self._text is not None:
            self._text.append(data)

    def doctype(self, *_: object) -> None:
        raise SecLayoutError("the feed has a DTD, which none has")

    def _is_field(self) -> bool:
        return len(self._path) == 4 and self._path[1:3] == ["entry", "content"] and self._path[3] in _FIELDS
