"""The quote block: what stands where, and what is null. Markup: section 1 of what is known of the portal."""

from datetime import UTC, datetime

import pytest
from bs4 import BeautifulSoup

from etf_common.models import Summary
from tests.unit.builders import FOOTER, QUOTE
from transform.quote import ParsedQuote, read_quote

FETCHED_AT = datetime(2026, 11, 20, 22, 30, tzinfo=UTC)  # Friday, 17:30 in New York


def read(html: str, fetched_at: datetime = FETCHED_AT) -> ParsedQuote:
    return read_quote(BeautifulSoup(html, "lxml"), "VTI", fetched_at)


def codes(quote: ParsedQuote) -> set[str]:
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
        # A real page: a positive change's per cent has no sign.
        ("+0.17 (0.38%)", "+0.17 (0.38%)", 0.17, 0.38),
        ("-0.17 (0.38%)", "-0.17 (0.38%)", -0.17, -0.38),
        ("\u22120.17\n(0.38%)", "\u22120.17 (0.38%)", -0.17, -0.38),
        ("$-0.17(0.38%)", "$-0.17(0.38%)", -0.17, -0.38),
        ("-$1,000.17 / 0.38%", "-$1,000.17 / 0.38%", -1000.17, -0.38),
        ("0.17 (0.38%)", "0.17 (0.38%)", 0.17, 0.38),
        ("-0.00 (0.02%)", "-0.00 (0.02%)", 0.0, -0.02),
        ("+0.00 (0.00%)", "+0.00 (0.00%)", 0.0, 0.0),
        ("-0.00 (-0.00%)", "-0.00 (-0.00%)", 0.0, 0.0),
        # Other ways to say below zero, and other signs between the two
        ("\u20130.10 (\u20131.00%)", "\u20130.10 (\u20131.00%)", -0.1, -1.0),
        ("($0.10) (1.00%)", "($0.10) (1.00%)", -0.1, -1.0),
        ("(0.10) (-1.00%)", "(0.10) (-1.00%)", -0.1, -1.0),
        ("- 0.10 (1.00%)", "- 0.10 (1.00%)", -0.1, -1.0),
        ("-$ 0.10 (1.00%)", "-$ 0.10 (1.00%)", -0.1, -1.0),
        ("\u25bc 0.10 (1.00%)", "\u25bc 0.10 (1.00%)", -0.1, -1.0),
        ("\u25bc -0.10 (-1.00%)", "\u25bc -0.10 (-1.00%)", -0.1, -1.0),
        ("\u25b2 0.10 (1.00%)", "\u25b2 0.10 (1.00%)", 0.1, 1.0),
        ("+0.10 | +1.00%", "+0.10 | +1.00%", 0.1, 1.0),
        ("+0.10, +1.00%", "+0.10, +1.00%", 0.1, 1.0),
        ("+0.10 (N/A)", "+0.10 (N/A)", 0.1, None),
        ("+0.0045 (+0.45%)", "+0.0045 (+0.45%)", 0.0045, 0.45),
        ("\u2014", None, None, None),
        ("Unchanged", "Unchanged", None, None),
        ("0 (0%)", "0 (0%)", 0.0, 0.0),
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
    assert "-0.0" not in {str(summary.change_abs), str(summary.change_pct)}


@pytest.mark.parametrize(
    ("text", "contradictory"),
    [
        *(("+0.17 (-0.38%)", True), ("-0.17 (+0.38%)", True), ("0.17 (-0.38%)", True), ("+0.00 (-0.02%)", True)),
        *(("-0.17 (0.38%)", False), ("+0.17 (+0.38%)", False), ("0.00 (-0.02%)", False), ("+0.00 (-0.00%)", False)),
    ],
)
def test_amount_and_per_cent_contradict_each_other_only_where_both_have_a_sign(text: str, contradictory: bool) -> None:
    quote = read(row("100", "", text, "", cell("1"), "", cell("1"), "", cell("1")))

    assert ("change_contradictory" in codes(quote)) is contradictory
    assert (quote.summary.change_pct is None) is contradictory


