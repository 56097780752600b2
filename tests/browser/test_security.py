"""The view of a security: who holds it, who may, and what cannot be told about since when."""

import pytest
from playwright.sync_api import expect

from tests.browser.conftest import Open, Serve
from tests.browser.lakes import HOSTILE, companies, partial_lake, put, stale_lake, two_dates
from tests.unit.lake_cases import MemoryLake, row, stored_fund


def test_the_holders_stand_with_weight_shares_and_date(sample: str, tab: Open) -> None:
    opened = tab()
    page = opened.open(f"{sample}security/NVDA")
    opened.see_all()

    assert "NVDA, NVIDIA Corp" in page.title()
    lines = page.locator(".data tbody tr")
    assert lines.count() == 2
    expect(lines.first).to_contain_text("2026-11-18")
    assert page.get_by_role("link", name="CSV").get_attribute("href").endswith("api/holders/NVDA?format=csv")  # type: ignore[union-attr]
    opened.tell()


def test_a_partial_list_may_hold_it_up_to_a_weight(serve: Serve, tab: Open) -> None:
    opened = tab()
    page = opened.open(f"{serve(partial_lake())}security/ZZZZ")

    expect(page.get_by_role("row", name="CUT")).to_contain_text("0.00\u20133.00")
    expect(page.get_by_text("no fund here lists ZZZZ")).to_be_visible()
    opened.tell()


def test_stale_and_partial_holders_say_so_beside_their_weight(serve: Serve, tab: Open) -> None:
    opened = tab()
    old = opened.open(f"{serve(stale_lake())}security/AAPL").locator(".data").get_by_role("row", name="AGED")
    assert old.inner_text().count("stale") == 2  # beside the weight and beside the date
    opened.see_all()
    part = opened.open(f"{serve(partial_lake())}security/AAPL").locator(".data").get_by_role("row", name="CUT")
    assert part.inner_text().count("partial") == 2
    opened.tell()


def test_since_when_says_how_far_back_the_lists_reach(sample: str, tab: Open) -> None:
    opened = tab()
    page = opened.open(f"{sample}security/NVDA")
    page.get_by_role("button", name="Look up the stored dates").click()

    held = page.get_by_role("row", name="VOO").last
    expect(held).to_contain_text("only one date is stored")  # and never a date that nobody knows
    opened.tell()


@pytest.mark.parametrize(("symbol", "words"), [("NEWC", "no: added after 2026-11-17"), ("AAPL", "yes; when it was")])
def test_two_dates_tell_whether_it_was_held_on_the_first(serve: Serve, tab: Open, symbol: str, words: str) -> None:
    opened = tab()
    page = opened.open(f"{serve(two_dates())}security/{symbol}")
    page.get_by_role("button", name="Look up the stored dates").click()

    expect(page.get_by_role("row", name="VOO").last).to_contain_text(words)
    opened.tell()


@pytest.mark.parametrize("symbol", ["%3Cscript%3E", "a%20%20b", "%25", "A" * 40])
def test_a_wrong_symbol_says_what_a_symbol_is(sample: str, tab: Open, symbol: str) -> None:
    opened = tab()
    page = opened.open(f"{sample}security/{symbol}")

    expect(page.get_by_role("alert").first).to_contain_text("is not a symbol")
    opened.tell(but="status of 40")


def test_a_security_that_nobody_holds_leads_to_the_search(sample: str, tab: Open) -> None:
    opened = tab()
    page = opened.open(f"{sample}security/ZZZZ")
    page.get_by_role("link", name="Search for it").click()
    page.wait_for_url("**/?q=ZZZZ")
    opened.settle()
    page.go_back()
    opened.settle()

    assert page.title().startswith("ZZZZ")
    opened.tell()


def test_names_never_become_markup(serve: Serve, tab: Open) -> None:
    lake = put(MemoryLake(), [stored_fund("EVIL", [row("AAPL", HOSTILE, 60.0), *companies(1, 9)[1:]])])
    opened = tab()
    page = opened.open(f"{serve(lake)}security/AAPL")
    opened.see_all()

    expect(page.locator("main")).to_contain_text(HOSTILE)
    assert page.locator("main img, main script").count() == 0
    opened.tell()
