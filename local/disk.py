"""Objects as files: the lake's layout in a folder that a person can open.

An object `raw/VTI/x.html` is the file of that name, or `x.html.gz` once it is old. Its headers and checksum stand
beside in `.meta/raw/VTI/x.html/{sha256}.json`, named by the content they belong to: the rename of the object's own file
is the one moment at which a write counts, and whenever the machine stops, the bytes there still have their headers.
"""

import base64
import errno
import gzip
import hashlib
import io
import json
import secrets
import tempfile
import zlib
from collections import OrderedDict
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from etf_common.errors import UsageError
from local.files import NotAFileError, delete, files_below, is_name, read_file, regular, remove_unfinished, write_file

META = ".meta"
CHANGES_CSV = "downloads/changes.csv"
"""The alerts, row by row. No object of the lake, though it lies there: rows are appended, and its owner may edit it."""
UNCHECKED = (CHANGES_CSV, "alerts/")
"""What no checksum is asked of: markers of alerts count by being there."""
PACKED = ".gz"
_PACKED_PREFIX = "raw/"
_KNOWN = 4096
"""Objects whose bytes were compared with their checksum and need not be read again while their files stay the same."""
_NO_CHECKSUM = base64.b64encode(bytes(32)).decode()
_LARGEST = 256 * 1024 * 1024
_Signature = tuple[str, int, int, int]


@dataclass(frozen=True)
class DiskObject:
    """One object: where its bytes are, and what was stored with them.

    `problem` says why the bytes are not those that the checksum was made of; empty if they are.
    """

    key: str
    path: Path
    size: int
    etag: str
    sha256_base64: str
    headers: Mapping[str, str]
    last_modified: datetime
    problem: str = ""

    @property
    def damaged(self) -> bool:
        """Whether the bytes are not what was written; a reader who verifies the checksum will see."""
        return bool(self.problem)


@dataclass(frozen=True)
class Passed:
    """Something in the folder that is passed over, and why."""

    path: Path
    why: str


