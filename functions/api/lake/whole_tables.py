"""Whole tables over all funds: which there are, and each as a file."""

import logging
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import date
from typing import Any, NoReturn, TypeVar, cast

from api.dated.history import nearest
from api.documents import Answer, compact_answer, etag_of
from api.events import Request
from api.faults import (
    BadQueryError,
    ExportError,
    TablesError,
    TooLargeError,
    UnknownDateError,
    UnknownSymbolError,
    UnknownTableError,
)
from api.files import Elsewhere, File
from api.formats import COLUMNS_HEADER, FLAT
from api.lake.export_client import Exporter
from api.lake.stored_tables import CHANGES, DatedTable, StoredTables, is_stored_whole, sources_of
from api.lake.tables import NOT_BUILT, LakeTables, MissingObjectError, TablesState
from api.queries import as_of_query, one_of
from api.shapes import UNKNOWN_SOURCE
from etf_common.flat_table import Field as FlatField
from etf_common.flat_table import FlatTable, csv_of, ndjson_of, table_of
from etf_common.lake import Lake
from etf_common.parquet_file import CONTENT_TYPE as PARQUET
from etf_common.parquet_file import parquet_of
from etf_common.symbols import canonical, shorten
from etf_common.whole_tables import FILINGS, FORMATS, TABLES, Export, Format, Source, Table

log = logging.getLogger("etf.api")
ADDRESS_SECONDS = 600
"""How long the address of a large table holds."""
BUILT_HEADER, DATE_HEADER = "X-Tables-As-Of", "X-Holdings-As-Of"
Made = TypeVar("Made")
_STALENESS = ("X-Data-Stale", "X-Data-Stale-Reason")


@dataclass(frozen=True)
class TableQuery:
    """Which table, in which format. `as_of` empty: the newest; `etf` empty: of all funds."""

    name: str
    format: Format = "parquet"
    as_of: str | None = None
    etf: str | None = None

    @property
    def table(self) -> Table:
        """What the table is."""
        return TABLES[self.name]

    @classmethod
    def of(cls, request: Request) -> "TableQuery":
        """The query of a request. Raises UnknownTableError, BadQueryError and MalformedSymbolError."""
        name, given = request.name, request.query
        if name not in TABLES:
            raise UnknownTableError(f"there is no table {shorten(name)}: /api/tables has {', '.join(TABLES)}")
        chosen = cast(Format, one_of(given, "format", FORMATS))
        as_of, etf = as_of_query(given), canonical(given["etf"]) if "etf" in given else None
        if as_of and not TABLES[name].by_date:
            dated = ", ".join(table for table, found in TABLES.items() if found.by_date)
            raise BadQueryError(f"{name} has no dates: leave as_of out, or ask for one of {dated}")
        if etf and not TABLES[name].has_funds:
            raise BadQueryError(f"{name} has no funds: leave etf out")
        return cls(name, chosen, as_of, etf)


@dataclass(frozen=True)
class TablesContext:
    """What whole tables are made from. `explain_missing` raises UnknownSymbolError for a fund that is not here."""

    lake: Lake
    tables: LakeTables
    exporter: Exporter
    today: Callable[[], date]
    headers_of_all: Callable[[TablesState], dict[str, str]]
    headers_of: Callable[[str, Mapping[str, str]], dict[str, str]]
    """The headers that describe one fund, by its symbol and metadata."""
    explain_missing: Callable[[str], NoReturn]


