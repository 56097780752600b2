"""When something happens in the sample funds: every so many sessions, counted from the anchor date.

The story runs through the lists that the portal shows after the close of ANCHOR. What a fund holds on another date,
before or after, follows from the number of sessions in between and from nothing else.
"""

from bisect import bisect_right
from datetime import date, timedelta
from functools import lru_cache
from typing import NamedTuple

from sample_portal.sessions import close_of

ANCHOR = date(2026, 11, 20)
"""After this day's close the portal shows the lists from which the story runs forwards and backwards."""
_SESSION_ZERO = date(2026, 11, 19)


@lru_cache(maxsize=64)
def _sessions_of(year: int) -> tuple[date, ...]:
    first = date(year, 1, 1)
    days = (first + timedelta(days=number) for number in range((date(year + 1, 1, 1) - first).days))
    return tuple(day for day in days if close_of(day))


def _before(year: int) -> int:
    """The number of the last session before `year` begins."""
    anchored = _SESSION_ZERO.year
    if year > anchored:
        counted = sum(len(_sessions_of(passed)) for passed in range(anchored, year))
    else:
        counted = -sum(len(_sessions_of(passed)) for passed in range(year, anchored))
    return counted - bisect_right(_sessions_of(anchored), _SESSION_ZERO)


@lru_cache(maxsize=1024)
def session_number(day: date) -> int:
    """Which session the last one up to `day` is; 2026-11-19 is number 0, the session before it -1."""
    return _before(day.year) + bisect_right(_sessions_of(day.year), day)


@lru_cache(maxsize=4096)
def session_date(number: int) -> date:
    """The day of the session with this number."""
    year = _SESSION_ZERO.year
    while (place := number - _before(year) - 1) < 0:
        year -= 1
    while (place := number - _before(year) - 1) >= len(_sessions_of(year)):
        year += 1
    return _sessions_of(year)[place]


def first_session(year: int) -> date:
    """The first day of the year on which the exchange opens."""
    return _sessions_of(year)[0]


class Rhythm(NamedTuple):
    """Once every `every` sessions, on session number `first` too. Steps count from the anchor, which is step 0."""

    every: int
    first: int

    def step(self, session: int) -> int:
        """The number of the last step up to this session."""
        return (session - self.first) // self.every + 1

    def day_of(self, step: int) -> date:
        """The day on which this step is taken."""
        return session_date(self.first + (step - 1) * self.every)


class Switch(NamedTuple):
    """Turns something on at one step of a rhythm, off again `period` steps later, and so on; off at the anchor.

    `off` and `on` are the levels between which a line's shares change: 1 and 0 for a line that leaves the fund, 0 and
    1 for one that joins it, 1 and 1.02 for one of which the fund buys 2 %.
    """

    rhythm: Rhythm
    offset: int
    period: int
    off: float = 1.0
    on: float = 1.0

    def turns(self, session: int) -> int:
        """How often it has been turned since the anchor; negative before the anchor."""
        return (self.rhythm.step(session) - 1 - self.offset) // self.period + 1

    def level(self, turns: int) -> float:
        """The level after so many turns."""
        return self.on if turns % 2 else self.off

    def day_of(self, turn: int) -> date:
        """The day of the turn with this number; the first after the anchor is number 1."""
        return self.rhythm.day_of(self.offset + 1 + (turn - 1) * self.period)
