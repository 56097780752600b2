"""From a capture to its snapshot: the numbers, `complete`, and what is refused."""

import hashlib
import os
import subprocess
import sys
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from etf_common.errors import LayoutError
from etf_common.models import Holding, Snapshot
from tests.unit.builders import Line, answer, capture, line, lines, page, table
from transform.parser import parse

# The owner's one real page lies beside the project, not in it.
REAL_PAGE = Path(__file__).parents[3] / "shared" / "real" / "schwab_spmo_2026-10-01.html"
FIVE = lines(5)


def codes(snapshot: Snapshot) -> set[str]:
    return {issue.code for issue in snapshot.quality.issues}


def holding(*cells: str) -> Holding:
    (found,) = parse(capture(page([cells]), answer([cells]))).holdings
    return found


def test_a_whole_list_is_complete() -> None:
    parts = (answer(lines(5)[:3], "1 - 3 of 5"), answer(lines(5)[3:], "4 - 5 of 5"))

    snapshot = parse(capture(page(FIVE[:2], pager="1 - 2 of 5"), *parts))

    assert (snapshot.symbol, snapshot.name) == ("VTI", "Vanguard Total Stock Market Index Fund ETF")
    assert (snapshot.schema_version, snapshot.holdings_as_of) == (1, "2026-11-18")
    assert snapshot.summary.last_price == 245.67
    assert [held["symbol"] for held in snapshot.holdings] == ["S1", "S2", "S3", "S4", "S5"]
    assert snapshot.totals.model_dump() == {"reported": 5, "included": 5, "weight_pct": 100.0}
    assert snapshot.quality.complete
    assert snapshot.quality.issues == ()


def test_the_numbers_of_a_holding() -> None:
    held = holding("MSFT", "Microsoft Corp", "6.19", "239000000", "118900000000")

    assert held == Holding(
        symbol="MSFT",
        name="Microsoft Corp",
        weight_pct=6.19,
        shares=239000000,
        market_value_usd=118900000000,
        market_value_millions=118900.0,
        weight_bps=619.0,
        asset_class="equity",
    )


@pytest.mark.parametrize(
    ("weight", "bps"),
    [
        ("6.19", "619.0"),
        ("0.07", "7.0"),
        ("0.29", "29.0"),
        ("1.15", "115.0"),
        ("9.71", "971.0"),
        ("0.001", "0.1"),
        ("7.847482", "784.7482"),
        ("0.00", "0.0"),
        ("-0.03", "-3.0"),
        ("100", "10000.0"),
    ],
)
def test_basis_points_are_exact(weight: str, bps: str) -> None:
    held = holding("X", "Acme Inc", weight, "1", "1")

    assert repr(held["weight_bps"]) == bps
    assert held["weight_pct"] == float(weight)


@given(st.integers(-10_000, 1_000_000))
def test_every_weight_of_two_decimals_has_whole_basis_points(hundredths: int) -> None:
    held = holding("X", "Acme Inc", f"{hundredths / 100:.2f}", "1", "1")

    assert held["weight_bps"] == float(hundredths)


def test_market_values_in_millions_are_exact() -> None:
    values = ("2263353706", "2061407544", "1309976658", "879189910", "353914224", "-71000", "1")

    millions = [holding("MU", "Micron", "9.71", "2062488", value)["market_value_millions"] for value in values]

    assert millions == [2263.353706, 2061.407544, 1309.976658, 879.18991, 353.914224, -0.071, 0.000001]


def test_what_the_portal_does_not_give_is_null() -> None:
    held = holding("--", "", "", "N/A", "--")

    assert held == dict.fromkeys(Holding.__required_keys__) | {"asset_class": "other"}


def test_every_row_of_the_source_is_a_row_of_the_snapshot() -> None:
    odd = [
        line("MSFT", weight="60"),
        line("MSFT", weight="60"),
        line("BRK/B", weight="0.00"),
        line("", name="U.S. Dollar", weight="0.00", value="-71000"),
        line("ESZ6", name="S&P500 EMINI FUT DEC26", weight="-0.03", shares="-12"),
        line("--", name="", weight="", shares="", value=""),
    ]

    snapshot = parse(capture(page(odd[:1]), answer(odd, "1 - 6 of 6")))

    assert [held["symbol"] for held in snapshot.holdings] == ["MSFT", "MSFT", "BRK.B", None, "ESZ6", None]
    assert [held["weight_pct"] for held in snapshot.holdings] == [60.0, 60.0, 0.0, 0.0, -0.03, None]
    assert snapshot.quality.complete, "equal lines on one answer are real, and other issues never change it"
    assert {"repeated_symbol", "symbol_missing", "weight_sum"} < codes(snapshot)


