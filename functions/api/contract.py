"""The API's contract as an OpenAPI document: `make openapi` writes it to openapi.json, which is what is served.

Nothing that answers requests imports this: pydantic would cost the cold start.
"""

import json
from pathlib import Path
from typing import Any, Literal

from pydantic import BaseModel, ConfigDict, TypeAdapter

from api.queries import FORMATS, MAX_ROWS, SORTS
from etf_common.models import Holding, Snapshot

TARGET = Path(__file__).with_name("openapi.json")
_REF = "#/components/schemas/{model}"


class _Answer(BaseModel):
    model_config = ConfigDict(extra="forbid", use_attribute_docstrings=True)


class Health(_Answer):
    """The function runs; nothing is said of the storage."""

    status: Literal["healthy"]


class Error(_Answer):
    """Every error."""

    statusCode: int  # noqa: N815 - the name that API Gateway uses
    message: str
    """What is wrong, and what to do."""


class AttemptError(_Answer):
    """Why an attempt failed; the README lists the codes."""

    code: str
    message: str


class Attempt(_Answer):
    """How the last refresh of a symbol ended."""

    run: str
    """The refresh, by the time it was scheduled for: `20261120T223000Z`."""
    at: str
    """UTC."""
    result: Literal["ok", "page_only", "kept_back", "not_an_etf", "failed"]
    error: AttemptError | None


class Success(_Answer):
    """The last run that was published in full."""

    run: str
    fetched_at: str
    """UTC."""
    holdings_as_of: str


class SymbolStatus(_Answer):
    """How good the data of one symbol is; null where there is no snapshot."""

    configured: bool
    source: Literal["schwab", "sample"] | None
    quote_as_of: str | None
    """New York time."""
    holdings_as_of: str | None
    fetched_at: str | None
    """UTC."""
    rows: int | None
    reported: int | None
    """Rows that the portal reports."""
    complete: bool | None
    stale: bool
    """No snapshot, or older than the last close in New York, or holdings older than `stale_after_days`."""
    stale_reasons: list[str]
    last_attempt: Attempt | None
    last_success: Success | None


class HistoryEntry(_Answer):
    """One holdings date of which there is a snapshot."""

    holdings_as_of: str
    rows: int | None
    weight_pct: float | None
    """Sum of the listed weights, per cent."""
    last_price: float | None
    """USD."""
    complete: bool
    fetched_at: str | None
    """UTC."""
    source: Literal["schwab", "sample"] | None


_MODELS = (Snapshot, Holding, SymbolStatus, HistoryEntry, Health, Error)
_SYMBOL = {
    "name": "symbol",
    "in": "path",
    "required": True,
    "description": "In any case; class shares with a dot.",
    "schema": {"type": "string"},
    "example": "VTI",
}
_DATA_HEADERS = {
    "X-Data-Source": {
        "description": "`schwab`, or `sample` for made-up data.",
        "schema": {"type": "string", "enum": ["schwab", "sample"]},
    }
}
_SNAPSHOT_HEADERS = {
    **_DATA_HEADERS,
    "X-Data-Stale": {
        "description": "`true` once a New York session has closed since the fetch.",
        "schema": {"type": "string", "enum": ["true", "false"]},
    },
    "X-Data-Complete": {
        "description": "Whether every row that the portal reports is in the snapshot, each once.",
        "schema": {"type": "string", "enum": ["true", "false"]},
    },
    "ETag": {"description": "For If-None-Match; a 304 has no body.", "schema": {"type": "string"}},
}
_AS_OF = {
    "name": "as_of",
    "in": "query",
    "description": "The snapshot of this holdings date instead of the newest.",
    "schema": {"type": "string", "format": "date"},
}


def document() -> dict[str, Any]:
    """The OpenAPI 3.1 document."""
    adapters: Any = [(model.__name__, "serialization", TypeAdapter(model)) for model in _MODELS]
    _, schemas = TypeAdapter.json_schemas(adapters, ref_template=_REF)
    return {
        "openapi": "3.1.0",
        "info": {
            "title": "ETF Portfolio Data API",
            "version": "1",
            "description": "What ETFs really hold: holdings and quotes from Schwab's research portal, with their "
            "source and date. Weights are in per cent (`_pct`) or basis points (`_bps`), money in USD.",
        },
        "servers": [{"url": "/"}],
        "paths": _paths(),
        "components": {"schemas": schemas["$defs"]},
    }


