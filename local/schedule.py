"""When the local system refreshes: after every New York close, as the cloud's schedule does."""

from datetime import datetime, timedelta

from etf_common.exchange import next_close

AFTER_CLOSE = timedelta(minutes=90)
"""The portal shows closing quotes some time after the close, and volume settles."""


def next_refresh(now: datetime) -> datetime:
    """The first time after `now` that lies `AFTER_CLOSE` behind a close, in UTC."""
    return next_close(now - AFTER_CLOSE) + AFTER_CLOSE
