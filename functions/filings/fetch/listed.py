"""A filing as the SEC lists it, and which of the listed ones are wanted."""

import re
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, timedelta

FORMS = frozenset({"NPORT-P", "NPORT-P/A"})
AMENDMENT = "NPORT-P/A"
DOCUMENT = "primary_doc.xml"
_ACCESSION = re.compile(r"[0-9]{10}-[0-9]{2}-[0-9]{6}")
_DAY = re.compile(r"[0-9]{4}-[0-9]{2}-[0-9]{2}")
_QUARTER = timedelta(days=91)
_HALF = timedelta(days=45)


@dataclass(frozen=True)
class Listed:
    """A filing in one of the SEC's lists."""

    accession: str
    form: str
    filed: str
    """`2026-08-28`."""
    cik: int
    """Of the folder that it is in."""
    document: str = DOCUMENT

    @property
    def path(self) -> str:
        """Where its document is. The accession's own digits name the filing agent, not the fund."""
        return f"/Archives/edgar/data/{self.cik}/{self.accession.replace('-', '')}/{self.document}"


def is_accession(text: object) -> bool:
    """Whether it is an accession number of the SEC."""
    return isinstance(text, str) and len(text) == 20 and _ACCESSION.fullmatch(text) is not None


def is_day(text: object) -> bool:
    """Whether it is a day that exists, such as `2026-08-28`."""
    if not isinstance(text, str) or not _DAY.fullmatch(text):
        return False
    try:
        date.fromisoformat(text)
    except ValueError:
        return False
    return True


def wanted(listed: Sequence[Listed], quarters: int) -> list[Listed]:
    """The filings of the newest `quarters`, newest first, and every amendment that was filed since.

    By the days of filing, since a list need not say for which date a filing reports: whether a fund publishes once a
    quarter or, as it may come, each month, the same time is covered. A day of filing wanders by two weeks (49 to 61 days
    after the quarter), so the border lies half a quarter before the oldest one.
    """
    start = first_day(listed, quarters)
    unique = {each.accession: each for each in listed if each.filed >= start}
    return sorted(unique.values(), key=lambda each: (each.filed, each.accession), reverse=True)


def first_day(listed: Sequence[Listed], quarters: int) -> str:
    """The first day of filing that counts; counted from the newest report, as an amendment can be of an old one."""
    reports = [each.filed for each in listed if each.form != AMENDMENT] or [each.filed for each in listed]
    if not reports:
        return ""
    return (date.fromisoformat(max(reports)) - quarters * _QUARTER + _HALF).isoformat()
