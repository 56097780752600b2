"""`/portfolio`: entering, pasting, what is shown, and that nothing typed is stored or stands in an address."""

import json
from collections.abc import Iterator
from pathlib import Path
from typing import Any
from urllib.parse import unquote

import pytest
from playwright.sync_api import Browser, Page, expect

import api.site.page
from tests.browser.conftest import DESK, PHONE, Open, Serve, Tab
from tests.browser.lakes import HOSTILE, companies, handler, partial_lake, put, sample_lake, stale_lake
from tests.browser.test_shell import LOCK, TOKEN, staged
from tests.unit.lake_cases import MemoryLake, publish, row, stored_fund

TWO = "portfolio#positions=VTI:60,VOO:40&unit=percent"
MODULE = Path(api.site.page.__file__).parents[1] / "pages" / "view_portfolio_paste.js"


def enter(page: Page, *positions: tuple[str, str]) -> None:
    """Type these positions, from the first field on."""
    for at, (symbol, amount) in enumerate(positions):
        page.locator(f"#symbol-{at}").fill(symbol)
        page.locator(f"#amount-{at}").fill(amount)


def look_through(opened: Tab) -> None:
    opened.page.get_by_role("button", name="Look through").click()
    opened.page.get_by_role("heading", name="What it holds").wait_for()
    opened.settle()


def rows_of(page: Page) -> list[tuple[str, str]]:
    """The positions in the form."""
    symbols, amounts = page.locator("input.symbol").all(), page.locator("input.amount").all()
    return [(s.input_value(), a.input_value()) for s, a in zip(symbols, amounts, strict=True)]


def paste(page: Page, text: str) -> None:
    page.get_by_text("Paste from a spreadsheet").click()
    page.get_by_label("Two columns").fill(text)
    page.get_by_role("button", name="Read", exact=True).click()


@pytest.mark.parametrize(("width", "scheme"), [(DESK, "light"), (PHONE, "dark")])
def test_everybody_can_use_the_view_of_a_portfolio(sample: str, tab: Open, width: int, scheme: str) -> None:
    opened = tab(width=width, scheme=scheme)
    page = opened.open(sample + "portfolio")
    assert opened.serious() == []
    enter(page, ("VTI", "60"), ("VOO", "30"), ("NVDA", "10"))
    look_through(opened)
    opened.see_all()
    opened.picture(f"portfolio-{width}-{scheme}")

    assert page.title().startswith("Portfolio")
    assert page.locator("#sample").is_visible()
    assert page.evaluate("document.documentElement.scrollWidth") <= width
    for figure in page.locator("figure.chart").all():
        figure.locator("summary").click()
        assert figure.locator("tbody tr").count() > 0
    for heading in ("Sectors and asset classes", "Concentration", "What each fund does to it", "What it rests on"):
        assert page.get_by_role("heading", name=heading, exact=True).is_visible()
    nvidia = page.get_by_role("region", name="Securities, largest first").get_by_role("row", name="NVIDIA")
    assert "NVDA 10.00" in nvidia.inner_text()
    assert opened.serious() == []
    opened.tell()


def test_nothing_typed_is_stored_or_stands_in_an_address(sample: str, tab: Open) -> None:
    opened = tab()
    page = opened.open(sample + "portfolio")
    bodies: list[Any] = []
    page.on("request", lambda request: bodies.append(request.post_data_json) if request.method == "POST" else None)
    page.locator("#symbol-0").press_sequentially("ZZT")
    page.locator("#amount-0").press_sequentially("12.625")
    look_through(opened)
    with page.expect_download() as caught:
        page.get_by_role("button", name="Save as CSV").click()

    assert caught.value.suggested_filename == "portfolio.csv"
    assert "ZZT" in caught.value.path().read_text("utf-8-sig")
    assert bodies == [{"positions": [{"symbol": "ZZT", "proportion": 12.625}]}] * 3
    assert not [url for url in (*opened.addresses, page.url) if "ZZT" in url.upper() or "12.6" in url or "q=" in url]
    stored = page.evaluate("JSON.stringify([{...localStorage}, {...sessionStorage}, history.state, document.cookie])")
    assert "ZZT" not in stored
    assert page.evaluate("caches.keys()") == []
    page.reload()
    opened.settle()
    assert rows_of(page) == [("", "")] * 3
    opened.tell()


