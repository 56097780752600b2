"""Each view of the page in Chromium, from the click to "nothing loads any more", against the JSON answers it shows."""

import shutil
import statistics
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator
from contextlib import contextmanager

from playwright.sync_api import Browser, sync_playwright

from benchmarks import fixtures
from benchmarks.client import Client
from benchmarks.gateway import server
from benchmarks.measure import Figure

ROUNDS = 7
FUNDS = ("VTI", "VOO", "QQQ")
_ALL = ",".join(FUNDS)
VIEWS = {
    "/": ("/api/etfs", "/api/status", f"/api/compare?symbols={_ALL}", f"/api/overlap?symbols={_ALL}"),
    "/etf/VTI": ("/api/etfs/VTI", "/api/etfs/VTI/analytics", "/api/etfs/VTI/history", "/api/similar/VTI?limit=10"),
}
"""By view: the answers that it asks for."""
MOST_RATIO = 60.0
"""The answers of a local server are ready in milliseconds; a view has its scripts to read and its rows to draw too."""


def figures() -> list[Figure]:
    """The median of each view in a browser without a cache, and of its answers one after another."""
    chromium = shutil.which("chromium") or shutil.which("google-chrome")
    if chromium is None:
        sys.stderr.write("no Chromium: the page is not measured; apt-get install chromium\n")
        return []
    with _served() as port, sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=chromium, args=["--no-sandbox"])
        found = [_figure(browser, port, view, answers) for view, answers in VIEWS.items()]
        browser.close()
    return found


def _figure(browser: Browser, port: int, view: str, answers: tuple[str, ...]) -> Figure:
    shown, answered = [], []
    for _ in range(ROUNDS):
        shown.append(_shown(browser, f"http://localhost:{port}{view}"))
        answered.append(_answered(port, answers))
    # The first round computes what the server then keeps.
    value, floor = (statistics.median(kept[1:]) * 1000 for kept in (shown, answered))
    return Figure(f"page, view {view} to interactive", value, floor, MOST_RATIO, unit="ms")


def _shown(browser: Browser, url: str) -> float:
    context = browser.new_context(viewport={"width": 1200, "height": 900})
    try:
        page = context.new_page()
        page.goto(url)
        page.wait_for_selector('html[data-state="ready"]')
        milliseconds: float = page.evaluate("performance.getEntriesByName('view-ready')[0].startTime")
        return milliseconds / 1000
    finally:
        context.close()


def _answered(port: int, answers: tuple[str, ...]) -> float:
    with Client(port) as client:
        started = time.perf_counter()
        for path in answers:
            client.get(path)
        return time.perf_counter() - started


@contextmanager
def _served() -> Iterator[int]:
    """The local server over some funds of the sample portal; its port."""
    with tempfile.TemporaryDirectory() as folder:
        options = ["--source", "sample", "--data-dir", folder]
        refresh = [sys.executable, "etl_pipeline.py", *options, *FUNDS]
        subprocess.run(refresh, check=True, cwd=fixtures.ROOT, stdout=subprocess.DEVNULL)  # noqa: S603 - ours
        with server([sys.executable, "-u", "api_server.py", "--port", "0", *options]) as port:
            yield port
