"""Ticker symbols: one canonical form, with a dot for the share class (`BRK.B`)."""

import re

from etf_common.codes import ErrorCode
from etf_common.errors import UsageError, shorten

_SYMBOL = re.compile(r"[A-Z0-9]{1,10}(\.[A-Z0-9]{1,4})?")
# What funds list besides: NOVO B, RR. and M&M from abroad, and CUSIPs.
_SECURITY = re.compile(r"[A-Z0-9&]{1,12}([. ][A-Z0-9]{0,4})?")
__all__ = ["ALLOWED", "MalformedSymbolError", "canonical", "canonical_security", "shorten"]

ALLOWED = "1 to 10 letters or digits, with a class after a dot or slash (VTI, BRK.B)"
_ALLOWED_SECURITY = "1 to 12 letters, digits or &, with a class after a dot, slash or blank (AAPL, BRK.B, NOVO B)"


class MalformedSymbolError(UsageError):
    """A text that cannot be a ticker symbol."""

    code = ErrorCode.MALFORMED_SYMBOL


def canonical(text: str) -> str:
    """`brk/b` -> `BRK.B`. Raises MalformedSymbolError for what cannot be an ETF's symbol."""
    return _canonical(text, _SYMBOL, ALLOWED)


def canonical_security(text: str) -> str:
    """The same of any security that a fund may list: `novo b` -> `NOVO B`."""
    return _canonical(text, _SECURITY, _ALLOWED_SECURITY)


def _canonical(text: str, pattern: re.Pattern[str], allowed: str) -> str:
    symbol = text.strip().upper().replace("/", ".") if text.isascii() else ""
    if not pattern.fullmatch(symbol):
        raise MalformedSymbolError(f"{shorten(text)} is not a symbol: give {allowed}")
    return symbol