class WholeTables:
    """The tables over all funds of one lake."""

    def __init__(self, context: TablesContext) -> None:
        self._context = context
        self._stored = StoredTables(context.lake)

    def listed(self, _request: Request) -> Answer:
        """The tables that there are. Raises TablesError."""
        return self._asked(self._listed)

    def one(self, request: Request) -> File:
        """One table, whole. Raises TablesError, UnknownTableError, UnknownDateError, BadQueryError and more."""
        query = TableQuery.of(request)
        return self._asked(lambda state: self._file(query, state))

    def _asked(self, question: Callable[[TablesState], Made]) -> Made:
        found = self._context.tables.answered(question)
        if found is None:
            raise TablesError(NOT_BUILT)
        return found

    def _listed(self, state: TablesState) -> Answer:
        newest, today = state.newest, self._context.today()
        dates = {name: self._stored.dates(name, today) for name, table in TABLES.items() if table.by_date}
        measured = self._stored.measured(newest, {name: found[-1] for name, found in dates.items() if found})
        tables = []
        for name, table in TABLES.items():
            sizes: dict[str, int | None]
            if name in measured:
                sizes = {"rows": measured[name].rows, "bytes": measured[name].size}
            elif name == FILINGS and newest.filings:
                sizes = {"rows": len(newest.filings), "bytes": None}
            else:
                continue
            days = [found.as_of for found in reversed(dates.get(name, []))]
            tables.append({**_described(name, table), **sizes, "dates": days})
        answer = {"tables": tables, "tables_as_of": newest.tables_as_of}
        return compact_answer(answer, self._context.headers_of_all(state))

    def _file(self, query: TableQuery, state: TablesState) -> File:
        newest = state.newest
        if query.etf:
            self._check_fund(query.etf, query, state)
        dated = self._dated(query, state) if query.table.by_date else None
        headers = {**self._headers(query, state, dated), BUILT_HEADER: newest.tables_as_of}
        if dated:
            headers[DATE_HEADER] = dated.as_of
        if query.format != "parquet":
            headers[COLUMNS_HEADER] = query.table.described
        if query.name == FILINGS and newest.filings:
            return self._of_filings(query, state, headers)
        sources = (Source(dated.stored.key, dated.stored.etag),) if dated else sources_of(newest, query.name)
        if not sources:
            raise UnknownTableError(
                f"there is no table {query.name} yet, since there are no filings: /api/tables lists those that there "
                "are; docs/filings.md says how filings come"
            )
        export = Export(query.name, query.format, sources, dated.as_of if dated else None, query.etf)
        if query.format == "parquet" and not query.etf and is_stored_whole(query.name):
            return self._as_stored(export, dated, headers)
        return self._exported(export, headers)

    def _check_fund(self, etf: str, query: TableQuery, state: TablesState) -> None:
        """Raises UnknownSymbolError unless the fund can have rows in the table: in no other table is it looked for."""
        funds, filings = state.newest.funds, state.newest.filings
        if query.name == FILINGS:
            if etf in filings:
                return
            if etf in funds:
                raise UnknownSymbolError(
                    f"no filing of {etf} with the SEC is here: ask latest_holdings or latest_funds for its list; "
                    "docs/filings.md says how filings come"
                )
        elif etf in funds:
            return
        elif etf in filings:
            raise UnknownSymbolError(
                f"only filings of {etf} with the SEC are here, no list: ask {FILINGS} for the newest one; for a list, "
                "add it to etf_symbols in the config"
            )
        self._context.explain_missing(etf)

    def _dated(self, query: TableQuery, state: TablesState) -> DatedTable:
        """The table of the date that is asked for, else of the newest one: of the fund's own, if one is asked for."""
        found = self._stored.dates(query.name, self._context.today())
        if not found:
            raise TablesError(f"there is no holdings date of {query.name} yet: {NOT_BUILT}")
        whose, where = query.name, "/api/tables lists all dates"
        if query.etf:
            found = self._with_fund(query.etf, query, state, found)
            whose, where = f"{query.name} of {query.etf}", f"/api/etfs/{query.etf}/history lists all dates"
        if query.as_of is None:
            return found[-1]
        for table in found:
            if table.as_of == query.as_of:
                return table
        near = " and ".join(nearest([table.as_of for table in found], query.as_of))
        raise UnknownDateError(f"{whose} has no {query.as_of}; nearest: {near}; {where}")

    def _with_fund(self, etf: str, query: TableQuery, state: TablesState, found: list[DatedTable]) -> list[DatedTable]:
        """Those of the tables in which the fund is. Raises UnknownDateError if there is none."""
        days = self._stored.days_of(etf, query.name)
        if days is None:
            # A date that is asked for is believed; the newest one is known without the history.
            days = [query.as_of or state.newest.funds[etf]["metadata"]["holdings-as-of"]]
        known = {*days}
        if chosen := [table for table in found if table.as_of in known]:
            return chosen
        if query.name == CHANGES:
            raise UnknownDateError(
                f"{etf} has no two holdings dates yet that could be compared: /api/etfs/{etf}/history lists its dates"
            )
        raise UnknownDateError(f"{query.name} has no {query.as_of or 'date'} of {etf}: /api/tables lists all dates")

    def _headers(self, query: TableQuery, state: TablesState, dated: DatedTable | None) -> dict[str, str]:
        """The headers that describe the data: those of all funds, or of the one that is asked for."""
        if query.name == FILINGS or not query.table.has_funds:
            return {"X-Data-Source": _source_of_filings(state)}
        record = state.newest.funds.get(query.etf or "")
        headers = (
            self._context.headers_of(query.etf or "", record["metadata"])
            if record
            else self._context.headers_of_all(state)
        )
        if dated:
            # Only the newest lists can be overdue; whether those of a date are complete, `funds` says of each.
            headers = {name: text for name, text in headers.items() if name not in (*_STALENESS, "X-Data-Complete")}
        return headers

    def _as_stored(self, export: Export, dated: DatedTable | None, headers: Mapping[str, str]) -> File:
        """The stored object itself."""
        (source,) = export.sources
        size, exporter = dated.stored.size if dated else self._size(source.key), self._context.exporter
        is_large = size > exporter.inline_bytes

        def make() -> bytes | Elsewhere:
            if is_large:
                return self._elsewhere(source.key, export, size)
            stored = self._context.lake.read_if_there(source.key)
            if stored is None or (source.etag and stored.etag != source.etag):
                raise _gone(source.key)
            return stored.body

        refusal = _too_large(export, size) if is_large and not exporter.stores else None
        return File(export.name, PARQUET, f'"{export.digest}"', make, size=size, headers=headers, refusal=refusal)

    def _size(self, key: str) -> int:
        found = next((stored for stored in self._context.lake.listed(key) if stored.key == key), None)
        if found is None:
            raise MissingObjectError(f"{key} is named by the newest state and does not exist")
        return found.size

    def _exported(self, export: Export, headers: Mapping[str, str]) -> File:
        """What the exporter makes of stored objects, or has made of them within a day."""
        lake, exporter = self._context.lake, self._context.exporter

        def make() -> bytes | Elsewhere:
            if exporter.stores and lake.head_if_there(export.key):
                return self._elsewhere(export.key, export)
            made = exporter(export)
            if made.content is not None:
                return made.content
            if made.gone:
                raise _gone(made.gone)
            return self._elsewhere(export.key, export, made.too_large)

        is_gzipped = export.format != "parquet"
        etag = f'"{export.digest}"'
        return File(export.name, FLAT[export.format].content_type, etag, make, is_gzipped=is_gzipped, headers=headers)

    def _elsewhere(self, key: str, export: Export, size: int = 0) -> Elsewhere:
        if not self._context.exporter.stores:
            raise _too_large(export, size)
        return Elsewhere(
            self._context.lake.address(key, ADDRESS_SECONDS, export.name, FLAT[export.format].content_type)
        )

    def _of_filings(self, query: TableQuery, state: TablesState, headers: Mapping[str, str]) -> File:
        """The newest filings, which the newest state itself has."""
        filings = state.newest.filings
        chosen = sorted(filings) if query.etf is None else [query.etf] if query.etf in filings else []
        etag = etag_of(state.etag.encode(), repr(query).encode())

        def make() -> bytes:
            rows = [{**filings[symbol], "etf": symbol} for symbol in chosen]
            return _encoded(table_of(_FILING_FIELDS, rows, sparse=True), query.format)

        name = f"{FILINGS}{f'-{query.etf}' if query.etf else ''}.{query.format}"
        return File(name, FLAT[query.format].content_type, etag, make, headers=headers)


