"""The headers and /api/status that describe the data: its three times, the last attempt, complete, stale."""

from collections.abc import Iterable, Mapping
from datetime import UTC, datetime, timedelta
from typing import Any
from weakref import ReferenceType, ref

from api.catalogue import Catalogue
from api.lake.tables import TablesState
from api.shapes import UNKNOWN_SOURCE, attempt_in, attempt_of, count_of, source_of
from etf_common.errors import DamagedObjectError, one_line
from etf_common.freshness import moment, stale_reasons
from etf_common.lake import Lake, latest_key, status_key
from etf_common.runs import CLOCK_TOLERANCE, NEW_YORK

REASON_CHARACTERS = 300
"""The most characters of X-Data-Stale-Reason."""


def data_headers(several: Mapping[str, Mapping[str, str]], now: datetime, stale_after_days: int) -> dict[str, str]:
    """The headers that describe an answer's snapshots, from their metadata by symbol: the worst one decides."""
    sources = {source_of(metadata) or UNKNOWN_SOURCE for metadata in several.values()} or {"schwab"}
    reasons = [
        f"{symbol}: {reason.message}"
        for symbol, metadata in several.items()
        for reason in stale_reasons(metadata, now, stale_after_days)
    ]
    complete = all(metadata.get("complete") == "true" for metadata in several.values())
    headers = {
        "X-Data-Source": next(source for source in ("sample", UNKNOWN_SOURCE, "schwab") if source in sources),
        "X-Data-Stale": "true" if reasons else "false",
        "X-Data-Complete": "true" if complete else "false",
    }
    if reasons:
        # A header must be one line of ASCII, whatever the metadata holds.
        text = one_line("; ".join(reasons[:10]), REASON_CHARACTERS)
        headers["X-Data-Stale-Reason"] = text.encode("ascii", "replace").decode()
    return headers


class HeadersOfAll:
    """The headers of answers about all funds of the tables, kept until one of them can change."""

    def __init__(self) -> None:
        # Weak: the tables of an earlier build must not stay in memory.
        self._kept: tuple[ReferenceType[TablesState], int, datetime, datetime, dict[str, str]] | None = None

    def of(self, state: TablesState, now: datetime, stale_after_days: int) -> dict[str, str]:
        """The headers that describe all funds: the worst one decides."""
        if self._kept is not None:
            of_state, days, begins, ends, headers = self._kept
            if of_state() is state and days == stale_after_days and begins <= now < ends:
                return dict(headers)
        several = {symbol: record["metadata"] for symbol, record in state.records.items()}
        headers = data_headers(several, now, stale_after_days)
        self._kept = ref(state), stale_after_days, now, judgement_ends(several.values(), now), headers
        return dict(headers)


def status_of_all(lake: Lake, catalogue: Catalogue, now: datetime) -> dict[str, Any]:
    """The status of every symbol that is configured, a reference of a factor, has a snapshot, or was refreshed once.

    From the tables where there are some, else from an object or two of each symbol.
    """
    if catalogue.tables is None:
        asked_for = {key.removeprefix("status/").removesuffix(".json") for key in lake.keys("status/")}
        return {symbol: status_of(lake, symbol, catalogue, now) for symbol in _known(catalogue, asked_for)}
    funds, statuses = catalogue.tables.newest.funds, catalogue.tables.newest.statuses
    return {
        symbol: _status(
            symbol,
            funds[symbol]["metadata"] if symbol in funds else None,
            attempt_in(statuses[symbol]) if symbol in statuses else None,
            catalogue,
            now,
        )
        for symbol in _known(catalogue, statuses)
    }


def status_without_list(symbol: str, catalogue: Catalogue) -> dict[str, Any]:
    """The status of a symbol that has filings alone: the same fields, and what to do for a list."""
    reason = "there is no list of Schwab's; add it to etf_symbols in the config, and the next refresh fetches it"
    return {**_status(symbol, None, None, catalogue, datetime.min.replace(tzinfo=UTC)), "stale_reasons": [reason]}


def _known(catalogue: Catalogue, asked_for: Iterable[str]) -> list[str]:
    others = catalogue.available.union(asked_for).difference(catalogue.refreshed)
    return [*catalogue.configured, *catalogue.references, *sorted(others)]


def status_of(lake: Lake, symbol: str, catalogue: Catalogue, now: datetime) -> dict[str, Any]:
    """The status of one symbol, from its own objects; what is unknown is null."""
    latest = lake.head_if_there(latest_key(symbol))
    return _status(symbol, latest.metadata if latest else None, _last_attempt(lake, symbol), catalogue, now)


def _status(
    symbol: str,
    metadata: Mapping[str, str] | None,
    attempt: Mapping[str, Any] | None,
    catalogue: Catalogue,
    now: datetime,
) -> dict[str, Any]:
    reasons = stale_reasons(metadata, now, catalogue.stale_after_days)
    known = metadata or {}
    return {
        "configured": symbol in catalogue.configured_set,
        "reference_for": next((factor for factor, known in catalogue.factors.items() if known == symbol), None),
        "source": source_of(known),
        "quote_as_of": known.get("quote-as-of") or None,
        "holdings_as_of": known.get("holdings-as-of") or None,
        "fetched_at": known.get("fetched-at") or None,
        "rows": count_of(known, "included"),
        "reported": count_of(known, "reported"),
        "complete": known["complete"] == "true" if "complete" in known else None,
        "stale": bool(reasons),
        "stale_reasons": [reason.message for reason in reasons],
        "last_attempt": {name: attempt[name] for name in ("run", "at", "result", "error")} if attempt else None,
        "last_success": attempt["last_success"] if attempt else None,
    }


def _last_attempt(lake: Lake, symbol: str) -> dict[str, Any] | None:
    try:
        stored = lake.read_if_there(status_key(symbol))
    except DamagedObjectError:
        return None
    return attempt_of(stored.body) if stored else None


def judgement_ends(several: Iterable[Mapping[str, str]], now: datetime) -> datetime:
    """Until when what is stale at `now`, by this metadata, stays so: the next time at which a reason can change."""
    midnight = _midnight_after(now.astimezone(NEW_YORK))
    ends = [midnight, _midnight_after((now + CLOCK_TOLERANCE).astimezone(NEW_YORK)) - CLOCK_TOLERANCE]
    for metadata in several:
        fetched_at, fresh_until = moment(metadata.get("fetched-at")), moment(metadata.get("fresh-until"))
        if fresh_until and fresh_until > now:
            ends.append(fresh_until)
        if fetched_at and fetched_at - CLOCK_TOLERANCE > now:
            ends.append(fetched_at - CLOCK_TOLERANCE)
    return min(ends)


def _midnight_after(local: datetime) -> datetime:
    """The next midnight of a New York time, in UTC."""
    day = local.date() + timedelta(days=1)
    return datetime(day.year, day.month, day.day, tzinfo=NEW_YORK).astimezone(UTC)
