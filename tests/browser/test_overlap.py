"""`/overlap`: heat map, pairs, names side by side; choosing funds, Back, wrong symbols, partial and missing figures."""

import pytest
from playwright.sync_api import expect

from tests.browser.conftest import Open, Serve
from tests.browser.lakes import HOSTILE, companies, partial_lake, put, stale_lake
from tests.unit.lake_cases import MemoryLake, row, stored_fund

THREE = "overlap?symbols=VTI,VOO,GLD"


def test_every_pair_stands_in_the_table_behind_the_heat_map(sample: str, tab: Open) -> None:
    opened = tab()
    page = opened.open(sample + THREE)

    assert page.title().startswith("Overlap of VTI, VOO, GLD")
    page.locator("figure.chart summary").click()
    assert page.locator("figure.chart tbody tr").count() == 3
    opened.tell()


def test_pairs_are_sorted_and_lead_to_their_names(sample: str, tab: Open) -> None:
    opened = tab()
    page = opened.open(sample + THREE)
    pairs = page.get_by_role("region", name="Pair by pair")
    pairs.get_by_role("button", name="Overlap").click()
    assert "VTI and VOO" in pairs.locator("tbody tr").first.inner_text()
    assert "sort=-overlap_pct" in page.url

    pairs.get_by_role("link", name="VOO and GLD").click()
    names = page.get_by_role("region", name="Names of VOO and GLD side by side")
    names.wait_for()
    assert "pair=VOO%2CGLD" in page.url
    assert "Gold" in names.inner_text()
    page.go_back()
    page.get_by_role("region", name="Names of VTI and VOO side by side").wait_for()
    opened.tell()


def test_a_pair_and_share_classes_are_chosen_and_kept_in_the_address(sample: str, tab: Open) -> None:
    opened = tab()
    page = opened.open(sample + THREE)
    page.get_by_label("Pair", exact=True).select_option("VTI,GLD")
    page.get_by_role("button", name="Show").click()
    page.get_by_role("region", name="Names of VTI and GLD side by side").wait_for()
    page.get_by_label("Share classes").select_option("issuer")
    page.wait_for_url("**by=issuer*")
    page.get_by_role("region", name="Names of VTI and GLD side by side").wait_for()
    page.reload()
    opened.settle()

    assert page.get_by_label("Share classes").input_value() == "issuer"
    assert page.get_by_role("region", name="Names of VTI and GLD side by side").is_visible()
    links = page.locator(".exports a").evaluate_all("(all) => all.map((link) => link.href)")
    assert len(links) == 6
    assert all("by=issuer" in link for link in links)
    opened.tell()


def test_names_of_both_funds_stand_side_by_side(sample: str, tab: Open) -> None:
    opened = tab()
    page = opened.open(f"{sample}overlap?symbols=VTI,VOO")
    names = page.get_by_role("region", name="Names of VTI and VOO")
    apple = names.get_by_role("row", name="Apple Inc").locator("td").all_inner_texts()

    assert apple[2] == "9.00"
    assert apple[3] == apple[1]
    assert apple[4] == "both"
    page.get_by_label("Filter").fill("only")
    expect(page.get_by_text("389 of 400 names")).to_be_visible()
    assert "names=only" in page.url
    opened.tell()


def test_funds_are_added_and_taken_out_with_the_keyboard(sample: str, tab: Open) -> None:
    opened = tab()
    page = opened.open(f"{sample}overlap?symbols=VTI,VOO")
    field = page.get_by_label("Add funds")
    field.fill("gold")
    expect(page.locator("datalist option[value=GLD]")).to_have_count(1)
    field.fill("gld")
    field.press("Enter")
    page.get_by_role("button", name="Take GLD out").wait_for()
    assert page.url.endswith("symbols=VTI%2CVOO%2CGLD")
    assert page.title().startswith("Overlap of VTI, VOO, GLD")
    assert page.evaluate("document.activeElement.id") == "add-fund"

    page.get_by_role("button", name="Take VTI out").press("Enter")
    page.get_by_role("link", name="VOO and GLD").wait_for()
    page.go_back()
    page.get_by_role("link", name="VTI and VOO").wait_for()
    assert page.get_by_role("button", name="Take GLD out").is_visible()
    opened.tell()


def test_ranges_are_drawn_and_never_a_middle(serve: Serve, tab: Open) -> None:
    opened = tab()
    page = opened.open(f"{serve(partial_lake())}overlap?symbols=VOO,CUT")
    opened.see_all()
    opened.picture("overlap-partial")
    pairs = page.get_by_role("region", name="Pair by pair")

    assert pairs.get_by_text("36.00\u201339.00", exact=True).first.is_visible()
    assert "37.5" not in page.locator("main").inner_text()
    assert pairs.get_by_text("partial", exact=True).is_visible()
    assert page.get_by_text("partial: 6 of 500").is_visible()
    assert page.get_by_text("VOO, perhaps CUT").is_visible()
    assert page.get_by_text("Ranges show the least and the most").is_visible()
    assert "some lines are not listed" in pairs.inner_text()  # why the count of common names is not given
    assert opened.serious() == []
    opened.tell()


