"""One key for one security in several funds, and two readings where that is in doubt.

Within a fund its own lines show which are one security (`matching.keys`). Between funds the same key can still be two
companies (VTI lists MRK, Merck & Co, and VEA lists MRK, Merck KGaA), and two keys one security. Where the evidence does
not decide, figures are computed twice: with the doubtful lines apart, and merged into one. Merging more never lowers a
sum of minima, of products or of squares, so the truth lies between the two readings.

Linear in the lines: one look-up for each line, and a closer look only at tickers that are not described alike.
"""

from collections import Counter
from collections.abc import Collection, Iterable, Iterator, Mapping, Sequence, Set
from dataclasses import dataclass, replace
from datetime import date
from functools import cached_property
from typing import Any, NamedTuple

from etf_analytics.funds import Fund
from etf_analytics.matching.clusters import MARK, MOST_COMPARED, Doubtful, clustered, ticker_first, united
from etf_analytics.matching.evidence import Evidence, Verdict, verdict
from etf_analytics.matching.keys import cluster_keys, is_single, slot_of
from etf_analytics.matching.links import linked
from etf_analytics.matching.names import Names, compare_names
from etf_analytics.matching.rekeyed import with_keys, with_weights
from etf_analytics.securities import UNCLASSIFIED, Security
from etf_common.codes import DoubtReason

# Prices this close are one security's whatever happened in between; others get a closer look.
_NEAR = 1.25
# Half of what one date allows.
_CLOSE = 1.015
# Some 3 s of CPU. Once a question has compared so many pairs of lines, tickers with more than a few different
# descriptions stay in doubt.
MOST_PAIRS = 600_000
_MOST_COMPARED_LATER = 8


def disambiguate(funds: Sequence[Fund]) -> list[Fund]:
    """The funds, in this order, with keys that are equal only where the securities are. Doubtful ones stay apart."""
    return read(funds).funds


def read(funds: Sequence[Fund], most_pairs: float | None = None) -> "Readings":
    """Both readings of funds prepared with the same `by`.

    `most_pairs`: for a caller who can wait longer than one for whom MOST_PAIRS is meant.
    """
    renamed: list[dict[str, str]] = [{} for _ in funds]
    doubts: list[Doubtful] = []
    crowds: list[tuple[DoubtReason, list[str]]] = []
    pairs_left = MOST_PAIRS if most_pairs is None else most_pairs
    for ticker, lines in _not_alike(funds).items():
        most = MOST_COMPARED if pairs_left > 0 else _MOST_COMPARED_LATER
        pairs_left -= min(len(lines), most) ** 2 // 2
        found = clustered([security.evidence for _, security in lines], funds[0].by, most)
        order = sorted(range(len(found.clusters)), key=lambda number: not _is_known(lines, found.clusters[number]))
        ordered = [[lines[member][1].evidence for member in found.clusters[number]] for number in order]
        keys = dict(zip(order, cluster_keys(ticker, ordered), strict=True))
        for number, members in enumerate(found.clusters):
            for member in members:
                place, security = lines[member]
                if security.key != keys[number]:
                    renamed[place][security.key] = keys[number]
        if found.crowded:
            crowds.append((found.crowded, [*keys.values()]))
        else:
            doubts += [Doubtful(keys[one], keys[other], why) for one, other, why in found.doubts]
    apart = [with_keys(fund, own) if own else fund for fund, own in zip(funds, renamed, strict=True)]
    links = linked(apart)
    if links.same:
        apart = [with_keys(fund, _present(fund, links.same)) for fund in apart]
    settled = links.same
    moved = (Doubtful(settled.get(one, one), settled.get(other, other), why) for one, other, why in doubts)
    pairs = dict.fromkeys(pair for pair in (*moved, *links.doubts) if pair.one != pair.other)
    groups = tuple(Crowd(why, tuple(dict.fromkeys(settled.get(key, key) for key in keys))) for why, keys in crowds)
    return Readings(apart, tuple(pairs), groups)


def is_fund(line: Evidence, fund: Fund) -> bool:
    """Whether a held line with the symbol of a fund here is that fund: neither its name nor its price contradicts."""
    return verdict(line, _evidence(fund))[0] is not Verdict.DIFFERENT


