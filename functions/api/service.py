"""The answers of all routes, from one lake."""

import threading
import time
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import TYPE_CHECKING, Any, Literal, NoReturn
from weakref import ReferenceType, ref

from api.catalogue import Catalogue, Catalogues
from api.dated.history import History, nearest
from api.dated.queries import HistoryQuery
from api.decisions.solver_client import Solver, no_solver
from api.documents import Answer, StoredSnapshot, compact_answer, flat_answer, small_answer
from api.events import Request
from api.faults import UnknownDateError, UnknownSymbolError
from api.files import File
from api.filings.documents import StoredFilings
from api.filings.of_fund import Filings
from api.filings.overview import HOLDS, FilingOverview
from api.formats import FLAT
from api.freshness import (
    HeadersOfAll,
    data_headers,
    judgement_ends,
    status_of,
    status_of_all,
    status_without_list,
)
from api.lake.export_client import Exporter, NoExporter
from api.lake.tables import LakeTables
from api.queries import as_of_query, format_query, holdings_query, rests_on_filings
from api.shapes import UNKNOWN_SOURCE
from api.site.docs import docs_page, openapi_document
from api.snapshots import Snapshots
from api.symbols import Symbols
from etf_common.errors import DamagedObjectError
from etf_common.freshness import last_holdings_date
from etf_common.lake import Lake, ObjectNotFoundError, dated_key, latest_key
from etf_common.symbols import canonical_security, either, is_etf_symbol

if TYPE_CHECKING:
    from api.analyses import Analyses
    from api.lake.whole_tables import WholeTables


@dataclass(frozen=True)
class Overview:
    """An answer about all symbols, the catalogue that it was made from, and from when until when it holds."""

    answer: Answer
    catalogue: "ReferenceType[Catalogue]"
    """Weak, since it has the tables: those of an earlier build must not stay in memory."""
    begins: datetime
    ends: datetime


