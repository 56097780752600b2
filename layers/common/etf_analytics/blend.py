"""A portfolio looked through: its positions, opened and added up."""

from collections import defaultdict
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import cached_property

from etf_analytics.bounds import Part
from etf_analytics.funds import Fund
from etf_analytics.identity import told_apart_by_symbol
from etf_analytics.lines import By, Line
from etf_analytics.lookthrough import Opened, Unresolved, opened
from etf_analytics.mixture import Mixture
from etf_analytics.positions import Position, by_of, securities_of


@dataclass(frozen=True, eq=False)
class Blend:
    """Positions over funds. `opened` has each fund that is a position; `direct` the securities that are."""

    positions: Sequence[Position]
    funds: Mapping[str, Fund]
    by: By
    opened: Mapping[str, Opened]
    direct: Mapping[str, Line]

    @cached_property
    def mixture(self) -> Mixture:
        """The securities that the portfolio holds through all funds and directly."""
        weights: defaultdict[str, float] = defaultdict(float)
        shares: defaultdict[str, float] = defaultdict(float)
        for position in self.positions:
            inside = self.opened.get(position.symbol)
            if inside is None:
                weights[self.direct[position.symbol].key] += position.share
                continue
            share = position.share
            for key, weight in inside.weights.items():
                weights[key] += share * weight
            for symbol, part in inside.shares.items():
                shares[symbol] += share * part
        return Mixture(dict(weights), tuple(Part(share, self.funds[symbol]) for symbol, share in shares.items()))

    def alone(self, symbol: str) -> Mixture:
        """One of the opened funds, as if it were the whole portfolio."""
        inside = self.opened[symbol]
        return Mixture(inside.weights, tuple(Part(share, self.funds[name]) for name, share in inside.shares.items()))

    @cached_property
    def fund_symbols(self) -> frozenset[str]:
        """The positions that are funds, those among them that cannot be opened."""
        closed = (symbol for symbol, line in self.direct.items() if line.asset_class == "etf")
        return frozenset((*self.opened, *closed))

    @cached_property
    def unresolved(self) -> dict[str, Unresolved]:
        """By key: funds that stay closed, held by funds or directly, and why."""
        found: dict[str, Unresolved] = {}
        for position in self.positions:
            inside = self.opened.get(position.symbol)
            if inside is None and position.symbol in self.fund_symbols:
                key = self.direct[position.symbol].key
                found[key] = Unresolved(found.get(key, Unresolved(0.0, "")).weight + position.share, "no_snapshot")
            for key, entry in inside.unresolved.items() if inside else ():
                before = found.get(key, Unresolved(0.0, entry.why))
                found[key] = Unresolved(before.weight + position.share * entry.weight, before.why)
        return found

    def line(self, key: str) -> Line:
        """A security of the mixture, as the first fund that lists it describes it."""
        return self._lines[key]

    @cached_property
    def _lines(self) -> dict[str, Line]:
        lines: dict[str, Line] = {}
        for part in reversed(self.mixture.parts):
            lines.update(part.fund.lines)
        for line in self.direct.values():
            lines.setdefault(line.key, line)
        return lines

    def reweighted(self, positions: Sequence[Position]) -> "Blend":
        """The same funds in other proportions."""
        return Blend(positions, self.funds, self.by, self.opened, self.direct)


def blend(positions: Sequence[Position], funds: Mapping[str, Fund]) -> Blend:
    """Opens every position that is among `funds`. Raises ValueError for one that is no fund, unless funds list exactly
    one security by its symbol."""
    funds = told_apart_by_symbol(funds)
    inside = {
        position.symbol: opened(funds[position.symbol], funds) for position in positions if position.symbol in funds
    }
    direct = {}
    others = [position.symbol for position in positions if position.symbol not in inside]
    for symbol, lines in securities_of(others, funds).items():
        if len(lines) != 1:
            raise ValueError(f"{symbol} is no fund, and {len(lines)} securities go by it")
        direct[symbol] = lines[0]
    return Blend(positions, funds, by_of(funds), inside, direct)
