"""The problem that a caller hands over, checked: what is held, what may be traded, and what must hold afterwards."""

import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import cached_property
from typing import Any

import numpy as np
from numpy.typing import NDArray

from etf_common.errors import UsageError, shorten

MOST_ASSETS = 1000
MOST_CAPS = 2000
MOST_USD = 1e12
"""Of the total. Above it a cent is too small a part of the total to be reckoned with."""
MOST_SECONDS = 60.0
DEFAULT_SECONDS = 10.0
CENT = 0.01
Vector = NDArray[np.float64]


@dataclass(frozen=True)
class Asset:
    """One thing that is held or may be bought."""

    symbol: str
    current_usd: float
    price_usd: float | None
    shares: float | None
    can_buy: bool
    can_sell: bool
    cost_pct: float
    """Per cent of each trade."""
    cost_usd: float
    """Of each trade, whatever its size."""

    @property
    def held_shares(self) -> float:
        """What is held, in shares; 0 without a price."""
        if self.shares is not None:
            return self.shares
        return self.current_usd / self.price_usd if self.price_usd else 0.0


@dataclass(frozen=True)
class Cap:
    """The total of `coefficients` times weights is to be at most `at_most_pct`."""

    name: str
    at_most_pct: float
    coefficients: tuple[float, ...]
    """A fraction for each asset, in the problem's order."""


@dataclass(frozen=True)
class Problem:
    """Assets and caps are in the order of their names, so the caller's order changes nothing."""

    assets: Sequence[Asset]
    cash_usd: float
    targets: Mapping[str, float]
    """Per cent by symbol; empty without targets."""
    caps: Sequence[Cap]
    whole_shares: bool
    min_trade_usd: float
    seconds: float

    @cached_property
    def total_usd(self) -> float:
        """Positions and cash. The USD of one per cent are a hundredth of it."""
        return math.fsum(asset.current_usd for asset in self.assets) + self.cash_usd

    @cached_property
    def current(self) -> Vector:
        """USD held, one number for each asset."""
        return np.array([asset.current_usd for asset in self.assets], dtype=float)

    @cached_property
    def coefficients(self) -> Vector:
        """One row for each cap, one column for each asset."""
        rows = [cap.coefficients for cap in self.caps]
        return np.array(rows, dtype=float).reshape(len(self.caps), len(self.assets))

    @cached_property
    def limits(self) -> Vector:
        """Per cent, one number for each cap."""
        return np.array([cap.at_most_pct for cap in self.caps], dtype=float)

    @property
    def has_steps(self) -> bool:
        """Whether trades come in whole shares, or only from some size on."""
        return self.whole_shares or self.min_trade_usd > 0

    @property
    def smallest_step_usd(self) -> float:
        """Cash below it may buy nothing: the cheapest share, or the least trade."""
        if self.whole_shares:
            return min(asset.price_usd for asset in self.assets if asset.can_buy and asset.price_usd)
        return self.min_trade_usd


def parse_problem(given: Any) -> Problem:
    """The problem of a JSON document: `{assets, cash_usd, targets, caps, whole_shares, min_trade_usd, seconds}`.

    Raises UsageError, which names the part that is wrong.
    """
    if not isinstance(given, Mapping):
        raise UsageError(f"the problem is not an object: {shorten(given)}")
    rows = _list(given, "assets", MOST_ASSETS)
    order = sorted(range(len(rows)), key=lambda place: str(_object(rows[place], "assets").get("symbol")))
    assets = [_asset(rows[place]) for place in order]
    symbols = [asset.symbol for asset in assets]
    if len(set(symbols)) < len(symbols):
        raise UsageError("assets names a symbol twice; add its amounts up")
    whole_shares = _flag(given, "whole_shares")
    for asset in assets:
        if whole_shares and asset.can_buy and not asset.price_usd:
            raise UsageError(f"assets: {asset.symbol} can be bought, but has no price_usd")
    caps = sorted((_cap(row, order) for row in _list(given, "caps", MOST_CAPS)), key=lambda cap: cap.name)
    if len({cap.name for cap in caps}) < len(caps):
        raise UsageError("caps has a name twice; give the lower limit only")
    seconds = _number(given, "seconds", default=DEFAULT_SECONDS, most=MOST_SECONDS)
    problem = Problem(
        assets=assets,
        cash_usd=_number(given, "cash_usd", default=0.0, most=MOST_USD),
        targets=_targets(given, set(symbols)),
        caps=caps,
        whole_shares=whole_shares,
        min_trade_usd=_number(given, "min_trade_usd", default=0.0, most=MOST_USD),
        seconds=seconds,
    )
    if not CENT <= problem.total_usd <= MOST_USD:
        raise UsageError(f"positions and cash come to {problem.total_usd:g} USD; give {CENT} to {MOST_USD:g}")
    return problem


