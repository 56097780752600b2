"""What is none of the five classes: legal text, crypto, metal, rights, claims; and companies, by their ticker."""

import re

from transform.asset_class.line import LONG, ODD_SYMBOL, TICKER_SYMBOL, Line
from transform.asset_class.rule import Rule, Scope, said, words
from transform.asset_class.vocabulary import CONTRACT_MONTH, DATE, FUTURES_CODE, LEGAL_FORMS

_SENTENCE_WORDS = words(
    "IS ARE NOT SHOULD WHICH THAT THIS THAN WILL HAVE HAS WAS WERE BEEN BE YOU YOUR ANY THESE THEIR CAN IF"
)
_LEGAL = re.compile(
    r"\bPAST PERFORMANCE\b|\bINVESTING INVOLVES\b|\bRISK OF LOSS\b|\bPROSPECTUS\b|\b(?:IS|ARE) SUBJECT TO\b"
    r"|\bSUBJECT TO CHANGE\b|\bALL RIGHTS RESERVED\b|\bTRADEMARKS?\b|\bFDIC\b|\bFINRA\b|\bWWW\.|\bHTTPS?\b"
    r"|\bDISCLAIMER\b|^TOTAL(?: NET)?(?: ASSETS| INVESTMENTS)?$|©"
)

_NOTE = re.compile(
    r"\bAS OF\b|\bEXPENSE RATIO\b|\bINCEPTION\b|^EFFECTIVE\b|^DISTRIBUTOR\b|\bINVESTORS? (?:CAN|MAY|SHOULD)\b"
    r"|\bMAY LOSE\b|\bBANK GUARANTEE\b|\bSHAREHOLDERS\b"
)


def _is_legal_text(line: Line) -> bool:
    found = _SENTENCE_WORDS.intersection(line.words)
    return (len(found) >= 2 and line.words[-1] not in LEGAL_FORMS) or _LEGAL.search(line.text) is not None


def _is_note(line: Line) -> bool:
    return LONG in line.hints or _NOTE.search(line.text) is not None


_COINS = words(
    "BITCOIN BTC ETHER ETHEREUM ETH SOLANA XRP RIPPLE LITECOIN DOGECOIN CARDANO POLKADOT AVALANCHE CHAINLINK STELLAR "
    "LUMENS TETHER USDC USDT HEDERA SUI TRON TONCOIN SHIBA INU UNISWAP AAVE FILECOIN ZCASH BNB BINANCE HYPERLIQUID "
    "MONERO ALGORAND APTOS TEZOS"
)
_METALS = words("GOLD SILVER PLATINUM PALLADIUM RHODIUM BULLION URANIUM U3O8 COPPER")
_BESIDE_METAL = words(
    "PHYSICAL BARS BAR LONDON SPOT OZ OUNCE OUNCES TROY FINE CASH CLASSIC TOKEN TOKENS HELD IN VAULT ALLOCATED GOOD "
    "DELIVERY - USD COIN PROTOCOL BCH SOL LTC DOGE ADA DOT AVAX LINK XLM HBAR"
)


def _is_commodity(line: Line) -> bool:
    """Whether every word is a coin's or a metal's, but for amounts and codes."""
    if FUTURES_CODE.fullmatch(line.symbol):
        return False
    said_it = False
    for word in line.words:
        if word in _COINS or word in _METALS:
            said_it = True
        elif not (word in _BESIDE_METAL or word == line.symbol or _NUMBER.fullmatch(word)):
            return False
    return said_it


_NUMBER = re.compile(r"[\d.,/]{1,12}(?:OZ)?")
_RIGHT = re.compile(
    r"\b(?:RIGHTS?|RTS|CVRS?|CONTINGENT VALUE RIGHTS?|NIL[ -]PAID|ESCROW|ESC|LIQUIDATING TRUST|LITIGATION TRUST)"
    rf"(?: (?:INTERESTS?|SHARES?|SHS|CL(?:ASS)? [A-Z]|EXP|EXPIRING|ENTITLEMENT|CUSIP|LINE|{DATE}|{CONTRACT_MONTH}"
    rf"|[A-Z]?\d\S{{0,10}})){{0,4}}$"
    r"|\bSUBSCRIPTION RIGHTS?\b|\bNIL[ -]PAID\b|\bESCROW (?:SHARES?|CUSIP)\b"
)
_RIGHT_SYMBOL = re.compile(r"[A-Z]{1,5}[./ ]RTS?")


