"""API Gateway on this machine: HTTP in, the HTTP API's event (payload 2.0) to the handler, its answer out."""

import base64
import socket
import time
import uuid
from collections.abc import Callable, Iterable
from http import HTTPStatus
from types import TracebackType
from typing import Any, Self
from urllib.parse import parse_qsl

from cheroot.errors import MaxSizeExceeded

from etf_common.errors import UsageError
from local.connections import Limits
from local.wsgi_server import WsgiServer

Handler = Callable[[dict[str, Any], Any], dict[str, Any]]
HOST = "127.0.0.1"
LIMITS = Limits()
THREADS = 32
"""More than the 17 long questions that the API takes at a time, one at work and 16 in line: others pass them by."""
_WITHOUT_BODY = {HTTPStatus.NO_CONTENT, HTTPStatus.NOT_MODIFIED}
_HEALTH = "/api/health"
_URGENT = (b"GET /api/health ", b"HEAD /api/health ")
_Answer = tuple[str, list[tuple[str, str]], bytes]


class _Application:
    """The WSGI side. The handler is called from many threads at once."""

    def __init__(self, handler: Handler) -> None:
        self._handler = handler
        self._health: dict[str, _Answer] = {}

    def prepare(self) -> None:
        """Keep what the handler says about its health, so that the answer never waits for a long one.

        As in the cloud, where every request has a container of its own.
        """
        for method in ("GET", "HEAD"):
            environ = {"REQUEST_METHOD": method, "PATH_INFO": _HEALTH}
            answer = http_answer(self._handler(http_api_event(environ), None), method)
            if answer[0].startswith("200"):
                self._health[method] = answer

    def __call__(self, environ: dict[str, Any], start_response: Callable[..., Any]) -> Iterable[bytes]:
        status, headers, body = self._kept_health(environ) or self._answer(environ)
        start_response(status, headers)
        return [body] if body else []

    def _kept_health(self, environ: dict[str, Any]) -> _Answer | None:
        if environ["PATH_INFO"] != _HEALTH or environ.get("QUERY_STRING") or "HTTP_ORIGIN" in environ:
            return None
        return self._health.get(environ["REQUEST_METHOD"])

    def _answer(self, environ: dict[str, Any]) -> _Answer:
        try:
            event = http_api_event(environ)
        except (MaxSizeExceeded, ValueError, OSError):
            why = b"the body is too large, shorter than its Content-Length, or badly chunked"
            return "400 Bad Request", [("Content-Type", "text/plain"), ("Content-Length", str(len(why)))], why
        return http_answer(self._handler(event, None), environ["REQUEST_METHOD"])


def http_answer(answer: dict[str, Any], method: str) -> _Answer:
    """Status line, headers and body of a handler's answer."""
    body = answer.get("body") or ""
    data = base64.b64decode(body) if answer.get("isBase64Encoded") else body.encode()
    headers = list(answer.get("headers", {}).items())
    status = HTTPStatus(answer["statusCode"])
    has_length = any(name.lower() == "content-length" for name, _ in headers)
    # To HEAD, none is better than the wrong one: of a large file nobody knows it before it is made.
    if status not in _WITHOUT_BODY and not has_length and method != "HEAD":
        headers.append(("Content-Length", str(len(data))))
    # HEAD: the length of what GET would get, but not a byte of it, which the client would take for the next answer.
    return f"{status.value} {status.phrase}", headers, b"" if method == "HEAD" else data


def http_api_event(environ: dict[str, Any]) -> dict[str, Any]:
    """The event that an HTTP API makes of a request."""
    method = environ["REQUEST_METHOD"]
    path = environ["PATH_INFO"].encode("latin-1").decode("utf-8", "replace")
    query = environ.get("QUERY_STRING", "")
    headers = {
        name.removeprefix("HTTP_").replace("_", "-").lower(): value
        for name, value in environ.items()
        if name.startswith("HTTP_") or name in {"CONTENT_TYPE", "CONTENT_LENGTH"}
    }
    parameters: dict[str, str] = {}
    for name, value in parse_qsl(query, keep_blank_values=True):
        parameters[name] = f"{parameters[name]},{value}" if name in parameters else value
    body = _body(environ)
    return {
        "version": "2.0",
        "routeKey": "$default",
        "rawPath": path,
        "rawQueryString": query,
        "headers": headers,
        "queryStringParameters": parameters,
        "requestContext": {
            "accountId": "123456789012",
            "apiId": "local",
            "domainName": headers.get("host", ""),
            "http": {
                "method": method,
                "path": path,
                "protocol": environ.get("SERVER_PROTOCOL", "HTTP/1.1"),
                "sourceIp": environ.get("REMOTE_ADDR", ""),
                "userAgent": headers.get("user-agent", ""),
            },
            "requestId": str(uuid.uuid4()),
            "routeKey": "$default",
            "stage": "$default",
            "timeEpoch": int(time.time() * 1000),
        },
        "body": base64.b64encode(body).decode() if body else None,
        "isBase64Encoded": bool(body),
    }


def _body(environ: dict[str, Any]) -> bytes:
    """The request's body. Raises MaxSizeExceeded, OSError or ValueError if it is too large, cut or badly chunked."""
    if "chunked" in environ.get("HTTP_TRANSFER_ENCODING", "").lower():
        # In small pieces: cheroot copies what it has of a piece for every chunk, and a chunk may be one byte.
        return b"".join(iter(lambda: environ["wsgi.input"].read(4096), b""))
    length = min(int(environ.get("CONTENT_LENGTH") or 0), LIMITS.body_bytes)
    data: bytes = environ["wsgi.input"].read(length) if length > 0 else b""
    if len(data) < length:
        raise ValueError("the body is shorter than its Content-Length")
    return data


class Gateway:
    """The API on `http://localhost:{port}` while it is open, 0 for any free port.

    Entering raises UsageError if the port is taken.
    """

    def __init__(self, handler: Handler, port: int, limits: Limits = LIMITS) -> None:
        self._application = _Application(handler)
        self._port = port
        self._server = WsgiServer(
            self._application,
            name="gateway",
            host=HOST,
            port=port,
            threads=THREADS,
            limits=limits,
            urgent=_URGENT,
        )

    @property
    def url(self) -> str:
        """Where it answers, once it is open."""
        return f"http://localhost:{self._server.port}"

    def __enter__(self) -> Self:
        self._application.prepare()
        try:
            self._server.__enter__()
        except OSError as error:
            reason = "cannot be used" if _is_free(self._port) else "is taken"
            raise UsageError(f"port {self._port} {reason}; give another one with --port") from error
        return self

    def __exit__(self, *_: type[BaseException] | BaseException | TracebackType | None) -> None:
        self._server.__exit__()


def _is_free(port: int) -> bool:
    with socket.socket() as probe:
        return probe.connect_ex((HOST, port)) != 0
