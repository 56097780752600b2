"""Chromium, and the page over lakes in memory. Every test fails on a message in the browser's console.

Without Chromium the tests are skipped, unless BROWSER_REQUIRED is set, as in CI.
"""

import os
import re
import shutil
from collections.abc import Callable, Iterator
from contextlib import ExitStack
from typing import Any

import pytest
from axe_playwright_python.sync_playwright import Axe
from playwright.sync_api import Browser, Page, expect, sync_playwright

from local.gateway import Gateway, Handler
from tests.browser.lakes import handler, sample_lake
from tests.unit.lake_cases import MemoryLake

NAMES = ("chromium", "chromium-browser", "google-chrome", "chrome")
PHONE, DESK = 360, 1200
READY_MS = 20_000
SCREENSHOTS = os.environ.get("SCREENSHOTS", "")
"""A folder that keeps pictures of the views; none are kept without it."""
Serve = Callable[..., str]


@pytest.fixture(scope="session")
def browser() -> Iterator[Browser]:
    executable = next(filter(None, map(shutil.which, NAMES)), None)
    if executable is None:
        if os.environ.get("BROWSER_REQUIRED"):
            pytest.fail("there is no Chromium: apt-get install chromium")
        pytest.skip("there is no Chromium: apt-get install chromium")
    # As root, as in a container, Chromium has no sandbox; it only sees pages of these tests.
    arguments = ["--no-sandbox"]
    with (
        sync_playwright() as playwright,
        playwright.chromium.launch(executable_path=executable, args=arguments) as launched,
    ):
        yield launched


@pytest.fixture
def serve() -> Iterator[Serve]:
    """Serve a lake or a handler; returns the address of `/`."""
    with ExitStack() as open_until_the_end:

        def served(over: MemoryLake | Handler, **guards: Any) -> str:
            handle = handler(over, **guards) if isinstance(over, MemoryLake) else over
            return open_until_the_end.enter_context(Gateway(handle, 0)).url + "/"

        yield served


@pytest.fixture(scope="session")
def sample() -> Iterator[str]:
    """The page over a lake with SAMPLE data; the address of `/`."""
    with Gateway(handler(sample_lake()), 0) as gateway:
        yield gateway.url + "/"


class Tab:
    """A tab of the browser, with what it said in its console."""

    def __init__(self, page: Page) -> None:
        self.page = page
        self.messages: list[str] = []
        self.addresses: list[str] = []
        page.on("console", lambda message: self.messages.append(message.text))
        page.on("pageerror", lambda error: self.messages.append(str(error)))
        page.on("request", lambda request: self.addresses.append(request.url))

    def open(self, url: str) -> Page:
        """Go to an address and wait until nothing loads any more."""
        self.page.goto(url)
        self.settle()
        return self.page

    def settle(self) -> None:
        self.page.wait_for_selector('html[data-state="ready"]', timeout=READY_MS)

    def see_all(self, *, drawn: bool = True) -> None:
        """Scroll through the page, so that every part has come, and every chart is drawn or told to be impossible."""
        # A part that comes moves those below; one that is near comes with it, perhaps at once.
        while waiting := self.page.locator("[data-waits]").count():
            self.page.evaluate("document.querySelector('[data-waits]')?.scrollIntoView({block: 'center'})")
            self.page.wait_for_function(
                "before => document.querySelectorAll('[data-waits]').length < before", arg=waiting
            )
        self.page.wait_for_selector("main [aria-busy]", state="detached")
        for chart in self.page.locator("figure.chart").all():
            # By script: Playwright would wait for two frames, which a loaded machine may not draw for long.
            chart.evaluate("element => element.scrollIntoView({block: 'center'})")
            expect(chart).to_have_attribute("data-drawn", "true" if drawn else "false", timeout=READY_MS)

    def tell(self, *, but: str = "") -> None:
        """Fail if the console has a message, but for those that match."""
        left = [message for message in self.messages if not (but and re.search(but, message))]
        assert left == []

    def serious(self) -> list[str]:
        """What axe finds serious or critical, with the elements."""
        found = Axe().run(self.page).response["violations"]
        return [
            f"{each['id']}: {node['target']}"
            for each in found
            if each["impact"] in {"serious", "critical"}
            for node in each["nodes"]
        ]

    def picture(self, name: str) -> None:
        """Keep a picture of the whole page, if pictures are wanted."""
        if SCREENSHOTS:
            self.page.evaluate("scrollTo(0, 0)")
            self.page.screenshot(path=f"{SCREENSHOTS}/{name}.png", full_page=True)


Open = Callable[..., Tab]


@pytest.fixture
def tab(browser: Browser) -> Iterator[Open]:
    """Open tabs: `tab(width=360, scheme="dark")`."""
    with ExitStack() as open_until_the_end:

        def opened(*, width: int = DESK, scheme: Any = "light", **more: Any) -> Tab:
            context = browser.new_context(
                viewport={"width": width, "height": 900},
                color_scheme=scheme,
                locale=more.pop("locale", "en-US"),
                **more,
            )
            open_until_the_end.callback(context.close)
            return Tab(context.new_page())

        yield opened
