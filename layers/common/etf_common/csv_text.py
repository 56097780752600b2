"""CSV for a spreadsheet: what Excel opens by a double click, without running what a name says."""

import csv
import io
import re
from collections.abc import Iterable, Sequence
from typing import Any

CONTENT_TYPE = "text/csv; charset=utf-8"
# Without it Excel takes UTF-8 for the system's own encoding.
_BYTE_ORDER_MARK = "\ufeff"
# A text that begins with one of these is a formula to a spreadsheet (OWASP, CSV injection); the wide forms are to one
# in Japanese, and what is not shown before them may be dropped. Where Excel's list separator is a semicolon, it begins
# a cell within the text, and so does the end of a line.
_SEPARATOR = re.compile(r"[;\t\r\n]")
# What is not shown is skipped up to the next separator only: each character is looked at once, however many there are.
_FORMULA = re.compile(r"(^|[;\t\r\n])(?=[^\w=+@'\uff1d\uff0b\uff20\uff0d;\t\r\n-]*[=+@\uff1d\uff0b\uff20\uff0d-])")


def csv_table(columns: Sequence[str], rows: Iterable[Iterable[Any]]) -> bytes:
    """Any rows as CSV: UTF-8 with a byte order mark, no cell that a spreadsheet runs. What is null is empty."""
    return _BYTE_ORDER_MARK.encode() + csv_rows([columns, *rows])


def csv_rows(rows: Iterable[Iterable[Any]]) -> bytes:
    """The same without a first line, to be put behind rows that are there."""
    text = io.StringIO()
    writer = csv.writer(text, lineterminator="\r\n")
    writer.writerows(map(_cell, row) for row in rows)
    return text.getvalue().encode()


def _cell(value: Any) -> Any:
    if value is None:
        return ""
    # The ordinary text is told by its first character and the lack of separators, in a tenth of the time.
    if isinstance(value, str) and (not value[:1].isalnum() or _SEPARATOR.search(value)):
        return _FORMULA.sub(r"\1'", value)
    return value
