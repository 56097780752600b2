"""`/etf/{symbol}`: figures, charts, the table of holdings; hostile names, partial and long lists, missing figures."""

import pytest

from tests.browser.conftest import Open, Serve
from tests.browser.lakes import HOSTILE, companies, long_list, partial_lake, put
from tests.unit.lake_cases import MemoryLake, row, stored_fund

LINES = 20_000


def test_a_missing_figure_shows_its_reason(sample: str, tab: Open) -> None:
    opened = tab()
    page = opened.open(f"{sample}etf/VTI")

    assert page.title().startswith("VTI SAMPLE Total Market ETF")
    assert page.get_by_text("the quote is a close, so there is no spread").is_visible()
    opened.tell()


def test_a_partial_list_says_so_beside_each_number(serve: Serve, tab: Open) -> None:
    opened = tab()
    page = opened.open(f"{serve(partial_lake())}etf/CUT")
    opened.see_all()
    opened.picture("fund-partial")

    assert page.get_by_text("partial: 6 of 500").is_visible()
    assert page.get_by_text("of the listed lines only").is_visible()
    assert page.get_by_text("36.00\u2013103.00", exact=True).first.is_visible()
    assert page.get_by_text("Ranges show the least and the most").is_visible()
    assert page.get_by_text("Hatched: what unlisted lines may add").first.is_visible()
    assert opened.serious() == []
    opened.tell()


def test_the_ends_of_a_range_are_rounded_outwards(serve: Serve, tab: Open) -> None:
    part = stored_fund("CUT", [row("AAPL", "Apple Inc", 9.006), row("MSFT", "Microsoft Corp", 3.003)], reported=4)
    opened = tab()
    page = opened.open(f"{serve(put(MemoryLake(), [part]))}etf/CUT")

    # 12.009 are listed, and two lines of at most 3.003 are not.
    assert page.get_by_text("12.00\u201318.02", exact=True).first.is_visible()
    opened.tell()


def test_a_small_weight_does_not_read_zero(serve: Serve, tab: Open) -> None:
    fund = stored_fund("VTI", [row("AAPL", "Apple Inc", 99.0), row("MSFT", "Microsoft Corp", 0.0042)])
    opened = tab()
    page = opened.open(f"{serve(put(MemoryLake(), [fund]))}etf/VTI")

    assert page.get_by_role("row", name="Microsoft").first.get_by_text("0.0042").is_visible()
    opened.tell()


def test_names_from_the_portal_never_become_markup(serve: Serve, tab: Open) -> None:
    lines = [row("NVDA", HOSTILE, 40.0), row("AAPL", HOSTILE, 30.0, "bond"), row(None, HOSTILE, 20.0, "other")]
    fund = stored_fund("VTI", lines, name=HOSTILE, issues=["repeated_symbol"])
    fund["quality"]["issues"][0]["detail"] = HOSTILE
    opened = tab()
    page = opened.open(f"{serve(put(MemoryLake(), [fund, stored_fund('VOO', companies(9, 8))]))}etf/VTI")
    opened.see_all()

    assert page.locator("main img, main script, main b").count() == 0
    assert page.get_by_role("cell", name=HOSTILE).first.is_visible()
    assert page.title().startswith(f"VTI {HOSTILE}"[:20])
    for chart in page.locator("figure.chart .canvas").all():
        chart.hover()
    opened.tell()


def test_a_weight_just_below_the_whole_does_not_read_as_the_whole(serve: Serve, tab: Open) -> None:
    fund = stored_fund("VTI", [row("AAPL", "Apple Inc", 99.996)])
    opened = tab()
    page = opened.open(f"{serve(put(MemoryLake(), [fund]))}etf/VTI")

    cell = page.locator(".data tbody td").nth(1)
    assert cell.inner_text() == "99.996"


def test_lines_without_figures_show_a_dash_and_no_zero(serve: Serve, tab: Open) -> None:
    lines = [row("NVDA", "NVIDIA Corp", 40.0), row(None, "A line", None, "other")]
    fund = stored_fund("VTI", lines, issues=["weight_missing", "symbol_missing"])
    opened = tab()
    page = opened.open(f"{serve(put(MemoryLake(), [fund]))}etf/VTI")

    cells = page.get_by_role("row", name="A line").locator("td").all_inner_texts()
    assert cells[1].startswith("\u2014")
    assert "0.00" not in " ".join(cells)
    assert page.get_by_text("the line has no weight", exact=True).is_visible()
    opened.tell()


@pytest.fixture(scope="module")
def long_lake() -> MemoryLake:
    return put(MemoryLake(), [stored_fund("ALL", long_list(LINES))])


