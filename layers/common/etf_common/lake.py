"""The lake: one bucket, its keys, and reading and writing that cannot mistake one object for another."""

import functools
import re
from collections.abc import Callable, Iterator, Mapping
from contextlib import suppress
from dataclasses import dataclass, field
from datetime import UTC, datetime
from email.utils import parsedate_to_datetime
from pathlib import Path
from typing import TYPE_CHECKING, Any, NamedTuple, TypeVar

import boto3
import botocore
from botocore.config import Config
from botocore.exceptions import ClientError, FlexibleChecksumError

from etf_common import runs
from etf_common.codes import ErrorCode
from etf_common.errors import DamagedObjectError, LayoutError, NotFoundError, PipelineError, RetryableError
from etf_common.settings import lake_bucket

if TYPE_CHECKING:
    from mypy_boto3_s3 import S3Client

CONFIG_KEY = "config/etl_config.yaml"
DOWNLOADS = "downloads/"
FAIL_FAST = {"connect_timeout": 2, "read_timeout": 4, "retries": {"total_max_attempts": 2}}
"""botocore's limits where a caller waits: two tries of at most 6 seconds each."""
_USER_AGENT = f"etf-pipeline botocore/{botocore.__version__}"
"""A fixed one: botocore would put its own together twice for every call, a seventh of what a call costs."""
_WRITE_TRIES = 20
"""More writers than ever meet at one object."""
T = TypeVar("T")
_RAW_PAGE = re.compile(rf"raw/(?P<symbol>[A-Z0-9]{{1,10}}(?:\.[A-Z0-9]{{1,4}})?)/(?P<run>{runs.PATTERN})\.html")


def raw_page_key(symbol: str, run: str) -> str:
    """The page of a capture; written last, it commits the capture."""
    return f"raw/{symbol}/{run}.html"


def raw_part_key(symbol: str, run: str, number: int) -> str:
    """The module API's answer `number`, counted from 1."""
    return f"raw/{symbol}/{run}.holdings-{number}.js"


def parse_raw_page_key(key: str) -> tuple[str, str] | None:
    """(symbol, run) of a page's key, or None for any other key."""
    match = _RAW_PAGE.fullmatch(key)
    return (match["symbol"], match["run"]) if match and runs.is_run_id(match["run"]) else None


def rejected_key(symbol: str, run: str) -> str:
    """What came instead of an ETF page."""
    return f"rejected/{symbol}/{run}.html"


def latest_key(symbol: str) -> str:
    """The newest good snapshot."""
    return f"processed/{symbol}/latest.json"


def dated_key(symbol: str, holdings_as_of: str) -> str:
    """The snapshot of one holdings date, `2026-11-18`."""
    return f"processed/{symbol}/{holdings_as_of}.json"


def download_key(symbol: str) -> str:
    """The holdings of latest.json as CSV."""
    return f"{DOWNLOADS}{symbol}.csv"


def workbook_key(symbol: str) -> str:
    """The same with a summary and the sectors, as a workbook for Excel."""
    return f"{DOWNLOADS}{symbol}.xlsx"


def status_key(symbol: str) -> str:
    """The last attempt and the last success."""
    return f"status/{symbol}.json"


def alert_key(identifier: str) -> str:
    """The marker of an alert that was sent, `QQQ-2026-11-24`. It counts by being there."""
    return f"alerts/{identifier}"


class ObjectNotFoundError(NotFoundError):
    """There is no object of that key."""

    code = ErrorCode.OBJECT_NOT_FOUND


class NotModifiedError(PipelineError):
    """The object still has the ETag that the caller knows."""

    code = ErrorCode.NOT_MODIFIED
    status = 304


class ObjectTooLargeError(LayoutError):
    """An object is larger than anything that the pipeline writes; extract did not write it."""


class WriteConflictError(RetryableError):
    """Another writer was first: read the object again and decide anew."""

    code = ErrorCode.WRITE_CONFLICT


class Listed(NamedTuple):
    """An object as a listing shows it."""

    key: str
    etag: str
    written: datetime
    """When it was last written, by S3's own time."""
    size: int = 0
    """In bytes."""


@dataclass(frozen=True)
class StoredObject:
    """An object as read: its bytes (empty after `head`), its quoted ETag and its own metadata."""

    body: bytes
    etag: str
    metadata: Mapping[str, str] = field(default_factory=dict)
    answered_at: datetime | None = field(default=None, compare=False)
    """S3's own time (UTC) of the answer that this was read from; None if the answer had none."""


def _client(endpoint: str | None, fail_fast: bool) -> "S3Client":
    limits: Any = FAIL_FAST if fail_fast else {"connect_timeout": 5, "read_timeout": 20}
    if not endpoint:
        # Otherwise an address that is given away has S3's global host, which does not serve every region.
        limits = {**limits, "s3": {"addressing_style": "virtual"}}
    # Version 4 also for the addresses that are given away: newer buckets take no other.
    config = Config(max_pool_connections=60, signature_version="s3v4", user_agent=_USER_AGENT, **limits)
    return boto3.client("s3", endpoint_url=endpoint, config=config)


