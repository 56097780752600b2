"""The body of POST /api/rebalance: every value checked, and one clear error for whatever is wrong."""

import json
import math
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from difflib import get_close_matches
from typing import Any

from api.faults import BadQueryError
from api.lake.queries import ALL_SECTORS
from api.portfolio_query import LEAST, MAX_POSITIONS
from api.symbols import SymbolOf, at_once
from etf_analytics import Cap, CapKind
from etf_analytics.reference.countries import country_code, country_names
from etf_analytics.weights import COUNTED_CLASSES
from etf_common.symbols import canonical, canonical_security, shorten

MOST_BODY_BYTES = 1024 * 1024
"""Far more than 200 positions, as many candidates and all caps take."""
MOST_CAPS, LONGEST_NAME = 100, 80
MOST_USD = 1e12
"""Of any amount, and of all together: a cent is no part of more."""
MOST_COST_PCT, MOST_COST_USD = 100.0, 1e6
KEYS = (
    *("positions", "cash_usd", "targets", "max", "candidates", "no_sell", "whole_shares", "min_trade_usd"),
    "costs",
)
COST_KEYS = ("pct_of_trade", "usd_per_trade", "half_spread")
AMOUNT, SHARES = "amount_usd", "shares"
_EXAMPLE = '{"positions": [{"symbol": "VTI", "amount_usd": 60000}], "max": {"security": 5}}'
_POSITION = '{"symbol": "VTI", "amount_usd": 60000} or {"symbol": "VTI", "shares": 200}'
_SUM_TOLERANCE = 1e-9


@dataclass(frozen=True)
class Given:
    """A position: in USD or in shares, the other is None."""

    symbol: str
    amount_usd: float | None
    shares: float | None


@dataclass(frozen=True)
class Costs:
    """What a trade costs: per cent of it, USD for each, and whether half of the fund's spread is counted too."""

    pct_of_trade: float = 0.0
    usd_per_trade: float = 0.0
    half_spread: bool = False


@dataclass(frozen=True)
class RebalanceBody:
    """What is asked for. `candidates` is None where the funds held may be bought."""

    positions: tuple[Given, ...]
    cash_usd: float
    targets: Mapping[str, float] | None
    caps: tuple[Cap, ...]
    candidates: tuple[str, ...] | None
    no_sell: frozenset[str]
    whole_shares: bool
    min_trade_usd: float
    costs: Costs

    @property
    def symbols(self) -> tuple[str, ...]:
        """Positions, targets and candidates, each once."""
        held = (given.symbol for given in self.positions)
        return tuple(dict.fromkeys((*held, *(self.targets or ()), *(self.candidates or ()))))


def rebalance_body(body: bytes, symbol_of: SymbolOf = canonical_security) -> RebalanceBody:
    """The question of a request's body. Raises BadQueryError and MalformedSymbolError."""
    value = _object("the body", _loaded(body), KEYS)
    if "positions" not in value:
        raise BadQueryError(f"positions is missing; give {_EXAMPLE}")
    cash = _number("cash_usd", value.get("cash_usd", 0), 0.0, MOST_USD)
    positions = _positions(value["positions"], symbol_of)
    targets = _targets(value["targets"]) if value.get("targets") is not None else None
    candidates = _candidates(value["candidates"]) if value.get("candidates") is not None else None
    if not positions and not cash:
        raise BadQueryError("there is no money: give positions, or cash_usd above 0")
    if not positions and not candidates and not any((targets or {}).values()):
        raise BadQueryError("there are no positions, so give candidates or targets: the funds that cash_usd may buy")
    return RebalanceBody(
        positions=positions,
        cash_usd=cash,
        targets=targets,
        caps=caps_of(value["max"], symbol_of) if value.get("max") is not None else (),
        candidates=candidates,
        no_sell=_no_sell(value.get("no_sell", False), [given.symbol for given in positions], symbol_of),
        whole_shares=_flag("whole_shares", value.get("whole_shares", False)),
        min_trade_usd=_number("min_trade_usd", value.get("min_trade_usd", 0), 0.0, MOST_USD),
        costs=_costs(value["costs"]) if value.get("costs") is not None else Costs(),
    )


def _loaded(body: bytes) -> Any:
    if len(body) > MOST_BODY_BYTES:
        raise BadQueryError(f"the body has {len(body)} bytes; allowed are {MOST_BODY_BYTES}")
    try:
        return json.loads(body, object_pairs_hook=_each_once)
    except (ValueError, RecursionError):
        raise BadQueryError(f"the body is not JSON; give {_EXAMPLE}") from None


