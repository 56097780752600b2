"""The identifiers that a filing gives, as far as they are any."""

from etf_analytics.matching.identifiers import is_cusip, is_isin


def valid_isin(text: str | None) -> str | None:
    """The ISIN, if its check digit is right."""
    code = (text or "").strip().upper()
    return code if is_isin(code) else None


def valid_cusip(text: str | None) -> str | None:
    """The CUSIP, if its check digit is right. All zeros are how filers write that there is none."""
    code = (text or "").strip().upper()
    return code if code.strip("0") and is_cusip(code) else None
