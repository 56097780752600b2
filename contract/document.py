"""The OpenAPI document: the routes, their parameters and their possible answers."""

import json
from pathlib import Path
from typing import Any

from pydantic import TypeAdapter

from api.dated.queries import CHANGES, MOST_CHANGES
from api.dated.recent_changes import DEFAULT_DAYS
from api.filings.status import OLD_DAYS
from api.formats import JSON
from api.freshness import REASON_CHARACTERS
from api.lake.queries import (
    ALL_SECTORS,
    ASSET_CLASSES,
    BOND_FUND_PCT,
    FACTOR_LIMIT,
    FOUND,
    LETTER_OR_DIGIT,
    LISTED,
    LONGEST_SEARCH,
    MOST_FOUND,
    MOST_LISTED,
    MOST_PCT,
    MOST_SIMILAR,
    SIMILAR,
)
from api.lake.queries import SORTS as SCREEN_SORTS
from api.portfolio_query import MAX_POSITIONS
from api.queries import BASES, BY, FEWEST_FUNDS, MAX_DAYS, MAX_ROWS, MOST_FUNDS, PRETTY, PRETTY_VALUES, SORTS
from api.routes import DATE, NAME, ROUTES, SYMBOL, Data, Route
from api.shapes import FILING_SOURCES, SOURCES, UNKNOWN_SOURCE
from contract import analytics, drift, filing_figures, filings, lake, rebalance, recent_changes, tables, two_dates
from contract.formats import COLUMNS, format_parameter, with_flat
from contract.models import SECURITY, Error, Health, SymbolStatus
from etf_analytics import SubstituteLimits
from etf_common.factors import MOST_FACTORS
from etf_common.models import Holding, Snapshot
from etf_common.symbols import SECURITY_LENGTH, SECURITY_PATTERN

TARGET = Path(__file__).parents[1] / "functions" / "api" / "openapi.json"
_REF = "#/components/schemas/{model}"
SCHEME = "accessToken"
"""The name of the security scheme."""


_MODELS = (
    Snapshot,
    Holding,
    SymbolStatus,
    Health,
    Error,
    *analytics.MODELS,
    *lake.MODELS,
    *tables.MODELS,
    *two_dates.MODELS,
    *drift.MODELS,
    *recent_changes.MODELS,
    *rebalance.MODELS,
    *filings.MODELS,
    *filing_figures.MODELS,
)
_SYMBOL_SCHEMA = {"type": "string", "pattern": f"^{SECURITY}$", "maxLength": SECURITY_LENGTH}
_SYMBOL = {
    "name": "symbol",
    "in": "path",
    "required": True,
    "description": "The ETF's symbol, in any case; a share class after a dot, hyphen or slash (BRK.B, BRK-B, BRK%2FB).",
    "schema": _SYMBOL_SCHEMA,
    "example": "VTI",
}
_SECURITY = {
    **_SYMBOL,
    "description": "The symbol as funds list it, in any case: AAPL, BRK.B, NOVO B, PTT-F, WALMEX*, M&M, 7203. BRK-B "
    "and BRK%2FB mean BRK.B, unless a fund lists the exact symbol; the answer names the one that was taken.",
    "example": "AAPL",
}
_REPORT_DATE = {
    "name": "date",
    "in": "path",
    "required": True,
    "description": "The report date: that of the holdings, not the one on which it was filed.",
    "schema": {"type": "string", "format": "date"},
    "example": "2026-06-30",
}
_DATA_HEADERS = {
    "X-Data-Source": {
        "description": "`schwab`, or `sample` for made-up data; of filings `sec`, or `file` for one that was "
        "taken by hand; `unknown` where the stored object does not say. Of several, the one to be most careful with.",
        "schema": {"type": "string", "enum": [*dict.fromkeys((*SOURCES, *FILING_SOURCES, UNKNOWN_SOURCE))]},
    }
}
_SNAPSHOT_HEADERS = {
    **_DATA_HEADERS,
    "X-Data-Stale": {
        "description": "`true` once a New York session has closed since the fetch, or where holdings are older than "
        "`stale_after_days`, as in /api/status; of filings, where the fund's newest one is more than "
        f"{OLD_DAYS} days old. Then X-Data-Stale-Reason says why, in at most "
        f"{REASON_CHARACTERS} characters.",
        "schema": {"type": "string", "enum": ["true", "false"]},
    },
    "X-Data-Complete": {
        "description": "Whether the snapshot has every row that the portal reports, each once; of a filing, whether "
        "it names all of the fund's securities.",
        "schema": {"type": "string", "enum": ["true", "false"]},
    },
    "ETag": {"description": "Send it as If-None-Match; a 304 has no body.", "schema": {"type": "string"}},
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
            "description": "What ETFs hold: holdings and quotes from Schwab's research portal, with their "
            "source and date, and what the funds report to the SEC. Weights are in per cent (`_pct`) or basis points "
            "(`_bps`), money in USD.",
        },
        "servers": [{"url": "/"}],
        "paths": _paths(),
        "components": {
            "schemas": _with_units(schemas["$defs"]),
            "securitySchemes": {
                SCHEME: {
                    "type": "http",
                    "scheme": "bearer",
                    "description": "The access token, where the owner has set one; without one, the API is open.",
                }
            },
        },
        # Either one: without an access token set, the API is open.
        "security": [{SCHEME: []}, {}],
    }


