"""The one definition of stale: each reason on its own, wrong clocks and damaged metadata included."""

from datetime import UTC, datetime, timedelta

import pytest

from etf_common.codes import StaleCode
from etf_common.freshness import capture_is_due, stale_reasons

GOOD = {
    "fetched-at": "2026-11-20T22:30:04Z",
    "fresh-until": "2026-11-23T21:00:00Z",
    "holdings-as-of": "2026-11-18",
}
SATURDAY = datetime(2026, 11, 21, 12, tzinfo=UTC)


def codes(metadata: dict[str, str] | None, now: datetime = SATURDAY, days: int = 45) -> list[StaleCode]:
    return [reason.code for reason in stale_reasons(metadata, now, days)]


def test_a_snapshot_of_the_last_session_is_not_stale() -> None:
    assert codes(GOOD) == []
    assert not capture_is_due(GOOD, SATURDAY)


def test_no_snapshot_is_stale() -> None:
    assert codes(None) == [StaleCode.NO_SNAPSHOT]


def test_a_capture_is_due_from_the_next_close_on() -> None:
    close = datetime(2026, 11, 23, 21, tzinfo=UTC)
    assert codes(GOOD, close - timedelta(seconds=1)) == []
    assert codes(GOOD, close) == [StaleCode.CAPTURE_DUE]
    assert capture_is_due(GOOD, close)


@pytest.mark.parametrize(("days", "stale"), [(2, True), (3, False)])
def test_holdings_are_old_after_the_configured_number_of_days(days: int, stale: bool) -> None:
    assert codes(GOOD, days=days) == ([StaleCode.HOLDINGS_OLD] if stale else [])


def test_both_reasons_are_given() -> None:
    assert codes(GOOD, SATURDAY + timedelta(days=100)) == [StaleCode.CAPTURE_DUE, StaleCode.HOLDINGS_OLD]


def test_what_a_clock_a_year_ahead_wrote_is_stale_and_not_fresh_for_a_year() -> None:
    ahead = GOOD | {"fetched-at": "2027-11-20T22:30:04Z", "fresh-until": "2027-11-22T21:00:00Z"}
    assert codes(ahead) == [StaleCode.CLOCK_AHEAD]
    assert capture_is_due(ahead, SATURDAY)


def test_clocks_that_differ_by_minutes_are_healthy() -> None:
    assert codes(GOOD | {"fetched-at": "2026-11-21T12:50:00Z"}) == []


def test_holdings_of_a_day_that_is_still_to_come_are_stale() -> None:
    assert codes(GOOD | {"holdings-as-of": "2026-11-22"}) == [StaleCode.CLOCK_AHEAD]
    assert codes(GOOD | {"holdings-as-of": "2026-11-21"}) == []


@pytest.mark.parametrize("name", GOOD)
@pytest.mark.parametrize(
    "value", ["", "yesterday", "0000-00-00", "9" * 8_000_000], ids=["empty", "word", "zero", "long"]
)
def test_times_that_cannot_be_read_make_a_snapshot_stale(name: str, value: str) -> None:
    found = stale_reasons(GOOD | {name: value}, SATURDAY, 45)
    assert [reason.code for reason in found] == [StaleCode.TIMES_UNKNOWN]
    assert all(len(reason.message) < 200 for reason in found)


def test_each_missing_time_is_a_reason() -> None:
    assert codes({}) == [StaleCode.TIMES_UNKNOWN, StaleCode.TIMES_UNKNOWN]
