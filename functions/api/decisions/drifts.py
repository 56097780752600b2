"""How far a portfolio has moved since a date: the lists and the closing quotes of both dates, and the answer."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from typing import Any

from api.catalogue import Catalogue
from api.computing import Computed, Computing
from api.dated.closes import FundQuotes, Quotes
from api.dated.dates import WantedDates
from api.dated.funds import Asked, DatedFunds, Opened
from api.dated.snapshots import Dates
from api.decisions.drift_body import DriftQuestion
from api.documents import Answer
from api.events import Request
from api.faults import UnknownPositionError
from api.flat.decision_tables import drift_table
from api.lake.tables import TablesState
from api.portfolios import Portfolios
from api.questions import computed_etag
from api.sources import Sources
from etf_analytics import Quoted, closing_quotes, portfolio_drift
from etf_common.exchange import close_of
from etf_common.freshness import last_holdings_date

NOTE = (
    "Weights move with the closing prices of the funds alone: what the funds distributed is not in them, and nothing "
    "is taken to have been bought or sold. A weight inside a fund also moves with what the fund traded."
)


@dataclass(frozen=True)
class Found:
    """What an answer is made of."""

    question: DriftQuestion
    first: str
    last: str
    sessions: tuple[date, date]
    """The days of both dates' closing quotes."""
    opened: Opened
    quotes: Mapping[str, Quotes]
    """By position that is a fund."""
    names: Mapping[str, str | None]
    """Of targets that are not held."""


class Drifts:
    """Drifts of portfolios, from the stored lists and quotes of two dates as they are now."""

    def __init__(
        self,
        sources: Sources,
        computing: Computing,
        funds: DatedFunds,
        quotes: FundQuotes,
        portfolios: Portfolios,
    ) -> None:
        self._sources, self._computing, self._funds = sources, computing, funds
        self._quotes, self._portfolios = quotes, portfolios

    def of_body(self, request: Request) -> Answer:
        """The drift of a portfolio whose positions are as of the earlier date."""
        question = DriftQuestion.of(
            request.query, request.body(), last_holdings_date(self._sources.now()), self._sources.symbol_of
        )
        found = self._found(question, self._sources.catalogues.get())
        return self._funds.answered(found.opened, lambda state: self._computed(found, state))

    def _found(self, question: DriftQuestion, catalogue: Catalogue) -> Found:
        """Raises UnknownPositionError, UnknownDateError and TooLargeError."""
        symbols = [held.symbol for held in question.purchases]
        names = _names(question, catalogue)
        known = catalogue.available | catalogue.refreshed
        asked = Asked(symbols, question.by, question.wanted)
        dates = self._funds.list_dates(asked, (symbol for symbol in symbols if symbol in known))
        first, last = _resolved(question.wanted, dates, last_holdings_date(self._sources.now()))
        asked = Asked(symbols, question.by, WantedDates(first, last), asked.listed)
        opened = self._funds.opened(asked, catalogue)
        sessions = _session(first), _session(last)
        own = {symbol: dates[symbol] for symbol in symbols if symbol in opened.pairs}
        quotes = self._quotes.around_all(own, [day.isoformat() for day in sessions])
        return Found(question, first, last, sessions, opened, quotes, names)

    def _computed(self, found: Found, state: TablesState | None) -> Answer:
        question, opened = found.question, found.opened
        etag = computed_etag(
            *("drift", question, found.first, found.last, found.names, state and state.etag),
            *(f"{symbol} {quotes.etags}" for symbol, quotes in found.quotes.items()),
            *opened.inputs,
        )
        headers = self._funds.headers(opened, state)
        if kept := self._computing.kept(etag):
            return Answer(kept, headers)
        entries = self._funds.entries(opened, state)

        def compute() -> Computed:
            closes = {
                symbol: closing_quotes(self._quotes.summaries(quotes, {})) for symbol, quotes in found.quotes.items()
            }
            answer = portfolio_drift(
                question.purchases,
                self._funds.lists(opened, state, entries),
                Quoted(found.sessions, closes),
                in_usd=question.in_usd,
                targets=question.targets,
                names=found.names,
                check_securities=self._portfolios.check_securities,
            )
            return {"from": found.first, "to": found.last, **answer, "notes": opened.notes, "note": NOTE}

        return self._computing.answer(
            compute, etag, headers, chosen=question.format, table=drift_table, name=f"drift-{found.first}-{found.last}"
        )


def _resolved(wanted: WantedDates, dates: Mapping[str, Dates], today: date) -> tuple[str, str]:
    """The two dates: by default the newest holdings date of any position, and the one before."""
    all_dates: Sequence[str] = sorted({day for own in dates.values() for day in own})
    newest = all_dates[-1] if all_dates else today.isoformat()
    last = wanted.last or max(newest, wanted.first or newest)
    first = wanted.first or max((day for day in all_dates if day < last), default=last)
    return first, last


def _session(day: str) -> date:
    """The last session of the exchange on or before a date."""
    found = date.fromisoformat(day)
    while close_of(found) is None:
        found -= timedelta(days=1)
    return found


def _names(question: DriftQuestion, catalogue: Catalogue) -> dict[str, str | None]:
    """The names of targets that are not held, as far as the tables have them. Raises UnknownPositionError."""
    held = {purchase.symbol for purchase in question.purchases}
    more = [symbol for symbol in question.targets or () if symbol not in held]
    if strangers := [symbol for symbol in more if symbol not in catalogue.available]:
        raise UnknownPositionError(
            f"{', '.join(strangers[:5])}: a target that is not among the positions is an ETF here; /api/etfs lists them"
        )
    records: Mapping[str, Any] = catalogue.tables.records if catalogue.tables else {}
    return {symbol: records[symbol]["row"]["name"] if symbol in records else None for symbol in more}
