"""Filings with the SEC: what rests on them, their lines, the list held against its filing, and what is missing."""

from playwright.sync_api import expect

from tests.browser.conftest import PHONE, Open, Serve, Tab
from tests.browser.lakes import HOSTILE, companies, filed_lake, put
from tests.browser.views import exported, oddities
from tests.unit.filing_snapshots import QUARTERS, filed_line, put_filing, put_filing_status, stored_filing
from tests.unit.lake_cases import MemoryLake, build, stored_fund

LINES = 20_000


def is_sound(opened: Tab) -> None:
    """Nothing odd, nothing that axe finds serious, and each link to an answer answers."""
    assert oddities(opened) == []
    assert opened.serious() == []
    links = exported(opened)
    assert [link for link in links if opened.page.request.get(link).status != 200] == []
    assert any("/filings" in link for link in links)


def asked(opened: Tab, part: str) -> list[str]:
    return [address for address in opened.addresses if "/api/" in address and part in address]


def test_a_fund_says_on_which_filing_its_figures_rest_and_opens_its_lines(serve: Serve, tab: Open) -> None:
    url = serve(filed_lake())
    opened = tab()
    page = opened.open(f"{url}etf/VTI")
    # Countries come with the analytics; nothing else is asked for before the reader comes near.
    assert asked(opened, "/filings") == asked(opened, "/reconcile") == []
    opened.see_all()
    countries = page.locator("#countries")
    expect(countries).to_contain_text("the filing of 2026-06-30, filed on 2026-08-28, 144 days old")
    expect(countries).to_contain_text("Up to 2.00 % of the fund is in securities that the filing does not name")
    expect(countries).to_contain_text("Maturities: \u2014 the filing has no line of debt that counts")
    for table in countries.locator("details").all():
        table.locator("summary").click()
    expect(countries.get_by_role("row", name="United States (US)")).to_contain_text("50.00\u201352.00")
    expect(countries.get_by_role("row", name="Japanese Yen (JPY)")).to_contain_text("18.00\u201320.00")
    expect(countries.get_by_role("row", name="not told")).to_contain_text("4.00\u20136.00")
    expect(countries.get_by_role("row", name="Level 3")).to_contain_text("4.00\u20136.00")

    rows = page.locator("#filings > .body > .data tbody tr")
    assert rows.locator("th a").all_inner_texts() == [*QUARTERS]
    expect(rows.locator("th").first).to_contain_text("partial")
    expect(rows.nth(1)).to_contain_text("2026-03+1.25")
    rows.nth(1).get_by_role("link").press("Enter")
    page.wait_for_url("**/etf/VTI?filing=2026-03-31")
    # The keyboard goes on with what it has opened.
    assert page.evaluate("document.activeElement.textContent") == "The filing of 2026-03-31"
    lines = page.get_by_role("region", name="Lines of the filing of VTI of 2026-03-31")
    expect(lines.get_by_role("row")).to_have_count(7)
    expect(lines).to_contain_text(HOSTILE)
    lines.get_by_role("button", name="Issuer").click()
    page.wait_for_url("**filing_sort=name**")
    is_sound(opened)
    opened.picture("filings-fund")
    page.go_back()
    page.wait_for_url("**/etf/VTI?filing=2026-03-31")
    opened.settle()
    expect(lines.locator("tbody th").first).to_have_text("Microsoft Corp")
    page.go_back()
    page.wait_for_url("**/etf/VTI")
    opened.settle()
    expect(page.locator("#filings")).to_contain_text("3 filings")
    assert page.locator(".opened *").count() == 0
    page.goto(f"{url}etf/VTI?filing=2025-12-31&filing_filter=exxon")
    opened.settle()
    expect(page.get_by_text("1 of 5 lines")).to_be_in_viewport()
    opened.tell()


