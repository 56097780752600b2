"""Where the views lead: to each other with the funds that they show, and to the answers of the API behind them."""

import re
from collections.abc import Iterator
from urllib.parse import parse_qs, urljoin, urlsplit

import pytest
from playwright.sync_api import Page, expect

from tests.browser.conftest import Open

KINDS = {"JSON": "json", "CSV": "csv", "Excel": "spreadsheetml"}
"""What stands in the content type of an answer that is offered under this name."""


def symbols_of(page: Page, name: str) -> list[str]:
    """The funds that the link of this name takes along."""
    address = page.get_by_role("link", name=name).get_attribute("href") or ""
    return parse_qs(urlsplit(address).query)["symbols"][0].split(",")


def listed(page: Page) -> list[str]:
    return page.locator(".data tbody tr th a").all_inner_texts()


def test_the_list_of_funds_leads_to_all_of_them_side_by_side(sample: str, tab: Open) -> None:
    opened = tab()
    page = opened.open(sample)

    assert symbols_of(page, "Overlap, name by name") == listed(page)
    assert symbols_of(page, "All figures side by side") == listed(page)
    page.get_by_role("link", name="Overlap, name by name").click()
    page.wait_for_url("**/overlap?symbols=*")
    opened.settle()
    page.go_back()
    opened.settle()
    page.get_by_role("link", name="All figures side by side").click()
    page.wait_for_url("**/compare?symbols=*")
    opened.settle()
    opened.tell()


def test_a_fund_leads_to_the_funds_most_like_it_and_to_its_securities(sample: str, tab: Open) -> None:
    opened = tab()
    page = opened.open(f"{sample}etf/VOO")
    compared = symbols_of(page, "Compare it with the most similar")

    assert compared[0] == "VOO"
    assert len(compared) > 1
    assert symbols_of(page, "What they have in common") == compared
    page.get_by_role("link", name="Compare it with the most similar").click()
    page.wait_for_url("**/compare?symbols=VOO*")
    opened.settle()
    page.go_back()
    opened.settle()
    page.locator("a[href*='/security/']").first.click()
    page.wait_for_url("**/security/*")
    opened.settle()
    expect(page.get_by_role("link", name="VOO").first).to_be_visible()
    opened.tell()


@pytest.mark.parametrize(
    "path", ["", "etf/VOO", "overlap?symbols=VOO,VTI", "compare?symbols=VOO,VTI", "screen", "status"]
)
def test_every_answer_that_a_view_offers_is_there(sample: str, tab: Open, path: str) -> None:
    opened = tab()
    page = opened.open(sample + path)
    offered = list(files(page))

    assert offered
    for name, address in offered:
        answer = page.request.get(urljoin(page.url, address))
        assert answer.status == 200, address
        assert KINDS[name] in answer.headers["content-type"], address
    opened.tell()


def files(page: Page) -> Iterator[tuple[str, str]]:
    """The name and the address of each link to JSON, CSV or a workbook."""
    for link in page.locator("a[data-save]").filter(has_text=re.compile(f"^({'|'.join(KINDS)})$")).all():
        yield link.inner_text(), link.get_attribute("href") or ""


def test_the_documentation_leads_back_to_the_page(sample: str, tab: Open) -> None:
    opened = tab()
    page = opened.open(sample)
    page.get_by_role("link", name="API documentation").click()
    page.wait_for_url("**/api/docs")
    page.get_by_role("link", name="See the data as a page").click()
    page.wait_for_url(sample)
    opened.settle()
