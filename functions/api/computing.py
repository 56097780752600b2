"""Answers that are computed: one at a time, kept by their ETag, as JSON or as a table."""

from collections.abc import Callable, Mapping
from typing import Any

from api.documents import Answer, Document
from api.formats import FLAT, JSON, Sheets, Table, Written, beside, json_body, written
from api.kept import Kept
from api.questions import Turns
from etf_common.collector import paused_collector

ANSWER_BYTES = 6 * 1024 * 1024
"""The memory for computed answers."""
Computed = dict[str, Any]


class Computing:
    """Answers whose ETag is derived from their inputs, so a caller who already has one costs no computation."""

    def __init__(self, turns: Turns, most_bytes: int = ANSWER_BYTES) -> None:
        self.turns = turns
        self._kept: Kept[str, Document] = Kept(most_bytes, lambda document: document.size)

    def kept(self, etag: str) -> Document | None:
        """The answer with this ETag, if it is kept."""
        return self._kept.get(etag)

    def document(self, compute: Callable[[], Computed], etag: str) -> Document:
        """The answer as JSON."""
        return self._document(lambda: json_body(compute()), etag)

    def answer(
        self,
        compute: Callable[[], Computed],
        etag: str,
        headers: Mapping[str, str],
        *,
        chosen: str,
        table: Table,
        name: str,
        sheets: Sheets | None = None,
    ) -> Answer:
        """The answer in the `chosen` format: as JSON, or as the `table` in a file of that `name`.

        `sheets` are those of its workbook, by default the table and what stands beside it. The ETag is another for
        each format.
        """
        if chosen not in FLAT:
            return Answer(self.document(compute, etag), headers)
        told = sheets or beside(table, headers.get("X-Data-Source", ""))
        found = self._document(lambda: written(chosen, compute(), table, name, told), etag, FLAT[chosen].content_type)
        return Answer(found, headers)

    def written(
        self,
        write: Callable[[], bytes | Written],
        etag: str,
        content_type: str,
        headers: Mapping[str, str] | None = None,
    ) -> Document:
        """The answer in a form of its own; `headers` are those that are known before it is made."""
        return self._document(write, etag, content_type, headers)

    def _document(
        self,
        write: Callable[[], bytes | Written],
        etag: str,
        content_type: str = JSON,
        headers: Mapping[str, str] | None = None,
    ) -> Document:
        known = self._kept.get(etag)
        if known is not None:
            return known

        def body() -> Written:
            with self.turns.take():
                # Another request may have computed it while this one waited.
                before = self._kept.get(etag)
                if before is not None:
                    return Written(before.body, before.headers)
                with paused_collector():
                    found = write()
            if isinstance(found, bytes):
                found = Written(found, {})
            # Its bytes only: the function would hold the snapshots that it reads.
            self._kept.put(etag, Document(found.body, etag, content_type, {**(headers or {}), **found.headers}))
            return found

        return Document(body, etag, content_type, headers)
