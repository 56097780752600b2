"""Two attempts of one run write at once: whatever their order, no reader gets parts of both, and one of them stays."""

import threading
from collections.abc import Mapping
from itertools import combinations
from typing import cast

import pytest

from etf_common.capture import Capture, read_capture, sha256, write_capture
from etf_common.errors import CaptureMismatchError
from etf_common.lake import Lake, ObjectNotFoundError, StoredObject, WriteConflictError, raw_page_key
from tests.unit.builders import capture

FIRST = capture(b"<html>first</html>", b"first 1", b"first 2")
SECOND = capture(b"<html>second</html>", b"second 1", b"second 2")
WRITES = 3
"""Of one attempt that is alone: two parts and the page."""


class Shelf:
    """A lake's objects in a dict."""

    def __init__(self, objects: dict[str, StoredObject]) -> None:
        self.objects = objects

    def read(self, key: str, *, most_bytes: int | None = None) -> StoredObject:
        if key not in self.objects:
            raise ObjectNotFoundError(key)
        return self.objects[key]

    def write(self, key: str, body: bytes, _content_type: str, metadata: Mapping[str, str] | None = None) -> None:
        self.objects[key] = StoredObject(body, sha256(body), metadata or {})

    def replace(
        self, key: str, body: bytes, content_type: str, metadata: Mapping[str, str], *, known: StoredObject | None
    ) -> None:
        if self.objects.get(key) != known:
            raise WriteConflictError(key)
        Shelf.write(self, key, body, content_type, metadata)


class Attempt(Shelf):
    """An attempt in a thread of its own, which writes when it is told to."""

    def __init__(self, objects: dict[str, StoredObject], written: Capture) -> None:
        super().__init__(objects)
        self._written = written
        self._turn, self._rests = threading.Semaphore(0), threading.Semaphore(0)
        self.ended = False
        threading.Thread(target=self._run, daemon=True).start()
        self._rests.acquire()

    def _run(self) -> None:
        write_capture(cast(Lake, self), self._written)
        self.ended = True
        self._rests.release()

    def write(self, key: str, body: bytes, content_type: str, metadata: Mapping[str, str] | None = None) -> None:
        self._await_turn()
        super().write(key, body, content_type, metadata)

    def replace(
        self, key: str, body: bytes, content_type: str, metadata: Mapping[str, str], *, known: StoredObject | None
    ) -> None:
        self._await_turn()
        super().replace(key, body, content_type, metadata, known=known)

    def _await_turn(self) -> None:
        self._rests.release()
        self._turn.acquire()

    def step(self) -> None:
        """Make the next write, and go on until the one after it."""
        if not self.ended:
            self._turn.release()
            assert self._rests.acquire(timeout=5)


def what_a_reader_gets(objects: dict[str, StoredObject]) -> Capture | None:
    try:
        return read_capture(cast(Lake, Shelf(objects)), FIRST.symbol, FIRST.run)
    except CaptureMismatchError:
        return None


@pytest.mark.parametrize("turns", list(combinations(range(2 * WRITES), WRITES)), ids=str)
@pytest.mark.parametrize("faster", [0, 1], ids=["first is faster", "second is faster"])
def test_two_attempts_at_once_in_every_order(turns: tuple[int, ...], faster: int) -> None:
    # Given two attempts of one run that found different lists
    objects: dict[str, StoredObject] = {}
    attempts = [Attempt(objects, FIRST), Attempt(objects, SECOND)]

    # When their writes come in this order, and then what one of them still has to do, then the other
    order = [attempts[turn not in turns] for turn in range(2 * WRITES)]
    order += [attempts[faster]] * 4 * WRITES + [attempts[1 - faster]] * 4 * WRITES
    for attempt in order:
        attempt.step()

        # Then at every moment a reader gets the one, the other, or none
        assert what_a_reader_gets(objects) in {None, FIRST, SECOND}

    # And in the end there is one, though nobody comes back
    assert all(attempt.ended for attempt in attempts)
    assert what_a_reader_gets(objects) in {FIRST, SECOND}


def test_an_attempt_that_is_alone_reads_nothing_back() -> None:
    class Blind(Shelf):
        def read(self, key: str, *, most_bytes: int | None = None) -> StoredObject:
            raise AssertionError(key)

    objects: dict[str, StoredObject] = {}
    assert write_capture(cast(Lake, Blind(objects)), FIRST) == raw_page_key(FIRST.symbol, FIRST.run)
    assert what_a_reader_gets(objects) == FIRST


def test_attempts_that_keep_writing_over_each_other_end_as_worth_another_try() -> None:
    class Contested(Shelf):
        def write(self, key: str, body: bytes, content_type: str, metadata: Mapping[str, str] | None = None) -> None:
            super().write(key, body if key.endswith(".html") else b"another attempt's", content_type, metadata)

    objects: dict[str, StoredObject] = {}
    write_capture(cast(Lake, Shelf(objects)), SECOND)
    with pytest.raises(CaptureMismatchError):
        write_capture(cast(Lake, Contested(objects)), FIRST)