def dated_lake() -> MemoryLake:
    """A fund with three holdings dates that bought NEWC on its second."""
    lake = MemoryLake()
    publish(lake, stored_fund("VOO", companies(40, 30, 20), day="2026-11-16"), source="schwab")
    lines = [*companies(40, 30), row("NEWC", HOSTILE, 20.0)]
    publish(lake, stored_fund("VOO", lines, day="2026-11-17"), source="schwab")
    return put(lake, [stored_fund("VOO", [*companies(42, 28), row("NEWC", HOSTILE, 20.0)])])


class TestWhatChangedInIt:
    def test_it_is_told_for_the_two_newest_lists_first(self, serve: Serve, tab: Open) -> None:
        opened = tab()
        page = opened.open(f"{serve(dated_lake())}portfolio#positions=VOO:50,AAPL:50")
        part = page.locator("#portfolio-changes")

        first = part.locator(".data").get_by_role("row").filter(has_text="+1.00")
        expect(first).to_contain_text("Weighs more")
        compared = part.get_by_role("region", name="The lists that were compared").get_by_role("row", name="VOO")
        expect(compared).to_contain_text("2026-11-17")
        expect(compared).to_contain_text("2026-11-18")
        assert page.locator("main img, main script").count() == 0
        opened.tell()

    def test_dates_stand_in_the_address_and_in_a_link_and_positions_do_not(self, serve: Serve, tab: Open) -> None:
        opened = tab()
        page = opened.open(f"{serve(dated_lake())}portfolio")
        enter(page, ("VOO", "100"))
        look_through(opened)
        part = page.locator("#portfolio-changes")
        part.get_by_label("From").fill("2026-11-16")
        part.get_by_label("to", exact=True).fill("2026-11-17")
        part.get_by_role("button", name="Compare").click()

        expect(part.locator(".data").get_by_role("row").filter(has_text="NEWC")).to_contain_text("Added")
        assert page.url.endswith("portfolio?from=2026-11-16&to=2026-11-17")
        with page.expect_download() as caught:
            part.get_by_role("button", name="Save changes as CSV").click()
        assert "NEWC" in caught.value.path().read_text("utf-8-sig")
        assert not [url for url in opened.addresses if "VOO" in url]
        page.get_by_role("button", name="Make a link").click()
        assert "?from=2026-11-16&to=2026-11-17#positions=VOO:100" in unquote(page.url)
        opened.tell()

    @pytest.mark.parametrize(("start", "says"), [("never", "never"), ("2026-11-01", "2026-11-16")])
    def test_dates_that_cannot_be_say_what_to_do(self, serve: Serve, tab: Open, start: str, says: str) -> None:
        opened = tab()
        page = opened.open(f"{serve(dated_lake())}portfolio?from={start}#positions=VOO:100")
        part = page.locator("#portfolio-changes")

        expect(part.locator(".notice")).to_contain_text(says)
        expect(part.locator(".notice")).to_contain_text("Choose other dates above")
        expect(page.get_by_role("heading", name="What it holds")).to_be_visible()
        opened.tell(but="40[04]")

    def test_partial_lists_have_ranges_and_say_so(self, serve: Serve, tab: Open) -> None:
        lake = MemoryLake()
        publish(lake, stored_fund("CUT", companies(9, 8, 7), day="2026-11-17", reported=50), source="schwab")
        opened = tab()
        page = opened.open(
            f"{serve(put(lake, [stored_fund('CUT', companies(9, 8), reported=50)]))}portfolio#positions=CUT:100"
        )
        part = page.locator("#portfolio-changes")

        expect(part).to_contain_text("A list is partial")
        expect(part.locator("dl div").filter(has_text="Added")).to_contain_text("\u2014")
        opened.tell()


