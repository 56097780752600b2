"""The shell: addresses, Back, prefixes, the access token, downloads, errors, and what the page never does."""

import copy
import hashlib
from typing import Any

import pytest
from playwright.sync_api import Request, Route, expect

from api.access import Access
from api.site.page import VIEWS
from tests.browser.conftest import Open, Serve
from tests.browser.lakes import handler, sample_lake

TOKEN = "open sesame"
LOCK = Access(hashlib.sha256(TOKEN.encode()).hexdigest())


def staged(handle: Any, stage: str) -> Any:
    """The handler behind a stage of API Gateway, whose name is part of every path."""

    def handled(event: dict[str, Any], context: Any) -> dict[str, Any]:
        event = copy.deepcopy(event)
        event["requestContext"]["stage"] = stage
        answer: dict[str, Any] = handle(event, context)
        return answer

    return handled


def test_links_and_back_lead_from_view_to_view(sample: str, tab: Open) -> None:
    opened = tab()
    page = opened.open(sample)
    page.get_by_role("link", name="VOO", exact=True).first.click()
    page.wait_for_url("**/etf/VOO")
    opened.settle()

    assert page.title().startswith("VOO ")
    # A screen reader is told of the new view, and the keyboard is in it.
    assert page.locator("#said").inner_text().startswith("VOO")
    assert page.evaluate("document.activeElement.id") == "main"
    page.go_back()
    opened.settle()
    assert page.title() == "Funds - ETF Portfolio Data"
    page.go_forward()
    opened.settle()
    assert page.title().startswith("VOO ")
    opened.tell()


def test_back_leads_to_where_the_reader_was(sample: str, tab: Open) -> None:
    opened = tab(width=360)
    page = opened.open(f"{sample}etf/VTI")
    opened.see_all()
    link = page.get_by_role("link", name="VOO", exact=True)
    link.scroll_into_view_if_needed()
    top = page.evaluate("scrollY")
    link.evaluate("(element) => element.click()")  # by script, since a click of the driver's scrolls once more
    page.wait_for_url("**/etf/VOO")
    opened.settle()
    assert page.evaluate("scrollY") == 0
    page.go_back()
    page.wait_for_url("**/etf/VTI")
    opened.settle()

    assert top > 1000
    assert abs(page.evaluate("scrollY") - top) < 5
    opened.tell()


def test_a_view_that_waits_for_its_data_says_so(sample: str, tab: Open) -> None:
    opened = tab()
    page = opened.page
    held: list[Route] = []

    def hold(route: Route) -> None:
        held.append(route)

    page.route("**/api/etfs/VOO", hold)
    page.goto(f"{sample}etf/VOO")
    page.get_by_text("Loading").wait_for()
    held[0].continue_()
    opened.settle()

    assert page.get_by_text("Loading").count() == 0
    opened.tell()


def test_a_wrong_address_of_the_page_is_told(sample: str, tab: Open) -> None:
    opened = tab()
    page = opened.open(sample)
    page.evaluate("history.pushState({}, '', 'no/such/view'); dispatchEvent(new PopStateEvent('popstate'))")

    assert page.get_by_role("heading", name="No such view").is_visible()
    opened.tell()


@pytest.mark.parametrize("start", ["prod", "prod/", "prod/etf/VOO"])
def test_it_works_under_a_stage_or_prefix(serve: Serve, tab: Open, start: str) -> None:
    url = serve(staged(handler(sample_lake()), "prod"))
    opened = tab()
    page = opened.open(url + start)

    if "etf" in start:
        page.get_by_role("link", name="ETF Portfolio Data").click()
    page.get_by_role("link", name="VTI", exact=True).first.click()
    page.wait_for_url("**/prod/etf/VTI")
    opened.settle()
    opened.see_all()
    assert all(address.startswith(f"{url}prod") for address in opened.addresses)
    opened.tell()


def test_it_talks_to_its_own_host_only_and_sets_no_cookie(sample: str, tab: Open) -> None:
    opened = tab()
    page = opened.open(f"{sample}etf/VTI")
    opened.see_all()

    assert all(address.startswith((sample, "blob:", "data:")) for address in opened.addresses)
    assert page.context.cookies() == []
    assert page.evaluate("localStorage.length") == 0
    opened.tell()


