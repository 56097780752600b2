"""Derivatives: options, swaps, currency forwards, futures, warrants."""

import re

from transform.asset_class.line import DIGIT, MONTH, ODD_SYMBOL, Line
from transform.asset_class.rule import Rule, Scope, words
from transform.asset_class.vocabulary import (
    CONTRACT_MONTH,
    CURRENCY,
    CURRENCY_WORDS,
    DATE,
    FUTURES_CODE,
    ISO_CODES,
    LEGAL_FORMS,
    METAL_CODES,
    PLAIN_CODES,
    currencies_marked,
)

_STRIKE = r"\d{1,6}(?:\.\d{1,6})?"
_OPTION = re.compile(
    "|".join(
        (
            # SPX 261218P05000000, the Options Clearing Corporation's form, and SPY 261218C600.
            r"(?<!\d)\d{6}[CP]\d{8}(?!\d)| \d\d[01]\d[0-3]\d[CP]\d{3,7}(?!\d)",
            r"\b[A-Z0-9]{1,3}[FGHJKMNQUVXZ]\d{1,2}[CP] \d",  # ESZ6C 6000, on a future
            # CTDEUUSNO2023040410925, a bank's code: call or put, counterparty, currencies, date, strike.
            r"^[CP]T[A-Z]{4,10}20\d{2}(?:0[1-9]|1[0-2])[0-3]\d{4,9}$",
            rf"(?:^| ){DATE} (?:[CP]|CALL|PUT) ?{_STRIKE}(?=$| )",  # PLTR US 01/15/27 P150
            rf"(?:^| ){DATE} {_STRIKE} ?(?:[CP]|CALL|PUT)(?=$| )",  # SPY 11/30/2026 6.71 C
            rf"(?:^| ){DATE} (?:[CP]|CALL|PUT)$",
            rf"^{DATE} .{{1,60}} (?:[CP]|CALL|PUT) {_STRIKE}$",  # 2026-12-18 SPDR S&P 500 ETF TRUST C 6.5
            rf"(?:^| )\d{{1,2}}/\d{{2,4}} [CP] ?{_STRIKE}$",  # SPX 12/26 C6000
            rf"\b(?:CALL|PUT|[CP]) ?(?:@ ?)?{_STRIKE} {DATE}",  # SPX C 6000 12/18/26
            rf"\b{_STRIKE} ?(?:[CP]|CALL|PUT) {DATE}",  # SPXW 6000 PUT 12/18/26
            rf"\b(?:CALLS?|PUTS?)\b.{{1,40}} {_STRIKE} {DATE}",  # CALL SPX 5400 12/18/2026
            rf"\b(?:CALL|PUT) {DATE} {_STRIKE}",
            rf"\b{CONTRACT_MONTH} {_STRIKE} ?(?:CALL|PUT|C|P)$",  # QQQ DEC 2026 600 PUT
            rf"\b{CONTRACT_MONTH} (?:CALL|PUT|[CP]) ?{_STRIKE}$",
            rf"\b(?:CALLS?|PUTS?) (?:.{{1,30}} )?{CONTRACT_MONTH}",  # 6000 SPX PUT DEC 2026
            r"\b(?:CALLS?|PUTS?) OPTIONS?\b|\bOPTIONS? (?:CALL|PUT)\b|\b(?:OPTIONS?|PUTS?)$",
        )
    )
)
# Only to save time: no option's name is without one of these.
_SIDES = words("CALL CALLS PUT PUTS")
_OPTION_SIDE = re.compile(r"\d ?[CP]|[CP] ?\d|CALL|PUT|OPTION|[CP]T")


def _is_option(line: Line) -> bool:
    if "%" in line.text and "OPTION" not in line.text:  # a bond that may be called
        return False
    if len(line.words) > 1 and line.words[0] == line.symbol and line.words[-1] in _SIDES:  # SPY Flex Put
        return True
    if _OPTION_SIDE.search(line.text) and _OPTION.search(line.text):
        return True
    return bool(line.symbol) and not line.ticker and _OPTION.search(line.symbol) is not None


