"""The New York Stock Exchange's sessions. Dates: the exchange's own published calendar."""

from datetime import UTC, date, datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from etf_common.exchange import close_of, last_close, next_close, trading_days
from etf_common.runs import NEW_YORK


@pytest.mark.parametrize(
    "day",
    [
        *("2026-01-01", "2026-01-19", "2026-02-16", "2026-04-03", "2026-05-25", "2026-06-19", "2026-07-03"),
        *("2026-09-07", "2026-11-26", "2026-12-25", "2025-01-09", "2025-04-18", "2027-06-18", "2027-07-05"),
        *("2027-12-24", "2026-11-21", "2026-11-22"),
    ],
)
def test_holidays_and_weekends_have_no_session(day: str) -> None:
    assert close_of(date.fromisoformat(day)) is None


@pytest.mark.parametrize("day", ["2026-11-27", "2026-12-24", "2025-07-03", "2025-11-28", "2025-12-24", "2024-07-03"])
def test_half_days_close_at_one(day: str) -> None:
    assert close_of(date.fromisoformat(day)) == datetime.fromisoformat(f"{day}T13:00").replace(tzinfo=NEW_YORK)


@pytest.mark.parametrize(
    "day",
    [
        *("2026-11-20", "2026-11-25", "2026-07-02", "2026-10-12", "2026-11-11", "2026-12-31"),
        # New Year's Day on a Saturday is not observed on the Friday before.
        *("2021-12-31", "2027-12-31"),
    ],
)
def test_other_days_close_at_four(day: str) -> None:
    assert close_of(date.fromisoformat(day)) == datetime.fromisoformat(f"{day}T16:00").replace(tzinfo=NEW_YORK)


@pytest.mark.parametrize(
    ("moment", "last", "following"),
    [
        ("2026-11-20T20:59:59Z", "2026-11-19T21:00:00Z", "2026-11-20T21:00:00Z"),
        ("2026-11-20T21:00:00Z", "2026-11-20T21:00:00Z", "2026-11-23T21:00:00Z"),
        ("2026-11-22T12:00:00Z", "2026-11-20T21:00:00Z", "2026-11-23T21:00:00Z"),
        ("2026-11-26T21:00:00Z", "2026-11-25T21:00:00Z", "2026-11-27T18:00:00Z"),
        ("2026-11-27T18:00:00Z", "2026-11-27T18:00:00Z", "2026-11-30T21:00:00Z"),
        # Summer time begins on 2026-03-08 and ends on 2026-11-01.
        ("2026-03-07T00:00:00Z", "2026-03-06T21:00:00Z", "2026-03-09T20:00:00Z"),
        ("2026-11-01T00:00:00Z", "2026-10-30T20:00:00Z", "2026-11-02T21:00:00Z"),
        # Over New Year, and late in the evening, when UTC has the next date.
        ("2026-12-31T21:00:01Z", "2026-12-31T21:00:00Z", "2027-01-04T21:00:00Z"),
        ("2026-11-24T03:00:00Z", "2026-11-23T21:00:00Z", "2026-11-24T21:00:00Z"),
        ("2026-11-20T16:30:00-05:00", "2026-11-20T21:00:00Z", "2026-11-23T21:00:00Z"),
    ],
)
def test_the_closes_around_a_moment(moment: str, last: str, following: str) -> None:
    at = datetime.fromisoformat(moment)

    assert last_close(at) == datetime.fromisoformat(last)
    assert next_close(at) == datetime.fromisoformat(following)
    assert last_close(at).tzinfo is next_close(at).tzinfo is UTC


@given(st.datetimes(datetime(2020, 1, 1), datetime(2035, 12, 31), timezones=st.just(UTC)))
def test_no_session_closes_between_the_last_close_and_the_next(moment: datetime) -> None:
    last, following = last_close(moment), next_close(moment)

    assert last <= moment < following
    assert next_close(last) == following
    assert last_close(following - timedelta(microseconds=1)) == last
    # The longest the exchange plans to be closed is a weekend with a holiday.
    assert following - last < timedelta(days=4, hours=4)


@pytest.mark.parametrize(
    ("start", "end", "days"),
    [
        ("2026-11-18T21:00:00Z", "2026-11-19T21:00:00Z", 1.0),  # Wednesday's close to Thursday's
        ("2026-11-20T21:00:00Z", "2026-11-23T21:00:00Z", 1.0),  # over a weekend
        ("2026-11-25T21:00:00Z", "2026-11-27T18:00:00Z", 1.0),  # over Thanksgiving, to a half-day's close
        ("2026-11-20T21:00:00Z", "2026-11-22T09:00:00Z", 0.5),  # half-way through a weekend
        ("2026-11-18T21:00:00Z", "2026-11-25T21:00:00Z", 5.0),
        ("2026-11-19T03:00:00Z", "2026-11-19T09:00:00Z", 0.25),
        ("2026-11-19T09:00:00Z", "2026-11-19T09:00:00Z", 0.0),
        ("2026-11-19T09:00:00Z", "2026-11-18T09:00:00Z", 0.0),  # a clock that is behind
    ],
)
def test_trading_days_pass_over_weekends_and_holidays(start: str, end: str, days: float) -> None:
    assert trading_days(datetime.fromisoformat(start), datetime.fromisoformat(end)) == pytest.approx(days)


@given(st.datetimes(datetime(2026, 1, 1), datetime(2026, 12, 31), timezones=st.just(UTC)), st.integers(0, 900))
def test_trading_days_add_up(start: datetime, hours: int) -> None:
    middle, end = start + timedelta(hours=hours / 3), start + timedelta(hours=hours)
    parts = trading_days(start, middle) + trading_days(middle, end)
    assert trading_days(start, end) == pytest.approx(parts)
    assert trading_days(start, end) >= trading_days(start, middle)
