"""Flat tables as a workbook for Excel: text stays text, numbers and dates are what they are, no clock in it."""

import io
import math
import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from functools import lru_cache
from typing import TYPE_CHECKING, Any

from etf_common.errors import PipelineError
from etf_common.flat_table import Cell, FlatTable

if TYPE_CHECKING:
    from xlsxwriter import Workbook
    from xlsxwriter.format import Format
    from xlsxwriter.worksheet import Worksheet

CONTENT_TYPE = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"
MOST_ROWS = 1_048_576
"""The rows of an Excel sheet, its header included."""
MOST_CHARACTERS = 32_767
"""The UTF-16 units of an Excel cell."""
_CREATED = datetime(2026, 1, 1)
# In memory XlsxWriter dates the parts of the archive itself, and needs no temporary files.
_OPTIONS = {"in_memory": True, "strings_to_formulas": False, "strings_to_numbers": False, "strings_to_urls": False}
_TEXT, _DATE, _TIME, _GENERAL = "@", "yyyy-mm-dd", "yyyy-mm-dd hh:mm:ss", "General"
_WHOLE, _FRACTIONS = "#,##0", "#,##0.00##"
# By unit, as it stands in a column's name: the format of its numbers, and that where none has a fraction.
_FORMATS: Mapping[str, tuple[str, str]] = {
    "pct": ("0.00####", "0.00####"),
    "bps": ("#,##0.0###", "#,##0.0###"),
    **dict.fromkeys(("price", "bid", "ask", "abs"), (_FRACTIONS, _FRACTIONS)),
    **dict.fromkeys(("usd", "millions", "points", "shares", "volume", "size", "holdings"), (_FRACTIONS, _WHOLE)),
    **dict.fromkeys(("count", "rows", "lines", "funds", "included", "reported"), (_FRACTIONS, _WHOLE)),
}
_IS_DATED = re.compile(r"(?:\w{0,60}_)?(?:as_of|at|date|from|to|until)")
_WORD = re.compile(r"[^\W_]+")
_MOMENT = re.compile(r"\d{4}-\d\d-\d\d(?:[ T]\d\d:\d\d:\d\dZ?)?", re.ASCII)
_LONGEST_MOMENT = 20
# Excel counts days from here. It takes 1900 for a leap year, so that year stays text.
_DAY_ZERO, _FIRST_YEAR = datetime(1899, 12, 30), 1901
# What XML cannot hold. Excel alone knows XlsxWriter's escapes of them, `_x0007_`; other readers show those as text.
_UNWRITABLE = re.compile("[\x00-\x08\x0b-\x1f\ud800-\udfff\ufffe\uffff]")
# Excel's rules; it keeps one name to itself.
_NAME, _RESERVED = re.compile(r"(?!')[^\[\]:*?/\\]{1,31}(?<!')"), "history"
# Older Excels show `####` for a longer text in a cell that is formatted as text.
_MOST_SHOWN = 255
_ROWS_MEASURED, _NARROWEST, _WIDEST = 500, 8, 60


class WorkbookTooLargeError(PipelineError):
    """A table has more rows than a sheet of Excel."""

    status = 413


@dataclass(frozen=True)
class Facts:
    """What stands beside a table: single values, each with its name, and what it means where the name does not say.

    As in a table, the unit is at the end of the name.
    """

    rows: Sequence[tuple[str, Cell, str]]


Sheet = FlatTable | Facts
_FACT_COLUMNS = ["name", "value", "meaning"]


def workbook(sheets: Mapping[str, Sheet]) -> bytes:
    """The sheets, by name, as an .xlsx file: the same sheets give the same bytes.

    Text is a text cell, whatever it begins with, and null an empty cell. In columns called `..._as_of`, `..._at`,
    `from` and the like, ISO dates and times are dates of Excel, which know no time zone. Numbers have a format that
    fits the unit in the column's name. Control characters become the replacement character; a text that is too long
    for a cell is cut and ends with an ellipsis.

    Raises WorkbookTooLargeError, and ValueError for a name that no sheet can have.
    """
    for name, sheet in sheets.items():
        if not _NAME.fullmatch(name) or name.lower() == _RESERVED:
            raise ValueError(f"{name!r} cannot be the name of a sheet")
        if len(sheet.rows) >= MOST_ROWS:
            raise WorkbookTooLargeError(
                f"the sheet {name} would have {len(sheet.rows):,} rows, and Excel takes {MOST_ROWS - 1:,} below the "
                "header: ask for fewer rows, or for format=csv"
            )
    # Imported here: only what writes a workbook needs it, and no cold start.
    from xlsxwriter import Workbook  # noqa: PLC0415

    target = io.BytesIO()
    with Workbook(target, _OPTIONS) as book:
        book.set_properties({"created": _CREATED})
        formats = _Formats(book)
        for name, sheet in sheets.items():
            _Writer(book.add_worksheet(name), formats).write(sheet)
    return target.getvalue()


