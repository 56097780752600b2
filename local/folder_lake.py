"""The lake read straight from a data folder: no S3 in between, so that one answer costs no server."""

from collections.abc import Iterator
from datetime import UTC, datetime
from pathlib import Path
from typing import Any, NoReturn, cast

from etf_common.errors import DamagedObjectError, PipelineError
from etf_common.lake import Lake, NotModifiedError, ObjectNotFoundError, ObjectTooLargeError, StoredObject
from local.disk import DataFolder, DiskObject

_METADATA = "x-amz-meta-"


class FolderLake(Lake):
    """The objects below `root`, to be read only. ETags, metadata and errors are those of the embedded S3."""

    def __init__(self, root: Path) -> None:
        super().__init__(cast(Any, None), str(root))
        self._folder = DataFolder(root, read_only=True)

    def read(self, key: str, *, unless_etag: str | None = None, most_bytes: int | None = None) -> StoredObject:
        """As Lake.read."""
        found = self._found(key)
        if unless_etag == _etag(found):
            raise NotModifiedError(key)
        if most_bytes is not None and found.size > most_bytes:
            raise ObjectTooLargeError(f"{key} has {found.size:,} bytes; at most {most_bytes:,} are read")
        read = self._folder.read(key)
        if read is None:
            raise _missing(key)
        state, body = read
        if state.damaged:
            raise DamagedObjectError(f"{key} does not match its checksum")
        return _stored(state, body)

    def beginning(self, key: str, count: int) -> StoredObject:
        """As Lake.beginning."""
        read = self._folder.read(key)
        if read is None:
            raise _missing(key)
        state, body = read
        if not body:
            raise DamagedObjectError(f"{key} is empty")
        return _stored(state, body[:count])

    def head(self, key: str) -> StoredObject:
        """As Lake.head."""
        return _stored(self._found(key), b"")

    def time(self, key: str) -> datetime | None:
        """This machine's time."""
        return _now()

    def folders(self, prefix: str) -> list[str]:
        """As Lake.folders."""
        rests = (key.removeprefix(prefix) for key in self._folder.keys(prefix))
        return sorted({rest.partition("/")[0] for rest in rests if "/" in rest})

    def delete(self, key: str) -> NoReturn:
        """Refused. Raises PipelineError."""
        self._refuse(key)

    def _put(self, key: str, *_: object) -> NoReturn:
        self._refuse(key)

    def _refuse(self, key: str) -> NoReturn:
        raise PipelineError(f"{key} is not written: this process only reads")

    def _found(self, key: str) -> DiskObject:
        found = self._folder.find(key)
        if found is None:
            raise _missing(key)
        return found

    def _list(self, prefix: str, after: str = "") -> Iterator[Any]:
        for key in sorted(key for key in self._folder.keys(prefix) if key > after):
            found = self._folder.glance(key)
            if found is not None:
                yield {"Key": key, "ETag": _etag(found), "LastModified": found.last_modified, "Size": found.size}


def _missing(key: str) -> ObjectNotFoundError:
    return ObjectNotFoundError(f"{key} does not exist")


def _etag(found: DiskObject) -> str:
    return f'"{found.etag}"'


def _stored(found: DiskObject, body: bytes) -> StoredObject:
    metadata = {
        name.removeprefix(_METADATA): value for name, value in found.headers.items() if name.startswith(_METADATA)
    }
    return StoredObject(body, _etag(found), metadata, _now())


def _now() -> datetime:
    return datetime.now(UTC).replace(microsecond=0)
