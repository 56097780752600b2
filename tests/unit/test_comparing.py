"""Snapshots that several threads read and compare: no thread waits for another that waits for it."""

import threading
from typing import Any

from etf_common.lake import StoredObject
from tables.comparing import DatedSnapshot, Reading


class Watched:
    """A lock that says when somebody asks for it."""

    def __init__(self) -> None:
        self._lock = threading.RLock()
        self.asked = threading.Semaphore(0)

    def __enter__(self) -> None:
        self.asked.release()
        self._lock.acquire()

    def __exit__(self, *_: object) -> None:
        self._lock.release()


def test_a_row_is_there_while_another_thread_waits_for_the_row_of_another_snapshot() -> None:
    # Given two snapshots whose rows are known, and a thread that compares
    rows = {tag: {"etf": "VTI", "holdings_as_of": day} for tag, day in (("a", "2026-11-23"), ("b", "2026-11-24"))}
    lock: Any = Watched()
    reading = Reading(lambda snapshot: snapshot, rows, lock)
    mine, other = (
        DatedSnapshot("VTI", row["holdings_as_of"], StoredObject(b"{}", tag), reading) for tag, row in rows.items()
    )
    is_comparing, found = threading.Event(), threading.Event()

    def compare() -> None:
        with lock:
            is_comparing.set()
            lock.asked.acquire()  # this thread's own
            lock.asked.acquire()  # the other thread's, which waits now, within its snapshot
            assert mine.row == rows["a"]
            found.set()

    # When another thread wants the row of its own snapshot meanwhile
    threading.Thread(target=compare, daemon=True).start()
    assert is_comparing.wait(20)
    threading.Thread(target=lambda: other.row, daemon=True).start()

    # Then the first one has its row
    assert found.wait(20)
