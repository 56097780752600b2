"""SQL over a data folder: DuckDB reads the files that the tables function wrote, and writes none."""

import re
import tempfile
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from types import TracebackType
from typing import Any, Self

import duckdb

from etf_common.errors import DamagedObjectError, UsageError
from etf_common.newest import Newest
from etf_common.table_keys import NEWEST_KEY, changed_lines_key, funds_key, holdings_key

ROWS_AT_ONCE = 10_000
VIEWS = (
    *("holdings", "funds", "changes", "latest_holdings", "latest_funds"),
    *("latest_filings", "securities", "security_contradictions"),
)
_FILINGS = (
    "{filings: 'MAP(VARCHAR, STRUCT(report_date VARCHAR, filed VARCHAR, accession VARCHAR, form VARCHAR, "
    "final BOOLEAN, complete BOOLEAN, net_assets_usd DOUBLE, lines INTEGER, source VARCHAR))'}"
)
_LARGEST_STATE = 256 * 1024 * 1024
"""More bytes than the newest state of any number of funds has."""
_QUESTIONS = frozenset({duckdb.StatementType.SELECT, duckdb.StatementType.EXPLAIN, duckdb.StatementType.MULTI})
"""What only reads. MULTI is PIVOT, which DuckDB carries out as several statements."""
_WRITING = frozenset({"ALTER", "COPY", "CREATE", "DELETE", "DROP", "INSERT", "MERGE", "TRUNCATE", "UPDATE"})
"""What writes within a question too: as a part of WITH, or around a PIVOT, and to DuckDB the whole still reads."""
_WORD = re.compile(rb"\w+")
_NAMING = (duckdb.token_type.keyword, duckdb.token_type.identifier)
_EXPLAIN = re.compile(r"\s*explain\s+(?:analyze\s+)?(?:\([^()]*\)\s*)?", re.IGNORECASE)
_NUMBERS = ("BIGINT", "DECIMAL", "DOUBLE", "FLOAT", "HUGEINT", "INTEGER", "SMALLINT", "TINYINT", "U")
"""How the names of numeric types begin; no other one begins with a U but UUID and UNION."""
_PATTERN_CHARACTERS = re.compile(r"[*?\[]")


class SqlError(Exception):
    """What DuckDB says to a question, with the place in it; several lines."""


@dataclass(frozen=True)
class Column:
    """A column of an answer."""

    name: str
    is_number: bool


@dataclass(frozen=True)
class Answer:
    """What one statement gave; `rows` can be taken once."""

    columns: Sequence[Column]
    rows: Iterator[tuple[Any, ...]]