def _each_once(pairs: Sequence[tuple[str, Any]]) -> dict[str, Any]:
    """The object; JSON itself would let the last of two equal names win silently."""
    found = dict(pairs)
    if len(found) < len(pairs):
        names = [name for name, _ in pairs]
        twice = next(name for name in names if names.count(name) > 1)
        raise BadQueryError(f"the body has {shorten(twice)} twice in one object: give it once")
    return found


def _object(what: str, value: Any, allowed: Sequence[str]) -> dict[str, Any]:
    if not isinstance(value, dict):
        raise BadQueryError(f"{what} is {shorten(value)}; give an object with {', '.join(allowed)}")
    for name in value:
        if name not in allowed:
            near = get_close_matches(name[:LONGEST_NAME], allowed, 1)
            meant = f"; did you mean {near[0]}?" if near else f"; allowed are {', '.join(allowed)}"
            raise BadQueryError(f"{what} has the unknown key {shorten(name)}{meant}")
    return value


def _number(what: str, value: Any, least: float, most: float) -> float:
    number = isinstance(value, int | float) and not isinstance(value, bool)
    if not number or not least <= value <= most:
        raise BadQueryError(f"{what} is {shorten(value)}; allowed is a number from {least:g} to {most:g}")
    return float(value)


def _flag(what: str, value: Any) -> bool:
    if not isinstance(value, bool):
        raise BadQueryError(f"{what} is {shorten(value)}; allowed is true or false")
    return value


def _positions(value: Any, symbol_of: SymbolOf) -> tuple[Given, ...]:
    if not isinstance(value, list):
        raise BadQueryError(f"positions is {shorten(value)}; give a list of {_POSITION}")
    if len(value) > MAX_POSITIONS:
        raise BadQueryError(f"there are {len(value)} positions; allowed are at most {MAX_POSITIONS}")
    symbol_of = at_once((item.get("symbol") for item in value if isinstance(item, dict)), symbol_of)
    positions = tuple(_position(item, symbol_of) for item in value)
    _no_twins("positions", (given.symbol for given in positions))
    return positions


def _position(item: Any, symbol_of: SymbolOf) -> Given:
    if not isinstance(item, dict) or not isinstance(item.get("symbol"), str):
        raise BadQueryError(f"position {shorten(item)} is invalid: give {_POSITION}")
    symbol = symbol_of(item["symbol"])
    if AMOUNT in item and SHARES in item:
        raise BadQueryError(f"{symbol} has both {AMOUNT} and {SHARES}: give one of them")
    unit = AMOUNT if AMOUNT in item else SHARES
    if item.keys() != {"symbol", unit}:
        raise BadQueryError(f"position {shorten(item)} is invalid: give {_POSITION}")
    number = _number(f"{unit} of {symbol}", item[unit], LEAST, MOST_USD)
    return Given(symbol, number if unit == AMOUNT else None, number if unit == SHARES else None)


def _no_twins(what: str, symbols: Iterable[str]) -> None:
    seen: set[str] = set()
    for symbol in symbols:
        if symbol in seen:
            raise BadQueryError(f"{what} has {symbol} twice: give it once")
        seen.add(symbol)


def _targets(value: Any) -> dict[str, float]:
    if not isinstance(value, dict):
        raise BadQueryError(f'targets is {shorten(value)}; give per cent by symbol, such as {{"VTI": 60, "BND": 40}}')
    if len(value) > MAX_POSITIONS:
        raise BadQueryError(f"there are {len(value)} targets; allowed are at most {MAX_POSITIONS}")
    pairs = [(canonical(text), number) for text, number in value.items()]
    _no_twins("targets", (symbol for symbol, _ in pairs))
    targets = {symbol: _number(f"the target of {symbol}", number, 0.0, 100.0) for symbol, number in pairs}
    total = math.fsum(targets.values())
    if total > 100.0 + _SUM_TOLERANCE:
        raise BadQueryError(f"the targets sum to {total:g} %; allowed are at most 100: what is left is free")
    return targets


def _candidates(value: Any) -> tuple[str, ...]:
    symbols = _symbols("candidates", value)
    if len(symbols) > MAX_POSITIONS:
        raise BadQueryError(f"there are {len(symbols)} candidates; allowed are at most {MAX_POSITIONS}")
    found = tuple(canonical(text) for text in symbols)
    _no_twins("candidates", found)
    return found


def _symbols(what: str, value: Any) -> list[str]:
    if not isinstance(value, list) or not all(isinstance(item, str) for item in value):
        raise BadQueryError(f'{what} is {shorten(value)}; give a list of symbols, such as ["VTI", "BND"]')
    return value


