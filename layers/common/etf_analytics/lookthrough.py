"""Look-through: what a portfolio holds when its funds, and the funds inside them, are opened and added up."""

import math
from collections import defaultdict
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from functools import cached_property
from typing import NamedTuple

from etf_analytics.exposures import Exposures, OpenedFund
from etf_analytics.funds import Fund
from etf_analytics.identity import Merged, Readings, is_fund, is_named_as_fund, read
from etf_analytics.securities import UNCLASSIFIED, By, Security, key_of
from etf_common.codes import UnresolvedReason

DEPTH = 3
"""How many funds deep a position is opened: a fund, its funds, and theirs. Deeper funds stay unresolved."""
CheckSecurities = Callable[[Mapping[str, Sequence[Security]]], None]
"""Raises an error of the caller's own unless it is certain which security each position without a fund is.

It gets the securities that the funds list by each symbol (`securities_of`).
"""


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
    that one. Companies that share a ticker have keys of their own only in funds that `identity.read` has seen together.
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

    opened: tuple[OpenedFund, ...]
    """The funds that were opened, the fund itself with weight 1 first."""
    unresolved: Mapping[str, Unresolved]
    """By key: the held funds that stay closed."""

    def weights(self) -> Mapping[str, float]:
        """By key: securities, and held funds that stay closed. Computed at each call, since many are large."""
        own = self.opened[0].fund
        if not own.held_funds:
            return own.weights
        return added_up(self.opened, ((key, entry.weight) for key, entry in self.unresolved.items()))


def added_up(opened: Iterable[OpenedFund], closed: Iterable[tuple[str, float]]) -> dict[str, float]:
    """By key: the securities of opened funds without the funds that they hold, and what is given by key."""
    weights: defaultdict[str, float] = defaultdict(float)
    for share, fund in opened:
        own = fund.weights
        if fund.held_funds:
            held_funds = set(fund.held_funds)
            own = {key: weight for key, weight in own.items() if key not in held_funds}
        for key, weight in own.items():
            weights[key] += share * weight
    for key, weight in closed:
        weights[key] += weight
    return dict(weights)


def look_through_fund(fund: Fund, funds: Mapping[str, Fund]) -> LookedThroughFund:
    """`fund` looked through with `funds` by symbol. A held fund is opened if it is one of them (`is_fund`).

    Weights go down level by level, so a fund that is held in several ways is opened once on each level, not once on
    each path. With three levels a path can come back only to the fund at its start or to the one before: what is
    closed as a cycle is the same as when each path is followed by itself.
    """
    opened: defaultdict[str, float] = defaultdict(float, {fund.symbol: 1.0})
    unresolved: dict[str, Unresolved] = {}
    level: Mapping[str, float] = {fund.symbol: 1.0}
    for depth in range(1, DEPTH + 1):
        deeper: defaultdict[str, float] = defaultdict(float)
        for symbol, share in level.items():
            holder = fund if symbol == fund.symbol else funds[symbol]
            for key in holder.held_funds:
                security, weight = holder.securities[key], share * holder.weights[key]
                held = funds.get(security.symbol or "")
                # Abroad another fund can have the same ticker: then the fund here is not the one that is held.
                held = held if held and is_fund(security.evidence, held) else None
                why = _why_closed(held, (fund.symbol, symbol), depth)
                if held and not why:
                    deeper[held.symbol] += weight
                elif why:
                    before = unresolved.get(key, Unresolved(0.0, why))
                    unresolved[key] = Unresolved(before.weight + weight, before.why)
        for symbol, share in deeper.items():
            opened[symbol] += share
        level = deeper
    parts = [OpenedFund(share, fund if name == fund.symbol else funds[name]) for name, share in opened.items()]
    return LookedThroughFund(tuple(parts), unresolved)


def _why_closed(held: Fund | None, above: tuple[str, ...], depth: int) -> UnresolvedReason | None:
    if held is None:
        return UnresolvedReason.NO_SNAPSHOT
    if held.symbol in above:
        return UnresolvedReason.CYCLE
    return UnresolvedReason.DEPTH if depth == DEPTH else None


