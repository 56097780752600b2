"""The portal's page as HTML."""

import html
from dataclasses import dataclass

from sample_portal.cells import COLUMNS, Column, css_class
from sample_portal.funds import Fund, Quote, Row
from sample_portal.options import ChangeSign, MachineValues, PagerForm, PortalOptions, SizeForm, TokenForm
from sample_portal.sessions import session_after

ROWS_ON_PAGE = 20
_NO_BREAK = "\u00a0"
_ROW_STARTS = ("<tr>", '<tr class="alt">')


@dataclass(frozen=True)
class Window:
    """The rows that one answer shows. `first` counts from 1; `total` is what the pager says."""

    rows: tuple[Row, ...]
    first: int
    total: int
    columns: tuple[Column, ...] = COLUMNS

    @property
    def last(self) -> int:
        """The number of the last row shown."""
        return self.first + len(self.rows) - 1


def pager_parts(window: Window, options: PortalOptions) -> tuple[str, ...]:
    """`Viewing 1 - 20 of 3,512 matches`, in the form that the options choose.

    One text, or three where the total is a child of its own: before it, the total, behind it. Nothing without rows or
    a pager.
    """
    is_few = window.total <= ROWS_ON_PAGE and not options.pager_for_few
    if options.pager_form is PagerForm.ABSENT or not window.rows or is_few:
        return ()
    numbers = (window.first, window.last, window.total)
    first, last, total = (f"{number:,}" if options.pager_commas else str(number) for number in numbers)
    if options.pager_form is PagerForm.TOTAL_APART:
        return f"Viewing {first} - {last} of ", total, " matches"
    if options.pager_form is PagerForm.TOTAL_APART_TIGHT:
        return f"Viewing {first} - {last} of", total, "matches"
    text = f"{first} - {last} of {total} matches"
    if options.pager_form is PagerForm.PLAIN:
        return (text,)
    text = f"Viewing {text}"
    return (text.replace(" ", _NO_BREAK) if options.pager_form is PagerForm.NO_BREAK else text,)


def render_page(fund: Fund, window: Window, token: str, options: PortalOptions) -> bytes:
    """The page of a fund with its first rows, UTF-8."""
    title = _text(fund.name)
    listing = f" {fund.symbol}:{fund.exchange}" if options.title_names_listing else ""
    return f"""<!DOCTYPE html>
<html lang="en">
<head>
<meta charset="utf-8" />
<title>{title} | Portfolio Holdings | Sample portal</title>
<style>table.standard td.data {{ text-align: right }} tr.alt {{ background: #f4f4f4 }}</style>
<script>
var WSDOM = {{ Page: {{}} }}, WSOD_DATA = {{}};
{_session_script(token, options)}
var gSymbolWSODIssue = {_issue(fund, options)};
var gHoldingsAsOfDate = '{fund.holdings_as_of:%m/%d/%Y}';
</script>
</head>
<body>
<div id="header"><p>Sample data: every figure on this page is made up.</p></div>
<div id="content">
<div class="fundTitle"><h2>{title}{_text(listing)}</h2></div>
<div id="firstGlance" modulename="FirstGlance">
<p>{title}{_text(listing)}</p>
{_quote_block(fund.quote, options)}
<div id="firstGlanceFooter">{_quote_time(fund.quote, options)}</div>
</div>
<h3>Portfolio Holdings</h3>
<p>{window.total:,} Total Holdings</p>
<div id="holdingsTableContainer" fundtype="{options.fund_type}">
{_table(window, options)}
{_pager(window, options)}
</div>
</div>
</body>
</html>
""".encode()


def _text(text: str) -> str:
    return html.escape(text, quote=False)


def _session_script(token: str, options: PortalOptions) -> str:
    quoted = f"{options.script_quote}{token}{options.script_quote}"
    lines = []
    if options.token_form in {TokenForm.ASSIGNED, TokenForm.BOTH}:
        lines.append(f"WSOD_DATA.sessionID = {quoted};")
    if options.token_form in {TokenForm.FALLBACK, TokenForm.BOTH}:
        lines.append(f"WSDOM.Page.sessionID = WSOD_DATA.sessionID || {quoted};")
    return "\n".join(lines)


def _issue(fund: Fund, options: PortalOptions) -> str:
    return f"'{fund.issue}'" if options.issue_quoted else fund.issue


def _quote_block(quote: Quote, options: PortalOptions) -> str:
    """The quote's table: the odd cells of its second row are spacers."""
    spacer = '<td class="spacer"></td>'
    headings = ("Last Price", "Today's Change", "Bid/Size", "Ask/Size", "Today's Volume")
    head = f"{spacer}".join(f"<td>{_text(heading)}</td>" for heading in headings)
    cells = spacer.join(f"<td>{cell}</td>" for cell in _quote_cells(quote, options))
    return f'<div class="popupVersion realtime"><table>\n<tr>{head}</tr>\n<tr>{cells}</tr>\n</table></div>'


def _quote_cells(quote: Quote, options: PortalOptions) -> tuple[str, ...]:
    if not options.quote_available:
        pair = _value_and_sublabel("N/A", "N/A")
        return "N/A", "N/A", pair, pair, pair
    between = "\n" if options.change_on_two_lines else " "
    volume = f"{quote.volume:,} {options.volume_label}"
    if options.size_form is not SizeForm.WITHOUT_SPANS:
        volume = _value_and_sublabel(f"{quote.volume:,}", options.volume_label)
    return (
        f"${quote.last_price:,}",
        f"{quote.change:+,}{between}({_change_pct(quote, options)}%)",
        _price_and_size(f"${quote.bid:,}", f"{quote.bid_size:,}", options),
        _price_and_size(f"${quote.ask:,}", f"{quote.ask_size:,}", options),
        volume,
    )


