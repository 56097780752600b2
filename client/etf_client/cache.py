"""Answers that are kept in memory with their ETags, so that asking again costs a 304."""

import threading
from collections import OrderedDict
from collections.abc import Mapping
from dataclasses import dataclass

ANSWERS = 128
"""The most answers kept."""
BYTES = 32 * 1024 * 1024
"""The most bytes that they have together."""
_DESCRIBE = "x-data-"
"""How the headers begin that describe an answer's data."""


@dataclass(frozen=True)
class Kept:
    """An answer as it came, decompressed. Header names are in lower case."""

    content: bytes
    headers: Mapping[str, str]

    def renewed(self, headers: Mapping[str, str]) -> "Kept":
        """The answer with the headers of a 304; what described the data before is gone, as that it was stale."""
        described = any(name.startswith(_DESCRIBE) for name in headers)
        left = {name: value for name, value in self.headers.items() if not (described and name.startswith(_DESCRIBE))}
        # A 304 has no body, whatever a gateway says of one.
        told = {name: value for name, value in headers.items() if not name.startswith("content-")}
        return Kept(self.content, {**left, **told})


class Cache:
    """The newest answers by URL, bounded in count and bytes. Threads may share it."""

    def __init__(self, answers: int = ANSWERS, size: int = BYTES) -> None:
        self._most, self._most_bytes = answers, size
        self._kept: OrderedDict[str, Kept] = OrderedDict()
        self._bytes = 0
        self._lock = threading.Lock()

    def get(self, url: str) -> Kept | None:
        """The answer of this URL, which becomes the newest."""
        with self._lock:
            if url in self._kept:
                self._kept.move_to_end(url)
            return self._kept.get(url)

    def put(self, url: str, kept: Kept) -> None:
        """Keep an answer, and drop the oldest ones where there is no room."""
        with self._lock:
            self._drop(url)
            if len(kept.content) > self._most_bytes:
                return
            self._kept[url] = kept
            self._bytes += len(kept.content)
            while len(self._kept) > self._most or self._bytes > self._most_bytes:
                self._drop(next(iter(self._kept)))

    def clear(self) -> None:
        """Drop all answers."""
        with self._lock:
            self._kept.clear()
            self._bytes = 0

    def _drop(self, url: str) -> None:
        if (kept := self._kept.pop(url, None)) is not None:
            self._bytes -= len(kept.content)
