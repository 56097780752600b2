"""Every issue can appear, and is absent from a list that has nothing odd."""

from collections.abc import Sequence
from dataclasses import replace
from datetime import UTC, datetime
from decimal import Decimal
from typing import Any

import pytest

from tests.unit.builders import page
from transform.checks import ROWS_NAMED, list_issues, unmatched_page_rows
from transform.listing import Listing
from transform.page import read_page
from transform.rows import TableRow

EMPTY_PAGE = read_page(page(), "VTI", datetime(2026, 11, 20, 22, 30, tzinfo=UTC))


def row(number: int, weight: str | None = "20", **values: Any) -> TableRow:
    known = None if weight is None else Decimal(weight)
    standard = {
        "symbol": f"S{number}",
        "name": f"Company {number}",
        "weight_pct": known,
        "shares": Decimal(1000 + number),
        "market_value": None if known is None else known * 1_000_000,
    }
    return TableRow(**{**standard, **values})


GOOD = [row(n) for n in range(1, 6)]


def issues_of(
    rows: Sequence[TableRow],
    *,
    pages: Sequence[int] | None = None,
    totals: tuple[int, ...] | None = None,
    on_page: Sequence[TableRow] = (),
    truncated: bool = False,
) -> dict[str, tuple[int, tuple[int, ...]]]:
    """Per code: how many, and the rows named."""
    listing = Listing(tuple(rows), tuple(pages or [1] * len(rows)), (len(rows),) if totals is None else totals, False)
    seen = replace(EMPTY_PAGE, rows=tuple(on_page))
    found = list_issues(tuple(rows), listing, unmatched_page_rows(listing, seen), truncated=truncated)
    assert len({issue.code for issue in found}) == len(found), "one entry per code"
    assert all(issue.detail and "\n" not in issue.detail for issue in found)
    return {issue.code: (issue.count, issue.rows) for issue in found}


def test_a_good_list_has_no_issue() -> None:
    assert issues_of(GOOD, on_page=GOOD[:2]) == {}


def test_the_total_is_unknown() -> None:
    assert issues_of(GOOD, totals=()) == {"total_unknown": (1, ())}


@pytest.mark.parametrize("total", [4, 6, 3544])
def test_the_count_is_not_the_total(total: int) -> None:
    assert issues_of(GOOD, totals=(total,)) == {"row_count": (1, ())}


def test_rows_left_out_as_asked_are_nothing_odd() -> None:
    assert issues_of(GOOD, totals=(3544,), truncated=True) == {}


def test_the_total_changed() -> None:
    assert issues_of(GOOD, totals=(6, 5)) == {"total_changed": (1, ())}
    assert issues_of(GOOD, totals=(5, 5)) == {}


@pytest.mark.parametrize(
    ("weight", "odd"), [("20.61", True), ("20.6", False), ("18", False), ("17.99", True), ("0", True)]
)
def test_the_weights_of_a_whole_list_sum_to_about_100(weight: str, odd: bool) -> None:
    assert ("weight_sum" in issues_of([row(n, weight) for n in range(1, 6)])) is odd


def test_part_of_a_list_may_sum_to_less_but_not_to_more() -> None:
    few = [row(n, "1") for n in range(1, 6)]
    much = [row(n, "30") for n in range(1, 6)]

    assert issues_of(few, totals=(100,), truncated=True) == {}
    assert issues_of(much, totals=(100,), truncated=True) == {"weight_sum": (1, ())}


def test_a_weight_larger_than_the_one_before() -> None:
    rows = [row(1, "30"), row(2, "10"), row(3, "20"), row(4, None), row(5, "20"), row(6, "21")]

    assert issues_of(rows)["order_broken"] == (2, (3, 6))
    assert "order_broken" not in issues_of(GOOD)


def test_a_line_on_two_answers_is_suspected() -> None:
    rows = [*GOOD[:3], GOOD[0], GOOD[3]]

    assert issues_of(rows, pages=[1, 1, 1, 2, 2])["slipped_between_pages"] == (1, (4,))


def test_equal_lines_on_one_answer_are_real() -> None:
    rows = [GOOD[0], GOOD[0], GOOD[0], GOOD[1], GOOD[2]]

    assert "slipped_between_pages" not in issues_of(rows, pages=[1, 1, 1, 2, 2])


@pytest.mark.parametrize(
    "difference",
    [{"symbol": "X"}, {"name": "X"}, {"weight_pct": Decimal(19)}, {"shares": Decimal(1)}, {"market_value": Decimal(1)}],
)
def test_a_line_must_be_equal_in_all_five_cells(difference: dict[str, Any]) -> None:
    rows = (row(1), row(1, **difference))

    assert "slipped_between_pages" not in issues_of(rows, pages=(1, 2))
    assert "slipped_between_pages" in issues_of((row(1), row(1)), pages=(1, 2))


def test_a_symbol_in_more_than_one_line() -> None:
    rows = [*GOOD[:3], row(4, symbol="S1"), row(5, symbol=None), row(6, "0", symbol=None)]

    assert issues_of(rows)["repeated_symbol"] == (2, (1, 4))


def test_a_market_value_that_does_not_fit_its_weight() -> None:
    rows = [*GOOD[:4], row(5, market_value=Decimal(2_000_000))]

    assert issues_of(rows) == {"value_against_weight": (1, (5,))}


@pytest.mark.parametrize("value", [18_500_000, 21_500_000])
def test_prices_may_have_moved_a_little(value: int) -> None:
    assert issues_of([*GOOD[:4], row(5, market_value=Decimal(value))]) == {}


def test_small_weights_may_be_off_by_their_rounding() -> None:
    tiny = [row(6, "0.01", market_value=Decimal(14_900)), row(7, "0.00", market_value=Decimal(4_000))]

    assert "value_against_weight" not in issues_of([*GOOD, *tiny])


def test_a_row_of_the_page_that_is_in_no_answer() -> None:
    assert issues_of(GOOD, on_page=[GOOD[0], row(9)]) == {"page_against_parts": (1, (2,))}
    assert issues_of(GOOD, on_page=[GOOD[0], GOOD[0]]) == {"page_against_parts": (1, (2,))}


@pytest.mark.parametrize(
    ("code", "values"),
    [
        ("symbol_missing", {"symbol": None}),
        ("name_missing", {"name": None}),
        ("weight_missing", {"weight_pct": None}),
        ("shares_missing", {"shares": None}),
        ("value_missing", {"market_value": None}),
        ("unreadable_number", {"unreadable": True}),
        ("rounded_value", {"rounded": True}),
        ("name_cut", {"cut": True}),
    ],
)
def test_an_odd_cell_names_its_row(code: str, values: dict[str, Any]) -> None:
    rows = [*GOOD[:3], row(4, **values), GOOD[4], row(6, "0", market_value=Decimal(0))]

    assert issues_of(rows).get(code) == (1, (4,))
    assert code not in issues_of(GOOD)


def test_zero_and_negative_numbers_are_not_missing() -> None:
    rows = [*GOOD, row(6, "0", shares=Decimal(0)), row(7, "-1", shares=Decimal(-7))]

    assert issues_of(rows) == {}


def test_only_the_first_rows_are_named_and_all_are_counted() -> None:
    rows = [row(n, "0.5", symbol=None) for n in range(1, 201)]

    assert issues_of(rows)["symbol_missing"] == (200, tuple(range(1, ROWS_NAMED + 1)))
