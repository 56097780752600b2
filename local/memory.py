"""How the C library keeps memory for the threads of a command that runs for weeks."""

import ctypes
import sys

_M_ARENA_MAX = -8
_ARENAS = 2


def share_arenas() -> None:
    """Let all threads share two arenas, where the C library is glibc. Call it before there are threads.

    By itself glibc gives each of some twenty threads an arena, and each keeps what its thread once needed: a server
    holds 80 MB more, and grows with every refresh until all have seen the largest fund.
    """
    if sys.platform == "linux":
        mallopt = getattr(ctypes.CDLL(None), "mallopt", None)  # musl has none
        if mallopt is not None:
            mallopt(_M_ARENA_MAX, _ARENAS)
