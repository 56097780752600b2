"""A client of the local server, for one thread: it keeps its connection as long as the server does."""

import http.client
import time
from collections.abc import Mapping
from dataclasses import dataclass
from types import TracebackType
from typing import Self

PATIENCE_SECONDS = 20.0


@dataclass(frozen=True)
class Answer:
    """What came. `seconds` from the first byte sent, connecting included, to the last byte received."""

    path: str
    status: int
    headers: Mapping[str, str]
    """Names in lower case."""
    body: bytes
    seconds: float


class Client:
    """Asks 127.0.0.1:`port`. Raises OSError and HTTPException where the server refuses, hangs or breaks off."""

    def __init__(self, port: int) -> None:
        self._connection = http.client.HTTPConnection("127.0.0.1", port, timeout=PATIENCE_SECONDS)

    def get(self, path: str, headers: Mapping[str, str] | None = None) -> Answer:
        """The answer to a GET."""
        return self.send("GET", path, headers=headers)

    def send(self, method: str, path: str, body: str | None = None, headers: Mapping[str, str] | None = None) -> Answer:
        """The answer to any request; a body is JSON."""
        kind = {} if body is None else {"Content-Type": "application/json"}
        started = time.perf_counter()
        self._connection.request(method, path, body=body, headers={**kind, **(headers or {})})
        answer = self._connection.getresponse()
        content = answer.read()
        seconds = time.perf_counter() - started
        named = {name.lower(): value for name, value in answer.getheaders()}
        return Answer(path, answer.status, named, content, seconds)

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self._connection.close()
