"""The screener: every parameter as a field, its state in the address, and funds that only may fit."""

import json
from pathlib import Path
from urllib.parse import parse_qs, urlsplit

import pytest
from playwright.sync_api import expect

from tests.browser.conftest import DESK, PHONE, Open, Serve
from tests.browser.lakes import HOSTILE, companies, partial_lake, put, stale_lake
from tests.unit.lake_cases import MemoryLake, stored_fund


def api_parameters() -> set[str]:
    """The parameters of /api/screen, as the API's own document names them."""
    document = json.loads(Path("functions/api/openapi.json").read_text(encoding="utf-8"))
    return {each["name"] for each in document["paths"]["/api/screen"]["get"]["parameters"]}


def test_every_parameter_of_the_api_is_a_field(sample: str, tab: Open) -> None:
    opened = tab()
    page = opened.open(f"{sample}screen")
    fields = page.eval_on_selector_all("form [id^=screen-]", "all => all.map(each => each.id.slice(7))")

    # The pages are links, and the forms of the answer too; nobody reads indented JSON there.
    assert set(fields) == api_parameters() - {"offset", "format", "pretty"}
    opened.tell()


def test_a_question_stands_in_the_address_and_back_comes_to_the_one_before(sample: str, tab: Open) -> None:
    opened = tab()
    page = opened.open(f"{sample}screen")
    page.get_by_label("Symbol of the security").fill("NVDA")
    page.get_by_role("button", name="Find funds").click()
    page.wait_for_url("**/screen?holds=NVDA")
    opened.settle()

    expect(page.get_by_label("Symbol of the security")).to_have_value("NVDA")
    csv = page.get_by_role("link", name="CSV").get_attribute("href") or ""
    assert parse_qs(urlsplit(csv).query) == {"holds": ["NVDA"], "format": ["csv"]}
    assert page.locator("tbody tr").count() == 2
    page.go_back()
    opened.settle()
    expect(page.get_by_label("Symbol of the security")).to_have_value("")
    assert page.locator("tbody tr").count() == 3
    opened.tell()


def test_a_fund_that_may_fit_says_so_with_both_ends(serve: Serve, tab: Open) -> None:
    opened = tab()
    page = opened.open(f"{serve(partial_lake())}screen?max_top_10_pct=40&max_expense_pct=1")
    row = page.locator("tbody tr", has_text="CUT")

    expect(row).to_contain_text("maybe")
    expect(row).to_contain_text("36.00\u201348.00")  # never a middle
    expect(row).to_contain_text("\u2014")
    expect(page.get_by_text("0 funds fit. 1 more may fit")).to_be_visible()
    opened.tell()


def test_pages_lead_through_more_funds_than_are_shown(sample: str, tab: Open) -> None:
    opened = tab()
    page = opened.open(f"{sample}screen?limit=2&sort=-name")
    page.get_by_role("link", name="Next").click()
    page.wait_for_url("**offset=2**")
    opened.settle()

    expect(page.get_by_text("Funds 3 to 3 of 3")).to_be_visible()
    opened.tell()


@pytest.mark.parametrize(
    ("query", "words"),
    [
        ("min_pct=3", "sector"),
        ("nonsense=3", "nonsense"),
        ("sort=weight", "allowed is one of"),
        ("sector=Moon", "Moon"),
        ("limit=0", "from 1 to 1000"),
    ],
)
def test_a_wrong_question_says_what_is_allowed(sample: str, tab: Open, query: str, words: str) -> None:
    opened = tab()
    page = opened.open(f"{sample}screen?{query}")

    expect(page.get_by_role("alert")).to_contain_text(words)
    opened.tell(but="status of 400")


def test_no_fund_that_fits_says_what_to_do(sample: str, tab: Open) -> None:
    opened = tab()
    page = opened.open(f"{sample}screen?holds=ZZZZ")

    expect(page.get_by_text("No fund fits.")).to_be_visible()
    page.get_by_role("link", name="start again").click()
    page.wait_for_url("**/screen")
    opened.tell()


def test_names_never_become_markup(serve: Serve, tab: Open) -> None:
    lake = put(MemoryLake(), [stored_fund("EVIL", companies(50, 40), name=HOSTILE)])
    opened = tab()
    page = opened.open(f"{serve(lake)}screen")

    expect(page.locator("main")).to_contain_text(HOSTILE)
    assert page.locator("main img, main script").count() == 0
    opened.tell()


@pytest.mark.parametrize(("width", "scheme"), [(DESK, "light"), (PHONE, "dark")])
def test_the_screener_is_for_everybody(serve: Serve, tab: Open, width: int, scheme: str) -> None:
    opened = tab(width=width, scheme=scheme)
    page = opened.open(f"{serve(partial_lake())}screen?sector=Energy&min_top_10_pct=1")

    assert opened.serious() == []
    assert page.evaluate("document.documentElement.scrollWidth") <= width
    opened.picture(f"screen-{width}-{scheme}")
    opened.tell()


def test_stale_funds_say_so_beside_their_figures(serve: Serve, tab: Open) -> None:
    opened = tab()
    page = opened.open(f"{serve(stale_lake())}screen?min_top_10_pct=1")

    assert page.get_by_role("row", name="AGED").inner_text().count("stale") == 2
    assert "stale" not in page.get_by_role("row", name="VOO").inner_text()
    opened.tell()
