"""Each view of the page in Chromium, from the click to "nothing loads any more", against the JSON answers it shows."""

import re
import shutil
import statistics
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from urllib.parse import urlsplit

from playwright.sync_api import Browser, Request, sync_playwright

from benchmarks import fixtures
from benchmarks.client import Client
from benchmarks.gateway import server
from benchmarks.measure import Figure

ROUNDS = 6
MOST_RATIO = 60.0
"""The answers of a local server are ready in milliseconds; a view has its scripts to read and its rows to draw too."""
MOST_OF_FEW_ANSWERS = 600.0
"""Of a view whose answers are all small: there the time is that of the browser, which starts without a cache."""
VIEWS = {
    "/": MOST_RATIO,
    "/etf/VTI": MOST_RATIO,
    "/overlap?symbols=VOO,QQQ,VTI": MOST_RATIO,
    "/compare?symbols=VOO,QQQ,VTI": MOST_RATIO,
    "/portfolio#positions=VTI:60,QQQ:25,AAPL:15&unit=percent": MOST_RATIO,
    "/security/NVDA": MOST_OF_FEW_ANSWERS,
    "/screen": MOST_OF_FEW_ANSWERS,
    "/status": MOST_OF_FEW_ANSWERS,
}
"""By view, with its query: how much longer than its answers it may take."""
WEIGHED = ("/", "/etf/VTI")
MOST_KB = 500.0
"""Over the wire on a cold cache, headers included, before the chart library."""


@dataclass(frozen=True)
class _Asked:
    """A request that a view sent to the API."""

    method: str
    path: str
    body: str | None


@dataclass(frozen=True)
class _Shown:
    """One opening of a view in a browser without a cache."""

    seconds: float
    kilobytes: float
    asked: tuple[_Asked, ...]


def figures() -> list[Figure]:
    """The median of each view in a browser without a cache, and of its answers one after another; and its bytes."""
    chromium = shutil.which("chromium") or shutil.which("google-chrome")
    if chromium is None:
        sys.stderr.write("no Chromium: the page is not measured; apt-get install chromium\n")
        return []
    with _served() as port, sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=chromium, args=["--no-sandbox"])
        found = [figure for view in VIEWS for figure in _figures(browser, port, view)]
        browser.close()
    return found


def _figures(browser: Browser, port: int, view: str) -> list[Figure]:
    shown, answered = [], []
    for _ in range(ROUNDS):
        shown.append(_shown(browser, f"http://localhost:{port}{view}"))
        answered.append(_answered(port, shown[-1].asked))
    # The first round computes what the server then keeps.
    value = statistics.median(each.seconds for each in shown[1:]) * 1000
    floor = statistics.median(answered[1:]) * 1000
    name, asked = re.split("[?#]", view)[0], shown[-1].asked
    print(f"  {name}: {len(asked)} answers of the API, {shown[-1].kilobytes:.0f} KB without the charts")
    found = [Figure(f"page, {name} to interactive", value, floor, VIEWS[view], unit="ms")]
    if view in WEIGHED:
        heaviest = max(each.kilobytes for each in shown)
        found.append(Figure(f"page, {name} before the charts", heaviest, MOST_KB, 1.0, unit="KB"))
    return found


def _shown(browser: Browser, url: str) -> _Shown:
    context = browser.new_context(viewport={"width": 1200, "height": 900})
    try:
        page = context.new_page()
        finished: list[Request] = []
        page.on("requestfinished", lambda request: finished.append(request))  # noqa: PLW0108 - a method of list has no attributes
        page.goto(url)
        page.wait_for_selector('html[data-state="ready"]')
        milliseconds: float = page.evaluate("performance.getEntriesByName('view-ready')[0].startTime")
        return _Shown(milliseconds / 1000, _kilobytes(finished), tuple(_of_the_api(finished)))
    finally:
        context.close()


def _kilobytes(finished: Sequence[Request]) -> float:
    sizes = [request.sizes() for request in list(finished) if "echarts" not in request.url]
    return sum(size["responseHeadersSize"] + size["responseBodySize"] for size in sizes) / 1000


def _of_the_api(finished: Sequence[Request]) -> Iterator[_Asked]:
    for request in list(finished):
        url = urlsplit(request.url)
        if url.path.startswith("/api/"):
            yield _Asked(request.method, f"{url.path}?{url.query}" if url.query else url.path, request.post_data)


def _answered(port: int, asked: Sequence[_Asked]) -> float:
    with Client(port) as client:
        started = time.perf_counter()
        for each in asked:
            client.send(each.method, each.path, each.body)
        return time.perf_counter() - started


@contextmanager
def _served() -> Iterator[int]:
    """The local server over the funds of the shipped config, from the sample portal; its port."""
    with tempfile.TemporaryDirectory() as folder:
        options = ["--source", "sample", "--data-dir", folder]
        refresh = [sys.executable, "etl_pipeline.py", *options]
        subprocess.run(refresh, check=True, cwd=fixtures.ROOT, stdout=subprocess.DEVNULL)  # noqa: S603 - ours
        with server([sys.executable, "-u", "api_server.py", "--port", "0", *options]) as port:
            yield port
