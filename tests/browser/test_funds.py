"""`/`: the list of funds, the search, the heat map; with partial lists, one fund, no fund and many."""

from playwright.sync_api import Route

from etf_common.lake import CONFIG_KEY
from tests.browser.conftest import PHONE, Open, Serve
from tests.browser.lakes import companies, partial_lake, put, stale_lake
from tests.unit.lake_cases import MemoryLake, stored_fund


def test_it_shows_what_the_api_says_of_each_fund(sample: str, tab: Open) -> None:
    opened = tab()
    page = opened.open(sample)

    cells = page.get_by_role("row", name="VOO").first.inner_text()
    for words in ("SAMPLE 500 ETF", "100.00", "+0.50", "2026-11-18", "fresh", "11", "complete", "47.00"):
        assert words in cells
    assert page.title() == "Funds - ETF Portfolio Data"
    assert page.get_by_text("SAMPLE data").first.is_visible()
    opened.tell()


def test_the_picture_says_sample_too(sample: str, tab: Open) -> None:
    opened = tab()
    page = opened.open(sample)
    opened.see_all()
    texts = page.evaluate(
        "[...document.querySelectorAll('.canvas')].map((each) =>"
        " echarts.getInstanceByDom(each).getOption().graphic[0].elements.map((one) => one.style.text))"
    )

    assert texts
    assert all("SAMPLE" in drawn for drawn in texts)


def test_real_data_wears_no_banner(serve: Serve, tab: Open) -> None:
    opened = tab()
    page = opened.open(serve(partial_lake()))

    assert not page.locator("#sample").is_visible()
    opened.tell()


def test_a_partial_list_shows_both_ends_of_each_range_and_no_middle(serve: Serve, tab: Open) -> None:
    opened = tab()
    page = opened.open(serve(partial_lake()))
    opened.see_all()
    opened.picture("funds-partial")
    cut = page.get_by_role("row", name="CUT").first

    assert "partial: 6 of 500" in cut.inner_text()
    assert cut.locator(".range").first.inner_text() == "36.00\u201348.00"
    page.locator("details.behind summary").click()
    overlap = page.locator("details.behind .range").inner_text()
    assert overlap.count("\u2013") == 1
    opened.tell()


def test_stale_data_says_so_beside_its_price_and_its_date(serve: Serve, tab: Open) -> None:
    opened = tab()
    page = opened.open(serve(stale_lake()))
    old, fresh = page.get_by_role("row", name="AGED").first, page.get_by_role("row", name="VOO").first

    assert "stale" in old.locator("td").nth(1).inner_text()
    assert "the holdings are of 2026-10-01, more than 45 days ago" in old.inner_text()
    assert "stale" not in fresh.inner_text()
    old.get_by_role("link", name="AGED").click()
    page.wait_for_url("**/etf/AGED")
    opened.settle()
    assert page.locator("dl.facts").first.get_by_text("stale", exact=True).first.is_visible()
    assert page.get_by_text("before the last close in New York").is_visible()
    assert opened.serious() == []
    opened.tell()


def test_what_the_api_does_not_call_fresh_is_not_called_so(serve: Serve, tab: Open) -> None:
    opened = tab()
    opened.page.route("**/api/status", lambda route: route.fulfill(json={}))
    page = opened.open(serve(partial_lake()))

    assert "not known whether fresh" in page.get_by_role("row", name="VOO").first.inner_text()
    assert page.get_by_text("fresh", exact=True).count() == 0
    opened.tell()


def test_search_finds_funds_and_securities_and_stands_in_the_address(sample: str, tab: Open) -> None:
    opened = tab()
    page = opened.open(sample)
    page.get_by_label("Find a fund or a security").fill("nvidia")
    page.get_by_role("link", name="NVDA").wait_for()

    assert page.url.endswith("?q=nvidia")
    page.reload()
    page.get_by_role("link", name="NVDA").wait_for()
    page.get_by_label("Find a fund or a security").fill("no such thing")
    page.get_by_text('No fund and no security here matches "no such thing"').wait_for()
    opened.tell()


