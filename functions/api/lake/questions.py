"""Questions that only the tables of all funds answer: search, screen, similar funds, and what most funds hold."""

import json
from collections.abc import Callable, Mapping, Sequence
from functools import partial
from typing import Any, NamedTuple

from api.computing import Computed, Computing
from api.documents import Answer, StoredSnapshot
from api.events import Request
from api.faults import BadQueryError, TablesError, TooLargeError
from api.flat.tables import crowding_table, screen_table, search_table, similar_table
from api.formats import Table
from api.kept import Kept
from api.lake.queries import CrowdingQuery, Page, ScreenQuery, SearchQuery, similar_query
from api.lake.screening import (
    FactorWeights,
    Held,
    Known,
    class_weights,
    expense_ratios,
    factor_tilts,
    holdings_of,
    row_of,
    screened,
    sector_weights,
    top_10,
)
from api.lake.search_index import SearchIndex
from api.lake.security_table import SecurityTable
from api.lake.tables import NOT_BUILT, LakeTables, TablesState
from api.lake.token_lines import entries_of
from api.queries import FILING, LIST
from api.questions import MOST_LINES, FundSet, PreparedFunds, computed_etag
from api.sources import Sources, newer_snapshots
from etf_analytics import find_holders, fund_similarity, narrowed_funds
from etf_analytics.cost import fund_cost
from etf_analytics.reference.sectors import sectors
from etf_analytics.rendering import rendered
from etf_common.factors import MARKET
from etf_common.symbols import canonical_security, either, is_etf_symbol

FEW_LINES = 15_000
"""More funds than asked for are compared while all list no more lines than this: about half a second of CPU. Candidates
are ordered by a sum of weights that the exact figures refine.
"""
SMALL_LAKE = 41
"""A fund of so few is compared with all others, those included whose lists are flawed: they are nobody's candidates."""
_ANSWERS_REMEMBERED = 1000


