"""The documents that are served: bodies with their validators, and views of a snapshot."""

import gzip
import hashlib
import json
from collections import OrderedDict
from collections.abc import Callable, Iterable, Mapping
from contextlib import suppress
from dataclasses import dataclass, field
from typing import Any

from api.faults import TooLargeError
from api.formats import COLUMNS_HEADER, FLAT, JSON, Table, Written, beside, finite, json_body, written
from api.pretty import MOST_INDENTED_BYTES, indented
from api.queries import HoldingsQuery
from api.shapes import UNKNOWN_SOURCE, ShapeError, count_of, is_date, snapshot_of, source_of
from etf_common.errors import DamagedObjectError, shorten
from etf_common.flat_table import FlatTable
from etf_common.holdings_table import ListFacts, holdings_table
from etf_common.lake import StoredObject

VIEWS_KEPT = 4
KEPT_A_MINUTE = "public, max-age=60"
"""Data changes once a day; a minute lets caches help and delays no refresh for long."""
ASKED_ANEW = "no-cache"


class Document:
    """A body to serve, with its ETag and its own headers.

    A body given as a function is made when it is first needed, so not for a 304.
    """

    def __init__(
        self,
        body: bytes | Callable[[], bytes | Written],
        etag: str,
        content_type: str = JSON,
        headers: Mapping[str, str] | None = None,
    ) -> None:
        self._body = body
        self.etag = etag
        self.content_type = content_type
        self.headers: Mapping[str, str] = headers or {}
        """Known in full once the body is made."""
        self._gzipped: bytes | None = None
        self._text: str | None = None
        self._fits: bool | None = None

    def fits(self, is_too_large: Callable[[str], bool]) -> bool:
        """Whether the text is not too large, as `is_too_large` decides once."""
        if self._fits is None:
            self._fits = not is_too_large(self.text)
        return self._fits

    @property
    def size(self) -> int:
        """The bytes that it holds in memory, in all forms that were needed so far."""
        body = len(self._body) if isinstance(self._body, bytes) else 0
        return body + len(self._gzipped or b"") + len(self._text or "")

    # No cached_property: before Python 3.12 all objects of a class share its lock, so that one slow analysis would hold
    # up every other answer.
    @property
    def body(self) -> bytes:
        """The uncompressed bytes."""
        if not isinstance(self._body, bytes):
            made = self._body()
            if isinstance(made, Written):
                self.headers = {**self.headers, **made.headers}
                made = made.body
            self._body = made
        return self._body

    @property
    def gzipped(self) -> bytes:
        """The body in gzip: the same bytes every time."""
        if self._gzipped is None:
            self._gzipped = gzip.compress(self.body, compresslevel=6, mtime=0)
        return self._gzipped

    def pretty(self) -> "Document":
        """The same JSON for people to read: another representation, so with an ETag of its own.

        Its body raises TooLargeError where indenting would take too long.
        """

        def body() -> Written:
            if len(self.body) > MOST_INDENTED_BYTES:
                megabytes = len(self.body) / 1e6
                raise TooLargeError(f"the answer has {megabytes:.1f} MB, too large to indent: leave pretty=1 out")
            return Written(indented(self.body.decode()).encode(), self.headers)

        etag = f'"{self.etag.strip(chr(34))}-pretty"'
        return Document(body, etag, self.content_type, self.headers)

    @property
    def text(self) -> str:
        """The body as text."""
        if self._text is None:
            self._text = self.body.decode()
        return self._text


@dataclass(frozen=True)
class Answer:
    """A document, the headers that describe its data, and how long caches may keep it."""

    document: Document
    headers: Mapping[str, str] = field(default_factory=dict)
    cache_control: str = KEPT_A_MINUTE


def small_answer(value: Any, headers: Mapping[str, str] | None = None) -> Answer:
    """A small value, serialized for each request."""
    body = json.dumps(finite(value), ensure_ascii=False).encode()
    return Answer(Document(body, body_etag(body)), headers or {}, ASKED_ANEW)


def compact_answer(value: Any, headers: Mapping[str, str] | None = None) -> Answer:
    """A value that can be large, as compact JSON, and that is asked for anew."""
    body = json_body(value)
    return Answer(Document(body, body_etag(body)), headers or {}, ASKED_ANEW)


def flat_answer(
    value: Any, chosen: str, table: Table, name: str, headers: Mapping[str, str], *, told: Any = None
) -> Answer:
    """The same in a flat format, in a file of that `name`; its workbook says of `told` what is not in the table."""
    found = written(chosen, value, table, name, beside(table, headers.get("X-Data-Source", ""), told))
    return Answer(flat_document(found, chosen, f"{body_etag(found.body)}-{chosen}"), headers, ASKED_ANEW)


