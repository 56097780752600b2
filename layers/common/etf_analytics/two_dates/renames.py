"""Lines that changed their symbol between two lists of one fund.

The known renames have one key already (`reference.renamed_companies`). Of others the lists themselves tell: a line that
went and a line that came are one security if they have one name and the shares moved as the fund's other lines did. One
of the two alone leaves it in doubt, and then neither was bought or sold as far as anybody can tell.
"""

from collections.abc import Sequence
from dataclasses import replace

from etf_analytics.matching.evidence import Verdict, compare_prices
from etf_analytics.reference.issuers import issuer_of
from etf_analytics.reference.sectors import sectors
from etf_analytics.securities import Security
from etf_analytics.two_dates.flow import Flow
from etf_analytics.two_dates.pairs import Pair, Pairs, described
from etf_common.codes import DoubtReason

# A number of shares with so many digits before its zeros is seldom another line's too.
_TELLING_DIGITS = 5


def with_renames(pairs: Pairs, flow: Flow, days: int | None, fund: str) -> Pairs:
    """The pairs in which a line with a new symbol is on both dates; `days` lie between the lists."""
    same, doubtful = _renames(pairs, flow, days)
    if not same and not doubtful:
        return pairs
    taken = {pair.key for found in (same, doubtful) for both in found for pair in both}
    united = [Pair(new.key, old.before, new.after) for old, new in same]
    entries = [
        described([line for line in (old.before, new.after) if line], fund, DoubtReason.RENAME_SUSPECTED)
        for old, new in doubtful
    ]
    return replace(
        pairs,
        both=[*pairs.both, *united],
        gone=[pair for pair in pairs.gone if pair.key not in taken],
        come=[pair for pair in pairs.come if pair.key not in taken],
        in_doubt=[*pairs.in_doubt, *(pair for both in doubtful for pair in both)],
        doubts=[*pairs.doubts, *entries],
    )


Found = list[tuple[Pair, Pair]]


def _renames(pairs: Pairs, flow: Flow, days: int | None) -> tuple[Found, Found]:
    """Lines that are one security, and lines that may be, as (gone, come)."""
    same: Found = []
    doubtful: Found = []
    taken: set[str] = set()
    for old, new in (*_by_name(pairs), *_by_shares(pairs, flow)):
        if old.key in taken or new.key in taken or not old.before or not new.after:
            continue
        if not old.before.symbol or not new.after.symbol or _are_siblings(old.before.symbol, new.after.symbol):
            continue
        prices = compare_prices(old.before.price, new.after.price, days)
        shares_follow = _follows(old, new, flow)
        names_equal = pairs.securities[old.key].label == pairs.securities[new.key].label != ""
        if names_equal and shares_follow and prices is not Verdict.DIFFERENT:
            same.append((old, new))
        elif prices is Verdict.SAME and (names_equal or not _are_known(pairs, old, new)):
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


def _are_siblings(one: str, other: str) -> bool:
    """Whether they are two share classes of one company, of which a fund may well sell one to buy the other."""
    return issuer_of(one) == issuer_of(other)


def _are_known(pairs: Pairs, old: Pair, new: Pair) -> bool:
    """Whether the sector table knows two companies by these symbols and names."""
    return all(_is_known(pairs.securities[pair.key]) for pair in (old, new))


def _is_known(security: Security) -> bool:
    line = {"symbol": security.symbol, "name": security.name, "asset_class": security.asset_class}
    return sectors().of(line) is not None
