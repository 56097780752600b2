"""Small pages, module answers and captures made by hand, and a lake in a dict."""

import json
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any, NamedTuple, cast

from etf_common.capture import Capture
from etf_common.lake import Lake, NotModifiedError, ObjectNotFoundError, StoredObject

QUOTE = (
    '<div class="popupVersion realtime"><table><tr><th>Last</th></tr><tr>'
    "<td>$245.67</td><td></td><td>+1.23\n(+0.50%)</td><td></td>"
    '<td><span class="value">$245.66</span><span class="sublabel">x300</span></td><td></td>'
    '<td><span class="value">$245.68</span><span class="sublabel">x200</span></td><td></td>'
    '<td><span class="value">1,234,567</span><span class="sublabel">Below Avg.</span></td>'
    "</tr></table></div>"
)
FOOTER = '<div id="firstGlanceFooter">As of close 11/20/2026</div>'
COLUMNS = ("Symbol", "Name", "PctNetAssets", "SharesHeld", "MarketValue")


class Line(NamedTuple):
    """One holding by its machine values."""

    symbol: str
    name: str
    weight: str
    shares: str
    value: str


def line(symbol: str = "MSFT", **values: str) -> Line:
    standard = {"name": f"{symbol} Corp", "weight": "6.19", "shares": "239000000", "value": "118900000000"}
    return Line(symbol, **{**standard, **values})


def lines(count: int, start: int = 1) -> list[Line]:
    """Different lines of equal weight that sum to 100 per cent over `count` lines."""
    weight = 100 / count
    return [
        Line(f"S{n}", f"Company {n} Inc", f"{weight:.2f}", str(1000 + n), str(round(weight * 10_000_000)))
        for n in range(start, start + count)
    ]


def html_row(cells: Sequence[str]) -> str:
    return "<tr>" + "".join(f'<td class="data" tsraw="{cell}">{cell}</td>' for cell in cells) + "</tr>"


def table(rows: Sequence[Sequence[str]], columns: Sequence[str] = COLUMNS) -> str:
    head = "".join(f'<th sortname="{column}">{column}</th>' for column in columns)
    body = "".join(map(html_row, rows))
    return (
        f'<table id="tthHoldingsTable"><thead><tr>{head}</tr></thead>'
        f'<tbody id="tthHoldingsTbody">{body}</tbody></table>'
    )


def page(  # the parts of a page, each to be replaced or left out
    rows: Sequence[Sequence[str]] = (),
    *,
    title: str | None = "Vanguard Total Stock Market Index Fund ETF VTI:NYSE Arca",
    as_of: str | None = "11/18/2026",
    quote: str = QUOTE,
    footer: str = FOOTER,
    holdings: str | None = None,
    pager: str | None = None,
) -> bytes:
    return (
        "<!doctype html><html><head><script>"
        + ("" if as_of is None else f"var gHoldingsAsOfDate = '{as_of}';")
        + '</script></head><body><div id="content"><div>'
        + ("" if title is None else f"<h2>{title}</h2>")
        + f"{quote}{footer}</div></div>"
        + (table(rows) if holdings is None else holdings)
        + ("" if pager is None else f'<div id="PaginationContainer">{pager}</div>')
        + "</body></html>"
    ).encode()


def node(tag: str, *children: Any, **attributes: Any) -> dict[str, Any]:
    """A node of the module API's tree; without children it has no `c`."""
    return {"t": tag, "a": attributes, **({"c": list(children)} if children else {})}


def row_node(cells: Sequence[Any]) -> dict[str, Any]:
    return node("tr", *(node("td", str(cell), tsraw=cell) for cell in cells))


def tree(rows: Sequence[Sequence[Any]], pager: str | None = None) -> dict[str, Any]:
    body = node("tbody", *map(row_node, rows), id="tthHoldingsTbody")
    pagers = [] if pager is None else [node("div", pager, id="PaginationContainer")]
    return node("div", node("table", body, id="tthHoldingsTable"), *pagers, id="holdingsTableContainer")


def assigned(value: Any) -> bytes:
    return f"this.apiReturn = {json.dumps(value)};".encode()


def answer(rows: Sequence[Sequence[Any]], pager: str | None = None) -> bytes:
    return assigned({"module": tree(rows, pager)})


def capture(html: bytes, *parts: bytes, symbol: str = "VTI", **values: Any) -> Capture:
    standard = {
        "run": "20261120T223000Z",
        "url": "https://www.schwab.wallst.com/index.asp?symbol=VTI",
        "fetched_at": "2026-11-20T22:30:04Z",
        "source": "schwab",
        "max_holdings": 100,
    }
    return Capture(symbol=symbol, page=html, parts=parts, **{**standard, **values})


@dataclass
class FakeLake:
    """Objects in a dict, and every call that was made."""

    objects: dict[str, StoredObject] = field(default_factory=dict)
    calls: list[tuple[str, str]] = field(default_factory=list)

    @property
    def lake(self) -> Lake:
        return cast(Lake, self)

    def put(self, key: str, body: bytes = b"{}", etag: str = '"1"', metadata: Mapping[str, str] | None = None) -> None:
        self.objects[key] = StoredObject(body, etag, metadata or {})

    def read(self, key: str, *, unless_etag: str | None = None, most_bytes: int | None = None) -> StoredObject:
        self.calls.append(("read", key))
        if key not in self.objects:
            raise ObjectNotFoundError(key)
        if self.objects[key].etag == unless_etag:
            raise NotModifiedError(key)
        return self.objects[key]

    def beginning(self, key: str, count: int) -> StoredObject:
        self.calls.append(("beginning", key))
        if key not in self.objects:
            raise ObjectNotFoundError(key)
        found = self.objects[key]
        return StoredObject(found.body[:count], found.etag, found.metadata)

    def head(self, key: str) -> StoredObject:
        return self.read(key)

    def head_if_there(self, key: str) -> StoredObject | None:
        return self.read_if_there(key)

    def read_if_there(self, key: str) -> StoredObject | None:
        return self.read(key) if key in self.objects else None

    def keys(self, prefix: str, *, after: str = "") -> Iterator[str]:
        self.calls.append(("keys", prefix))
        return iter(sorted(key for key in self.objects if key.startswith(prefix) and key > after))

    def entries(self, prefix: str, *, after: str = "") -> Iterator[tuple[str, str]]:
        return ((key, self.objects[key].etag) for key in self.keys(prefix, after=after))

    def folders(self, prefix: str) -> list[str]:
        return sorted({key.removeprefix(prefix).split("/")[0] for key in self.keys(prefix)})
