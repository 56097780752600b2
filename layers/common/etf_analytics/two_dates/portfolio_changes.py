"""What a portfolio holds through its funds on two dates, if its positions stay the same."""

import math
from collections.abc import Iterator, Mapping, Sequence
from itertools import chain
from typing import Any

from etf_analytics.funds import Fund, assumptions_of, dates_of, flaws_of
from etf_analytics.lookthrough import CheckSecurities, LookedThroughPortfolio, Position, look_through_dates
from etf_analytics.matching.keys import slot_of
from etf_analytics.matching.names import Names, compare_names
from etf_analytics.rendering import Bounds, Missing, Shown, change, percent, rendered
from etf_analytics.securities import Security
from etf_analytics.two_dates.continued import are_siblings
from etf_analytics.two_dates.pairs import described, doubt_of, may_be_one, unidentified
from etf_common.codes import DoubtReason, Reason

Row = dict[str, Any]
_LISTS = ("added", "removed", "increased", "decreased", "entered_the_list", "left_the_list", "undetermined")
# Less than any weight shows.
_NO_CHANGE = 5e-9
_RENAMED = DoubtReason.RENAME_SUSPECTED


def portfolio_changes(
    positions: Sequence[Position],
    before: Mapping[str, Fund],
    after: Mapping[str, Fund],
    check_securities: CheckSecurities | None = None,
) -> dict[str, Any]:
    """The securities whose weight in the portfolio changed between two dates, largest changes first.

    `before` and `after` are the funds by symbol on both dates; a fund that is not there on both dates stays closed on
    both, so that nothing changes only because a list is missing. Weights are in per cent of the portfolio, and bounds
    where a list is partial. Raises ValueError for a position that is neither a fund here nor a security of one.
    """
    shared = [symbol for symbol in before if symbol in after]
    first, second = ({symbol: funds[symbol] for symbol in shared} for funds in (before, after))
    pair = look_through_dates(positions, first, second, check_securities)
    dates = [_head(whole) for whole in pair]
    found = MatchedDates(*pair)
    flaw = pair[0].exposures.flaw or pair[1].exposures.flaw
    lists = dict.fromkeys(_LISTS, Missing(flaw)) if flaw else found.lists()
    shown = rendered(
        {
            "by": pair[0].by,
            "positions": [
                {"symbol": position.symbol, "weight_pct": percent(position.weight)} for position in positions
            ],
            "from": dates[0]["holdings_as_of"],
            "to": dates[1]["holdings_as_of"],
            "complete": found.complete,
            "assumptions": [*dict.fromkeys(text for date in dates for text in date["assumptions"])],
            "active_share_pct": Missing(flaw) if flaw else found.active_share(),
            "unchanged_count": Missing(flaw) if flaw else found.unchanged,
            **{name: rows for name, rows in lists.items() if isinstance(rows, Missing)},
        }
    )
    return {
        **shown,
        **{name: rows for name, rows in lists.items() if not isinstance(rows, Missing)},
        "doubts": found.doubts,
        "flaws": {"from": dates[0]["flaws"], "to": dates[1]["flaws"]},
    }


def _head(whole: LookedThroughPortfolio) -> dict[str, Any]:
    inside = [part.fund for part in whole.exposures.opened]
    dates = dates_of(inside)["holdings_as_of"]
    return {"holdings_as_of": dates, "assumptions": assumptions_of(inside), "flaws": flaws_of(inside)}


