"""Which holdings are the same security."""

from collections.abc import Callable
from dataclasses import dataclass
from typing import Literal, NamedTuple

from etf_analytics.reference.company_names import agree
from etf_analytics.reference.issuers import issuer_of
from etf_analytics.weights import Holding

By = Literal["security", "issuer"]
SectorOf = Callable[[Holding], str | None]
UNCLASSIFIED = "Unclassified"
# Occurs in no symbol and in no name, so that made-up keys never equal a symbol.
MARK = "\x1f"


class Described(NamedTuple):
    """What is known of a security besides its symbol."""

    asset_class: str
    name: str | None


@dataclass(frozen=True, slots=True)
class Security:
    """A security, as the first holding of it in a fund describes it."""

    key: str
    symbol: str | None
    name: str | None
    asset_class: str
    sector: str

    @property
    def described(self) -> Described:
        """What is known of it besides its symbol."""
        return Described(self.asset_class, self.name)


def key_of(symbol: str, by: By) -> str:
    """The key of the security with this symbol, or of its issuer."""
    return symbol if by == "security" else issuer_of(symbol)


def same_security(symbol: str, one: Described, other: Described) -> bool:
    """Whether two holdings with one symbol, or of one issuer, are the same security, or its other share class.

    The names of companies must agree, since abroad a ticker can be another company's. Funds are known by their tickers.
    """
    if one.asset_class != other.asset_class:
        return False
    first, second = one.name or "", other.name or ""
    return one.asset_class != "equity" or first == second or agree(symbol, first, second)


def key_among(ticker: str, described: Described, number: int) -> str:
    """The key of the `number`-th security, counted from 0, that has this symbol or issuer."""
    return f"{ticker}{MARK}{described.asset_class}{MARK}{described.name}" if number else ticker


def keys_of(holdings: list[Holding], by: By, fund: str) -> list[str]:
    """The key of each holding of one fund. Holdings with the same key are the same security.

    A symbol is its own key. Where a symbol occurs with several asset classes, or for companies that only share it (SAN
    is Banco Santander and Sanofi), the first has the symbol as its key and the others are separate securities. The k-th
    holding without a symbol and with a certain name is the same security as another fund's k-th with that name, and
    never the same as another holding of its own fund; without a name it matches nothing in another fund. The holdings
    that are left in a cut list keep their keys.
    """
    seen: dict[str, list[tuple[Described, str]]] = {}
    times: dict[str, int] = {}
    keys = []
    for holding in holdings:
        symbol, name = holding["symbol"], holding["name"]
        if symbol:
            ticker, described = key_of(symbol, by), Described(holding["asset_class"], name)
            known = seen.setdefault(ticker, [])
            key = next((key for first, key in known if same_security(ticker, first, described)), None)
            if key is None:
                key = key_among(ticker, described, len(known))
                known.append((described, key))
            keys.append(key)
        else:
            label = f"{MARK}{name}" if name else f"{MARK}{MARK}{fund}"
            times[label] = times.get(label, 0) + 1
            keys.append(f"{label}{MARK}{times[label]}")
    return keys
