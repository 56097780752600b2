"""Caps of a rebalancing as rows over its assets: the most that each asset can bring to what is capped.

A cap is met only if it is met at the high end, so each coefficient counts what is listed, what unlisted lines may add
and what lines that are in doubt may add. The high ends are those of the portfolio's figures, and linear in the weights
of the assets. A fund whose list supports no figure counts with all that a fund can weigh.
"""

import math
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from difflib import get_close_matches
from enum import StrEnum
from functools import cached_property
from typing import Any

from etf_analytics.exposures import OpenedFund
from etf_analytics.funds import MOST_PCT, Fund, Group
from etf_analytics.lookthrough import LookedThroughPortfolio
from etf_analytics.portfolio import classes_without_held_funds
from etf_analytics.securities import Security, key_of

ANY = MOST_PCT / 100.0
"""What a fund can weigh in anything, where nothing better is known: a fraction."""
UNLISTED = "(unlisted)"
"""Stands for a security that no list here has."""
OTHERS = "(others)"
"""Stands for the smallest securities together, each of them at most what the largest of them is."""
_MOST_APART = 500
_NEAR, _CUTOFF = 5, 0.6


class CapKind(StrEnum):
    """What a cap is about."""

    SECURITY = "security"
    SECTOR = "sector"
    COUNTRY = "country"
    ASSET_CLASS = "asset_class"
    FUND = "fund"


class CapError(ValueError):
    """A cap that nothing here can be held against; the message says what to give instead."""


@dataclass(frozen=True, slots=True)
class Cap:
    """The most that something may weigh, in per cent of positions and cash together.

    `of` is a symbol, a sector, the code of a country or an asset class; None for every security, or every fund.
    """

    name: str
    kind: CapKind
    of: str | None
    at_most_pct: float


@dataclass(frozen=True, slots=True)
class CapRow:
    """One limit: the sum over the assets of weight times `high` is at most `at_most_pct`.

    `high` and `low` have one fraction per asset: the most that is in it, and what is listed.
    """

    name: str
    at_most_pct: float
    high: tuple[float, ...]
    low: tuple[float, ...]

    @property
    def limit(self) -> float:
        """The limit as a fraction."""
        return self.at_most_pct / 100.0


Countries = Mapping[str, Mapping[str, Any] | None]
"""By fund: the block `countries` of its newest filing (`filing_exposures`); None, or missing, without one."""


def cap_rows(
    caps: Sequence[Cap],
    whole: LookedThroughPortfolio,
    most_weights: Mapping[str, float],
    *,
    countries: Countries | None = None,
    is_known: Callable[[str], bool] = lambda _: False,
) -> list[CapRow]:
    """The rows of those caps that can bind.

    `most_weights`: by asset, in order, the largest weight that it can have, a fraction. All assets are positions of
    `whole`. `is_known` tells whether a symbol that no list here has is a security's. Raises CapError.
    """
    held = _Held(whole, tuple(most_weights))
    own = {cap.of for cap in caps if cap.kind is CapKind.SECURITY and cap.of}
    capped = {key for symbol in own for key in held.keys_of(symbol)}
    funds = {cap.of for cap in caps if cap.kind is CapKind.FUND and cap.of}
    found: list[CapRow] = []
    for cap in caps:
        if cap.kind is CapKind.SECURITY:
            rows: Iterable[CapRow] = _of_symbol(cap, held, is_known) if cap.of else _of_each(cap, held, capped)
        elif cap.kind is CapKind.FUND:
            rows = _of_funds(cap, held, funds)
        elif cap.kind is CapKind.COUNTRY:
            rows = [_of_country(cap, held, countries or {})]
        else:
            rows = [_of_group(cap, held)]
        found += (row for row in rows if _can_bind(row, [*most_weights.values()]))
    return found


def _can_bind(row: CapRow, most: Sequence[float]) -> bool:
    """Whether any portfolio of at most 100 % exceeds the row: the assets with the largest coefficients come first."""
    left, reached = 1.0, 0.0
    for coefficient, weight in sorted(zip(row.high, most, strict=True), reverse=True):
        taken = min(weight, left)
        reached, left = reached + coefficient * taken, left - taken
    return reached > row.limit


