"""A fund's record of one holdings date, and what makes a chain of them: each date with what changed since the last one.

Pure: rows of the funds table and answers of the analytics in, what `tables/history/{symbol}.json` has out.
"""

from collections.abc import Iterator, Mapping
from typing import Any

from etf_analytics.two_dates.digest import KINDS, weight_traded
from etf_common.codes import Reason
from etf_common.dated_changes import HISTORY_WITH_ROWS, Digest

ROWS = "largest_trades"
_LINE = (
    *("symbol", "name", "shares_from", "shares_to", "weight_from_pct", "weight_to_pct"),
    *("price_from_usd", "price_to_usd", "traded_shares", "traded_usd", "drift_pct", "trade_pct"),
)
Record = Mapping[str, Any]


def record_of(row: Mapping[str, Any], etag: str) -> dict[str, Any]:
    """The figures of a date, from its fund's row of the funds table and the ETag of its snapshot; without `change`."""
    record = {
        "etag": etag,
        "rows": row["included"],
        "weight_pct": row["weight_pct"],
        "last_price": row["last_price"],
        "complete": row["complete"],
        "fetched_at": row["fetched_at"],
        "source": row["source"],
        "quote": {"as_of": row["quote_as_of"], "session": row["session"], "last_price": row["last_price"]},
        "top_10_pct": _figure(row, "top_10_pct"),
        "hhi_points": _figure(row, "hhi_points"),
        "largest": row["largest"],
        "sectors": [
            {"sector": group["sector"], "weight_pct": _figure(group, "weight_pct")} for group in row["sectors"] or ()
        ],
    }
    return {**record, **({"reasons": row["reasons"]} if row["reasons"] else {})}


def _figure(row: Mapping[str, Any], name: str) -> Any:
    low, high = row[f"{name}_low"], row[f"{name}_high"]
    return low if low == high else {"low": low, "high": high}


def with_change(record: Record, change: Digest | None, *, damaged: bool = False) -> dict[str, Any]:
    """The record with what changed since the date before; `damaged` if the snapshot of that date cannot be read."""
    reasons = {name: reason for name, reason in record.get("reasons", {}).items() if name != "change"}
    if damaged:
        reasons["change"] = str(Reason.SNAPSHOT_DAMAGED)
    kept = {name: value for name, value in record.items() if name not in {"reasons", "change"}}
    return {**kept, **({"reasons": reasons} if reasons else {}), "change": change}


def is_between(digest: Digest | None, before: str, records: Mapping[str, Record], day: str) -> bool:
    """Whether a digest was made of these snapshots of two dates."""
    if digest is None:
        return False
    made_of = (before, records[before]["etag"], day, records[day]["etag"])
    return (digest["from"], digest["etag_from"], digest["to"], digest["etag_to"]) == made_of


def with_newest_rows(records: Mapping[str, Record]) -> dict[str, Record]:
    """The dates in order, of which only the newest keep their largest trades."""
    days = sorted(records)
    old = frozenset(days[:-HISTORY_WITH_ROWS])
    return {day: _without_rows(records[day]) if day in old else records[day] for day in days}


def _without_rows(record: Record) -> Record:
    change = record["change"]
    if not change or ROWS not in change:
        return record
    return {**record, "change": {name: value for name, value in change.items() if name != ROWS}}


def without_their_rows(records: Mapping[str, Record]) -> set[str]:
    """The newest dates whose digests lack their largest trades, since they were old once."""
    newest = sorted(records)[-HISTORY_WITH_ROWS:]
    return {day for day in newest if (change := records[day]["change"]) and ROWS not in change}


def changed_lines(changes: Mapping[str, Any], newer: Mapping[str, Any]) -> Iterator[Mapping[str, Any]]:
    """Rows of `columns.CHANGES`: every security that an answer of `fund_changes` has in one of its lists.

    `newer` is the row of the funds table of the second date.
    """
    head = {"etf": changes["symbol"], "date_from": changes["from"], "date_to": changes["to"]}
    tail = {"run": newer["run"], "source": newer["source"]}
    for kind in KINDS:
        for row in changes[kind] or ():
            told = {name: row[name] for name in _LINE}
            if weight_traded(row) is None:
                # Nothing in a table could say that a price is taken as unchanged.
                told |= {"drift_pct": None, "trade_pct": None}
            yield {**head, "kind": kind, **told, **tail}
