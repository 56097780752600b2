"""Which lines of a filing can be a row of a list, by company name, without comparing each with each.

Names that agree begin alike (`matching.names`), so each is compared only with those that share such a beginning.
"""

from collections import defaultdict
from collections.abc import Iterable, Iterator, Sequence
from functools import lru_cache
from itertools import accumulate, islice

from etf_analytics.matching.names import Names, compare_names, is_cut
from etf_analytics.reference.company_names import read_name
from etf_analytics.reference.renamed_companies import names_together
from etf_analytics.reference.sectors import sectors

MOST_CANDIDATES = 32
"""More securities of one company than a fund has. Beyond it names are not compared: their number grows squared."""
LONGEST_NAME = 200
"""Characters of a name that are read."""
_MOST_WORDS = 8
# As many letters of a cut name as `matching.names` asks for.
_LEAST_CUT = 8
_CUT, _WHOLE, _WORD, _WORDS = "cut", "whole", "word", "words"
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
        self._crowded: set[_Key] = set()

    def of(self, symbol: str | None, name: str) -> list[int] | None:
        """The places of the lines whose name agrees with a row's; None where too many begin like it."""
        found: dict[int, None] = {}
        for key in dict.fromkeys(_queries(symbol, name)):
            block = self._blocks.get(key, ())
            if len(block) > MOST_CANDIDATES:
                self._crowded.add(key)
                return None
            found.update(dict.fromkeys(block))
        if len(found) > MOST_CANDIDATES:
            return None
        return [place for place in found if self._agree(symbol or "", name, self._names[place])]

    def crowded(self) -> set[int]:
        """The lines that some row could not be compared with, since they were too many."""
        return {place for key in self._crowded for place in self._blocks[key]}

    @staticmethod
    def _agree(symbol: str, name: str, names: Iterable[str]) -> bool:
        return any(compare_names(symbol, name, other) is Names.AGREE for other in names)


def _queries(symbol: str | None, name: str) -> Iterator[_Key]:
    """The keys under which a line that agrees can stand."""
    known = (*sectors().names_of(symbol), *(one for names in names_together(symbol) for one in names)) if symbol else ()
    for one in (name, *known):
        yield from _asked(one)
    spelled = _spelled(name)
    if len(spelled) >= _LEAST_CUT:
        yield _CUT, spelled[:_LEAST_CUT]
        if is_cut(name):
            yield _WHOLE, spelled[:_LEAST_CUT]


@lru_cache(maxsize=16_384)
def _asked(name: str) -> tuple[_Key, ...]:
    prefixes = _prefixes(name)
    words = ((_WORDS, prefix) for prefix in prefixes)
    # One shared word is enough only where it is the whole name, or several words of the other: `T Mobile`.
    word = ((_WORD, prefix) for count, prefix in enumerate(prefixes, 1) if count > 1 or len(prefixes) == 1)
    return (*words, *word)


@lru_cache(maxsize=16_384)
def _keys(name: str) -> tuple[_Key, ...]:
    found = [((_WORDS if count > 1 else _WORD), prefix) for count, prefix in enumerate(_prefixes(name), 1)]
    spelled = _spelled(name)
    if len(spelled) >= _LEAST_CUT:
        # A whole name is asked for by cut ones only: there are many that begin with `American`.
        found.append((_WHOLE, spelled[:_LEAST_CUT]))
        if is_cut(name):
            found.append((_CUT, spelled[:_LEAST_CUT]))
    return tuple(found)


def _prefixes(name: str) -> list[str]:
    """The first word, the first two, and so on, each as one word."""
    return [*islice(accumulate(read_name(name).words), _MOST_WORDS)]


def _spelled(name: str) -> str:
    return "".join(filter(str.isalnum, name.casefold().replace("&", " and ").replace("+", " and ")))
