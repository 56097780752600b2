"""The HTTP side of the API: events to routes, errors to status codes. Reads only."""

import base64
import logging
import re
from collections.abc import Callable, Mapping
from typing import Any

from aws_lambda_powertools.event_handler import APIGatewayHttpResolver, CORSConfig, Response
from aws_lambda_powertools.event_handler.exceptions import NotFoundError
from botocore.exceptions import BotoCoreError, ClientError

from api.analyses import LagError, UnknownPositionError
from api.answers import document, error, error_body, plain
from api.docs import docs_page, openapi_document
from api.documents import Document
from api.portfolio_query import positions_of_body, positions_of_query
from api.queries import HOLDINGS_PARAMETERS, BadQueryError, holdings_query, only
from api.service import Api, UnknownDateError, UnknownSymbolError
from etf_common.errors import DamagedObjectError
from etf_common.handlers import lazy_handler
from etf_common.lake import Lake
from etf_common.symbols import ALLOWED, MalformedSymbolError, shorten

log = logging.getLogger("etf.api")
Handler = Callable[[dict[str, Any], Any], dict[str, Any]]
_NAMING = re.compile(r"/api/(?:etfs/([^/]+)(?:/holdings|/history|/analytics)?|holders/([^/]+))")
_ALLOWED = ["Content-Type", "If-None-Match"]
_QUESTION = ("by", "max_lag_days", "format")
_EXPOSED = ["Content-Disposition", "ETag", "X-Data-Complete", "X-Data-Source", "X-Data-Stale", "X-Total-Count"]
# A body is what it is called, whatever a name in it looks like to a browser.
_NO_GUESSING = {"X-Content-Type-Options": "nosniff"}


def create(environ: Mapping[str, str]) -> Handler:
    """The Lambda handler over LAKE_BUCKET. Raises UsageError for a bad variable."""
    return handler_of(Api(Lake.from_environment(environ, fail_fast=True)))


def handler_of(api: Api) -> Handler:
    """The Lambda handler that routes events to `api`. Anything unexpected is a 500 without details."""
    resolver = routes(api)

    def handler(event: dict[str, Any], context: Any) -> dict[str, Any]:
        try:
            answer = resolver.resolve(event, context)
        except Exception:  # the edge: the caller gets JSON, the log gets the traceback
            log.exception("unexpected", extra={"path": ascii(event.get("rawPath"))})
            headers = {"Content-Type": "application/json", "Cache-Control": "no-store", **_NO_GUESSING}
            message = "something unexpected happened here; try again, and tell the owner if it stays"
            return {"statusCode": 500, "headers": headers, "body": error_body(500, message), "isBase64Encoded": False}
        answer["headers"] |= _NO_GUESSING
        if answer["statusCode"] >= 500:
            log.error("answered", extra={"path": ascii(event.get("rawPath")), "status": answer["statusCode"]})
        return answer

    return handler


def routes(api: Api) -> APIGatewayHttpResolver:
    """All routes. Each must stand in template.yaml, openapi.json and the README; tests compare them."""
    cors = CORSConfig(allow_headers=_ALLOWED, expose_headers=_EXPOSED, max_age=3600)
    app = APIGatewayHttpResolver(cors=cors, serializer=_ready_made)
    _data_routes(app, api)
    _analysis_routes(app, api)
    _other_routes(app, api)
    _errors(app)
    return app


def _query(app: APIGatewayHttpResolver, *allowed: str) -> Mapping[str, str]:
    parameters: Mapping[str, str] = app.current_event.query_string_parameters
    only(parameters, *allowed)
    return parameters


def _data_routes(app: APIGatewayHttpResolver, api: Api) -> None:
    @app.get("/api/etfs")
    def etfs() -> Response[Any]:
        _query(app)
        return api.etfs()

    @app.get("/api/etfs/<symbol>")
    def snapshot(symbol: str) -> Response[Any]:
        found, headers = api.snapshot(symbol, _query(app, "as_of"))
        return document(found, app.current_event.headers, headers)

    @app.get("/api/etfs/<symbol>/holdings")
    def holdings(symbol: str) -> Response[Any]:
        parameters = _query(app, *HOLDINGS_PARAMETERS)
        wanted = holdings_query(parameters)
        found, headers = api.snapshot(symbol, parameters)
        return document(found.holdings(wanted), app.current_event.headers, headers)

    @app.get("/api/etfs/<symbol>/history")
    def history(symbol: str) -> Response[Any]:
        _query(app)
        return api.history(symbol)