_local_client = functools.lru_cache(maxsize=4)(_client)
"""On one machine all functions are in one process: they share clients, of which each takes 20 ms to make."""


class Lake:
    """The bucket. Every write carries S3's SHA-256 checksum; every read of a body verifies it."""

    def __init__(self, s3: "S3Client", bucket: str) -> None:
        self._s3 = s3
        self.bucket = bucket

    @classmethod
    def from_environment(cls, environ: Mapping[str, str], *, fail_fast: bool = False) -> "Lake":
        """The lake of LAKE_BUCKET, on AWS or wherever AWS_ENDPOINT_URL_S3 points.

        `fail_fast`: a call that S3 does not answer ends within 10 seconds, since a caller waits for it.
        """
        bucket = lake_bucket(environ)
        endpoint = environ.get("AWS_ENDPOINT_URL_S3")
        s3 = _local_client(endpoint, fail_fast) if endpoint else _client(None, fail_fast)
        put_object = s3.meta.service_model.operation_model("PutObject").input_shape
        if put_object is None or "IfMatch" not in put_object.members:
            raise PipelineError("botocore is too old for conditional writes: 1.35.69 or newer is needed")
        return cls(s3, bucket)

    def read(self, key: str, *, unless_etag: str | None = None, most_bytes: int | None = None) -> StoredObject:
        """The object of `key`.

        Raises ObjectNotFoundError, NotModifiedError (its ETag is still `unless_etag`), DamagedObjectError, and
        ObjectTooLargeError before a byte of an object of more than `most_bytes` is read.
        """
        condition = {"IfNoneMatch": unless_etag} if unless_etag else {}
        answer = self._get(self._s3.get_object, key, condition)
        if most_bytes is not None and answer["ContentLength"] > most_bytes:
            answer["Body"].close()
            raise ObjectTooLargeError(f"{key} has {answer['ContentLength']:,} bytes; at most {most_bytes:,} are read")
        try:
            body = answer["Body"].read()
        except FlexibleChecksumError:
            raise DamagedObjectError(f"{key} does not match its checksum") from None
        return StoredObject(body, answer["ETag"], answer["Metadata"], _date_of(answer))

    def beginning(self, key: str, count: int) -> StoredObject:
        """The first `count` bytes of `key`, which S3's checksum of the whole object cannot verify.

        Raises ObjectNotFoundError, and DamagedObjectError for an object without a byte.
        """
        return self._part(key, f"bytes=0-{count - 1}")

    def _part(self, key: str, span: str) -> StoredObject:
        try:
            answer = self._get(self._s3.get_object, key, {"Range": span})
        except ClientError as error:
            if error.response["Error"]["Code"] == "InvalidRange":
                raise DamagedObjectError(f"{key} is empty") from None
            raise
        return StoredObject(answer["Body"].read(), answer["ETag"], answer["Metadata"], _date_of(answer))

    def ending(self, key: str, count: int) -> StoredObject:
        """The last `count` bytes of `key`, or all of fewer; as little verified as `beginning`.

        Raises ObjectNotFoundError, and DamagedObjectError for an object without a byte.
        """
        return self._part(key, f"bytes=-{count}")

    def head(self, key: str) -> StoredObject:
        """The ETag and metadata of `key`, without its body. Raises ObjectNotFoundError."""
        answer = self._get(self._s3.head_object, key, {})
        return StoredObject(b"", answer["ETag"], answer["Metadata"], _date_of(answer))

    def time(self, key: str) -> datetime | None:
        """S3's own time (UTC), from its answer to a look at `key`, whether there is such an object or not."""
        try:
            answer: Any = self._s3.head_object(Bucket=self.bucket, Key=key)
        except ClientError as error:
            if error.response["Error"]["Code"] not in {"NoSuchKey", "404"}:
                raise
            answer = error.response
        return _date_of(answer)

    def _get(self, call: Any, key: str, condition: Mapping[str, str]) -> Any:
        try:
            return call(Bucket=self.bucket, Key=key, ChecksumMode="ENABLED", **condition)
        except ClientError as error:
            code = error.response["Error"]["Code"]
            if code in {"NoSuchKey", "404"}:
                raise ObjectNotFoundError(f"{key} does not exist") from None
            if code in {"304", "NotModified"}:
                raise NotModifiedError(key) from None
            raise

    def write(self, key: str, body: bytes, content_type: str, metadata: Mapping[str, str] | None = None) -> None:
        """Put the object, whatever stood there. Metadata values are ASCII, 2 KB together."""
        self._put(key, body, content_type, metadata, {})

    def write_file(self, key: str, path: Path, content_type: str, content_encoding: str | None = None) -> None:
        """Put a file as an object, piece by piece and in one call: it is there whole or not at all."""
        put: Any = self._s3.put_object
        encoded = {"ContentEncoding": content_encoding} if content_encoding else {}
        with path.open("rb") as body:
            put(Bucket=self.bucket, Key=key, Body=body, ContentType=content_type, ChecksumAlgorithm="SHA256", **encoded)

    def address(self, key: str, seconds: int, file_name: str, content_type: str) -> str:
        """A URL that gives everybody who has it the object for so many seconds, as a file of that name.

        It is made without a call, and ends earlier where the credentials of this process do.
        """
        given = {
            "Bucket": self.bucket,
            "Key": key,
            "ResponseContentType": content_type,
            "ResponseContentDisposition": f'attachment; filename="{file_name}"',
        }
        return self._s3.generate_presigned_url("get_object", Params=given, ExpiresIn=seconds)

    def replace(
        self, key: str, body: bytes, content_type: str, metadata: Mapping[str, str], *, known: StoredObject | None
    ) -> None:
        """Put the object only if it is still `known` (None: only if there is none). Raises WriteConflictError."""
        condition = {"IfMatch": known.etag} if known else {"IfNoneMatch": "*"}
        try:
            self._put(key, body, content_type, metadata, condition)
        except ClientError as error:
            if error.response["Error"]["Code"] in {"PreconditionFailed", "ConditionalRequestConflict", "NoSuchKey"}:
                raise WriteConflictError(f"{key} was written by another") from None
            raise

    def _put(
        self, key: str, body: bytes, content_type: str, metadata: Mapping[str, str] | None, condition: dict[str, str]
    ) -> None:
        put: Any = self._s3.put_object
        put(
            Bucket=self.bucket,
            Key=key,
            Body=body,
            ContentType=content_type,
            Metadata=dict(metadata or {}),
            ChecksumAlgorithm="SHA256",
            **condition,
        )

    def delete(self, key: str) -> None:
        """Delete the object, if there is one."""
        self._s3.delete_object(Bucket=self.bucket, Key=key)

    def keys(self, prefix: str, *, after: str = "") -> Iterator[str]:
        """All keys that begin with `prefix`, in order; those that sort behind `after` only."""
        return (item["Key"] for item in self._list(prefix, after))

    def entries(self, prefix: str, *, after: str = "") -> Iterator[tuple[str, str]]:
        """(key, ETag) of all objects whose keys begin with `prefix`, in order; those that sort behind `after` only."""
        return ((item["Key"], item["ETag"]) for item in self._list(prefix, after))

    def written(self, prefix: str, *, after: str = "") -> Iterator[tuple[str, datetime]]:
        """(key, when it was last written) of all objects whose keys begin with `prefix`; those behind `after` only."""
        return ((item["Key"], item["LastModified"]) for item in self._list(prefix, after))

    def listed(self, prefix: str) -> Iterator[Listed]:
        """All objects whose keys begin with `prefix`, in order, a thousand a call."""
        return (Listed(item["Key"], item["ETag"], item["LastModified"], item["Size"]) for item in self._list(prefix))

    def _list(self, prefix: str, after: str = "") -> Iterator[Any]:
        pages = self._s3.get_paginator("list_objects_v2").paginate(Bucket=self.bucket, Prefix=prefix, StartAfter=after)
        for page in pages:
            yield from page.get("Contents", [])

    def folders(self, prefix: str) -> list[str]:
        """The names directly below `prefix` (`processed/` -> the symbols), in order."""
        pages = self._s3.get_paginator("list_objects_v2").paginate(Bucket=self.bucket, Prefix=prefix, Delimiter="/")
        return [
            found["Prefix"].removeprefix(prefix).rstrip("/")
            for page in pages
            for found in page.get("CommonPrefixes", [])
        ]

    def head_if_there(self, key: str) -> StoredObject | None:
        """The ETag and metadata of `key`, or None."""
        try:
            return self.head(key)
        except ObjectNotFoundError:
            return None

    def read_if_there(self, key: str) -> StoredObject | None:
        """The object of `key`, or None. Raises DamagedObjectError."""
        try:
            return self.read(key)
        except ObjectNotFoundError:
            return None


def read_or_head(lake: Lake, key: str) -> StoredObject | None:
    """The object, without its bytes if they are damaged; None if there is none."""
    try:
        return lake.read_if_there(key)
    except DamagedObjectError:
        return lake.head_if_there(key)


def until_written(write: Callable[[], T]) -> T:
    """What `write` returns, which reads, decides and writes; it is called anew where another writer was faster.

    Raises WriteConflictError at last.
    """
    for _ in range(_WRITE_TRIES - 1):
        with suppress(WriteConflictError):
            return write()
    return write()


def _date_of(answer: Mapping[str, Any]) -> datetime | None:
    """S3's own time of an answer, from its Date header."""
    try:
        found = parsedate_to_datetime(answer["ResponseMetadata"]["HTTPHeaders"]["date"])
    except (KeyError, TypeError, ValueError):
        return None
    return found if found.tzinfo else found.replace(tzinfo=UTC)
