"""Which lines of a filing can be a row of a list, by company name, without comparing each with each.

Names that agree begin alike (`matching.names`), so each is compared only with those that share its first words, or of
which one is cut and the beginning of the other.
"""

from collections import defaultdict
from collections.abc import Iterable, Iterator, Sequence
from functools import lru_cache
from itertools import accumulate, islice

from etf_analytics.filings.beginnings import Beginnings
from etf_analytics.matching.names import Names, compare_names, is_cut
from etf_analytics.reference.company_names import read_name, unaccented
from etf_analytics.reference.renamed_companies import names_together
from etf_analytics.reference.sectors import sectors

MOST_CANDIDATES = 32
"""More securities of one company than a fund has. Beyond it names are not compared: their number grows squared."""
LONGEST_NAME = 200
"""Characters of a name that are read."""
_MOST_WORDS = 8
_WORD, _WORDS = "word", "words"
_Key = tuple[str, str]


class Candidates:
    """The lines of a filing by the beginnings of their names."""

    def __init__(self, names: Sequence[Sequence[str]]) -> None:
        """`names`: of each line, its names."""
        self._names = names
        blocks: defaultdict[_Key, list[int]] = defaultdict(list)
        for place, own in enumerate(names):
            for key in dict.fromkeys(key for name in own for key in _keys(name)):
                blocks[key].append(place)
        self._blocks = dict(blocks)
        self._beginnings = Beginnings(
            ((_spelled(name), is_cut(name), place) for place, own in enumerate(names) for name in own),
            most=MOST_CANDIDATES,
        )
        self._crowded: set[_Key] = set()
        self._too_many: set[int] = set()

    def of(self, symbol: str | None, name: str) -> list[int] | None:
        """The places of the lines whose name agrees with a row's; None where too many begin like it."""
        begun = self._beginnings.of(_spelled(name), is_cut=is_cut(name))
        if begun is None:
            return None
        found = dict.fromkeys(begun)
        for key in dict.fromkeys(_queries(symbol, name)):
            block = self._blocks.get(key, ())
            if len(block) > MOST_CANDIDATES:
                self._crowded.add(key)
                return None
            found.update(dict.fromkeys(block))
        if len(found) > MOST_CANDIDATES:
            self._too_many.update(found)
            return None
        return [place for place in found if self._agree(symbol or "", name, self._names[place])]

    def crowded(self) -> set[int]:
        """The lines that some row could not be compared with, since they were too many."""
        of_words = {place for key in self._crowded for place in self._blocks[key]}
        return of_words | self._beginnings.crowded() | self._too_many

    @staticmethod
    def _agree(symbol: str, name: str, names: Iterable[str]) -> bool:
        return any(compare_names(symbol, name, other) is Names.AGREE for other in names)


def _queries(symbol: str | None, name: str) -> Iterator[_Key]:
    """The keys under which a line that agrees can stand."""
    known = (*sectors().names_of(symbol), *(one for names in names_together(symbol) for one in names)) if symbol else ()
    for one in (name, *known):
        yield from _asked(one)


@lru_cache(maxsize=16_384)
def _asked(name: str) -> tuple[_Key, ...]:
    prefixes = _prefixes(name)
    words = ((_WORDS, prefix) for prefix in prefixes)
    # One shared word is enough only where it is the whole name, or several words of the other: `T Mobile`.
    word = ((_WORD, prefix) for count, prefix in enumerate(prefixes, 1) if count > 1 or len(prefixes) == 1)
    return (*words, *word)


@lru_cache(maxsize=16_384)
def _keys(name: str) -> tuple[_Key, ...]:
    return tuple(((_WORDS if count > 1 else _WORD), prefix) for count, prefix in enumerate(_prefixes(name), 1))


def _prefixes(name: str) -> list[str]:
    """The first word, the first two, and so on, each as one word."""
    return [*islice(accumulate(read_name(name).words), _MOST_WORDS)]


def _spelled(name: str) -> str:
    return "".join(filter(str.isalnum, unaccented(name.casefold()).replace("&", " and ").replace("+", " and ")))
