"""Numbers as the portal writes them: machine values (`tsraw`) and shown texts (`$2.3B`, `9.71%`, `x300`)."""

import re
from dataclasses import dataclass
from decimal import Decimal

NUMBER_CHARACTERS = 64
"""A longer text is not a number."""
# The value a cell can hold: 10^15 shares are a misread cell, not a holding.
_DIGITS = 15
LARGEST_AMOUNT = Decimal(10) ** _DIGITS
"""Shares, or a market value in USD: a thousand million million."""
LARGEST_WEIGHT = Decimal(10_000)
"""Per cent of a fund: a hundred times its assets."""
SMALLEST_EXPONENT = -6
"""A weight, share count or value is 0 or at least 10^-6: anything smaller is a misread cell."""

MINUS_SIGNS = str.maketrans(dict.fromkeys("\u2010\u2011\u2012\u2013\u2014\u2212\ufe63\uff0d", "-"))
"""Hyphens, dashes and the minus sign, each for the plain minus."""

# Each pattern has one way only to match a text, so that a long text that does not match takes no longer than it must.
_NUMBER = re.compile(r"[+-]?(?:\d+(?:\.\d*)?|\.\d+)(?:[eE][+-]?\d{1,3})?")
_SUFFIX = {"K": 3, "M": 6, "B": 9, "T": 12}
_SHOWN = re.compile(
    r"(?P<open>\()?(?P<sign>[+-])?\$?(?P<inner>[+-])?(?P<digits>\d+(?:,\d+)*(?:\.\d*)?|\.\d+)"
    r"(?P<suffix>[KMBT])?%?(?P<close>\))?"
)
_SIZE = re.compile(r"x?(\d[\d,]{0,11})", re.IGNORECASE)


@dataclass(frozen=True)
class Shown:
    """A number read from shown text, and whether the text was rounded (`$2.3B`)."""

    value: Decimal | None
    rounded: bool


def machine_number(text: str) -> Decimal | None:
    """The number of a `tsraw`: `2062488`, `-71000`, `5.5`. None for anything else."""
    if len(text) <= _DIGITS and text.isdecimal() and text.isascii():
        return Decimal(text)
    text = text.strip().replace(",", "")
    return _bounded(Decimal(text)) if len(text) <= NUMBER_CHARACTERS and _NUMBER.fullmatch(text) else None


def shown_number(text: str) -> Shown:
    """The number of a shown text: `$2.3B`, `366.3K`, `291.0`, `9.71%`, `-$71.0K`, `($71.0K)`; None for `--`, `N/A`."""
    text = "".join(text.split()).translate(MINUS_SIGNS).upper()
    match = _SHOWN.fullmatch(text) if len(text) <= NUMBER_CHARACTERS else None
    if not match or bool(match["open"]) != bool(match["close"]) or (match["sign"] and match["inner"]):
        return Shown(None, rounded=False)
    value = Decimal(match["digits"].replace(",", "")).scaleb(_SUFFIX.get(match["suffix"] or "", 0))
    negative = match["open"] or "-" in (match["sign"], match["inner"])
    return Shown(_bounded(-value if negative else value), rounded=match["suffix"] is not None)


def in_range(value: Decimal, largest: Decimal) -> bool:
    """Whether a holding can have this number: 0, or from 10^-6 to `largest` either way."""
    return not value or (value.adjusted() >= SMALLEST_EXPONENT and abs(value) <= largest)


def size(text: str) -> int | None:
    """A quote's size: `x300`, `300`, `1,200`."""
    match = _SIZE.fullmatch(text.strip())
    return int(match[1].replace(",", "")) if match else None


def plain(value: Decimal | None) -> int | float | None:
    """A decimal as JSON writes it: whole numbers without a fraction."""
    if value is None:
        return None
    whole = int(value)
    return whole if whole == value else float(value)


def _bounded(value: Decimal) -> Decimal | None:
    if abs(value) > LARGEST_AMOUNT:
        return None
    return value or Decimal(0)  # -0 is 0
