"""Connections to a source: the request target leaves as it came, and no wait for bytes outlasts the exchange.

What an exchange needs of them is in `exchange`, for as long as it lasts.
"""

import io
import socket
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from contextvars import ContextVar
from dataclasses import dataclass
from typing import Any

from requests.adapters import HTTPAdapter
from urllib3 import HTTPConnectionPool, HTTPSConnectionPool
from urllib3.connection import HTTPConnection, HTTPSConnection


@dataclass
class Exchange:
    """A request and its answer. `target` goes on the wire in place of the one that urllib3 makes; None keeps that.

    `left()` is how many seconds it may still take.
    """

    left: Callable[[], float]
    target: str | None = None


_exchange: ContextVar[Exchange | None] = ContextVar("exchange", default=None)


@contextmanager
def exchange(left: Callable[[], float]) -> Iterator[Exchange]:
    """The exchange for whatever this thread sends and receives inside."""
    token = _exchange.set(current := Exchange(left))
    try:
        yield current
    finally:
        _exchange.reset(token)


class _Reader(io.RawIOBase):
    """What a socket receives. Its own time-out begins anew with every byte, so a drip would never end."""

    def __init__(self, raw: socket.SocketIO, sock: "_Socket") -> None:
        self._raw, self._sock = raw, sock

    def readable(self) -> bool:
        return True

    def readinto(self, buffer: Any) -> int | None:
        self._sock.wait_no_longer_than_the_exchange()
        return self._raw.readinto(buffer)

    def close(self) -> None:
        self._raw.close()
        super().close()


class _Socket:
    """A socket, plain or TLS, that reads through `_Reader`; all else is the socket's own."""

    def __init__(self, sock: socket.socket) -> None:
        self._sock = sock
        self._timeout = sock.gettimeout()

    def __getattr__(self, name: str) -> Any:
        return getattr(self._sock, name)

    def settimeout(self, seconds: float | None) -> None:
        self._timeout = seconds
        self._sock.settimeout(seconds)

    def makefile(self, _mode: str, *_: Any, **__: Any) -> io.BufferedReader:
        """http.client's way to read an answer; its mode is always `rb`."""
        return io.BufferedReader(_Reader(self._sock.makefile("rb", buffering=0), self))

    def wait_no_longer_than_the_exchange(self) -> None:
        """Raises TimeoutError if its time is over."""
        current = _exchange.get()
        if current is None:
            return
        left = current.left()
        if left <= 0:
            raise TimeoutError("timed out")
        self._sock.settimeout(left if self._timeout is None else min(left, self._timeout))


# urllib3 percent-encodes a query once more (`%2b` becomes `%2B`, `|` becomes `%7C`), which breaks a session token:
# these connections put the exchange's target on the wire, untouched.
class _Watched:
    sock: Any

    def connect(self) -> None:
        super().connect()  # type: ignore[misc]
        self.sock = _Socket(self.sock)

    def putrequest(self, method: str, url: str, *args: Any, **options: Any) -> None:
        current = _exchange.get()
        super().putrequest(method, (current and current.target) or url, *args, **options)  # type: ignore[misc]


class _Connection(_Watched, HTTPConnection):
    pass


class _TlsConnection(_Watched, HTTPSConnection):
    pass


class _Pool(HTTPConnectionPool):
    ConnectionCls = _Connection


class _TlsPool(HTTPSConnectionPool):
    ConnectionCls = _TlsConnection


class Adapter(HTTPAdapter):
    """requests' adapter over these connections."""

    def init_poolmanager(self, *args: Any, **options: Any) -> None:
        """requests' own hook."""
        super().init_poolmanager(*args, **options)
        self.poolmanager.pool_classes_by_scheme = {"http": _Pool, "https": _TlsPool}
