"""The API's routes: one table, from which everything else that names a route derives.

The resolver, the allowed parameters, 404 and 405, openapi.json (contract/), the routes in template.yaml (a test
compares them) and the documents' table all read it. Models are named, not imported: pydantic would double the cold
start.
"""

from collections.abc import Callable
from dataclasses import dataclass
from enum import Enum
from urllib.parse import unquote

from api.documents import Answer
from api.events import Request
from api.faults import MethodError, NoRouteError
from api.files import File
from api.formats import FORMATS, LIST_FORMATS
from api.service import Api
from etf_common.whole_tables import FORMATS as TABLE_FORMATS

SYMBOL = "{symbol}"
"""In a path: a security's or an ETF's symbol."""
SLASHED = "/api/etfs/{symbol}/{share_class+}"
"""API Gateway's route for `/api/etfs/BRK/B` and all that follows it, since it may decode `BRK%2FB` before it routes.

A greedy part can only be the last one, so that there is one for all; what is no route is refused by the code.
"""
DATE = "{date}"
"""In a path, as its last part: a date."""
NAME = "{name}"
"""In a path, as its last part: the name of a table."""


class Data(Enum):
    """What an answer is based on; this decides its headers and how it can fail."""

    NONE = "nothing stored"
    SOURCE = "the lake's listing or metadata"
    SNAPSHOTS = "snapshots"


@dataclass(frozen=True, kw_only=True)
class Route:
    """One method of one path. `path` is written as OpenAPI and API Gateway write it: `/api/etfs/{symbol}`."""

    path: str
    operation_id: str
    summary: str
    calls: Callable[[Api, Request], Answer | File]
    """The method that answers it."""
    model: str
    """The answer's model in contract/, or `list[...]` or `dict[str, ...]` of it."""
    method: str = "GET"
    parameters: tuple[str, ...] = ()
    """The allowed query parameters; any other is a 400."""
    data: Data = Data.SNAPSHOTS
    formats: tuple[str, ...] = ()
    """What `format` can be, `json` first; empty where an answer has no table."""
    body: str = ""
    """The model of the request's body, if it has one."""
    errors: tuple[int, ...] = ()
    """Error statuses besides those that every route has that reads the lake."""
    is_open: bool = False
    """Whether it answers without the access token."""
    when_too_large: str = ""
    """What a caller can request instead where the answer is too large."""

    @property
    def gateway_path(self) -> str:
        """The path as API Gateway has it: greedy where it ends in a symbol that may have a slash.

        Under /api/etfs, SLASHED has what belongs to such a symbol.
        """
        is_last = self.path.endswith(SYMBOL) and self.path != "/api/etfs/{symbol}"
        return self.path.replace(SYMBOL, "{symbol+}") if is_last else self.path

    @property
    def allowed(self) -> tuple[str, ...] | None:
        """The allowed query parameters; None where any are ignored, since a typo could change nothing."""
        return None if self.data is Data.NONE else self.parameters

    def symbol_in(self, parts: list[str]) -> str | None:
        """The symbol in a path split at its slashes, "" where the route has none; None for another route's path."""
        own = self.path.split("/")
        symbol = ""
        if SYMBOL in own:
            at, ends = own.index(SYMBOL), len(own) - len(parts)
            # A share class after a slash, `BRK/B`, which API Gateway decodes from `BRK%2FB`.
            if ends == -1 and _is_class(parts[at + 1]):
                parts = [*parts[:at], f"{parts[at]}/{parts[at + 1]}", *parts[at + 2 :]]
            if len(parts) != len(own) or not parts[at]:
                return None
            symbol, own[at] = unquote(parts[at]), parts[at]
        if own[-1] in (DATE, NAME) and parts[-1]:
            own[-1] = parts[-1]
        return symbol if parts == own else None

    def date_in(self, path: str) -> str:
        """The date in a path of this route as it was received, "" where the route has none."""
        return self._last_in(path, DATE)

    def name_in(self, path: str) -> str:
        """The name in a path of this route as it was received, "" where the route has none."""
        return self._last_in(path, NAME)

    def _last_in(self, path: str, what: str) -> str:
        return unquote(path.rpartition("/")[2]) if self.path.endswith(what) else ""


def _is_class(text: str) -> bool:
    return text.isascii() and text.isalnum() and len(text) <= 4


