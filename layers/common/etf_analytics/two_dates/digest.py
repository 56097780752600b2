"""What one fund bought and sold between two dates in short, for lists of many funds and dates, feeds and alerts."""

from collections.abc import Iterator, Mapping
from typing import Any

from etf_common.codes import Reason

MOST_ROWS = 10
"""Of the largest trades and of the splits, so many stand in a digest."""
KINDS: Mapping[str, str] = {
    "added": "added",
    "removed": "removed",
    "increased": "increased",
    "decreased": "decreased",
    "entered_the_list": "entered",
    "left_the_list": "left",
    "undetermined": "undetermined",
}
"""The lists of rows in the answer of `fund_changes`, and the name of their count in a digest."""
_TRADES = ("added", "removed", "increased", "decreased")
_TRADE = ("symbol", "name", "traded_shares", "traded_usd", "weight_from_pct", "weight_to_pct", "trade_pct")
_OF_THE_FETCH = ("etag_from", "etag_to", "fetched_at", "changed_at")
_LEAST_SHOWN = 0.001


def digest_of(
    changes: Mapping[str, Any],
    newer: Mapping[str, Any],
    *,
    etag_from: str,
    etag_to: str,
    earlier_fetched_at: str | None = None,
) -> dict[str, Any]:
    """The digest of an answer of `fund_changes`.

    `newer` says of the second date's snapshot: `source`, `fetched_at`, `included` and `reported` (its lines). The ETags
    are those of the two snapshots. A count is null where the answer has null for its rows, with the same reason.
    `changed_at` is when the later fetched of the two lists was fetched, as a corrected one can be either.
    """
    flow, given = changes["flow"], changes["reasons"]
    counts = {f"{count}_count": _size(changes[name]) for name, count in KINDS.items()}
    renamed = {name: f"{count}_count" for name, count in KINDS.items()}
    reasons = {
        renamed.get(path, path): str(reason)
        for path, reason in given.items()
        if path in renamed or path == "turnover_pct"
    }
    largest = largest_trade_pct(changes)
    if largest is None:
        reasons["max_trade_pct"] = str(_why_no_trade(changes))
    if flow["factor"] is None:
        reasons["flow_factor"] = str(flow["reason"])
    return {
        "symbol": changes["symbol"],
        "name": changes["name"],
        "from": changes["from"],
        "to": changes["to"],
        "etag_from": etag_from,
        "etag_to": etag_to,
        "source": newer["source"],
        "fetched_at": newer["fetched_at"],
        "changed_at": max([newer["fetched_at"] or "", earlier_fetched_at or ""]) or None,
        "complete": changes["complete"],
        "included": newer["included"],
        "reported": newer["reported"],
        "flow_factor": flow["factor"],
        "flow_reason": flow["reason"] and str(flow["reason"]),
        "baskets": len(flow["baskets"]),
        "turnover_pct": changes["turnover_pct"],
        **counts,
        "unchanged_count": changes["unchanged_count"],
        "splits": [{name: row[name] for name in ("symbol", "name", "ratio")} for row in changes["splits"][:MOST_ROWS]],
        "max_trade_pct": largest,
        "largest_trades": largest_trades(changes),
        "flaws": {day: str(codes) for day, codes in changes["flaws"].items()},
        "reasons": reasons,
    }


def told_since(digest: Mapping[str, Any], standing: Mapping[str, Any] | None) -> dict[str, Any]:
    """The digest with the time since which it says what it says, if `standing`, the one before it, says the same.

    A list is fetched again and again until its issuer publishes the next one, and that is no news.
    """
    if standing is None or _facts(digest) != _facts(standing):
        return {**digest}
    return {**digest, "changed_at": standing.get("changed_at") or standing["fetched_at"]}


def _facts(digest: Mapping[str, Any]) -> dict[str, Any]:
    return {name: value for name, value in digest.items() if name not in _OF_THE_FETCH}


def largest_trade_pct(changes: Mapping[str, Any]) -> float | None:
    """The largest change of a weight by a trade, without its sign, of the trades that are known; None if none is.

    It is 0 only where everything is known and nothing was traded.
    """
    rows = [row for _, row in _trades(changes)]
    known = [abs(trade) for row in rows if (trade := weight_traded(row)) is not None]
    if known:
        return max(known)
    return None if rows or changes["turnover_pct"] is None else 0.0