class _Held:
    """What each asset holds."""

    def __init__(self, whole: LookedThroughPortfolio, symbols: tuple[str, ...]) -> None:
        self.whole, self.symbols = whole, symbols
        self.readings = [whole] if whole.other_reading is None else [whole, whole.other_reading[0]]
        self.parts = [whole.opened[symbol].opened if symbol in whole.opened else () for symbol in symbols]
        self.listed = [
            dict(whole.opened[symbol].weights()) if symbol in whole.opened else {whole.direct[symbol].key: 1.0}
            for symbol in symbols
        ]
        self.is_flawed = [any(part.fund.flaw for part in parts) for parts in self.parts]
        self.unlisted = [_finite(sum(part.weight * part.fund.unlisted.weight for part in own)) for own in self.parts]

    @cached_property
    def gains(self) -> list[Mapping[str, float]]:
        """Per asset, by key: the most that lines add which may be the same security."""
        if self.whole.other_reading is None:
            return [{} for _ in self.symbols]
        merged = self.whole.other_reading[1]
        found: list[Mapping[str, float]] = []
        for symbol, parts in zip(self.symbols, self.parts, strict=True):
            if (held := self.whole.direct.get(symbol)) is not None:
                together = merged.keys.get(held.key, held.key)
                alike = merged.doubtful - {held.key} if held.key in merged.doubtful else set[str]()
                found.append({key: 1.0 for key in alike if merged.keys.get(key, key) == together})
                continue
            shares = {part.fund.symbol: part.weight for part in parts}
            found.append(merged.ceilings([shares.get(fund.symbol, 0.0) for fund in merged.apart]))
        return found

    @cached_property
    def keys(self) -> set[str]:
        """The securities that any asset lists."""
        return {key for listed in self.listed for key in listed}

    @cached_property
    def by_symbol(self) -> dict[str, list[str]]:
        """The keys of listed securities by symbol: several where companies share a ticker."""
        found: dict[str, list[str]] = {}
        for key in sorted(self.keys):
            if symbol := self.whole.security(key).symbol:
                found.setdefault(symbol, []).append(key)
        return found

    def keys_of(self, symbol: str) -> list[str]:
        return self.by_symbol.get(key_of(symbol, self.whole.by), [])

    def row_of(self, key: str, name: str, at_most_pct: float) -> CapRow:
        """The row of one security, listed or not."""
        high = (
            ANY if flawed else listed.get(key, 0.0) + gains.get(key, 0.0) + _most_of(parts, key)
            for flawed, listed, gains, parts in zip(self.is_flawed, self.listed, self.gains, self.parts, strict=True)
        )
        low = (0.0 if flawed else own.get(key, 0.0) for flawed, own in zip(self.is_flawed, self.listed, strict=True))
        return CapRow(name, at_most_pct, tuple(high), tuple(low))

    @cached_property
    def most_unlisted(self) -> list[float]:
        """Per asset: the most that a security weighs in it that it does not list."""
        return [
            ANY if flawed else sum(part.weight * _most_of_any(part.fund) for part in parts)
            for flawed, parts in zip(self.is_flawed, self.parts, strict=True)
        ]


def _most_of(parts: Iterable[OpenedFund], key: str) -> float:
    return math.fsum(part.weight * part.fund.unlisted_ceiling(key) for part in parts if part.fund.unlisted.weight)


def _most_of_any(fund: Fund) -> float:
    count = max([1, *fund.unlisted_classes.values()])
    return min(count * fund.unlisted.largest, fund.unlisted.weight) if fund.unlisted.weight else 0.0


def _finite(weight: float) -> float:
    return ANY if math.isinf(weight) else weight


def _of_each(cap: Cap, held: _Held, capped: set[str]) -> Iterator[CapRow]:
    """A row for every security that can weigh more anywhere, without those that have a cap of their own."""
    seen: set[str] = set()
    for listed, gains, unlisted in zip(held.listed, held.gains, held.most_unlisted, strict=True):
        room = cap.at_most_pct / 100.0 - unlisted
        seen.update(key for key in {**gains, **listed} if listed.get(key, 0.0) + gains.get(key, 0.0) > room)
        if room < 0:  # then any security that another fund lists can weigh too much here
            seen.update(held.keys)
    names: set[str] = set()
    rows = [
        held.row_of(key, _distinct(f"{cap.name}:{_shown(held, key)}", names), cap.at_most_pct)
        for key in sorted((seen & held.keys) - capped)
    ]
    nothing = (0.0,) * len(held.symbols)
    if any(held.is_flawed) and len(rows) > _MOST_APART:
        # Every security is a row then, and the small ones differ by next to nothing.
        rows.sort(key=lambda row: max(row.low), reverse=True)
        others = tuple(max(column) for column in zip(*(row.high for row in rows[_MOST_APART:]), strict=True))
        rows = [*rows[:_MOST_APART], CapRow(f"{cap.name}:{OTHERS}", cap.at_most_pct, others, nothing)]
    yield from rows
    yield CapRow(f"{cap.name}:{UNLISTED}", cap.at_most_pct, tuple(held.most_unlisted), nothing)


