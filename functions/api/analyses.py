"""The analytics over the newest snapshots: which funds a question needs, and what is said of their data."""

import hashlib
import json
import math
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any, NoReturn
from weakref import WeakKeyDictionary

from api.catalogue import Catalogues
from api.documents import Document, StoredSnapshot
from api.freshness import data_headers
from api.queries import by_query, format_query, max_lag_query, symbols_query
from api.snapshots import Snapshots
from api.tables import compare_table, exposures_table, holders_table, overlap_table
from etf_analytics import (
    UNCLASSIFIED,
    By,
    Fund,
    analyze_fund,
    analyze_portfolio,
    compare_funds,
    disambiguate_by_symbol,
    find_holders,
    fund_overlap,
    positions_of,
    prepare,
    securities_of,
)
from etf_analytics.reference.expense_ratios import expense_ratio
from etf_analytics.reference.sectors import sectors
from etf_common.errors import PipelineError
from etf_common.holdings_csv import CONTENT_TYPE
from etf_common.lake import latest_key
from etf_common.symbols import canonical_security

Parameters = Mapping[str, str]
Answered = tuple[Document, dict[str, str]]
"""The document, and the headers that tell about its data."""


class UnknownPositionError(PipelineError):
    """A position that is neither a fund here nor one security that funds here list; the message names it."""

    code = "unknown_position"


class LagError(PipelineError):
    """Holdings dates that lie further apart than the caller allows; the message names the oldest fund."""

    code = "lag"


@dataclass(frozen=True)
class _Question:
    """What the parameters of a question say."""

    by: By
    max_lag_days: int | None
    format: str

    @classmethod
    def of(cls, parameters: Parameters) -> "_Question":
        return cls(by_query(parameters), max_lag_query(parameters), format_query(parameters))


