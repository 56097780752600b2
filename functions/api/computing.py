"""Answers that are computed: one at a time, kept by their ETag, as JSON or as a table."""

import re
from collections.abc import Callable, Mapping
from typing import Any

from api.documents import Answer, Document, json_body
from api.kept import Kept
from api.questions import Turns
from etf_common.collector import paused_collector
from etf_common.holdings_csv import CONTENT_TYPE

ANSWER_BYTES = 6 * 1024 * 1024
"""The memory for computed answers."""
Computed = dict[str, Any]
Table = Callable[[Mapping[str, Any]], bytes]
_NOT_IN_A_FILE_NAME = re.compile(r"[^A-Z0-9.-]", re.IGNORECASE)


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
        table: Table | None = None,
        name: str = "",
    ) -> Answer:
        """The answer as JSON, or as the `table` of that file `name`."""
        if table is None:
            return Answer(self.document(compute, etag), headers)
        file = _NOT_IN_A_FILE_NAME.sub("_", name)
        disposition = {"Content-Disposition": f'attachment; filename="{file}.csv"'}
        written = table
        return Answer(self._document(lambda: written(compute()), etag, CONTENT_TYPE, disposition), headers)

    def written(self, write: Callable[[], bytes], etag: str, content_type: str) -> Document:
        """The answer in a form of its own."""
        return self._document(write, etag, content_type)

    def _document(self, write: Callable[[], bytes], etag: str, *form: Any) -> Document:
        known = self._kept.get(etag)
        if known is not None:
            return known

        def body() -> bytes:
            with self.turns.take():
                # Another request may have computed it while this one waited.
                before = self._kept.get(etag)
                if before is not None:
                    return before.body
                with paused_collector():
                    found = write()
            # Its bytes only: the function would hold the snapshots that it reads.
            self._kept.put(etag, Document(found, etag, *form))
            return found

        return Document(body, etag, *form)
