"""Bonds, loans and securitised debt; and preferred shares, which have a coupon but no maturity."""

import re

from transform.asset_class.line import DIGIT, Line
from transform.asset_class.rule import Rule, Scope, said, words
from transform.asset_class.vocabulary import COUPON, COUPON_PERCENT, DATE, LEGAL_FORMS, YEAR

_AFTER_TERMS = (
    r"(?:144A|REGS?|S|SR|SNR|SENIOR|SUB|UNSEC(?:URED)?|SEC(?:URED)?|NOTES?|NTS?|BONDS?|BDS?|DEBS?|FRN|PERP(?:ETUAL)?"
    r"|[EG]?MTN|CALL(?:ABLE)?|CONV|CV|COCO|PIK|WI|TBA|SER(?:IES)?|GTD|GOVT|CORP|MTGE|MUNI|[A-Z]{3}|[A-Z]"
    r"|[A-Z]?\d[A-Z0-9./-]{0,10})"
)
_DUE = r"(?:DUE|VRN|FRN|FLT|VAR|MAT|MATURITY|MATURES|EXP) "
# State Street writes JPMORGAN CHASE + CO SR UNSECURED 01/35 VAR and NEW YORK NY NYC 08/35 FIXED 5.
_MONTH_AND_COUPON = r"(?:0?[1-9]|1[0-2])/\d{2} (?:(?:FIXED|VAR|TERM|STEP|OID) ){0,2}(?:VAR|FLT|\d{1,2}(?:\.\d{1,6})?)"
_ENDS_IN_TERMS = re.compile(
    rf"(?:^| )(?=\d){_MONTH_AND_COUPON}$|^(?:B|S|SP) {DATE}$"
    rf"|(?:^| )(?=[\dVFZ])(?:{COUPON} (?:{_DUE})?{DATE}|{COUPON_PERCENT} (?:{_DUE})?{YEAR}"
    rf"|{DATE} (?:AT )?{COUPON_PERCENT}|\d{{1,2}}\.\d{{1,6}}%? \d{{1,2}}/(?:20)?\d{{2}})(?: {_AFTER_TERMS}){{0,6}}$"
)
# JPM 5.336 01/23/35 Corp is how Bloomberg names bonds.
_COMPANY_LAST = LEGAL_FORMS - {"CORP"}
_COUPON = re.compile(rf"(?:^| )(?=[\dVF])(?:{COUPON_PERCENT}|\d{{1,2}}[ -]\d{{1,2}}/\d{{1,2}}%)")
_MATURITY = re.compile(rf"\b(?=[\dJFMASONDP])(?:{DATE}|{YEAR}|PERP(?:ETUAL)?\b)")
_COUPON_AND_DATE = re.compile(rf"(?:^| )(?=[\dVFZ]){COUPON} (?:{_DUE})?(?:{DATE}|PERP(?:ETUAL)?\b)")
_FLOATING = re.compile(r"\b(?:SOFR|SONIA|ESTR|EURIBOR|LIBOR|TSFR\d?M?|US\d{4}M|FLOATING|FRN)")


def _has_terms(line: Line) -> bool:
    """A coupon and a maturity: with a ticker at the name's end, else anywhere."""
    if line.ticker:
        return line.words[-1] not in _COMPANY_LAST and _ENDS_IN_TERMS.search(line.text) is not None
    if ("%" in line.text and _COUPON.search(line.text)) or _FLOATING.search(line.text):
        return _MATURITY.search(line.text) is not None
    return _ENDS_IN_TERMS.search(line.text) is not None or _COUPON_AND_DATE.search(line.text) is not None


