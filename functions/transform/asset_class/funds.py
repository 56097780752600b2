"""Funds that a fund holds: ETFs, closed-end and mutual funds."""

import re

from transform.asset_class.line import Line
from transform.asset_class.rule import Rule, words
from transform.asset_class.vocabulary import LEGAL_FORMS

_SAID = re.compile(
    r"\b(?:ETFS?|ETNS?|UCITS|EXCHANGE[ -]TRADED|INDEX FUND|SELECT SECTOR|ALPHADEX"
    r"|(?:BITCOIN|ETHER|ETHEREUM|SOLANA|XRP|GOLD|SILVER|PLATINUM|PALLADIUM) (?:MINI )?(?:TRUST|SHARES))\b"
    r"|^(?:ISHARES|SPDR|PROSHARES|DIREXION|ETRACS|IPATH|MICROSECTORS|YIELDMAX|GRANITESHARES|CURRENCYSHARES)\b"
)
# Invesco QQQ Trust, Grayscale Bitcoin Trust, Adams Diversified Equity Fund: who sells them makes them funds.
_HOUSE = re.compile(
    r"^(?:ABERDEEN|ABRDN|ADAMS|ALLIANCEBERNSTEIN|ALLSPRING|BITWISE|BLACKROCK|BNY MELLON|CALAMOS|COHEN & STEERS|DFA"
    r"|DIMENSIONAL|DOUBLELINE|DWS|EATON VANCE|FIDELITY|FIRST TRUST|FRANKLIN|GABELLI|GLOBAL X|GRAYSCALE|GUGGENHEIM"
    r"|INVESCO|JANUS HENDERSON|JOHN HANCOCK|KAYNE ANDERSON|KRANESHARES|MFS|NEUBERGER BERMAN|NUVEEN|PIMCO|PUTNAM|ROYCE"
    r"|SCHWAB|SPROTT|STATE STREET|TEUCRIUM|TORTOISE|UNITED STATES|VANECK|VANGUARD|VIRTUS|WESTERN ASSET"
    r"|WISDOMTREE|XTRACKERS)\b"
)
_PRODUCT = re.compile(
    r"^(?:AVANTIS|VANGUARD|INVESCO|SCHWAB|WISDOMTREE|VANECK|XTRACKERS|DIMENSIONAL|FIDELITY)\b.{1,60}"
    r"\b(?:BONDS?|BND|TREASURY|INDEX|IDX|STOCK|STK|MARKET|MKT|S&P|MSCI|NASDAQ|DIVIDEND|EQUITY|MUNICIPAL|CORPORATE|GROWTH|VALUE|INCOME)\b"
)
"""Vanguard Total Bond Market: a house and what it invests in, without a company's form."""
# Five letters that end in X are a mutual fund's on Nasdaq.
_MUTUAL_FUND = re.compile(r"[A-Z]{4}X")
_MUTUAL_WORDS = words("FUND FUNDS INDEX IDX INCOME INSTITUTIONAL INSTL ADMIRAL")
_VEHICLE = re.compile(r"\b(?:FUNDS?|PORTFOLIO)\b")
_HOUSE_TRUST = re.compile(
    r"^ TRUST FOR\b|^.{3,30}?\bTRUST\b.{0,20}$|\bTRUST(?: (?:SERIES|CLASS|UNITS?) ?\S{0,6}| [IVX]{1,4}| ETF)?$"
)
_ENDS_IN_FUND = re.compile(
    r"\bFUNDS?(?: (?:INC|INCORPORATED|LTD|LP|LLC|PLC|THE|TRUST|SHARES?|UNITS?|(?:CL|CLASS) [A-Z]{0,2}-?[0-9]{0,2}"
    r"|[A-Z]\d? CLASS|OF AMERICA|INSTITUTIONAL|INST|ADMIRAL|INVESTOR|SERIES [A-Z0-9]{1,3}|[IVX]{1,4}|[A-Z]|/THE)){0,3}$"
)
_COMPANY = words(
    "PROPERTY PROPERTIES BUILDING REALTY ESTATE REIT METROPOLITAN LEASEHOLD INFRASTRUCTURE LOGISTICS MORTGAGE BANCORP "
    "ACCOMMODATIONS HOTEL HOTELS RESIDENTIAL LENDING"
)
"""Companies that own houses, roads or loans call themselves funds and trusts too."""


def _is_fund(line: Line) -> bool:
    if _SAID.search(line.text):
        return True
    house = _HOUSE.search(line.text)
    if house is not None and _VEHICLE.search(line.text, house.end()):
        return True
    if line.words[-1] not in LEGAL_FORMS and (_PRODUCT.search(line.text) or _is_portfolio(line)):
        return True
    if not _COMPANY.isdisjoint(line.words):
        return False
    if house is not None and _HOUSE_TRUST.search(line.text[house.end() :]):
        return True
    return _ENDS_IN_FUND.search(line.text) is not None


def _is_portfolio(line: Line) -> bool:
    """A mutual fund by its symbol, or a portfolio without one."""
    if _MUTUAL_FUND.fullmatch(line.symbol):
        return not _MUTUAL_WORDS.isdisjoint(line.words)
    return line.words[-1] == "PORTFOLIO" and not line.ticker


