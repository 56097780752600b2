"""The quote block: what stands where, and what is null. Markup: section 1 of what is known of the portal."""

import pytest
from bs4 import BeautifulSoup

from etf_common.models import Summary
from tests.unit.builders import FOOTER, QUOTE
from transform.quote import Quote, read_quote


def read(html: str) -> Quote:
    return read_quote(BeautifulSoup(html, "lxml"), "VTI")


def codes(quote: Quote) -> set[str]:
    return {issue.code for issue in quote.issues}


def row(*cells: str) -> str:
    inner = "".join(f"<td>{cell}</td>" for cell in cells)
    return f'<div class="popupVersion realtime"><table><tr><th>x</th></tr><tr>{inner}</tr></table></div>'


def cell(value: str, sublabel: str = "") -> str:
    return f'<span class="value">{value}</span><span class="sublabel">{sublabel}</span>'


def test_a_full_quote() -> None:
    quote = read(QUOTE + FOOTER)

    assert quote.summary == Summary(
        symbol="VTI",
        last_price=245.67,
        change="+1.23 (+0.50%)",
        volume=1234567,
        as_of="2026-11-20 16:00:00",
        session="close",
        change_abs=1.23,
        change_pct=0.5,
        bid=245.66,
        bid_size=300,
        ask=245.68,
        ask_size=200,
    )
    assert quote.issues == ()


@pytest.mark.parametrize(
    ("text", "change", "amount", "per_cent"),
    [
        ("+1.23\n(+0.50%)", "+1.23 (+0.50%)", 1.23, 0.5),
        ("-1.23&nbsp;\r\n (-0.50%)", "-1.23 (-0.50%)", -1.23, -0.5),
        ("<span>+$1.23</span><span>(+0.50%)</span>", "+$1.23 (+0.50%)", 1.23, 0.5),
        ("0.00 (0.00%)", "0.00 (0.00%)", 0.0, 0.0),
        ("+1,234.50 (+1,000.00%)", "+1,234.50 (+1,000.00%)", 1234.5, 1000.0),
        ("+1.23", "+1.23", 1.23, None),
        ("N/A", None, None, None),
        ("--", None, None, None),
        ("", None, None, None),
    ],
)
def test_the_change_is_the_portal_s_text_with_single_blanks(
    text: str, change: str | None, amount: float | None, per_cent: float | None
) -> None:
    summary = read(row("1", "", text, "", cell("1"), "", cell("1"), "", cell("1"))).summary

    assert (summary.change, summary.change_abs, summary.change_pct) == (change, amount, per_cent)


@pytest.mark.parametrize(
    ("footer", "as_of", "session"),
    [
        ("As of close 01/27/2026", "2026-01-27 16:00:00", "close"),
        ("As of 11:12am ET 08/13/2026", "2026-08-13 11:12:00", "intraday"),
        ("As of 4:01PM ET 08/13/2026", "2026-08-13 16:01:00", "intraday"),
        ("As of 12:05 pm ET 08/13/2026", "2026-08-13 12:05:00", "intraday"),
        ("Quote as of\n 9:30am&nbsp;ET 1/2/2026. Delayed.", "2026-01-02 09:30:00", "intraday"),
        ("As of close 02/30/2026", None, None),
        ("As of 13:12pm ET 08/13/2026", None, None),
        ("As of 11:12am ET 13/13/2026", None, None),
        ("As of close", None, None),
        ("N/A", None, None),
        ("", None, None),
    ],
)
def test_the_time_of_the_quote(footer: str, as_of: str | None, session: str | None) -> None:
    quote = read(f'{QUOTE}<div id="firstGlanceFooter"><p>{footer}</p></div>')

    assert (quote.summary.as_of, quote.summary.session) == (as_of, session)
    assert codes(quote) == (set() if as_of else {"quote_time_missing"})


def test_what_is_not_available_is_null_and_not_zero() -> None:
    blank = cell("N/A", "--")

    quote = read(row("N/A", "", "N/A", "", blank, "", blank, "", blank) + FOOTER)

    assert quote.summary == Summary(symbol="VTI", as_of="2026-11-20 16:00:00", session="close")
    assert codes(quote) == {"price_missing"}


def test_a_rounded_volume_is_no_number_of_shares() -> None:
    assert read(row("1", "", "0", "", "1", "", "1", "", cell("1.2M", "Below Avg."))).summary.volume is None


def test_cells_without_value_and_sublabel_are_read_as_they_stand() -> None:
    summary = read(row("$245.67", "", "0", "", "245.66", "", "245.68", "", "1,000")).summary

    assert (summary.bid, summary.ask, summary.volume) == (245.66, 245.68, 1000)
    assert (summary.bid_size, summary.ask_size) == (None, None)


def test_a_quote_without_volume_is_a_quote() -> None:
    quote = read(row("$245.67", "", "0", "", cell("1", "300"), "", cell("2", "x1,200")) + FOOTER)

    assert (quote.summary.last_price, quote.summary.volume) == (245.67, None)
    assert (quote.summary.bid_size, quote.summary.ask_size) == (300, 1200)
    assert quote.issues == ()


@pytest.mark.parametrize(
    "html", ["", row(), row("1"), row("1", "", "2", "", "3", ""), "<table><tr><td>1</td></tr></table>"]
)
def test_a_missing_quote_row_is_an_issue_and_the_time_stays(html: str) -> None:
    quote = read(html + FOOTER)

    assert quote.summary == Summary(symbol="VTI", as_of="2026-11-20 16:00:00", session="close")
    assert codes(quote) == {"quote_missing"}


@pytest.mark.parametrize(
    ("bid", "ask", "crossed"), [("2", "1", True), ("1", "1", False), ("1", "2", False), ("2", "0", False)]
)
def test_a_bid_above_the_ask_is_an_issue(bid: str, ask: str, crossed: bool) -> None:
    quote = read(row("1", "", "0", "", cell(bid), "", cell(ask), "", cell("1")) + FOOTER)

    assert ("quote_crossed" in codes(quote)) is crossed
