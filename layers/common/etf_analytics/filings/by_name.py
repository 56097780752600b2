"""Rows and lines of companies joined by name; of several with one name, by ticker or share class."""

from collections.abc import Callable, Mapping
from typing import NamedTuple

from etf_analytics.filings.candidates import Candidates
from etf_analytics.filings.found import Found
from etf_analytics.filings.share_classes import ShareClass
from etf_analytics.matching.names import Names, compare_names, name_key
from etf_analytics.reference.company_names import read_name
from etf_analytics.reference.issuers import issuer_of
from etf_common.codes import JoinedBy, OpenReason


class NamedRow(NamedTuple):
    """A row of a list."""

    symbol: str | None
    name: str
    shares: ShareClass
    is_identified: bool
    """Whether it has an ISIN or a CUSIP."""


class NamedLine(NamedTuple):
    """A line of a filing."""

    ticker: str | None
    names: tuple[str, ...]
    """Its name and its title, as far as they identify anything."""
    shares: ShareClass
    is_identified: bool


def join_by_name(rows: Mapping[int, NamedRow], lines: Mapping[int, NamedLine]) -> Found:
    """The pairs by name. What has an identifier is in no pair with what has another one."""
    return _NameJoin(rows, lines).found()


class _NameJoin:
    def __init__(self, rows: Mapping[int, NamedRow], lines: Mapping[int, NamedLine]) -> None:
        self._rows, self._lines = rows, lines
        self._found = Found()
        self._taken_rows: set[int] = set()
        self._taken_lines: set[int] = set()
        self._lines_of: dict[int, list[int]] = {}
        """By row: the lines whose name agrees."""
        self._rows_of: dict[int, list[int]] = {}

    def found(self) -> Found:
        self._find_candidates()
        self._take(self._is_only_one, JoinedBy.NAME)
        # Before what one of them was once called: Trane Technologies was Ingersoll-Rand, which is another's name today.
        self._take(self._has_same_words, JoinedBy.NAME)
        self._take(self._has_ticker, JoinedBy.TICKER)
        self._take(self._has_class, JoinedBy.SHARE_CLASS)
        self._take(self._says_no_class, JoinedBy.SHARE_CLASS)
        self._by_ticker_alone()
        self._say_why()
        return self._found

    def _find_candidates(self) -> None:
        numbers = [*self._lines]
        index = Candidates([self._lines[number].names for number in numbers])
        for row, (symbol, name, _, _) in self._rows.items():
            if not (read_name(name).words if symbol else name_key(name)):
                self._found.open_rows[row] = OpenReason.NAME_MISSING
                continue
            places = index.of(symbol, name)
            if places is None:
                self._found.open_rows[row] = OpenReason.TOO_MANY_CANDIDATES
            for place in places or ():
                self._lines_of.setdefault(row, []).append(numbers[place])
                self._rows_of.setdefault(numbers[place], []).append(row)
        for place in index.crowded():
            self._found.open_lines[numbers[place]] = OpenReason.TOO_MANY_CANDIDATES

    def _take(self, fits: Callable[[int, int], bool], by: JoinedBy) -> None:
        """Takes the pairs that fit and of which both sides fit no other."""
        fitting = {row: [line for line in self._open_lines_of(row) if fits(row, line)] for row in self._lines_of}
        often: dict[int, int] = {}
        for own in fitting.values():
            for line in own:
                often[line] = often.get(line, 0) + 1
        for row, own in fitting.items():
            if len(own) == 1 and often[own[0]] == 1 and not self._contradict(row, own[0]):
                self._pair(row, own[0], by)

    def _open_lines_of(self, row: int) -> list[int]:
        if row in self._taken_rows:
            return []
        return [
            line for line in self._lines_of[row] if line not in self._taken_lines and line not in self._found.open_lines
        ]

    def _pair(self, row: int, line: int, by: JoinedBy) -> None:
        self._taken_rows.add(row)
        self._taken_lines.add(line)
        self._found.pairs.append((row, line, by))

    def _is_only_one(self, row: int, line: int) -> bool:
        return len(self._lines_of[row]) == len(self._rows_of[line]) == 1

    def _has_same_words(self, row: int, line: int) -> bool:
        own = "".join(read_name(self._rows[row].name).words)
        return any("".join(read_name(name).words) == own for name in self._lines[line].names)

    def _has_ticker(self, row: int, line: int) -> bool:
        return bool(self._rows[row].symbol) and self._rows[row].symbol == self._lines[line].ticker

    def _has_class(self, row: int, line: int) -> bool:
        own = self._rows[row].shares
        return own.is_told and own.label == self._lines[line].shares.label

    def _says_no_class(self, row: int, line: int) -> bool:
        """Whether both are the only ones left, and the ones of which neither source says a class."""
        if self._rows[row].shares.is_told or self._lines[line].shares.is_told:
            return False
        others = [other for other in self._rows_of[line] if other not in self._taken_rows]
        return others == [row] and self._open_lines_of(row) == [line]

    def _contradict(self, row: int, line: int) -> bool:
        """Whether anything but the names says that they are two securities."""
        one, other = self._rows[row], self._lines[line]
        if (one.is_identified and other.is_identified) or one.shares.contradicts(other.shares):
            return True
        # Tickers of a filing can be the filer's own codes; those of one issuer's classes are none.
        both = bool(one.symbol and other.ticker) and one.symbol != other.ticker
        return both and issuer_of(one.symbol or "") == issuer_of(other.ticker or "")

    def _by_ticker_alone(self) -> None:
        """Pairs of one ticker whose names begin alike, where no name agrees: renamed, or written with an error."""
        rows: dict[str, list[int]] = {}
        for row, one in self._rows.items():
            if one.symbol and row not in self._lines_of and row not in self._found.open_rows:
                rows.setdefault(one.symbol, []).append(row)
        lines: dict[str, list[int]] = {}
        for line, other in self._lines.items():
            if other.ticker in rows:
                lines.setdefault(other.ticker, []).append(line)
        for ticker, own in lines.items():
            (row, *more), line = rows[ticker], own[0]
            if more or len(own) > 1 or line in self._rows_of or line in self._found.open_lines:
                continue
            if self._begin_alike(row, line) and not self._contradict(row, line):
                self._pair(row, line, JoinedBy.TICKER)

    def _begin_alike(self, row: int, line: int) -> bool:
        own = self._rows[row]
        first = read_name(own.name).words[:1]
        names = [name for name in self._lines[line].names if read_name(name).words[:1] == first]
        return any(compare_names(own.symbol or "", own.name, name) is not Names.CONTRADICT for name in names)

    def _say_why(self) -> None:
        for row in self._rows:
            if row not in self._taken_rows:
                self._found.open_rows.setdefault(row, self._why([(row, line) for line in self._lines_of.get(row, ())]))
        for line, own in self._lines.items():
            if line not in self._taken_lines:
                pairs = [(row, line) for row in self._rows_of.get(line, ())]
                self._found.open_lines.setdefault(line, self._why(pairs) if own.names else OpenReason.NAME_MISSING)

    def _why(self, pairs: list[tuple[int, int]]) -> OpenReason:
        if not pairs:
            return OpenReason.NO_COUNTERPART
        if any(self._is_crowded(row, line) for row, line in pairs):
            return OpenReason.TOO_MANY_CANDIDATES
        if all(self._rows[row].is_identified and self._lines[line].is_identified for row, line in pairs):
            return OpenReason.IDENTIFIER_DIFFERS
        if all(self._contradict(row, line) for row, line in pairs):
            return OpenReason.SHARE_CLASS_DIFFERS
        return OpenReason.SEVERAL_CANDIDATES

    def _is_crowded(self, row: int, line: int) -> bool:
        """Whether one of the two was left aside, since not all names like it could be compared."""
        reasons = self._found.open_rows.get(row), self._found.open_lines.get(line)
        return OpenReason.TOO_MANY_CANDIDATES in reasons
