"""The quote block of the page: last price, change, volume, bid and ask, and when they held."""

import re
from dataclasses import dataclass
from datetime import datetime
from decimal import Decimal
from typing import TypeVar

from bs4 import BeautifulSoup, Tag

from etf_common.codes import IssueCode
from etf_common.models import Issue, Summary
from transform.quote_time import read_quote_time
from transform.values import MINUS_SIGNS, machine_number, plain, shown_number, size

CELL_CHARACTERS = 100
"""Of the text of one cell; a longer change is cut, with an issue."""
BLOCKS_READ = 10
"""Quote blocks, and tables in one: a page has one of each."""
SMALLEST_PRICE = 0.000001
LARGEST_PRICE = 10_000_000.0
"""USD a share: ten times the dearest share there is."""
LARGEST_VOLUME = 10**12
LARGEST_SIZE = 10**9
LARGEST_CHANGE_PCT = 10_000.0
"""Per cent; a fall ends at -100."""

_AMOUNT = r"(?:\d+(?:,\d+)*(?:\.\d*)?|\.\d+)"
_CHANGE = re.compile(
    rf"(?P<amount>(?P<sign>[+-]?) ?\$? ?(?P<inner>[+-]?){_AMOUNT})"
    rf"(?:(?: ?[(/|] ?|, | )(?P<per_cent>[+-]?{_AMOUNT}) ?(?:% ?\)?|\))| ?\((?:-{{1,2}}|N/?A)\))?"
)
# ($0.10), as accountants write what is below zero, and a triangle that points down.
_BELOW_ZERO = re.compile(rf"\(\$?({_AMOUNT})\)|[\u25bc\u25bd\u2193] ?(?=[$\d.])")
_POINTERS = str.maketrans(dict.fromkeys("\u25b2\u25b3\u2191\u25bc\u25bd\u2193"))
Number = TypeVar("Number", int, float)
_NOTHING = frozenset({"", "--", "-", "N/A", "NA", "n/a"})
# Odd cells are spacers.
_LAST, _CHANGE_CELL, _BID, _ASK, _VOLUME = 0, 2, 4, 6, 8


@dataclass(frozen=True)
class ParsedQuote:
    """The summary, and what was odd about it."""

    summary: Summary
    issues: tuple[Issue, ...]


@dataclass(frozen=True)
class _Change:
    """The portal's text, and what it says. A per cent that contradicts the amount is not taken."""

    text: str | None = None
    amount: float | None = None
    per_cent: float | None = None
    contradictory: bool = False


class _Range:
    """Lets the numbers through that a quote can have, and remembers the others."""

    def __init__(self) -> None:
        self.refused: list[str] = []

    def take(self, name: str, value: Number | None, least: float, largest: float) -> Number | None:
        """The value if it lies between the two, both included."""
        if value is None or least <= value <= largest:
            return value
        self.refused.append(f"{name} {value}")
        return None

    def price(self, name: str, value: float | None) -> float | None:
        """The price if there can be one like it. 0 is how the portal says that there is none."""
        return self.take(name, value, SMALLEST_PRICE, LARGEST_PRICE) if value else None


def read_quote(soup: BeautifulSoup, symbol: str, fetched_at: datetime) -> ParsedQuote:
    """The quote of `symbol`. What the page does not give, gives as `N/A`, or cannot be true, is null with an issue."""
    time = read_quote_time(_text(soup.find(id="firstGlanceFooter")), fetched_at)
    time_issues = [time.issue] if time.issue else []
    row = _quote_row(soup)
    cells = row.find_all("td", recursive=False) if row else []
    if len(cells) <= _ASK:
        detail = "the page has no quote row" if row is None else f"the quote row has {len(cells)} cells"
        issue = Issue(code=IssueCode.QUOTE_MISSING, detail=detail)
        return ParsedQuote(Summary(symbol=symbol, as_of=time.as_of, session=time.session), (issue, *time_issues))
    text = _text(cells[_CHANGE_CELL])
    change, in_range = _change(text), _Range()
    bid, bid_size = _price_and_size(cells[_BID])
    ask, ask_size = _price_and_size(cells[_ASK])
    volume = _volume(cells[_VOLUME]) if len(cells) > _VOLUME else None
    summary = Summary(
        symbol=symbol,
        last_price=in_range.price("last price", _price(_value(cells[_LAST]))),
        change=change.text,
        volume=in_range.take("volume", volume, 0, LARGEST_VOLUME),
        as_of=time.as_of,
        session=time.session,
        change_abs=in_range.take("change", change.amount, -LARGEST_PRICE, LARGEST_PRICE),
        change_pct=in_range.take("change in %", change.per_cent, -100, LARGEST_CHANGE_PCT),
        bid=in_range.price("bid", bid),
        bid_size=in_range.take("bid size", bid_size, 0, LARGEST_SIZE),
        ask=in_range.price("ask", ask),
        ask_size=in_range.take("ask size", ask_size, 0, LARGEST_SIZE),
    )
    issues = _missing(summary) + _change_issues(change, is_cut=len(text) > CELL_CHARACTERS) + time_issues
    if summary.bid and summary.ask and summary.bid > summary.ask:
        detail = f"bid {summary.bid} is above ask {summary.ask}"
        issues.append(Issue(code=IssueCode.QUOTE_CROSSED, detail=detail))
    if in_range.refused:
        detail = f"not what a quote can have: {', '.join(in_range.refused)}"
        issues.append(Issue(code=IssueCode.QUOTE_OUT_OF_RANGE, detail=detail, count=len(in_range.refused)))
    return ParsedQuote(summary, tuple(issues))


