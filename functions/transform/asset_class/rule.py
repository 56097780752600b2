"""What a rule is: a form that a line can have, the class it gives, why, and the lines that prove it."""

import re
from collections.abc import Callable
from enum import Enum
from typing import NamedTuple

from etf_common.models import AssetClass
from transform.asset_class.line import Line

Case = tuple[str | None, str]
"""Symbol and name of a line that the rule decides."""
NearMiss = tuple[str | None, str, AssetClass]
"""Symbol and name of a line that looks like the rule's but is not, and the class it has."""
Form = Callable[[Line], bool]


class Scope(Enum):
    """Which lines a rule may look at."""

    EVERY = "every line"
    WITH_TICKER = "lines that have a ticker"
    WITHOUT_TICKER = "lines without a ticker, which only their words tell apart"


class Rule(NamedTuple):
    """One rule. The first rule that fits a line decides."""

    name: str
    gives: AssetClass
    why: str
    form: Form
    hints: frozenset[str]
    """A line has this form only if it has one of these: words and parts of words, and the constants of `line`."""
    cases: tuple[Case, ...]
    near_misses: tuple[NearMiss, ...]
    scope: Scope = Scope.EVERY
    before: tuple[str, ...] = ()
    """Rules that would take some of the cases too, and must therefore come later."""

    def fits(self, line: Line) -> bool:
        """Whether the line is in scope and has the form."""
        in_scope = self.scope is Scope.EVERY or line.ticker is (self.scope is Scope.WITH_TICKER)
        return in_scope and not self.hints.isdisjoint(line.hints) and self.form(line)


def said(pattern: re.Pattern[str]) -> Form:
    """The form of names in which the pattern is found."""

    def form(line: Line) -> bool:
        return pattern.search(line.text) is not None

    return form


def words(text: str) -> frozenset[str]:
    """The words of a text, for vocabularies and hints."""
    return frozenset(text.split())
