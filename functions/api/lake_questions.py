"""Questions that only the tables of all funds answer: search, screen, similar funds, and what most funds hold."""

import json
from collections.abc import Callable, Mapping, Sequence
from functools import partial
from typing import Any

from api.analyses import Analyses, newer_snapshots
from api.computing import Computed, Table
from api.documents import Answer, StoredSnapshot
from api.events import Request
from api.faults import TablesError, TooLargeError
from api.freshness import data_headers
from api.lake_queries import CrowdingQuery, Page, ScreenQuery, SearchQuery, similar_query
from api.lake_tables import LakeTables, TablesState
from api.questions import MOST_LINES, computed_etag
from api.screening import (
    Held,
    Known,
    class_weights,
    expense_ratios,
    holdings_of,
    row_of,
    screened,
    sector_weights,
    top_10,
)
from api.search_index import SearchIndex
from api.security_table import SecurityTable
from api.tables import crowding_table, screen_table, search_table, similar_table
from api.token_lines import entries_of
from etf_analytics import find_holders, fund_similarity, narrowed_funds
from etf_analytics.cost import fund_cost
from etf_analytics.reference.sectors import sectors
from etf_analytics.rendering import rendered
from etf_common.symbols import canonical_security, is_etf_symbol

_NOT_BUILT = (
    "the tables over all funds are not built yet: try again in a few minutes, or ask the owner of this API to "
    "build them"
)
FEW_LINES = 15_000
"""More funds than asked for are compared while all list no more lines than this: about half a second of CPU. Candidates
are ordered by a sum of weights that the exact figures refine.
"""


class LakeQuestions:
    """Questions about all funds. What they say is as of the tables, which each answer names."""

    def __init__(self, analyses: Analyses) -> None:
        self._sources, self._computing, self._prepared = analyses.sources, analyses.computing, analyses.prepared
        self._headers_of = analyses.headers_of

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
        index = state.derived("search", lambda: SearchIndex(names))
        last = query.page.offset + query.page.limit
        funds = index.find(query.words, last)[query.page.offset :]
        found = securities.search_index.find(query.words, last)[query.page.offset :]
        return {
            "funds": [{"symbol": names[place][0], "name": names[place][1]} for place in funds],
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
        query = ScreenQuery.of(request.query)

        def answer(state: TablesState) -> Answer:
            entries = entries_of(self._tables, state, [query.holds]) if query.holds else []
            costs = self._sources.catalogues.settings().costs

            def compute() -> Computed:
                holders: Mapping[str, Any] = {}
                held = None
                if query.holds:
                    funds = narrowed_funds(state.records, entries, sector_of=sectors().of)
                    holders = find_holders(query.holds, funds)
                    held = holdings_of(holders)
                figures = _figures(state, query)
                if "expense_ratio_pct" in query.limits:
                    figures["expense_ratio_pct"] = expense_ratios(state.records, costs.of)
                return _screened(query, state, figures, held, holders)

            return self._answer(compute, state, query.page, screen_table, "screen", query, costs.given)

        return self._asked(answer)

    def similar(self, request: Request) -> Answer:
        """The funds that are most like one."""
        page, symbol = similar_query(request.query), canonical_security(request.symbol)

        def answer(state: TablesState) -> Answer:
            stored = self._sources.there([symbol]) if is_etf_symbol(symbol) else {}
            if not stored:
                self._sources.explain_missing(symbol)
            candidates = self._tables.parsed("similar", state.newest.similar_key, _candidates)
            others = [other for other in candidates.get(symbol, ()) if other != symbol]
            found = {**stored, **self._candidates(state, stored[symbol], others, page)}
            costs = self._sources.costs(found)

            def compute() -> Computed:
                return self._similar(symbol, found, costs, page, state)

            days = self._sources.catalogues.stale_after_days()
            headers = data_headers({name: one.metadata for name, one in found.items()}, self._sources.now(), days)
            etags = {name: one.etag for name, one in found.items()}
            etag = computed_etag("similar", symbol, page, etags, costs, state.etag)
            table = similar_table if page.format == "csv" else None
            return self._computing.answer(compute, etag, headers, table=table, name=f"similar-{symbol}")

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
        found: Mapping[str, StoredSnapshot],
        costs: Mapping[str, Mapping[str, Any]],
        page: Page,
        state: TablesState,
    ) -> Computed:
        fund = self._prepared.get(found[symbol], "security")
        rows = []
        for other, snapshot in found.items():
            if other != symbol:
                row = fund_similarity(fund, self._prepared.get(snapshot, "security"))
                cost = rendered(fund_cost(costs.get(other)))
                row["expense_ratio_pct"] = cost["expense_ratio_pct"]
                row["reasons"] |= cost["reasons"]
                rows.append(row)
        rows.sort(key=_most_alike_first)
        answer: Computed = {
            "symbol": symbol,
            "name": fund.name,
            "similar": rows[page.offset : page.offset + page.limit],
            "compared": len(rows),
            "tables_as_of": state.newest.tables_as_of,
        }
        if newer := newer_snapshots(state, found):
            answer["newer_snapshots"] = newer
        if symbol not in state.newest.funds:
            answer["note"] = f"the tables do not have {symbol} yet, so nothing is compared: try again in a few minutes"
        return answer

    @property
    def _tables(self) -> LakeTables:
        return self._sources.tables

    def _asked(self, answer: Callable[[TablesState], Answer]) -> Answer:
        found = self._tables.answered(answer)
        if found is None:
            raise TablesError(_NOT_BUILT)
        return found

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
        chosen = table if page.format == "csv" else None
        etag = computed_etag(name, state.etag, *inputs)
        return self._computing.answer(compute, etag, self._headers_of(state), table=chosen, name=name)


def _names_of(state: TablesState) -> list[tuple[str, str | None]]:
    """Symbol and name of all funds, those with the most listed value first."""
    rows = [(symbol, record["row"]) for symbol, record in state.records.items()]
    rows.sort(key=lambda entry: -(entry[1]["market_value_usd"] or 0.0))
    return [(symbol, row["name"]) for symbol, row in rows]


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
    elif holders and len({row["name"] for row in holders["holders"]}) > 1 and holders["name"] is None:
        answer["note"] = f"several companies have the symbol {query.holds}: see holds_name"
    return answer


def _candidates(text: str) -> Mapping[str, Sequence[str]]:
    candidates: Mapping[str, Sequence[str]] = json.loads(text)["candidates"]
    return candidates


def _most_alike_first(row: Mapping[str, Any]) -> tuple[bool, float, str]:
    """Largest certain overlap first; unknown ones last."""
    overlap = row["overlap_pct"]
    certain = overlap["low"] if isinstance(overlap, dict) else overlap
    return certain is None, -(certain or 0.0), row["symbol"]
