"""Whether two spellings name the same company, for lines whose tickers already agree.

Funds write `PROCTER + GAMBLE CO/THE`, `Lilly (Eli)`, `NIKE INC  CL B`; a table writes `Procter & Gamble`. Abroad the
same tickers belong to others: MRK is Merck & Co and Merck KGaA, EQT a gas producer and a Swedish investor, PRU
Prudential Financial and Prudential PLC, APA an oil company and an Australian pipeline. So a name fits when

- its words are the company's words, or the one goes on from the other with nothing but descriptive words (Group,
  Systems, Technologies) behind at least one word that is not in half of all names (American, First, Bank);
- words that only spell out the ticker (APA) are no evidence that goes on: then every word must agree;
- a foreign legal form (PLC, AG, KGaA, Ltd) is one that the company itself has.
"""

import re
import unicodedata
from functools import lru_cache
from itertools import accumulate
from typing import NamedTuple

# SPDR's tables cut names (`HUNTINGTON INGALLS INDUSTRIE`) or their last words (`MID AMERICA APARTMENT COMM`).
_CUT_AT = 28
_LONG_ENOUGH = 4
# Prudential and Prudential Financial are two companies: without a table, one word is not enough to go on from.
_ENOUGH_WORDS = 2


def word_set(words: str) -> frozenset[str]:
    """The words of a text, in code shorter to read than a list."""
    return frozenset(words.split())


_AMERICAN_FORMS = word_set("inc incorporated corp corporation co company companies cos in llc lp the")
_FOREIGN_FORMS = word_set(
    "ab abp ag ao aps as asa asp berhad bhd cv de jsc kgaa kk ltd nv nyrt oyj pcl pjsc plc pt pte pvt qpsc qsc sa saa "
    "sab sapi sca sce se sgps spa tas tbk"
)
# From here on a name says which shares they are.
_SHARES = word_set(
    "class cl series adr ads gdr cdi ordinary registered common capital shares share shs shrs stock sponsored "
    "depositary depository receipt non nonvoting voting vtg subordinate npv spon spons unsp uns genusschein ord pfd "
    "pref reg regd wi"
)
_CLASS_LETTERS = frozenset("abchn")
_SHARE_WORDS = {"cl": "class", "ads": "adr", "shs": "share", "shrs": "share", "shares": "share", "voting": "vtg",
                "ord": "ordinary", "reg": "registered", "regd": "registered"}  # fmt: skip
_ABBREVIATIONS = {
    "amer": "american", "bk": "bank", "co": "company", "corp": "corporation", "fin": "financial", "finl": "financial",
    "gp": "group", "gro": "group", "grp": "group", "hldg": "holding", "hldgs": "holding", "indu": "industry",
    "info": "information", "intl": "international", "invs": "investment", "labs": "laboratory",
    "mfg": "manufacturing", "mgmt": "management", "natl": "national", "pac": "pacific", "pwr": "power",
    "pharma": "pharmaceutical", "res": "resource", "serv": "service", "softwre": "software", "svc": "service",
    "svcs": "service", "sys": "system", "tech": "technology", "tr": "trust", "transprt": "transport",
    "wash": "washington",
}  # fmt: skip
# Both sets are in the form that `_stem` gives.
_DESCRIPTIVE = word_set(
    "bancorp bancshare brand communication com de dei energy enterprise entertainment financial global group holding "
    "industry information international laboratory management market material motor network pharmaceutical platform "
    "product property realty reit resource service software solution system technology therapeutic trust us usa "
    "worldwide"
)
_COMMON = _DESCRIPTIVE | word_set(
    "advanced allied alpha america american applied associated atlantic automatic bank best capital central china "
    "city community consolidated core delta digital dominion east eastern electric express federal first free fund "
    "general gold great green home independent india industrial insurance integrated japan key life mid national new "
    "north northern oil old one pacific power premier prime public real red royal silver smart south southern "
    "southwest standard star state sun super union united universal water west western world"
)
_LINKS = word_set("and of the")
# Small letters that Unicode does not take apart, as filers without them write them.
_PLAIN_LETTERS = str.maketrans({
    "\u00e6": "ae", "\u0153": "oe", "\u00f8": "o", "\u00df": "ss", "\u0142": "l", "\u0111": "d", "\u00f0": "d",
    "\u00fe": "th", "\u0127": "h", "\u0131": "i",
})  # fmt: skip
_PLAIN = {ord(sign): None for sign in "'`.\u2018\u2019"} | {
    ord(sign): " " for sign in ',;:!?&+-*"()/\u2013\u2014\u00ae\u2122'
}
_INVERTED = re.compile(r"^([^(]+)\(([^)]*)\)(.*)$")
# `CO/THE`, `Inc/MD`, `CORP W/D`: an article, a state, a way of trading.
_SLASHED = re.compile(r"(?:\bw)?/\s?[a-z]{1,3}\b")
# BANORTE-O and BYD COMPANY LTD-H.
_HYPHENED_CLASS = re.compile(r"(?<=[a-z])-([a-z])$")