def _shown(held: _Held, key: str) -> str:
    security = held.whole.security(key)
    return security.symbol or security.name or key


def _distinct(name: str, names: set[str]) -> str:
    chosen, number = name, 2
    while chosen in names:
        chosen, number = f"{name} ({number})", number + 1
    names.add(chosen)
    return chosen


def _of_symbol(cap: Cap, held: _Held, is_known: Callable[[str], bool]) -> Iterator[CapRow]:
    """The rows of one symbol: of each company that has it, if several share the ticker."""
    symbol = cap.of or ""
    keys = held.keys_of(symbol)
    if not keys and symbol in held.whole.funds and symbol in held.symbols:
        raise CapError(f"the cap {cap.name} names a fund: write fund:{symbol}")
    if not keys and not is_known(symbol):
        raise CapError(f"the cap {cap.name} names no security that these funds list{_near(symbol, held.by_symbol)}")
    names: set[str] = set()
    for key in keys or [key_of(symbol, held.whole.by)]:
        yield held.row_of(key, _distinct(cap.name, names), cap.at_most_pct)


def _near(text: str, known: Iterable[str]) -> str:
    near = get_close_matches(text, [*known], _NEAR, _CUTOFF)
    return f"; near it are {', '.join(near)}" if near else "; give a symbol as the lists write it"


def _of_funds(cap: Cap, held: _Held, capped: set[str]) -> Iterator[CapRow]:
    funds = [symbol for symbol in held.symbols if symbol in held.whole.fund_symbols]
    if cap.of and cap.of not in funds:
        named = ", ".join(funds[:_NEAR]) or "none"
        raise CapError(f"the cap {cap.name} names no fund among positions, targets and candidates: these are {named}")
    for symbol in [cap.of] if cap.of else [symbol for symbol in funds if symbol not in capped]:
        unit = tuple(float(other == symbol) for other in held.symbols)
        yield CapRow(f"{CapKind.FUND}:{symbol}", cap.at_most_pct, unit, unit)


def _of_group(cap: Cap, held: _Held) -> CapRow:
    """The row of a sector or an asset class."""
    by_sector, name = cap.kind is CapKind.SECTOR, cap.of or ""
    of_fund = _sectors if by_sector else classes_without_held_funds
    of_security = _sector if by_sector else _asset_class
    high, low = [], []
    for place, symbol in enumerate(held.symbols):
        weights = [_weight_in(reading, symbol, name, of_fund, of_security) for reading in held.readings]
        high.append(ANY if held.is_flawed[place] else max(weights) + held.unlisted[place])
        low.append(0.0 if held.is_flawed[place] else min(weights))
    return CapRow(cap.name, cap.at_most_pct, tuple(high), tuple(low))


def _sectors(fund: Fund) -> Mapping[str, Group]:
    return fund.sectors


def _sector(security: Security) -> str:
    return security.sector


def _asset_class(security: Security) -> str:
    return security.asset_class


def _weight_in(
    whole: LookedThroughPortfolio,
    symbol: str,
    name: str,
    of_fund: Callable[[Fund], Mapping[str, Group]],
    of_security: Callable[[Security], str],
) -> float:
    """What one asset has listed of a sector or class: a fraction of it."""
    inside = whole.opened.get(symbol)
    if inside is None:
        return float(of_security(whole.direct[symbol]) == name)
    own = (part.weight * of_fund(part.fund)[name].weight for part in inside.opened if name in of_fund(part.fund))
    closed = (entry.weight for key, entry in inside.unresolved.items() if of_security(whole.security(key)) == name)
    return math.fsum((*own, *closed))


def _of_country(cap: Cap, held: _Held, countries: Countries) -> CapRow:
    """The row of a country, which only filings tell: what has none can be there with all of it."""
    blocks = [countries.get(symbol) for symbol in held.symbols]
    if not any(blocks):
        named = ", ".join(symbol for symbol in held.symbols[:_NEAR])
        raise CapError(
            f"the cap {cap.name} needs filings with the SEC, and none of these funds has one here: {named}; leave it "
            "out, or see /api/etfs/{symbol}/filings"
        )
    high, low = [], []
    for block in blocks:
        if block is None:
            high.append(ANY)
            low.append(0.0)
            continue
        weight = math.fsum(row["weight_pct"] for row in block["rows"] if row["country"] == cap.of) / 100.0
        undisclosed = block["undisclosed_pct"]
        high.append(weight + (ANY if undisclosed is None else undisclosed / 100.0))
        low.append(weight)
    return CapRow(cap.name, cap.at_most_pct, tuple(high), tuple(low))
