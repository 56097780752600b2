"""What funds bought and sold on recent holdings dates, as a list and as feeds, from what the tables keep of each."""

import logging
from collections.abc import Callable, Mapping, Sequence
from contextlib import suppress
from datetime import date, timedelta
from typing import Any

from api.computing import Computed, Computing
from api.dated.atom import CONTENT_TYPE
from api.dated.change_feed import FEED_ENTRIES, feed_of, time_of
from api.dated.queries import ChangesQuery
from api.documents import Answer
from api.events import Request
from api.faults import TablesError
from api.flat.tables import changes_table
from api.kept import Kept
from api.lake.tables import NOT_BUILT, TablesState
from api.questions import computed_etag
from api.shapes import is_date
from api.sources import Sources
from etf_analytics.two_dates.digest import title_of
from etf_common.collector import paused_collector
from etf_common.dated_changes import HISTORY_WITH_ROWS, DateChanges, FundHistory
from etf_common.errors import DamagedObjectError, PipelineError
from etf_common.freshness import last_holdings_date
from etf_common.lake import Lake, ObjectNotFoundError
from etf_common.symbols import canonical_security, is_etf_symbol
from etf_common.table_keys import changes_key, changes_prefix, history_key

log = logging.getLogger("etf.api")
MOST_DATES = 40
"""The most holdings dates that one answer reads, an object each: the newest ones."""
DEFAULT_DAYS = 7
"""Without `since`, changes of so many days before the newest holdings date."""
FEED_DAYS = 92
"""A feed of all funds looks back so many days from the newest holdings date."""
FUND_ENTRIES = HISTORY_WITH_ROWS
"""The most entries of the feed of one fund."""
_DATES_COUNTED = 1000
_MORE_DATES = (
    f"only the newest {MOST_DATES} holdings dates are in this answer: /api/etfs/{{symbol}}/history has all dates of a "
    "fund"
)
_NOTHING_BUILT = "no changes are built yet: a fund has them from its second holdings date on"
_INTERNAL = ("etag_from", "etag_to", "changed_at")
Listed = tuple[str, str]
"""A holdings date and the ETag of its changes."""
Digest = Mapping[str, Any]


