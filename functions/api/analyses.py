"""The analyses of the newest snapshots: which funds a question needs, and the headers that describe their data."""

import math
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any, NoReturn

from api.catalogue import Catalogue, Catalogues
from api.computing import Computed, Computing, Table
from api.documents import Answer, Document, StoredSnapshot
from api.events import Request
from api.faults import TooLargeError, UnknownPositionError
from api.freshness import HeadersOfAll, data_headers
from api.lake_tables import LakeTables, TablesState
from api.portfolio_query import positions_of_body, positions_of_query
from api.queries import by_query, symbols_query
from api.questions import MOST_LINES, FundSet, PreparedFunds, Question, Turns, check_lag, computed_etag
from api.snapshots import Snapshots
from api.tables import compare_table, exposures_table, holders_table, overlap_table
from api.token_lines import Entry, entries_of
from etf_analytics import (
    DEPTH,
    UNCLASSIFIED,
    By,
    Fund,
    Security,
    analyze_fund,
    analyze_portfolio,
    compare_funds,
    find_holders,
    fund_overlap,
    narrowed_funds,
    positions_of,
)
from etf_analytics.reference.sectors import sectors
from etf_common.lake import latest_key
from etf_common.symbols import canonical_security, is_etf_symbol

_FEWER_FUNDS = "ask about fewer or smaller funds"


@dataclass(frozen=True)
class Sources:
    """Where answers come from. `explain_missing` raises UnknownSymbolError for a fund without a snapshot."""

    snapshots: Snapshots
    catalogues: Catalogues
    tables: LakeTables
    now: Callable[[], datetime]
    explain_missing: Callable[[str], NoReturn]

    def there(self, symbols: Iterable[str], state: TablesState | None = None) -> dict[str, StoredSnapshot]:
        """The newest snapshots of the symbols that have one, in the same order; those of `state` are new enough."""
        keys = {symbol: latest_key(symbol) for symbol in symbols if is_etf_symbol(symbol)}
        records = state.newest.funds if state else {}
        current = {key: str(records[symbol]["etag"]) for symbol, key in keys.items() if symbol in records}
        found = self.snapshots.get_many(keys.values(), current)
        return {symbol: found[key] for symbol, key in keys.items() if key in found}

    def costs(self, symbols: Iterable[str]) -> dict[str, dict[str, Any]]:
        """The costs of those symbols that have known ones."""
        costs = self.catalogues.settings().costs
        return {symbol: cost for symbol in symbols if (cost := costs.of(symbol))}


@dataclass(frozen=True)
class Needed:
    """The funds that a portfolio needs."""

    whole: FundSet
    """The funds among the positions and inside them."""
    opened: frozenset[str]
    """Those that are opened."""
    state: TablesState | None = None
    """The tables, where a position is not a fund."""
    entries: Sequence[Entry] = ()
    """The lines of other funds that describe these positions."""

    def funds(self) -> dict[str, Fund]:
        """All funds prepared for the analytics, by symbol."""
        if self.state is None:
            return self.whole.funds()
        others = {symbol: record for symbol, record in self.state.records.items() if symbol not in self.whole.stored}
        entries = [entry for entry in self.entries if entry[0] in others]
        described = narrowed_funds(others, entries, by=self.whole.by, sector_of=sectors().of)
        found = {**self.whole.funds(), **{fund.symbol: fund for fund in described}}
        # In one order whatever the positions are: the first fund that lists a security describes it.
        return dict(sorted(found.items()))

    @property
    def newer(self) -> list[str]:
        """The funds whose snapshots are newer than the tables."""
        return newer_snapshots(self.state, self.whole.stored) if self.state else []


def newer_snapshots(state: TablesState, stored: Mapping[str, StoredSnapshot]) -> list[str]:
    """The symbols whose snapshots are not those that the tables were built from."""
    return [
        symbol for symbol, snapshot in stored.items() if state.newest.funds.get(symbol, {}).get("etag") != snapshot.etag
    ]


