"""A line as the rules see it: the symbol, and the name cut, in capitals and split into words."""

import re
from typing import NamedTuple

NAME_LENGTH = 200
"""Characters of a name that are looked at. The longest real name of a security has about 130."""
_SYMBOL_LENGTH = 40
LONG_TEXT = 16
"""No security's name has so many words without a digit."""

# 005930 Samsung, RR. Rolls-Royce, NOVO B, M&M, WALMEX*, PTT-F, LIVEPOLC-1, 7203 JP, VOLV B SS and FIBRAPL14. Eight
# characters or more with a digit are a CUSIP, an ISIN or a data vendor's number, unless letters come first and one or
# two digits last, as in Mexico and Brazil.
_TICKER = re.compile(r"(?:[A-Z0-9&]{1,7}|[A-Z&]{8,12}|[A-Z]{3,10}\d{1,2})\*?(?:[./ -][A-Z0-9*]{0,4})?(?: [A-Z]{2})?")
_PLAIN_SYMBOL = re.compile(r"[A-Z]{1,5}|\d{3,6}")
_HAS_DIGIT = re.compile(r"\d")
_NO_SYMBOL = frozenset({"-", "--", "N/A", "NA", "NONE"})
_PARTED = re.compile(r"[.&'/_-]")
_MONTHS = frozenset({"JAN", "FEB", "MAR", "APR", "MAY", "JUN", "JUL", "AUG", "SEP", "OCT", "NOV", "DEC"})

# Hints that are no words: what else a name or symbol has that a rule looks for.
DIGIT = "#digit"
MONTH = "#month"
"""A digit, and a word that begins as a month does."""
LONG = "#long"
"""So many words, and no digit, that it is a sentence."""
ODD_SYMBOL = "#symbol"
"""A symbol that is more than letters or digits: a code, a class, a number."""
TICKER_SYMBOL = "#ticker"
"""A symbol that can be a ticker."""

# One character for one: such tables are fast.
_PUNCTUATION = str.maketrans('(),;:[]"®™*\u2010\u2011\u2012\u2013\u2014', "           -----")
_PARTS = str.maketrans(dict.fromkeys("(),;:[]\".&'/_-", " "))


class Line(NamedTuple):
    """A line of a list, ready for the rules."""

    symbol: str
    """Empty where the source gives none."""
    text: str
    """The name in capitals, with single blanks and without brackets, commas and final dots."""
    words: list[str]
    hints: set[str]
    """The words, their parts, and the constants above. A rule looks only at lines that have one of its hints."""
    ticker: bool
    """Whether the symbol can be a ticker of some exchange, and is no security number such as a CUSIP."""


def parts(name: str) -> list[str]:
    """The words of a name in capitals, parted by punctuation too."""
    return name.upper().translate(_PARTS).split()


def read_line(symbol: str | None, name: str | None) -> Line:
    """The line that has this symbol and this name."""
    code = " ".join(symbol[:_SYMBOL_LENGTH].upper().split()).removesuffix(" EQUITY") if symbol else ""
    if code in _NO_SYMBOL:
        code = ""
    raw = (name or "")[:NAME_LENGTH].upper().translate(_PUNCTUATION).replace(" %", "%")
    words = raw.split()
    if "." in raw:
        words = [word.rstrip(".") or word for word in words]
    text = " ".join(words)
    hints = set(words)
    if _PARTED.search(text):
        hints.update(text.translate(_PARTS).split())
    if _HAS_DIGIT.search(text):
        hints.add(DIGIT)
        if not _MONTHS.isdisjoint([word[:3] for word in hints]):
            hints.add(MONTH)
    elif len(words) >= LONG_TEXT:
        hints.add(LONG)
    ticker = bool(code) and _TICKER.fullmatch(code) is not None
    if ticker:
        hints.add(TICKER_SYMBOL)
    if code and not _PLAIN_SYMBOL.fullmatch(code):
        hints.add(ODD_SYMBOL)
    return Line(code, text, words, hints, ticker)
