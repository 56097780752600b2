"""Validation of stored JSON: whatever the bucket holds becomes a snapshot, a status or a stated error.

Written by hand because pydantic would double the cold start. Fields that an older version did not write become null;
a value of the wrong type means that the object is damaged.
"""

import json
import re
from collections.abc import Mapping
from datetime import date
from functools import cache
from typing import Any, NoReturn

from etf_common.errors import one_line, shorten

SOURCES = ("schwab", "sample")
FILING_SOURCES = ("sec", "sample", "file")
"""Where a filing can come from: the SEC, the made-up SEC of the sample, or a file that was taken by hand."""
UNKNOWN_SOURCE = "unknown"
"""What X-Data-Source says of an object whose metadata is missing or names no source."""
Types = frozenset[Any]
"""The types that a field may have."""
_MOST_COUNT = 10**9
_SURROGATE = re.compile(r"\\u[dD][89a-fA-F]")
"""The escape of half a surrogate pair: JSON allows one alone, but UTF-8 cannot encode it."""


class ShapeError(ValueError):
    """A stored object has the wrong shape; the message says what is wrong."""


def snapshot_of(body: bytes, *, strict: bool = False) -> dict[str, Any]:
    """The snapshot in `body`, with every field that the API reads. Raises ShapeError.

    `strict`: NaN and Infinity are errors, because the bytes will be served unchanged.
    """
    value = object_of("the snapshot", loaded(body, strict=strict))
    totals, quality = part_of(value, "totals"), part_of(value, "quality")
    summary = fields_of(part_of(value, "summary"), _SUMMARY)
    issues = quality.get("issues") or []
    if not isinstance(issues, list) or not all(isinstance(item, dict) for item in issues):
        raise ShapeError("quality.issues is not a list of objects")
    rows = value.get("holdings")
    if not isinstance(rows, list):
        raise ShapeError("holdings is not a list")
    return {
        **value,
        **fields_of(value, {"name": TEXT}),
        **{name: required_text(value, name) for name in ("symbol", "holdings_as_of")},
        "summary": summary,
        "holdings": [_holding(row) for row in rows],
        "totals": {**totals, "reported": _reported(totals)},
        # Only a list that says that it is complete counts as complete.
        "quality": {
            **quality,
            "complete": quality.get("complete") is True,
            "issues": [{**issue, "code": required_text(issue, "code")} for issue in issues],
        },
    }


def attempt_of(body: bytes) -> dict[str, Any] | None:
    """The last attempt in a stored status, or None if it cannot be read."""
    try:
        return attempt_in(loaded(body, strict=True))
    except ShapeError:
        return None


def attempt_in(status: Any) -> dict[str, Any] | None:
    """The last attempt in the parsed value of a status, or None if it is not one."""
    try:
        value = object_of("the status", status)
        error, success = value.get("error"), value.get("last_success")
        return {
            **{name: one_line(required_text(value, name)) for name in ("run", "at", "result")},
            "error": None if error is None else _lines(error, ("code", "message")),
            "last_success": None if success is None else _lines(success, ("run", "fetched_at", "holdings_as_of")),
        }
    except ShapeError:
        return None


def count_of(metadata: Mapping[str, str], name: str) -> int | None:
    """The whole number in an object's metadata, or None."""
    text = metadata.get(name, "")
    return int(text) if text.isascii() and text.isdigit() and len(text) < len(str(_MOST_COUNT)) else None


def number_of(metadata: Mapping[str, str], name: str) -> float | None:
    """The number in an object's metadata, or None; the answer writes null for NaN and infinities."""
    try:
        return float(metadata.get(name, ""))
    except ValueError:
        return None


def source_of(metadata: Mapping[str, str], sources: tuple[str, ...] = SOURCES) -> str | None:
    """Where the data comes from, or None if the metadata does not say."""
    source = metadata.get("source")
    return source if source in sources else None


