"""Substitutes of a fund: which funds are compared with it, and the answer about them."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from api.computing import Computed, Computing
from api.costs import Costs
from api.documents import Answer
from api.events import Request
from api.faults import TablesError
from api.flat.decision_tables import substitutes_table
from api.kept import Kept
from api.lake.queries import SubstitutesQuery
from api.lake.questions import SMALL_LAKE, candidates
from api.lake.tables import NOT_BUILT, TablesState
from api.questions import MOST_LINES, FundSet, PreparedFunds, computed_etag
from api.sources import Sources, newer_snapshots
from etf_analytics import CHEAPER, SIMILAR_EXPOSURE, SectorMix, near_in_sectors, substitutes
from etf_common.codes import Reason
from etf_common.symbols import canonical_security, is_etf_symbol

LINES_COMPARED = 10_000
"""For each list, funds are compared while they have no more lines together: about a third of a second of CPU."""
LEAST_COMPARED = 5
"""So many are compared whatever they list."""
MOST_COMPARED = 30
"""So many funds at most for each list: each is one read of the lake."""
_OFTEN_TOGETHER = 0.5
"""Two funds that share so many candidates are probably much alike, so they are compared last for little overlap."""
_ANSWERS_REMEMBERED = 1000
ADVICE = (
    "These figures are no tax or investment advice: they do not tell whether two funds are substantially identical "
    "under tax law, and they leave out returns, taxes and trading costs."
)


@dataclass(frozen=True)
class Chosen:
    """The funds that are compared, and those that are not although they might be substitutes."""

    symbol: str
    """The fund that they are compared with."""
    compared: Sequence[str]
    left_out: Mapping[str, int]
    """By list: how many funds might belong to it by what the tables say, and are not compared."""
    cost_unknown: int
    """How many of the funds most like it have no known cost, so that they cannot be cheaper for certain."""
    more_may_be_alike: bool
    """Whether the tables name only the funds most like it, and not all."""


class Substitutes:
    """Substitutes of one fund among all. Which funds are compared is decided by the tables of all funds."""

    def __init__(self, sources: Sources, computing: Computing, prepared: PreparedFunds) -> None:
        self._sources, self._computing, self._prepared = sources, computing, prepared
        # What was compared is not read again to see that it is what the tables know.
        self._etags: Kept[str, tuple[str, Mapping[str, Mapping[str, str]]]] = Kept(_ANSWERS_REMEMBERED, lambda _: 1)

    def of_fund(self, request: Request) -> Answer:
        """The substitutes of a fund."""
        query, symbol = SubstitutesQuery.of(request.query), canonical_security(request.symbol)
        answer = self._sources.tables.answered(lambda state: self._answer(state, symbol, query))
        if answer is None:
            raise TablesError(NOT_BUILT)
        return answer

    def _answer(self, state: TablesState, symbol: str, query: SubstitutesQuery) -> Answer:
        stored = self._sources.there([symbol]) if is_etf_symbol(symbol) else {}
        if not stored:
            self._sources.explain_missing(symbol)
        costs = self._sources.catalogues.settings().costs
        asked = computed_etag(state.etag, symbol, stored[symbol].etag, query, costs.version)
        etag, metadata = self._etags.get(asked) or ("", {})
        if kept := self._computing.kept(etag):
            return Answer(kept, self._sources.headers(metadata))
        chosen = self._chosen(state, symbol, stored[symbol].lines, query, costs)
        found = {**stored, **self._sources.there(chosen.compared, state)}
        funds = FundSet(found, self._prepared, "security", self._sources.isins(found, "security"))
        metadata = {name: one.metadata for name, one in found.items()}
        etag = computed_etag(
            state.etag, "substitutes", symbol, query, costs.version, {name: one.etag for name, one in found.items()}
        )
        self._etags.put(asked, (etag, metadata))

        def compute() -> Computed:
            return _told(funds, costs, query, chosen, state)

        headers = self._sources.headers(metadata)
        return self._computing.answer(
            compute, etag, headers, chosen=query.page.format, table=substitutes_table, name=f"substitutes-{symbol}"
        )

    def _chosen(self, state: TablesState, symbol: str, lines: int, query: SubstitutesQuery, costs: Costs) -> Chosen:
        by_fund = self._sources.tables.parsed("similar", state.newest.similar_key, candidates)
        alike = [other for other in by_fund.get(symbol, ()) if other != symbol and other in state.records]
        is_small = len(state.records) <= SMALL_LAKE
        if is_small:
            alike += [other for other in state.records if other not in {symbol, *alike}]
        own, known = _ratio(costs, symbol), {other: _ratio(costs, other) for other in alike}
        most = query.limits.max_expense_pct
        cheaper = [
            other
            for other, ratio in known.items()
            if own is not None and ratio is not None and ratio < own and (most is None or ratio <= most)
        ]
        near = [
            other
            for other in _near(state, symbol, by_fund)
            if most is None or ((ratio := _ratio(costs, other)) is not None and ratio <= most)
        ]
        room = MOST_LINES - lines
        compared = _first(state, cheaper, room)
        room -= sum(_lines(state, other) for other in compared)
        compared += _first(state, [other for other in near if other not in compared], room)
        left_out = {CHEAPER: {*cheaper} - {*compared}, SIMILAR_EXPOSURE: {*near} - {*compared}}
        return Chosen(
            symbol,
            compared,
            {name: len(others) for name, others in left_out.items()},
            0 if own is None else sum(ratio is None for ratio in known.values()),
            not is_small,
        )


def _near(state: TablesState, symbol: str, by_fund: Mapping[str, Sequence[str]]) -> list[str]:
    """The funds with nearly the same sectors, those first that may have little in common with the fund."""
    mixes = state.derived("sector mixes", lambda: _mixes(state))
    if symbol not in mixes:
        return []
    distances = near_in_sectors(mixes[symbol], mixes)
    distances.pop(symbol, None)
    own = frozenset(by_fund.get(symbol, ()))

    def is_much_alike(other: str) -> bool:
        return other in own or len(own.intersection(by_fund.get(other, ()))) > _OFTEN_TOGETHER * len(own)

    return sorted(distances, key=lambda other: (is_much_alike(other), distances[other], other))


def _mixes(state: TablesState) -> dict[str, SectorMix]:
    found = {symbol: SectorMix.of_record(record) for symbol, record in state.records.items()}
    return {symbol: mix for symbol, mix in found.items() if mix}


def _first(state: TablesState, symbols: Sequence[str], room: int) -> list[str]:
    """As many of the funds, in this order, as one question compares."""
    taken: list[str] = []
    lines = 0
    for symbol in symbols[:MOST_COMPARED]:
        lines += _lines(state, symbol)
        if lines > room or (lines > LINES_COMPARED and len(taken) >= LEAST_COMPARED):
            break
        taken.append(symbol)
    return taken


def _lines(state: TablesState, symbol: str) -> int:
    lines: int = state.records[symbol]["row"]["included"]
    return lines


def _ratio(costs: Costs, symbol: str) -> float | None:
    cost = costs.of(symbol)
    ratio: float | None = cost["expense_ratio_pct"] if cost else None
    return ratio


def _told(funds: FundSet, costs: Costs, query: SubstitutesQuery, chosen: Chosen, state: TablesState) -> Computed:
    symbol = chosen.symbol
    fund, others = funds.fund(symbol), [funds.fund(other) for other in funds.stored if other != symbol]
    known = {name: ratio for name in funds.stored if (ratio := _ratio(costs, name)) is not None}
    found = substitutes(fund, others, known, query.limits)
    totals = {name: None if found[name] is None else len(found[name]) for name in (CHEAPER, SIMILAR_EXPOSURE)}
    first, last = query.page.offset, query.page.offset + query.page.limit
    own = known.get(symbol)
    reasons = {**found["reasons"], **({} if own is not None else {"expense_ratio_pct": Reason.EXPENSE_RATIO_UNKNOWN})}
    answer: Computed = {
        "symbol": symbol,
        "name": fund.name,
        "holdings_as_of": fund.holdings_as_of,
        "complete": fund.complete,
        "expense_ratio_pct": own,
        **{name: None if found[name] is None else found[name][first:last] for name in (CHEAPER, SIMILAR_EXPOSURE)},
        "totals": totals,
        "considered": len(others),
        "left_out": chosen.left_out,
        "undecided": found["undecided"],
        "cost_unknown": chosen.cost_unknown,
        "note": _note(chosen, state),
        "assumptions": found["assumptions"],
        "tables_as_of": state.newest.tables_as_of,
        "reasons": reasons,
    }
    if newer := newer_snapshots(state, funds.stored):
        answer["newer_snapshots"] = newer
    return answer


def _note(chosen: Chosen, state: TablesState) -> str:
    told = [ADVICE]
    if chosen.symbol not in state.records:
        told.append(f"The tables do not have {chosen.symbol} yet, so nothing is compared: try again in a few minutes.")
    elif chosen.more_may_be_alike:
        told.append("Cheaper funds are looked for among the funds most like it, as /api/similar finds them.")
    if any(chosen.left_out.values()):
        told.append("Not all funds that might be substitutes were compared: left_out says how many were not.")
    return " ".join(told)