class MatchedDates:
    """The securities of a portfolio on both dates. The weights of its positions may differ between them."""

    def __init__(self, before: LookedThroughPortfolio, after: LookedThroughPortfolio) -> None:
        self._before, self._after = before, after
        self._first, self._second = before.exposures.weights, dict(after.exposures.weights)
        self._new_key = _continued(before, after)
        for key, old in self._new_key.items():
            self._second[old] = self._second.pop(key)
        self._gone, self._come = self._first.keys() - self._second.keys(), self._second.keys() - self._first.keys()
        self._renamed = list(self._new_symbols())
        self._unidentified = unidentified(_pools(before), _pools(after), sorted(self._gone), sorted(self._come))
        self._doubtful = {
            *may_be_one(before.readings, {*self._gone, *self._come}),
            *self._unidentified,
            *chain.from_iterable(self._renamed),
        } & {*self._first, *self._second}
        self.complete = all(part.fund.complete for whole in (before, after) for part in whole.exposures.opened)
        self._is_known = self.complete or _are_one(before, after)
        largest_first = sorted({**self._first, **self._second}, key=lambda key: (-abs(self._moved(key)), key))
        self._bounds = {key: self._bounds_of(key) for key in largest_first}

    @property
    def unchanged(self) -> int:
        """How many securities weigh the same on both dates."""
        return sum(self._list_of(key) is None for key in self._bounds)

    @property
    def doubts(self) -> list[dict[str, Any]]:
        """Which securities of the two dates may be one."""
        funds = [part.fund.symbol for part in self._after.exposures.opened]
        securities = {key: self._security(key) for key in self._unidentified}
        return [
            *self._before.readings.described_of({*self._gone, *self._come}),
            *described(self._unidentified, securities, funds),
            *(doubt_of([*map(self._security, pair)], funds, _RENAMED) for pair in self._renamed),
        ]

    def active_share(self) -> Shown:
        """Half the sum of the differences: the part of the portfolio that is another security than before."""
        if not self._is_known:
            return Missing(Reason.PARTIAL_LIST)
        if self._doubtful:
            return Missing(Reason.LINES_IN_DOUBT)
        return percent(math.fsum(abs(self._moved(key)) for key in self._bounds) / 2)

    def rows(self) -> list[Row]:
        """A row for each security, largest change first."""
        return [self._row(key) for key in self._bounds]

    def lists(self) -> dict[str, list[Row] | Missing]:
        """The rows by what happened to the security."""
        rows: dict[str, list[Row]] = {name: [] for name in _LISTS}
        for key in self._bounds:
            if (name := self._list_of(key)) is not None:
                rows[name].append(self._row(key))
        unknown = {} if self._is_known else dict.fromkeys(("added", "removed"), Missing(Reason.PARTIAL_LIST))
        return {**rows, **unknown}

    def _list_of(self, key: str) -> str | None:
        """The list that the security belongs to; None if its weight did not change."""
        if key in self._doubtful:
            return "undetermined"
        if key in self._come:
            return "added" if self._is_known else "entered_the_list"
        if key in self._gone:
            return "removed" if self._is_known else "left_the_list"
        low, high = self._change(key) or (0.0, 0.0)
        if abs(low) <= _NO_CHANGE and abs(high) <= _NO_CHANGE:
            return None
        return "increased" if low > 0 else "decreased" if high < 0 else "undetermined"

    def _moved(self, key: str) -> float:
        """The change of the listed weight."""
        return self._second.get(key, 0.0) - self._first.get(key, 0.0)

    def _change(self, key: str) -> Bounds | None:
        before, after = self._bounds[key]
        return change(after, before) if before and after else None

    def _row(self, key: str) -> Row:
        """A security; on a date on which a partial list may hide it, its weight is not known."""
        security, (before, after), moved = self._security(key), self._bounds[key], self._change(key)
        missing = Missing(Reason.PARTIAL_LIST)
        shown = rendered(
            {
                "symbol": security.symbol,
                "name": security.name,
                "weight_from_pct": percent(*before) if before else missing,
                "weight_to_pct": percent(*after) if after else missing,
                "change_pct": Missing(Reason.LINES_IN_DOUBT)
                if key in self._doubtful
                else percent(*moved)
                if moved
                else missing,
            }
        )
        reasons = shown.pop("reasons")
        return {**shown, "reasons": reasons} if reasons else shown

    def _bounds_of(self, key: str) -> tuple[Bounds | None, Bounds | None]:
        """The least and the most that the security weighs on each date; None if nothing limits it."""
        return (
            self._weight(self._first, self._before, key),
            self._weight(self._second, self._after, key),
        )

    def _weight(self, weights: Mapping[str, float], whole: LookedThroughPortfolio, key: str) -> Bounds | None:
        if key not in weights:
            return (0.0, 0.0) if self._is_known else None
        low = weights[key]
        return low, low if self._is_known else low + whole.exposures.ceilings.get(key, 0.0)

    def _new_symbols(self) -> Iterator[tuple[str, str]]:
        """Securities of one name and two symbols: nothing here tells a new symbol from another security."""
        by_label = {self._security(key).label: key for key in self._gone}
        for key in self._come if by_label else ():
            new = self._security(key)
            old = by_label.get(new.label) if new.label and not new.evidence.is_bond else None
            if old and not are_siblings(self._security(old).symbol, new.symbol):
                yield old, key

    def _security(self, key: str) -> Security:
        return (self._before if key in self._first else self._after).security(key)


def _are_one(before: LookedThroughPortfolio, after: LookedThroughPortfolio) -> bool:
    """Whether lists and positions are the same, so that what the lists leave out is the same too."""
    lists = [
        [
            (part.fund.symbol, part.fund.holdings_as_of, part.fund.weights, part.weight)
            for part in whole.exposures.opened
        ]
        for whole in (before, after)
    ]
    return lists[0] == lists[1]


def _pools(whole: LookedThroughPortfolio) -> dict[str, str]:
    return {key: pool for part in whole.exposures.opened for key, pool in part.fund.pools.items()}


def _continued(before: LookedThroughPortfolio, after: LookedThroughPortfolio) -> dict[str, str]:
    """By key of the second date: the key of the first, where only a jump of the price tells one name apart."""
    first, second = before.exposures.weights, after.exposures.weights
    gone: dict[str, list[str]] = {}
    for key in first.keys() - second.keys():
        gone.setdefault(slot_of(key), []).append(key)
    found = {}
    for key in second.keys() - first.keys() if gone else ():
        candidates = gone.get(slot_of(key), [])
        if len(candidates) == 1 and _is_named_alike(before.security(candidates[0]), after.security(key)):
            found[key] = candidates[0]
    return found


def _is_named_alike(one: Security, other: Security) -> bool:
    return compare_names(one.symbol or "", one.name or "", other.name or "") is Names.AGREE
