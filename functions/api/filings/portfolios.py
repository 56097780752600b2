"""Portfolios of funds looked through by their filings."""

import math
from collections.abc import Container, Iterable, Mapping, Sequence

from api.computing import Computed, Computing
from api.decisions.factors import without_factors
from api.documents import Answer
from api.events import Request
from api.faults import UnknownPositionError
from api.filings.blocks import portfolio_blocks, with_blocks
from api.filings.lists import FilingSources
from api.flat.portfolio_sheets import portfolio_sheets
from api.flat.tables import exposures_table
from api.portfolio_query import positions_of_body, positions_of_query
from api.questions import FundSet, PreparedFunds, Question
from etf_analytics import FiledPosition, Security, analyze_portfolio, filing_exposures, positions_of
from etf_analytics.reference.sectors import sectors
from etf_common.codes import Reason

_FEWER_FUNDS = "ask about fewer or smaller funds"


class FilingPortfolios:
    """Look-throughs of the newest filings. All positions are funds: filings tell few tickers of what they list."""

    def __init__(self, sources: FilingSources, computing: Computing, prepared: PreparedFunds) -> None:
        self._sources, self._computing, self._prepared = sources, computing, prepared

    def of_query(self, request: Request) -> Answer:
        """The look-through of a portfolio given as proportions."""
        return self._answer(
            request, positions_of_query(request.query.get("positions", ""), self._sources.symbol_of), in_usd=False
        )

    def of_body(self, request: Request) -> Answer:
        """The look-through of a portfolio given in USD or as proportions."""
        amounts, in_usd = positions_of_body(request.body(), self._sources.symbol_of)
        return self._answer(request, amounts, in_usd=in_usd)

    def _answer(self, request: Request, amounts: Mapping[str, float], *, in_usd: bool) -> Answer:
        question = Question.of(request.query)
        stored_filings = self._sources.newest(amounts)
        funds = FundSet(stored_filings, self._prepared, question.by)
        check_funds(amounts, funds.stored)
        funds.check_portfolio(len(amounts), _FEWER_FUNDS)
        funds.check_lag(question.max_lag_days)
        costs = self._sources.costs(amounts)

        def compute() -> Computed:
            answer = analyze_portfolio(
                positions_of(amounts, in_usd=in_usd),
                funds.funds(),
                expense_ratio_pct={symbol: cost["expense_ratio_pct"] for symbol, cost in costs.items()},
                sector_table=sectors().described,
                check_securities=refused,
            )
            answer["given_total"] = total = math.fsum(amounts.values())
            filed = [
                FiledPosition(symbol, amounts[symbol] / total, filing_exposures(stored.filing()))
                for symbol, stored in stored_filings.items()
            ]
            answer = with_blocks(answer, portfolio_blocks(filed, self._sources.now()))
            answer = with_blocks(answer, without_factors(Reason.NOT_ON_FILINGS))
            return {**answer, **self._sources.basis(funds.stored.values())}

        inputs = ("portfolio", in_usd, *amounts.items(), costs, *self._sources.basis_inputs)
        headers = self._sources.headers(funds.metadata)
        etag = funds.etag(*inputs, question.format)
        return self._computing.answer(
            compute,
            etag,
            headers,
            chosen=question.format,
            table=exposures_table,
            name="portfolio-filings",
            sheets=portfolio_sheets(headers.get("X-Data-Source", "")),
        )


def check_funds(amounts: Iterable[str], there: Container[str]) -> None:
    """Raises UnknownPositionError for positions without a filing."""
    if without := [symbol for symbol in amounts if symbol not in there]:
        raise UnknownPositionError(_explain(without))


def refused(listed: Mapping[str, Sequence[Security]]) -> None:
    """Raises UnknownPositionError for any position that is not a fund."""
    if listed:
        raise UnknownPositionError(_explain([*listed]))


def _explain(symbols: Sequence[str]) -> str:
    more = f" and {len(symbols) - 5} more" if len(symbols) > 5 else ""
    return (
        f"no filing of {', '.join(symbols[:5])}{more} is here: with basis=filing every position is a fund that files "
        "with the SEC, since filings give few tickers; leave these positions out, or ask without basis=filing. "
        "/api/etfs/{symbol}/filings says why a fund has none"
    )
