"""Lines that went and lines that came which are one security, by what only two lists of one fund can show.

Between funds, a price that jumps tells two securities of one symbol apart, and two symbols are two securities but for
the known renames (`reference.renamed_companies`). One fund's shares say more: a line whose shares moved as the other
lines' did, or as in a split, is still the same line. Where only a part of the evidence speaks for it, the lines stay in
doubt, and neither was bought or sold as far as anybody can tell.
"""

import math
from collections.abc import Sequence
from dataclasses import replace

from etf_analytics.matching.evidence import Verdict, compare_prices
from etf_analytics.matching.keys import slot_of
from etf_analytics.matching.names import Names, compare_names
from etf_analytics.reference.issuers import issuer_of
from etf_analytics.reference.sectors import sectors
from etf_analytics.securities import Security
from etf_analytics.two_dates.flow import Flow
from etf_analytics.two_dates.pairs import Pair, Pairs, doubt_of
from etf_analytics.two_dates.splits import split_of
from etf_common.codes import DoubtReason

# A number of shares with so many digits before its zeros is seldom another line's too.
_TELLING_DIGITS = 5
# Weights of two decimals above this are exact to a tenth.
_LEAST_WEIGHT = 0.0005
_CONFIRMED_WITHIN = 0.2


def with_continued(pairs: Pairs, flow: Flow, days: int | None, fund: str) -> Pairs:
    """The pairs in which a line with a new symbol, or a price that jumped, is on both dates.

    `days` lie between the lists.
    """
    jumped_same, jumped = _jumps(pairs, flow)
    same, doubtful = _renames(pairs, flow, days, {pair.key for both in (*jumped_same, *jumped) for pair in both})
    same += jumped_same
    other_bonds = _other_bonds(pairs, flow)
    doubtful += other_bonds
    if not same and not doubtful and not jumped:
        return pairs
    apart = {old.key for old, _ in other_bonds}
    taken = {pair.key for found in (same, doubtful, jumped) for both in found for pair in both}
    united = [Pair(new.key, old.before, new.after) for old, new in same]
    entries = [
        doubt_of([line for line in (old.before, new.after) if line], [fund], why)
        for found, why in ((jumped, DoubtReason.PRICES_DIFFER), (doubtful, DoubtReason.RENAME_SUSPECTED))
        for old, new in found
    ]
    return replace(
        pairs,
        both=[*(pair for pair in pairs.both if pair.key not in apart), *united],
        gone=[pair for pair in pairs.gone if pair.key not in taken],
        come=[pair for pair in pairs.come if pair.key not in taken],
        in_doubt=[*pairs.in_doubt, *(pair for both in (*doubtful, *jumped) for pair in both)],
        doubts=[*pairs.doubts, *entries],
    )


Found = list[tuple[Pair, Pair]]


def _jumps(pairs: Pairs, flow: Flow) -> tuple[Found, Found]:
    """Lines of one symbol and one name, which only the price tells apart: one security, and those that may be."""
    by_slot: dict[str, list[Pair]] = {}
    for new in pairs.come if pairs.gone else ():
        by_slot.setdefault(slot_of(new.key), []).append(new)
    same: Found = []
    doubtful: Found = []
    for old in pairs.gone if by_slot else ():
        candidates = by_slot.get(slot_of(old.key), [])
        if len(candidates) == 1 and _names_agree(pairs.securities[old.key], pairs.securities[candidates[0].key]):
            new = candidates[0]
            (same if _is_split(old, new, flow) or _moved_as_listed(pairs, old, new, flow) else doubtful).append(
                (old, new)
            )
    return same, doubtful


def _names_agree(one: Security, other: Security) -> bool:
    return compare_names(one.symbol or "", one.name or "", other.name or "") is Names.AGREE


def _is_split(old: Pair, new: Pair, flow: Flow) -> bool:
    before, after = old.before, new.after
    if not before or not after or not before.shares or not after.shares or not before.price or not after.price:
        return False
    return split_of((flow.factor or 1.0) * before.shares, after.shares, after.price / before.price).ratio != 1.0


def _moved_as_listed(pairs: Pairs, old: Pair, new: Pair, flow: Flow) -> bool:
    """Whether the shares moved as the others' did, and the weight confirms the price: the market moved it."""
    before, after = old.before, new.after
    if not _follows(old, new, flow) or not before or not after:
        return False
    if not all(line.value_usd and (line.weight or 0.0) > _LEAST_WEIGHT for line in (before, after)):
        return False
    usd_by_weight = [
        math.fsum(line.value_usd or 0.0 for line in lines) / weight
        for lines in zip(*((pair.before, pair.after) for pair in pairs.both if pair.before and pair.after), strict=True)
        if (weight := math.fsum(line.weight or 0.0 for line in lines)) > 0
    ]
    if len(usd_by_weight) != 2:
        return False
    by_value = (after.value_usd or 0.0) / (before.value_usd or 1.0) * usd_by_weight[0] / usd_by_weight[1]
    by_weight = (after.weight or 0.0) / (before.weight or 1.0)
    return abs(by_weight / by_value - 1) <= _CONFIRMED_WITHIN