class _Formats:
    """The formats of one workbook, each made once."""

    def __init__(self, book: "Workbook") -> None:
        self._book = book
        self._known: dict[str, Format] = {}
        self.header: Format = book.add_format({"bold": True, "bottom": 1})

    def of(self, shown: str) -> "Format":
        """The format that shows a cell in this way."""
        found = self._known.get(shown)
        if found is None:
            found = self._known[shown] = self._book.add_format({"num_format": shown})
        return found


@dataclass(frozen=True)
class _Writer:
    """Writes one sheet."""

    sheet: "Worksheet"
    formats: _Formats

    def write(self, content: Sheet) -> None:
        """The header, and the rows below it."""
        names = content.names if isinstance(content, FlatTable) else _FACT_COLUMNS
        for at, name in enumerate(names):
            cells = [row[at] for row in content.rows]
            self.sheet.write_string(0, at, name, self.formats.header)
            self.sheet.set_column(at, at, _width(name, cells))
            if isinstance(content, Facts) and name == "value":
                for row, (fact, value, _) in enumerate(content.rows, 1):
                    self._column(fact, [value], row, at)  # each has a unit of its own
            else:
                self._column(name, cells, 1, at)
        self.sheet.freeze_panes(1, 0)
        self.sheet.autofilter(0, 0, len(content.rows), len(names) - 1)
        # 0700 is a ticker, and Excel need not mark it as a number.
        self.sheet.ignore_errors({"number_stored_as_text": f"A1:XFD{MOST_ROWS}"})

    def _column(self, name: str, cells: Sequence[Cell], row: int, column: int) -> None:
        """The cells of a column of this name, from `row` downwards."""
        text, number = self.formats.of(_TEXT), self.formats.of(_number_format(name, cells))
        is_dated = any(map(_IS_DATED.fullmatch, name.split(".")))
        for at, cell in enumerate(cells, row):
            if isinstance(cell, str):
                moment = _moment(cell) if is_dated and len(cell) <= _LONGEST_MOMENT else None
                if moment is not None:
                    shown = _TIME if ":" in cell else _DATE
                    self.sheet.write_number(at, column, moment, self.formats.of(shown))
                else:
                    self._text(at, column, cell, text)
            elif isinstance(cell, bool):
                self.sheet.write_boolean(at, column, cell)
            elif cell is not None and _is_finite(cell):
                self.sheet.write_number(at, column, cell, number)

    def _text(self, row: int, column: int, text: str, shown: "Format") -> None:
        fitting = _fitting(text)
        if len(fitting) > _MOST_SHOWN:
            shown = self.formats.of(_GENERAL)
        if fitting.startswith("<r>") and fitting.endswith("</r>"):
            # XlsxWriter takes such a text for markup of its own and puts it into the file as it is.
            self.sheet.write_rich_string(row, column, fitting[0], shown, fitting[1:], shown)
        elif fitting:
            self.sheet.write_string(row, column, fitting, shown)


def _is_finite(number: float) -> bool:
    try:
        return math.isfinite(number)
    except OverflowError:  # a whole number beyond all that Excel can hold
        return False


def _fitting(text: str) -> str:
    """The text as a cell can hold it."""
    whole = text if text.isprintable() else _UNWRITABLE.sub("\ufffd", text.replace("\r\n", "\n"))
    if 2 * len(whole) <= MOST_CHARACTERS:
        return whole
    units = whole.encode("utf-16-le")
    if len(units) <= 2 * MOST_CHARACTERS:
        return whole
    return units[: 2 * (MOST_CHARACTERS - 1)].decode("utf-16-le", "ignore") + "…"


@lru_cache(maxsize=4096)
def _moment(text: str) -> float | None:
    """An ISO date or time in days, as Excel counts them; None for any other text."""
    if not _MOMENT.fullmatch(text):
        return None
    try:
        moment = datetime.fromisoformat(text.removesuffix("Z"))
    except ValueError:
        return None
    return (moment - _DAY_ZERO) / timedelta(days=1) if moment.year >= _FIRST_YEAR else None


def _number_format(name: str, cells: Sequence[Cell]) -> str:
    """The format of the numbers in a column of this name."""
    unit = next((part for part in reversed(_WORD.findall(name)) if part in _FORMATS), "")
    with_fractions, whole = _FORMATS.get(unit, (_GENERAL, _GENERAL))
    if with_fractions == whole:
        return whole
    has_fractions = any(isinstance(cell, float) and not cell.is_integer() for cell in cells)
    return with_fractions if has_fractions else whole


def _width(name: str, cells: Sequence[Any]) -> int:
    """In characters: room for the name with its filter's button, and for most of the cells."""
    longest = max((len(_shown(cell)) for cell in cells[:_ROWS_MEASURED]), default=0)
    return max(_NARROWEST, min(_WIDEST, max(len(name) + 3, longest + 1)))


def _shown(cell: Cell) -> str:
    """About what Excel shows of a cell."""
    if cell is None or isinstance(cell, str | bool):
        return str(cell or "")
    return f"{cell:,.2f}" if isinstance(cell, float) else f"{cell:,}"