def _quote_row(soup: BeautifulSoup) -> Tag | None:
    """The second row of the quote table. Counted by hand: CSS's nth-of-type compares each row with all others."""
    for block in soup.select("div.popupVersion.realtime", limit=BLOCKS_READ):
        for table in block.find_all("table", limit=BLOCKS_READ):
            rows_of: dict[int, int] = {}
            for row in table.find_all("tr"):
                rows_of[id(row.parent)] = number = rows_of.get(id(row.parent), 0) + 1
                if number == 2:
                    return row
    return None


def _missing(summary: Summary) -> list[Issue]:
    figures = (
        (IssueCode.PRICE_MISSING, summary.last_price, "last price"),
        (IssueCode.BID_MISSING, summary.bid, "bid"),
        (IssueCode.ASK_MISSING, summary.ask, "ask"),
        (IssueCode.VOLUME_MISSING, summary.volume, "exact volume"),
    )
    return [Issue(code=code, detail=f"the quote row gives no {name}") for code, value, name in figures if value is None]


def _change_issues(change: _Change, *, is_cut: bool) -> list[Issue]:
    issues = []
    if is_cut:
        detail = f"the change is longer than {CELL_CHARACTERS} characters"
        issues.append(Issue(code=IssueCode.CHANGE_CUT, detail=detail))
    if change.text is not None and change.amount is None:
        issues.append(Issue(code=IssueCode.CHANGE_UNREADABLE, detail="the change is a text without an amount"))
    if change.contradictory:
        detail = f"amount and per cent have different signs: {(change.text or '')[:40]}"
        issues.append(Issue(code=IssueCode.CHANGE_CONTRADICTORY, detail=detail))
    return issues


def _change(text: str) -> _Change:
    """`+0.17 (0.38%)`: a per cent without a sign has the amount's."""
    shown = text[:CELL_CHARACTERS].strip()
    if shown.translate(MINUS_SIGNS) in _NOTHING:
        return _Change()
    match = _CHANGE.fullmatch(_signed(shown)) if len(text) <= CELL_CHARACTERS else None
    amount = shown_number(match["amount"]).value if match else None
    if match is None or amount is None:
        return _Change(shown)
    written = match["per_cent"]
    per_cent = machine_number(written) if written else None
    if per_cent is None:
        return _Change(shown, float(amount))
    # An amount can be rounded to nothing and still have its sign.
    amount_sign = match["sign"] or match["inner"] or ("+" if amount else "")
    if written[0] in "+-":
        contradictory = bool(amount_sign and amount_sign != written[0] and (amount or per_cent))
    else:
        contradictory, per_cent = False, -per_cent if amount_sign == "-" else per_cent
    return _Change(shown, float(amount), None if contradictory else float(per_cent or Decimal(0)), contradictory)


def _signed(text: str) -> str:
    """The text with a plain minus for all that says below zero."""
    plainly = text.translate(MINUS_SIGNS)
    if below := _BELOW_ZERO.match(plainly):
        plainly = f"-{below[1] or ''}{plainly[below.end() :]}"
    return plainly.translate(_POINTERS).strip()


def _price_and_size(cell: Tag) -> tuple[float | None, int | None]:
    """`$44.31/1`: in two spans with the slash on either side, or in one text."""
    value, label = cell.select_one(".value"), cell.select_one(".sublabel")
    price, size_beside = _split(_text_outside(value or cell, label))
    sizes = (_text(label), size_beside, _text_outside(cell, value, label) if value else "")
    shown_size = next((text for text in sizes if text), "")
    return _price(price), size(shown_size[:CELL_CHARACTERS].strip("/ ()").replace("x ", "x"))


def _text_outside(tag: Tag, *excluded: Tag | None) -> str:
    """The text of a tag without that of some tags in it."""
    texts = [
        text
        for text in tag.find_all(string=True, limit=CELL_CHARACTERS)
        if not any(parent is each for parent in text.parents for each in excluded)
    ]
    return " ".join(" ".join(texts).split())


_BETWEEN = str.maketrans({"/": " ", "@": " ", "\u00d7": "x", "(": " ", ")": " "})


def _split(text: str) -> tuple[str, str]:
    """Price and size of one text: a slash, a blank or an x between, or the size in brackets; else the whole text."""
    text = text[:CELL_CHARACTERS].replace("$ ", "$").replace("N/A", "--").replace("n/a", "--")
    words = text.translate(_BETWEEN).replace("x", " x").replace("x ", "x").split()
    if len(words) == 2 and (words[0] in _NOTHING or shown_number(words[0]).value is not None):
        return words[0], words[1]
    return text.strip("/ "), ""


def _volume(cell: Tag) -> int | None:
    """Shares, without their label: `514,376 Average`."""
    number, *label = _value(cell)[:CELL_CHARACTERS].replace("/", " ").split() or [""]
    if label and label[0][0].isdigit():
        return None  # 514 376: perhaps one number, perhaps two
    shown = shown_number(number)
    shares = None if shown.rounded else plain(shown.value)
    return shares if isinstance(shares, int) else None


def _price(text: str) -> float | None:
    shown = shown_number(text)
    return None if shown.rounded or shown.value is None else float(shown.value)


def _value(cell: Tag) -> str:
    return _text(cell.select_one(".value") or cell)


def _text(tag: Tag | None) -> str:
    return " ".join(tag.get_text(" ").split()) if tag else ""
