"""Filings with the SEC: a fund's countries, the list of filings and their lines, the list held against its filing."""

from tests.browser.conftest import Open, Serve
from tests.browser.lakes import filed_lake
from tests.browser.views import oddities


def test_shots(serve: Serve, tab: Open) -> None:
    url = serve(filed_lake())
    for name, width, scheme in (("desk", 1200, "light"), ("phone", 360, "dark")):
        for symbol in ("VTI", "GLD", "ONLY"):
            opened = tab(width=width, scheme=scheme)
            page = opened.open(f"{url}etf/{symbol}")
            opened.see_all()
            if symbol == "VTI":
                page.locator("#filings tbody th a").first.click()
                page.wait_for_timeout(1000)
                opened.see_all()
            opened.picture(f"filed-{symbol}-{name}")
            print(symbol, oddities(opened), opened.messages)
        opened = tab(width=width, scheme=scheme)
        page = opened.open(f"{url}portfolio#positions=VTI:60,GLD:40&unit=percent")
        opened.see_all()
        opened.picture(f"filed-portfolio-{name}")
        print("portfolio", oddities(opened), opened.messages)
