"""Tables as data frames, with columns and types that do not depend on the rows.

A number is float64 even where every cell is whole, since the same question may bring a fraction tomorrow; a text and a
boolean are of the nullable types. Zero rows have the same columns and types.
"""

import importlib
import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from etf_client.errors import MissingPackage, UnexpectedAnswer

if TYPE_CHECKING:
    import pandas
    import polars

COLUMNS = "X-Table-Columns"
"""The header that names the columns and their kinds: `symbol text, weight_pct number, complete boolean`."""
PANDAS = {"text": "string", "number": "float64", "boolean": "boolean", "list": "object"}
"""By kind, the type of a pandas column."""
_NULL = type(None)
_TYPES: Mapping[str, set[type]] = {
    "text": {str, _NULL},
    "number": {int, float, _NULL},
    "boolean": {bool, _NULL},
    "list": {list, _NULL},
}
"""By kind, the types of its cells in JSON."""


@dataclass(frozen=True)
class Columns:
    """A table by columns: their kinds, and their cells."""

    kinds: Mapping[str, str]
    """`text`, `number`, `boolean`, or `list` in whole tables, by name, in order."""
    cells: Mapping[str, Sequence[Any]]


def columns_of(header: str | None, content: bytes) -> Columns:
    """The table in an answer with format=ndjson, whose header X-Table-Columns is given.

    Raises UnexpectedAnswer.
    """
    if header is None:
        raise UnexpectedAnswer(f"the answer has no header {COLUMNS}: the API is older than this client; update it")
    kinds = dict(item.strip().rpartition(" ")[::2] for item in header.split(",") if item.strip())
    if unknown := set(kinds.values()) - PANDAS.keys():
        raise UnexpectedAnswer(f"{COLUMNS} has kinds that this client does not know: {sorted(unknown)}; update it")
    try:
        rows = [json.loads(line) for line in content.splitlines() if line.strip()]
        cells = {name: [row[name] for row in rows] for name in kinds}
    except (ValueError, KeyError, TypeError, RecursionError):
        raise UnexpectedAnswer("the table cannot be read: a line is not a JSON object with all columns") from None
    for name, kind in kinds.items():
        if not {type(cell) for cell in cells[name]} <= _TYPES[kind]:
            raise UnexpectedAnswer(f"the table cannot be read: a cell of {name} is no {kind}")
    return Columns(kinds, cells)


def pandas_frame(table: Columns, attrs: Mapping[str, Any]) -> "pandas.DataFrame":
    """The table for pandas; `attrs` are its provenance. Raises MissingPackage."""
    pd = _imported("pandas")
    data = {name: pd.array(table.cells[name], dtype=PANDAS[kind]) for name, kind in table.kinds.items()}
    frame: pandas.DataFrame = pd.DataFrame(data, columns=list(table.kinds))
    frame.attrs.update(attrs)
    return frame


def polars_frame(table: Columns) -> "polars.DataFrame":
    """The table for polars. Raises MissingPackage."""
    pl = _imported("polars")
    # What lists hold is up to the rows.
    lists = None if any(map(len, table.cells.values())) else pl.List(pl.Null)
    types = {"text": pl.String, "number": pl.Float64, "boolean": pl.Boolean, "list": lists}
    schema = {name: types[kind] for name, kind in table.kinds.items()}
    floats = {
        name: [None if cell is None else float(cell) for cell in table.cells[name]]
        for name, kind in table.kinds.items()
        if kind == "number"
    }
    frame: polars.DataFrame = pl.DataFrame({**table.cells, **floats}, schema=schema)
    return frame


def _imported(name: str) -> Any:
    try:
        return importlib.import_module(name)
    except ImportError:
        raise MissingPackage(f'{name} is not installed: pip install "etf-client[{name}]"') from None