_TREASURY = re.compile(
    r"(?:^|^(?:US|U\.S|UNITED STATES|USA|UST)(?: OF AMERICA)? )(?:TREAS(?:URY)?|TSY|TRSY)(?: (?:SECURITY|SEC|CPI|CPN"
    r"|INFLATION|INFL|INDEXED|INDEX|IDX|LINKED|PROTECTED|FLOATING|RATE|COUPON|PRINCIPAL|CASH|MANAGEMENT|STRIPPED"
    r"|INFLATION-INDEXED|INFLATION-LINKED|INFLATION-PROTECTED)){0,4} (?:NOTES?|BONDS?|BILLS?|N/B|NOTES?/BONDS?|NTS?"
    r"|BDS?|BLS?|STRIPS?|TIPS|FRN|I/L|CMB|OBLIGATIONS?)(?=$| |/)"
)
_GOVERNMENT = re.compile(
    r"\b(?:GOVERNMENT|GOVT|GOVERNMENT OF [A-Z]{3,20}|TREASURY)(?: (?:INTL|INT'L|INTERNATIONAL|INFLATION LINKED"
    r"|COUPON))? (?:BONDS?|NOTES?|BILLS?|BD)(?=$| )|^T-?BILLS?\b|^(?:BUNDESREPUBLIK DEUTSCHLAND|UNITED KINGDOM GILT"
    r"|UK TREASURY GILT|FRENCH REPUBLIC|CANADIAN GOVERNMENT)\b"
)
_NO_BOND = LEGAL_FORMS | words("ETF ETFS FUND FUNDS INDEX PORTFOLIO TRUST FUT FUTURE FUTURES ISHARES SPDR")
_AGENCY = (
    r"(?:FNMA|GNMA2?|FHLMC|FHLB|FFCB|FNCL|FNCI|FGLMC|G2SF|GNSF|UMBS|FREMF|GINNIE MAE|FANNIE MAE|FREDDIE MAC"
    r"|FEDERAL NATIONAL MORTGAGE|GOVERNMENT NATIONAL MORTGAGE|FEDERAL HOME LOAN|CONNECTICUT AVENUE SECURITIES)"
)
_POOL = re.compile(
    rf"\b{_AGENCY}\b.{{0,60}}\b(?:POOL|TBA|REMICS?|\d)|^(?:FN|FR|FG|G2|GN|UM) [A-Z]{{2}}\d{{4}}\b|\b(?:MORTGAGE|MTG"
    rf"|MBS|FNCL|G2SF) POOL\b|\bTBA$"
)
_DEAL = re.compile(
    r"^(?:FHMS|FHR|FNA|FNR|GNR) [A-Z]{0,2}\d"
    r"|[ _]\d{2}-[A-Z]{1,4}\d{1,3} [A-Z][A-Z0-9-]{0,4}$|\b(?:19|20)\d{2}-(?:\d{0,2}[A-Z]{1,5}\d{0,4}[A-Z]?"
    r"|\d{1,2})(?: (?:LLC|LTD|[A-Z0-9][A-Z0-9-]{0,5})){0,3}$"
)


def _is_treasury(line: Line) -> bool:
    found = _TREASURY.search(line.text) or _GOVERNMENT.search(line.text)
    return found is not None and (_NO_BOND - {"INDEX"}).isdisjoint(line.words)


_PREFERRED = re.compile(r"\b(?:PFDS?|PREF|PREFS|PREFERRED|PREFERENCE|PRF|DEPOSITARY|DEP SHS?|NON-?CUM(?:ULATIVE)?)\b")
_FULL_DATE = re.compile(rf"\b{DATE}")


# The date is the one on which these become common shares.
_CONVERTS = re.compile(
    r"\b(?:DEP SHS?|DEPOSITARY|(?:CONV|CONVERTIBLE|MANDATORY|MAND)(?: CONV| CONVERTIBLE)? (?:PFD|PREF|PREFERRED))\b"
    r"|\b(?:CORPORATE|CORP|EQUITY) UNITS?\b"
)


def _is_preferred(line: Line) -> bool:
    if _CONVERTS.search(line.text):
        return True
    return _PREFERRED.search(line.text) is not None and _FULL_DATE.search(line.text) is None