def _other_bonds(pairs: Pairs, flow: Flow) -> Found:
    """Bonds of one issuer, coupon and maturity, a note on one date and a bond on the other, whose shares do not follow.

    The Treasury's ten-year notes fall due on the days of its older thirty-year bonds.
    """
    return [
        (pair._replace(after=None), pair._replace(before=None))
        for pair in pairs.both
        if pair.before and pair.after and pair.before.asset_class == "bond" and pair.before.name != pair.after.name
        if {_kind_of_bond(pair.before.name), _kind_of_bond(pair.after.name)} == {True, False}
        if not _follows(pair, pair, flow)
    ]


def _kind_of_bond(name: str | None) -> bool | None:
    """Whether it is a note, and no bond; None if the name says neither, or both."""
    words = {word.rstrip("s") for word in (name or "").lower().split()}
    return None if ("note" in words) is ("bond" in words) else "note" in words


def _renames(pairs: Pairs, flow: Flow, days: int | None, taken: set[str]) -> tuple[Found, Found]:
    """Lines that are one security, and lines that may be, as (gone, come)."""
    same: Found = []
    doubtful: Found = []
    for old, new in (*_by_name(pairs), *_by_shares(pairs, flow)):
        if old.key in taken or new.key in taken or not old.before or not new.after:
            continue
        if not old.before.symbol or not new.after.symbol or are_siblings(old.before.symbol, new.after.symbol):
            continue
        prices = compare_prices(old.before.price, new.after.price, days)
        shares_follow = _follows(old, new, flow)
        names_equal = pairs.securities[old.key].label == pairs.securities[new.key].label != ""
        if names_equal and shares_follow and prices is not Verdict.DIFFERENT:
            same.append((old, new))
        elif prices is not Verdict.DIFFERENT if names_equal else _may_be_one(pairs, old, new, prices):
            doubtful.append((old, new))
        else:
            continue
        taken.update((old.key, new.key))
    return same, doubtful


def _by_name(pairs: Pairs) -> Found:
    """Lines of one name that is on one line of each date only."""
    gone, come = (_unique(own, pairs) for own in (pairs.gone, pairs.come))
    return [(gone[label], come[label]) for label in gone if label in come]


def _unique(own: Sequence[Pair], pairs: Pairs) -> dict[str, Pair]:
    found: dict[str, Pair] = {}
    often: set[str] = set()
    for pair in own:
        security = pairs.securities[pair.key]
        if security.label and not security.evidence.is_bond:
            if security.label in found:
                often.add(security.label)
            found[security.label] = pair
    return {label: pair for label, pair in found.items() if label not in often}


def _by_shares(pairs: Pairs, flow: Flow) -> Found:
    """Lines whose telling number of shares moved as the largest basket did."""
    by_shares: dict[int, list[Pair]] = {}
    for pair in pairs.come if flow.factor else ():
        if pair.after and pair.after.shares and _is_telling(pair.after.shares):
            by_shares.setdefault(round(pair.after.shares), []).append(pair)
    found = []
    for old in pairs.gone if by_shares else ():
        if old.before and old.before.shares and _is_telling(old.before.shares):
            expected = round(old.before.shares * (flow.factor or 1.0))
            near = [new for shares in (expected - 1, expected, expected + 1) for new in by_shares.get(shares, ())]
            found += [(old, near[0])] if len(near) == 1 else []
    return found


def _is_telling(shares: float) -> bool:
    return len(str(abs(round(shares))).rstrip("0")) >= _TELLING_DIGITS


def _follows(old: Pair, new: Pair, flow: Flow) -> bool:
    before, after = old.before and old.before.shares, new.after and new.after.shares
    return bool(before and after and flow.follows(before, after))


def are_siblings(one: str | None, other: str | None) -> bool:
    """Whether they are two share classes of one company, of which a fund may well sell one to buy the other."""
    return bool(one and other and issuer_of(one) == issuer_of(other))


def _may_be_one(pairs: Pairs, old: Pair, new: Pair, prices: Verdict) -> bool:
    """Whether lines of two names, whose shares follow, may be one security."""
    return prices is Verdict.SAME and not _are_known(pairs, old, new)


def _are_known(pairs: Pairs, old: Pair, new: Pair) -> bool:
    """Whether the sector table knows two companies by these symbols and names."""
    return all(_is_known(pairs.securities[pair.key]) for pair in (old, new))


def _is_known(security: Security) -> bool:
    line = {"symbol": security.symbol, "name": security.name, "asset_class": security.asset_class}
    return sectors().of(line) is not None