@pytest.mark.parametrize(
    ("max_holdings", "included", "complete"),
    [(1, 1, False), (4, 4, False), (5, 5, True), (6, 5, True), (None, 5, True)],
)
def test_max_holdings_cuts_and_a_cut_list_is_not_complete(
    max_holdings: int | None, included: int, complete: bool
) -> None:
    snapshot = parse(capture(page(FIVE[:2]), answer(FIVE, "1 - 5 of 5"), max_holdings=max_holdings))

    assert snapshot.totals.included == len(snapshot.holdings) == included
    assert snapshot.totals.reported == 5
    assert snapshot.quality.complete is complete
    assert "row_count" not in codes(snapshot)


def test_the_weights_of_the_included_rows_are_summed() -> None:
    rows = [line(f"S{n}", weight="0.1") for n in range(3)]

    assert parse(capture(page(), answer(rows), max_holdings=3)).totals.weight_pct == 0.3


def test_a_line_that_slipped_between_answers_makes_the_list_suspect() -> None:
    parts = (answer(FIVE[:3], "1 - 3 of 5"), answer([FIVE[2], FIVE[3]], "4 - 5 of 5"))

    snapshot = parse(capture(page(), *parts))

    assert snapshot.totals.included == snapshot.totals.reported == 5
    assert not snapshot.quality.complete
    assert "slipped_between_pages" in codes(snapshot)


def test_too_few_rows_are_not_complete() -> None:
    snapshot = parse(capture(page(), answer(FIVE[:4], "1 - 4 of 5")))

    assert not snapshot.quality.complete
    assert "row_count" in codes(snapshot)


def test_without_a_pager_the_total_is_null_and_nothing_is_complete() -> None:
    snapshot = parse(capture(page(FIVE), answer(FIVE)))

    assert snapshot.totals.reported is None
    assert not snapshot.quality.complete
    assert "total_unknown" in codes(snapshot)


def test_the_page_alone_says_why_it_is_alone() -> None:
    snapshot = parse(capture(page(FIVE, pager="1 - 5 of 102"), module_error="the module API answered 500"))

    (issue,) = [issue for issue in snapshot.quality.issues if issue.code == "module_unavailable"]
    assert "the module API answered 500" in issue.detail
    assert [held["symbol"] for held in snapshot.holdings] == ["S1", "S2", "S3", "S4", "S5"]
    assert (snapshot.totals.reported, snapshot.quality.complete) == (102, False)
    assert snapshot.provenance.parts == ()


def test_a_list_from_answers_says_nothing_of_a_missing_module() -> None:
    assert "module_unavailable" not in codes(parse(capture(page(FIVE), answer(FIVE))))


@pytest.mark.parametrize("title", ["Invesco QQQ Trust ETF QQQ:NASDAQ", "QQQ:NASDAQ"])
def test_another_fund_s_page_is_refused_by_the_symbol_it_states(title: str) -> None:
    with pytest.raises(LayoutError, match=r"QQQ.*VTI"):
        parse(capture(page(FIVE, title=title), answer(FIVE)))


def test_another_fund_s_list_is_refused_by_its_rows() -> None:
    with pytest.raises(LayoutError, match="none of the page's rows"):
        parse(capture(page(FIVE), answer(lines(5, start=100))))


@pytest.mark.parametrize("parts", [(), (answer([]),), (answer([], "0 - 0 of 0"),)])
def test_an_empty_list_is_refused(parts: tuple[bytes, ...]) -> None:
    with pytest.raises(LayoutError, match="empty"):
        parse(capture(page(FIVE if parts else ()), *parts))


def test_a_page_that_does_not_end_as_a_page_does_says_so() -> None:
    whole = page(FIVE)

    assert "page_cut_short" in codes(parse(capture(whole.removesuffix(b"</body></html>"), answer(FIVE))))
    assert "page_cut_short" not in codes(parse(capture(whole + b"\n<!-- served -->\n", answer(FIVE))))