class Analyses:
    """Answers over the newest snapshots. `explain_missing` raises UnknownSymbolError for a fund that is not there."""

    def __init__(
        self,
        snapshots: Snapshots,
        catalogues: Catalogues,
        now: Callable[[], datetime],
        explain_missing: Callable[[str], NoReturn],
    ) -> None:
        self._snapshots, self._catalogues, self._now = snapshots, catalogues, now
        self._explain_missing = explain_missing
        # As long as the snapshots themselves are kept.
        self._prepared: WeakKeyDictionary[StoredSnapshot, dict[By, Fund]] = WeakKeyDictionary()

    def of_fund(self, stored: StoredSnapshot, parameters: Parameters) -> Document:
        """The figures of one fund."""
        fund = self._fund(stored, by_query(parameters))
        return _document(analyze_fund(fund, sector_table=_sector_table(), cost=_cost(fund.symbol)))

    def overlap(self, parameters: Parameters) -> Answered:
        """How much of 2 to 30 funds is the same, pair by pair."""
        question, stored, funds = self._asked(parameters)
        # Of two funds the table's columns are a and b: the file's name says which is which.
        name = f"overlap-{'-'.join(stored)}" if len(stored) == 2 else "overlap"
        return self._answered(fund_overlap(funds), question, overlap_table, name, stored)

    def compare(self, parameters: Parameters) -> Answered:
        """2 to 30 funds side by side."""
        question, stored, funds = self._asked(parameters)
        costs = {symbol: cost for symbol in stored if (cost := _cost(symbol))}
        answer = compare_funds(funds, costs=costs, sector_table=_sector_table())
        return self._answered(answer, question, compare_table, "compare", stored)

    def _asked(self, parameters: Parameters) -> tuple[_Question, dict[str, StoredSnapshot], list[Fund]]:
        """A question over the funds that `symbols` names. Raises UnknownSymbolError and LagError."""
        question, symbols = _Question.of(parameters), symbols_query(parameters)
        stored = self._there(symbols)
        for symbol in symbols:
            if symbol not in stored:
                self._explain_missing(symbol)
        funds = list(self._funds(stored, question.by).values())
        _check_lag(funds, question)
        return question, stored, funds

    def holders(self, symbol: str, parameters: Parameters) -> Answered:
        """The funds that hold a security."""
        question, symbol = _Question.of(parameters), canonical_security(symbol)
        stored = self._there(sorted(self._catalogues.get().available))
        funds = self._funds(stored, question.by)
        answer = find_holders(symbol, [*funds.values()])
        _check_lag([funds[etf] for etf in answer["holdings_as_of"]], question, chosen=False)
        if not answer["holders"]:
            hidden = "; partial lists may hide it, see may_hold" if answer["may_hold"] else ""
            answer["note"] = f"no fund here lists {symbol} among what counts (cash and contracts do not){hidden}"
        elif answer["doubts"]:
            answer["note"] = f"these lines of {symbol} may be one security or several, see doubts"
        elif answer["name"] is None and len({row["name"] for row in answer["holders"]}) > 1:
            answer["note"] = f"several companies go by {symbol}: each line has its own name"
        return self._answered(answer, question, holders_table, f"holders-{symbol}", stored)

    def portfolio(self, amounts: Mapping[str, float], parameters: Parameters, *, in_usd: bool) -> Answered:
        """A portfolio looked through: exposures, concentration, cost, and what each fund does to them."""
        question = _Question.of(parameters)
        stored = self._needed(amounts)
        funds = disambiguate_by_symbol(self._funds(stored, question.by))
        positions = positions_of(amounts, in_usd=in_usd)
        self._check_securities([symbol for symbol in amounts if symbol not in funds], funds)
        ratios = {symbol: cost["expense_ratio_pct"] for symbol in {*funds, *amounts} if (cost := _cost(symbol))}
        answer = analyze_portfolio(positions, funds, expense_ratio_pct=ratios, sector_table=_sector_table())
        answer["given_total"] = math.fsum(amounts.values())
        # Of the funds that were opened; others only described what is held directly.
        inside = [symbol for symbol in funds if symbol in answer["holdings_as_of"]]
        _check_lag([funds[symbol] for symbol in inside], question)
        told = {symbol: stored[symbol] for symbol in inside} or stored
        return self._answered(answer, question, exposures_table, "portfolio", told)

    def _check_securities(self, symbols: list[str], funds: Mapping[str, Fund]) -> None:
        """Raises UnknownPositionError unless it is certain which security each of these is."""
        listed = securities_of(symbols, funds)
        if strangers := [symbol for symbol, lines in listed.items() if not lines]:
            raise UnknownPositionError(self._explain_strangers(strangers))
        for symbol, lines in listed.items():
            names, meant = " and ".join(str(line.name) for line in lines), sectors().name_of(symbol)
            if len(lines) > 1:
                raise UnknownPositionError(f"{symbol} is {names} here, and the symbol does not say which: leave it out")
            if meant and lines[0].asset_class == "equity" and lines[0].sector == UNCLASSIFIED:
                raise UnknownPositionError(f"{symbol}: no ETF here lists {meant}; what they list by it is {names}")

    def _explain_strangers(self, symbols: list[str]) -> str:
        configured = self._catalogues.get().configured
        named = ", ".join(
            f"{symbol} (configured, not yet fetched)" if symbol in configured else symbol for symbol in symbols
        )
        cash = "; cash is no position: the others are what is invested" if {"CASH", "USD"} & set(symbols) else ""
        return (
            f"{named}: neither an ETF here nor listed by one; /api/etfs lists the ETFs (etf_symbols in the config adds "
            f"one), and a list that is cut at max_holdings may lack a small stock{cash}"
        )

    def _needed(self, amounts: Mapping[str, float]) -> dict[str, StoredSnapshot]:
        """The funds among the positions and inside them; all there are, if a position is no fund."""
        available = self._catalogues.get().available
        if any(symbol not in available for symbol in amounts):
            return self._there(sorted(available))
        found: dict[str, StoredSnapshot] = {}
        wanted = set(amounts)
        while wanted:
            new = self._there(sorted(wanted))
            found |= new
            inside = [self._fund(stored, "security") for stored in new.values()]
            held = {symbol for fund in inside for key in fund.held_funds if (symbol := fund.securities[key].symbol)}
            wanted = (held & available) - found.keys() - wanted
        return found

    def _there(self, symbols: Iterable[str]) -> dict[str, StoredSnapshot]:
        symbols = list(symbols)
        found = self._snapshots.get_many([latest_key(symbol) for symbol in symbols])
        return {symbol: found[key] for symbol in symbols if (key := latest_key(symbol)) in found}

    def _funds(self, stored: Mapping[str, StoredSnapshot], by: By) -> dict[str, Fund]:
        """Prepared, in the same order."""
        return {symbol: self._fund(snapshot, by) for symbol, snapshot in stored.items()}

    def _fund(self, stored: StoredSnapshot, by: By) -> Fund:
        prepared = self._prepared.setdefault(stored, {})
        if by not in prepared:
            prepared[by] = prepare(json.loads(stored.body), by=by, sector_of=sectors().of)
        return prepared[by]

    def _answered(
        self,
        answer: dict[str, Any],
        question: _Question,
        table: Callable[[Mapping[str, Any]], bytes],
        name: str,
        stored: Mapping[str, StoredSnapshot],
    ) -> Answered:
        headers = data_headers([snapshot.metadata for snapshot in stored.values()], self._now())
        if question.format == "json":
            return _document(answer), headers
        disposition = {"Content-Disposition": f'attachment; filename="{name}.csv"'}
        body = table(answer)
        return Document(body, _etag(body), CONTENT_TYPE, disposition), headers


def _check_lag(funds: Iterable[Fund], question: _Question, *, chosen: bool = True) -> None:
    """Raises LagError where the holdings dates lie further apart than the question allows; `chosen` by the caller?"""
    by_date = sorted(funds, key=lambda fund: fund.holdings_as_of)
    if question.max_lag_days is None or not by_date:
        return
    oldest, newest = by_date[0], by_date[-1]
    lag = (_day(newest) - _day(oldest)).days
    if lag > question.max_lag_days:
        days, otherwise = "day" if lag == 1 else "days", f", or leave {oldest.symbol} out" if chosen else ""
        raise LagError(
            f"{oldest.symbol} is of {oldest.holdings_as_of}, {lag} {days} before {newest.symbol}; "
            f"max_lag_days allows {question.max_lag_days}: allow more{otherwise}"
        )


def _document(answer: dict[str, Any]) -> Document:
    body = json.dumps(answer, ensure_ascii=False, separators=(",", ":")).encode()
    return Document(body, _etag(body))


def _etag(body: bytes) -> str:
    return f'"{hashlib.sha256(body).hexdigest()[:32]}"'


def _day(fund: Fund) -> datetime:
    return datetime.fromisoformat(fund.holdings_as_of)


def _sector_table() -> dict[str, str]:
    table = sectors()
    return {"taxonomy": table.taxonomy, "source": table.source, "as_of": table.as_of}


def _cost(symbol: str) -> dict[str, Any] | None:
    known = expense_ratio(symbol)
    if known is None:
        return None
    return {"expense_ratio_pct": known.expense_ratio_pct, "source": known.source, "as_of": known.as_of}
