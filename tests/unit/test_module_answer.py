"""The module API's answers: escapes, trees of any shape, pagers, and what is no answer."""

import html
import json
from contextlib import suppress
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from etf_common.errors import LayoutError
from etf_schwab.module_answer import AnswerError, AnswerLimitError, decode_answer, node_text, unescape
from etf_schwab.pager import Pager, find_pager
from tests.unit.builders import answer, assigned, line, node, row_node, tree
from transform.rows import node_row

# ECMAScript B.2.1.1: what escape() leaves as it is.
UNESCAPED = set("ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789@*_+-./")


def javascript_escape(text: str) -> str:
    """JavaScript's escape(): over UTF-16 code units, `%xx` below 256, else `%uxxxx`."""
    units = text.encode("utf-16-be")
    codes = [int.from_bytes(units[i : i + 2], "big") for i in range(0, len(units), 2)]
    return "".join(chr(c) if chr(c) in UNESCAPED else f"%{c:02X}" if c < 256 else f"%u{c:04X}" for c in codes)


@pytest.mark.parametrize(
    ("escaped", "expected"),
    [
        ("O%u2019Reilly Automotive", "O\u2019Reilly Automotive"),
        ("O%u2019Reilly%20Automotive", "O\u2019Reilly Automotive"),
        ("Johnson%20%26amp%3B%20Johnson", "Johnson & Johnson"),
        ("Johnson%20%26%20Johnson", "Johnson & Johnson"),
        ("Viewing%201%20-%2020%20of%203%2C544", "Viewing 1 - 20 of 3,544"),
        ("UST%204.25%25%202031", "UST 4.25% 2031"),
        ("Nestl%E9%20SA", "Nestl\u00e9 SA"),
        ("%uD83D%uDE00", "\U0001f600"),
        ("9.71%", "9.71%"),
        ("9.71%25", "9.71%"),
        ("UST 4.25%2031", "UST 4.25%2031"),
        ("US TREASURY 4.25% 2031", "US TREASURY 4.25% 2031"),
        ("100% Cotton", "100% Cotton"),
        ("%", "%"),
        ("50%u", "50%u"),
        ("%u20", "%u20"),
        ("%zz", "%zz"),
        ("%2", "%2"),
    ],
)
def test_escapes_are_undone_and_other_per_cent_signs_stay(escaped: str, expected: str) -> None:
    assert unescape(escaped) == expected


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("A&amp;B", "A&B"),
        ("&nbsp;", "\u00a0"),
        ("O&#8217;Reilly", "O\u2019Reilly"),
        ("O&#x2019;Reilly", "O\u2019Reilly"),
        ("&lt;b&gt; &quot;x&quot;", '<b> "x"'),
        ("AT&T", "AT&T"),
        ("R&Digital &copy", "R&Digital &copy"),
        ("S&P 500; Index", "S&P 500; Index"),
        ("&amp;amp;", "&amp;"),
        ("&bogus;", "&bogus;"),
        ("&;", "&;"),
    ],
)
def test_entities_count_only_with_their_semicolon(text: str, expected: str) -> None:
    assert unescape(text) == expected


@pytest.mark.parametrize("text", ["a%uD83Db", "a\ud83db", "%uDE00%uD83D", "end%uD83D", "%uD83D"])
def test_half_a_character_becomes_one_that_can_be_stored(text: str) -> None:
    unescaped = unescape(text)

    assert "\ufffd" in unescaped
    assert unescaped.encode("utf-8").decode("utf-8") == unescaped


@given(st.text())
def test_what_escape_makes_is_read_back(text: str) -> None:
    """As a page does it: HTML entities first, then escape().

    Without the entities two readings exist (is `&amp;` the text or the sign?), and a text that was never escaped
    is ambiguous where it looks escaped (`A%20B`): neither can be told apart, so neither is promised.
    """
    assert unescape(javascript_escape(html.escape(text))) == text


@given(st.text(st.characters(codec="utf-8", exclude_characters="%&")))
def test_a_text_without_escapes_stays_as_it_is(text: str) -> None:
    assert unescape(text) == text


@given(st.decimals(0, 100, places=2), st.sampled_from(["", " ", " Portfolio", "."]))
def test_a_percentage_is_never_an_escape(number: Any, behind: str) -> None:
    assert unescape(f"{number}%{behind}") == f"{number}%{behind}"


@pytest.mark.parametrize(
    ("item", "expected"),
    [
        (node("td", 9.71), "9.71"),
        (node("td", 300), "300"),
        (node("td"), ""),
        ({"t": "td", "c": None}, ""),
        ({"t": "td", "c": "bare"}, "bare"),
        ({"t": "td", "c": 7}, "7"),
        ({"t": "td", "c": node("span", "below")}, "below"),
        (node("td", "a", node("b", 1, node("i", "%20b")), "c"), "a1 bc"),
        (node("td", None, True, "x"), "x"),
        ({}, ""),
    ],
)
def test_the_text_of_a_node(item: dict[str, Any], expected: str) -> None:
    assert node_text(item) == expected


