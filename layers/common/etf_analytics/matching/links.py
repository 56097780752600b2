"""Keys of several funds that are one security although they are not equal: by ISIN, by name, by an incomplete date."""

from collections.abc import Iterator, Mapping, Sequence
from typing import NamedTuple

from etf_analytics.funds import Fund
from etf_analytics.matching.clusters import MARK, Doubtful, united
from etf_analytics.matching.evidence import Verdict, verdict
from etf_analytics.matching.keys import is_single
from etf_analytics.matching.names import name_key
from etf_analytics.securities import Security
from etf_common.codes import DoubtReason


class Links(NamedTuple):
    """`same` has the key to use instead, by key; `doubts` are pairs of keys that may be one security."""

    same: dict[str, str]
    doubts: tuple[Doubtful, ...]


def linked(funds: Sequence[Fund]) -> Links:
    """What equal keys do not show. Lines that go by their tickers need no look."""
    isins = _isins(funds)
    same: list[tuple[str, str]] = []
    doubts: list[Doubtful] = []
    for one, other in (*_by_isin(funds), *_by_bond(funds), *_by_name(funds)):
        first, second = sorted((one.key, other.key), key=lambda key: (key.startswith(MARK), key))
        if first == second:
            continue
        found, why = _verdict(one, other, isins)
        if found is Verdict.SAME:
            same.append((first, second))
        elif found is Verdict.DOUBT:
            doubts.append(Doubtful(first, second, why or DoubtReason.CONFLICTING_EVIDENCE))
    same, crossing = _without_crossings(same, isins)
    doubts += (Doubtful(one, other, DoubtReason.CONFLICTING_EVIDENCE) for one, other in crossing)
    settled = united(same)
    moved = dict.fromkeys(Doubtful(settled.get(one, one), settled.get(other, other), why) for one, other, why in doubts)
    return Links(settled, tuple(pair for pair in moved if pair.one != pair.other))


def _isins(funds: Sequence[Fund]) -> dict[str, str]:
    """By key: the ISIN that a line of any fund has; lines with other ones have other keys by now."""
    return {
        key: security.evidence.isin
        for fund in funds
        if fund.has_isins
        for key, security in fund.securities.items()
        if security.evidence.isin
    }


def _verdict(one: Security, other: Security, isins: Mapping[str, str]) -> tuple[Verdict, DoubtReason | None]:
    first, second = isins.get(one.key), isins.get(other.key)
    if first and second:
        return (Verdict.SAME if first == second else Verdict.DIFFERENT), None
    return verdict(one.evidence, other.evidence)


def _without_crossings(
    pairs: list[tuple[str, str]], isins: Mapping[str, str]
) -> tuple[list[tuple[str, str]], list[tuple[str, str]]]:
    """The pairs that join no two ISINs, and those of a line without one that might be a security of either."""
    tops = united(pairs) if isins else {}
    found: dict[str, set[str]] = {}
    for key in {key for pair in pairs for key in pair} & isins.keys():
        found.setdefault(tops.get(key, key), set()).add(isins[key])
    crossed = {top for top, several in found.items() if len(several) > 1}
    if not crossed:
        return pairs, []
    apart = [
        (one, other)
        for one, other in pairs
        if tops.get(one, one) in crossed and (one not in isins or isins[one] != isins.get(other))
    ]
    taken = set(apart)
    return [pair for pair in pairs if pair not in taken], apart


def _own(funds: Sequence[Fund]) -> Iterator[Security]:
    """The lines without a ticker of their own that something identifies."""
    for fund in funds:
        for key in fund.pools:
            if not is_single(key):
                yield fund.securities[key]


def _by_isin(funds: Sequence[Fund]) -> Iterator[tuple[Security, Security]]:
    first: dict[str, Security] = {}
    for fund in funds:
        for security in fund.securities.values() if fund.has_isins else ():
            if isin := security.evidence.isin:
                known = first.setdefault(isin, security)
                if known.key != security.key:
                    yield known, security


def _by_bond(funds: Sequence[Fund]) -> Iterator[tuple[Security, Security]]:
    """Bonds with one issuer and coupon that mature in one month, where a date or an ISIN is missing in a list."""
    slots: dict[object, dict[str, Security]] = {}
    for security in _own(funds):
        if security.evidence.bond:
            slots.setdefault(security.evidence.bond.slot, {}).setdefault(security.key, security)
    for found in slots.values():
        first, *others = found.values()
        for place, other in enumerate(others):
            yield first, other
            yield from ((before, other) for before in others[:place])


def _by_name(funds: Sequence[Fund]) -> Iterator[tuple[Security, Security]]:
    """Lines without a symbol and lines with one that bear the same name in another fund."""
    nameless = {pool for fund in funds for pool in fund.pools.values() if pool.startswith("name")}
    if not nameless or len(funds) < 2:
        return
    wanted = {pool.partition(MARK)[2] for pool in nameless}
    labels = {key.partition(" /")[0].replace(" ", "") for key in wanted}
    listing: dict[str, dict[str, Security]] = {}
    for fund in funds:
        for security in fund.securities.values():
            if security.evidence.symbol and security.label.partition("/")[0] in labels and security.name:
                name = name_key(security.name)
                if name in wanted:
                    listing.setdefault(name, {}).setdefault(security.key, security)
    for security in _own(funds):
        key = security.key.removeprefix(f"{MARK}name{MARK}")
        found = listing.get(key, {}) if key != security.key else {}
        if len(found) == 1:
            yield security, next(iter(found.values()))
