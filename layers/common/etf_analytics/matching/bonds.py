"""A bond's identity, parsed from its name: issuer, coupon and maturity.

Lists give bonds no ticker, or their issuer's, and write one bond in many ways: `US TREASURY N/B 11/34 4.25`, `United
States Treasury Note 4.250% 11/15/2034`, `TREASURY NOTE 4 1/4% DUE 15-Nov-34`. A name that lacks one of the three
identifies nothing, even where it is unique in its list.
"""

import re
from collections.abc import Iterator
from decimal import Decimal
from functools import lru_cache
from typing import NamedTuple

from etf_analytics.reference.company_names import is_legal_form, read_name, unaccented, word_set
from etf_analytics.reference.renamed_companies import other_names
from etf_analytics.reference.sectors import sectors


class Bond(NamedTuple):
    """What identifies a bond."""

    issuer: str
    """Folded: only good for comparing."""
    coupon: Decimal
    """Per cent a year."""
    maturity: str
    """`2034-11-15`, or `2034-11` where the name gives no day."""

    @property
    def slot(self) -> tuple[str, Decimal, str]:
        """Equal for all bonds that can be this one: the day can be missing."""
        return self.issuer, self.coupon, self.maturity[:7]


class Pool(NamedTuple):
    """A mortgage pool by its terms, which many pools share."""

    bond: Bond
    """The issuer is the agency's, with `pool` behind it."""
    number: str | None
    """`ma4237`, if the name gives it."""


_MONTHS = {"jan": 1, "feb": 2, "mar": 3, "apr": 4, "may": 5, "jun": 6, "jul": 7, "aug": 8, "sep": 9, "oct": 10,
           "nov": 11, "dec": 12}  # fmt: skip
_MONTH = r"(?P<mon>jan|feb|mar|apr|may|jun|jul|aug|sep|oct|nov|dec)[a-z]*\.?"
_YEAR = r"(?P<y>(?:20|19)\d\d|\d\d)"
_DATES = tuple(
    re.compile(pattern)
    for pattern in (
        r"\b(?P<y>(?:20|19)\d\d)-(?P<m>\d\d?)-(?P<d>\d\d?)\b",
        rf"\b(?P<y>(?:20|19)\d\d)[ /-]?{_MONTH}[ /-]?(?P<d>\d\d?)\b(?![ ,/-]*(?:20|19)\d\d)",
        rf"\b{_MONTH}-(?P<d>\d\d?)-{_YEAR}\b",
        rf"\b(?P<m>\d\d?)/(?P<d>\d\d?)/{_YEAR}\b",
        rf"\b(?P<m>\d\d?)-(?P<d>\d\d?)-{_YEAR}\b",
        r"\b(?P<m>\d\d?)\.(?P<d>\d\d?)\.(?P<y>(?:20|19)\d\d)\b",
        rf"\b(?P<d>\d\d?)[ /-]?{_MONTH}[ /,-]*{_YEAR}\b",
        rf"\b{_MONTH} ?(?P<d>\d\d?)(?:st|nd|rd|th)?(?:, ?| )(?P<y>(?:20|19)\d\d)\b",
        rf"\b{_MONTH}[ /,'-]*{_YEAR}\b",
        rf"\b(?P<m>0\d|1[0-2])/{_YEAR}\b",
        r"\b(?P<m>[1-9])/(?P<y>(?:20|19)\d\d)\b",
        r"\b(?P<y>20\d\d)(?P<m>0[1-9]|1[0-2])(?P<d>[0-3]\d)\b",
    )
)
# When it was issued, or when it can be called, is no maturity.
_NOT_DUE = re.compile(r"\b(?:dtd|dated|issued|callable|call|cld|putable|put|next)\b[ :@]*$")
# A numerator without a leading zero: `4 05/32` is a month.
_FRACTION = re.compile(r"(?<![\d./])(\d{1,2})[ -]([1-9]\d?)/(2|4|8|16|32|64)(?![\d/])")
_BARE_FRACTION = re.compile(r"(?<![\d./-])([1-9]\d?)/(2|4|8|16|32|64)\s?%")
_VULGAR = {"\u00bc": "1/4", "\u00bd": "1/2", "\u00be": "3/4", "\u215b": "1/8", "\u215c": "3/8", "\u215d": "5/8",
           "\u215e": "7/8"}  # fmt: skip
