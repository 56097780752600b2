"""S3 and SQS in this process: moto's server on a local port, with the lake's objects in a data folder.

moto speaks the protocol, keeps the conditions and sends the notifications; the folder is the truth. moto is shown an
object for the time of one request, so that its memory does not grow with the lake, and a write is on disk before it is
answered.
"""

import heapq
import threading
import time
from collections.abc import Callable, Iterable, Mapping
from contextlib import ExitStack
from http import HTTPStatus
from types import TracebackType
from typing import Any, Self
from urllib.parse import parse_qs

import moto.sqs.models
from moto.core.base_backend import BackendDict
from moto.core.model_instances import model_data
from moto.moto_server.werkzeug_app import create_backend_app
from moto.s3.models import FakeKey, s3_backends
from moto.sqs.models import sqs_backends

from local.disk import DataFolder, DiskObject
from local.wsgi_server import WsgiServer

BUCKET = "etf-lake"
ACCOUNT = "123456789012"
REGION = "us-east-1"
LOOPBACK = "127.0.0.1"
PAGE_KEYS = 1000
"""S3's, where a listing does not say how many it wants."""
_LOCKS = 64
THREADS = 16
"""More than ask at once: a queue's poller holds one while it waits for a message."""
_StartResponse = Callable[..., Any]
_Application = Callable[[dict[str, Any], _StartResponse], Iterable[bytes]]


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
        self._value_buffer.close()

    @property
    def value(self) -> bytes:
        """The bytes of the request under way; the reader compares them with the checksum."""
        return self.body or b""

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
            return self._on_bucket(environ, start_response)
        try:
            # One request on an object at a time: moto checks a condition and writes in two steps, and a reader
            # whom the notification called must not come before the bytes are on disk.
            with self._locks[hash(key) % _LOCKS]:
                try:
                    return self._on_object(key, environ, start_response)
                finally:
                    self._show(key, None)
        except ValueError as error:
            return _refuse(start_response, HTTPStatus.BAD_REQUEST, "InvalidArgument", str(error))
        except OSError as error:
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
            return list(self._s3(environ, start_response))
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
        return list(self._s3(environ, start_response))

    def _persist(self, key: str) -> None:
        written = self._keys().get(key)
        if written is None:
            self._folder.remove(key)
        elif not isinstance(written, DiskKey):
            self._folder.write(key, written.value, dict(written.metadata))

    def _show(self, key: str, found: DiskObject | None) -> None:
        """Let moto see of `key` what the folder holds, or nothing."""
        if found is not None:
            self._keys().setlist(key, [DiskKey(found)])
        elif key in self._keys():
            _backend().tagger.delete_all_tags_for_resource(self._keys().get(key).arn)
            self._keys().pop(key)

    def _on_bucket(self, environ: dict[str, Any], start_response: _StartResponse) -> Iterable[bytes]:
        if environ["REQUEST_METHOD"] != "GET":
            return self._s3(environ, start_response)
        query = {name: values[0] for name, values in parse_qs(environ.get("QUERY_STRING", "")).items()}
        listed = self._page(query)
        with ExitStack() as nobody_else:
            for lock in self._locks:
                nobody_else.enter_context(lock)
            try:
                for key in listed:
                    self._show(key, self._folder.glance(key))
                return list(self._s3(environ, start_response))
            finally:
                for key in listed:
                    self._show(key, None)

    def _page(self, query: Mapping[str, str]) -> list[str]:
        """The keys that a page of a listing needs, in order: those of a later page cost the earlier ones nothing."""
        token, most = query.get("continuation-token"), query.get("max-keys", "")
        # Where a page ended stands only in moto's memory of its tokens.
        after = _backend()._pagination_tokens.get(token, "") if token else query.get("start-after", "")
        listed = self._listed(query.get("prefix", ""), query.get("delimiter", ""), after)
        # One more shows moto that there is another page, and one may be the folder that the last page ended with.
        return heapq.nsmallest((int(most) if most.isdecimal() else PAGE_KEYS) + 2, listed)

    def _listed(self, prefix: str, delimiter: str, after: str) -> list[str]:
        """The keys of a listing: behind `after`, and one for all that the delimiter makes one of."""
        keys: dict[str, str] = {}
        for key in self._folder.keys(prefix):
            head, found, _ = key[len(prefix) :].partition(delimiter) if delimiter else (key, "", "")
            if key > after:
                known = keys.setdefault(f"{head}{found}", key)
                if key < known:
                    keys[f"{head}{found}"] = key
        return list(keys.values())

    @staticmethod
    def _keys() -> Any:
        return _backend().get_bucket(BUCKET).keys


def _backend() -> Any:
    return s3_backends[ACCOUNT]["aws"]


def _refuse(start_response: _StartResponse, status: HTTPStatus, code: str, message: str) -> Iterable[bytes]:
    start_response(f"{status.value} {status.phrase}", [("Content-Type", "application/xml")])
    return [f"<Error><Code>{code}</Code><Message>{message}</Message></Error>".encode()]


class _Untracked(list[Any]):
    """A list that stays empty."""

    def append(self, _: Any) -> None:
        """Forget it."""


def _forget_instances() -> None:
    """Keep moto from keeping every object and message that there ever was, for a dashboard that nobody opens here."""
    for models in model_data.values():
        for model in models.values():
            model.instances_tracked = _Untracked()


def _milliseconds() -> float:
    return time.time() * 1000


def _hasten_queues() -> None:
    """Keep a message from costing more the more of them wait, as in a refresh of thousands of funds.

    moto counts the whole queue three times for each message that it hands out, to find for how many days the queue
    keeps it, and takes the time by way of two dates for each message that it counts. It also goes through the messages
    under way to find their groups, which only a FIFO queue has, while another thread may take one away.
    """
    backend: Any = sqs_backends[ACCOUNT][REGION]
    backend.is_message_valid_based_on_retention_period = lambda _queue, _message: True
    moto.sqs.models.unix_time_millis = _milliseconds
    moto.sqs.models.Queue.pending_message_groups = property(_groups_under_way)


def _groups_under_way(queue: Any) -> set[str]:
    """The groups of a FIFO queue of which a message is with a consumer; the next one waits until that has ended."""
    if not queue.fifo_queue:
        return set()
    # A copy in one step: another thread may end a message meanwhile.
    return {message.group_id for message in tuple(queue.pending_messages)}


class EmbeddedAws:
    """S3 and SQS on `url` while it is open, for one data folder. One at a time in a process: moto's state is global."""

    def __init__(self, folder: DataFolder, host: str = LOOPBACK, port: int = 0) -> None:
        self._host = host
        self._application: _Application = _DiskBackedS3(folder)
        self._server = WsgiServer(self._answer, name="embedded-aws", host=host, port=port, threads=THREADS)

    def _answer(self, environ: dict[str, Any], start_response: _StartResponse) -> Iterable[bytes]:
        return self._application(environ, start_response)

    def wrap(self, layer: Callable[[_Application], _Application]) -> None:
        """Put a WSGI layer in front: `layer` gets what answers now and returns what answers from now on."""
        self._application = layer(self._application)

    @property
    def url(self) -> str:
        """Where it answers, once it is open."""
        return f"http://{self._host}:{self._server.port}"

    def __enter__(self) -> Self:
        BackendDict.reset()
        _forget_instances()
        _hasten_queues()
        _backend().create_bucket(BUCKET, REGION)
        self._server.__enter__()
        return self

    def __exit__(self, *_: type[BaseException] | BaseException | TracebackType | None) -> None:
        self._server.__exit__()
