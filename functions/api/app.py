"""The API's Lambda handler: an event in, an answer out. Reads only; safe to call from several threads at once."""

import logging
import re
from collections.abc import Callable, Mapping
from dataclasses import replace
from typing import Any

from botocore.exceptions import BotoCoreError, ClientError

from api.access import Access
from api.answers import Response, error, respond
from api.cors import Cors, varied
from api.decisions.solver_client import LambdaSolver, Solver, no_solver
from api.documents import Answer
from api.events import Request
from api.faults import CallerError
from api.files import File
from api.formats import JSON
from api.lake.export_client import Exporter, LambdaExporter
from api.pretty import indented
from api.queries import PRETTY, pretty_query
from api.routes import SYMBOL, Route, find, methods_of, routes_of
from api.service import Api
from etf_common.errors import DamagedObjectError, PipelineError
from etf_common.handlers import lazy_handler
from etf_common.lake import Lake
from etf_common.settings import access_token_sha256, cors_origins, export_function, rebalance_function

log = logging.getLogger("etf.api")
Handler = Callable[[dict[str, Any], Any], dict[str, Any]]
_API = "/api/"
"""Under this path stands all that has data; the page stands outside it, is open to everybody and has none."""
_OPENBB = "/api/openbb/"
"""The same data as OpenBB Workspace asks for it."""
# A browser must not guess another type from a name in the body.
_NO_GUESSING = {"X-Content-Type-Options": "nosniff"}
_UNEXPECTED = "the API failed unexpectedly: try again, and tell its owner if it keeps happening"
_STORAGE = "the storage does not answer: try again in a moment"
_REPLAY = "a replay from raw/ writes it anew; ask the owner of this API"
# A message that begins with an object's key is our own; of any other, callers learn nothing.
_KEY = re.compile(r"(?:processed|status|filings)/[A-Z0-9.]{1,15}(?:/(?:latest|\d{4}-\d{2}-\d{2}))?\.json")


def create(environ: Mapping[str, str], solver: Solver | None = None, exporter: Exporter | None = None) -> Handler:
    """The Lambda handler over LAKE_BUCKET. Raises UsageError for a bad variable.

    `solver` solves rebalancings and `exporter` writes whole tables; without one, the functions that REBALANCE_FUNCTION
    and EXPORT_FUNCTION name do.
    """
    access, cors = Access(access_token_sha256(environ)), Cors(cors_origins(environ))
    lake, function = Lake.from_environment(environ, fail_fast=True), rebalance_function(environ)
    endpoint = environ.get("AWS_ENDPOINT_URL_LAMBDA") or None
    solves = solver or (LambdaSolver(function, endpoint=endpoint) if function else no_solver)
    if exporter is None and (name := export_function(environ)):
        exporter = LambdaExporter(name, stores=access.is_locked, endpoint=endpoint)
    return handler_of(Api(lake, solver=solves, exporter=exporter), access, cors)


def handler_of(api: Api, access: Access | None = None, cors: Cors | None = None) -> Handler:
    """The Lambda handler that routes events to `api`. Anything unexpected is a 500 without details."""
    access, cors = access or Access(), cors or Cors()

    def handler(event: dict[str, Any], context: Any) -> dict[str, Any]:
        response = _response(event, api, access, cors)
        response.headers |= _NO_GUESSING
        return response.to_event()

    return handler


def _response(event: dict[str, Any], api: Api, access: Access, cors: Cors) -> Response:
    is_head = False
    try:
        request = Request.of(event)
        is_head = request.method == "HEAD"
        origin = request.headers.get("origin") or ""
        if request.method == "OPTIONS":
            # Browsers send a preflight without the token.
            response = Response(204, headers=cors.preflight(origin, _methods(request.path)))
        else:
            response = _told(_answered(request, api, access), request)
            response.headers |= cors.headers(origin)
        if response.status_code >= 500:
            log.error("answered", extra={"path": ascii(request.path), "status": response.status_code})
        if cors.is_limited:
            response.headers = varied(response.headers, "Origin")
    except Exception:
        log.exception("unexpected", extra={"path": ascii(event.get("rawPath"))})
        response = error(500, _UNEXPECTED)
    return response.without_body() if is_head else response


