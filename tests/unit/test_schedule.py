"""When the local system refreshes: some time after every close, half-days and holidays included."""

from datetime import UTC, datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from etf_common.exchange import last_close
from local.schedule import AFTER_CLOSE, next_refresh


@pytest.mark.parametrize(
    ("now", "expected"),
    [
        ("2026-11-20T15:00:00Z", "2026-11-20T22:30:00Z"),
        ("2026-11-20T21:30:00Z", "2026-11-20T22:30:00Z"),
        ("2026-11-20T22:30:00Z", "2026-11-23T22:30:00Z"),
        ("2026-11-25T23:00:00Z", "2026-11-27T19:30:00Z"),
        ("2026-10-30T22:00:00Z", "2026-11-02T22:30:00Z"),
        ("2026-07-10T12:00:00Z", "2026-07-10T21:30:00Z"),
    ],
)
def test_the_next_refresh_is_ninety_minutes_after_a_close(now: str, expected: str) -> None:
    assert next_refresh(datetime.fromisoformat(now)) == datetime.fromisoformat(expected)


@given(st.datetimes(datetime(2025, 1, 1), datetime(2030, 1, 1), timezones=st.just(UTC)))
def test_the_next_refresh_is_in_the_future_and_after_a_close(now: datetime) -> None:
    refresh = next_refresh(now)

    assert refresh > now
    assert last_close(refresh) == refresh - AFTER_CLOSE
    assert timedelta(minutes=30) <= AFTER_CLOSE <= timedelta(hours=3)
