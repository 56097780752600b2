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

from etf_common.errors import UsageError

META = ".meta"
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
        """The object of `key`; None if there is none, or a file that was not written here."""
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
            sidecars = {sidecar.stem: sidecar for sidecar in self._sidecars(key).glob("*.json")}
            digest = hashlib.sha256(body).hexdigest()
            sidecar = sidecars.get(digest) or next(iter(sidecars.values()), None)
            if sidecar is None:
                return None
            record = json.loads(sidecar.read_bytes())
            modified = datetime.fromtimestamp(path.stat().st_mtime, UTC)
            return DiskObject(
                key=key,
                path=path,
                size=len(body),
                etag=record["etag"],
                sha256_base64=record["sha256"],
                headers=record["headers"],
                last_modified=modified,
                damaged=digest not in sidecars,
            )
        except (FileNotFoundError, IsADirectoryError, ValueError, KeyError, TypeError):
            return None  # gone again, a folder, or not written here

    def keys(self, prefix: str = "") -> Iterator[str]:
        """The keys of all files that begin with `prefix`, whatever their state."""
        parts = prefix.split("/")
        if "" in parts[:-1] or ".." in parts:
            return  # nothing outside the folder is a key
        start = self.root / prefix.rpartition("/")[0]
        for folder, folders, files in os.walk(start):
            folders[:] = [name for name in folders if name != META]
            for name in files:
                key = (Path(folder) / name).relative_to(self.root).as_posix()
                if key.startswith(prefix) and not name.startswith("."):
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
        if any(not part or part.startswith(".") for part in parts) or "\0" in key or "\\" in key:
            raise ValueError(f"{key!r} is no key of the lake")
        return self.root.joinpath(*parts)

    def _sidecars(self, key: str) -> Path:
        return self.root / META / self._path(key).relative_to(self.root)

    def _replace(self, path: Path, body: bytes) -> None:
        path.parent.mkdir(parents=True, exist_ok=True)
        temporary = tempfile.NamedTemporaryFile(dir=path.parent, prefix=".", delete=False)  # noqa: SIM115 - renamed below
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
        folder = os.open(path.parent, os.O_RDONLY)
        try:
            os.fsync(folder)
        finally:
            os.close(folder)


def _signature(path: Path) -> _Signature:
    stat = path.stat()
    return stat.st_mtime_ns, stat.st_size, stat.st_ino
