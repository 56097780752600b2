"""API Gateway on this machine: HTTP in, the HTTP API's event (payload 2.0) to the handler, its answer out."""

import base64
import errno
import socket
import threading
import time
import uuid
from collections.abc import Callable, Iterable
from http import HTTPStatus
from typing import Any
from urllib.parse import parse_qsl

from waitress import wasyncore
from waitress.server import TcpWSGIServer, create_server

from etf_common.errors import UsageError

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
    """The API on `http://localhost:{port}`. Raises UsageError if the port is taken."""

    def __init__(self, handler: Handler, port: int) -> None:
        listener = _listen(port)
        self.url = f"http://localhost:{listener.getsockname()[1]}"
        self._channels: dict[int, Any] = {}
        server = create_server(
            _Application(handler),
            map=self._channels,
            sockets=[listener],
            threads=THREADS,
            ident=None,
            max_request_body_size=MAX_BODY_BYTES,
            clear_untrusted_proxy_headers=True,
        )
        if not isinstance(server, TcpWSGIServer):  # waitress makes another kind for several sockets
            raise TypeError(server)
        self._server = server
        self._thread = threading.Thread(target=server.run, name="gateway", daemon=True)
        self._thread.start()

    def close(self) -> None:
        """Stop answering."""
        # In the server's own thread: its loop must not meet a socket that another thread closed.
        trigger: Any = self._server.trigger
        trigger.pull_trigger(lambda: wasyncore.close_all(self._channels))
        self._thread.join()
        self._server.task_dispatcher.shutdown()


def _listen(port: int) -> socket.socket:
    """A bound socket; bound here because werkzeug would end the process over a port that is taken."""
    listener = socket.socket()
    listener.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
    try:
        listener.bind((HOST, port))
    except OSError as error:
        listener.close()
        reason = "is taken" if error.errno == errno.EADDRINUSE else f"cannot be used ({error.strerror})"
        raise UsageError(f"port {port} {reason}; give another one with --port") from None
    return listener
