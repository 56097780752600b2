"""A fund over time: what was traded, what drove the return, and figures by date, with bounds as ranges."""

import json
from datetime import date, timedelta
from typing import Any

import pytest
from playwright.sync_api import Page, expect

from tests.browser.conftest import DESK, PHONE, Open, Serve, Tab
from tests.browser.lakes import HOSTILE, companies, put, two_dates
from tests.unit.change_cases import digest, partial, put_changes
from tests.unit.lake_cases import MemoryLake, publish, row, stored_fund


def entry(day: str, **figures: Any) -> dict[str, Any]:
    known = {
        "rows": 3,
        "weight_pct": 99.0,
        "last_price": 10.0,
        "complete": True,
        "fetched_at": f"{day}T22:30:00Z",
        "source": "schwab",
    }
    empty = dict.fromkeys(("top_10_pct", "hhi_points", "largest", "sectors", "added_count", "removed_count"))
    return {"holdings_as_of": day, **known, **empty, "reasons": {}, **figures}


def answered(opened: Tab, part: str, body: Any) -> None:
    """Have the API answer this to a question about VOO."""
    opened.page.route(
        f"**/api/etfs/VOO/{part}*",
        lambda route: route.fulfill(body=json.dumps(body), content_type="application/json"),
    )


def three_dates() -> MemoryLake:
    """A fund that bought NEWC on its second date and sold it on its third."""
    lake = MemoryLake()
    days = {
        "2026-11-16": companies(20, 18, 16, 14, 12),
        "2026-11-17": [*companies(20, 18, 16, 14), row("NEWC", "New Corp", 9.0)],
    }
    for day, lines in days.items():
        publish(lake, stored_fund("VOO", lines, day=day), source="schwab")
    return put(lake, [stored_fund("VOO", companies(20, 18, 16, 14, 12))])


def line(symbol: str, **figures: Any) -> dict[str, Any]:
    names = ("shares_from", "shares_to", "weight_from_pct", "weight_to_pct", "price_from_usd", "price_to_usd")
    traded = ("traded_shares", "traded_usd", "drift_pct", "trade_pct")
    return {"symbol": symbol, "name": f"{symbol} Corp", **dict.fromkeys((*names, *traded)), **figures}


def changed(**parts: Any) -> dict[str, Any]:
    kinds = ("added", "removed", "increased", "decreased", "entered_the_list", "left_the_list", "undetermined")
    whole = {
        "symbol": "VOO",
        "from": "2026-11-17",
        "to": "2026-11-18",
        "lag_days": 1,
        "complete": True,
        "flow": {"factor": 1.0, "baskets": [], "reason": None},
        "turnover_pct": 0.5,
        "unchanged_count": 4,
        "splits": [],
        "renamed": [],
        "doubts": [],
        "flaws": {},
        "reasons": {},
    }
    return {**whole, **{kind: [] for kind in kinds}, **parts}