def test_percentages_are_saved_without_usd(sample: str, tab: Open) -> None:
    opened = tab()
    page = opened.open(sample + TWO)
    with page.expect_download() as caught:
        page.get_by_role("button", name="Save as JSON").click()
    saved = json.loads(caught.value.path().read_text())

    assert saved["positions"][0]["value_usd"] is None
    assert page.get_by_text("USD a year").count() == 0
    opened.tell()


def test_amounts_in_usd_have_values(sample: str, tab: Open) -> None:
    opened = tab()
    page = opened.open(sample + "portfolio")
    page.get_by_label("USD", exact=True).check()
    enter(page, ("vti", "$60,000"), ("NVDA", "20,000.00"))
    expect(page.get_by_text("Total: 80,000.00 USD")).to_be_visible()
    look_through(opened)

    assert "60,000.00" in page.get_by_role("region", name="The positions").get_by_role("row", name="VTI").inner_text()
    assert page.get_by_text("Cost, USD a year").is_visible()
    opened.tell()


def test_symbols_are_completed_without_asking_for_what_is_typed(sample: str, tab: Open) -> None:
    opened = tab()
    page = opened.open(sample + "portfolio")
    field = page.locator("#symbol-0")
    field.focus()
    expect(page.locator("datalist option[value=VTI]")).to_have_count(1)
    field.press_sequentially("nvidia")
    expect(page.locator("datalist option")).to_have_count(1)
    assert page.locator("datalist option").get_attribute("value") == "NVDA"
    field.fill("NVDA")

    expect(page.locator("#name-0")).to_have_text("NVIDIA Corp")
    assert not [url for url in opened.addresses if "nvidia" in url.lower()]
    opened.tell()


def test_back_finds_what_was_entered_and_a_change_marks_old_figures(sample: str, tab: Open) -> None:
    opened = tab()
    page = opened.open(sample + "portfolio")
    enter(page, ("VTI", "60"), ("VOO", "40"))
    look_through(opened)
    page.get_by_role("region", name="The positions").get_by_role("link", name="VOO").click()
    page.wait_for_url("**/etf/VOO")
    opened.settle()
    page.go_back()
    page.get_by_role("heading", name="What it holds").wait_for()
    assert rows_of(page)[:2] == [("VTI", "60"), ("VOO", "40")]

    page.locator("#amount-1").fill("30")
    assert page.get_by_text("The figures below are of the positions before your change").is_visible()
    assert page.get_by_text("Total: 90.00 %. Weights are computed as parts of this total.").is_visible()
    assert opened.serious() == []
    look_through(opened)
    assert page.get_by_text("The figures below are of the positions before").count() == 0
    assert page.get_by_text("all weights are parts of this total").is_visible()
    opened.tell()


def test_a_link_is_made_only_if_asked_for_and_no_server_sees_it(sample: str, tab: Open) -> None:
    opened = tab()
    page = opened.open(sample + "portfolio")
    page.get_by_label("USD", exact=True).check()
    enter(page, ("VTI", "1,500.5"), ("BRK.B", "20"))
    assert "VTI" not in page.url
    page.get_by_role("button", name="Make a link").click()
    link = page.get_by_label("Link", exact=True).input_value()
    assert link == page.url
    assert unquote(link).endswith("portfolio#positions=VTI:1500.5,BRK.B:20&unit=usd")

    other = tab()
    other.open(link)
    assert rows_of(other.page) == [("VTI", "1500.5"), ("BRK.B", "20")]
    assert not [url for url in other.addresses if "VTI" in url.partition("#")[0]]
    page.locator("#amount-1").fill("25")
    expect(page).to_have_url(f"{sample}portfolio")
    assert page.get_by_label("Link", exact=True).count() == 0
    opened.tell()
    other.tell(but="404")  # nothing here lists BRK.B, which the view says
    assert other.page.get_by_text("BRK.B: neither an ETF here").is_visible()


