"""When the sample funds file and under which accession number; it depends on fund and date alone."""

from calendar import monthrange
from collections.abc import Iterator
from datetime import UTC, date, datetime, time, timedelta
from enum import StrEnum, auto
from functools import lru_cache
from typing import NamedTuple

from sample_portal.sessions import close_of
from sample_sec.registrants import FORMER, Registrant, Series, series_of

FIRST_REPORT = date(2019, 9, 30)
"""The form's first public reports had this date."""
AMENDED = {("VEA", 6): 30, ("VWO", 4): 14}
"""By fund and month of the report date: so many days after the report its amendment is filed. That of VWO is empty."""
_EMPTY = {"VWO"}
_AGENT = 9_990_000_999
_LAST_OF_FORMER = date(2024, 6, 30)


class Content(StrEnum):
    """What a document reports."""

    WHOLE = auto()
    WITHOUT_CASH = auto()
    """All but the money-market fund: what an amendment corrects."""
    NO_LINES = auto()
    """An amendment that holds no lines."""
    FINAL = auto()
    """The last report of a fund that was closed: no lines, no assets."""


class Filing(NamedTuple):
    """One filing of one fund."""

    symbol: str
    accession: str
    form: str
    """`NPORT-P` or `NPORT-P/A`."""
    report_date: date
    filed: date
    accepted: datetime
    """Aware, UTC."""
    content: Content


def filings_of(symbol: str, today: date) -> tuple[Filing, ...]:
    """All that the fund has filed up to `today`, the newest first."""
    return tuple(filing for filing in _ever_filed(symbol, today.year) if filing.filed <= today)


def added_amendment(symbol: str, today: date, content: Content) -> Filing | None:
    """An amendment of the newest report, filed ten days after it; or `today`, if that is earlier. For faults."""
    newest = next((filing for filing in filings_of(symbol, today) if filing.form == "NPORT-P"), None)
    if newest is None:
        return None
    _, series = series_of(symbol)
    filed = min(_next_session(newest.filed + timedelta(days=10)), today)
    offset = 60 if content is Content.NO_LINES else 40
    return _filing(series, newest.report_date, filed, "NPORT-P/A", content, offset=offset)


def fiscal_year_end(registrant: Registrant, report_date: date) -> date:
    """The end of the fiscal year in which the report date lies."""
    month = registrant.fiscal_year_end
    year = report_date.year + (report_date.month > month)
    return date(year, month, monthrange(year, month)[1])


@lru_cache(maxsize=64)
def _ever_filed(symbol: str, last_year: int) -> tuple[Filing, ...]:
    registrant, series = series_of(symbol)
    filings = [filing for day in _report_dates(registrant, last_year) for filing in _of_one_date(series, day)]
    return tuple(sorted(filings, key=lambda filing: (filing.filed, filing.accession), reverse=True))


def _report_dates(registrant: Registrant, last_year: int) -> Iterator[date]:
    """The last day of each public month."""
    if not registrant.files_nport:
        return
    for year in range(FIRST_REPORT.year, last_year + 1):
        for month in range(1, 13):
            day = date(year, month, monthrange(year, month)[1])
            is_public = (month - registrant.fiscal_year_end) % 3 == 0
            if is_public and day >= FIRST_REPORT and (registrant is not FORMER or day == _LAST_OF_FORMER):
                yield day


def _of_one_date(series: Series, day: date) -> Iterator[Filing]:
    filed = _next_session(day + timedelta(days=series.lag_days))
    if not series.holds_like:
        yield _filing(series, day, filed, "NPORT-P", Content.FINAL)
        return
    later = AMENDED.get((series.symbol, day.month))
    is_corrected = later is not None and series.symbol not in _EMPTY
    yield _filing(series, day, filed, "NPORT-P", Content.WITHOUT_CASH if is_corrected else Content.WHOLE)
    if later is not None:
        content = Content.WHOLE if is_corrected else Content.NO_LINES
        yield _filing(series, day, _next_session(filed + timedelta(days=later)), "NPORT-P/A", content, offset=20)


def _filing(series: Series, day: date, filed: date, form: str, content: Content, *, offset: int = 0) -> Filing:
    number = filed.timetuple().tm_yday * 100 + offset + series.number
    return Filing(
        symbol=series.symbol,
        accession=f"{_AGENT:010}-{filed:%y}-{number:06}",
        form=form,
        report_date=day,
        filed=filed,
        accepted=datetime.combine(filed, time(18 + series.number % 3, 7 * series.number % 60, 26), UTC),
        content=content,
    )


def _next_session(day: date) -> date:
    while close_of(day) is None:
        day += timedelta(days=1)
    return day