def is_named_as_fund(line: Evidence, fund: Fund) -> bool:
    """The same of a line that its list does not call a fund: its name must agree as well."""
    names = compare_names(fund.symbol, line.name or "", fund.name or "")
    return names is Names.AGREE and is_fund(line, fund)


def _evidence(fund: Fund) -> Evidence:
    """What the fund's own page says of it."""
    price, as_of = fund.summary.get("last_price"), fund.summary.get("as_of")
    try:
        day = date.fromisoformat((as_of or fund.holdings_as_of)[:10])
    except ValueError:
        day = None
    return Evidence(fund.symbol, fund.name, "etf", price if price and price > 0 else None, None, None, day)


class Crowd(NamedTuple):
    """Keys of one ticker, all of which may be one security, and why."""

    why: DoubtReason
    keys: tuple[str, ...]


@dataclass(frozen=True, eq=False)
class Readings:
    """Funds with doubtful lines apart, and how to merge them."""

    funds: list[Fund]
    pairs: tuple[Doubtful, ...]
    """Pairs of keys that may be one security."""
    crowds: tuple[Crowd, ...] = ()
    """Groups that take the place of their many pairs. No key is in two of them."""

    def merged(self, places: Sequence[int], *, weights_only: bool = False) -> "Merged | None":
        """The other reading of some of the funds, by their places; None if nothing is in doubt among them.

        `weights_only`: of all that the funds say of their securities, only the weights, which is much quicker.
        """
        funds = [self.funds[place] for place in places]
        crowds = tuple(self._crowds_among(places))
        keys = united((self._stands_for(pair.one), self._stands_for(pair.other)) for pair in self._pairs_among(places))
        ranked = self._ranked(funds)
        if not keys and not crowds and not any(ranked):
            return None
        if weights_only and not keys and not any(ranked):
            alike = [self._crowded_fund(place, crowds) for place in places]
            return Merged([fund for fund, _ in alike], funds, [own for _, own in alike])
        renamed = [
            {
                **{key: keys.get(top, top) for key, top in self._crowded(place, crowds).items()},
                **_present(fund, keys),
                **own,
            }
            for place, fund, own in zip(places, funds, ranked, strict=True)
        ]
        as_merged = with_weights if weights_only else with_keys
        return Merged([as_merged(fund, own) for fund, own in zip(funds, renamed, strict=True)], funds, renamed)

    def described(self, places: Sequence[int] | None = None) -> list[dict[str, Any]]:
        """What is in doubt among some of the funds, or all: the names, their symbol, and the funds that list them."""
        chosen = range(len(self.funds)) if places is None else places
        funds = [self.funds[place] for place in chosen]
        return [
            *(_described(pair, funds) for pair in self._pairs_among(chosen)),
            *(self._described_crowd(number, funds) for number in self._crowds_among(chosen)),
            *self._described_pools(funds),
        ]

    def described_of(self, keys: Collection[str]) -> list[dict[str, Any]]:
        """What is in doubt about some securities, those that weigh nothing included."""
        pairs = [pair for pair in self.pairs if pair.one in keys or pair.other in keys]
        crowds = [number for number, crowd in enumerate(self.crowds) if not set(crowd.keys).isdisjoint(keys)]
        return [
            *(_described(pair, self.funds) for pair in pairs),
            *(self._described_crowd(number, self.funds) for number in crowds),
        ]

    @cached_property
    def _crowd_of(self) -> dict[str, int]:
        """By key: the number of its crowd."""
        return {key: number for number, crowd in enumerate(self.crowds) for key in crowd.keys}

    def narrowed(self, which: Sequence[bool], keys: Set[str]) -> "Readings":
        """The readings in which some of the funds have only these securities, and those that may be one with them."""
        if not any(which):
            return self
        together = united((*((pair.one, pair.other) for pair in self.pairs), *_of_crowds(self.crowds)))
        tops = {together.get(key, key) for key in keys}
        kept = {*keys, *(key for key, top in together.items() if top in tops), *tops}
        funds = [_only(fund, kept) if narrow else fund for fund, narrow in zip(self.funds, which, strict=True)]
        return replace(self, funds=funds)

    @cached_property
    def _tops(self) -> list[str]:
        """By crowd: the key that stands for all its keys."""
        return [min(crowd.keys, key=ticker_first) for crowd in self.crowds]

    def _stands_for(self, key: str) -> str:
        return self._tops[self._crowd_of[key]] if key in self._crowd_of else key

    def _crowds_among(self, places: Sequence[int]) -> list[int]:
        """The crowds of which the funds count more than one security."""
        counted: set[str] = set().union(*(self._counted_in_crowds[place] for place in places))
        sizes = Counter(map(self._crowd_of.__getitem__, counted))
        return sorted(number for number, size in sizes.items() if size > 1)

    @cached_property
    def _counted_in_crowds(self) -> list[Set[str]]:
        """Per fund: the keys of crowds that count."""
        return [self._crowd_of.keys() & fund.weights.keys() if self.crowds else set() for fund in self.funds]

    def _crowded(self, place: int, crowds: Collection[int]) -> dict[str, str]:
        """The new keys of one fund's securities in these crowds."""
        if not crowds:
            return {}
        chosen, listed = set(crowds), self._crowd_of.keys() & self.funds[place].securities.keys()
        return {key: self._tops[number] for key in listed if (number := self._crowd_of[key]) in chosen}

    def _crowded_fund(self, place: int, crowds: tuple[int, ...]) -> tuple[Fund, dict[str, str]]:
        """A fund with the weights that it has if each of these crowds is one security, and the new keys.

        The same in most pairs of a matrix, so it is kept.
        """
        known = self._crowded_funds
        if (place, crowds) not in known:
            own = self._crowded(place, crowds)
            known[place, crowds] = (with_weights(self.funds[place], own), own)
        return known[place, crowds]

    @cached_property
    def _crowded_funds(self) -> dict[tuple[int, tuple[int, ...]], tuple[Fund, dict[str, str]]]:
        return {}

    def _described_crowd(self, number: int, funds: Sequence[Fund]) -> dict[str, Any]:
        crowd = self.crowds[number]
        listed = [(fund, [fund.securities[key] for key in crowd.keys if key in fund.securities]) for fund in funds]
        lines = [line for _, own in listed for line in own]
        return {
            "symbol": next((line.symbol for line in lines if line.symbol), None),
            "names": [*dict.fromkeys(line.name for line in lines)],
            "funds": [fund.symbol for fund, own in listed if own],
            "why": crowd.why,
        }

    def _pairs_among(self, places: Sequence[int]) -> list[Doubtful]:
        """The pairs of which the funds count both sides, one each or one of them both."""
        if not self.pairs:
            return []
        first, second = (set[int]().union(*(self._sides[place][side] for place in places)) for side in (0, 1))
        return [self.pairs[number] for number in sorted(first & second)]

    @cached_property
    def _sides(self) -> list[tuple[set[int], set[int]]]:
        """Per fund: the numbers of the pairs of which it counts the one side, and the other."""
        return [
            (
                {number for number, pair in enumerate(self.pairs) if pair.one in fund.weights},
                {number for number, pair in enumerate(self.pairs) if pair.other in fund.weights},
            )
            for fund in self.funds
        ]

    @cached_property
    def _pools(self) -> dict[int, dict[str, list[str]]]:
        """By the identity of each fund: the keys that count of each pool, largest weight first.

        Without the pools in which every line of every fund is identified: there is nothing to match in them.
        """
        found: dict[int, dict[str, list[str]]] = {}
        unclear = {pool for fund in self.funds for key, pool in fund.pools.items() if is_single(key)}
        for fund in self.funds:
            pools: dict[str, list[str]] = {}
            # The weights are in order, but for the pools most funds have nothing to look up.
            for key in filter(fund.pools.__contains__, fund.weights) if fund.pools and unclear else ():
                if (pool := fund.pools[key]) in unclear:
                    pools.setdefault(pool, []).append(key)
            found[id(fund)] = pools
        return found

    def _open_pools(self, funds: Sequence[Fund]) -> dict[str, list[tuple[int, list[str]]]]:
        """By pool: the keys in each of the funds that can be another fund's, by the funds' places.

        Identified lines take part only where another fund has unidentified ones that they can be; those that two funds
        have in common already do not.
        """
        pools: dict[str, list[tuple[int, list[str]]]] = {}
        for place, fund in enumerate(funds):
            for pool, keys in self._pools[id(fund)].items():
                pools.setdefault(pool, []).append((place, keys))
        found = {}
        for pool, sides in pools.items():
            unidentified = {place for place, keys in sides if any(is_single(key) for key in keys)}
            if len(sides) < 2 or not unidentified:
                continue
            shared = set(sides[0][1]).intersection(sides[1][1]) if len(sides) == 2 else set()
            taking = [
                (place, [key for key in keys if is_single(key) or (unidentified - {place} and key not in shared)])
                for place, keys in sides
            ]
            if sum(bool(keys) for _, keys in taking) > 1:
                found[pool] = taking
        return found

    def _ranked(self, funds: Sequence[Fund]) -> list[dict[str, str]]:
        """New keys for lines that cannot be told from others: the k-th largest of every fund become one.

        No other way to match them has larger sums of minima, of products or of squares (rearrangement inequality).
        """
        renamed: list[dict[str, str]] = [{} for _ in funds]
        for pool, sides in self._open_pools(funds).items():
            for place, keys in sides:
                renamed[place].update({key: f"{_POOL}{pool}{MARK}{rank}" for rank, key in enumerate(keys)})
        return renamed

    def _described_pools(self, funds: Sequence[Fund]) -> list[dict[str, Any]]:
        found = []
        for pool, sides in self._open_pools(funds).items():
            why = DoubtReason.BOND_NOT_IDENTIFIED if pool == "bond" else DoubtReason.NAME_NOT_UNIQUE
            names = [funds[place].securities[key].name for place, keys in sides for key in keys if is_single(key)]
            listing = [funds[place].symbol for place, keys in sides if keys]
            found.append({"symbol": None, "names": [*dict.fromkeys(names)], "funds": listing, "why": why})
        return found