def test_a_second_link_in_the_same_tab_takes_the_place_of_the_first(sample: str, tab: Open) -> None:
    opened = tab()
    page = opened.open(sample + TWO)
    page.goto(f"{sample}portfolio#positions=GLD:100&unit=percent")
    page.get_by_role("region", name="The positions").get_by_role("link", name="GLD").wait_for()
    assert rows_of(page) == [("GLD", "100")]
    page.go_back()
    page.get_by_role("region", name="The positions").get_by_role("link", name="VOO").wait_for()
    assert rows_of(page) == [("VTI", "60"), ("VOO", "40")]
    with page.expect_request("**/api/portfolio?by=issuer"):
        page.get_by_label("Share classes").select_option("issuer")
    expect(page).to_have_url(f"{sample}portfolio?by=issuer")
    assert page.get_by_text("before your change").count() == 0
    opened.tell()


@pytest.mark.parametrize(
    "address",
    [
        "portfolio#positions=VTI",
        "portfolio#positions=:::,,",
        "portfolio#positions=VTI:x&unit=gold",
        "portfolio?positions=%3Cb%3E:60",
        "portfolio#positions=%E0%A4%A",
    ],
)
def test_a_wrong_link_says_what_to_correct(sample: str, tab: Open, address: str) -> None:
    opened = tab()
    page = opened.open(sample + address)

    assert (
        page.get_by_role("alert")
        .get_by_text("Correct this first")
        .or_(page.get_by_text("is not a symbol"))
        .is_visible()
    )
    assert page.locator("main b").count() == 0
    opened.tell(but="400")


@pytest.mark.parametrize(
    ("position", "says", "field"),
    [
        (("VTI", ""), "Give the amount in per cent.", "amount"),
        (("", "60"), "Give a symbol, such as VTI.", "symbol"),
        (("VTI", "12,5"), "12,5 is ambiguous: write 12.5 or 125.", "amount"),
        (("VTI", "33,333"), "33,333 is ambiguous: write 33.333 or 33333.", "amount"),
        (("VTI", "-5"), "leave short positions out", "amount"),
        (("VTI", "(5)"), "leave short positions out", "amount"),
        (("VTI", "0"), "give an amount above 0", "amount"),
        (("VTI", "sixty"), "write it in digits", "amount"),
        (("VTI", "$60"), "is in USD, and the positions are in per cent", "amount"),
        (("VTI", "\u20ac60"), "is not in USD: convert it to USD first", "amount"),
        (("VTI", "6E+04"), "write it in digits", "amount"),
        (("VTI", "1e999"), "write it in digits", "amount"),
    ],
)
def test_a_wrong_position_says_what_to_correct(
    sample: str, tab: Open, position: tuple[str, str], says: str, field: str
) -> None:
    opened = tab()
    page = opened.open(sample + "portfolio")
    enter(page, position)
    page.locator("#amount-0").press("Enter")

    assert says in page.locator("#error-0").inner_text()
    assert says in page.get_by_role("alert").inner_text()
    assert page.locator(f"#{field}-0").get_attribute("aria-invalid") == "true"
    assert page.evaluate("document.activeElement.id") == f"{field}-0"
    assert opened.serious() == []
    opened.tell()


@pytest.mark.parametrize("symbol", ["NOPE", "BAD SYM!", "<img src=x>", "CASH"])
def test_a_wrong_symbol_says_what_to_do(sample: str, tab: Open, symbol: str) -> None:
    opened = tab()
    page = opened.open(sample + "portfolio")
    enter(page, ("VTI", "60"), (symbol, "40"))
    page.get_by_role("button", name="Look through").click()
    page.get_by_role("button", name="Try again").wait_for()

    assert (
        page.get_by_text("neither an ETF here nor listed by one").or_(page.get_by_text("is not a symbol")).is_visible()
    )
    assert page.locator("main img").count() == 0
    opened.tell(but="400|404")


