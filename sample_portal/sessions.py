"""The days on which the New York Stock Exchange trades, for a portal that shows figures as of a session's close."""

from datetime import UTC, date, datetime, time, timedelta
from functools import lru_cache
from zoneinfo import ZoneInfo

from holidays import HALF_DAY, PUBLIC, HolidayBase, financial_holidays

NEW_YORK = ZoneInfo("America/New_York")
_CLOSE, _EARLY_CLOSE = time(16, 0), time(13, 0)


@lru_cache(maxsize=16)
def _calendar(year: int, category: str) -> HolidayBase:
    return financial_holidays("NYSE", years=year, categories=category)


def close_of(day: date) -> datetime | None:
    """When the session of `day` closes, in New York time; None if there is none."""
    if day.weekday() >= 5 or day in _calendar(day.year, PUBLIC):
        return None
    return datetime.combine(day, _EARLY_CLOSE if day in _calendar(day.year, HALF_DAY) else _CLOSE, NEW_YORK)


def session_on_or_before(day: date) -> date:
    """The last day up to `day` on which the exchange opens."""
    while close_of(day) is None:
        day -= timedelta(days=1)
    return day


def sessions_before(session: date, count: int) -> date:
    """The session that closed `count` sessions before this one."""
    for _ in range(count):
        session = session_on_or_before(session - timedelta(days=1))
    return session


def session_after(day: date) -> date:
    """The first day after `day` on which the exchange opens."""
    day += timedelta(days=1)
    while close_of(day) is None:
        day += timedelta(days=1)
    return day


def last_session(now: datetime | None = None) -> date:
    """The day of the last close in New York at `now` (aware): what the portal shows."""
    moment = now or datetime.now(UTC)
    day = session_on_or_before(moment.astimezone(NEW_YORK).date())
    close = close_of(day)
    return day if close and close <= moment else session_on_or_before(day - timedelta(days=1))
