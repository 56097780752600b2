"""What POST /api/drift is asked: positions as of a date, targets, and the two dates, in the address or in the body."""

import json
import math
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date
from typing import Any

from api.dated.dates import WantedDates
from api.faults import BadQueryError
from api.portfolio_query import AMOUNT, MAX_POSITIONS, PROPORTION, checked_amount, limited
from api.queries import by_query, format_query
from api.symbols import SymbolOf, at_once
from etf_analytics import By, Purchase
from etf_common.symbols import canonical_security, shorten

SHARES = "shares"
_UNITS = (AMOUNT, SHARES, PROPORTION)
_DATES = ("from", "to")
_KEYS = ("positions", "targets", *_DATES)
_EXAMPLE = '{"positions": [{"symbol": "VTI", "shares": 200}], "targets": {"VTI": 60}, "from": "2026-11-18"}'
_ROUNDING = 1e-9


@dataclass(frozen=True)
class DriftQuestion:
    """The question of a request."""

    purchases: tuple[Purchase, ...]
    """Each symbol once."""
    in_usd: bool
    """Whether amounts are USD; otherwise all are proportions."""
    targets: Mapping[str, float] | None
    """Per cent by symbol, at most 100 together."""
    wanted: WantedDates
    by: By
    format: str

    @classmethod
    def of(
        cls, query: Mapping[str, str], body: bytes, today: date, symbol_of: SymbolOf = canonical_security
    ) -> "DriftQuestion":
        """The question of a query and a body. Raises BadQueryError and MalformedSymbolError."""
        value = _object(body)
        purchases, in_usd = _purchases(value.get("positions"), symbol_of)
        wanted = WantedDates.of(_dates(query, value), today)
        return cls(
            purchases, in_usd, _targets(value.get("targets"), symbol_of), wanted, by_query(query), format_query(query)
        )


def _object(body: bytes) -> dict[str, Any]:
    try:
        value = json.loads(body)
    except (ValueError, RecursionError):
        raise BadQueryError(f"the body is not JSON; give {_EXAMPLE}") from None
    if not isinstance(value, dict):
        raise BadQueryError(f"the body is {shorten(value)}; give {_EXAMPLE}")
    if unknown := [name for name in value if name not in _KEYS]:
        raise BadQueryError(f"the body has {shorten(unknown[0])}; allowed are {', '.join(_KEYS)}")
    if not isinstance(value.get("positions"), list):
        raise BadQueryError(f"positions is {shorten(value.get('positions'))}; give {_EXAMPLE}")
    return value


def _purchases(positions: Any, symbol_of: SymbolOf) -> tuple[tuple[Purchase, ...], bool]:
    found: dict[str, Purchase] = {}
    units = set()
    items = limited(positions)
    symbol_of = at_once((item.get("symbol") for item in items if isinstance(item, dict)), symbol_of)
    for item in items:
        unit = _unit(item)
        units.add(unit)
        symbol, amount = symbol_of(item["symbol"]), checked_amount(item["symbol"], item[unit])
        held = found.get(symbol, Purchase(symbol))
        more = (0.0, amount) if unit == SHARES else (amount, 0.0)
        found[symbol] = Purchase(symbol, held.amount + more[0], held.shares + more[1])
    if PROPORTION in units and len(units) > 1:
        raise BadQueryError(f"positions mix {PROPORTION} with {AMOUNT} or {SHARES}: give all as proportions, or none")
    return tuple(found.values()), PROPORTION not in units


def _unit(item: Any) -> str:
    given = [name for name in _UNITS if isinstance(item, dict) and name in item]
    if len(given) != 1 or item.keys() != {"symbol", given[0]} or not isinstance(item["symbol"], str):
        raise BadQueryError(
            f'position {shorten(item)} is invalid: give {{"symbol": "VTI", "shares": 200}}, or {AMOUNT} or '
            f"{PROPORTION} in place of {SHARES}"
        )
    return given[0]


def _targets(given: Any, symbol_of: SymbolOf) -> dict[str, float] | None:
    if given is None:
        return None
    if not isinstance(given, dict) or len(given) > MAX_POSITIONS:
        raise BadQueryError(f'targets is {shorten(given)}; give per cent by symbol, such as {{"VTI": 60, "BND": 40}}')
    found: dict[str, float] = {}
    for text, target in given.items():
        symbol = symbol_of(text)
        number = isinstance(target, int | float) and not isinstance(target, bool)
        if not number or not 0 <= target <= 100:
            raise BadQueryError(f"the target of {symbol} is {shorten(target)}; allowed is a number from 0 to 100")
        if symbol in found:
            raise BadQueryError(f"targets names {symbol} twice: give one target for each symbol")
        found[symbol] = float(target)
    if (total := math.fsum(found.values())) > 100 + _ROUNDING:
        raise BadQueryError(f"the targets sum to {total:g} %; at most 100 can be given: lower some of them")
    return found


def _dates(query: Mapping[str, str], body: Mapping[str, Any]) -> dict[str, str]:
    """The dates of the query or the body; of both where they say the same."""
    found: dict[str, str] = {}
    for name in _DATES:
        given = body.get(name)
        if given is not None and not isinstance(given, str):
            raise BadQueryError(f"{name} is {shorten(given)}; allowed is a date such as 2026-11-18")
        if given is not None and query.get(name, given) != given:
            raise BadQueryError(f"{name} is {shorten(query[name])} in the address and {shorten(given)} in the body")
        if (text := query.get(name, given)) is not None:
            found[name] = text
    return found
