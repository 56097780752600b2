"""The page: the fund's name, the holdings date, the quote, the first rows and the pager."""

import re
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any

from bs4 import BeautifulSoup, Tag
from lxml.etree import ParserError, XPath
from lxml.html import HTMLParser, document_fromstring, tostring

from etf_common.errors import LayoutError
from etf_common.symbols import shorten
from etf_schwab.limits import NAME_CHARACTERS, RAW_CHARACTERS
from etf_schwab.pager import Pager, find_pager, find_total_holdings
from etf_schwab.symbols import portal_form
from transform.page_limits import check_page_limits
from transform.quote import ParsedQuote, read_quote
from transform.rows import Cell, TableRow, read_row

# The date stands in a script; a comment or a `var` before it makes no difference.
# A text too long for a date is read to its first characters, for the message.
_AS_OF = re.compile(rb"gHoldingsAsOfDate\s*=\s*[\"']([^\"']{1,60})")
FIRST_YEAR = 1990
"""The first ETF in the United States is of 1993."""
# Behind the name may stand the symbol and its exchange: "Invesco QQQ Trust ETF QQQ:NASDAQ".
# Another fund's symbol is taken for one only with a known exchange: "JPMorgan US: Large Cap" is a name.
_LISTING = re.compile(
    r"(?:^|[\s(])([A-Z0-9]{1,10}(?:[./][A-Z0-9]{1,4})?)\s?:\s?(?:NASDAQ|NYSE|NYSEARCA|ARCA|ARCX|AMEX|BATS|CBOE|IEX)\b.*$",
    re.IGNORECASE,
)
_COLUMNS = ["Symbol", "Name", "PctNetAssets", "SharesHeld", "MarketValue"]
# What is read of the page. lxml finds it in the whole page, BeautifulSoup reads it: its objects for all the rest would
# take ten times as long. One condition, not several paths: libxml2 compares each node of one with all of another.
_BLOCKS = XPath(
    """//*[@id = "tthHoldingsTable" or @id = "PaginationContainer" or @id = "firstGlanceFooter"
    or @modulename = "FirstGlance" or self::div[contains(@class, "popupVersion")]]"""
)
BLOCKS_READ = 1_000
"""A page has six."""
_HEADING = XPath('//*[@id="content"]/div/h2')


@dataclass(frozen=True)
class Page:
    """What the page says. `symbol` is the one it states itself, None if it states none."""

    name: str | None
    name_cut: bool
    """Whether the name was longer than a name may be."""
    symbol: str | None
    holdings_as_of: date
    quote: ParsedQuote
    rows: tuple[TableRow, ...]
    columns_named: bool
    """Whether the table's headings name its columns."""
    pager: Pager | None
    total_holdings: int | None
    """N of "N Total Holdings"."""


def read_page(html: bytes, symbol: str, fetched_at: datetime) -> Page:
    """Read the page of `symbol`. Raises LayoutError for a page without holdings table or date, or beyond a limit."""
    check_page_limits(html)
    as_of = _holdings_as_of(html)
    try:
        whole = document_fromstring(html, parser=HTMLParser(encoding=_encoding(html)))
    except ParserError:
        raise LayoutError("the page has no HTML element") from None
    soup = BeautifulSoup("".join(tostring(block, encoding="unicode") for block in _outermost(whole)), "lxml")
    rows, columns_named = _rows(soup)
    name, stated = _title(soup, whole, symbol)
    container = soup.find(id="PaginationContainer")
    return Page(
        name=None if name is None else name[:NAME_CHARACTERS].strip(),
        name_cut=name is not None and len(name) > NAME_CHARACTERS,
        symbol=stated,
        holdings_as_of=as_of,
        quote=read_quote(soup, symbol, fetched_at),
        rows=rows,
        columns_named=columns_named,
        pager=find_pager(container.get_text(" ")[:RAW_CHARACTERS]) if container else None,
        total_holdings=find_total_holdings(html.decode("latin-1")) if b"otal" in html else None,
    )