_PERCENT = re.compile(r"(?<![\d.,/])(\d{1,2}(?:\.\d+)?|\.\d+)\s?(?:%|pct\b|percent\b|per cent\b)")
# V5.336 and F5.336: variable and fixed.
_KIND_OF_RATE = re.compile(r"\b[vf](?=\d{1,2}\.\d)")
_ZERO = re.compile(r"\bzero(?: (?:coupon|cpn))?\b")
_BARE = re.compile(r"(?<![\d.,/#-])(\d{1,2}(?:\.\d{1,6})?|\.\d{1,6})(?![\d.,/%])\b")
_DATE_HERE = "\x00"
_BILL = re.compile(r"\b(?:t-?bills?|treasury bills?|treas bills?|bill)\b")
_FLOATING = re.compile(r"\b(?:frn|float(?:ing|er)?|flt|var(?:iable)?|sofr|libor|euribor|tba)\b")
# A pool is one of hundreds with its coupon and its maturity: only its number tells which.
_POOL = re.compile(
    r"\b(?:pools?|mbs|ginnie|gnma|government national mortgage|mortgage-backed|fgold|umbs|tba|f[nr] [a-z]{2}\d{4})\b"
)
_NAMED_POOL = re.compile(r"\bpools?\b", re.IGNORECASE)
# A purchase of pools that are to be announced.
_UNKNOWN_POOL = re.compile(r"\btba\b")
_POOLING = ("fnma", "fhlmc", "gnma")
_POOL_NUMBER = re.compile(r"(?:#|\bpool\b|\bf[nr](?= [a-z]{2}\d))\s*(?:no\.?\s*|#\s*)?([a-z]{0,2}\d{4,7})\b")
_BOILERPLATE = word_set(
    "144a and bd bds bill bills bond bonds callable co company corp cos coupon cpn deb debenture debentures debs dtd "
    "due emtn fix fixed float floating flt frn fxd global gov government govt gtd guar guarant guaranteed guarnt jr "
    "junior mat matures maturing maturity medium mtn n/b nb note notes nt nts obligation obligations of perp rate reg "
    "reg-s registered regs sec secured senior ser sr sub subord subordinated term the unsec unsecd unsecured usd var "
    "variable vrn zero"
)
_TREASURY = re.compile(
    r"\b(?:(?:the )?(?:united states(?: of america)?|u\.? ?s\.?(?: of america)?|usa)(?: (?:govt|government))?"
    r"(?: department of the)? )?(?:treasury|treasuries|treas|tsy|trsry|ust)\b"
    r"|\bunited states of america\b|\bust?\b(?= n/b)|^strips?\b|^t\b(?=.{1,30}\bgovt$)"
)
_INFLATION = re.compile(r"\b(?:cpi|tips|infl(?:ation)?|index(?:ed)?|indx|ix|tii)\b")
_STRIP = re.compile(r"\bstrips?\b")
_STRIPPED_COUPON = re.compile(r"\b(?:coupon|cpn|interest|int)\b")
# Of Brazil, of Spain: what a country calls itself stands before its name, behind it, or is left out.
_STATE_FORM = re.compile(
    r"\b(?:(?:arab|dominican|federal|federative|hashemite|oriental|people'?s|plurinational|socialist) ){0,2}"
    r"(?:commonwealth|federation|kingdom|republic|state|sultanate) of\b"
)
_AGENCIES = tuple(
    (re.compile(rf"\b(?:{pattern})\b"), agency)
    for pattern, agency in (
        ("united mexican states", "mexico"),
        (r"fannie mae|fnma|fn(?= [a-z]{2}\d{4}\b)|federal national mortgage (?:association|assn|assoc)", "fnma"),
        (
            r"freddie mac|fhlmc|fr(?= [a-z]{2}\d{4}\b)|federal home (?:loan|ln) (?:mortgage|mtg) (?:corporation|corp)",
            "fhlmc",
        ),
        ("ginnie mae|gnma|government national mortgage (?:association|assn|assoc)", "gnma"),
        ("fhlb|federal home (?:loan|ln) (?:banks?|bks?)", "fhlb"),
        ("ffcb|federal farm credit (?:banks?|bks?)(?: funding)?", "ffcb"),
        ("tva|tennessee (?:valley|vly) (?:authority|auth)", "tva"),
        ("kfw|kreditanstalt fu?e?r wiederaufbau", "kfw"),
        (r"ibrd|(?:international|int'?l) (?:bank|bk) (?:for )?recon[a-z]{0,9} .{1,3} develop[a-z]{0,4}", "ibrd"),
        ("eib|european (?:investment|invt) (?:bank|bk)", "eib"),
    )
)
_TOKEN = re.compile(r"[a-z0-9]+(?:[/'-][a-z0-9]+)*")
_MOST_COUPON = 25