class Reading(NamedTuple):
    """A company's name, folded: small letters, no legal form, no share class, no plural."""

    words: tuple[str, ...]
    forms: frozenset[str]
    """The foreign legal forms."""
    american_forms: frozenset[str]
    last_may_be_cut: bool
    shares: tuple[str, ...]
    """Which shares they are: `class a`, `adr`."""

    @property
    def has_form(self) -> bool:
        """Whether there is any legal form, foreign or American."""
        return bool(self.forms or self.american_forms)


@lru_cache(maxsize=16_384)
def fits(symbol: str, name: str, company_names: tuple[str, ...]) -> bool:
    """Whether the line `symbol`, `name` can be the company of that ticker that goes by `company_names`.

    The symbols must have been compared before; `symbol` only tells which words are no evidence.
    """
    reading = read_name(name)
    companies = [_company(company) for company in company_names]
    own_forms = frozenset[str]().union(*(company.forms for company in companies))
    if not reading.words or not reading.forms <= own_forms:
        return False
    return any(_same(symbol, reading, company.words) for company in companies)


@lru_cache(maxsize=4_096)
def _company(name: str) -> Reading:
    return read_name(name)


def _same(symbol: str, holding: Reading, company: tuple[str, ...]) -> bool:
    if holding.words == company:
        return True
    shared, shared_company = _shared(holding.words, company)
    more, more_company = holding.words[shared:], company[shared_company:]
    if more and holding.last_may_be_cut:
        more, more_company = _completed(more, more_company)
    if not shared or (more and more_company):
        return False
    if not more and not more_company:
        return True
    agreeing = holding.words[:shared]
    return (
        "".join(agreeing) != _stem(symbol.partition(".")[0].lower())
        and _DESCRIPTIVE.issuperset(more or more_company)
        and not _COMMON.issuperset(agreeing)
    )


def unaccented(text: str) -> str:
    """A text in small letters as one without accents writes it: `mærsk` is `maersk`, `ørsted` and `orsted` are one."""
    if text.isascii():
        return text
    plain = unicodedata.normalize("NFKD", text.translate(_PLAIN_LETTERS))
    return "".join(sign for sign in plain if not unicodedata.combining(sign)).lower()


def is_legal_form(word: str) -> bool:
    """Whether a folded word is no name of its own: `inc`, `plc`, `company`."""
    return word in _FOREIGN_FORMS or word in _AMERICAN_FORMS or word in ("corporation", "limited")


def goes_on(symbol: str, one: Reading, other: tuple[str, ...]) -> bool:
    """Whether one name is the other, or goes on from at least two of its words with nothing but descriptive ones."""
    shared, _ = _shared(one.words, other)
    return shared >= _ENOUGH_WORDS and _same(symbol, one, other)


def _shared(left: tuple[str, ...], right: tuple[str, ...]) -> tuple[int, int]:
    """How many words at the beginning of each spell the same letters: `t mobile` and `tmobile` are (2, 1)."""
    ends = {spelled: count for count, spelled in enumerate(accumulate(right), 1)}
    for count, spelled in reversed(list(enumerate(accumulate(left), 1))):
        if spelled in ends:
            return count, ends[spelled]
    return 0, 0


