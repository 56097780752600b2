"""Table rows, whatever they came from: five cells of the page or of the module API, as one Row."""

from decimal import Decimal
from enum import Enum, auto
from functools import lru_cache
from typing import NamedTuple

from etf_common.errors import LayoutError
from etf_schwab.module_answer import Node, children, node_text, unescape
from transform.values import machine_number, shown_number

COLUMNS = 5
_EMPTY = frozenset({"", "--", "-", "\u2013", "\u2014"})
_NO_NUMBER = frozenset({*_EMPTY, "N/A", "NA", "n/a"})


class Cell(NamedTuple):
    """The machine value (None if the cell has no `tsraw`) and the text that is shown."""

    raw: str | None
    text: str

    @property
    def content(self) -> str:
        """The machine value, or what is shown where there is none; trimmed at the ends only."""
        return (self.text if self.raw is None else self.raw).strip()


class Row(NamedTuple):
    """One holding as the source has it. `symbol` and `name` are None for a blank or `--`."""

    symbol: str | None
    name: str | None
    weight_pct: Decimal | None
    shares: Decimal | None
    market_value: Decimal | None
    rounded: bool = False
    """Some number was read from shown text such as `$2.3B`."""
    cut: bool = False
    """The name was read from shown text that ends in `...`."""
    unreadable: bool = False
    """Some cell holds a text that should be a number and is none."""


def read_row(cells: list[Cell], where: str) -> Row:
    """The row of five cells. Raises LayoutError, naming `where`, for any other number of cells."""
    if len(cells) != COLUMNS:
        raise LayoutError(f"{where} has {len(cells)} cells; symbol, name, weight, shares and market value are expected")
    symbol, name, *numbers = cells
    (weight, *_), (shares, *_), (value, *_) = readings = [_number(cell) for cell in numbers]
    name_text = name.content
    return Row(
        symbol=_symbol(symbol.content),
        name=None if name_text in _EMPTY else name_text,
        weight_pct=weight,
        shares=shares,
        market_value=value,
        rounded=any(reading is _Reading.ROUNDED for _, reading in readings),
        cut=name.raw is None and name_text.endswith("..."),
        unreadable=any(reading is _Reading.UNREADABLE for _, reading in readings),
    )


def _symbol(text: str) -> str | None:
    return None if text in _EMPTY else text.upper().replace("/", ".")


class _Reading(Enum):
    EXACT = auto()
    ROUNDED = auto()
    UNREADABLE = auto()


def _number(cell: Cell) -> tuple[Decimal | None, _Reading]:
    text = cell.content
    if cell.raw is not None and (value := machine_number(text)) is not None:
        return value, _Reading.EXACT
    if text in _NO_NUMBER:
        return None, _Reading.EXACT
    # The shown text, also where `tsraw` itself holds a shown form such as "$2.3B".
    shown = shown_number(text)
    if shown.value is None:
        return None, _Reading.UNREADABLE
    return shown.value, _Reading.ROUNDED if shown.rounded else _Reading.EXACT


def node_row(row: Node, where: str) -> Row:
    """The row of the module API's tree. Raises LayoutError like `read_row`."""
    # The ordinary row, five machine values, is read without a Cell for each: a list has thousands.
    texts = _machine_texts(row)
    if texts and texts[1] not in _EMPTY:
        weight, shares, value = _weight(texts[2]), machine_number(texts[3]), machine_number(texts[4])
        if weight is not None and shares is not None and value is not None:
            return Row(_symbol(texts[0]), texts[1], weight, shares, value)
    return read_row(node_cells(row), where)


def _machine_texts(row: Node) -> list[str] | None:
    try:
        texts = [unescape(cell["a"]["tsraw"]).strip() for cell in row["c"]]
    except (KeyError, TypeError):
        return None  # a cell without tsraw, or with a number for it
    return texts if len(texts) == COLUMNS else None


# A list of thousands has some hundred different weights.
_weight = lru_cache(maxsize=4096)(machine_number)


def node_cells(row: Node) -> list[Cell]:
    """The cells of one row of the module API's tree."""
    return [_node_cell(cell) for cell in children(row) if isinstance(cell, dict)]


def _node_cell(cell: Node) -> Cell:
    attributes = cell.get("a")
    raw = attributes.get("tsraw") if isinstance(attributes, dict) else None
    if isinstance(raw, (str, int, float)) and not isinstance(raw, bool):
        return Cell(unescape(str(raw)), "")
    return Cell(None, " ".join(node_text(cell).split()))
