"""The C library's memory for threads."""

import platform
import subprocess
import sys
from pathlib import Path

import pytest

_SCRIPT = """
import ctypes, sys, threading
from local.memory import share_arenas
if sys.argv[1:]:
    share_arenas()
everyone = threading.Barrier(12)
def need() -> None:
    held = [bytes(5_000) for _ in range(2_000)]
    everyone.wait()
threads = [threading.Thread(target=need) for _ in range(12)]
for thread in threads: thread.start()
for thread in threads: thread.join()
libc = ctypes.CDLL(None)
libc.fdopen.restype = ctypes.c_void_p
stream = ctypes.c_void_p(libc.fdopen(1, b"w"))
libc.malloc_info(0, stream)
libc.fflush(stream)
"""


@pytest.mark.skipif(platform.libc_ver()[0] != "glibc", reason="other C libraries have no arenas")
def test_all_threads_share_two_arenas(root: Path) -> None:
    def arenas(*arguments: str) -> int:
        command = [sys.executable, "-c", _SCRIPT, *arguments]
        ran = subprocess.run(command, cwd=root, capture_output=True, text=True, check=True)  # noqa: S603 - ours
        return ran.stdout.count("<heap nr=")

    assert arenas() > 2, "without it, threads that allocate at the same time have an arena each"
    assert arenas("shared") <= 2
