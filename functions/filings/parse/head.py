"""Whose filing it is, and of which date: what stands in front of the figures."""

from collections.abc import Iterable
from typing import NamedTuple

from etf_common.errors import FilingError, shorten
from filings.parse.figures import day, identifier, said
from filings.parse.reader import FUND, GENERAL, HEADER, LINE, Element, read_parts

AMENDMENT = "NPORT-P/A"
FORMS = ("NPORT-P", AMENDMENT)


class Head(NamedTuple):
    """The identity of a filing. What it does not give is None."""

    form: str | None
    """`NPORT-P`, or `NPORT-P/A` for an amendment."""
    report_date: str
    """The date of the holdings, `2026-06-30`."""
    final: bool
    name: str | None
    """The series; the registrant's name where the series has none."""
    registrant: str | None
    cik: str | None
    """The registrant's, ten digits."""
    series_id: str | None
    """None for funds that are not a series, such as SPY."""
    series_lei: str | None
    class_ids: tuple[str, ...]
    fiscal_year_end: str | None


def read_head(pieces: Iterable[bytes]) -> Head:
    """The head of the document whose bytes these are; no more of them are taken than it needs, usually the first.

    Raises FilingError for what is not a filing on Form N-PORT, and FilingLimitError as `read_parts` does.
    """
    header = None
    for part in read_parts(pieces):
        if part.name == HEADER:
            header = part
        elif part.name == GENERAL:
            return head_of(header, part)
        elif part.name in {FUND, LINE}:
            break
    raise FilingError("the document has no genInfo, so nobody can tell whose filing it is")


def head_of(header: Element | None, general: Element) -> Head:
    """The head that these two parts state. Raises FilingError for another form and for a filing without date."""
    header = header or Element(HEADER, {})
    form = said(header.get("submissionType"))
    if form is not None and form not in FORMS:
        raise FilingError(f"the document is form {shorten(form)}; read are {' and '.join(FORMS)}")
    report_date = day(said(general.get("repPdDate")))
    if report_date is None:
        raise FilingError(f"the date of the holdings, repPdDate, is {shorten(general.get('repPdDate'))}: not a date")
    series = header.first("filerInfo", "seriesClassInfo") or Element("seriesClassInfo", {})
    registrant = said(general.get("regName"))
    cik = said(general.get("regCik")) or said(header.get("filerInfo", "filer", "issuerCredentials", "cik"))
    return Head(
        form=form,
        report_date=report_date,
        final=(said(general.get("isFinalFiling")) or "").upper() == "Y",
        name=said(general.get("seriesName")) or registrant,
        registrant=registrant,
        cik=cik.zfill(10) if cik else None,
        series_id=_upper(identifier(general.get("seriesId")) or identifier(series.get("seriesId"))),
        series_lei=identifier(general.get("seriesLei")),
        class_ids=tuple(found.upper() for each in series.all("classId") if (found := identifier(each.text))),
        fiscal_year_end=day(said(general.get("repPdEnd"))),
    )


def _upper(text: str | None) -> str | None:
    return text.upper() if text else None
