"""Objects as files: the lake's layout in a folder that a person can open.

An object `raw/VTI/x.html` is the file of that name. Its headers and checksum stand beside in
`.meta/raw/VTI/x.html/{sha256}.json`, named by the content they belong to: the rename of the object's own file is the
one moment at which a write counts, and whenever the machine stops, the bytes there still have their headers.
"""

import base64
import errno
import hashlib
import json
import os
import tempfile
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from etf_common.errors import UsageError

META = ".meta"
_UNFINISHED = ".writing-"
_NO_CHECKSUM = base64.b64encode(bytes(32)).decode()
_Signature = tuple[int, int, int]


@dataclass(frozen=True)
class DiskObject:
    """One object: where its bytes are, and what was stored with them.

    `damaged`: the bytes are not those that the checksum was made of, so a reader who verifies it will see.
    """

    key: str
    path: Path
    size: int
    etag: str
    sha256_base64: str
    headers: Mapping[str, str]
    last_modified: datetime
    damaged: bool


class DataFolder:
    """The objects below `root`. One process writes, any number read; readers see every finished write."""

    def __init__(self, root: Path, *, read_only: bool = False) -> None:
        self.root = root
        self.read_only = read_only
        self._known: dict[str, tuple[_Signature, DiskObject | None]] = {}
        if not read_only:
            self._prepare()

    def _prepare(self) -> None:
        if self.root.exists() and not self.root.is_dir():
            raise UsageError(f"data dir {self.root} is not a folder; give a folder with --data-dir")
        try:
            (self.root / META).mkdir(parents=True, exist_ok=True)
            with tempfile.TemporaryFile(dir=self.root / META):
                pass
        except OSError as error:
            raise UsageError(f"data dir {self.root} cannot be written ({error.strerror}); see --data-dir") from None

    def write(self, key: str, body: bytes, headers: Mapping[str, str]) -> DiskObject:
        """Put the object on disk: when this returns, a power cut cannot undo it. Raises OSError."""
        if self.read_only:
            raise PermissionError(errno.EROFS, "this process only reads", key)
        path, sidecars = self._path(key), self._sidecars(key)
        digest = hashlib.sha256(body)
        record = {
            "size": len(body),
            "etag": hashlib.md5(body, usedforsecurity=False).hexdigest(),
            "sha256": base64.b64encode(digest.digest()).decode(),
            "headers": dict(headers),
        }
        sidecar = sidecars / f"{digest.hexdigest()}.json"
        self._replace(sidecar, json.dumps(record, indent=1).encode())
        self._replace(path, body)
        for old in sidecars.iterdir():
            if old != sidecar:
                old.unlink(missing_ok=True)
        self._known.pop(key, None)
        found = self.find(key)
        if found is None:
            raise FileNotFoundError(key)
        return found

    def find(self, key: str) -> DiskObject | None:
        """The object of `key`; None if there is none. A file that was not written here is a damaged object."""
        path = self._path(key)
        while True:
            try:
                signature = _signature(path)
            except (FileNotFoundError, NotADirectoryError):
                self._known.pop(key, None)
                return None
            known = self._known.get(key)
            if known and known[0] == signature:
                return known[1]
            found = self._load(key, path)
            # A writer may have been at work in between: what was read must still be there.
            if path.exists() and _signature(path) == signature:
                self._known[key] = signature, found
                return found

    def _load(self, key: str, path: Path) -> DiskObject | None:
        try:
            body = path.read_bytes()
            modified = datetime.fromtimestamp(path.stat().st_mtime, UTC)
            sidecars = {sidecar.stem: sidecar for sidecar in self._sidecars(key).glob("*.json")}
        except (FileNotFoundError, IsADirectoryError):
            return None
        digest = hashlib.sha256(body)
        sidecar = sidecars.get(digest.hexdigest()) or next(iter(sidecars.values()), None)
        try:
            record: Any = json.loads(sidecar.read_bytes()) if sidecar else None
            etag, sha256, headers = record["etag"], record["sha256"], record["headers"]
        except (FileNotFoundError, ValueError, KeyError, TypeError):
            # Nothing says what was written here: a checksum that no bytes have, so that no reader takes it for good.
            etag, sha256, headers, sidecars = digest.hexdigest()[:32], _NO_CHECKSUM, {}, {}
        return DiskObject(
            key=key,
            path=path,
            size=len(body),
            etag=etag,
            sha256_base64=sha256,
            headers=headers,
            last_modified=modified,
            damaged=digest.hexdigest() not in sidecars,
        )

    def read(self, key: str) -> tuple[DiskObject, bytes] | None:
        """The object and its bytes, which belong together also while another process writes it."""
        while True:
            found = self.find(key)
            try:
                body = found.path.read_bytes() if found else b""
            except FileNotFoundError:
                continue
            if found is None:
                return None
            if found.damaged or base64.b64encode(hashlib.sha256(body).digest()).decode() == found.sha256_base64:
                return found, body

    def keys(self, prefix: str = "") -> Iterator[str]:
        """The keys of all files that begin with `prefix`, whatever their state."""
        parts = prefix.split("/")
        if "" in parts[:-1] or ".." in parts:
            return  # nothing outside the folder is a key
        start = self.root / prefix.rpartition("/")[0]
        for folder, folders, files in os.walk(start):
            folders[:] = [name for name in folders if _is_part(name)]
            for name in files:
                key = (Path(folder) / name).relative_to(self.root).as_posix()
                if key.startswith(prefix) and _is_part(name):
                    yield key

    def remove(self, key: str) -> None:
        """Delete the object, if it is there."""
        self._path(key).unlink(missing_ok=True)
        for sidecar in self._sidecars(key).glob("*.json"):
            sidecar.unlink(missing_ok=True)
        self._known.pop(key, None)

    def set_aside(self, key: str) -> Path:
        """Move a damaged file out of the lake, to `.meta/damaged/`; nothing is lost. Returns where it is now."""
        path = self._path(key)
        digest = hashlib.sha256(path.read_bytes()).hexdigest()
        aside = self.root / META / "damaged" / f"{key}.{digest[:12]}"
        aside.parent.mkdir(parents=True, exist_ok=True)
        path.replace(aside)
        self.remove(key)
        return aside

    def _path(self, key: str) -> Path:
        parts = key.split("/")
        if not all(map(_is_part, parts)):
            raise ValueError(f"{key!r} is no key of the lake")
        return self.root.joinpath(*parts)

    def _sidecars(self, key: str) -> Path:
        return self.root / META / self._path(key).relative_to(self.root)

    def remove_unfinished(self) -> None:
        """Delete what a killed process was writing."""
        for path in self.root.rglob(f"{_UNFINISHED}*"):
            path.unlink(missing_ok=True)

    def _replace(self, path: Path, body: bytes) -> None:
        made = [folder for folder in (path.parent, *path.parents) if not folder.exists()]
        path.parent.mkdir(parents=True, exist_ok=True)
        temporary = tempfile.NamedTemporaryFile(dir=path.parent, prefix=_UNFINISHED, delete=False)  # noqa: SIM115 - renamed
        try:
            with temporary:
                temporary.write(body)
                temporary.flush()
                os.fsync(temporary.fileno())
            Path(temporary.name).chmod(0o644)
            Path(temporary.name).replace(path)
        except OSError:
            Path(temporary.name).unlink(missing_ok=True)
            raise
        for folder in {path.parent, *(folder.parent for folder in made)}:
            _sync_folder(folder)


def _sync_folder(folder: Path) -> None:
    """Make the names in a folder last through a power cut."""
    handle = os.open(folder, os.O_RDONLY)
    try:
        os.fsync(handle)
    finally:
        os.close(handle)


def _is_part(name: str) -> bool:
    """Whether a name can be part of a key."""
    return bool(name) and not name.startswith(".") and "\0" not in name and "\\" not in name


def _signature(path: Path) -> _Signature:
    stat = path.stat()
    return stat.st_mtime_ns, stat.st_size, stat.st_ino