ROWS = [line("MSFT"), line("AAPL")]
BARE = json.dumps({"module": tree(ROWS, "Viewing 1 - 2 of 102 matches")})


@pytest.mark.parametrize(
    "body",
    [
        f"this.apiReturn = {BARE};".encode(),
        f"this.apiReturn = {BARE}".encode(),
        f"this.apiReturn={BARE} ; \r\n".encode(),
        f"apiReturn = {BARE};".encode(),
        f"\r\n this.apiReturn\n=\n{BARE};".encode(),
        f"this.apiReturn = {BARE};".encode("utf-8-sig"),
        assigned(tree(ROWS, "1 - 2 of 102")),
        assigned({"module": [tree(ROWS, "1 - 2 of 102")]}),
        assigned({"module": {"view": {"parts": [{"x": 1}, [tree(ROWS, "1 - 2 of 102")]]}}}),
        assigned({"status": "ok", "module": {"html": node("div", "text", tree(ROWS, "1 - 2 of 102"))}}),
    ],
)
def test_rows_and_pager_are_found_in_any_tree(body: bytes) -> None:
    found = decode_answer(body)

    assert found.rows == [json.loads(json.dumps(row_node(row))) for row in ROWS]
    assert found.pager == Pager(1, 2, 102)


def test_bytes_that_are_not_utf_8_are_read_as_windows_text() -> None:
    body = answer([line(name="O'Reilly")]).replace(b"O'Reilly", b"O\x92Reilly \xe9")

    (row,) = decode_answer(body).rows or []

    assert row["c"][1]["a"]["tsraw"] == "O\u2019Reilly \u00e9"


def test_a_table_without_rows_is_no_missing_table() -> None:
    assert decode_answer(answer([])).rows == []
    assert decode_answer(assigned({"module": node("div", "Session expired")})).rows is None
    assert decode_answer(answer([])).pager is None


@pytest.mark.parametrize(
    ("body", "why"),
    [
        (b"", "begin"),
        (b"<html>Sign in</html>", "begin"),
        (b'{"module": {}}', "begin"),
        (b"this.apiReturn = ", "JSON"),
        (b"this.apiReturn = {'module': 1};", "JSON"),
        (b'this.apiReturn = {"module": {"t": "tr', "JSON"),
        (b"this.apiReturn = [];", "object"),
        (b"this.apiReturn = null;", "object"),
        (b"this.apiReturn = {}; alert(1);", "follows"),
        (b'this.apiReturn = {"c":' + b"[" * 100_000 + b"]" * 100_000 + b"}", "JSON"),
        (b"\xff\xfe\x00", "begin"),
    ],
)
def test_what_is_no_answer_says_why(body: bytes, why: str) -> None:
    with pytest.raises(AnswerError, match=why) as caught:
        decode_answer(body)

    assert "\n" not in str(caught.value)


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("Viewing 1 - 20 of 102 matches", Pager(1, 20, 102)),
        ("Viewing 1 to 20 of 102 matches", Pager(1, 20, 102)),
        ("Viewing 1 \u2014 20 OF 102 matches", Pager(1, 20, 102)),
        ("Viewing 1\u221220 of 102 matches", Pager(1, 20, 102)),
        ("1 - 20 of 102", Pager(1, 20, 102)),
        ("Viewing\u00a01\u00a0-\u00a020\u00a0of\u00a03,544\u00a0matches", Pager(1, 20, 3544)),
        ("Viewing 1,001 - 1,100 of 3,544 matches", Pager(1001, 1100, 3544)),
        ("1 \u2013 20 of 102", Pager(1, 20, 102)),
        ("Viewing 1-5\nof\n5 matches", Pager(1, 5, 5)),
        ("102 Total Holdings", None),
        ("of 102", None),
        ("", None),
    ],
)
def test_the_forms_of_a_pager(text: str, expected: Pager | None) -> None:
    assert find_pager(text) == expected


def test_a_pager_in_pieces_is_put_together() -> None:
    pieces = node(
        "div", "Viewing&nbsp;", node("b", 1), " - ", node("b", 20), "%20of%20", 3544, id="PaginationContainer"
    )

    assert decode_answer(assigned({"module": pieces})).pager == Pager(1, 20, 3544)


@pytest.mark.parametrize(
    "children",
    [
        ["Viewing 1 - 20 of", 3544, "matches"],
        ["Viewing 1 - 20 of ", "3,544", " matches"],
        ["Viewing 1 - 20 of", node("b", 3544), "matches"],
        [node("p", "Viewing 1 - 20 of", 3544, "matches")],
        [node("p", "Viewing 1-20 of3544matches")],
        [node("p", "Viewing", 1, "-", 20, "of", 3544)],
        [node("p", "Viewing&nbsp;1&nbsp;-&nbsp;20&nbsp;of", node("span", "&nbsp;3,544&nbsp;"))],
        ["Viewing%201%20-%2020%20of", "3544"],
    ],
)
def test_a_total_can_be_a_child_of_its_own(children: list[Any]) -> None:
    pager = node("div", *children, id="PaginationContainer")

    assert decode_answer(assigned({"module": [tree(ROWS), pager]})).pager == Pager(1, 20, 3544)


