"""Made-up CUSIPs, ISINs and LEIs with right check digits.

CUSIPs begin with 99: issuer numbers from 990000 on are left to their users and name no issuer. Foreign ISINs carry
the same after the country, LEIs begin with 999900, which no issuer of LEIs has.
"""

import hashlib
from functools import lru_cache

_DIGITS = "0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZ"
_CUSIP_DIGITS = "0123456789ABCDEFGHJKLMNPQRSTUVWXYZ"
"""Without I and O, which are taken for 1 and 0."""


@lru_cache(maxsize=16_384)
def cusip(key: str) -> str:
    """The nine characters of the security that `key` names; the same for the same key."""
    body = f"99{_text(f'cusip {key}', 6, _CUSIP_DIGITS)}"
    return f"{body}{_cusip_check(body)}"


@lru_cache(maxsize=16_384)
def isin(key: str, country: str) -> str:
    """Twelve characters; for the US and Canada the CUSIP of the same key stands in them, as it does in real ones."""
    body = country + (cusip(key) if country in {"US", "CA"} else f"99{_text(f'nsin {key}', 7, _DIGITS)}")
    return f"{body}{_luhn(body)}"


@lru_cache(maxsize=16_384)
def lei(issuer: str) -> str:
    """Twenty characters, the check digits as ISO 17442 says."""
    body = f"999900{_text(f'lei {issuer}', 12, _DIGITS)}"
    number = int("".join(str(_DIGITS.index(character)) for character in f"{body}00"))
    return f"{body}{98 - number % 97:02}"


def _text(key: str, length: int, digits: str) -> str:
    number = int.from_bytes(hashlib.sha256(key.encode()).digest()[:12])
    found = ""
    for _ in range(length):
        number, digit = divmod(number, len(digits))
        found += digits[digit]
    return found


def _cusip_check(body: str) -> int:
    total = 0
    for place, character in enumerate(body):
        value = _DIGITS.index(character) * (1 + place % 2)
        total += value // 10 + value % 10
    return -total % 10


def _luhn(body: str) -> int:
    digits = "".join(str(_DIGITS.index(character)) for character in body)
    total = 0
    for place, digit in enumerate(reversed(digits)):
        value = int(digit) * (2 - place % 2)
        total += value // 10 + value % 10
    return -total % 10
