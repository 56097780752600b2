"""The funds of a portfolio on two dates: each fund's newest list on or before each of them, and those inside it."""

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, field, replace

from api.catalogue import Catalogue
from api.computing import Computing
from api.dated.dates import WantedDates, dates_up_to, no_list_up_to
from api.dated.snapshots import Dates, Pair
from api.documents import Answer, StoredSnapshot
from api.faults import TooLargeError
from api.lake.tables import TablesState
from api.lake.token_lines import Entry, entries_of
from api.portfolios import Portfolios
from api.questions import FundSet, PreparedFunds
from api.sources import Sources
from etf_analytics import DEPTH, By, Fund, narrowed_funds
from etf_analytics.reference.sectors import sectors
from etf_common.freshness import last_holdings_date

MOST_DATED_LINES = 90_000
"""The most lines that the lists of both dates may have together: at most about 5 s of CPU."""
_FUNDS_AT_ONCE = 20
"""So many funds are read before their lines are counted, so that a portfolio that is refused takes little memory."""
_FEWER_FUNDS = "ask about fewer or smaller funds"


@dataclass(frozen=True)
class Asked:
    """The positions that are looked through, and on which dates."""

    symbols: Sequence[str]
    by: By
    wanted: WantedDates
    listed: dict[str, Dates] = field(default_factory=dict)
    """The dates of each fund that is listed already; each fund is listed once for one question."""


@dataclass(frozen=True)
class Opened:
    """The funds among the positions and inside them, and what else describes the positions."""

    by: By
    pairs: Mapping[str, Pair]
    """By symbol: the lists of both dates of the funds that are opened, or would be if they were not too deep."""
    closed: frozenset[str]
    """Funds inside them that have no list of one of the dates."""
    direct: tuple[str, ...]
    """The positions that are not funds."""
    described: Mapping[str, StoredSnapshot]
    """Without tables: the newest lists of all funds, which describe what is held directly."""

    @property
    def inputs(self) -> tuple[object, ...]:
        """What decides an answer about them, for its ETag."""
        return (
            *(f"{symbol} {pair.between} {pair.before.etag} {pair.after.etag}" for symbol, pair in self.pairs.items()),
            *(f"{symbol} {stored.etag}" for symbol, stored in self.described.items()),
        )

    @property
    def notes(self) -> dict[str, str]:
        """By fund: why both of its lists are one."""
        return {symbol: pair.note for symbol, pair in self.pairs.items() if pair.note}


def _aside(symbol: str) -> str:
    """A name under which no list holds a fund: its newest list describes securities, and is not opened."""
    return f"{symbol} newest"


