"""widgets.json and apps.json: how OpenBB Workspace uses the API as a backend (docs.openbb.co, "Data Integration").

Descriptions and parameters come from openapi.json, columns from the tables themselves.
"""

import json
from collections import defaultdict
from collections.abc import Callable, Iterable, Mapping
from functools import cache, partial
from typing import Any

from api.documents import Document, etag_of
from api.flat.analytics_table import analytics_table
from api.flat.change_tables import changes_table as fund_changes_table
from api.flat.decision_tables import substitutes_table
from api.flat.history_tables import history_table
from api.flat.list_tables import status_table
from api.flat.tables import (
    changes_table,
    compare_table,
    crowding_table,
    exposures_table,
    factors_table,
    holders_table,
    screen_table,
    similar_table,
)
from api.formats import json_body
from api.site.docs import openapi_document
from api.site.openbb import PREFIX, SYMBOLS, WIDGETS, Widget
from etf_common.flat_table import Column, FlatTable
from etf_common.holdings_table import ListFacts, holdings_table

APP = "ETF portfolio data"
_ROOT = PREFIX.lstrip("/")
_HOUR_MS = 3_600_000
"""Data changes once a day; OpenBB asks again after an hour, in milliseconds."""
_BOUNDS = "Where a figure is not certain, its columns `at least` and `at most` bound it."
_HEIGHT = 14
_UNITS = {"pct": "%", "usd": "USD", "bps": "bps", "points": "points", "days": "days", "years": "years"}
"""By the end of a column's name."""
_ENDS = {"low": "at least", "high": "at most"}
_CAPITALS = {"etf": "ETF", "hhi": "HHI"}
_NOTHING: Mapping[str, Any] = defaultdict(dict)
"""An answer in which there is nothing: its table has no rows, and all columns."""
_NOT_SHOWN = ("format", "offset", "pretty")
"""Parameters that OpenBB's own table makes needless: it pages by itself."""
_EMPTY: Mapping[str, Callable[[], FlatTable]] = {
    "compareEtfs": partial(compare_table, _NOTHING),
    "getAnalytics": partial(analytics_table, _NOTHING),
    "getChanges": partial(fund_changes_table, _NOTHING),
    "getFactors": partial(factors_table, _NOTHING),
    "getPortfolio": partial(exposures_table, _NOTHING),
    "getStatus": partial(status_table, _NOTHING),
    "listChanges": partial(changes_table, _NOTHING),
    "listCrowding": partial(crowding_table, _NOTHING),
    "listHolders": partial(holders_table, _NOTHING),
    "listHoldings": partial(holdings_table, (), ListFacts("", "", "", complete=False, rows_reported=None)),
    "listHistory": partial(history_table, ()),
    "listSimilar": partial(similar_table, _NOTHING),
    "listSubstitutes": partial(substitutes_table, _NOTHING),
    "screenEtfs": partial(screen_table, _NOTHING),
}
"""The tables whose columns are always the same, without rows. OpenBB takes the columns of others from the rows."""


@cache
def widgets_document() -> Document:
    """widgets.json: the widgets by their ids, made once."""
    contract = json.loads(openapi_document().body)
    return _document({widget_id(name): _widget(name, each, contract) for name, each in WIDGETS.items()})


@cache
def apps_document() -> Document:
    """apps.json: one app that shows all widgets, made once."""
    groups = dict.fromkeys(widget.group for widget in WIDGETS.values())
    tabs = [_tab(group, {name: each for name, each in WIDGETS.items() if each.group == group}) for group in groups]
    funds = [widget_id(name) for name, each in WIDGETS.items() if each.is_of_fund]
    group = {"name": "Group 1", "type": "endpointParam", "paramName": "symbol", "defaultValue": "VTI"}
    app = {
        "name": APP,
        "description": "What ETFs hold: holdings, overlap, look-through, changes, with source, date and bounds.",
        **dict.fromkeys(("img", "img_dark", "img_light"), ""),
        "allowCustomization": True,
        "tabs": {tab["id"]: tab for tab in tabs},
        "groups": [{**group, "widgetIds": funds}],
        "prompts": ["How much of VOO and QQQ is the same?", "Which funds hold NVDA, and how much of it?"],
    }
    return _document([app])


def widget_id(name: str) -> str:
    """OpenBB names a widget in an app by its key in widgets.json, or by its endpoint: here they are the same."""
    return f"{_ROOT}{name}".replace("/", "_")