_SWAP = re.compile(
    r"\b(?:TOTAL RETURN(?: EQUITY)? SWAPS?|TRSWAPS?|EQUITY SWAPS?|INTEREST RATE SWAPS?|CREDIT DEFAULT SWAPS?|SWAPTIONS?"
    r"|CONTRACTS? FOR DIFFERENCE)\b|^[A-Z]{3} (?:IRS|OIS|CCS) \d|\bTRS\b(?= \S{0,12}\d|$| USD)|^TRS [A-Z]{2}.{0,80}\d"
    r"|\b(?:IRS|CDS|OIS) [A-Z]{3}(?: [RP] [FV]\b| \d)|\bCDX\b|\bITRAXX\b|\b(?:SWAPS?|CFDS?)$"
    r"|\b(?:INC|CORP|CO|LTD|PLC|SA|AG|NV|SE|ADR|ETF|TRUST|INDEX|CLASS [A-Z]|CL [A-Z]) (?:SWAPS?|TRS|CFD)\b"
    r"|\bSWAP (?:BARCLAYS|BANK OF AMERICA"
    r"|BNP|BOFA|CANTOR|CITI|CITIBANK|CITIGROUP|CLEAR STREET|GOLDMAN|GS|HSBC|J ?P ?MORGAN|JPM|MAREX|MORGAN STANLEY|MS"
    r"|NOMURA|RBC|SG|SOCIETE|UBS|WELLS)\b"
)


def _is_swap(line: Line) -> bool:
    if _SWAP.search(line.text):
        return True
    if line.ticker:
        return LEGAL_FORMS.isdisjoint(line.words) and _SWAP_LEAD.search(line.text) is not None
    return not _SWAP_WORDS.isdisjoint(line.words) or line.words[0] in _SWAP_KINDS


_SWAP_LEAD = re.compile(r"^SWAPS? |\bTRS\b")
_SWAP_WORDS = words("SWAP SWAPS")
_SWAP_KINDS = words("IRS CDS OIS CDX ITRAXX ZCS CCS")
_JOINED_PAIRS = frozenset(one + other for one in PLAIN_CODES for other in PLAIN_CODES)
_FORWARD_WORDS = words("FWD FWDS FORWARD FORWARDS NDF NDFS FX CONTRACT CONTRACTS")
_BESIDE_PAIR = words("- SPOT CURRENCY FOREIGN BUY SELL BOUGHT SOLD PURCHASED LONG SHORT VS AGAINST DUE EXP TO")


def _is_pair(line: Line) -> bool:
    """Whether the name is two currencies, or one and the word forward, with dates, amounts and account codes."""
    if _PAIR_SYMBOL.fullmatch(line.symbol) and {line.symbol[:3], line.symbol[-3:]} <= _CODES:
        return True
    if any(_PAIR.fullmatch(word) and {word[:3], word[4:]} <= _CODES for word in line.words):
        return True
    codes: set[str] = set()
    names = forward = 0
    for word in currencies_marked(line):
        if word in _CODES:
            codes.add(word)
        elif word == CURRENCY:
            names += 1
        elif word in _JOINED_PAIRS:
            codes |= {word[:3], word[3:]}
        elif word in _FORWARD_WORDS:
            forward += 1
        elif word not in _BESIDE_PAIR and not _HAS_DIGIT.search(word):
            return False
    if forward:
        return bool(codes or names) or (forward >= 2 and not line.ticker)
    return len(codes) >= 2 or (names >= 2 and "/" in line.text)


_PAIR = re.compile(r"[A-Z]{3}/[A-Z]{3}")
_HAS_DIGIT = re.compile(r"\d")
_CODES = ISO_CODES | METAL_CODES
_PAIR_SYMBOL = re.compile(r"(?:EUR|USD|GBP|JPY|CHF|AUD|CAD|NZD|XAU|XAG)[./ -]?[A-Z]{3}")