class DatedFunds:
    """The funds of portfolios on two dates. What is held directly is described by the newest lists on both."""

    def __init__(self, sources: Sources, computing: Computing, prepared: PreparedFunds, portfolios: Portfolios) -> None:
        self._sources, self._computing = sources, computing
        self._prepared, self._portfolios = prepared, portfolios

    def opened(self, asked: Asked, catalogue: Catalogue) -> Opened:
        """The funds that the portfolio holds on either date. Raises UnknownDateError and TooLargeError."""
        known = catalogue.available | catalogue.refreshed
        pairs = self._with_pairs({}, [symbol for symbol in asked.symbols if symbol in known], asked)
        for symbol in asked.symbols:
            if symbol in known and symbol not in pairs:
                self._explain(symbol, asked.wanted, is_fund=symbol in catalogue.available)
        direct = tuple(symbol for symbol in asked.symbols if symbol not in pairs)
        opened: set[str] = set()
        closed: set[str] = set()
        inside = [*pairs]
        # One level more than is opened, so that the answer can report a fund that is here but too deep.
        for _ in range(DEPTH):
            opened.update(inside)
            held = self._held(inside, pairs, asked.by, catalogue.tables if direct else None)
            wanted = sorted((held & catalogue.available) - opened - pairs.keys() - closed)
            pairs = self._with_pairs(pairs, wanted, asked)
            closed.update(symbol for symbol in wanted if symbol not in pairs)
            inside = [symbol for symbol in wanted if symbol in pairs]
        described = {}
        if direct and catalogue.tables is None:
            described = self._sources.there(sorted(catalogue.available))
        return Opened(asked.by, pairs, frozenset(closed), direct, described)

    def list_dates(self, asked: Asked, symbols: Iterable[str]) -> Mapping[str, Dates]:
        """The dates of these funds, as far as they have any."""
        today = last_holdings_date(self._sources.now())
        symbols = list(symbols)
        more = [symbol for symbol in symbols if symbol not in asked.listed]
        found = self._sources.dated.dates_of_all(more, today)
        asked.listed.update({symbol: found.get(symbol, {}) for symbol in more})
        return {symbol: dates for symbol in symbols if (dates := asked.listed[symbol])}

    def answered(self, opened: Opened, computed: Callable[[TablesState | None], Answer]) -> Answer:
        """What `computed` answers, from the tables where what is held directly needs them."""
        answer = self._sources.tables.answered(computed) if opened.direct else None
        return computed(None) if answer is None else answer

    def entries(self, opened: Opened, state: TablesState | None) -> list[Entry]:
        """The lines that describe what is held directly. Raises TooLargeError for too many lines of all together."""
        described = FundSet(opened.described, self._prepared, opened.by)
        entries = entries_of(self._sources.tables, state, opened.direct) if state else []
        lines = len(entries) + described.lines + sum(pair.lines for pair in opened.pairs.values())
        if lines > MOST_DATED_LINES:
            raise TooLargeError(
                f"the lists of this portfolio have {lines} lines on the two dates together, and one question may read "
                f"{MOST_DATED_LINES}: {_FEWER_FUNDS}"
            )
        return entries

    def lists(
        self, opened: Opened, state: TablesState | None, entries: Sequence[Entry]
    ) -> tuple[dict[str, Fund], dict[str, Fund]]:
        """The funds prepared for the analytics on both dates, by symbol."""
        others = self._others(opened, state, entries)
        before, after = ({**others, **self._on(when, opened)} for when in ("from", "to"))
        # In one order whatever the positions are: the first fund that lists a security describes it.
        return dict(sorted(before.items())), dict(sorted(after.items()))

    def headers(self, opened: Opened, state: TablesState | None) -> dict[str, str]:
        """The headers that describe the lists."""
        if opened.pairs:
            return self._sources.headers_between(opened.pairs)
        if state:
            return self._sources.headers_of_all(state)
        return self._sources.headers({symbol: stored.metadata for symbol, stored in opened.described.items()})

    def _on(self, when: str, opened: Opened) -> dict[str, Fund]:
        """The funds that are opened, on one of the two dates."""
        return {
            symbol: self._prepared.get(dict(pair.by_date)[when], opened.by) for symbol, pair in opened.pairs.items()
        }

    def _others(self, opened: Opened, state: TablesState | None, entries: Sequence[Entry]) -> dict[str, Fund]:
        """The newest lists of all funds, which describe what is held directly on both dates."""
        if not opened.direct:
            return {}
        if state is None:
            newest = [*FundSet(opened.described, self._prepared, opened.by).funds().values()]
        else:
            newest = narrowed_funds(state.records, entries, by=opened.by, sector_of=sectors().of)
        apart = opened.pairs.keys() | opened.closed
        described = (replace(fund, symbol=_aside(fund.symbol)) if fund.symbol in apart else fund for fund in newest)
        return {fund.symbol: fund for fund in described}

    def _with_pairs(self, known: Mapping[str, Pair], symbols: Sequence[str], asked: Asked) -> Mapping[str, Pair]:
        """`known`, and the lists of those funds that have one on or before both dates. Raises TooLargeError."""
        pairs = {**known}
        for start in range(0, len(symbols), _FUNDS_AT_ONCE):
            dates = self.list_dates(asked, symbols[start : start + _FUNDS_AT_ONCE])
            chosen = {symbol: (own, dates_up_to(symbol, [*own], asked.wanted)) for symbol, own in dates.items()}
            pairs |= self._sources.pairs({symbol: (own, found) for symbol, (own, found) in chosen.items() if found})
            self._check_lines(pairs)
        return pairs

    def _explain(self, symbol: str, wanted: WantedDates, *, is_fund: bool) -> None:
        """Raises the error for a fund that has no list on or before a date; not for one that was never fetched."""
        dates = self._sources.dated.dates(symbol, last_holdings_date(self._sources.now()))
        if not dates and is_fund:
            self._sources.explain_no_dates(symbol)
        if dates:
            raise no_list_up_to(symbol, [*dates], wanted)

    def _held(self, inside: Sequence[str], pairs: Mapping[str, Pair], by: By, state: TablesState | None) -> set[str]:
        """The symbols of the funds that these hold on either date."""
        lists = {stored.key: stored for symbol in inside for _, stored in pairs[symbol].by_date}
        with self._computing.turns.take():
            held = {symbol for stored in lists.values() for symbol in self._prepared.held_by(stored, by)}
            if state:
                held = held.union(*(self._portfolios.held_by_name(state, stored, by) for stored in lists.values()))
        return held

    def _check_lines(self, pairs: Mapping[str, Pair]) -> None:
        """Raises TooLargeError, before more lists are read, if these are too many already."""
        lines = sum(pair.lines for pair in pairs.values())
        if lines > MOST_DATED_LINES:
            raise TooLargeError(
                f"{len(pairs)} funds of this portfolio list {lines} lines on the two dates together, and one "
                f"question may read {MOST_DATED_LINES}: {_FEWER_FUNDS}"
            )