@lru_cache(maxsize=65_536)
def parse_bond(name: str) -> Bond | None:
    """Issuer, coupon and maturity of a bond's name; None where one of them is missing."""
    found, text = _terms(name)
    if found is None or not _POOL.search(text):
        return found
    number = _POOL_NUMBER.search(text)
    return number and found._replace(issuer=f"{found.issuer} {number[1]}")


@lru_cache(maxsize=16_384)
def parse_pool(name: str) -> Pool | None:
    """A mortgage pool of an agency; None for any other bond, and where coupon or maturity is missing.

    Without its number a pool is known only where there is no second one with these terms.
    """
    if not _NAMED_POOL.search(name):
        return None
    found, text = _terms(name)
    if found is None or found.issuer not in _POOLING or _UNKNOWN_POOL.search(text):
        return None
    number = _POOL_NUMBER.search(text)
    return Pool(found._replace(issuer=f"{found.issuer} pool"), number and number[1])


def _terms(name: str) -> tuple[Bond | None, str]:
    """What a name says of issuer, coupon and maturity, and its text without the date."""
    maturity, text = _maturity(_plain(name))
    if maturity is None:
        return None, text
    coupon, rest = _coupon(text)
    issuer = _issuer(rest)
    if issuer == "b" and coupon == 0:  # B 0 12/24/26, Bloomberg's name of a bill
        issuer = "us treasury"
    return (None if coupon is None or not issuer else Bond(issuer, coupon, maturity)), text


def _plain(name: str) -> str:
    text = name
    for sign, written in _VULGAR.items():
        text = re.sub(rf"(?<=\d){sign}", f" {written}", text).replace(sign, written)
    text = _KIND_OF_RATE.sub("", unaccented(text.lower()))
    text = _FRACTION.sub(lambda found: str(int(found[1]) + Decimal(found[2]) / Decimal(found[3])), text)
    return _BARE_FRACTION.sub(lambda found: f"{Decimal(found[1]) / Decimal(found[2])}%", text)


def _maturity(text: str) -> tuple[str | None, str]:
    """The latest date, and the text with a mark in the place of each date."""
    due: list[str] = []
    for pattern in _DATES:
        for found in reversed([*pattern.finditer(text)]):
            written = _date(found.groupdict())
            if written is None:
                continue
            before = text[: found.start()]
            if not _NOT_DUE.search(before):
                due.append(written)
            text = f"{before} {_DATE_HERE} {text[found.end() :]}"
    return max(due, default=None), text