class TestWhatWasTraded:
    def test_it_stands_with_reasons_and_a_feed(self, serve: Serve, tab: Open) -> None:
        opened = tab()
        page = opened.open(f"{serve(two_dates())}etf/VOO")
        part = page.locator("#changes")

        expect(part).to_contain_text("From 2026-11-17 to 2026-11-18")
        expect(part.locator(".data").get_by_role("row").filter(has_text="NEWC")).to_contain_text("+9.00")
        expect(part.locator(".data").get_by_role("row").filter(has_text="AAPL")).to_contain_text("Cannot be told")
        expect(part).to_contain_text("cannot be told: too few lines moved by one factor")
        turnover = part.locator("dl div").filter(has_text="Turnover")
        expect(turnover).to_contain_text("\u2014")  # not 0
        assert (part.get_by_role("link", name="Atom").get_attribute("href") or "").endswith("etfs/VOO/changes.atom")
        opened.tell()

    def test_names_never_become_markup(self, serve: Serve, tab: Open) -> None:
        opened = tab()
        page = opened.open(f"{serve(two_dates())}etf/VOO")
        opened.see_all()

        expect(page.locator("#changes")).to_contain_text(HOSTILE)
        assert page.locator("main img, main script").count() == 0
        for chart in page.locator("#changes .canvas, #attribution .canvas, #history .canvas").all():
            chart.hover()
        opened.tell()

    def test_two_dates_are_chosen_and_stand_in_the_address(self, serve: Serve, tab: Open) -> None:
        opened = tab()
        page = opened.open(f"{serve(three_dates())}etf/VOO")
        part = page.locator("#changes")
        expect(part).to_contain_text("From 2026-11-17 to 2026-11-18")
        assert part.get_by_label("From").input_value() == "2026-11-17"
        part.get_by_label("From").select_option("2026-11-16")
        part.get_by_label("to", exact=True).select_option("2026-11-17")
        part.get_by_role("button", name="Compare").click()

        expect(part).to_contain_text("From 2026-11-16 to 2026-11-17")
        expect(page.locator("#attribution")).to_contain_text("From 2026-11-16 to 2026-11-17")
        expect(part.locator(".data").get_by_role("row").filter(has_text="NEWC")).to_contain_text("Added")
        assert page.url.endswith("?from=2026-11-16&to=2026-11-17")
        for section in ("changes", "attribution"):
            href = page.locator(f"#{section}").get_by_role("link", name="CSV").get_attribute("href") or ""
            assert href.endswith(f"etfs/VOO/{section}?from=2026-11-16&to=2026-11-17&format=csv")
        page.go_back()
        opened.settle()
        expect(part).to_contain_text("From 2026-11-17 to 2026-11-18")
        opened.tell()

    def test_an_older_view_compares_its_date_with_the_one_before(self, serve: Serve, tab: Open) -> None:
        opened = tab()
        page = opened.open(f"{serve(three_dates())}etf/VOO?as_of=2026-11-17")

        expect(page.locator("#changes")).to_contain_text("From 2026-11-16 to 2026-11-17")
        assert page.locator("#changes").get_by_label("to", exact=True).input_value() == "2026-11-17"
        opened.tell()

    @pytest.mark.parametrize(
        ("dates", "says"),
        [
            ("from=2026-11-18&to=2026-11-17", "2026-11-18"),
            ("from=2026-11-01&to=2026-11-18", "2026-11-16"),
            ("from=never&to=2026-11-18", "never"),
        ],
        ids=["from after to", "not stored", "no date"],
    )
    def test_dates_that_cannot_be_compared_say_what_to_do(self, serve: Serve, tab: Open, dates: str, says: str) -> None:
        opened = tab()
        page = opened.open(f"{serve(three_dates())}etf/VOO?{dates}")
        part = page.locator("#changes")

        expect(part.locator(".notice")).to_contain_text(says)
        expect(part.locator(".notice")).to_contain_text("Choose other dates above")
        part.get_by_label("From").select_option("2026-11-16")
        part.get_by_label("to", exact=True).select_option("2026-11-18")
        part.get_by_role("button", name="Compare").click()
        expect(part).to_contain_text("From 2026-11-16 to 2026-11-18")
        opened.tell(but="40[04]")

    def test_lines_of_partial_lists_are_not_called_bought_or_sold(self, serve: Serve, tab: Open) -> None:
        lake = MemoryLake()
        before = stored_fund("VOO", companies(20, 18, 16), day="2026-11-17", reported=50)
        publish(lake, before, source="schwab")
        after = stored_fund("VOO", [*companies(20, 18), row("NEWC", "New Corp", 9.0)], reported=50)
        opened = tab()
        page = opened.open(f"{serve(put(lake, [after]))}etf/VOO")
        part = page.locator("#changes")

        expect(part.locator(".data").get_by_role("row").filter(has_text="NEWC")).to_contain_text("Entered the list")
        expect(part).to_contain_text("the fund may have held them before")
        expect(part).to_contain_text("the fund may still hold them")
        expect(part.locator("dl div").filter(has_text="Added")).to_contain_text("\u2014")
        opened.tell()

    def test_flow_splits_and_ranges_are_told_in_words(self, serve: Serve, tab: Open) -> None:
        rows = [{"factor": 0.99, "lines": 3, "lines_pct": 60.0}, {"factor": 1.02, "lines": 2, "lines_pct": 40.0}]
        more = line(
            "AAA",
            traded_shares=10.0,
            traded_usd=1e6,
            trade_pct=0.00002,
            drift_pct=-0.000004,
            traded_shares_range={"low": 5, "high": 10},
        )
        none = line("BBB", reasons={"traded_shares": "baskets_disagree"})
        body = changed(
            flow={"factor": 0.99, "baskets": rows, "reason": None},
            increased=[more],
            undetermined=[none],
            splits=[{"symbol": "CCC", "name": None, "ratio": 4.0}],
            renamed=[{"symbol_from": "OLD", "symbol_to": "NEW", "name": "New Corp"}],
        )
        opened = tab()
        answered(opened, "changes", body)
        page = opened.open(f"{serve(two_dates())}etf/VOO")
        opened.see_all()
        part = page.locator("#changes")

        expect(part.locator("dl")).to_contain_text("2 baskets")
        expect(part.get_by_role("region", name="Baskets").get_by_role("row").nth(1)).to_contain_text("\u22121.00")
        expect(part).to_contain_text("CCC was split: 4 new for 1 old")
        expect(part).to_contain_text("OLD goes by NEW now")
        bought = part.locator(".data").get_by_role("row").filter(has_text="AAA")
        expect(bought).to_contain_text("shares traded are between +5 and +10")
        expect(bought).to_contain_text("+0.00002")  # not 0.00
        expect(part).to_contain_text("1 line cannot be told: the line was bought if it was in one basket")
        opened.tell()

    def test_creations_are_a_flow_and_no_trade(self, serve: Serve, tab: Open) -> None:
        opened = tab()
        basket = {"factor": 1.001, "lines": 5, "lines_pct": 100.0}
        answered(opened, "changes", changed(flow={"factor": 1.001, "baskets": [basket], "reason": None}))
        page = opened.open(f"{serve(two_dates())}etf/VOO")

        expect(page.locator("#changes dl")).to_contain_text("+0.10 up % of shares in each line, created")
        expect(page.locator("#changes")).to_contain_text("No line was bought, sold, added or removed")
        opened.tell()


