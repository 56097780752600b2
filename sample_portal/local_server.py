"""A server on an address of this machine whose connections can be ended at any time, and one request's way back."""

import socket
import socketserver
import sys
import threading
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any

HOST = "127.0.0.1"


class LocalServer(ThreadingHTTPServer):
    """One thread per connection. Listens at once; raises OSError if the port is taken."""

    # Clients that connect all at once wait here; the default of 5 would refuse some.
    request_queue_size = 128
    daemon_threads = True

    def __init__(self, host: str, port: int, handler: type["LocalHandler"]) -> None:
        self.stopping = threading.Event()
        """Set when the server is about to stop: what waits, goes on."""
        self._open: set[socket.socket] = set()
        self._open_lock = threading.Lock()
        super().__init__((host, port), handler)

    def serve_in_thread(self, name: str) -> None:
        """Answer requests, in a thread of this name, until `stop`."""
        threading.Thread(target=self.serve_forever, args=(0.05,), name=name, daemon=True).start()

    def stop(self) -> None:
        """Close the port and every connection, also those on which an answer is under way."""
        self.stopping.set()
        self.shutdown()
        self.server_close()

    def server_bind(self) -> None:
        """Bind without HTTPServer's look-up of the host's name, which takes seconds where DNS is slow."""
        socketserver.TCPServer.server_bind(self)
        self.server_name, self.server_port = str(self.server_address[0]), self.server_address[1]

    def process_request(self, request: Any, client_address: Any) -> None:
        """Remember the connection, so that it can be ended."""
        with self._open_lock:
            self._open.add(request)
        super().process_request(request, client_address)

    def shutdown_request(self, request: Any) -> None:
        """Forget a connection that has ended."""
        with self._open_lock:
            self._open.discard(request)
        super().shutdown_request(request)

    def server_close(self) -> None:
        """Close the port and the connections: those that wait for their next request would otherwise live on."""
        with self._open_lock:
            for connection in self._open:
                try:
                    connection.shutdown(socket.SHUT_RDWR)
                except OSError:
                    continue  # the client has closed it already
        super().server_close()

    def handle_error(self, request: Any, client_address: Any) -> None:
        """Show what is our fault; a client that gives up is what faults are for."""
        if not isinstance(sys.exception(), OSError):
            super().handle_error(request, client_address)


class LocalHandler(BaseHTTPRequestHandler):
    """One connection of a LocalServer; the wire of `transport_faults.deliver`. Subclasses answer."""

    protocol_version = "HTTP/1.1"
    disable_nagle_algorithm = True
    server: LocalServer

    @property
    def target(self) -> str:
        """Path and query, exactly as on the wire; `self.path` has double slashes removed."""
        return self.requestline.split(" ")[1]

    @property
    def stopping(self) -> threading.Event:
        """Set when the server stops."""
        return self.server.stopping

    def do_GET(self) -> None:
        """Answer a GET."""
        self.answer(b"")

    def do_POST(self) -> None:
        """Answer a POST."""
        self.answer(self.rfile.read(int(self.headers.get("Content-Length") or 0)))

    def answer(self, body: bytes) -> None:
        """Answer a request with this body."""
        raise NotImplementedError

    def send_head(self, status: int, headers: dict[str, str]) -> None:
        """Send the status line and the headers."""
        self.send_response(status)
        for name, value in headers.items():
            self.send_header(name, value)
        self.end_headers()

    def send_bytes(self, data: bytes) -> None:
        """Send some of the body."""
        self.wfile.write(data)

    def end_connection(self) -> None:
        """Take no further request on this connection."""
        self.close_connection = True

    def drop(self) -> None:
        """Close the connection at once."""
        # The stream holds the socket open; without it, closing takes effect at once.
        self.rfile.close()
        self.connection.close()

    def log_message(self, format: str, *args: Any) -> None:  # noqa: A002  (http.server's own name for it)
        """Say nothing: tests read the recorded requests."""