PREFERRED = Rule(
    "preferred share",
    "equity",
    "A preferred share has a coupon, and may be perpetual, but has no maturity. It is equity, as in the SEC's form.",
    _is_preferred,
    words("PFD PFDS PREF PREFS PREFERRED PREFERENCE PRF DEPOSITARY DEP NON-CUM NONCUM NON-CUMULATIVE UNIT UNITS"),
    (
        ("JPM", "JPM 5.75% PFD DD"),
        ("JPM.PRD", "JPMORGAN CHASE & CO 5.75% PFD SER DD"),
        (None, "JPM 5.75% PFD DD"),
        ("BAC.PRL", "Bank of America Corp 7.25% Perpetual Preferred Series L"),
        (None, "Wells Fargo & Co 7.5% Perp Pfd Class A"),
        ("PETR4", "Petroleo Brasileiro SA Pfd"),
        ("BA", "BOEING CO CONV PFD 6% 10/15/27"),
        ("BA.PRA", "Boeing Co DEP SHS REPSTG 1/20TH PFD SER A 6% 10/15/2027"),
        (None, "HPE 7.625% MANDATORY CONVERTIBLE PREFERRED STOCK 09/01/2027"),
        (None, "BOEING CO CONV PREFERRED 10/27 6"),
        (None, "NEXTERA ENERGY INC 7.299% CORPORATE UNITS"),
    ),
    (
        (None, "Acme Preferred Capital 6.5% 12/31/2065", "bond"),
        ("PFF", "iShares Preferred & Income Securities ETF", "etf"),
        ("JPM", "JPMORGAN CHASE & CO 5.336% 01/23/2035", "bond"),
        (None, "Verizon Communications 5.9% Perpetual", "bond"),
    ),
    before=("bond",),
)
FORMS = (
    Rule(
        "treasury",
        "bond",
        "A government's note, bond or bill, under whatever letters a list puts it: T is AT&T only with AT&T's name.",
        _is_treasury,
        words("TBILL TBILLS BILL BILLS TREASURY TREAS TSY TRSY GOVERNMENT GOVT BUNDESREPUBLIK GILT FRENCH"),
        (
            ("T", "TREASURY NOTE"),
            ("TNOTE", "TREASURY NOTE"),
            ("TII", "TREASURY (CPI) NOTE"),
            ("UST", "United States Treasury Note/Bond"),
            (None, "TREASURY BILL"),
            ("BILL", "T-BILL 12/24/26"),
            ("B", "TREASURY BILL 12/24/26"),
            (None, "US TREASURY N/B 4.25 11/15/34"),
            (None, "UNITED STATES TREASURY NOTE/BOND 4.25% 11/15/2034"),
            (None, "United States Treasury Inflation Indexed Bonds"),
            (None, "U.S. Treasury Bills"),
            (None, "Romanian Government International Bond"),
            (None, "Canadian Government Bond 2.75%"),
        ),
        (
            ("TWE", "Treasury Wine Estates Ltd", "equity"),
            ("TML", "Treasury Metals Inc", "equity"),
            ("GOVT", "iShares U.S. Treasury Bond ETF", "etf"),
            (None, "US Treasury Bond Futures", "derivative"),
            (None, "Vanguard Total Government Bond Index Fund", "etf"),
            ("T", "AT&T Inc", "equity"),
        ),
        before=("ticker",),
    ),
    Rule(
        "bond",
        "bond",
        "A coupon and a maturity are a bond's, even under its issuer's ticker: then they must end the name.",
        _has_terms,
        frozenset({DIGIT}),
        (
            ("JPM", "JPMORGAN CHASE & CO 5.336% 01/23/2035"),
            ("JPM", "JPMorgan Chase & Co. 5.336% 2035"),
            ("C", "CITIGROUP INC 6.02% VRN 01/24/36"),
            ("T", "T 4.25% 11/15/34 Govt"),
            ("T", "T 4 1/4 11/15/34"),
            ("B", "B 0 12/24/26"),
            ("KYSFAC", "KY KYSFAC 5 08/01/2028"),
            ("BAC", "Bank of America Corp V2.687 04/22/32 MTN"),
            ("F", "Ford Motor Co 6.1% due Aug 19, 2032"),
            ("GE", "General Electric Co 15NOV2034 4.5%"),
            (None, "UST 4.25% 2031"),
            ("UST", "UST 4.25 11/34"),
            (None, "Federal National Mortgage Association 2.5% 11/01/2051"),
            (None, "JPMorgan Chase & Co. 5.336% 2035"),
            (None, "Dollar General Corp 3.5% 04/03/2030"),
            (None, "Option Care Health 4.375% 10/31/2029"),
            (None, "4.5% ACME CORP SENIOR NOTES DUE 2033"),
            (None, "GOLDMAN SACHS GROUP INC SOFR+116 01/23/2030"),
            (None, "BNP Paribas SA 7.75% Perpetual"),
            (None, "VALERO ENERGY CORP 7.5 2032-04-15"),
            (None, "Citigroup Inc FRN 06/01/2029"),
            ("912810TM0", "T 4 11/15/2052"),
            (None, "JPMORGAN CHASE + CO SR UNSECURED 01/35 VAR"),
            (None, "AT+T INC 09/55 3.55"),
            (None, "CALIFORNIA ST CAS 09/33 FIXED OID 5"),
            (None, "STRIP PRINC 08/50 0.00000"),
            ("S", "S 08/15/50"),
        ),
        (
            ("STX", "Studio 5 Holdings Inc", "equity"),
            ("SEVN", "Seven 7 Realty Trust 2031 Inc", "equity"),
            (None, "Euro Stoxx 50 12/18/2026", "derivative"),
            ("IBDU", "iShares iBonds Dec 2029 Term Corporate ETF", "etf"),
            ("JPM.PRD", "JPMORGAN CHASE & CO 5.75% PFD SER DD", "equity"),
        ),
        before=("ticker", "contract words", "cash words"),
    ),
    Rule(
        "pool or deal",
        "bond",
        "Agencies' pools, and securitisations by their year and number.",
        lambda line: _POOL.search(line.text) is not None or _DEAL.search(line.text) is not None,
        words("POOL TBA REMIC REMICS") | {DIGIT},
        (
            (None, "Fannie Mae Pool"),
            ("FNMA", "FNMA POOL MA4123"),
            (None, "FN MA4123"),
            (None, "G2 MA1234"),
            (None, "UMBS TBA 30YR 5.5"),
            (None, "FNCL 5.5 TBA"),
            (None, "Ginnie Mae II Pool"),
            ("BANK", "BANK 2021-BN32 A5"),
            (None, "BANK 2021-BNK35"),
            (None, "BANK_21-BN32 A5"),
            (None, "FREMF 2019-K99 B"),
            (None, "FHMS K108 A2"),
            (None, "BX Trust 2022-PSB"),
            (None, "CBAM 2017-2 Ltd"),
        ),
        (
            ("FNMA", "Federal National Mortgage Association Fannie Mae", "equity"),
            ("POOL", "Pool Corp", "equity"),
            ("SEVN", "Seven 7 Realty Trust 2031 Inc", "equity"),
        ),
        before=("ticker",),
    ),
)

