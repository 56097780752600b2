"""The flat formats in the contract: the parameter, the content types and the header of each route with a table."""

from typing import Any

from api.formats import COLUMNS_HEADER, FLAT
from api.routes import Route

_MEANINGS = {
    "csv": "`csv` is a table for a spreadsheet",
    "ndjson": "`ndjson` the same table as one JSON object a line",
    "records": "`records` the same objects as one array",
    "parquet": "`parquet` the table with types, for DuckDB, pandas and polars",
    "xlsx": "`xlsx` a workbook for Excel, with the table and what the answer says beside it",
}
_RECORDS = {"type": "array", "items": {"type": "object"}}


def format_parameter(route: Route) -> dict[str, Any]:
    """The query parameter `format` of a route with a table."""
    flat = [_MEANINGS[name] for name in route.formats[1:]]
    return {
        "name": "format",
        "in": "query",
        "description": f"`json`, the default, has everything; {'; '.join(flat)}.",
        "schema": {"type": "string", "enum": list(route.formats)},
    }


def with_flat(content: dict[str, Any], route: Route) -> dict[str, Any]:
    """The content of an answer by type, with the flat formats of the route."""
    found = dict(content)
    for name in route.formats[1:]:
        kind = FLAT[name].content_type.partition(";")[0]
        # An answer in JSON is the route's own or `records`.
        body = {"type": "string", "format": "binary"} if FLAT[name].is_packed else {"type": "string"}
        found[kind] = {"schema": {"anyOf": [found[kind]["schema"], _RECORDS]} if kind in found else body}
    return found


COLUMNS = {
    COLUMNS_HEADER: {
        "description": "In a flat format, the table's columns with what their cells are where they are not null: "
        "`symbol text, weight_pct number, complete boolean`. A figure that can have bounds takes three columns: "
        "`x_pct`, null where only bounds are known, `x_pct_low` and `x_pct_high`.",
        "schema": {"type": "string"},
    }
}
