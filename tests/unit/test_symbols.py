"""One canonical form of a symbol, and a refusal in one line for what is none."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from etf_common.errors import UsageError
from etf_common.symbols import MalformedSymbolError, canonical, canonical_security, shorten
from etf_schwab.symbols import portal_form


@pytest.mark.parametrize(
    ("given_text", "expected"),
    [
        ("VTI", "VTI"),
        ("vti", "VTI"),
        (" vti\n", "VTI"),
        ("BRK/B", "BRK.B"),
        ("brk.b", "BRK.B"),
        ("7203", "7203"),
        ("A", "A"),
        ("ABCDEFGHIJ", "ABCDEFGHIJ"),
        ("X.ABCD", "X.ABCD"),
    ],
)
def test_a_symbol_has_one_form(given_text: str, expected: str) -> None:
    assert canonical(given_text) == expected


@pytest.mark.parametrize(
    "text",
    [
        *("", " ", "V TI", "ABCDEFGHIJK", "BRK.", ".B", "BRK..B", "BRK.A.B", "X.ABCDE", "V-TI", "VTI;", "../VTI"),
        *("\uff36\uff34\uff29", "\u00dfX", "VT\u0131", "V\nTI", "V\x00TI", "VTI?", "%20", "--"),
    ],
)
def test_what_is_no_symbol_is_refused_in_one_line(text: str) -> None:
    with pytest.raises(MalformedSymbolError) as caught:
        canonical(text)

    assert isinstance(caught.value, UsageError)
    assert "\n" not in caught.value.message
    assert caught.value.message.isascii()
    assert shorten(text) in caught.value.message


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        *(("brk/b", "BRK.B"), ("novo b", "NOVO B"), ("RR.", "RR."), ("m&m", "M&M"), ("912810TM0", "912810TM0")),
        *(("oxy/ws", "OXY.WS"), ("bac/prl", "BAC.PRL"), ("bts-w8", "BTS-W8"), ("0015G0", "0015G0"), ("ACHR+", "ACHR+")),
        *(("SPX 261218P05000000",) * 2, ("4SPY 261218P00550010",) * 2, ("ESZ6 COMDTY",) * 2, ("7203 JP",) * 2),
    ],
)
def test_funds_list_securities_with_other_symbols_too(text: str, expected: str) -> None:
    assert canonical_security(text) == expected


@pytest.mark.parametrize(
    "text", ["", "$", "../VTI", "A:1", "A,B", "A;B", "A  B", "A" * 13, "A\nB", "\uff36\uff34\uff29"]
)
def test_what_no_fund_lists_is_refused(text: str) -> None:
    with pytest.raises(MalformedSymbolError, match="is not a symbol"):
        canonical_security(text)


@given(st.text())
def test_a_canonical_symbol_is_its_own_canonical_form(text: str) -> None:
    try:
        symbol = canonical(text)
    except MalformedSymbolError:
        return
    assert canonical(symbol) == symbol
    assert canonical(portal_form(symbol)) == symbol
    assert set(symbol) <= set("ABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789.")


@pytest.mark.parametrize(("symbol", "expected"), [("VTI", "VTI"), ("BRK.B", "BRK/B"), ("HEI.A", "HEI/A")])
def test_the_portal_writes_a_class_behind_a_slash(symbol: str, expected: str) -> None:
    assert portal_form(symbol) == expected


@pytest.mark.parametrize(
    ("value", "expected"),
    [("VTI", "'VTI'"), ("a\nb", r"'a\nb'"), ("\u20ac", r"'\u20ac'"), (None, "None"), (1.5, "1.5"), (True, "True")],
)
def test_a_value_is_shown_in_one_line_of_ascii(value: object, expected: str) -> None:
    assert shorten(value) == expected


def test_a_long_value_is_cut() -> None:
    assert shorten("x" * 1000) == "'" + "x" * 39 + "..."