class TestWhatDroveTheReturn:
    def test_it_says_what_is_not_covered_and_that_it_has_no_price_feed(self, serve: Serve, tab: Open) -> None:
        opened = tab()
        page = opened.open(f"{serve(two_dates())}etf/VOO")
        part = page.locator("#attribution")

        expect(part).to_contain_text("no price feed is used")
        expect(part).to_contain_text("1 line has no known return")
        expect(part.locator("dl div").filter(has_text="Residual")).to_contain_text("\u2014")
        opened.tell()

    def test_sectors_and_securities_are_drawn_with_tables_behind(self, serve: Serve, tab: Open) -> None:
        opened = tab()
        page = opened.open(f"{serve(two_dates())}etf/VOO")
        opened.see_all()
        charts = page.locator("#attribution figure.chart")

        assert charts.count() == 2
        for chart in charts.all():
            chart.locator("summary").click()
            assert chart.locator("tbody tr").count() > 0
        expect(charts.last.get_by_role("row").filter(has_text="AAPL")).to_be_visible()
        opened.tell()


def history_of(page: Page) -> tuple[Any, Any]:
    """The tables of the figures and of the sectors."""
    figures = page.locator("#history figure.chart")
    return figures.first, figures.last


class TestOverTime:
    def test_both_ends_of_bounds_are_shown_and_drawn(self, serve: Serve, tab: Open) -> None:
        sectors = [{"sector": "Energy", "weight_pct": {"low": 9.0, "high": 76.0}}]
        points = {"low": 400.0, "high": 2500.0}
        dates = [
            entry(
                "2026-11-18",
                complete=False,
                top_10_pct={"low": 36.0, "high": 48.0},
                hhi_points=points,
                sectors=sectors,
            ),
            entry("2026-11-17", top_10_pct=40.0, reasons={"hhi_points": "weight_missing"}),
        ]
        opened = tab()
        answered(opened, "history", dates)
        page = opened.open(f"{serve(two_dates())}etf/VOO")
        opened.see_all()
        figures, drawn = history_of(page)
        newest = figures.get_by_role("row").filter(has_text="2026-11-18")

        expect(newest).to_contain_text("36.00\u201348.00")
        expect(newest).to_contain_text("4.0\u201325.0")  # effective holdings: the ends change places
        expect(newest).to_contain_text("partial")
        expect(figures.get_by_role("row").filter(has_text="2026-11-17")).to_contain_text("has no weight")
        expect(figures).to_contain_text("A hatched bar is a range")
        expect(figures).to_contain_text("the line has a gap")
        drawn.locator("summary").click()
        expect(drawn.get_by_role("row").filter(has_text="2026-11-18")).to_contain_text("9.00\u201376.00")
        expect(drawn.get_by_role("row").filter(has_text="2026-11-18")).to_contain_text("91.00")  # not known
        expect(drawn.get_by_role("row").filter(has_text="2026-11-17")).to_contain_text("100.00")
        expect(drawn.locator(".legend")).to_contain_text("not known")
        opened.picture("history-bounds")
        opened.tell()

    def test_the_price_stands_on_the_day_of_the_fetch(self, serve: Serve, tab: Open) -> None:
        opened = tab()
        dates = [entry("2026-11-18", fetched_at=None), entry("2026-11-17", fetched_at="2026-11-19T22:30:00Z")]
        answered(opened, "history", dates)
        page = opened.open(f"{serve(two_dates())}etf/VOO")
        opened.see_all()
        figures, _ = history_of(page)

        expect(figures).to_contain_text("the price is that of the time of the fetch")
        expect(figures.get_by_role("row").filter(has_text="2026-11-17")).to_contain_text("2026-11-19 22:30:00 UTC")
        opened.tell()

    def test_dates_lead_to_their_holdings_and_files_have_them(self, serve: Serve, tab: Open) -> None:
        opened = tab()
        page = opened.open(f"{serve(three_dates())}etf/VOO")
        part = page.locator("#history")
        for name, ending in (("JSON", "history?limit=260"), ("CSV", "history?limit=260&format=csv")):
            assert (part.get_by_role("link", name=name).get_attribute("href") or "").endswith(ending)
        part.get_by_role("link", name="2026-11-16").click()

        page.get_by_text("These are the holdings of 2026-11-16").wait_for()
        assert page.url.endswith("etf/VOO?as_of=2026-11-16")
        opened.settle()
        opened.tell()

    def test_five_years_are_shown_when_they_are_asked_for(self, serve: Serve, tab: Open) -> None:
        opened = tab()
        first = date(2026, 11, 18)
        days = [(first - timedelta(days=back)).isoformat() for back in range(700)]
        every = [entry(day, top_10_pct=40.0, hhi_points=500.0) for day in days]
        asked: list[str] = []

        def answer(route: Any) -> None:
            asked.append(route.request.url)
            body = every[:260] if "limit=260" in route.request.url else every
            route.fulfill(body=json.dumps(body), content_type="application/json")

        opened.page.route("**/api/etfs/VOO/history*", answer)
        page = opened.open(f"{serve(two_dates())}etf/VOO")
        opened.see_all()
        page.get_by_role("link", name="Show all dates").click()

        page.get_by_text(f"{len(every)} dates").first.wait_for()
        opened.settle()
        assert page.locator("#history tbody tr").count() < 150  # only those in sight
        opened.see_all()
        opened.tell()

    def test_a_fund_with_one_date_has_nothing_to_compare(self, sample: str, tab: Open) -> None:
        opened = tab()
        page = opened.open(f"{sample}etf/GLD")

        expect(page.locator("#changes")).to_contain_text("nothing to compare yet")
        expect(page.locator("#attribution")).to_contain_text("needs two dates")
        expect(page.locator("#history")).to_contain_text("no course of time to draw yet")
        assert page.locator("#changes select").count() == 0
        opened.tell()