@dataclass(frozen=True, eq=False)
class Merged:
    """Some funds as they are if all doubtful lines are one security."""

    funds: list[Fund]
    apart: list[Fund]
    renamed: list[dict[str, str]]

    @cached_property
    def keys(self) -> dict[str, str]:
        """By key of the other reading: the key in this one."""
        return {before: after for own in self.renamed for before, after in own.items()}

    def most_common(self) -> int:
        """The most securities that two funds can have in common: of what is merged, the smaller number of lines."""
        one, other = self.apart
        common = len(one.weights.keys() & other.weights.keys())
        sides = []
        for fund, own in zip(self.apart, self.renamed, strict=True):
            # Counted in C: a matrix of 30 funds has 435 pairs.
            counts = Counter(map(own.__getitem__, filter(fund.weights.__contains__, own)))
            counts.update(new for new in self._targets if new in fund.weights and new not in own)
            sides.append(counts)
        already: dict[str, int] = {}
        for key in one.weights.keys() & other.weights.keys():
            if (new := self.keys.get(key, key)) in self._targets:
                already[new] = already.get(new, 0) + 1
        return common + sum(min(sides[0][new], sides[1][new]) - already.get(new, 0) for new in self._targets)

    @cached_property
    def _targets(self) -> set[str]:
        return set(self.keys.values())

    def ceilings(self, shares: Sequence[float]) -> dict[str, float]:
        """By key of the other reading: the most that doubtful lines add to it, for funds with these shares of a whole.

        In a pool a line can be any of another fund's, so it gains at most the largest one of each.
        """
        total: dict[str, float] = {}
        for fund, share in zip(self.apart, shares, strict=True):
            for key in fund.weights:
                if key in self.doubtful:
                    total[key] = total.get(key, 0.0) + share * fund.weights[key]
        united: dict[str, float] = {}
        for key, weight in total.items():
            united[self.keys.get(key, key)] = united.get(self.keys.get(key, key), 0.0) + weight
        largest = self._largest(shares)
        found: dict[str, float] = {}
        for key, weight in total.items():
            new = self.keys.get(key, key)
            pool = _pool_of(new)
            if pool is None:
                found[key] = united[new] - weight
            else:
                found[key] = sum(most for place, most in largest[pool].items() if key not in self.apart[place].weights)
        return {key: gain for key, gain in found.items() if gain > 0}

    @cached_property
    def doubtful(self) -> set[str]:
        """The keys of both readings that are in doubt."""
        return self.keys.keys() | self._targets

    def _largest(self, shares: Sequence[float]) -> dict[str, dict[int, float]]:
        found: dict[str, dict[int, float]] = {}
        for place, (fund, own, share) in enumerate(zip(self.apart, self.renamed, shares, strict=True)):
            for key, new in own.items():
                if (pool := _pool_of(new)) is not None:
                    of_pool = found.setdefault(pool, {})
                    of_pool[place] = max(of_pool.get(place, 0.0), share * fund.weights.get(key, 0.0))
        return found


