"""The REST API: routes of the HTTP API over the lake. Reads only."""

import logging
import os
import time
from collections.abc import Callable, Mapping
from datetime import datetime
from typing import Any

from aws_lambda_powertools.event_handler import APIGatewayHttpResolver, CORSConfig, Response
from aws_lambda_powertools.event_handler.exceptions import NotFoundError
from botocore.exceptions import BotoCoreError, ClientError

from api.answers import document, error, error_body, plain
from api.catalogue import Catalogues
from api.freshness import capture_is_due, status_of, status_of_all, utc_now
from api.snapshots import Snapshots, StoredSnapshot
from etf_common.errors import DamagedObjectError, PipelineError
from etf_common.lake import Lake, ObjectNotFoundError
from etf_common.symbols import MalformedSymbolError, canonical

log = logging.getLogger("etf.api")
Handler = Callable[[dict[str, Any], Any], dict[str, Any]]
_EXPOSED = ["ETag", "X-Data-Source", "X-Data-Stale"]


class UnknownSymbolError(PipelineError):
    """There is no snapshot of this symbol; the message says whether one can be expected."""

    code = "unknown_symbol"


class Api:
    """What the routes answer, over one lake."""

    def __init__(
        self, lake: Lake, now: Callable[[], datetime] = utc_now, clock: Callable[[], float] = time.monotonic
    ) -> None:
        self._lake = lake
        self._now = now
        self._snapshots = Snapshots(lake, clock)
        self._catalogues = Catalogues(lake, clock)

    def etfs(self) -> list[str]:
        """The symbols that have a snapshot."""
        return self._catalogues.get().served

    def status(self) -> dict[str, Any]:
        """The status of every symbol."""
        return status_of_all(self._lake, self._catalogues.get(), self._now())

    def snapshot(self, symbol: str) -> StoredSnapshot:
        """The newest snapshot. Raises MalformedSymbolError, UnknownSymbolError, DamagedObjectError."""
        symbol = canonical(symbol)
        try:
            return self._snapshots.get(symbol)
        except ObjectNotFoundError:
            raise UnknownSymbolError(self._why_unknown(symbol)) from None

    def data_headers(self, snapshot: StoredSnapshot) -> dict[str, str]:
        """Where the data is from, and whether a newer capture is due."""
        return {
            "X-Data-Source": snapshot.metadata.get("source", "unknown"),
            "X-Data-Stale": "true" if capture_is_due(snapshot.metadata, self._now()) else "false",
        }

    def _why_unknown(self, symbol: str) -> str:
        catalogue = self._catalogues.get()
        attempt = status_of(self._lake, symbol, catalogue, self._now())["last_attempt"]
        if attempt and attempt["error"]:
            return f"{symbol} has no data: its last attempt ended with: {attempt['error']['message']}"
        if symbol in catalogue.configured:
            return f"{symbol} is configured and not yet fetched: try again after the next refresh; see /api/status"
        return f"{symbol} is not among the ETFs here: /api/etfs lists them; add it to etf_symbols in the config"


def create(environ: Mapping[str, str]) -> Handler:
    """The Lambda handler over LAKE_BUCKET. Raises UsageError for a bad variable."""
    return handler_of(Api(Lake.from_environment(environ)))


def handler_of(api: Api) -> Handler:
    """The Lambda handler that routes events to `api`. Anything unexpected is a 500 without details."""
    resolver = routes(api)

    def handler(event: dict[str, Any], context: Any) -> dict[str, Any]:
        try:
            answer = resolver.resolve(event, context)
        except Exception:  # the edge: the caller gets JSON, the log gets the traceback
            log.exception("unexpected", extra={"path": ascii(event.get("rawPath"))})
            headers = {"Content-Type": "application/json", "Cache-Control": "no-store"}
            message = "something unexpected happened here; try again, and tell the owner if it stays"
            return {"statusCode": 500, "headers": headers, "body": error_body(500, message), "isBase64Encoded": False}
        if answer["statusCode"] >= 500:
            log.error("answered", extra={"path": ascii(event.get("rawPath")), "status": answer["statusCode"]})
        return answer

    return handler


def routes(api: Api) -> APIGatewayHttpResolver:
    """All routes. Each must stand in template.yaml and in the README; tests compare them."""
    cors = CORSConfig(expose_headers=_EXPOSED, max_age=3600)
    app = APIGatewayHttpResolver(cors=cors, serializer=_ready_made)

    @app.get("/api/etfs")
    def etfs() -> Response[Any]:
        return plain(api.etfs())

    @app.get("/api/etfs/<symbol>")
    def snapshot(symbol: str) -> Response[Any]:
        found = api.snapshot(symbol)
        return document(found, app.current_event.headers, api.data_headers(found))

    @app.get("/api/etfs/<symbol>/holdings")
    def holdings(symbol: str) -> Response[Any]:
        found = api.snapshot(symbol)
        return document(found.holdings, app.current_event.headers, api.data_headers(found))

    @app.get("/api/health")
    def health() -> Response[Any]:
        return plain({"status": "healthy"})

    @app.get("/api/status")
    def status() -> Response[Any]:
        return plain(api.status())

    _errors(app)
    return app


def _ready_made(body: Any) -> Any:
    """Bodies are texts or bytes already: Powertools would serialize bytes once more."""
    return body


def _errors(app: APIGatewayHttpResolver) -> None:
    """Errors become HTTP here and nowhere else; what has no line here is a 500."""

    def storage(fault: Exception) -> Response[Any]:
        log.error("storage", extra={"why": type(fault).__name__})
        return error(503, "the storage does not answer; try again in a moment")

    damaged = "the stored data does not match its checksum; a replay from raw/ derives it anew"
    no_route = "there is no such route; try /api/etfs, /api/etfs/VTI or /api/status"
    answers: dict[type[Exception], Callable[[Any], Response[Any]]] = {
        MalformedSymbolError: lambda fault: error(400, fault.message),
        UnknownSymbolError: lambda fault: error(404, fault.message),
        DamagedObjectError: lambda _: error(503, damaged),
        NotFoundError: lambda _: error(404, no_route),
        ClientError: storage,
        BotoCoreError: storage,
    }
    for fault, answer in answers.items():
        app.exception_handler(fault)(answer)


def __getattr__(name: str) -> Handler:
    # Lambda looks the handler up once, at cold start; tests import this file without an environment.
    if name == "handler":
        return create(os.environ)
    raise AttributeError(name)