_UNITS = {"_pct": "Per cent.", "bps": "Basis points.", "_usd": "USD.", "usd_per_year": "USD a year."}
"""By the end of a field's name."""


def _with_units(schemas: dict[str, Any]) -> dict[str, Any]:
    """The schemas, in which every field's description names the unit that the field's name implies."""
    for schema in schemas.values():
        for name, field in schema.get("properties", {}).items():
            unit = next((unit for end, unit in _UNITS.items() if name.endswith(end)), "")
            described = field.get("description", "")
            if unit and unit.rstrip(".").lower() not in described.lower():
                field["description"] = f"{described} {unit}".strip()
    return schemas


def _paths() -> dict[str, Any]:
    paths: dict[str, Any] = {}
    for route in ROUTES:
        paths.setdefault(route.path, {})[route.method.lower()] = _operation(route)
    return paths


def _operation(route: Route) -> dict[str, Any]:
    """The document's entry for one method of a route."""
    operation: dict[str, Any] = {"operationId": route.operation_id, "summary": route.summary}
    if route.is_open:
        operation["security"] = []
    if parameters := _parameters(route):
        operation["parameters"] = parameters
    if route.body:
        operation["requestBody"] = {"required": True, "content": {JSON: {"schema": _ref(route.body)}}}
    return {**operation, "responses": _responses(route)}


def _parameters(route: Route) -> list[dict[str, Any]]:
    path = [_SECURITY if "holders" in route.path else _SYMBOL] if SYMBOL in route.path else []
    path += [_REPORT_DATE] if DATE in route.path else []
    path += [tables.NAME] if NAME in route.path else []
    own = {**({"format": format_parameter(route)} if route.formats else {}), **_OF_ROUTE.get(route.path, {})}
    found = [*path, *(own.get(name) or _QUERY[name] for name in route.parameters)]
    return [*found, _PRETTY] if route.model not in _TYPES else found


def _responses(route: Route) -> dict[str, Any]:
    content = {_TYPES.get(route.model, JSON): {"schema": _schema(route.model)}}
    is_file = route.model == "file"
    good: dict[str, Any] = {"description": "OK", "content": tables.CONTENT if is_file else with_flat(content, route)}
    if headers := _headers(route):
        good["headers"] = headers
    responses = {"200": good, "500": _error("The API failed unexpectedly: try again")}
    errors = {400, *route.errors}
    if route.data is not Data.NONE:
        errors |= {503}
    if not route.is_open:
        errors |= {401}
    if is_file:
        responses["307"] = tables.REDIRECT
    if "ETag" in headers and route.method == "GET":
        responses["304"] = {"description": "Not modified: the ETag in If-None-Match is still current"}
    responses |= {str(status): _error(_ERRORS[status]) for status in errors}
    return dict(sorted(responses.items()))