WORDS = Rule(
    "bond words",
    "bond",
    "Without a ticker no company's share stands behind the line, and an agency's name or the word is enough.",
    said(
        re.compile(
            rf"\b(?:{_AGENCY}|BONDS?|NOTES?|BILLS?|DEBENTURES?|MORTGAGE|MTGE?|CLO|CDO|REMICS?|POOL|(?:TERM|STUDENT"
            r"|BANK|SENIOR) LOANS?|TL[A-D]|TL[ -][A-D]|[12]L TLB?|(?:1ST|FIRST|2ND|SECOND) LIEN|REVOLVER|MTN"
            r"|(?:SR|SUB|GLBL|CONV|SEC) NTS?"
            r"|TIPS|STRIPS|COMMERCIAL PAPER|CERTIFICATES? OF DEPOSIT|ELNS?|SR UNSEC|SR SECURED|N/B)\b"
        )
    ),
    words(
        "FNMA GNMA GNMA2 FHLMC FHLB FFCB FNCL FNCI FGLMC G2SF GNSF UMBS FREMF MAE MAC FEDERAL GOVERNMENT CONNECTICUT "
        "BOND BONDS NOTE NOTES BILL BILLS DEBENTURE DEBENTURES MORTGAGE MTG MTGE CLO CDO REMIC REMICS POOL LOAN LOANS "
        "TL TLA TLB TLC TLD LIEN REVOLVER MTN NT NTS TIPS STRIPS PAPER DEPOSIT UNSEC SECURED ELN ELNS"
    ),
    (
        (None, "Federal National Mortgage Association"),
        (None, "Pikes Peak CLO 3"),
        (None, "SLM Student Loan Trust"),
        (None, "Acme Corp Senior Notes"),
        (None, "Citigroup Global Markets ELN SPX"),
        (None, "Acme Holdings Term Loan B"),
        (None, "athenahealth Group Inc. TLB 1L"),
        (None, "Acme Corp TL-B 2030"),
        (None, "Acme Corp First Lien"),
        (None, "ACME CORP SR GLBL NT 30 8%"),
    ),
    (
        ("8951", "Nippon Building Fund Inc", "equity"),
        ("BNDS", "Bond International Software PLC", "equity"),
        (None, "Bondholders of Acme", "other"),
    ),
    Scope.WITHOUT_TICKER,
)