def _change_pct(quote: Quote, options: PortalOptions) -> str:
    match options.change_sign:
        case ChangeSign.ALWAYS:
            return f"{quote.change_pct:+}"
        case ChangeSign.NEVER:
            return str(abs(quote.change_pct))
    return str(quote.change_pct)


def _price_and_size(price: str, size: str, options: PortalOptions) -> str:
    match options.size_form:
        case SizeForm.SLASH_IN_SUBLABEL:
            return _value_and_sublabel(price, f"/{size}")
        case SizeForm.SLASH_IN_VALUE:
            return _value_and_sublabel(f"{price}/", size)
        case SizeForm.SLASH_BETWEEN:
            return _value_and_sublabel(price, size, between="/")
        case SizeForm.WITHOUT_SPANS:
            return f"{price}/{size}"
    return _value_and_sublabel(price, f"x{size}")


def _value_and_sublabel(value: str, sublabel: str, *, between: str = "") -> str:
    return f'<span class="value">{value}</span>{between}<span class="sublabel">{sublabel}</span>'


def _quote_time(quote: Quote, options: PortalOptions) -> str:
    if options.intraday:
        return f"As of 11:12am ET {quote.session:%m/%d/%Y}"
    day = session_after(quote.session) if options.close_of_next_session else quote.session
    return f"As of close {day:%m/%d/%Y}"


def _table(window: Window, options: PortalOptions) -> str:
    headings = "".join(
        f'<th class="{_heading_class(window.columns, position)}" sortname="{column.sortname}">'
        f"<div>{column.heading}</div></th>"
        for position, column in enumerate(window.columns)
    )
    rows = "".join(
        f"{_ROW_STARTS[number % 2]}{_cells(row, window.columns, options)}</tr>"
        for number, row in enumerate(window.rows)
    )
    return (
        '<table id="tthHoldingsTable" class="standard sortable">'
        f'<thead id="tthHoldingsThead" sortby="PctNetAssets" sortdir="desc"><tr>{headings}</tr></thead>'
        f'<tbody id="tthHoldingsTbody">{rows}</tbody></table>'
    )


def _heading_class(columns: tuple[Column, ...], position: int) -> str:
    names = [name for name in css_class(columns, position).split() if name not in {"symbol", "description"}]
    sorted_by = ["tsDescending"] if columns[position].sortname == "PctNetAssets" else []
    return " ".join([*names, "tsControl", *sorted_by])


def _cells(row: Row, columns: tuple[Column, ...], options: PortalOptions) -> str:
    cells = []
    for position, column in enumerate(columns):
        shown = _text(column.shown(row))
        inner = f"<span>{shown}</span>" if column.css_class == "description" else shown
        cells.append(f'<td class="{css_class(columns, position)}"{_tsraw(column, row, options)}>{inner}</td>')
    return "".join(cells)


def _tsraw(column: Column, row: Row, options: PortalOptions) -> str:
    if options.machine_values is MachineValues.MISSING:
        return ""
    # An ampersand stays as it is, as in the real page: `tsraw="Johnson & Johnson"`.
    value = column.machine(row).replace('"', "&quot;")
    return f' tsraw="{value}"'


def _pager(window: Window, options: PortalOptions) -> str:
    parts = pager_parts(window, options)
    if not parts:
        return ""
    choices = "".join(f"<a>{rows}</a>" for rows in (20, 40, 60))
    before, *apart = (part.replace(_NO_BREAK, "&nbsp;") for part in parts)
    shown = f"{before}<span>{apart[0]}</span>{apart[1]}" if apart else before
    return f'<div id="PaginationContainer"><p class="results">{shown}</p><div>Show {choices}</div></div>'


def unknown_symbol_page(token: str, options: PortalOptions) -> bytes:
    """What the portal shows for a symbol that it does not know; with a session token where it has one everywhere."""
    script = f"<script>var WSOD_DATA = {{}};\n{_session_script(token, options)}</script>"
    return UNKNOWN_SYMBOL_PAGE.replace(b"</head>", script.encode() + b"</head>") if token else UNKNOWN_SYMBOL_PAGE


UNKNOWN_SYMBOL_PAGE = b"""<!DOCTYPE html>
<html lang="en"><head><meta charset="utf-8" /><title>Symbol not found | Sample portal</title></head>
<body><div id="content">
<div class="message">We could not find that symbol. Check it and try again.</div></div></body></html>
"""
SIGN_IN_PAGE = b"""<!DOCTYPE html>
<html lang="en"><head><meta charset="utf-8" /><title>Sign in | Sample portal</title></head>
<body><h1>Sign in to continue</h1><form method="post" action="/login">
<label>Login ID <input name="LoginId" /></label><label>Password <input name="Password" type="password" /></label>
<button>Sign in</button></form></body></html>
"""
ROBOT_CHECK_PAGE = b"""<!DOCTYPE html>
<html lang="en"><head><meta charset="utf-8" /><title>One moment | Sample portal</title></head>
<body><h1>Are you a person?</h1><p>Unusual traffic came from your network. Complete the check to go on.</p>
<form id="challenge"></form></body></html>
"""
ERROR_PAGE = b"""<!DOCTYPE html>
<html lang="en"><head><meta charset="utf-8" /><title>Error | Sample portal</title></head>
<body><h1>The page cannot be displayed</h1>
<p>Your session has ended or the request was not understood.</p></body></html>
"""