def find(method: str, path: str) -> tuple[Route, str]:
    """The route of a request and the symbol in its path; HEAD is answered as GET.

    Raises NoRouteError, and MethodError, which names the methods that the path accepts.
    """
    found = routes_of(path)
    if not found:
        raise NoRouteError("there is no such route: /api/docs lists all routes")
    wanted = "GET" if method == "HEAD" else method
    for route, symbol in found:
        if route.method == wanted:
            return route, symbol
    takes = ", ".join(sorted({route.method for route, _ in found}))
    raise MethodError(f"this route accepts {takes} only: /api/docs lists all routes", methods_of(path))


def routes_of(path: str) -> list[tuple[Route, str]]:
    """The routes of a path, for every method, and the symbol in it. The most literal path wins."""
    parts = path.split("/")
    if len(parts) > MOST_PARTS:
        return []
    matches = [(route, symbol) for route in ROUTES if (symbol := route.symbol_in(parts)) is not None]
    if not matches:
        return []
    # The most literal one: `/api/etfs/VTI/flow` is no share class FLOW of VTI.
    best = max(_literal(route) for route, _ in matches)
    return [(route, symbol) for route, symbol in matches if _literal(route) == best]


def _literal(route: Route) -> int:
    return sum(part not in (SYMBOL, DATE, NAME) for part in route.path.split("/"))


def methods_of(path: str) -> str:
    """The methods that a path accepts, as Allow and CORS write them: `GET, HEAD, OPTIONS`."""
    methods = {route.method for route, _ in routes_of(path)}
    return ", ".join(sorted(methods | ({"HEAD"} if "GET" in methods else set()) | {"OPTIONS"}))


_FEWER = "name fewer funds, or ask for format=csv"
_FEWER_ROWS = "ask for fewer rows with limit and offset, such as limit=100"
_PAGE = ("limit", "offset", "format")
_DATES = ("from", "to", "format")
_QUESTION = ("by", "max_lag_days", "format")
_ON_FILINGS = (*_QUESTION, "basis")

