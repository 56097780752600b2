"""The sample portal on a local port: HTTP around the site's answers."""

import time
from collections.abc import Callable
from dataclasses import dataclass
from datetime import date
from typing import Any

from sample_portal.local_server import HOST, LocalHandler, LocalServer
from sample_portal.options import PortalOptions
from sample_portal.research_site import MODULE_PATH, PAGE_PATH, BadRequestError, Reply, ResearchSite, decode_form
from sample_portal.sessions import last_session
from sample_portal.stand_in import Request, StandIn
from sample_portal.transport_faults import deliver


@dataclass(frozen=True)
class PortalRequest(Request):
    """What the portal was asked."""

    method: str
    module_args: dict[str, Any] | None
    """The decoded arguments of a module request, if they could be decoded."""

    @property
    def query(self) -> str:
        """What stands behind the question mark: at the module API, the session token."""
        return self.target.partition("?")[2]


class SamplePortal(StandIn[PortalRequest]):
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
        super().__init__(host, port)
        self.site = ResearchSite(options or PortalOptions(), today)
        self.most_at_once = 0
        """The largest number of requests that were under way at the same time."""
        self._under_way = 0

    @property
    def options(self) -> PortalOptions:
        """How the portal speaks and fails; may be changed, or replaced, at any time."""
        return self.site.options

    @options.setter
    def options(self, options: PortalOptions) -> None:
        self.site.options = options

    def listening(self, host: str, port: int) -> LocalServer:
        """A server that answers as the site does."""
        return _Server(self, host, port)

    def begin(self, request: PortalRequest) -> None:
        """Record a request that came in."""
        self.record(request)
        with self._lock:
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

    def _record(self, body: bytes) -> PortalRequest:
        try:
            arguments = decode_form(body) if body else None
        except BadRequestError:
            arguments = None
        headers = {name.lower(): value for name, value in self.headers.items()}
        return PortalRequest(self.target, headers, time.monotonic(), self.command, arguments)

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
