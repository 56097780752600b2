"""What is known about a fund's filings beside the filings themselves: why there are none, and how old the newest is."""

from collections.abc import Mapping
from datetime import date, datetime
from typing import Any, NamedTuple

from api.catalogue import Catalogue, FilingSettings
from api.filings.shapes import status_of_filings
from api.freshness import REASON_CHARACTERS
from api.shapes import UNKNOWN_SOURCE, is_date
from etf_common.codes import FilingReason
from etf_common.errors import DamagedObjectError, one_line
from etf_common.filing_keys import filing_status_key
from etf_common.freshness import last_holdings_date
from etf_common.lake import Lake

OLD_DAYS = 200
"""A newest filing whose holdings are older is overdue: funds file every quarter, within 60 days of its end."""
_CAREFUL = ("sample", UNKNOWN_SOURCE, "file", "sec", "schwab")
"""The sources, the one to be most careful with first."""


class Told(NamedTuple):
    """How the last look for filings ended, and why there are none or no new ones; None where nothing is to be said."""

    result: str | None
    reason: str | None
    message: str | None


def read_status(lake: Lake, symbol: str) -> dict[str, Any] | None:
    """What fetch and parse have done for a symbol; None if nothing, or if it cannot be read."""
    try:
        stored = lake.read_if_there(filing_status_key(symbol))
    except DamagedObjectError:
        return None
    return status_of_filings(stored.body) if stored else None


def told_of(
    symbol: str, status: Mapping[str, Any] | None, settings: FilingSettings, catalogue: Catalogue, *, has_filings: bool
) -> Told:
    """What to tell of a symbol's filings, besides the filings."""
    result = status["result"] if status else None
    if status and status["error"]:
        return Told(result, status["error"]["code"], status["error"]["message"])
    wanted = catalogue.wants_filings(symbol, settings)
    # The made-up SEC of the sample needs no contact.
    can_ask = bool(settings.contact) or catalogue.source == "sample"
    if has_filings:
        if can_ask or not wanted:
            return Told(result, None, None)
        message = f"{symbol}: no newer filing is fetched: {_WHAT_TO_DO[FilingReason.CONTACT_MISSING]}"
        return Told(result, FilingReason.CONTACT_MISSING, message)
    if status and status["waits"]:
        reason = FilingReason.BEING_READ
    elif not wanted:
        reason = FilingReason.NOT_WANTED
    elif not can_ask:
        reason = FilingReason.CONTACT_MISSING
    else:
        reason = FilingReason.NONE_PUBLIC if result == "ok" else FilingReason.NOT_ASKED_YET
    return Told(result, reason, f"{symbol} has no filing here: {_WHAT_TO_DO[reason]}")


_WHAT_TO_DO = {
    FilingReason.CONTACT_MISSING: "the SEC wants to know who asks; write the line `contact: you@example.com`, with "
    "your own address, into etl_config.yaml",
    FilingReason.NOT_WANTED: "the config does not ask for its filings; add it to the list `filings` in "
    "etl_config.yaml, or to `etf_symbols` with `filings: all`",
    FilingReason.NOT_ASKED_YET: "the SEC has not been asked yet; the next weekly run asks",
    FilingReason.NONE_PUBLIC: "the SEC has no public one of this fund yet; a new fund's first comes 60 days after the "
    "end of its first fiscal quarter",
    FilingReason.BEING_READ: "one has come and is being read; try again in a minute",
}


def age_days(report_date: str, now: datetime) -> int | None:
    """The days since a report date; None if it is not a date."""
    return (last_holdings_date(now) - date.fromisoformat(report_date)).days if is_date(report_date) else None


def filing_headers(several: Mapping[str, Mapping[str, str]], now: datetime, newest: frozenset[str]) -> dict[str, str]:
    """The headers that describe filings, from their metadata by symbol: the worst one decides.

    Only a fund's newest filing can be overdue; `newest` names the symbols of which it is the newest.
    """
    reasons = [
        f"{symbol}: {why}"
        for symbol, metadata in several.items()
        if symbol in newest and (why := _overdue(metadata, now))
    ]
    headers = {
        "X-Data-Source": worst_source(metadata.get("source", "") for metadata in several.values()),
        "X-Data-Stale": "true" if reasons else "false",
        "X-Data-Complete": "true" if all(m.get("complete") == "true" for m in several.values()) else "false",
    }
    if reasons:
        text = one_line("; ".join(reasons[:10]), REASON_CHARACTERS)
        headers["X-Data-Stale-Reason"] = text.encode("ascii", "replace").decode()
    return headers


def worst_source(sources: Any, without: str = UNKNOWN_SOURCE) -> str:
    """The one of these sources to be most careful with; `without` any source, that one."""
    found = {source if source in _CAREFUL else UNKNOWN_SOURCE for source in sources} or {without}
    return next(source for source in _CAREFUL if source in found)


def _overdue(metadata: Mapping[str, str], now: datetime) -> str:
    """Why the newest filing of a fund is overdue; empty if it is not. After its final one, a fund files no more."""
    if metadata.get("final") == "true":
        return ""
    day = metadata.get("report-date", "")
    age = age_days(day, now)
    if age is None:
        return "the filing does not give the date of its holdings"
    return f"the newest filing is of {day}, {age} days ago; a newer one is due" if age > OLD_DAYS else ""
