"""ISINs and CUSIPs, accepted only with a right check digit."""

import re

_ISIN = re.compile(r"[A-Z]{2}[A-Z0-9]{9}\d")
_CUSIP = re.compile(r"[0-9A-Z]{5}[0-9A-Z*@#]{3}\d")


def is_isin(text: str) -> bool:
    """Whether `text` is an ISIN: its form and its check digit are right (ISO 6166)."""
    if not _ISIN.fullmatch(text):
        return False
    digits = "".join(str(int(character, 36)) for character in text)
    # From the right, every second digit is doubled; the digits are added up.
    doubled = (str(int(digit) * (2 if place % 2 else 1)) for place, digit in enumerate(reversed(digits)))
    return sum(int(digit) for number in doubled for digit in number) % 10 == 0


def is_cusip(text: str) -> bool:
    """Whether `text` is a CUSIP: its form and its check digit are right."""
    if not _CUSIP.fullmatch(text) or text.isalpha():
        return False
    total = 0
    for place, character in enumerate(text[:8]):
        value = 36 + "*@#".index(character) if character in "*@#" else int(character, 36)
        value *= 2 if place % 2 else 1
        total += value // 10 + value % 10
    return (10 - total % 10) % 10 == int(text[8])


def isin_of(*candidates: str | None) -> str | None:
    """The first candidate that is an ISIN, or that makes one: a CUSIP is an American ISIN without country and check."""
    for candidate in candidates:
        text = (candidate or "").strip().upper()
        if len(text) == 12 and is_isin(text):
            return text
        if len(text) == 9 and is_cusip(text):
            return next(isin for check in range(10) if is_isin(isin := f"US{text}{check}"))
    return None
