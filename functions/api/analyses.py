"""The analyses of the newest snapshots: which funds a question needs, and the headers that describe their data."""

import math
import re
from collections.abc import Callable, Iterable, Mapping, Sequence
from datetime import datetime
from typing import Any, NoReturn

from api.catalogue import Catalogues
from api.documents import Answer, Document, StoredSnapshot, json_body
from api.events import Request
from api.faults import UnknownPositionError
from api.freshness import data_headers
from api.portfolio_query import positions_of_body, positions_of_query
from api.queries import by_query, symbols_query
from api.questions import FundSet, PreparedFunds, Question, Turns
from api.snapshots import Snapshots
from api.tables import compare_table, exposures_table, holders_table, overlap_table
from etf_analytics import (
    DEPTH,
    UNCLASSIFIED,
    By,
    Security,
    analyze_fund,
    analyze_portfolio,
    compare_funds,
    find_holders,
    fund_overlap,
    positions_of,
)
from etf_analytics.reference.expense_ratios import expense_ratio
from etf_analytics.reference.sectors import sectors
from etf_common.holdings_csv import CONTENT_TYPE
from etf_common.lake import latest_key
from etf_common.symbols import canonical_security, is_etf_symbol

Computed = dict[str, Any]
_NOT_IN_A_FILE_NAME = re.compile(r"[^A-Z0-9.-]", re.IGNORECASE)
_FEWER_FUNDS = "ask about fewer or smaller funds"


