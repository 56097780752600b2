"""A security of a fund, and the key that it goes by."""

from collections.abc import Callable
from functools import lru_cache
from typing import Literal, NamedTuple

from etf_analytics.matching.clusters import MARK
from etf_analytics.matching.evidence import Evidence
from etf_analytics.reference.company_names import read_name
from etf_analytics.reference.issuers import issuer_of
from etf_analytics.weights import Holding

By = Literal["security", "issuer"]
SectorOf = Callable[[Holding], str | None]
UNCLASSIFIED = "Unclassified"


class Security(NamedTuple):
    """A security, as the first holding of it in a fund describes it. A tuple for the same reason as `Evidence`."""

    key: str
    symbol: str | None
    name: str | None
    asset_class: str
    sector: str
    evidence: Evidence
    """What tells it from others, as far as that holding says it."""
    label: str
    """Equal for names that fold to the same words and legal forms; never equal for a bond and a company."""
    form: str
    """The foreign legal forms of the name, or `american`, or nothing."""
    price: float | None
    """The implied price of that holding, USD; None for a bond, of which it tells nothing."""


def key_of(symbol: str, by: By) -> str:
    """The key of the security with this symbol, or of its issuer."""
    return symbol if by == "security" else issuer_of(symbol)


def security_of(key: str, holding: Holding, evidence: Evidence, sector: str) -> Security:
    """The security of a holding, under its key."""
    symbol: str | None = key.partition(MARK)[0]
    if not symbol:
        # A ticker on a bond is its issuer's: a CUSIP, or another code with a digit, is its own.
        code = holding["symbol"] or ""
        symbol = code if any(character.isdigit() for character in code) else None
    name, asset_class = holding["name"], holding["asset_class"]
    if evidence.is_bond:
        return Security(key, symbol, name, asset_class, sector, evidence, "bond", "", None)
    words, form = _folded(name or "")
    label = f"{words}/{form}/{evidence.isin or ''}" if words else ""
    return Security(key, symbol, name, asset_class, sector, evidence, label, form, evidence.price)


@lru_cache(maxsize=65_536)
def _folded(name: str) -> tuple[str, str]:
    """The words of a name in one, and its legal forms."""
    reading = read_name(name)
    form = " ".join(sorted(reading.forms)) or ("american" if reading.american_forms else "")
    return "".join(reading.words), form
