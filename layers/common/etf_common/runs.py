"""Times as the lake writes them, and run ids: the time a refresh was scheduled for, in UTC, as `20261120T223000Z`.

The schedule's own time and not the clock, so that a retry writes the same keys again. Ids sort by time.
"""

import re
from datetime import UTC, datetime, timedelta
from zoneinfo import ZoneInfo

from etf_common.errors import UsageError

PATTERN = r"\d{8}T\d{6}Z"
NEW_YORK = ZoneInfo("America/New_York")
CLOCK_TOLERANCE = timedelta(hours=1)
"""How far two healthy clocks may differ. What is dated further ahead than this comes from a wrong clock."""
_RUN_ID = re.compile(PATTERN)
_FORMAT = "%Y%m%dT%H%M%SZ"


def run_id(moment: datetime | str) -> str:
    """The run id of a moment: an aware datetime, an ISO 8601 text such as EventBridge sends, or a run id.

    Raises UsageError for a text that is no time, and for a time without a zone.
    """
    if isinstance(moment, str):
        try:
            if _RUN_ID.fullmatch(moment):
                return datetime.strptime(moment, _FORMAT).strftime(_FORMAT)
            moment = datetime.fromisoformat(moment)
        except ValueError:
            raise UsageError(f"run {moment!r} is no time: give it as 2026-11-20T22:30:00Z") from None
    if moment.tzinfo is None:
        raise UsageError(f"run {moment.isoformat()!r} has no time zone: give it as 2026-11-20T22:30:00Z")
    return moment.astimezone(UTC).strftime(_FORMAT)


def moment_of(run: str) -> datetime:
    """The time that a run id names."""
    return datetime.strptime(run, _FORMAT).replace(tzinfo=UTC)


def timestamp(moment: datetime) -> str:
    """`2026-11-20T22:30:04Z`: how every UTC time is written in the lake."""
    return moment.astimezone(UTC).strftime("%Y-%m-%dT%H:%M:%SZ")
