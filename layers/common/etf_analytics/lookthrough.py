"""Look-through: what a portfolio holds when its funds, and the funds inside them, are opened and added up."""

import math
from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from functools import cached_property
from typing import NamedTuple

from etf_analytics.exposures import Exposures, OpenedFund
from etf_analytics.funds import Fund
from etf_analytics.identity import disambiguate_by_symbol
from etf_analytics.securities import UNCLASSIFIED, By, Security, key_of
from etf_common.codes import UnresolvedReason

DEPTH = 3
"""How many funds deep a position is opened: a fund, its funds, and theirs. Deeper funds stay unresolved."""


@dataclass(frozen=True, slots=True)
class Position:
    """A fund or a security held directly: its weight in the portfolio (a fraction), and USD if amounts are known."""

    symbol: str
    weight: float
    value_usd: float | None


def positions_of(amounts: Mapping[str, float], *, in_usd: bool) -> list[Position]:
    """Positions by symbol, from USD or from proportions in any unit (60 and 40, 0.6 and 0.4).

    Raises ValueError unless all amounts are finite and above 0.
    """
    total = math.fsum(amounts.values())
    if not amounts or not math.isfinite(total) or min(amounts.values()) <= 0:
        raise ValueError("a portfolio has at least one position, and all amounts are above 0")
    return [Position(symbol, amount / total, amount if in_usd else None) for symbol, amount in amounts.items()]


def securities_of(symbols: Iterable[str], funds: Mapping[str, Fund]) -> dict[str, list[Security]]:
    """By symbol: the securities that funds list by it, each as the first fund describes it; empty if none does.

    There are several where companies only share a ticker, unless the sector table knows one of them by it: then only
    that one. The funds must be disambiguated (`disambiguate`).
    """
    by = _by_of(funds)
    tickers = {symbol: key_of(symbol, by) for symbol in symbols}
    found: dict[str | None, dict[str, Security]] = {ticker: {} for ticker in tickers.values()}
    for fund in funds.values() if found else ():
        for key, security in fund.securities.items():
            if security.symbol in found:
                found[security.symbol].setdefault(key, security)
    return {symbol: _likeliest([*found[ticker].values()]) for symbol, ticker in tickers.items()}


def _likeliest(securities: list[Security]) -> list[Security]:
    known = [security for security in securities if security.sector != UNCLASSIFIED]
    return known[:1] or securities


def _by_of(funds: Mapping[str, Fund]) -> By:
    return next(iter(funds.values())).by if funds else "security"


class Unresolved(NamedTuple):
    """A held fund that stays closed: its weight (a fraction), and why."""

    weight: float
    why: UnresolvedReason


@dataclass(frozen=True, eq=False)
class LookedThroughFund:
    """A fund looked through; all weights are fractions of it."""

    weights: Mapping[str, float]
    """By key: securities, and held funds that stay closed."""
    opened: Mapping[str, float]
    """By symbol: the weights of the funds that were opened, including the fund itself with 1."""
    unresolved: Mapping[str, Unresolved]
    """By key."""
    sectors: Mapping[str, float]
    classes: Mapping[str, float]


@dataclass
class _Found:
    opened: defaultdict[str, float] = field(default_factory=lambda: defaultdict(float))
    unresolved: dict[str, Unresolved] = field(default_factory=dict)
    sectors: defaultdict[str, float] = field(default_factory=lambda: defaultdict(float))


def look_through_fund(fund: Fund, funds: Mapping[str, Fund]) -> LookedThroughFund:
    """`fund` looked through with `funds` by symbol. A holding is opened if its class is etf and its symbol is there."""
    found = _Found()
    _open(fund, 1.0, (fund.symbol,), funds, found)
    inside = {symbol: fund if symbol == fund.symbol else funds[symbol] for symbol in found.opened}
    parts = [OpenedFund(weight, inside[symbol]) for symbol, weight in found.opened.items()]
    sectors, classes = found.sectors, defaultdict[str, float](float)
    for weight, part in parts:
        for name, group in part.sectors.items():
            sectors[name] += weight * group.weight
        for name, group in part.classes.items():
            if name != "etf":
                classes[name] += weight * group.weight
    if found.unresolved:
        classes["etf"] = sum(entry.weight for entry in found.unresolved.values())
    return LookedThroughFund(_weights(fund, parts, found.unresolved), found.opened, found.unresolved, sectors, classes)


def _open(fund: Fund, share: float, path: tuple[str, ...], funds: Mapping[str, Fund], found: _Found) -> None:
    found.opened[fund.symbol] += share
    for key in fund.held_funds:
        security, weight = fund.securities[key], share * fund.weights[key]
        inner = funds.get(security.symbol) if security.symbol else None
        if inner is not None and inner.symbol not in path and len(path) < DEPTH:
            _open(inner, weight, (*path, inner.symbol), funds, found)
            continue
        why = UnresolvedReason.DEPTH
        if inner is None:
            why = UnresolvedReason.NO_SNAPSHOT
        elif inner.symbol in path:
            why = UnresolvedReason.CYCLE
        before = found.unresolved.get(key, Unresolved(0.0, why))
        found.unresolved[key] = Unresolved(before.weight + weight, before.why)
        found.sectors[security.sector] += weight


