"""The analyses of the newest snapshots: which funds a question needs, and the headers that describe their data."""

from collections.abc import Callable, Mapping, Sequence

from api.computing import ANSWER_BYTES, Computed, Computing
from api.dated.closes import FundQuotes
from api.dated.funds import DatedFunds
from api.dated.portfolios import DatedPortfolios
from api.dated.recent_changes import RecentChanges
from api.dated.two_dates import TwoDateQuestions
from api.decisions.drifts import Drifts
from api.decisions.factors import Factors
from api.decisions.rebalancing import Rebalancing
from api.decisions.solver_client import Solver
from api.decisions.substitutes import Substitutes
from api.documents import Answer, StoredSnapshot
from api.events import Request
from api.filings.blocks import FilingBlocks, fund_blocks, with_blocks
from api.filings.lists import filing_sources
from api.filings.of_fund import Filings
from api.filings.portfolio_changes import FilingPortfolioChanges
from api.filings.portfolios import FilingPortfolios
from api.filings.reconciling import Reconciliation
from api.flat.analytics_table import analytics_table
from api.flat.tables import compare_table, holders_table, overlap_table
from api.formats import Table
from api.lake.questions import LakeQuestions
from api.lake.tables import TablesState
from api.lake.token_lines import entries_of
from api.portfolios import Portfolios
from api.queries import MOST_FUNDS, as_of_query, by_query, format_query, rests_on_filings, symbols_query
from api.questions import FundSet, PreparedFunds, Question, Turns, check_lag, computed_etag
from api.sources import Sources
from api.symbols import at_once
from etf_analytics import (
    Fund,
    analyze_fund,
    compare_funds,
    find_holders,
    fund_overlap,
    narrowed_funds,
)
from etf_analytics.reference.sectors import sectors
from etf_common.lake import Lake
from etf_common.symbols import canonical_security, either

_FEWER_FUNDS = "ask about fewer or smaller funds"


