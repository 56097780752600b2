"""What stands in the cells: figures with their bounds, dates, flags. Units stand in the heads."""

import math
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

UNKNOWN, TO = "—", "\N{EN DASH}"
Row = Mapping[str, Any]


def printable(text: str) -> str:
    """`text` with every character that a terminal obeys or hides written out."""
    return "".join(character if character.isprintable() else ascii(character)[1:-1] for character in text)


def text(value: Any) -> str:
    """Any value as words: true and false as yes and no, a list with commas."""
    if value is None or value == "":
        return UNKNOWN
    if isinstance(value, bool):
        return "yes" if value else "no"
    if isinstance(value, Mapping):
        return bounded(value, plain)
    if isinstance(value, list | tuple):
        return ", ".join(map(text, value)) or UNKNOWN
    return printable(str(value))


def bounded(value: Any, one: Callable[[float], str]) -> str:
    """A figure, `12.3` to `14.5` where only its bounds are known, or — where it is unknown."""
    if isinstance(value, Mapping):
        low, high = value.get("low"), value.get("high")
        return f"{UNKNOWN if low is None else one(low)}{TO}{UNKNOWN if high is None else one(high)}"
    if isinstance(value, bool) or not isinstance(value, int | float) or not math.isfinite(value):
        return text(value)
    return one(value)


def plain(value: float) -> str:
    """Up to six digits behind the point, and none too many."""
    return f"{value:,.6f}".rstrip("0").rstrip(".") if isinstance(value, float) else f"{value:,}"


def _hundredths(value: float) -> str:
    # What is not zero does not look like it: 0.004, not 0.00.
    return f"{value:,.2f}" if abs(value) >= 0.005 or value == 0 else f"{value:.1g}"


def percent(value: Any) -> str:
    """Per cent, or anything with two digits behind the point."""
    return bounded(value, _hundredths)


def whole(value: Any) -> str:
    """Counts and shares."""
    return bounded(value, lambda number: f"{number:,.0f}")


def dollars(value: Any) -> str:
    """Dollars, with cents below a thousand."""
    return bounded(value, lambda number: f"{number:,.0f}" if abs(number) >= 1000 else f"{number:,.2f}")


def figure(value: Any) -> str:
    """A number as it is."""
    return bounded(value, plain)


@dataclass(frozen=True)
class Column:
    """A column: its head with the unit, where its value stands in a row (`cost.bps`), and how it is written."""

    head: str
    path: str
    write: Callable[[Any], str] = text
    is_right: bool = False
    is_long: bool = False
    """Sentences, which take several lines on a narrow screen rather than lose their end."""

    def of(self, row: Row) -> str:
        """The cell of a row."""
        return self.write(reach(row, self.path))


def reach(row: Any, path: str) -> Any:
    """The value at a path with dots; None where there is none."""
    for part in path.split("."):
        row = row.get(part) if isinstance(row, Mapping) else None
    return row


def pct(head: str, path: str) -> Column:
    """A column of per cents; the head names them."""
    return Column(f"{head} %", path, percent, is_right=True)


def usd(head: str, path: str) -> Column:
    """A column of dollars; the head names them."""
    return Column(f"{head} USD", path, dollars, is_right=True)


def count(head: str, path: str) -> Column:
    """A column of whole numbers."""
    return Column(head, path, whole, is_right=True)


def number(head: str, path: str) -> Column:
    """A column of numbers with two digits; the head names the unit."""
    return Column(head, path, percent, is_right=True)


def expense_ratio(path: str) -> Column:
    """A fund's expense ratio with all its digits: 0.0945 is not 0.09."""
    return Column("expense ratio a year %", path, figure, is_right=True)


def words(head: str, path: str) -> Column:
    """A column of text."""
    return Column(head, path)


@dataclass(frozen=True)
class Table:
    """Rows under heads. `title` stands above; empty for none."""

    columns: Sequence[Column]
    rows: Sequence[Row]
    title: str = ""


@dataclass(frozen=True)
class Facts:
    """Single figures: each a column of one row, written below each other."""

    columns: Sequence[Column]
    row: Row
    title: str = ""


Block = Table | Facts
