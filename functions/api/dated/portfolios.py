"""The same portfolio looked through on two dates: each fund's newest list on or before each of them."""

import math

from api.computing import Computed, Computing
from api.dated.dates import WantedDates
from api.dated.funds import Asked, DatedFunds, Opened
from api.documents import Answer
from api.events import Request
from api.flat.change_tables import portfolio_changes_table
from api.lake.tables import TablesState
from api.portfolio_query import positions_of_body
from api.portfolios import Portfolios
from api.queries import by_query, format_query
from api.questions import computed_etag
from api.sources import Sources
from etf_analytics import Position, portfolio_changes, positions_of
from etf_common.freshness import last_holdings_date


class DatedPortfolios:
    """Look-throughs of two dates."""

    def __init__(self, sources: Sources, computing: Computing, funds: DatedFunds, portfolios: Portfolios) -> None:
        self._sources, self._computing, self._funds, self._portfolios = sources, computing, funds, portfolios

    def changes(self, request: Request) -> Answer:
        """The securities whose weight in the portfolio changed. Positions are given in USD or in proportions."""
        wanted = WantedDates.of(request.query, last_holdings_date(self._sources.now()))
        chosen, by = format_query(request.query), by_query(request.query)
        amounts, in_usd = positions_of_body(request.body(), self._sources.symbol_of)
        opened = self._funds.opened(Asked([*amounts], by, wanted), self._sources.catalogues.get())
        positions = positions_of(amounts, in_usd=in_usd)
        given_total = math.fsum(amounts.values())

        def computed(state: TablesState | None) -> Answer:
            return self._computed(positions, given_total, opened, state, chosen)

        return self._funds.answered(opened, computed)

    def _computed(
        self, positions: list[Position], given_total: float, opened: Opened, state: TablesState | None, chosen: str
    ) -> Answer:
        etag = computed_etag(
            *("portfolio changes", opened.by, chosen, given_total, *positions, state and state.etag), *opened.inputs
        )
        headers = self._funds.headers(opened, state)
        if kept := self._computing.kept(etag):
            return Answer(kept, headers)
        entries = self._funds.entries(opened, state)

        def compute() -> Computed:
            before, after = self._funds.lists(opened, state, entries)
            answer = portfolio_changes(positions, before, after, self._portfolios.check_securities)
            return {**answer, "given_total": given_total, "notes": opened.notes}

        return self._computing.answer(
            compute, etag, headers, chosen=chosen, table=portfolio_changes_table, name="portfolio-changes"
        )
