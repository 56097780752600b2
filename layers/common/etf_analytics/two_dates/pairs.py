"""The lines of two dates side by side: which are one security, which are on one date only, and which are in doubt.

The rules are those that tell securities apart between funds (`identity.read`). What only two lists of one fund can show
is in `continued`.
"""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any, NamedTuple

from etf_analytics.funds import Fund
from etf_analytics.identity import Readings, read
from etf_analytics.matching.clusters import MARK
from etf_analytics.matching.keys import is_single
from etf_analytics.securities import Security
from etf_analytics.two_dates.alike import alike
from etf_analytics.two_dates.dated import DatedFund, Line
from etf_common.codes import DoubtReason


class Pair(NamedTuple):
    """A security on both dates; None on a date on which the list does not have it."""

    key: str
    before: Line | None
    after: Line | None


@dataclass(frozen=True)
class Pairs:
    """The securities of both lists."""

    both: Sequence[Pair]
    """On both dates, and one security without a doubt."""
    gone: Sequence[Pair]
    """On the first date only."""
    come: Sequence[Pair]
    """On the second date only."""
    in_doubt: Sequence[Pair]
    """Those of which it is not certain which line of the other date they are."""
    doubts: Sequence[Mapping[str, Any]]
    """What is in doubt, as in every answer."""
    securities: Mapping[str, Security]
    """By key, as the second date describes them, or else the first; without those that both dates describe alike."""


def pairs_of(before: DatedFund, after: DatedFund) -> Pairs:
    """The securities of both lists, matched by their keys; linear in the lines."""
    plain = alike(before.holdings, after.holdings)
    readings = read([before.fund(plain.before), after.fund(plain.after)])
    first, second = readings.funds
    one, other = first.securities, second.securities
    both = [key for key in one if key in other]
    gone = [key for key in one if key not in other]
    come = [key for key in other if key not in one]
    pools = unidentified(first.pools, second.pools, gone, come)
    told_here = {
        **_reclassified(first, gone, after),
        **_reclassified(second, come, before),
        **_bond_on_one_date(first, gone, second, come),
    }
    doubtful = {*may_be_one(readings, {*gone, *come}), *pools, *told_here}

    def pairs(keys: Iterable[str]) -> list[Pair]:
        return [
            Pair(
                key,
                before.line(first.holdings[key], one[key]) if key in one else None,
                after.line(second.holdings[key], other[key]) if key in other else None,
            )
            for key in keys
        ]

    securities = {**one, **other}
    return Pairs(
        both=[
            *[Pair(line["symbol"], before.plain_line(line), after.plain_line(later)) for line, later in plain.same],
            *pairs(key for key in both if key not in doubtful),
        ],
        gone=pairs(key for key in gone if key not in doubtful),
        come=pairs(key for key in come if key not in doubtful),
        in_doubt=pairs(key for key in securities if key in doubtful),
        doubts=[
            *readings.described_of({*gone, *come}),
            *described({**pools, **told_here}, securities, [first.symbol]),
        ],
        securities=securities,
    )


def may_be_one(readings: Readings, alone: set[str]) -> set[str]:
    """The keys that may be one with a line that is on one date only. Lines that are on both dates need no look."""
    found: set[str] = set()
    for pair in readings.pairs:
        if pair.one in alone or pair.other in alone:
            found.update((pair.one, pair.other))
    for crowd in readings.crowds:
        if not alone.isdisjoint(crowd.keys):
            found.update(crowd.keys)
    return found


def unidentified(
    before: Mapping[str, str], after: Mapping[str, str], gone: Iterable[str], come: Iterable[str]
) -> dict[str, DoubtReason]:
    """Lines that nothing identifies, and those of the other date that they can be.

    `before` and `after` are the pools of lines that go by no ticker (`Fund.pools`), `gone` and `come` the keys that are
    on one date only.
    """
    sides: dict[str, tuple[list[str], list[str]]] = {}
    for side, (pools, keys) in enumerate(((before, gone), (after, come))):
        for key in keys:
            if key in pools:
                sides.setdefault(pools[key], ([], []))[side].append(key)
    found = {}
    for pool, (left, right) in sides.items():
        why = DoubtReason.BOND_NOT_IDENTIFIED if pool == "bond" else DoubtReason.NAME_NOT_UNIQUE
        for own, others in ((left, right), (right, left)):
            unclear = any(map(is_single, others))
            found.update({key: why for key in own if others and (is_single(key) or unclear)})
    return found


def _reclassified(fund: Fund, keys: Sequence[str], on_other_date: DatedFund) -> dict[str, DoubtReason]:
    """Lines that stand among the other date's cash and derivatives: they were neither bought nor sold."""
    if not keys:
        return {}
    uncounted = {(line.symbol, line.name) for line in on_other_date.uncounted_lines.values()}
    return {
        key: DoubtReason.CLASS_CHANGED
        for key in keys
        if any((holding["symbol"], holding["name"]) in uncounted for holding in fund.holdings[key])
    }


def _bond_on_one_date(before: Fund, gone: Sequence[str], after: Fund, come: Sequence[str]) -> dict[str, DoubtReason]:
    """Lines of one symbol and name that are a bond on one date and none on the other, so no rule compares them."""
    if not gone or not come:
        return {}
    first, second = ({_as_listed(fund, key): key for key in keys} for fund, keys in ((before, gone), (after, come)))
    found = [(first[listed], second[listed]) for listed in first.keys() & second.keys()]
    return {
        key: DoubtReason.CLASS_CHANGED
        for pair in found
        if before.securities[pair[0]].evidence.is_bond is not after.securities[pair[1]].evidence.is_bond
        for key in pair
    }


def _as_listed(fund: Fund, key: str) -> tuple[str | None, str | None]:
    first = fund.holdings[key][0]
    return first["symbol"], first["name"]


def described(
    why: Mapping[str, DoubtReason], securities: Mapping[str, Security], funds: Sequence[str]
) -> list[dict[str, Any]]:
    """One entry for the lines of one symbol, or without one, that are in doubt for one reason."""
    groups: dict[tuple[str, DoubtReason], list[Security]] = {}
    for key, reason in why.items():
        groups.setdefault((key.partition(MARK)[0], reason), []).append(securities[key])
    return [doubt_of(lines, funds, reason) for (_, reason), lines in groups.items()]


def doubt_of(lines: Sequence[Security | Line], funds: Sequence[str], why: DoubtReason) -> dict[str, Any]:
    """An entry of `doubts`."""
    symbol = next((line.symbol for line in lines if line.symbol), None)
    return {"symbol": symbol, "names": [*dict.fromkeys(line.name for line in lines)], "funds": [*funds], "why": why}