def test_no_position_at_all_says_what_to_enter(sample: str, tab: Open) -> None:
    opened = tab()
    page = opened.open(sample + "portfolio")
    page.get_by_role("button", name="Look through").click()

    assert page.get_by_text("Enter at least one position").is_visible()
    opened.tell()


def test_positions_are_added_removed_and_cleared_with_the_keyboard(sample: str, tab: Open) -> None:
    opened = tab()
    page = opened.open(sample + "portfolio")
    enter(page, ("VTI", "60"), ("VOO", "30"), ("GLD", "10"))
    page.get_by_role("button", name="Add a position").press("Enter")
    assert page.evaluate("document.activeElement.id") == "symbol-3"
    page.get_by_role("button", name="Remove position 2").press("Enter")
    assert rows_of(page) == [("VTI", "60"), ("GLD", "10"), ("", "")]
    assert page.evaluate("document.activeElement.id") == "symbol-1"
    look_through(opened)
    page.get_by_role("button", name="Clear all").press("Enter")
    assert rows_of(page) == [("", "")] * 3
    assert page.get_by_role("heading", name="What it holds").count() == 0
    opened.tell()


def test_partial_lists_have_ranges_and_say_so_beside_each(serve: Serve, tab: Open) -> None:
    opened = tab()
    page = opened.open(f"{serve(partial_lake())}portfolio#positions=VOO:60,CUT:20,NVDA:20")
    opened.see_all()
    opened.picture("portfolio-partial")
    top = page.locator("dl.facts div", has_text="Top 10, %").inner_text()

    assert "87.20\u201389.60" in top
    assert "partial" in top
    assert page.get_by_text("expense ratio").first.is_visible()
    assert page.get_by_text("for the 80.00 % of it whose cost is known").is_visible()
    changes = page.get_by_role("region", name="How the figures change without the fund")
    assert "\u221219.20 to \u221213.20" in changes.get_by_role("row", name="VOO").inner_text()
    # -0.0003611648 to -0.0004032132 of an index of 1 are rounded outwards.
    more = page.get_by_role("region", name="1 % of the portfolio more").get_by_role("row", name="VOO").inner_text()
    assert "\u22124.1 to \u22123.6" in more
    assert page.get_by_text("Ranges show the least and the most").is_visible()
    assert opened.serious() == []
    opened.tell()


def test_stale_stands_beside_the_figures(serve: Serve, tab: Open) -> None:
    opened = tab()
    page = opened.open(f"{serve(stale_lake())}portfolio#positions=AGED:60,VOO:40")

    assert "stale" in page.locator("dl.facts div", has_text="Top 10, %").inner_text()
    assert page.get_by_text("Stale: AGED").is_visible()
    assert "stale" in page.locator(".head", has_text="What it holds").inner_text()
    opened.tell()


def test_names_from_the_portal_never_become_markup(serve: Serve, tab: Open) -> None:
    lines = [row("NVDA", HOSTILE, 60.0), row("AAPL", HOSTILE, 40.0)]
    lake = put(MemoryLake(), [stored_fund("VTI", lines, name=HOSTILE), stored_fund("VOO", companies(9, 8))])
    opened = tab()
    page = opened.open(f"{serve(lake)}portfolio#positions=VTI:60")
    page.locator("#symbol-0").focus()
    opened.see_all()

    assert page.locator("main img, main script, main b").count() == 0
    assert page.get_by_role("cell", name=HOSTILE).first.is_visible()
    for chart in page.locator("figure.chart .canvas").all():
        chart.hover()
    opened.tell()


