"""The newest snapshots, kept in memory and revalidated by ETag."""

import gzip
import json
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from functools import cached_property

from etf_common.lake import Lake, NotModifiedError, ObjectNotFoundError, StoredObject, latest_key

CACHE_SECONDS = 5.0
"""How long a snapshot is served without asking the lake again."""


class Document:
    """One body to serve, and its ETag. The compressed form is made once."""

    def __init__(self, body: bytes, etag: str) -> None:
        self.body = body
        self.etag = etag

    @cached_property
    def gzipped(self) -> bytes:
        """The body in gzip, the same bytes at every time."""
        return gzip.compress(self.body, compresslevel=6, mtime=0)


class StoredSnapshot(Document):
    """A snapshot as it is stored: its bytes leave as they came."""

    def __init__(self, stored: StoredObject) -> None:
        super().__init__(stored.body, stored.etag)
        self.metadata: Mapping[str, str] = stored.metadata

    @cached_property
    def holdings(self) -> Document:
        """The `holdings` array alone."""
        rows = json.loads(self.body)["holdings"]
        body = json.dumps(rows, ensure_ascii=False, separators=(",", ":")).encode()
        return Document(body, f'"{self.etag.strip(chr(34))}-holdings"')


@dataclass
class _Entry:
    snapshot: StoredSnapshot
    checked_at: float


class Snapshots:
    """latest.json of each symbol. `clock` counts seconds."""

    def __init__(self, lake: Lake, clock: Callable[[], float]) -> None:
        self._lake = lake
        self._clock = clock
        self._entries: dict[str, _Entry] = {}

    def get(self, symbol: str) -> StoredSnapshot:
        """The newest snapshot of `symbol`. Raises ObjectNotFoundError and DamagedObjectError."""
        entry = self._entries.get(symbol)
        if entry and self._clock() - entry.checked_at < CACHE_SECONDS:
            return entry.snapshot
        try:
            stored = self._lake.read(latest_key(symbol), unless_etag=entry.snapshot.etag if entry else None)
        except NotModifiedError as unchanged:
            if entry is None:
                raise ObjectNotFoundError(f"{symbol}: unchanged, but never read") from unchanged
            entry.checked_at = self._clock()
            return entry.snapshot
        except ObjectNotFoundError:
            self._entries.pop(symbol, None)
            raise
        self._entries[symbol] = _Entry(StoredSnapshot(stored), self._clock())
        return self._entries[symbol].snapshot
