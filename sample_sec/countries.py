"""Where the companies of the sample funds are organised, and what a US dollar costs in their currencies."""

from datetime import date
from functools import lru_cache
from typing import NamedTuple
from zlib import crc32

from sample_portal.market import wave


class Place(NamedTuple):
    """A company's country (ISO 3166) and the currency in which its shares trade (ISO 4217)."""

    country: str
    currency: str


_CURRENCIES = {"GB": "GBP", "CH": "CHF", "SE": "SEK", "DK": "DKK", "NO": "NOK", "JP": "JPY", "KR": "KRW", "AU": "AUD",
               "CA": "CAD", "HK": "HKD", "CN": "HKD", "TW": "TWD", "IN": "INR", "SA": "SAR", "ZA": "ZAR", "BR": "BRL",
               "MX": "MXN", "ID": "IDR", "PL": "PLN", "HU": "HUF", "AE": "AED", "QA": "QAR", "TR": "TRY", "TH": "THB",
               "US": "USD", "IE": "EUR"}  # fmt: skip
_FOR_ONE_DOLLAR = {"EUR": 0.862, "GBP": 0.7604, "JPY": 156.14, "CHF": 0.8051, "SEK": 9.52, "DKK": 6.43, "NOK": 10.12,
                   "KRW": 1465.3, "AUD": 1.547, "CAD": 1.4015, "HKD": 7.8125, "TWD": 31.24, "INR": 89.02, "CNY": 7.11,
                   "SAR": 3.7502, "ZAR": 17.23, "BRL": 5.34, "MXN": 18.41, "IDR": 16_702.0, "PLN": 3.66, "HUF": 330.4,
                   "AED": 3.6725, "QAR": 3.641, "TRY": 42.4, "THB": 32.41}  # fmt: skip
_PEGGED = {"HKD", "SAR", "AED", "QAR"}

# The companies of the sample portal's list by fund and country; those of other countries than their fund's usual ones.
_DEVELOPED = {
    "NL": ("ASML",),
    "KR": ("005930", "000660"),
    "JP": ("7203", "6758", "8306", "6861", "6501", "9984", "8035", "6098", "7974", "4063", "8316"),
    "CH": ("NESN", "NOVN", "ROG", "UBSG", "ABBN", "CFR", "ZURN"),
    "GB": ("AZN", "SHEL", "HSBA", "ULVR", "RR.", "BATS", "GSK", "BP.", "RIO", "BARC", "LLOY", "REL", "DGE", "NG."),
    "DE": ("SAP", "SIE", "ALV", "DTE", "MUV2", "RHM"),
    "FR": ("AIR", "MC", "RMS", "OR", "TTE", "SU", "BNP"),
    "ES": ("ITX", "IBE", "BBVA"),
    "IT": ("UCG", "ENEL"),
    "DK": ("NOVO B", "DSV", "MAERSK B"),
    "SE": ("INVE B",),
    "NO": ("EQNR",),
    "CA": ("RY", "TD", "SHOP", "ENB"),
    "AU": ("CBA", "BHP", "CSL"),
    "HK": ("1299",),
}
_EMERGING = {
    "TW": ("2330", "2317", "2454", "2308"),
    "CN": ("0700", "9988", "3690", "1810", "PDD", "0939", "1398", "3988", "2318", "9999", "9618", "1211", "9888",
           "0941", "0857", "0883", "600519", "300750", "9961"),
    "IN": ("HDFCBANK", "RELIANCE", "INFY", "ICICIBANK", "TCS", "BHARTIARTL", "LT", "ITC", "M&M", "AXISBANK", "SBIN",
           "TITAN"),
    "SA": ("1120", "2222"),
    "ZA": ("NPN", "CPI", "GFI"),
    "BR": ("VALE3", "PETR4", "ITUB4", "NU"),
    "MX": ("WALMEX", "GFNORTEO"),
    "ID": ("BBCA",),
    "PL": ("PKO",),
    "HU": ("OTP",),
    "AE": ("EMAAR",),
    "QA": ("QNBK",),
    "TR": ("THYAO",),
}  # fmt: skip
_LISTED = {
    market: {symbol: country for country, symbols in listed.items() for symbol in symbols}
    for market, listed in (("DM", _DEVELOPED), ("EM", _EMERGING))
}
_BY_NAME = {"Banco Santander SA": "ES", "Sanofi SA": "FR"}
"""Two companies with one symbol."""
_LISTED_IN_NEW_YORK = {"ASML": "NL", "AZN": "GB", "PDD": "CN", "SHOP": "CA", "ARM": "GB", "TRI": "CA", "CCEP": "GB",
                       "CB": "CH", "SLB": "CW", "AON": "IE", "BG": "CH", "GRMN": "CH", "NXPI": "NL"}  # fmt: skip
_FORMS = (
    ("AG", ("DE", "CH", "DE", "AT")), ("PLC", ("GB",)), ("SA", ("FR", "ES", "BE")), ("AB", ("SE",)),
    ("SE", ("DE", "FR")), ("Class H", ("CN",)), ("Tbk", ("ID",)), ("Ltd", ("JP", "JP", "KR", "AU", "HK")),
)  # fmt: skip
_EMERGING_FORMS = (("Class H", ("CN",)), ("Tbk", ("ID",)), ("SA", ("BR", "MX", "PL")), ("Co Ltd", ("TW", "CN", "TH")),
                   ("Ltd", ("IN", "IN", "ZA", "TW")))  # fmt: skip
_DOLLAR = "USD"


@lru_cache(maxsize=16_384)
def place_of(market: str, symbol: str, name: str) -> Place:
    """Country and currency of a company in a fund of `US`, `DM` or `EM` companies."""
    if market == "US":
        return Place(_new_york(symbol, name), _DOLLAR)
    country = _BY_NAME.get(name) or _LISTED[market].get(symbol) or _by_form(market, name)
    if symbol in {"NU", "PDD"}:
        return Place(country, _DOLLAR)
    if country == "CN" and (symbol[:2] in {"60", "30"} or (name.startswith("Sample") and "Class H" not in name)):
        return Place(country, "CNY")
    return Place(country, _CURRENCIES.get(country, "EUR"))


def exchange_rate(currency: str, day: date) -> float:
    """Units of the currency for one US dollar."""
    swing = 0.0005 if currency in _PEGGED else 0.02
    return _FOR_ONE_DOLLAR[currency] * wave(f"rate {currency}", day, swing)


def _new_york(symbol: str, name: str) -> str:
    if symbol in _LISTED_IN_NEW_YORK:
        return _LISTED_IN_NEW_YORK[symbol]
    words = name.split(" Class ", maxsplit=1)[0].split()
    return {"PLC": "IE", "NV": "NL"}.get(words[-1], "US")


def _by_form(market: str, name: str) -> str:
    for ending, countries in _EMERGING_FORMS if market == "EM" else _FORMS:
        if name.endswith(ending):
            return countries[crc32(name.encode()) % len(countries)]
    return "CN" if market == "EM" else "JP"
