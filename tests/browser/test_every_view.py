"""Every view over every kind of lake: it renders, says what it is, keeps to its policy, and its links answer."""

from collections.abc import Callable, Iterator
from contextlib import ExitStack
from functools import cache

import pytest
from playwright.sync_api import Response

from local.gateway import Gateway
from tests.browser import lakes
from tests.browser.conftest import DESK, PHONE, Open, Tab
from tests.browser.views import ALL, NAME, View, exported, oddities, sideways
from tests.unit.lake_cases import MemoryLake

LAKES: dict[str, tuple[Callable[[], MemoryLake], tuple[str, ...]]] = {
    "sample": (lakes.sample_lake, ("VTI", "VOO", "GLD")),
    "hostile": (lakes.hostile_lake, ("VTI", "VOO", "GLD")),
    "partial": (lakes.partial_lake, ("VOO", "CUT")),
    "nulls": (lakes.null_lake, ("BAD", "VOO")),
    "one": (lakes.one_fund, ("VOO",)),
    "none": (lakes.no_fund, ("VOO",)),
    "thirty": (lakes.thirty_funds, tuple(f"F{at:02d}" for at in range(30))),
    "long": (lakes.long_lake, ("ALL", "VOO")),
}
VIEWS = [pytest.param(view, id=view.route) for view in ALL.values()]
NEED_TWO = {"/overlap", "/compare"}
NOT_FOUND = ("/etf/{symbol}", "/portfolio", "/rebalance", "/security/{symbol}")
REFUSED = dict.fromkeys(NOT_FOUND, "404") | {"/screen": "503"}
"""What the API answers without funds, which the browser notes in its console."""
KINDS: dict[str, set[str]] = {
    "/rebalance": set(),
    "/portfolio": set(),  # buttons save what is asked for by POST: test_portfolio.py presses them
}
"""What a view links to, where that is not JSON and CSV."""


@pytest.fixture(scope="module")
def over() -> Iterator[Callable[[str], str]]:
    """The address of the page over a lake, which is built once."""
    with ExitStack() as open_until_the_end:

        @cache
        def served(name: str) -> str:
            lake, _ = LAKES[name]
            return open_until_the_end.enter_context(Gateway(lakes.handler(lake()), 0)).url + "/"

        yield served


@pytest.mark.parametrize("lake", LAKES)
@pytest.mark.parametrize("view", VIEWS)
def test_it_renders_over_every_lake(over: Callable[[str], str], tab: Open, view: View, lake: str) -> None:
    _, funds = LAKES[lake]
    opened = tab(width=PHONE, scheme="dark")
    page = opened.open(over(lake) + view.address(funds))
    opened.see_all()
    opened.picture(f"lake-{lake}-{slug(view)}")

    assert oddities(opened) == []
    page.set_viewport_size({"width": DESK, "height": 900})
    assert sideways(opened) == 0
    assert page.title().startswith(view.title.format(fund=funds[0]))
    assert page.title().endswith(f" - {NAME}")
    assert page.locator("#sample").is_visible() == (lake == "sample")
    if lake == "none" or (lake == "one" and view.route in NEED_TWO):
        # What is missing and what to do, in a notice or an alert.
        assert page.locator("main .notice, main .empty").first.inner_text().strip()
    else:
        assert page.locator(view.content).first.is_visible()
        assert page.locator("main .notice[role=alert]").all_inner_texts() == []
        assert kinds_that_answer(opened) == KINDS.get(view.route, {"application/json", "text/csv"})
    opened.tell(but=REFUSED.get(view.route, "") if lake == "none" else "")


def kinds_that_answer(opened: Tab) -> set[str]:
    """The content types of what the view links to, each of which must answer with 200."""
    answers = [opened.page.request.get(link) for link in exported(opened)]
    assert [answer.url for answer in answers if answer.status != 200] == []
    return {answer.headers["content-type"].partition(";")[0] for answer in answers}


@pytest.mark.parametrize(("width", "scheme"), [(DESK, "light"), (PHONE, "dark")])
@pytest.mark.parametrize("view", VIEWS)
def test_everybody_can_use_it(over: Callable[[str], str], tab: Open, view: View, width: int, scheme: str) -> None:
    opened = tab(width=width, scheme=scheme)
    page = opened.open(over("sample") + view.address(LAKES["sample"][1]))
    opened.see_all()
    opened.picture(f"view-{slug(view)}-{width}-{scheme}")

    # SAMPLE is a word of the document, and not only a colour.
    assert "SAMPLE" in page.locator("#sample").inner_text()
    for figure in page.locator("figure.chart").all():
        figure.locator("summary").click()
        assert figure.locator("tbody tr").count() > 0
        assert figure.get_by_role("img").get_attribute("aria-label")
    assert sideways(opened) == 0
    assert opened.serious() == []
    opened.tell()


