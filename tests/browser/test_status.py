"""The view of the status: what failed, why, when it is tried again, and how old the data is."""

import json
from typing import Any

import pytest
from playwright.sync_api import expect

from etf_common.lake import CONFIG_KEY, status_key
from tests.browser.conftest import DESK, PHONE, Open, Serve
from tests.browser.lakes import HOSTILE, companies, partial_lake, put, stale_lake
from tests.unit.lake_cases import MemoryLake, build, stored_fund


def failing_lake() -> MemoryLake:
    """A fund whose last refresh failed, one that never came, and one that the portal does not know."""
    lake = put(MemoryLake(), [stored_fund("VOO", companies(20, 18, 16))])
    lake.put(CONFIG_KEY, b"etf_symbols: [VOO, NEVR, WRNG, WAIT]")
    success = {"run": "20261119T223000Z", "fetched_at": "2026-11-19T22:30:04Z", "holdings_as_of": "2026-11-18"}
    fail(lake, "VOO", "portal_unavailable", "VOO: the portal took too long", success)
    fail(lake, "NEVR", "layout_changed", f"the page lacks {HOSTILE}"[:300])
    fail(lake, "WRNG", "not_an_etf", "WRNG: the portal has no ETF page")
    build(lake)  # statuses are read from the tables
    return lake


def fail(
    lake: MemoryLake, symbol: str, code: str, message: str, success: Any = None, *, result: str | None = None
) -> None:
    record = {
        "symbol": symbol,
        "run": "20261120T223000Z",
        "at": "2026-11-20T22:30:04Z",
        "result": result or ("not_an_etf" if code == "not_an_etf" else "failed"),
        "error": {"code": code, "message": message},
        "last_success": success,
    }
    lake.put(status_key(symbol), json.dumps(record).encode())


def test_what_failed_says_why_when_it_is_tried_again_and_what_is_shown_meanwhile(serve: Serve, tab: Open) -> None:
    opened = tab()
    page = opened.open(f"{serve(failing_lake())}status")
    failed = page.locator(".notice.bad")

    expect(failed).to_contain_text("3 funds failed")
    old = failed.get_by_role("listitem").filter(has_text="VOO")
    expect(old).to_contain_text("the portal took too long")
    expect(old).to_contain_text("17:30 New York time")
    expect(old).to_contain_text("of 2026-11-18, fetched at 2026-11-19 22:30:04 UTC")
    expect(failed.get_by_role("listitem").filter(has_text="NEVR")).to_contain_text("no data of an earlier refresh")
    expect(failed.get_by_role("listitem").filter(has_text="WRNG")).to_contain_text("Check the symbol")
    opened.tell()


def test_a_fund_that_waits_for_its_first_refresh_has_no_numbers(serve: Serve, tab: Open) -> None:
    opened = tab()
    page = opened.open(f"{serve(failing_lake())}status")
    waiting = page.locator("#funds .data tbody tr").filter(has_text="WAIT")

    expect(waiting).to_contain_text("none yet")
    expect(waiting).to_contain_text("no data yet")
    assert waiting.get_by_role("link").count() == 0  # there is no view to lead to
    opened.tell()


