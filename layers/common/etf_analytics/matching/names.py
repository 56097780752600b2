"""Whether two names that stand under one ticker speak for one company, against it, or neither.

For: the names are equal once folded, one is a cut form of the other, or both are known names of one company. Against:
a foreign legal form stands against an American one (`Merck KGaA`, `Merck & Co Inc`). Anything else is no evidence:
`Facebook` and `Meta Platforms` are one company, `Banco Santander` and `Sanofi` are two.
"""

import re
from enum import Enum
from functools import lru_cache

from etf_analytics.reference.company_names import Reading, fits, goes_on, read_name, unaccented, word_set
from etf_analytics.reference.renamed_companies import names_together, other_names
from etf_analytics.reference.sectors import sectors


class Names(Enum):
    """What two names say of two lines."""

    AGREE = "agree"
    CONTRADICT = "contradict"
    NEITHER = "neither"


# Where houses cut names; one less where the cut falls on a blank.
_CUT_LENGTHS = frozenset((27, 28, 29, 30, 34, 35, 39, 40))
_DOTS = ("..", "\u2026")
_LEAST_CUT = 8
_COMPLETE = re.compile(r"\b(?:inc|incorporated|corp|corporation|llc)\.?$", re.IGNORECASE)
# `Co` alone may be what is left of `Co Ltd`, `Co JSC`, `Public Co Ltd`: no evidence against these.
_OF_COMPANIES = word_set("berhad bhd jsc ltd pcl pjsc pt pte pvt qpsc qsc sce tbk")
_COMPANY = word_set("co company companies cos the")
_NO_FORM = word_set("the in")
_HOUSES = re.compile(
    r"\b(?:american century|ark|avantis|bitwise|blackrock|dimensional|direxion|fidelity|first trust|flexshares|franklin"
    r"|global x|goldman sachs|grayscale|invesco|ishares|jpmorgan|nuveen|pacer|pimco|proshares|schwab|spdr|sprott"
    r"|state street|t\.? rowe price|teucrium|vaneck|vanguard|wisdomtree|xtrackers)\b"
)
_ONE_HOUSE = {"state street": "spdr", "blackrock": "ishares", "avantis": "american century"}
# What says that there is a kind, and not which one of it.
_KINDS = word_set(
    "treasury note bond bill us united state america dollar euro sterling pound yen cash currency unit swap future "
    "option forward warrant right index equity stock share common preferred ordinary corporate government govt agency "
    "mortgage pool obligation security other asset net receivable payable collateral repo commercial paper certificate "
    "deposit fund trust money market usd eur gbp jpy cad aud chf hkd fixed income debt loan term holding inc corp "
    "company n b and nb gov treas tsy strip tip frn mbs abs cmo cdo clo fnma gnma fhlmc federal national private "
    "placement unknown na not available fannie freddie ginnie mae mac gnma2 umb tba otr old fx contract total return"
)


@lru_cache(maxsize=65_536)
def compare_names(symbol: str, one: str, other: str) -> Names:
    """What the names of two lines of the ticker `symbol` say; the order of the names does not matter."""
    first, second = read_name(one), read_name(other)
    if not first.words or not second.words:
        return Names.NEITHER
    if _letters(one) == _letters(other) or _known_as_one(symbol, one, other):
        return Names.AGREE
    if forms_contradict(one, other):
        return Names.CONTRADICT
    agree = (
        "".join(first.words) == "".join(second.words)
        or _renamed(symbol, one, other)
        or _is_beginning(one, other)
        or _is_beginning(other, one)
        or goes_on(symbol, first, second.words)
        or goes_on(symbol, second, first.words)
    )
    return Names.AGREE if agree else Names.NEITHER


@lru_cache(maxsize=4_096)
def compare_fund_names(symbol: str, one: str, other: str) -> Names:
    """The same of two funds: abbreviations differ from list to list, but a fund is of one house."""
    first, second = _house(one), _house(other)
    if first and second:
        return Names.AGREE if first == second else Names.CONTRADICT
    return compare_names(symbol, one, other)


def _house(name: str) -> str | None:
    """The house that sells the fund."""
    found = _HOUSES.search(name.casefold())
    return found and _ONE_HOUSE.get(found[0], found[0])


@lru_cache(maxsize=65_536)
def forms_contradict(one: str, other: str) -> bool:
    """Whether a foreign legal form stands against an American one. A cut name may have lost its foreign one."""
    first, second = read_name(one), read_name(other)
    return _against(first, second, other) or _against(second, first, one)


def is_cut(name: str) -> bool:
    """Whether a name ends in dots, or is as long as those that houses cut."""
    return name.rstrip().endswith(_DOTS) or len(name.strip()) in _CUT_LENGTHS


def name_key(name: str) -> str | None:
    """What a name without a symbol can identify a line by, share class included; None if it only names a kind."""
    reading = read_name(name)
    if not reading.words or all(word in _KINDS or word.isdigit() or len(word) == 1 for word in reading.words):
        return None
    words = min(other_names(reading.words))
    return " ".join((*words, "/", *sorted(reading.forms), "/", *(word for word in reading.shares if word != "share")))


def _against(foreign: Reading, american: Reading, american_name: str) -> bool:
    forms = american.american_forms - _NO_FORM
    if not foreign.forms or american.forms or not forms or _may_lack_its_form(american_name):
        return False
    return not (forms <= _COMPANY and foreign.forms <= _OF_COMPANIES)


def _may_lack_its_form(name: str) -> bool:
    """Whether the foreign form may have been cut off: nothing follows on `Inc`, but `Ltd` on `Co`."""
    return is_cut(name) and not _COMPLETE.search(name)


def _letters(name: str) -> str:
    return "".join(character for character in unaccented(name.casefold()) if character.isalnum())


def _is_beginning(cut: str, whole: str) -> bool:
    """Whether `cut` is a cut name, and the beginning of the whole one."""
    begun = _spelled(cut)
    return is_cut(cut) and len(begun) >= _LEAST_CUT and _spelled(whole).startswith(begun)


def _spelled(name: str) -> str:
    return _letters(name.replace("&", " and ").replace("+", " and "))


def _known_as_one(symbol: str, one: str, other: str) -> bool:
    """Whether both are names, legal forms included, that one company is known to have or to have had."""
    return any(fits(symbol, one, names) and fits(symbol, other, names) for names in _known_names(symbol))


@lru_cache(maxsize=16_384)
def _known_names(symbol: str) -> tuple[tuple[str, ...], ...]:
    """The companies that go by this symbol, each with all its known names."""
    listed = sectors().names_of(symbol)
    renamed = names_together(symbol)
    if not listed:
        return renamed
    mine = [names for names in renamed if any(fits(symbol, name, names) for name in listed)]
    others = [names for names in renamed if names not in mine]
    return (tuple(dict.fromkeys((*listed, *(name for names in mine for name in names)))), *others)


def _renamed(symbol: str, one: str, other: str) -> bool:
    """The same without the legal forms, which no table has in full."""
    first, second = read_name(one), read_name(other)
    for names in _known_names(symbol):
        known = [read_name(name).words for name in names]
        if _is_one_of(first, known) and _is_one_of(second, known):
            return True
    return False


def _is_one_of(reading: Reading, known: list[tuple[str, ...]]) -> bool:
    spelled = "".join(reading.words)
    return any(spelled == "".join(words) for words in known)
