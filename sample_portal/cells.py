"""The five columns of the holdings table, and how a row's values stand in them."""

from collections.abc import Callable
from dataclasses import dataclass
from decimal import ROUND_HALF_UP, Decimal

from sample_portal.funds import Row

NAME_LENGTH = 40
"""Longer names are shown cut, with `...` behind."""
_SUFFIXES = ("", "K", "M", "B", "T")
_TENTH, _CENT = Decimal("0.1"), Decimal("0.01")
_SECTORS = ("Technology", "Health Care", "Industrials", "Financials")


@dataclass(frozen=True)
class Column:
    """One column: its `sortname`, its heading as HTML, its class, and what it takes from a row."""

    sortname: str
    heading: str
    css_class: str
    machine: Callable[[Row], str]
    shown: Callable[[Row], str]


def plain_number(value: Decimal | float | None) -> str:
    """A machine value: no exponent, trailing zeros dropped, empty for None."""
    if value is None:
        return ""
    text = f"{value:f}" if isinstance(value, Decimal) else str(value)
    return text.rstrip("0").rstrip(".") if "." in text else text


def short_number(value: Decimal | float | None, unit: str = "") -> str:
    """A shown value with one decimal: `291.0`, `366.3K`, `$2.3B`, `-$71.0K`; empty for None."""
    if value is None:
        return ""
    size, suffixes = abs(Decimal(str(value))), list(_SUFFIXES)
    # Rounded before it is compared, so that 999,950 is 1.0M and not 1000.0K.
    while (rounded := size.quantize(_TENTH, ROUND_HALF_UP)) >= 1000 and len(suffixes) > 1:
        size /= 1000
        suffixes.pop(0)
    return f"{'-' if value < 0 else ''}{unit}{rounded}{suffixes[0]}"


def _percent(row: Row) -> str:
    return "" if row.weight_pct is None else f"{row.weight_pct.quantize(_CENT)}%"


def _cut_name(row: Row) -> str:
    return row.name if len(row.name) <= NAME_LENGTH else f"{row.name[:NAME_LENGTH]}..."


def _sector(row: Row) -> str:
    return _SECTORS[len(row.name) % len(_SECTORS)]


COLUMNS = (
    Column("Symbol", "Symbol", "symbol", lambda row: row.symbol, lambda row: row.symbol),
    Column("Name", "Description", "description", lambda row: row.name, _cut_name),
    Column("PctNetAssets", "% Portfolio<br />Weight", "data", lambda row: plain_number(row.weight_pct), _percent),
    Column(
        "SharesHeld",
        "Shares<br />Held",
        "data",
        lambda row: plain_number(row.shares),
        lambda row: short_number(row.shares),
    ),
    Column(
        "MarketValue",
        "Market<br />Value",
        "data",
        lambda row: plain_number(row.market_value),
        lambda row: short_number(row.market_value, "$"),
    ),
)
SECTOR = Column("Sector", "Sector", "description", _sector, _sector)


def css_class(columns: tuple[Column, ...], position: int) -> str:
    """The class of the cells at `position`: the outermost columns are marked."""
    edge = " firstColumn" if position == 0 else " lastColumn" if position == len(columns) - 1 else ""
    return columns[position].css_class + edge
