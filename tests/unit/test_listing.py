"""The list from the module API's answers, or from the page alone."""

from datetime import UTC, datetime

import pytest

from etf_common.errors import LayoutError
from tests.unit.builders import answer, assigned, line, lines, node, page, row_node
from transform.listing import Listing, page_only, read_parts
from transform.page import read_page

FETCHED_AT = datetime(2026, 11, 20, 22, 30, tzinfo=UTC)
PAGE = read_page(page(lines(2), pager="Viewing 1 - 2 of 5 matches"), "VTI", FETCHED_AT)
PAGE_WITHOUT_PAGER = read_page(page(lines(2)), "VTI", FETCHED_AT)


def symbols(listing: Listing) -> list[str | None]:
    return [row.symbol for row in listing.rows]


def test_answers_are_one_list_in_order() -> None:
    listing = read_parts((answer(lines(3), "1 - 3 of 5"), answer(lines(2, start=4), "4 - 5 of 6")), PAGE)

    assert symbols(listing) == ["S1", "S2", "S3", "S4", "S5"]
    assert listing.pages == (1, 1, 1, 2, 2)
    assert listing.totals == (5, 5, 6)
    assert listing.reported == 6


@pytest.mark.parametrize(("pager", "totals", "reported"), [("1 - 1 of 7", (5, 7), 7), (None, (5,), 5)])
def test_the_newest_pager_says_the_total(pager: str | None, totals: tuple[int, ...], reported: int) -> None:
    listing = read_parts((answer([line()], pager),), PAGE)

    assert (listing.totals, listing.reported) == (totals, reported)


def test_without_any_pager_the_total_is_unknown() -> None:
    assert read_parts((answer([line()]),), PAGE_WITHOUT_PAGER).reported is None
    assert page_only(PAGE_WITHOUT_PAGER).reported is None


def test_the_page_alone_is_a_list_too() -> None:
    listing = page_only(PAGE)

    assert symbols(listing) == ["S1", "S2"]
    assert (listing.pages, listing.totals) == ((0, 0), (5,))


@pytest.mark.parametrize(
    ("broken", "why"),
    [
        (b"<html>Sign in</html>", "answer 2 of the module API cannot be read"),
        (assigned({"module": node("div", "Error")}), "answer 2 of the module API has no holdings table"),
        (assigned({"module": node("tbody", row_node("abcdef"), id="tthHoldingsTbody")}), "row 1 in answer 2.* 6 cells"),
        (assigned({"module": node("tbody", node("tr"), id="tthHoldingsTbody")}), "row 1 in answer 2.* 0 cells"),
    ],
)
def test_an_answer_that_is_not_the_expected_tree_is_named(broken: bytes, why: str) -> None:
    with pytest.raises(LayoutError, match=why):
        read_parts((answer(lines(2)), broken), PAGE)