def _outermost(whole: Any) -> Iterator[Any]:
    """The blocks that stand in no other block, in document order."""
    blocks = _BLOCKS(whole)[:BLOCKS_READ]
    known = set(blocks)
    return (block for block in blocks if known.isdisjoint(block.iterancestors()))


def _encoding(html: bytes) -> str | None:
    """UTF-8 where the bytes are UTF-8, whatever the page claims; else lxml's own judgement."""
    try:
        html.decode("utf-8")
    except UnicodeDecodeError:
        return None
    return "utf-8"


def _holdings_as_of(html: bytes) -> date:
    match = _AS_OF.search(html)
    if not match:
        raise LayoutError("the page has no holdings date (gHoldingsAsOfDate)")
    text = match[1].decode("ascii", "replace")
    try:
        found = datetime.strptime(text.strip(), "%m/%d/%Y").date()
    except ValueError:
        raise LayoutError(f"the holdings date (gHoldingsAsOfDate) is {shorten(text)}; expected is MM/DD/YYYY") from None
    if found.year < FIRST_YEAR:
        raise LayoutError(f"the holdings date (gHoldingsAsOfDate) is {shorten(text)}, before there were ETFs")
    return found


def _rows(soup: BeautifulSoup) -> tuple[tuple[TableRow, ...], bool]:
    """The table's rows, and whether its columns are named."""
    table = soup.find("table", id="tthHoldingsTable")
    if table is None:
        raise LayoutError("the page has no holdings table (#tthHoldingsTable)")
    columns = [str(heading["sortname"])[:NAME_CHARACTERS] for heading in table.select("thead th[sortname]", limit=20)]
    if columns and columns != _COLUMNS:
        raise LayoutError(f"the holdings table has the columns {shorten(columns, 200)}; expected are {_COLUMNS}")
    body = table.find("tbody", id="tthHoldingsTbody")
    if body is None:
        raise LayoutError("the holdings table has no body (#tthHoldingsTbody)")
    rows = body.find_all("tr", recursive=False)
    read = tuple(read_row(_cells(row), f"row {number} of the page") for number, row in enumerate(rows, 1))
    return read, bool(columns)


def _cells(row: Tag) -> list[Cell]:
    return [
        Cell(
            None if (raw := cell.get("tsraw")) is None else str(raw)[:RAW_CHARACTERS],
            " ".join(cell.get_text()[:RAW_CHARACTERS].split()),
        )
        for cell in row.find_all("td", recursive=False)
    ]


def _title(soup: BeautifulSoup, whole: Any, symbol: str) -> tuple[str | None, str | None]:
    """(name, stated symbol) of the fund: the page's heading, or the first line of the FirstGlance block."""
    headings, glance = _HEADING(whole), soup.find(modulename="FirstGlance")
    lines = _lines("\n".join(headings[0].itertext())) if headings else []
    lines = lines or (_lines(glance.get_text("\n")) if glance else [])
    if not lines:
        return None, None
    # The listing may stand in an element of its own: then it is the line after the name.
    below = _listing(lines[1], symbol) if len(lines) > 1 else None
    title = " ".join(lines[:2]) if below and below[0] == 0 else lines[0]
    found = _listing(title, symbol)
    return (title[: found[0]].strip() or None, found[1]) if found else (title, None)


def _listing(title: str, symbol: str) -> tuple[int, str] | None:
    """(where it begins, symbol) of the listing in a title: the fund's own, on whatever exchange, or another's."""
    own = re.search(rf"(?:^|[\s(]){re.escape(portal_form(symbol))}\s?:\s?\w.*$", title)
    if own:
        return own.start(), symbol
    other = _LISTING.search(title)
    return (other.start(), other[1].upper().replace("/", ".")) if other else None


def _lines(text: str) -> list[str]:
    return [line for part in text[:RAW_CHARACTERS].split("\n") if (line := " ".join(part.split()))]
