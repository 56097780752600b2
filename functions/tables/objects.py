"""How the tables' objects are read and written; those that tables/newest.json names under the hash of their bytes."""

from collections.abc import Collection
from concurrent.futures import Future, ThreadPoolExecutor
from datetime import timedelta
from types import TracebackType
from typing import Self

from etf_common.lake import Lake
from etf_common.table_keys import NEWEST_PREFIX, newest_object_key

KEPT_FOR = timedelta(minutes=15)
"""So long a reader may still hold the state that named an object."""
JSON, PARQUET = "application/json", "application/vnd.apache.parquet"
_TYPES = {"json": JSON, "parquet": PARQUET}
# Each holds its bytes in memory until it is written.
_WRITES_AT_ONCE = 8


class Objects:
    """Writes objects while the next ones are made; all are there once the `with` block has ended."""

    def __init__(self, lake: Lake, standing: Collection[str]) -> None:
        self._lake, self._standing = lake, frozenset(standing)
        self._pool = ThreadPoolExecutor(_WRITES_AT_ONCE)
        self._running: list[Future[None]] = []

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self._pool.shutdown(cancel_futures=error is not None)
        if error is None:
            self._check(self._running)

    def write(self, name: str, body: bytes, ending: str = "json") -> str:
        """The key of the object, which is written unless it stands already."""
        key = newest_object_key(name, body, ending)
        if key not in self._standing:
            while len(self._running) >= _WRITES_AT_ONCE:
                self._check([self._running.pop(0)])
            self._running.append(self._pool.submit(self._lake.write, key, body, _TYPES[ending]))
        return key

    @staticmethod
    def _check(written: list["Future[None]"]) -> None:
        for future in written:
            future.result()


def remove_unnamed(lake: Lake, named: Collection[str]) -> int:
    """Remove the objects that `named` lacks and that are old, by S3's own time; returns how many."""
    written = dict(lake.written(NEWEST_PREFIX))
    if not written:
        return 0
    oldest_kept = max(written.values()) - KEPT_FOR
    unnamed = [key for key, time in written.items() if key not in named and time < oldest_kept]
    for key in unnamed:
        lake.delete(key)
    return len(unnamed)
