"""The C library's memory for threads and for large blocks."""

import platform
import re
import subprocess
import sys
from pathlib import Path

import pytest

_START = """
import ctypes, sys, threading
from local.memory import tune_allocator
if sys.argv[1:]:
    tune_allocator()
"""
_THREADS = """
everyone = threading.Barrier(12)
def need() -> None:
    held = [bytes(5_000) for _ in range(2_000)]
    everyone.wait()
threads = [threading.Thread(target=need) for _ in range(12)]
for thread in threads: thread.start()
for thread in threads: thread.join()
"""
_LARGE_BLOCKS = """
larger = bytearray(8_000_000)
del larger
held = [bytearray(1_000_000) for _ in range(10)]
"""
_TELL = """
libc = ctypes.CDLL(None)
libc.fdopen.restype = ctypes.c_void_p
stream = ctypes.c_void_p(libc.fdopen(1, b"w"))
libc.malloc_info(0, stream)
libc.fflush(stream)
"""


def told(root: Path, work: str, *arguments: str) -> str:
    """What the C library tells of a process that has done this work."""
    command = [sys.executable, "-c", _START + work + _TELL, *arguments]
    return subprocess.run(command, cwd=root, capture_output=True, text=True, check=True).stdout  # noqa: S603 - ours


@pytest.mark.skipif(platform.libc_ver()[0] != "glibc", reason="other C libraries have no arenas")
def test_all_threads_share_two_arenas(root: Path) -> None:
    def arenas(*arguments: str) -> int:
        return told(root, _THREADS, *arguments).count("<heap nr=")

    assert arenas() > 2, "without it, threads that allocate at the same time have an arena each"
    assert arenas("tuned") <= 2


@pytest.mark.skipif(platform.libc_ver()[0] != "glibc", reason="other C libraries choose by themselves")
def test_large_blocks_are_given_back_whatever_was_freed_before(root: Path) -> None:
    def given_back(*arguments: str) -> int:
        found = re.search(r'<total type="mmap" count="(\d+)"', told(root, _LARGE_BLOCKS, *arguments))
        return int(found[1]) if found else 0

    assert given_back() < 10, "without it, blocks smaller than one that was freed stay in an arena"
    assert given_back("tuned") >= 10
