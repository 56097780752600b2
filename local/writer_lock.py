"""One writer per data folder. The operating system drops the lock when the process ends, however it ends."""

import fcntl
import json
import os
import sys
from pathlib import Path
from types import TracebackType

from etf_common.errors import UsageError
from local.disk import META


class WriterLock:
    """Held while a process may write into `root`.

    Raises UsageError, naming who holds it and the `remedy`, if another does.
    """

    def __init__(self, root: Path, remedy: str = "stop that, or give another --data-dir") -> None:
        self._root = root
        self._file = (root / META / "writer.lock").open("a+")
        try:
            fcntl.flock(self._file, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except OSError:
            holder = self._holder()
            self._file.close()
            raise UsageError(f"{root} is being written by {holder}; {remedy}") from None
        self._file.truncate(0)
        json.dump({"pid": os.getpid(), "command": " ".join(sys.argv)[:200]}, self._file)
        self._file.flush()

    def _holder(self) -> str:
        self._file.seek(0)
        try:
            holder = json.load(self._file)
            return f"process {holder['pid']} ({holder['command']})"
        except (ValueError, KeyError):
            return "another process"

    def __enter__(self) -> "WriterLock":
        return self

    def __exit__(self, *_: type[BaseException] | BaseException | TracebackType | None) -> None:
        self._file.close()
