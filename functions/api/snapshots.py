"""Snapshots kept in memory and revalidated by ETag."""

from collections import OrderedDict
from collections.abc import Callable
from dataclasses import dataclass

from api.documents import StoredSnapshot
from etf_common.lake import Lake, NotModifiedError, ObjectNotFoundError

CACHE_SECONDS = 5.0
"""How long a snapshot is served without asking the lake again."""
CACHE_BYTES = 64 * 1024 * 1024
HELD_PER_BYTE = 8
"""A stored byte can be held again as text, compressed, as rows, and in views of them."""


@dataclass
class _Entry:
    snapshot: StoredSnapshot
    checked_at: float


class Snapshots:
    """Snapshots by key, the least recently used dropped first. `clock` counts seconds."""

    def __init__(self, lake: Lake, clock: Callable[[], float]) -> None:
        self._lake = lake
        self._clock = clock
        self._entries: OrderedDict[str, _Entry] = OrderedDict()

    def get(self, key: str) -> StoredSnapshot:
        """The snapshot of `key`. Raises ObjectNotFoundError and DamagedObjectError."""
        entry = self._entries.get(key)
        if entry is None:
            return self._keep(key)
        self._entries.move_to_end(key)
        if self._clock() - entry.checked_at < CACHE_SECONDS:
            return entry.snapshot
        try:
            return self._keep(key, unless_etag=entry.snapshot.etag)
        except NotModifiedError:
            entry.checked_at = self._clock()
            return entry.snapshot
        except ObjectNotFoundError:
            del self._entries[key]
            raise

    def _keep(self, key: str, unless_etag: str | None = None) -> StoredSnapshot:
        snapshot = StoredSnapshot(self._lake.read(key, unless_etag=unless_etag))
        self._entries[key] = _Entry(snapshot, self._clock())
        size = sum(len(entry.snapshot.body) for entry in self._entries.values())
        while size * HELD_PER_BYTE > CACHE_BYTES and len(self._entries) > 1:
            _, dropped = self._entries.popitem(last=False)
            size -= len(dropped.snapshot.body)
        return snapshot
