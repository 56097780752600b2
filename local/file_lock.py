"""A lock on an open file that the operating system drops when the process ends, on POSIX and on Windows."""

import os
from typing import Any

try:
    import fcntl
except ImportError:  # Windows
    fcntl = None  # type: ignore[assignment]

_FAR = 1 << 30
"""On Windows a locked byte cannot be read; this one lies behind all that anybody reads."""


def lock(handle: int) -> None:
    """Take the lock. Raises OSError if another process has it."""
    if fcntl is not None:
        fcntl.flock(handle, fcntl.LOCK_EX | fcntl.LOCK_NB)
        return
    import msvcrt  # noqa: PLC0415 - Windows' own

    windows: Any = msvcrt
    os.lseek(handle, _FAR, os.SEEK_SET)
    windows.locking(handle, windows.LK_NBLCK, 1)
