"""Cash, what is owed to the fund or by it, and money-market funds."""

import re

from transform.asset_class.line import DIGIT, Line
from transform.asset_class.rule import Rule, Scope, said, words
from transform.asset_class.vocabulary import (
    CONTRACT_MONTH,
    CURRENCY,
    CURRENCY_WORDS,
    FUTURES_CODE,
    ISO_CODES,
    LEGAL_FORMS,
    PLAIN_CODES,
    currencies_marked,
)

_CASH = words(
    "CASH COLLATERAL MARGIN MARGINS RECEIVABLE RECEIVABLES PAYABLE PAYABLES LIABILITIES MKTLIQ REPO REPOS REPURCHASE "
    "CURRENCY CURRENCIES DIVIDEND DIVIDENDS ACCRUED UNSETTLED PENDING RECLAIM RECLAIMS OVERDRAFT OVERDRAFTS"
)
"""At least one of these, or a currency, makes a name cash's, if all its other words are these or _BESIDE_CASH."""
_BESIDE_CASH = words(
    "COMPONENT OVERNIGHT TRADING ACCOUNT SWEEP TRI PARTY & AND OF FOR ON AT IN TO FROM WITH THE LESS EXCESS NET OTHER "
    "TOTAL ASSET ASSETS FX DOLLAR DOLLARS TRADES EXPENSE EXPENSES FEE FEES INTEREST INCOME TAX BANK FREE "
    "UNINVESTED EQUIVALENT EQUIVALENTS EQUIV POSITION POSITIONS OFFSET BALANCE BALANCES SPOT OFFSHORE INITIAL "
    "VARIATION FUTURES FUTURE SWAP SWAPS OPTIONS ETD OTC BROKER BROKERS DUE DEPOSIT DEPOSITS SECURITIES LENDING SOLD "
    "PURCHASED POOL AGREEMENT AGREEMENTS TRIPARTY DOMESTIC FOREIGN LOCAL TRADE SETTLED INVESTED COMMON - US"
)
_CASH_LEAD = re.compile(
    r"^(?:CASH COLLATERAL|ETD [A-Z]{3} BALANCE|CASH MARGIN|MKTLIQ|DUE (?:TO|FROM))\b|^(?:NET )?(?:CURRENT"
    r"|OTHER)(?: NET)? ASSETS$|^SHORT[- ]TERM INVESTMENTS$|^(?:BANK|BROKER|CALL|DEMAND|OVERNIGHT) DEPOSITS?$"
    r"|^DEPOSITS? (?:AT|HELD|WITH)\b"
)


def _is_cash(line: Line) -> bool:
    """Whether every word of the name speaks of cash, but for an account's code: WFFUT, R73215."""
    if FUTURES_CODE.fullmatch(line.symbol):  # JYZ6 is a future on the yen
        return False
    if _CASH_LEAD.search(line.text):
        return True
    marked = currencies_marked(line)
    if marked == [line.text]:  # one word
        return line.text in _CASH or line.text in PLAIN_CODES or line.text == CURRENCY
    strong = False
    for word in marked:
        if word in _CASH or word in PLAIN_CODES or word == CURRENCY:
            strong = True
        elif not (word in _BESIDE_CASH or word in ISO_CODES or (word == line.symbol and strong) or _is_account(word)):
            return False
    return strong


def _is_account(word: str) -> bool:
    """Letters and digits mixed, as in an account's number; but JAN27 is a contract's month."""
    mixed = not word.isalpha() and word.isalnum() and not word.isdigit()
    return mixed and not _MONTH.fullmatch(word)


_MONTH = re.compile(CONTRACT_MONTH)


