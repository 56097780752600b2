"""A fund over time: what was traded, what drove the return, and figures by date, with bounds as ranges."""

import json
from typing import Any

import pytest
from playwright.sync_api import expect

from tests.browser.conftest import DESK, PHONE, Open, Serve
from tests.browser.lakes import HOSTILE, two_dates


def entry(day: str, **figures: Any) -> dict[str, Any]:
    known = {
        "rows": 3,
        "weight_pct": 99.0,
        "last_price": 10.0,
        "complete": True,
        "fetched_at": None,
        "source": "schwab",
    }
    empty = dict.fromkeys(("top_10_pct", "hhi_points", "largest", "sectors", "added_count", "removed_count"))
    return {"holdings_as_of": day, **known, **empty, "reasons": {}, **figures}


def test_what_was_traded_stands_with_reasons_and_a_feed(serve: Serve, tab: Open) -> None:
    opened = tab()
    page = opened.open(f"{serve(two_dates())}etf/VOO")
    part = page.locator("#changes")

    expect(part).to_contain_text("From 2026-11-17 to 2026-11-18")
    expect(part.get_by_role("row").filter(has_text="NEWC")).to_contain_text("+9.00")
    expect(part.get_by_role("row").filter(has_text="AAPL")).to_contain_text("Cannot be told")
    turnover = part.locator("dl div").filter(has_text="Turnover")
    expect(turnover).to_contain_text("\u2014")  # not 0
    assert (part.get_by_role("link", name="Atom").get_attribute("href") or "").endswith("etfs/VOO/changes.atom")
    opened.tell()


def test_names_in_changes_never_become_markup(serve: Serve, tab: Open) -> None:
    opened = tab()
    page = opened.open(f"{serve(two_dates())}etf/VOO")
    opened.see_all()

    expect(page.locator("#changes")).to_contain_text(HOSTILE)
    assert page.locator("main img, main script").count() == 0
    opened.tell()


def test_attribution_says_what_is_not_covered_and_that_it_has_no_price_feed(serve: Serve, tab: Open) -> None:
    opened = tab()
    page = opened.open(f"{serve(two_dates())}etf/VOO")
    part = page.locator("#attribution")

    expect(part).to_contain_text("no price feed is used")
    expect(part).to_contain_text("1 line has no known return")
    expect(part.locator("dl div").filter(has_text="Residual")).to_contain_text("\u2014")
    opened.tell()


def test_history_draws_both_ends_of_bounds(serve: Serve, tab: Open) -> None:
    sectors = [{"sector": "Energy", "weight_pct": {"low": 9.0, "high": 76.0}}]
    dates = [
        entry("2026-11-18", complete=False, top_10_pct={"low": 36.0, "high": 48.0}, sectors=sectors),
        entry("2026-11-17", top_10_pct=40.0, reasons={"hhi_points": "weight_missing"}),
    ]
    opened = tab()
    opened.page.route(
        "**/api/etfs/VOO/history", lambda route: route.fulfill(body=json.dumps(dates), content_type="application/json")
    )
    page = opened.open(f"{serve(two_dates())}etf/VOO")
    opened.see_all()
    part = page.locator("#history")

    expect(part.get_by_role("row").filter(has_text="2026-11-18").last).to_contain_text("36.00\u201348.00")
    expect(part.get_by_role("row").filter(has_text="Energy")).to_contain_text("9.00\u201376.00")
    expect(part.get_by_role("row").filter(has_text="2026-11-17").last).to_contain_text("has no weight")
    opened.tell()


def test_a_fund_with_one_date_has_nothing_to_compare(sample: str, tab: Open) -> None:
    opened = tab()
    page = opened.open(f"{sample}etf/GLD")

    expect(page.locator("#changes")).to_contain_text("nothing to compare yet")
    expect(page.locator("#attribution")).to_contain_text("needs two dates")
    opened.tell()


@pytest.mark.parametrize(("width", "scheme"), [(DESK, "light"), (PHONE, "dark")])
def test_the_parts_are_for_everybody(serve: Serve, tab: Open, width: int, scheme: str) -> None:
    opened = tab(width=width, scheme=scheme)
    page = opened.open(f"{serve(two_dates())}etf/VOO")
    opened.see_all()

    assert opened.serious() == []
    assert page.evaluate("document.documentElement.scrollWidth") <= width
    opened.picture(f"changes-{width}-{scheme}")
    opened.tell()
