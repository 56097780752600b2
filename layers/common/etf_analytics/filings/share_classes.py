"""Which shares of a company a line is, as far as its name, its ticker or the form's category says."""

import re
from functools import lru_cache
from typing import NamedTuple

from etf_analytics.reference.company_names import read_name, unaccented, word_set

_PREFERRED = re.compile(r"\b(?:pfd|pref|prefs|preferred|preference)\b")
_RECEIPTS = word_set("adr gdr cdi")
_NON_VOTING = word_set("non nonvoting npv")
# BRK.B and VOLV.B; a preferred share's ticker has more letters behind its dot.
_CLASS_OF_SYMBOL = re.compile(r"[A-Z0-9]{1,6}\.([A-Z])")
_LONGEST_CLASS = 2
_NO_BRACKETS = str.maketrans("()", "  ")
_PREFERRED_CATEGORY, _COMMON_CATEGORY = "EP", "EC"


class ShareClass(NamedTuple):
    """What tells one share of a company from its others; None where nothing is said."""

    letter: str | None
    """`a` of `Class A`, `CL A` and `-A`; `k` of `Series K`."""
    kind: str | None
    """`preferred`, `non voting`, or a receipt: `adr`, `gdr`, `cdi`."""
    is_common: bool = False
    """Whether the form says that it is common stock."""

    @property
    def is_told(self) -> bool:
        """Whether anything is said."""
        return bool(self.letter or self.kind)

    @property
    def label(self) -> tuple[str | None, str | None]:
        """Equal for equal shares of one company."""
        return self.letter, self.kind

    def contradicts(self, other: "ShareClass") -> bool:
        """Whether the two cannot be the same shares: what one leaves out contradicts nothing."""
        if self.letter and other.letter and self.letter != other.letter:
            return True
        preferred = self.kind == "preferred", other.kind == "preferred"
        return (preferred[0] and other.is_common) or (preferred[1] and self.is_common)


def class_of_row(symbol: str | None, name: str) -> ShareClass:
    """The shares of a list's row: its name says which, or else its ticker."""
    letter, kind = _told(name)
    if letter is None and kind is None and symbol and (found := _CLASS_OF_SYMBOL.fullmatch(symbol)):
        letter = found[1].lower()
    return ShareClass(letter, kind)


def class_of_line(name: str, title: str, category: str | None) -> ShareClass:
    """The shares of a filing's line: its title says which, or else its name, or the form's category."""
    letter, kind = (None, None) if begins_with(name, title) else _told(title)
    if letter is None and kind is None:
        letter, kind = _told(name)
    if kind is None and category == _PREFERRED_CATEGORY:
        kind = "preferred"
    return ShareClass(letter, kind, is_common=category == _COMMON_CATEGORY and kind != "preferred")


def begins_with(name: str, title: str) -> bool:
    """Whether a title says nothing that the name does not: `U-HAUL HOLDING C` of `U-Haul Holding Co` is no class C."""
    return _letters(name).startswith(_letters(title))


def _letters(name: str) -> str:
    return "".join(filter(str.isalnum, unaccented(name.casefold())))


@lru_cache(maxsize=65_536)
def _told(name: str) -> tuple[str | None, str | None]:
    # Reading a name drops what is in brackets, `(Class C)` too.
    shares = read_name(name.translate(_NO_BRACKETS)).shares
    letter = None
    for place, word in enumerate(shares[:-1]):
        if word in ("class", "series") and len(shares[place + 1]) <= _LONGEST_CLASS:
            letter = shares[place + 1]
            break
    if _PREFERRED.search(name.lower()):
        return letter, "preferred"
    receipt = next((word for word in shares if word in _RECEIPTS), None)
    return letter, receipt or ("non voting" if _NON_VOTING.intersection(shares) else None)
