"""Table rows, whatever they came from: five cells of the page or of the module API, as one TableRow."""

from decimal import Decimal
from enum import Enum, auto
from functools import lru_cache
from typing import NamedTuple

from etf_common.errors import LayoutError
from etf_schwab.limits import NAME_CHARACTERS, RAW_CHARACTERS, SYMBOL_CHARACTERS
from etf_schwab.module_answer import Node, children, node_text, unescape
from transform.values import (
    LARGEST_AMOUNT,
    LARGEST_WEIGHT,
    SMALLEST_EXPONENT,
    in_range,
    machine_number,
    shown_number,
)

COLUMNS = 5
_EMPTY = frozenset({"", "--", "-", "\u2013", "\u2014"})
_NO_NUMBER = frozenset({*_EMPTY, "N/A", "NA", "n/a"})
# The ordinary row's five texts together; a longer row is read with more care.
_ORDINARY_CHARACTERS = 250


class Cell(NamedTuple):
    """The machine value (None if the cell has no `tsraw`) and the text that is shown."""

    raw: str | None
    text: str

    @property
    def content(self) -> str:
        """The machine value, or what is shown where there is none; trimmed at the ends only."""
        return (self.text if self.raw is None else self.raw).strip()


class TableRow(NamedTuple):
    """One holding as the source has it. `symbol` and `name` are None for a blank or `--`."""

    symbol: str | None
    name: str | None
    weight_pct: Decimal | None
    shares: Decimal | None
    market_value: Decimal | None
    rounded: bool = False
    """Some number was read from shown text such as `$2.3B`."""
    cut: bool = False
    """The name was read from shown text that ends in `...`, or was longer than a name may be."""
    unreadable: bool = False
    """Some cell that should hold a number holds another text."""
    out_of_range: bool = False
    """Some cell holds a number that no holding can have."""
    symbol_cut: bool = False
    """The symbol was longer than a symbol may be."""


def read_row(cells: list[Cell], where: str) -> TableRow:
    """The row of five cells. Raises LayoutError, naming `where`, for any other number of cells."""
    if len(cells) != COLUMNS:
        raise LayoutError(f"{where} has {len(cells)} cells; symbol, name, weight, shares and market value are expected")
    symbol, name, *numbers = cells
    largest = (LARGEST_WEIGHT, LARGEST_AMOUNT, LARGEST_AMOUNT)
    (weight, *_), (shares, *_), (value, *_) = readings = [_number(*each) for each in zip(numbers, largest, strict=True)]
    symbol_text, name_text = symbol.content, name.content
    return TableRow(
        symbol=_symbol(symbol_text[:SYMBOL_CHARACTERS].strip()),
        name=None if name_text in _EMPTY else name_text[:NAME_CHARACTERS].strip(),
        weight_pct=weight,
        shares=shares,
        market_value=value,
        rounded=any(reading is _Reading.ROUNDED for _, reading in readings),
        cut=(name.raw is None and name_text.endswith("...")) or len(name_text) > NAME_CHARACTERS,
        unreadable=any(reading is _Reading.UNREADABLE for _, reading in readings),
        out_of_range=any(reading is _Reading.OUT_OF_RANGE for _, reading in readings),
        symbol_cut=len(symbol_text) > SYMBOL_CHARACTERS,
    )


def _symbol(text: str) -> str | None:
    return None if text in _EMPTY else text.upper().replace("/", ".")


class _Reading(Enum):
    EXACT = auto()
    ROUNDED = auto()
    UNREADABLE = auto()
    OUT_OF_RANGE = auto()


def _number(cell: Cell, largest: Decimal) -> tuple[Decimal | None, _Reading]:
    text = cell.content
    value, reading = machine_number(text) if cell.raw is not None else None, _Reading.EXACT
    if value is None:
        if text in _NO_NUMBER:
            return None, _Reading.EXACT
        # The shown text, also where `tsraw` itself holds a shown form such as "$2.3B".
        shown = shown_number(text)
        value, reading = shown.value, _Reading.ROUNDED if shown.rounded else _Reading.EXACT
    if value is None:
        return None, _Reading.UNREADABLE
    return (value, reading) if in_range(value, largest) else (None, _Reading.OUT_OF_RANGE)


def node_row(row: Node, where: str) -> TableRow:
    """The row of the module API's tree. Raises LayoutError like `read_row`."""
    # The ordinary row, five machine values, is read without a Cell for each: a list has thousands.
    texts = _machine_texts(row)
    if texts and texts[1] not in _EMPTY and len(texts[0]) <= SYMBOL_CHARACTERS:
        weight, shares, value = _weight(texts[2]), machine_number(texts[3]), machine_number(texts[4])
        if (
            weight is not None
            and shares is not None
            and shares.adjusted() >= SMALLEST_EXPONENT
            and value is not None
            and value.adjusted() >= SMALLEST_EXPONENT
        ):
            return TableRow(_symbol(texts[0]), texts[1], weight, shares, value)
    return read_row(node_cells(row), where)


def _machine_texts(row: Node) -> list[str] | None:
    """The five machine values of an ordinary row; None for a row that must be read cell by cell."""
    try:
        raws: list[str] = [cell["a"]["tsraw"] for cell in row["c"]]
        together = "".join(raws)
    except (KeyError, TypeError):
        return None  # a cell without tsraw, or with something else than a text for it
    if len(raws) != COLUMNS or len(together) > _ORDINARY_CHARACTERS:
        return None
    if together.isascii() and "%" not in together and "&" not in together:
        return [raw.strip() for raw in raws]
    return [unescape(raw).strip() for raw in raws]


# A list of thousands has some hundred different weights.
@lru_cache(maxsize=4096)
def _weight(text: str) -> Decimal | None:
    value = machine_number(text)
    return value if value is not None and in_range(value, LARGEST_WEIGHT) else None


def node_cells(row: Node) -> list[Cell]:
    """The cells of one row of the module API's tree."""
    return [_node_cell(cell) for cell in children(row) if isinstance(cell, dict)]


def _node_cell(cell: Node) -> Cell:
    attributes = cell.get("a")
    raw = attributes.get("tsraw") if isinstance(attributes, dict) else None
    # JSON's true is a number to Python. It, a list or an object is not a machine value: what is shown counts then.
    if isinstance(raw, (str, int, float)) and not isinstance(raw, bool):
        return Cell(unescape(str(raw)[:RAW_CHARACTERS]), "")
    return Cell(None, " ".join(node_text(cell).split()))
