"""The words that the rules share: currencies, months, dates, coupons.

All patterns are for a line's `text`: capitals, single blanks. Each quantifier is bounded and none stands in another, so
that no name, however made, takes more than linear time.
"""

import re

from transform.asset_class.line import Line
from transform.asset_class.rule import words

ISO_CODES = words(
    "AED AFN ALL AMD ANG AOA ARS AUD AWG AZN BAM BBD BDT BGN BHD BIF BMD BND BOB BRL BSD BTN BWP BYN BZD CAD CDF CHF "
    "CLF CLP CNH CNY COP CRC CUP CVE CZK DJF DKK DOP DZD EGP ERN ETB EUR FJD FKP GBP GEL GHS GIP GMD GNF GTQ GYD HKD "
    "HNL HRK HTG HUF IDR ILS INR IQD IRR ISK JMD JOD JPY KES KGS KHR KMF KPW KRW KWD KYD KZT LAK LBP LKR LRD LSL LYD "
    "MAD MDL MGA MKD MMK MNT MOP MRU MUR MVR MWK MXN MYR MZN NAD NGN NIO NOK NPR NZD OMR PAB PEN PGK PHP PKR PLN PYG "
    "QAR RON RSD RUB RWF SAR SBD SCR SDG SEK SGD SHP SLE SOS SRD SSP STN SVC SYP SZL THB TJS TMT TND TOP TRY TTD TWD "
    "TZS UAH UGX USD UYU UZS VES VND VUV WST XAF XCD XOF XPF YER ZAR ZMW ZWL"
)
METAL_CODES = words("XAU XAG XPT XPD")
# A name that is only such a code is that currency. Others are companies first: ALL, AMD, AZN, COP, TOP.
PLAIN_CODES = words(
    "AED AUD BRL CAD CHF CLP CNH CNY CZK DKK EGP EUR GBP HKD HUF IDR ILS INR JPY KRW KWD MXN MYR NOK NZD PHP PLN QAR "
    "RUB SAR SEK SGD THB TRY TWD USD ZAR"
)
CURRENCY = "¤"
"""Stands for a currency's name in what `currencies_marked` returns."""
_CURRENCY_NAME = re.compile(
    r"\b(?:NEW )?(?:"
    r"(?:U\.?S|UNITED STATES|AMERICAN|AUSTRALIAN?|CANAD(?:A|IAN)|HONG KONG|NEW ZEALAND|SINGAPORE"
    r"|TAIWAN(?:ESE)?(?: NEW)?) DOLLARS?"
    r"|EUROS?|(?:JAPAN(?:ESE)? )?YEN|(?:(?:BRITISH|U\.?K|GREAT BRITAIN) )?POUNDS?(?: STERLING)?"
    r"|(?:BRITISH|U\.?K) STERLING(?: POUNDS?)?|(?:EGYPT(?:IAN)?|LEBANESE) POUNDS?|(?:SWISS|SWITZERLAND) FRANCS?"
    r"|(?:SWED(?:ISH|EN)|ICELAND(?:IC)?) KRON[AO]R?|(?:NORWEGIAN|NORWAY|DANISH|DENMARK) KRONER?"
    r"|CZECH (?:REPUBLIC )?KORUNA|(?:(?:OFFSHORE )?CHIN(?:A|ESE) |OFFSHORE )?(?:YUAN|RENMINBI)(?: RENMINBI)?"
    r"|(?:INDIAN?|PAKISTANI?|SRI LANKAN?|MAURITI(?:US|AN)) RUPEES?|INDONESIAN? RUPIAHS?|(?:SOUTH )?KOREAN? WON"
    r"|BRAZIL(?:IAN)? REALS?|SOUTH AFRICAN? RANDS?"
    r"|(?:MEXIC(?:O|AN)|CHILE(?:AN)?|COLOMBIAN?|PHILIPPINES?|ARGENTIN(?:A|E|IAN)|URUGUAY(?:AN)?) PESOS?"
    r"|ISRAELI? (?:NEW )?SHE[KQ]ELS?|THAI(?:LAND)? BAHTS?|TURK(?:EY|ISH) (?:NEW )?LIRAS?"
    r"|POL(?:AND|ISH) ZLOT(?:Y|YS|YCH)|HUNGAR(?:Y|IAN) FORINTS?|ROMANIAN? LEU|BULGARIAN? LEV|RUSSIAN? RO?UBLES?"
    r"|PERU(?:VIAN)? (?:NUEVO )?SOL(?:ES)?|MALAYSIAN? RINGGITS?|VIETNAM(?:ESE)? DONG|SAUDI (?:ARABIAN? )?RIYALS?"
    r"|(?:QATARI?|OMANI?) R[IY]Y?ALS?"
    r"|(?:U\.?A\.?E|(?:UNITED|UTD) ARAB EMIR(?:ATES)?|MOROCC(?:O|AN)) DIRHAMS?"
    r"|(?:KUWAITI?|BAHRAINI?|JORDAN(?:IAN)?|SERBIAN?|TUNISIAN?) DINARS?|(?:KENYAN?|UGANDAN?|TANZANIAN?) SHILLINGS?"
    r"|NIGERIAN? NAIRA|BANGLADESHI? TAKA|KAZAKH(?:STAN)? TENGE|UKRAIN(?:E|IAN) HRYVNIA|GEORGIAN? LARI"
    r"|GHANA(?:IAN)? CEDI)(?: NEW)?(?=$|[ /])"
)
"""A country or what is made of its name, and its money: Brazilian Real, Brazil Real; State Street adds (NEW)."""
CURRENCY_WORDS = words(
    "DOLLAR DOLLARS EURO EUROS YEN POUND POUNDS STERLING FRANC FRANCS KRONA KRONOR KRONE KRONER KORUNA YUAN RENMINBI "
    "RUPEE RUPEES RUPIAH RUPIAHS WON REAL REALS RAND RANDS PESO PESOS SHEKEL SHEKELS SHEQEL BAHT BAHTS LIRA LIRAS "
    "ZLOTY ZLOTYS ZLOTYCH FORINT FORINTS LEU LEV RUBLE RUBLES ROUBLE ROUBLES SOL SOLES RINGGIT RINGGITS DONG RIYAL "
    "RIYALS RIAL DIRHAM DIRHAMS DINAR DINARS SHILLING SHILLINGS NAIRA TAKA TENGE HRYVNIA LARI CEDI"
)
"""A currency's name has one of these."""


