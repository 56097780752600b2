"""What a line's own cells say of its security, without its list: by what it is asked, and what it may be joined by."""

from collections.abc import Mapping
from typing import Any, NamedTuple

from etf_analytics.matching.clusters import MARK
from etf_analytics.matching.keys import evidence_of
from etf_analytics.matching.names import name_key
from etf_analytics.reference.issuers import issuer_of
from etf_analytics.reference.renamed_companies import symbol_today
from etf_analytics.securities import security_of


class Kind(NamedTuple):
    """Lines with the same symbol, name and asset class are of one kind."""

    token: str | None
    """`token_of` the symbol that its security is asked by, if there is one."""
    isin: str | None
    bond: str | None
    """Equal for all bonds that may be this one."""
    name_key: str | None
    """What its name can identify it by where a list has no ticker; never of a bond."""
    has_ticker: bool
    is_bond: bool
    label: str
    """As `securities.Security` has it."""
    form: str
    """As `securities.Security` has it."""


def token_of(symbol: str) -> str:
    """What all symbols have in common under which a question about this one can find lines.

    These are the share classes of an issuer and the symbols that they had: `GOOGL` for `GOOG`, `META` for `FB`.
    """
    while (next_symbol := issuer_of(symbol_today(symbol))) != symbol:
        symbol = next_symbol
    return symbol


def kind_of(holding: Mapping[str, Any]) -> Kind:
    """The kind of a holding; of its cells, only `symbol`, `name` and `asset_class` matter."""
    told = {"shares": None, "market_value_usd": None, **holding}
    line = evidence_of(told, None)
    has_ticker = bool(line.symbol) and not line.is_bond
    security = security_of(line.symbol if has_ticker and line.symbol else "", told, line, "")
    return Kind(
        token=token_of(security.symbol) if security.symbol else None,
        isin=line.isin,
        bond=MARK.join(map(str, line.bond.slot)) if line.bond else None,
        name_key=None if line.is_bond else _name_key(line.name or "", security.label if has_ticker else None),
        has_ticker=has_ticker,
        is_bond=line.is_bond,
        label=security.label,
        form=security.form,
    )


def _name_key(name: str, label: str | None) -> str | None:
    """`label` of a line with a ticker: it is looked up by its own words only."""
    key = name_key(name)
    if key is None or label is None:
        return key
    return key if key.partition(" /")[0].replace(" ", "") == label.partition("/")[0] else None
