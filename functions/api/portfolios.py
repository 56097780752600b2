"""Portfolios looked through: which funds and securities a question needs."""

import math
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass

from api.catalogue import Catalogue
from api.computing import Computed, Computing
from api.decisions.factors import Factors
from api.documents import Answer, StoredSnapshot
from api.events import Request
from api.faults import TooLargeError, UnknownPositionError
from api.filings.blocks import FilingBlocks, with_blocks
from api.flat.portfolio_sheets import portfolio_sheets
from api.flat.tables import exposures_table
from api.kept import Kept
from api.lake.tables import TablesState
from api.lake.token_lines import Entry, entries_of
from api.portfolio_query import positions_of_body, positions_of_query
from api.questions import FUNDS_REMEMBERED, MOST_LINES, FundSet, PreparedFunds, Question
from api.sources import Sources, newer_snapshots
from etf_analytics import (
    DEPTH,
    UNCLASSIFIED,
    By,
    Fund,
    Security,
    analyze_portfolio,
    narrowed,
    narrowed_funds,
    positions_of,
)
from etf_analytics.identity import is_named_as_fund
from etf_analytics.reference.sectors import sectors
from etf_common.symbols import either

_FEWER_FUNDS = "ask about fewer or smaller funds"
Answering = Callable[[TablesState | None, Mapping[str, str]], Answer]
"""Answers from a state of the tables, or without them, with the headers that describe the data."""


@dataclass(frozen=True)
class Asked:
    """A portfolio as it is asked for."""

    question: Question
    amounts: Mapping[str, float]
    in_usd: bool


@dataclass(frozen=True)
class Needed:
    """The funds that a portfolio needs."""

    whole: FundSet
    """The funds among the positions and inside them; without tables all funds, if a position is not a fund."""
    opened: frozenset[str]
    """Those that are opened."""
    direct: tuple[str, ...] = ()
    """The positions that only the tables can describe."""

    def funds(self, state: TablesState | None, entries: Sequence[Entry]) -> dict[str, Fund]:
        """All funds prepared for the analytics, by symbol; those that are not whole here have only these `entries`."""
        found = self.whole.funds()
        if state is None:
            return found
        others = {symbol: record for symbol, record in state.records.items() if symbol not in found}
        own = [entry for entry in entries if entry[0] in others]
        described = narrowed_funds(others, own, by=self.whole.by, sector_of=sectors().of)
        # In one order whatever the positions are: the first fund that lists a security describes it.
        return dict(sorted({**found, **{fund.symbol: fund for fund in described}}.items()))