class LakeQuestions:
    """Questions about all funds. What they say is as of the tables, which each answer names."""

    def __init__(self, sources: Sources, computing: Computing, prepared: PreparedFunds) -> None:
        self._sources, self._computing, self._prepared = sources, computing, prepared
        self._similar_etags: Kept[str, tuple[str, Mapping[str, Mapping[str, str]]]] = Kept(
            _ANSWERS_REMEMBERED, lambda _: 1
        )

    def search(self, request: Request) -> Answer:
        """Funds and securities by symbol or name."""
        query = SearchQuery.of(request.query)

        def answer(state: TablesState) -> Answer:
            securities = self._securities(state)
            compute = partial(self._searched, state, securities, query)
            return self._answer(compute, state, query.page, search_table, "search", query)

        return self._asked(answer)

    def _searched(self, state: TablesState, securities: SecurityTable, query: SearchQuery) -> Computed:
        names = state.derived("names", lambda: _names_of(state))
        index = state.derived("search", lambda: SearchIndex([(fund.symbol, fund.name) for fund in names]))
        last = query.page.offset + query.page.limit
        funds = index.find(query.words, last)[query.page.offset :]
        found = securities.search_index.find(query.words, last)[query.page.offset :]
        return {
            "funds": [names[place]._asdict() for place in funds],
            "securities": [securities.found(place) for place in found],
            "tables_as_of": state.newest.tables_as_of,
        }

    def crowding(self, request: Request) -> Answer:
        """The securities that most funds hold."""
        query = CrowdingQuery.of(request.query)

        def answer(state: TablesState) -> Answer:
            securities = self._securities(state)

            def compute() -> Computed:
                places = securities.places(query.asset_class, query.sector)
                page = places[query.page.offset : query.page.offset + query.page.limit]
                return {
                    "securities": [securities.crowded(place) for place in page],
                    "total": len(places),
                    "tables_as_of": state.newest.tables_as_of,
                }

            return self._answer(compute, state, query.page, crowding_table, "crowding", query)

        return self._asked(answer)

    def screen(self, request: Request) -> Answer:
        """The funds that fit a description."""
        query = ScreenQuery.of(request.query, self._sources.symbol_of)

        def answer(state: TablesState) -> Answer:
            settings = self._sources.catalogues.settings()
            costs = settings.costs
            self._check_factors(state, query, settings.factors)
            etag, headers = self._etag(state, "screen", query, costs.version), self._sources.headers_of_all(state)
            if kept := self._computing.kept(etag):
                return Answer(kept, headers)
            entries = entries_of(self._tables, state, [query.holds]) if query.holds else []

            def compute() -> Computed:
                holders: Mapping[str, Any] = {}
                held = None
                if query.holds:
                    funds = narrowed_funds(state.records, entries, sector_of=sectors().of)
                    holders = find_holders(query.holds, funds)
                    held = holdings_of(holders)
                figures = {**_figures(state, query), **self._tilts(state, query)}
                if "expense_ratio_pct" in query.limits:
                    figures["expense_ratio_pct"] = expense_ratios(state.records, costs.of)
                return _screened(query, state, figures, held, holders)

            table = partial(screen_table, factors=[*query.factors])
            return self._computing.answer(compute, etag, headers, chosen=query.page.format, table=table, name="screen")

        return self._asked(answer)

    def _check_factors(self, state: TablesState, query: ScreenQuery, factors: Mapping[str, str]) -> None:
        """Raises BadQueryError for a factor that the config lacks, and TablesError if it is too new for the tables."""
        named = [factor for factor in factors if factor != MARKET]
        if unknown := [factor for factor in query.factors if factor not in named]:
            known = f"the config names {', '.join(named)}" if named else "the config names no factors"
            raise BadQueryError(f"the factor {unknown[0]} is not known: {known}; ask for one of these or leave it out")
        if query.factors and dict(state.newest.factors) != dict(factors):
            raise TablesError("the tables do not have the factors of the config yet: try again after the next refresh")

    def _tilts(self, state: TablesState, query: ScreenQuery) -> dict[str, Known]:
        """The tilts asked for, kept with the tables."""
        if not query.factors:
            return {}
        weights = self._tables.parsed("factors", state.newest.factors_key, FactorWeights.parse)
        factors = state.newest.factors
        return {
            name: state.derived(name, partial(factor_tilts, weights, factors, factor))
            for factor, name in query.factors.items()
        }

    def similar(self, request: Request) -> Answer:
        """The funds that are most like one."""
        page, symbol = similar_query(request.query), canonical_security(request.symbol)

        def answer(state: TablesState) -> Answer:
            stored = self._sources.there([symbol]) if is_etf_symbol(symbol) else {}
            if not stored:
                self._sources.explain_missing(symbol)
            # What was compared is not read again to see that it is what the tables know.
            version = self._sources.catalogues.settings().costs.version
            asked = computed_etag(state.etag, symbol, stored[symbol].etag, page, version)
            etag, metadata = self._similar_etags.get(asked) or ("", {})
            if kept := self._computing.kept(etag):
                return Answer(kept, self._sources.headers(metadata))
            by_fund = self._tables.parsed("similar", state.newest.similar_key, candidates)
            others = [other for other in by_fund.get(symbol, ()) if other != symbol]
            if len(state.records) <= SMALL_LAKE:
                others += [other for other in state.records if other not in {symbol, *others}]
            found = {**stored, **self._candidates(state, stored[symbol], others, page)}
            costs = self._sources.costs(found)
            funds = FundSet(found, self._prepared, "security", self._sources.isins(found, "security"))

            def compute() -> Computed:
                return self._similar(symbol, funds, costs, page, state)

            metadata = {name: one.metadata for name, one in found.items()}
            etags = {name: one.etag for name, one in found.items()}
            etag = self._etag(state, "similar", symbol, page, etags, costs)
            self._similar_etags.put(asked, (etag, metadata))
            headers = self._sources.headers(metadata)
            return self._computing.answer(
                compute, etag, headers, chosen=page.format, table=similar_table, name=f"similar-{symbol}"
            )

        return self._asked(answer)

    def _candidates(
        self, state: TablesState, fund: StoredSnapshot, candidates: Sequence[str], page: Page
    ) -> dict[str, StoredSnapshot]:
        """The snapshots to compare a fund with: as many as are needed, and some more where they are small."""
        wanted: list[str] = []
        lines, needed = fund.lines, page.offset + page.limit
        for other in candidates:
            record = state.newest.funds.get(other)
            lines += record["row"]["included"] if record else 0
            if lines > MOST_LINES or (len(wanted) >= needed and lines > FEW_LINES):
                break
            wanted.append(other)
        if candidates and not wanted:
            raise TooLargeError("this fund and those like it list too many lines: ask for the overlap of two funds")
        return self._sources.there(wanted, state)

    def _similar(
        self,
        symbol: str,
        funds: FundSet,
        costs: Mapping[str, Mapping[str, Any]],
        page: Page,
        state: TablesState,
    ) -> Computed:
        found, fund = funds.stored, funds.fund(symbol)
        rows = []
        for other in found:
            if other != symbol:
                row = fund_similarity(fund, funds.fund(other))
                cost = rendered(fund_cost(costs.get(other)))
                row["expense_ratio_pct"] = cost["expense_ratio_pct"]
                row["reasons"] |= cost["reasons"]
                rows.append(row)
        rows = [row for row in rows if _certain(row) != 0]
        rows.sort(key=lambda row: (_certain(row) is None, -(_certain(row) or 0.0), row["symbol"]))
        answer: Computed = {
            "symbol": symbol,
            "name": fund.name,
            "similar": rows[page.offset : page.offset + page.limit],
            "compared": len(found) - 1,
            "tables_as_of": state.newest.tables_as_of,
        }
        if newer := newer_snapshots(state, found):
            answer["newer_snapshots"] = newer
        if symbol not in state.newest.funds:
            answer["note"] = f"the tables do not have {symbol} yet, so nothing is compared: try again in a few minutes"
        elif not rows:
            answer["note"] = f"no other fund here was found to share a security with {symbol}"
        return answer

    @property
    def _tables(self) -> LakeTables:
        return self._sources.tables

    def _asked(self, answer: Callable[[TablesState], Answer]) -> Answer:
        found = self._tables.answered(answer)
        if found is None:
            raise TablesError(NOT_BUILT)
        return found

    def _etag(self, state: TablesState, *inputs: object) -> str:
        return computed_etag(state.etag, *inputs)

    def _securities(self, state: TablesState) -> SecurityTable:
        return self._tables.parsed("securities", state.newest.securities_key, SecurityTable.parse)

    def _answer(
        self,
        compute: Callable[[], Computed],
        state: TablesState,
        page: Page,
        table: Table,
        name: str,
        *inputs: object,
    ) -> Answer:
        etag = self._etag(state, name, *inputs)
        return self._computing.answer(
            compute, etag, self._sources.headers_of_all(state), chosen=page.format, table=table, name=name
        )


