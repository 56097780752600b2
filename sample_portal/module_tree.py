"""The module API's answer: the holdings table as a tree of nodes in JavaScript."""

import html
import json
import re
from functools import lru_cache
from typing import Any

from sample_portal.cells import Column, css_class
from sample_portal.funds import Row
from sample_portal.markup import Window, pager_parts
from sample_portal.options import Escapes, MachineValues, PagerForm, PortalOptions

# What JavaScript's escape() leaves as it is.
_TO_ESCAPE = re.compile(r"[^A-Za-z0-9@*_+\-./]")
_NOT_ASCII = re.compile(r"[^\x00-\x7f]")
# As JSON writes numbers: no leading zero, so the symbol 005930 stays text.
_JSON_NUMBER = re.compile(r"-?(?:0|[1-9]\d*)(?:\.\d+)?")
Node = dict[str, Any]


def render_answer(window: Window, options: PortalOptions) -> bytes:
    """`this.apiReturn = {"module": ...};` with the window's rows and the pager, UTF-8."""
    parts = [_table(window, options)]
    if shown := _pager(window, options):
        parts.append(_node("div", {"id": "PaginationContainer"}, [_node("p", {"class": "results"}, shown)]))
    container = _node("div", {"id": "holdingsTableContainer", "fundtype": options.fund_type}, parts)
    text = json.dumps({"module": container}, ensure_ascii=False, separators=(",", ":"))
    return f"this.apiReturn = {text}{';' if options.semicolon else ''}".encode()


def _pager(window: Window, options: PortalOptions) -> list[Any]:
    children: list[Any] = [escape(part, options.escapes) for part in pager_parts(window, options)]
    if options.pager_form is PagerForm.TOTAL_APART and children:
        children[1] = window.total
    return children


@lru_cache(maxsize=8192)
def escape(text: str, escapes: Escapes) -> str:
    """`text` as a module answer writes it."""
    if escapes is Escapes.NONE:
        return text
    if escapes is Escapes.ENTITIES:
        text = html.escape(text).replace("\u00a0", "&nbsp;")
    pattern = _NOT_ASCII if escapes is Escapes.UNICODE else _TO_ESCAPE
    # escape() writes two digits up to U+00FF.
    short = 0 if escapes is Escapes.UNICODE else 0x100
    return pattern.sub(lambda match: _escaped(match[0], short), text)


def _escaped(character: str, short: int) -> str:
    # JavaScript counts in UTF-16: a character beyond U+FFFF becomes two escapes.
    data = character.encode("utf-16-be")
    units = [int.from_bytes(data[start : start + 2]) for start in range(0, len(data), 2)]
    return "".join(f"%{unit:02X}" if unit < short else f"%u{unit:04X}" for unit in units)


def _node(tag: str, attributes: dict[str, Any], children: list[Any]) -> Node:
    node: Node = {"t": tag}
    if attributes:
        node["a"] = attributes
    if children:
        node["c"] = children
    return node


def _table(window: Window, options: PortalOptions) -> Node:
    headings = [
        _node("th", {"class": "tsControl", "sortname": column.sortname}, [_node("div", {}, _heading(column, options))])
        for column in window.columns
    ]
    head = _node("thead", {"id": "tthHoldingsThead", "sortby": "PctNetAssets", "sortdir": "desc"},
                 [_node("tr", {}, [*headings])])  # fmt: skip
    rows = [_row(row, number, window.columns, options) for number, row in enumerate(window.rows)]
    body = _node("tbody", {"id": "tthHoldingsTbody"}, [*rows])
    return _node("table", {"id": "tthHoldingsTable", "class": "standard sortable"}, [head, body])


def _heading(column: Column, options: PortalOptions) -> list[Any]:
    first, line_break, second = column.heading.partition("<br />")
    children: list[Any] = [escape(first, options.escapes)]
    return [*children, _node("br", {}, []), escape(second, options.escapes)] if line_break else children


def _row(row: Row, number: int, columns: tuple[Column, ...], options: PortalOptions) -> Node:
    cells = [_cell(row, columns, position, options) for position in range(len(columns))]
    return _node("tr", {"class": "alt"} if number % 2 else {}, cells)


def _cell(row: Row, columns: tuple[Column, ...], position: int, options: PortalOptions) -> Node:
    column = columns[position]
    attributes: dict[str, Any] = {"class": css_class(columns, position)}
    if options.machine_values is not MachineValues.MISSING:
        numeric = options.machine_values is MachineValues.NUMBER
        attributes["tsraw"] = _value(column.machine(row), options, numeric=numeric)
    shown = column.shown(row)
    child = _value(shown, options, numeric=options.numeric_children)
    children: list[Any] = [child] if shown else []
    if shown and column.css_class == "description":
        children = [_node("span", {}, children)]
    node = _node("td", attributes, children)
    if not children and options.empty_cells_have_children:
        node["c"] = []
    return node


def _value(text: str, options: PortalOptions, *, numeric: bool) -> str | int | float:
    if numeric and _JSON_NUMBER.fullmatch(text):
        return float(text) if "." in text else int(text)
    return escape(text, options.escapes)
