"""The formats of answers: JSON, which has everything, and flat ones, which are all encodings of one table.

Here alone stands what a flat format's content type is, what encodes it, and what its file is called.
"""

import json
import logging
import math
import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any

from etf_common.codes import Reason
from etf_common.csv_text import CONTENT_TYPE as CSV
from etf_common.flat_table import NDJSON, FlatTable, csv_of, ndjson_of, records_of
from etf_common.parquet_file import CONTENT_TYPE as PARQUET
from etf_common.parquet_file import parquet_of
from etf_common.workbook import CONTENT_TYPE as XLSX
from etf_common.workbook import Sheet, workbook

log = logging.getLogger("etf.api")
JSON = "application/json"
COLUMNS_HEADER = "X-Table-Columns"
"""Names the columns and their kinds, so that a table without rows keeps them."""
Table = Callable[[Any], FlatTable]
"""Makes the table of an answer."""
Sheets = Callable[[Any], Mapping[str, Sheet]]
"""Makes the sheets of an answer's workbook, by name; the first is the table of the other formats."""
_NOT_IN_A_FILE_NAME = re.compile(r"[^A-Z0-9.-]", re.IGNORECASE)


@dataclass(frozen=True)
class FlatFormat:
    """A format of tables."""

    content_type: str
    encode: Callable[[Mapping[str, Sheet]], bytes]
    """Writes sheets by name; a format without sheets writes the first."""
    extension: str = ""
    """Of the file that a browser saves; empty where it shows the answer."""
    has_sheets: bool = False
    is_packed: bool = False
    """Whether it is binary and compressed in itself."""


def _first(encode: Callable[[FlatTable], bytes]) -> Callable[[Mapping[str, Sheet]], bytes]:
    return lambda sheets: encode(_table_in(sheets))


def _table_in(sheets: Mapping[str, Sheet]) -> FlatTable:
    first = next(iter(sheets.values()))
    if not isinstance(first, FlatTable):
        raise TypeError("the first sheet is the table")
    return first


FLAT: Mapping[str, FlatFormat] = {
    "csv": FlatFormat(CSV, _first(csv_of), "csv"),
    "ndjson": FlatFormat(NDJSON, _first(ndjson_of)),
    "records": FlatFormat(JSON, _first(records_of)),
    "xlsx": FlatFormat(XLSX, workbook, "xlsx", has_sheets=True, is_packed=True),
    "parquet": FlatFormat(PARQUET, _first(parquet_of), "parquet", is_packed=True),
}
PACKED = frozenset(form.content_type for form in FLAT.values() if form.is_packed)
"""The content types of bodies that are not text, and that gzip makes no smaller."""
FORMATS = ("json", *(name for name in FLAT if name != "parquet"))
"""What `format` can be, the default first."""
LIST_FORMATS = ("json", *FLAT)
"""The same of a fund's holdings."""


@dataclass(frozen=True)
class Written:
    """A body, and the headers that only its making tells."""

    body: bytes
    headers: Mapping[str, str]


def written(
    chosen: str,
    answer: Any,
    table: Table,
    name: str,
    sheets: Sheets | None = None,
) -> Written:
    """An answer in a flat format; `name` is that of its file without the extension.

    A workbook has the `sheets`, by default one with the table alone. A cell that is not finite is null, with a reason
    where the answer gives reasons.
    """
    form = FLAT[chosen]

    def made(told: Any) -> Mapping[str, Sheet]:
        return sheets(told) if sheets and form.has_sheets else {"table": table(told)}

    found = made(answer)
    if not all(sheet.is_finite for sheet in found.values() if isinstance(sheet, FlatTable)):
        log.error("not_finite")
        found = made(finite(answer))
    headers = {COLUMNS_HEADER: _table_in(found).described}
    if form.extension:
        file = _NOT_IN_A_FILE_NAME.sub("_", name)
        headers["Content-Disposition"] = f'attachment; filename="{file}.{form.extension}"'
    return Written(form.encode(found), headers)


def beside(table: Table, source: str, told: Any = None) -> Sheets:
    """The sheets `table` and `about`: what the answer says beside its table, or `told` in its place."""

    def sheets(answer: Any) -> Mapping[str, Sheet]:
        # Imported here: most cold starts write no workbook.
        from api.flat.about_sheet import about  # noqa: PLC0415

        return {"table": table(answer), "about": about(answer if told is None else told, source)}

    return sheets


def json_body(value: Any) -> bytes:
    """`value` as compact JSON. A number that JSON cannot write is null, with a reason."""
    try:
        return _dumps(value)
    except ValueError:
        log.error("not_finite")  # one figure is out of range; the others are still good
        return _dumps(finite(value))


def _dumps(value: Any) -> bytes:
    return json.dumps(value, ensure_ascii=False, separators=(",", ":"), allow_nan=False).encode()


def finite(value: Any) -> Any:
    """`value` with null for what no float can be; an object with `reasons` names its own figures there."""
    if isinstance(value, float | int):
        return value if _is_finite(value) else None
    if isinstance(value, (list, tuple)):
        return [finite(item) for item in value]
    if not isinstance(value, dict):
        return value
    found = {name: finite(item) for name, item in value.items()}
    if isinstance(found.get("reasons"), dict):
        lost = [name for name, item in value.items() if isinstance(item, float | int) and not _is_finite(item)]
        found["reasons"] |= dict.fromkeys(lost, Reason.NOT_FINITE)
    return found


def _is_finite(number: float) -> bool:
    try:
        return math.isfinite(number)
    except OverflowError:  # a whole number beyond all floats
        return False
