"""One writer per data folder. The operating system drops the lock when the process ends, however it ends."""

import json
import os
import secrets
import sys
from dataclasses import asdict, dataclass, fields
from pathlib import Path
from types import TracebackType
from typing import Self

from etf_common.errors import UsageError
from local.disk import META
from local.file_lock import lock
from local.files import OPEN_NOW, NotAFileError, regular


@dataclass(frozen=True)
class Settings:
    """What a writer works with. A request is only handed to a writer with the same settings."""

    portal: str
    config: str
    sec: str = ""
    """Whom filings are asked of."""


SETTINGS = tuple(each.name for each in fields(Settings))


@dataclass(frozen=True)
class Holder:
    """The process that holds a folder. `takes_requests` from others with the same `settings`; None: from nobody."""

    pid: int
    command: str
    session: str
    """Differs from one holder to the next."""
    takes_requests: Settings | None = None


class FolderInUseError(UsageError):
    """Another process writes into the folder; `holder` is None where it has not said who it is."""

    def __init__(self, root: Path, holder: Holder | None, remedy: str) -> None:
        who = f"process {holder.pid} ({holder.command})" if holder else "another process"
        super().__init__(f"{root} is being written by {who}; {remedy}")
        self.holder = holder


class WriterLock:
    """Held, while it is open, by the one process that may write into `root`.

    Entering raises FolderInUseError, with the `remedy`, if another process holds it.
    """

    def __init__(
        self,
        root: Path,
        remedy: str = "stop that, or give another --data-dir",
        *,
        takes_requests: Settings | None = None,
    ) -> None:
        self._root, self._remedy = root, remedy
        command = " ".join(sys.argv)[:200]
        self.holder = Holder(os.getpid(), command, secrets.token_hex(8), takes_requests)
        self._handle: int | None = None

    def __enter__(self) -> Self:
        path = self._root / META / "writer.lock"
        handle = _open(path)
        try:
            lock(handle)
        except OSError:
            os.close(handle)
            raise FolderInUseError(self._root, read_holder(self._root), self._remedy) from None
        os.ftruncate(handle, 0)
        os.lseek(handle, 0, os.SEEK_SET)
        os.write(handle, json.dumps(asdict(self.holder)).encode())
        self._handle = handle
        return self

    def __exit__(self, *_: type[BaseException] | BaseException | TracebackType | None) -> None:
        if self._handle is not None:
            os.close(self._handle)
            self._handle = None


def _open(path: Path) -> int:
    try:
        if path.exists() or path.is_symlink():
            regular(path)
        return os.open(path, os.O_RDWR | os.O_CREAT | OPEN_NOW, 0o644)
    except OSError as error:
        what = error.strerror if isinstance(error, NotAFileError) else f"it cannot be opened: {error.strerror}"
        raise UsageError(f"{path} is no lock file ({what}); remove it") from None


def read_holder(root: Path) -> Holder | None:
    """Who holds the folder, as the lock file tells it; None if it does not."""
    try:
        found = json.loads((root / META / "writer.lock").read_bytes()[:4096])
        settings = found["takes_requests"]
        return Holder(
            int(found["pid"]),
            str(found["command"]),
            str(found["session"]),
            Settings(**{name: str(settings[name]) for name in SETTINGS}) if settings else None,
        )
    except (OSError, ValueError, KeyError, TypeError):
        return None


def holder_now(root: Path) -> tuple[bool, Holder | None]:
    """Whether a process holds the folder at this moment, and who it is if it has said so. Writes nothing."""
    path = root / META / "writer.lock"
    try:
        regular(path)
        handle = os.open(path, os.O_RDWR | OPEN_NOW)
    except OSError:
        return False, None
    try:
        lock(handle)
    except OSError:
        return True, read_holder(root)
    finally:
        os.close(handle)
    return False, None