def _of_crowds(crowds: Iterable[Crowd]) -> Iterator[tuple[str, str]]:
    for crowd in crowds:
        first, *others = crowd.keys
        yield from ((first, other) for other in others)


def _only(fund: Fund, keys: Set[str]) -> Fund:
    """The fund with only those of its securities that are among the keys."""
    chosen = fund.securities.keys() & keys
    return replace(
        fund,
        weights={key: weight for key, weight in fund.weights.items() if key in chosen},
        held_funds=tuple(key for key in fund.held_funds if key in chosen),
        securities={key: security for key, security in fund.securities.items() if key in chosen},
        holdings={key: rows for key, rows in fund.holdings.items() if key in chosen},
        pools={key: pool for key, pool in fund.pools.items() if key in chosen},
    )


def _pool_of(key: str) -> str | None:
    return key[len(_POOL) :].rpartition(MARK)[0] if key.startswith(_POOL) else None


_POOL = f"{MARK}pool{MARK}"


def _not_alike(funds: Sequence[Fund]) -> dict[str, list[tuple[int, Security]]]:
    """By ticker, for tickers that are not described alike everywhere: the place of the fund, and its security."""
    first: dict[str, Security] = {}
    isins: dict[str, str] = {}
    slots: set[str] = set()
    for fund in funds:
        for key, security in fund.securities.items():
            known = first.setdefault(key, security)
            if known is not security and not _alike(known, security):
                slots.add(slot_of(key))
            # The first one may have none, and then says nothing of the others'.
            isin = security.evidence.isin
            if isin and isins.setdefault(key, isin) != isin:
                slots.add(slot_of(key))
    # Those that their own fund has told apart already.
    slots.update(slot for key in first if MARK in key and (slot := slot_of(key)) != key)
    found: dict[str, list[tuple[int, Security]]] = {}
    for place, fund in enumerate(funds if slots else ()):
        for key, security in fund.securities.items():
            # Most keys are tickers, and their own slot.
            slot = slot_of(key) if MARK in key else key
            if slot in slots:
                found.setdefault(slot, []).append((place, security))
    return found


