"""The page: name, date, rows, pager; and what must be there for certain."""

from datetime import UTC, date, datetime

import pytest

from etf_common.errors import LayoutError
from etf_schwab.pager import Pager
from tests.unit.builders import COLUMNS, line, page, table
from transform.page import Page, read_page


def read(html: bytes) -> Page:
    return read_page(html, "VTI", datetime(2026, 11, 20, 22, 30, tzinfo=UTC))


def test_a_page_is_read() -> None:
    found = read(page([line("MSFT"), line("AAPL")], pager="Viewing 1 - 20 of 3,544 matches"))

    assert found.name == "Vanguard Total Stock Market Index Fund ETF"
    assert found.symbol == "VTI"
    assert found.holdings_as_of == date(2026, 11, 18)
    assert [row.symbol for row in found.rows] == ["MSFT", "AAPL"]
    assert found.pager == Pager(1, 20, 3544)
    assert found.quote.summary.last_price == 245.67


@pytest.mark.parametrize(
    ("title", "name", "symbol"),
    [
        ("Invesco QQQ Trust ETF QQQ:NASDAQ", "Invesco QQQ Trust ETF", "QQQ"),
        ("Invesco QQQ Trust ETF\n  QQQ:NASDAQ", "Invesco QQQ Trust ETF", "QQQ"),
        ("Invesco QQQ Trust ETF <span>QQQ:NASDAQ</span>", "Invesco QQQ Trust ETF", "QQQ"),
        ("Vanguard Total Stock Market ETF VTI:NYSE Arca", "Vanguard Total Stock Market ETF", "VTI"),
        ("Invesco QQQ Trust ETF", "Invesco QQQ Trust ETF", None),
        ("SPDR S&P 500 ETF Trust", "SPDR S&P 500 ETF Trust", None),
        ("Some  Fund\u00a0ETF ABC/D:NYSE", "Some Fund ETF", "ABC.D"),
        ("QQQ:NASDAQ", None, "QQQ"),
        (" ", None, None),
        (None, None, None),
    ],
)
def test_the_name_ends_before_the_symbol_and_its_exchange(
    title: str | None, name: str | None, symbol: str | None
) -> None:
    found = read(page(title=title))

    assert (found.name, found.symbol) == (name, symbol)


def test_the_name_is_also_the_first_line_of_first_glance() -> None:
    glance = '<div modulename="FirstGlance">\n<b>Invesco QQQ Trust ETF</b>\n<i>QQQ:NASDAQ</i><p>Last Price</p></div>'

    found = read(page(title=None, quote=glance))

    assert (found.name, found.symbol) == ("Invesco QQQ Trust ETF", "QQQ")


@pytest.mark.parametrize("text", ["11/18/2026", '"11/18/2026"', " 11/18/2026 "])
def test_the_holdings_date_is_read_from_a_script(text: str) -> None:
    html = page().replace(b"'11/18/2026'", text.encode() if '"' in text else f"'{text}'".encode())

    assert read(html).holdings_as_of == date(2026, 11, 18)


@pytest.mark.parametrize(
    "text", ["02/30/2026", "13/01/2026", "2026-11-18", "N/A", "11/18/26", "11/18", "\u0661/1/2026x"]
)
def test_an_impossible_holdings_date_is_refused_with_its_text(text: str) -> None:
    with pytest.raises(LayoutError, match="gHoldingsAsOfDate") as caught:
        read(page(as_of=text))

    assert text.isascii() is False or repr(text) in caught.value.message


@pytest.mark.parametrize(
    ("html", "missing"),
    [
        (page(as_of=None), "gHoldingsAsOfDate"),
        (page(holdings=""), "tthHoldingsTable"),
        (page(holdings='<table id="other"><tbody id="tthHoldingsTbody"></tbody></table>'), "tthHoldingsTable"),
        (page(holdings='<table id="tthHoldingsTable"></table>'), "tthHoldingsTbody"),
        (page(holdings='<table id="tthHoldingsTable"><tbody></tbody></table>'), "tthHoldingsTbody"),
        (b"", "gHoldingsAsOfDate"),
        (b"\x00\xff\xfe", "gHoldingsAsOfDate"),
    ],
)
def test_what_is_missing_is_named(html: bytes, missing: str) -> None:
    with pytest.raises(LayoutError, match=missing):
        read(html)


SWAPPED = ("Symbol", "Name", "SharesHeld", "PctNetAssets", "MarketValue")


@pytest.mark.parametrize("columns", [SWAPPED, COLUMNS[:4], (*COLUMNS, "Sector"), COLUMNS[::-1]])
def test_other_columns_are_refused(columns: tuple[str, ...]) -> None:
    with pytest.raises(LayoutError, match="columns"):
        read(page(holdings=table([line()], columns)))


def test_a_table_without_column_names_is_read() -> None:
    body = table([line("MU")]).split("</thead>")[1]

    found = read(page(holdings=f'<table id="tthHoldingsTable">{body}'))

    assert [row.symbol for row in found.rows] == ["MU"]