def _weights(fund: Fund, parts: list[OpenedFund], unresolved: Mapping[str, Unresolved]) -> Mapping[str, float]:
    if not fund.held_funds:
        return fund.weights
    weights: defaultdict[str, float] = defaultdict(float)
    for share, part in parts:
        held_funds = set(part.held_funds)
        for key, weight in part.weights.items():
            if key not in held_funds:
                weights[key] += share * weight
    for key, entry in unresolved.items():
        weights[key] += entry.weight
    return weights


@dataclass(frozen=True, eq=False)
class LookedThroughPortfolio:
    """Positions over funds. `opened` has each position that is a fund here; `direct` those that are securities."""

    positions: Sequence[Position]
    funds: Mapping[str, Fund]
    by: By
    opened: Mapping[str, LookedThroughFund]
    direct: Mapping[str, Security]

    @cached_property
    def exposures(self) -> Exposures:
        """The securities that the portfolio holds through all funds and directly."""
        weights: defaultdict[str, float] = defaultdict(float)
        opened: defaultdict[str, float] = defaultdict(float)
        for position in self.positions:
            inside = self.opened.get(position.symbol)
            if inside is None:
                weights[self.direct[position.symbol].key] += position.weight
                continue
            share = position.weight
            for key, weight in inside.weights.items():
                weights[key] += share * weight
            for symbol, weight in inside.opened.items():
                opened[symbol] += share * weight
        return self._exposures(dict(weights), opened)

    def alone(self, symbol: str) -> Exposures:
        """The exposures of one of the opened funds, as if it were the whole portfolio."""
        return self._exposures(self.opened[symbol].weights, self.opened[symbol].opened)

    def _exposures(self, weights: Mapping[str, float], opened: Mapping[str, float]) -> Exposures:
        return Exposures(weights, tuple(OpenedFund(weight, self.funds[symbol]) for symbol, weight in opened.items()))

    @cached_property
    def fund_symbols(self) -> frozenset[str]:
        """The positions that are funds, including those that cannot be opened."""
        closed = (symbol for symbol, security in self.direct.items() if security.asset_class == "etf")
        return frozenset((*self.opened, *closed))

    @cached_property
    def unresolved(self) -> dict[str, Unresolved]:
        """By key: funds that stay closed, held by funds or directly, and why."""
        found: dict[str, Unresolved] = {}

        def add(key: str, weight: float, why: UnresolvedReason) -> None:
            before = found.get(key, Unresolved(0.0, why))
            found[key] = Unresolved(before.weight + weight, before.why)

        for position in self.positions:
            inside = self.opened.get(position.symbol)
            if inside is None and position.symbol in self.fund_symbols:
                add(self.direct[position.symbol].key, position.weight, UnresolvedReason.NO_SNAPSHOT)
            for key, entry in inside.unresolved.items() if inside else ():
                add(key, position.weight * entry.weight, entry.why)
        return found

    @cached_property
    def implied(self) -> frozenset[str]:
        """The keys of securities whose weight is implied, at least in part."""
        return frozenset(key for part in self.exposures.opened for key in part.fund.implied)

    def security(self, key: str) -> Security:
        """A security of the exposures, as the first fund that lists it describes it."""
        return self._securities[key]

    @cached_property
    def _securities(self) -> dict[str, Security]:
        securities: dict[str, Security] = {}
        for part in reversed(self.exposures.opened):
            securities.update(part.fund.securities)
        for security in self.direct.values():
            securities.setdefault(security.key, security)
        return securities

    def reweighted(self, positions: Sequence[Position]) -> "LookedThroughPortfolio":
        """The same funds in other proportions."""
        return LookedThroughPortfolio(positions, self.funds, self.by, self.opened, self.direct)


def look_through(positions: Sequence[Position], funds: Mapping[str, Fund]) -> LookedThroughPortfolio:
    """Opens every position that is among `funds`.

    Raises ValueError for a position that is not, unless the funds list exactly one security by its symbol.
    """
    funds = disambiguate_by_symbol(funds)
    inside = {
        position.symbol: look_through_fund(funds[position.symbol], funds)
        for position in positions
        if position.symbol in funds
    }
    direct = {}
    others = [position.symbol for position in positions if position.symbol not in inside]
    for symbol, securities in securities_of(others, funds).items():
        if len(securities) != 1:
            raise ValueError(f"{symbol} is not a fund here, and {len(securities)} securities have this symbol")
        direct[symbol] = securities[0]
    return LookedThroughPortfolio(positions, funds, _by_of(funds), inside, direct)
