"""Stored filings as documents: their bytes are served unchanged, their lines as a table."""

from collections.abc import Callable, Mapping
from copy import copy
from typing import Any, Self

from api.documents import Document, StoredSnapshot, flat_document
from api.filings.known_tickers import KnownTickers
from api.filings.shapes import LINE, filing_of
from api.formats import beside, written
from api.shapes import FILING_SOURCES, FLAG, TEXT, UNKNOWN_SOURCE, ShapeError, Types, count_of, source_of
from api.snapshots import StoredLists
from etf_common.errors import DamagedObjectError, shorten
from etf_common.filing_keys import parse_filing_key
from etf_common.flat_table import Field, FlatTable, Kind, table_of, texts
from etf_common.lake import Lake, StoredObject

_KINDS: Mapping[Types, Kind] = {TEXT: "text", FLAG: "boolean"}
_LINE = tuple(Field(name, _KINDS.get(types, "number")) for name, types in LINE.items())
_OF_THE_FILING = ("report_date", "filed", "accession")


class StoredFiling(StoredSnapshot):
    """A stored filing. As a list of holdings it can be analyzed as a snapshot can."""

    def __init__(self, stored: StoredObject, key: str) -> None:
        super().__init__(stored, key)
        self.metadata = as_snapshot_metadata(stored.metadata)
        self._tickers: KnownTickers | None = None

    def with_tickers(self, tickers: KnownTickers) -> Self:
        """The same filing as a list in which lines have these tickers; its ETag is that of both."""
        found = copy(self)
        found._tickers, found.etag = tickers, f'"{self.etag.strip(chr(34))}-{tickers.version}"'
        return found

    def check(self) -> None:
        """Raises DamagedObjectError unless the object is valid JSON and the filing that its key names."""
        if not self._is_checked:
            self._read(strict=True)
            self._is_checked = True

    def filing(self) -> dict[str, Any]:
        """The filing as an object, parsed anew. Raises DamagedObjectError."""
        found = self._read(strict=False)
        provenance = {**(found.get("provenance") or {}), "source": source_of(self.metadata, FILING_SOURCES)}
        return {**found, "provenance": provenance}

    def parsed(self) -> dict[str, Any]:
        """The filing as a list of holdings, in the shape of a snapshot. Raises DamagedObjectError."""
        # Imported here: a list of filings and a filing itself need no mathematics.
        from etf_analytics import filing_as_list  # noqa: PLC0415

        return filing_as_list(self.filing(), self._tickers.by_isin if self._tickers else None)

    @property
    def lines(self) -> int:
        """How many lines it lists."""
        counted = count_of(self.metadata, "lines")
        return len(self.filing()["lines"]) if counted is None else counted

    def table(self, chosen: str) -> Document:
        """The lines in a flat format, in the filing's order."""
        filing = self.filing()
        told = {name: filing[name] for name in _OF_THE_FILING} | {"source": self.metadata["source"]}

        def table(lines: Any) -> FlatTable:
            return table_of((*_LINE, *texts(*told)), ({**line, **told} for line in lines))

        name = f"{filing['symbol']}-filing-{filing['report_date']}"
        found = written(chosen, filing["lines"], table, name, beside(table, self.metadata["source"], filing))
        return flat_document(found, chosen, f"{self.etag}-lines.{chosen}")

    def _read(self, *, strict: bool) -> dict[str, Any]:
        try:
            found = filing_of(self.body, strict=strict)
        except ShapeError as error:
            raise DamagedObjectError(f"{self.key} is not a filing: {error}") from None
        if parse_filing_key(self.key) != (found["symbol"], found["report_date"]):
            what = shorten(f"{found['symbol']} of {found['report_date']}")
            raise DamagedObjectError(f"{self.key} holds another filing: {what}")
        return found


class StoredFilings(StoredLists[StoredFiling]):
    """The filings that are kept in memory."""

    def __init__(self, lake: Lake, clock: Callable[[], float]) -> None:
        super().__init__(lake, clock, StoredFiling)


def as_snapshot_metadata(metadata: Mapping[str, str]) -> dict[str, str]:
    """A filing's metadata, by the names of a snapshot's too."""
    return {
        **metadata,
        "source": source_of(metadata, FILING_SOURCES) or UNKNOWN_SOURCE,
        "holdings-as-of": metadata.get("report-date", ""),
        "included": metadata.get("lines", ""),
    }
