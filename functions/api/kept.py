"""What is kept in memory between requests, up to so many bytes."""

import threading
from collections import OrderedDict
from collections.abc import Callable, Collection, Hashable
from typing import Generic, TypeVar

Key = TypeVar("Key", bound=Hashable)
Value = TypeVar("Value")


class Kept(Generic[Key, Value]):
    """Values by key, the least recently used dropped first; the newest one is always kept.

    Sizes are measured anew whenever a value is added, since some values grow with their use.
    """

    def __init__(self, most_bytes: int, size_of: Callable[[Value], int]) -> None:
        self._most_bytes = most_bytes
        self._size_of = size_of
        self._values: OrderedDict[Key, Value] = OrderedDict()
        self._lock = threading.Lock()

    def __contains__(self, key: Key) -> bool:
        """Whether the value of a key is kept; asking is no use of it."""
        with self._lock:
            return key in self._values

    def get(self, key: Key) -> Value | None:
        """The value of a key, or None if it is not kept."""
        with self._lock:
            if key in self._values:
                self._values.move_to_end(key)
            return self._values.get(key)

    def keep_only(self, keys: Collection[Key]) -> None:
        """Drop whatever goes by another key."""
        with self._lock:
            for key in [key for key in self._values if key not in keys]:
                del self._values[key]

    def put(self, key: Key, value: Value) -> None:
        """Keep a value, and drop what no longer fits beside it."""
        with self._lock:
            self._values[key] = value
            self._values.move_to_end(key)
            size = sum(map(self._size_of, self._values.values()))
            while size > self._most_bytes and len(self._values) > 1:
                _, dropped = self._values.popitem(last=False)
                size -= self._size_of(dropped)