def _no_sell(value: Any, held: Sequence[str], symbol_of: SymbolOf) -> frozenset[str]:
    if isinstance(value, bool):
        return frozenset(held if value else ())
    found = [symbol_of(text) for text in _symbols("no_sell", value)]
    _no_twins("no_sell", found)
    if strangers := [symbol for symbol in found if symbol not in held]:
        raise BadQueryError(f"no_sell names {strangers[0]}, which is no position; name positions, or give true for all")
    return frozenset(found)


def _costs(value: Any) -> Costs:
    given = _object("costs", value, COST_KEYS)
    return Costs(
        _number("costs.pct_of_trade", given.get("pct_of_trade", 0), 0.0, MOST_COST_PCT),
        _number("costs.usd_per_trade", given.get("usd_per_trade", 0), 0.0, MOST_COST_USD),
        _flag("costs.half_spread", given.get("half_spread", False)),
    )


def caps_of(value: Any, symbol_of: SymbolOf = canonical_security) -> tuple[Cap, ...]:
    """The caps of `{"security": 5, "NVDA": 3, "sector:Energy": 30}`. Raises BadQueryError and MalformedSymbolError."""
    if not isinstance(value, dict):
        raise BadQueryError(f'max is {shorten(value)}; give per cent by what is capped, such as {{"security": 5}}')
    if len(value) > MOST_CAPS:
        raise BadQueryError(f"there are {len(value)} caps in max; allowed are at most {MOST_CAPS}")
    caps = tuple(_cap(text, number, symbol_of) for text, number in value.items())
    known: dict[tuple[CapKind, str | None], Cap] = {}
    for cap in caps:
        before = known.setdefault((cap.kind, cap.of), cap)
        if before is not cap:
            raise BadQueryError(f"max has {before.name} and {cap.name}, which are the same: give one of them")
    for cap in caps:
        general = known.get((cap.kind, None))
        if cap.of and general and cap.at_most_pct > general.at_most_pct:
            raise BadQueryError(
                f"max contradicts itself: {cap.name} may have {cap.at_most_pct:g} %, and every {general.name} "
                f"{general.at_most_pct:g} %: lower the first or raise the second"
            )
    return caps


def _cap(text: str, number: Any, symbol_of: SymbolOf) -> Cap:
    if len(text) > LONGEST_NAME:
        raise BadQueryError(f"the cap {shorten(text)} has more than {LONGEST_NAME} characters")
    at_most = _number(f"the cap {shorten(text)}", number, 0.0, 100.0)
    prefix, separator, rest = (part.strip() for part in text.partition(":"))
    kind = prefix.lower()
    if not separator and kind in (CapKind.SECURITY, CapKind.FUND):
        return Cap(kind, CapKind(kind), None, at_most)
    if not separator and kind not in [*CapKind]:
        symbol = symbol_of(prefix)
        return Cap(symbol, CapKind.SECURITY, symbol, at_most)
    if kind not in [*CapKind] or not rest:
        raise BadQueryError(
            f"the cap {shorten(text)} is unknown: allowed are security, a symbol, sector:NAME, country:NAME, "
            "asset_class:NAME, fund and fund:SYMBOL"
        )
    if kind == CapKind.SECURITY:
        symbol = symbol_of(rest)
        return Cap(symbol, CapKind.SECURITY, symbol, at_most)
    if kind == CapKind.FUND:
        symbol = symbol_of(rest)
        return Cap(f"fund:{symbol}", CapKind.FUND, symbol, at_most)
    return Cap(text.strip(), CapKind(kind), _named(CapKind(kind), rest), at_most)


def _named(kind: CapKind, name: str) -> str:
    """The sector, the asset class or the code of the country that is meant. Raises BadQueryError with near ones."""
    if kind is CapKind.COUNTRY:
        known: Sequence[str] = [*country_names().values()]
        found = country_code(name)
    else:
        known = ALL_SECTORS if kind is CapKind.SECTOR else COUNTED_CLASSES
        found = next((one for one in known if one.casefold() == name.casefold()), None)
    if found is None:
        by_fold = {one.casefold(): one for one in known}
        near = [by_fold[fold] for fold in get_close_matches(name.casefold(), by_fold, 5)]
        few = kind is not CapKind.COUNTRY
        told = f"near it are {', '.join(near)}" if near else f"allowed are {', '.join(known)}" if few else "give a code"
        raise BadQueryError(f"the cap {kind}:{shorten(name)} names no {kind.replace('_', ' ')} here; {told}")
    return found