def _told(response: Response, request: Request) -> Response:
    """The response, its error indented where the caller wants indented answers."""
    if response.status_code >= 400 and request.query.get(PRETTY) == "1" and isinstance(response.body, str):
        response.body = indented(response.body)
    return response


def _answered(request: Request, api: Api, access: Access) -> Response:
    """The answer to a request, or the response to its error: all errors become HTTP here."""
    try:
        if not request.path.startswith(_API):
            # Imported here: an answer with data must not wait for the page.
            from api.site.page import page_response  # noqa: PLC0415

            return page_response(request)
        if not _is_open(request.path):
            access.check(request.path, request.headers.get("authorization") or "")
        request, shape = _translated(request)
        route, symbol = find(request.method, request.path)
        is_pretty, path = pretty_query(request.query), request.path
        asked = request.asking(symbol, route.allowed, route.date_in(path), route.name_in(path))
        symbol = api.symbols.in_path(symbol) if symbol else ""
        answer = route.calls(api, replace(asked, symbol=symbol))
        if isinstance(answer, Answer):
            answer = _indented(shape(answer)) if is_pretty else shape(answer)
        return _kept_as_allowed(_ready(answer, request, route, symbol), route, is_private=access.is_locked)
    except DamagedObjectError as fault:
        log.error("damaged", extra={"why": fault.message})
        return error(fault.status, _told_of_damage(fault.message))
    except (ClientError, BotoCoreError) as fault:
        log.error("storage", extra={"why": type(fault).__name__})
        return error(503, _STORAGE)
    except PipelineError as fault:
        if fault.status >= 500 and not isinstance(fault, CallerError):
            raise  # not meant for a caller
        return error(fault.status, fault.message, getattr(fault, "headers", None))


def _translated(request: Request) -> tuple[Request, Callable[[Answer], Answer]]:
    """The request as the routes know it, and what makes its answer that which the caller reads."""
    if not request.path.startswith(_OPENBB):
        return request, _as_it_is
    # Imported here: no other answer needs it.
    from api.site.openbb import as_route  # noqa: PLC0415

    return as_route(request)


def _as_it_is(answer: Answer) -> Answer:
    return answer


def _indented(answer: Answer) -> Answer:
    """The answer for people to read; in another format than JSON there is nothing to indent."""
    is_json = answer.document.content_type == JSON
    return replace(answer, document=answer.document.pretty()) if is_json else answer


def _told_of_damage(message: str) -> str:
    """What a caller is told of a damaged object, which only messages of our own may name."""
    if message.startswith("tables/"):
        return "the tables over all funds are damaged: the owner of this API can rebuild them"
    what = message if _KEY.match(message) else "a stored object is damaged"
    return f"{what}: {_REPLAY}"


def _ready(answer: Answer | File, request: Request, route: Route, symbol: str) -> Response:
    if isinstance(answer, File):
        return answer.response(request)
    headers = dict(request.headers)
    if route.method != "GET":
        headers.pop("if-none-match", None)
    return respond(answer, headers, route.when_too_large.replace(SYMBOL, symbol))


def _kept_as_allowed(response: Response, route: Route, *, is_private: bool) -> Response:
    """The response with its caching: none for POST, and no shared cache where a token is required."""
    if route.method != "GET":
        response.headers["Cache-Control"] = "no-store"
    elif is_private and not route.is_open:
        response.headers = varied(response.headers, "Authorization")
        kept = response.headers["Cache-Control"].removeprefix("public, ")
        response.headers["Cache-Control"] = f"private, {kept}"
    return response


def _methods(path: str) -> str:
    """The methods that a path accepts: what is not a route of the table is only read."""
    is_read = path.startswith(_OPENBB) or not path.startswith(_API)
    return "GET, HEAD, OPTIONS" if is_read else methods_of(path)


def _is_open(path: str) -> bool:
    """Whether a path under /api/ needs no access token."""
    found = routes_of(path)
    return bool(found) and all(route.is_open for route, _ in found)


__getattr__ = lazy_handler(create)
