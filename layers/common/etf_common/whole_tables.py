"""The tables over all funds that can be had whole: by the names that SQL has for them, and the questions for them.

The API and the export function read this: the API says what is asked for, the function makes it.
"""

import json
from collections.abc import Mapping
from dataclasses import asdict, dataclass
from datetime import date
from functools import cache
from hashlib import sha256
from typing import Any, Literal, NamedTuple, Self

from etf_common import table_columns
from etf_common.code_digest import digest_of
from etf_common.errors import UsageError
from etf_common.symbols import is_etf_symbol
from etf_common.table_columns import (
    CHANGES,
    CONTRADICTIONS,
    FUNDS,
    HOLDINGS,
    SECURITIES,
    Column,
    Columns,
)

Format = Literal["parquet", "ndjson", "csv"]
FORMATS: tuple[Format, ...] = ("parquet", "ndjson", "csv")
EXPORTS = "exports/"
"""Where results lie that are too large for an answer. The bucket deletes them after a day."""
_MAKERS = ("export", "etf_common.whole_tables", "etf_common.table_columns")
AS_OF = "as_of"
FILINGS = "latest_filings"
"""The table that no object has: the newest state itself tells its rows."""
_AS_OF = {AS_OF: Column("VARCHAR", "date", "the holdings date of the fund's list")}


class Table(NamedTuple):
    """A table over all funds."""

    meaning: str
    columns: Columns
    by_date: bool = False
    """Whether there is one of each holdings date."""

    @property
    def described(self) -> str:
        """The columns as X-Table-Columns has them: `etf text, line number, complete boolean`; lists are `list`."""
        return ", ".join(f"{name} {_kind(column.type)}" for name, column in self.columns.items())

    @property
    def has_funds(self) -> bool:
        """Whether its rows are those of a fund."""
        return "etf" in self.columns


TABLES: Mapping[str, Table] = {
    "holdings": Table("every line of every fund, of one holdings date", {**HOLDINGS, **_AS_OF}, by_date=True),
    "funds": Table("every fund, of one holdings date", FUNDS, by_date=True),
    "changes": Table(
        "every security that a fund changed between two of its holdings dates, by the later one", CHANGES, by_date=True
    ),
    "latest_holdings": Table("the lines of each fund's newest snapshot", {**HOLDINGS, **_AS_OF}),
    "latest_funds": Table("each fund's newest snapshot", FUNDS),
    FILINGS: Table("each fund's newest filing with the SEC", table_columns.FILINGS),
    "securities": Table("every security that the newest filings identify", SECURITIES),
    "security_contradictions": Table("what lists and filings contradict each other about", CONTRADICTIONS),
}


def _kind(kind: str) -> str:
    if kind.endswith("[]"):
        return "list"
    return {"VARCHAR": "text", "BOOLEAN": "boolean"}.get(kind, "number")


class Source(NamedTuple):
    """A Parquet object of the lake that a table is made of."""

    key: str
    etag: str
    """As it was when the question was asked; of an object that is never overwritten, empty."""


@dataclass(frozen=True)
class Export:
    """A whole table in one format, to be made of stored objects."""

    table: str
    format: Format
    sources: tuple[Source, ...]
    """The table's own rows; of `latest_holdings` also the funds, which have the dates."""
    as_of: str | None = None
    """The holdings date of a table by date."""
    etf: str | None = None
    """The only fund of the rows."""

    def document(self) -> dict[str, Any]:
        """The question as JSON."""
        return {**asdict(self), "sources": [list(source) for source in self.sources]}

    @classmethod
    def parse(cls, value: Any) -> Self:
        """The question of a document. Raises UsageError."""
        try:
            found = cls(**{**value, "sources": tuple(Source(*source) for source in value["sources"])})
            texts = (found.table, found.format, *(part for source in found.sources for part in source))
            good = all(isinstance(text, str) for text in texts)
            good = good and (found.as_of is None or date.fromisoformat(found.as_of).isoformat() == found.as_of)
            good = good and (found.etf is None or is_etf_symbol(found.etf))
        except (TypeError, KeyError, ValueError):
            good = False
        if not good or found.table not in TABLES or found.format not in FORMATS or not found.sources:
            raise UsageError("the event is not an export request: it names a table, a format and stored objects")
        return found

    @property
    def digest(self) -> str:
        """Equal for equal results: of the question, of the objects, and of the code that makes them, as hex."""
        text = json.dumps([_code(), self.document()], sort_keys=True)
        return sha256(text.encode()).hexdigest()[:32]

    @property
    def name(self) -> str:
        """The name of a file with the result: `holdings-2026-11-20-VTI.parquet`."""
        parts = (self.table, self.as_of, self.etf)
        return f"{'-'.join(filter(None, parts))}.{self.format}"

    @property
    def key(self) -> str:
        """Where the result is put if it is large: the same question has the same key."""
        return f"{EXPORTS}{self.digest}/{self.name}"


@dataclass(frozen=True)
class Exported:
    """What became of an export: its bytes, or where it is, or why there is none. NDJSON and CSV are in gzip."""

    content: bytes | None = None
    key: str = ""
    gone: str = ""
    """The object that it was to be made of, which has changed or gone."""
    too_large: int = 0
    """How many bytes it has, where it may not be put into the lake."""


@cache
def _code() -> str:
    """A digest of the code that makes exports; read once in a process."""
    return digest_of(_MAKERS)