def test_one_fund_alone_has_no_figures_without_it(serve: Serve, tab: Open) -> None:
    opened = tab()
    page = opened.open(f"{serve(put(MemoryLake(), [stored_fund('VOO', companies(60, 40))]))}portfolio#positions=VOO:5")
    opened.see_all()
    cells = page.get_by_role("region", name="without the fund").get_by_role("row", name="VOO").locator("td")

    assert cells.last.inner_text().startswith("\u2014")
    assert opened.serious() == []
    opened.tell()


def test_without_any_fund_the_view_says_so(serve: Serve, tab: Open) -> None:
    opened = tab()
    page = opened.open(serve(put(MemoryLake(), [])) + "portfolio")
    page.locator("#symbol-0").focus()
    enter(page, ("VTI", "60"))
    page.get_by_role("button", name="Look through").click()

    page.get_by_text("neither an ETF here nor listed by one").wait_for()
    opened.tell(but="404")


def test_an_api_that_does_not_answer_can_be_tried_again(sample: str, tab: Open) -> None:
    opened = tab()
    page = opened.open(sample + "portfolio")
    page.route("**/api/portfolio*", lambda route: route.abort())
    enter(page, ("VTI", "60"))
    page.get_by_role("button", name="Look through").click()
    page.get_by_text("The API does not answer").wait_for()
    page.unroute("**/api/portfolio*")
    page.get_by_role("button", name="Try again").click()

    page.get_by_role("heading", name="What it holds").wait_for()
    opened.tell(but="ERR_FAILED")


def test_a_locked_api_takes_the_token_for_positions_and_downloads(serve: Serve, tab: Open) -> None:
    opened = tab()
    page = opened.page
    page.goto(f"{serve(sample_lake(), access=LOCK)}{TWO}")
    page.get_by_label("Access token").last.fill(TOKEN)
    page.get_by_role("button", name="Open").click()
    page.get_by_role("heading", name="What it holds").wait_for()
    with page.expect_download() as caught:
        page.get_by_role("button", name="Save as CSV").click()

    assert "NVDA" in caught.value.path().read_text("utf-8-sig")
    opened.tell(but="401")


def test_it_works_under_a_stage(serve: Serve, tab: Open) -> None:
    url = serve(staged(handler(sample_lake()), "prod"))
    opened = tab()
    page = opened.open(f"{url}prod/{TWO}")
    opened.see_all()
    page.get_by_role("region", name="The positions").get_by_role("link", name="VOO").click()
    page.wait_for_url("**/prod/etf/VOO")

    assert all(address.startswith(f"{url}prod") for address in opened.addresses)
    opened.tell()


class TestPaste:
    def test_a_paste_into_any_field_is_read_as_a_table(self, sample: str, tab: Open) -> None:
        opened = tab(permissions=["clipboard-read", "clipboard-write"])
        page = opened.open(sample + "portfolio")
        page.evaluate("navigator.clipboard.writeText('Symbol\\tWeight\\r\\nVTI\\t60.00%\\r\\nVOO\\t40.00%\\r\\n')")
        page.locator("#amount-1").focus()
        page.keyboard.press("Control+V")

        expect(page.get_by_text("2 positions were read, in per cent")).to_be_visible()
        assert rows_of(page) == [("VTI", "60"), ("VOO", "40")]
        assert page.get_by_text("Total: 100.00 %").is_visible()
        assert opened.serious() == []
        opened.tell()

    def test_what_is_wrong_is_told_by_line_and_nothing_is_taken(self, sample: str, tab: Open) -> None:
        opened = tab()
        page = opened.open(sample + "portfolio")
        paste(page, "VTI\t60%\nQQQ\nGLD\tabc\nXOM\t1\t2")

        said = page.locator("details.paste").inner_text()
        assert "Line 2, QQQ, has no amount" in said
        assert "Line 4 has 3 columns" in said
        assert rows_of(page) == [("", "")] * 3
        assert page.get_by_label("Two columns").input_value().startswith("VTI")
        assert opened.serious() == []
        opened.tell()

    @pytest.mark.parametrize(
        ("answer", "amounts"), [("decimal comma", ("60", "12.345")), ("decimal point", ("60000", "12345"))]
    )
    def test_a_decimal_comma_is_asked_about_and_never_guessed(
        self, sample: str, tab: Open, answer: str, amounts: tuple[str, str]
    ) -> None:
        opened = tab()
        page = opened.open(sample + "portfolio")
        paste(page, "VTI\t60,000\nGLD\t12,345")
        assert page.get_by_text("is ambiguous: it can be 60 or 60000").is_visible()
        assert rows_of(page) == [("", "")] * 3
        assert opened.serious() == []
        page.get_by_role("button", name=answer).click()

        assert rows_of(page) == [("VTI", amounts[0]), ("GLD", amounts[1])]
        opened.tell()

    def test_more_is_added_in_the_same_unit_only(self, sample: str, tab: Open) -> None:
        opened = tab()
        page = opened.open(sample + "portfolio")
        enter(page, ("VTI", "60"))
        paste(page, "VOO\t$4,000")
        assert page.get_by_text(
            "Nothing was taken. These amounts are in USD, and those entered above in per cent"
        ).is_visible()
        page.get_by_label("Two columns").fill("VOO 40%")
        page.get_by_role("button", name="Read", exact=True).click()

        assert rows_of(page) == [("VTI", "60"), ("VOO", "40")]
        opened.tell()