_YELLOW_KEY = re.compile(r"(?:^| |\d{2})[A-Z0-9]{1,3} ?[FGHJKMNQUVXZ]\d{1,2} (?:COMDTY|INDEX|CURNCY)$")
_FUTURE_WORDS = words("FUT FUTS FUTR FUTRS FUTURE FUTURES EMINI E-MINI EMIN")
_EMINI = re.compile(r"\bE-?MINI\b")
_DATED_FUTURE = re.compile(
    rf"\b(?:FUTR?S?|FUTURES?|CBT|NYM|CMX|EMIN|MINI|MICRO)\b.{{0,60}}(?:\b{CONTRACT_MONTH}|(?:^| ){DATE})"
)
_MONTH = re.compile(rf"\b{CONTRACT_MONTH}")
_UNDERLYING = re.compile(
    r"\b(?:INDEX|IDX|S&P ?\d{3}|S&P MID|NASDAQ|RUSSELL|RTY|DOW JONES|DJIA|TOPIX|NIKKEI|MSCI|STOXX|DAX|CAC ?40|FTSE"
    r"|IBEX|OMXS?30|HANG SENG|NIFTY|KOSPI|SPI ?200|SMI|VIX|CBT|CME|EUREX|TREASURY|\d{1,2} ?-?YR? NOTE|LONG BOND"
    r"|ULTRA BOND|BUND|BOBL|SCHATZ|BUXL|OAT|BTP|GILTS?|SOFR|EURODOLLAR|FED FUNDS?|CRUDE|BRENT|WTI|RBOB|ULSD|GASOLINE"
    r"|HEATING OIL|GASOIL|NATURAL GAS|NAT GAS|GOLD|SILVER|COPPER|PLATINUM|PALLADIUM|ALUMINUM|NICKEL|ZINC|CORN"
    r"|SOYBEANS?|WHEAT|SUGAR|COFFEE|COCOA|COTTON|LIVE CATTLE|LEAN HOGS?|BITCOIN|ETHER|EURO FX|JPN YEN)\b"
)
_ENDS_IN_FUTURE = re.compile(r"\bFUT(?:R|S|URES?)?$")


def _is_future(line: Line) -> bool:
    if _YELLOW_KEY.search(line.text) or _YELLOW_KEY.search(line.symbol) or _EMINI.search(line.text):
        return True
    if "%" in line.text:
        return False
    code = FUTURES_CODE.fullmatch(line.symbol) is not None
    month = _MONTH.search(line.text) is not None
    if _DATED_FUTURE.search(line.text) or (code and (month or not _FUTURE_WORDS.isdisjoint(line.words))):
        return True
    return LEGAL_FORMS.isdisjoint(line.words) and _is_contract_on_something(line, code=code, month=month)


def _is_contract_on_something(line: Line, *, code: bool, month: bool) -> bool:
    """Whether the name is an index's or a commodity's, with what makes it a contract."""
    expires = not line.ticker and not _is_debt(line) and (month or _DATE_LAST.search(line.text) is not None)
    if expires and _MONTH_WORD.fullmatch(line.words[-1]):
        return True
    if code and not line.hints.isdisjoint(CURRENCY_WORDS | PLAIN_CODES):
        return True
    return _UNDERLYING.search(line.text) is not None and (
        code or expires or _ENDS_IN_FUTURE.search(line.text) is not None
    )


def _is_debt(line: Line) -> bool:
    return _BORROWED.search(line.text) is not None


# What stands before the date is no coupon: coupons stay below 25.
_DATE_LAST = re.compile(rf"(?:[A-Z]|\b(?:2[5-9]|[3-9]\d|\d{{3,4}})) {DATE}$")
_MONTH_WORD = re.compile(r"(?:JAN|FEB|MAR|APR|MAY|JUN|JUL|AUG|SEP|OCT|NOV|DEC)'?\d{2}")
_BORROWED = re.compile(
    r"\bTREASURY (?:NOTES?|BONDS?|BILLS?)\b|\bPOOL\b|\b(?:FREDDIE|FANNIE|GINNIE) MA[CE]\b|\bMORTGAGE\b"
)

_WARRANT = re.compile(
    rf"\b(?:WARRANTS?|WRTS?|WTS|(?:WTS?-?)?CW\d{{2}})(?: (?:CL(?:ASS)? [A-Z]|SERIES [A-Z]|EXP|EXPIRES|EXPIRING|DUE"
    rf"|{DATE}|20\d\d)){{0,3}}$"
)
_WARRANT_SYMBOL = re.compile(r"[A-Z]{1,5}(?:[./ ](?:WS|WT)(?:[./ ]?[A-Z])?|-W\d{1,2})")


def _is_warrant(line: Line) -> bool:
    return _WARRANT_SYMBOL.fullmatch(line.symbol) is not None or _WARRANT.search(line.text) is not None


