"""The pager under the holdings table: "Viewing 1 - 20 of 102 matches"."""

import re
from dataclasses import dataclass

# The older form has no "Viewing"; blanks may be no-break spaces, thousands have a comma, the dash may be a long one.
_PAGER = re.compile(r"(?<![\d,])(\d[\d,]{0,11})\s*[-\u2013]\s*(\d[\d,]{0,11})\s+of\s+(\d[\d,]{0,11})(?![\d,])")


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
