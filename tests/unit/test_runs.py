"""Run ids: the schedule's own time in UTC."""

from datetime import UTC, datetime, timedelta, timezone

import pytest
from hypothesis import given
from hypothesis import strategies as st

from etf_common.errors import UsageError
from etf_common.runs import is_run_id, last_run, run_id, timestamp

NEW_YORK_WINTER = timezone(timedelta(hours=-5))


@pytest.mark.parametrize(
    "moment",
    [
        datetime(2026, 11, 20, 22, 30, tzinfo=UTC),
        datetime(2026, 11, 20, 17, 30, tzinfo=NEW_YORK_WINTER),
        datetime(2026, 11, 20, 22, 30, 0, 999_999, tzinfo=UTC),
        "2026-11-20T22:30:00Z",
        "2026-11-20T17:30:00-05:00",
        "2026-11-20T22:30:00.250Z",
        "20261120T223000Z",
    ],
)
def test_one_moment_has_one_run_id(moment: datetime | str) -> None:
    assert run_id(moment) == "20261120T223000Z"


@pytest.mark.parametrize(
    "moment",
    [
        "",
        "tomorrow",
        "2026-11-31T22:30:00Z",
        "<aws.scheduler.scheduled-time>",
        "2026-11-20T22:30:00",
        "2026-11-20",
        "99999999T999999Z",
        "\u0662\u0660261120T223000Z",
        "9" * 8_000_000,
        datetime(2026, 11, 20, 22, 30),
    ],
)
def test_a_text_that_is_no_time_or_has_no_zone_is_refused(moment: datetime | str) -> None:
    with pytest.raises(UsageError, match="2026-11-20T22:30:00Z") as caught:
        run_id(moment)

    assert "\n" not in caught.value.message


MOMENTS = st.datetimes(datetime(2000, 1, 1), datetime(2100, 1, 1), timezones=st.just(UTC))


@given(MOMENTS, MOMENTS)
def test_run_ids_sort_by_time(one: datetime, other: datetime) -> None:
    one, other = one.replace(microsecond=0), other.replace(microsecond=0)

    assert (run_id(one) < run_id(other)) == (one < other)


@given(MOMENTS)
def test_a_run_id_and_its_timestamp_are_the_same_time(moment: datetime) -> None:
    assert run_id(run_id(moment)) == run_id(moment)
    assert run_id(timestamp(moment)) == run_id(moment)


def test_a_timestamp_is_utc_in_whole_seconds() -> None:
    moment = datetime(2026, 11, 20, 17, 30, 4, 987_654, tzinfo=NEW_YORK_WINTER)

    assert timestamp(moment) == "2026-11-20T22:30:04Z"


@pytest.mark.parametrize(
    "moment",
    [
        datetime(999, 11, 20, 22, 30, tzinfo=UTC),
        datetime(1969, 12, 31, 23, 59, tzinfo=UTC),
        "0999-11-20T22:30:00Z",
        "09991120T223000Z",
        "0001-01-01T00:00:00+05:00",
        "9999-12-31T23:59:59-05:00",
    ],
)
def test_a_year_that_no_run_can_have_is_refused(moment: datetime | str) -> None:
    # Python writes the year 999 with three digits, so such an id would sort behind every other.
    with pytest.raises(UsageError, match=r"before 1970|out of range"):
        run_id(moment)


def test_a_run_id_names_a_day_and_a_time_that_exist() -> None:
    assert is_run_id("20261120T223000Z")
    for text in ("20261131T223000Z", "20261120T256000Z", "09991120T223000Z", "2026-11-20T22:30:00Z"):
        assert not is_run_id(text)
    assert not is_run_id("20261120T223000Z\n")


def test_a_run_may_lie_ahead_by_no_more_than_clocks_differ() -> None:
    assert last_run(datetime(2026, 11, 20, 22, 30, tzinfo=UTC)) == "20261120T233000Z"
