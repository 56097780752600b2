"""What the stand-ins of the portal and of the SEC share: an address of this machine, and what they were asked."""

import threading
from abc import ABC, abstractmethod
from collections import deque
from dataclasses import dataclass
from types import TracebackType
from typing import Generic, Self, TypeVar

from sample_portal.local_server import LocalServer

_REQUESTS_KEPT = 20_000


@dataclass(frozen=True)
class Request:
    """What a stand-in was asked."""

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


R = TypeVar("R", bound=Request)


class StandIn(ABC, Generic[R]):
    """A server on an address of this machine, one thread per connection; a context manager.

    Port 0 is any free one, and is kept over a restart.
    """

    def __init__(self, host: str, port: int) -> None:
        self._host, self._port = host, port
        self._lock = threading.Lock()
        self._requests: deque[R] = deque(maxlen=_REQUESTS_KEPT)
        self._server: LocalServer | None = None

    @abstractmethod
    def listening(self, host: str, port: int) -> LocalServer:
        """A server that answers in this stand-in's name. Raises OSError if the port is taken."""

    def __enter__(self) -> Self:
        return self.start()

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.stop()

    @property
    def url(self) -> str:
        """`http://127.0.0.1:PORT`, or with the host it was given, once it has started."""
        return f"http://{self._host}:{self._port}"

    @property
    def requests(self) -> list[R]:
        """What it was asked, in order of arrival: the newest 20,000."""
        with self._lock:
            return list(self._requests)

    def record(self, request: R) -> None:
        """Remember a request that came in."""
        with self._lock:
            self._requests.append(request)

    def start(self) -> Self:
        """Listen. Raises OSError if the port is taken."""
        self._server = self.listening(self._host, self._port)
        self._port = self._server.server_address[1]
        self._server.serve_in_thread(type(self).__name__)
        return self

    def stop(self) -> None:
        """Close the port and every connection, also those on which an answer is under way."""
        server, self._server = self._server, None
        if server is not None:
            server.stop()