_MONEY_FUND = re.compile(
    r"\b(?:MONEY (?:MARKETS?|MARK|MKTS?|FUNDS?|PORTFOLIO)|(?:MNY|MON) (?:MKT|MARKET)|MMKT|MMF|MM (?:FUND|FD"
    r"|PORTFOLIO)|MARKET LIQUIDITY|MKT LIQ(?:UIDITY)?|(?:CASH|CSH) (?:FUNDS?|FNDS?|FDS?|CENTRAL|RESERVES?"
    r"|INVESTMENT FUND)|CENTRAL CASH|LIQUIDITY (?:FUNDS?|FDS?|FEDFUND|TEMPFUND|T-FUND|PORTFOLIO)|FEDFUND|TEMPFUND"
    r"|LIQUID (?:RESERVES?|ASSETS)|LIQ FDS?|CMT FUNDS|INST(?:L|ITUTIONAL)? LIQ(?:UIDITY)?|UBS SELECT"
    r"|GOV(?:ERNMEN)?T SELECT|(?:TREASURY|TREAS|TSY) PLUS"
    r"|(?:GOVT?|GOV'T|GOVERNMENT|TREAS(?:URY)?|TRSY|TSY|FEDERAL) (?:OBLI[A-Z]{0,8}"
    r"|RESERVES?|CASH|MM|MONEY)|GOVERNMENT (?:&|AND) AGENCY (?:SECURITIES )?(?:PORT(?:FOLIO)?|FUND)|SL AGENCY"
    r"|T-FUND|FSQ|TREASURY TRUST|(?:GOVT?|GOVERNMENT|TREASURY|PRIME) PORTFOLIO|PRIVATE (?:GOVERNMENT|PRIME) FUND"
    r"|INST[A-Z]{0,9} GOVT|FINANCIAL SQUARE|FIN SQ|MSILF|FS (?:TREASURY|GOVERNMENT|GOVT)|(?:GOVT?|GOVERNMENT"
    r"|TREAS(?:URY)?) INST[A-Z]{0,9}|INSTITUTIONAL (?:TREASURY|GOVERNMENT) (?:PORTFOLIO|FUND)|CASH FUND TREASURY"
    r"|SECURITIES LENDING (?:[A-Z]{2,12} ){0,3}(?:PORTFOLIO|FUND)|SHORT[- ]TERM INVESTMENT (?:FUND|TRUST)|STIF)(?=$| "
    r"|-)"
)
_MONEY_SYMBOL = re.compile(r"[A-Z]{3}XX")
_MONEY_WORDS = words(
    "MONEY GOVERNMENT GOVT GOV TREASURY TREAS LIQUIDITY LIQUID CASH OBLIGATION OBLIGATIONS MM MMF PRIME FEDERAL "
    "PREMIER RESERVES"
)
_NO_MONEY_FUND = words("ETF ETFS ETN ETNS UCITS BILL BILLS")
"""Money-market ETFs are funds as others are; cash management bills are the Treasury's."""


def _is_money_fund(line: Line) -> bool:
    if not _NO_MONEY_FUND.isdisjoint(line.words):
        return False
    if line.ticker and line.words and line.words[-1] in LEGAL_FORMS:  # Acme Treasury Cash Inc is a company
        return False
    symbol_says = _MONEY_SYMBOL.fullmatch(line.symbol) is not None and not _MONEY_WORDS.isdisjoint(line.words)
    return symbol_says or _MONEY_FUND.search(line.text) is not None