def _headers(route: Route) -> dict[str, Any]:
    if route.data is Data.NONE:
        return {}
    columns = COLUMNS if route.formats else {}
    if route.data is Data.SOURCE:
        return {**_DATA_HEADERS, **columns}
    if route.model == "file":
        return {**_SNAPSHOT_HEADERS, **columns, **tables.HEADERS}
    count: dict[str, Any] = {"X-Total-Count": {"description": "Rows of the snapshot.", "schema": {"type": "integer"}}}
    if route.model == "list[Holding]":
        date = {"description": "The holdings date of the list.", "schema": {"type": "string", "format": "date"}}
        count["X-Holdings-As-Of"] = date
    return {**_SNAPSHOT_HEADERS, **columns, **(count if "offset" in route.parameters else {})}


_TYPES = {"html": "text/html", "atom": "application/atom+xml", "file": "application/octet-stream"}
"""The types of answers that are not JSON, by the name that stands for a model."""
_ERRORS = {
    400: "A malformed symbol, an unknown query parameter or an invalid value; the message says what is allowed",
    401: "The access token is missing or wrong, where the owner has set one",
    404: "No such ETF, date, table or position; the message says which there are",
    409: "The holdings dates are further apart than max_lag_days allows; the message names the oldest fund",
    413: "The answer is too large, or the question reads too many lines; the message says what to request instead",
    503: "The storage does not answer, too many analyses are waiting, a stored object is damaged, the tables over "
    "all funds are not built yet, or the solver of rebalancings or the writer of whole tables does not answer; the "
    "message says what to do",
}


def _schema(model: str) -> dict[str, Any]:
    """The schema of an answer's model: `Snapshot`, `list[Holding]`, `dict[str, SymbolStatus]`, `html`, `atom`."""
    if model in {"str", *_TYPES}:
        return {"type": "string"}
    if model == "dict":
        return {"type": "object"}
    if model.startswith("list["):
        return {"type": "array", "items": _schema(model.removeprefix("list[").removesuffix("]"))}
    if model.startswith("dict[str, "):
        return {
            "type": "object",
            "additionalProperties": _schema(model.removeprefix("dict[str, ").removesuffix("]")),
        }
    return _ref(model)


def _query(name: str, description: str, schema: dict[str, Any]) -> dict[str, Any]:
    return {"name": name, "in": "query", "description": description, "schema": schema}


def _listed(name: str, description: str, items: dict[str, Any], example: list[str], **limits: Any) -> dict[str, Any]:
    """A required parameter: several texts, separated by commas."""
    schema = {"type": "array", "items": items, **limits}
    shape = {"required": True, "style": "form", "explode": False, "example": example}
    return {**_query(name, description, schema), **shape}


def _pct(least: str, most: str, what: str, needs: str = "") -> dict[str, Any]:
    """The parameters that limit a figure in per cent."""
    with_it = f" Needs `{needs}`." if needs else ""
    schema = {"type": "number", "minimum": 0, "maximum": MOST_PCT}
    sides = ((least, "at least"), (most, "at most"))
    return {name: _query(name, f"{what}: {side} so many per cent.{with_it}", schema) for name, side in sides if name}


def _factor_limits(name: str, side: str) -> dict[str, Any]:
    """A parameter that limits tilts: factors with percentage points, separated by commas."""
    items = {"type": "string", "pattern": f"^{FACTOR_LIMIT}$"}
    schema = {"type": "array", "items": items, "minItems": 1, "maxItems": MOST_FACTORS}
    described = f"Factors of the config with percentage points: the fund's tilt is {side} so many."
    return {**_query(name, described, schema), "style": "form", "explode": False, "example": ["value:20"]}


