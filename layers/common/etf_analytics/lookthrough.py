"""What a fund holds when the funds that it holds are opened too."""

from collections import defaultdict
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import NamedTuple

from etf_analytics.funds import Fund

DEPTH = 3
"""How many funds deep a position is opened: a fund, its funds, and theirs. Deeper ones stay unresolved."""


class Unresolved(NamedTuple):
    """A held fund that stays closed: its weight (a fraction), and why: `no_snapshot`, `cycle` or `depth`."""

    weight: float
    why: str


@dataclass(frozen=True, eq=False)
class Opened:
    """A fund looked through; all weights are fractions of it."""

    weights: Mapping[str, float]
    """By key: securities, and held funds that stay closed."""
    shares: Mapping[str, float]
    """By symbol: the funds that were opened, itself with 1 among them."""
    unresolved: Mapping[str, Unresolved]
    """By key."""
    sectors: Mapping[str, float]
    classes: Mapping[str, float]


@dataclass
class _Found:
    shares: defaultdict[str, float] = field(default_factory=lambda: defaultdict(float))
    unresolved: dict[str, Unresolved] = field(default_factory=dict)
    sectors: defaultdict[str, float] = field(default_factory=lambda: defaultdict(float))


def opened(fund: Fund, funds: Mapping[str, Fund]) -> Opened:
    """`fund` looked through with `funds`, by symbol. A line is opened if it is of class etf and its symbol is there."""
    found = _Found()
    _open(fund, 1.0, (fund.symbol,), funds, found)
    inside = {symbol: fund if symbol == fund.symbol else funds[symbol] for symbol in found.shares}
    parts = [(share, inside[symbol]) for symbol, share in found.shares.items()]
    sectors, classes = found.sectors, defaultdict[str, float](float)
    for share, part in parts:
        for name, group in part.sectors.items():
            sectors[name] += share * group.weight
        for name, group in part.classes.items():
            if name != "etf":
                classes[name] += share * group.weight
    if found.unresolved:
        classes["etf"] = sum(entry.weight for entry in found.unresolved.values())
    return Opened(_weights(fund, parts, found.unresolved), found.shares, found.unresolved, sectors, classes)


def _open(fund: Fund, share: float, path: tuple[str, ...], funds: Mapping[str, Fund], found: _Found) -> None:
    found.shares[fund.symbol] += share
    for key in fund.nested:
        line, weight = fund.lines[key], share * fund.weights[key]
        inner = funds.get(line.symbol) if line.symbol else None
        if inner is not None and inner.symbol not in path and len(path) < DEPTH:
            _open(inner, weight, (*path, inner.symbol), funds, found)
            continue
        why = "no_snapshot" if inner is None else "cycle" if inner.symbol in path else "depth"
        before = found.unresolved.get(key, Unresolved(0.0, why))
        found.unresolved[key] = Unresolved(before.weight + weight, before.why)
        found.sectors[line.sector] += weight


def _weights(fund: Fund, parts: list[tuple[float, Fund]], unresolved: Mapping[str, Unresolved]) -> Mapping[str, float]:
    if not fund.nested:
        return fund.weights
    weights: defaultdict[str, float] = defaultdict(float)
    for share, part in parts:
        nested = set(part.nested)
        for key, weight in part.weights.items():
            if key not in nested:
                weights[key] += share * weight
    for key, entry in unresolved.items():
        weights[key] += entry.weight
    return weights
