"""How good the data of each symbol is: its three times, the last attempt, complete or not, stale or not."""

import json
from collections.abc import Iterable, Mapping
from datetime import date, datetime, timedelta
from typing import Any

from api.catalogue import Catalogue
from etf_common.errors import DamagedObjectError
from etf_common.lake import Lake, latest_key, status_key
from etf_common.runs import NEW_YORK


def capture_is_due(metadata: Mapping[str, str], now: datetime) -> bool:
    """Whether a New York session has ended since the capture was made, so that a newer one is due."""
    fresh_until = metadata.get("fresh-until")
    return fresh_until is None or now >= datetime.fromisoformat(fresh_until)


def data_headers(several: Iterable[Mapping[str, str]], now: datetime) -> dict[str, str]:
    """What an answer's headers say of its snapshots, from their metadata: one that is bad marks them all."""
    several = list(several)
    sources = {metadata.get("source", "unknown") for metadata in several} or {"schwab"}
    stale = any(capture_is_due(metadata, now) for metadata in several)
    complete = all(metadata.get("complete") == "true" for metadata in several)
    return {
        "X-Data-Source": "sample" if "sample" in sources else min(sources),
        "X-Data-Stale": "true" if stale else "false",
        "X-Data-Complete": "true" if complete else "false",
    }


def stale_reasons(metadata: Mapping[str, str], now: datetime, stale_after_days: int) -> list[str]:
    """Why the snapshot with this metadata is stale; none if it is not."""
    reasons = []
    if capture_is_due(metadata, now):
        reasons.append(f"fetched {metadata.get('fetched-at')}, before the last close in New York")
    holdings_as_of, today = metadata.get("holdings-as-of", ""), now.astimezone(NEW_YORK).date()
    if holdings_as_of and today - date.fromisoformat(holdings_as_of) > timedelta(days=stale_after_days):
        reasons.append(f"the holdings are of {holdings_as_of}, more than {stale_after_days} days ago")
    return reasons


def status_of_all(lake: Lake, catalogue: Catalogue, now: datetime) -> dict[str, Any]:
    """The status of every symbol that is configured, has a snapshot, or was asked for, by symbol."""
    asked_for = {key.removeprefix("status/").removesuffix(".json") for key in lake.keys("status/")}
    known = [*catalogue.configured, *sorted((catalogue.available | asked_for).difference(catalogue.configured))]
    return {symbol: status_of(lake, symbol, catalogue, now) for symbol in known}


def status_of(lake: Lake, symbol: str, catalogue: Catalogue, now: datetime) -> dict[str, Any]:
    """One symbol's status; what is not known is null."""
    latest = lake.head_if_there(latest_key(symbol))
    metadata = latest.metadata if latest else None
    attempt = _last_attempt(lake, symbol)
    reasons = ["there is no snapshot"] if metadata is None else stale_reasons(metadata, now, catalogue.stale_after_days)
    known = metadata or {}
    return {
        "configured": symbol in catalogue.configured,
        "source": known.get("source"),
        "quote_as_of": known.get("quote-as-of") or None,
        "holdings_as_of": known.get("holdings-as-of"),
        "fetched_at": known.get("fetched-at"),
        "rows": int(known["included"]) if "included" in known else None,
        "reported": int(known["reported"]) if known.get("reported") else None,
        "complete": known["complete"] == "true" if "complete" in known else None,
        "stale": bool(reasons),
        "stale_reasons": reasons,
        "last_attempt": {name: attempt.get(name) for name in ("run", "at", "result", "error")} if attempt else None,
        "last_success": attempt.get("last_success") if attempt else None,
    }


def _last_attempt(lake: Lake, symbol: str) -> dict[str, Any] | None:
    try:
        stored = lake.read_if_there(status_key(symbol))
        status = json.loads(stored.body) if stored else None
    except (DamagedObjectError, ValueError):
        return None
    return status if isinstance(status, dict) else None
