"""Answers as flat tables: columns with a type, and rows of cells; what every format but JSON is made of.

A figure that can have bounds takes three columns: `weight_pct`, which is null where only bounds are known,
`weight_pct_low` and `weight_pct_high`, which equal it where it is certain. All three are null where it is unknown.
"""

import json
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import Literal

from etf_common.holdings_csv import csv_table

Cell = str | int | float | bool | None
Kind = Literal["text", "number", "boolean"]


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


def csv_of(table: FlatTable) -> bytes:
    """The table as CSV for a spreadsheet; `true` and `false` as JSON writes them."""
    return csv_table(table.names, (map(_csv_cell, row) for row in table.rows))


def _csv_cell(cell: Cell) -> Cell:
    return cell if not isinstance(cell, bool) else "true" if cell else "false"


def ndjson_of(table: FlatTable) -> bytes:
    """One JSON object a line, each with all columns."""
    return "".join(f"{line}\n" for line in _objects(table)).encode()


def records_of(table: FlatTable) -> bytes:
    """The same objects as one JSON array."""
    return f"[{','.join(_objects(table))}]".encode()


def _objects(table: FlatTable) -> Iterable[str]:
    names = table.names
    return (
        json.dumps(dict(zip(names, row, strict=True)), ensure_ascii=False, separators=(",", ":"), allow_nan=False)
        for row in table.rows
    )