def weight_traded(row: Mapping[str, Any]) -> float | None:
    """The part of a weight's change that a trade made; None where it rests on a price that is taken as unchanged.

    An answer marks such a row, which a digest does not. A line that was sold whole has no later price and needs none.
    """
    trade: float | None = row["trade_pct"]
    return None if row.get("price_assumed") and row["shares_to"] != 0 else trade


def largest_trades(changes: Mapping[str, Any]) -> list[dict[str, Any]]:
    """The largest trades by their value in USD; those without one behind them, largest weights first."""

    def rank(trade: Mapping[str, Any]) -> tuple[bool, float, float, str, str]:
        usd = trade["traded_usd"]
        weight = max(trade["weight_from_pct"] or 0.0, trade["weight_to_pct"] or 0.0)
        return usd is None, -abs(usd or 0.0), -weight, trade["symbol"] or "", trade["name"] or ""

    trades = [
        {"kind": kind, **{name: row[name] for name in _TRADE}, "trade_pct": weight_traded(row)}
        for kind, row in _trades(changes)
    ]
    return sorted(trades, key=rank)[:MOST_ROWS]


def title_of(digest: Mapping[str, Any]) -> str:
    """One line in plain words: "QQQ on 2026-11-24: 2 added, 1 removed, 0.4 % traded"."""
    return f"{digest['symbol']} on {digest['to']}: {_told(digest)}"


def _told(digest: Mapping[str, Any]) -> str:
    if Reason.LIST_REPEATED in digest["flaws"].get(digest["to"], "").split(", "):
        return f"the list repeats that of {digest['from']}, so nothing can be told"
    turnover, splits = digest["turnover_pct"], _splits(digest)
    if digest["added_count"] is None or digest["removed_count"] is None:
        parts = [*_entered(digest), *splits]
    elif turnover == 0 and not digest["added_count"] and not digest["removed_count"]:
        return ", ".join(["nothing was traded", *splits])
    else:
        parts = [f"{digest['added_count']} added, {digest['removed_count']} removed", *splits]
    if turnover is None:
        return "; ".join([*([", ".join(parts)] if parts else []), "what was traded cannot be told"])
    return ", ".join([*parts, f"{_percent(turnover)} traded"])


def _splits(digest: Mapping[str, Any]) -> list[str]:
    found = digest["splits"]
    if len(found) > 1:
        return [f"{len(found)}{' or more' if len(found) == MOST_ROWS else ''} splits"]
    return [f"split of {found[0]['symbol'] or found[0]['name']}"] if found else []


def _entered(digest: Mapping[str, Any]) -> list[str]:
    entered, left = digest["entered_count"], digest["left_count"]
    if entered is None or left is None:
        return []
    return [f"{entered} entered the list, {left} left it{_known_lines(digest)}"]


def _known_lines(digest: Mapping[str, Any]) -> str:
    included, reported = digest["included"], digest["reported"]
    if digest["complete"] or included is None:
        return ""
    of = f" of {reported:,}" if reported is not None and reported >= included else ""
    return f" ({included:,}{of} lines known)"


def _percent(turnover: float) -> str:
    if 0 < turnover < _LEAST_SHOWN:
        return f"less than {_LEAST_SHOWN:g} %"
    decimals = 1 if turnover >= 0.1 else 3
    shown = f"{turnover:.{decimals}f}"
    return f"{shown.rstrip('0').rstrip('.')} %"


def _trades(changes: Mapping[str, Any]) -> Iterator[tuple[str, Mapping[str, Any]]]:
    return ((kind, row) for kind in _TRADES for row in changes[kind] or ())


def _why_no_trade(changes: Mapping[str, Any]) -> str:
    """Why there is no `max_trade_pct`."""
    causes = ("trade_pct", "price_from_usd", "price_to_usd")
    of_rows = (row["reasons"][name] for _, row in _trades(changes) for name in causes if name in row.get("reasons", {}))
    return str(next(of_rows, None) or changes["reasons"]["turnover_pct"])


def _size(rows: Any) -> int | None:
    return None if rows is None else len(rows)
