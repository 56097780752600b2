"""Two processes over one lake that take turns in an order that a test gives."""

import threading
from collections.abc import Callable, Collection, Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from typing import Any

import boto3

from etf_common.lake import Lake, StoredObject
from local.system import System

LONGEST_WAIT = 60


class Turns:
    """Whose turn it is; who has ended is passed over, and once the order is used up all may go on."""

    def __init__(self, order: str) -> None:
        self._order = list(order)
        self._changed = threading.Condition()

    @contextmanager
    def of(self, who: str) -> Iterator[None]:
        """One turn, which lasts until the block ends."""
        with self._changed:
            assert self._changed.wait_for(lambda: not self._order or self._order[0] == who, LONGEST_WAIT)
        try:
            yield
        finally:
            with self._changed:
                del self._order[:1]
                self._changed.notify_all()

    def leave(self, who: str) -> None:
        """Take no more turns."""
        with self._changed:
            self._order = [other for other in self._order if other != who]
            self._changed.notify_all()


class MeetingLake(Lake):
    """A lake whose process takes a turn for each write of one of the keys, and for each read of the first of them."""

    def __init__(self, system: System, who: str, turns: Turns, keys: Collection[str]) -> None:
        super().__init__(boto3.client("s3", endpoint_url=system.aws.url), system.lake.bucket)
        self._who, self._turns, self._keys = who, turns, tuple(keys)

    def read_if_there(self, key: str) -> StoredObject | None:
        if key != self._keys[0]:
            return super().read_if_there(key)
        with self._turns.of(self._who):
            return super().read_if_there(key)

    def replace(self, key: str, *arguments: Any, **named: Any) -> None:
        if key not in self._keys:
            super().replace(key, *arguments, **named)
            return
        with self._turns.of(self._who):
            super().replace(key, *arguments, **named)


def meet(system: System, order: str, keys: Collection[str], work: Callable[[Lake, str], object]) -> None:
    """Let the processes of the order's letters do this work at once, and take turns in that order."""
    turns, names = Turns(order), sorted(set(order))

    def run(who: str) -> None:
        try:
            work(MeetingLake(system, who, turns, keys), who)
        finally:
            turns.leave(who)

    with ThreadPoolExecutor(len(names)) as pool:
        for future in [pool.submit(run, who) for who in names]:
            future.result()