class TestLocked:
    def test_it_asks_for_the_token_once_and_keeps_it_for_the_tab(self, serve: Serve, tab: Open) -> None:
        url = serve(sample_lake(), access=LOCK)
        opened = tab()
        page = opened.page
        page.goto(url)
        page.get_by_label("Access token").last.fill("wrong")
        assert opened.serious() == []
        page.get_by_role("button", name="Open").click()
        page.get_by_text("The access token is wrong").wait_for()
        page.get_by_label("Access token").last.fill(TOKEN)
        page.get_by_role("button", name="Open").click()
        opened.settle()
        assert page.get_by_role("row", name="VOO").first.is_visible()
        assert page.locator("dialog").count() == 0

        page.goto(f"{url}etf/VOO")
        opened.settle()
        assert page.locator("dialog").count() == 0
        assert page.title().startswith("VOO ")
        opened.tell(but="401")

    def test_a_token_that_no_header_can_carry_is_wrong_and_not_kept(self, serve: Serve, tab: Open) -> None:
        opened = tab()
        page = opened.page
        page.goto(serve(sample_lake(), access=LOCK))
        page.get_by_label("Access token").last.fill("\u20acuro")
        page.get_by_role("button", name="Open").click()
        page.get_by_text("The access token is wrong").wait_for()
        assert page.evaluate("sessionStorage.length") == 0
        page.get_by_label("Access token").last.fill(TOKEN)
        page.get_by_role("button", name="Open").click()
        opened.settle()
        assert page.get_by_role("row", name="VOO").first.is_visible()

    def test_escape_does_not_leave_the_reader_without_the_form(self, serve: Serve, tab: Open) -> None:
        opened = tab()
        page = opened.page
        page.goto(serve(sample_lake(), access=LOCK))
        page.get_by_label("Access token").last.wait_for()
        for _ in range(3):
            page.keyboard.press("Escape")
        page.get_by_label("Access token").last.fill(TOKEN)
        page.get_by_role("button", name="Open").click()
        opened.settle()
        assert page.get_by_role("row", name="VOO").first.is_visible()

    def test_a_download_is_fetched_with_it(self, serve: Serve, tab: Open) -> None:
        opened = tab()
        page = opened.page
        page.goto(f"{serve(sample_lake(), access=LOCK)}etf/VOO")
        page.get_by_label("Access token").last.fill(TOKEN)
        page.get_by_role("button", name="Open").click()
        opened.settle()
        with page.expect_download() as caught:
            page.locator("section", has=page.get_by_role("heading", name="Holdings", exact=True)).get_by_role(
                "link", name="CSV"
            ).click()
        assert caught.value.suggested_filename.endswith(".csv")
        assert "NVDA" in caught.value.path().read_text()
        opened.tell(but="401")


def test_an_api_that_does_not_answer_can_be_tried_again(sample: str, tab: Open) -> None:
    opened = tab()
    page = opened.page
    page.route("**/api/**", lambda route: route.abort())
    opened.open(sample)

    assert page.get_by_text("The API does not answer").first.is_visible()
    assert opened.serious() == []
    page.unroute("**/api/**")
    page.reload()
    opened.settle()
    assert page.get_by_role("row", name="VOO").first.is_visible()
    opened.tell(but="ERR_FAILED")


def test_an_answer_that_is_cut_off_says_what_to_do(sample: str, tab: Open) -> None:
    opened = tab()
    opened.page.route("**/api/overlap*", lambda route: route.fulfill(body='{"pairs": ['))
    page = opened.open(sample)

    assert page.get_by_role("alert").inner_text().startswith("The answer was cut off")
    opened.tell()


def test_a_bar_ends_at_both_ends_of_its_range_on_either_side_of_0(serve: Serve, tab: Open) -> None:
    ranges = [(-2.0, 3.0), (-5.0, -2.0), (1.0, 4.0), (6.0, 6.0), (-3.0, -3.0)]
    opened = tab()

    def changed(route: Route) -> None:
        answer = route.fetch()
        data = answer.json()
        data["asset_classes"] = [
            {"asset_class": f"class {at}", "weight_pct": {"low": low, "high": high}, "count": 1, "counted": True}
            for at, (low, high) in enumerate(ranges)
        ]
        route.fulfill(response=answer, json=data)

    opened.page.route("**/analytics", changed)
    page = opened.open(f"{serve(sample_lake())}etf/VOO")
    opened.see_all()
    chart = page.locator("figure.chart", has=page.get_by_text("Asset classes, per cent of weight").first)
    drawn = chart.locator(".canvas").evaluate(
        """(canvas) => {
          const model = echarts.getInstanceByDom(canvas).getModel();
          const [solid, hatched] = [0, 1].map((at) => model.getSeriesByIndex(at).getData());
          return Array.from({ length: solid.count() }, (_, at) => {
            const value = (data) => data.get(data.getCalculationInfo("stackResultDimension"), at);
            return [value(solid), value(hatched)].sort((a, b) => a - b);
          });
        }"""
    )

    assert [tuple(ends) for ends in drawn] == ranges
    opened.tell()