def read(page: Page, text: str, unit: str = "usd", decimal: str | None = None) -> Any:
    """What the page reads from a paste."""
    return page.evaluate("(given) => reading.tableOf(...given)", [text, unit, decimal])


@pytest.fixture(scope="module")
def reader(browser: Browser) -> Iterator[Page]:
    """A page with the module that reads, and nothing else."""
    page = browser.new_page()
    script = (
        "async (text) => { globalThis.reading = await import('data:text/javascript,' + encodeURIComponent(text)); }"
    )
    page.evaluate(script, MODULE.read_text("utf-8"))
    yield page
    page.close()


@pytest.mark.parametrize(
    ("text", "unit", "expected"),
    [
        ("VTI\t60%\nQQQ\t40%", "percent", {"VTI": 60, "QQQ": 40}),
        ("VTI\t60 %\r\nQQQ\t40.5 %\r\n\r\n", "percent", {"VTI": 60, "QQQ": 40.5}),
        ("vti\t$60,000\nqqq\t$1,234.56", "usd", {"VTI": 60000, "QQQ": 1234.56}),
        ("VTI\t 60,000 \nQQQ\t40,000", "usd", {"VTI": 60000, "QQQ": 40000}),
        ("VTI\t60000\nQQQ\t40000.5", "usd", {"VTI": 60000, "QQQ": 40000.5}),
        ("Symbol\tMarket Value\nVTI\t1,234,567.89", "usd", {"VTI": 1234567.89}),
        ("Ticker\tAmount (USD)\nVTI\t60", "usd", {"VTI": 60}),
        ("Ticker\tWeight, %\nVTI\t60", "percent", {"VTI": 60}),
        ("VTI,60\nQQQ,40", "usd", {"VTI": 60, "QQQ": 40}),
        ('"VTI","60,000.00"', "usd", {"VTI": 60000}),
        ("VTI;60\nQQQ;40", "usd", {"VTI": 60, "QQQ": 40}),
        ("VTI 60\nBRK B 1,200", "usd", {"VTI": 60, "BRK B": 1200}),
        ("VTI US$ 60", "usd", {"VTI": 60}),
        ("VTI\t60'000.50", "usd", {"VTI": 60000.5}),
        ("VTI\t60\u00a0000.50", "usd", {"VTI": 60000.5}),
        ("7203\t60", "usd", {"7203": 60}),
        ("VTI\t60.000\nQQQ\t1,234.56", "usd", {"VTI": 60, "QQQ": 1234.56}),  # the second line settles the first
        ("VTI\t33.333%\nQQQ\t66.667%", "percent", {"VTI": 33.333, "QQQ": 66.667}),
        ("VTI\t60\t\t\nTotal\t60", "usd", {"VTI": 60}),
    ],
)
def test_two_columns_are_read_as_spreadsheets_write_them(
    reader: Page, text: str, unit: str, expected: dict[str, float]
) -> None:
    found = read(reader, text)

    assert found["problems"] == []
    assert found["ambiguous"] is None
    assert {each["symbol"]: each["amount"] for each in found["positions"]} == expected
    assert found["unit"] == unit