FUND = Rule(
    "fund",
    "etf",
    "Words that only funds have (ETF, index fund), a fund house with fund or trust, or a name that ends in fund.",
    _is_fund,
    words(
        "ETF ETFS ETN ETNS UCITS TRADED FUND FUNDS SECTOR ALPHADEX ISHARES SPDR PROSHARES DIREXION ETRACS IPATH "
        "MICROSECTORS YIELDMAX GRANITESHARES CURRENCYSHARES PORTFOLIO VANGUARD INVESCO SCHWAB WISDOMTREE VANECK "
        "XTRACKERS DIMENSIONAL FIDELITY ABERDEEN ABRDN ALLSPRING BITWISE BLACKROCK CALAMOS COHEN DOUBLELINE EATON "
        "FRANKLIN GABELLI GRAYSCALE GUGGENHEIM JANUS KRANESHARES NUVEEN PIMCO PUTNAM ROYCE SPROTT TEUCRIUM TORTOISE "
        "VIRTUS WESTERN KAYNE MFS NEUBERGER AVANTIS BITCOIN ETHER ETHEREUM SOLANA XRP GOLD SILVER PLATINUM PALLADIUM"
    )
    | _MUTUAL_WORDS,
    (
        ("VTI", "Vanguard Total Stock Market ETF"),
        ("SPY", "SPDR S&P 500 ETF Trust"),
        ("XLK", "Technology Select Sector SPDR Fund"),
        ("FXR", "First Trust Industrials/Producer Durables AlphaDEX Fund"),
        ("CORN", "Teucrium Corn Fund"),
        ("USO", "United States Oil Fund LP"),
        ("GLD", "SPDR Gold Shares"),
        ("SLV", "iShares Silver Trust"),
        ("QQQ", "Invesco QQQ Trust Series I"),
        ("FXE", "Invesco CurrencyShares Euro Trust"),
        ("UUP", "Invesco DB US Dollar Index Bullish Fund"),
        ("DBC", "Invesco DB Commodity Index Tracking Fund"),
        ("USFR", "WisdomTree Floating Rate Treasury Fund"),
        ("GBTC", "Grayscale Bitcoin Trust"),
        ("PHYS", "Sprott Physical Gold Trust"),
        ("VCSH", "VANGUARD SHORT-TERM CORP BOND"),
        ("BND", "Vanguard Total Bond Market"),
        ("FBTC", "Fidelity Wise Origin Bitcoin Fund"),
        ("BST", "BlackRock Science & Technology Trust"),
        ("NEA", "Nuveen AMT-Free Quality Municipal Income Fund"),
        ("ADX", "Adams Diversified Equity Fund Inc"),
        ("UTF", "Cohen & Steers Infrastructure Fund Inc"),
        ("MXF", "The Mexico Fund Inc"),
        ("VWO", "Vanguard Emerging Markets Stock Index Fund ETF"),
        (None, "Vanguard Total Bond Market II Index Fund"),
        (None, "Vanguard Intermediate-Term Corporate Bond ETF"),
        (None, "PROSHARES GENIUS MNY MKT ETF"),
        ("KYN", "Kayne Anderson Energy Infrastructure Fund Inc"),
        ("VGM", "Invesco Trust for Investment Grade Municipals"),
        ("MFM", "MFS Municipal Income Trust"),
        ("RGAGX", "The Growth Fund of America Class R-6"),
        ("TBCIX", "T. Rowe Price Blue Chip Growth Fund I Class"),
        (None, "Master Total Return Portfolio"),
        ("BCOIX", "Baird Core Plus Bond Fund Institutional Class"),
        ("DODIX", "Dodge & Cox Income I"),
        ("AVDV", "Avantis International Small Cap Value"),
        ("MSBT", "Morgan Stanley Bitcoin Trust"),
        ("SIVR", "abrdn Physical Silver Shares"),
    ),
    (
        ("8951", "Nippon Building Fund Inc", "equity"),
        ("8953", "Japan Metropolitan Fund Invest", "equity"),
        ("VKE", "Vukile Property Fund Ltd", "equity"),
        ("3226", "Nippon Accommodations Fund Inc", "equity"),
        ("BXSL", "Blackstone Secured Lending Fund", "equity"),
        ("3249", "Industrial & Infrastructure Fund Investment Corp", "equity"),
        ("C38U", "CapitaLand Integrated Commercial Trust", "equity"),
        ("MGR", "Mirvac Group", "equity"),
        ("IVZ", "Invesco Ltd", "equity"),
        ("SCHW", "Schwab (Charles) Corp", "equity"),
        ("WT", "WisdomTree Inc", "equity"),
        ("FIS", "Fidelity National Information Services Inc", "equity"),
        ("5347", "Vanguard International Semiconductor Corp", "equity"),
        ("NTRS", "Northern Trust Corp", "equity"),
        ("DLR", "Digital Realty Trust Inc", "equity"),
        ("BXMT", "Blackstone Mortgage Trust Inc", "equity"),
        ("FBRT", "Franklin BSP Realty Trust Inc", "equity"),
        ("STT", "State Street Corp", "equity"),
        ("USM", "United States Cellular Corp", "equity"),
        ("ARCC", "Ares Capital Corp", "equity"),
        ("TCPC", "BlackRock TCP Capital Corp", "equity"),
        ("MSB", "Mesabi Trust", "equity"),
        ("FCH", "Funding Circle Holdings PLC", "equity"),
        ("AAA", "Acme Acquisition Corp Unit", "equity"),
    ),
    before=("ticker", "bond words"),
)