class RecentChanges:
    """The changes of all funds by holdings date, and those of one fund."""

    def __init__(self, sources: Sources, computing: Computing, lake: Lake) -> None:
        self._sources, self._computing, self._lake = sources, computing, lake
        self._counts: Kept[Listed, int] = Kept(_DATES_COUNTED, lambda _: 1)
        """How many funds a date has, so that a page far behind reads no date before it again."""

    def listed(self, request: Request) -> Answer:
        """The changes of all funds since a date, newest first."""
        query = ChangesQuery.of(request.query, self._today())
        return self._asked(lambda state: self._list(state, query))

    def _list(self, state: TablesState, query: ChangesQuery) -> Answer:
        since, found = self._since(state, query.since)
        dates, are_more = found[:MOST_DATES], len(found) > MOST_DATES
        nothing_built = not dates and not any(self._lake.keys(changes_prefix()))
        headers = self._sources.headers_of_all(state)

        def etag_of(unreadable: Sequence[str]) -> str:
            return computed_etag("changes", query, since, dates, are_more, nothing_built, unreadable)

        if kept := self._computing.kept(etag_of([])):
            return Answer(kept, headers)
        rows, unreadable = self._read(dates, query.offset, query.limit + 1)

        def compute() -> Computed:
            answer: Computed = {
                "since": since,
                "dates": [day for day, _ in dates],
                "changes": [_shown(digest) for digest in rows[: query.limit]],
                "next_offset": query.offset + query.limit if len(rows) > query.limit else None,
            }
            if unreadable:
                answer["unreadable_dates"] = unreadable
            if are_more or nothing_built:
                answer["note"] = _MORE_DATES if are_more else _NOTHING_BUILT
            return answer

        name = f"changes-since-{since}"
        return self._computing.answer(
            compute, etag_of(unreadable), headers, chosen=query.format, table=changes_table, name=name
        )

    def feed(self, _request: Request) -> Answer:
        """The newest changes of all funds as an Atom feed."""
        return self._asked(self._feed)

    def _feed(self, state: TablesState) -> Answer:
        dates = self._listed_dates(_days_before(self._newest(state), FEED_DAYS))[:MOST_DATES]
        headers = self._sources.headers_of_all(state)
        source = headers["X-Data-Source"]
        updated = time_of(None, dates[0][0]) if dates else time_of(state.newest.tables_as_of)

        def etag_of(unreadable: Sequence[str]) -> str:
            return computed_etag("feed", dates, source, updated, unreadable)

        if kept := self._computing.kept(etag_of([])):
            return Answer(kept, headers)
        rows, unreadable = self._read(dates, 0, FEED_ENTRIES)

        def write() -> bytes:
            return feed_of(rows, source=source, updated=updated)

        return Answer(self._computing.written(write, etag_of(unreadable), CONTENT_TYPE), headers)

    def feed_of_fund(self, request: Request) -> Answer:
        """The newest changes of one fund as an Atom feed."""
        symbol = canonical_security(request.symbol)
        if not is_etf_symbol(symbol):
            self._sources.explain_missing(symbol)
        state = self._state()
        record = state.newest.funds.get(symbol)
        if record is None and not self._sources.there([symbol]):
            self._sources.explain_missing(symbol)
        stored = self._lake.read_if_there(history_key(symbol))
        history = FundHistory.parse(stored.body, symbol) if stored else None
        if record is None or stored is None or history is None:
            if stored and history is None:
                log.error("history", extra={"why": f"{history_key(symbol)} was written by another release"})
            raise TablesError(f"the tables do not have the dates of {symbol} yet: try again in a few minutes")
        last = self._today().isoformat()
        days = [day for day in sorted(history.dates, reverse=True) if is_date(day) and day <= last]
        digests = [change for day in days if (change := history.dates[day]["change"])][:FUND_ENTRIES]
        updated = time_of(history.dates[days[0]]["fetched_at"], days[0]) if days else None
        headers = self._sources.headers({symbol: record["metadata"]})

        def write() -> bytes:
            return feed_of(digests, symbol=symbol, source=headers["X-Data-Source"], updated=updated)

        etag = computed_etag("fund feed", symbol, stored.etag, days[:1], headers["X-Data-Source"])
        return Answer(self._computing.written(write, etag, CONTENT_TYPE), headers)

    def _today(self) -> date:
        return last_holdings_date(self._sources.now())

    def _asked(self, answer: Callable[[TablesState], Answer]) -> Answer:
        """What `answer` makes of the tables; once more where a build replaced an object meanwhile."""
        state = self._state()
        with suppress(_ChangedError):
            return answer(state)
        try:
            return answer(state)
        except _ChangedError:
            raise TablesError("the tables are being built anew: try again in a minute") from None

    def _state(self) -> TablesState:
        found = self._sources.tables.state()
        if found is None:
            raise TablesError(NOT_BUILT)
        return found

    def _newest(self, state: TablesState) -> str:
        """The newest holdings date of any fund that can be right."""
        last = self._today().isoformat()
        days = (str(record["metadata"].get("holdings-as-of")) for record in state.records.values())
        return max((day for day in days if is_date(day) and day <= last), default=last)

    def _since(self, state: TablesState, asked: str | None) -> tuple[str, list[Listed]]:
        """The date that an answer begins with, and the dates since, newest first."""
        if asked:
            return asked, self._listed_dates(asked)
        found = self._listed_dates(_days_before(self._newest(state), DEFAULT_DAYS))
        # The changes of a date are written before the newest state tells of it.
        since = _days_before(found[0][0] if found else self._newest(state), DEFAULT_DAYS)
        return since, [listed for listed in found if listed[0] >= since]

    def _listed_dates(self, since: str) -> list[Listed]:
        """The dates since then that have changes, newest first; one that is in the future is left out."""
        last, start = self._today().isoformat(), changes_prefix()
        found = []
        for key, etag in self._lake.entries(start, after=changes_prefix(since)):
            day = key.removeprefix(start).partition("/")[0]
            if is_date(day) and day <= last and key == changes_key(day):
                found.append((day, etag))
        return found[::-1]

    def _read(self, dates: Sequence[Listed], offset: int, most: int) -> tuple[list[Digest], list[str]]:
        """At most so many changes after the first `offset`, by date and symbol, and the dates that cannot be read.

        Raises DamagedObjectError where no date can be read.
        """
        found: list[Digest] = []
        unreadable: list[str] = []
        for listed in dates:
            if len(found) >= most:
                break
            count = self._counts.get(listed)
            if count is not None and count <= offset:
                offset -= count
                continue
            digests = self._of_date(*listed)
            if digests is None:
                unreadable.append(listed[0])
                continue
            self._counts.put(listed, len(digests))
            found += digests[offset:]
            offset = max(0, offset - len(digests))
        if dates and len(unreadable) == len(dates):
            raise DamagedObjectError(f"{changes_key(dates[0][0])} and all other changes cannot be read")
        return found[:most], unreadable

    def _of_date(self, day: str, etag: str) -> list[Digest] | None:
        """The changes of a date by symbol; None, with a log, where they are damaged or another release wrote them.

        Raises _ChangedError if they are not those that were listed, of which the answer's ETag is made.
        """
        key = changes_key(day)
        try:
            stored = self._lake.read(key)
            if stored.etag != etag:
                raise _ChangedError(key)
            with paused_collector():
                found = DateChanges.parse(stored.body, day)
        except ObjectNotFoundError:
            raise _ChangedError(key) from None
        except DamagedObjectError as error:
            log.error("changes", extra={"why": error.message})
            return None
        if found is None:
            log.error("changes", extra={"why": f"{key} was written by another release"})
            return None
        return [found.funds[symbol] for symbol in sorted(found.funds)]


class _ChangedError(PipelineError):
    """An object is not what was listed a moment ago."""


def _days_before(day: str, days: int) -> str:
    return (date.fromisoformat(day) - timedelta(days=days)).isoformat()


def _shown(digest: Digest) -> dict[str, Any]:
    """A digest as it is answered: with its title, without what only the builds need."""
    shown = {name: value for name, value in digest.items() if name not in _INTERNAL}
    return {"title": title_of(digest), **shown}
