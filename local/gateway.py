"""API Gateway on this machine: HTTP in, the HTTP API's event (payload 2.0) to the handler, its answer out."""

import base64
import socket
import threading
import time
import uuid
from collections.abc import Callable, Iterable
from http import HTTPStatus
from typing import Any
from urllib.parse import parse_qsl

from cheroot.errors import MaxSizeExceeded

from etf_common.errors import UsageError
from local.wsgi_server import WsgiServer

Handler = Callable[[dict[str, Any], Any], dict[str, Any]]
HOST = "127.0.0.1"
MAX_BODY_BYTES = 10 * 1024 * 1024  # API Gateway's own limit
# API Gateway takes 10,240 bytes of request line and headers: what it lets through comes through here, no flood does.
MAX_HEADER_BYTES = 16 * 1024
THREADS = 8
_WITHOUT_BODY = {HTTPStatus.NO_CONTENT, HTTPStatus.NOT_MODIFIED}


class _Application:
    """The WSGI side. One event at a time, as in one Lambda container: Powertools' resolver keeps it in a global."""

    def __init__(self, handler: Handler) -> None:
        self._handler = handler
        self._lock = threading.Lock()

    def __call__(self, environ: dict[str, Any], start_response: Callable[..., Any]) -> Iterable[bytes]:
        try:
            event = http_api_event(environ)
        except TimeoutError:
            raise  # cheroot answers 408
        except (MaxSizeExceeded, ValueError, OSError):
            start_response("400 Bad Request", [("Content-Type", "text/plain")])
            return [b"the body is too large, or not chunked as it claims to be"]
        with self._lock:
            answer = self._handler(event, None)
        body = answer.get("body") or ""
        data = base64.b64decode(body) if answer.get("isBase64Encoded") else body.encode()
        headers = list(answer.get("headers", {}).items())
        status = HTTPStatus(answer["statusCode"])
        if status not in _WITHOUT_BODY and "Content-Length" not in dict(headers):
            headers.append(("Content-Length", str(len(data))))
        start_response(f"{status.value} {status.phrase}", headers)
        # The length of what GET would get, but not a byte of it: the client would take it for the next answer.
        return [] if environ["REQUEST_METHOD"] == "HEAD" else [data]


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
    """The request's body. Raises MaxSizeExceeded or OSError if it is too large, ValueError if its chunks are none."""
    if "chunked" in environ.get("HTTP_TRANSFER_ENCODING", "").lower():
        # In small pieces: cheroot copies what it has of a piece for every chunk, and a chunk may be one byte.
        return b"".join(iter(lambda: environ["wsgi.input"].read(4096), b""))
    try:
        length = int(environ.get("CONTENT_LENGTH") or 0)
    except ValueError:
        length = 0
    data: bytes = environ["wsgi.input"].read(min(length, MAX_BODY_BYTES)) if length > 0 else b""
    return data


class Gateway:
    """The API on `http://localhost:{port}`, 0 for any free one. Raises UsageError if the port is taken."""

    def __init__(self, handler: Handler, port: int) -> None:
        application = _Application(handler)
        try:
            self._server = WsgiServer(
                application,
                name="gateway",
                host=HOST,
                port=port,
                threads=THREADS,
                max_header=MAX_HEADER_BYTES,
                max_body=MAX_BODY_BYTES,
            )
        except OSError as error:
            reason = "cannot be used" if _is_free(port) else "is taken"
            raise UsageError(f"port {port} {reason}; give another one with --port") from error
        self.url = f"http://localhost:{self._server.port}"

    def close(self) -> None:
        """Stop answering."""
        self._server.close()


def _is_free(port: int) -> bool:
    with socket.socket() as probe:
        return probe.connect_ex((HOST, port)) != 0
