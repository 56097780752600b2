"""What alerts are made of, in tests: digests of changes and statuses of refreshes."""

from typing import Any

from etf_analytics.two_dates.digest import MOST_ROWS

RUN = "20261124T223000Z"


def trade(kind: str = "increased", symbol: str | None = "NVDA", **values: Any) -> dict[str, Any]:
    """A row of the largest trades."""
    standard = {
        "kind": kind,
        "symbol": symbol,
        "name": f"{symbol} Works Inc",
        "traded_shares": 1000,
        "traded_usd": 50_000.0,
        "weight_from_pct": None if kind == "added" else 1.0,
        "weight_to_pct": None if kind == "removed" else 1.4,
        "trade_pct": 0.4,
    }
    return {**standard, **values}


def digest(symbol: str = "QQQ", to: str = "2026-11-24", **values: Any) -> dict[str, Any]:
    """What a fund traded in one day: nothing, unless `values` say otherwise."""
    counts = ("added", "removed", "increased", "decreased", "entered", "left", "undetermined")
    return {
        "symbol": symbol,
        "name": f"{symbol} Trust",
        "from": "2026-11-23",
        "to": to,
        "etag_from": '"a"',
        "etag_to": '"b"',
        "source": "schwab",
        "fetched_at": "2026-11-24T22:31:00Z",
        "complete": True,
        "included": 100,
        "reported": 100,
        "flow_factor": 1.0,
        "flow_reason": None,
        "baskets": 0,
        "turnover_pct": 0.0,
        **{f"{name}_count": 0 for name in counts},
        "unchanged_count": 100,
        "splits": [],
        "max_trade_pct": 0.0,
        "largest_trades": [],
        "flaws": {},
        "reasons": {},
        **values,
    }


def with_added(symbol: str = "QQQ", to: str = "2026-11-24", count: int = 1, **values: Any) -> dict[str, Any]:
    """A digest of lines that were added."""
    rows = [trade("added", f"N{number}", weight_to_pct=0.3, trade_pct=0.3) for number in range(min(count, MOST_ROWS))]
    standard = {"added_count": count, "turnover_pct": 0.3, "max_trade_pct": 0.3, "largest_trades": rows}
    return digest(symbol, to, **{**standard, **values})


def partial(symbol: str = "VTI", to: str = "2026-11-24", **values: Any) -> dict[str, Any]:
    """A digest of a list that is cut, of which hardly anything can be told."""
    unknown = ("added_count", "removed_count", "turnover_pct", "max_trade_pct")
    standard = {
        "complete": False,
        "reported": 3544,
        "entered_count": 3,
        "left_count": 2,
        **dict.fromkeys(unknown),
        "reasons": dict.fromkeys(unknown, "partial_list"),
    }
    return digest(symbol, to, **{**standard, **values})


def failure(
    code: str = "portal_unavailable", message: str = "the portal did not answer", **values: Any
) -> dict[str, Any]:
    """A status of a refresh that failed."""
    error = {"code": code, "message": message}
    standard = {"symbol": "VTI", "run": RUN, "at": "2026-11-24T22:31:00Z", "result": "failed", "error": error}
    return {**standard, "transformed": [], "tries": {}, **values}