class FoundFund(NamedTuple):
    """A fund as search finds it."""

    symbol: str
    name: str | None
    basis: str
    """What there is of it: a list, or filings alone."""


def _names_of(state: TablesState) -> list[FoundFund]:
    """All funds, those with the most listed value first, and behind them those of which only filings are here."""
    rows = [(symbol, record["row"]) for symbol, record in state.records.items()]
    rows.sort(key=lambda entry: -(entry[1]["market_value_usd"] or 0.0))
    listed = [FoundFund(symbol, row["name"], LIST) for symbol, row in rows]
    filed = sorted(state.newest.filings.items())
    return [*listed, *(FoundFund(each, head.get("name"), FILING) for each, head in filed if each not in state.symbols)]


def _figures(state: TablesState, query: ScreenQuery) -> dict[str, Known]:
    """The figures asked for that the records have, kept with the tables."""
    found: dict[str, Known] = {}
    if "sector_pct" in query.limits and query.sector:
        sector = query.sector
        found["sector_pct"] = state.derived(f"sector {sector}", lambda: sector_weights(state.records, sector))
    if "asset_class_pct" in query.limits and query.asset_class:
        name = query.asset_class
        found["asset_class_pct"] = state.derived(f"class {name}", lambda: class_weights(state.records, name))
    if "top_10_pct" in query.limits:
        found["top_10_pct"] = state.derived("top 10", lambda: top_10(state.records))
    return found


def _screened(
    query: ScreenQuery,
    state: TablesState,
    figures: Mapping[str, Known],
    held: Mapping[str, Held] | None,
    holders: Mapping[str, Any],
) -> Computed:
    found = screened(query, state.records, figures, held)
    page = found[query.page.offset : query.page.offset + query.page.limit]
    answer: Computed = {
        "funds": [row_of(fund, state.records[fund.symbol], held[fund.symbol] if held else None) for fund in page],
        "total": len(found),
        "maybe": sum(fund.match == "maybe" for fund in found),
        "tables_as_of": state.newest.tables_as_of,
    }
    if holders.get("doubts"):
        answer["note"] = (
            f"the lines listed as {query.holds} may be one security or several: see /api/holders/{query.holds}"
        )
    elif query.holds and not holders["holders"]:
        answer["note"] = f"no fund here lists {either(query.holds)}: /api/search finds securities by symbol or name"
    elif holders and len({row["name"] for row in holders["holders"]}) > 1 and holders["name"] is None:
        answer["note"] = f"several companies have the symbol {query.holds}: see holds_name"
    return answer


def candidates(text: str) -> Mapping[str, Sequence[str]]:
    """By fund: those most like it by the tables, best first, of the text of similar.json."""
    found: Mapping[str, Sequence[str]] = json.loads(text)["candidates"]
    return found


def _certain(row: Mapping[str, Any]) -> float | None:
    """The certain overlap; None if it is not known."""
    overlap = row["overlap_pct"]
    found: float | None = overlap["low"] if isinstance(overlap, dict) else overlap
    return found