@dataclass(frozen=True, eq=False)
class LookedThroughPortfolio:
    """Positions over funds. `opened` has each position that is a fund here; `direct` those that are securities."""

    positions: Sequence[Position]
    funds: Mapping[str, Fund]
    by: By
    opened: Mapping[str, LookedThroughFund]
    direct: Mapping[str, Security]
    readings: Readings
    places: tuple[int, ...]
    """The places of the opened funds in `readings`."""

    @cached_property
    def exposures(self) -> Exposures:
        """The securities that the portfolio holds through all funds and directly."""
        direct = [
            (self.direct[position.symbol].key, position.weight)
            for position in self.positions
            if position.symbol in self.direct
        ]
        opened = self._opened()
        closed = [(key, entry.weight) for key, entry in self.closed_inside.items()]
        return Exposures(added_up(opened, [*direct, *closed]), opened)

    def _opened(self) -> tuple[OpenedFund, ...]:
        """Each opened fund once, with its weight in the portfolio in all ways together."""
        found: dict[str, OpenedFund] = {}
        for position in self.positions:
            inside = self.opened.get(position.symbol)
            for share, fund in inside.opened if inside else ():
                before = found[fund.symbol].weight if fund.symbol in found else 0.0
                found[fund.symbol] = OpenedFund(before + position.weight * share, fund)
        return tuple(found.values())

    def alone(self, symbol: str) -> Exposures:
        """The exposures of one of the opened funds, as if it were the whole portfolio."""
        return Exposures(self.opened[symbol].weights(), self.opened[symbol].opened)

    @cached_property
    def fund_symbols(self) -> frozenset[str]:
        """The positions that are funds, including those that cannot be opened."""
        closed = (symbol for symbol, security in self.direct.items() if security.asset_class == "etf")
        return frozenset((*self.opened, *closed))

    @cached_property
    def closed_inside(self) -> dict[str, Unresolved]:
        """By key: funds inside the opened funds that stay closed, and why."""
        found: dict[str, Unresolved] = {}
        for position in self.positions:
            inside = self.opened.get(position.symbol)
            for key, entry in inside.unresolved.items() if inside else ():
                _add(found, key, position.weight * entry.weight, entry.why)
        return found

    @cached_property
    def unresolved(self) -> dict[str, Unresolved]:
        """By key: funds that stay closed, held by funds or directly, and why."""
        found = dict(self.closed_inside)
        for position in self.positions:
            if position.symbol in self.direct and position.symbol in self.fund_symbols:
                _add(found, self.direct[position.symbol].key, position.weight, UnresolvedReason.NO_SNAPSHOT)
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
        return replace(self, positions=positions)

    @cached_property
    def other_reading(self) -> "tuple[LookedThroughPortfolio, Merged] | None":
        """The portfolio as it is if all doubtful lines are one security; None if nothing is in doubt."""
        merged = self.readings.merged(self.places)
        return self._merged(merged) if merged else None

    def other_reading_beside(self, place: int) -> "tuple[LookedThroughPortfolio, Merged] | None":
        """The same where lines of a fund beside the portfolio, by its place, may be one with its own.

        Of its funds only the weights mean something.
        """
        places = (*self.places, place)
        merged = self.readings.merged(places, weights_only=True)
        if merged and any(own.keys() & fund.held_funds for fund, own in zip(merged.apart, merged.renamed, strict=True)):
            # Held funds are looked up by their keys.
            merged = self.readings.merged(places)
        return self._merged(merged) if merged else None

    def _merged(self, merged: Merged) -> "tuple[LookedThroughPortfolio, Merged]":
        own = merged.funds[: len(self.places)]
        funds = {**self.funds, **{fund.symbol: fund for fund in own}}
        direct = {
            symbol: security._replace(key=merged.keys.get(security.key, security.key))
            for symbol, security in self.direct.items()
        }
        opened = {symbol: look_through_fund(funds[symbol], funds) for symbol in self.opened}
        return replace(self, funds=funds, opened=opened, direct=direct), merged


