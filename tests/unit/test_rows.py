"""Rows of five cells, from the page and from the module API."""

from decimal import Decimal
from typing import Any

import pytest

from etf_common.errors import LayoutError
from tests.unit.builders import node, row_node
from transform.rows import Cell, TableRow, node_cells, node_row, read_row


def cells(*raw: str) -> list[Cell]:
    return [Cell(text, text) for text in raw]


def test_machine_values_are_read_first() -> None:
    row = read_row(
        [
            Cell("MU", "MU"),
            Cell("Micron Technology Inc", "Micron Tech..."),
            Cell("9.71", "9.70%"),
            Cell("2062488", "2.1M"),
            Cell("2263353706", "$2.3B"),
        ],
        "row 1",
    )

    assert row == TableRow("MU", "Micron Technology Inc", Decimal("9.71"), Decimal(2062488), Decimal(2263353706))


def test_shown_texts_are_read_where_there_is_no_machine_value() -> None:
    shown = [Cell(None, text) for text in ("MU", "Micron Technology Incorporated, of Bo...", "9.71%", "2.1M", "$2.3B")]

    row = read_row(shown, "row 1")

    assert (row.weight_pct, row.shares, row.market_value) == (Decimal("9.71"), Decimal(2_100_000), Decimal("2.3e9"))
    assert (row.rounded, row.cut, row.unreadable) == (True, True, False)


def test_a_whole_shown_number_is_not_rounded() -> None:
    row = read_row([Cell(None, text) for text in ("MU", "Micron", "9.71%", "291.0", "1,234")], "row 1")

    assert (row.shares, row.market_value) == (Decimal(291), Decimal(1234))
    assert (row.rounded, row.cut) == (False, False)


@pytest.mark.parametrize("blank", ["", "  ", "--", "-", "\u2014", "\u00a0"])
def test_a_missing_value_is_null_and_not_zero(blank: str) -> None:
    assert read_row(cells(blank, blank, blank, blank, blank), "row 1") == TableRow(None, None, None, None, None)


def test_na_is_no_number_and_nothing_odd() -> None:
    row = read_row(cells("MU", "Micron", "N/A", "N/A", "N/A"), "row 1")

    assert row == TableRow("MU", "Micron", None, None, None)


@pytest.mark.parametrize("column", [2, 3, 4])
@pytest.mark.parametrize("text", ["about five", "NaN", "Infinity", "1e400", "--5"])
def test_a_text_that_should_be_a_number_is_unreadable(column: int, text: str) -> None:
    values = ["MU", "Micron", "1", "2", "3"]
    values[column] = text

    row = read_row(cells(*values), "row 1")

    assert row.unreadable
    assert (row.weight_pct, row.shares, row.market_value)[column - 2] is None


def test_zero_and_negative_numbers_are_numbers() -> None:
    row = read_row(cells("", "Cash", "0.00", "-3", "-71000"), "row 1")

    assert (row.weight_pct, row.shares, row.market_value) == (Decimal(0), Decimal(-3), Decimal(-71000))


@pytest.mark.parametrize(
    ("text", "expected"),
    [("BRK/B", "BRK.B"), ("BF/B", "BF.B"), ("HEI/A", "HEI.A"), ("brk.b", "BRK.B"), (" MU ", "MU"), ("ESZ6", "ESZ6")],
)
def test_a_symbol_is_canonical(text: str, expected: str) -> None:
    assert read_row(cells(text, "x", "1", "1", "1"), "row 1").symbol == expected


def test_a_name_is_verbatim_but_for_its_ends() -> None:
    assert read_row(cells("X", "  Johnson  & Johnson Inc... ", "1", "1", "1"), "row 1").name == (
        "Johnson  & Johnson Inc..."
    )
    assert not read_row(cells("X", "Ends in...", "1", "1", "1"), "row 1").cut


@pytest.mark.parametrize("count", [0, 1, 4, 6, 10])
def test_any_other_number_of_cells_is_refused_with_its_place(count: int) -> None:
    with pytest.raises(LayoutError, match=rf"row 17 of the page.*\b{count} cells"):
        read_row(cells(*["1"] * count), "row 17 of the page")