CASH = Rule(
    "cash",
    "cash",
    "The whole name says cash, a currency, collateral, margin, or what is owed; an account's code may follow.",
    _is_cash,
    _CASH | PLAIN_CODES | CURRENCY_WORDS | words("ETD DUE ASSETS SHORT DEPOSIT DEPOSITS"),
    (
        (None, "Cash"),
        (None, "CASH & OTHER"),
        (None, "Cash&Other"),
        (None, "Cash and Cash Equivalents"),
        (None, "Other/Cash"),
        (None, "Net Other Assets (Liabilities)"),
        (None, "Liabilities in Excess of Other Assets"),
        (None, "ETD USD BALANCE WITH R73215"),
        (None, "Cash collateral for futures"),
        (None, "Receivables"),
        (None, "Due to Broker"),
        (None, "Accrued Expenses"),
        (None, "Other Assets"),
        ("MKTLIQ", "MKTLIQ 12/31/2049"),
        (None, "Mktliq 12/31/2049"),
        ("912CMT001", "MKTLIQ 12/31/2049"),
        (None, "Dividends Receivable"),
        (None, "Accrued Interest Payable"),
        (None, "Payable for Securities Purchased"),
        (None, "U.S. Dollar"),
        (None, "New Taiwan Dollar"),
        (None, "MKTLIQ"),
        (None, "USD"),
        ("-", "US DOLLAR"),
        ("USD", "USD Cash"),
        ("USD", "U.S. Dollar"),
        ("EUR", "Euro"),
        ("EUR", "EURO CURRENCY"),
        ("GBP", "British Pound Sterling"),
        ("CNH", "Yuan Renminbi Offshore"),
        ("RUB", "RUB CASH"),
        ("ALL", "ALL CASH"),
        ("KZT", "KZT Cash"),
        ("WFFUT", "CASH COLLATERAL USD WFFUT"),
        ("CASH", "USD-CASH"),
        ("MLISW", "CASH COLLATERAL USD BOASW CFD"),
        ("HBCFT", "USD CASH HBCFT"),
        ("MARGIN_USD", "FUTURES USD MARGIN BALANCE"),
        ("USDPDV", "USD Pending Dividends"),
        ("CASH_USD", "US Dollars (Cash)"),
        (None, "BRITISH STERLING POUND"),
        (None, "BRAZIL REAL"),
        (None, "MEXICAN PESO (NEW)"),
        (None, "UTD. ARAB EMIR. DIRHAM"),
        ("TWD", "TAIWAN NEW DOLLAR"),
        (None, "Nigerian Naira"),
        (None, "Tax Reclaims"),
        (None, "Bank Overdraft"),
        (None, "Demand Deposit"),
        (None, "DEPOSITS WITH BROKER FOR FUTURES"),
    ),
    (
        ("CASH", "Pathward Financial Inc", "equity"),
        ("FCFS", "FirstCash Holdings Inc", "equity"),
        ("CCV", "Cash Converters International Ltd", "equity"),
        ("USD", "U.S. Dollar Stores Inc", "equity"),
        ("EUR", "Euro Disney SCA", "equity"),
        ("CXI", "Currency Exchange International Corp", "equity"),
        ("DG", "Dollar General Corp", "equity"),
        ("JYZ6", "Japanese Yen", "derivative"),
        (None, "BRAZIL REAL FUTURE JAN27", "derivative"),
        ("DOL", "Dollarama Inc", "equity"),
        ("RAND", "Rand Capital Corp", "equity"),
        ("AMD", "Advanced Micro Devices Inc", "equity"),
        ("REAL", "RealReal Inc", "equity"),
        ("BCH", "BITCOIN CASH", "other"),
        (None, "Cash Converters International 5.25% 06/15/2030", "bond"),
    ),
    before=("swap", "ticker", "contract words"),
)
FORMS = (
    Rule(
        "repurchase agreement",
        "cash",
        "Repurchase agreements and accounts at banks are overnight money, though with a rate and a date as bonds have.",
        said(re.compile(r"\b(?:REPO|REPOS|REPURCHASE AGREEMENTS?|TRI-?PARTY|TIME DEPOSIT|DDA|MMDA)\b")),
        words("REPO REPOS REPURCHASE TRI TRIPARTY DEPOSIT DDA MMDA"),
        (
            (None, "Repo 4.1% 2026"),
            (None, "Goldman Sachs Repurchase Agreement 4.30% 12/01/2026"),
            (None, "Tri-Party BNP Paribas 4.32% 12/01/2026"),
            (None, "Time Deposit Royal Bank of Canada 4.1% 12/01/2026"),
            (None, "US BANK MMDA - USBGFS 7"),
            (None, "JPM CHASE DDA"),
        ),
        (("REPO", "Repo Industries Inc", "equity"), (None, "Repsol International Finance 4.2% 12/01/2030", "bond")),
        Scope.WITHOUT_TICKER,
        before=("bond",),
    ),
    Rule(
        "lent securities",
        "cash",
        "Vanguard lists the collateral for lent securities by its account alone: SLBBH1142.",
        said(re.compile(r"^SLBB[A-Z]\d{4}$")),
        frozenset({DIGIT}),
        ((None, "SLBBH1142"), ("SLBBH1142", "SLBBH1142")),
        ((None, "SLBB Holdings 1142", "other"), ("SLB", "SLB Ltd", "equity")),
        Scope.WITHOUT_TICKER,
    ),
    Rule(
        "money fund",
        "cash",
        "A money-market fund is where a fund keeps its cash. One that is traded as an ETF is a fund like others.",
        _is_money_fund,
        _MONEY_WORDS
        | words(
            "T-FUND TRSY MNY MON MMKT MKT CSH FEDFUND TEMPFUND MSILF SQ TSY SQUARE FS LENDING SHORT STIF AGENCY FSQ "
            "PRIVATE INST INSTL INSTITUTIONAL LIQ CMT UBS"
        ),
        (
            ("XTSLA", "BLK CSH FND TREASURY SL AGENCY"),
            (None, "BlackRock Cash Funds: Treasury, SL Agency Shares"),
            ("TFDXX", "BlackRock Liquidity FedFund"),
            ("GVMXX", "SSC GOVERNMENT MM GVMXX"),
            (None, "SSC GOVERNMENT MM GVMXX"),
            (None, "SSI US GOV MONEY MARKET"),
            (None, "STATE STREET INSTITUTIONAL US GOVERNMENT MONEY MARKET FUND"),
            (None, "State Street Institutional Liquid Reserves Fund"),
            (None, "State Street Navigator Securities Lending Government Money Market Portfolio"),
            (None, "Vanguard Cmt Funds-Vanguard Market Liquidity Fund"),
            ("VMLXX", "Vanguard Market Liquidity Fund"),
            ("DGCXX", "DREYFUS GOVT CASH MGMT"),
            (None, "DREYFUS GOVT CASH MGMT"),
            (None, "JPM US GOVT MM"),
            (None, "MORGAN STANLEY GOVT INSTL 8035"),
            (None, "Fidelity Government Portfolio"),
            (None, "Invesco Private Prime Fund"),
            (None, "BlackRock Treasury Trust"),
            (None, "CF BlackRock T-Fund"),
            (None, "Treasury SL Agency"),
            ("FGXXX", "First American Government Obligations Fund"),
            (None, "FIRST AM GOV OBLIG-X"),
            (None, "GOLDMAN FS TREASURY OBLIG"),
            (None, "Goldman Sachs Financial Square Government Fund"),
            ("AGPXX", "Invesco Government & Agency Portfolio"),
            (None, "Invesco Government & Agency Portfolio"),
            (None, "Fidelity Cash Central Fund"),
            (None, "Fidelity Securities Lending Cash Central Fund"),
            (None, "Capital Group Central Cash Fund"),
            (None, "Northern Institutional Treasury Portfolio"),
            (None, "Morgan Stanley Institutional Liquidity Funds Government Portfolio"),
            (None, "T. Rowe Price Government Reserve Fund"),
            (None, "Schwab Treasury Obligations Money Fund"),
            (None, "Federated Hermes Government Obligations Fund"),
            (None, "Putnam Short Term Investment Fund"),
            ("XTSLA", "BlackRock Cash Treasury Money Market SL Agency"),
            (None, "VANGUARD CMT FUNDS"),
            (None, "BLACKROCK LIQ FDS T FUND INSTL"),
            (None, "JPM U.S. TREASURY PLUS MM"),
            (None, "MORGAN STANLEY INST LIQ TREASURY"),
            (None, "STIT-GOVERNMENT & AGENCY PORT"),
            (None, "UBS Select Treasury Preferred Fund"),
            (None, "NORTHERN INST FDS US GOVT SELECT"),
        ),
        (
            ("3994", "Money Forward Inc.", "equity"),
            ("ML", "MoneyLion Inc", "equity"),
            ("LQDT", "Liquidity Services Inc", "equity"),
            (None, "US Treasury Cash Management Bill 0% 01/15/27", "bond"),
            ("MKTX", "MarketAxess Holdings Inc", "equity"),
            ("TWE", "Treasury Wine Estates Ltd", "equity"),
            ("AXXXX", "Axx Technologies Inc", "equity"),
            (None, "PROSHARES GENIUS MNY MKT ETF", "etf"),
            ("SGOV", "iShares 0-3 Month Treasury Bond ETF", "etf"),
            ("FLIA", "Vanguard Intermediate-Term Treasury Fund", "etf"),
        ),
        before=("fund", "preferred share", "ticker"),
    ),
)

WORDS = Rule(
    "cash words",
    "cash",
    "Without a ticker no company stands behind the line, and the word is enough.",
    lambda line: True,
    _CASH | words("DOLLAR DOLLARS CSH SWEEP"),
    (
        (None, "Cash Sweep Account 123"),
        (None, "Payable to Adviser"),
        (None, "BBH SWEEP"),
        (None, "Goldman Sachs Margin Account"),
        (None, "Collateral held at Morgan Stanley"),
        ("12345DOLLR", "Foreign Dollar Holdings Account"),
    ),
    (
        (None, "Dollar General Corp 3.5% 04/03/2030", "bond"),
        ("CCV", "Cash Converters International Ltd", "equity"),
        (None, "Cashmere Valley Bank", "other"),
    ),
    Scope.WITHOUT_TICKER,
)
