"""The time of the quote, from the page's footer: "As of close 01/27/2026", "As of 11:12am ET 08/13/2026"."""

import re
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Literal

from etf_common.codes import IssueCode
from etf_common.exchange import REGULAR_CLOSE, close_of
from etf_common.models import Issue
from etf_common.runs import NEW_YORK

FIRST_YEAR = 1970
FOOTER_CHARACTERS = 300
_DATE = r"(\d{1,2}/\d{1,2}/\d{4})"
_TIME = r"(\d{1,2}:\d{2})(:\d{2})? ?([ap])\.?m\.? E[SD]?T"
_CLOSE = re.compile(rf"as of close[:,]? (?:on )?{_DATE}", re.IGNORECASE)
_INTRADAY = re.compile(rf"as of {_TIME},? (?:on )?{_DATE}", re.IGNORECASE)
_DATE_FIRST = re.compile(rf"as of {_DATE},? (?:at )?{_TIME}", re.IGNORECASE)


@dataclass(frozen=True)
class QuoteTime:
    """New York time and session, both None with the issue that says why."""

    as_of: str | None
    session: Literal["close", "intraday"] | None
    issue: Issue | None = None


def read_quote_time(footer: str, fetched_at: datetime) -> QuoteTime:
    """The time that the footer gives, never one after the fetch. `fetched_at` is aware, blanks in `footer` are single.

    "As of close" reads 16:00:00, on half-days too. A page fetched on a half-day between its close at 13:00 and 16:00
    reads 13:00:00, because 16:00 would be after the fetch. The portal can show "As of close" in the morning, before
    the session has opened; such a quote is not a close.
    """
    footer = footer[:FOOTER_CHARACTERS]
    try:
        if match := _CLOSE.search(footer):
            return _close(datetime.strptime(match[1], "%m/%d/%Y"), fetched_at)
        if match := _INTRADAY.search(footer):
            return _intraday(_moment(match[4], *match.groups()[:3]), fetched_at)
        if match := _DATE_FIRST.search(footer):
            return _intraday(_moment(*match.groups()), fetched_at)
    except ValueError:  # 02/30/2026, 13:12pm
        pass
    return _unknown(IssueCode.QUOTE_TIME_MISSING, "#firstGlanceFooter gives no time of the quote")


def _moment(day: str, minutes: str, seconds: str | None, half: str) -> datetime:
    return datetime.strptime(f"{day} {minutes}{seconds or ':00'} {half}m", "%m/%d/%Y %I:%M:%S %p")


def _close(day: datetime, fetched_at: datetime) -> QuoteTime:
    early = f"the page says close of {day.date()}, but was fetched before that close"
    if day.year < FIRST_YEAR:
        return _unknown(IssueCode.QUOTE_TIME_INVALID, f"the page says close of {day.date()}")
    if day.date() > fetched_at.astimezone(NEW_YORK).date():
        return _unknown(IssueCode.QUOTE_BEFORE_CLOSE, early)
    close = close_of(day.date())
    if close is None:
        detail = f"the page says close of {day.date()}, when the exchange had no session"
        return _unknown(IssueCode.QUOTE_TIME_INVALID, detail)
    if close > fetched_at:
        return _unknown(IssueCode.QUOTE_BEFORE_CLOSE, early)
    regular = close.replace(hour=REGULAR_CLOSE.hour)
    return QuoteTime(_written(regular if regular <= fetched_at else close), "close")


def _intraday(moment: datetime, fetched_at: datetime) -> QuoteTime:
    if moment.year < FIRST_YEAR:
        return _unknown(IssueCode.QUOTE_TIME_INVALID, f"the quote's time is {moment}")
    # By the date first: the last day that Python knows cannot be converted to UTC.
    if moment.date() > fetched_at.astimezone(NEW_YORK).date():
        return _unknown(IssueCode.QUOTE_TIME_IN_FUTURE, f"the quote's time {moment} is after the fetch")
    aware = moment.replace(tzinfo=NEW_YORK)
    if aware.astimezone(UTC).astimezone(NEW_YORK).replace(tzinfo=None) != moment:
        return _unknown(IssueCode.QUOTE_TIME_INVALID, f"New York's clocks skipped the quote's time, {moment}")
    if aware > fetched_at:
        return _unknown(IssueCode.QUOTE_TIME_IN_FUTURE, f"the quote's time {moment} is after the fetch")
    return QuoteTime(_written(aware), "intraday")


def _unknown(code: IssueCode, detail: str) -> QuoteTime:
    return QuoteTime(None, None, Issue(code=code, detail=detail))


def _written(moment: datetime) -> str:
    return moment.strftime("%Y-%m-%d %H:%M:%S")