def _asset(row: Mapping[str, Any]) -> Asset:
    symbol = row.get("symbol")
    if not isinstance(symbol, str) or not symbol:
        raise UsageError(f"assets: symbol is not a text: {shorten(symbol)}")
    price = None if row.get("price_usd") is None else _number(row, "price_usd", most=MOST_USD)
    if price is not None and price < CENT / 100:
        raise UsageError(f"assets: the price_usd of {symbol} is {price:g}; give null if there is none")
    return Asset(
        symbol=symbol,
        current_usd=_number(row, "current_usd", most=MOST_USD),
        price_usd=price,
        shares=None if row.get("shares") is None else _number(row, "shares", most=MOST_USD),
        can_buy=_flag(row, "can_buy"),
        can_sell=_flag(row, "can_sell"),
        cost_pct=_number(row, "cost_pct", default=0.0, most=100.0),
        cost_usd=_number(row, "cost_usd", default=0.0, most=MOST_USD),
    )


def _cap(row: Any, order: Sequence[int]) -> Cap:
    row = _object(row, "caps")
    name, coefficients = row.get("name"), row.get("coefficients")
    if not isinstance(name, str) or not name:
        raise UsageError(f"caps: name is not a text: {shorten(name)}")
    if not isinstance(coefficients, list | tuple) or len(coefficients) != len(order):
        raise UsageError(f"caps: {shorten(name)} needs one coefficient for each of the {len(order)} assets")
    if not all(_is_number(value) and 0 <= value <= 1000 for value in coefficients):
        raise UsageError(f"caps: a coefficient of {shorten(name)} is not a number from 0 to 1000")
    at_most = _number(row, "at_most_pct", most=1e5)
    return Cap(name, at_most, tuple(float(coefficients[place]) for place in order))


def _targets(given: Mapping[str, Any], symbols: set[str]) -> Mapping[str, float]:
    targets = _object({} if given.get("targets") is None else given["targets"], "targets")
    for symbol in targets:
        if symbol not in symbols:
            raise UsageError(f"targets: {shorten(symbol)} is not among the assets")
    found = {symbol: _number(targets, symbol, most=100.0) for symbol in sorted(targets)}
    if math.fsum(found.values()) > 100 + 1e-6:
        raise UsageError("targets come to more than 100 per cent")
    return found


def _list(given: Mapping[str, Any], name: str, most: int) -> Sequence[Any]:
    rows = given.get(name)
    if not isinstance(rows, list | tuple) or len(rows) > most:
        raise UsageError(f"{name} is not a list of at most {most:,}")
    return rows


def _object(value: Any, name: str) -> Mapping[str, Any]:
    if not isinstance(value, Mapping):
        raise UsageError(f"{name}: not an object: {shorten(value)}")
    return value


def _flag(given: Mapping[str, Any], name: str) -> bool:
    value = given.get(name, False)
    if not isinstance(value, bool):
        raise UsageError(f"{name} is neither true nor false: {shorten(value)}")
    return value


def _is_number(value: Any) -> bool:
    return isinstance(value, int | float) and not isinstance(value, bool) and math.isfinite(value)


def _number(given: Mapping[str, Any], name: str, *, default: float | None = None, most: float) -> float:
    value = given.get(name, default)
    if not _is_number(value) or not 0 <= value <= most:
        raise UsageError(f"{shorten(name)} is not a number from 0 to {most:g}: {shorten(value)}")
    return float(value)
