"""The quote block of the page: last price, change, volume, bid and ask, and when they held."""

import re
from dataclasses import dataclass
from datetime import datetime

from bs4 import BeautifulSoup, Tag

from etf_common.models import Issue, Summary
from transform.values import machine_number, plain, shown_number, size

_ROW = "div.popupVersion.realtime table tr:nth-of-type(2)"
_CLOSE = re.compile(r"as\s+of\s+close:?\s+(\d{1,2}/\d{1,2}/\d{4})", re.IGNORECASE)
_INTRADAY = re.compile(
    r"as\s+of\s+(\d{1,2}:\d{2})(:\d{2})?\s*([ap])\.?m\.?\s+E[SD]?T\s+(\d{1,2}/\d{1,2}/\d{4})", re.IGNORECASE
)
_CHANGE = re.compile(r"([+-]?\$?[+-]?[\d,]*\.?\d+)(?:\s*[(/]?\s*([+-]?[\d,]*\.?\d+)\s*(?:%\s*\)?|\)))?")
_NOTHING = frozenset({"", "--", "-", "N/A", "NA"})
# Odd cells are spacers.
_LAST, _CHANGE_CELL, _BID, _ASK, _VOLUME = 0, 2, 4, 6, 8


@dataclass(frozen=True)
class Quote:
    """The summary, and what was odd about it."""

    summary: Summary
    issues: tuple[Issue, ...]


def read_quote(soup: BeautifulSoup, symbol: str) -> Quote:
    """The quote of `symbol`. What the page does not give, or gives as `N/A`, is null."""
    as_of, session = _as_of(_text(soup.find(id="firstGlanceFooter")))
    row = soup.select_one(_ROW)
    cells = row.find_all("td", recursive=False) if row else []
    if len(cells) <= _ASK:
        detail = "the page has no quote row" if row is None else f"the quote row has {len(cells)} cells"
        issue = Issue(code="quote_missing", detail=detail)
        return Quote(Summary(symbol=symbol, as_of=as_of, session=session), (issue,))
    change = _text(cells[_CHANGE_CELL])
    amount, percent = _change_numbers(change)
    contradictory = bool(amount and percent and (amount > 0) != (percent > 0))
    volume = _number(_value(cells[_VOLUME])) if len(cells) > _VOLUME else None
    summary = Summary(
        symbol=symbol,
        last_price=_float(_value(cells[_LAST])),
        change=None if change in _NOTHING else change,
        volume=volume if isinstance(volume, int) and volume >= 0 else None,
        as_of=as_of,
        session=session,
        change_abs=amount,
        change_pct=None if contradictory else percent,
        bid=_float(_value(cells[_BID])),
        bid_size=size(_sublabel(cells[_BID])),
        ask=_float(_value(cells[_ASK])),
        ask_size=size(_sublabel(cells[_ASK])),
    )
    issues = _oddities(summary)
    if contradictory:
        issues.append(Issue(code="change_contradictory", detail=f"amount and per cent differ in sign: {change[:40]}"))
    return Quote(summary, tuple(issues))


def _oddities(summary: Summary) -> list[Issue]:
    issues = []
    if summary.last_price is None:
        issues.append(Issue(code="price_missing", detail="the quote row gives no last price"))
    if summary.change is not None and summary.change_abs is None:
        issues.append(Issue(code="change_unreadable", detail="the change is a text without an amount"))
    if summary.as_of is None:
        issues.append(Issue(code="quote_time_missing", detail="#firstGlanceFooter gives no time of the quote"))
    if summary.bid and summary.ask and summary.bid > summary.ask:
        issues.append(Issue(code="quote_crossed", detail=f"bid {summary.bid} is above ask {summary.ask}"))
    return issues


def _as_of(footer: str) -> tuple[str | None, str | None]:
    """New York time and session of the footer: 'As of close 01/27/2026' is 16:00:00."""
    try:
        if match := _CLOSE.search(footer):
            moment, session = datetime.strptime(f"{match[1]} 16:00", "%m/%d/%Y %H:%M"), "close"
        elif match := _INTRADAY.search(footer):
            text = f"{match[4]} {match[1]}{match[2] or ':00'} {match[3]}m"
            moment, session = datetime.strptime(text, "%m/%d/%Y %I:%M:%S %p"), "intraday"
        else:
            return None, None
    except ValueError:
        return None, None
    return moment.strftime("%Y-%m-%d %H:%M:%S"), session


def _change_numbers(change: str) -> tuple[float | None, float | None]:
    match = _CHANGE.fullmatch(change.replace("\u2212", "-"))
    if not match:
        return None, None
    amount = shown_number(match[1]).value
    percent = machine_number(match[2]) if match[2] else None
    if amount is None:
        return None, None
    return float(amount), float(percent) if percent is not None else None


def _value(cell: Tag) -> str:
    return _text(cell.select_one(".value") or cell)


def _sublabel(cell: Tag) -> str:
    return _text(cell.select_one(".sublabel"))


def _text(tag: Tag | None) -> str:
    return " ".join(tag.get_text(" ").split()) if tag else ""


def _number(text: str) -> int | float | None:
    shown = shown_number(text)
    return None if shown.rounded else plain(shown.value)


def _float(text: str) -> float | None:
    value = _number(text)
    return None if value is None else float(value)
