"""Factors and substitutes of a fund; factors, doubling and drift of a portfolio."""

from playwright.sync_api import expect

from tests.browser.conftest import PHONE, Open, Serve
from tests.browser.lakes import companies, factor_lake, put
from tests.unit.lake_cases import MemoryLake, publish, row, stored_fund


def test_a_fund_shows_its_tilts_with_ranges_and_its_substitutes_with_limits_in_the_address(
    serve: Serve, tab: Open
) -> None:
    opened = tab(width=PHONE, scheme="dark")
    page = opened.open(f"{serve(factor_lake())}etf/VOO")
    opened.see_all()
    factors, substitutes = page.locator("#factors"), page.locator("#substitutes")

    rows = factors.get_by_role("region", name="Weight in the securities of each reference fund")
    value = rows.get_by_role("row", name="Value").inner_text()
    assert "46.00" in value
    assert "\u22122.00" in value
    # VUG lists two lines of nine: up to 62 % more of VOO, and 72 % more of VTI, may be in what it does not list.
    assert "\u221258.00 to +76.00" in rows.get_by_role("row", name="Growth").inner_text()
    assert "Low volatility: the reference fund has no snapshot yet" in factors.inner_text()
    assert "a factor is what its reference fund holds, and nothing else" in factors.inner_text().lower()
    assert "\u221258.00 to +76.00" in (factors.get_by_role("img").get_attribute("aria-label") or "")
    drawn = factors.locator(".canvas").evaluate(
        """(canvas) => {
          const model = echarts.getInstanceByDom(canvas).getModel();
          const [solid, open] = [0, 1].map((at) => model.getSeriesByIndex(at).getData());
          return Array.from({ length: solid.count() }, (_, at) => {
            const value = (data) => data.get(data.getCalculationInfo("stackResultDimension"), at);
            return [value(solid), value(open)].sort((a, b) => a - b).map((end) => Math.round(end * 100) / 100);
          });
        }"""
    )
    assert drawn == [[-2, -2], [-58, 76]]

    cheaper = substitutes.get_by_role("region", name="Cheaper, and nearly the same lines")
    assert cheaper.get_by_role("row", name="SAME").inner_text().split("\t")[2:5] == ["100.00", "0.10", "+0.40"]
    assert cheaper.get_by_role("row", name="VTI").count() == 1
    substitutes.get_by_label("Cheaper: overlap at least, %").fill("90")
    substitutes.get_by_role("button", name="Find").click()
    expect(cheaper.get_by_role("row", name="VTI")).to_have_count(0)
    assert page.url.endswith("etf/VOO?min_overlap_pct=90")
    assert "min_overlap_pct=90" in (substitutes.get_by_role("link", name="CSV").get_attribute("href") or "")
    substitutes.get_by_label("Cost at most, % a year").fill("-1")
    substitutes.get_by_role("button", name="Find").click()
    expect(substitutes.locator(".notice.warn")).to_contain_text("max_expense_pct")
    assert page.locator("main img, main script").count() == 0
    assert opened.serious() == []
    assert page.evaluate("document.documentElement.scrollWidth") <= PHONE
    opened.tell(but="400")


def test_a_portfolio_shows_its_factors_and_the_funds_that_double(serve: Serve, tab: Open) -> None:
    opened = tab()
    page = opened.open(f"{serve(factor_lake())}portfolio#positions=VOO:60,SAME:20,VTV:20&unit=percent")
    opened.see_all()

    rows = page.get_by_role("region", name="Weight in the securities of each reference fund")
    # What VTV lists is 46 % of each of them.
    assert "\t46.00\t48.00\t\u22122.00\t" in rows.get_by_role("row", name="Value").inner_text()
    assert page.get_by_role("link", name="VOO and SAME").is_visible()
    without = page.get_by_role("region", name="The portfolio without either one").get_by_role("row", name="SAME")
    assert "MSFT" in without.inner_text()
    assert page.locator("dl.facts div", has_text="Held through both").inner_text().endswith("20.00")
    assert page.locator("main img, main script").count() == 0
    assert opened.serious() == []
    opened.tell()


def closing_lake() -> MemoryLake:
    """Two funds with closing quotes of two dates: UP rose from 100 to 125, FLAT stayed."""
    lake = MemoryLake()
    newest = []
    for symbol, last, lines in (("UP", 125.0, companies(60, 40)), ("FLAT", 100.0, [row("KO", "Coca-Cola Co", 100.0)])):
        for day, price in (("2026-11-17", 100.0), ("2026-11-18", last)):
            snapshot = stored_fund(symbol, lines, day=day)
            snapshot["summary"] |= {"last_price": price, "session": "close", "as_of": f"{day} 16:00:00"}
            publish(lake, snapshot, source="schwab")
        newest.append(snapshot)
    return put(lake, newest)


def test_the_drift_since_a_date_is_told_and_the_date_alone_stands_in_the_address(serve: Serve, tab: Open) -> None:
    opened = tab(width=PHONE)
    page = opened.open(f"{serve(closing_lake())}portfolio#positions=UP:50,FLAT:50&unit=percent")
    part = page.locator("#portfolio-drift")
    part.get_by_label("Since", exact=True).fill("2026-11-17")
    part.get_by_role("button", name="Show the drift").click()

    up = part.get_by_role("region", name="The positions, and how their weights drifted").get_by_role("row", name="UP")
    expect(up).to_contain_text("+5.56")
    assert up.inner_text().split()[4:9] == ["ETF", "50.00", "55.56", "+5.56", "+25.00"]
    security = part.locator(".data").get_by_role("row").filter(has_text="KO")
    assert security.inner_text().split("\t")[2:] == ["50.00", "44.44", "\u22125.56"]
    assert "since=2026-11-17" in page.url
    assert "UP" not in page.url.partition("#")[0]
    with page.expect_download() as caught:
        part.get_by_role("button", name="Save drift as CSV").click()
    assert "UP" in caught.value.path().read_text("utf-8-sig")
    part.get_by_label("Since", exact=True).fill("yesterday")
    part.get_by_role("button", name="Show the drift").click()
    expect(part.locator(".notice")).to_contain_text("Choose another date above")
    assert opened.serious() == []
    assert page.evaluate("document.documentElement.scrollWidth") <= PHONE
    opened.tell(but="40[04]")