def _too_large(export: Export, size: int) -> TooLargeError:
    """What whoever asks can do, and what only the API's owner can."""
    smaller = [] if export.etf or not TABLES[export.table].has_funds else ["one fund with etf"]
    smaller += [] if export.format == "parquet" else ["the smaller format=parquet"]
    ask = f"ask for {' or '.join(smaller)}; " if smaller else ""
    return TooLargeError(
        f"the table has {size / 1e6:.1f} MB, too large for an answer of an API without an access token: {ask}its owner "
        "can lock it with `make deploy TOKEN=...`, so that it gives the address of the whole table, or read the tables "
        "with `make sql`, with Athena or below tables/ in the S3 bucket"
    )


_FILING_FIELDS = tuple(
    FlatField(name, {"VARCHAR": "text", "BOOLEAN": "boolean"}.get(column.type, "number"))  # type: ignore[arg-type]
    for name, column in TABLES[FILINGS].columns.items()
)


_WHOLE = frozenset(name for name, column in TABLES[FILINGS].columns.items() if column.type == "INTEGER")


def _encoded(table: FlatTable, chosen: Format) -> bytes:
    if chosen == "parquet":
        return parquet_of(table, _WHOLE)
    return ndjson_of(table) if chosen == "ndjson" else csv_of(table)


def _described(name: str, table: Table) -> dict[str, Any]:
    columns = [
        {"name": column, "type": known.type, "unit": known.unit or None, "meaning": known.meaning or None}
        for column, known in table.columns.items()
    ]
    return {"name": name, "meaning": table.meaning, "by_date": table.by_date, "columns": columns}


def _source_of_filings(state: TablesState) -> str:
    """The source of all newest filings; where they have several, the one to be most careful with."""
    found = {filing.get("source") or UNKNOWN_SOURCE for filing in state.newest.filings.values()} or {UNKNOWN_SOURCE}
    return next(source for source in ("sample", UNKNOWN_SOURCE, "file", "sec") if source in found)


def _gone(key: str) -> ExportError:
    log.error("export", extra={"why": f"{key} has changed or gone"})
    return ExportError("the tables have just been built anew: ask again in some seconds")
