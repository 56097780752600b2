"""How old each fund's newest filing is, for the alarm on funds of which a quarter is missing."""

from collections.abc import Collection
from datetime import UTC, date, datetime

from etf_common.filing_keys import FILINGS, parse_filing_key
from etf_common.lake import Lake
from etf_common.metrics import Metric, Metrics

NAMED = 500
"""So many symbols have their age in the log line, which holds 256 KB."""


def measure_filings(lake: Lake, metrics: Metrics, symbols: Collection[str], now: datetime) -> dict[str, int]:
    """Days from the report date of each symbol's newest filing to `now`, the oldest first; they are emitted too.

    A symbol without a filing has no age: a new fund has not had its first yet, and a trust such as GLD files none. A
    report date that lies ahead counts as today. One listing for all: of 4,500 funds and 28 quarters, 126 calls.
    """
    today = now.astimezone(UTC).date()
    newest = {symbol: day for symbol, day in newest_filings(lake).items() if symbol in symbols}
    ages = {symbol: max(0, (today - date.fromisoformat(day)).days) for symbol, day in newest.items()}
    oldest = dict(sorted(ages.items(), key=lambda item: (-item[1], item[0])))
    if oldest:
        named = dict(list(oldest.items())[:NAMED])
        metrics.emit({Metric.FILING_AGE_DAYS: list(oldest.values())}, {"filing_ages": named})
    return oldest


def newest_filings(lake: Lake) -> dict[str, str]:
    """The newest report date, `2026-06-30`, of each symbol that has filings; other keys are passed over."""
    newest: dict[str, str] = {}
    for key in lake.keys(FILINGS):
        if found := parse_filing_key(key):
            symbol, day = found
            newest[symbol] = max(day, newest.get(symbol, ""))
    return newest