def test_enter_goes_to_what_is_typed_and_not_to_what_was_found_before(sample: str, tab: Open) -> None:
    opened = tab()
    page = opened.open(sample)
    search = page.get_by_label("Find a fund or a security")
    search.fill("nvidia")
    page.get_by_role("link", name="NVDA").wait_for()
    search.fill("VOO")
    search.press("Enter")
    page.wait_for_url("**/etf/VOO")
    opened.settle()
    opened.tell()


def test_figures_of_another_list_than_the_date_say_so(serve: Serve, tab: Open) -> None:
    url = serve(partial_lake())
    opened = tab()

    def refreshed(route: Route) -> None:
        answer = route.fetch()
        status = answer.json()
        status["VOO"]["holdings_as_of"] = "2026-11-19"
        route.fulfill(response=answer, json=status)

    opened.page.route("**/api/status", refreshed)
    page = opened.open(url)

    assert page.get_by_role("row", name="VOO").first.inner_text().count("of 2026-11-18") == 2
    assert "of 2026-11-18" not in page.get_by_role("row", name="CUT").first.inner_text()
    opened.tell()


def test_figures_that_cannot_be_shown_are_not_blamed_on_the_portal(sample: str, tab: Open) -> None:
    opened = tab()
    opened.page.route("**/api/compare*", lambda route: route.fulfill(status=404, json={"message": "no tables yet"}))
    page = opened.open(sample)

    cells = page.get_by_role("row", name="VOO").first.inner_text()
    assert cells.count("the figures cannot be shown") >= 6
    assert "not given by the portal" not in cells
    opened.tell(but="404")


def test_sorting_stands_in_the_address_and_back_undoes_it(sample: str, tab: Open) -> None:
    opened = tab()
    page = opened.open(sample)

    def order() -> list[str]:
        return page.locator("tbody th[scope=row] a").all_inner_texts()

    assert order()[:3] == ["VTI", "VOO", "GLD"]
    page.get_by_role("button", name="Top 10, %").click()
    assert order()[0] == "GLD"
    assert page.url.endswith("?sort=-top_10")
    assert page.locator("th[aria-sort=descending]").inner_text().startswith("Top 10")
    page.go_back()
    opened.settle()
    assert order()[:3] == ["VTI", "VOO", "GLD"]
    opened.tell()


def test_no_fund_says_what_to_do(serve: Serve, tab: Open) -> None:
    opened = tab()
    page = opened.open(serve(put(MemoryLake(), [])))

    assert page.get_by_text("Name the funds in etl_config.yaml").is_visible()
    assert opened.serious() == []
    opened.tell()


def test_one_fund_has_its_figures_and_no_overlap(serve: Serve, tab: Open) -> None:
    opened = tab()
    page = opened.open(serve(put(MemoryLake(), [stored_fund("VOO", companies(30, 20, 10))])))

    assert "60.00" in page.get_by_role("row", name="VOO").inner_text()
    assert page.get_by_text("Overlap needs two funds").is_visible()
    opened.tell()


def test_a_configured_fund_without_data_is_named_with_the_reason(serve: Serve, tab: Open) -> None:
    lake = put(MemoryLake(), [stored_fund("VOO", companies(30, 20, 10)), stored_fund("VTI", companies(30, 20))])
    lake.put(CONFIG_KEY, b"etf_symbols: [VOO, NEW, VTI]")
    opened = tab()
    page = opened.open(serve(lake))

    assert page.get_by_text("NEW: not yet fetched").is_visible()
    opened.tell()


def test_of_many_funds_thirty_are_shown_at_a_time(serve: Serve, tab: Open) -> None:
    funds = [stored_fund(f"F{number:02d}", companies(30, 20, number)) for number in range(1, 33)]
    opened = tab(width=PHONE)
    page = opened.open(serve(put(MemoryLake(), funds)))
    opened.see_all()
    opened.picture("funds-many")

    assert page.locator("tbody th[scope=row] a").count() >= 30
    assert page.evaluate("document.documentElement.scrollWidth") <= PHONE
    assert opened.serious() == []
    page.get_by_role("link", name="Next 30").click()
    page.get_by_role("link", name="F32").first.wait_for()
    assert page.get_by_text("Funds 31 to 32 of 32").is_visible()
    page.goto(f"{page.url.partition('?')[0]}?page=99")
    opened.settle()
    assert page.get_by_text("Funds 31 to 32 of 32").is_visible()
    opened.tell()
