"""The API's routes: one table, from which everything else that names a route derives.

The resolver, the allowed parameters, 404 and 405, openapi.json (contract/), the routes in template.yaml (a test
compares them) and the documents' table all read it. Models are named, not imported: pydantic would double the cold
start.
"""

from dataclasses import dataclass
from enum import Enum


class Data(Enum):
    """What an answer rests on, and so which headers tell about it and how it can fail."""

    NONE = "nothing stored"
    SOURCE = "the lake's listing or metadata"
    SNAPSHOTS = "snapshots"


@dataclass(frozen=True, kw_only=True)
class Route:
    """One method of one path. `path` is written as OpenAPI and API Gateway write it: `/api/etfs/{symbol}`."""

    path: str
    operation_id: str
    summary: str
    model: str
    """The answer's model in contract/, or `list[...]` or `dict[str, ...]` of it."""
    method: str = "GET"
    parameters: tuple[str, ...] = ()
    """The allowed query parameters; any other is a 400."""
    data: Data = Data.SNAPSHOTS
    csv: bool = False
    """Whether `format=csv` answers a table."""
    body: str = ""
    """The model of the request's body, if it has one."""
    errors: tuple[int, ...] = ()
    """Statuses of its own, besides those that every route has that reads the lake."""
    is_open: bool = False
    """Whether it answers without the access token."""


_ONE_FUND = ("as_of",)
_QUESTION = ("by", "max_lag_days", "format")

ROUTES = (
    Route(
        path="/api/etfs",
        operation_id="listEtfs",
        summary="ETFs that have a snapshot",
        model="list[str]",
        data=Data.SOURCE,
    ),
    Route(
        path="/api/etfs/{symbol}",
        operation_id="getSnapshot",
        summary="The newest snapshot, or that of a date",
        model="Snapshot",
        parameters=_ONE_FUND,
        errors=(404, 413),
    ),
    Route(
        path="/api/etfs/{symbol}/holdings",
        operation_id="listHoldings",
        summary="The holdings of a snapshot",
        model="list[Holding]",
        parameters=(*_ONE_FUND, "format", "sort", "limit", "offset"),
        csv=True,
        errors=(404, 413),
    ),
    Route(
        path="/api/etfs/{symbol}/history",
        operation_id="listHistory",
        summary="The holdings dates there are, newest first",
        model="list[HistoryEntry]",
        data=Data.SOURCE,
        errors=(404,),
    ),
    Route(
        path="/api/etfs/{symbol}/analytics",
        operation_id="getAnalytics",
        summary="Concentration, asset classes, sectors, spread and cost of one fund",
        model="Analytics",
        parameters=(*_ONE_FUND, "by"),
        errors=(404, 413),
    ),
    Route(
        path="/api/overlap",
        operation_id="getOverlap",
        summary="How much of 2 to 30 funds is the same, pair by pair",
        model="Overlap",
        parameters=("symbols", *_QUESTION),
        csv=True,
        errors=(404, 409, 413),
    ),
    Route(
        path="/api/compare",
        operation_id="compareEtfs",
        summary="2 to 30 funds side by side",
        model="Compare",
        parameters=("symbols", *_QUESTION),
        csv=True,
        errors=(404, 409, 413),
    ),
    Route(
        path="/api/holders/{symbol}",
        operation_id="listHolders",
        summary="Which funds hold a security, largest weight first",
        model="Holders",
        parameters=_QUESTION,
        csv=True,
        errors=(409, 413),
    ),
    Route(
        path="/api/portfolio",
        operation_id="getPortfolio",
        summary="A portfolio looked through, from proportions",
        model="Portfolio",
        parameters=("positions", *_QUESTION),
        csv=True,
        errors=(404, 409, 413),
    ),
    Route(
        method="POST",
        path="/api/portfolio",
        operation_id="postPortfolio",
        summary="A portfolio looked through, from amounts in USD",
        model="Portfolio",
        body="PortfolioBody",
        parameters=_QUESTION,
        csv=True,
        errors=(404, 409, 413),
    ),
    Route(
        path="/api/status",
        operation_id="getStatus",
        summary="How good the data of each symbol is, by symbol",
        model="dict[str, SymbolStatus]",
        data=Data.SOURCE,
    ),
    Route(
        path="/api/health",
        operation_id="getHealth",
        summary="Whether the API runs; does not touch the storage",
        model="Health",
        data=Data.NONE,
        is_open=True,
    ),
    Route(
        path="/api/openapi.json",
        operation_id="getOpenApi",
        summary="This document",
        model="dict",
        data=Data.NONE,
    ),
    Route(
        path="/api/docs",
        operation_id="getDocs",
        summary="This document as a page",
        model="html",
        data=Data.NONE,
        is_open=True,
    ),
)
"""Of two paths that match, the one without a parameter at that place wins, as in API Gateway."""
