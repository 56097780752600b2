"""Which lines count, and what makes two lines the same security."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any, Literal, NamedTuple

from etf_analytics.issuers import issuer_of
from etf_analytics.reference.company_names import agree

By = Literal["security", "issuer"]
Row = Mapping[str, Any]
"""A row of a snapshot's `holdings`."""
SectorOf = Callable[[Row], str | None]
COUNTED_CLASSES = ("equity", "etf", "bond", "other")
# Stands in no symbol and in no name, so that made-up keys meet no symbol.
MARK = "\x1f"


class Described(NamedTuple):
    """By what a security is known besides its symbol."""

    asset_class: str
    name: str | None


@dataclass(frozen=True, slots=True)
class Line:
    """A security, as the first row that a fund has of it describes it."""

    key: str
    symbol: str | None
    name: str | None
    asset_class: str
    sector: str

    @property
    def described(self) -> Described:
        """What it is known by besides its symbol."""
        return Described(self.asset_class, self.name)


def key_of(symbol: str, by: By) -> str:
    """The key of the security, or of its issuer, with this symbol."""
    return symbol if by == "security" else issuer_of(symbol)


def same_security(symbol: str, one: Described, other: Described) -> bool:
    """Whether two lines of one symbol, or of one issuer's, are the same security, or its other share class.

    Companies must go by names that agree: abroad a ticker is another company's. Funds are known by their tickers.
    """
    if one.asset_class != other.asset_class:
        return False
    first, second = one.name or "", other.name or ""
    return one.asset_class != "equity" or first == second or agree(symbol, first, second)


def key_among(ticker: str, line: Described, number: int) -> str:
    """The key of the `number`-th security, from 0, that goes by this symbol, or is this issuer's."""
    return f"{ticker}{MARK}{line.asset_class}{MARK}{line.name}" if number else ticker


def keys_of(rows: list[Row], by: By, fund: str) -> list[str]:
    """The key of each row of one fund: rows with the same key are the same security.

    A symbol is its own key. If it stands there with several asset classes, or for companies that only share it (SAN is
    Banco Santander and Sanofi), the first has it, and the others are securities of their own. The k-th row without
    symbol and with a certain name is the same security as another fund's k-th with that name, and never the same as
    another row of its own fund; without a name, it is nobody else's. A list that is cut gives the rows that are left
    the same keys.
    """
    told: dict[str, list[tuple[Described, str]]] = {}
    times: dict[str, int] = {}
    keys = []
    for row in rows:
        symbol, name = row["symbol"], row["name"]
        if symbol:
            ticker, line = key_of(symbol, by), Described(row["asset_class"], name)
            known = told.setdefault(ticker, [])
            key = next((key for first, key in known if same_security(ticker, first, line)), None)
            if key is None:
                key = key_among(ticker, line, len(known))
                known.append((line, key))
            keys.append(key)
        else:
            label = f"{MARK}{name}" if name else f"{MARK}{MARK}{fund}"
            times[label] = times.get(label, 0) + 1
            keys.append(f"{label}{MARK}{times[label]}")
    return keys
