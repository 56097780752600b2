"""The sample SEC on a local port: both hosts' addresses, www.sec.gov and data.sec.gov, on one."""

import gzip
import time
from collections.abc import Callable, Iterable
from dataclasses import replace
from datetime import date

from sample_portal.local_server import HOST, LocalHandler, LocalServer
from sample_portal.options import Kind as WireKind
from sample_portal.research_site import Reply
from sample_portal.sessions import last_session
from sample_portal.stand_in import Request, StandIn
from sample_portal.transport_faults import deliver
from sample_sec.archive import Archive
from sample_sec.faults import Fault

_WORTH_COMPRESSING = 1_000


class SampleSec(StandIn[Request]):
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
        super().__init__(host, port)
        self.archive = Archive(list(faults), today)

    @property
    def faults(self) -> list[Fault]:
        """How it fails; the list may be changed, or replaced, at any time."""
        return self.archive.faults

    @faults.setter
    def faults(self, faults: Iterable[Fault]) -> None:
        self.archive.faults = list(faults)

    def listening(self, host: str, port: int) -> LocalServer:
        """A server that answers for both hosts of the SEC."""
        return _Server(self, host, port)


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