class DataFolder:
    """The objects below `root`. One process writes, any number read; readers see every finished write."""

    def __init__(self, root: Path, *, read_only: bool = False) -> None:
        self.root = root
        self.read_only = read_only
        self._known: OrderedDict[str, tuple[_Signature, DiskObject]] = OrderedDict()
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
        write_file(sidecar, json.dumps(record, indent=1).encode())
        write_file(path, body)
        delete(_packed(path))
        for old in sidecars.iterdir():
            if old != sidecar:
                delete(old)
        self._known.pop(key, None)
        found = self.find(key)
        if found is None:
            raise FileNotFoundError(errno.ENOENT, "it was removed at once", key)
        return found

    def find(self, key: str) -> DiskObject | None:
        """The object of `key`; None if there is no file. A file that was not written here is a damaged object."""
        while True:
            try:
                path, signature = self._place(key)
            except NotAFileError:
                return None
            except PermissionError as error:
                return self._unreadable(key, self._path(key), error)
            except OSError:  # not there, or no name that the file system can have
                self._known.pop(key, None)
                return None
            known = self._known.get(key)
            if known and known[0] == signature:
                self._known.move_to_end(key)
                return known[1]
            found = self._load(key, path)
            if found is None:
                continue  # it went while it was read
            # A writer may have been at work in between: what was read must still be there.
            if self._is_still(key, signature):
                self._known[key] = signature, found
                if len(self._known) > _KNOWN:
                    self._known.popitem(last=False)
                return found

    def _place(self, key: str) -> tuple[Path, _Signature]:
        """The file of a key and its state. Raises OSError."""
        path = self._path(key)
        try:
            status = regular(path)
        except FileNotFoundError:
            if not key.startswith(_PACKED_PREFIX):
                raise
            path = _packed(path)
            status = regular(path)
        return path, (path.name, status.st_mtime_ns, status.st_size, status.st_ino)

    def _is_still(self, key: str, signature: _Signature) -> bool:
        try:
            return self._place(key)[1] == signature
        except OSError:
            return False

    def _load(self, key: str, path: Path) -> DiskObject | None:
        """The object as it is now; None if the file is gone."""
        records = self._records(key)
        try:
            modified = datetime.fromtimestamp(regular(path).st_mtime, UTC)
            body = _bytes_of(key, path)
        except FileNotFoundError:
            return None
        except OSError as error:
            return self._unreadable(key, path, error)
        digest = hashlib.sha256(body).hexdigest()
        record = records.get(digest) or next(iter(records.values()), None)
        if record is None:
            # Nothing says what was written here: a checksum that no bytes have, so that no reader takes it for good.
            record = {"etag": digest[:32], "sha256": _NO_CHECKSUM, "headers": {}}
        return DiskObject(
            key=key,
            path=path,
            size=len(body),
            etag=record["etag"],
            sha256_base64=record["sha256"],
            headers=record["headers"],
            last_modified=modified,
            problem="" if digest in records else "its bytes do not match its checksum",
        )

    def _records(self, key: str) -> dict[str, dict[str, Any]]:
        """What was stored with each content that the object has had, by its SHA-256, as far as it can be read."""
        records: dict[str, dict[str, Any]] = {}
        try:
            sidecars = [path for path in self._sidecars(key).iterdir() if path.suffix == ".json"]
        except OSError:
            return records
        for sidecar in sidecars:
            try:
                record = json.loads(read_file(sidecar))
                if all(isinstance(record[name], str) for name in ("etag", "sha256")):
                    records[sidecar.stem] = {**record, "headers": dict(record["headers"])}
            except (OSError, ValueError, KeyError, TypeError):
                continue
        return records

    @staticmethod
    def _unreadable(key: str, path: Path, error: OSError) -> DiskObject:
        problem = f"it cannot be read ({error.strerror})"
        empty = hashlib.md5(key.encode(), usedforsecurity=False).hexdigest()
        return DiskObject(key, path, 0, empty, _NO_CHECKSUM, {}, datetime.fromtimestamp(0, UTC), problem)

    def glance(self, key: str) -> DiskObject | None:
        """As `find`, for a listing: what stands beside the object is believed, and its bytes are not read."""
        try:
            path, signature = self._place(key)
            modified = datetime.fromtimestamp(regular(path).st_mtime, UTC)
        except OSError:
            return self.find(key)
        known = self._known.get(key)
        records = list(self._records(key).values()) if known is None or known[0] != signature else []
        if len(records) != 1 or not isinstance(size := records[0].get("size"), int):
            return self.find(key)
        (record,) = records
        return DiskObject(key, path, size, record["etag"], record["sha256"], record["headers"], modified)

    def read(self, key: str) -> tuple[DiskObject, bytes] | None:
        """The object and its bytes, which belong together also while another process writes it."""
        while True:
            found = self.find(key)
            if found is None:
                return None
            try:
                body = _bytes_of(key, found.path)
            except FileNotFoundError:
                continue
            except OSError as error:
                return self._unreadable(key, found.path, error), b""
            if found.damaged or base64.b64encode(hashlib.sha256(body).digest()).decode() == found.sha256_base64:
                return found, body

    def keys(self, prefix: str = "") -> Iterator[str]:
        """The keys of all files that begin with `prefix`, whatever their state."""
        parts = prefix.split("/")
        if "" in parts[:-1] or ".." in parts:
            return  # nothing outside the folder is a key
        for path in files_below(self.root, prefix.rpartition("/")[0]):
            key = self._key_of(path)
            if key is not None and key.startswith(prefix):
                yield key

    def _key_of(self, path: str) -> str | None:
        """The key of a file; None for the packed form of an object that is there unpacked."""
        if not (path.startswith(_PACKED_PREFIX) and path.endswith(PACKED)):
            return path
        key = path.removesuffix(PACKED)
        if not self._sidecars(key).is_dir():
            return path  # it was called so from the start
        return None if self._path(key).exists() else key

    def passed_over(self) -> list[Passed]:
        """What lies in the folder and is no object: FIFOs, sockets, folders that cannot be read, strange names."""
        passed: list[Passed] = []
        for _ in files_below(self.root, passed=lambda path, why: passed.append(Passed(path, why))):
            continue
        return sorted(passed, key=lambda each: str(each.path))

    def remove(self, key: str) -> None:
        """Delete the object, if it is there."""
        path = self._path(key)
        path.unlink(missing_ok=True)
        if key.startswith(_PACKED_PREFIX):
            _packed(path).unlink(missing_ok=True)
        sidecars = self._sidecars(key)
        for sidecar in sidecars.glob("*.json"):
            delete(sidecar)
        self._known.pop(key, None)

    def pack(self, key: str) -> bool:
        """Compress an object of raw/; it reads as before. Returns whether it was done now. Raises OSError."""
        found = self.find(key)
        if found is None or found.damaged or found.path.suffix == PACKED or not key.startswith(_PACKED_PREFIX):
            return False
        status = regular(found.path)
        body = gzip.compress(read_file(found.path), mtime=0)
        # The old file goes last, so that a stop in between leaves both, and both are whole.
        write_file(_packed(found.path), body, times=(status.st_atime_ns, status.st_mtime_ns))
        found.path.unlink()
        return True

    def set_aside(self, key: str) -> Path:
        """Move a damaged file out of the lake, to `.meta/damaged/`; nothing is lost. Returns where it is now.

        Raises OSError.
        """
        path = self._place(key)[0]
        try:
            name = hashlib.sha256(read_file(path)).hexdigest()[:12]
        except PermissionError:
            name = secrets.token_hex(6)
        aside = self.root / META / "damaged" / f"{key}.{name}{path.suffix if path.suffix == PACKED else ''}"
        aside.parent.mkdir(parents=True, exist_ok=True)
        path.replace(aside)
        self.remove(key)
        return aside

    def _path(self, key: str) -> Path:
        parts = key.split("/")
        if not all(map(is_name, parts)):
            raise ValueError(f"{key!r} is not a key of the lake")
        return self.root.joinpath(*parts)

    def _sidecars(self, key: str) -> Path:
        return self.root / META / self._path(key).relative_to(self.root)

    def remove_unfinished(self) -> None:
        """Delete what a killed process was writing."""
        remove_unfinished(self.root)


def _packed(path: Path) -> Path:
    return path.with_name(path.name + PACKED)


def _bytes_of(key: str, path: Path) -> bytes:
    """The object's bytes; those of a packed file that cannot be unpacked are the file's own. Raises OSError."""
    body = read_file(path)
    if path.name == key.rpartition("/")[2]:
        return body
    try:
        with gzip.GzipFile(fileobj=io.BytesIO(body)) as packed:
            return packed.read(_LARGEST)
    except (OSError, EOFError, zlib.error):
        return body