def test_a_class_share_s_page_is_its_own() -> None:
    snapshot = parse(capture(page(FIVE, title="Some Fund ETF ABC/D:NYSE"), answer(FIVE), symbol="ABC.D"))

    assert (snapshot.symbol, snapshot.summary.symbol) == ("ABC.D", "ABC.D")


def test_a_page_without_title_is_read_and_says_so() -> None:
    snapshot = parse(capture(page(FIVE, title=None), answer(FIVE)))

    assert snapshot.name is None
    assert "fund_name_missing" in codes(snapshot)


def test_a_list_that_changed_while_it_was_read_is_never_complete_even_if_the_count_fits() -> None:
    # Given six rows of which one goes while the answers come: one that follows is never shown, and it is shown itself
    moved = capture(page(FIVE), answer(FIVE[:3], "1 - 3 of 6"), answer(FIVE[3:], "4 - 5 of 5"))
    steady = capture(page(FIVE), answer(FIVE[:3], "1 - 3 of 5"), answer(FIVE[3:], "4 - 5 of 5"))

    assert (parse(moved).quality.complete, parse(moved).totals.included) == (False, 5)
    assert parse(steady).quality.complete is True


def test_what_changed_before_the_list_was_read_does_not_matter() -> None:
    page_before = page(FIVE, pager="1 - 5 of 6")
    assert parse(capture(page_before, answer(FIVE, "1 - 5 of 5"))).quality.complete is True


def test_columns_without_names_must_fit_each_other() -> None:
    rows = [
        Line(f"S{n}", f"Company {n}", f"{10 - n / 2:g}", f"{1000 * n % 7919}", f"{(10 - n / 2) * 1e6:.0f}")
        for n in range(12)
    ]
    swapped = [line._replace(shares=line.value, value=line.shares) for line in rows]

    def nameless(lines: list[Line]) -> bytes:
        return page(holdings=table(lines, ()))

    assert len(parse(capture(nameless(rows), answer(rows))).holdings) == 12
    with pytest.raises(LayoutError, match="the columns have no names"):
        parse(capture(nameless(swapped), answer(swapped)))


def test_a_weight_too_small_for_a_float_is_a_weight() -> None:
    tiny = [*FIVE, Line("TINY", "Tiny Inc", "0." + "0" * 400 + "1", "1", "1")]
    assert len(parse(capture(page(tiny), answer(tiny))).holdings) == 6


@pytest.mark.parametrize("rows", [[Line("MU", "Micron", "1", "2", "3")[:4]], [(*line(), "extra")]])
def test_a_page_with_other_cells_is_refused(rows: list[tuple[str, ...]]) -> None:
    with pytest.raises(LayoutError, match="cells"):
        parse(capture(page(rows), answer(FIVE)))


@pytest.mark.parametrize(
    "html",
    [
        page(FIVE, as_of=None),
        page(FIVE, as_of="02/30/2026"),
        page(FIVE, as_of="11/21/2026"),
        page(FIVE, as_of="11/18/2062"),
        page(holdings=""),
        b"<!-- gHoldingsAsOfDate = '11/18/2026' -->",
        page(holdings=table(FIVE).replace("tthHoldingsTbody", "other")),
        page(holdings=table(FIVE, ("Symbol", "Name", "SharesHeld", "PctNetAssets", "MarketValue"))),
    ],
    ids=[
        "no date",
        "impossible date",
        "tomorrow",
        "far future",
        "no table",
        "a comment",
        "no tbody",
        "columns swapped",
    ],
)
def test_a_page_that_cannot_be_read_with_certainty_is_refused(html: bytes) -> None:
    with pytest.raises(LayoutError) as caught:
        parse(capture(html, answer(FIVE)))

    assert "\n" not in caught.value.message


@pytest.mark.parametrize(
    ("as_of", "fetched_at", "good"),
    [
        ("11/20/2026", "2026-11-20T22:30:04Z", True),
        ("11/20/2026", "2026-11-21T04:30:00Z", True),
        ("11/21/2026", "2026-11-21T04:30:00Z", False),
    ],
)
def test_the_holdings_date_is_a_new_york_date(as_of: str, fetched_at: str, good: bool) -> None:
    given_capture = capture(page(FIVE, as_of=as_of), answer(FIVE), fetched_at=fetched_at)

    if good:
        assert parse(given_capture).holdings_as_of == "2026-11-20"
    else:
        with pytest.raises(LayoutError, match="after the fetch"):
            parse(given_capture)


