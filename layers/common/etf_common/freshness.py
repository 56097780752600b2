"""What stale means, for the API's headers and answers, the status, the sweep and the alarms.

A snapshot is stale when a newer capture is due (a New York session has closed since it was made), when its holdings
are older than the configured number of days, or when its times cannot be trusted. All of it is read from the metadata
beside the object, so that nobody needs the body; and this module imports nothing that a cold start would feel.
"""

from collections.abc import Mapping
from datetime import UTC, date, datetime, timedelta
from typing import NamedTuple

from etf_common.codes import StaleCode
from etf_common.errors import one_line
from etf_common.runs import CLOCK_TOLERANCE, NEW_YORK


class StaleReason(NamedTuple):
    """One reason why a snapshot is stale: its code, and a sentence for the reader."""

    code: StaleCode
    message: str


def stale_reasons(metadata: Mapping[str, str] | None, now: datetime, stale_after_days: int) -> list[StaleReason]:
    """Why the snapshot with this metadata is stale at `now` (aware): empty if it is not; None means no snapshot."""
    if metadata is None:
        return [StaleReason(StaleCode.NO_SNAPSHOT, "there is no snapshot")]
    return [*_of_the_fetch(metadata, now), *_of_the_holdings(metadata, now, stale_after_days)]


def capture_is_due(metadata: Mapping[str, str], now: datetime) -> bool:
    """Whether a newer capture is due: a New York session has closed since, or its times cannot be trusted."""
    return bool(_of_the_fetch(metadata, now))


def _of_the_fetch(metadata: Mapping[str, str], now: datetime) -> list[StaleReason]:
    fetched_at, fresh_until = moment(metadata.get("fetched-at")), moment(metadata.get("fresh-until"))
    shown = one_line(metadata.get("fetched-at", ""), 40)
    if fetched_at is None or fresh_until is None:
        return [StaleReason(StaleCode.TIMES_UNKNOWN, "the snapshot does not say when it was fetched")]
    if fetched_at > now + CLOCK_TOLERANCE:
        # Its "fresh until" lies as far ahead, so the snapshot would count as fresh until then.
        return [
            StaleReason(StaleCode.CLOCK_AHEAD, f"fetched {shown} by a clock that was ahead; the real time is unknown")
        ]
    if now >= fresh_until:
        return [StaleReason(StaleCode.CAPTURE_DUE, f"fetched {shown}, before the last close in New York")]
    return []


def _of_the_holdings(metadata: Mapping[str, str], now: datetime, stale_after_days: int) -> list[StaleReason]:
    shown = one_line(metadata.get("holdings-as-of", ""), 40)
    try:
        day = date.fromisoformat(metadata.get("holdings-as-of", ""))
    except ValueError:
        return [StaleReason(StaleCode.TIMES_UNKNOWN, "the snapshot does not give the date of its holdings")]
    if day > last_holdings_date(now):
        return [StaleReason(StaleCode.CLOCK_AHEAD, f"the holdings are dated {shown}, which is in the future")]
    if now.astimezone(NEW_YORK).date() - day > timedelta(days=stale_after_days):
        message = f"the holdings are of {shown}, more than {stale_after_days} days ago"
        return [StaleReason(StaleCode.HOLDINGS_OLD, message)]
    return []


def last_holdings_date(now: datetime) -> date:
    """The latest holdings date that can be right at `now` (aware): today in New York, of the fastest healthy clock."""
    return (now + CLOCK_TOLERANCE).astimezone(NEW_YORK).date()


def moment(text: str | None) -> datetime | None:
    """The aware time that a UTC text of the lake's metadata names, or None if it names none."""
    try:
        found = datetime.fromisoformat(text or "")
    except ValueError:
        return None
    return found if found.tzinfo else found.replace(tzinfo=UTC)
