"""The holdings dates of a fund: what each snapshot says of itself, and what the tables say of each date."""

import logging
from collections.abc import Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from datetime import date
from typing import Any, NamedTuple

from api.dated.queries import ALL_DATES, HistoryQuery
from api.shapes import SOURCES, count_of, is_date, number_of, source_of
from etf_common.codes import Reason
from etf_common.dated_changes import FundHistory
from etf_common.errors import DamagedObjectError
from etf_common.lake import Lake
from etf_common.table_keys import history_key

log = logging.getLogger("etf.api")
READS_AT_ONCE = 10
Known = dict[str, dict[tuple[str, str], Mapping[str, str]]]
"""By symbol: the metadata of its dated snapshots by (key, ETag)."""
_FIGURES = ("top_10_pct", "hhi_points", "largest", "sectors")
_COUNTS = ("added_count", "removed_count")


class _Dated(NamedTuple):
    """A dated snapshot as the listing shows it."""

    day: str
    key: str
    etag: str


@dataclass(frozen=True)
class Dates:
    """What is asked about a fund's holdings dates."""

    there: bool
    """Whether there is any date at all."""
    rows: list[dict[str, Any]]
    """One record for each date asked for, newest first."""


class History:
    """One record for each holdings date.

    All dates cost one listing and the object in which the tables keep them. A date that this object lacks, or has of
    another snapshot, is read from its own snapshot's metadata, which is kept by ETag, since most never change.
    """

    def __init__(self, lake: Lake, known: Known | None = None) -> None:
        self._lake = lake
        self._known: Known = {} if known is None else known

    def dates(self, symbol: str, today: date) -> list[str]:
        """The holdings dates up to `today`, oldest first."""
        return [found.day for found in self._stored(symbol, today)]

    def rows(self, symbol: str, today: date, query: HistoryQuery = ALL_DATES) -> Dates:
        """The dates asked for: rows, price (USD), total weight (per cent), times, concentration and changes."""
        stored = self._stored(symbol, today)
        if not stored:
            return Dates(False, [])  # not remembered: made-up symbols must not fill the memory
        asked = [place for place, found in enumerate(stored) if query.has(found.day)]
        asked = asked[::-1][: query.limit]
        built = self._built(symbol) if asked else {}
        records = {
            found.day: built[found.day]
            for found in stored
            if found.day in built and built[found.day]["etag"] == found.etag
        }
        told = self._metadata(symbol, [stored[place] for place in asked if stored[place].day not in records])
        rows = []
        for place in asked:
            found, before = stored[place], stored[place - 1] if place else None
            if record := records.get(found.day):
                rows.append(_row_of_tables(found, record, before))
            elif found.day in told:
                rows.append(_row_of_metadata(found.day, told[found.day]))
        return Dates(True, rows)

    def _stored(self, symbol: str, today: date) -> list[_Dated]:
        """The dated snapshots, oldest first. What is dated later than `today` was written by a wrong clock."""
        last = today.isoformat()
        entries = self._lake.entries(f"processed/{symbol}/")
        return [_Dated(day, key, etag) for key, etag in entries if is_date(day := _date(key)) and day <= last]

    def _built(self, symbol: str) -> Mapping[str, Mapping[str, Any]]:
        """What the tables have of each date; nothing where they have none that can be read."""
        try:
            stored = self._lake.read_if_there(history_key(symbol))
            built = FundHistory.parse(stored.body, symbol) if stored else None
        except DamagedObjectError as error:
            log.error("history", extra={"why": error.message})
            return {}
        if stored and built is None:
            log.error("history", extra={"why": f"{history_key(symbol)} was written by another release"})
        return built.dates if built else {}

    def _metadata(self, symbol: str, wanted: Sequence[_Dated]) -> dict[str, Mapping[str, str]]:
        """By date, the metadata of these snapshots; without those that were deleted meanwhile."""
        before = self._known.get(symbol, {})
        new = [found for found in wanted if found[1:] not in before]
        heads = []
        if new:
            with ThreadPoolExecutor(READS_AT_ONCE) as pool:
                heads = list(pool.map(self._lake.head_if_there, [found.key for found in new]))
        fresh = {found[1:]: head.metadata for found, head in zip(new, heads, strict=True) if head}
        known = {found[1:]: before[found[1:]] for found in wanted if found[1:] in before} | fresh
        if known or symbol in self._known:
            # What the tables have by now is not kept twice.
            self._known[symbol] = known
        return {found.day: known[found[1:]] for found in wanted if found[1:] in known}


def nearest(dates: list[str], wanted: str) -> list[str]:
    """The last date before `wanted` and the first after it, where they exist."""
    before = [day for day in dates if day < wanted]
    after = [day for day in dates if day > wanted]
    return before[-1:] + after[:1]


def _date(key: str) -> str:
    return key.rpartition("/")[2].removesuffix(".json")


def _row_of_metadata(day: str, metadata: Mapping[str, str]) -> dict[str, Any]:
    unknown = (*_FIGURES, *_COUNTS)
    return {
        "holdings_as_of": day,
        "rows": count_of(metadata, "included"),
        "weight_pct": number_of(metadata, "weight-pct"),
        "last_price": number_of(metadata, "last-price"),
        "complete": metadata.get("complete") == "true",
        "fetched_at": metadata.get("fetched-at") or None,
        "source": source_of(metadata),
        **dict.fromkeys(unknown),
        "reasons": dict.fromkeys(unknown, Reason.NOT_BUILT_YET),
    }


def _row_of_tables(found: _Dated, record: Mapping[str, Any], before: _Dated | None) -> dict[str, Any]:
    counts, reasons = _counts(found, record, before)
    figures = {name: record[name] for name in _FIGURES}
    given = record.get("reasons", {})
    # A list that says that it is partial has said so in `complete`; the tables name the other reasons.
    missing = {name: given.get(name, Reason.PARTIAL_LIST) for name, value in figures.items() if value is None}
    told = {name: reason for name, reason in given.items() if name != "change"}
    return {
        "holdings_as_of": found.day,
        "rows": record["rows"],
        "weight_pct": record["weight_pct"],
        "last_price": record["last_price"],
        "complete": record["complete"],
        "fetched_at": record["fetched_at"] or None,
        "source": record["source"] if record["source"] in SOURCES else None,
        **figures,
        **counts,
        "reasons": {**told, **missing, **reasons},
    }


def _counts(
    found: _Dated, record: Mapping[str, Any], before: _Dated | None
) -> tuple[dict[str, int | None], dict[str, str]]:
    """How many lines were added and removed since the date before, and why a count is null."""
    change = record["change"]
    why = None
    if before is None:
        why = Reason.NO_EARLIER_DATE
    elif change is None:
        why = record.get("reasons", {}).get("change", Reason.NOT_BUILT_YET)
    elif (change["from"], change["etag_from"], change["etag_to"]) != (before.day, before.etag, found.etag):
        # Made of a snapshot that has been replaced or deleted, or before a date in between was there.
        why = Reason.NOT_BUILT_YET
    if why:
        return dict.fromkeys(_COUNTS), dict.fromkeys(_COUNTS, why)
    counts = {name: change[name] for name in _COUNTS}
    return counts, {name: change["reasons"].get(name, Reason.PARTIAL_LIST) for name in _COUNTS if counts[name] is None}