@pytest.mark.parametrize(
    ("footer", "as_of", "session"),
    [
        ("As of close 01/27/2026", "2026-01-27 16:00:00", "close"),
        ("As of 11:12am ET 08/13/2026", "2026-08-13 11:12:00", "intraday"),
        ("As of 4:01PM ET 08/13/2026", "2026-08-13 16:01:00", "intraday"),
        ("As of close on 01/27/2026", "2026-01-27 16:00:00", "close"),
        ("As of 4:01pm ET, 08/13/2026", "2026-08-13 16:01:00", "intraday"),
        ("As of 4:01pm ET on 08/13/2026", "2026-08-13 16:01:00", "intraday"),
        ("As of 08/13/2026 4:01pm ET", "2026-08-13 16:01:00", "intraday"),
        ("As of 16:01 ET 08/13/2026", None, None),
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
    assert codes(quote) == {"price_missing", "bid_missing", "ask_missing", "volume_missing"}


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
    assert codes(quote) == {"volume_missing"}


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


PRICES = [
    ("$44.31/1", 44.31, 1),
    ("$44.31 / 1", 44.31, 1),
    ("$44.31/ 1,200", 44.31, 1200),
    ("$44.31 x300", 44.31, 300),
    ("$44.31 (3)", 44.31, 3),
    ("$44.31@3", 44.31, 3),
    ("$44.31 \u00d7 300", 44.31, 300),
    ('<span class="value">$44.31</span><span class="sublabel">(3)</span>', 44.31, 3),
    ("$44.31", 44.31, None),
    ("$44.31/", 44.31, None),
    ("$44.31/--", 44.31, None),
    ('<span class="value">$44.31/</span><span class="sublabel">1</span>', 44.31, 1),
    ('<span class="value">$44.31</span><span class="sublabel">/1</span>', 44.31, 1),
    ('<span class="value">$44.31/</span><span class="sublabel">/1</span>', 44.31, 1),
    ('<span class="value">$44.31</span> / <span class="sublabel">1</span>', 44.31, 1),
    ('<span class="value">$44.31/1</span><span class="sublabel"></span>', 44.31, 1),
    ('<span class="value">$44.31/1</span>', 44.31, 1),
    ('<span class="value">$44.31</span>/1', 44.31, 1),
    ('$44.31/<span class="sublabel">1</span>', 44.31, 1),
    ('<span class="value">$44.31<span class="sublabel">/1</span></span>', 44.31, 1),
    ('<span class="value">$44.31</span><span class="sublabel">x300</span>', 44.31, 300),
    ('<span class="value">N/A</span><span class="sublabel">/--</span>', None, None),
    ("N/A", None, None),
    ("N/A/N/A", None, None),
    ("--/1", None, 1),
    ("0.00/0", None, 0),
    ("about 5", None, None),
    ("", None, None),
]


@pytest.mark.parametrize(("text", "price", "shown_size"), PRICES)
def test_a_slash_may_stand_on_either_side_of_price_and_size(
    text: str, price: float | None, shown_size: int | None
) -> None:
    quote = read(row("$44.71", "", "0", "", text, "", text, "", "5") + FOOTER)

    assert (quote.summary.bid, quote.summary.bid_size) == (price, shown_size)
    assert (quote.summary.ask, quote.summary.ask_size) == (price, shown_size)
    assert codes(quote) == (set() if price else {"bid_missing", "ask_missing"})


@pytest.mark.parametrize(
    ("text", "volume"),
    [
        ("514,376 Average", 514376),
        ("514,376&nbsp;Below Avg.", 514376),
        ("514,376 / Average", 514376),
        ('<span class="value">514,376</span><span class="sublabel">3-Month Avg.</span>', 514376),
        ("0 Below Avg.", 0),
        ("1.2M Average", None),
        ("514 376", None),
        ("Average", None),
        ("-5 Average", None),
        ("514.5", None),
        ("9" * 15, None),
        ("", None),
    ],
)
def test_a_volume_has_a_label_beside_it(text: str, volume: int | None) -> None:
    quote = read(row("$44.71", "", "0", "", "1", "", "1", "", text) + FOOTER)

    assert quote.summary.volume == volume
    assert ("volume_missing" in codes(quote)) is (volume is None)


def test_the_text_of_a_real_page() -> None:
    quote = read(
        row("$44.71", "", "+0.17 (0.38%)", "", "$44.31/1", "", "$46.00/1", "", "514,376 Average")
        + '<div id="firstGlanceFooter">As of close 09/22/2023</div>',
        datetime(2023, 9, 23, 14, 0, tzinfo=UTC),
    )

    assert quote.summary == Summary(
        symbol="VTI",
        last_price=44.71,
        change="+0.17 (0.38%)",
        volume=514376,
        as_of="2023-09-22 16:00:00",
        session="close",
        change_abs=0.17,
        change_pct=0.38,
        bid=44.31,
        bid_size=1,
        ask=46.0,
        ask_size=1,
    )
    assert quote.issues == ()


@pytest.mark.parametrize(
    ("footer", "fetched_at", "as_of", "code"),
    [
        # Seen on the portal: 08:15 in New York, hours before the session of that day opens.
        ("As of close 11/20/2026", "2026-11-20T13:15:00+00:00", None, "quote_before_close"),
        ("As of close 11/20/2026", "2026-11-20T20:59:59+00:00", None, "quote_before_close"),
        ("As of close 11/20/2026", "2026-11-20T21:00:00+00:00", "2026-11-20 16:00:00", None),
        ("As of close 11/20/2026", "2026-11-22T12:00:00+00:00", "2026-11-20 16:00:00", None),
        ("As of close 11/23/2026", "2026-11-20T22:30:00+00:00", None, "quote_before_close"),
        ("As of close 12/31/9999", "2026-11-20T22:30:00+00:00", None, "quote_before_close"),
        # In summer the close is an hour earlier in UTC; on a half-day the session closes at 13:00.
        ("As of close 07/15/2026", "2026-07-15T20:00:00+00:00", "2026-07-15 16:00:00", None),
        ("As of close 07/15/2026", "2026-07-15T19:59:00+00:00", None, "quote_before_close"),
        ("As of close 11/27/2026", "2026-11-27T18:00:00+00:00", "2026-11-27 13:00:00", None),
        ("As of close 11/27/2026", "2026-11-27T17:59:00+00:00", None, "quote_before_close"),
        ("As of close 11/27/2026", "2026-11-27T20:59:59+00:00", "2026-11-27 13:00:00", None),
        ("As of close 11/27/2026", "2026-11-27T21:00:00+00:00", "2026-11-27 16:00:00", None),
        ("As of close 11/27/2026", "2026-11-28T15:00:00+00:00", "2026-11-27 16:00:00", None),
        # No session closes on a Saturday, or on Thanksgiving.
        ("As of close 11/21/2026", "2026-11-22T22:30:00+00:00", None, "quote_time_invalid"),
        ("As of close 11/26/2026", "2026-11-27T22:30:00+00:00", None, "quote_time_invalid"),
        ("As of close 01/27/1926", "2026-11-20T22:30:00+00:00", None, "quote_time_invalid"),
        ("As of 11:12am ET 11/20/2026", "2026-11-20T16:12:00+00:00", "2026-11-20 11:12:00", None),
        ("As of 11:12am ET 11/20/2026", "2026-11-20T16:11:59+00:00", None, "quote_time_in_future"),
        ("As of 11:12am ET 11/21/2026", "2026-11-20T22:30:00+00:00", None, "quote_time_in_future"),
        ("As of 11:59pm ET 12/31/9999", "2026-11-20T22:30:00+00:00", None, "quote_time_in_future"),
        ("As of 11:12am ET 11/20/0026", "2026-11-20T22:30:00+00:00", None, "quote_time_invalid"),
        # On 8 March New York's clocks go from 2:00 to 3:00; on 1 November 1:30 comes twice.
        ("As of 2:30am ET 03/08/2026", "2026-11-20T22:30:00+00:00", None, "quote_time_invalid"),
        ("As of 3:00am ET 03/08/2026", "2026-11-20T22:30:00+00:00", "2026-03-08 03:00:00", None),
        ("As of 1:30am ET 11/01/2026", "2026-11-20T22:30:00+00:00", "2026-11-01 01:30:00", None),
    ],
)
def test_a_time_that_cannot_be_is_null_with_an_issue(
    footer: str, fetched_at: str, as_of: str | None, code: str | None
) -> None:
    quote = read(f'{QUOTE}<div id="firstGlanceFooter">{footer}</div>', datetime.fromisoformat(fetched_at))

    assert quote.summary.as_of == as_of
    assert quote.summary.session == (("close" if "close" in footer else "intraday") if as_of else None)
    assert codes(quote) == ({code} if code else set())
    assert quote.summary.last_price == 245.67


@pytest.mark.parametrize(
    ("column", "text", "field"),
    [
        *((0, text, "last_price") for text in ("-5", "($5.00)", "$99,999,999,999")),
        *((2, text, "change_abs") for text in ("+99,999,999,999", "-99,999,999,999 (0.1%)")),
        *((2, text, "change_pct") for text in ("-1 (-101%)", "+1 (20,000%)")),
        *((4, text, "bid") for text in ("-1/1", "$99,999,999,999/1")),
        *((6, text, "ask_size") for text in ("1/999999999999",)),
        *((8, text, "volume") for text in ("999,999,999,999,999", "-1")),
    ],
)
def test_a_number_that_no_quote_has_is_null_with_an_issue(column: int, text: str, field: str) -> None:
    cells = ["$44.71", "", "0", "", "1/1", "", "1/1", "", "5"]
    assert "quote_out_of_range" not in codes(read(row(*cells) + FOOTER))
    cells[column] = text

    quote = read(row(*cells) + FOOTER)

    assert getattr(quote.summary, field) is None
    assert "quote_out_of_range" in codes(quote)


def test_a_long_change_is_cut_with_an_issue() -> None:
    quote = read(row("1", "", "9" * 5_000 + "x", "", "1", "", "1", "", "1") + FOOTER)

    assert quote.summary.change == "9" * 100
    assert quote.summary.change_abs is None
    assert codes(quote) == {"change_cut", "change_unreadable"}


def test_the_quote_row_is_the_second_of_its_table() -> None:
    rows = "".join(f"<tr><td>{price}</td>" + "<td>1</td>" * 8 + "</tr>" for price in ("$1", "$2", "$3"))
    for table in (rows, f"<thead><tr><th>x</th></tr></thead><tbody>{rows}</tbody>"):
        quote = read(f'<div class="a popupVersion realtime"><table>{table}</table></div>{FOOTER}')

        assert quote.summary.last_price == 2.0
