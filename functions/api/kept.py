"""What is kept in memory between requests, up to so many bytes."""

import threading
from collections import OrderedDict
from collections.abc import Callable
from typing import Generic, TypeVar

Value = TypeVar("Value")


class Kept(Generic[Value]):
    """Values by key, the least recently used dropped first; the newest one is always kept.

    Sizes are measured anew whenever a value is added, since some values grow with their use.
    """

    def __init__(self, most_bytes: int, size_of: Callable[[Value], int]) -> None:
        self._most_bytes = most_bytes
        self._size_of = size_of
        self._values: OrderedDict[str, Value] = OrderedDict()
        self._lock = threading.Lock()

    def get(self, key: str) -> Value | None:
        """The value of a key, or None if it is not kept."""
        with self._lock:
            if key in self._values:
                self._values.move_to_end(key)
            return self._values.get(key)

    def put(self, key: str, value: Value) -> None:
        """Keep a value, and drop what no longer fits beside it."""
        with self._lock:
            self._values[key] = value
            self._values.move_to_end(key)
            size = sum(map(self._size_of, self._values.values()))
            while size > self._most_bytes and len(self._values) > 1:
                _, dropped = self._values.popitem(last=False)
                size -= self._size_of(dropped)