ROUTES = (
    Route(
        path="/api/etfs",
        operation_id="listEtfs",
        summary="The ETFs that have a snapshot, but for those that are references of factors only",
        calls=Api.etfs,
        model="list[str]",
        parameters=("format",),
        formats=FORMATS,
        data=Data.SOURCE,
    ),
    Route(
        path="/api/etfs/{symbol}",
        operation_id="getSnapshot",
        summary="The newest snapshot of an ETF, or that of a holdings date",
        calls=Api.snapshot,
        model="Snapshot",
        parameters=("as_of",),
        errors=(404, 413),
        when_too_large="ask for its holdings in parts: /api/etfs/{symbol}/holdings?limit=2000",
    ),
    Route(
        path="/api/etfs/{symbol}/holdings",
        operation_id="listHoldings",
        summary="The holdings of an ETF, sorted, in parts or as CSV",
        calls=Api.holdings,
        model="list[Holding]",
        parameters=("format", "sort", "limit", "offset", "as_of"),
        formats=LIST_FORMATS,
        errors=(404, 413),
        when_too_large="ask for fewer rows with limit and offset, such as limit=2000",
    ),
    Route(
        path="/api/etfs/{symbol}/history",
        operation_id="listHistory",
        summary="The holdings dates available, newest first, with concentration, sectors and counts of changes",
        calls=Api.history,
        model="list[HistoryEntry]",
        parameters=("from", "to", "limit", "format"),
        data=Data.SOURCE,
        formats=FORMATS,
        errors=(404, 413),
        when_too_large="ask for fewer dates with from and to, or limit",
    ),
    Route(
        path="/api/etfs/{symbol}/analytics",
        operation_id="getAnalytics",
        summary="Concentration, asset classes, sectors, spread and cost of an ETF",
        calls=Api.analytics,
        model="Analytics",
        parameters=("by", "as_of", "basis", "format"),
        formats=FORMATS,
        errors=(404, 413),
        when_too_large="ask for the holdings instead",
    ),
    Route(
        path="/api/etfs/{symbol}/factors",
        operation_id="getFactors",
        summary="The weight of an ETF in the reference fund of each factor, and its tilt against the market fund",
        calls=Api.factors,
        model="Factors",
        parameters=("by", "as_of", "format"),
        formats=FORMATS,
        errors=(404, 413),
        when_too_large="ask for format=csv",
    ),
    Route(
        path="/api/etfs/{symbol}/changes",
        operation_id="getChanges",
        summary="What an ETF bought and sold between two holdings dates, and what came in by price alone",
        calls=Api.changes,
        model="FundChanges",
        parameters=(*_DATES, "basis"),
        formats=FORMATS,
        errors=(404, 413),
        when_too_large="name dates that are closer together",
    ),
    Route(
        path="/api/etfs/{symbol}/attribution",
        operation_id="getAttribution",
        summary="What each security, sector and asset class brought to an ETF's return between two holdings dates",
        calls=Api.attribution,
        model="Attribution",
        parameters=(*_DATES, "basis"),
        formats=FORMATS,
        errors=(404, 413),
        when_too_large="ask for format=csv",
    ),
    Route(
        path="/api/etfs/{symbol}/filings",
        operation_id="listFilings",
        summary="The fund's filings with the SEC (Form N-PORT), newest first, with net assets, returns and flows",
        calls=Api.filings,
        model="Filings",
        parameters=("format",),
        formats=FORMATS,
        data=Data.SOURCE,
        errors=(404,),
    ),
    Route(
        path="/api/etfs/{symbol}/filings/{date}",
        operation_id="getFiling",
        summary="The filing of a report date, line by line",
        calls=Api.filing,
        model="FilingSnapshot",
        parameters=("format",),
        formats=FORMATS,
        errors=(404, 413),
        when_too_large="ask for format=csv",
    ),
    Route(
        path="/api/etfs/{symbol}/reconcile",
        operation_id="getReconciliation",
        summary="Schwab's list of an ETF held against its filing: what is in one only, and which shares do not fit",
        calls=Api.reconcile,
        model="Reconciliation",
        parameters=("as_of", "filing", "format"),
        formats=FORMATS,
        errors=(404, 413),
        when_too_large="ask for format=csv",
    ),
    Route(
        path="/api/overlap",
        operation_id="getOverlap",
        summary="The overlap of 2 to 30 ETFs, pair by pair",
        calls=Api.overlap,
        model="Overlap",
        parameters=("symbols", *_ON_FILINGS),
        formats=FORMATS,
        errors=(404, 409, 413),
        when_too_large=_FEWER,
    ),
    Route(
        path="/api/compare",
        operation_id="compareEtfs",
        summary="2 to 30 ETFs side by side",
        calls=Api.compare,
        model="Compare",
        parameters=("symbols", *_ON_FILINGS),
        formats=FORMATS,
        errors=(404, 409, 413),
        when_too_large=_FEWER,
    ),
    Route(
        path="/api/holders/{symbol}",
        operation_id="listHolders",
        summary="The ETFs that hold a security, largest weight first",
        calls=Api.holders,
        model="Holders",
        parameters=_QUESTION,
        formats=FORMATS,
        errors=(409, 413),
        when_too_large="ask for format=csv",
    ),
    Route(
        path="/api/search",
        operation_id="search",
        summary="ETFs and securities by symbol or name, best first",
        calls=Api.search,
        model="Search",
        parameters=("q", *_PAGE),
        formats=FORMATS,
    ),
    Route(
        path="/api/screen",
        operation_id="screenEtfs",
        summary="The ETFs that fit a description: sectors, holdings, concentration, cost",
        calls=Api.screen,
        model="Screen",
        parameters=(
            *("sector", "min_pct", "max_pct", "asset_class", "min_asset_class_pct", "max_asset_class_pct"),
            *("holds", "min_holds_pct", "max_holds_pct", "min_top_10_pct", "max_top_10_pct", "max_expense_pct"),
            *("min_factor", "max_factor", "complete", "sort", *_PAGE),
        ),
        formats=FORMATS,
        errors=(413,),
        when_too_large=_FEWER_ROWS,
    ),
    Route(
        path="/api/similar/{symbol}",
        operation_id="listSimilar",
        summary="The ETFs most like one, largest overlap first, with cost and what differs most",
        calls=Api.similar,
        model="Similar",
        parameters=_PAGE,
        formats=FORMATS,
        errors=(404, 413),
        when_too_large=_FEWER_ROWS,
    ),
    Route(
        path="/api/substitutes/{symbol}",
        operation_id="listSubstitutes",
        summary="The ETFs that may stand in for one: nearly the same and cheaper, or the same sectors in other names",
        calls=Api.substitutes,
        model="Substitutes",
        parameters=("min_overlap_pct", "max_overlap_pct", "max_expense_pct", *_PAGE),
        formats=FORMATS,
        errors=(404, 413),
        when_too_large=_FEWER_ROWS,
    ),
    Route(
        path="/api/crowding",
        operation_id="listCrowding",
        summary="The securities that most ETFs hold, with their weights and values together",
        calls=Api.crowding,
        model="Crowding",
        parameters=("asset_class", "sector", *_PAGE),
        formats=FORMATS,
    ),
    Route(
        path="/api/changes",
        operation_id="listChanges",
        summary="What all ETFs bought and sold since a date, newest first",
        calls=Api.changes_of_all,
        model="RecentChanges",
        parameters=("since", *_PAGE),
        formats=FORMATS,
        errors=(413,),
        when_too_large=_FEWER_ROWS,
    ),
    Route(
        path="/api/changes.atom",
        operation_id="getFeed",
        summary="The newest changes of all ETFs as an Atom feed",
        calls=Api.feed,
        model="atom",
    ),
    Route(
        path="/api/etfs/{symbol}/changes.atom",
        operation_id="getFeedOfEtf",
        summary="The newest changes of an ETF as an Atom feed",
        calls=Api.feed_of_fund,
        model="atom",
        errors=(404,),
    ),
    Route(
        path="/api/portfolio",
        operation_id="getPortfolio",
        summary="Look-through of a portfolio given as proportions",
        calls=Api.portfolio,
        model="Portfolio",
        parameters=("positions", *_ON_FILINGS),
        formats=FORMATS,
        errors=(404, 409, 413),
        when_too_large=_FEWER,
    ),
    Route(
        method="POST",
        path="/api/portfolio",
        operation_id="postPortfolio",
        summary="Look-through of a portfolio given in a body: in USD, or as proportions",
        calls=Api.portfolio_in_usd,
        model="Portfolio",
        body="PortfolioBody",
        parameters=_ON_FILINGS,
        formats=FORMATS,
        errors=(404, 409, 413),
        when_too_large=_FEWER,
    ),
    Route(
        method="POST",
        path="/api/portfolio/changes",
        operation_id="postPortfolioChanges",
        summary="What changed in a portfolio, looked through, between two dates",
        calls=Api.portfolio_changes,
        model="PortfolioChanges",
        body="PortfolioBody",
        parameters=("by", *_DATES, "basis"),
        formats=FORMATS,
        errors=(404, 413),
        when_too_large=_FEWER,
    ),
    Route(
        method="POST",
        path="/api/drift",
        operation_id="postDrift",
        summary="How far a portfolio, looked through, has moved between two dates, and from its targets",
        calls=Api.drift,
        model="Drift",
        body="DriftBody",
        parameters=("by", *_DATES),
        formats=FORMATS,
        errors=(404, 413),
        when_too_large=_FEWER,
    ),
    Route(
        method="POST",
        path="/api/rebalance",
        operation_id="postRebalance",
        summary="The fewest trades that bring a portfolio, looked through, under its caps and to its targets",
        calls=Api.rebalance,
        model="Rebalance",
        body="RebalanceBody",
        parameters=_QUESTION,
        formats=FORMATS,
        errors=(404, 409, 413),
        when_too_large=_FEWER,
    ),
    Route(
        path="/api/tables",
        operation_id="listTables",
        summary="The tables over all ETFs that can be had whole, with their columns, dates and sizes",
        calls=Api.tables,
        model="Tables",
        errors=(413,),
        when_too_large="ask for a table by its name",
    ),
    Route(
        path="/api/tables/{name}",
        operation_id="getTable",
        summary="A whole table over all ETFs as Parquet, NDJSON or CSV; a large one by a redirect to where it is",
        calls=Api.table,
        model="file",
        parameters=("format", "as_of", "etf"),
        formats=TABLE_FORMATS,
        errors=(404, 413),
    ),
    Route(
        path="/api/status",
        operation_id="getStatus",
        summary="Freshness, completeness and last refresh of each symbol",
        calls=Api.status,
        model="dict[str, SymbolStatus]",
        parameters=("format",),
        formats=FORMATS,
        data=Data.SOURCE,
    ),
    Route(
        path="/api/health",
        operation_id="getHealth",
        summary="Whether the API is running; does not read the storage",
        calls=Api.health,
        model="Health",
        data=Data.NONE,
        is_open=True,
    ),
    Route(
        path="/api/openapi.json",
        operation_id="getOpenApi",
        summary="The OpenAPI description of this API",
        calls=Api.openapi,
        model="dict",
        data=Data.NONE,
    ),
    Route(
        path="/api/docs",
        operation_id="getDocs",
        summary="Interactive documentation",
        calls=Api.docs,
        model="html",
        data=Data.NONE,
        is_open=True,
    ),
)
MOST_PARTS = 1 + max(len(route.path.split("/")) for route in ROUTES)
"""The most parts that a route's path can have: a share class may follow a slash."""