def test_two_filings_are_chosen_and_compared(serve: Serve, tab: Open) -> None:
    opened = tab()
    page = opened.open(f"{serve(filed_lake())}etf/VTI")
    opened.see_all()
    filings = page.locator("#filings")
    form = page.get_by_role("form", name="Two filings of VTI")
    expect(form.get_by_label("From")).to_have_value(QUARTERS[1])
    assert asked(opened, "basis=filing") == []  # until two are chosen

    form.get_by_label("From").select_option(QUARTERS[2])
    form.get_by_role("button", name="Compare").click()
    page.wait_for_url(f"**filing_from={QUARTERS[2]}&filing_to={QUARTERS[0]}**")
    expect(filings).to_contain_text(f"From {QUARTERS[2]} to {QUARTERS[0]}")
    expect(filings.get_by_role("heading", name="What it bought and sold between the two filings")).to_be_visible()
    expect(filings.get_by_role("heading", name="What drove the return between the two filings")).to_be_visible()
    expect(filings).to_contain_text("Weight with a known return")
    is_sound(opened)
    opened.picture("filings-compared")

    page.go_back()
    expect(filings.get_by_role("heading", name="What drove the return between the two filings")).to_have_count(0)
    opened.tell()


def test_the_list_is_held_against_its_filing(serve: Serve, tab: Open) -> None:
    opened = tab(width=PHONE, scheme="dark")
    page = opened.open(f"{serve(filed_lake())}etf/VOO")
    opened.see_all()
    part = page.locator("#reconcile")
    expect(part).to_contain_text("The list of 2026-11-18, 9 lines, complete beside the filing of 2026-06-30")
    for term, value in (
        ("Days apart", "141"),
        ("Securities in both", "6"),
        ("Their weight in the list, %", "90.00"),
        ("Creations and redemptions since", "+100.00 up % of shares in each line, from 6 lines"),
        ("Other numbers of shares than expected", "1"),
        ("Only in the list", "1"),
        ("Only in the filing", "1"),
        ("Not certain", "3"),
    ):
        fact = part.locator("dl.facts > div").filter(has=page.get_by_text(term, exact=True))
        expect(fact.locator("dd")).to_have_text(value)
    expect(part.get_by_role("region", name="Securities whose number of shares")).to_contain_text("\u221233.33")
    expect(part.get_by_role("region", name="Only in the filing")).to_contain_text("Zephyr Tools Inc")
    expect(part.get_by_role("region", name="Not certain")).to_contain_text("several lines have the name")
    is_sound(opened)
    opened.picture("filings-reconcile")
    page.goto(f"{page.url.removesuffix('VOO')}VTI")
    opened.settle()
    opened.see_all()
    # Where figures are not known, the reason stands beside them.
    expect(part).to_contain_text("only in the list, because the fund holds miscellaneous securities")
    opened.tell()


def test_a_fund_without_a_list_shows_its_filing_that_nobody_verified(serve: Serve, tab: Open) -> None:
    opened = tab(width=PHONE)
    page = opened.open(f"{serve(filed_lake())}etf/ONLY")
    opened.see_all()
    main = page.locator("main")
    expect(main).to_contain_text("There is no list of ONLY from the portal")
    expect(main).to_contain_text("The filing was taken by hand from a file")
    page.get_by_text("Table: Bonds by years to maturity").click()
    expect(page.get_by_role("row", name="3 to 5 years")).to_contain_text("30.00")
    expect(page.locator("#filings tbody th")).to_contain_text("unverified")
    page.locator("#filings tbody th a").click()
    expect(main).to_contain_text("nobody checked that it is of this fund: compare")
    expect(main).to_contain_text("It is not known when it was filed")
    assert page.locator("#sample").is_visible()
    is_sound(opened)
    opened.picture("filings-only")
    opened.tell(but="404")  # of the list


