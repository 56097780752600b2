"""Questions about two holdings dates of one fund: what it traded, and what drove its return."""

from collections.abc import Callable
from dataclasses import dataclass

from api.computing import Computed, Computing
from api.dated.closes import NO_QUOTES, FundQuotes
from api.dated.dates import WantedDates, dates_between
from api.dated.snapshots import Dates, Pair
from api.documents import Answer
from api.events import Request
from api.faults import TooLargeError, UnknownDateError
from api.flat.change_tables import attribution_table, changes_table
from api.formats import Table
from api.queries import format_query
from api.questions import MOST_LINES, computed_etag
from api.sources import Sources
from etf_analytics import attribution, closing_quotes, fund_changes, on_date
from etf_analytics.reference.sectors import sectors
from etf_common.freshness import last_holdings_date
from etf_common.symbols import canonical_security, is_etf_symbol

TRIES = 2
"""A snapshot can be deleted between the listing and the reading: then the dates are listed once more."""


@dataclass(frozen=True)
class Asked:
    """A question about two dates of a fund."""

    symbol: str
    dates: Dates
    """All dates of the fund."""
    pair: Pair
    format: str


class TwoDateQuestions:
    """The answers are computed from the two stored snapshots, or filings, as they are now.

    `quotes` may be None: then no quote of the fund is known.
    """

    def __init__(self, sources: Sources, computing: Computing, quotes: FundQuotes | None) -> None:
        self._sources, self._computing, self._quotes = sources, computing, quotes

    def changes(self, request: Request) -> Answer:
        """What a fund bought and sold between two dates."""
        asked = self._asked(request)

        def compute() -> Computed:
            before, after = _parsed(asked.pair)
            return self._told(fund_changes(on_date(before), on_date(after)), asked.pair)

        return self._answer("changes", asked, compute, changes_table)

    def attribution(self, request: Request) -> Answer:
        """What drove a fund's return between two dates."""
        asked = self._asked(request)
        between = asked.pair.between
        quotes = NO_QUOTES
        if self._quotes:
            quotes = self._quotes.around(asked.symbol, asked.dates, (between.first, between.last))

        def compute() -> Computed:
            both = _parsed(asked.pair)
            read = {day: snapshot["summary"] for day, snapshot in zip(between[:2], both, strict=True)}
            before, after = (on_date(snapshot, sector_of=sectors().of) for snapshot in both)
            closes = closing_quotes(self._quotes.summaries(quotes, read) if self._quotes else ())
            return self._told(attribution(before, after, closes), asked.pair)

        return self._answer("attribution", asked, compute, attribution_table, quotes.etags)

    def _asked(self, request: Request) -> Asked:
        """The question of a request.

        Raises BadQueryError, MalformedSymbolError, UnknownSymbolError, UnknownDateError, DamagedObjectError and
        TooLargeError.
        """
        today = last_holdings_date(self._sources.now())
        wanted, chosen = WantedDates.of(request.query, today), format_query(request.query)
        symbol = canonical_security(request.symbol)
        if not is_etf_symbol(symbol):
            self._sources.explain_missing(symbol)
        for _ in range(TRIES):
            dates = self._sources.dated.dates(symbol, today)
            if not dates:
                self._sources.explain_no_dates(symbol)
            between = dates_between(symbol, [*dates], wanted, self._sources.noun, self._sources.listed_at)
            if pair := self._sources.pairs({symbol: (dates, between)}).get(symbol):
                return Asked(symbol, dates, _small_enough(symbol, pair), chosen)
        raise UnknownDateError(f"{self._sources.noun}s of {symbol} are being deleted: try again in a moment")

    def _answer(
        self, name: str, asked: Asked, compute: Callable[[], Computed], table: Table, *inputs: object
    ) -> Answer:
        pair, between = asked.pair, asked.pair.between
        etag = computed_etag(
            *(name, asked.symbol, asked.format, *between, pair.before.etag, pair.after.etag, *inputs),
            *self._sources.basis_inputs,
        )
        file = f"{name}-{asked.symbol}-{between.first}-{between.last}{self._sources.file_suffix}"
        headers = self._sources.headers_between({asked.symbol: pair})
        return self._computing.answer(compute, etag, headers, chosen=asked.format, table=table, name=file)

    def _told(self, answer: Computed, pair: Pair) -> Computed:
        """The answer, with what it rests on, and why both dates are one."""
        lists = [pair.before] if pair.after is pair.before else [pair.before, pair.after]
        note = {"note": pair.note} if pair.note else {}
        return {**answer, **self._sources.basis(lists), **note}


def _small_enough(symbol: str, pair: Pair) -> Pair:
    """The pair. Raises TooLargeError."""
    if pair.lines > MOST_LINES:
        raise TooLargeError(
            f"the lists of {symbol} have {pair.lines} lines on the two dates, and one question may read {MOST_LINES}: "
            f"compare /api/etfs/{symbol}/holdings of both dates instead"
        )
    return pair


def _parsed(pair: Pair) -> tuple[Computed, Computed]:
    """The snapshots of both dates. Raises DamagedObjectError."""
    before = pair.before.parsed()
    return before, before if pair.after is pair.before else pair.after.parsed()