def _completed(more: tuple[str, ...], company: tuple[str, ...]) -> tuple[tuple[str, ...], tuple[str, ...]]:
    """What is left of either name once the holding's last word, which may be cut, is taken for a longer one."""
    *before, cut = more
    if not before and company and _begins(company[0], cut):
        return (), company[1:]
    if any(form.startswith(cut) for form in _AMERICAN_FORMS):
        return tuple(before), company
    return (*before, next((word for word in sorted(_DESCRIPTIVE) if word.startswith(cut)), cut)), company


def _begins(word: str, cut: str) -> bool:
    """Whether `cut` can be the beginning of `word`, which lost its plural: `industrie` of `industry`."""
    return word.startswith(cut) or (len(word) > _LONG_ENOUGH and cut[:-2] == word[:-1])


@lru_cache(maxsize=65_536)
def read_name(name: str) -> Reading:
    """The words of a name, and what stood behind them."""
    text = unaccented(name.lower().strip())
    if "(" in text:
        text = _uninverted(text)
    if "/" in text:
        text = _SLASHED.sub(" ", text)
    text = _HYPHENED_CLASS.sub(r" class \1", text)
    words = _joined(text.replace(".com", " com").translate(_PLAIN).split())
    if words[:1] == ["pt"] and "tbk" in words:  # PT BANK CENTRAL ASIA TBK and Bank Central Asia Tbk PT
        words = [*words[1:], "pt"]
    words, forms, shares = _without_tail(words)
    return Reading(
        tuple(_stem(_ABBREVIATIONS.get(word, word)) for word in words),
        frozenset(forms & _FOREIGN_FORMS),
        frozenset(forms & _AMERICAN_FORMS),
        last_may_be_cut=bool(words) and (len(name) >= _CUT_AT or len(words[-1]) >= _LONG_ENOUGH),
        shares=shares,
    )


def _uninverted(text: str) -> str:
    """`lilly (eli)` -> `eli lilly`; `fox (class b)` and `home depot (the)` lose what is in brackets."""
    inverted = _INVERTED.match(text)
    if not inverted:
        return text
    before, inside, after = (part.strip() for part in inverted.groups())
    first = inside.partition(" ")[0]
    if first in _SHARES or first in _AMERICAN_FORMS:
        return f"{before} {after}"
    return f"{inside} {before} {after}"


def _joined(words: list[str]) -> list[str]:
    """Without `and`, `of` and `the`; a lone s belongs to the word before: `MOODY S` is Moody's."""
    joined: list[str] = []
    for word in words:
        if word == "s" and joined:
            joined[-1] += word
        elif word not in _LINKS:
            joined.append(word)
    return joined


def _without_tail(words: list[str]) -> tuple[list[str], set[str], tuple[str, ...]]:
    """The words without share class and legal forms, these forms, and the share class."""
    shares: list[str] = []
    for place, word in enumerate(words):
        if place and (word in _SHARES or (word == "sp" and words[place + 1 : place + 2] in (["adr"], ["ads"]))):
            words, shares = words[:place], words[place:]
            break
    forms: set[str] = set()
    while len(words) > 1:
        last = words[-1]
        if last in _FOREIGN_FORMS or last in _AMERICAN_FORMS:
            forms.add(last)
        elif last == "limited":
            forms.add("ltd")
        elif last == "public" and "ltd" in forms:
            forms = forms - {"ltd"} | {"plc"}
        elif last in _CLASS_LETTERS:
            shares = ["class", last, *shares]
        else:
            break
        words = words[:-1]
    return words, forms, tuple(_SHARE_WORDS.get(word, word) for word in shares)


@lru_cache(maxsize=16_384)
def _stem(word: str) -> str:
    """Without the plural: `technologies` and `technology`, `holdings` and `holding` are one word."""
    if len(word) > 4 and word.endswith("ies"):
        return f"{word[:-3]}y"
    return word[:-1] if len(word) > 3 and word.endswith("s") and not word.endswith("ss") else word
