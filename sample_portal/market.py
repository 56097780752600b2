"""What a sample security costs on a day: its own slow and fast wave, the market's, and the splits of its shares."""

import math
from datetime import date
from functools import lru_cache
from zlib import crc32

from sample_portal.rhythm import Rhythm

STOCKS, BONDS, GOLD = "stocks", "bonds", "gold"
_SWINGS = {BONDS: 0.012}
_USUAL_SWING = 0.05
_MARKET_SHARE = 0.6
"""The market's wave against that of a single security."""

SPLIT_RATIO = 10
SPLIT_RHYTHM = Rhythm(every=4, first=2)
"""A company splits its shares on every fourth session, another company each time."""


def wave(key: str, day: date, swing: float) -> float:
    """What a price is on `day`, relative to its base: a slow wave and a fast one, each key with its own phase."""
    return wave_at(phase_of(key), day.toordinal(), swing)


def phase_of(key: str) -> float:
    """Where in its wave a security stands on day 0."""
    return crc32(key.encode()) % 6283 / 1000


def wave_at(phase: float, ordinal: int, swing: float) -> float:
    """`wave` for a phase that is known and a day counted as date.toordinal() does."""
    return 1 + swing * (math.sin(ordinal / 29 + phase) + 0.15 * math.sin(ordinal * 2.1 + phase * 7))


def swing_of(market: str) -> float:
    """How far the prices of a market's securities move around their base, as a fraction."""
    return _SWINGS.get(market, _USUAL_SWING)


@lru_cache(maxsize=256)
def market_level(market: str, day: date) -> float:
    """How high a market stands on `day`, relative to its base: all its securities rise and fall with it."""
    return wave(market, day, swing_of(market) * _MARKET_SHARE)


def split_level(rounds: int) -> float:
    """Shares that one share of the anchor date has become, after so many splits (negative: before the anchor).

    Near the anchor every split is 10:1. A company that has split returns in its next round by a reverse split, so that
    no price falls for ever.
    """
    if rounds % 2 == 0:
        return 1.0
    return float(SPLIT_RATIO) if rounds > 0 else 1 / SPLIT_RATIO
