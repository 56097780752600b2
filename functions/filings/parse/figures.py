"""Texts, numbers, dates and identifiers as the form has them. What says that there is nothing is None."""

import re
from datetime import date
from decimal import Decimal
from typing import NamedTuple

NUMBER_CHARACTERS = 64
LARGEST = Decimal(10) ** 18
"""A principal or notional in any currency; a larger one is a misread field."""
_NUMBER = re.compile(r"[+-]?(?:[0-9]+(?:\.[0-9]*)?|\.[0-9]+)")
_DATE = re.compile(r"[0-9]{4}-[0-9]{2}-[0-9]{2}")
_ISIN = re.compile(r"[A-Z]{2}[A-Z0-9]{9}[0-9]")
_CUSIP = re.compile(r"[A-Z0-9*@#]{8}[0-9]")
_ABSENT = frozenset({"", "N/A"})


class Figure(NamedTuple):
    """A number, and whether the field held something that is none (`unreadable`) or cannot be one (`out_of_range`)."""

    value: Decimal | None
    unreadable: bool = False
    out_of_range: bool = False


NO_FIGURE = Figure(None)


def said(text: str | None) -> str | None:
    """`text` with single blanks, or None where the filer has nothing to say: empty, or `N/A`."""
    if text is None:
        return None
    text = " ".join(text.split())
    return None if text.upper() in _ABSENT else text


def identifier(text: str | None) -> str | None:
    """An ISIN, CUSIP, LEI or class id as filed; None for `N/A` and for nothing but zeros."""
    text = said(text)
    return text if text and text.strip("0") else None


def figure(text: str | None) -> Figure:
    """The number of a field. `N/A`, and the `XXXX` that masks what is not public, are no number and no fault."""
    text = said(text)
    if text is None or not text.upper().strip("X"):
        return NO_FIGURE
    if len(text) > NUMBER_CHARACTERS or not _NUMBER.fullmatch(text):
        return Figure(None, unreadable=True)
    value = Decimal(text)
    if abs(value) > LARGEST:
        return Figure(None, out_of_range=True)
    return Figure(value or Decimal(0))  # -0 is 0


def plain(value: Decimal | None) -> int | float | None:
    """A decimal as JSON writes it: whole numbers without a fraction."""
    if value is None:
        return None
    whole = int(value)
    return whole if whole == value else float(value)


def day(text: str | None) -> str | None:
    """The date of a field, `2026-06-30`; None where it is not a date that exists."""
    if text is None or not _DATE.fullmatch(text):
        return None
    try:
        return date.fromisoformat(text).isoformat()
    except ValueError:
        return None


def is_isin(text: str) -> bool:
    """Whether the text has an ISIN's form and check digit."""
    if not _ISIN.fullmatch(text):
        return False
    digits = "".join(str(int(character, 36)) for character in text)
    return _luhn(digits) % 10 == 0


def is_cusip(text: str) -> bool:
    """Whether the text has a CUSIP's form and check digit."""
    if not _CUSIP.fullmatch(text):
        return False
    total = 0
    for place, character in enumerate(text[:8]):
        value = _CUSIP_SIGNS.get(character) or int(character, 36)
        total += sum(divmod(value * (2 if place % 2 else 1), 10))
    return (10 - total % 10) % 10 == int(text[8])


_CUSIP_SIGNS = {"*": 36, "@": 37, "#": 38}


def _luhn(digits: str) -> int:
    total = 0
    for place, digit in enumerate(reversed(digits)):
        total += sum(divmod(int(digit) * (2 if place % 2 else 1), 10))
    return total
