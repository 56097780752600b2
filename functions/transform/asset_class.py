"""What kind of thing a line is, from its symbol and its name.

A plain ticker with a company's name is equity, whatever words it contains: AMD, ALL, COP, AZN, Air, Option Care,
FirstCash and Dollar General are companies. Words decide only for lines without a plain ticker. In doubt: other.
"""

import re

from etf_common.models import AssetClass

_TICKER = re.compile(r"[A-Z]{1,5}(\.[A-Z]{1,2})?")
# Tickers abroad: 005930 Samsung, RR. Rolls-Royce, NOVO B, M&M Mahindra, RELIANCE. Eight signs or more with a digit
# are a CUSIP or an ISIN.
_TICKER_ABROAD = re.compile(r"(?![A-Z]*\d)[A-Z&]{1,12}([. ][A-Z]{0,2})?|[A-Z0-9]{1,7}([. ][A-Z0-9]{0,2})?")
_FUTURES_CODE = re.compile(r"[A-Z0-9]{1,3}[FGHJKMNQUVXZ]\d{1,2}")
_MONEY_FUND = re.compile(r"[A-Z]{3}XX")
_FUTURE_NAME = re.compile(r"\bfut(ures?)?\b", re.IGNORECASE)
_DERIVATIVE_NAME = re.compile(r"\b(fut|futures?|swaps?|swaptions?|options?|forwards?|warrants?)\b", re.IGNORECASE)
_CASH_FIRST = re.compile(r"(cash|mktliq|currency)\b|.*\b(repo|repurchase)\b", re.IGNORECASE)
_CASH_NAME = re.compile(
    r"\b(cash|mktliq|money\s+market|market\s+liquidity|currency|dollars?|repo|repurchase|receivables?|payables?"
    r"|margin|collateral)\b",
    re.IGNORECASE,
)
_MONEY_NAME = re.compile(r"\b(money|government|govt|treasury|liquidity|cash|obligations?)\b", re.IGNORECASE)
_COUPON = re.compile(r"\b\d{1,2}(\.\d+)?\s?%")
_MATURITY = re.compile(r"\b(19|20)\d{2}\b|\b\d{1,2}/\d{1,2}/\d{2,4}\b")
_BOND_NAME = re.compile(r"\b(treasury\s+(note|bond|bill)s?|debentures?|mortgage|fnma|gnma|fhlmc)\b", re.IGNORECASE)
_FUND_NAME = re.compile(
    r"\b(ETFs?|ETNs?|exchange[ -]traded|index fund)\b|^(ishares|spdr|proshares|direxion)\b", re.IGNORECASE
)
_CURRENCIES = {
    "USD": r"(u\.?s\.?|united states|american)\s*dollars?",
    "EUR": r"euros?",
    "JPY": r"(japanese )?yen",
    "GBP": r"(british |u\.?k\.? )?pounds?( sterling)?|great britain pound",
    "CHF": r"swiss francs?",
    "CAD": r"canadian dollars?",
    "AUD": r"australian dollars?",
    "NZD": r"new zealand dollars?",
    "HKD": r"hong kong dollars?",
    "SGD": r"singapore dollars?",
    "SEK": r"swedish kron[ao]r?",
    "NOK": r"norwegian kroner?",
    "DKK": r"danish kroner?",
    "CNY": r"(chinese )?(yuan|renminbi)( renminbi)?",
    "CNH": r"(offshore |chinese )?(yuan|renminbi)( renminbi)?",
    "INR": r"indian rupees?",
    "KRW": r"(south )?korean won",
    "TWD": r"(new )?taiwan dollars?",
    "BRL": r"brazilian reals?",
    "ZAR": r"south african rands?",
    "MXN": r"mexican pesos?",
    "ILS": r"(new )?israeli (new )?shekels?",
    "THB": r"thai bahts?",
}
_CURRENCY_NAME = {code: re.compile(pattern, re.IGNORECASE) for code, pattern in _CURRENCIES.items()}
_ANY_CURRENCY = re.compile("|".join(f"(?:{pattern})" for pattern in _CURRENCIES.values()), re.IGNORECASE)


def asset_class(symbol: str | None, name: str | None) -> AssetClass:
    """The class of the line that has this symbol and this name."""
    name = name or ""
    if symbol and _FUTURES_CODE.fullmatch(symbol) and _FUTURE_NAME.search(name):
        return "derivative"
    if symbol and _TICKER.fullmatch(symbol):
        return _of_ticker(symbol, name)
    by_name = _of_name(name)
    if by_name == "other" and name and symbol and _TICKER_ABROAD.fullmatch(symbol):
        return "equity"
    return by_name


def _of_ticker(symbol: str, name: str) -> AssetClass:
    currency = _CURRENCY_NAME.get(symbol)
    if currency and currency.fullmatch(name):
        return "cash"
    if _MONEY_FUND.fullmatch(symbol) and _MONEY_NAME.search(name):
        return "cash"
    if not name:
        return "other"
    return "etf" if _FUND_NAME.search(name) else "equity"


def _of_name(name: str) -> AssetClass:
    if _CASH_FIRST.match(name) or _ANY_CURRENCY.fullmatch(name):  # "Cash collateral for futures", "Repo 4.1% 2026"
        return "cash"
    if _DERIVATIVE_NAME.search(name):
        return "derivative"
    if _BOND_NAME.search(name) or (_COUPON.search(name) and _MATURITY.search(name)):  # "Dollar General 3.50% 2030"
        return "bond"
    if _CASH_NAME.search(name):
        return "cash"
    return "etf" if _FUND_NAME.search(name) else "other"
