"""What is served: bodies with their validators, and the views that are made of a snapshot."""

import gzip
import json
from collections import OrderedDict
from collections.abc import Callable, Mapping
from functools import cached_property
from typing import Any

from api.queries import HoldingsQuery
from etf_common.holdings_csv import CONTENT_TYPE, holdings_csv
from etf_common.lake import StoredObject

JSON = "application/json"
VIEWS_KEPT = 4


class Document:
    """One body to serve, its ETag and headers of its own. The compressed form is made once."""

    def __init__(
        self, body: bytes, etag: str, content_type: str = JSON, headers: Mapping[str, str] | None = None
    ) -> None:
        self.body = body
        self.etag = etag
        self.content_type = content_type
        self.headers: Mapping[str, str] = headers or {}

    @cached_property
    def gzipped(self) -> bytes:
        """The body in gzip, the same bytes at every time."""
        return gzip.compress(self.body, compresslevel=6, mtime=0)

    @cached_property
    def text(self) -> str:
        """The body as text."""
        return self.body.decode()


class StoredSnapshot(Document):
    """A snapshot as it is stored: its bytes leave as they came. The newest views of its holdings are kept."""

    def __init__(self, stored: StoredObject) -> None:
        super().__init__(stored.body, stored.etag)
        self.metadata: Mapping[str, str] = stored.metadata
        self._views: OrderedDict[HoldingsQuery, Document] = OrderedDict()

    @cached_property
    def _rows(self) -> list[dict[str, Any]]:
        rows: list[dict[str, Any]] = json.loads(self.body)["holdings"]
        return rows

    def holdings(self, query: HoldingsQuery) -> Document:
        """The holdings alone: sorted, cut and in the format that is asked for."""
        view = self._views.get(query)
        if view is None:
            view = self._views[query] = self._make_view(query)
            if len(self._views) > VIEWS_KEPT:
                self._views.popitem(last=False)
        return view

    def _make_view(self, query: HoldingsQuery) -> Document:
        rows = query.applied_to(self._rows)
        etag = f'"{self.etag.strip(chr(34))}-{query.label}"'
        headers = {"X-Total-Count": str(len(self._rows))}
        if query.format == "json":
            body = json.dumps(rows, ensure_ascii=False, separators=(",", ":")).encode()
            return Document(body, etag, headers=headers)
        as_of, source = self.metadata.get("holdings-as-of", ""), self.metadata.get("source", "")
        name = f"{json.loads(self.body)['symbol']}-{as_of}.csv"
        headers["Content-Disposition"] = f'attachment; filename="{name}"'
        return Document(holdings_csv(rows, as_of, source), etag, CONTENT_TYPE, headers)


def kept(make: Callable[[], Document]) -> Callable[[], Document]:
    """`make`, called once at the first need: what stands in files costs a cold start nothing."""
    made: list[Document] = []

    def document() -> Document:
        if not made:
            made.append(make())
        return made[0]

    return document
