"""The OpenAPI document: which routes there are, what they take, and how they can answer."""

import json
from pathlib import Path
from typing import Any

from pydantic import TypeAdapter

from api.portfolio_query import MAX_POSITIONS
from api.queries import BY, FEWEST_FUNDS, FORMATS, MAX_DAYS, MAX_ROWS, MOST_FUNDS, SORTS
from contract import analytics
from contract.models import SECURITY, SYMBOL, Error, Health, HistoryEntry, SymbolStatus
from etf_common.models import Holding, Snapshot

TARGET = Path(__file__).parents[1] / "functions" / "api" / "openapi.json"
_REF = "#/components/schemas/{model}"


_MODELS = (Snapshot, Holding, SymbolStatus, HistoryEntry, Health, Error, *analytics.MODELS)
_SYMBOL = {
    "name": "symbol",
    "in": "path",
    "required": True,
    "description": "In any case; class shares with a dot.",
    "schema": {"type": "string", "pattern": r"^[A-Za-z0-9]{1,10}(\.[A-Za-z0-9]{1,4})?$"},
    "example": "VTI",
}
_SECURITY = {
    **_SYMBOL,
    "description": "What a fund lists, in any case: AAPL, BRK.B, NOVO B, RR., M&M, 7203.",
    "schema": {"type": "string", "pattern": f"^{SECURITY.replace('A-Z', 'A-Za-z')}$"},
    "example": "AAPL",
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
        "components": {"schemas": _with_units(schemas["$defs"])},
    }


_UNITS = {"_pct": "Per cent.", "bps": "Basis points.", "_usd": "USD.", "usd_per_year": "USD a year."}
"""By the end of a field's name."""


def _with_units(schemas: dict[str, Any]) -> dict[str, Any]:
    """Every field's description names the unit that its name stands for."""
    for schema in schemas.values():
        for name, field in schema.get("properties", {}).items():
            unit = next((unit for end, unit in _UNITS.items() if name.endswith(end)), "")
            described = field.get("description", "")
            if unit and unit.rstrip(".").lower() not in described.lower():
                field["description"] = f"{described} {unit}".strip()
    return schemas


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
        "/api/etfs/{symbol}/analytics": _get(
            "Concentration, asset classes, sectors, spread and cost of one fund",
            _ref("Analytics"),
            [_SYMBOL, _AS_OF, _BY],
            _SNAPSHOT_HEADERS,
        ),
        "/api/overlap": _analysis("How much of 2 to 30 funds is the same, pair by pair", "Overlap", [_SYMBOLS]),
        "/api/compare": _analysis("2 to 30 funds side by side", "Compare", [_SYMBOLS]),
        "/api/holders/{symbol}": _holders(),
        "/api/portfolio": _portfolio(),
        "/api/status": _get(
            "How good the data of each symbol is, by symbol",
            {"type": "object", "additionalProperties": _ref("SymbolStatus")},
            headers=_DATA_HEADERS,
        ),
        "/api/health": _get("Whether the API runs; does not touch the storage", _ref("Health"), checked=False),
        "/api/openapi.json": _get("This document", {"type": "object"}, checked=False),
        "/api/docs": _get("This document as a page", {"type": "string"}, media="text/html", checked=False),
    }


def _query(name: str, description: str, schema: dict[str, Any]) -> dict[str, Any]:
    return {"name": name, "in": "query", "description": description, "schema": schema}


_FORMAT = _query("format", "JSON, or CSV for a spreadsheet.", {"type": "string", "enum": list(FORMATS)})
_BY = _query(
    "by", "`issuer` takes share classes of one company (GOOG, GOOGL) as one.", {"type": "string", "enum": list(BY)}
)


def _listed(name: str, description: str, items: str, **limits: Any) -> dict[str, Any]:
    """A required parameter of several texts with commas between."""
    schema = {"type": "array", "items": {"type": "string", "pattern": f"^{items}$"}, **limits}
    return {**_query(name, description, schema), "required": True, "style": "form", "explode": False}


_SYMBOLS = {
    **_listed("symbols", "Different ETFs.", SYMBOL, minItems=FEWEST_FUNDS, maxItems=MOST_FUNDS, uniqueItems=True),
    "example": ["VTI", "VOO", "QQQ"],
}
_POSITIONS = {
    **_listed(
        "positions",
        "symbol:proportion, in any unit.",
        rf"{SECURITY}:[1-9]\d{{0,14}}(\.\d{{1,6}})?",
        minItems=1,
        maxItems=MAX_POSITIONS,
    ),
    "example": ["VTI:60", "QQQ:25", "AAPL:15"],
}
_MAX_LAG = _query(
    "max_lag_days",
    "409 if holdings dates lie further apart.",
    {"type": "integer", "minimum": 0, "maximum": MAX_DAYS},
)


def _analysis(summary: str, model: str, parameters: list[dict[str, Any]]) -> dict[str, Any]:
    """A question over several funds."""
    route = _get(summary, _ref(model), [*parameters, _BY, _MAX_LAG, _FORMAT], _SNAPSHOT_HEADERS, large=True)
    answers = route["get"]["responses"]
    answers["200"]["content"]["text/csv"] = {"schema": {"type": "string"}}
    answers["404"] = _error("A fund or a position that is not known here; the message names it")
    answers["409"] = _error("Holdings dates lie further apart than max_lag_days; the message names the oldest fund")
    return {"get": {**route["get"], "responses": dict(sorted(answers.items()))}}


def _holders() -> dict[str, Any]:
    route = _analysis("Which funds hold a security, largest weight first", "Holders", [_SECURITY])
    # A security that no fund holds is an answer too.
    del route["get"]["responses"]["404"]
    return route


def _portfolio() -> dict[str, Any]:
    asked = _analysis("A portfolio looked through, from proportions", "Portfolio", [_POSITIONS])["get"]
    sent = _analysis("A portfolio looked through, from amounts in USD", "Portfolio", [])["get"]
    del sent["responses"]["304"]
    body = {"required": True, "content": {"application/json": {"schema": _ref("PortfolioBody")}}}
    return {"get": asked, "post": {**sent, "requestBody": body}}


def _holdings() -> dict[str, Any]:
    sorts = [*SORTS, *(f"-{name}" for name in SORTS)]
    parameters: list[dict[str, Any]] = [
        _SYMBOL,
        _AS_OF,
        _FORMAT,
        _query("sort", "A field, with a minus for falling; without: the portal's order.", {"enum": sorts}),
        _query("limit", "At most so many rows.", {"type": "integer", "minimum": 1, "maximum": MAX_ROWS}),
        _query("offset", "Leave out so many rows first.", {"type": "integer", "minimum": 0, "maximum": MAX_ROWS}),
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
