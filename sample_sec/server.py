"""The sample SEC on a local port: both hosts' addresses, www.sec.gov and data.sec.gov, on one."""

import gzip
import threading
import time
from collections import deque
from collections.abc import Callable, Iterable
from dataclasses import dataclass, replace
from datetime import date
from types import TracebackType
from typing import Self

from sample_portal.local_server import HOST, LocalHandler, LocalServer
from sample_portal.options import Kind as WireKind
from sample_portal.research_site import Reply
from sample_portal.sessions import last_session
from sample_portal.transport_faults import deliver
from sample_sec.archive import Archive
from sample_sec.faults import Fault

_REQUESTS_KEPT = 20_000
_WORTH_COMPRESSING = 1_000


@dataclass(frozen=True)
class Request:
    """What the sample SEC was asked."""

    target: str
    """Path and query, exactly as on the wire."""
    headers: dict[str, str]
    """Names in lower case."""
    at: float
    """Seconds of time.monotonic()."""

    @property
    def path(self) -> str:
        """The target without its query."""
        return self.target.partition("?")[0]


class SampleSec:
    """The sample SEC on an address of this machine, one thread per connection; a context manager.

    `port` 0 takes a free one and keeps it over a restart. `today` gives the day up to which the funds have filed.
    """

    def __init__(
        self,
        port: int = 0,
        *,
        faults: Iterable[Fault] = (),
        today: Callable[[], date] = last_session,
        host: str = HOST,
    ) -> None:
        self.archive = Archive(list(faults), today)
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
    def faults(self) -> list[Fault]:
        """How it fails; the list may be changed, or replaced, at any time."""
        return self.archive.faults

    @faults.setter
    def faults(self, faults: Iterable[Fault]) -> None:
        self.archive.faults = list(faults)

    @property
    def url(self) -> str:
        """`http://127.0.0.1:PORT`, or with the host it was given, once it has started: for both hosts of the SEC."""
        return f"http://{self._host}:{self._port}"

    @property
    def requests(self) -> list[Request]:
        """What it was asked, in order of arrival: the newest 20,000."""
        with self._lock:
            return list(self._requests)

    def start(self) -> Self:
        """Listen. Raises OSError if the port is taken."""
        self._server = _Server(self, self._host, self._port)
        self._port = self._server.server_address[1]
        self._server.serve_in_thread("sample-sec")
        return self

    def stop(self) -> None:
        """Close the port and every connection, also those on which an answer is under way."""
        server, self._server = self._server, None
        if server is not None:
            server.stop()

    def record(self, request: Request) -> None:
        """Remember a request that came in."""
        with self._lock:
            self._requests.append(request)


class _Server(LocalServer):
    def __init__(self, sec: SampleSec, host: str, port: int) -> None:
        self.sec = sec
        super().__init__(host, port, _Handler)


class _Handler(LocalHandler):
    server: _Server

    def answer(self, body: bytes) -> None:
        sec = self.server.sec
        headers = {name.lower(): value for name, value in self.headers.items()}
        sec.record(Request(self.target, headers, time.monotonic()))
        reply = sec.archive.answer(self.target, headers.get("user-agent", ""), sec.url)
        deliver(_compressed(reply, headers.get("accept-encoding", "")), self)

    def version_string(self) -> str:
        return "SampleSec"


def _compressed(reply: Reply, accepted: str) -> Reply:
    """The reply in gzip, if that was asked for; a body that is to be cut is not, since the cut is in what it says."""
    is_cut = any(fault.kind is WireKind.CUT for fault in reply.faults)
    if "gzip" not in accepted or len(reply.body) < _WORTH_COMPRESSING or is_cut:
        return reply
    headers = {**reply.headers, "Content-Encoding": "gzip"}
    return replace(reply, body=gzip.compress(reply.body, compresslevel=1, mtime=0), headers=headers)