def test_the_cells_of_a_node() -> None:
    row = node(
        "tr",
        node("td", "BRK%2FB", tsraw="BRK%2FB"),
        "\n",
        node("td", node("span", "Berkshire ..."), tsraw="Berkshire%20Hathaway%20%26amp%3B%20Co"),
        node("td", "9.71%", tsraw=9.71),
        node("td", "2.1M", tsraw=2062488),
        node("td"),
    )

    assert [cell.content for cell in node_cells(row)] == ["BRK/B", "Berkshire Hathaway & Co", "9.71", "2062488", ""]


@pytest.mark.parametrize(
    ("cell", "expected"),
    [
        (node("td", "&nbsp;"), ""),
        (node("td", node("span", "Apple%20Inc"), "\n"), "Apple Inc"),
        ({"t": "td", "c": 9.71}, "9.71"),
        ({"t": "td", "a": None, "c": ["x"]}, "x"),
        (node("td", "x", tsraw=None), "x"),
        (node("td", "x", tsraw=True), "x"),
    ],
)
def test_a_cell_without_machine_value_gives_its_text(cell: dict[str, Any], expected: str) -> None:
    assert node_cells({"c": [cell]}) == [Cell(None, expected)]


def test_page_and_module_give_equal_rows() -> None:
    values = ("BRK/B", "Berkshire Hathaway Inc Class B", "1.5", "100", "2500")

    assert read_row(node_cells(row_node(values)), "answer") == read_row(cells(*values), "page")


@pytest.mark.parametrize(
    ("column", "text"),
    [
        *((2, text) for text in ("1e-300", "0.0000001", "-1e-7", "10001", "-20000", "1e9")),
        *((3, text) for text in ("1e-300", "0.0000001")),
        *((4, text) for text in ("1e-300", "-0.0000001")),
    ],
)
def test_a_number_that_no_holding_has_is_null_and_said(column: int, text: str) -> None:
    values = ["MU", "Micron", "1", "2", "3"]
    assert not node_row(row_node(values), "row 1").out_of_range
    values[column] = text

    for row in (node_row(row_node(values), "row 1"), read_row(cells(*values), "row 1")):
        assert row[column] is None
        assert row.out_of_range
        assert not row.unreadable


@pytest.mark.parametrize("text", ["0", "0.00", "-0", "0e-300", "0.000001", "10000", "-10000"])
def test_a_number_at_the_edge_is_read(text: str) -> None:
    row = node_row(row_node(("MU", "Micron", text, text, text)), "row 1")

    assert row[2:5] == (Decimal(text),) * 3
    assert (row.out_of_range, row.unreadable) == (False, False)


@pytest.mark.parametrize("raw", [True, False], ids=["machine values", "shown texts"])
def test_long_texts_are_cut_with_an_issue(raw: bool) -> None:
    long = ("S" * 33, "N" * 301, "1", "2", "3")
    given = [Cell(text if raw else None, text) for text in long]

    row = read_row(given, "row 1")

    assert (row.symbol, row.name) == ("S" * 32, "N" * 300)
    assert (row.symbol_cut, row.cut) == (True, True)
    if raw:
        assert node_row(row_node(long), "row 1") == row
        short = node_row(row_node(("S" * 32, "N" * 300, "1", "2", "3")), "row 1")
        assert (short.symbol_cut, short.cut) == (False, False)


def test_a_long_number_is_not_read() -> None:
    row = node_row(row_node(("S", "N", "0." + "0" * 400 + "1", "9" * 5000, "1" * 100)), "row 1")

    assert row[2:5] == (None, None, None)
    assert row.unreadable


def test_a_name_of_megabytes_is_read_in_no_time_and_cut() -> None:
    row = node_row(row_node(("S", "%u2019&amp;" * 500_000, "1", "2", "3")), "row 1")

    assert row.name == "\u2019&" * 150
    assert row.cut
