"""The records and statuses of all funds, as they are once what was read is in them."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, Self

from etf_common.newest import Newest
from tables.filings_reading import FilingsReading
from tables.fund_row import ExpenseRatioOf, expense_columns
from tables.lake_reading import LakeReading

Records = Mapping[str, Mapping[str, Any]]


@dataclass(frozen=True)
class State:
    """By symbol, in order: what tables/newest.json says of the funds."""

    records: Records
    statuses: Mapping[str, Any]
    status_etags: Mapping[str, str]
    kept: frozenset[str]
    """The funds whose lines come from the earlier build."""
    changed: frozenset[str]
    """The funds whose lines do not, those that are gone included."""
    filings: Mapping[str, Mapping[str, Any]]
    """The heads of the newest filings."""
    kept_filings: frozenset[str]
    """The symbols whose filing comes from the earlier build."""
    factors: Mapping[str, str]
    """Those of the config."""

    @classmethod
    def merged(
        cls,
        newest: Newest | None,
        reading: LakeReading,
        filings: FilingsReading,
        expense_ratio_of: ExpenseRatioOf,
        *,
        factors: Mapping[str, str],
        whole: bool,
    ) -> Self:
        """`whole`: nothing is taken from an earlier build but what could not be read now."""
        unread = reading.faults.keys()
        old = _only(newest.funds, unread if whole else None) if newest else {}
        gone = {symbol for symbol, etag in reading.etags.items() if etag is None}
        kept = old.keys() - gone - reading.records.keys()
        records = {**{symbol: old[symbol] for symbol in kept}, **reading.records}
        old_statuses = _only(newest.statuses, unread if whole else None) if newest else {}
        old_etags = _only(newest.status_etags, unread if whole else None) if newest else {}
        etags = {**old_etags, **reading.status_etags}
        statuses = {**old_statuses, **reading.statuses}
        old_filings = _only(newest.filings, filings.faults.keys() if whole else None) if newest else {}
        heads = {**old_filings, **filings.heads}
        return cls(
            {symbol: _with_expenses(records[symbol], expense_ratio_of(symbol)) for symbol in sorted(records)},
            {symbol: status for symbol in sorted(statuses) if (status := statuses[symbol]) is not None},
            {symbol: etag for symbol in sorted(etags) if (etag := etags[symbol]) is not None},
            frozenset(kept),
            frozenset(gone | reading.records.keys()),
            {symbol: head for symbol in sorted(heads) if (head := heads[symbol]) is not None},
            frozenset(old_filings.keys() - filings.heads.keys()),
            dict(factors),
        )

    def is_of(self, newest: Newest | None) -> bool:
        """Whether `newest` says all this already."""
        if newest is None:
            return False
        told = (newest.statuses, newest.status_etags)
        return (self.statuses, self.status_etags) == told and self.has_objects_of(newest)

    def has_objects_of(self, newest: Newest) -> bool:
        """Whether all objects that `newest` names say this already."""
        # Of factors also the order: it is that of the weights.
        told = (newest.funds, newest.filings, [*newest.factors.items()])
        return (self.records, self.filings, [*self.factors.items()]) == told


def _only(entries: Mapping[str, Any], symbols: Any) -> Mapping[str, Any]:
    if symbols is None:
        return entries
    return {symbol: entry for symbol, entry in entries.items() if symbol in symbols}


def _with_expenses(record: Mapping[str, Any], expense_ratio: Mapping[str, Any] | None) -> Mapping[str, Any]:
    return {**record, "row": {**record["row"], **expense_columns(expense_ratio)}}