def test_codes_of_refreshes_that_did_not_fail_are_told_in_plain_words(serve: Serve, tab: Open) -> None:
    lake = put(MemoryLake(), [stored_fund(symbol, companies(20, 18)) for symbol in ("PAGE", "OLDR", "INTR")])
    success = {"run": "20261119T223000Z", "fetched_at": "2026-11-19T22:30:04Z", "holdings_as_of": "2026-11-18"}
    fail(lake, "PAGE", "module_unavailable", "the module API answered 503", success, result="page_only")
    fail(lake, "OLDR", "fewer_lines", "OLDR: a fuller snapshot stays", success, result="kept_back")
    fail(lake, "INTR", "interrupted", "the transform has begun", success)
    build(lake)
    opened = tab()
    page = opened.open(f"{serve(lake)}status")
    told = page.locator(".notice").get_by_role("listitem")

    page_only = told.filter(has_text="PAGE")
    expect(page_only).to_contain_text("only the first lines of the holdings")
    expect(page_only).to_contain_text("The list did not come: the module API answered 503.")
    expect(page_only).to_contain_text("tried again after half an hour")
    kept_back = told.filter(has_text="OLDR")
    expect(kept_back).to_contain_text("because a fuller snapshot of the same holdings date stays in place")
    expect(kept_back).to_contain_text("Nothing needs to be done")
    expect(told.filter(has_text="INTR")).to_contain_text("the hourly sweep tries it again")
    expect(page.locator(".notice.bad").first).to_contain_text("1 fund failed")  # the others did not
    assert "page_only" not in page.locator("main").inner_text()
    opened.tell()


def test_alerts_and_the_feed_have_their_place(sample: str, tab: Open) -> None:
    opened = tab()
    page = opened.open(f"{sample}status")
    part = page.locator("#alerts")

    expect(part).to_contain_text("alerts in etl_config.yaml")
    expect(part).to_contain_text("min_trade_pct")
    expect(part).to_contain_text("downloads/changes.csv")
    href = part.get_by_role("link", name="changes of all funds").get_attribute("href") or ""
    assert href.endswith("/api/changes.atom")
    opened.tell()


def test_messages_never_become_markup(serve: Serve, tab: Open) -> None:
    opened = tab()
    page = opened.open(f"{serve(failing_lake())}status")

    expect(page.locator("main")).to_contain_text("<img src=x")
    assert page.locator("main img, main script").count() == 0
    opened.tell()


def test_stale_and_partial_say_so_beside_the_number(serve: Serve, tab: Open) -> None:
    opened = tab()
    page = opened.open(f"{serve(stale_lake())}status")
    expect(page.locator("#funds .data tbody tr").filter(has_text="AGED")).to_contain_text("stale")
    page = opened.open(f"{serve(partial_lake())}status")
    expect(page.locator("#funds .data tbody tr").filter(has_text="CUT")).to_contain_text("partial: 6 of 500")

    opened.tell()


def test_no_fund_says_where_to_name_some(serve: Serve, tab: Open) -> None:
    opened = tab()
    page = opened.open(f"{serve(put(MemoryLake(), []))}status")

    expect(page.get_by_text("Name the funds in etl_config.yaml")).to_be_visible()
    opened.tell()


def test_sort_and_filter_stand_in_the_address(sample: str, tab: Open) -> None:
    opened = tab()
    page = opened.open(f"{sample}status?sort=-lines&filter=v")

    assert page.locator("#funds .data tbody th").all_inner_texts() == ["VTI", "VOO"]
    page.locator("#funds").get_by_role("button", name="Fund").click()
    page.wait_for_url("**sort=symbol**")
    assert page.locator("#funds .data tbody th").all_inner_texts() == ["VOO", "VTI"]
    page.go_back()
    opened.settle()
    assert page.locator("#funds .data tbody th").all_inner_texts() == ["VTI", "VOO"]
    opened.tell()


def test_an_api_that_does_not_answer_says_what_to_do(sample: str, tab: Open) -> None:
    opened = tab()
    opened.page.route("**/api/status", lambda route: route.abort())
    page = opened.open(f"{sample}status")

    expect(page.get_by_role("alert").first).to_contain_text("Check that it is running")
    opened.tell(but="ERR_FAILED")


@pytest.mark.parametrize(("width", "scheme"), [(DESK, "light"), (PHONE, "dark")])
def test_the_status_is_for_everybody(serve: Serve, tab: Open, width: int, scheme: str) -> None:
    opened = tab(width=width, scheme=scheme)
    page = opened.open(f"{serve(failing_lake())}status")

    assert opened.serious() == []
    assert page.evaluate("document.documentElement.scrollWidth") <= width
    opened.picture(f"status-{width}-{scheme}")
    opened.tell()
