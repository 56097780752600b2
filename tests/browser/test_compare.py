"""`/compare`: a column for each fund; ranges, missing figures, stale and partial beside the numbers."""

from playwright.sync_api import expect

from tests.browser.conftest import PHONE, Open, Serve
from tests.browser.lakes import companies, partial_lake, put, stale_lake
from tests.unit.lake_cases import MemoryLake, stored_fund


def test_each_fund_has_a_column(sample: str, tab: Open) -> None:
    opened = tab()
    page = opened.open(f"{sample}compare?symbols=VTI,VOO,GLD")

    assert page.title().startswith("VTI, VOO, GLD side by side")
    table = page.get_by_role("region", name="Figures of each fund")
    assert table.get_by_role("row", name="Top 10").locator("td").all_inner_texts()[2] == "100.00"
    opened.tell()


def test_partial_lists_have_ranges_and_say_so_beside_each(serve: Serve, tab: Open) -> None:
    opened = tab()
    page = opened.open(f"{serve(partial_lake())}compare?symbols=VOO,CUT")
    opened.see_all()
    opened.picture("compare-partial")
    table = page.get_by_role("region", name="Figures of each fund")
    whole, part = table.get_by_role("row", name="Top 10").locator("td").all_inner_texts()

    assert whole == "100.00"
    assert part == "36.00\u201348.00 partial"
    assert "no bounds can be given" in table.get_by_role("row", name="Gini").inner_text()
    # What the partial list shows no line of may still be in it.
    page.get_by_text("Table: Sectors of each fund").click()
    absent = page.locator("figure.chart").first.get_by_role("row", name="Communication Services").locator("td").last
    assert absent.inner_text().startswith("0.00\u2013")
    assert opened.serious() == []
    opened.tell()


def test_stale_stands_beside_price_and_date(serve: Serve, tab: Open) -> None:
    opened = tab()
    page = opened.open(f"{serve(stale_lake())}compare?symbols=VOO,AGED")
    table = page.get_by_role("region", name="Figures of each fund")

    for name in ("Price, USD", "Holdings of", "Top 10"):
        fresh, old = table.get_by_role("row", name=name).locator("td").all_inner_texts()
        assert "stale" in old, name
        assert "stale" not in fresh, name
    opened.tell()


def test_thirty_funds_fit_on_a_phone(serve: Serve, tab: Open) -> None:
    symbols = [f"F{at:02d}" for at in range(30)]
    lake = put(MemoryLake(), [stored_fund(symbol, companies(9, 8, 7)) for symbol in symbols])
    opened = tab(width=PHONE)
    page = opened.open(f"{serve(lake)}compare?symbols={','.join(symbols)}")
    opened.see_all()

    assert page.evaluate("document.documentElement.scrollWidth") <= PHONE
    page.get_by_label("Add funds").fill("F30")
    page.get_by_role("button", name="Add", exact=True).click()
    assert page.get_by_text("At most 30 funds can be chosen").is_visible()
    page.get_by_role("link", name="What these funds have in common").click()
    expect(page.get_by_role("heading", name="Overlap", exact=True)).to_be_visible()
    opened.settle()
    opened.see_all()
    assert page.evaluate("document.documentElement.scrollWidth") <= PHONE
    assert opened.serious() == []
    opened.tell()


def test_an_api_that_does_not_answer_can_be_tried_again(sample: str, tab: Open) -> None:
    opened = tab()
    page = opened.page
    page.route("**/api/compare*", lambda route: route.abort())
    opened.open(f"{sample}compare?symbols=VTI,VOO")
    assert page.get_by_text("The API does not answer").is_visible()
    page.unroute("**/api/compare*")
    page.get_by_role("button", name="Try again").click()

    page.get_by_role("region", name="Figures of each fund").wait_for()
    opened.tell(but="ERR_FAILED")