class Portfolios:
    """Look-throughs of the newest snapshots. What is held directly is described by the tables, or all snapshots."""

    def __init__(
        self,
        sources: Sources,
        computing: Computing,
        prepared: PreparedFunds,
        blocks: FilingBlocks,
        factors: Factors,
    ) -> None:
        self._sources, self._computing, self._prepared = sources, computing, prepared
        self._blocks, self._factors = blocks, factors
        self._named: Kept[str, frozenset[str]] = Kept(FUNDS_REMEMBERED, lambda _: 1)

    def of_query(self, request: Request) -> Answer:
        """The look-through of a portfolio given as proportions."""
        amounts = positions_of_query(request.query.get("positions", ""), self._sources.symbol_of)
        return self._answer(Asked(Question.of(request.query), amounts, in_usd=False))

    def of_body(self, request: Request) -> Answer:
        """The look-through of a portfolio given in USD or as proportions."""
        amounts, in_usd = positions_of_body(request.body(), self._sources.symbol_of)
        return self._answer(Asked(Question.of(request.query), amounts, in_usd))

    def _answer(self, asked: Asked) -> Answer:
        """Exposures, concentration, cost, and each fund's effect on them."""
        needed = self.needed(asked.amounts, asked.question.by)

        def computed(state: TablesState | None, headers: Mapping[str, str]) -> Answer:
            return self._computed(asked, needed, state, headers)

        return self.answered(asked.amounts, asked.question, needed, computed)

    def answered(self, symbols: Iterable[str], question: Question, needed: Needed, computed: Answering) -> Answer:
        """What `computed` answers about positions in `symbols`, from the tables where what is held directly needs them.

        Raises TooLargeError and LagError.
        """
        # Only the opened funds count here; others only describe what is held directly.
        told = needed.whole.only(needed.opened)
        if needed.opened:
            told.check_portfolio(sum(symbol in needed.opened for symbol in symbols), _FEWER_FUNDS)
            told.check_lag(question.max_lag_days)

        def of_tables(state: TablesState) -> Answer:
            headers = self._sources.headers(told.metadata) if needed.opened else self._sources.headers_of_all(state)
            return computed(state, headers)

        answer = self._sources.tables.answered(of_tables) if needed.direct else None
        if answer is not None:
            return answer
        described = told if needed.opened else needed.whole
        return computed(None, self._sources.headers(described.metadata))

    def entries(self, needed: Needed, state: TablesState | None) -> list[Entry]:
        """The lines that describe what is held directly. Raises TooLargeError for too many lines of all together."""
        entries = entries_of(self._sources.tables, state, needed.direct) if state else []
        if len(entries) + needed.whole.lines > MOST_LINES:
            raise TooLargeError(f"funds list these {len(needed.direct)} securities too often together: ask about fewer")
        return entries

    def _computed(self, asked: Asked, needed: Needed, state: TablesState | None, headers: Mapping[str, str]) -> Answer:
        costs = self._sources.costs(asked.amounts)
        inputs = ("portfolio", asked.in_usd, *asked.amounts.items(), costs, state and state.etag)
        filings = self._blocks.of_portfolio(asked.amounts)
        factors = self._factors.of_portfolio(asked.question.by, needed.whole.lines)
        etag = needed.whole.etag(*inputs, asked.question.format, *filings.inputs, *factors.inputs)
        if kept := self._computing.kept(etag):
            return Answer(kept, headers)
        entries = self.entries(needed, state)
        newer = newer_snapshots(state, needed.whole.stored) if state else []
        blocks = filings.read()

        def compute() -> Computed:
            positions, funds = positions_of(asked.amounts, in_usd=asked.in_usd), needed.funds(state, entries)
            answer = analyze_portfolio(
                positions,
                funds,
                expense_ratio_pct={symbol: cost["expense_ratio_pct"] for symbol, cost in costs.items()},
                sector_table=sectors().described,
                check_securities=self.check_securities,
            )
            answer["given_total"] = math.fsum(asked.amounts.values())
            if newer:
                answer["newer_snapshots"] = newer
            return with_blocks(with_blocks(answer, blocks), factors.block(positions, funds))

        return self._computing.answer(
            compute,
            etag,
            headers,
            chosen=asked.question.format,
            table=exposures_table,
            name="portfolio",
            sheets=portfolio_sheets(headers.get("X-Data-Source", "")),
        )

    def check_securities(self, listed: Mapping[str, Sequence[Security]]) -> None:
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
        refreshed = self._sources.catalogues.get().refreshed
        named = ", ".join(
            f"{symbol} (configured, not yet fetched)" if symbol in refreshed else either(symbol)
            for symbol in symbols[:5]
        )
        named += f" and {len(symbols) - 5} more" if len(symbols) > 5 else ""
        cash = "; leave cash out: positions are securities only" if {"CASH", "USD"} & set(symbols) else ""
        return (
            f"{named}: neither an ETF here nor listed by one; /api/etfs shows the ETFs, etf_symbols in the config adds "
            f"one, and a list that is cut at max_holdings may lack a small stock{cash}"
        )

    def needed(self, amounts: Mapping[str, float], by: By) -> Needed:
        """The funds among the positions and inside them, and the positions that are not funds. Raises TooLargeError."""
        catalogue = self._sources.catalogues.get()
        if catalogue.tables is None:
            everything = any(symbol not in catalogue.available for symbol in amounts)
            found = self._sources.there(sorted(catalogue.available)) if everything else {}
            wanted = [symbol for symbol in amounts if symbol in catalogue.available]
            return Needed(*self._opened(wanted, found, catalogue, by))
        # The tables may not have a fund yet that the config names.
        known = catalogue.available, catalogue.refreshed
        found = self._sources.there(symbol for symbol in amounts if any(symbol in symbols for symbols in known))
        direct = tuple(symbol for symbol in amounts if symbol not in found)
        return Needed(*self._opened([*found], found, catalogue, by, by_name=bool(direct)), direct)

    def _opened(
        self,
        wanted: Sequence[str],
        found: dict[str, StoredSnapshot],
        catalogue: Catalogue,
        by: By,
        *,
        by_name: bool = False,
    ) -> tuple[FundSet, frozenset[str]]:
        """`found` and all funds inside those that are `wanted`, and the symbols of those that are opened.

        `by_name`: also those that a list names without saying that they are funds.
        """
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
                if by_name and catalogue.tables:
                    held = held.union(*(self.held_by_name(catalogue.tables, found[etf], by) for etf in inside))
            wanted = sorted((held & catalogue.available) - opened)
        return FundSet(found, self._prepared, by, self._sources.isins(found, by)), frozenset(opened)

    def held_by_name(self, state: TablesState, stored: StoredSnapshot, by: By) -> frozenset[str]:
        """The funds of the tables that a list holds under their names, without saying that they are funds."""
        key = f"{state.etag} {stored.etag} {by}"
        named = self._named.get(key)
        if named is None:
            named = _named(state, self._prepared.get(stored, by))
            self._named.put(key, named)
        return named


def _named(state: TablesState, fund: Fund) -> frozenset[str]:
    records = state.newest.funds
    return frozenset(
        key
        for key in fund.weights.keys() & records.keys()
        if is_named_as_fund(fund.securities[key].evidence, narrowed(records[key], ()))
    )