_PCT_LIMITS = {
    **_pct("min_pct", "max_pct", "The weight of the sector", "sector"),
    **_pct("min_asset_class_pct", "max_asset_class_pct", "The weight of the asset class", "asset_class"),
    **_pct("min_holds_pct", "max_holds_pct", "The weight of the security", "holds"),
    **_pct("min_top_10_pct", "max_top_10_pct", "The ten largest together"),
    **_pct("", "max_expense_pct", "The cost a year"),
}
_PRETTY = _query(
    PRETTY, "`1` indents JSON, for people to read; it changes no other format.", {"enum": list(PRETTY_VALUES)}
)
"""Of every route that answers with JSON."""
_SUBSTITUTES = SubstituteLimits()
_QUERY = {
    **_PCT_LIMITS,
    "asset_class": _query(
        "asset_class",
        f"Funds of this class: at least {BOND_FUND_PCT:g} % in it, unless a limit says otherwise.",
        {"type": "string", "enum": list(ASSET_CLASSES)},
    ),
    "complete": _query("complete", "Funds whose lists are complete, or are not.", {"type": "boolean"}),
    "from": _query(
        "from",
        "The earlier holdings date; by default the one before `to`.",
        {"type": "string", "format": "date"},
    ),
    "to": _query(
        "to",
        "The later holdings date; by default the newest.",
        {"type": "string", "format": "date"},
    ),
    "min_factor": _factor_limits("min_factor", "at least"),
    "max_factor": _factor_limits("max_factor", "at most"),
    "holds": _query("holds", "Funds that hold the security with this symbol.", _SYMBOL_SCHEMA),
    "q": {
        **_query(
            "q",
            "A symbol, or words of a name.",
            {"type": "string", "minLength": 1, "maxLength": LONGEST_SEARCH, "pattern": LETTER_OR_DIGIT},
        ),
        "required": True,
        "example": "nvidia",
    },
    "sector": _query(
        "sector",
        "Funds with companies of this sector.",
        {"type": "string", "enum": list(ALL_SECTORS)},
    ),
    "as_of": _query(
        "as_of",
        "The holdings date, instead of the newest.",
        {"type": "string", "format": "date"},
    ),
    "since": _query(
        "since",
        f"Holdings dates from this one on; by default {DEFAULT_DAYS} days before the newest.",
        {"type": "string", "format": "date"},
    ),
    "basis": _query(
        "basis",
        "`filing` rests the whole answer on what the funds filed with the SEC, and names the filings in `basis`; by "
        "default it rests on Schwab's lists. The two are never mixed.",
        {"type": "string", "enum": list(BASES)},
    ),
    "by": _query(
        "by",
        "`issuer` treats the share classes of a company (GOOG, GOOGL) as one.",
        {"type": "string", "enum": list(BY)},
    ),
    "filing": _query(
        "filing",
        "The report date of the filing; by default the one nearest to the list.",
        {"type": "string", "format": "date"},
    ),
    "limit": _query("limit", "The most rows to return.", {"type": "integer", "minimum": 1, "maximum": MAX_ROWS}),
    "max_lag_days": _query(
        "max_lag_days",
        "The most days that the holdings dates may be apart; 409 if they are further apart.",
        {"type": "integer", "minimum": 0, "maximum": MAX_DAYS},
    ),
    "offset": _query("offset", "The number of rows to skip.", {"type": "integer", "minimum": 0, "maximum": MAX_ROWS}),
    "positions": _listed(
        "positions",
        "symbol:proportion pairs, proportions in any unit.",
        {"type": "string", "pattern": rf"^{SECURITY}:[1-9]\d{{0,14}}(\.\d{{1,6}})?$", "maxLength": SECURITY_LENGTH},
        ["VTI:60", "QQQ:25", "AAPL:15"],
        minItems=1,
        maxItems=MAX_POSITIONS,
    ),
    "sort": _query(
        "sort",
        "A field to sort by, with a minus for descending order; by default the portal's order.",
        {"enum": [*SORTS, *(f"-{name}" for name in SORTS)]},
    ),
    "symbols": _listed(
        "symbols",
        "The ETFs, each once.",
        # In capitals, since `vti` and `VTI` are the same ETF; callers may write them in any case.
        {**_SYMBOL_SCHEMA, "pattern": f"^{SECURITY_PATTERN}$"},
        ["VTI", "VOO", "QQQ"],
        minItems=FEWEST_FUNDS,
        maxItems=MOST_FUNDS,
        uniqueItems=True,
    ),
}
"""Every query parameter by its name; a route's table entry names those that it allows."""


