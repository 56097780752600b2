"""The API as OpenBB Workspace asks it: a widget's parameters all stand in the query, and its rows are flat objects.

`/api/openbb/holdings?symbol=VTI&limit=100` is `/api/etfs/VTI/holdings?limit=100&format=records`. OpenBB's documentation
knows no parameters in paths. It may also send parameters without a value, and some of its own, such as its theme: both
are left out.
"""

import json
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field, replace
from functools import partial
from urllib.parse import quote

from api.documents import Answer, Document, etag_of
from api.events import Request
from api.faults import BadQueryError, MethodError, NoRouteError
from api.formats import json_body
from api.routes import ROUTES, SYMBOL, Route

PREFIX = "/api/openbb/"
PATH = f"{PREFIX}{{widget}}"
"""The path of all widgets' data, as API Gateway writes it."""
SYMBOLS = "symbols"
"""In place of a widget: the funds to choose from, with what OpenBB shows for each and what it sends."""
Shape = Callable[[Answer], Answer]


@dataclass(frozen=True, kw_only=True)
class Widget:
    """One table in OpenBB, filled by a route."""

    operation_id: str
    name: str
    group: str
    """Under which OpenBB lists it."""
    values: Mapping[str, str | int] = field(default_factory=dict)
    """What its parameters are at first, where the route does not say."""
    only: Mapping[str, tuple[str | None, ...]] = field(default_factory=dict)
    """By column, the values that rows may have there; empty for all rows."""
    chart: tuple[str, ...] = ()
    """The kind of chart that is shown first, then the columns along which and of which it is drawn; none: a table."""
    width: int = 20
    """Of the 40 columns of OpenBB's grid."""

    @property
    def route(self) -> Route:
        """The route that fills it."""
        return next(route for route in ROUTES if route.operation_id == self.operation_id)

    @property
    def is_of_fund(self) -> bool:
        """Whether its symbol is a fund's; that of holders is a security's."""
        return SYMBOL in self.route.path and self.operation_id != "listHolders"


_ONE, _SEVERAL, _ALL = "One fund", "Several funds", "All funds"
WIDGETS: Mapping[str, Widget] = {
    "status": Widget(operation_id="getStatus", name="Funds and their freshness", group=_ALL, width=40),
    "holdings": Widget(
        operation_id="listHoldings", name="Holdings", group=_ONE, values={"sort": "-weight_pct", "limit": 500}
    ),
    "analytics": Widget(operation_id="getAnalytics", name="Analytics", group=_ONE),
    "sectors": Widget(
        operation_id="getAnalytics",
        name="Sectors",
        group=_ONE,
        only={
            "group": ("sectors",),
            "figure": ("weight_pct", None),
        },
        chart=("bar", "name", "value"),
    ),
    "history": Widget(
        operation_id="listHistory",
        name="History",
        group=_ONE,
        values={"limit": 250},
        chart=("line", "holdings_as_of", "top_10_pct"),
    ),
    "changes": Widget(operation_id="getChanges", name="What a fund bought and sold", group=_ONE),
    "factors": Widget(operation_id="getFactors", name="Factors", group=_ONE),
    "similar": Widget(operation_id="listSimilar", name="Similar funds", group=_ONE),
    "substitutes": Widget(operation_id="listSubstitutes", name="Substitutes", group=_ONE),
    "overlap": Widget(operation_id="getOverlap", name="Overlap", group=_SEVERAL),
    "compare": Widget(operation_id="compareEtfs", name="Side by side", group=_SEVERAL),
    "portfolio": Widget(operation_id="getPortfolio", name="Portfolio, looked through", group=_SEVERAL, width=40),
    "holders": Widget(operation_id="listHolders", name="Who holds a security", group=_ALL),
    "screen": Widget(operation_id="screenEtfs", name="Screener", group=_ALL, width=40),
    "crowding": Widget(operation_id="listCrowding", name="What most funds hold", group=_ALL),
    "recent_changes": Widget(operation_id="listChanges", name="What all funds bought and sold", group=_ALL, width=40),
}


def as_route(request: Request) -> tuple[Request, Shape]:
    """The request of the route that fills the widget, and what makes rows for OpenBB of its answer.

    Raises NoRouteError for an unknown widget, MethodError, and BadQueryError where a symbol is missing.
    """
    if request.method not in {"GET", "HEAD"}:
        raise MethodError("widgets accept GET and HEAD only", "GET, HEAD, OPTIONS")
    name = request.path.removeprefix(PREFIX)
    if name == SYMBOLS:
        return replace(request, path="/api/etfs", query={}), _options
    if name not in WIDGETS:
        raise NoRouteError("there is no such widget: /widgets.json lists all of them")
    widget = WIDGETS[name]
    route = widget.route
    query = {known: value for known in route.parameters if (value := request.query.get(known))}
    path, symbol = route.path, request.query.get("symbol", "")
    if SYMBOL in path:
        if not symbol:
            raise BadQueryError("symbol is missing: choose one in the widget, such as symbol=VTI")
        path = path.replace(SYMBOL, quote(symbol, safe="", errors="replace"))
    asked = replace(request, path=path, query={**query, "format": "records"})
    return asked, partial(_rows_of, widget.only) if widget.only else _unchanged


def _unchanged(answer: Answer) -> Answer:
    return answer


def _options(answer: Answer) -> Answer:
    """The symbols of /api/etfs as OpenBB's options."""
    return _rewritten(answer, [{"label": symbol, "value": symbol} for symbol in json.loads(answer.document.body)])


def _rows_of(only: Mapping[str, tuple[str | None, ...]], answer: Answer) -> Answer:
    """The rows that have one of the values in each of the columns."""
    rows = json.loads(answer.document.body)
    return _rewritten(answer, [row for row in rows if all(row[name] in allowed for name, allowed in only.items())])


def _rewritten(answer: Answer, rows: list[dict[str, object]]) -> Answer:
    body = json_body(rows)
    return replace(answer, document=Document(body, etag_of(body), headers=answer.document.headers))