JSON = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats(allow_nan=False) | st.text(max_size=8),
    lambda inner: (
        st.lists(inner, max_size=4)
        | st.dictionaries(st.sampled_from(["t", "a", "c", "id", "module"]) | st.text(max_size=3), inner, max_size=4)
        | st.fixed_dictionaries({"t": st.just("div"), "a": st.dictionaries(st.just("class"), inner), "c": inner})
    ),
    max_leaves=20,
)


@given(JSON, st.lists(st.tuples(*[st.text(max_size=6)] * 5), max_size=4))
def test_rows_are_found_whatever_surrounds_them(around: Any, rows: list[tuple[str, ...]]) -> None:
    found = decode_answer(assigned({"before": around, "module": [around, tree(rows)]}))

    assert found.rows == [row_node(row) for row in rows]


ODD = (
    st.none() | st.booleans() | st.integers() | st.floats() | st.text(max_size=4) | st.lists(st.just("TAA"), max_size=2)
)
ODD_VALUES = ODD | st.dictionaries(st.sampled_from(["a", "c", "t", "tsraw", "id"]), ODD, max_size=3)
ODD_CELLS = st.fixed_dictionaries(
    {}, optional={"t": ODD_VALUES, "a": ODD_VALUES | st.fixed_dictionaries({"tsraw": ODD_VALUES}), "c": ODD_VALUES}
)
ODD_ROWS = ODD_VALUES | st.fixed_dictionaries(
    {"c": ODD_VALUES | st.lists(ODD_CELLS | ODD_VALUES, min_size=4, max_size=6)}
)
ODD_TABLES = st.fixed_dictionaries(
    {"a": st.just({"id": "tthHoldingsTbody"}), "c": ODD_VALUES | st.lists(ODD_ROWS, max_size=3)}
)
ODD_PAGERS = st.fixed_dictionaries({"a": st.just({"id": "PaginationContainer"}), "c": ODD_VALUES | st.lists(ODD_CELLS)})


@given(ODD_TABLES, ODD_PAGERS, ODD_VALUES)
def test_any_json_in_any_place_is_read_or_refused(table: Any, pager: Any, other: Any) -> None:
    found = decode_answer(assigned({"module": [other, table, pager]}))

    for row in found.rows or []:
        try:
            read = node_row(row, "a row")
        except LayoutError:
            continue
        assert all(text is None or (isinstance(text, str) and text) for text in read[:2])
        assert all(number is None or number.is_finite() for number in read[2:5])


@pytest.mark.parametrize("odd", [["TAA"], {"TAA": 1}, True, None, 7, 9.71, [], {}])
@pytest.mark.parametrize("column", range(5))
def test_an_odd_machine_value_is_absent_or_read_as_it_stands(odd: Any, column: int) -> None:
    row = row_node(("TAA", "Taa Inc", "1.5", "100", "2500"))
    row["c"][column]["a"]["tsraw"] = odd
    row["c"][column]["c"] = ["12"]

    read = node_row(row, "a row")[column]

    shown = str(odd) if isinstance(odd, (int, float)) and not isinstance(odd, bool) else "12"
    assert str(read) == shown


@pytest.mark.parametrize(
    ("body", "limit"),
    [
        (b"this.apiReturn = [" + b"[]," * 500_000, "objects and arrays"),
        (b"this.apiReturn = [" + b"{}," * 500_000, "objects and arrays"),
        (b"this.apiReturn = [" + b"1," * 1_600_000, "values"),
        (b"this.apiReturn = '" + b"x" * 9_000_000, "bytes"),
        (b"this.apiReturn = " + b'{"c":[' * 101 + b"]}" * 101, "inside one another"),
    ],
)
def test_an_answer_beyond_a_limit_is_refused_with_its_name(body: bytes, limit: str) -> None:
    with pytest.raises(AnswerLimitError, match=limit):
        decode_answer(body)


@given(JSON)
def test_no_tree_is_more_than_an_answer_error(value: Any) -> None:
    body = assigned(value)
    if isinstance(value, dict):
        assert decode_answer(body).rows is None
    else:
        with pytest.raises(AnswerError):
            decode_answer(body)


@given(st.binary() | st.binary().map(lambda rest: b"this.apiReturn = " + rest))
def test_random_bytes_hold_no_rows(body: bytes) -> None:
    # An empty object is an answer too.
    with suppress(AnswerError):
        assert decode_answer(body).rows is None