def _alike(one: Security, other: Security) -> bool:
    """Whether two securities with one key need no closer look, unless their ISINs differ.

    Either their names are equal and no price speaks against them, or their prices tell that they are one. Close to the
    first of a key, all are close to each other.
    """
    first, second = one.price, other.price
    if one.label == other.label and one.label:
        return first is None or second is None or (first < second * _NEAR and second < first * _NEAR)
    if first is None or second is None:
        return False
    if not one.evidence.as_of or not other.evidence.as_of or (one.form != other.form and one.form and other.form):
        return False
    return one.asset_class == other.asset_class and first < second * _CLOSE and second < first * _CLOSE


def _described(pair: Doubtful, funds: Sequence[Fund]) -> dict[str, Any]:
    # In the order of the funds: the keys depend on what other funds list.
    found = [
        next((place, fund.securities[key]) for place, fund in enumerate(funds) if key in fund.securities)
        for key in (pair.one, pair.other)
    ]
    lines = [line for _, line in sorted(found, key=lambda entry: entry[0])]
    return {
        "symbol": lines[0].symbol or lines[1].symbol,
        "names": [line.name for line in lines],
        "funds": [fund.symbol for fund in funds if pair.one in fund.securities or pair.other in fund.securities],
        "why": pair.why,
    }


def _is_known(lines: Sequence[tuple[int, Security]], members: Iterable[int]) -> bool:
    """Whether the sector table knows the company by this ticker."""
    return any(lines[member][1].sector != UNCLASSIFIED for member in members)


def _present(fund: Fund, keys: Mapping[str, str]) -> dict[str, str]:
    return {key: new for key, new in keys.items() if key in fund.securities}
