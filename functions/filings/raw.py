"""raw-filings/: each filing's document byte for byte, written once, with what is known about it beside it."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, datetime
from typing import Self

from pydantic import TypeAdapter, ValidationError

from etf_common.errors import DamagedObjectError, FilingChangedError, FilingError, shorten
from etf_common.filing import SeriesCheck, SourceKind
from etf_common.filing_keys import raw_filing_key
from etf_common.lake import Lake, StoredObject, WriteConflictError

XML = "application/xml"
URL_CHARACTERS = 1000
"""Of an address, in metadata: all of it together may be 2 KB."""
_SOURCE: TypeAdapter[SourceKind] = TypeAdapter(SourceKind)
_SERIES: TypeAdapter[SeriesCheck] = TypeAdapter(SeriesCheck)


@dataclass(frozen=True)
class FilingSource:
    """Where a document came from and what is known about it from outside. Texts are ASCII; what is unknown is None."""

    symbol: str
    accession: str
    """The SEC's number, or `sha256-` and 16 hex digits."""
    source: SourceKind
    url: str
    fetched_at: str
    """UTC, `2026-11-20T22:30:04Z`."""
    series: SeriesCheck
    form: str | None = None
    filed: str | None = None
    """`2026-08-27`."""
    series_id: str | None = None
    """The series that was asked for."""
    class_id: str | None = None
    """The ETF's class."""

    @property
    def key(self) -> str:
        """The key of the document."""
        return raw_filing_key(self.symbol, self.accession)

    def metadata(self) -> dict[str, str]:
        """What stands beside the document; what is unknown is left out."""
        stated = {
            "source": self.source,
            "url": self.url[:URL_CHARACTERS],
            "fetched-at": self.fetched_at,
            "accession": self.accession,
            "series": self.series,
            "form": self.form,
            "filed": self.filed,
            "series-id": self.series_id,
            "class-id": self.class_id,
        }
        return {name: value for name, value in stated.items() if value}

    @classmethod
    def of(cls, symbol: str, accession: str, metadata: Mapping[str, str]) -> Self:
        """What the metadata of a document say. Raises FilingError where they are not what `metadata` writes."""
        try:
            filed = metadata.get("filed") or None
            if filed:
                date.fromisoformat(filed)
            _check_time(metadata["fetched-at"])
            return cls(
                symbol=symbol,
                accession=accession,
                source=_SOURCE.validate_python(metadata["source"]),
                url=metadata.get("url", ""),
                fetched_at=metadata["fetched-at"],
                series=_SERIES.validate_python(metadata.get("series", "unverified")),
                form=metadata.get("form") or None,
                filed=filed,
                series_id=metadata.get("series-id") or None,
                class_id=metadata.get("class-id") or None,
            )
        except (KeyError, ValueError, ValidationError) as error:
            key = raw_filing_key(symbol, accession)
            what = f"{type(error).__name__}: {shorten(str(error), 100)}"
            raise FilingError(f"{key} was not written by the pipeline: its metadata are wrong ({what})") from None


def _check_time(text: str) -> None:
    """Raises ValueError for what is not an aware time."""
    if datetime.fromisoformat(text).tzinfo is None:
        raise ValueError(f"fetched-at {shorten(text)} without a time zone")


def write_raw_filing(lake: Lake, data: bytes, source: FilingSource) -> str:
    """Write a document once. Returns its key, also where the same bytes are there already.

    Raises FilingChangedError where other bytes stand there; they stay. A damaged one is written again.
    """
    try:
        lake.replace(source.key, data, XML, source.metadata(), known=None)
    except WriteConflictError:
        _check_same(lake, data, source)
    return source.key


def _check_same(lake: Lake, data: bytes, source: FilingSource) -> None:
    standing: StoredObject | None
    try:
        standing = lake.read(source.key)
    except DamagedObjectError:
        lake.replace(source.key, data, XML, source.metadata(), known=lake.head(source.key))
        return
    if standing.body != data:
        raise FilingChangedError(
            f"{source.key} has other bytes than those that came now from {shorten(source.url, 200)}; a filed document "
            "never changes, so the first stays"
        )
