"""Filings in place of lists: `basis=filing` asks for a whole answer on what funds filed with the SEC.

Such an answer rests on filings alone: a fund without one is refused, and nothing is taken from Schwab's list of it.
"""

from collections.abc import Iterable, Mapping
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, replace
from datetime import datetime
from typing import Any, ClassVar, NoReturn

from api.dated.dates import TwoDates
from api.dated.snapshots import Dates, Pair
from api.documents import StoredSnapshot
from api.faults import TooLargeError, UnknownSymbolError
from api.filings.documents import StoredFiling
from api.filings.known_isins import KnownIsins
from api.filings.known_tickers import known_tickers
from api.filings.of_fund import Filings, FilingsOf
from api.filings.status import age_days, filing_headers
from api.lake.tables import TablesState
from api.queries import FILING
from api.shapes import FILING_SOURCES, count_of, source_of
from api.sources import Sources
from etf_analytics import By
from etf_common.freshness import last_holdings_date
from etf_common.lake import Lake
from etf_common.symbols import is_etf_symbol

MOST_FILED_LINES = 60_000
"""The most lines that the filings of one question may have: each takes four times the bytes of a list's line."""
READS_AT_ONCE = 10


@dataclass(frozen=True)
class FilingSources(Sources):
    """Where answers on filings come from."""

    filings: Filings
    lake: Lake

    noun: ClassVar[str] = "filing"
    listed_at: ClassVar[str] = "filings"
    file_suffix: ClassVar[str] = "-filings"

    def there(self, symbols: Iterable[str], state: TablesState | None = None) -> dict[str, StoredSnapshot]:
        """The same as lists."""
        return {**self.newest(symbols)}

    def newest(self, symbols: Iterable[str]) -> dict[str, StoredFiling]:
        """The newest filings of the symbols that have one, in the same order.

        Raises TooLargeError before they are read.
        """
        today = last_holdings_date(self.now())
        dates = self.filings.dated.dates_of_all(filter(is_etf_symbol, symbols), today)
        newest = {symbol: max(own) for symbol, own in dates.items()}
        keys = {symbol: self.filings.dated.key(symbol, day) for symbol, day in newest.items()}
        self.check_lines(keys.values())
        found = self.filings.stored.get_many(
            keys.values(), {key: dates[symbol][newest[symbol]] for symbol, key in keys.items()}
        )
        tickers = known_tickers(self.tables)
        return {symbol: found[key].with_tickers(tickers) for symbol, key in keys.items() if key in found}

    def filing(self, found: FilingsOf, day: str) -> StoredFiling:
        """The filing of one date. Raises UnknownDateError, which names the nearest dates."""
        return self.filings.get(found, day).with_tickers(known_tickers(self.tables))

    def pairs(self, chosen: Mapping[str, tuple[Dates, TwoDates]]) -> dict[str, Pair]:
        """The same as filings in which lines have tickers."""
        tickers = known_tickers(self.tables)

        def told(stored: StoredSnapshot) -> StoredSnapshot:
            return stored.with_tickers(tickers) if isinstance(stored, StoredFiling) else stored

        def listed(pair: Pair) -> Pair:
            before = told(pair.before)
            return replace(pair, before=before, after=before if pair.after is pair.before else told(pair.after))

        return {symbol: listed(pair) for symbol, pair in super().pairs(chosen).items()}

    def headers(self, several: Mapping[str, Mapping[str, str]]) -> dict[str, str]:
        """The headers that describe filings that are their funds' newest, by their metadata."""
        return filing_headers(several, self.now(), frozenset(several))

    def headers_of_filing(self, symbol: str, stored: StoredSnapshot, *, is_newest: bool) -> dict[str, str]:
        """The headers that describe one filing of a fund."""
        return filing_headers({symbol: stored.metadata}, self.now(), frozenset({symbol} if is_newest else ()))

    def isins(self, symbols: Iterable[str], by: By) -> dict[str, KnownIsins]:
        """None besides: the lines of a filing have their own."""
        return {}

    def basis(self, stored: Iterable[StoredSnapshot]) -> dict[str, Any]:
        """The filings that an answer was made of."""
        now = self.now()
        return {"basis": {"source": FILING, "filings": [told_of_filing(one.metadata, now) for one in stored]}}

    @property
    def basis_inputs(self) -> tuple[object, ...]:
        """The day, since the answer gives the filings' ages."""
        return (FILING, last_holdings_date(self.now()).isoformat())

    def check_lines(self, keys: Iterable[str]) -> None:
        """Raises TooLargeError if these filings have too many lines together. One alone is never too large."""
        keys = [*keys]
        if len(keys) < 2:
            return
        with ThreadPoolExecutor(READS_AT_ONCE) as pool:
            heads = pool.map(self.lake.head_if_there, keys)
            lines = sum(count_of(head.metadata, "lines") or 0 for head in heads if head)
        if lines > MOST_FILED_LINES:
            raise TooLargeError(
                f"these {len(keys)} filings have {lines} lines, and one question may read {MOST_FILED_LINES}: ask "
                "about fewer or smaller funds"
            )


def filing_sources(sources: Sources, filings: Filings, lake: Lake) -> FilingSources:
    """The sources of answers on filings."""

    def explain(symbol: str) -> NoReturn:
        """Raises UnknownSymbolError for a fund without a filing."""
        try:
            why = filings.of(symbol).told.message or f"{symbol} has no filing here"
        except UnknownSymbolError as error:
            why = error.message
        raise UnknownSymbolError(f"{why}; without basis=filing, the answer rests on Schwab's lists")

    return FilingSources(
        snapshots=sources.snapshots,
        catalogues=sources.catalogues,
        tables=sources.tables,
        now=sources.now,
        explain_missing=explain,
        all_headers=sources.all_headers,
        dated=filings.dated,
        symbol_of=sources.symbol_of,
        explain_no_dates=explain,
        filings=filings,
        lake=lake,
    )


def told_of_filing(metadata: Mapping[str, str], now: datetime) -> dict[str, Any]:
    """What an answer says of a filing that it rests on, from the filing's metadata."""
    day = metadata.get("report-date") or None
    return {
        "symbol": metadata.get("symbol") or None,
        "report_date": day,
        "filed": metadata.get("filed") or None,
        "accession": metadata.get("accession") or None,
        "age_days": age_days(day, now) if day else None,
        "source": source_of(metadata, FILING_SOURCES),
        "complete": metadata.get("complete") == "true",
    }
