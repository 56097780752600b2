"""The shapes and the parameters of whole tables over all funds."""

from typing import Any

from pydantic import Field

from api.lake.whole_tables import ADDRESS_SECONDS
from contract.lake import TablesAsOf
from contract.models import Answer
from etf_common.whole_tables import TABLES

PATH = "/api/tables/{name}"
_MEANINGS = {
    "parquet": "`parquet`, the default, has the columns' own types",
    "ndjson": "`ndjson` is one JSON object a line",
    "csv": "`csv` is a table for a spreadsheet, in which lists are JSON",
}


class TableColumn(Answer):
    """A column of a table."""

    name: str
    type: str
    """DuckDB's, as SQL has it."""
    unit: str | None
    meaning: str | None
    """Null where the unit or the column before says all."""


class WholeTable(Answer):
    """A table over all ETFs."""

    name: str
    meaning: str
    by_date: bool
    """Whether there is one of each holdings date, which `as_of` chooses."""
    columns: list[TableColumn]
    rows: int | None
    """The count of rows of the newest one; null where its file cannot be read."""
    bytes: int | None = Field(
        description="The size of the newest one as Parquet, a count of bytes; null if not stored."
    )
    dates: list[str]
    """The holdings dates that there are, newest first; empty for a table that is not by date."""


class Tables(Answer):
    """The tables over all ETFs that can be had whole, at /api/tables/{name}."""

    tables: list[WholeTable]
    tables_as_of: TablesAsOf


NAME: dict[str, Any] = {
    "name": "name",
    "in": "path",
    "required": True,
    "description": "The table, as SQL calls it; /api/tables lists those that there are.",
    "schema": {"type": "string", "enum": list(TABLES)},
    "example": "latest_holdings",
}
PARAMETERS: dict[str, Any] = {
    "format": {
        "name": "format",
        "in": "query",
        "description": f"{'; '.join(_MEANINGS.values())}.",
        "schema": {"type": "string", "enum": list(_MEANINGS)},
    },
    "as_of": {
        "name": "as_of",
        "in": "query",
        "description": "The holdings date of a table by date; by default the newest, of one fund its own.",
        "schema": {"type": "string", "format": "date"},
    },
}
CONTENT: dict[str, Any] = {
    "application/vnd.apache.parquet": {"schema": {"type": "string", "format": "binary"}},
    "application/x-ndjson": {"schema": {"type": "string"}},
    "text/csv": {"schema": {"type": "string"}},
}
HEADERS: dict[str, Any] = {
    "X-Tables-As-Of": {
        "description": "When the newest state of all ETFs was built, UTC.",
        "schema": {"type": "string", "format": "date-time"},
    },
    "X-Holdings-As-Of": {
        "description": "The holdings date of a table by date.",
        "schema": {"type": "string", "format": "date"},
    },
}
REDIRECT: dict[str, Any] = {
    "description": "The table is too large for an answer: it is at the address in Location, which needs no token and "
    f"holds for {ADDRESS_SECONDS // 60} minutes; keep it secret. NDJSON and CSV are in gzip there.",
    "headers": {"Location": {"description": "Where the file is.", "schema": {"type": "string", "format": "uri"}}},
}
MODELS = (Tables,)
