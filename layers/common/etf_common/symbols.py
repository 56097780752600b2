"""Ticker symbols: one canonical form, with a dot for the share class (`BRK.B`).

Two kinds: an ETF's symbol names objects in the lake, so it is strict; the symbol of whatever a fund may list is wide.
"""

import re

from etf_common.codes import ErrorCode
from etf_common.errors import UsageError, shorten

__all__ = [
    "ALLOWED",
    "ETF_PATTERN",
    "SECURITY_LENGTH",
    "SECURITY_PATTERN",
    "MalformedSymbolError",
    "canonical",
    "canonical_security",
    "dot_form",
    "either",
    "is_etf_symbol",
    "shorten",
]

ETF_PATTERN = r"[A-Z0-9]{1,10}(\.[A-Z0-9]{1,4})?"
"""An ETF's symbol."""
SECURITY_PATTERN = r"[A-Z0-9&]{1,12}([-. +*$=^_#'][A-Z0-9&]{1,15})*[-.+*$=^_#']?"
"""The symbol of anything that a fund may list, an ETF's included: RR., M&M, VOLV B, PTT-F, WALMEX*, BAC$L, a CUSIP, an
option's SPX 261218P05000000.

A separator never follows another one, so that no path such as `..` can be a symbol. At most SECURITY_LENGTH characters.
"""
SECURITY_LENGTH = 24
ALLOWED = "1 to 10 letters or digits, with a class after a dot, slash or hyphen (VTI, BRK.B)"
_ALLOWED_SECURITY = (
    f"1 to 12 letters, digits or &, more after a dot, slash, hyphen, blank or asterisk, {SECURITY_LENGTH} characters "
    "at most (AAPL, BRK.B, NOVO B, PTT-F, WALMEX*)"
)
_ETF = re.compile(ETF_PATTERN)
_SECURITY = re.compile(SECURITY_PATTERN)
# One letter only: of longer ends, `BAJAJ-AUTO` is a whole symbol.
_HYPHENATED = re.compile(r"([A-Z0-9&]{1,12})-([A-Z])")


class MalformedSymbolError(UsageError):
    """A text that cannot be a ticker symbol."""

    code = ErrorCode.MALFORMED_SYMBOL


def canonical(text: str) -> str:
    """`brk/b` and `brk-b` -> `BRK.B`. Raises MalformedSymbolError for what cannot be an ETF's symbol."""
    # No ETF's symbol has a hyphen, so nothing else can be meant.
    dotted = dot_form(text.strip().upper()) if text.isascii() else None
    return _canonical(dotted or text, _ETF, 15, ALLOWED)


def canonical_security(text: str) -> str:
    """The same of any security that a fund may list: `novo b` -> `NOVO B`."""
    return _canonical(text, _SECURITY, SECURITY_LENGTH, _ALLOWED_SECURITY)


def dot_form(symbol: str) -> str | None:
    """What a canonical symbol with a class after a hyphen can mean too: `BRK-B` -> `BRK.B`; None for any other.

    Some securities have such symbols themselves, as funds list `SQM-B`: the exact symbol comes first.
    """
    found = _HYPHENATED.fullmatch(symbol) if len(symbol) <= SECURITY_LENGTH else None
    return f"{found[1]}.{found[2]}" if found else None


def either(symbol: str) -> str:
    """The symbol in a message that says that nothing has it: `BRK-C or BRK.C`."""
    dotted = dot_form(symbol)
    return f"{symbol} or {dotted}" if dotted else symbol


def is_etf_symbol(symbol: str) -> bool:
    """Whether a canonical symbol can be an ETF's, so that it may name objects in the lake."""
    return len(symbol) < SECURITY_LENGTH and _ETF.fullmatch(symbol) is not None


def _canonical(text: str, pattern: re.Pattern[str], length: int, allowed: str) -> str:
    # Blanks around it are forgiven, but no more of them than a symbol has characters.
    symbol = text.strip().upper().replace("/", ".") if len(text) <= 2 * SECURITY_LENGTH and text.isascii() else ""
    if len(symbol) > length or not pattern.fullmatch(symbol):
        raise MalformedSymbolError(f"{shorten(text)} is not a symbol: give {allowed}")
    return symbol
