"""How funds and portfolios lean towards the reference funds that the config names."""

import threading
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import cached_property
from typing import Any

from api.computing import Computed, Computing
from api.documents import Answer, StoredSnapshot
from api.events import Request
from api.flat.tables import factors_table
from api.queries import by_query, format_query
from api.questions import MOST_LINES, FundSet, PreparedFunds
from api.sources import Sources
from etf_analytics import By, Fund, Position, References, fund_factors, portfolio_factors
from etf_common.codes import Reason
from etf_common.errors import DamagedObjectError
from etf_common.factors import MARKET

_FEWER_LINES = "the reference funds of the config list too many lines together: name smaller ones"


@dataclass(frozen=True)
class StoredReferences:
    """The newest lists of the reference funds. `inputs` is what decides what they say."""

    factors: Mapping[str, str]
    funds: FundSet
    damaged: frozenset[str]
    """The symbols of those whose snapshots cannot be read: the rest of an answer does without."""

    @cached_property
    def inputs(self) -> tuple[object, ...]:
        """The references by factor, and their lists."""
        etag = self.funds.etag("references") if len(self.funds) else ""
        return (*self.factors.items(), etag, sorted(self.damaged))

    def prepared(self) -> References:
        """The references prepared for the analytics."""
        by_factor = {factor: symbol for factor, symbol in self.factors.items() if factor != MARKET}
        funds, damaged = {}, set(self.damaged)
        for symbol in self.funds.stored:
            try:
                funds[symbol] = self.funds.fund(symbol)
            except DamagedObjectError:
                damaged.add(symbol)
        return References(self.factors.get(MARKET), by_factor, funds, frozenset(damaged))


class Factors:
    """The weights in reference funds, of one fund and of a portfolio."""

    def __init__(self, sources: Sources, computing: Computing, prepared: PreparedFunds) -> None:
        self._sources, self._computing, self._prepared = sources, computing, prepared
        self._references: tuple[tuple[object, ...], References] | None = None
        self._lock = threading.Lock()

    def stored(self, by: By) -> StoredReferences:
        """The newest lists of those reference funds that have one."""
        factors = self._sources.catalogues.settings().factors
        found, damaged = self._read([*factors.values()])
        funds = FundSet(found, self._prepared, by, self._sources.isins(found, by))
        return StoredReferences(factors, funds, frozenset(damaged))

    def _read(self, symbols: list[str]) -> tuple[dict[str, StoredSnapshot], list[str]]:
        """The snapshots that there are, and the symbols of those that are damaged."""
        # What the tables know is new enough: a question reads no reference again that has not changed since.
        state = self._sources.tables.state()
        try:
            found = self._sources.there(symbols, state)
            for stored in found.values():
                _ = stored.lines  # of some only the list itself tells
        except DamagedObjectError:
            if len(symbols) == 1:
                return {}, symbols
        else:
            return found, []
        parts = [self._read([symbol]) for symbol in symbols]
        found = {symbol: stored for part, _ in parts for symbol, stored in part.items()}
        return found, [symbol for _, damaged in parts for symbol in damaged]

    def references(self, stored: StoredReferences) -> References:
        """The references prepared; the last ones are kept, with what the market has in common with them."""
        with self._lock:
            known = self._references
            if known is None or known[0] != stored.inputs:
                self._references = known = stored.inputs, stored.prepared()
            return known[1]

    def of_fund(self, stored: StoredSnapshot, symbol: str, request: Request, *, is_newest: bool) -> Answer:
        """The weight of a fund's list in the references' newest lists."""
        by, form = by_query(request.query), format_query(request.query)
        references = self.stored(by)
        fund_set = FundSet({symbol: stored}, self._prepared, by, self._sources.isins([symbol], by))
        FundSet({**references.funds.stored, symbol: stored}, self._prepared, by).check_lines(_FEWER_LINES)
        etag = fund_set.etag("factors", form, *references.inputs)

        def compute() -> Computed:
            return fund_factors(fund_set.fund(symbol), self.references(references))

        headers = self._headers(references.funds.metadata, symbol, stored, is_newest=is_newest)
        return self._computing.answer(
            compute, etag, headers, chosen=form, table=factors_table, name=f"factors-{symbol}"
        )

    def _headers(
        self, references: Mapping[str, Mapping[str, str]], symbol: str, stored: StoredSnapshot, *, is_newest: bool
    ) -> dict[str, str]:
        """The headers that describe all these lists: only newest ones can be overdue."""
        if is_newest:
            return self._sources.headers({**references, symbol: stored.metadata})
        told = self._sources.headers({**references, f"{symbol} {stored.holdings_as_of}": stored.metadata})
        newest = self._sources.headers(references) if references else {"X-Data-Stale": "false"}
        kept = {name: text for name, text in told.items() if not name.startswith("X-Data-Stale")}
        return {**kept, **{name: text for name, text in newest.items() if name.startswith("X-Data-Stale")}}

    def of_portfolio(self, by: By, lines: int) -> "PortfolioFactors":
        """What the block of a portfolio over so many lines is made of."""
        stored = self.stored(by)
        return PortfolioFactors(self, stored, too_many=lines + stored.funds.lines > MOST_LINES)


@dataclass(frozen=True)
class PortfolioFactors:
    """The block of one portfolio."""

    factors: Factors
    stored: StoredReferences
    too_many: bool

    @property
    def inputs(self) -> tuple[object, ...]:
        """What decides the block beside the portfolio."""
        return (self.too_many, *self.stored.inputs)

    def block(self, positions: Sequence[Position], funds: Mapping[str, Fund]) -> dict[str, Any]:
        """The block, and `reasons` where it is null."""
        if self.too_many:
            return without_factors(Reason.TOO_MANY_LINES)
        return {"factors": portfolio_factors(positions, funds, self.factors.references(self.stored)), "reasons": {}}


def without_factors(reason: Reason) -> dict[str, Any]:
    """The block of a portfolio that has none."""
    return {"factors": None, "reasons": {"factors": reason}}