OPTION = Rule(
    "option",
    "derivative",
    "A date, C or P and a strike, in any of the usual orders, is an option's name, whatever stock it is on.",
    _is_option,
    _SIDES | words("OPTION OPTIONS") | {DIGIT, ODD_SYMBOL},
    (
        ("PLTR", "PLTR US 01/15/27 P150"),
        ("SPY", "SPY 11/30/2026 6.71 C"),
        (None, "SPY 11/30/2026 6.71 C"),
        ("SPY", "SPY US 12/18/26 C600"),
        (None, "SPX US 12/31/26 P5400 Index"),
        (None, "SPXW US 12/31/26 P5400"),
        ("-SPX 261218P05000000", "SPX Put"),
        (None, "-SPX 261218P05000000"),
        (None, "SPY261218C00600000"),
        (None, "SPY 261218C600"),
        ("SPX", "SPX 261218C05000000"),
        ("2SPY 261218C00600010", "SPY Flex"),
        (None, "S&P 500 INDEX CALL OPTION DEC 26 6000"),
        (None, "NDX 12/18/2026 CALL 25000"),
        (None, "CALL SPX 5400 12/18/2026"),
        (None, "PUT 5400 12/18/26 S&P 500"),
        ("QQQ", "QQQ Dec 2026 600 Put"),
        (None, "IBIT US 18DEC26 60 C"),
        (None, "Purchased Call Options"),
        ("ESZ6C 6000", "ESZ6C 6000 Index"),
        ("SPX", "SPX 20261218 6000 C"),
        ("SPX", "SPX 12/26 C6000"),
        ("SPX", "6000 SPX PUT DEC 2026"),
        ("SPX", "S&P 500 Put"),
        ("SPY", "SPY Flex Put"),
        (None, "2026-12-18 SPDR S&P 500 ETF TRUST C 6.5"),
    ),
    (
        ("OPCH", "Option Care Health Inc", "equity"),
        ("ELY", "Callaway Golf Co", "equity"),
        (None, "Acme Corp 5% 12/01/2030 Call 12/01/2027", "bond"),
        (None, "Option Care Health 4.375% 10/31/2029", "bond"),
        ("US130632P505", "CALIFORNIA ST 5% 09/01/2033", "bond"),
        ("CALL", "Call", "equity"),
        ("C", "Citigroup Inc", "equity"),
        ("P", "P10 Inc Class A", "equity"),
    ),
    before=("fund", "index", "ticker"),
)
SWAP = Rule(
    "swap",
    "derivative",
    "Swaps, swaptions and contracts for difference; under a ticker only where the name ends so or names the bank.",
    _is_swap,
    _SWAP_KINDS | words("TRSWAP TRSWAPS SWAP SWAPS SWAPTION SWAPTIONS TRS CFD CFDS DIFFERENCE"),
    (
        (None, "6450267 TRS 090931 GS"),
        (None, "TRS:KROGER CO USD 2027-Jan-29"),
        (None, "Total Return Swap Goldman Sachs"),
        (None, "NASDAQ 100 Index SWAP Barclays Capital"),
        (None, "NASDAQ 100 Index SWAP"),
        ("NVDA", "NVIDIA CORP SWAP"),
        ("NVDA", "NVIDIA CORP TRS USD"),
        ("NVDA", "SWAP NVDA US"),
        ("NVDA", "LONG NVDA TRS GS"),
        ("TSLA", "TESLA INC SWAP CANTOR"),
        ("AAPL", "APPLE INC CFD"),
        ("COIN", "COINBASE GLOBAL INC SWAP NATIXIS"),
        ("MSTR", "STRATEGY INC TRS CLEAR STREET"),
        (None, "ZCS USD 2.5 12/15/2035"),
        (None, "TRSWAP: GSCBMS1"),
        (None, "USD IRS 10Y"),
        (None, "OPS05367A SWAPTION EUR006M"),
        (None, "Interest Rate Swaps"),
        (
            None,
            "Long: BR219087  IRS BRL R V 01MBRCDI CCPNDFPREDISWAP / Short: BR219087  IRS BRL P F 13.30000",
        ),
        (None, "Long: SX003092  CDS USD R F  1.00000 2 CCPCDX / Short: SX003092  CDS USD P V 03MEVENT"),
        (None, "CDX.NA.HY 5% 12/20/2030"),
        (None, "Interest Rate Swap 3.25% 12/15/2030"),
        (None, "IRS USD 3.5% 12/15/2030"),
        (None, "CDS ACME CORP 5Y"),
        (None, "Inflation Swap 2.5% 2030"),
    ),
    (
        ("BOND", "Bondholders Swap & Future Co", "equity"),
        ("TRS", "TriMas Corp", "equity"),
        ("IRS", "IRSA Inversiones y Representaciones SA ADR", "equity"),
        ("SWAPX", "Swapco Holdings Inc", "equity"),
        ("SWAP", "Swap Technologies Inc", "equity"),
    ),
    before=("bond", "ticker"),
)
PAIR = Rule(
    "pair",
    "derivative",
    "Two currencies, or one and the word forward, are an exchange contract; its face value is no holding.",
    _is_pair,
    PLAIN_CODES | METAL_CODES | CURRENCY_WORDS | _FORWARD_WORDS | _JOINED_PAIRS | {ODD_SYMBOL},
    (
        (None, "EUR/USD"),
        ("EUR", "EUR/USD"),
        (None, "EUR/USD 12/17/2026 FWD"),
        (None, "EUR/USD 17-DEC-2026 CITI"),
        ("EUR.USD", "EUR/USD FORWARD"),
        (None, "PURCHASED JPY / SOLD USD"),
        (None, "USD/JPY FORWARD 17DEC26"),
        (None, "FWD USD/KRW NDF 12/17/26"),
        (None, "JAPANESE YEN FORWARD 12/17/2026"),
        ("EUR", "EURO CURRENCY FORWARD 12/17/26"),
        (None, "BUY EUR SELL USD 12/17/26"),
        (None, "USD FWD 20261217"),
        (None, "EURUSD"),
        (None, "XAU/USD SPOT"),
        (None, "EURO/US DOLLAR 12/16/26"),
        (None, "US DOLLAR/JAPANESE YEN"),
        (None, "FX FORWARD CONTRACT"),
        (None, "CURRENCY CONTRACT - EURO"),
    ),
    (
        ("FWRD", "Forward Air Corp", "equity"),
        ("USD", "USD Cash", "cash"),
        ("USD", "US Dollar (USD)", "cash"),
        ("EUR", "Euro Disney SCA", "equity"),
        ("EUR", "Euro Forward Logistics SA", "equity"),
        ("3994", "Money Forward Inc.", "equity"),
        (None, "Procter & Gamble 3.25% EUR 08/02/2031", "bond"),
    ),
    before=("cash", "ticker", "cash words"),
)
FUTURE = Rule(
    "future",
    "derivative",
    "A futures code, or the word future, E-mini or an exchange beside a month; an index or commodity that a company's "
    "form does not follow, beside a month.",
    _is_future,
    _FUTURE_WORDS
    | words(
        "STOXX NASDAQ RUSSELL S&P MSCI TOPIX NIKKEI FTSE DAX GOLD SILVER COPPER CORN WHEAT MINI CRUDE CBT NYM CMX "
        "COMDTY INDEX CURNCY"
    )
    | {MONTH, ODD_SYMBOL},
    (
        ("ESZ6", "S&P 500 E-mini Future Dec 2026"),
        ("ESZ6", "S&P500 EMINI FUT DEC26"),
        ("ESZ26", "E-mini S&P 500 Futures"),
        ("ESZ5", "EMINI DEC 25"),
        (None, "EMINI DEC 25"),
        ("ES", "EMINI DEC 25"),
        ("ESZ6", "S&P 500"),
        ("IXPU3", "EMINI ENERGY SELECT SECTOR SEP 23"),
        ("NQM6", "CME E-Mini NASDAQ 100 Index Future"),
        (None, "CME E-Mini NASDAQ 100"),
        (None, "CME E-Mini NASDAQ 100 Index Future 09/18/2026"),
        (None, "CONTRA FUTURE FUTURE SEP 18 26 09/18/2026"),
        (None, "FUTURE NASDAQ 100 E-MINI DEC26NQZ6"),
        (None, "NATURAL GAS FUTR NOV26"),
        (None, "CBOE VIX FUTURE Nov26"),
        (None, "Silver DEC26"),
        (None, "WTI CRUDE 12/18/2026"),
        ("SIZ6 COMDTY", "Silver"),
        (None, "MSCI EAFE MAR26"),
        (None, "MSCI EMGMKT MAR26"),
        (None, "XAF FINANCIAL DEC26"),
        (None, "10Y ULTRA DEC26"),
        (None, "US LONG BOND(CBT) JUN23"),
        (None, "US 10YR NOTE (CBT) BOND 21/DEC/2026 TYZ6 COMDTY"),
        (None, "DJIA MINI E-CBOT EQUITY INDEX 18/DEC/2026 DMZ6 INDEX"),
        ("TYZ6 COMDTY", "US 10YR NOTE (CBT)DEC26"),
        ("NQZ6 Index", "Nasdaq 100"),
        ("C Z6 COMDTY", "Corn"),
        ("GCZ6", "Gold 100 oz Dec26"),
        ("GCZ6", "Gold"),
        ("JYZ6", "Japanese Yen"),
        (None, "EURO-BUND FUTURE DEC'26"),
        (None, "SOYBEAN FUTURE"),
        ("SPX", "S&P 500 Index Future"),
    ),
    (
        ("003670", "POSCO Future M Co. Ltd.", "equity"),
        ("FUTR", "Future PLC", "equity"),
        ("FUTU", "Futu Holdings Ltd ADR", "equity"),
        ("MRX", "Marex Group PLC", "equity"),
        ("603093", "Nanhua Futures Co Ltd", "equity"),
        ("603093", "Nanhua Futures", "equity"),
        ("SNEX", "StoneX Group Inc", "equity"),
        ("MUV2", "Muenchener Rueckversicherungs-Gesellschaft AG", "equity"),
        ("ABEV3", "Ambev SA", "equity"),
        ("KLBN11", "Klabin SA Unit", "equity"),
        ("GFI", "Gold Fields Ltd ADR", "equity"),
        ("GOLD", "Barrick Gold Corp", "equity"),
        ("GEMI", "Gemini Space Station Inc Class A", "equity"),
        ("CME", "CME Group Inc Class A", "equity"),
        ("MU", "Micron Technology Inc", "equity"),
        (None, "Treasury Bill DEC26", "bond"),
        (None, "Freddie Mac Gold Pool 5 04/01/2040", "bond"),
        (None, "Gold Fields Orogen Holdings 6.125% 05/15/2029", "bond"),
    ),
    before=("contra", "fund", "index", "ticker", "bond words"),
)
WARRANT = Rule(
    "warrant",
    "derivative",
    "A warrant is an option that the company wrote; the SEC's form counts it among the options too.",
    _is_warrant,
    words("WARRANT WARRANTS WRT WRTS WTS") | {DIGIT, ODD_SYMBOL},
    (
        ("OXY.WS", "Occidental Petroleum Corp"),
        ("OXY/WS", "Occidental Petroleum Corp"),
        ("BTS-W8", "BTS Group Holdings PCL"),
        (None, "CONSTELLATION SOFTWARE INC CW40"),
        ("OXYWS", "Occidental Petroleum Corp Warrants 08/03/27"),
        (None, "BRERA HOLDINGS PLC WTS"),
        ("OPENW", "Opendoor Technologies Inc Warrants Series A"),
        (None, "Acme Acquisition Corp Warrant Exp 12/31/2027"),
    ),
    (
        ("WRTC", "Warrantech Corp", "equity"),
        ("WT", "WisdomTree Inc", "equity"),
        ("HWM", "Warrants & Rights Holdings Inc", "equity"),
    ),
    before=("ticker",),
)

WORDS = Rule(
    "contract words",
    "derivative",
    "Without a ticker no company stands behind the line, and the word is enough.",
    lambda line: True,
    words(
        "FUT FUTR FUTURE FUTURES SWAP SWAPS OPTION OPTIONS FORWARD FORWARDS FWD WARRANT WARRANTS CALL CALLS PUT PUTS "
        "CFD CFDS NDF TRS"
    ),
    (
        (None, "Index Futures Long Position"),
        (None, "Purchased Options on Equities"),
        (None, "Forward Currency Contracts Unrealized Gain"),
        (None, "SPX Call"),
    ),
    (
        (None, "Forward Air Corp 9.5% 10/15/2031", "bond"),
        (None, "Cash collateral for futures", "cash"),
        (None, "Futuris Company", "other"),
    ),
    Scope.WITHOUT_TICKER,
    before=("cash words",),
)