def _is_right(line: Line) -> bool:
    return _RIGHT_SYMBOL.fullmatch(line.symbol) is not None or _RIGHT.search(line.text) is not None


LEGAL_TEXT = Rule(
    "legal text",
    "other",
    "Files end in disclaimers, which speak of bonds and options; a line that is a sentence is no security.",
    _is_legal_text,
    _SENTENCE_WORDS
    | words(
        "PAST INVESTING RISK PROSPECTUS SUBJECT RESERVED TRADEMARK TRADEMARKS FDIC FINRA DISCLAIMER TOTAL © "
        "WWW HTTP HTTPS"
    ),
    (
        (None, "Past performance is not a reliable indicator of future performance. Investment return will fluctuate"),
        ("NOTE", "Past performance is not a guarantee of future results"),
        (None, "Holdings are subject to change"),
        (None, "Investing involves risk including the risk of loss of principal."),
        (None, "ETFs trade like stocks, are subject to investment risk and will fluctuate in market value."),
        (None, "Cash is not held by the fund in any of these accounts"),
        (None, "Total Net Assets"),
    ),
    (
        ("PERF", "Past & Present Performance Co", "equity"),
        ("CAN", "Canaan Inc ADR", "equity"),
        (None, "Net Other Assets (Liabilities)", "cash"),
        (None, "JPMorgan Chase & Co 5.336% 01/23/2035", "bond"),
        ("BE", "Bloom Energy Corp Class A", "equity"),
    ),
    before=("fund", "ticker", "contract words", "cash words"),
)
NOTE = Rule(
    "note",
    "other",
    "Remarks beside a list (as of, distributor, expense ratio) have dates and per cents as bonds have.",
    _is_note,
    words("AS EXPENSE INCEPTION EFFECTIVE DISTRIBUTOR INVESTOR INVESTORS LOSE GUARANTEE SHAREHOLDERS") | {LONG},
    (
        (
            None,
            "Bonds generally present less short-term risk and volatility than stocks, but contain interest rate risk "
            "(as interest rates raise, bond prices usually fall); issuer default risk",
        ),
        (None, "As of 10-Apr-2026"),
        (None, "Data as of 11/20/2026. SEC yield 4.25%"),
        (None, "Effective 10/31/2025 the expense ratio: 0.03%"),
        (None, "The trust buys bonds and futures and options and swaps and holds cash and notes and other funds too"),
    ),
    (
        ("EFF", "Effective Software Corp", "equity"),
        ("ISBC", "Investors Title Co", "equity"),
        (None, "Distributors Holdings 5% 06/01/2031", "bond"),
    ),
    Scope.WITHOUT_TICKER,
    before=("swap", "bond", "bond words", "contract words", "cash words"),
)
COMMODITY = Rule(
    "coin or metal",
    "other",
    "Crypto and bullion are neither shares nor cash. A trust or company that has them is what its own name says.",
    _is_commodity,
    _COINS | _METALS,
    (
        ("BTC", "BITCOIN"),
        (None, "Bitcoin"),
        ("BCH", "BITCOIN CASH"),
        (None, "Bitcoin Cash BCH"),
        ("BNB", "BNB"),
        ("ETH", "Ether"),
        ("ETH", "ETHEREUM ETH"),
        (None, "Solana"),
        (None, "Gold Bullion"),
        ("GOLD", "GOLD BARS 400 OZ"),
        ("XAU", "Physical Gold"),
        (None, "Silver"),
    ),
    (
        ("GOLD", "Barrick Gold Corp", "equity"),
        ("RGLD", "Royal Gold Inc", "equity"),
        ("GFI", "Gold Fields Ltd ADR", "equity"),
        ("BTM", "Bitcoin Depot Inc", "equity"),
        ("GBTC", "Grayscale Bitcoin Trust", "etf"),
        ("AVAX", "Avalanche Biotech Inc", "equity"),
        (None, "Silver DEC26", "derivative"),
        (None, "GOLD 100 OZ FUTR DEC26", "derivative"),
    ),
    before=("ticker", "cash words"),
)
CLAIMS = (
    Rule(
        "right",
        "other",
        "Rights, contingent value rights, nil-paid and escrow lines are claims on a share or a payment, not a share.",
        _is_right,
        words("RIGHT RIGHTS RT RTS CVR CVRS NIL ESCROW ESC LIQUIDATING LITIGATION") | {ODD_SYMBOL},
        (
            (None, "Contra Abiomed Inc CVR"),
            ("ABMDCVR", "Abiomed Inc Contingent Value Right"),
            ("ACME.RT", "Acme Corp"),
            ("ACME/RT", "Acme Corp"),
            ("ACMER", "Acme Corp Rights Exp 12/31/2026"),
            ("SGRON", "SEGRO PLC Nil Paid"),
            (None, "Altegrity Inc Escrow"),
            (None, "Mirati Therapeutics CVR Line"),
        ),
        (
            ("WRTC", "Wright Medical Group NV", "equity"),
            ("RGHT", "Rights & Warrants Holdings Inc", "equity"),
            ("RTX", "RTX Corp", "equity"),
            ("CVI", "CVR Energy Inc", "equity"),
            ("ESCO", "ESCO Technologies Inc", "equity"),
        ),
        before=("ticker",),
    ),
    Rule(
        "contra",
        "other",
        "A contra line stands for a security that was taken over or is being exchanged, and holds nothing itself.",
        said(re.compile(r"^CONTRA [A-Z]")),
        words("CONTRA"),
        (
            ("2602335D", "CONTRA HOLOGIC INCORPO"),
            ("CNTRA", "Contra Acme Corp"),
            (None, "Contra Acme Corp Common Stock"),
        ),
        (("CNTA", "ContraFect Corp", "equity"),),
        before=("ticker",),
    ),
)

