"""Search by symbol or name over thousands of funds and securities: best first, in a fraction of a second.

Names are compared as words without case, accents and punctuation: `Moody's` is `moodys`, `Coca-Cola` is two words and
also `cocacola`. The index is two long texts with a line for each entry, so that looking through them is work of C.
"""

import re
import unicodedata
from bisect import bisect_right
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from itertools import accumulate, islice

_JOINED = "'`.&\u2018\u2019"
# Everything in ASCII that is neither a letter nor a digit separates words, but for what only joins their parts.
_FOLDED = {
    code: (None if chr(code) in _JOINED else " ")
    for code in range(128)
    if not chr(code).isalnum() and chr(code) != "\n"
} | {ord(character): None for character in _JOINED}
_MARKS = re.compile(r"[\u0300-\u036f]")
_OTHER_SEPARATORS = re.compile(r"[^\w\n ]|_")
_SYMBOL_ENDS = "\t"


def fold(text: str) -> str:
    """A text or several lines as words in small letters, without accents and punctuation."""
    if not text.isascii():
        text = _MARKS.sub("", unicodedata.normalize("NFKD", text))
    folded = text.casefold().translate(_FOLDED)
    return folded if folded.isascii() else _OTHER_SEPARATORS.sub(" ", folded)


@dataclass(frozen=True)
class Words:
    """What is searched for."""

    words: tuple[str, ...]
    joined: str
    """Without the blanks between the words: `brk b` is the symbol BRK.B."""

    @classmethod
    def of(cls, text: str) -> "Words":
        """The words of a caller's text; none if it has no letter and no digit."""
        words = tuple(fold(text.replace("\n", " ")).split())
        return cls(words, "".join(words))


class SearchIndex:
    """Entries, each a symbol (or None) and a name (or None); of equally good ones the first is the better one."""

    def __init__(self, entries: Sequence[tuple[str | None, str | None]]) -> None:
        names = fold("\n".join(" ".join((name or "").split()) for _, name in entries)).split("\n")
        symbols = "".join(fold("\n".join(symbol or "" for symbol, _ in entries)).split(" ")).split("\n")
        lines = [f"{symbol}{_SYMBOL_ENDS} {name}" for symbol, name in zip(symbols, names, strict=True)]
        self._count = len(entries)
        self._words = _Lines(lines)
        self._letters = _Lines([line.replace(" ", "") for line in lines])
        self._by_symbol = sorted((symbol, place) for place, symbol in enumerate(symbols) if symbol)

    def find(self, wanted: Words, most: int) -> list[int]:
        """The places of the best entries, at most so many: the symbol itself, symbols that begin so, names of which
        words begin so, then names that contain it.
        """
        found: dict[int, None] = {}
        for tier in (self._with_symbol, self._with_words, self._with_letters):
            for place in tier(wanted):
                found[place] = None
                if len(found) >= most:
                    return list(found)
        return list(found)

    def _with_symbol(self, wanted: Words) -> Iterator[int]:
        first = bisect_right(self._by_symbol, (wanted.joined, -1))
        exact: list[int] = []
        longer: list[int] = []
        for symbol, place in islice(self._by_symbol, first, None):
            if not symbol.startswith(wanted.joined):
                break
            (exact if symbol == wanted.joined else longer).append(place)
        yield from sorted(exact)
        yield from sorted(longer)

    def _with_words(self, wanted: Words) -> Iterator[int]:
        """Entries in which a word begins with each of the words."""
        begun = [f" {word}" for word in wanted.words]
        return self._words.containing(begun, lambda line: all(word in line for word in begun))

    def _with_letters(self, wanted: Words) -> Iterator[int]:
        """Entries that contain each of the words, and then those that contain all of them in a row."""
        parts = wanted.words
        yield from self._words.containing(parts, lambda line: all(word in line for word in parts))
        yield from self._letters.containing([wanted.joined], lambda _: True)


class _Lines:
    """Lines in one text, so that one look finds the next line that contains something."""

    def __init__(self, lines: Sequence[str]) -> None:
        self._text = "\n".join([*lines, ""])
        self._begins = [0, *accumulate(len(line) + 1 for line in lines)]

    def containing(self, parts: Sequence[str], is_match: Callable[[str], bool]) -> Iterator[int]:
        """The places of the lines with all these parts that match, in order."""
        # The longest part is the rarest one.
        needle = max(parts, key=len)
        at = self._text.find(needle)
        while at >= 0:
            place = bisect_right(self._begins, at) - 1
            end = self._begins[place + 1]
            if is_match(self._text[self._begins[place] : end]):
                yield place
            at = self._text.find(needle, end - 1)