class Analyses:
    """Analyses of the newest snapshots. `explain_missing` raises UnknownSymbolError for a fund without a snapshot.

    An answer's ETag is derived from its inputs, so a caller who already has the answer costs no computation.
    """

    def __init__(
        self,
        snapshots: Snapshots,
        catalogues: Catalogues,
        now: Callable[[], datetime],
        explain_missing: Callable[[str], NoReturn],
    ) -> None:
        self._snapshots, self._catalogues, self._now = snapshots, catalogues, now
        self._explain_missing = explain_missing
        self._prepared, self._turns = PreparedFunds(), Turns()

    def of_fund(self, stored: StoredSnapshot, symbol: str, query: Mapping[str, str]) -> Document:
        """The analytics of one fund."""
        fund_set = FundSet({symbol: stored}, self._prepared, by_query(query))
        fund_set.check_lines(_FEWER_FUNDS)

        def compute() -> bytes:
            fund = fund_set.funds()[symbol]
            return json_body(analyze_fund(fund, sector_table=_sector_table(), cost=_cost(fund.symbol)))

        return Document(self._in_turn(compute), fund_set.etag("analytics"))

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

        def compute() -> Computed:
            costs = {symbol: cost for symbol in fund_set.stored if (cost := _cost(symbol))}
            return compare_funds([*fund_set.funds().values()], costs=costs, sector_table=_sector_table())

        return self._answer(compute, question, compare_table, "compare", fund_set, "compare")

    def _asked(self, request: Request) -> tuple[Question, FundSet]:
        """A question about the funds in `symbols`. Raises UnknownSymbolError, TooLargeError and LagError."""
        question, symbols = Question.of(request.query), symbols_query(request.query)
        fund_set = FundSet(self._there(symbols), self._prepared, question.by)
        for symbol in symbols:
            if symbol not in fund_set.stored:
                self._explain_missing(symbol)
        fund_set.check_lines(_FEWER_FUNDS)
        fund_set.check_lag(question.max_lag_days)
        return question, fund_set

    def holders(self, request: Request) -> Answer:
        """The funds that hold a security."""
        question, symbol = Question.of(request.query), canonical_security(request.symbol)
        fund_set = FundSet(self._there(sorted(self._catalogues.get().available)), self._prepared, question.by)
        fund_set.check_lines(f"request the holdings of each fund, /api/etfs/ETF/holdings, and look for {symbol} there")

        def compute() -> Computed:
            answer = find_holders(symbol, [*fund_set.funds().values()])
            fund_set.only(answer["holdings_as_of"]).check_lag(question.max_lag_days, chosen=False)
            if not answer["holders"]:
                hidden = "; partial lists may hide it, see may_hold" if answer["may_hold"] else ""
                answer["note"] = f"no fund here lists {symbol} as a security (cash and contracts do not count){hidden}"
            elif answer["doubts"]:
                answer["note"] = f"the lines listed as {symbol} may be one security or several, see doubts"
            elif answer["name"] is None and len({row["name"] for row in answer["holders"]}) > 1:
                answer["note"] = f"several companies have the symbol {symbol}: see the name of each line"
            return answer

        # Only the answer shows whose dates matter, so max_lag_days is part of the ETag.
        inputs = ("holders", symbol, question.max_lag_days)
        return self._answer(compute, question, holders_table, f"holders-{symbol}", fund_set, *inputs)

    def portfolio_of_query(self, request: Request) -> Answer:
        """The look-through of a portfolio given as proportions."""
        return self._portfolio(request, positions_of_query(request.query.get("positions", "")), in_usd=False)

    def portfolio_of_body(self, request: Request) -> Answer:
        """The look-through of a portfolio given in USD."""
        return self._portfolio(request, positions_of_body(request.body()), in_usd=True)

    def _portfolio(self, request: Request, amounts: Mapping[str, float], *, in_usd: bool) -> Answer:
        """Exposures, concentration, cost, and each fund's effect on them."""
        question = Question.of(request.query)
        fund_set, opened = self._needed(amounts, question.by)
        # Only the opened funds count here; others only describe what is held directly.
        told = fund_set.only(opened) if opened else fund_set
        if opened:
            told.check_portfolio(sum(symbol in opened for symbol in amounts), _FEWER_FUNDS)
            told.check_lag(question.max_lag_days)

        def compute() -> Computed:
            funds = fund_set.funds()
            ratios = {symbol: cost["expense_ratio_pct"] for symbol in {*funds, *amounts} if (cost := _cost(symbol))}
            answer = analyze_portfolio(
                positions_of(amounts, in_usd=in_usd),
                funds,
                expense_ratio_pct=ratios,
                sector_table=_sector_table(),
                check_securities=self._check_securities,
            )
            answer["given_total"] = math.fsum(amounts.values())
            return answer

        inputs = ("portfolio", in_usd, *amounts.items())
        return self._answer(compute, question, exposures_table, "portfolio", fund_set, *inputs, told=told)

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
        configured = self._catalogues.get().configured
        named = ", ".join(
            f"{symbol} (configured, not yet fetched)" if symbol in configured else symbol for symbol in symbols[:5]
        )
        named += f" and {len(symbols) - 5} more" if len(symbols) > 5 else ""
        cash = "; leave cash out: positions are securities only" if {"CASH", "USD"} & set(symbols) else ""
        return (
            f"{named}: neither an ETF here nor listed by one; /api/etfs shows the ETFs, etf_symbols in the config adds "
            f"one, and a list that is cut at max_holdings may lack a small stock{cash}"
        )

    def _needed(self, amounts: Mapping[str, float], by: By) -> tuple[FundSet, set[str]]:
        """The funds among the positions and inside them, or all funds if a position is not a fund.

        Also returns the symbols of those that are opened. Raises TooLargeError.
        """
        available = self._catalogues.get().available
        everything = any(symbol not in available for symbol in amounts)
        found = self._there(sorted(available)) if everything else {}
        opened: set[str] = set()
        wanted = [symbol for symbol in amounts if symbol in available]
        # One level more than is opened, so that the answer can report a fund that is here but too deep.
        for level in range(DEPTH + 1):
            found |= self._there(symbol for symbol in wanted if symbol not in found)
            FundSet(found, self._prepared, by).check_lines(_FEWER_FUNDS)
            if level == DEPTH:
                break
            inside = [symbol for symbol in wanted if symbol in found]
            opened.update(inside)
            with self._turns.take():
                held = {symbol for etf in inside for symbol in self._prepared.held_by(found[etf], by)}
            wanted = sorted((held & available) - opened)
        fund_set = FundSet(found, self._prepared, by)
        return fund_set, opened

    def _there(self, symbols: Iterable[str]) -> dict[str, StoredSnapshot]:
        """The newest snapshots of the symbols that have one, in the same order."""
        keys = {symbol: latest_key(symbol) for symbol in symbols if is_etf_symbol(symbol)}
        found = self._snapshots.get_many(keys.values())
        return {symbol: found[key] for symbol, key in keys.items() if key in found}

    def _in_turn(self, compute: Callable[[], bytes]) -> Callable[[], bytes]:
        def computed() -> bytes:
            with self._turns.take():
                return compute()

        return computed

    def _answer(
        self,
        compute: Callable[[], Computed],
        question: Question,
        table: Callable[[Mapping[str, Any]], bytes],
        name: str,
        fund_set: FundSet,
        *inputs: object,
        told: FundSet | None = None,
    ) -> Answer:
        """The answer that `compute` makes of `fund_set` and `inputs`; its headers describe the funds of `told`."""
        headers = data_headers((told or fund_set).metadata, self._now(), self._catalogues.stale_after_days())
        etag = fund_set.etag(*inputs, question.format)
        if question.format == "json":
            return Answer(Document(self._in_turn(lambda: json_body(compute())), etag), headers)
        file = _NOT_IN_A_FILE_NAME.sub("_", name)
        disposition = {"Content-Disposition": f'attachment; filename="{file}.csv"'}
        return Answer(Document(self._in_turn(lambda: table(compute())), etag, CONTENT_TYPE, disposition), headers)


def _sector_table() -> dict[str, str]:
    table = sectors()
    return {"taxonomy": table.taxonomy, "source": table.source, "as_of": table.as_of}


def _cost(symbol: str) -> dict[str, Any] | None:
    known = expense_ratio(symbol)
    if known is None:
        return None
    return {"expense_ratio_pct": known.expense_ratio_pct, "source": known.source, "as_of": known.as_of}