class Analyses:
    """Analyses of the newest snapshots.

    An answer's ETag is derived from its inputs, so a caller who already has the answer costs no computation. Computed
    answers are kept up to `answer_bytes`.
    """

    def __init__(
        self, sources: Sources, filings: Filings, lake: Lake, solver: Solver, answer_bytes: int | None = None
    ) -> None:
        self._sources = sources
        self._filings, self._filed = filings, filing_sources(sources, filings, lake)
        self._prepared = PreparedFunds()
        self._computing = Computing(Turns(), ANSWER_BYTES if answer_bytes is None else answer_bytes)
        self._blocks = FilingBlocks(sources, filings)
        self._factors = Factors(sources, self._computing, self._prepared)
        self._portfolios = Portfolios(sources, self._computing, self._prepared, self._blocks, self._factors)
        self.questions = LakeQuestions(sources, self._computing, self._prepared)
        """Those about all funds."""
        self.substitutes = Substitutes(sources, self._computing, self._prepared)
        """Funds that may stand in for another one."""
        quotes = FundQuotes(lake, sources.snapshots, self._computing.turns)
        self._two_dates = TwoDateQuestions(sources, self._computing, quotes)
        # The quotes are Schwab's: an answer on filings does without.
        self._two_filings = TwoDateQuestions(self._filed, self._computing, None)
        self._reconciliation = Reconciliation(filings, self._filed, self._computing)
        self._filing_portfolios = FilingPortfolios(self._filed, self._computing, self._prepared)
        self._filing_portfolio_changes = FilingPortfolioChanges(self._filed, self._computing, self._prepared)
        dated = DatedFunds(sources, self._computing, self._prepared, self._portfolios)
        self._dated_portfolios = DatedPortfolios(sources, self._computing, dated, self._portfolios)
        self.drifts = Drifts(sources, self._computing, dated, quotes, self._portfolios)
        """How far portfolios have moved since a date."""
        self.rebalancing = Rebalancing(sources, self._computing, self._portfolios, self._blocks, solver)
        """Trades that bring a portfolio under its caps and to its targets."""
        self.changes = RecentChanges(sources, self._computing, lake)
        """What funds bought and sold on recent dates."""

    @property
    def computing(self) -> Computing:
        """Makes and keeps everything that takes long."""
        return self._computing

    def of_fund(
        self, stored: StoredSnapshot, symbol: str, query: Mapping[str, str], headers: Mapping[str, str]
    ) -> Answer:
        """The analytics of one fund, with what its filing adds."""
        chosen = format_query(query)
        fund_set = FundSet({symbol: stored}, self._prepared, by_query(query))
        fund_set.check_lines(_FEWER_FUNDS)
        costs = self._sources.costs([symbol])
        filing = self._blocks.of_fund(symbol, as_of_query(query))
        # The day matters only where a filing has an age.
        etag = fund_set.etag(
            "analytics", chosen, costs, filing.etag, *(self._filed.basis_inputs if filing.etag else ())
        )
        if kept := self._computing.kept(etag):
            return Answer(kept, headers)
        filed = filing.read()

        def compute() -> Computed:
            fund = fund_set.funds()[symbol]
            answer = analyze_fund(fund, sector_table=sectors().described, cost=costs.get(symbol))
            return with_blocks(answer, fund_blocks(filed, self._sources.now()))

        name = f"analytics-{symbol}"
        return self._computing.answer(compute, etag, headers, chosen=chosen, table=analytics_table, name=name)

    def factors_of_fund(self, stored: StoredSnapshot, symbol: str, request: Request, *, is_newest: bool) -> Answer:
        """The weights of a fund's list in the reference funds."""
        return self._factors.of_fund(stored, symbol, request, is_newest=is_newest)

    def of_filing(self, request: Request) -> Answer:
        """The analytics of one fund as it filed its holdings: of its newest filing, or of that of `as_of`."""
        day, by = as_of_query(request.query), by_query(request.query)
        found = self._filings.of(canonical_security(request.symbol))
        if not found.dates:
            self._filed.explain_missing(found.symbol)
        newest = max(found.dates)
        stored = self._filed.filing(found, day or newest)
        fund_set = FundSet({found.symbol: stored}, self._prepared, by)
        costs = self._sources.costs([found.symbol])

        def compute() -> Computed:
            fund = fund_set.funds()[found.symbol]
            answer = analyze_fund(fund, sector_table=sectors().described, cost=costs.get(found.symbol))
            return {**with_blocks(answer, fund_blocks(stored, self._sources.now())), **self._filed.basis([stored])}

        headers = self._filed.headers_of_filing(found.symbol, stored, is_newest=day in (None, newest))
        chosen, name = format_query(request.query), f"analytics-{found.symbol}{self._filed.file_suffix}"
        etag = fund_set.etag("analytics", chosen, costs, *self._filed.basis_inputs)
        return self._computing.answer(compute, etag, headers, chosen=chosen, table=analytics_table, name=name)

    def reconcile(
        self, stored: StoredSnapshot, symbol: str, headers: Mapping[str, str], query: Mapping[str, str]
    ) -> Answer:
        """A list of a fund against the fund's filing."""
        return self._reconciliation.of_fund(stored, symbol, headers, query)

    def changes_of_fund(self, request: Request) -> Answer:
        """What a fund traded between two dates."""
        return self._about_two_dates(request).changes(request)

    def attribution(self, request: Request) -> Answer:
        """What drove a fund's return between two dates."""
        return self._about_two_dates(request).attribution(request)

    def _about_two_dates(self, request: Request) -> TwoDateQuestions:
        return self._two_filings if rests_on_filings(request.query) else self._two_dates

    def overlap(self, request: Request) -> Answer:
        """The overlap of 2 to 30 funds, pair by pair."""
        question, fund_set, sources = self._asked(request)
        # For two funds, the table's columns are a and b: the file's name says which is which.
        name = f"overlap-{'-'.join(fund_set.stored)}" if len(fund_set) == 2 else "overlap"

        def compute() -> Computed:
            return fund_overlap([*fund_set.funds().values()])

        return self._answer(compute, question, overlap_table, name, (sources, fund_set), "overlap")

    def compare(self, request: Request) -> Answer:
        """2 to 30 funds side by side."""
        question, fund_set, sources = self._asked(request)
        costs = self._sources.costs(fund_set.stored)

        def compute() -> Computed:
            return compare_funds([*fund_set.funds().values()], costs=costs, sector_table=sectors().described)

        return self._answer(compute, question, compare_table, "compare", (sources, fund_set), "compare", costs)

    def _asked(self, request: Request) -> tuple[Question, FundSet, Sources]:
        """A question about the funds in `symbols`, and where its answer comes from.

        Raises UnknownSymbolError, TooLargeError and LagError.
        """
        question, given = Question.of(request.query), request.query.get("symbols", "").split(",")
        symbols = symbols_query(request.query, at_once(given[:MOST_FUNDS], self._sources.symbol_of))
        sources = self._filed if rests_on_filings(request.query) else self._sources
        fund_set = FundSet(sources.there(symbols), self._prepared, question.by, sources.isins(symbols, question.by))
        for symbol in symbols:
            if symbol not in fund_set.stored:
                sources.explain_missing(symbol)
        fund_set.check_lines(_FEWER_FUNDS)
        fund_set.check_lag(question.max_lag_days)
        return question, fund_set, sources

    def holders(self, request: Request) -> Answer:
        """The funds that hold a security, from the tables, or without them from all snapshots."""
        question, symbol = Question.of(request.query), canonical_security(request.symbol)
        # Only the answer shows whose dates matter, so max_lag_days is part of the ETag.
        inputs = ("holders", symbol, question.max_lag_days)
        name = f"holders-{symbol}"

        def of_tables(state: TablesState) -> Answer:
            etag = computed_etag(*inputs, question.format, question.by, state.etag)
            headers = self._sources.headers_of_all(state)
            if kept := self._computing.kept(etag):
                return Answer(kept, headers)
            entries = entries_of(self._sources.tables, state, [symbol])

            def compute() -> Computed:
                funds = narrowed_funds(state.records, entries, by=question.by, sector_of=sectors().of)
                return _holders(symbol, funds, question.max_lag_days)

            return self._computing.answer(
                compute, etag, headers, chosen=question.format, table=holders_table, name=name
            )

        answer = self._sources.tables.answered(of_tables)
        if answer is not None:
            return answer
        available = sorted(self._sources.catalogues.get().available)
        fund_set = FundSet(self._sources.there(available), self._prepared, question.by)
        fund_set.check_lines(f"request the holdings of each fund, /api/etfs/ETF/holdings, and look for {symbol} there")

        def compute() -> Computed:
            return _holders(symbol, [*fund_set.funds().values()], question.max_lag_days)

        return self._answer(compute, question, holders_table, name, (self._sources, fund_set), *inputs)

    def portfolio_of_query(self, request: Request) -> Answer:
        """The look-through of a portfolio given as proportions."""
        return self._about_portfolios(request).of_query(request)

    def portfolio_of_body(self, request: Request) -> Answer:
        """The look-through of a portfolio given in USD or as proportions in a body."""
        return self._about_portfolios(request).of_body(request)

    def _about_portfolios(self, request: Request) -> Portfolios | FilingPortfolios:
        return self._filing_portfolios if rests_on_filings(request.query) else self._portfolios

    def portfolio_changes(self, request: Request) -> Answer:
        """What changed in a portfolio between two dates."""
        asked = self._filing_portfolio_changes if rests_on_filings(request.query) else self._dated_portfolios
        return asked.changes(request)

    def _answer(
        self,
        compute: Callable[[], Computed],
        question: Question,
        table: Table,
        name: str,
        asked: tuple[Sources, FundSet],
        *inputs: object,
    ) -> Answer:
        """The answer that `compute` makes of these funds, which the sources gave, and `inputs`."""
        sources, fund_set = asked
        etag = fund_set.etag(*inputs, question.format, *sources.basis_inputs)
        headers = sources.headers(fund_set.metadata)

        def told() -> Computed:
            return {**compute(), **sources.basis(fund_set.stored.values())}

        return self._computing.answer(
            told, etag, headers, chosen=question.format, table=table, name=f"{name}{sources.file_suffix}"
        )


def _holders(symbol: str, funds: Sequence[Fund], max_lag_days: int | None) -> Computed:
    answer = find_holders(symbol, funds)
    check_lag(answer["holdings_as_of"], max_lag_days, chosen=False)
    if not answer["holders"]:
        hidden = "; partial lists may hide it, see may_hold" if answer["may_hold"] else ""
        answer["note"] = f"no fund here lists {either(symbol)} as a security (cash and contracts do not count){hidden}"
    elif answer["doubts"]:
        answer["note"] = f"the lines listed as {symbol} may be one security or several, see doubts"
    elif answer["name"] is None and len({row["name"] for row in answer["holders"]}) > 1:
        answer["note"] = f"several companies have the symbol {symbol}: see the name of each line"
    return answer
