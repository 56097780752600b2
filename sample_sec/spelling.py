"""How filers spell the names that the sample portal lists."""

import re
import unicodedata
from functools import lru_cache
from typing import NamedTuple

from sample_sec.registrants import Style


class Spelling(NamedTuple):
    """A line's `name` (the issuer) and `title` (the issue)."""

    name: str
    title: str


FORMER_NAMES = {
    "RTX Corp": "Raytheon Technologies Corp",
    "ExxonMobil Holdings Corp": "Exxon Mobil Corp",
    "RELX PLC": "Reed Elsevier PLC",
    "Meituan Class B": "Meituan Dianping Class B",
}
"""Companies that the filers know by another name than the portal does."""
_TITLE_LENGTH = 16
_CLASSES_UNTOLD = {"Fox Corp", "News Corp"}
"""State Street writes both classes of these alike, so that only identifiers tell them apart."""
_CLASS = re.compile(r" (?:Ordinary Shares - )?Class ([A-Z])$")
_PLAIN_LETTERS = str.maketrans({"ø": "o", "Ø": "O", "æ": "ae", "Æ": "AE", "ß": "ss", "ł": "l"})
_ISSUE_WORDS = (" Ordinary Shares", " Participating Preferred", " Registered Shs -A- Subord Vtg")


@lru_cache(maxsize=16_384)
def spelled(listed: str, style: Style) -> Spelling:
    """The spelling of a company's shares in ASCII; `listed` is the portal's name."""
    name = _plain(FORMER_NAMES.get(listed, listed))
    name, is_adr = name.removesuffix(" ADR"), name.endswith(" ADR")
    found = _CLASS.search(name)
    letter, name = (found[1], name[: found.start()]) if found else ("", name)
    for words in _ISSUE_WORDS:
        name = name.removesuffix(words)
    issue = "ADR" if is_adr else letter
    if style is Style.INVESCO:
        name = _with_full_stops(name)
        return Spelling(name, _joined(name, ", ", issue))
    name = _article_behind(name)
    if style is Style.VANGUARD:
        return Spelling(name, short_title(name, issue))
    return Spelling(name, name if name in _CLASSES_UNTOLD else _joined(name, " ", issue))


def short_title(name: str, issue: str = "") -> str:
    """Capitals, at most 16 characters, the class behind a hyphen.

    Without `Sample`, which would leave no more than the first letters of an invented company's name.
    """
    capitals = name.removesuffix("/The").removeprefix("Sample ").upper()
    if len(issue) != 1:
        return capitals[:_TITLE_LENGTH].strip()
    cut = capitals[: _TITLE_LENGTH - 2]
    words, _, last = cut.rpartition(" ")
    # One or two letters of a word that was cut would read as a class.
    return f"{(words if len(last) <= 2 and cut != capitals else cut).strip()}-{issue}"


def _plain(name: str) -> str:
    decomposed = unicodedata.normalize("NFKD", name.translate(_PLAIN_LETTERS))
    return decomposed.encode("ascii", "ignore").decode()


def _article_behind(name: str) -> str:
    name = name.replace(" Companies", " Cos").replace(" and Co", " & Co")
    return f"{name[4:]}/The" if name.startswith("The ") else name


def _with_full_stops(name: str) -> str:
    first, _, form = name.rpartition(" ")
    return f"{first} {form}." if form in {"Inc", "Corp", "Co", "Ltd"} else name


def _joined(name: str, separator: str, issue: str) -> str:
    if not issue:
        return name
    return f"{name}{separator}{issue if issue == 'ADR' else f'Class {issue}'}"
