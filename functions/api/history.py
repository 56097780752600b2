"""The holdings dates for which there are snapshots."""

from collections.abc import Mapping
from concurrent.futures import ThreadPoolExecutor
from datetime import date
from typing import Any

from api.shapes import count_of, is_date, number_of, source_of
from etf_common.lake import Lake

READS_AT_ONCE = 10
Known = dict[str, dict[tuple[str, str], Mapping[str, str]]]
"""By symbol: the metadata of its dated snapshots by (key, ETag)."""


class History:
    """A summary of each dated snapshot, from its metadata; cached by ETag, since most never change."""

    def __init__(self, lake: Lake, known: Known | None = None) -> None:
        self._lake = lake
        self._known: Known = {} if known is None else known

    def dates(self, symbol: str, today: date) -> list[str]:
        """The holdings dates up to `today`, oldest first."""
        return [_date(key) for key, _ in self._entries(symbol, today)]

    def rows(self, symbol: str, today: date) -> list[dict[str, Any]]:
        """One record for each holdings date, newest first: rows, price (USD), total weight (per cent), times."""
        entries = self._entries(symbol, today)
        if not entries:
            return []  # not remembered: made-up symbols must not fill the memory
        known = self._known.get(symbol, {})
        new = [entry for entry in entries if entry not in known]
        if new:
            with ThreadPoolExecutor(READS_AT_ONCE) as pool:
                heads = pool.map(self._lake.head, [key for key, _ in new])
                known = known | {entry: head.metadata for entry, head in zip(new, heads, strict=True)}
        self._known[symbol] = {entry: known[entry] for entry in entries}
        return [_record(_date(entry[0]), known[entry]) for entry in reversed(entries)]

    def _entries(self, symbol: str, today: date) -> list[tuple[str, str]]:
        """(key, ETag) of the dated snapshots. What is dated later than `today` was written by a wrong clock."""
        last = today.isoformat()
        entries = self._lake.entries(f"processed/{symbol}/")
        return [(key, etag) for key, etag in entries if is_date(day := _date(key)) and day <= last]


def nearest(dates: list[str], wanted: str) -> list[str]:
    """The last date before `wanted` and the first after it, where they exist."""
    before = [day for day in dates if day < wanted]
    after = [day for day in dates if day > wanted]
    return before[-1:] + after[:1]


def _date(key: str) -> str:
    return key.rpartition("/")[2].removesuffix(".json")


def _record(day: str, metadata: Mapping[str, str]) -> dict[str, Any]:
    return {
        "holdings_as_of": day,
        "rows": count_of(metadata, "included"),
        "weight_pct": number_of(metadata, "weight-pct"),
        "last_price": number_of(metadata, "last-price"),
        "complete": metadata.get("complete") == "true",
        "fetched_at": metadata.get("fetched-at") or None,
        "source": source_of(metadata),
    }
