"""What a portfolio holds through its funds on two dates, if its positions stay the same."""

from collections.abc import Mapping, Sequence, Set
from typing import Any

from etf_analytics.funds import Fund, assumptions_of, dates_of, flaws_of
from etf_analytics.lookthrough import CheckSecurities, LookedThroughPortfolio, Position, look_through_dates
from etf_analytics.matching.keys import slot_of
from etf_analytics.matching.names import Names, compare_names
from etf_analytics.rendering import Bounds, Missing, change, percent, rendered
from etf_analytics.securities import Security
from etf_analytics.two_dates.continued import are_siblings
from etf_analytics.two_dates.pairs import described, may_be_one, unidentified
from etf_common.codes import DoubtReason, Reason

Row = dict[str, Any]
_LISTS = ("added", "removed", "increased", "decreased", "entered_the_list", "left_the_list", "undetermined")
# Less than any weight shows.
_NO_CHANGE = 5e-9


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
    found = _Matched(*pair)
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


class _Matched:
    """The securities of the portfolio on both dates."""

    def __init__(self, before: LookedThroughPortfolio, after: LookedThroughPortfolio) -> None:
        self._before, self._after = before, after
        self._first, self._second = before.exposures.weights, dict(after.exposures.weights)
        self._new_key = _continued(before, after)
        for key, old in self._new_key.items():
            self._second[old] = self._second.pop(key)
        gone, come = self._first.keys() - self._second.keys(), self._second.keys() - self._first.keys()
        why = {
            **unidentified(_pools(before), _pools(after), sorted(gone), sorted(come)),
            **self._renamed(gone, come),
        }
        self._doubtful = {*may_be_one(before.readings, {*gone, *come}), *why}
        self.complete = all(part.fund.complete for whole in (before, after) for part in whole.exposures.opened)
        securities = {key: self._security(key) for key in why}
        funds = [part.fund.symbol for part in after.exposures.opened]
        self.doubts = [*before.readings.described_of({*gone, *come}), *described(why, securities, funds)]
        rows = [(key, self._row(key)) for key in {**self._first, **self._second}]
        self._rows = sorted(rows, key=lambda row: (-abs(self._moved(row[0])), row[1]["symbol"] or "", row[0]))

    @property
    def unchanged(self) -> int:
        """How many securities weigh the same on both dates."""
        both = self._first.keys() & self._second.keys()
        return sum(abs(self._moved(key)) <= _NO_CHANGE and key not in self._doubtful for key in both)

    def active_share(self) -> Any:
        """Half the sum of the differences: the part of the portfolio that is another security than before."""
        if not self.complete:
            return Missing(Reason.PARTIAL_LIST)
        if self._doubtful & (self._first.keys() | self._second.keys()):
            return Missing(Reason.LINES_IN_DOUBT)
        return percent(sum(abs(self._moved(key)) for key, _ in self._rows) / 2)

    def lists(self) -> dict[str, list[Row] | Missing]:
        """The rows by what happened to the security."""
        found: dict[str, list[Row] | Missing] = {name: [] for name in _LISTS}
        if not self.complete:
            found["added"] = found["removed"] = Missing(Reason.PARTIAL_LIST)
        for key, row in self._rows:
            rows = found[name] if (name := self._list_of(key)) else None
            if isinstance(rows, list):
                rows.append(row)
        return found

    def _list_of(self, key: str) -> str | None:
        if key in self._doubtful:
            return "undetermined"
        if key not in self._first:
            return "added" if self.complete else "entered_the_list"
        if key not in self._second:
            return "removed" if self.complete else "left_the_list"
        moved = self._moved(key)
        return None if abs(moved) <= _NO_CHANGE else "increased" if moved > 0 else "decreased"

    def _moved(self, key: str) -> float:
        return self._second.get(key, 0.0) - self._first.get(key, 0.0)

    def _row(self, key: str) -> Row:
        """A security with its weights; on a date on which a partial list may hide it, its weight is not known."""
        security = self._security(key)
        bounds = [
            self._weight(weights, whole, key)
            for weights, whole in ((self._first, self._before), (self._second, self._after))
        ]
        before, after = bounds
        moved = percent(*change(after, before)) if before and after else Missing(Reason.PARTIAL_LIST)
        if key in self._doubtful:
            moved = Missing(Reason.LINES_IN_DOUBT)
        shown = rendered(
            {
                "symbol": security.symbol,
                "name": security.name,
                "weight_from_pct": percent(*before) if before else Missing(Reason.PARTIAL_LIST),
                "weight_to_pct": percent(*after) if after else Missing(Reason.PARTIAL_LIST),
                "change_pct": moved,
            }
        )
        reasons = shown.pop("reasons")
        return {**shown, "reasons": reasons} if reasons else shown

    def _weight(self, weights: Mapping[str, float], whole: LookedThroughPortfolio, key: str) -> Bounds | None:
        if key in weights:
            low = weights[key]
            return low, low + whole.exposures.ceilings.get(key, 0.0)
        return (0.0, 0.0) if self.complete else None

    def _renamed(self, gone: Set[str], come: Set[str]) -> dict[str, DoubtReason]:
        """Securities of one name with another symbol: nothing here tells a new symbol from a swap of share classes."""
        by_label: dict[str, str] = {}
        for key in gone:
            by_label[self._security(key).label] = key
        found = {}
        for key in come if by_label else ():
            new = self._security(key)
            old = by_label.get(new.label) if new.label and not new.evidence.is_bond else None
            if old and not are_siblings(self._security(old).symbol, new.symbol):
                found.update(dict.fromkeys((old, key), DoubtReason.RENAME_SUSPECTED))
        return found

    def _security(self, key: str) -> Security:
        return (self._before if key in self._first else self._after).security(key)


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
