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
from etf_common.flat_table import FlatTable, csv_of, ndjson_of, records_of

log = logging.getLogger("etf.api")
JSON = "application/json"
COLUMNS_HEADER = "X-Table-Columns"
"""Names the columns and their kinds, so that a table without rows keeps them."""
Table = Callable[[Any], FlatTable]
"""Makes the table of an answer."""
Sheets = Callable[[Any], Mapping[str, FlatTable]]
"""Makes the sheets of an answer's workbook, by name; the first is the table of the other formats."""
_NOT_IN_A_FILE_NAME = re.compile(r"[^A-Z0-9.-]", re.IGNORECASE)


@dataclass(frozen=True)
class FlatFormat:
    """A format of tables."""

    content_type: str
    encode: Callable[[Mapping[str, FlatTable]], bytes]
    """Writes sheets by name; a format without sheets writes the first."""
    extension: str = ""
    """Of the file that a browser saves; empty where it shows the answer."""
    has_sheets: bool = False


def _first(encode: Callable[[FlatTable], bytes]) -> Callable[[Mapping[str, FlatTable]], bytes]:
    return lambda sheets: encode(next(iter(sheets.values())))


FLAT: Mapping[str, FlatFormat] = {
    "csv": FlatFormat(CSV, _first(csv_of), "csv"),
    "ndjson": FlatFormat("application/x-ndjson", _first(ndjson_of)),
    "records": FlatFormat(JSON, _first(records_of)),
}
FORMATS = ("json", *FLAT)
"""What `format` can be, the default first."""


@dataclass(frozen=True)
class Written:
    """A body, and the headers that only its making tells."""

    body: bytes
    headers: Mapping[str, str]


def written(chosen: str, answer: Any, table: Table, name: str, sheets: Sheets | None = None) -> Written:
    """An answer in a flat format; `name` is that of its file without the extension.

    A workbook has the `sheets`, by default one with the table. A cell that is not finite is null, with a reason where
    the answer gives reasons.
    """
    form = FLAT[chosen]

    def made(told: Any) -> Mapping[str, FlatTable]:
        return sheets(told) if sheets and form.has_sheets else {"table": table(told)}

    found = made(answer)
    if not all(sheet.is_finite for sheet in found.values()):
        log.error("not_finite")
        found = made(finite(answer))
    headers = {COLUMNS_HEADER: next(iter(found.values())).described}
    if form.extension:
        file = _NOT_IN_A_FILE_NAME.sub("_", name)
        headers["Content-Disposition"] = f'attachment; filename="{file}.{form.extension}"'
    return Written(form.encode(found), headers)


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
    """`value` with null for NaN and infinities; an object with `reasons` names its own figures there."""
    if isinstance(value, float):
        return value if math.isfinite(value) else None
    if isinstance(value, (list, tuple)):
        return [finite(item) for item in value]
    if not isinstance(value, dict):
        return value
    found = {name: finite(item) for name, item in value.items()}
    if isinstance(found.get("reasons"), dict):
        lost = [name for name, item in value.items() if isinstance(item, float) and not math.isfinite(item)]
        found["reasons"] |= dict.fromkeys(lost, Reason.NOT_FINITE)
    return found