def _date(parts: dict[str, str | None]) -> str | None:
    year = int(parts["y"] or 0)
    # What a fund holds falls due in this century.
    year += 2000 if year < 100 else 0
    named = parts.get("mon")
    month = _MONTHS[named] if named else int(parts.get("m") or 0)
    day = int(parts.get("d") or 0)
    if month > 12 >= day:
        month, day = day, month  # 15/11/2034, as Europe writes it
    if not 1 <= month <= 12 or day > 31:
        return None
    return f"{year}-{month:02}-{day:02}" if day else f"{year}-{month:02}"


def _coupon(text: str) -> tuple[Decimal | None, str]:
    """Per cent, and the text without it. Without a per cent sign, a number needs decimals or a date beside it."""
    for found in _coupons(text):
        value = Decimal(found[1]).normalize()
        if value <= _MOST_COUPON:
            return value, f"{text[: found.start()]} {text[found.end() :]}"
    if (_BILL.search(text) or _STRIP.search(text) or _ZERO.search(text)) and not _FLOATING.search(text):
        return Decimal(0), text
    return None, text


def _coupons(text: str) -> Iterator[re.Match[str]]:
    yield from _PERCENT.finditer(text)
    bare = [*_BARE.finditer(text)]
    yield from (found for found in bare if "." in found[1])
    for found in bare:
        before, after = text[: found.start()].rstrip(" ,@"), text[found.end() :].lstrip(" ,@")
        if before.endswith(_DATE_HERE) or after.startswith(_DATE_HERE):
            yield found


def _issuer(text: str) -> str:
    text = text.replace(_DATE_HERE, " ")
    if _TREASURY.search(text):
        kind = " inflation" if _INFLATION.search(text) else ""
        if _STRIP.search(text):
            kind = " strip coupon" if _STRIPPED_COUPON.search(text) else " strip"
        rest = _TREASURY.sub(" ", text)
        # Her Majesty's Treasury, the Treasury of Australia or a company called Treasury are others.
        own = [word for word in _words(rest) if word not in _TREASURY_WORDS]
        if not own:
            return f"us treasury{kind}"
    for pattern, agency in _AGENCIES:
        if pattern.search(text):
            return " ".join([agency, *(["strip"] if _STRIP.search(text) else [])])
    name = read_name(" ".join(_words(_STATE_FORM.sub(" ", text))))
    if len(name.words) == 1 and len(name.words[0]) > 1 and not name.has_form and is_legal_form(name.words[0]):
        return ""
    if len(name.words) == 1 and not name.has_form:  # Bloomberg writes JPM 5.336 01/23/35
        if name.words[0] in _TREASURY_CODES:
            return _TREASURY_CODES[name.words[0]]
        if company := sectors().name_of(name.words[0].upper()):
            name = read_name(company)
    # A company that was renamed is still the issuer.
    issuer = " ".join(min(other_names(name.words)))
    return _SPELLINGS.sub(lambda found: _SPELLED[found[0]], issuer)


# T is the Treasury's and AT&T's, and without Govt behind it nothing tells which.
_TREASURY_CODES = {"tii": "us treasury inflation", "t": ""}
_SPELLED = {"jp morgan": "jpmorgan", "wal mart": "walmart", "exxon mobil": "exxonmobil", "finance": "financial"}
_SPELLINGS = re.compile(rf"\b(?:{'|'.join(_SPELLED)})\b")
_TREASURY_WORDS = word_set(
    "us usa states united infl inflation index indexed indx ix tips tii protected linked strip strips principal prin "
    "princ interest int coupon cpi secs securities security government when issued wi p i bd n-b frn otr old 2old 3old"
)


_PARTS = re.compile(r"[/-]")


def _words(text: str) -> list[str]:
    """The words that may be the issuer's: without what a bond's name says of its rank and form."""
    words = _TOKEN.findall(text.replace("&", " ").replace("+", " ").replace("n/b", " "))
    kept = [word for word in words if not all(part in _BOILERPLATE or part.isdigit() for part in _PARTS.split(word))]
    # INC/MD and CO/THE at the end are one company's; ULC/NEW RED FIN are two.
    parted = [word.replace("/", " ") for word in kept[:-1]] + kept[-1:]
    return [word.replace("'", "") for word in parted]
