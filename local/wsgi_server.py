"""A WSGI application on a local port, in threads of this process."""

import logging
import threading
import time
from collections import deque
from types import TracebackType
from typing import Any, Self

from cheroot import wsgi

from local.connections import Connection, Limits, WaitingConnections

log = logging.getLogger("etf.http")
BACKLOG = 128
"""Clients that connect all at once wait here; with cheroot's 5 the kernel lets the others try again after 1 to 15 s."""
URGENT_THREADS = 2


class _PlainServer(wsgi.Server):
    def __init__(self, address: tuple[str, int], application: Any, threads: int) -> None:
        super().__init__(
            address, application, numthreads=threads, server_name="etf-pipeline", request_queue_size=BACKLOG
        )
        self.keep_alive_conn_limit = BACKLOG
        # How often it looks whether it is to stop; at cheroot's 0.5 s every end of a command takes that long.
        self.expiration_interval = 0.05

    def error_log(self, msg: str = "", level: int = logging.INFO, traceback: bool = False) -> None:
        # cheroot itself would write to standard error, past whatever the log's owner wants of its lines.
        log.log(level, "%s", msg, exc_info=traceback)


class Server(_PlainServer):
    """cheroot, whose workers get complete requests only; `urgent` ones, told by how they begin, never queue."""

    ConnectionClass = Connection

    def __init__(
        self, address: tuple[str, int], application: Any, threads: int, limits: Limits, urgent: tuple[bytes, ...]
    ) -> None:
        super().__init__(address, application, threads + URGENT_THREADS)
        self.limits = limits
        self.max_request_header_size, self.max_request_body_size = limits.header_bytes, limits.body_bytes
        self.open_connections: set[Connection] = set()
        self.waiting = WaitingConnections(limits, self._dispatch, self._continue)
        self._urgent = urgent
        self._free = threads
        self._queue: deque[Connection] = deque()
        self._lock = threading.Lock()

    def process_conn(self, conn: Connection) -> None:
        """A connection is new, or its next request has begun."""
        conn.deadline = time.monotonic() + self.limits.request_seconds
        # Twice as many: the waiting ones that have to go have not gone yet.
        if len(self.open_connections) > 2 * self.limits.connections:
            conn.drop()
            return
        try:
            is_complete = conn.receive()
        except OSError:
            conn.drop()
            return
        if is_complete:
            self._dispatch(conn)
        else:
            self.waiting.add(conn)

    def _dispatch(self, conn: Connection) -> None:
        """Hand a complete request to a worker, or let it queue for one."""
        if conn.rfile.starts_with(self._urgent):
            super().process_conn(conn)
            return
        with self._lock:
            if self._free == 0:
                self._queue.append(conn)
                return
            self._free -= 1
            conn.holds_worker = True
        super().process_conn(conn)

    def worker_is_free(self, conn: Connection) -> None:
        """The worker of `conn` has made its answer: the next in the queue has its turn."""
        if not conn.holds_worker:
            return
        conn.holds_worker = False
        with self._lock:
            if not self._queue:
                self._free += 1
                return
            following = self._queue.popleft()
            following.holds_worker = True
        super().process_conn(following)

    def put_conn(self, conn: Connection) -> None:
        """An answer is made; the next request may come once it is taken."""
        if conn.wfile.data:
            self.waiting.add(conn)
        else:
            super().put_conn(conn)

    def _continue(self, conn: Connection) -> None:
        if conn.is_closing:
            conn.drop()
        else:
            super().put_conn(conn)

    def stop(self) -> None:
        """Stop answering, and close every connection."""
        super().stop()
        self.waiting.stop()
        for conn in list(self.open_connections):
            conn.drop()


class WsgiServer:
    """Serves `application` while it is open; port 0 is any free one.

    With `limits` callers are not trusted, and none of them can hold a thread. Requests that begin with one of
    `urgent` never queue behind others.
    Entering raises OSError for a port that is taken.
    """

    def __init__(
        self,
        application: Any,
        *,
        name: str,
        host: str = "127.0.0.1",
        port: int = 0,
        threads: int,
        limits: Limits | None = None,
        urgent: tuple[bytes, ...] = (),
    ) -> None:
        self._server: _PlainServer
        if limits:
            self._server = Server((host, port), application, threads, limits, urgent)
        else:
            self._server = _PlainServer((host, port), application, threads)
        self._thread = threading.Thread(target=self._server.serve, name=name, daemon=True)
        self.port = port

    def __enter__(self) -> Self:
        self._server.prepare()
        self.port = self._server.bind_addr[1]
        if isinstance(self._server, Server):
            self._server.waiting.start()
        self._thread.start()
        return self

    def __exit__(self, *_: type[BaseException] | BaseException | TracebackType | None) -> None:
        self._server.stop()
        self._thread.join()
