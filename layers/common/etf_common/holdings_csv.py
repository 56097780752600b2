"""Holdings as CSV for a spreadsheet: what Excel opens by a double click, without running what a name says."""

import csv
import io
from collections.abc import Iterable, Mapping, Sequence
from typing import Any

CONTENT_TYPE = "text/csv; charset=utf-8"
COLUMNS = (
    "symbol",
    "name",
    "weight_pct",
    "shares",
    "market_value_usd",
    "asset_class",
    "holdings_as_of",
    "source",
)
# Without it Excel takes UTF-8 for the system's own encoding.
_BYTE_ORDER_MARK = "\ufeff"
# A text that begins with one of these is a formula to a spreadsheet (OWASP, CSV injection).
_FORMULA_STARTS = ("=", "+", "-", "@", "\t", "\r", "\n")


def holdings_csv(holdings: Iterable[Mapping[str, Any]], holdings_as_of: str, source: str) -> bytes:
    """One line a holding, in the given order, after the header of COLUMNS. What is null is empty."""
    names = COLUMNS[:-2]
    return csv_table(COLUMNS, ((*[row[name] for name in names], holdings_as_of, source) for row in holdings))


def csv_table(columns: Sequence[str], rows: Iterable[Iterable[Any]]) -> bytes:
    """Any rows as CSV: UTF-8 with a byte order mark, no cell that a spreadsheet runs. What is null is empty."""
    text = io.StringIO()
    text.write(_BYTE_ORDER_MARK)
    writer = csv.writer(text, lineterminator="\r\n")
    writer.writerow(columns)
    writer.writerows(map(_cell, row) for row in rows)
    return text.getvalue().encode()


def _cell(value: Any) -> Any:
    if isinstance(value, str) and value.startswith(_FORMULA_STARTS):
        return f"'{value}"
    return "" if value is None else value
