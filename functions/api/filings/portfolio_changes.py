"""What changed in a portfolio between two filings of each of its funds."""

import math
from collections.abc import Mapping

from api.computing import Computed, Computing
from api.dated.dates import TwoDates, WantedDates, dates_up_to, no_list_up_to
from api.dated.snapshots import Dates, Pair
from api.documents import Answer
from api.events import Request
from api.faults import UnknownDateError
from api.filings.lists import FilingSources
from api.filings.portfolios import check_funds, refused
from api.flat.change_tables import portfolio_changes_table
from api.portfolio_query import positions_of_body
from api.queries import by_query, format_query
from api.questions import PreparedFunds, computed_etag
from etf_analytics import By, Fund, portfolio_changes, positions_of
from etf_common.freshness import last_holdings_date
from etf_common.symbols import is_etf_symbol


class FilingPortfolioChanges:
    """The same positions looked through by their funds' filings on or before two dates. All positions are funds."""

    def __init__(self, sources: FilingSources, computing: Computing, prepared: PreparedFunds) -> None:
        self._sources, self._computing, self._prepared = sources, computing, prepared

    def changes(self, request: Request) -> Answer:
        """The securities whose weight in the portfolio changed. Positions are given in USD or in proportions."""
        wanted = WantedDates.of(request.query, last_holdings_date(self._sources.now()))
        chosen, by = format_query(request.query), by_query(request.query)
        amounts, in_usd = positions_of_body(request.body(), self._sources.symbol_of)
        pairs = self._pairs(amounts, wanted)
        etag = computed_etag(
            *("portfolio changes", in_usd, by, chosen, *amounts.items(), *self._sources.basis_inputs),
            *(f"{symbol} {pair.between} {pair.before.etag} {pair.after.etag}" for symbol, pair in pairs.items()),
        )

        def compute() -> Computed:
            before, after = (self._on(when, pairs, by) for when in ("from", "to"))
            answer = portfolio_changes(positions_of(amounts, in_usd=in_usd), before, after, refused)
            answer["given_total"] = math.fsum(amounts.values())
            notes = {symbol: pair.note for symbol, pair in pairs.items() if pair.note}
            filings = {stored.key: stored for pair in pairs.values() for _, stored in pair.by_date}
            return {**answer, **self._sources.basis(filings.values()), "notes": notes}

        headers = self._sources.headers_between(pairs)
        return self._computing.answer(
            compute, etag, headers, chosen=chosen, table=portfolio_changes_table, name="portfolio-changes-filings"
        )

    def _pairs(self, amounts: Mapping[str, float], wanted: WantedDates) -> Mapping[str, Pair]:
        """The two filings of each fund, in one order whatever the positions are.

        Raises UnknownPositionError, UnknownDateError and TooLargeError.
        """
        today = last_holdings_date(self._sources.now())
        dates = self._sources.dated.dates_of_all(filter(is_etf_symbol, sorted(amounts)), today)
        check_funds(amounts, dates)
        chosen: dict[str, tuple[Dates, TwoDates]] = {}
        for symbol, own in dates.items():
            between = dates_up_to(symbol, [*own], wanted, self._sources.noun)
            if between is None:
                raise no_list_up_to(symbol, [*own], wanted, self._sources.noun)
            chosen[symbol] = own, between
        self._sources.check_lines(
            self._sources.dated.key(symbol, day)
            for symbol, (_, between) in chosen.items()
            for day in dict.fromkeys((between.first, between.last))
        )
        pairs = self._sources.pairs(chosen)
        if pairs.keys() != chosen.keys():
            raise UnknownDateError("filings of these funds are being deleted: try again in a moment")
        return pairs

    def _on(self, when: str, pairs: Mapping[str, Pair], by: By) -> dict[str, Fund]:
        return {symbol: self._prepared.get(dict(pair.by_date)[when], by) for symbol, pair in pairs.items()}