@pytest.mark.parametrize("cells", [("MU",), ("MU", "Micron", "1", "2"), ("MU", "Micron", "1", "2", "3", "4")])
def test_a_row_of_other_than_five_cells_is_refused_with_its_number(cells: tuple[str, ...]) -> None:
    with pytest.raises(LayoutError, match=rf"row 2 of the page has {len(cells)} cells"):
        read(page([line("MSFT"), cells]))


def test_raw_ampersands_and_entities_are_the_same_name() -> None:
    found = read(page([line(name="Johnson & Johnson"), line(name="Johnson &amp; Johnson"), line(name="M&T Bank")]))

    assert [row.name for row in found.rows] == ["Johnson & Johnson", "Johnson & Johnson", "M&T Bank"]


def test_utf_8_is_read_as_utf_8_whatever_the_page_claims() -> None:
    html = page([line(name="O\u2019Reilly")]).replace(b"<head>", b'<head><meta charset="iso-8859-1">')

    assert read(html).rows[0].name == "O\u2019Reilly"


def test_bytes_that_are_not_utf_8_are_read_as_the_page_claims() -> None:
    html = page([line(name="O'Reilly")]).replace(b"O'R", b"O\x92R")
    html = html.replace(b"<head>", b'<head><meta charset="windows-1252">')

    assert read(html).rows[0].name == "O\u2019Reilly"


@pytest.mark.parametrize(
    ("pager", "expected"),
    [
        ("Viewing 1 - 20 of 102 matches", Pager(1, 20, 102)),
        ("Viewing&nbsp;1&nbsp;-&nbsp;20&nbsp;of&nbsp;3,544&nbsp;matches", Pager(1, 20, 3544)),
        ("Viewing <b>1</b> - <b>20</b> of <b>102</b>", Pager(1, 20, 102)),
        ("102 Total Holdings", None),
        (None, None),
    ],
)
def test_the_pager(pager: str | None, expected: Pager | None) -> None:
    assert read(page(pager=pager)).pager == expected


def test_a_pager_elsewhere_on_the_page_is_ignored() -> None:
    assert read(page(title="News 1 - 20 of 999 matches")).pager is None


@pytest.mark.parametrize("text", ["1" * 8_000_000, "11/18/2026 " * 500_000, "11/18/1926", "01/01/0001"])
def test_a_date_that_cannot_be_is_quoted_cut(text: str) -> None:
    with pytest.raises(LayoutError, match="gHoldingsAsOfDate") as caught:
        read(page(as_of=text))

    assert len(caught.value.message) < 200


def test_a_long_title_is_cut() -> None:
    found = read(page(title="Fund " * 100_000))

    assert found.name == ("Fund " * 60).strip()
    assert found.name_cut
    assert not read(page(title="F" * 300)).name_cut


@pytest.mark.parametrize(
    ("html", "limit"),
    [
        (page() + b"x" * 9_000_000, "8,388,608"),
        (page() + b"<p>x" * 70_000, "60,000"),
        (page() + b"<p " + b" ".join(b"a%d" % n for n in range(60_000)) + b">", "1,000 attributes"),
        (page() + b"<p " + b"".join(b"a%d='>'" % n for n in range(60_000)) + b">", "1,000 attributes"),
        (page() + b'<p a="<script>"' + b"".join(b"\na%d" % n for n in range(60_000)) + b">", "1,000 attributes"),
    ],
)
def test_a_page_beyond_a_limit_is_refused_with_its_name(html: bytes, limit: str) -> None:
    with pytest.raises(LayoutError, match=limit):
        read(html)


@pytest.mark.parametrize(
    "html",
    [
        b"<script>if (a <b) { " + b"x = 'y'; " * 60_000 + b"}</script>",
        b"<!-- <p " + b"x " * 60_000 + b"-->",
        b"<p>" + b"word " * 60_000,
        b"<ul>" + b"<li class='item'><a href='/research/etfs'>Funds</a></li>\n" * 14_000,
    ],
)
def test_a_large_page_of_ordinary_things_is_read(html: bytes) -> None:
    assert read(page([line("MU")]).replace(b"</body>", html + b"</body>")).rows[0].symbol == "MU"


@pytest.mark.parametrize(
    "pager",
    [
        "<p>Viewing 1 - 20 of <b>3,544</b> matches</p>",
        "<p>Viewing 1 - 20 of<b>3544</b>matches</p>",
        "<p><b>1</b>-<b>20</b>of<b>3544</b></p>",
        "Viewing&nbsp;1&nbsp;-&nbsp;20&nbsp;of<span>&nbsp;3,544&nbsp;</span>matches",
    ],
)
def test_the_pagers_total_can_stand_in_an_element_of_its_own(pager: str) -> None:
    assert read(page(pager=pager)).pager == Pager(1, 20, 3544)
