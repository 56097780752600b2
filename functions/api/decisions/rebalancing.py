"""Rebalancing: which funds, quotes and filings a question needs, and the solver's part in its answer."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any

from api.computing import Computed, Computing
from api.decisions.rebalance_body import MOST_USD, Given, RebalanceBody, rebalance_body
from api.decisions.solver_client import SOLVE_SECONDS, Solver
from api.documents import Answer
from api.events import Request
from api.faults import BadQueryError, TooLargeError
from api.filings.blocks import FilingBlocks, FundFiling, fund_blocks
from api.flat.tables import trades_table
from api.lake.tables import TablesState
from api.portfolios import Needed, Portfolios
from api.questions import Question
from api.sources import Sources
from etf_analytics import (
    Asset,
    CapError,
    CapKind,
    Fund,
    RebalanceProblem,
    TooManyRowsError,
    Wanted,
    assets_looked_through,
    rebalance_plan,
    rebalance_problem,
)
from etf_analytics.cost import spread_bps
from etf_analytics.reference.sectors import sectors
from etf_analytics.rendering import Missing
from etf_common.codes import UntradeableReason
from etf_common.collector import paused_collector
from etf_common.exchange import last_close, trading_days
from etf_common.runs import NEW_YORK

STALE_SESSIONS = 5
"""A price that is more sessions older than the last close is stale: nobody trades at it."""
LEAST_USD = 1.0
"""Of less money than this, cents would decide."""
LEAST_PRICE_USD = 0.0001
_FEWER_FUNDS = "ask about fewer or smaller funds"


@dataclass(frozen=True)
class Asked:
    """A rebalancing as it is asked for, and when."""

    question: Question
    body: RebalanceBody
    now: datetime


class Rebalancing:
    """Rebalancings over the newest snapshots, at the prices that they have."""

    def __init__(
        self, sources: Sources, computing: Computing, portfolios: Portfolios, blocks: FilingBlocks, solver: Solver
    ) -> None:
        self._sources, self._computing, self._portfolios = sources, computing, portfolios
        self._blocks, self._solver = blocks, solver

    def answer(self, request: Request) -> Answer:
        """The trades, and the portfolio before and after them.

        Raises BadQueryError, UnknownSymbolError, UnknownPositionError, TooLargeError, LagError and SolverError.
        """
        asked = Asked(
            Question.of(request.query), rebalance_body(request.body(), self._sources.symbol_of), self._sources.now()
        )
        needed = self._portfolios.needed(dict.fromkeys(asked.body.symbols, 1.0), asked.question.by)
        for symbol in (*(asked.body.targets or ()), *(asked.body.candidates or ())):
            if symbol not in needed.whole.stored:
                self._sources.explain_missing(symbol)

        def computed(state: TablesState | None, headers: Mapping[str, str]) -> Answer:
            return self._computed(asked, needed, state, headers)

        return self._portfolios.answered(asked.body.symbols, asked.question, needed, computed)

    def _computed(self, asked: Asked, needed: Needed, state: TablesState | None, headers: Mapping[str, str]) -> Answer:
        filings = self._filings(asked.body, needed)
        inputs = ("rebalance", asked.body, state and state.etag, last_close(asked.now).isoformat())
        etags = (f"{symbol} {filing.etag}" for symbol, filing in filings.items())
        etag = needed.whole.etag(*inputs, asked.question.format, *etags)
        if kept := self._computing.kept(etag):
            return Answer(kept, headers)
        entries = self._portfolios.entries(needed, state)
        blocks = {symbol: fund_blocks(filing.read(), asked.now)["countries"] for symbol, filing in filings.items()}
        with self._computing.turns.take(), paused_collector():
            problem = self._problem(asked, needed, needed.funds(state, entries), blocks)
        # Nobody waits for its turn while the solver works elsewhere.
        solution = self._solver(problem.document(SOLVE_SECONDS))

        def compute() -> Computed:
            answer = rebalance_plan(problem, solution, sector_table=sectors().described)
            return {**answer, "notes": [*answer["notes"], *_notes_on(blocks)]}

        return self._computing.answer(
            compute, etag, headers, chosen=asked.question.format, table=trades_table, name="rebalance"
        )

    def _filings(self, body: RebalanceBody, needed: Needed) -> dict[str, FundFiling]:
        """The filings that caps on countries rest on; of what is no fund there is none."""
        if not any(cap.kind is CapKind.COUNTRY for cap in body.caps):
            return {}
        nothing = FundFiling("", lambda: None)
        return {
            symbol: self._blocks.of_fund(symbol, None) if symbol in needed.whole.stored else nothing
            for symbol in body.symbols
        }

    def _problem(
        self, asked: Asked, needed: Needed, funds: Mapping[str, Fund], countries: Mapping[str, Any]
    ) -> RebalanceProblem:
        """Raises BadQueryError, UnknownPositionError and TooLargeError."""
        body = asked.body
        whole = assets_looked_through(body.symbols, funds, self._portfolios.check_securities)
        given = {position.symbol: position for position in body.positions}
        tradeable = {symbol: fund for symbol, fund in funds.items() if symbol in needed.whole.stored}
        assets = [_asset(symbol, given.get(symbol), tradeable.get(symbol), asked) for symbol in body.symbols]
        wanted = Wanted(body.cash_usd, body.targets, body.caps, body.whole_shares, body.min_trade_usd)
        total = sum(asset.current_usd for asset in assets) + body.cash_usd
        if not LEAST_USD <= total <= MOST_USD:
            allowed = f"allowed is {LEAST_USD:g} to {MOST_USD:g} USD"
            raise BadQueryError(f"positions and cash come to {total:,.2f} USD; {allowed}")
        try:
            return rebalance_problem(assets, wanted, whole, countries=countries, is_known=_is_known)
        except CapError as fault:
            raise BadQueryError(str(fault)) from None
        except TooManyRowsError as fault:
            raise TooLargeError(str(fault)) from None


def _is_known(symbol: str) -> bool:
    return sectors().name_of(symbol) is not None


def _asset(symbol: str, given: Given | None, fund: Fund | None, asked: Asked) -> Asset:
    """One asset. Raises BadQueryError for shares of what has no price."""
    body = asked.body
    price = _price(fund) if fund else None
    as_of = fund.summary.get("as_of") if fund and price else None
    untradeable = _why_not(fund, price, as_of, asked.now)
    held = given is not None
    listed = body.candidates is None or symbol in body.candidates if held else symbol in (body.candidates or ())
    may_buy = listed or (body.targets or {}).get(symbol, 0.0) > 0
    cost_pct, reasons = _cost_pct(body, fund)
    return Asset(
        symbol=symbol,
        current_usd=_amount(given, price) if given else 0.0,
        price_usd=price,
        price_as_of=as_of,
        can_buy=untradeable is None and may_buy,
        can_sell=untradeable is None and held and symbol not in body.no_sell,
        untradeable=untradeable,
        cost_pct=cost_pct,
        cost_usd=body.costs.usd_per_trade,
        reasons=reasons,
    )


def _price(fund: Fund) -> float | None:
    price = fund.summary.get("last_price")
    return float(price) if price and price >= LEAST_PRICE_USD else None


def _why_not(fund: Fund | None, price: float | None, as_of: str | None, now: datetime) -> UntradeableReason | None:
    """Why there is no trade in it; None if there may be."""
    if fund is None:
        return UntradeableReason.NOT_A_FUND
    if price is None:
        return UntradeableReason.PRICE_MISSING
    quoted = _time_of(as_of)
    if quoted is None:
        return UntradeableReason.PRICE_TIME_UNKNOWN
    return UntradeableReason.PRICE_STALE if trading_days(quoted, last_close(now)) > STALE_SESSIONS else None


def _time_of(as_of: str | None) -> datetime | None:
    """When a quote was made; the portal writes New York's time."""
    try:
        found = datetime.fromisoformat(as_of or "")
        return (found if found.tzinfo else found.replace(tzinfo=NEW_YORK)).astimezone(UTC)
    except (ValueError, OverflowError):
        return None