def _paths() -> dict[str, Any]:
    return {
        "/api/etfs": _get("ETFs that have a snapshot", _list({"type": "string"}), headers=_DATA_HEADERS),
        "/api/etfs/{symbol}": _get(
            "The newest snapshot, or that of a date", _ref("Snapshot"), [_SYMBOL, _AS_OF], _SNAPSHOT_HEADERS, large=True
        ),
        "/api/etfs/{symbol}/holdings": _holdings(),
        "/api/etfs/{symbol}/history": _get(
            "The holdings dates there are, newest first", _list(_ref("HistoryEntry")), [_SYMBOL], _DATA_HEADERS
        ),
        "/api/status": _get(
            "How good the data of each symbol is, by symbol",
            {"type": "object", "additionalProperties": _ref("SymbolStatus")},
            headers=_DATA_HEADERS,
        ),
        "/api/health": _get("Whether the API runs; does not touch the storage", _ref("Health"), checked=False),
        "/api/openapi.json": _get("This document", {"type": "object"}, checked=False),
        "/api/docs": _get("This document as a page", {"type": "string"}, media="text/html", checked=False),
    }


def _holdings() -> dict[str, Any]:
    def query(name: str, description: str, schema: dict[str, Any]) -> dict[str, Any]:
        return {"name": name, "in": "query", "description": description, "schema": schema}

    sorts = [*SORTS, *(f"-{name}" for name in SORTS)]
    parameters: list[dict[str, Any]] = [
        _SYMBOL,
        _AS_OF,
        query("format", "JSON, or CSV for a spreadsheet.", {"type": "string", "enum": list(FORMATS)}),
        query("sort", "A field, with a minus for falling; without: the portal's order.", {"enum": sorts}),
        query("limit", "At most so many rows.", {"type": "integer", "minimum": 1, "maximum": MAX_ROWS}),
        query("offset", "Leave out so many rows first.", {"type": "integer", "minimum": 0, "maximum": MAX_ROWS}),
    ]
    count = {"description": "Rows of the snapshot.", "schema": {"type": "integer"}}
    route = _get(
        "The holdings of a snapshot",
        _list(_ref("Holding")),
        parameters,
        {**_SNAPSHOT_HEADERS, "X-Total-Count": count},
        large=True,
    )
    route["get"]["responses"]["200"]["content"]["text/csv"] = {"schema": {"type": "string"}}
    return route


def _get(
    summary: str,
    schema: dict[str, Any],
    parameters: list[dict[str, Any]] | None = None,
    headers: dict[str, Any] | None = None,
    *,
    media: str = "application/json",
    checked: bool = True,
    large: bool = False,
) -> dict[str, Any]:
    """A GET route. `checked`: it looks at its query and its storage; `large`: its answer can be."""
    good: dict[str, Any] = {"description": "Good", "content": {media: {"schema": schema}}}
    if headers:
        good["headers"] = headers
    responses: dict[str, Any] = {"200": good, "500": _error("Our fault")}
    if "ETag" in (headers or {}):
        responses["304"] = {"description": "What If-None-Match names is still the newest"}
    if checked:
        responses["400"] = _error("A malformed symbol, or a query parameter that is unknown or not allowed")
        responses["503"] = _error("The storage does not answer, or an object is damaged")
    if parameters:
        responses["404"] = _error("No such ETF or no such date; the message says which there are")
    if large:
        responses["413"] = _error("More than fits uncompressed: ask for gzip")
    route = {"summary": summary, "responses": dict(sorted(responses.items()))}
    return {"get": {**route, "parameters": parameters} if parameters else route}


def _error(description: str) -> dict[str, Any]:
    return {"description": description, "content": {"application/json": {"schema": _ref("Error")}}}


def _ref(model: str) -> dict[str, Any]:
    return {"$ref": _REF.format(model=model)}


def _list(items: dict[str, Any]) -> dict[str, Any]:
    return {"type": "array", "items": items}


def text() -> str:
    """The document as it is committed."""
    return json.dumps(document(), indent=1, ensure_ascii=False) + "\n"


if __name__ == "__main__":
    TARGET.write_text(text(), encoding="utf-8")
