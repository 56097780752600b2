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

from etf_common.errors import UsageError
from local.wsgi_server import WsgiServer

Handler = Callable[[dict[str, Any], Any], dict[str, Any]]
HOST = "127.0.0.1"
MAX_BODY_BYTES = 10 * 1024 * 1024  # API Gateway's own limit
THREADS = 8


class _Application:
    """The WSGI side. One event at a time, as in one Lambda container: Powertools' resolver keeps it in a global."""

    def __init__(self, handler: Handler) -> None:
        self._handler = handler
        self._lock = threading.Lock()

    def __call__(self, environ: dict[str, Any], start_response: Callable[..., Any]) -> Iterable[bytes]:
        event = http_api_event(environ)
        with self._lock:
            answer = self._handler(event, None)
        body = answer.get("body") or ""
        data = base64.b64decode(body) if answer.get("isBase64Encoded") else body.encode()
        headers = list(answer.get("headers", {}).items())
        headers.append(("Content-Length", str(len(data))))
        status = HTTPStatus(answer["statusCode"])
        start_response(f"{status.value} {status.phrase}", headers)
        return [data]


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
                application, name="gateway", host=HOST, port=port, threads=THREADS, max_body=MAX_BODY_BYTES
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