def test_twenty_thousand_lines_scroll(serve: Serve, tab: Open) -> None:
    lake = put(MemoryLake(), [stored_fund("ALL", companies(20, 18))])
    put_filing(lake, stored_filing("ALL", [filed_line(f"Line {at:05d} Corp", 0.005) for at in range(LINES)]))
    build(lake)
    opened = tab()
    page = opened.open(f"{serve(lake)}etf/ALL?filing=2026-06-30")
    region = page.get_by_role("region", name="Lines of the filing")
    rows = region.locator("tbody tr[aria-rowindex]")

    assert region.get_by_role("table").get_attribute("aria-rowcount") == str(LINES + 1)
    assert rows.count() < 100
    region.focus()
    page.keyboard.press("End")
    region.locator(f"tbody tr[aria-rowindex='{LINES + 1}']").wait_for()
    assert rows.count() < 100
    page.locator("#filings").get_by_label("Filter").fill("line 12345")
    page.get_by_text(f"1 of {LINES:,} lines").wait_for()
    expect(rows).to_contain_text("Line 12345 Corp")
    page.wait_for_url("**filing_filter=line+12345**")
    opened.tell()


def test_without_a_filing_it_says_why_and_what_to_do(serve: Serve, tab: Open) -> None:
    lake = filed_lake("schwab")
    opened = tab()
    page = opened.open(f"{serve(lake)}etf/GLD")
    opened.see_all()
    expect(page.locator("#countries")).to_contain_text("Not known: there is no filing of the fund on Form N-PORT")
    expect(page.locator("#filings")).to_contain_text(f"GLD files no N-PORT: {HOSTILE}")
    expect(page.locator("#reconcile")).to_contain_text("There is no filing to compare the list with")
    assert asked(opened, "/reconcile") == []  # it would be a 404
    is_sound(opened)

    page.goto(page.url.replace("GLD", "VTI?filing=2019-01-01"))
    opened.settle()
    expect(page.locator("#filings")).to_contain_text("write the line `contact: you@example.com`")
    expect(page.locator(".opened")).to_contain_text("nearest: 2025-12-31")
    opened.tell(but="404")


def test_a_portfolio_says_how_much_of_it_filings_cover(serve: Serve, tab: Open) -> None:
    opened = tab(width=PHONE)
    page = opened.open(f"{serve(filed_lake())}portfolio#positions=VTI:30,VOO:30,GLD:40&unit=percent")
    opened.see_all()
    part = page.locator("section").filter(has=page.get_by_role("heading", name="Countries, currencies and liquidity"))
    expect(part).to_contain_text("cover 60.00 % of the portfolio")
    expect(part).to_contain_text("Maturities: \u2014 the filing has no line of debt that counts")
    part.get_by_text("Table: Countries").click()
    # 30 % x 18 %, and at most all of GLD (103 % of 40 %) and what VTI leaves out (2 % of 30 %).
    expect(part.get_by_role("row", name="Japan (JP)")).to_contain_text("5.40\u201347.20")
    named = part.get_by_role("region", name="The filings that this rests on")
    assert named.locator("tbody th").all_inner_texts() == ["VTI", "VOO"]
    expect(named).to_contain_text("0001752724-26-063000")
    assert oddities(opened) == []
    assert opened.serious() == []
    opened.picture("filings-portfolio")
    opened.tell()


def test_the_status_tells_age_failure_and_the_line_to_write(serve: Serve, tab: Open) -> None:
    lake = filed_lake("schwab")
    put_filing_status(lake, "VOO", "failed", error={"code": "sec_busy", "message": f"the SEC asks to wait {HOSTILE}"})
    opened = tab(width=PHONE, scheme="dark")
    url = serve(lake)
    page = opened.open(f"{url}status")
    part = page.locator("#filings")
    expect(part.locator("pre")).to_have_text("contact: you@example.com")
    expect(part.locator(".notice.bad")).to_contain_text(f"VOO: the SEC asks to wait {HOSTILE}")
    row = part.locator("tbody tr")
    expect(row.filter(has_text="VTI")).to_contain_text("144")
    expect(row.filter(has_text="GLD")).to_contain_text("files none")
    part.get_by_role("button", name="Age, days").press("Enter")
    page.wait_for_url("**filings_sort=-age")
    assert oddities(opened) == []
    assert opened.serious() == []
    opened.picture("filings-status")
    row.filter(has_text="VTI").get_by_role("link").click()
    page.wait_for_url("**/etf/VTI?filing=2026-06-30")
    opened.settle()
    opened.tell()
