"""Snapshots and filings kept in memory and revalidated by ETag."""

import threading
from collections import OrderedDict
from collections.abc import Callable, Iterable, Mapping
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from typing import Generic, TypeVar
from weakref import WeakValueDictionary

from api.documents import StoredSnapshot
from etf_common.lake import Lake, NotModifiedError, ObjectNotFoundError, StoredObject

CACHE_SECONDS = 5.0
"""How long a snapshot is served without asking the lake again."""
CACHE_BYTES = 64 * 1024 * 1024
"""The memory for lists of one kind; the newest is always kept."""
READS_AT_ONCE = 10
HELD_PER_BYTE = 8
"""A stored byte may also be in memory as text, compressed, as rows, and in views."""


Kind = TypeVar("Kind", bound=StoredSnapshot)


@dataclass
class _Entry(Generic[Kind]):
    snapshot: Kind
    checked_at: float


class StoredLists(Generic[Kind]):
    """Stored lists of holdings by key, the least recently used dropped first.

    `clock` counts seconds, `make` makes the document of a stored object and its key.
    """

    def __init__(self, lake: Lake, clock: Callable[[], float], make: Callable[[StoredObject, str], Kind]) -> None:
        self._lake = lake
        self._clock = clock
        self._make = make
        self._entries: OrderedDict[str, _Entry[Kind]] = OrderedDict()
        # What other requests still hold, though it is too large to be kept: questions that wait share it.
        self._in_use: WeakValueDictionary[str, Kind] = WeakValueDictionary()
        self._lock = threading.Lock()
        self._reading_many = threading.Lock()

    def get(self, key: str) -> Kind:
        """The snapshot of `key`. Raises ObjectNotFoundError and DamagedObjectError."""
        found = self.get_many([key])
        if key not in found:
            raise ObjectNotFoundError(f"{key} does not exist")
        return found[key]

    def get_many(self, keys: Iterable[str], current: Mapping[str, str] | None = None) -> dict[str, Kind]:
        """The snapshots of those `keys` that exist, in the same order, read in parallel. Raises DamagedObjectError.

        `current` has, by key, ETags that are known to be current enough: what is kept with them is not asked for again.
        """
        keys, known_etags = list(keys), current or {}
        with self._lock:
            known = {key: entry for key in keys if (entry := self._entries.get(key))}
        now = self._clock()
        due = [key for key in keys if key not in known or self._is_due(known[key], now, known_etags.get(key))]
        # Without the lock, so that nobody waits for another request's reading.
        found = dict(zip(due, self._read_all(due, known), strict=True))
        with self._lock:
            for key, read in found.items():
                if read is None:
                    self._entries.pop(key, None)
                    known.pop(key, None)
                else:
                    known[key] = _Entry(read, self._clock())
            for key, entry in known.items():
                self._entries[key] = entry
                self._entries.move_to_end(key)
            self._drop_oldest()
        return {key: known[key].snapshot for key in keys if key in known}

    def _is_due(self, entry: _Entry[Kind], now: float, etag: str | None) -> bool:
        return entry.snapshot.etag != etag and now - entry.checked_at >= CACHE_SECONDS

    def _read_all(self, keys: list[str], known: dict[str, _Entry[Kind]]) -> list[Kind | None]:
        def read(key: str) -> Kind | None:
            kept = known[key].snapshot if key in known else self._in_use.get(key)
            try:
                snapshot = self._make(self._lake.read(key, unless_etag=kept.etag if kept else None), key)
            except NotModifiedError:
                return kept
            except ObjectNotFoundError:
                return None
            self._in_use[key] = snapshot
            return snapshot

        if len(keys) <= 1:
            return [read(key) for key in keys]
        # One question at a time: several together would open more connections than the S3 client keeps.
        with self._reading_many, ThreadPoolExecutor(READS_AT_ONCE) as pool:
            return list(pool.map(read, keys))

    def _drop_oldest(self) -> None:
        size = sum(len(entry.snapshot.body) for entry in self._entries.values())
        while size * HELD_PER_BYTE > CACHE_BYTES and len(self._entries) > 1:
            _, dropped = self._entries.popitem(last=False)
            size -= len(dropped.snapshot.body)


class Snapshots(StoredLists[StoredSnapshot]):
    """The snapshots of the portal's lists."""

    def __init__(self, lake: Lake, clock: Callable[[], float]) -> None:
        super().__init__(lake, clock, StoredSnapshot)
