"""How the C library keeps memory for a command that runs for weeks."""

import ctypes
import sys

_M_MMAP_THRESHOLD, _M_ARENA_MAX = -3, -8
_ARENAS = 2
_LARGE_BYTES = 128 * 1024


def tune_allocator() -> None:
    """Let all threads share two arenas, and give back each large block once it is freed, where the C library is glibc.

    Call it before there are threads. By itself glibc gives each of some twenty threads an arena, and each keeps what
    its thread once needed: a server holds 80 MB more. It also moves the size from which a block is given back up to
    that of the largest one freed, 32 MB at most; bodies of snapshots and tables then leave holes in the arenas, which
    are 20 MB more and grow with every refresh until all have seen the largest fund.
    """
    if sys.platform == "linux":
        mallopt = getattr(ctypes.CDLL(None), "mallopt", None)  # musl has none
        if mallopt is not None:
            mallopt(_M_ARENA_MAX, _ARENAS)
            mallopt(_M_MMAP_THRESHOLD, _LARGE_BYTES)