class Api:
    """The answers of all routes, from one lake: one method for each route."""

    def __init__(
        self,
        lake: Lake,
        now: Callable[[], datetime] = lambda: datetime.now(UTC),
        clock: Callable[[], float] = time.monotonic,
        answer_bytes: int | None = None,
        *,
        solver: Solver = no_solver,
        exporter: Exporter | None = None,
    ) -> None:
        self._lake = lake
        self._now = now
        self._snapshots = Snapshots(lake, clock)
        self._tables = LakeTables(lake, clock)
        self._catalogues = Catalogues(lake, clock, self._tables)
        self._overviews: dict[str, Overview] = {}
        self._history = History(lake)
        self._filings = Filings(lake, StoredFilings(lake, clock), self._catalogues, now)
        self._filing_overview = FilingOverview(lake, self._filings)
        self.symbols = Symbols(self._catalogues, self._tables, self._snapshots, self._filings.has)
        """Which symbols callers mean."""
        self._loaded: Analyses | None = None
        self._loading = threading.Lock()
        self._answer_bytes = answer_bytes
        self._solver, self._exporter = solver, exporter or NoExporter()
        self._tables_loaded: WholeTables | None = None

    @property
    def _analyses(self) -> "Analyses":
        with self._loading:
            if self._loaded is None:
                # Imported here: most cold starts answer no analysis and should not load the mathematics.
                from api.analyses import Analyses  # noqa: PLC0415
                from api.dated.snapshots import DatedSnapshots  # noqa: PLC0415
                from api.sources import Sources  # noqa: PLC0415

                sources = Sources(
                    snapshots=self._snapshots,
                    catalogues=self._catalogues,
                    tables=self._tables,
                    now=self._now,
                    explain_missing=self._explain_missing,
                    all_headers=HeadersOfAll(),
                    dated=DatedSnapshots(self._lake, self._snapshots),
                    symbol_of=self.symbols.of,
                    explain_no_dates=self._explain_no_dates,
                )
                self._loaded = Analyses(sources, self._filings, self._lake, self._solver, self._answer_bytes)
            return self._loaded

    @property
    def _whole_tables(self) -> "WholeTables":
        with self._loading:
            if self._tables_loaded is None:
                # Imported here: most cold starts answer no whole table.
                from api.lake.whole_tables import TablesContext, WholeTables  # noqa: PLC0415

                of_all = HeadersOfAll()
                context = TablesContext(
                    lake=self._lake,
                    tables=self._tables,
                    exporter=self._exporter,
                    today=lambda: last_holdings_date(self._now()),
                    headers_of_all=lambda state: of_all.of(state, self._now(), self._catalogues.stale_after_days()),
                    headers_of=lambda symbol, metadata: data_headers(
                        {symbol: metadata}, self._now(), self._catalogues.stale_after_days()
                    ),
                    explain_missing=self._explain_missing,
                )
                self._tables_loaded = WholeTables(context)
            return self._tables_loaded

    def etfs(self, request: Request) -> Answer:
        """The symbols that have a snapshot."""
        chosen, catalogue = format_query(request.query), self._catalogues.get()

        def make() -> Overview:
            answer = _listed(catalogue.served, chosen, "etfs", {"X-Data-Source": catalogue.source})
            return Overview(answer, ref(catalogue), datetime.min.replace(tzinfo=UTC), datetime.max.replace(tzinfo=UTC))

        return self._overview(f"etfs.{chosen}", catalogue, make)

    def snapshot(self, request: Request) -> Answer:
        """The newest snapshot, or that of a date."""
        _, found, headers = self._found(request)
        found.check()  # its bytes are served unchanged, so nothing else would read them
        return Answer(found, headers)

    def holdings(self, request: Request) -> Answer:
        """The holdings of a snapshot."""
        wanted = holdings_query(request.query)
        _, found, headers = self._found(request)
        headers["X-Holdings-As-Of"] = found.holdings_as_of
        if wanted.format == "xlsx":
            # Imported here: its other sheets need the analytics, which most cold starts should not load.
            from api.fund_files import fund_file  # noqa: PLC0415

            return Answer(fund_file(found, wanted, self._analyses.computing), headers)
        return Answer(found.holdings(wanted), headers)

    def history(self, request: Request) -> Answer:
        """The holdings dates available, newest first, with concentration and changes."""
        symbol, today = canonical_security(request.symbol), last_holdings_date(self._now())
        query = HistoryQuery.of(request.query, today)
        found = self._history.rows(symbol, today, query) if is_etf_symbol(symbol) else None
        if found is None or not found.there:
            self._explain_no_dates(symbol)
        headers = {"X-Data-Source": _worst_source(found.rows)}
        if query.format in FLAT:
            # Imported here: most cold starts need neither tables nor the names of the sectors.
            from api.flat.history_tables import history_table  # noqa: PLC0415

            return flat_answer(found.rows, query.format, history_table, f"{symbol}-history", headers)
        return compact_answer(found.rows, headers)

    def filings(self, request: Request) -> Answer:
        """The filings of a fund."""
        return self._filings.listed(request)

    def filing(self, request: Request) -> Answer:
        """The filing of one report date."""
        return self._filings.one(request)

    def analytics(self, request: Request) -> Answer:
        """The analytics of one fund."""
        if rests_on_filings(request.query):
            return self._analyses.of_filing(request)
        symbol, found, headers = self._found(request)
        return self._analyses.of_fund(found, symbol, request.query, headers)

    def factors(self, request: Request) -> Answer:
        """The weights of a fund in the reference funds."""
        symbol, found, _ = self._found(request)
        as_of = as_of_query(request.query)
        is_newest = as_of is None or self._is_newest(symbol, as_of)
        return self._analyses.factors_of_fund(found, symbol, request, is_newest=is_newest)

    def reconcile(self, request: Request) -> Answer:
        """The list of a fund against its filing."""
        symbol, found, headers = self._found(request)
        return self._analyses.reconcile(found, symbol, headers, request.query)

    def changes(self, request: Request) -> Answer:
        """What a fund traded between two dates."""
        return self._analyses.changes_of_fund(request)

    def attribution(self, request: Request) -> Answer:
        """What drove a fund's return between two dates."""
        return self._analyses.attribution(request)

    def overlap(self, request: Request) -> Answer:
        """The overlap of several funds."""
        return self._analyses.overlap(request)

    def compare(self, request: Request) -> Answer:
        """Several funds side by side."""
        return self._analyses.compare(request)

    def holders(self, request: Request) -> Answer:
        """The funds that hold a security."""
        return self._analyses.holders(request)

    def search(self, request: Request) -> Answer:
        """Funds and securities by symbol or name."""
        return self._analyses.questions.search(request)

    def screen(self, request: Request) -> Answer:
        """The funds that fit a description."""
        return self._analyses.questions.screen(request)

    def similar(self, request: Request) -> Answer:
        """The funds that are most like one."""
        return self._analyses.questions.similar(request)

    def substitutes(self, request: Request) -> Answer:
        """The funds that may stand in for one."""
        return self._analyses.substitutes.of_fund(request)

    def crowding(self, request: Request) -> Answer:
        """The securities that most funds hold."""
        return self._analyses.questions.crowding(request)

    def changes_of_all(self, request: Request) -> Answer:
        """What all funds bought and sold since a date."""
        return self._analyses.changes.listed(request)

    def feed(self, request: Request) -> Answer:
        """The newest changes of all funds as a feed."""
        return self._analyses.changes.feed(request)

    def feed_of_fund(self, request: Request) -> Answer:
        """The newest changes of one fund as a feed."""
        return self._analyses.changes.feed_of_fund(request)

    def portfolio(self, request: Request) -> Answer:
        """The look-through of a portfolio given as proportions."""
        return self._analyses.portfolio_of_query(request)

    def portfolio_in_usd(self, request: Request) -> Answer:
        """The look-through of a portfolio given in USD or as proportions in a body."""
        return self._analyses.portfolio_of_body(request)

    def portfolio_changes(self, request: Request) -> Answer:
        """What changed in a portfolio between two dates."""
        return self._analyses.portfolio_changes(request)

    def drift(self, request: Request) -> Answer:
        """How far a portfolio has moved between two dates."""
        return self._analyses.drifts.of_body(request)

    def rebalance(self, request: Request) -> Answer:
        """The trades that bring a portfolio under its caps and to its targets."""
        return self._analyses.rebalancing.answer(request)

    def tables(self, request: Request) -> Answer:
        """The tables over all funds."""
        return self._whole_tables.listed(request)

    def table(self, request: Request) -> File:
        """One of them, whole."""
        return self._whole_tables.one(request)

    def status(self, request: Request) -> Answer:
        """The status of every symbol."""
        chosen, catalogue, now = format_query(request.query), self._catalogues.get(), self._now()

        def make() -> Overview:
            found = status_of_all(self._lake, catalogue, now)
            settings = self._catalogues.settings().filings
            for symbol, filing in self._filing_overview.of_all(found, catalogue, settings, now).items():
                found.setdefault(symbol, status_without_list(symbol, catalogue))["filing"] = filing
            sources = {record["source"] for record in found.values()} | {catalogue.source}
            headers = {"X-Data-Source": "sample" if "sample" in sources else "schwab"}
            answer = _listed(found, chosen, "status", headers)
            funds = catalogue.tables.newest.funds.values() if catalogue.tables else ()
            ends = min(judgement_ends((fund["metadata"] for fund in funds), now), now + HOLDS)
            return Overview(answer, ref(catalogue), now, ends)

        # Without tables, the statuses are read anew for each request: nothing shows whether one has changed.
        return self._overview(f"status.{chosen}", catalogue, make) if catalogue.tables else make().answer

    def _overview(self, name: str, catalogue: Catalogue, make: "Callable[[], Overview]") -> Answer:
        """The answer about all symbols that is kept, or a new one where the data or the judgement of it has changed."""
        kept = self._overviews.get(name)
        if kept is None or kept.catalogue() is not catalogue or not kept.begins <= self._now() < kept.ends:
            self._overviews[name] = kept = make()
        return kept.answer

    def health(self, _request: Request) -> Answer:
        """That the function is running."""
        return small_answer({"status": "healthy"})

    def openapi(self, _request: Request) -> Answer:
        """The description of the API."""
        return Answer(openapi_document())

    def docs(self, _request: Request) -> Answer:
        """The page that shows the description."""
        return Answer(docs_page())

    def _found(self, request: Request) -> tuple[str, StoredSnapshot, dict[str, str]]:
        """The symbol, its newest snapshot or that of `as_of`, and the headers that describe its data.

        Raises MalformedSymbolError, BadQueryError, UnknownSymbolError, UnknownDateError, DamagedObjectError.
        """
        symbol, as_of = canonical_security(request.symbol), as_of_query(request.query)
        if not is_etf_symbol(symbol):
            self._explain_missing(symbol)
        if as_of and as_of > last_holdings_date(self._now()).isoformat():
            # A wrong clock wrote whatever is stored there.
            self._explain_missing(symbol, as_of)
        try:
            found = self._snapshots.get(dated_key(symbol, as_of) if as_of else latest_key(symbol))
        except ObjectNotFoundError:
            self._explain_missing(symbol, as_of)
        headers = data_headers({symbol: found.metadata}, self._now(), self._catalogues.stale_after_days())
        if as_of and not self._is_newest(symbol, as_of):
            # Only the newest list can be overdue.
            headers["X-Data-Stale"] = "false"
            headers.pop("X-Data-Stale-Reason", None)
        return symbol, found, headers

    def _is_newest(self, symbol: str, as_of: str) -> bool:
        try:
            newest = self._snapshots.get(latest_key(symbol)).holdings_as_of
            return newest <= as_of or newest > last_holdings_date(self._now()).isoformat()
        except (ObjectNotFoundError, DamagedObjectError):
            return True  # nothing newer can be shown

    def _explain_no_dates(self, symbol: str) -> NoReturn:
        if is_etf_symbol(symbol) and self._lake.head_if_there(latest_key(symbol)):
            raise UnknownSymbolError(
                f"{symbol} has no snapshot of a holdings date up to today, so there is no history: "
                f"/api/etfs/{symbol} has its newest snapshot; the next refresh writes a dated one"
            )
        self._explain_missing(symbol)

    def _explain_missing(self, symbol: str, as_of: str | None = None) -> NoReturn:
        if not is_etf_symbol(symbol):
            raise UnknownSymbolError(
                f"{either(symbol)} is not among the ETFs here: /api/etfs lists them; /api/holders/{{symbol}} shows who "
                "holds it"
            )
        if as_of and (dates := self._history.dates(symbol, last_holdings_date(self._now()))):
            near = " and ".join(nearest(dates, as_of))
            raise UnknownDateError(
                f"{symbol} has no snapshot of {as_of}; nearest: {near}; /api/etfs/{symbol}/history lists all dates"
            )
        catalogue = self._catalogues.get()
        attempt = status_of(self._lake, symbol, catalogue, self._now())["last_attempt"]
        if attempt and attempt["error"]:
            why = f"{symbol} has no data: its last refresh failed: {attempt['error']['message']}"
        elif symbol in catalogue.refreshed:
            why = f"{symbol} is configured but not yet fetched: try again after the next refresh; see /api/status"
        elif self._filings.dated.dates(symbol, last_holdings_date(self._now())):
            why = (
                f"{symbol} is not among the ETFs here, only its filings with the SEC are: /api/etfs/{symbol}/filings "
                "lists them, and basis=filing rests answers on them; for a list, add it to etf_symbols in the config"
            )
        else:
            why = f"{symbol} is not among the ETFs here: /api/etfs lists them; add it to etf_symbols in the config"
        raise UnknownSymbolError(why)


def _listed(value: Any, chosen: str, name: Literal["etfs", "status"], headers: Mapping[str, str]) -> Answer:
    """A list of all symbols in the chosen format."""
    if chosen not in FLAT:
        return compact_answer(value, headers)
    from api.flat.list_tables import funds_table, status_table  # noqa: PLC0415 - most cold starts need no table

    # The table has all that the answer says.
    return flat_answer(value, chosen, funds_table if name == "etfs" else status_table, name, headers, told={})


def _worst_source(rows: Sequence[Mapping[str, Any]]) -> str:
    """The source of these dates; where they have several, the one to be most careful with."""
    found = {row["source"] or UNKNOWN_SOURCE for row in rows} or {UNKNOWN_SOURCE}
    return next(source for source in ("sample", UNKNOWN_SOURCE, "schwab") if source in found)
