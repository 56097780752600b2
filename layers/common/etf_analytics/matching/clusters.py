"""Lines that share a ticker, grouped into securities, with the pairs of groups that stay in doubt.

The result does not depend on the order of the lines. What two lines say of each other can clash with what a third says:
a vague `EQT` agrees with EQT Corp and with EQT AB, which are two. Then nothing is decided, and the three are in doubt.
"""

from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from itertools import combinations
from typing import Literal, NamedTuple

from etf_analytics.matching.evidence import Evidence, Verdict, compare_prices, verdict
from etf_analytics.matching.names import Names, compare_names
from etf_analytics.reference.issuers import issuer_of
from etf_common.codes import DoubtReason

# Occurs in no symbol and in no name, so that made-up keys never equal a symbol.
MARK = "\x1f"
MOST_COMPARED = 64
"""More descriptions than one ticker has in 30 funds. Beyond it pairs are not compared: their number grows squared."""
# More clusters that are all in doubt with each other are one group: the number of their pairs grows squared too.
_MOST_PAIRED = 4


class Doubtful(NamedTuple):
    """Two keys that may be one security, and why that is in doubt."""

    one: str
    other: str
    why: DoubtReason


@dataclass(frozen=True, slots=True)
class Clusters:
    """Lines by their places: those in one cluster are one security."""

    clusters: list[list[int]]
    """In the order of their first lines."""
    doubts: list[tuple[int, int, DoubtReason]]
    """Pairs of clusters."""
    crowded: DoubtReason | None = None
    """Why each cluster may be any other, where they are many: their group stands for all their pairs."""


Compare = Callable[[Evidence, Evidence], tuple[Verdict, DoubtReason | None]]


def clustered(lines: Sequence[Evidence], by: Literal["security", "issuer"], most: int = MOST_COMPARED) -> Clusters:
    """The securities, or issuers, among lines that share a ticker, or an issuer's.

    Lines that are described in more than `most` ways are not compared: all are in doubt.
    """
    alike = _alike(lines, most)
    if len(alike) > most:
        return Clusters(sorted(map(sorted, alike)), [], DoubtReason.TOO_MANY_DESCRIPTIONS)
    samples = [lines[places[0]] for places in alike]
    compare = verdict if by == "security" else _issuer_verdict
    verdicts = {pair: compare(samples[pair[0]], samples[pair[1]]) for pair in combinations(range(len(samples)), 2)}
    groups = _grouped(len(samples), verdicts)
    clusters = sorted(sorted(place for sample in group for place in alike[sample]) for group in groups)
    owner = {place: number for number, places in enumerate(clusters) for place in places}
    named = {sample: owner[places[0]] for sample, places in enumerate(alike)}
    doubts = _doubts(named, verdicts)
    if len(clusters) > _MOST_PAIRED and len(doubts) == len(clusters) * (len(clusters) - 1) // 2:
        return Clusters(clusters, doubts, min(why for _, _, why in doubts))
    return Clusters(clusters, doubts)


def _alike(lines: Sequence[Evidence], most: int) -> list[list[int]]:
    """Lines that say the same, prices that are hardly apart included: a few of them stand for many.

    The lowest price stands for the others, so the order of the lines does not matter.
    """
    found: dict[tuple[object, ...], list[list[int]]] = {}
    for place in sorted(range(len(lines)), key=lambda place: (lines[place].price or 0.0, place)):
        line = lines[place]
        described = (line.symbol, line.name, line.asset_class, line.isin, line.bond, line.as_of, line.price is None)
        known = found.setdefault(described, [])
        # Prices rise, so the newest groups are the nearest.
        for places in known[-most:]:
            first = lines[places[0]]
            near = line.name if line.price is None else compare_prices(first.price, line.price, 0) is Verdict.SAME
            if near and verdict(first, line)[0] is Verdict.SAME:
                places.append(place)
                break
        else:
            known.append([place])
    return [places for known in found.values() for places in known]


def _issuer_verdict(one: Evidence, other: Evidence) -> tuple[Verdict, DoubtReason | None]:
    """Share classes have prices of their own: whether their issuer is the same, only the names say."""
    if one.symbol == other.symbol or not one.symbol or not other.symbol:
        return verdict(one, other)
    issuer = issuer_of(one.symbol)
    names = compare_names(issuer, one.name or "", other.name or "")
    if names is Names.NEITHER:
        return Verdict.DOUBT, DoubtReason.NAMES_DIFFER if one.name and other.name else DoubtReason.NAME_MISSING
    return (Verdict.SAME if names is Names.AGREE else Verdict.DIFFERENT), None


Verdicts = dict[tuple[int, int], tuple[Verdict, DoubtReason | None]]


def _grouped(count: int, verdicts: Verdicts) -> list[set[int]]:
    """The connected lines; those between which evidence clashes stay alone."""
    groups = [{number} for number in range(count)]
    for (one, other), (found, _) in verdicts.items():
        if found is Verdict.SAME:
            first, second = _group_of(groups, one), _group_of(groups, other)
            if first is not second:
                groups.remove(second)
                first |= second
    settled: list[set[int]] = []
    for group in groups:
        clashes = any(_clashes(verdicts[pair]) for pair in combinations(sorted(group), 2))
        settled += [{number} for number in group] if clashes else [group]
    return settled


def _group_of(groups: list[set[int]], number: int) -> set[int]:
    return next(group for group in groups if number in group)


def _clashes(found: tuple[Verdict, DoubtReason | None]) -> bool:
    """No third line can make one security of these."""
    return found[0] is Verdict.DIFFERENT or found[1] is DoubtReason.LEGAL_FORMS_DIFFER


def _doubts(owner: dict[int, int], verdicts: Verdicts) -> list[tuple[int, int, DoubtReason]]:
    """Between clusters, one line that tells two apart decides for all."""
    between: dict[tuple[int, int], list[tuple[Verdict, DoubtReason | None]]] = {}
    for (one, other), found in verdicts.items():
        if owner[one] != owner[other]:
            between.setdefault((min(owner[one], owner[other]), max(owner[one], owner[other])), []).append(found)
    doubts = []
    for (first, second), found_all in sorted(between.items()):
        if all(found is not Verdict.DIFFERENT for found, _ in found_all):
            reasons = sorted(why for _, why in found_all if why)
            doubts.append((first, second, reasons[0] if reasons else DoubtReason.CONFLICTING_EVIDENCE))
    return doubts


def ticker_first(key: str) -> tuple[bool, str]:
    """The order of keys: a ticker before any that is made up."""
    return MARK in key, key


def united(pairs: Iterable[tuple[str, str]]) -> dict[str, str]:
    """By key: the key of everything that the pairs connect it with, where that is another; a ticker stands first."""
    parent: dict[str, str] = {}

    def root(key: str) -> str:
        while (above := parent.setdefault(key, key)) != key:
            key = above
        return key

    for one, other in pairs:
        first, second = sorted((root(one), root(other)), key=ticker_first)
        parent[second] = first
    return {key: top for key in parent if (top := root(key)) != key}
