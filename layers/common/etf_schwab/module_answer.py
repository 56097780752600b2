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

from etf_schwab.limits import (
    MAX_ANSWER_BYTES,
    MAX_ANSWER_DEPTH,
    MAX_ANSWER_NODES,
    MAX_ANSWER_VALUES,
    MAX_ROWS,
    RAW_CHARACTERS,
)
from etf_schwab.pager import Pager, find_pager, find_total_holdings

TABLE_BODY = "tthHoldingsTbody"
PAGER = "PaginationContainer"
Node = dict[str, Any]

_ASSIGNMENT = re.compile(r"\s*(?:this\.)?apiReturn\s*=\s*")
_ESCAPE = re.compile(r"%u([0-9A-Fa-f]{4})|%([0-9A-Fa-f]{2})")
_ESCAPE_BUT_COUPONS = re.compile(r"%u([0-9A-Fa-f]{4})|(?<!\d)%([0-9A-Fa-f]{2})")
# What JavaScript's escape() leaves as it is, besides its own escapes.
_FULLY_ESCAPED = re.compile(r"(?:[A-Za-z0-9@*_+\-./]|%[0-9A-Fa-f]{2}|%u[0-9A-Fa-f]{4})*")
_ENTITY = re.compile(r"&(#\d{1,7}|#[xX][0-9A-Fa-f]{1,6}|[A-Za-z][A-Za-z0-9]{0,40});")
_ALL_BUT_BRACKETS = bytes(set(range(256)) - set(b"[]{}"))


class AnswerError(ValueError):
    """The bytes are not an answer of the module API; the message says what they are instead."""


class AnswerLimitError(AnswerError):
    """The answer is larger than any real one; the message names the limit."""


@dataclass(frozen=True)
class ModuleAnswer:
    """One decoded answer: the table's rows (None without a table), and how many there are (None if it does not say)."""

    rows: list[Node] | None
    pager: Pager | None
    total_holdings: int | None
    """N of "N Total Holdings" where a pager would stand."""


def decode_answer(body: bytes) -> ModuleAnswer:
    """Decode one answer.

    Raises AnswerError for anything that is not `this.apiReturn = {...}` around JSON, and AnswerLimitError.
    """
    _check_limits(body)
    found = _find_by_id(_parse(body), {TABLE_BODY, PAGER})
    table = found.get(TABLE_BODY)
    rows = None if table is None else [child for child in children(table) if isinstance(child, dict)]
    if rows and len(rows) > MAX_ROWS:
        raise AnswerLimitError(f"its table has {len(rows):,} rows; at most {MAX_ROWS:,} are read")
    # A total can be a child of its own, without blanks around it.
    pager = node_text(found[PAGER], between=" ") if PAGER in found else ""
    return ModuleAnswer(rows, find_pager(pager), find_total_holdings(pager))


def _check_limits(body: bytes) -> None:
    """Raises AnswerLimitError. Counts bytes before a tree stands: 64 MB of `[]` make a tree of 1.8 GB.

    What stands in texts is counted too; the limits leave room for that.
    """
    for what, count, limit in (
        ("bytes", len(body), MAX_ANSWER_BYTES),
        ("objects and arrays", body.count(b"{") + body.count(b"["), MAX_ANSWER_NODES),
        ("values", body.count(b","), MAX_ANSWER_VALUES),
    ):
        if count > limit:
            raise AnswerLimitError(f"its JSON has {count:,} {what}; at most {limit:,} are read")
    # Each pass takes the innermost objects and arrays away. A bracket in a text can stop that, never prolong it.
    brackets = body.translate(None, _ALL_BUT_BRACKETS)
    for _ in range(MAX_ANSWER_DEPTH):
        before = len(brackets)
        brackets = brackets.replace(b"[]", b"").replace(b"{}", b"")
        if len(brackets) == before:
            return
    raise AnswerLimitError(f"its JSON has more than {MAX_ANSWER_DEPTH} objects or arrays inside one another")


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
        raise AnswerError("its JSON is not an object")
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


def node_text(node: Node, *, between: str = "") -> str:
    """The text of a node and all below it, unescaped, as a browser would show it but for blanks.

    `between` separates the pieces. Of a long text only the first RAW_CHARACTERS or so are read.
    """
    pieces: list[str] = []
    stack: list[Any] = [node]
    length = 0
    while stack and length < RAW_CHARACTERS:
        item = stack.pop()
        if isinstance(item, dict):
            stack.extend(reversed(children(item)))
        elif isinstance(item, list):
            stack.extend(reversed(item))
        elif isinstance(item, (str, int, float)) and not isinstance(item, bool):
            pieces.append(unescape(str(item)[:RAW_CHARACTERS]))
            length += len(pieces[-1])
    return between.join(pieces)


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
        # With its semicolon only: html.unescape() alone would turn "R&Digital &copy" into a symbol.
        text = _ENTITY.sub(_entity, text)
    if not text.isascii():
        # Two escapes can be the halves of one character; half a character alone cannot be stored.
        text = text.encode("utf-16-le", "surrogatepass").decode("utf-16-le", "replace")
    return text


def _entity(match: re.Match[str]) -> str:
    known = match[1].startswith("#") or f"{match[1]};" in html5
    return html.unescape(match[0]) if known else match[0]
