"""The lists that lead to a filing: ticker files, the feed of a series, the submissions of a trust."""

import json
from collections.abc import Iterable, Sequence
from datetime import date, timedelta
from typing import Any, NamedTuple
from xml.sax.saxutils import escape, quoteattr
from zoneinfo import ZoneInfo

from sample_sec.filings import FIRST_REPORT, Filing
from sample_sec.registrants import FORMER, REGISTRANTS, Registrant, all_series, series_of

FORM_NAME = "Monthly Portfolio Investments Report on Form N-PORT (Public)"
_RECENT_DAYS = 365
"""How far back `recent` goes; what is older stands in the continuation."""
_FIELDS = ("accessionNumber", "filingDate", "reportDate", "acceptanceDateTime", "act", "form", "fileNumber",
           "filmNumber", "items", "core_type", "size", "isXBRL", "isInlineXBRL", "isXBRLNumeric", "primaryDocument",
           "primaryDocDescription")  # fmt: skip
_NEW_YORK = ZoneInfo("America/New_York")
_KILOBYTES_A_LINE = 1.0
_OTHER_FORMS = {True: ("497", "prospectus.htm"), False: ("10-Q", "report.htm")}
"""What a trust files besides, by whether it files N-PORT."""


class _Entry(NamedTuple):
    accession: str
    form: str
    filed: date
    report_date: str
    accepted: str
    document: str
    description: str


def fund_tickers(stale: Iterable[str] = ()) -> bytes:
    """company_tickers_mf.json; the symbols in `stale` have the series of a fund that was closed.

    Unit trusts and grantor trusts are not in it.
    """
    wrong = dict.fromkeys(stale)
    rows: list[list[Any]] = []
    for registrant, series in all_series():
        if series.series_id and series.symbol not in wrong:
            symbols = [f"ZQX{series.number:02}" for _ in series.class_ids[:-1]] + [series.symbol]
            named = zip(series.class_ids, symbols, strict=True)
            rows += [[registrant.cik, series.series_id, class_id, symbol] for class_id, symbol in named]
    former = FORMER.series[0]
    rows += [[FORMER.cik, former.series_id, former.class_ids[0], symbol] for symbol in wrong]
    return json.dumps({"fields": ["cik", "seriesId", "classId", "symbol"], "data": rows}).encode()


def company_tickers() -> bytes:
    """company_tickers.json: the trusts with one fund that is a company of its own, whether it files N-PORT or not."""
    listed = [
        (registrant, series) for registrant, series in all_series() if not series.series_id or series.symbol == "QQQ"
    ]
    return json.dumps(
        {
            str(number): {"cik_str": registrant.cik, "ticker": series.symbol, "title": registrant.name}
            for number, (registrant, series) in enumerate(listed)
        }
    ).encode()


def feed(registrant: Registrant, filings: Sequence[Filing], count: int, base_url: str) -> bytes:
    """browse-edgar's Atom feed, ISO-8859-1, indented as the SEC's is."""
    search = f"{base_url}/cgi-bin/browse-edgar?action=getcompany&CIK={registrant.cik:010}&owner=include&count={count}"
    entries = "".join(_feed_entry(filing, base_url) for filing in filings)
    text = f"""<?xml version="1.0" encoding="ISO-8859-1" ?>
  <feed xmlns="http://www.w3.org/2005/Atom">
    <author>
      <email>webmaster@sec.example</email>
      <name>SAMPLE Webmaster</name>
    </author>
    <company-info>
      <cik>{registrant.cik:010}</cik>
      <cik-href>{escape(search)}</cik-href>
      <conformed-name>{escape(registrant.name)}</conformed-name>
      <fiscal-year-end>{registrant.fiscal_year_end:02}{_last_day(registrant.fiscal_year_end)}</fiscal-year-end>
      <state-location>PA</state-location>
    </company-info>
    {entries}</feed>"""
    return text.encode("iso-8859-1", "xmlcharrefreplace")


def folder(filing: Filing) -> str:
    """The path of a filing's folder in the archive."""
    registrant, _ = series_of(filing.symbol)
    return f"/Archives/edgar/data/{registrant.cik}/{filing.accession.replace('-', '')}"


