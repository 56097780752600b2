"""`factors` in the config: the market fund and, by factor, the fund whose holdings stand for it."""

import re
from typing import Any

from etf_common.symbols import MalformedSymbolError, canonical, shorten

MARKET = "market"
"""The factor that the others are measured against."""
MOST_FACTORS = 20
MOST_CHARACTERS = 31
FACTOR_PATTERN = r"[a-z][a-z_]{0,30}"
"""The name of a factor."""
_FACTOR = re.compile(FACTOR_PATTERN)


def checked_factors(value: Any) -> dict[str, str]:
    """By factor the symbol of its reference fund, in the order given. Raises ValueError, which says what is wrong."""
    if not isinstance(value, dict):
        raise ValueError("not a mapping of factors")  # noqa: TRY004 - pydantic takes no other error
    if len(value) > MOST_FACTORS:
        raise ValueError(f"{len(value):,} factors; at most {MOST_FACTORS} are allowed")
    named: dict[str, str] = {}
    for factor, reference in value.items():
        symbol = _reference(_name(factor), reference)
        if other := next((known for known, taken in named.items() if taken == symbol), None):
            raise ValueError(f"{symbol!r} is the reference of both {other} and {factor}")
        named[factor] = symbol
    if named and MARKET not in named:
        raise ValueError(f"{MARKET} is missing; the other factors are measured against it")
    return named


def _name(factor: Any) -> str:
    if not isinstance(factor, str) or len(factor) > MOST_CHARACTERS or not _FACTOR.fullmatch(factor):
        allowed = f"up to {MOST_CHARACTERS} of a to z and _, a letter first"
        raise ValueError(f"{shorten(factor)} is not the name of a factor; give {allowed}")
    return factor


def _reference(factor: str, reference: Any) -> str:
    if not isinstance(reference, str):
        raise ValueError(f"{factor}: {shorten(reference)} is not a text; put a symbol such as ON in quotes")  # noqa: TRY004 - pydantic takes no other error
    try:
        return canonical(reference)
    except MalformedSymbolError as error:
        raise ValueError(f"{factor}: {error.message}") from None
