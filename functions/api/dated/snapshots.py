"""The dated snapshots and filings of funds: which dates there are, and those of two dates."""

from collections.abc import Iterable, Mapping
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from datetime import date
from typing import Any

from api.dated.dates import TwoDates
from api.documents import StoredSnapshot
from api.shapes import is_date
from api.snapshots import StoredLists
from etf_common.lake import Lake

READS_AT_ONCE = 10
Dates = Mapping[str, str]
"""The ETag of each dated snapshot, by holdings date, oldest first."""


@dataclass(frozen=True)
class Pair:
    """The snapshots of a fund's two dates, the earlier first; one snapshot where the dates are equal."""

    between: TwoDates
    before: StoredSnapshot
    after: StoredSnapshot
    is_newest: bool
    """Whether the later one is the newest that there is."""

    @property
    def note(self) -> str:
        """Why both are of one date; empty if they are not."""
        return self.between.note

    @property
    def by_date(self) -> tuple[tuple[str, StoredSnapshot], tuple[str, StoredSnapshot]]:
        """The snapshots by which date they are of."""
        return ("from", self.before), ("to", self.after)

    @property
    def lines(self) -> int:
        """How many lines both lists have together."""
        return self.before.lines + self.after.lines


class DatedSnapshots:
    """Dates come from one listing of each fund, so what is kept with a listed ETag is not read again.

    `folder` is where each symbol has a folder with one object for each date: `processed/` or `filings/`.
    """

    def __init__(self, lake: Lake, snapshots: StoredLists[Any], folder: str = "processed/") -> None:
        self._lake = lake
        self._snapshots = snapshots
        self._folder = folder

    def key(self, symbol: str, day: str) -> str:
        """The object of one date."""
        return f"{self._folder}{symbol}/{day}.json"

    def dates(self, symbol: str, today: date) -> Dates:
        """The dates of a fund. What is dated later than `today` was written by a wrong clock."""
        found = {}
        for key, etag in self._lake.entries(f"{self._folder}{symbol}/"):
            day = key.rpartition("/")[2].removesuffix(".json")
            if is_date(day) and day <= today.isoformat():
                found[day] = etag
        return found

    def dates_of_all(self, symbols: Iterable[str], today: date) -> dict[str, Dates]:
        """The dates of each fund that has any, in the same order."""
        symbols = list(symbols)
        if len(symbols) <= 1:
            listed = [self.dates(symbol, today) for symbol in symbols]
        else:
            with ThreadPoolExecutor(READS_AT_ONCE) as pool:
                listed = list(pool.map(lambda symbol: self.dates(symbol, today), symbols))
        return {symbol: dates for symbol, dates in zip(symbols, listed, strict=True) if dates}

    def pairs(self, chosen: Mapping[str, tuple[Dates, TwoDates]]) -> dict[str, Pair]:
        """The snapshots of the two dates of each fund; without a fund of which one was deleted meanwhile.

        Raises DamagedObjectError.
        """
        current = {
            self.key(symbol, day): dates[day]
            for symbol, (dates, between) in chosen.items()
            for day in (between.first, between.last)
        }
        found = self._snapshots.get_many(current, current)
        pairs = {}
        for symbol, (dates, between) in chosen.items():
            before, after = (found.get(self.key(symbol, day)) for day in (between.first, between.last))
            if before and after:
                pairs[symbol] = Pair(between, before, after, between.last == max(dates))
        return pairs
