"""data.sec.gov's list of all that a registrant has filed. It names no series, so it serves single-fund registrants only.
"""

import re
from dataclasses import dataclass
from typing import Any

from etf_common.errors import SecLayoutError
from filings.fetch.access import parsed_json
from filings.fetch.listed import DOCUMENT, FORMS, Listed, is_accession, is_day

_COLUMNS = ("accessionNumber", "filingDate", "form", "primaryDocument")
_NAME = re.compile(r"CIK[0-9]{10}-submissions-[0-9]{1,4}\.json")
_DOCUMENT = re.compile(r"[A-Za-z0-9][A-Za-z0-9_.-]{0,99}")


@dataclass(frozen=True)
class Older:
    """A list that goes on where the newest filings end, and the day of its last one."""

    name: str
    filed_to: str


@dataclass(frozen=True)
class Submissions:
    """A registrant's filings on Form N-PORT among its newest ones, and where older ones are listed, newest first."""

    name: str
    filings: list[Listed]
    older: list[Older]


def submissions_path(cik: int) -> str:
    """The list of a registrant."""
    return f"/submissions/CIK{cik:010d}.json"


def continuation_path(older: Older) -> str:
    """A list of older filings."""
    return f"/submissions/{older.name}"


def parse_submissions(body: bytes, cik: int) -> Submissions:
    """Raises SecLayoutError, for another registrant's list too."""
    found = parsed_json(body, "the list of submissions")
    try:
        its_cik, name = int(found["cik"]), str(found["name"])
        recent, files = found["filings"]["recent"], found["filings"]["files"]
        older = [Older(each["name"], each["filingTo"]) for each in files]
    except (KeyError, TypeError, ValueError):
        raise SecLayoutError("the list of submissions lacks cik, name, filings.recent or filings.files") from None
    if its_cik != cik:
        raise SecLayoutError(f"the list of submissions is of CIK {its_cik}, not of {cik}")
    if not all(isinstance(each.name, str) and _NAME.fullmatch(each.name) and is_day(each.filed_to) for each in older):
        raise SecLayoutError("the list of submissions names an older list in a form that is not known")
    return Submissions(name, _filings(recent, cik), sorted(older, key=lambda each: each.filed_to, reverse=True))


def parse_continuation(body: bytes, cik: int) -> list[Listed]:
    """The filings on Form N-PORT of a list of older ones, which is the bare arrays. Raises SecLayoutError."""
    return _filings(parsed_json(body, "a list of older submissions"), cik)


def _filings(arrays: Any, cik: int) -> list[Listed]:
    try:
        columns = [arrays[name] for name in _COLUMNS]
        if not all(isinstance(column, list) for column in columns):
            raise TypeError
        rows = list(zip(*columns, strict=True))
    except (KeyError, TypeError):
        raise SecLayoutError(f"the list of submissions lacks one of {', '.join(_COLUMNS)}") from None
    except ValueError:
        raise SecLayoutError("the list of submissions has columns of different lengths") from None
    return [_listed(accession, filed, form, document, cik) for accession, filed, form, document in rows if form in FORMS]


def _listed(accession: Any, filed: Any, form: str, document: Any, cik: int) -> Listed:
    if not is_accession(accession) or not is_day(filed):
        raise SecLayoutError("the list of submissions has an accession or a filing date of a form that is not known")
    # `xslFormNPORT-P_X01/primary_doc.xml` is the same document as a page of HTML.
    name = str(document).rpartition("/")[2]
    return Listed(accession, form, filed, cik, name if _DOCUMENT.fullmatch(name) and name.endswith(".xml") else DOCUMENT)
