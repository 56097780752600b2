"""The sample portal's pure parts: its funds, and that our own parser reads what it renders."""

import ast
import base64
import json
from collections import Counter
from datetime import date, datetime
from decimal import Decimal
from pathlib import Path
from typing import get_args
from urllib.parse import quote

import pytest

from etf_common.capture import Capture
from etf_common.errors import LayoutError
from etf_common.models import Snapshot
from extract.paging import RowsRequest
from extract.portal import module_form, page_url, read_session
from sample_portal.cells import short_number
from sample_portal.companies import Market, real_companies
from sample_portal.funds import Row, fund, many_rows
from sample_portal.options import (
    ChangeSign,
    Escapes,
    Fault,
    Kind,
    MachineValues,
    PagerForm,
    PastTheEnd,
    PortalOptions,
    SizeForm,
    TokenForm,
)
from sample_portal.research_site import BadRequestError, Reply, ResearchSite, decode_form
from sample_portal.sessions import last_session
from transform.parser import parse

DAY = date(2026, 11, 20)
SYMBOLS = ("VTI", "VOO", "QQQ", "SPY", "VEA", "VWO", "BND", "GLD")
LINES = {"VTI": 3000, "VOO": 500, "QQQ": 101, "SPY": 500, "VEA": 1000, "VWO": 2000, "BND": 3500, "GLD": 1}


def rows_of(symbol: str) -> tuple[Row, ...]:
    found = fund(symbol, DAY)
    assert found is not None
    return found.rows


def load(options: PortalOptions, symbol: str = "VOO", rows: int = 100) -> Capture:
    """The capture that extract would make, without a socket in between."""
    site = ResearchSite(options, lambda: DAY)
    url = page_url("http://portal", symbol)
    page = site.page(url.partition("?")[2])
    session = read_session(page.body)
    assert session.token
    assert session.issue
    cookie = page.headers["Set-Cookie"].partition(";")[0]
    form = module_form(symbol, session.issue, RowsRequest(1, rows)).encode()
    answer = site.module(session.token, form, url, cookie)
    return Capture(
        symbol=symbol,
        run="20261120T223000Z",
        page=page.body,
        parts=(answer.body,),
        url=url,
        fetched_at="2026-11-20T22:30:00Z",
        source=page.headers["X-Data-Source"],
        max_holdings=rows,
    )


def ask(site: ResearchSite, number: int, symbol: str = "VOO", size: int = 100) -> Reply:
    url = page_url("http://portal", symbol)
    session = read_session(site.page(url.partition("?")[2]).body)
    form = module_form(symbol, session.issue or "", RowsRequest(number, size)).encode()
    return site.module(session.token or "", form, url, "")


def assert_reads_as_the_fund(snapshot: Snapshot, symbol: str) -> None:
    expected = rows_of(symbol)[: len(snapshot.holdings)]
    assert len(snapshot.holdings) == min(100, len(rows_of(symbol)))
    assert [holding["name"] for holding in snapshot.holdings] == [row.name for row in expected]
    assert [holding["weight_pct"] for holding in snapshot.holdings] == [float(row.weight_pct or 0) for row in expected]
    assert [holding["shares"] for holding in snapshot.holdings] == [row.shares for row in expected]
    assert [holding["market_value_usd"] for holding in snapshot.holdings] == [row.market_value for row in expected]


@pytest.mark.parametrize("symbol", SYMBOLS)
def test_a_fund_is_whole_sorted_and_says_that_it_is_a_sample(symbol: str) -> None:
    found = fund(symbol, DAY)

    assert found is not None
    weights = [row.weight_pct or Decimal(0) for row in found.rows]
    assert found.name.startswith("SAMPLE ")
    assert found.issue.isdigit()
    assert LINES[symbol] <= len(found.rows) <= LINES[symbol] * 1.2
    assert len(set(found.rows)) == len(found.rows)
    assert weights == sorted(weights, reverse=True)
    assert Decimal(98) <= sum(weights) <= Decimal("100.5")
    assert date(2026, 11, 17) < found.holdings_as_of < found.quote.session == DAY


def test_half_of_the_total_market_weighs_nothing_after_rounding() -> None:
    rows = rows_of("VTI")

    zeros = sum(row.weight_pct == 0 for row in rows)

    assert 0.4 < zeros / len(rows) < 0.6


