"""The holdings dates of which there are snapshots."""

from collections.abc import Mapping
from concurrent.futures import ThreadPoolExecutor
from typing import Any

from etf_common.lake import Lake

READS_AT_ONCE = 10
Known = dict[str, dict[tuple[str, str], Mapping[str, str]]]
"""By symbol: the metadata of its dated snapshots by (key, ETag)."""


class History:
    """What each dated snapshot holds, from its metadata; kept by ETag, since most never change."""

    def __init__(self, lake: Lake, known: Known | None = None) -> None:
        self._lake = lake
        self._known: Known = {} if known is None else known

    def dates(self, symbol: str) -> list[str]:
        """The holdings dates of which there are snapshots, oldest first."""
        return [_date(key) for key, _ in self._entries(symbol)]

    def rows(self, symbol: str) -> list[dict[str, Any]]:
        """One record a holdings date, newest first: rows, price in USD, sum of the weights in per cent, and when."""
        entries = self._entries(symbol)
        if not entries:
            return []  # and nothing kept: there are more symbols to ask for than memory to remember them
        known = self._known.get(symbol, {})
        new = [entry for entry in entries if entry not in known]
        if new:
            with ThreadPoolExecutor(READS_AT_ONCE) as pool:
                heads = pool.map(self._lake.head, [key for key, _ in new])
                known = known | {entry: head.metadata for entry, head in zip(new, heads, strict=True)}
        self._known[symbol] = {entry: known[entry] for entry in entries}
        return [_record(_date(entry[0]), known[entry]) for entry in reversed(entries)]

    def _entries(self, symbol: str) -> list[tuple[str, str]]:
        prefix = f"processed/{symbol}/"
        return [(key, etag) for key, etag in self._lake.entries(prefix) if key != f"{prefix}latest.json"]


def nearest(dates: list[str], wanted: str) -> list[str]:
    """The last date before and the first after `wanted`, as far as there are any."""
    before = [day for day in dates if day < wanted]
    after = [day for day in dates if day > wanted]
    return before[-1:] + after[:1]


def _date(key: str) -> str:
    return key.rpartition("/")[2].removesuffix(".json")


def _record(day: str, metadata: Mapping[str, str]) -> dict[str, Any]:
    def number(name: str) -> float | None:
        return float(metadata[name]) if metadata.get(name) else None

    return {
        "holdings_as_of": day,
        "rows": int(metadata["included"]) if metadata.get("included") else None,
        "weight_pct": number("weight-pct"),
        "last_price": number("last-price"),
        "complete": metadata.get("complete") == "true",
        "fetched_at": metadata.get("fetched-at"),
        "source": metadata.get("source"),
    }
