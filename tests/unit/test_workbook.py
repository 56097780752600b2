"""Workbooks, read back by another library: text stays text, and numbers, dates and booleans are what they are."""

import io
from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import Any

import openpyxl
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from etf_common import workbook as module
from etf_common.flat_table import Cell, Column, FlatTable, Kind
from etf_common.workbook import Facts, Sheet, WorkbookTooLargeError, workbook

NOT_RUN = (
    *("=1+1", "+1", "-1", "@SUM(A1)", "{=1}", "\t=1", "=HYPERLINK(1)", "https://example.com", "mailto:a@example.com"),
    *("0700", "TRUE", "1E5", "2026-11-18", "1/2", "#N/A", " padded ", "two\nlines", "日本電信電話"),
    *("<r><t>bold</t></r>", "<r>&</r>", "<r></r>", "a&b<c>", "_x0041_", "&#65;"),
)


def opened(sheets: Mapping[str, Sheet]) -> Any:
    return openpyxl.load_workbook(io.BytesIO(workbook(sheets)))


def texts(*cells: Cell, name: str = "symbol") -> FlatTable:
    return FlatTable((Column(name, "text"),), [[cell] for cell in cells])


def column(name: str, kind: Kind, cells: Sequence[Cell]) -> list[Any]:
    """The cells below the header, as the workbook has them."""
    sheet = opened({"t": FlatTable((Column(name, kind),), [[cell] for cell in cells])})["t"]
    return [sheet.cell(row, 1) for row in range(2, 2 + len(cells))]


def test_text_is_a_text_cell_and_exactly_what_it_was() -> None:
    cells = column("symbol", "text", NOT_RUN)

    assert [cell.value for cell in cells] == list(NOT_RUN)
    assert {cell.data_type for cell in cells} == {"s"}
    assert {cell.number_format for cell in cells} == {"@"}  # so that it stays text where somebody edits it
    assert not any(cell.hyperlink for cell in cells)


@settings(max_examples=25)
@given(st.lists(st.text(st.characters(exclude_characters="_")), min_size=1, max_size=40))
def test_any_text_is_read_back_but_for_what_xml_cannot_hold(given_texts: list[str]) -> None:
    def kept(text: str) -> str | None:
        whole = text.replace("\r\n", "\n")
        return "".join("\ufffd" if is_unwritable(character) else character for character in whole) or None

    def is_unwritable(character: str) -> bool:
        return (
            (character < " " and character not in "\t\n")
            or "\ud800" <= character <= "\udfff"
            or character in "\ufffe\uffff"
        )

    assert [cell.value for cell in column("name", "text", given_texts)] == [kept(text) for text in given_texts]


def test_a_text_that_old_excels_would_not_show_in_a_text_cell_is_text_all_the_same() -> None:
    short, long = column("note", "text", ["=" * 255, "=" * 256])

    assert (short.number_format, long.number_format) == ("@", "General")
    assert (long.value, long.data_type) == ("=" * 256, "s")