def test_the_two_sp_500_funds_hold_nearly_the_same() -> None:
    voo, spy = ({row.symbol for row in rows_of(symbol)} for symbol in ("VOO", "SPY"))

    assert len(voo & spy) > 495
    assert voo != spy


def test_lists_have_the_oddities_of_real_ones() -> None:
    vea = Counter(row.symbol for row in rows_of("VEA"))
    values = [float(row.market_value or 0) for row in rows_of("VOO")]

    assert vea["SAN"] == 2
    assert any(row.symbol == "ESZ6" and row.market_value == min(values) < 0 for row in rows_of("VOO"))
    assert any(row.symbol == "" for row in rows_of("VTI")[20:-20])
    assert {row.symbol for row in rows_of("BND")} == {"", "--", "USD"}


def test_another_day_moves_the_fund_and_the_same_day_does_not() -> None:
    monday, again, tuesday = (fund("VOO", day) for day in (date(2026, 11, 16), date(2026, 11, 16), date(2026, 11, 17)))

    assert monday == again
    assert monday is not None
    assert tuesday is not None
    assert monday.quote.last_price != tuesday.quote.last_price
    assert monday.rows != tuesday.rows
    before, after = (float(found.rows[0].weight_pct or 0) for found in (monday, tuesday))
    assert abs(before - after) < 1


def test_a_weekend_shows_the_last_session() -> None:
    assert fund("QQQ", date(2026, 11, 22)) == fund("QQQ", DAY)


def test_invented_tickers_do_not_collide_with_real_ones() -> None:
    real = {company.symbol for market in get_args(Market) for company in real_companies(market)}
    for symbol in ("VTI", "VEA", "VWO"):
        invented = {row.symbol for row in rows_of(symbol) if row.name.startswith("Sample ")} - {"--"}
        assert invented
        assert not invented & real


def test_what_is_no_sample_fund_has_a_page_without_session_or_table() -> None:
    reply = ResearchSite(PortalOptions(), lambda: DAY).page("type=holdings&symbol=AAPL")

    assert fund("AAPL", DAY) is None
    assert reply.status == 200
    assert not read_session(reply.body).is_etf


@pytest.mark.parametrize(
    "options",
    [
        PortalOptions(),
        PortalOptions(script_quote='"', token_form=TokenForm.FALLBACK, issue_quoted=False),
        PortalOptions(token_text="YYY101_a+b/c=d%2be|f~", token_form=TokenForm.ASSIGNED),
        PortalOptions(pager_form=PagerForm.NO_BREAK),
        PortalOptions(pager_form=PagerForm.PLAIN, pager_commas=False),
        PortalOptions(escapes=Escapes.JAVASCRIPT),
        PortalOptions(escapes=Escapes.UNICODE),
        PortalOptions(escapes=Escapes.ENTITIES, pager_form=PagerForm.NO_BREAK),
        PortalOptions(machine_values=MachineValues.NUMBER, numeric_children=True, empty_cells_have_children=True),
        PortalOptions(semicolon=False, cookies_required=True, change_on_two_lines=True),
        PortalOptions(pager_form=PagerForm.TOTAL_APART, pager_for_few=True, fund_type="schwab"),
        PortalOptions(pager_form=PagerForm.TOTAL_APART_TIGHT, change_sign=ChangeSign.ALWAYS),
        PortalOptions(size_form=SizeForm.SLASH_IN_VALUE, change_sign=ChangeSign.NEVER),
        PortalOptions(size_form=SizeForm.SLASH_BETWEEN, volume_label="Below Avg."),
        PortalOptions(size_form=SizeForm.WITHOUT_SPANS),
        PortalOptions(size_form=SizeForm.CROSS),
    ],
)
@pytest.mark.parametrize("symbol", ["VTI", "VEA", "BND", "GLD"])
def test_the_parser_reads_every_way_of_speaking(options: PortalOptions, symbol: str) -> None:
    snapshot = parse(load(options, symbol))

    found = fund(symbol, DAY)
    assert found is not None
    assert_reads_as_the_fund(snapshot, symbol)
    assert snapshot.name == found.name
    assert snapshot.totals.reported == len(found.rows)
    assert snapshot.summary.last_price == float(found.quote.last_price)
    assert snapshot.summary.change_pct == float(found.quote.change_pct)
    sizes = snapshot.summary.bid, snapshot.summary.bid_size, snapshot.summary.ask, snapshot.summary.ask_size
    assert sizes == (float(found.quote.bid), found.quote.bid_size, float(found.quote.ask), found.quote.ask_size)
    assert snapshot.summary.volume == found.quote.volume
    assert snapshot.summary.as_of == "2026-11-20 16:00:00"
    assert snapshot.provenance.source == "sample"