_APART = str.maketrans("/-_&", "    ")


def currencies_marked(line: Line) -> list[str]:
    """The words of the name, with CURRENCY in the place of each currency's name; punctuation parts words."""
    text = line.text if CURRENCY_WORDS.isdisjoint(line.hints) else _CURRENCY_NAME.sub(CURRENCY, line.text)
    return text.translate(_APART).split()


_MONTHS = (
    r"JAN(?:UARY)?|FEB(?:RUARY)?|MAR(?:CH)?|APR(?:IL)?|MAY|JUNE?|JULY?|AUG(?:UST)?"
    r"|SEPT?(?:EMBER)?|OCT(?:OBER)?|NOV(?:EMBER)?|DEC(?:EMBER)?"
)
_YEAR = r"(?:19|20|21)\d{2}"
CONTRACT_MONTH = rf"(?:{_MONTHS})[ '/-]{{0,2}}(?:\d{{1,2}} )?(?:20)?\d{{2}}"
"""DEC26, DEC 26, DEC'26, December 2026, and SEP 18 26."""
DATE = (
    rf"(?:\d{{1,2}}[/.-]\d{{1,2}}[/.-](?:{_YEAR}|\d{{2}})|{_YEAR}[/.-](?:\d{{1,2}}|{_MONTHS})[/.-]\d{{1,2}}"
    rf"|20\d{{2}}(?:0[1-9]|1[0-2])[0-3]\d|\d{{1,2}}[ /-]?(?:{_MONTHS})[ /-]?(?:{_YEAR}|\d{{2}})"
    rf"|(?:{_MONTHS}) \d{{1,2}} {_YEAR}|(?:{_MONTHS})-\d{{1,2}}-(?:{_YEAR}|\d{{2}}))(?!\d)"
)
"""01/23/2035, 1/23/35, 23-01-2035, 2035-01-23, 2027-JAN-29, 21/DEC/2026, 15NOV34, 20341115, NOV 15 2034."""
YEAR = rf"{_YEAR}(?![\d-])"
_RATE = r"(?:1?\d|2[0-4])(?:\.\d{1,12})?"
COUPON_PERCENT = rf"[VF]?{_RATE}%"
COUPON = rf"(?:[VF]?{_RATE}%?|\d{{1,2}}[ -]\d{{1,2}}/\d{{1,2}}%?|FRN|FLT|VAR|ZERO)"
"""5.336%, 5.336, 5, V5.336, 4 1/4, 4-1/4%, FRN; no coupon reaches 25 %, while indices do (EURO STOXX 50)."""

FUTURES_CODE = re.compile(r"[A-Z0-9]{1,3} ?[FGHJKMNQUVXZ]\d{1,2}(?: (?:COMDTY|INDEX|CURNCY))?")
"""ESZ6, ESZ26, C Z6: root, month, year. Tickers can look the same (MUV2, ABEV3), so the name must agree."""
LEGAL_FORMS = words("INC CORP CORPORATION CO COMPANY LTD LIMITED PLC SA AG NV SE SPA AB ASA OYJ LLC LP HOLDINGS GROUP")
