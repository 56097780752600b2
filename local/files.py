"""Reading and writing files in a folder that other programs use too.

A FIFO would hang whoever opens it, a folder may be closed to us, a name may not be text: only regular files are opened,
and everything else is passed over, with the reason.
"""

import errno
import os
import stat
import tempfile
import time
from collections.abc import Callable, Iterator
from pathlib import Path

OPEN_NOW = sum(getattr(os, name, 0) for name in ("O_NONBLOCK", "O_CLOEXEC", "O_NOCTTY", "O_BINARY"))
"""Flags of os.open, as far as the system has them: do not wait, no heirs, and bytes as they are."""
UNFINISHED = ".writing-"
_WAITS = (0.01, 0.05, 0.2, 1.0)
"""Seconds between tries to take the place of a file that is being read."""
DEEPEST = 16
"""Levels below a folder; the lake has five."""
_KINDS = {
    stat.S_IFIFO: "a FIFO",
    stat.S_IFSOCK: "a socket",
    stat.S_IFCHR: "a device",
    stat.S_IFBLK: "a device",
    stat.S_IFDIR: "a folder",
    stat.S_IFLNK: "a link that leads nowhere",
}
Passed = Callable[[Path, str], None]


class NotAFileError(OSError):
    """There is something, but no regular file."""


def is_name(name: str) -> bool:
    """Whether a file of this name can be an object: text that a listing can carry, and not hidden."""
    return bool(name) and not name.startswith(".") and name.isprintable() and "\\" not in name and "/" not in name


def regular(path: Path) -> os.stat_result:
    """The status of a regular file. Raises NotAFileError for anything else, or another OSError."""
    found = path.stat()
    if not stat.S_ISREG(found.st_mode):
        raise NotAFileError(errno.EINVAL, f"{_kind(found.st_mode)}, not a file", str(path))
    return found


def read_file(path: Path) -> bytes:
    """The bytes of a regular file. Raises NotAFileError or another OSError; never waits for a writer."""
    regular(path)
    # Looked at twice: another process may have put something else there in between.
    handle = os.open(path, os.O_RDONLY | OPEN_NOW)
    with os.fdopen(handle, "rb") as file:
        if not stat.S_ISREG(os.fstat(handle).st_mode):
            raise NotAFileError(errno.EINVAL, "not a file", str(path))
        return file.read()


def _nothing(_path: Path, _why: str) -> None:
    """Nobody wants to know what is passed over."""


def files_below(root: Path, start: str = "", passed: Passed = _nothing) -> Iterator[str]:
    """The regular files below `root`/`start`, as paths from `root` with slashes, in no order.

    Links to folders are not followed. `passed` is told of everything else that is there.
    """
    folders = [start]
    while folders:
        folder = folders.pop()
        try:
            with os.scandir(root / folder) as found:
                entries = list(found)
        except (FileNotFoundError, NotADirectoryError):
            continue
        except OSError as error:
            passed(root / folder, f"the folder cannot be read ({error.strerror})")
            continue
        for entry in entries:
            path = f"{folder}/{entry.name}" if folder else entry.name
            if entry.name.startswith("."):
                continue
            if why := _unusable(entry, path):
                passed(root / path, why)
            elif entry.is_dir(follow_symlinks=False):
                folders.append(path)
            else:
                yield path


def _unusable(entry: "os.DirEntry[str]", path: str) -> str | None:
    """Why an entry is neither an object nor a folder of objects."""
    if not is_name(entry.name):
        return "its name cannot be that of an object"
    if path.count("/") >= DEEPEST:
        return "it lies too deep"
    try:
        mode = entry.stat().st_mode
    except FileNotFoundError:
        return f"it is {_KINDS[stat.S_IFLNK]}" if entry.is_symlink() else None
    except OSError as error:
        return f"it cannot be looked at ({error.strerror})"
    if stat.S_ISDIR(mode) and entry.is_symlink():
        return "it is a link to a folder"
    return None if stat.S_ISDIR(mode) or stat.S_ISREG(mode) else f"it is {_kind(mode)}, not a file"


def _kind(mode: int) -> str:
    return _KINDS.get(stat.S_IFMT(mode), "something else")


def write_file(path: Path, body: bytes, *, times: tuple[int, int] | None = None) -> None:
    """Replace the file as a whole and on disk, at the moment of a rename. `times` are those it gets, in ns."""
    made = [folder for folder in (path.parent, *path.parents) if not folder.exists()]
    path.parent.mkdir(parents=True, exist_ok=True)
    temporary = tempfile.NamedTemporaryFile(dir=path.parent, prefix=UNFINISHED, delete=False)  # noqa: SIM115 - renamed
    try:
        with temporary:
            temporary.write(body)
            temporary.flush()
            os.fsync(temporary.fileno())
        Path(temporary.name).chmod(0o644)
        if times:
            os.utime(temporary.name, ns=times)
        _rename(Path(temporary.name), path)
    except OSError:
        Path(temporary.name).unlink(missing_ok=True)
        raise
    for folder in {path.parent, *(folder.parent for folder in made)}:
        _sync_folder(folder)


def remove_unfinished(root: Path) -> None:
    """Delete what a killed process was writing, hidden folders included."""
    for folder, folders, files in os.walk(root):
        folders[:] = folders if Path(folder).relative_to(root).as_posix().count("/") < DEEPEST else []
        for name in files:
            if name.startswith(UNFINISHED):
                delete(Path(folder, name))


def delete(path: Path) -> None:
    """Delete a file if it is there and can be deleted."""
    try:
        path.unlink(missing_ok=True)
    except (PermissionError, IsADirectoryError, NotADirectoryError):
        return  # of another owner, or a folder: left to whoever put it there


def _rename(written: Path, path: Path) -> None:
    """Put a file in the place of another. Windows refuses while somebody reads that one, which is over in a moment."""
    for wait in _WAITS if os.name == "nt" else ():
        try:
            written.replace(path)
        except PermissionError:
            time.sleep(wait)
        else:
            return
    written.replace(path)


def _sync_folder(folder: Path) -> None:
    """Make the names in a folder last through a power cut; Windows opens no folders, and NTFS keeps a journal."""
    if os.name == "nt":
        return
    handle = os.open(folder, os.O_RDONLY)
    try:
        os.fsync(handle)
    finally:
        os.close(handle)
