"""Where answers come from: snapshots, the catalogue, the tables and the clock; and how their ETags are made."""

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any, ClassVar, NoReturn

from api.catalogue import Catalogues
from api.dated.dates import TwoDates
from api.dated.snapshots import DatedSnapshots, Dates, Pair
from api.documents import StoredSnapshot
from api.filings.known_isins import KnownIsins, known_isins
from api.freshness import HeadersOfAll, data_headers
from api.lake.tables import LakeTables, TablesState
from api.snapshots import Snapshots
from api.symbols import SymbolOf
from etf_analytics import By
from etf_common.lake import latest_key
from etf_common.symbols import is_etf_symbol


@dataclass(frozen=True)
class Sources:
    """Where answers come from.

    `explain_missing` raises UnknownSymbolError for a fund without a snapshot, `explain_no_dates` for one without dates.
    """

    snapshots: Snapshots
    catalogues: Catalogues
    tables: LakeTables
    now: Callable[[], datetime]
    explain_missing: Callable[[str], NoReturn]
    all_headers: HeadersOfAll
    dated: DatedSnapshots
    symbol_of: SymbolOf
    """Which symbol a caller means."""
    explain_no_dates: Callable[[str], NoReturn]

    noun: ClassVar[str] = "snapshot"
    """What there is of each date, and below by which route of a fund the dates are listed."""
    listed_at: ClassVar[str] = "history"
    file_suffix: ClassVar[str] = ""
    """What the name of a table's file ends in."""

    def there(self, symbols: Iterable[str], state: TablesState | None = None) -> dict[str, StoredSnapshot]:
        """The newest snapshots of the symbols that have one, in the same order; those of `state` are new enough."""
        keys = {symbol: latest_key(symbol) for symbol in symbols if is_etf_symbol(symbol)}
        records = state.newest.funds if state else {}
        current = {key: str(records[symbol]["etag"]) for symbol, key in keys.items() if symbol in records}
        found = self.snapshots.get_many(keys.values(), current)
        return {symbol: found[key] for symbol, key in keys.items() if key in found}

    def pairs(self, chosen: Mapping[str, tuple[Dates, TwoDates]]) -> dict[str, Pair]:
        """What there is of the two dates of each fund; without a fund of which one was deleted meanwhile."""
        return self.dated.pairs(chosen)

    def costs(self, symbols: Iterable[str]) -> dict[str, dict[str, Any]]:
        """The costs of those symbols that have known ones."""
        costs = self.catalogues.settings().costs
        return {symbol: cost for symbol in symbols if (cost := costs.of(symbol))}

    def headers(self, several: Mapping[str, Mapping[str, str]]) -> dict[str, str]:
        """The headers that describe snapshots, by their metadata."""
        return data_headers(several, self.now(), self.catalogues.stale_after_days())

    def isins(self, symbols: Iterable[str], by: By) -> dict[str, KnownIsins]:
        """The ISINs by which the lists of these funds are compared."""
        return known_isins(self.tables, symbols, by)

    def basis(self, stored: Iterable[StoredSnapshot]) -> dict[str, Any]:
        """What an answer says of what it rests on, beside the answer's own fields; `stored` is what it was made of."""
        return {}

    @property
    def basis_inputs(self) -> tuple[object, ...]:
        """What else decides such an answer, for its ETag."""
        return ()

    def headers_between(self, pairs: Mapping[str, Pair]) -> dict[str, str]:
        """The headers that describe the lists of two dates: the worst one decides, and only a newest can be overdue."""
        both = {f"{symbol} {when}": stored.metadata for symbol, pair in pairs.items() for when, stored in pair.by_date}
        newest = {symbol: pair.after.metadata for symbol, pair in pairs.items() if pair.is_newest}
        staleness = {name: text for name, text in self.headers(newest).items() if name.startswith("X-Data-Stale")}
        told = {name: text for name, text in self.headers(both).items() if not name.startswith("X-Data-Stale")}
        return {**told, **staleness}

    def headers_of_all(self, state: TablesState) -> dict[str, str]:
        """The headers that describe all funds of the tables."""
        return self.all_headers.of(state, self.now(), self.catalogues.stale_after_days())


def newer_snapshots(state: TablesState, stored: Mapping[str, StoredSnapshot]) -> list[str]:
    """The symbols whose snapshots are not those that the tables were built from."""
    return [
        symbol for symbol, snapshot in stored.items() if state.newest.funds.get(symbol, {}).get("etag") != snapshot.etag
    ]
