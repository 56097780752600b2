"""The module API's answer: `this.apiReturn = {"module": ...};`, a tree of {"t": tag, "a": attributes, "c": children}.

Extract needs it to know how far it has come, transform to read the rows. No documentation of it is public: this is
what independent clients of the portal agree on (docs/portal.md).
"""

import html
import json
import re
from dataclasses import dataclass
from html.entities import html5
from typing import Any

from etf_schwab.pager import Pager, find_pager

TABLE_BODY = "tthHoldingsTbody"
PAGER = "PaginationContainer"
Node = dict[str, Any]

_ASSIGNMENT = re.compile(r"\s*(?:this\.)?apiReturn\s*=\s*")
_ESCAPE = re.compile(r"%u([0-9A-Fa-f]{4})|%([0-9A-Fa-f]{2})")
_ESCAPE_BUT_COUPONS = re.compile(r"%u([0-9A-Fa-f]{4})|(?<!\d)%([0-9A-Fa-f]{2})")
# What JavaScript's escape() leaves as it is, besides its own escapes.
_FULLY_ESCAPED = re.compile(r"(?:[A-Za-z0-9@*_+\-./]|%[0-9A-Fa-f]{2}|%u[0-9A-Fa-f]{4})*")
_ENTITY = re.compile(r"&(#\d{1,7}|#[xX][0-9A-Fa-f]{1,6}|[A-Za-z][A-Za-z0-9]*);")


class AnswerError(ValueError):
    """The bytes are no answer of the module API; the message says what they are instead."""


@dataclass(frozen=True)
class ModuleAnswer:
    """One decoded answer: the table's rows (None if it has no table), and its pager (None if it has none)."""

    rows: list[Node] | None
    pager: Pager | None


def decode_answer(body: bytes) -> ModuleAnswer:
    """Decode one answer. Raises AnswerError for anything that is not `this.apiReturn = {...}` around JSON."""
    found = _find_by_id(_parse(body), {TABLE_BODY, PAGER})
    table = found.get(TABLE_BODY)
    rows = None if table is None else [child for child in children(table) if isinstance(child, dict)]
    pager = find_pager(node_text(found[PAGER])) if PAGER in found else None
    return ModuleAnswer(rows, pager)


def _parse(body: bytes) -> Any:
    try:
        text = body.decode("utf-8-sig")
    except UnicodeDecodeError:
        text = body.decode("cp1252", "replace")  # the header names no charset; UTF-8 is a guess
    start = _ASSIGNMENT.match(text)
    if not start:
        raise AnswerError(f"it does not begin with this.apiReturn but with {text[:40]!r}")
    try:
        tree, end = json.JSONDecoder().raw_decode(text, start.end())
    except (ValueError, RecursionError) as error:
        raise AnswerError(f"its JSON cannot be read: {error}") from None
    if text[end:].strip() not in {"", ";"}:
        raise AnswerError(f"{text[end : end + 40]!r} follows its JSON")
    if not isinstance(tree, dict):
        raise AnswerError("its JSON is no object")
    return tree


def _find_by_id(tree: Any, wanted: set[str]) -> dict[str, Node]:
    """The first node of each wanted id, in document order; what stands below a found node is not searched."""
    found: dict[str, Node] = {}
    stack = [tree]
    while stack and len(found) < len(wanted):
        item = stack.pop()
        if isinstance(item, list):
            stack.extend(reversed(item))
        elif isinstance(item, dict):
            attributes = item.get("a")
            node_id = attributes.get("id") if isinstance(attributes, dict) else None
            if isinstance(node_id, str) and node_id in wanted:
                found.setdefault(node_id, item)
            else:
                stack.extend(reversed([value for value in item.values() if isinstance(value, (dict, list))]))
    return found


def children(node: Node) -> list[Any]:
    """A node's children: nodes, texts and numbers. An empty cell has no `c`; a single child may stand bare."""
    inner = node.get("c")
    if inner is None:
        return []
    return inner if isinstance(inner, list) else [inner]


def node_text(node: Node) -> str:
    """The text of a node and all below it, unescaped, as a browser would show it but for blanks."""
    pieces: list[str] = []
    stack: list[Any] = [node]
    while stack:
        item = stack.pop()
        if isinstance(item, dict):
            stack.extend(reversed(children(item)))
        elif isinstance(item, list):
            stack.extend(reversed(item))
        elif isinstance(item, (str, int, float)) and not isinstance(item, bool):
            pieces.append(unescape(str(item)))
    return "".join(pieces)


def unescape(text: str) -> str:
    """Undo JavaScript's escape(), then HTML entities: `O%u2019Reilly` and `Johnson%20%26amp%3B%20Johnson`.

    A per cent sign is an escape only with two hex digits, or `u` and four. A bond's coupon can look like one
    (`UST 4.25%2031`): behind a digit it stays, unless the whole text is what escape() makes, without blanks.
    """
    if "%" not in text and "&" not in text and text.isascii():
        return text
    if "%" in text:
        pattern = _ESCAPE if _FULLY_ESCAPED.fullmatch(text) else _ESCAPE_BUT_COUPONS
        text = pattern.sub(lambda match: chr(int(match[1] or match[2], 16)), text)
    if "&" in text:
        # With its semicolon only: html.unescape() alone would turn "R&Digital &copy" into a sign.
        text = _ENTITY.sub(_entity, text)
    if not text.isascii():
        # Two escapes can be the halves of one character; half a character alone cannot be stored.
        text = text.encode("utf-16-le", "surrogatepass").decode("utf-16-le", "replace")
    return text


def _entity(match: re.Match[str]) -> str:
    known = match[1].startswith("#") or f"{match[1]};" in html5
    return html.unescape(match[0]) if known else match[0]