@pytest.mark.parametrize("character", ["x", "é", "\U0001f4c8"])
def test_a_text_that_is_longer_than_a_cell_is_cut_and_shows_it(character: str) -> None:
    long = character * 40_000
    longest = character * (module.MOST_CHARACTERS // (2 if character > "\uffff" else 1))
    (cut, whole) = (cell.value for cell in column("name", "text", [long, longest]))

    assert whole == longest
    assert cut[-1] == "…"
    assert long.startswith(cut[:-1])
    assert module.MOST_CHARACTERS - 1 <= len(cut.encode("utf-16-le")) // 2 <= module.MOST_CHARACTERS


def test_numbers_are_numbers_in_the_format_of_their_unit() -> None:
    formats = {
        "weight_pct": "0.00####",
        "weight_pct_low": "0.00####",
        "factor_tilt_pct_growth": "0.00####",
        "spread_bps": "#,##0.0###",
        "last_price": "#,##0.00##",
        "effective_holdings": "#,##0.00##",
        "gini": "General",
    }
    for name, shown in formats.items():
        (cell,) = column(name, "number", [6.19])
        assert (cell.value, cell.data_type, cell.number_format) == (6.19, "n", shown)


def test_a_column_of_whole_numbers_shows_no_fractions() -> None:
    assert [cell.number_format for cell in column("market_value_usd", "number", [118900000000, -5.0])] == ["#,##0"] * 2
    assert [cell.number_format for cell in column("market_value_usd", "number", [1, 0.25])] == ["#,##0.00##"] * 2


def test_null_and_what_is_no_number_are_empty_cells() -> None:
    cells = column("weight_pct", "number", [None, float("nan"), float("inf"), 10**400, 0.0])

    assert [cell.value for cell in cells] == [None, None, None, None, 0]


def test_booleans_are_booleans() -> None:
    cells = column("complete", "boolean", [True, False, None])

    assert [cell.value for cell in cells] == [True, False, None]
    assert [cell.data_type for cell in cells[:2]] == ["b", "b"]


@pytest.mark.parametrize("name", ["as_of", "holdings_as_of", "fetched_at", "from", "to", "report_date", "fresh_until"])
def test_iso_dates_and_times_are_dates_in_columns_that_have_them(name: str) -> None:
    day, utc, local, text = column(
        name, "text", ["2026-11-18", "2026-11-20T22:30:04Z", "2026-11-20 16:00:00", "2026-02-30"]
    )

    assert (day.value, day.number_format) == (datetime(2026, 11, 18), "yyyy-mm-dd")
    assert (utc.value, utc.number_format) == (datetime(2026, 11, 20, 22, 30, 4), "yyyy-mm-dd hh:mm:ss")
    assert local.value == datetime(2026, 11, 20, 16)
    assert text.value == "2026-02-30"


@pytest.mark.parametrize("text", ["1900-02-28", "0001-01-01", "2026-W47-3", "20261118", "2026-11-18T22:30:04+01:00"])
def test_other_texts_in_such_a_column_stay_text(text: str) -> None:
    (cell,) = column("holdings_as_of", "text", [text])

    assert (cell.value, cell.data_type) == (text, "s")


def test_a_date_in_another_column_stays_text() -> None:
    for name in ("name", "format", "flat", "total"):
        assert column(name, "text", ["2026-11-18"])[0].value == "2026-11-18"


def test_facts_have_the_format_of_their_own_unit() -> None:
    facts = Facts(
        [
            ("symbol", "0700", ""),
            ("weight_pct", 99.5, "sum of the weights"),
            ("included", 3544, ""),
            ("fetched_at", "2026-11-20T22:30:04Z", "UTC"),
            ("complete", True, ""),
            ("bid", None, "USD"),
        ]
    )
    sheet = opened({"summary": facts})["summary"]
    rows = list(sheet.iter_rows())

    assert [[cell.value for cell in row] for row in rows] == [
        ["name", "value", "meaning"],
        ["symbol", "0700", None],
        ["weight_pct", 99.5, "sum of the weights"],
        ["included", 3544, None],
        ["fetched_at", datetime(2026, 11, 20, 22, 30, 4), "UTC"],
        ["complete", True, None],
        ["bid", None, "USD"],
    ]
    assert [row[1].number_format for row in rows[1:4]] == ["@", "0.00####", "#,##0"]


def test_the_header_is_bold_frozen_and_filters_all_rows() -> None:
    sheet = opened({"t": texts("VTI", "VOO")})["t"]

    assert sheet["A1"].font.b
    assert sheet.freeze_panes == "A2"
    assert sheet.auto_filter.ref == "A1:A3"


def test_columns_are_as_wide_as_what_they_show_within_limits() -> None:
    sheet = opened({"t": FlatTable((Column("a", "text"), Column("name", "text")), [["x", "y" * 500]])})["t"]
    narrow, wide = (sheet.column_dimensions[letter].width for letter in "AB")

    assert 8 <= narrow < 10
    assert 60 <= wide < 62


def test_a_table_without_rows_keeps_its_columns() -> None:
    book = opened({"first": texts(), "second": texts("VTI"), "third": Facts([])})

    assert book.sheetnames == ["first", "second", "third"]
    assert [cell.value for cell in book["first"][1]] == ["symbol"]
    assert book["second"]["A2"].value == "VTI"


def test_the_same_sheets_give_the_same_bytes() -> None:
    sheets: dict[str, Sheet] = {"t": texts(*NOT_RUN), "facts": Facts([("fetched_at", "2026-11-20T22:30:04Z", "UTC")])}

    assert workbook(sheets) == workbook(sheets)


def test_more_rows_than_a_sheet_has_are_an_error_that_says_what_to_do() -> None:
    # A range has a length and no rows in memory; the check comes before the first of them is read.
    too_many: Any = range(module.MOST_ROWS)
    with pytest.raises(WorkbookTooLargeError, match=r"1,048,576 rows.*1,048,575 below the header.*format=csv"):
        workbook({"t": FlatTable((Column("a", "number"),), too_many)})


@pytest.mark.parametrize("name", ["a/b", "x" * 32, "'quoted'", "History"])
def test_a_name_that_no_sheet_can_have_is_refused(name: str) -> None:
    with pytest.raises(ValueError, match=r"sheet"):
        workbook({name: texts()})
