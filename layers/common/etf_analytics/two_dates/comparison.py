"""What happened to each line between two dates: flow, a split, a trade, nothing, or what cannot be told."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import cached_property
from typing import NamedTuple

from etf_analytics.matching.evidence import Verdict, compare_prices
from etf_analytics.two_dates.continued import with_continued
from etf_analytics.two_dates.dated import DatedFund, Line
from etf_analytics.two_dates.flow import Flow, Move, flow_of, moved_by, rounding
from etf_analytics.two_dates.pairs import Pair, Pairs, pairs_of
from etf_analytics.two_dates.splits import NO_SPLIT, Split, split_of
from etf_common.codes import Reason

_FLOW_CLASSES = ("equity", "etf", "bond")
# A trade is larger than the rounding of a large line.
_NO_TRADE = 0.00005
_LEAST_REPEATED = 4
_SHARES_TO_WEIGHT = slice(3, 6)


class Change(NamedTuple):
    """A security on both dates."""

    pair: Pair
    split: float
    """New shares for each old one; 1.0 without a split."""
    traded: float | None
    """Shares bought, below 0 if sold; 0.0 if none were; None if that cannot be told."""
    untold: Reason | None
    """Why it cannot be told."""
    between: tuple[float, float] | None
    """The least and the most that can have been traded, where there are several baskets."""
    growth: float | None
    """The price after / the price before, the split taken out; None if it is not known."""
    unpriced: Reason | None
    """Why it is not known."""
    basket: int | None
    """The number of the basket that it moved with."""


@dataclass(frozen=True, eq=False)
class Comparison:
    """The lists of two dates. Made by `compare`."""

    before: DatedFund
    after: DatedFund
    pairs: Pairs
    flow: Flow
    no_factor: Reason | None
    """Why the flow has no factor."""
    changes: Sequence[Change]
    """One for each security that is on both dates."""

    @property
    def complete(self) -> bool:
        """Whether both lists are complete."""
        return self.before.head.complete and self.after.head.complete

    @property
    def lag_days(self) -> int | None:
        """The days between the lists; None if a date is unreadable."""
        return _days(self.before, self.after)

    @property
    def is_correction(self) -> bool:
        """Whether two different lists are of one date: then the one corrects the other, and nothing was traded."""
        return self.no_factor is Reason.SAME_DATE

    @property
    def is_one_list(self) -> bool:
        """Whether both are the same list of one date, so that nothing can have changed, whatever it leaves out."""
        return self.lag_days == 0 and not self.is_correction

    @cached_property
    def is_repeated(self) -> bool:
        """Whether the second list is the first under a later date: no price of any line moved."""
        priced = [change for change in self.changes if change.growth is not None]
        alone = self.pairs.gone or self.pairs.come or self.pairs.in_doubt
        if not self.lag_days or alone or len(priced) < _LEAST_REPEATED:
            return False
        return all(_is_equal(change.pair) for change in self.changes)

    @cached_property
    def uncounted(self) -> Sequence[tuple[Line, Line | None]]:
        """The cash and derivatives of the first date, each with the same on the second date."""
        after = self.after.uncounted_lines
        return [(line, after.get(key)) for key, line in self.before.uncounted_lines.items()]


def compare(before: DatedFund, after: DatedFund) -> Comparison:
    """One fund on two dates, the earlier first.

    Raises ValueError if they are two funds, prepared by issuer, or in the wrong order.
    """
    if before.head.symbol != after.head.symbol:
        raise ValueError(f"{before.head.symbol} and {after.head.symbol} are two funds")
    days = _days(before, after)
    if days is not None and days < 0:
        raise ValueError(f"{before.head.holdings_as_of} is after {after.head.holdings_as_of}")
    found = pairs_of(before, after)
    whole = before.head.complete and after.head.complete
    hidden = set() if whole else {pair.key for pair in found.both if _is_hidden(pair, before, after)}
    moving = [(pair, move) for pair in found.both if pair.key not in hidden and (move := _move(pair)) is not None]
    flow = flow_of([move for _, move in moving])
    no_factor = None if flow.factor else Reason.NO_COMMON_FACTOR
    if before.head.holdings_as_of == after.head.holdings_as_of:
        flow, no_factor = _of_one_date(found, flow)
    else:
        found = with_continued(found, flow, days, before.head.symbol)
    baskets: dict[str, int | None] = dict.fromkeys(pair.key for pair, _ in moving)
    for number, basket in enumerate(flow.baskets):
        baskets.update((moving[place][0].key, number) for place in basket.members)
    changes = [
        _unseen(pair) if pair.key in hidden else _change(pair, flow, baskets, no_factor, days) for pair in found.both
    ]
    return Comparison(before, after, found, flow, no_factor, changes)


def _days(before: DatedFund, after: DatedFund) -> int | None:
    return (after.day - before.day).days if before.day and after.day else None


def _is_hidden(pair: Pair, before: DatedFund, after: DatedFund) -> bool:
    """Whether a cut list leaves out a part of a security that has several lines."""
    one, other = pair.before, pair.after
    if not one or not other or one.parts == other.parts:
        return False
    return not (before if one.parts < other.parts else after).head.complete


def _unseen(pair: Pair) -> Change:
    return Change(pair, 1.0, None, Reason.PARTIAL_LIST, None, None, Reason.PARTIAL_LIST, None)


def _move(pair: Pair) -> Move | None:
    """The shares of a pair, if they can have moved as a basket's do."""
    before, after = pair.before and pair.before.shares, pair.after and pair.after.shares
    if not pair.before or not before or not after or (before < 0) is not (after < 0):
        return None
    return Move(before, after, pair.before.asset_class in _FLOW_CLASSES)


