"""The filings of one fund: which there are, and one of them."""

import logging
from collections.abc import Callable, Mapping
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any, NoReturn

from api.catalogue import Catalogues
from api.dated.history import nearest
from api.dated.snapshots import DatedSnapshots, Dates
from api.documents import Answer, compact_answer, flat_answer
from api.events import Request
from api.faults import BadQueryError, UnknownDateError, UnknownSymbolError
from api.filings.documents import StoredFiling, StoredFilings
from api.filings.shapes import head_in
from api.filings.status import Told, filing_headers, read_status, told_of, worst_source
from api.formats import FLAT
from api.kept import Kept
from api.queries import format_query
from api.shapes import FILING_SOURCES, ShapeError, count_of, is_date, number_of, source_of
from etf_common.codes import FilingReason
from etf_common.errors import DamagedObjectError, shorten
from etf_common.filing_keys import FILINGS
from etf_common.freshness import last_holdings_date
from etf_common.lake import Lake, ObjectNotFoundError
from etf_common.symbols import canonical_security, either, is_etf_symbol

log = logging.getLogger("etf.api")
Row = dict[str, Any]
_OF_THE_DOCUMENT = ("series", "class_id", "returns", "flows")
"""Fields of a row that do not stand in a filing's metadata."""
READS_AT_ONCE = 10
HEAD_BYTES = 64 * 1024
"""What stands before a filing's lines is shorter; of a longer one, the whole filing is read."""
ROWS_REMEMBERED = 2000


@dataclass(frozen=True)
class FilingsOf:
    """The filings of a fund: the ETag of each by report date, oldest first, and what else is to be told of them."""

    symbol: str
    dates: Dates
    told: Told


