"""A line as the rules see it: the symbol, and the name cut, in capitals and split into words."""

import re
from typing import NamedTuple

NAME_LENGTH = 200
"""Characters of a name that are looked at. The longest real name of a security has about 130."""
_SYMBOL_LENGTH = 40

# 005930 Samsung, RR. Rolls-Royce, NOVO B, M&M, WALMEX*, PTT-F, LIVEPOLC-1, 7203 JP, VOLV B SS and FIBRAPL14. Eight
# characters or more with a digit are a CUSIP, an ISIN or a data vendor's number, unless letters come first and one or
# two digits last, as in Mexico and Brazil.
_TICKER = re.compile(r"(?:[A-Z0-9&]{1,7}|[A-Z&]{8,12}|[A-Z]{3,10}\d{1,2})\*?(?:[./ -][A-Z0-9*]{0,4})?(?: [A-Z]{2})?")
_HAS_DIGIT = re.compile(r"\d")
_NO_SYMBOL = frozenset({"-", "--", "N/A", "NA", "NONE"})

DIGIT, SLASH = "#", "/"
"""Stand among a line's hints where its name has a digit or a slash."""

_PLAIN_PUNCTUATION = str.maketrans(
    dict.fromkeys('(),;:[]"', " ") | dict.fromkeys("\u2010\u2011\u2012\u2013\u2014", "-") | dict.fromkeys("®™*", "")
)


class Line(NamedTuple):
    """A line of a list, ready for the rules."""

    symbol: str
    """Empty where the source gives none."""
    text: str
    """The name in capitals, with single blanks and without brackets, commas and final dots."""
    words: tuple[str, ...]
    hints: frozenset[str]
    """The words, and DIGIT and SLASH where the name has them. A rule looks only at lines that have one of its hints."""
    ticker: bool
    """Whether the symbol can be a ticker of some exchange, and is no security number such as a CUSIP."""


def read_line(symbol: str | None, name: str | None) -> Line:
    """The line that has this symbol and this name."""
    code = " ".join((symbol or "")[:_SYMBOL_LENGTH].upper().split()).removesuffix(" EQUITY")
    if code in _NO_SYMBOL:
        code = ""
    raw = (name or "")[:NAME_LENGTH].upper().translate(_PLAIN_PUNCTUATION).replace(" %", "%")
    words = tuple([word for part in raw.split() if (word := part.rstrip(".") or part)])
    text = " ".join(words)
    hints = set(words)
    if _HAS_DIGIT.search(text):
        hints.add(DIGIT)
    if "/" in text:
        hints.add(SLASH)
    if "&" in text:  # Cash&Other
        hints.update(text.replace("&", " ").split())
    return Line(code, text, words, frozenset(hints), _TICKER.fullmatch(code) is not None)
