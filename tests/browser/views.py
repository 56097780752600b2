"""The nine views of the page, by the address that each has over a lake."""

from dataclasses import dataclass
from urllib.parse import urljoin

from api.site.page import VIEWS
from tests.browser.conftest import Tab

NAME = "ETF Portfolio Data"
NONSENSE = ("undefined", "NaN", "[object", "null", "Infinity", "failed unexpectedly")
"""What a page shows that forgot a case."""
WIDEST = 1000


@dataclass(frozen=True)
class View:
    """A view: its address with funds, one fund and a security to fill in, and how its title begins."""

    route: str
    query: str
    title: str
    content: str
    """What only this view has once its data has come."""

    def address(self, funds: tuple[str, ...], security: str = "NVDA") -> str:
        """The address relative to `/` of the page."""
        path = self.route.lstrip("/").replace("{symbol}", "{fund}" if "/etf/" in self.route else "{security}")
        shares = ",".join(f"{fund}:{100 // len(funds)}" for fund in funds)
        return (path + self.query).format(funds=",".join(funds), fund=funds[0], security=security, shares=shares)


ALL = {
    view.route: view
    for view in (
        View("/", "", "Funds", ".data tbody th a"),
        View("/etf/{symbol}", "", "{fund}", "#history"),
        View("/overlap", "?symbols={funds}", "Overlap of", "figure.chart"),
        View("/compare", "?symbols={funds}", "", "figure.chart"),
        View("/portfolio", "#positions={shares}&unit=percent", "Portfolio", "figure.chart"),
        View("/rebalance", "#positions={shares}&unit=usd&max=security:20", "Rebalance", "figure.chart"),
        View("/security/{symbol}", "", "NVDA", ".data tbody th a"),
        View("/screen", "", "Screener", "tbody th a"),
        View("/status", "", "Status", ".data tbody th"),
    )
}
assert tuple(ALL) == VIEWS


def oddities(opened: Tab) -> list[str]:
    """What no view may ever show: words of a forgotten case, markup out of names, a page that scrolls sideways."""
    page = opened.page
    words = page.locator("main").inner_text()
    found = [each for each in NONSENSE if each in words]
    found += [tag for tag in ("img", "script", "b", "iframe") if page.locator(f"main {tag}").count()]
    found += [f"sideways: {wide} px" for wide in [sideways(opened)] if wide]
    found += [f"a cell of {wide} px" for wide in [widest_cell(opened)] if wide > WIDEST]
    if page.locator("main h1").count() != 1:
        found.append("not one heading of the first level")
    if page.get_by_text("Loading \u2026").count():
        found.append("still loading")
    return found


def widest_cell(opened: Tab) -> int:
    """Pixels of the widest cell of a table; what is wider than the window keeps the other columns out of reach."""
    wide: int = opened.page.evaluate(
        "Math.max(0, ...[...document.querySelectorAll('main tr:not(.space) > *')].map((cell) => cell.offsetWidth))"
    )
    return wide


def sideways(opened: Tab) -> int:
    """By how many pixels the page is wider than the window."""
    wide: int = opened.page.evaluate("document.documentElement.scrollWidth - document.documentElement.clientWidth")
    return max(0, wide)


def exported(opened: Tab) -> list[str]:
    """The addresses of the JSON and CSV that the view links to."""
    links = opened.page.locator("main a[data-save$='.json'], main a[data-save$='.csv']").evaluate_all(
        "(all) => all.map((link) => link.href)"
    )
    return sorted({urljoin(opened.page.url, link) for link in links})
