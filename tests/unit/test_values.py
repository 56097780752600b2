"""Numbers as the portal writes them. Expected values: section 1 of what is known of the portal."""

from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from transform.values import Shown, machine_number, plain, shown_number, size


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("9.71", "9.71"),
        ("5.5", "5.5"),
        ("2062488", "2062488"),
        ("2263353706", "2263353706"),
        ("0.00", "0"),
        ("0", "0"),
        ("-71000", "-71000"),
        ("-0.03", "-0.03"),
        ("+1.5", "1.5"),
        (".5", "0.5"),
        ("1,234", "1234"),
        ("  12 ", "12"),
        ("1.5e3", "1500"),
        ("1E-5", "0.00001"),
    ],
)
def test_a_machine_value_is_read_exactly(text: str, expected: str) -> None:
    assert machine_number(text) == Decimal(expected)


@pytest.mark.parametrize(
    "text",
    [
        "",
        " ",
        "--",
        "-",
        "N/A",
        "NaN",
        "Infinity",
        "-Infinity",
        "1e400",
        "--5",
        "1.2.3",
        "0x10",
        "1_000",
        "e5",
        ".",
        "9.71%",
        "$2.3B",
        "12 34",
        "5-",
        "(5)",
        "1e5000",
    ],
)
def test_anything_else_is_no_machine_value(text: str) -> None:
    assert machine_number(text) is None


@pytest.mark.parametrize(
    ("text", "expected", "rounded"),
    [
        ("$2.3B", "2300000000", True),
        ("$879.2M", "879200000", True),
        ("366.3K", "366300", True),
        ("2.1M", "2100000", True),
        ("$1.1T", "1100000000000", True),
        ("2.3b", "2300000000", True),
        ("-$71.0K", "-71000", True),
        ("$-71.0K", "-71000", True),
        ("($71.0K)", "-71000", True),
        ("\u2212$71.0K", "-71000", True),
        ("291.0", "291", False),
        ("9.71%", "9.71", False),
        ("5.50%", "5.5", False),
        ("-0.03%", "-0.03", False),
        ("\u22125", "-5", False),
        ("1,234", "1234", False),
        ("$1,234.50", "1234.5", False),
        (" $ 245.67\u00a0", "245.67", False),
        ("0.00%", "0", False),
        ("+1.23", "1.23", False),
    ],
)
def test_a_shown_text_is_read(text: str, expected: str, rounded: bool) -> None:
    assert shown_number(text) == Shown(Decimal(expected), rounded)


@pytest.mark.parametrize(
    "text",
    [
        "",
        " ",
        "--",
        "-",
        "N/A",
        "NaN",
        "Infinity",
        "1e400",
        "--5",
        "-$-5",
        "(5",
        "5)",
        "1.2.3",
        "5%%",
        "$",
        "B",
        "2.3BB",
        "12ab",
        "$2.3X",
        "1/2",
        "n/a",
        "\u2014",
        "9" * 40,
    ],
)
def test_text_that_is_not_a_number_is_null(text: str) -> None:
    assert shown_number(text).value is None


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        *(("x300", 300), ("300", 300), ("X1,200", 1200), (" x5 ", 5), ("x0", 0)),
        *((bad, None) for bad in ("", "x", "Below Avg.", "N/A", "--", "-5", "x3.5", "x-5", "3 x 5", "x300K")),
    ],
)
def test_a_size_is_a_whole_number(text: str, expected: int | None) -> None:
    assert size(text) == expected


@pytest.mark.parametrize(
    ("value", "expected"),
    [("291.0", "291"), ("2062488", "2062488"), ("2.5", "2.5"), ("-71000", "-71000"), ("0.00", "0"), ("1E+3", "1000")],
)
def test_a_whole_number_is_written_without_a_fraction(value: str, expected: str) -> None:
    assert repr(plain(Decimal(value))) == expected


def test_nothing_stays_nothing() -> None:
    assert plain(None) is None


AMOUNTS = st.decimals(Decimal("-1e13"), Decimal("1e13"), places=6)


@given(AMOUNTS)
def test_a_plainly_written_decimal_is_read_back_exactly(number: Decimal) -> None:
    assert machine_number(f"{number:f}") == number
    assert shown_number(f"{number:f}") == Shown(number, rounded=False)
    assert shown_number(f"{number:f}%").value == number


@given(st.decimals(Decimal(0), Decimal("1e13"), places=2))
def test_thousands_in_groups_are_the_same_number(number: Decimal) -> None:
    assert machine_number(f"{number:,f}") == number
    assert shown_number(f"${number:,f}").value == number
    assert shown_number(f"(${number:,f})").value == -number


NUMBER_LIKE = st.text("0123456789.,-+()$%KMBTxeE \u2212", max_size=12)


@given(st.text() | NUMBER_LIKE)
def test_no_text_raises_and_no_number_is_without_bounds(text: str) -> None:
    for value in (machine_number(text), shown_number(text).value):
        assert value is None or abs(value) <= Decimal("1e15")
    assert (found := size(text)) is None or found >= 0
