"""What the client's methods return: the answer's data, and where it comes from."""

import builtins
from collections.abc import Callable, Iterator, Mapping
from functools import cached_property
from pathlib import Path
from typing import TYPE_CHECKING, Any, Generic, TypeVar

from etf_client.errors import UsageError
from etf_client.frames import COLUMNS, Columns, columns_of, pandas_frame, polars_frame
from etf_client.operations import Operation
from etf_client.transport import JSON, Reply

if TYPE_CHECKING:
    import pandas
    import polars

T = TypeVar("T")
SUFFIXES = ("csv", "xlsx", "ndjson", "parquet", "json")
"""The endings of files that `save` knows, each the API's word for the format."""


class Described:
    """What the headers of an answer say of its data."""

    def __init__(self, operation: Operation, reply: Reply) -> None:
        self.operation = operation
        self.url = reply.url
        """Where it was asked for, without the token."""
        self.headers: Mapping[str, str] = reply.headers
        """The response's headers; their names in any case."""
        self.content = reply.content
        """The bytes of the body."""

    @property
    def source(self) -> str | None:
        """`schwab`, or `sample` for made-up data; of filings `sec` or `file`; None where the answer has no data."""
        return self.headers.get("X-Data-Source")

    @property
    def stale(self) -> bool | None:
        """Whether newer data is due; None where the answer does not say."""
        return _flag(self.headers.get("X-Data-Stale"))

    @property
    def stale_reason(self) -> str | None:
        """Why it is stale; None where it is not."""
        return self.headers.get("X-Data-Stale-Reason")

    @property
    def complete(self) -> bool | None:
        """Whether the lists that it rests on have every row; None where the answer does not say."""
        return _flag(self.headers.get("X-Data-Complete"))

    @property
    def total(self) -> int | None:
        """The rows that there are, of which limit and offset take a part; None where the answer does not say."""
        text = self.headers.get("X-Total-Count", "")
        return int(text) if text.isdecimal() else None

    @property
    def etag(self) -> str | None:
        """The answer's validator: the same one means the same answer."""
        return self.headers.get("ETag")


class Table(Described):
    """An answer in one of the formats that are tables: `content` has its bytes."""

    def __init__(self, operation: Operation, reply: Reply, format: str) -> None:  # noqa: A002 - the API's own word
        super().__init__(operation, reply)
        self.format = format

    @cached_property
    def columns(self) -> Columns:
        """The cells by column, of format=ndjson. Raises UsageError for another format, and UnexpectedAnswer."""
        if self.format != "ndjson":
            raise UsageError(f"frames are made of format=ndjson, and this table is {self.format}")
        return columns_of(self.headers.get(COLUMNS), self.content)

    def df(self, **more: Any) -> "pandas.DataFrame":
        """A pandas frame with its provenance in `attrs`, of format=ndjson. Raises MissingPackage, UnexpectedAnswer."""
        return pandas_frame(self.columns, {**self.provenance(), **more})

    def pl(self) -> "polars.DataFrame":
        """A polars frame, of format=ndjson. Raises MissingPackage, UnexpectedAnswer."""
        return polars_frame(self.columns)

    def provenance(self) -> dict[str, Any]:
        """Where the table comes from: source, as_of, etag, url, complete, stale and stale_reason.

        `as_of` is the date of the holdings: a text, or the list of all dates where rows differ; None without one.
        """
        dates = sorted({day for day in self.columns.cells.get("holdings_as_of", ()) if day is not None})
        return {
            "source": self.source,
            "as_of": dates[0] if len(dates) == 1 else dates or None,
            "etag": self.etag,
            "url": self.url,
            "complete": self.complete,
            "stale": self.stale,
            "stale_reason": self.stale_reason,
        }

    def __repr__(self) -> str:
        return f"<Table {self.operation.name} {self.format}, {len(self.content)} bytes>"


