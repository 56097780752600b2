"""Ending in time, whatever hangs: a thread that waits, or one that holds the interpreter itself.

The first SIGTERM or Ctrl-C is an orderly end. Some seconds later a timer ends the process all the same. Where a thread
holds the interpreter, in a regular expression for instance, Python sees neither the signal nor the timer: then a child
process, which the operating system tells of the signal, kills it. What is on disk is whole at every moment.
"""

import os
import select
import signal
import sys
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager, suppress

GRACE_SECONDS = 5.0


def interrupt(_signal: int, _frame: object) -> None:
    """A signal handler: end as Ctrl-C does."""
    raise KeyboardInterrupt


@contextmanager
def ends_in_time(exit_code: int) -> Iterator[None]:
    """SIGTERM and Ctrl-C raise KeyboardInterrupt here; the process ends `GRACE_SECONDS` later at the latest."""

    def end(number: int, frame: object) -> None:
        # From now on another signal ends it at once.
        for each in (signal.SIGTERM, signal.SIGINT):
            signal.signal(each, lambda *_: os._exit(exit_code))
        timer = threading.Timer(GRACE_SECONDS, os._exit, [exit_code])
        timer.daemon = True
        timer.start()
        interrupt(number, frame)

    before = {each: signal.signal(each, end) for each in (signal.SIGTERM, signal.SIGINT)}
    told = _start_guard() if hasattr(os, "fork") else None  # Windows has no fork, so the timer alone has to do
    if told is not None:
        signal.set_wakeup_fd(told, warn_on_full_buffer=False)
    try:
        yield
    finally:
        if told is not None:
            signal.set_wakeup_fd(-1)
            os.close(told)
        for each, handler in before.items():
            with suppress(ValueError, TypeError):
                signal.signal(each, handler)


def _start_guard() -> int:
    """Start the child that kills this process some time after a signal; returns where to write the signal's number."""
    heard, told = os.pipe()
    os.set_blocking(told, False)
    sys.stdout.flush()
    sys.stderr.flush()
    parent = os.getpid()
    if os.fork() == 0:
        os.close(told)
        _guard(parent, heard)
    os.close(heard)
    return told


def _guard(parent: int, heard: int) -> None:
    """The child: nothing of Python's clean-up may run here, since it shares the parent's state."""
    try:
        for each in (signal.SIGINT, signal.SIGTERM, signal.SIGHUP):
            signal.signal(each, signal.SIG_IGN)
        wanted = {signal.SIGINT, signal.SIGTERM}
        while numbers := os.read(heard, 64):  # nothing: the parent has ended
            if wanted.intersection(numbers):
                _kill_later(parent, heard)
    finally:
        os._exit(0)


def _kill_later(parent: int, heard: int) -> None:
    deadline = time.monotonic() + 2 * GRACE_SECONDS
    while (left := deadline - time.monotonic()) > 0:
        if select.select([heard], [], [], left)[0] and not os.read(heard, 64):
            return
    with suppress(OSError):
        os.kill(parent, signal.SIGKILL)
