"""Times as the lake writes them, and run ids: the time a refresh was scheduled for, in UTC, as `20261120T223000Z`.

The schedule's own time and not the clock, so that a retry writes the same keys again. Ids sort by time.
"""

import re
from datetime import UTC, datetime, timedelta
from zoneinfo import ZoneInfo

from etf_common.errors import UsageError, shorten

PATTERN = r"[0-9]{8}T[0-9]{6}Z"
FIRST_YEAR = 1970
NEW_YORK = ZoneInfo("America/New_York")
CLOCK_TOLERANCE = timedelta(hours=1)
"""How far two healthy clocks may differ. What is dated further ahead than this comes from a wrong clock."""
_RUN_ID = re.compile(PATTERN)
_FORMAT = "%Y%m%dT%H%M%SZ"


def run_id(moment: datetime | str) -> str:
    """The run id of a moment: an aware datetime, an ISO 8601 text such as EventBridge sends, or a run id.

    Raises UsageError for anything else, for a time without a zone, and for a year before 1970.
    """
    if isinstance(moment, str):
        return run_id(_parsed(moment))
    if moment.tzinfo is None:
        raise UsageError(f"run {moment.isoformat()!r} has no time zone: give it as 2026-11-20T22:30:00Z")
    try:
        utc = moment.astimezone(UTC)
    except OverflowError:
        raise UsageError(f"run {moment.isoformat()!r} is out of range: give it as 2026-11-20T22:30:00Z") from None
    if utc.year < FIRST_YEAR:
        # Python writes the year 999 with three digits, and such an id would not sort by time.
        raise UsageError(f"run {moment.isoformat()!r} is before {FIRST_YEAR}: give it as 2026-11-20T22:30:00Z")
    return utc.strftime(_FORMAT)


def _parsed(text: str) -> datetime:
    try:
        if _RUN_ID.fullmatch(text):
            return moment_of(text)
        return datetime.fromisoformat(text)
    except ValueError:
        raise UsageError(f"run {shorten(text)} is not a time: give it as 2026-11-20T22:30:00Z") from None


def is_run_id(text: str) -> bool:
    """Whether `text` is a run id, of a day and a time that exist."""
    try:
        return run_id(text) == text
    except UsageError:
        return False


def moment_of(run: str) -> datetime:
    """The time that a run id names. Raises ValueError for a text that names none."""
    return datetime.strptime(run, _FORMAT).replace(tzinfo=UTC)


def last_run(now: datetime) -> str:
    """The latest run id that can be right at `now` (aware). A later one was made by a clock that is ahead."""
    return run_id(now + CLOCK_TOLERANCE)


def timestamp(moment: datetime) -> str:
    """`2026-11-20T22:30:04Z`: how every UTC time is written in the lake."""
    return moment.astimezone(UTC).isoformat(timespec="seconds").replace("+00:00", "Z")