class TestFeeds:
    def test_readers_find_the_feed_of_the_view(self, serve: Serve, tab: Open) -> None:
        opened = tab()
        page = opened.open(f"{serve(two_dates())}etf/VOO")
        feeds = page.locator('link[rel="alternate"][type="application/atom+xml"]')

        found = feeds.evaluate_all("(links) => links.map((link) => new URL(link.href).pathname)")
        assert found == ["/api/changes.atom", "/api/etfs/VOO/changes.atom"]
        page.get_by_role("link", name="Status").click()
        page.get_by_role("heading", name="Status", exact=True).wait_for()
        opened.settle()
        assert feeds.count() == 1
        opened.tell()

    def test_the_funds_list_what_changed_lately(self, serve: Serve, tab: Open) -> None:
        lake = three_dates()
        put_changes(lake, "2026-11-17", [digest("VOO", "2026-11-17", "2026-11-16", name=HOSTILE)])
        put_changes(lake, "2026-11-18", [partial("VOO", "2026-11-18", "2026-11-17")])
        opened = tab(width=PHONE)
        page = opened.open(serve(lake))
        newest, before = (page.locator("#recent").get_by_role("row").nth(at) for at in (1, 2))

        expect(newest).to_contain_text("2026-11-18")
        expect(newest).to_contain_text("partial")
        expect(newest).to_contain_text("\u2014")  # not 0
        expect(newest).to_contain_text("some lines are not listed")
        expect(before).to_contain_text("2 added, 1 removed, 0.4 % traded")
        assert page.evaluate("document.documentElement.scrollWidth") <= PHONE
        opened.picture("funds-recent")
        before.get_by_role("link", name="VOO").click()
        page.wait_for_url("**/etf/VOO?from=2026-11-16&to=2026-11-17")
        opened.settle()
        expect(page.locator("#changes")).to_contain_text("From 2026-11-16 to 2026-11-17")
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