@pytest.mark.parametrize(
    ("text", "unit", "as_comma", "as_point"),
    [
        ("VTI\t12,5\nQQQ\t40", "percent", [12.5, 40], None),
        ("VTI\t1.234,56", "usd", [1234.56], None),
        ("VTI\t1.234.567", "usd", [1234567], None),
        ("VTI\t60.000", "usd", [60000], [60]),
        ("VTI\t33,333%", "percent", [33.333], [33333]),
        ("VTI;12,5\nQQQ;60.000", "usd", [12.5, 60000], None),
    ],
)
def test_an_amount_that_can_be_two_is_not_guessed(
    reader: Page, text: str, unit: str, as_comma: list[float], as_point: list[float] | None
) -> None:
    found = read(reader, text, unit)
    assert found["positions"] == []
    assert "ambiguous" in found["ambiguous"]["words"]
    assert (found["ambiguous"]["comma"], found["ambiguous"]["point"]) == (True, as_point is not None)

    answered = read(reader, text, unit, "comma")
    assert [each["amount"] for each in answered["positions"]] == as_comma
    if as_point:
        assert [each["amount"] for each in read(reader, text, unit, "point")["positions"]] == as_point


@pytest.mark.parametrize(
    ("text", "says"),
    [
        ("", "There is nothing to read"),
        ("Symbol\tWeight", "There is no position in it"),
        ("VTI", "Line 1, VTI, has no amount"),
        ("\t60", "Line 1 has no symbol"),
        ("VTI\t1\t2", "Line 1 has 3 columns"),
        ("VTI\t60%\nQQQ\t$40", "Line 1 is in per cent and line 2 in USD"),
        ("VTI\t60%\nQQQ\t0.4", "Line 2 has no %"),
        ("VTI\t$60%", "in both per cent and USD"),
        ("VTI\t-60", "is negative"),
        ("VTI\t(60.00)", "is negative"),
        ("VTI\t$-60", "is negative"),
        ("VTI\t\u20ac60", "is not in USD"),
        ("VTI\t60 GBP", "is not in USD"),
        ("VTI\t1,23,456", "check its points and commas"),
        ("VTI\t6E+04", "is not a number"),
        ("VTI\t#N/A\nQQQ\t#N/A", "is not a number"),
        ("VTI\t0", "is too small"),
        ("VTI\t9999999999999999", "is too large"),
        ("Weight %\tin %\nVTI\t$60", "The heading says in %"),
        ("\n".join(f"S{at}\t1" for at in range(201)), "There are 201 positions"),
        ("VTI\t" + "1" * 100_000, "too much to read"),
    ],
)
def test_what_cannot_be_read_says_what_to_correct(reader: Page, text: str, says: str) -> None:
    found = read(reader, text)

    assert says in " ".join(found["problems"])
    assert found["positions"] == []
    assert found["ambiguous"] is None


def test_amounts_in_two_styles_must_be_made_one(reader: Page) -> None:
    doubt = read(reader, "VTI\t1,234.56\nQQQ\t1.234,56")["ambiguous"]

    assert "written in two ways" in doubt["words"]
    assert (doubt["point"], doubt["comma"]) == (False, False)


def test_a_symbol_that_stands_twice_is_told(reader: Page) -> None:
    found = read(reader, "VTI\t60\nvti\t40")

    assert "VTI stands in it more than once" in found["notes"][0]
    assert len(found["positions"]) == 2