class TestTwentyThousandLines:
    def test_only_those_in_sight_are_in_the_document(self, long_lake: MemoryLake, serve: Serve, tab: Open) -> None:
        opened = tab()
        page = opened.open(f"{serve(long_lake)}etf/ALL")
        region = page.get_by_role("region", name="Holdings of ALL")
        rows = region.locator("tbody tr[aria-rowindex]")

        assert region.get_by_role("table").get_attribute("aria-rowcount") == str(LINES + 1)
        assert rows.count() < 100
        region.focus()
        page.keyboard.press("End")
        region.locator(f"tbody tr[aria-rowindex='{LINES + 1}']").wait_for()
        assert rows.count() < 100
        assert rows.last.is_visible()
        opened.tell()

    def test_they_are_sorted_and_filtered(self, long_lake: MemoryLake, serve: Serve, tab: Open) -> None:
        opened = tab()
        page = opened.open(f"{serve(long_lake)}etf/ALL")
        region = page.get_by_role("region", name="Holdings of ALL")
        first = region.locator("tbody tr[aria-rowindex='2']")

        page.get_by_label("Filter").fill("line 19999")
        page.get_by_text(f"1 of {LINES:,} lines").wait_for()
        assert "Line 19999 Corp" in first.inner_text()
        page.get_by_label("Filter").fill("")
        page.get_by_text(f"{LINES:,} lines", exact=True).wait_for()
        region.get_by_role("button", name="Name").click()
        assert "Alphabet" in first.inner_text()
        region.get_by_role("button", name="Name").click()
        assert "Zephyr" in first.inner_text()
        assert page.url.endswith("?sort=-name")
        page.reload()
        opened.settle()
        assert "Zephyr" in first.inner_text()
        opened.tell()

    def test_a_filter_shows_its_lines_however_far_the_reader_had_scrolled(
        self, long_lake: MemoryLake, serve: Serve, tab: Open
    ) -> None:
        opened = tab()
        page = opened.open(f"{serve(long_lake)}etf/ALL")
        region = page.get_by_role("region", name="Holdings of ALL")
        region.evaluate("(element) => { element.scrollTop = element.scrollHeight }")
        region.locator(f"tbody tr[aria-rowindex='{LINES + 1}']").wait_for()
        page.get_by_label("Filter").last.fill("Line 12345")

        region.get_by_role("row", name="Line 12345 Corp").wait_for(timeout=5000)
        assert region.evaluate("(element) => element.scrollHeight") < 1000
        opened.tell()

    def test_the_focus_stays_when_its_row_scrolls_out_of_sight(
        self, long_lake: MemoryLake, serve: Serve, tab: Open
    ) -> None:
        opened = tab()
        page = opened.open(f"{serve(long_lake)}etf/ALL")
        region = page.get_by_role("region", name="Holdings of ALL")
        region.locator("tbody a").nth(3).focus()
        region.evaluate(
            "(element) => element.scrollTo(0, 3000 * element.querySelector('tbody tr[aria-rowindex]').offsetHeight)"
        )
        region.locator("tbody tr[aria-rowindex='2970']").wait_for()

        assert region.evaluate("(element) => element.contains(document.activeElement)")
        opened.tell()


def test_an_unknown_fund_says_what_to_do(sample: str, tab: Open) -> None:
    opened = tab()
    page = opened.open(f"{sample}etf/NOPE")

    assert page.get_by_text("is not among the ETFs here").is_visible()
    assert page.locator("#sample").is_visible()
    page.get_by_role("link", name="search for NOPE").click()
    opened.settle()
    assert page.get_by_label("Find a fund or a security").input_value() == "NOPE"
    opened.tell(but="404")


@pytest.mark.parametrize("address", ["etf/%3Cb%3E", "etf/VTI?as_of=2026-01-05", "etf/VTI?as_of=never"])
def test_a_wrong_address_says_what_to_do(sample: str, tab: Open, address: str) -> None:
    opened = tab()
    page = opened.open(f"{sample}{address}")

    assert page.get_by_text("What you can do").is_visible()
    assert opened.serious() == []
    opened.tell(but="40[04]")


def test_an_older_date_is_shown_as_such(sample: str, tab: Open) -> None:
    opened = tab()
    page = opened.open(f"{sample}etf/VTI?as_of=2026-11-18")

    assert page.get_by_text("These are the holdings of 2026-11-18").is_visible()
    opened.tell()


def test_numbers_are_written_as_the_reader_writes_them_and_dates_as_iso_does(serve: Serve, tab: Open) -> None:
    fund = stored_fund("VTI", companies(30, 20))
    fund["summary"]["last_price"] = 1234.5
    opened = tab(locale="de-DE")
    page = opened.open(f"{serve(put(MemoryLake(), [fund]))}etf/VTI")

    assert page.get_by_text("1.234,50").is_visible()
    assert page.get_by_text("2026-11-18").first.is_visible()
    opened.tell()
