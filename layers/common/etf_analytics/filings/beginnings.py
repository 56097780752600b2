"""Names that houses cut, and the whole names that begin with them, found without comparing each with each."""

from bisect import bisect_left
from collections import defaultdict
from collections.abc import Iterable, Sequence
from itertools import accumulate

_LEAST = 8
"""As many letters of a cut name as `matching.names` asks for."""
_MOST = 200
"""Letters that are read; what is behind them is left to the comparison."""
_LAST = "\U0010ffff"


class Beginnings:
    """The names of lines, by their letters. Building it takes n log n, asking it as long as the name has letters."""

    def __init__(self, names: Iterable[tuple[str, bool, int]], *, most: int) -> None:
        """`names`: the letters of each, whether it is cut, and its line; `most`: how many lines an answer may have."""
        known = sorted((letters[:_MOST], is_cut, line) for letters, is_cut, line in names if len(letters) >= _LEAST)
        self._most = most
        self._letters = [letters for letters, _, _ in known]
        self._lines = [line for _, _, line in known]
        self._cut: defaultdict[str, list[int]] = defaultdict(list)
        for letters, is_cut, line in known:
            if is_cut:
                self._cut[letters].append(line)
        self._lengths = sorted({len(letters) for letters in self._cut})
        self._crowded_cut: set[str] = set()
        self._crowded_ranges: set[tuple[int, int]] = set()

    def of(self, letters: str, *, is_cut: bool) -> Sequence[int] | None:
        """The lines whose cut name begins this one, and those that begin with it if it is cut; None if too many."""
        letters, found = letters[:_MOST], list[int]()
        if len(letters) < _LEAST:
            return found
        for length in self._lengths:
            if length > len(letters):
                break
            own = self._cut.get(letters[:length], ())
            if len(own) > self._most:
                self._crowded_cut.add(letters[:length])
                return None
            found.extend(own)
        if is_cut:
            first, end = bisect_left(self._letters, letters), bisect_left(self._letters, letters + _LAST)
            if end - first > self._most:
                self._crowded_ranges.add((first, end))
                return None
            found.extend(self._lines[first:end])
        return found

    def crowded(self) -> set[int]:
        """The lines that were too many for some name."""
        lines = {line for letters in self._crowded_cut for line in self._cut[letters]}
        # Ranges lie in each other, so each place is counted once, however many names asked for it.
        steps = [0] * (len(self._lines) + 1)
        for first, end in self._crowded_ranges:
            steps[first] += 1
            steps[end] -= 1
        return lines | {line for line, depth in zip(self._lines, accumulate(steps), strict=False) if depth}