def is_date(text: str) -> bool:
    """Whether `text` is a date as the lake writes it: `2026-11-18`."""
    try:
        # Not fromisoformat alone: it also takes 20261118 and 2026-W47-3.
        return len(text) == len("2026-11-18") and date.fromisoformat(text).isoformat() == text
    except ValueError:
        return False


def loaded(body: bytes, *, strict: bool) -> Any:
    """The JSON in `body`, which is UTF-8. Raises ShapeError."""
    try:
        text = body.decode()
        value = json.loads(text, parse_constant=_not_json if strict else float)
        if _SURROGATE.search(text):
            json.dumps(value, ensure_ascii=False).encode()
    except (ValueError, RecursionError):
        raise ShapeError("it is not JSON in UTF-8") from None
    return value


def _not_json(name: str) -> NoReturn:
    raise ValueError(name)


def object_of(what: str, value: Any) -> dict[str, Any]:
    """`value`, if it is a JSON object. Raises ShapeError, which calls it `what`."""
    if not isinstance(value, dict):
        raise ShapeError(f"{what} is not a JSON object")
    return value


def part_of(value: Mapping[str, Any], name: str) -> dict[str, Any]:
    """The object in this field, empty where there is none. Raises ShapeError."""
    part = value.get(name)
    return {} if part is None else object_of(name, part)


def required_text(value: Mapping[str, Any], name: str) -> str:
    """The text in this field. Raises ShapeError."""
    if not isinstance(value.get(name), str):
        raise ShapeError(f"{name} is {shorten(value.get(name))}, not a text")
    return str(value[name])


def _lines(value: Any, names: tuple[str, ...]) -> dict[str, str]:
    found = object_of("a part of the status", value)
    return {name: one_line(required_text(found, name)) for name in names}


def fields_of(value: Mapping[str, Any], fields: Mapping[str, Types]) -> dict[str, Any]:
    """These fields, null where they are missing. Raises ShapeError for one of another type."""
    found = {name: value.get(name) for name in fields}
    for name, types in fields.items():
        if type(found[name]) not in types:
            raise ShapeError(f"{name} is {shorten(found[name])}")
    return found


def _holding(row: Any) -> dict[str, Any]:
    holding = object_of("a holding", row)
    if not _are_right(tuple(map(type, map(holding.get, _HOLDING)))):
        fields_of(holding, _HOLDING)
    # In doubt `other`, as in transform.
    if not _EMPTY_HOLDING.keys() <= holding.keys() or holding["asset_class"] is None:
        return {**_EMPTY_HOLDING, **holding, "asset_class": holding.get("asset_class") or "other"}
    return holding


@cache
def _are_right(types: tuple[type, ...]) -> bool:
    """Whether a holding may have values of these types; remembered, since most of thousands have the same."""
    return all(found in allowed for found, allowed in zip(types, _HOLDING.values(), strict=True))


def _reported(totals: Mapping[str, Any]) -> int | None:
    reported = totals.get("reported")
    if reported is not None and not (type(reported) is int and 0 <= reported <= _MOST_COUNT):
        raise ShapeError(f"totals.reported is {shorten(reported)}")
    return reported


TEXT: Types = frozenset({str, type(None)})
NUMBER: Types = frozenset({int, float, type(None)})
COUNT: Types = frozenset({int, type(None)})
FLAG: Types = frozenset({bool, type(None)})
_PRICES = ("last_price", "change_abs", "change_pct", "bid", "ask")
_SUMMARY: dict[str, Types] = {
    **dict.fromkeys(("symbol", "change", "as_of", "session"), TEXT),
    **dict.fromkeys((*_PRICES, "volume", "bid_size", "ask_size"), NUMBER),
}
_HOLDING: dict[str, Types] = {
    **dict.fromkeys(("symbol", "name", "asset_class"), TEXT),
    **dict.fromkeys(("weight_pct", "shares", "market_value_usd", "market_value_millions", "weight_bps"), NUMBER),
    "weight_implied_pct": NUMBER,
}
_EMPTY_HOLDING: dict[str, Any] = {name: None for name in _HOLDING if name != "weight_implied_pct"}