def body_etag(body: bytes) -> str:
    """The ETag of a body as S3 makes it, so that every answer that is not computed is checked in the same way."""
    return f'"{hashlib.md5(body, usedforsecurity=False).hexdigest()}"'


def etag_of(*parts: bytes) -> str:
    """The ETag of these bytes, in this order."""
    return f'"{digest_of(*parts)[:32]}"'


def digest_of(*parts: bytes) -> str:
    """The SHA-256 of these bytes, in this order: other parts with the same bytes together have another."""
    digest = hashlib.sha256()
    for part in parts:
        digest.update(len(part).to_bytes(8))
        digest.update(part)
    return digest.hexdigest()


class StoredSnapshot(Document):
    """A stored snapshot: its bytes are served unchanged. The newest views of its holdings are cached."""

    def __init__(self, stored: StoredObject, key: str) -> None:
        super().__init__(stored.body, stored.etag)
        self.key = key
        self._is_checked = False
        self.metadata: Mapping[str, str] = stored.metadata
        self._views: OrderedDict[HoldingsQuery, Document] = OrderedDict()
        self._parsed_rows: list[dict[str, Any]] | None = None

    @property
    def holdings_as_of(self) -> str:
        """The date of the holdings."""
        return self.metadata.get("holdings-as-of") or str(self.parsed()["holdings_as_of"])

    @property
    def lines(self) -> int:
        """How many holdings are listed."""
        counted = count_of(self.metadata, "included")
        return len(self._rows) if counted is None else counted

    def check(self) -> None:
        """Raises DamagedObjectError unless the object is valid JSON and the snapshot that its key names."""
        if not self._is_checked:
            self._parse(strict=True)
            self._is_checked = True

    def parsed(self) -> dict[str, Any]:
        """The snapshot as an object, parsed anew. Raises DamagedObjectError."""
        return self._parse(strict=False)

    def _parse(self, *, strict: bool) -> dict[str, Any]:
        try:
            found = snapshot_of(self.body, strict=strict)
        except ShapeError as error:
            raise DamagedObjectError(f"{self.key} is not a snapshot: {error}") from None
        # processed/VTI/2026-11-18.json: a file restored under the wrong name would answer for another fund.
        _, symbol, name = self.key.split("/", 2)
        day = name.removesuffix(".json")
        if found["symbol"] != symbol or (is_date(day) and found["holdings_as_of"] != day):
            what = shorten(f"{found['symbol']} of {found['holdings_as_of']}")
            raise DamagedObjectError(f"{self.key} holds another snapshot: {what}")
        return found

    @property
    def _rows(self) -> list[dict[str, Any]]:
        if self._parsed_rows is None:
            self._parsed_rows = list(self.parsed()["holdings"])
        return self._parsed_rows

    def holdings(self, query: HoldingsQuery) -> Document:
        """The holdings alone, sorted, cut and formatted as requested; a workbook has sheets that this does not make."""
        view = self._views.get(query)
        if view is None:
            view = self._views[query] = self._make_view(query)
            while len(self._views) > VIEWS_KEPT:
                with suppress(KeyError):  # another thread was first
                    self._views.popitem(last=False)
        return view

    def _make_view(self, query: HoldingsQuery) -> Document:
        total = {"X-Total-Count": str(len(self._rows))}
        rows = query.applied_to(self._rows)
        if query.format == "json":
            return Document(json_body(rows), f'"{self.etag.strip(chr(34))}-{query.label}"', headers=total)
        name = f"{self.parsed()['symbol']}-{self.holdings_as_of}"
        found = written(query.format, rows, self.list_table, name)
        return flat_document(found, query.format, f"{self.etag}-{query.label}", total)

    def list_table(self, rows: Iterable[Mapping[str, Any]]) -> FlatTable:
        """Rows of its list as a table."""
        snapshot = self.parsed()
        facts = ListFacts(
            holdings_as_of=self.holdings_as_of,
            source=source_of(self.metadata) or UNKNOWN_SOURCE,
            etf=snapshot["symbol"],
            complete=snapshot["quality"]["complete"],
            rows_reported=snapshot["totals"]["reported"],
        )
        return holdings_table(rows, facts)


def flat_document(found: Written, chosen: str, version: str, headers: Mapping[str, str] | None = None) -> Document:
    """A table of this version; other columns make it another document."""
    columns = digest_of(found.headers[COLUMNS_HEADER].encode())[:8]
    etag = f'"{version.replace(chr(34), "")}-{columns}"'
    return Document(found.body, etag, FLAT[chosen].content_type, {**(headers or {}), **found.headers})