def submissions(registrant: Registrant, filings: Iterable[Filing], today: date) -> tuple[bytes, bytes]:
    """CIK##########.json and its one continuation. The filings of all series stand in it, and no series' id."""
    entries = sorted((*map(_filed, filings), *_others(registrant, today)), key=lambda e: (e.filed, e.accession))
    entries.reverse()
    border = today - timedelta(days=_RECENT_DAYS)
    recent = [entry for entry in entries if entry.filed > border]
    older = [entry for entry in entries if entry.filed <= border]
    files = [
        {
            "name": continuation_name(registrant),
            "filingCount": len(older),
            "filingFrom": older[-1].filed.isoformat(),
            "filingTo": older[0].filed.isoformat(),
        }
    ]
    tickers = [series.symbol for series in registrant.series]
    document = {
        "cik": f"{registrant.cik:010}",
        "entityType": "other",
        "sic": "",
        "name": registrant.name,
        "tickers": [] if any(series.series_id for series in registrant.series) else tickers,
        "exchanges": [],
        "fiscalYearEnd": f"{registrant.fiscal_year_end:02}{_last_day(registrant.fiscal_year_end)}",
        "formerNames": [],
        "filings": {"recent": _columns(registrant, recent), "files": files if older else []},
    }
    return json.dumps(document).encode(), json.dumps(_columns(registrant, older)).encode()


def continuation_name(registrant: Registrant) -> str:
    """The name of the file with the older submissions."""
    return f"CIK{registrant.cik:010}-submissions-001.json"


def registrant_of(number: int) -> Registrant | None:
    """The trust with this CIK."""
    return next((registrant for registrant in REGISTRANTS if registrant.cik == number), None)


def _feed_entry(filing: Filing, base_url: str) -> str:
    registrant, _ = series_of(filing.symbol)
    link = f"{base_url}{folder(filing)}/{filing.accession}-index.htm"
    summary = f" <b>Filed:</b> {filing.filed} <b>AccNo:</b> {filing.accession} <b>Size:</b> 4 MB"
    amended = "[Amend] " if filing.form.endswith("/A") else ""
    return f"""<entry>
      <category label="form type" scheme="https://www.sec.gov/" term={quoteattr(filing.form)} />
      <content type="text/xml">
        <accession-number>{filing.accession}</accession-number>
        <act>40</act>
        <file-number>{registrant.file_number}</file-number>
        <filing-date>{filing.filed}</filing-date>
        <filing-href>{escape(link)}</filing-href>
        <filing-type>{filing.form}</filing-type>
        <film-number>{_film(filing.accession)}</film-number>
        <form-name>{FORM_NAME}</form-name>
        <size>4 MB</size>
      </content>
      <id>urn:tag:sec.gov,2008:accession-number={filing.accession}</id>
      <link href={quoteattr(link)} rel="alternate" type="text/html" />
      <summary type="html">{escape(summary)}</summary>
      <title>{filing.form}  - {amended}{FORM_NAME}</title>
      <updated>{filing.accepted.astimezone(_NEW_YORK).isoformat()}</updated>
    </entry>"""


def _filed(filing: Filing) -> _Entry:
    # The path leads to a page for people, as the SEC's does; the data is the same path without its first folder.
    return _Entry(
        filing.accession, filing.form, filing.filed, filing.report_date.isoformat(),
        f"{filing.accepted:%Y-%m-%dT%H:%M:%S}.000Z", "xslFormNPORT-P_X01/primary_doc.xml", "",
    )  # fmt: skip


def _others(registrant: Registrant, today: date) -> Iterable[_Entry]:
    """A filing of another form every quarter."""
    form, document = _OTHER_FORMS[registrant.files_nport]
    for year in range(FIRST_REPORT.year, today.year + 1):
        for month in (2, 5, 8, 11):
            filed = date(year, month, 12)
            if FIRST_REPORT < filed <= today:
                accession = f"{registrant.cik:010}-{filed:%y}-{month:06}"
                accepted = f"{filed}T15:04:05.000Z"
                yield _Entry(accession, form, filed, "", accepted, document, form)


def _columns(registrant: Registrant, entries: Sequence[_Entry]) -> dict[str, list[Any]]:
    """Parallel arrays, one for each field."""
    rows = [
        (
            entry.accession, entry.filed.isoformat(), entry.report_date, entry.accepted, "40", entry.form,
            registrant.file_number, _film(entry.accession), "", entry.form, 400_000, 0, 0, 0, entry.document,
            entry.description,
        )
        for entry in entries
    ]  # fmt: skip
    return {name: [row[place] for row in rows] for place, name in enumerate(_FIELDS)}


def _film(accession: str) -> str:
    return f"99{accession[-6:]}"


def _last_day(month: int) -> int:
    return 30 if month in {4, 6, 9, 11} else 31