def test_stale_stands_beside_the_fund(serve: Serve, tab: Open) -> None:
    opened = tab()
    page = opened.open(f"{serve(stale_lake())}overlap?symbols=VOO,AGED")

    assert page.get_by_role("region", name="Pair by pair").get_by_text("stale").first.is_visible()
    assert "AGED stale" in page.locator("p.legend").first.inner_text()
    assert page.get_by_text("days apart").is_visible()
    opened.tell()


@pytest.mark.parametrize("view", ["overlap", "compare"])
def test_wrong_symbols_say_what_to_do(sample: str, tab: Open, view: str) -> None:
    opened = tab()
    page = opened.open(f"{sample}{view}?symbols=VTI,nope,VOO")

    assert page.get_by_text("NOPE is not among the ETFs here").is_visible()
    assert page.get_by_role("link", name="Search for NOPE").is_visible()
    assert opened.serious() == []
    page.get_by_role("button", name="Leave out NOPE").click()
    expect(page.locator("figure.chart").first).to_be_visible()
    assert page.url.endswith("symbols=VTI%2CVOO")
    opened.tell(but="404")


@pytest.mark.parametrize("view", ["overlap", "compare"])
@pytest.mark.parametrize("symbols", ["%3Cimg%20src=x%3E,VTI", "VTI,%00,VOO", "A" * 300 + ",VTI"])
def test_symbols_that_are_none_say_what_one_is(sample: str, tab: Open, view: str, symbols: str) -> None:
    opened = tab()
    page = opened.open(f"{sample}{view}?symbols={symbols}")

    assert page.get_by_role("alert").first.is_visible()
    assert page.locator("main img").count() == 0
    opened.tell(but="400|404")


@pytest.mark.parametrize("view", ["overlap", "compare"])
def test_without_funds_all_are_offered(sample: str, tab: Open, view: str) -> None:
    opened = tab()
    page = opened.open(sample + view)
    assert opened.serious() == []
    page.get_by_role("button", name="Take all 3 funds").click()

    expect(page.locator("figure.chart").first).to_be_visible()
    page.go_back()
    page.get_by_role("button", name="Take all 3 funds").wait_for()
    opened.tell()


@pytest.mark.parametrize("view", ["overlap?symbols=VOO", "overlap", "compare"])
@pytest.mark.parametrize(("count", "says"), [(0, "There is no fund yet"), (1, "VOO is the only one here")])
def test_too_few_funds_say_what_to_do(serve: Serve, tab: Open, view: str, count: int, says: str) -> None:
    lake = put(MemoryLake(), [stored_fund("VOO", companies(9, 8))][:count])
    opened = tab()
    page = opened.open(serve(lake) + view)

    assert page.get_by_text(says).is_visible()
    assert opened.serious() == []
    opened.tell()


@pytest.mark.parametrize("view", ["overlap", "compare"])
def test_names_from_the_portal_never_become_markup(serve: Serve, tab: Open, view: str) -> None:
    lines = [row("NVDA", HOSTILE, 40.0), row("AAPL", HOSTILE, 30.0), row(None, HOSTILE, 20.0, "other")]
    funds = [stored_fund("VTI", lines, name=HOSTILE), stored_fund("VOO", lines, name=HOSTILE)]
    opened = tab()
    page = opened.open(f"{serve(put(MemoryLake(), funds))}{view}?symbols=VTI,VOO")
    opened.see_all()

    assert page.locator("main img, main script, main b").count() == 0
    assert page.get_by_text(HOSTILE).first.is_visible()
    for chart in page.locator("figure.chart .canvas").all():
        chart.hover()
    opened.tell()


def test_a_pair_without_figures_shows_the_reason_and_no_zero(serve: Serve, tab: Open) -> None:
    lines = [row("NVDA", "NVIDIA Corp", None), row("AAPL", "Apple Inc", None)]
    unknown = stored_fund("BAD", lines, issues=["weight_missing"])
    opened = tab()
    page = opened.open(
        f"{serve(put(MemoryLake(), [unknown, stored_fund('VOO', companies(50, 40))]))}overlap?symbols=BAD,VOO"
    )
    opened.see_all()
    cell = page.get_by_role("region", name="Pair by pair").locator("tbody td").first.inner_text()

    assert cell.startswith("\u2014")
    assert len(cell) > 10
    assert opened.serious() == []
    opened.tell()