class LakeSql:
    """The tables below `root` as views, while it is open.

    `holdings`, `funds` and `changes` have all holdings dates, by `as_of`; `latest_holdings` and `latest_funds` the
    newest snapshot of each fund; `latest_filings` its newest filing, and `securities` what the filings identify.
    Another process may write the tables meanwhile: each question sees whole files, as they are then.
    """

    def __init__(self, root: Path) -> None:
        self._root = root
        self._unreadable: dict[str, str] = {}

    def __enter__(self) -> Self:
        self._spill = tempfile.TemporaryDirectory()
        self._engine = duckdb.connect(
            config={
                "temp_directory": self._spill.name,
                # Nothing is fetched from the Internet, whatever a question names.
                "autoinstall_known_extensions": False,
                "autoload_known_extensions": False,
            }
        )
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self._engine.close()
        self._spill.cleanup()

    def ask(self, text: str) -> Iterator[Answer]:
        """The answers to the statements in `text`, in order.

        Raises SqlError, and UsageError for what would write or where there are no tables.
        """
        try:
            for statement in self._engine.extract_statements(text):
                self._check(statement)
                yield self._answer(statement.query)
        except duckdb.CatalogException as error:
            hint = "".join(
                f"\n{view} cannot be read: {why}" for view, why in self._unreadable.items() if view in str(error)
            )
            raise SqlError(f"{error}\nThe tables are {', '.join(VIEWS)}.{hint}") from None
        except duckdb.Error as error:
            raise SqlError(str(error)) from None

    def _check(self, statement: Any) -> None:
        kind = statement.type
        if kind == duckdb.StatementType.EXPLAIN:
            kind = self._explained(statement.query)
        if kind not in _QUESTIONS:
            raise UsageError(
                f"{kind.name} is not allowed: here the data is only read. Ask with SELECT, FROM, WITH, DESCRIBE, "
                "SHOW or EXPLAIN; CSV=1 (or --csv) writes an answer that a shell can redirect into a file"
            )
        if writing := _writing_word(statement.query):
            raise UsageError(
                f"{writing} is not allowed: here the data is only read; write a column or table of this name in double "
                "quotes"
            )

    def _explained(self, query: str) -> Any:
        """What kind of statement is explained: EXPLAIN ANALYZE carries it out."""
        begin = _EXPLAIN.match(query)
        if begin is None:
            raise UsageError("EXPLAIN has to be the first word, without a comment before it")
        explained = self._engine.extract_statements(query[begin.end() :])
        return explained[0].type if explained else duckdb.StatementType.SELECT

    def _answer(self, query: str) -> Answer:
        try:
            return self._asked(query)
        except duckdb.IOException:
            # A refresh has just put a newer state in the place of the files that this question began to read.
            return self._asked(query)

    def _asked(self, query: str) -> Answer:
        self._make_views()
        found = self._engine.execute(query)
        columns = [Column(name, str(kind).startswith(_NUMBERS)) for name, kind, *_ in found.description or []]
        return Answer(columns, _rows(found))

    def _make_views(self) -> None:
        self._unreadable = {}
        views = {**self._views_of_dates(), **self._views_of_newest()}
        if not views:
            raise UsageError(
                f"there are no tables in {self._root} yet: `make run` builds them at its start from the snapshots that "
                "are there, and after every refresh"
            )
        for name, query in views.items():
            try:
                self._engine.execute(f"create or replace temp view {name} as {query}")
            except duckdb.Error as error:
                # The other tables can be asked all the same.
                self._engine.execute(f"drop view if exists {name}")
                self._unreadable[name] = str(error).partition("\n")[0]

    def _views_of_dates(self) -> Mapping[str, str]:
        return {
            name: f"select * from read_parquet({self._files(key('*'))}, union_by_name = true, "  # noqa: S608 - our keys
            "hive_partitioning = true, hive_types = {'as_of': VARCHAR})"
            for name, key in (("holdings", holdings_key), ("funds", funds_key), ("changes", changed_lines_key))
            if any(self._root.glob(key("*")))
        }

    def _views_of_newest(self) -> Mapping[str, str]:
        try:
            newest = Newest.parse((self._root / NEWEST_KEY).read_bytes())
        except FileNotFoundError:
            return {}
        except (OSError, DamagedObjectError) as error:
            self._unreadable = dict.fromkeys(("latest_holdings", "latest_funds", "latest_filings"), str(error))
            return {}
        if newest is None:
            return {}
        holdings, funds = (f"read_parquet({self._files(key)})" for key in (newest.holdings_key, newest.funds_key))
        return {
            "latest_funds": f"select *, holdings_as_of as as_of from {funds}",  # noqa: S608 - our keys
            "latest_holdings": (
                f"select lines.*, funds.holdings_as_of as as_of from {holdings} as lines "  # noqa: S608 - our keys
                f"join {funds} as funds using (etf)"
            ),
            **self._views_of_filings(newest),
        }

    def _views_of_filings(self, newest: Newest) -> Mapping[str, str]:
        """None as long as there are no filings."""
        tables = {"securities": newest.security_table_key, "security_contradictions": newest.contradictions_key}
        if not newest.filings or not all(tables.values()):
            return {}
        return {
            "latest_filings": (
                "select entry.key as etf, unnest(entry.value) from (select unnest(map_entries(filings)) as entry "  # noqa: S608 - our keys
                f"from read_json({self._files(NEWEST_KEY)}, columns = {_FILINGS}, format = 'unstructured', "
                f"maximum_object_size = {_LARGEST_STATE})) order by etf"
            ),
            **{name: f"select * from read_parquet({self._files(key)})" for name, key in tables.items()},  # noqa: S608 - our keys
        }

    def _files(self, key: str) -> str:
        """The files of a key of the lake, `*` for any date, as a literal; the folder's own name is taken literally."""
        root = _PATTERN_CHARACTERS.sub(r"[\g<0>]", self._root.resolve().as_posix())
        return "'" + f"{root}/{key}".replace("'", "''") + "'"


def _writing_word(query: str) -> str | None:
    """The first word in a statement that writes and is no text, comment or name in quotes."""
    data = query.encode()  # its places are those of bytes
    for place, kind in duckdb.tokenize(query):
        if kind in _NAMING and (word := _WORD.match(data, place)):
            found = word[0].decode().upper()
            if found in _WRITING:
                return found
    return None


def _rows(found: duckdb.DuckDBPyConnection) -> Iterator[tuple[Any, ...]]:
    while rows := found.fetchmany(ROWS_AT_ONCE):
        yield from rows
