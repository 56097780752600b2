"""How many rows there are, as the portal says it: the pager "Viewing 1 - 20 of 102 matches", or "15 Total Holdings"."""

import re
from dataclasses import dataclass

# The older form has no "Viewing"; blanks may be no-break spaces or absent, thousands have a comma, the dash may be a
# long one.
_PAGER = re.compile(
    r"(?<![\d,])(\d[\d,]{0,11})\s*(?:[-\u2010-\u2014\u2212]|to)\s*(\d[\d,]{0,11})\s*of\s*(\d[\d,]{0,11})(?![\d,])",
    re.IGNORECASE,
)
# The two words can stand in elements of their own: `<b>Total</b>&nbsp;<b>Holdings</b>`.
_TOTAL_HOLDINGS = re.compile(r"\bTotal(?:\s|&nbsp;|&#160;|&#xa0;|<[^<>]{0,100}>){1,8}Holdings\b", re.IGNORECASE)
_TAG = re.compile(r"<[^<>]*>")
_BLANK_ENTITY = re.compile(r"&nbsp;|&#160;|&#xa0;", re.IGNORECASE)
_LAST_NUMBER = re.compile(r"(?<![\d.,])(\d[\d,]{0,11})\s{0,20}\Z")
_NUMBER_AFTER_COLON = re.compile(r"\s{0,20}:\s{0,20}(\d[\d,]{0,11})(?![\d.,%])")
_NUMBER_AFTER = re.compile(r"\s{0,20}\(?(\d[\d,]{0,11})\)?\s{0,20}(?!of\b)(?:[^\s\d.,%/-]|\Z)")
_AROUND = 200
"""Characters before or after the words that can hold their number and the markup between."""


@dataclass(frozen=True)
class Pager:
    """The first and last row shown and the number of rows there are, counted from 1."""

    first: int
    last: int
    total: int


def find_pager(text: str) -> Pager | None:
    """The pager that `text` holds, or None."""
    match = _PAGER.search(text)
    if not match:
        return None
    first, last, total = (int(number.replace(",", "")) for number in match.groups())
    return Pager(first, last, total)


def find_total_holdings(html: str) -> int | None:
    """N of "N Total Holdings" or "Total Holdings: N" in a text or in markup; None if neither occurs, or two differ."""
    found = set()
    for words in _TOTAL_HOLDINGS.finditer(html):
        after = _plain(html[words.end() : words.end() + _AROUND])
        before = _plain(html[max(0, words.start() - _AROUND) : words.start()])
        number = _NUMBER_AFTER_COLON.match(after) or _LAST_NUMBER.search(before.rstrip()) or _NUMBER_AFTER.match(after)
        if number:
            found.add(int(number[1].replace(",", "")))
    return found.pop() if len(found) == 1 else None


def _plain(html: str) -> str:
    return _TAG.sub(" ", _BLANK_ENTITY.sub(" ", html))
