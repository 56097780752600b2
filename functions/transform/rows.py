"""Table rows, whatever they came from: five cells of the page or of the module API, as one Row."""

from dataclasses import dataclass
from decimal import Decimal

from etf_common.errors import LayoutError
from etf_common.module_answer import Node, children, node_text, unescape
from transform.values import machine_number, shown_number

COLUMNS = 5
_EMPTY = frozenset({"", "--", "-", "\u2013", "\u2014"})
_NO_NUMBER = frozenset({*_EMPTY, "N/A", "NA", "n/a"})


@dataclass(frozen=True)
class Cell:
    """The machine value (None if the cell has no `tsraw`) and the text that is shown."""

    raw: str | None
    text: str

    @property
    def content(self) -> str:
        """The machine value, or what is shown where there is none; trimmed at the ends only."""
        return (self.text if self.raw is None else self.raw).strip()


@dataclass(frozen=True)
class Row:
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
    weight, shares, value = (_number(cell) for cell in numbers)
    name_text = name.content
    return Row(
        symbol=_symbol(symbol.content),
        name=None if name_text in _EMPTY else name_text,
        weight_pct=weight.value,
        shares=shares.value,
        market_value=value.value,
        rounded=weight.rounded or shares.rounded or value.rounded,
        cut=name.raw is None and name_text.endswith("..."),
        unreadable=weight.unreadable or shares.unreadable or value.unreadable,
    )


def _symbol(text: str) -> str | None:
    return None if text in _EMPTY else text.upper().replace("/", ".")


@dataclass(frozen=True)
class _Number:
    value: Decimal | None
    rounded: bool = False
    unreadable: bool = False


def _number(cell: Cell) -> _Number:
    text = cell.content
    if text in _NO_NUMBER:
        return _Number(None)
    if cell.raw is not None and (value := machine_number(text)) is not None:
        return _Number(value)
    # The shown text, also where `tsraw` itself holds a shown form such as "$2.3B".
    shown = shown_number(text)
    return _Number(shown.value, shown.rounded, unreadable=shown.value is None)


def node_cells(row: Node) -> list[Cell]:
    """The cells of one row of the module API's tree."""
    return [_node_cell(cell) for cell in children(row) if isinstance(cell, dict)]


def _node_cell(cell: Node) -> Cell:
    attributes = cell.get("a")
    raw = attributes.get("tsraw") if isinstance(attributes, dict) else None
    if isinstance(raw, (str, int, float)) and not isinstance(raw, bool):
        return Cell(unescape(str(raw)), "")
    return Cell(None, " ".join(node_text(cell).split()))
