"""The identifiers that a filing gives, as far as they are any."""

from collections.abc import Mapping
from typing import Any

from etf_analytics.matching.identifiers import is_cusip, is_isin, isin_of


def valid_isin(text: str | None) -> str | None:
    """The ISIN, if its check digit is right."""
    code = (text or "").strip().upper()
    return code if is_isin(code) else None


def valid_cusip(text: str | None) -> str | None:
    """The CUSIP, if its check digit is right. All zeros are how filers write that there is none."""
    code = (text or "").strip().upper()
    return code if code.strip("0") and is_cusip(code) else None


def isin_of_line(line: Mapping[str, Any]) -> str | None:
    """The ISIN of a filing's line: as filed, or made from the CUSIP where that is an American one; None if neither.

    A CUSIP that begins with a letter, and a Canadian one, is in the ISIN of another country.
    """
    isin, cusip = valid_isin(line["isin"]), valid_cusip(line["cusip"])
    if isin or not cusip or cusip[0].isalpha() or line["country"] != "US":
        return isin
    return isin_of(cusip)