def test_without_machine_values_only_rounded_ones_remain() -> None:
    snapshot = parse(load(PortalOptions(machine_values=MachineValues.MISSING), "VWO"))

    first = snapshot.holdings[0]
    assert first["name"] == "Taiwan Semiconductor Manufacturing Co Lt..."
    assert (first["market_value_usd"] or 0) % 100_000_000 == 0
    assert {"rounded_value", "name_cut"} <= {issue.code for issue in snapshot.quality.issues}


@pytest.mark.parametrize(
    ("value", "shown"),
    [(291, "291.0"), (366331, "366.3K"), (2062488, "2.1M"), (-71000, "-71.0K"), (999_950, "1.0M"), (0, "0.0")],
)
def test_shown_numbers_read_as_in_the_real_page(value: int, shown: str) -> None:
    assert short_number(value) == shown


@pytest.mark.parametrize("kind", [Kind.RENAMED_IDS, Kind.SWAPPED_COLUMNS, Kind.ADDED_COLUMN, Kind.OTHER_FUND])
def test_a_changed_layout_or_another_fund_is_not_read_as_the_fund(kind: Kind) -> None:
    capture = load(PortalOptions(faults=[Fault(kind)]))

    with pytest.raises(LayoutError):
        parse(capture)


def test_a_fault_strikes_only_the_requests_it_is_limited_to() -> None:
    fault = Fault(Kind.STATUS, where="module", symbol="VOO", after=1, times=2)

    struck = [fault.strikes("module", "VOO") for _ in range(4)]

    assert struck == [False, True, True, False]
    assert not fault.strikes("page", "VOO")
    assert not fault.strikes("module", "SPY")


def test_an_expired_token_stays_dead_until_the_page_is_loaded_again() -> None:
    site = ResearchSite(
        PortalOptions(token_text="T", faults=[Fault(Kind.TOKEN_EXPIRES, times=1, where="module")]), lambda: DAY
    )
    url = page_url("http://portal", "QQQ")
    issue = read_session(site.page("symbol=QQQ").body).issue or ""
    form = module_form("QQQ", issue, RowsRequest(1, 100)).encode()

    answers = [site.module("T", form, url, "") for _ in range(2)]
    site.page("symbol=QQQ")
    renewed = site.module("T", form, url, "")

    assert [b"apiReturn" in answer.body for answer in (*answers, renewed)] == [False, False, True]
    assert [answer.status for answer in answers] == [200, 200]


def test_the_module_api_wants_its_token_its_referer_and_its_cookie() -> None:
    site = ResearchSite(PortalOptions(cookies_required=True), lambda: DAY)
    page = site.page("symbol=QQQ")
    session = read_session(page.body)
    token, cookie = session.token or "", page.headers["Set-Cookie"].partition(";")[0]
    form = module_form("QQQ", session.issue or "", RowsRequest(1, 20)).encode()
    url = page_url("http://portal", "QQQ")

    def accepts(token: str, referer: str, cookie: str) -> bool:
        return b"apiReturn" in site.module(token, form, referer, cookie).body

    assert accepts(token, url, cookie)
    assert not accepts(f"{token}0", url, cookie)
    assert not accepts(token, "", cookie)
    assert not accepts(token, url, "")


def test_page_and_rows_may_come_as_text_and_a_raw_plus_is_a_blank() -> None:
    call = {"module": "schwabETFHoldingsTable", "moduleArgs": {"symbol": "?>~~", "page": "2", "numRows": "60"}}
    encoded = base64.b64encode(json.dumps(call).encode()).decode()
    assert "+" in encoded

    assert decode_form(f"inputs=B64ENC{quote(encoded, safe='')}".encode())["numRows"] == "60"
    with pytest.raises(BadRequestError):
        decode_form(f"inputs=B64ENC{encoded}".encode())


@pytest.mark.parametrize(
    ("past_the_end", "status", "rows"),
    [(PastTheEnd.EMPTY, 200, 0), (PastTheEnd.LAST_PAGE, 200, 1), (PastTheEnd.ERROR, 500, None)],
)
def test_a_page_past_the_end(past_the_end: PastTheEnd, status: int, rows: int | None) -> None:
    reply = ask(ResearchSite(PortalOptions(past_the_end=past_the_end), lambda: DAY), 9, "QQQ")

    assert reply.status == status
    assert rows is None or reply.body.count(b'"t":"tr"') == rows + 1  # and the heading