class Filings:
    """A list of filings costs one listing and the beginning of each, which is remembered by ETag."""

    def __init__(self, lake: Lake, stored: StoredFilings, catalogues: Catalogues, now: Callable[[], datetime]) -> None:
        self._lake, self._catalogues, self._now = lake, catalogues, now
        self.stored = stored
        """Those that are kept in memory."""
        self.dated = DatedSnapshots(lake, stored, FILINGS)
        """The filings by report date."""
        self._rows: Kept[tuple[str, str], Row] = Kept(ROWS_REMEMBERED, lambda _: 1)

    def listed(self, request: Request) -> Answer:
        """The filings of a fund, newest first. Raises UnknownSymbolError for a symbol that nobody knows."""
        chosen, found = format_query(request.query), self.of(canonical_security(request.symbol))
        with ThreadPoolExecutor(READS_AT_ONCE) as pool:
            rows = [
                row for row in pool.map(lambda day: self._row(found, day), sorted(found.dates, reverse=True)) if row
            ]
        answer = {"symbol": found.symbol, **found.told._asdict(), "filings": rows}
        without = "sample" if self._catalogues.get().source == "sample" else "sec"
        headers = {"X-Data-Source": worst_source((row["source"] for row in rows), without)}
        if chosen not in FLAT:
            return compact_answer(answer, headers)
        from api.flat.list_tables import filings_table  # noqa: PLC0415 - most cold starts need no table

        return flat_answer(answer, chosen, filings_table, f"{found.symbol}-filings", headers)

    def one(self, request: Request) -> Answer:
        """The filing of one report date, as it is stored, or its lines in a flat format."""
        symbol, day = canonical_security(request.symbol), request.date
        if not is_date(day):
            raise BadQueryError(f"the report date is {shorten(day)}; allowed is a date such as 2026-06-30")
        chosen = format_query(request.query)
        found = self.of(symbol)
        stored = self.get(found, day)
        stored.check()  # its bytes are served unchanged, so nothing else would read them
        newest = frozenset({symbol} if day == max(found.dates) else ())
        headers = filing_headers({symbol: stored.metadata}, self._now(), newest)
        return Answer(stored.table(chosen) if chosen in FLAT else stored, headers)

    def has(self, symbol: str) -> bool:
        """Whether there are filings of an ETF's symbol."""
        return bool(self.dated.dates(symbol, self._today()))

    def of(self, symbol: str) -> FilingsOf:
        """The filings of a fund. Raises UnknownSymbolError for a symbol that nobody knows."""
        if not is_etf_symbol(symbol):
            self._explain_stranger(symbol)
        dates = self.dated.dates(symbol, self._today())
        status = read_status(self._lake, symbol)
        catalogue, settings = self._catalogues.get(), self._catalogues.settings().filings
        known = catalogue.available, catalogue.refreshed, settings.symbols or ()
        if not dates and status is None and not any(symbol in symbols for symbols in known):
            self._explain_stranger(symbol)
        told = told_of(symbol, status, settings, catalogue, has_filings=bool(dates))
        return FilingsOf(symbol, dates, told)

    def get(self, found: FilingsOf, day: str) -> StoredFiling:
        """The filing of one date. Raises UnknownDateError, which names the nearest dates."""
        symbol, dates = found.symbol, found.dates
        if not dates:
            raise UnknownDateError(found.told.message or f"{symbol} has no filing here")
        if day in dates:
            try:
                return self.stored.get(self.dated.key(symbol, day))
            except ObjectNotFoundError:
                pass  # deleted after the listing
        near = " and ".join(nearest([other for other in dates if other != day], day)) or "none"
        raise UnknownDateError(
            f"{symbol} has no filing of {day}; nearest: {near}; /api/etfs/{symbol}/filings lists all"
        )

    def _row(self, found: FilingsOf, day: str) -> Row | None:
        """The row of one filing; None if it was deleted meanwhile."""
        key = self.dated.key(found.symbol, day)
        row = self._rows.get((key, found.dates[day]))
        if row is None:
            try:
                row = self._read_row(key)
            except ObjectNotFoundError:
                return None
            self._rows.put((key, found.dates[day]), row)
        return row

    def _read_row(self, key: str) -> Row:
        beginning = self._lake.beginning(key, HEAD_BYTES)
        source = source_of(beginning.metadata, FILING_SOURCES)
        try:
            head = head_in(beginning.body) or self.stored.get(key).filing()
        except (ShapeError, DamagedObjectError) as error:
            log.error("damaged", extra={"why": f"{key}: {error}"})
            return {**_row_of_metadata(beginning.metadata), "source": source}
        return {**_row_of(head), "source": source}

    def _explain_stranger(self, symbol: str) -> NoReturn:
        raise UnknownSymbolError(
            f"{either(symbol)} is not among the ETFs here, and no filing of it is: /api/etfs lists them; add it to "
            "etf_symbols or filings in the config, or take a filing by hand with "
            "`etl_pipeline.py --filing FILE --symbol SYMBOL`"
        )

    def _today(self) -> date:
        return last_holdings_date(self._now())


def _row_of(head: Mapping[str, Any]) -> Row:
    fund = head["fund"]
    return {
        **{name: head[name] for name in ("report_date", "filed")},
        "lag_days": _lag(head["report_date"], head["filed"]),
        **{name: head[name] for name in ("accession", "form", "final")},
        "net_assets_usd": fund["net_assets_usd"],
        "lines": head["totals"]["lines"],
        "complete": head["complete"],
        **{name: fund[name] for name in _OF_THE_DOCUMENT},
    }


def _row_of_metadata(metadata: Mapping[str, str]) -> Row:
    """What stands beside a filing that cannot be read."""
    day, filed = metadata.get("report-date") or None, metadata.get("filed") or None
    return {
        "report_date": day,
        "filed": filed,
        "lag_days": _lag(day, filed),
        "accession": metadata.get("accession") or None,
        "form": metadata.get("form") or None,
        "final": metadata.get("final") == "true",
        "net_assets_usd": number_of(metadata, "net-assets-usd"),
        "lines": count_of(metadata, "lines"),
        "complete": metadata.get("complete") == "true",
        **dict.fromkeys(_OF_THE_DOCUMENT),
        "reasons": dict.fromkeys(_OF_THE_DOCUMENT, FilingReason.FILING_DAMAGED),
    }


def _lag(report_date: str | None, filed: str | None) -> int | None:
    """The days between the report date and the filing; None where one of them is not known."""
    if not (report_date and filed and is_date(report_date) and is_date(filed)):
        return None
    return (date.fromisoformat(filed) - date.fromisoformat(report_date)).days
