"""A fund's closing quotes around two holdings dates, from the quotes of its own snapshots.

A snapshot's quote is some days later than its holdings, so the close of a holdings date is in the snapshot of the one
or two dates before it.
"""

import logging
from collections.abc import Iterable, Iterator, Mapping
from concurrent.futures import ThreadPoolExecutor
from typing import Any, NamedTuple

from api.dated.snapshots import READS_AT_ONCE, Dates
from api.documents import StoredSnapshot
from api.kept import Kept
from api.questions import Turns
from api.snapshots import Snapshots
from etf_common.collector import paused_collector
from etf_common.dated_changes import FundHistory
from etf_common.errors import DamagedObjectError
from etf_common.lake import Lake, StoredObject, dated_key
from etf_common.table_keys import history_key

log = logging.getLogger("etf.api")
SNAPSHOTS_SEARCHED = 5
"""The quotes of so many snapshots are looked at for each date: its own and those before it."""
QUOTES_REMEMBERED = 20_000
Summary = Mapping[str, Any]


class Quotes(NamedTuple):
    """Where the quotes of a few snapshots come from. Snapshots are parsed when the summaries are asked for."""

    known: Mapping[str, Summary]
    """The summary by holdings date, where it is known already."""
    stored: Mapping[str, StoredSnapshot]
    """The snapshots that are still to be parsed, by holdings date."""
    etags: tuple[tuple[str, str], ...]
    """The snapshots that the quotes are of: (holdings date, ETag)."""


NO_QUOTES = Quotes({}, {}, ())


class FundQuotes:
    """Quotes by snapshot. They are taken from the fund's history in the tables, and without it from the snapshots."""

    def __init__(self, lake: Lake, snapshots: Snapshots, turns: Turns) -> None:
        self._lake, self._snapshots, self._turns = lake, snapshots, turns
        # By key and ETag: a quote never changes in one version of a snapshot.
        self._known: Kept[tuple[str, str], Summary] = Kept(QUOTES_REMEMBERED, lambda _: 1)

    def around(self, symbol: str, dates: Dates, days: Iterable[str]) -> Quotes:
        """The quotes that can be closes of these holdings dates. A snapshot that cannot be read has none."""
        return self.around_all({symbol: dates}, days)[symbol]

    def around_all(self, dates: Mapping[str, Dates], days: Iterable[str]) -> dict[str, Quotes]:
        """The same of several funds, by symbol, all of the same days; `dates` are those that each fund has."""
        days = list(days)
        searched = {
            symbol: sorted({near for day in days for near in _searched(own, day)}) for symbol, own in dates.items()
        }
        missing = [
            symbol
            for symbol, near in searched.items()
            if len(self._remembered(symbol, dates[symbol], near)) < len(near)
        ]
        for symbol, stored in self._histories(missing):
            self._remember_history(symbol, {day: dates[symbol][day] for day in searched[symbol]}, stored)
        return {symbol: self._found(symbol, dates[symbol], near) for symbol, near in searched.items()}

    def _found(self, symbol: str, dates: Dates, searched: list[str]) -> Quotes:
        known = self._remembered(symbol, dates, searched)
        stored = self._read(symbol, {day: dates[day] for day in searched if day not in known})
        etags = {day: stored[day].etag if day in stored else dates[day] for day in searched if day in {*known, *stored}}
        return Quotes(known, stored, tuple(etags.items()))

    def summaries(self, quotes: Quotes, parsed: Mapping[str, Summary]) -> list[Summary]:
        """The summary of each snapshot, by holdings date; those that are `parsed` already need no parsing."""
        found = dict(quotes.known)
        for day, snapshot in quotes.stored.items():
            try:
                found[day] = parsed[day] if day in parsed else snapshot.parsed()["summary"]
            except DamagedObjectError as error:
                log.error("damaged", extra={"why": error.message})
                continue
            self._known.put((snapshot.key, snapshot.etag), found[day])
        return [found[day] for day in sorted(found)]

    def _remembered(self, symbol: str, dates: Dates, days: Iterable[str]) -> dict[str, Summary]:
        found = {day: self._known.get((dated_key(symbol, day), dates[day])) for day in days}
        return {day: summary for day, summary in found.items() if summary is not None}

    def _histories(self, symbols: list[str]) -> Iterator[tuple[str, StoredObject]]:
        """The histories in the tables of those funds that have one."""

        def read(symbol: str) -> StoredObject | None:
            try:
                return self._lake.read_if_there(history_key(symbol))
            except DamagedObjectError as error:
                log.error("damaged", extra={"why": error.message})
                return None

        if len(symbols) <= 1:
            found = [*map(read, symbols)]
        else:
            with ThreadPoolExecutor(READS_AT_ONCE) as pool:
                found = [*pool.map(read, symbols)]
        return ((symbol, stored) for symbol, stored in zip(symbols, found, strict=True) if stored)

    def _remember_history(self, symbol: str, dates: Dates, stored: StoredObject) -> None:
        """Remember the quotes that the tables have of these dates, of those snapshots that are still the same."""
        try:
            with self._turns.take(), paused_collector():
                history = FundHistory.parse(stored.body, symbol)
        except DamagedObjectError as error:
            log.error("damaged", extra={"why": error.message})
            return
        for day, record in history.dates.items() if history else ():
            if record["etag"] == dates.get(day):
                self._known.put((dated_key(symbol, day), dates[day]), record["quote"])

    def _read(self, symbol: str, wanted: Mapping[str, str]) -> dict[str, StoredSnapshot]:
        """These snapshots by holdings date, without those that are damaged or were deleted meanwhile."""
        keys = {dated_key(symbol, day): day for day in wanted}
        current = {key: wanted[day] for key, day in keys.items()}
        try:
            found = self._snapshots.get_many(keys, current)
        except DamagedObjectError:
            found = {}
            for key in keys:
                try:
                    found |= self._snapshots.get_many([key], current)
                except DamagedObjectError as error:
                    log.error("damaged", extra={"why": error.message})
        return {keys[key]: snapshot for key, snapshot in found.items()}


def _searched(dates: Dates, day: str) -> list[str]:
    """The date and the last ones before it."""
    return [found for found in dates if found <= day][-SNAPSHOTS_SEARCHED:]