def _limit(default: int, most: int) -> dict[str, Any]:
    schema = {"type": "integer", "minimum": 1, "maximum": most, "default": default}
    return {"limit": _query("limit", "The most rows to return.", schema)}


def _overlap(name: str, what: str, default: float) -> dict[str, Any]:
    schema = {"type": "number", "minimum": 0, "maximum": MOST_PCT, "default": default}
    return {name: _query(name, f"{what}, in per cent; bounds count by the end that makes it certain.", schema)}


_CROWDING_CLASSES = {"enum": [name for name in ASSET_CLASSES if name not in ("cash", "derivative")]}
_OF_ROUTE: dict[str, dict[str, Any]] = {
    "/api/changes": _limit(CHANGES, MOST_CHANGES),
    "/api/etfs/{symbol}/history": {
        "from": _query("from", "Holdings dates from this one on.", {"type": "string", "format": "date"}),
        "to": _query("to", "Holdings dates up to this one.", {"type": "string", "format": "date"}),
    },
    tables.PATH: {
        **tables.PARAMETERS,
        "etf": _query("etf", "The rows of this ETF only; of a table whose rows are ETFs'.", _SYMBOL_SCHEMA),
    },
    "/api/search": _limit(FOUND, MOST_FOUND),
    "/api/screen": {
        **_limit(LISTED, MOST_LISTED),
        "sort": _query(
            "sort",
            "A figure that is asked for, with a minus for descending order. Bounds sort by their low end, unknown "
            "figures come last; of several tilts the first one counts.",
            {"enum": [*SCREEN_SORTS, *(f"-{name}" for name in SCREEN_SORTS)]},
        ),
    },
    "/api/similar/{symbol}": _limit(SIMILAR, MOST_SIMILAR),
    "/api/substitutes/{symbol}": {
        **_limit(SIMILAR, MOST_SIMILAR),
        **_overlap("min_overlap_pct", "Cheaper funds: at least so much overlap", _SUBSTITUTES.min_overlap_pct),
        **_overlap(
            "max_overlap_pct",
            "Funds with nearly the same exposure: at most so much overlap",
            _SUBSTITUTES.max_overlap_pct,
        ),
        "max_expense_pct": _query(
            "max_expense_pct",
            "Funds that are known to cost at most so many per cent a year.",
            {"type": "number", "minimum": 0, "maximum": MOST_PCT},
        ),
    },
    "/api/drift": {
        "from": _query(
            "from",
            "The date of which the positions are; by default the holdings date before `to`. Lists and closing quotes "
            "are the newest on or before it.",
            {"type": "string", "format": "date"},
        ),
        "to": _query(
            "to",
            "The date up to which they have moved; by default the newest holdings date of any position.",
            {"type": "string", "format": "date"},
        ),
    },
    "/api/portfolio/changes": {
        "from": _query(
            "from",
            "The earlier lists are those of this date, or each fund's newest before it; by default the ones before the "
            "later lists.",
            {"type": "string", "format": "date"},
        ),
        "to": _query(
            "to",
            "The later lists are those of this date, or each fund's newest before it; by default the newest.",
            {"type": "string", "format": "date"},
        ),
    },
    "/api/crowding": {
        **_limit(LISTED, MOST_LISTED),
        "asset_class": _query("asset_class", "Securities of this class only.", _CROWDING_CLASSES),
        "sector": _query(
            "sector",
            "Companies of this sector only; those that the sector table does not know are Unclassified.",
            {"enum": list(ALL_SECTORS)},
        ),
    },
}
"""By path: parameters that are other ones there."""


def _error(description: str) -> dict[str, Any]:
    return {"description": description, "content": {"application/json": {"schema": _ref("Error")}}}


def _ref(model: str) -> dict[str, Any]:
    return {"$ref": _REF.format(model=model)}


def text() -> str:
    """The document as it is committed."""
    return json.dumps(document(), indent=1, ensure_ascii=False) + "\n"