class Analyses:
    """Analyses of the newest snapshots.

    An answer's ETag is derived from its inputs, so a caller who already has the answer costs no computation.
    """

    def __init__(self, sources: Sources) -> None:
        self.sources = self._sources = sources
        self.prepared = self._prepared = PreparedFunds()
        self.computing = self._computing = Computing(Turns())
        self._headers_of_all = HeadersOfAll()

    def of_fund(self, stored: StoredSnapshot, symbol: str, query: Mapping[str, str]) -> Document:
        """The analytics of one fund."""
        fund_set = FundSet({symbol: stored}, self._prepared, by_query(query))
        fund_set.check_lines(_FEWER_FUNDS)
        costs = self._sources.costs([symbol])

        def compute() -> Computed:
            return analyze_fund(fund_set.funds()[symbol], sector_table=_sector_table(), cost=costs.get(symbol))

        return self._computing.document(compute, fund_set.etag("analytics", costs))

    def overlap(self, request: Request) -> Answer:
        """The overlap of 2 to 30 funds, pair by pair."""
        question, fund_set = self._asked(request)
        # For two funds, the table's columns are a and b: the file's name says which is which.
        name = f"overlap-{'-'.join(fund_set.stored)}" if len(fund_set) == 2 else "overlap"

        def compute() -> Computed:
            return fund_overlap([*fund_set.funds().values()])

        return self._answer(compute, question, overlap_table, name, fund_set, "overlap")

    def compare(self, request: Request) -> Answer:
        """2 to 30 funds side by side."""
        question, fund_set = self._asked(request)
        costs = self._sources.costs(fund_set.stored)

        def compute() -> Computed:
            return compare_funds([*fund_set.funds().values()], costs=costs, sector_table=_sector_table())

        return self._answer(compute, question, compare_table, "compare", fund_set, "compare", costs)

    def _asked(self, request: Request) -> tuple[Question, FundSet]:
        """A question about the funds in `symbols`. Raises UnknownSymbolError, TooLargeError and LagError."""
        question, symbols = Question.of(request.query), symbols_query(request.query)
        fund_set = FundSet(self._sources.there(symbols), self._prepared, question.by)
        for symbol in symbols:
            if symbol not in fund_set.stored:
                self._sources.explain_missing(symbol)
        fund_set.check_lines(_FEWER_FUNDS)
        fund_set.check_lag(question.max_lag_days)
        return question, fund_set

    def holders(self, request: Request) -> Answer:
        """The funds that hold a security, from the tables, or without them from all snapshots."""
        question, symbol = Question.of(request.query), canonical_security(request.symbol)
        # Only the answer shows whose dates matter, so max_lag_days is part of the ETag.
        inputs = ("holders", symbol, question.max_lag_days)
        name = f"holders-{symbol}"

        def of_tables(state: TablesState) -> Answer:
            entries = entries_of(self._sources.tables, state, [symbol])

            def compute() -> Computed:
                funds = narrowed_funds(state.records, entries, by=question.by, sector_of=sectors().of)
                return _holders(symbol, funds, question.max_lag_days)

            etag = computed_etag(*inputs, question.format, question.by, state.etag)
            table = holders_table if question.format == "csv" else None
            return self._computing.answer(compute, etag, self.headers_of(state), table=table, name=name)

        answer = self._sources.tables.answered(of_tables)
        if answer is not None:
            return answer
        available = sorted(self._sources.catalogues.get().available)
        fund_set = FundSet(self._sources.there(available), self._prepared, question.by)
        fund_set.check_lines(f"request the holdings of each fund, /api/etfs/ETF/holdings, and look for {symbol} there")

        def compute() -> Computed:
            return _holders(symbol, [*fund_set.funds().values()], question.max_lag_days)

        return self._answer(compute, question, holders_table, name, fund_set, *inputs)

    def headers_of(self, state: TablesState) -> dict[str, str]:
        """The headers that describe all funds of the tables."""
        return self._headers_of_all.of(state, self._sources.now(), self._sources.catalogues.stale_after_days())

    def portfolio_of_query(self, request: Request) -> Answer:
        """The look-through of a portfolio given as proportions."""
        return self._portfolio(request, positions_of_query(request.query.get("positions", "")), in_usd=False)

    def portfolio_of_body(self, request: Request) -> Answer:
        """The look-through of a portfolio given in USD."""
        return self._portfolio(request, positions_of_body(request.body()), in_usd=True)

    def _portfolio(self, request: Request, amounts: Mapping[str, float], *, in_usd: bool) -> Answer:
        """Exposures, concentration, cost, and each fund's effect on them."""
        question = Question.of(request.query)
        needed = self._needed(amounts, question.by)
        fund_set, opened = needed.whole, needed.opened
        # Only the opened funds count here; others only describe what is held directly.
        told = fund_set.only(opened) if opened else fund_set
        if opened:
            told.check_portfolio(sum(symbol in opened for symbol in amounts), _FEWER_FUNDS)
            told.check_lag(question.max_lag_days)
        costs = self._sources.costs(amounts)
        ratios = {symbol: cost["expense_ratio_pct"] for symbol, cost in costs.items()}

        def compute() -> Computed:
            answer = analyze_portfolio(
                positions_of(amounts, in_usd=in_usd),
                needed.funds(),
                expense_ratio_pct=ratios,
                sector_table=_sector_table(),
                check_securities=self._check_securities,
            )
            answer["given_total"] = math.fsum(amounts.values())
            if needed.newer:
                answer["newer_snapshots"] = needed.newer
            return answer

        tables = needed.state.etag if needed.state else None
        inputs = ("portfolio", in_usd, *amounts.items(), costs, tables)
        headers = self.headers_of(needed.state) if needed.state and not opened else None
        return self._answer(
            compute, question, exposures_table, "portfolio", fund_set, *inputs, told=told, headers=headers
        )

    def _check_securities(self, listed: Mapping[str, Sequence[Security]]) -> None:
        """Raises UnknownPositionError unless it is certain which security each symbol means, of those listed by it."""
        if strangers := [symbol for symbol, lines in listed.items() if not lines]:
            raise UnknownPositionError(self._explain_strangers(strangers))
        for symbol, lines in listed.items():
            names, meant = " or ".join(str(line.name) for line in lines), sectors().name_of(symbol)
            if len(lines) > 1:
                raise UnknownPositionError(
                    f"{symbol} can be {names} here, and the symbol does not say which: leave it out"
                )
            if meant and lines[0].asset_class == "equity" and lines[0].sector == UNCLASSIFIED:
                raise UnknownPositionError(
                    f"{symbol}: no ETF here lists {meant}; what they list as {symbol} is {names}: leave it out"
                )

    def _explain_strangers(self, symbols: list[str]) -> str:
        configured = self._sources.catalogues.get().configured_set
        named = ", ".join(
            f"{symbol} (configured, not yet fetched)" if symbol in configured else symbol for symbol in symbols[:5]
        )
        named += f" and {len(symbols) - 5} more" if len(symbols) > 5 else ""
        cash = "; leave cash out: positions are securities only" if {"CASH", "USD"} & set(symbols) else ""
        return (
            f"{named}: neither an ETF here nor listed by one; /api/etfs shows the ETFs, etf_symbols in the config adds "
            f"one, and a list that is cut at max_holdings may lack a small stock{cash}"
        )

    def _needed(self, amounts: Mapping[str, float], by: By) -> Needed:
        """The funds among the positions and inside them, and what describes the positions that are not funds.

        Raises TooLargeError.
        """
        catalogue = self._sources.catalogues.get()
        if catalogue.tables is None:
            everything = any(symbol not in catalogue.available for symbol in amounts)
            found = self._sources.there(sorted(catalogue.available)) if everything else {}
            wanted = [symbol for symbol in amounts if symbol in catalogue.available]
            return Needed(*self._opened(wanted, found, catalogue, by))
        # The tables may not have a fund yet that the config names.
        fetched = catalogue.available | catalogue.configured_set
        found = self._sources.there(symbol for symbol in amounts if symbol in fetched)
        whole, opened = self._opened([*found], found, catalogue, by)
        direct = [symbol for symbol in amounts if symbol not in opened]

        def of_tables(state: TablesState) -> Needed:
            return Needed(whole, opened, state, entries_of(self._sources.tables, state, direct))

        needed = (self._sources.tables.answered(of_tables) if direct else None) or Needed(whole, opened)
        if len(needed.entries) + whole.lines > MOST_LINES:
            raise TooLargeError(f"the funds list these {len(direct)} securities too often together: ask about fewer")
        return needed

    def _opened(
        self, wanted: Sequence[str], found: dict[str, StoredSnapshot], catalogue: Catalogue, by: By
    ) -> tuple[FundSet, frozenset[str]]:
        """`found` and all funds inside those that are `wanted`, and the symbols of those that are opened."""
        opened: set[str] = set()
        # One level more than is opened, so that the answer can report a fund that is here but too deep.
        for level in range(DEPTH + 1):
            found = found | self._sources.there(symbol for symbol in wanted if symbol not in found)
            FundSet(found, self._prepared, by).check_lines(_FEWER_FUNDS)
            if level == DEPTH:
                break
            inside = [symbol for symbol in wanted if symbol in found]
            opened.update(inside)
            with self._computing.turns.take():
                held = {symbol for etf in inside for symbol in self._prepared.held_by(found[etf], by)}
            wanted = sorted((held & catalogue.available) - opened)
        return FundSet(found, self._prepared, by), frozenset(opened)

    def _answer(
        self,
        compute: Callable[[], Computed],
        question: Question,
        table: Table,
        name: str,
        fund_set: FundSet,
        *inputs: object,
        told: FundSet | None = None,
        headers: Mapping[str, str] | None = None,
    ) -> Answer:
        """The answer that `compute` makes of `fund_set` and `inputs`; its headers describe the funds of `told`."""
        if headers is None:
            days = self._sources.catalogues.stale_after_days()
            headers = data_headers((told or fund_set).metadata, self._sources.now(), days)
        etag = fund_set.etag(*inputs, question.format)
        chosen = table if question.format == "csv" else None
        return self._computing.answer(compute, etag, headers, table=chosen, name=name)


def _holders(symbol: str, funds: Sequence[Fund], max_lag_days: int | None) -> Computed:
    answer = find_holders(symbol, funds)
    check_lag(answer["holdings_as_of"], max_lag_days, chosen=False)
    if not answer["holders"]:
        hidden = "; partial lists may hide it, see may_hold" if answer["may_hold"] else ""
        answer["note"] = f"no fund here lists {symbol} as a security (cash and contracts do not count){hidden}"
    elif answer["doubts"]:
        answer["note"] = f"the lines listed as {symbol} may be one security or several, see doubts"
    elif answer["name"] is None and len({row["name"] for row in answer["holders"]}) > 1:
        answer["note"] = f"several companies have the symbol {symbol}: see the name of each line"
    return answer


def _sector_table() -> dict[str, str]:
    table = sectors()
    return {"taxonomy": table.taxonomy, "source": table.source, "as_of": table.as_of}
