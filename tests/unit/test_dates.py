"""Which two holdings dates a question is about."""

from datetime import date

import pytest

from api.dated.dates import TwoDates, WantedDates, dates_between, dates_up_to
from api.faults import BadQueryError, UnknownDateError

DATES = ["2026-11-12", "2026-11-13", "2026-11-18", "2026-11-24"]
TODAY = date(2026, 11, 25)


def wanted(first: str | None = None, last: str | None = None) -> WantedDates:
    given = {"from": first, "to": last}
    return WantedDates.of({name: text for name, text in given.items() if text is not None}, TODAY)


@pytest.mark.parametrize(
    ("first", "last", "expected"),
    [
        (None, None, ("2026-11-18", "2026-11-24")),
        (None, "2026-11-18", ("2026-11-13", "2026-11-18")),
        ("2026-11-12", None, ("2026-11-12", "2026-11-24")),
        ("2026-11-13", "2026-11-18", ("2026-11-13", "2026-11-18")),
    ],
)
def test_the_default_is_the_newest_date_and_the_one_before(
    first: str | None, last: str | None, expected: tuple[str, str]
) -> None:
    assert dates_between("QQQ", DATES, wanted(first, last)) == TwoDates(*expected)


@pytest.mark.parametrize(
    ("first", "last", "says"),
    [
        ("2026-11-18", "2026-11-18", "from and to are both 2026-11-18"),
        ("2026-11-24", None, "it is the newest holdings date"),
        (None, "2026-11-12", "2026-11-12 is the first holdings date of QQQ"),
    ],
)
def test_equal_dates_are_compared_and_the_note_says_why_they_are_equal(
    first: str | None, last: str | None, says: str
) -> None:
    found = dates_between("QQQ", DATES, wanted(first, last))

    assert found.first == found.last
    assert says in found.note


def test_a_fund_with_one_date_is_compared_with_itself() -> None:
    found = dates_between("QQQ", DATES[:1], wanted())

    assert found[:2] == ("2026-11-12", "2026-11-12")
    assert "one holdings date only" in found.note


@pytest.mark.parametrize(
    ("first", "last", "names"),
    [
        ("2026-11-16", "2026-11-24", ["2026-11-16; nearest: 2026-11-13 and 2026-11-18"]),
        ("2026-11-12", "2026-11-25", ["2026-11-25; nearest: 2026-11-24;"]),
        ("2026-11-01", None, ["2026-11-01; nearest: 2026-11-12;"]),
        (
            "2026-11-14",
            "2026-11-20",
            ["2026-11-14; nearest: 2026-11-13 and 2026-11-18", "2026-11-20; nearest: 2026-11-18 and 2026-11-24"],
        ),
    ],
)
def test_a_date_without_a_list_is_refused_with_the_nearest(first: str, last: str | None, names: list[str]) -> None:
    with pytest.raises(UnknownDateError) as caught:
        dates_between("QQQ", DATES, wanted(first, last))

    assert caught.value.status == 404
    for text in names:
        assert text in caught.value.message


@pytest.mark.parametrize(
    ("first", "last", "says"),
    [
        ("2026-11-24", "2026-11-18", "from is 2026-11-24, after to, 2026-11-18"),
        ("2026-11-26", None, "from is 2026-11-26, which is in the future"),
        (None, "9999-12-31", "to is 9999-12-31, which is in the future"),
        ("", None, "from is '';"),
        (None, "20261118", "to is '20261118';"),
        ("2026-11-31", None, "allowed is a date such as 2026-11-18"),
        ("2026-W47-3", None, "allowed is a date such as 2026-11-18"),
        ("\u0662026-11-18", None, "allowed is a date such as 2026-11-18"),
        ("x" * 10_000, None, "allowed is a date such as 2026-11-18"),
    ],
)
def test_dates_that_cannot_be_are_refused(first: str | None, last: str | None, says: str) -> None:
    with pytest.raises(BadQueryError) as caught:
        wanted(first, last)

    assert says in caught.value.message
    assert len(caught.value.message) < 300


@pytest.mark.parametrize(
    ("first", "last", "expected"),
    [
        (None, None, ("2026-11-18", "2026-11-24")),
        (None, "2026-11-20", ("2026-11-13", "2026-11-18")),
        ("2026-11-15", None, ("2026-11-13", "2026-11-24")),
        ("2026-11-19", "2026-11-23", ("2026-11-18", "2026-11-18")),
    ],
)
def test_of_a_portfolio_each_fund_has_its_newest_list_on_or_before_a_date(
    first: str | None, last: str | None, expected: tuple[str, str]
) -> None:
    found = dates_up_to("QQQ", DATES, wanted(first, last))

    assert found is not None
    assert found[:2] == expected
    assert bool(found.note) is (found.first == found.last)


@pytest.mark.parametrize(("first", "last"), [("2026-11-11", None), (None, "2026-11-11")])
def test_a_fund_that_is_younger_has_no_list_of_that_date(first: str | None, last: str | None) -> None:
    assert dates_up_to("QQQ", DATES, wanted(first, last)) is None
