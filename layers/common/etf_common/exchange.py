"""The New York Stock Exchange's sessions: when they close, holidays and half-days included."""

from datetime import UTC, date, datetime, time, timedelta
from functools import lru_cache

from holidays import HALF_DAY, PUBLIC, HolidayBase, financial_holidays

from etf_common.runs import NEW_YORK

REGULAR_CLOSE = time(16, 0)
_EARLY_CLOSE = time(13, 0)
_LONGEST = timedelta(days=5 * 365)


@lru_cache(maxsize=16)
def _calendar(year: int, category: str) -> HolidayBase:
    return financial_holidays("NYSE", years=year, categories=category)


def close_of(day: date) -> datetime | None:
    """When the session of `day` closes, aware, New York time; None if there is no session."""
    if day.weekday() >= 5 or day in _calendar(day.year, PUBLIC):
        return None
    hour = _EARLY_CLOSE if day in _calendar(day.year, HALF_DAY) else REGULAR_CLOSE
    return datetime.combine(day, hour, NEW_YORK)


def next_close(moment: datetime) -> datetime:
    """The first close after `moment` (aware), in UTC."""
    return _search(moment, 1)


def last_close(moment: datetime) -> datetime:
    """The last close at or before `moment` (aware), in UTC."""
    return _search(moment, -1)


def trading_days(start: datetime, end: datetime) -> float:
    """How many trading days lie between two moments (aware): from one close to the next is 1.0, weekends included.

    Between two closes it grows evenly with time, so a night counts and a long weekend counts no more than a night.
    More than five years count as five: nobody counts on from what a clock without a battery wrote in 1970.
    """
    if end < start:
        return 0.0
    start = max(start, end - _LONGEST)
    sessions, close = 0, next_close(start)
    while close <= end:
        sessions, close = sessions + 1, next_close(close)
    return sessions + _part_of_session(end) - _part_of_session(start)


def _part_of_session(moment: datetime) -> float:
    last = last_close(moment)
    return (moment - last) / (next_close(moment) - last)


def _search(moment: datetime, step: int) -> datetime:
    day = moment.astimezone(NEW_YORK).date()
    while True:
        close = close_of(day)
        if close and (close > moment if step > 0 else close <= moment):
            return close.astimezone(UTC)
        day += timedelta(days=step)
