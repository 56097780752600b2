"""How fast the SEC is asked, over everything in the process: it blocks an address that asks too often.

More than 10 requests a second are too many for it (its fair-access rules); a fifth of that leaves room for others behind
the same address.
"""

import math
import threading
import time
from collections.abc import Callable
from typing import Self

SECONDS_APART = 0.5


class Pace:
    """A gate that lets one request through every `seconds`; held, it lets none through for a while.

    It serves as a context manager around each request; threads that share one keep the pace together.
    """

    def __init__(
        self,
        seconds: float = SECONDS_APART,
        *,
        clock: Callable[[], float] = time.monotonic,
        sleep: Callable[[float], None] = time.sleep,
    ) -> None:
        self._seconds, self._clock, self._sleep = seconds, clock, sleep
        self._lock = threading.Lock()
        self._next = self._held_until = -math.inf

    def __enter__(self) -> Self:
        with self._lock:
            now = self._clock()
            turn = max(now, self._next, self._held_until)
            self._next = turn + self._seconds
        if turn > now:
            self._sleep(turn - now)
        return self

    def __exit__(self, *_: object) -> None:
        pass

    def hold(self, seconds: float) -> None:
        """Let nothing through for so long, from now on."""
        with self._lock:
            self._held_until = max(self._held_until, self._clock() + seconds)

    def held(self) -> float:
        """For how many seconds nothing is let through."""
        with self._lock:
            return max(0.0, self._held_until - self._clock())
