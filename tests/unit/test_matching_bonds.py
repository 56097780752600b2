"""A bond is identified by issuer, coupon and maturity, however its name is written; without one of them it is not."""

import pytest

from etf_analytics.matching.bonds import parse_bond, parse_pool
from etf_analytics.matching.identifiers import is_cusip, is_isin, isin_of

NOTE = "United States Treasury Note 4.250% 11/15/2034"
JPM = "JPMORGAN CHASE & CO 5.336% 01/23/2035"


@pytest.mark.parametrize(
    ("one", "other"),
    [
        (NOTE, "US TREASURY N/B 11/15/34 4.25"),
        (NOTE, "TREASURY NOTE 4 1/4% DUE 15-Nov-34"),
        (NOTE, "UNITED STATES TREASURY NOTE/BOND 4.25 11/15/2034"),
        (NOTE, "US TREASURY N/B NOTES 4.25% 15 NOV 2034"),
        (NOTE, "Treasury Note 4\u00bc% Nov 15, 2034"),
        (NOTE, "U.S. Treasury Notes, 4.25%, 2034-11-15"),
        (NOTE, "UNITED STATES OF AMERICA 4.25% 15/11/2034"),
        (NOTE, "US Treasury 4.25% 11/15/2034 DTD 11/15/2024"),
        (JPM, "JPMorgan Chase & Co. 5.336% 2035-01-23"),
        (JPM, "JPMORGAN CHASE + CO SR UNSECURED 01/23/35 5.336"),
        (JPM, "JPMORGAN CHASE & CO SR NT 5.336% DUE 23-JAN-2035 CALLABLE 01/23/2034"),
        ("Meta Platforms Inc 4.45% 08/15/2052", "FACEBOOK INC 4.45% 08/15/2052"),
        ("Fannie Mae 6.625% 11/15/2030", "FNMA 6.625 11/15/30"),
        ("\u00d8rsted AS 4% 06/01/2030", "ORSTED AS 4% 06/01/2030"),
        ("Kreditanstalt f\u00fcr Wiederaufbau 4.125% 07/15/2033", "KFW 4.125% 15 Jul 2033"),
        ("United States Treasury Bill 12/03/2026", "US TREASURY BILL 0.000% 03DEC26"),
        ("APPLE INC 4 3/8 05/13/45", "Apple Inc 4.375% 05/13/2045"),
    ],
)
def test_one_bond_in_two_styles_is_one(one: str, other: str) -> None:
    assert parse_bond(one) is not None
    assert parse_bond(one) == parse_bond(other)


@pytest.mark.parametrize(
    ("one", "other"),
    [
        (NOTE, "United States Treasury Note 4.250% 05/15/2034"),
        (NOTE, "United States Treasury Note 4.125% 11/15/2034"),
        (NOTE, "Treasury Wine Estates 4.250% 11/15/2034"),
        (NOTE, "US TREASURY INFL IX N/B 4.25 11/15/34"),
        (NOTE, "United States Treasury Strip 4.250% 11/15/2034"),
        (JPM, "JPMORGAN CHASE & CO 5.336% 01/23/2036"),
        ("FNMA POOL MA4237 3% 01/01/51", "FNMA POOL MA4238 3% 01/01/51"),
    ],
)
def test_two_bonds_are_two(one: str, other: str) -> None:
    assert parse_bond(one) is not None
    assert parse_bond(other) is not None
    assert parse_bond(one) != parse_bond(other)


@pytest.mark.parametrize(
    "name",
    [
        "TREASURY NOTE",
        "US TREASURY N/B",
        "JPMORGAN CHASE & CO",
        "JPMORGAN CHASE & CO 5.336%",
        "JPMORGAN CHASE & CO 01/23/2035",
        "JPMORGAN CHASE & CO 5.336% 2035",
        "4.25% 11/15/2034",
        "Inc 4.25% 11/15/2034",
        "GOLDMAN SACHS GROUP INC SR UNSECURED 04/39 VAR",
        "UNITED STATES TREASURY FRN 10/31/2026",
        # One of hundreds with this coupon and this maturity
        "FNMA POOL 3.0% 01/01/2051",
        "Government National Mortgage Association 1.389% 10/20/2048",
        "",
    ],
)
def test_a_name_that_lacks_something_identifies_no_bond(name: str) -> None:
    assert parse_bond(name) is None


def test_a_pool_is_read_with_and_without_its_number() -> None:
    numbered, plain = parse_pool("FNMA POOL MA4237 3% 01/01/51"), parse_pool("Fannie Mae Pool 3.00% 01/01/2051")
    assert numbered is not None
    assert plain is not None
    assert numbered.bond == plain.bond
    assert (numbered.number, plain.number) == ("ma4237", None)


@pytest.mark.parametrize(
    "name",
    [
        "Fannie Mae 3% 01/01/2051",
        "Fannie Mae Pool 01/01/2051",
        "FNMA POOL TBA 3% 01/01/51",
        "Motor Pool Inc 3% 1/1/2051",
    ],
)
def test_what_is_no_pool_of_an_agency(name: str) -> None:
    assert parse_pool(name) is None


def test_a_month_is_less_than_a_date() -> None:
    month, day = parse_bond("US TREASURY N/B 11/34 4.25"), parse_bond(NOTE)
    assert month is not None
    assert day is not None
    assert month.maturity == "2034-11"
    assert month != day
    assert month.slot == day.slot


def test_an_isin_and_a_cusip_count_only_with_their_check_digit() -> None:
    assert is_isin("US0378331005")
    assert not is_isin("US0378331006")
    assert is_cusip("037833100")
    assert not is_cusip("037833101")
    assert not is_cusip("ABCDEFGHI")
    assert isin_of(None, "037833100") == "US0378331005"
    assert isin_of("N/A", "AAPL") is None
