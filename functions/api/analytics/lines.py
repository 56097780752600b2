"""Which lines count, and what makes two lines the same security."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any, Literal

from api.analytics.issuers import issuer_of

By = Literal["security", "issuer"]
Row = Mapping[str, Any]
"""A row of a snapshot's `holdings`."""
SectorOf = Callable[[Row], str | None]
COUNTED_CLASSES = ("equity", "etf", "bond", "other")
# Stands in no symbol and in no name, so that made-up keys meet no symbol.
MARK = "\x1f"


@dataclass(frozen=True, slots=True)
class Line:
    """A security, as the first row that a fund has of it describes it."""

    key: str
    symbol: str | None
    name: str | None
    asset_class: str
    sector: str


def key_of(symbol: str, by: By) -> str:
    """The key of the security, or of its issuer, with this symbol."""
    return symbol if by == "security" else issuer_of(symbol)


def keys_of(rows: list[Row], by: By, fund: str) -> list[str]:
    """The key of each row of one fund: rows with the same key are the same security.

    A symbol is its own key. If it stands there with several asset classes, the class that comes first has it, and the
    others are securities of their own. The k-th row without symbol and with a certain name is the same security as
    another fund's k-th with that name, and never the same as another row of its own fund; without a name, it is
    nobody else's. A list that is cut gives the rows that are left the same keys.
    """
    first_class: dict[str, str] = {}
    times: dict[str, int] = {}
    keys = []
    for row in rows:
        symbol, name = row["symbol"], row["name"]
        if symbol:
            asset_class = row["asset_class"]
            own = first_class.setdefault(symbol, asset_class) == asset_class
            keys.append(key_of(symbol, by) if own else f"{symbol}{MARK}{asset_class}")
        else:
            label = f"{MARK}{name}" if name else f"{MARK}{MARK}{fund}"
            times[label] = times.get(label, 0) + 1
            keys.append(f"{label}{MARK}{times[label]}")
    return keys