class Answer(Described, Generic[T]):
    """The answer of one operation.

    `data` is its JSON as the types of etf_client.types describe it, or its text where it is no JSON. Items, iteration
    and length are those of `data`: `answer["holders"]`, `for symbol in answer`, `len(answer)`.
    """

    def __init__(self, operation: Operation, reply: Reply, table: Callable[[str], Table]) -> None:
        super().__init__(operation, reply)
        reply.check_type(operation.content_type)
        self.data: T = _data(operation.content_type, reply)
        self._table = table

    def __getitem__(self, key: Any) -> Any:
        data: Any = self.data
        return data[key]

    def __iter__(self) -> Iterator[Any]:
        data: Any = self.data
        return iter(data)

    def __len__(self) -> int:
        data: Any = self.data
        return len(data)

    def __contains__(self, key: object) -> bool:
        data: Any = self.data
        return key in data

    def get(self, key: str, default: Any = None) -> Any:
        """The field of this name, or `default`: for answers that are JSON objects."""
        return self.data.get(key, default) if isinstance(self.data, dict) else default

    def table(self, format: str = "ndjson") -> Table:  # noqa: A002 - the API's own word
        """The same question's answer as a table, in one of the operation's formats.

        It is asked for anew, so its headers are its own. Raises NoTable, and what the client's methods raise.
        """
        return self._table(format)

    def df(self) -> "pandas.DataFrame":
        """The table for pandas: names and types of columns are always the same; `attrs` say where it comes from.

        `attrs` has source, as_of, etag, url, complete, stale, stale_reason, and `reasons`, which says why figures are
        null. Weights are in per cent, as the names say; a figure with bounds has three columns. Raises NoTable,
        MissingPackage, and what the client's methods raise.
        """
        more = {name: self.get(field) for name, field in _MORE.items() if self.get(field) is not None}
        return self.table().df(**more)

    def pl(self) -> "polars.DataFrame":
        """The table for polars, with the same columns as df(); this answer says where it comes from."""
        return self.table().pl()

    def bytes(self, format: str) -> builtins.bytes:  # noqa: A002 - the API's own word
        """The answer as a file's bytes: `csv`, `xlsx`, `ndjson`, `records`, `parquet` where there, or `json`."""
        is_json = format == "json" and self.operation.content_type == JSON
        return self.content if is_json else self.table(format).content

    def csv(self) -> builtins.bytes:
        """The table as CSV in UTF-8."""
        return self.bytes("csv")

    def xlsx(self) -> builtins.bytes:
        """The table as a workbook for Excel."""
        return self.bytes("xlsx")

    def save(self, path: str | Path) -> Path:
        """Write the answer to a file, in the format that its ending names; the path. Raises UsageError and OSError."""
        path = Path(path)
        suffix = path.suffix.lower().removeprefix(".")
        if self.operation.content_type != JSON and not self.operation.has_table:
            content = self.content
        elif suffix in SUFFIXES:
            content = self.bytes(suffix)
        else:
            raise UsageError(f"{path.name} has no ending that names a format; give one of .{', .'.join(SUFFIXES)}")
        path.write_bytes(content)
        return path

    def __repr__(self) -> str:
        doubts = ("stale" if self.stale else "", "partial" if self.complete is False else "")
        about = (self.operation.name, self.source, *doubts)
        return f"<Answer {', '.join(filter(None, about))}: {_shortened(self.data)}>"


_MORE = {"as_of": "holdings_as_of", "reasons": "reasons"}
"""By the name in attrs, the answer's own field."""


def _data(content_type: str, reply: Reply) -> Any:
    if content_type == JSON:
        return reply.json()
    is_text = content_type.startswith("text/") or content_type.endswith("xml")
    return reply.content.decode("utf-8", "replace") if is_text else reply.content


def _flag(text: str | None) -> bool | None:
    return {"true": True, "false": False}.get(text or "")


def _shortened(value: Any, most: int = 200) -> str:
    text = str(list(value)) if isinstance(value, dict) else str(value)
    return text if len(text) <= most else f"{text[:most]}..."
