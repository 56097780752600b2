"""S3 and SQS in this process: moto's server on a local port, with the lake's objects in a data folder.

moto speaks the protocol, keeps the conditions and sends the notifications; the folder is the truth. Before every
request on an object the folder's state is shown to moto, and a write is on disk before it is answered.
"""

import threading
from collections.abc import Callable, Iterable
from http import HTTPStatus
from types import TracebackType
from typing import Any, Self
from urllib.parse import parse_qs

from moto.core.base_backend import BackendDict
from moto.moto_server.werkzeug_app import create_backend_app
from moto.s3.models import FakeKey, s3_backends

from local.disk import DataFolder, DiskObject
from local.wsgi_server import WsgiServer

BUCKET = "etf-lake"
ACCOUNT = "123456789012"
LOOPBACK = "127.0.0.1"
_LOCKS = 64
THREADS = 16
"""More than ask at once: a queue's poller holds one while it waits for a message."""
_StartResponse = Callable[..., Any]


class DiskKey(FakeKey):  # type: ignore[misc]
    """moto's object, with its bytes in a file instead of in memory."""

    def __init__(self, found: DiskObject) -> None:
        self.found = found
        self.body: bytes | None = None
        super().__init__(
            name=found.key,
            value=b"",
            account_id=ACCOUNT,
            region_name="aws",
            etag=found.etag,
            version_id="null",
            bucket_name=BUCKET,
            checksum_value=found.sha256_base64,
        )
        self.contentsize = found.size
        self.last_modified = found.last_modified.replace(tzinfo=None)
        self.checksum_algorithm = "SHA256"
        self.set_metadata(dict(found.headers), replace=True)

    @property
    def value(self) -> bytes:
        """The bytes of the request under way, else the file's; the reader compares them with the checksum."""
        return self.found.path.read_bytes() if self.body is None else self.body

    @value.setter
    def value(self, _: bytes) -> None:
        """moto sets the value that it was made with; here that is the file."""


class _DiskBackedS3:
    """A WSGI layer around moto's S3 for the objects of the lake's bucket; everything else is SQS's."""

    _s3: Callable[..., Iterable[bytes]]
    _sqs: Callable[..., Iterable[bytes]]

    def __init__(self, folder: DataFolder) -> None:
        self._folder = folder
        # moto's own dispatcher looks through all its services for every request; here there are two.
        self._s3, self._sqs = create_backend_app("s3"), create_backend_app("sqs")
        self._locks = [threading.RLock() for _ in range(_LOCKS)]

    def __call__(self, environ: dict[str, Any], start_response: _StartResponse) -> Iterable[bytes]:
        bucket, _, key = environ["PATH_INFO"].lstrip("/").partition("/")
        if bucket != BUCKET:
            return self._sqs(environ, start_response)
        if not key:
            prefix = parse_qs(environ.get("QUERY_STRING", "")).get("prefix", [""])[0]
            if environ["REQUEST_METHOD"] == "GET":
                self._show_all(prefix)
            return self._s3(environ, start_response)
        try:
            # One request on an object at a time: moto checks a condition and writes in two steps, and a reader
            # whom the notification called must not come before the bytes are on disk.
            with self._locks[hash(key) % _LOCKS]:
                return self._on_object(key, environ, start_response)
        except ValueError as error:
            return _refuse(start_response, HTTPStatus.BAD_REQUEST, "InvalidArgument", str(error))
        except OSError as error:
            self._show(key, self._folder.find(key))
            reason = f"the data folder cannot be written: {error.strerror}"
            return _refuse(start_response, HTTPStatus.INSUFFICIENT_STORAGE, "DataFolderError", reason)

    def _on_object(self, key: str, environ: dict[str, Any], start_response: _StartResponse) -> Iterable[bytes]:
        method = environ["REQUEST_METHOD"]
        if method not in {"GET", "HEAD"} and self._folder.read_only:
            return _refuse(start_response, HTTPStatus.FORBIDDEN, "AccessDenied", "this server only reads")
        if method == "GET":
            return self._get(key, environ, start_response)
        self._show(key, self._folder.find(key))
        if method == "HEAD":
            return self._s3(environ, start_response)
        held: list[Any] = []
        body = list(self._s3(environ, lambda *arguments: held.extend(arguments)))
        if held[0].startswith("2"):
            self._persist(key)
        start_response(*held)
        return body

    def _get(self, key: str, environ: dict[str, Any], start_response: _StartResponse) -> Iterable[bytes]:
        # ETag, checksum and bytes of one state of the file, whatever another process writes meanwhile.
        state = self._folder.read(key)
        self._show(key, state[0] if state else None)
        shown = self._keys().get(key)
        if state is None or shown is None:
            return self._s3(environ, start_response)
        shown.body = state[1]
        try:
            return list(self._s3(environ, start_response))
        finally:
            shown.body = None

    def _persist(self, key: str) -> None:
        written = self._keys().get(key)
        if written is None:
            self._folder.remove(key)
        elif not isinstance(written, DiskKey):
            found = self._folder.write(key, written.value, dict(written.metadata))
            self._keys().setlist(key, [DiskKey(found)])

    def _show(self, key: str, found: DiskObject | None) -> None:
        """Let moto see of `key` what the folder holds."""
        shown = self._keys().get(key)
        if found is None:
            if shown is not None:
                self._keys().pop(key)
        elif not isinstance(shown, DiskKey) or shown.found is not found:
            self._keys().setlist(key, [DiskKey(found)])

    def _show_all(self, prefix: str) -> None:
        there = set(self._folder.keys(prefix))
        gone = {key for key in list(self._keys()) if key.startswith(prefix)} - there
        for key in there | gone:
            with self._locks[hash(key) % _LOCKS]:
                self._show(key, self._folder.find(key))

    @staticmethod
    def _keys() -> Any:
        return s3_backends[ACCOUNT]["aws"].get_bucket(BUCKET).keys


def _refuse(start_response: _StartResponse, status: HTTPStatus, code: str, message: str) -> Iterable[bytes]:
    start_response(f"{status.value} {status.phrase}", [("Content-Type", "application/xml")])
    return [f"<Error><Code>{code}</Code><Message>{message}</Message></Error>".encode()]


class EmbeddedAws:
    """S3 and SQS on `url` while it is open, for one data folder. One at a time in a process: moto's state is global."""

    def __init__(self, folder: DataFolder, host: str = LOOPBACK, port: int = 0) -> None:
        self._host = host
        self._server = WsgiServer(_DiskBackedS3(folder), name="embedded-aws", host=host, port=port, threads=THREADS)

    @property
    def url(self) -> str:
        """Where it answers, once it is open."""
        return f"http://{self._host}:{self._server.port}"

    def __enter__(self) -> Self:
        BackendDict.reset()
        s3_backends[ACCOUNT]["aws"].create_bucket(BUCKET, "us-east-1")
        self._server.__enter__()
        return self

    def __exit__(self, *_: type[BaseException] | BaseException | TracebackType | None) -> None:
        self._server.__exit__()