def header_of(column: str) -> str:
    """A column's name in words, with its unit: `Weight, at least (%)` for `weight_pct_low`."""
    words = column.split("_")
    end = _ENDS.get(words[-1]) if len(words) > 1 else None
    words = words[:-1] if end else words
    unit = _UNITS.get(words[-1]) if len(words) > 1 else None
    name = " ".join(_CAPITALS.get(word, word) for word in (words[:-1] if unit else words))
    return f"{name[:1].upper()}{name[1:]}{f', {end}' if end else ''}{f' ({unit})' if unit else ''}"


def _document(value: Any) -> Document:
    body = json_body(value)
    return Document(body, etag_of(body))


def _widget(name: str, widget: Widget, contract: Mapping[str, Any]) -> dict[str, Any]:
    route = widget.route
    operation = contract["paths"][route.path]["get"]
    table: dict[str, Any] = {"showAll": True, "enableAdvanced": True}
    if columns := columns_of(widget):
        table["columnsDefs"] = [_column(column) for column in columns]
    if widget.chart:
        kind, *along = widget.chart
        table["chartView"] = {"enabled": True, "chartType": kind, "cellRangeCols": {kind: along}}
    return {
        "name": widget.name,
        "description": f"{operation['summary']}. {_BOUNDS}",
        "category": "ETF",
        "subCategory": widget.group,
        "type": "table",
        "endpoint": f"{_ROOT}{name}",
        "gridData": {"w": widget.width, "h": _HEIGHT},
        "source": [contract["info"]["title"]],
        "refetchInterval": _HOUR_MS,
        "staleTime": _HOUR_MS,
        "params": [
            _parameter(each, widget.values)
            for each in operation.get("parameters", [])
            if each["name"] not in _NOT_SHOWN
        ],
        "data": {"table": table},
    }


def columns_of(widget: Widget) -> tuple[Column, ...]:
    """The widget's columns, where they are the same whatever the answer is."""
    empty = _EMPTY.get(widget.operation_id)
    return empty().columns if empty else ()


def _column(column: Column) -> dict[str, Any]:
    shown = {"field": column.name, "headerName": header_of(column.name), "cellDataType": column.kind}
    return {**shown, "formatterFn": "none"} if column.kind == "number" else shown


def _parameter(parameter: Mapping[str, Any], values: Mapping[str, Any]) -> dict[str, Any]:
    """A parameter of the contract as OpenBB describes one. Its value is what the widget is first shown with."""
    name, schema = parameter["name"], parameter["schema"]
    example = parameter.get("example") if parameter.get("required") else None
    first = ",".join(example) if isinstance(example, list) else example
    shown: dict[str, Any] = {
        "paramName": name,
        "label": header_of(name),
        "description": parameter["description"],
        "type": "text",
        "value": values.get(name, schema.get("default", first)),
        "show": True,
    }
    if "VTI" in (first or "").split(","):
        return {**shown, "type": "endpoint", "optionsEndpoint": f"{_ROOT}{SYMBOLS}", "multiSelect": name == SYMBOLS}
    if choices := _choices(schema):
        return {**shown, "options": [{"label": choice, "value": choice} for choice in choices]}
    if schema.get("format") == "date":
        return {**shown, "type": "date"}
    return {**shown, "type": "number"} if schema.get("type") in ("integer", "number") else shown


def _choices(schema: Mapping[str, Any]) -> Iterable[str]:
    # Not OpenBB's own "boolean", which is always true or false: without the parameter both are meant.
    choices: Iterable[str] = ("true", "false") if schema.get("type") == "boolean" else schema.get("enum", ())
    return choices


def _tab(group: str, widgets: Mapping[str, Widget]) -> dict[str, Any]:
    """A tab with its widgets from left to right, as many to a line as fit."""
    layout, x, y = [], 0, 0
    for name, widget in widgets.items():
        if x + widget.width > 40:
            x, y = 0, y + _HEIGHT
        place = {"i": widget_id(name), "x": x, "y": y, "w": widget.width, "h": _HEIGHT}
        grouped = {"groups": ["Group 1"]} if widget.is_of_fund else {}
        layout.append({**place, **grouped})
        x += widget.width
    return {"id": group.lower().replace(" ", "-"), "name": group, "layout": layout}
