"""Which of two snapshots stays: forward only, never a shorter list over a fuller one, and no wrong clock on top."""

from datetime import UTC, datetime
from typing import Any

import pytest

from etf_common.codes import ErrorCode
from transform.publish import why_it_stays

NOW = datetime(2026, 11, 20, 23, 0, tzinfo=UTC)
OLD, NEW, AHEAD = "20261120T130000Z", "20261120T223000Z", "20271120T223000Z"


def rank(run: str, included: int, reported: int | None = 3544, date: str = "2026-11-18") -> dict[str, str]:
    shown = "" if reported is None else str(reported)
    return {"run": run, "holdings-as-of": date, "included": str(included), "reported": shown}


def stays(standing: dict[str, str], new: dict[str, str], *, page_only: bool = False, now: Any = NOW) -> Any:
    reason = why_it_stays(standing, new, now, page_only)
    return reason and reason.code


def test_a_newer_run_takes_the_place_of_an_older_one_and_never_the_other_way_round() -> None:
    assert stays(rank(OLD, 3544), rank(NEW, 3544)) is None
    assert stays(rank(NEW, 3544), rank(OLD, 3544)) == ErrorCode.OLDER_RUN


def test_a_newer_holdings_date_counts_more_than_the_run() -> None:
    assert stays(rank(NEW, 3544, date="2026-11-17"), rank(OLD, 3544)) is None
    assert stays(rank(OLD, 3544), rank(NEW, 3544, date="2026-11-17")) == ErrorCode.OLDER_RUN


@pytest.mark.parametrize(
    ("standing", "new", "reason"),
    [
        ((3544, 3544), (100, 3544), ErrorCode.FEWER_LINES),
        ((200, 3544), (100, 3544), ErrorCode.FEWER_LINES),
        ((100, None), (20, None), ErrorCode.FEWER_LINES),
        ((100, 3544), (100, 3544), None),
        ((100, 3544), (3544, 3544), None),
        ((3544, 3544), (3540, 3540), None),
        ((3543, 3544), (3540, 3540), None),
        ((30, 30), (30, 30), None),
    ],
    ids=[
        "a smaller max_holdings",
        "a smaller max_holdings after a small one",
        "a total that nobody knows",
        "as many lines",
        "a larger max_holdings",
        "the portal reports fewer lines",
        "a whole list after one with a line missing",
        "a fund that is smaller than max_holdings",
    ],
)
def test_of_one_holdings_date_a_list_with_fewer_lines_replaces_no_fuller_one(
    standing: tuple[int, int | None], new: tuple[int, int | None], reason: ErrorCode | None
) -> None:
    assert stays(rank(OLD, *standing), rank(NEW, *new)) == reason


def test_on_the_next_holdings_date_a_shorter_list_is_asked_for_and_taken() -> None:
    assert stays(rank(OLD, 3544, date="2026-11-17"), rank(NEW, 100)) is None


def test_the_same_run_is_written_again_so_that_a_better_parser_counts() -> None:
    assert stays(rank(NEW, 3544), rank(NEW, 3543)) is None
    assert stays(rank(NEW, 3544), rank(NEW, 20), page_only=True) == ErrorCode.FEWER_LINES


def test_the_pages_rows_alone_replace_no_fuller_list_of_any_date() -> None:
    assert stays(rank(OLD, 3544, date="2026-11-17"), rank(NEW, 20), page_only=True) == ErrorCode.FEWER_LINES
    assert stays(rank(OLD, 20, date="2026-11-17"), rank(NEW, 20), page_only=True) is None


def test_the_reason_says_how_long_both_lists_are() -> None:
    reason = why_it_stays(rank(OLD, 3544), rank(NEW, 100), NOW, page_only=False)

    assert reason is not None
    assert [text for text in (OLD, "3,544 of 3,544", "100 of 3,544", "2026-11-18") if text not in reason.message] == []


def test_what_a_clock_a_year_ahead_wrote_gives_way_to_the_next_good_run() -> None:
    assert stays(rank(AHEAD, 3544), rank(NEW, 3544)) is None
    assert stays(rank(AHEAD, 3544, date="2027-11-18"), rank(NEW, 100)) is None


def test_a_wrong_clock_does_not_take_the_fullness_or_the_date_of_a_list_away() -> None:
    assert stays(rank(AHEAD, 3544), rank(NEW, 100)) == ErrorCode.FEWER_LINES
    assert stays(rank(AHEAD, 3544), rank(NEW, 3544, date="2026-11-17")) == ErrorCode.OLDER_RUN


def test_a_storage_that_does_not_tell_its_time_leaves_the_order_of_the_runs() -> None:
    assert stays(rank(AHEAD, 3544), rank(NEW, 3544), now=None) == ErrorCode.OLDER_RUN


@pytest.mark.parametrize("standing", [{}, {"run": NEW}, rank(AHEAD, 1) | {"included": "many"}])
def test_what_has_no_rank_is_no_snapshot_to_protect(standing: dict[str, str]) -> None:
    assert stays(standing, rank(OLD, 1)) is None
