"""The sample portal on a local port: HTTP around the site's answers."""

import threading
import time
from collections import deque
from collections.abc import Callable
from dataclasses import dataclass
from datetime import date
from types import TracebackType
from typing import Any, Self

from sample_portal.local_server import HOST, LocalHandler, LocalServer
from sample_portal.options import PortalOptions
from sample_portal.research_site import MODULE_PATH, PAGE_PATH, BadRequestError, Reply, ResearchSite, decode_form
from sample_portal.sessions import last_session
from sample_portal.transport_faults import deliver

_REQUESTS_KEPT = 20_000


@dataclass(frozen=True)
class Request:
    """What the portal was asked."""

    method: str
    target: str
    """Path and query, exactly as on the wire."""
    headers: dict[str, str]
    """Names in lower case."""
    module_args: dict[str, Any] | None
    """The decoded arguments of a module request, if they could be decoded."""
    at: float
    """Seconds of time.monotonic()."""

    @property
    def path(self) -> str:
        """The target without its query."""
        return self.target.partition("?")[0]

    @property
    def query(self) -> str:
        """What stands behind the question mark: at the module API, the session token."""
        return self.target.partition("?")[2]


class SamplePortal:
    """The sample portal on an address of this machine, one thread per connection; a context manager.

    `port` 0 takes a free one and keeps it over a restart. `today` gives the day whose close the portal shows.
    """

    def __init__(
        self,
        port: int = 0,
        options: PortalOptions | None = None,
        today: Callable[[], date] = last_session,
        host: str = HOST,
    ) -> None:
        self.site = ResearchSite(options or PortalOptions(), today)
        self.most_at_once = 0
        """The largest number of requests that were under way at the same time."""
        self._under_way = 0
        self._lock = threading.Lock()
        self._requests: deque[Request] = deque(maxlen=_REQUESTS_KEPT)
        self._host, self._port = host, port
        self._server: _Server | None = None

    def __enter__(self) -> Self:
        return self.start()

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.stop()

    @property
    def options(self) -> PortalOptions:
        """How the portal speaks and fails; may be changed, or replaced, at any time."""
        return self.site.options

    @options.setter
    def options(self, options: PortalOptions) -> None:
        self.site.options = options

    @property
    def url(self) -> str:
        """`http://127.0.0.1:PORT`, or with the host it was given, once the portal has started."""
        return f"http://{self._host}:{self._port}"

    @property
    def requests(self) -> list[Request]:
        """What the portal was asked, in order of arrival: the newest 20,000."""
        with self._lock:
            return list(self._requests)

    def start(self) -> Self:
        """Listen. Raises OSError if the port is taken."""
        self._server = _Server(self, self._host, self._port)
        self._port = self._server.server_address[1]
        self._server.serve_in_thread("sample-portal")
        return self

    def stop(self) -> None:
        """Close the port and every connection, also those on which an answer is under way."""
        server, self._server = self._server, None
        if server is not None:
            server.stop()

    def begin(self, request: Request) -> None:
        """Record a request that came in."""
        with self._lock:
            self._requests.append(request)
            self._under_way += 1
            self.most_at_once = max(self.most_at_once, self._under_way)

    def end(self) -> None:
        """Note that a request is answered."""
        with self._lock:
            self._under_way -= 1


class _Server(LocalServer):
    def __init__(self, portal: SamplePortal, host: str, port: int) -> None:
        self.portal = portal
        super().__init__(host, port, _Handler)


class _Handler(LocalHandler):
    server: _Server

    def answer(self, body: bytes) -> None:
        portal = self.server.portal
        portal.begin(self._record(body))
        try:
            if portal.options.delay:
                self.stopping.wait(portal.options.delay)
            reply = self._module(body) if self.command == "POST" else self._page()
        finally:
            portal.end()  # before the last byte: once it is out, the caller's next request may come in
        deliver(reply, self)

    def _record(self, body: bytes) -> Request:
        try:
            arguments = decode_form(body) if body else None
        except BadRequestError:
            arguments = None
        headers = {name.lower(): value for name, value in self.headers.items()}
        return Request(self.command, self.target, headers, arguments, time.monotonic())

    def _page(self) -> Reply:
        path, _, query = self.target.partition("?")
        if path == PAGE_PATH:
            return self.server.portal.site.page(query)
        if path == "/":
            return Reply(200, b"Sample portal: ETF pages with made-up figures.\n", "text/plain")
        return Reply(404, b"Not found.\n", "text/plain")

    def _module(self, body: bytes) -> Reply:
        path, _, token = self.target.partition("?")
        if path != MODULE_PATH:
            return Reply(404, b"Not found.\n", "text/plain")
        referer, cookies = self.headers.get("Referer", ""), self.headers.get("Cookie", "")
        return self.server.portal.site.module(token, body, referer, cookies)

    def version_string(self) -> str:
        return "SamplePortal"