def _amount(given: Given, price: float | None) -> float:
    if given.amount_usd is not None:
        return given.amount_usd
    if price is None:
        raise BadQueryError(f"{given.symbol} is given in shares, and there is no price of it here: give amount_usd")
    return (given.shares or 0.0) * price


def _cost_pct(body: RebalanceBody, fund: Fund | None) -> tuple[float, dict[str, str]]:
    """What a trade costs in per cent, and why half of the spread is not in it, where it is asked for and unknown."""
    if not body.costs.half_spread or fund is None:
        return body.costs.pct_of_trade, {}
    spread = spread_bps(fund.summary)
    if isinstance(spread, Missing):
        return body.costs.pct_of_trade, {"half_spread": spread.reason}
    return body.costs.pct_of_trade + float(spread) / 100.0 / 2.0, {}  # type: ignore[arg-type]


def _notes_on(countries: Mapping[str, Any]) -> Iterable[str]:
    """On which filings caps on countries rest, and what has none."""
    if filed := [f"{symbol} of {block['report_date']}" for symbol, block in countries.items() if block]:
        yield f"caps on countries rest on filings with the SEC: {', '.join(filed)}"
    if without := [symbol for symbol, block in countries.items() if not block]:
        yield f"no filing of {_named(without)} is here, so all of it can be in any country and counts in each such cap"


def _named(symbols: Sequence[str]) -> str:
    return ", ".join(symbols[:10]) + (f" and {len(symbols) - 10} more" if len(symbols) > 10 else "")
