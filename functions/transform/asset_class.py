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


def _words(pattern: str) -> re.Pattern[str]:
    return re.compile(rf"\b(?:{pattern})\b", re.IGNORECASE)


_MONTH = r"(?:jan|feb|mar|apr|may|june?|july?|aug|sept?|oct|nov|dec)[a-z]*\.?\s?'?\d{2}(?:\d{2})?"
_FUTURE_NAME = _words("fut(?:ures?)?|e-?mini")
_CONTRACT_MONTH = _words(_MONTH)
# "Future Dec 26" behind an index is a contract; no company is called so.
_DATED_FUTURE = _words(rf"fut(?:ures?)?\s+{_MONTH}")
_UNDERLYING = _words(
    "index|idx|notes?|bonds?|bund|gilts?|treasury|s&p|nasdaq|russell|topix|msci|stoxx|cbt|cme|crude|gold"
)
# These are contracts whatever else the name says; options, forwards and warrants can be a company's name.
_CONTRACT_NAME = _words("fut|futures?|e-?mini|swaps?|swaptions?")
_OTHER_CONTRACT_NAME = _words("options?|forwards?|warrants?")
_CASH_FIRST = re.compile(r"(?:cash|mktliq|currency)\b|.*\b(?:repo|repurchase)\b", re.IGNORECASE)
_CASH_NAME = _words(
    "cash|mktliq|money market|market liquidity|currency|dollars?|receivables?|payables?|margin|collateral"
)
_CASH_ONLY = re.compile(
    r"(?:(?:u\.?s\.?d?|net|other|uninvested)\s+)?cash(?:\s+(?:(?:&|and)\s+)?(?:cash\s+)?(?:equivalents?|collateral|balance|position|offset))?"
    r"|money market",
    re.IGNORECASE,
)
_CASH_FUND = _words("cash funds?|money market|liquidity fund")
_MONEY_NAME = _words("money|government|govt|treasury|liquidity|cash|obligations?")
_COUPON = re.compile(r"\b\d{1,2}(\.\d+)?\s?%")
_MATURITY = re.compile(r"\b(19|20)\d{2}\b|\b\d{1,2}/\d{1,2}/\d{2,4}\b")
_COUPON_AND_DATE = re.compile(r"\b\d{1,2}(\.\d{1,6})?\s+\d{1,2}/\d{1,2}/\d{2,4}\b")
_BOND_NAME = _words(r"treas(?:ury)?\s+(?:notes?|bonds?|bills?|n/b|bds?|nts?)|debentures?|mortgage|fnma|gnma|fhlmc")
# Invesco QQQ Trust, Grayscale Bitcoin Trust: funds whose names do not say so, but for who sells them.
_FUND_HOUSE = r"bitwise|fidelity|global x|grayscale|invesco|schwab|sprott|vaneck|vanguard|wisdomtree|xtrackers"
_FUND_NAME = re.compile(
    r"\b(ETFs?|ETNs?|exchange[ -]traded|index fund)\b|^(ishares|spdr|proshares|direxion)\b"
    rf"|^(?:{_FUND_HOUSE})\b.*\b(trust|funds?|portfolio)\b",
    re.IGNORECASE,
)
# What the rules for a ticker's name look for, in lower case; most names hold none of it, and need no closer look.
_HINT = re.compile(
    r"\b(?:fut|e-?mini|cash|money|liquidity|et[fn]|exchange|index fund|ishares|spdr|proshares|direxion)"
    rf"|^(?:{_FUND_HOUSE})\b"
    r"|\b(?:option|forward|warrant|gov|treasury|obligation)"
)
_CURRENCIES = {
    "USD": r"(u\.?\s?s\.?|united states|american)\s*dollars?",
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
    "TRY": r"(new )?turkish liras?",
    "PLN": r"polish zlot(y|ys|ych)",
    "CZK": r"czech koruna",
    "HUF": r"hungarian forints?",
    "CLP": r"chilean pesos?",
    "COP": r"colombian pesos?",
    "PHP": r"philippine pesos?",
    "IDR": r"indonesian rupiahs?",
    "MYR": r"malaysian ringgits?",
    "SAR": r"saudi (arabian )?riyals?",
    "AED": r"(u\.?a\.?e\.?|united arab emirates) dirhams?",
    "QAR": r"qatari r[iy]als?",
    "KWD": r"kuwaiti dinars?",
    "EGP": r"egyptian pounds?",
}
# "USD Cash", "Euro Currency", "Yuan Renminbi Offshore": the currency's code or name, and words for holding it.
_CURRENCY_NAME = {
    code: re.compile(rf"(?:{code}|(?:{pattern}))(?:\s+(?:cash|currency|balance|offshore|spot|\(.*\)))*", re.IGNORECASE)
    for code, pattern in _CURRENCIES.items()
}
_ANY_CURRENCY = re.compile("|".join(f"(?:{pattern})" for pattern in _CURRENCIES.values()), re.IGNORECASE)


def asset_class(symbol: str | None, name: str | None) -> AssetClass:
    """The class of the line that has this symbol and this name."""
    name = (name or "").strip()
    if (
        symbol
        and symbol not in _CURRENCY_NAME
        and name
        and _TICKER.fullmatch(symbol)
        and not _HINT.search(name.lower())
    ):
        return "equity"
    if symbol and _is_future(symbol, name):
        return "derivative"
    if symbol and _TICKER.fullmatch(symbol):
        return _of_ticker(symbol, name)
    by_name = _of_name(name)
    is_ticker = symbol and _TICKER_ABROAD.fullmatch(symbol) and not _is_doubtful(symbol, name)
    return "equity" if by_name == "other" and name and is_ticker else by_name


def _is_future(symbol: str, name: str) -> bool:
    if _FUTURES_CODE.fullmatch(symbol):
        return bool(_FUTURE_NAME.search(name) or _CONTRACT_MONTH.search(name))
    return bool(_DATED_FUTURE.search(name))


def _is_doubtful(symbol: str, name: str) -> bool:
    """MUV2 is Munich Re: a symbol like a futures code is doubtful only where the name could be a contract's."""
    return bool(_FUTURES_CODE.fullmatch(symbol) and _UNDERLYING.search(name))


def _of_ticker(symbol: str, name: str) -> AssetClass:
    currency = _CURRENCY_NAME.get(symbol)
    if (currency and currency.fullmatch(name)) or _CASH_ONLY.fullmatch(name):
        return "cash"
    if currency and _OTHER_CONTRACT_NAME.search(name) and _MATURITY.search(name):
        return "derivative"
    if _CASH_FUND.search(name) or (_MONEY_FUND.fullmatch(symbol) and _MONEY_NAME.search(name)):
        return "cash"
    if not name:
        return "other"
    return "etf" if _FUND_NAME.search(name) else "equity"


def _of_name(name: str) -> AssetClass:
    if _CASH_FIRST.match(name) or _ANY_CURRENCY.fullmatch(name):  # "Cash collateral for futures", "Repo 4.1% 2026"
        return "cash"
    if _CONTRACT_NAME.search(name):
        return "derivative"
    # Before options and dollars: "Option Care Health 4.375% 10/31/2029", "Dollar General 3.50% 2030"
    if _BOND_NAME.search(name) or _COUPON_AND_DATE.search(name) or (_COUPON.search(name) and _MATURITY.search(name)):
        return "bond"
    if _OTHER_CONTRACT_NAME.search(name):
        return "derivative"
    if _CASH_NAME.search(name):
        return "cash"
    return "etf" if _FUND_NAME.search(name) else "other"