def test_charts_of_a_view_that_was_left_are_disposed_of(sample: str, tab: Open) -> None:
    opened = tab()
    page = opened.open(f"{sample}etf/VOO")
    opened.see_all()
    page.evaluate(
        "window.left = [...document.querySelectorAll('.canvas')].map((each) => echarts.getInstanceByDom(each))"
    )
    page.get_by_role("link", name="Status").click()
    opened.settle()

    expect(page.locator("h1")).to_have_text("Status")
    page.evaluate("new Promise((resolve) => requestAnimationFrame(() => requestAnimationFrame(resolve)))")
    assert page.evaluate("left.length > 0 && left.every((each) => each.isDisposed())")
    opened.tell()


def test_a_part_that_failed_is_tried_again_alone(sample: str, tab: Open) -> None:
    opened = tab()
    page = opened.page
    page.route("**/api/overlap*", lambda route: route.fulfill(status=503, json={"statusCode": 503, "message": "wait"}))
    opened.open(sample)
    assert page.get_by_role("row", name="VOO").first.is_visible()
    page.unroute("**/api/overlap*")
    page.get_by_role("button", name="Try again").press("Enter")
    page.locator("figure.chart").wait_for()
    # The button is gone; the keyboard goes on where it was.
    assert page.evaluate("document.activeElement.matches('section > .body')")
    opened.tell(but="503")


def test_without_the_chart_library_the_tables_are_open(sample: str, tab: Open) -> None:
    opened = tab()
    page = opened.page
    page.route("**/echarts.js", lambda route: route.abort())
    opened.open(f"{sample}etf/VOO")
    opened.see_all(drawn=False)

    assert page.locator("details.behind[open] table").count() == page.locator("figure.chart").count() > 0
    assert opened.serious() == []
    opened.tell(but="ERR_FAILED")


def test_the_first_view_needs_little_before_the_charts(sample: str, tab: Open) -> None:
    opened = tab()
    sizes: dict[str, int] = {}
    opened.page.on("requestfinished", lambda request: sizes.update({request.url: request.sizes()["responseBodySize"]}))
    opened.open(sample)

    assert sum(size for url, size in sizes.items() if "echarts" not in url) < 500_000
    opened.tell()


def test_every_view_has_an_address_that_is_served(sample: str, tab: Open) -> None:
    opened = tab()
    for path in VIEWS:
        answer = opened.page.request.get(sample + path.lstrip("/").replace("{symbol}", "VTI"))
        assert answer.headers["content-security-policy"].startswith("default-src 'none'; script-src 'self'")


def test_what_a_small_account_refuses_is_asked_again(sample: str, tab: Open) -> None:
    opened = tab()
    refused: set[str] = set()

    def throttle(route: Route) -> None:
        if route.request.url in refused:
            route.continue_()
        else:
            refused.add(route.request.url)
            route.fulfill(status=503, json={"message": "Service Unavailable"})

    opened.page.route("**/api/*", throttle)
    page = opened.open(sample)

    assert len(refused) >= 4
    assert page.get_by_role("row", name="VOO").first.is_visible()
    assert page.get_by_role("button", name="Try again").count() == 0
    opened.tell(but="503")


def test_few_requests_run_at_a_time(sample: str, tab: Open) -> None:
    opened = tab()
    running, most = 0, 0

    def begins(request: Request) -> None:
        nonlocal running, most
        if "/api/" in request.url:
            running += 1
            most = max(most, running)

    def ends(request: Request) -> None:
        nonlocal running
        running -= "/api/" in request.url

    opened.page.on("request", begins)
    # A function runs until its answer begins; its text may still be on the way when the next question goes out.
    opened.page.on("response", lambda response: ends(response.request))
    opened.open(f"{sample}etf/VTI")

    assert 1 <= most <= 3
    opened.tell()


def test_the_keyboard_reaches_the_content_at_once_and_every_control(sample: str, tab: Open) -> None:
    opened = tab()
    page = opened.open(sample)
    page.keyboard.press("Tab")
    assert page.evaluate("document.activeElement.textContent") == "Skip to the content"
    page.keyboard.press("Enter")
    assert page.evaluate("document.activeElement.id") == "main"
    page.keyboard.press("Tab")
    assert page.evaluate("document.activeElement.id") == "search"
    page.get_by_role("button", name="Top 10, %").focus()
    page.keyboard.press("Enter")
    # The head is drawn anew; the focus stays on the same button.
    assert page.evaluate("document.activeElement.textContent").startswith("Top 10, %")
    assert page.locator("th[aria-sort=descending]").count() == 1
    opened.tell()


def test_the_documentation_links_there_and_back(sample: str, tab: Open) -> None:
    opened = tab()
    page = opened.open(f"{sample}etf/VTI")
    page.get_by_role("link", name="API documentation").click()
    page.wait_for_url("**/api/docs")
    page.get_by_role("link", name="See the data as a page").click()
    opened.settle()
    assert page.title() == "Funds - ETF Portfolio Data"