def _of_one_date(pairs: Pairs, flow: Flow) -> tuple[Flow, Reason | None]:
    """The flow between two lists of one date: none if they are equal, else one corrects the other."""
    if pairs.gone or pairs.come or pairs.in_doubt or not all(map(_is_equal, pairs.both)):
        return Flow(None, (), flow.compared), Reason.SAME_DATE
    return Flow(1.0, flow.baskets, flow.compared), None


def _is_equal(pair: Pair) -> bool:
    one, other = pair.before, pair.after
    return bool(one and other and one[_SHARES_TO_WEIGHT] == other[_SHARES_TO_WEIGHT])


def _change(
    pair: Pair, flow: Flow, baskets: Mapping[str, int | None], no_factor: Reason | None, days: int | None
) -> Change:
    before, after, basket = pair.before, pair.after, baskets.get(pair.key)
    assert before  # noqa: S101 - for the type checker: it is on both dates
    assert after  # noqa: S101 - as above
    growth = after.price / before.price if before.price and after.price else None
    if (basket == 0 and growth and before.asset_class != "bond") or (no_factor is None and days == 0):
        return Change(pair, 1.0, 0.0, None, None, growth, None if growth else before.unpriced, basket)
    if before.shares is None or after.shares is None:
        unpriced = before.unpriced or after.unpriced
        return Change(pair, 1.0, None, Reason.SHARES_MISSING, None, growth, unpriced, None)
    # What the baskets were looked for in has one, or follows none; other lines were found to be on both dates later.
    is_new = pair.key not in baskets
    split = NO_SPLIT if basket == 0 else _split(before, after, flow.factor or 1.0, growth, is_new=is_new)
    if split.suspected:
        return Change(pair, 1.0, None, Reason.SPLIT_SUSPECTED, None, None, Reason.SPLIT_SUSPECTED, None)
    expected = before.shares * split.ratio
    growth = growth * split.ratio if growth is not None else None
    unpriced = before.unpriced or after.unpriced if growth is None else None
    if before.asset_class == "bond" and compare_prices(before.price, after.price, days) is Verdict.DIFFERENT:
        # Bonds are told without their prices, so nothing has looked at them yet.
        growth, unpriced = None, Reason.PRICE_JUMPED
    if basket is not None and split.ratio == 1.0:
        return Change(pair, 1.0, 0.0, None, None, growth, unpriced, basket)
    traded = _traded(before.shares, after.shares, split.ratio, flow, may_follow=is_new or split.ratio != 1.0)
    between = flow.left_over(expected, after.shares) if traded else None
    if between and between[0] < 0 < between[1]:
        return Change(pair, split.ratio, None, Reason.BASKETS_DISAGREE, between, growth, unpriced, None)
    untold = no_factor if traded is None else None
    return Change(pair, split.ratio, traded, untold, between, growth, unpriced, None)


def _split(before: Line, after: Line, factor: float, growth: float | None, *, is_new: bool) -> Split:
    """The split in a line. A bond has none, but its par value can be in other units on the second date."""
    if not before.shares or not after.shares or before.shares * after.shares <= 0:
        return NO_SPLIT
    is_bond = before.asset_class == "bond"
    if (is_new and moved_by(factor, before.shares, after.shares)) or (is_bond and growth is None):
        return NO_SPLIT
    found = split_of(factor * before.shares, after.shares, growth)
    return Split(suspected=found != NO_SPLIT) if is_bond else found


def _traded(before: float, after: float, split: float, flow: Flow, *, may_follow: bool) -> float | None:
    """The shares traded, from those before and after; None if the flow is not known."""
    if before * split == after:
        return 0.0  # whatever the others did, nobody touched it
    if flow.factor is None:
        return after if not before else None
    if may_follow and flow.follows(before, after, split):
        return 0.0
    growth = flow.factor * split
    traded = after - growth * before
    return 0.0 if abs(traded) <= max(rounding(growth), _NO_TRADE * abs(after)) else traded


def removed_shares(line: Line, comparison: Comparison) -> float | None:
    """The shares sold of a line that is not on the second date: those that the flow left of it."""
    factor = comparison.flow.factor
    return -factor * line.shares if factor is not None and line.shares is not None else None
