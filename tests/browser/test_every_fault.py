"""Every view without its API: stopped, failing, throttled, locked. It says what to do, and another try works."""

from collections.abc import Callable

import pytest
from playwright.sync_api import Page, Route, expect

from local.gateway import Gateway
from tests.browser.conftest import PHONE, Open, Serve
from tests.browser.lakes import handler, sample_lake
from tests.browser.test_shell import LOCK, TOKEN
from tests.browser.views import ALL, View, oddities

VIEWS = [pytest.param(view, id=view.route) for view in ALL.values()]
FUNDS = ("VTI", "VOO", "GLD")
IN_A_HURRY = (
    "const wait = globalThis.setTimeout;"
    "globalThis.setTimeout = (call, pause, ...more) => wait(call, pause >= 500 ? pause / 50 : pause, ...more);"
)
"""The page waits some seconds before it gives up on a throttle; here some hundredths of one."""
STORAGE = {"statusCode": 503, "message": "the storage does not answer: try again in a moment"}


def go(page: Page, address: str) -> None:
    """Go to another view as its links do, without asking the server for the document."""
    page.evaluate(
        "(address) => { const link = document.createElement('a'); link.href = address;"
        " document.querySelector('main').append(link); link.click(); }",
        address,
    )


def try_again(page: Page) -> None:
    """Press each button until no part of the view has failed any more."""
    for _ in range(12):
        buttons = page.get_by_role("button", name="Try again")
        if not buttons.count():
            return
        buttons.first.click()
        page.wait_for_selector('html[data-state="ready"]')
        page.wait_for_selector("main [aria-busy]", state="detached")


def test_a_server_that_stopped_is_told_in_every_view(tab: Open) -> None:
    opened = tab(width=PHONE)
    with Gateway(handler(sample_lake()), 0) as gateway:
        url = gateway.url + "/"
        page = opened.open(f"{url}portfolio")
    page.locator("#symbol-0").fill("VTI")
    page.locator("#amount-0").fill("60")
    page.get_by_role("button", name="Look through").click()
    page.get_by_text("Check that it is running and that you are online").wait_for()
    for view in ALL.values():
        if "#" not in view.query:  # a link with positions loads the document, which a stopped server has not
            go(page, url + view.address(FUNDS))
            opened.settle()
        expect(page.get_by_text("Check that it is running and that you are online").first).to_be_visible()
        assert oddities(opened) == []
        assert page.locator("#sample").is_visible()
    opened.tell(but="ERR_CONNECTION_REFUSED|ERR_CONNECTION_RESET|ERR_EMPTY_RESPONSE")


def offline(route: Route) -> None:
    route.abort("internetdisconnected")


def storage_down(route: Route) -> None:
    route.fulfill(status=503, headers={"Retry-After": "5"}, json=STORAGE)


def throttled(route: Route) -> None:
    route.fulfill(status=429, json={"message": "Too Many Requests"})


@pytest.mark.parametrize(
    ("fault", "says"),
    [
        (offline, "The API does not answer. Check that it is running and that you are online, then try again."),
        (storage_down, "The storage does not answer: try again in a moment. Try again in 5 seconds."),
        (throttled, "Too many requests at once. Wait a few seconds, then try again."),
    ],
    ids=["offline", "503", "429"],
)
@pytest.mark.parametrize("view", VIEWS)
def test_an_api_that_refuses_is_told_and_another_try_works(
    sample: str, tab: Open, view: View, fault: Callable[[Route], None], says: str
) -> None:
    opened = tab(width=PHONE, scheme="dark")
    page = opened.page
    page.add_init_script(IN_A_HURRY)
    page.route("**/api/**", fault)
    opened.open(sample + view.address(FUNDS))
    expect(page.get_by_text(says).first).to_be_visible()
    assert oddities(opened) == []
    opened.picture(f"fault-{view.route.strip('/').partition('/')[0] or 'funds'}")

    page.unroute("**/api/**")
    try_again(page)
    expect(page.locator(view.content).first).to_be_visible()
    assert page.locator("main .notice[role=alert]").all_inner_texts() == []
    # The first answers that came were errors, which do not say whose data it is; those of another try do.
    assert page.locator("#sample").is_visible()
    opened.tell(but="503|429|ERR_INTERNET_DISCONNECTED")


@pytest.mark.parametrize("view", VIEWS)
def test_a_locked_api_is_opened_once_with_the_keyboard(serve: Serve, tab: Open, view: View) -> None:
    opened = tab(width=PHONE)
    page = opened.page
    page.goto(serve(sample_lake(), access=LOCK) + view.address(FUNDS))
    page.get_by_role("dialog", name="Access token").wait_for()
    assert page.locator("dialog").count() == 1
    page.keyboard.type(TOKEN)
    page.keyboard.press("Enter")
    opened.settle()
    expect(page.locator(view.content).first).to_be_visible()
    assert oddities(opened) == []

    page.reload()
    opened.settle()
    expect(page.locator(view.content).first).to_be_visible()
    assert page.locator("dialog").count() == 0
    assert page.evaluate("[localStorage.length, Object.values(sessionStorage)]") == [0, [TOKEN]]
    assert page.context.cookies() == []
    assert not [address for address in opened.addresses if "sesame" in address]
    opened.tell(but="401")
