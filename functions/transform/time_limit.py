"""A limit on how long a piece of pure work may take, whatever it hangs in.

Lambda calls handlers in the main thread, where a timer's signal ends even a regular expression. Locally transforms
run in threads, which signals do not reach: there an exception is set for the thread, which ends whatever runs in
Python's own loop. What neither can end (a call into C that never returns) is ended by Lambda's own time-out; that is
why tries are counted before the work (etf_common.status.begin_try). A subprocess per capture would cover that too, at
half a second and 60 MB for each.
"""

import ctypes
import signal
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

from etf_common.errors import TimedOutError


class _OutOfTime(BaseException):
    """Ends the work; not an Exception, so that nothing in the work takes it for an error of its own."""


@contextmanager
def time_limit(seconds: float) -> Iterator[None]:
    """Raise TimedOutError in the body once it has taken `seconds`."""
    limit = _by_signal if threading.current_thread() is threading.main_thread() else _by_thread
    try:
        with limit(seconds):
            yield
    except _OutOfTime:
        message = f"the capture took longer to transform than it may ({seconds:g} s)"
        raise TimedOutError(message) from None


@contextmanager
def _by_signal(seconds: float) -> Iterator[None]:
    def ring(*_: Any) -> None:
        raise _OutOfTime

    before = signal.signal(signal.SIGALRM, ring)
    signal.setitimer(signal.ITIMER_REAL, seconds)
    try:
        yield
    finally:
        signal.setitimer(signal.ITIMER_REAL, 0)
        signal.signal(signal.SIGALRM, before)


@contextmanager
def _by_thread(seconds: float) -> Iterator[None]:
    thread = ctypes.c_ulong(threading.get_ident())
    # The end of the work and the timer both want it, and it is never released: only one of them comes first. Nothing
    # has to be put right when the exception arrives in between.
    first = threading.Lock()

    def ring() -> None:
        if first.acquire(blocking=False):
            ctypes.pythonapi.PyThreadState_SetAsyncExc(thread, ctypes.py_object(_OutOfTime))

    timer = threading.Timer(seconds, ring)
    timer.daemon = True
    timer.start()
    arrived = False
    try:
        yield
    except _OutOfTime:
        arrived = True
        raise
    finally:
        in_time = first.acquire(blocking=False)
        timer.cancel()
        if not in_time and not arrived:
            _await_exception()


def _await_exception() -> None:
    """Let an exception that was set arrive here and not behind the work.

    It cannot be taken back: CPython 3.11 would look for it for ever, and hang once a debugger or coverage listens. It
    may have been swallowed by the work, so the wait is short.
    """
    for _ in range(1000):
        time.sleep(0.001)
