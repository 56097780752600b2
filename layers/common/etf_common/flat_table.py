"""Answers as flat tables: columns with a type, and rows of cells; what every format but JSON is made of.

A figure that can have bounds takes three columns: `weight_pct`, which is null where only bounds are known,
`weight_pct_low` and `weight_pct_high`, which equal it where it is certain. All three are null where it is unknown.
"""

import json
import math
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Literal

from etf_common.csv_text import csv_table

NDJSON = "application/x-ndjson"
"""The content type of one JSON object a line."""
Cell = str | int | float | bool | None
Kind = Literal["text", "number", "boolean"]
ENDS = ("", "_low", "_high")
"""What the names of a bounded figure's columns end with."""


@dataclass(frozen=True)
class Column:
    """A column's name, with its unit at the end (`_pct`, `_usd`), and what its cells are where they are not null."""

    name: str
    kind: Kind


@dataclass(frozen=True)
class FlatTable:
    """Rows that have a cell for each column."""

    columns: tuple[Column, ...]
    rows: Sequence[Sequence[Cell]]

    @property
    def names(self) -> list[str]:
        """The columns' names."""
        return [column.name for column in self.columns]

    @property
    def described(self) -> str:
        """The columns with their kinds: `symbol text, weight_pct number, complete boolean`."""
        return ", ".join(f"{column.name} {column.kind}" for column in self.columns)

    @property
    def is_finite(self) -> bool:
        """Whether no cell is NaN, infinite or a whole number beyond all floats, which not every format can write."""
        try:
            return all(map(math.isfinite, (cell for row in self.rows for cell in row if isinstance(cell, float | int))))
        except OverflowError:
            return False


@dataclass(frozen=True)
class Field:
    """A field of the objects that a table is made of: one column, or the three of a figure that can have bounds."""

    name: str
    kind: Kind
    is_bounded: bool = False

    @property
    def columns(self) -> tuple[Column, ...]:
        """Its columns."""
        return tuple(Column(f"{self.name}{end}", self.kind) for end in (ENDS if self.is_bounded else ENDS[:1]))


def texts(*names: str) -> tuple[Field, ...]:
    """Fields that are texts: symbols, names, codes, dates and times."""
    return tuple(Field(name, "text") for name in names)


def numbers(*names: str) -> tuple[Field, ...]:
    """Fields that are numbers, and never bounds."""
    return tuple(Field(name, "number") for name in names)


def booleans(*names: str) -> tuple[Field, ...]:
    """Fields that are true or false."""
    return tuple(Field(name, "boolean") for name in names)


def figures(*names: str) -> tuple[Field, ...]:
    """Numbers that can be bounds: `{"low": 1.5, "high": 2.5}`."""
    return tuple(Field(name, "number", is_bounded=True) for name in names)


def table_of(fields: Sequence[Field], rows: Iterable[Mapping[str, Any]], *, sparse: bool = False) -> FlatTable:
    """The table of these fields of objects. `sparse`: an object may lack fields, which are null then."""
    columns = tuple(column for field in fields for column in field.columns)
    return FlatTable(columns, [[*_cells(fields, row, sparse=sparse)] for row in rows])


def _cells(fields: Sequence[Field], row: Mapping[str, Any], *, sparse: bool) -> Iterable[Cell]:
    for field in fields:
        value = row.get(field.name) if sparse else row[field.name]
        if not field.is_bounded:
            yield value
        elif isinstance(value, dict):
            yield from (None, value["low"], value["high"])
        else:
            yield from (value, value, value)


def csv_of(table: FlatTable) -> bytes:
    """The table as CSV for a spreadsheet; `true` and `false` as JSON writes them."""
    flags = [place for place, column in enumerate(table.columns) if column.kind == "boolean"]
    return csv_table(table.names, (_with_words(row, flags) for row in table.rows) if flags else table.rows)


def _with_words(row: Sequence[Cell], flags: Iterable[int]) -> Sequence[Cell]:
    cells = [*row]
    for place in flags:
        cells[place] = _WORDS.get(cells[place])
    return cells


_WORDS: Mapping[Cell, str] = {True: "true", False: "false"}


def ndjson_of(table: FlatTable) -> bytes:
    """One JSON object a line, each with all columns. Raises ValueError for a cell that is NaN or infinite."""
    return "".join(f"{line}\n" for line in _objects(table)).encode()


def records_of(table: FlatTable) -> bytes:
    """The same objects as one JSON array. Raises ValueError for a cell that is NaN or infinite."""
    return f"[{','.join(_objects(table))}]".encode()


def _objects(table: FlatTable) -> Iterable[str]:
    names = table.names
    # One encoder for all rows: json.dumps with options makes one a row.
    encode = json.JSONEncoder(ensure_ascii=False, separators=(",", ":"), allow_nan=False).encode
    return (encode(dict(zip(names, row, strict=True))) for row in table.rows)