def _analysis_routes(app: APIGatewayHttpResolver, api: Api) -> None:
    def answered(found: Document, headers: Mapping[str, str]) -> Response[Any]:
        return document(found, app.current_event.headers, headers)

    @app.get("/api/etfs/<symbol>/analytics")
    def analytics(symbol: str) -> Response[Any]:
        parameters = _query(app, "by", "as_of")
        stored, headers = api.snapshot(symbol, parameters)
        return answered(api.analyses.of_fund(stored, parameters), headers)

    @app.get("/api/overlap")
    def overlap() -> Response[Any]:
        return answered(*api.analyses.overlap(_query(app, "symbols", *_QUESTION)))

    @app.get("/api/compare")
    def compare() -> Response[Any]:
        return answered(*api.analyses.compare(_query(app, "symbols", *_QUESTION)))

    @app.get("/api/holders/<symbol>")
    def holders(symbol: str) -> Response[Any]:
        return answered(*api.analyses.holders(symbol, _query(app, *_QUESTION)))

    @app.get("/api/portfolio")
    def portfolio() -> Response[Any]:
        parameters = _query(app, "positions", *_QUESTION)
        proportions = positions_of_query(parameters.get("positions", ""))
        return answered(*api.analyses.portfolio(proportions, parameters, in_usd=False))

    @app.post("/api/portfolio")
    def portfolio_in_usd() -> Response[Any]:
        parameters = _query(app, *_QUESTION)
        amounts = positions_of_body(_body(app))
        found, headers = api.analyses.portfolio(amounts, parameters, in_usd=True)
        encoding = {"accept-encoding": app.current_event.headers.get("accept-encoding") or ""}
        return document(found, encoding, {**headers, "Cache-Control": "no-store"})


def _body(app: APIGatewayHttpResolver) -> bytes:
    """The request's body, which API Gateway passes on as text or in Base64."""
    event = app.current_event
    text = event.body or ""
    try:
        return base64.b64decode(text, validate=True) if event.is_base64_encoded else text.encode()
    except ValueError:
        raise BadQueryError("the body cannot be read; send JSON in UTF-8") from None


def _other_routes(app: APIGatewayHttpResolver, api: Api) -> None:
    @app.get("/api/status")
    def status() -> Response[Any]:
        _query(app)
        return api.status()

    @app.get("/api/health")
    def health() -> Response[Any]:
        return plain({"status": "healthy"})

    @app.get("/api/openapi.json")
    def openapi() -> Response[Any]:
        return document(openapi_document(), app.current_event.headers, {})

    @app.get("/api/docs")
    def docs() -> Response[Any]:
        return document(docs_page(), app.current_event.headers, {})


def _ready_made(body: Any) -> Any:
    """Bodies are texts or bytes already: Powertools would serialize bytes once more."""
    return body


def _errors(app: APIGatewayHttpResolver) -> None:
    """Errors become HTTP here and nowhere else; what has no line here is a 500."""

    def storage(fault: Exception) -> Response[Any]:
        log.error("storage", extra={"why": type(fault).__name__})
        return error(503, "the storage does not answer; try again in a moment")

    def no_route(_fault: NotFoundError) -> Response[Any]:
        if allowed := _methods(app):
            refused = error(405, f"this route takes {allowed} only; /api/docs shows all routes")
            refused.headers["Allow"] = f"{allowed}, OPTIONS"
            return refused
        # Powertools matches no path with a quotation mark or a question mark in it.
        named = re.fullmatch(_NAMING, app.current_event.path)
        if named:
            return error(400, f"{shorten(named[1] or named[2])} is not a symbol: give {ALLOWED}")
        return error(404, "there is no such route; /api/docs shows those there are")

    def damaged(fault: DamagedObjectError) -> Response[Any]:
        log.error("damaged", extra={"why": fault.message})
        return error(503, "the stored data does not match its checksum; a replay from raw/ derives it anew")

    answers: dict[type[Exception], Callable[[Any], Response[Any]]] = {
        MalformedSymbolError: lambda fault: error(400, fault.message),
        BadQueryError: lambda fault: error(400, fault.message),
        UnknownSymbolError: lambda fault: error(404, fault.message),
        UnknownDateError: lambda fault: error(404, fault.message),
        UnknownPositionError: lambda fault: error(404, fault.message),
        LagError: lambda fault: error(409, fault.message),
        DamagedObjectError: damaged,
        NotFoundError: no_route,
        ClientError: storage,
        BotoCoreError: storage,
    }
    for fault, answer in answers.items():
        app.exception_handler(fault)(answer)


def _methods(app: APIGatewayHttpResolver) -> str:
    """The methods of the routes that the request's path has; empty if there is no such path."""
    routes = [*app._static_routes, *app._dynamic_routes]
    return ", ".join(sorted({route.method for route in routes if route.rule.match(app.current_event.path)}))


__getattr__ = lazy_handler(create)