def test_the_provenance_names_every_byte_that_came() -> None:
    html, part = page(FIVE), answer(FIVE)

    provenance = parse(capture(html, part, source="sample")).provenance

    assert (provenance.source, provenance.url) == ("sample", "https://www.schwab.wallst.com/index.asp?symbol=VTI")
    assert provenance.fetched_at == "2026-11-20T22:30:04Z"
    assert provenance.raw_key == "raw/VTI/20261120T223000Z.html"
    assert provenance.raw_sha256 == hashlib.sha256(html).hexdigest()
    assert [kept.model_dump() for kept in provenance.parts] == [
        {"key": "raw/VTI/20261120T223000Z.holdings-1.js", "sha256": hashlib.sha256(part).hexdigest()}
    ]
    # Friday evening: the next session ends on Monday, 16:00 in New York.
    assert provenance.fresh_until == "2026-11-23T21:00:00Z"


def test_the_same_capture_gives_the_same_bytes_in_any_process() -> None:
    given_capture = capture(page(FIVE), answer(FIVE, "1 - 5 of 5"))
    program = (
        "from etf_common.capture import Capture\nfrom transform.parser import parse\n"
        f"print(parse({given_capture!r}).to_bytes())"
    )

    here = parse(given_capture).to_bytes()
    elsewhere = subprocess.run(  # noqa: S603 - our own program, in a process of another hash seed and time zone
        [sys.executable, "-c", program],
        env={**os.environ, "PYTHONHASHSEED": "1", "TZ": "Asia/Tokyo"},
        capture_output=True,
        text=True,
        check=True,
    ).stdout.strip()

    assert here == parse(given_capture).to_bytes() == Snapshot.model_validate_json(here).to_bytes()
    assert elsewhere == repr(here)


@pytest.mark.skipif(not REAL_PAGE.exists(), reason="the real page is not here")
def test_the_real_page() -> None:
    snapshot = parse(
        capture(REAL_PAGE.read_bytes(), symbol="SPMO", fetched_at="2026-10-05T12:00:00Z", module_error="not asked")
    )

    assert (snapshot.holdings_as_of, snapshot.totals.included, snapshot.totals.reported) == ("2026-10-01", 20, None)
    assert not snapshot.quality.complete
    assert snapshot.holdings[0] == {
        "symbol": "MU",
        "name": "Micron Technology Inc",
        "weight_pct": 9.71,
        "shares": 2062488,
        "market_value_usd": 2263353706,
        "market_value_millions": 2263.353706,
        "weight_bps": 971.0,
        "asset_class": "equity",
    }
    assert [held["weight_pct"] for held in snapshot.holdings[:4]] == [9.71, 8.85, 5.62, 5.5]
    assert (snapshot.holdings[5]["symbol"], snapshot.holdings[5]["name"]) == ("JNJ", "Johnson & Johnson")
    assert {held["asset_class"] for held in snapshot.holdings} == {"equity"}
    assert {"rounded_value", "name_cut", "unreadable_number"}.isdisjoint(codes(snapshot))
    assert snapshot.holdings[-1]["symbol"] == "KLAC"


def test_a_weight_that_reads_zero_has_the_one_that_its_value_implies_beside_it() -> None:
    rows = [
        line("AAA", weight="60", value="1200000"),
        line("BBB", weight="40", value="800000"),
        line("CCC", weight="0.00", value="90"),
        line("DDD", weight="0.00", value="5000"),
    ]

    snapshot = parse(capture(page(rows[:2]), answer(rows, "1 - 4 of 4")))

    assert [held.get("weight_implied_pct") for held in snapshot.holdings] == [None, None, 0.0045, None]
    assert [held["weight_pct"] for held in snapshot.holdings] == [60.0, 40.0, 0.0, 0.0]
    (issue,) = [issue for issue in snapshot.quality.issues if issue.code == "implied_weight_too_large"]
    assert (issue.count, issue.rows) == (1, (4,))
    assert snapshot.totals.weight_pct == 100.0