def test_a_shifted_row_is_on_two_pages() -> None:
    site = ResearchSite(PortalOptions(faults=[Fault(Kind.SHIFTED_ROWS)]), lambda: DAY)
    boundary = rows_of("VOO")[99].name.encode()

    assert boundary in ask(site, 1).body
    assert boundary in ask(site, 2).body


def test_a_list_can_be_as_long_as_one_likes() -> None:
    rows = many_rows(20_000)
    site = ResearchSite(PortalOptions(rows_override={"VOO": list(rows)}), lambda: DAY)

    assert len(set(rows)) == 20_000
    assert "of 20,000 matches" in ask(site, 200).body.decode()


def page_text(options: PortalOptions, symbol: str = "VOO") -> str:
    return ResearchSite(options, lambda: DAY).page(f"type=holdings&symbol={symbol}").body.decode()


def test_the_quote_reads_as_on_a_real_page() -> None:
    found = fund("VOO", DAY)
    assert found is not None
    quote_, page = found.quote, page_text(PortalOptions())

    assert f"${quote_.bid}</span>" in page
    assert f">/{quote_.bid_size:,}</span>" in page
    assert ">Average</span>" in page
    assert f"({quote_.change_pct}%)" in page, "a positive per cent has no sign, a negative one has"
    assert "As of close 11/20/2026" in page


def test_one_morning_the_close_of_a_session_that_has_not_opened_is_named() -> None:
    assert "As of close 11/23/2026" in page_text(PortalOptions(close_of_next_session=True))


def test_a_list_that_fits_on_the_page_has_no_pager_and_says_how_long_it_is() -> None:
    page = page_text(PortalOptions(rows_override={"VOO": list(rows_of("VOO")[:15])}))

    assert "15 Total Holdings" in page
    assert "PaginationContainer" not in page
    assert "PaginationContainer" in page_text(PortalOptions())


@pytest.mark.parametrize(
    ("form", "child"),
    [(PagerForm.TOTAL_APART, b'["Viewing 1 - 100 of ",506," matches"]'),
     (PagerForm.TOTAL_APART_TIGHT, b'["Viewing 1 - 100 of","506","matches"]')],
)  # fmt: skip
def test_the_total_can_be_a_child_of_its_own(form: PagerForm, child: bytes) -> None:
    assert child in ask(ResearchSite(PortalOptions(pager_form=form), lambda: DAY), 1).body


def test_a_page_for_an_unknown_symbol_can_have_a_token() -> None:
    assert "YYY101_" in page_text(PortalOptions(token_everywhere=True), "AAPL")
    assert "YYY101_" not in page_text(PortalOptions(), "AAPL")


def test_the_fund_type_is_that_of_the_house() -> None:
    assert 'fundtype="schwab"' in page_text(PortalOptions(fund_type="schwab"))
    assert 'fundtype="thirdparty"' in page_text(PortalOptions())


@pytest.mark.parametrize(
    ("now", "shown"),
    [
        ("2026-11-20T20:59:00Z", "2026-11-19"),
        ("2026-11-20T21:00:00Z", "2026-11-20"),
        ("2026-11-22T12:00:00Z", "2026-11-20"),
        ("2026-11-27T18:00:00Z", "2026-11-27"),
        ("2026-11-27T17:59:00Z", "2026-11-25"),
    ],
)
def test_the_portal_shows_the_last_session_that_has_closed(now: str, shown: str) -> None:
    assert last_session(datetime.fromisoformat(now)) == date.fromisoformat(shown)


def test_it_imports_nothing_of_the_pipeline(root: Path) -> None:
    ours = {path.name for folder in ("functions", "layers/common", ".") for path in (root / folder).iterdir()}
    ours -= {"sample_portal"}
    rooms = sorted((root / "sample_portal").rglob("*.py"))
    imported = set()
    for room in rooms:
        for node in ast.walk(ast.parse(room.read_bytes())):
            if isinstance(node, ast.Import):
                imported |= {alias.name.partition(".")[0] for alias in node.names}
            elif isinstance(node, ast.ImportFrom):
                assert node.level == 0, f"{room} imports relatively"
                imported.add((node.module or "").partition(".")[0])

    assert len(rooms) > 5
    assert {"etf_common", "local", "transform"} <= ours
    assert imported & ours == set()
