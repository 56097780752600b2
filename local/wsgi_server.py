"""A WSGI application on a local port, in a thread of this process."""

import logging
import threading
from typing import Any

from cheroot import wsgi

log = logging.getLogger("etf.http")
WAITING = 128
"""Clients that connect all at once wait here; with cheroot's 5 the kernel lets the others try again after 1 to 15 s."""


class _Server(wsgi.Server):
    def error_log(self, msg: str = "", level: int = logging.INFO, traceback: bool = False) -> None:
        # cheroot itself would write to standard error, past whatever the log's owner wants of its lines.
        log.log(level, "%s", msg, exc_info=traceback)


class WsgiServer:
    """Serves `application` until closed; port 0 is any free one, a limit of 0 is none.

    Raises OSError for a port that is taken.
    """

    def __init__(
        self,
        application: Any,
        *,
        name: str,
        host: str = "127.0.0.1",
        port: int = 0,
        threads: int,
        max_header: int = 0,
        max_body: int = 0,
    ) -> None:
        self._server = _Server(
            (host, port), application, numthreads=threads, server_name="etf-pipeline", request_queue_size=WAITING
        )
        self._server.keep_alive_conn_limit = WAITING
        # How often it looks whether it is to stop; at cheroot's 0.5 s every end of a command takes that long.
        self._server.expiration_interval = 0.05
        self._server.max_request_header_size = max_header
        self._server.max_request_body_size = max_body
        self._server.prepare()
        self.port: int = self._server.bind_addr[1]
        self._thread = threading.Thread(target=self._server.serve, name=name, daemon=True)
        self._thread.start()

    def close(self) -> None:
        """Stop answering."""
        self._server.stop()
        self._thread.join()
