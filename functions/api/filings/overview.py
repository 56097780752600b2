"""The filings of all symbols in /api/status: the newest of each, how old it is, and how the last look for one ended."""

import logging
from collections.abc import Collection, Mapping
from concurrent.futures import ThreadPoolExecutor
from datetime import datetime, timedelta
from typing import Any

from api.catalogue import Catalogue, FilingSettings
from api.filings.of_fund import Filings
from api.filings.shapes import status_of_filings
from api.filings.status import Told, age_days, told_of
from api.kept import Kept
from api.shapes import FILING_SOURCES, source_of
from etf_common.errors import DamagedObjectError
from etf_common.filing_keys import FILING_STATUSES, FILINGS, filing_status_key, parse_filing_status_key
from etf_common.freshness import last_holdings_date
from etf_common.lake import Lake
from etf_common.symbols import is_etf_symbol

log = logging.getLogger("etf.api")
READS_AT_ONCE = 10
MOST_READ = 1000
"""So many statuses are read for one answer; what was read is remembered, so the next answers have the others."""
STATUSES_REMEMBERED = 10_000
HOLDS = timedelta(minutes=5)
"""How long such an overview is good: nothing but a listing shows that a status has changed."""
Head = Mapping[str, Any]
_HEAD = ("report_date", "filed", "accession", "complete", "source")


class FilingOverview:
    """The filings of many symbols: one listing of the statuses, and with tables no filing is looked at."""

    def __init__(self, lake: Lake, filings: Filings) -> None:
        self._lake, self._filings = lake, filings
        self._statuses: Kept[tuple[str, str], dict[str, Any] | None] = Kept(STATUSES_REMEMBERED, lambda _: 1)

    def of_all(
        self, symbols: Collection[str], catalogue: Catalogue, settings: FilingSettings, now: datetime
    ) -> dict[str, dict[str, Any]]:
        """By symbol: its newest filing and the last look for one; what is unknown is null.

        Behind these `symbols` come those that only have a filing, or of which only filings are wanted.
        """
        listed = self._listed_statuses()
        filed = catalogue.tables.newest.filings if catalogue.tables else self._lake.folders(FILINGS)
        wanted = (*listed, *filed, *(settings.symbols or ()))
        symbols = [*symbols, *sorted({symbol for symbol in wanted if is_etf_symbol(symbol)}.difference(symbols))]
        heads = catalogue.tables.newest.filings if catalogue.tables else self._heads(symbols, now)
        statuses = self._read_statuses(listed)
        return {
            symbol: _shown(
                heads.get(symbol),
                statuses.get(symbol),
                told_of(symbol, statuses.get(symbol), settings, catalogue, has_filings=symbol in heads),
                now,
            )
            for symbol in symbols
        }

    def _heads(self, symbols: Collection[str], now: datetime) -> dict[str, Head]:
        """Without tables: one listing and one look at each symbol."""
        dates = self._filings.dated.dates_of_all(symbols, last_holdings_date(now))
        newest = {symbol: self._filings.dated.key(symbol, max(own)) for symbol, own in dates.items()}
        if not newest:
            return {}
        with ThreadPoolExecutor(READS_AT_ONCE) as pool:
            heads = pool.map(self._lake.head_if_there, newest.values())
            return {symbol: _head(head.metadata) for symbol, head in zip(newest, heads, strict=True) if head}

    def _listed_statuses(self) -> dict[str, str]:
        """By symbol: the ETag of its status."""
        entries = self._lake.entries(FILING_STATUSES)
        return {symbol: etag for key, etag in entries if (symbol := parse_filing_status_key(key))}

    def _read_statuses(self, listed: Mapping[str, str]) -> dict[str, dict[str, Any]]:
        new = [symbol for symbol, etag in listed.items() if (symbol, etag) not in self._statuses]
        if len(new) > MOST_READ:
            log.info("statuses", extra={"left": len(new) - MOST_READ})
        if new:
            with ThreadPoolExecutor(READS_AT_ONCE) as pool:
                for symbol, found in zip(new, pool.map(self._read, new[:MOST_READ]), strict=False):
                    self._statuses.put((symbol, listed[symbol]), found)
        found = {symbol: self._statuses.get((symbol, etag)) for symbol, etag in listed.items()}
        return {symbol: status for symbol, status in found.items() if status}

    def _read(self, symbol: str) -> dict[str, Any] | None:
        try:
            stored = self._lake.read_if_there(filing_status_key(symbol))
        except DamagedObjectError:
            return None
        return status_of_filings(stored.body) if stored else None


def _shown(head: Head | None, status: Mapping[str, Any] | None, told: Told, now: datetime) -> dict[str, Any]:
    known = {name: head.get(name) if head else None for name in _HEAD}
    return {
        **known,
        "age_days": age_days(str(known["report_date"]), now),
        "checked_at": status["checked_at"] if status else None,
        "result": told.result,
        "error": {"code": told.reason, "message": told.message} if told.reason else None,
        "note": status["note"] if status else None,
    }


def _head(metadata: Mapping[str, str]) -> Head:
    return {
        **{name.replace("-", "_"): metadata.get(name) or None for name in ("report-date", "filed", "accession")},
        "complete": metadata.get("complete") == "true",
        "source": source_of(metadata, FILING_SOURCES),
    }
