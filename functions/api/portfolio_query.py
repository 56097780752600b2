"""The positions of a portfolio: `VTI:60,QQQ:25` in the query, or amounts in USD or proportions in a body."""

import json
import re
from collections.abc import Sequence
from typing import Any

from api.faults import BadQueryError
from api.symbols import SymbolOf, at_once
from etf_common.symbols import canonical_security, shorten

MAX_POSITIONS = 200
LEAST, MOST = 1e-6, 1e15
"""Below and above any position; between them, no weight is lost in sums of floats."""
AMOUNT, PROPORTION = "amount_usd", "proportion"
"""What a position in a body can be given as."""
_PROPORTION = re.compile(r"\d{1,16}(\.\d{1,16})?", re.ASCII)
_EXAMPLE = '{"positions": [{"symbol": "VTI", "amount_usd": 60000}]}'


def positions_of_query(text: str, symbol_of: SymbolOf = canonical_security) -> dict[str, float]:
    """Proportions by symbol, of `VTI:60,QQQ:25,AAPL:15`. Raises BadQueryError and MalformedSymbolError."""
    if not text:
        raise BadQueryError("positions is missing; give symbol:proportion, such as positions=VTI:60,QQQ:40")
    pairs = []
    for item in limited(text.split(",")):
        symbol, separator, proportion = item.partition(":")
        if not separator or not _PROPORTION.fullmatch(proportion.strip()):
            raise BadQueryError(f"position {shorten(item)} is invalid: give symbol:proportion, such as VTI:60")
        pairs.append((symbol, checked_amount(symbol, float(proportion))))
    return _summed(pairs, symbol_of)


def positions_of_body(body: bytes, symbol_of: SymbolOf = canonical_security) -> tuple[dict[str, float], bool]:
    """Amounts by symbol, and whether they are USD, of `{"positions": [{"symbol": "VTI", "amount_usd": 60000}]}`.

    `proportion` in place of `amount_usd` says what the query says, for callers who want it in no address. Raises
    BadQueryError and MalformedSymbolError.
    """
    try:
        value = json.loads(body)
    except (ValueError, RecursionError):
        raise BadQueryError(f"the body is not JSON; give {_EXAMPLE}") from None
    positions = value.get("positions") if isinstance(value, dict) else None
    if not isinstance(value, dict) or not isinstance(positions, list) or len(value) > 1:
        raise BadQueryError(f"the body is {shorten(value)}; give {_EXAMPLE}")
    items = limited(positions)
    in_proportions = all(isinstance(item, dict) and PROPORTION in item for item in items)
    unit = PROPORTION if in_proportions else AMOUNT
    return _summed([_position(item, unit) for item in items], symbol_of), not in_proportions


def _position(item: Any, unit: str) -> tuple[str, float]:
    if isinstance(item, dict) and PROPORTION in item and unit == AMOUNT:
        raise BadQueryError(f"positions mix {AMOUNT} and {PROPORTION}, or lack one: give every position the same")
    if not isinstance(item, dict) or item.keys() != {"symbol", unit} or not isinstance(item["symbol"], str):
        raise BadQueryError(f'position {shorten(item)} is invalid: give {{"symbol": "VTI", "amount_usd": 60000}}')
    return item["symbol"], checked_amount(item["symbol"], item[unit])


def checked_amount(symbol: str, amount: Any) -> float:
    """The amount of a position. Raises BadQueryError."""
    number = isinstance(amount, int | float) and not isinstance(amount, bool)
    if not number or not LEAST <= amount <= MOST:
        allowed = f"allowed is a number above 0, {LEAST:.0e} to {MOST:.0e}"
        raise BadQueryError(f"the amount of {shorten(symbol)} is {shorten(amount)}; {allowed}")
    return float(amount)


def limited(items: list[Any]) -> list[Any]:
    """The positions, if they are neither none nor too many. Raises BadQueryError."""
    if not 0 < len(items) <= MAX_POSITIONS:
        raise BadQueryError(f"there are {len(items)} positions; allowed are 1 to {MAX_POSITIONS}")
    return items


def _summed(pairs: Sequence[tuple[str, float]], symbol_of: SymbolOf) -> dict[str, float]:
    """The amounts by symbol; a symbol that is given twice gets the sum."""
    amounts: dict[str, float] = {}
    symbol_of = at_once((symbol for symbol, _ in pairs), symbol_of)
    for symbol, amount in pairs:
        symbol = symbol_of(symbol)  # noqa: PLW2901 - the same symbol, in its one form
        amounts[symbol] = amounts.get(symbol, 0.0) + amount
    return amounts