INDEX = Rule(
    "index",
    "other",
    "An index cannot be held; without future or option in the name nothing tells what the line is.",
    said(re.compile(r"^(?:S&P|NASDAQ|RUSSELL|MSCI|DOW JONES|FTSE|STOXX|EURO STOXX)\b.{0,60}\b(?:INDEX|\d{2,4})$")),
    words("INDEX S&P NASDAQ RUSSELL MSCI FTSE STOXX DOW"),
    (("SPX", "S&P 500 INDEX"), ("NDX", "NASDAQ-100 Index"), (None, "Russell 2000 Index")),
    (("NDAQ", "Nasdaq Inc", "equity"), ("MSCI", "MSCI Inc", "equity"), ("SPGI", "S&P Global Inc", "equity")),
    before=("ticker",),
)
_NO_NAME = frozenset({"-", "--", "N/A", "NONE", "UNKNOWN", "UNASSIGNED", "NOT AVAILABLE"})
TICKER = Rule(
    "ticker",
    "equity",
    "A ticker with a company's name is equity, whatever words the name contains.",
    lambda line: bool(line.text) and line.text not in _NO_NAME,
    words("NONE UNKNOWN UNASSIGNED AVAILABLE") | {TICKER_SYMBOL},
    (
        ("AMD", "Advanced Micro Devices Inc"),
        ("ALL", "Allstate Corp"),
        ("COP", "ConocoPhillips"),
        ("AZN", "AstraZeneca PLC ADR"),
        ("FWRD", "Forward Air Corp"),
        ("OPCH", "Option Care Health Inc"),
        ("BRK.B", "Berkshire Hathaway Inc Class B"),
        ("WALMEX*", "Wal-Mart de Mexico SAB de CV"),
        ("PTT-F", "PTT PCL"),
        ("PTT-R", "PTT PCL NVDR"),
        ("SQM-B", "Sociedad Quimica y Minera de Chile SA Class B"),
        ("FIBRAPL14", "Prologis Property Mexico SA de CV"),
        ("LIVEPOLC-1", "El Puerto de Liverpool SAB de CV"),
        ("005930", "Samsung Electronics Co Ltd"),
        ("0700", "Tencent Holdings Ltd"),
        ("285A", "Kioxia Holdings Corp"),
        ("BAJAJ-AUTO", "Bajaj Auto Ltd"),
        ("M&M", "Mahindra & Mahindra Ltd"),
        ("VOLV B", "Volvo AB Class B"),
        ("7203 JP", "Toyota Motor Corp"),
        ("0700.HK", "Tencent Holdings Ltd"),
        ("RR.", "Rolls-Royce Holdings PLC"),
        ("VALE3", "Vale SA"),
        ("SNDKV", "SanDisk Corp When Issued"),
    ),
    (
        ("912810TM0", "Unnamed Line", "other"),
        ("US0378331005", "Apple Inc", "other"),
        ("BBG000B9XRY4", "Apple Inc", "other"),
        (None, "Apple Inc", "other"),
        ("MU", "", "other"),
        ("MU", "--", "other"),
        ("XYZ", "Unknown", "other"),
    ),
    Scope.WITH_TICKER,
)