@pytest.mark.parametrize("view", VIEWS)
def test_it_keeps_to_its_own_host_and_policy_and_stores_nothing(
    over: Callable[[str], str], tab: Open, view: View
) -> None:
    opened = tab()
    url = over("sample")
    answers: list[Response] = []

    def came(answer: Response) -> None:
        answers.append(answer)

    opened.page.on("response", came)
    page = opened.open(url + view.address(LAKES["sample"][1]))
    opened.see_all()

    assert [address for address in opened.addresses if not address.startswith((url, "data:image/"))] == []
    # The data is JSON, which a browser runs nothing of.
    page_itself = [answer for answer in answers if "/api/" not in answer.url]
    assert len(page_itself) >= 4
    policies = {answer.url: answer.headers.get("content-security-policy", "") for answer in page_itself}
    assert [address for address, policy in policies.items() if "default-src 'none'" not in policy] == []
    assert not any("unsafe" in policy for policy in policies.values())
    assert [answer.url for answer in answers if "set-cookie" in answer.headers] == []
    assert page.context.cookies() == []
    assert page.evaluate("[localStorage.length, sessionStorage.length]") == [0, 0]
    assert page.evaluate("indexedDB.databases()") == []
    opened.tell()


@pytest.mark.parametrize("view", VIEWS)
def test_the_keyboard_reaches_every_control_and_shows_where_it_is(
    over: Callable[[str], str], tab: Open, view: View
) -> None:
    opened = tab()
    page = opened.open(over("partial") + view.address(LAKES["partial"][1]))
    page.evaluate(
        "document.querySelectorAll('a[href], button, input, select, textarea, summary, [tabindex=\"0\"]')"
        ".forEach((each) => { if (each.checkVisibility({ visibilityProperty: true })) each.dataset.control = '' })"
    )
    # Of a group of radio buttons, the keyboard stops at the chosen one, and the arrows do the rest.
    page.evaluate(
        "document.querySelectorAll('input[type=radio]:not(:checked)').forEach((each) => delete each.dataset.control)"
    )
    expected = page.locator("[data-control]").count()
    unmarked = tabbed_through(opened, expected)

    assert unmarked == [], "no outline where the keyboard is"
    assert page.locator("[data-control]").evaluate_all("(all) => all.map((each) => each.outerHTML.slice(0, 99))") == []
    opened.tell()


def tabbed_through(opened: Tab, count: int) -> list[str]:
    """Press Tab until the window is left, taking the mark off each control; those without an outline."""
    page = opened.page
    unmarked = []
    for _ in range(count + 20):
        page.keyboard.press("Tab")
        left, plain = page.evaluate(
            "(() => { const at = document.activeElement; delete at.dataset.control;"
            " const plain = getComputedStyle(at).outlineStyle === 'none' && at.outerHTML.slice(0, 99);"
            " return [at === document.body, plain]; })()"
        )
        if left:
            break
        if plain:
            unmarked.append(plain)
    return unmarked


@pytest.mark.parametrize("view", VIEWS)
def test_back_and_a_bookmark_lead_to_the_same_view(over: Callable[[str], str], tab: Open, view: View) -> None:
    opened = tab()
    page = opened.open(over("partial") + view.address(LAKES["partial"][1]))
    opened.see_all()
    seen, title, url = page.locator("main").inner_text(), page.title(), page.url
    elsewhere = "Screener" if view.route == "/status" else "Status"
    page.locator("#nav").get_by_role("link", name=elsewhere).press("Enter")
    page.wait_for_url(f"**/{'screen' if view.route == '/status' else 'status'}")
    opened.settle()
    assert page.title() != title
    page.go_back()
    page.wait_for_url(url)
    opened.settle()
    opened.see_all()
    assert (page.locator("main").inner_text(), page.title()) == (seen, title)

    other = tab()
    other.open(url)
    other.see_all()
    assert (other.page.locator("main").inner_text(), other.page.title()) == (seen, title)
    opened.tell()
    other.tell()


@pytest.mark.parametrize(
    "words",
    [
        "ZZZZ",
        "%3Cimg%20src=x%20onerror=alert(1)%3E",
        "=1%2B1",
        "%E2%80%AEVTI%F0%9F%9A%80",
        "%00",
        "A" * 2000,
        "__proto__",
    ],
)
def test_a_wrong_symbol_says_what_to_do_in_every_view(over: Callable[[str], str], tab: Open, words: str) -> None:
    opened = tab(width=PHONE)
    addresses = [
        view.address((words,), words) for view in ALL.values() if view.address((words,), words) != view.route[1:]
    ]
    addresses += [f"?q={words}", f"screen?holds={words}", f"status?filter={words}", f"etf/VOO?as_of={words}"]
    for address in addresses:
        page = opened.open(over("partial") + address)
        page.locator("main .notice, main .empty, main .count").first.wait_for()
        assert oddities(opened) == [], address
    opened.tell(but="40[04]")


def slug(view: View) -> str:
    return view.route.strip("/").partition("/")[0] or "funds"