def _add(found: dict[str, Unresolved], key: str, weight: float, why: UnresolvedReason) -> None:
    before = found.get(key, Unresolved(0.0, why))
    found[key] = Unresolved(before.weight + weight, before.why)


def look_through(
    positions: Sequence[Position], funds: Mapping[str, Fund], check_securities: CheckSecurities | None = None
) -> LookedThroughPortfolio:
    """Opens every position that is among `funds`.

    Raises ValueError for a position that is not, unless the funds list exactly one security by its symbol, and what
    `check_securities` raises.
    """
    return _looked_through(positions, funds, read([*_with_held_funds(funds).values()]), 0, check_securities)


def look_through_beside(
    positions: Sequence[Position], funds: Mapping[str, Fund], others: Sequence[Fund]
) -> tuple[LookedThroughPortfolio, tuple[int, ...]]:
    """The same with other funds beside, which are compared with the portfolio and not opened; and their places.

    `look_through` must have taken these positions: whether a symbol is certain is not asked again.
    """
    readings = read([*_with_held_funds(funds).values(), *others])
    places = tuple(range(len(funds), len(funds) + len(others)))
    return _looked_through(positions, funds, readings, 0, None, is_certain=True), places


def look_through_dates(
    positions: Sequence[Position],
    before: Mapping[str, Fund],
    after: Mapping[str, Fund],
    check_securities: CheckSecurities | None = None,
) -> tuple[LookedThroughPortfolio, LookedThroughPortfolio]:
    """The same positions over the lists of two dates, in which one security has one key.

    `before` and `after` have the same symbols in the same order. Raises as `look_through` does.
    """
    lists = [_with_held_funds(funds) for funds in (before, after)]
    readings = read([fund for funds in lists for fund in funds.values()])
    return (
        _looked_through(positions, before, readings, 0, check_securities),
        _looked_through(positions, after, readings, len(before), check_securities),
    )


def _looked_through(
    positions: Sequence[Position],
    funds: Mapping[str, Fund],
    readings: Readings,
    first: int,
    check_securities: CheckSecurities | None,
    *,
    is_certain: bool = False,
) -> LookedThroughPortfolio:
    """The positions over those funds that stand in the readings from place `first` on."""
    funds = dict(zip(funds, readings.funds[first : first + len(funds)], strict=True))
    inside = {
        position.symbol: look_through_fund(funds[position.symbol], funds)
        for position in positions
        if position.symbol in funds
    }
    direct = {}
    listed = securities_of([position.symbol for position in positions if position.symbol not in inside], funds)
    if check_securities:
        check_securities(listed)
    for symbol, securities in listed.items():
        if len(securities) != 1 and not (securities and is_certain):
            raise ValueError(f"{symbol} is not a fund here, and {len(securities)} securities have this symbol")
        direct[symbol] = securities[0]
    needed = {part.fund.symbol for fund in inside.values() for part in fund.opened}
    # What a list says of a security held directly can be in doubt too; what else that list says does not matter here.
    keys = {security.key for security in direct.values()}
    own = dict(enumerate(funds, first))
    narrow = [place in own and own[place] not in needed for place in range(len(readings.funds))]
    readings = readings.narrowed(narrow, keys)
    places = [
        place
        for place, symbol in own.items()
        if symbol in needed or not keys.isdisjoint(readings.funds[place].securities)
    ]
    return LookedThroughPortfolio(positions, funds, _by_of(funds), inside, direct, readings, tuple(places))


def _with_held_funds(funds: Mapping[str, Fund]) -> dict[str, Fund]:
    """The funds, in which a line that goes by the symbol and the name of one of them is a held fund.

    A list often does not say that a line is a fund: `XLK, Technology Select Sector SPDR Fund`.
    """
    return {
        symbol: fund.with_held_funds(
            [
                key
                for key in fund.weights.keys() & funds.keys()
                if fund.securities[key].asset_class not in ("etf", "bond")
                and is_named_as_fund(fund.securities[key].evidence, funds[key])
            ]
        )
        for symbol, fund in funds.items()
    }
