"""What kind of thing a line is, from its symbol and its name: `asset_class`.

The rules are data: each has its form, its reason, lines that it decides, and lines that only look like them. The first
rule that fits decides. The first half reads whole names: a bond's, an option's, a pair of currencies' or cash's form
counts even under a ticker, since lists put bonds and options under their issuer's. Then a ticker with a name is equity,
whatever words the name contains. Only for lines without a ticker a single word decides. In doubt: other.
`python -m tools.asset_classes` measures the rules on real lists and on the SEC's own classes.
"""

import re

from etf_common.models import AssetClass
from transform.asset_class import bonds, cash, contracts, funds, others
from transform.asset_class.line import LONG_TEXT, Line, parts, read_line
from transform.asset_class.rule import Rule, Scope

RULES: tuple[Rule, ...] = (
    others.LEGAL_TEXT,
    others.NOTE,
    others.COMMODITY,
    contracts.PAIR,
    cash.CASH,
    contracts.OPTION,
    contracts.SWAP,
    *cash.FORMS,
    contracts.FUTURE,
    contracts.WARRANT,
    *others.CLAIMS,
    funds.FUND,
    bonds.PREFERRED,
    *bonds.FORMS,
    others.INDEX,
    others.TICKER,
    bonds.WORDS,
    contracts.WORDS,
    cash.WORDS,
)
"""In the order in which they are asked."""

_RULES_OF_HINT: dict[str, int] = {}
for _number, _rule in enumerate(RULES):
    for _hint in _rule.hints:
        _RULES_OF_HINT[_hint] = _RULES_OF_HINT.get(_hint, 0) | 1 << _number

# Most lines are a company's: a plain ticker, and a name of plain words, none of which a rule looks for. Without a digit
# nothing but a word can be found. Both are what rules with a ticker's line look at, so the answer is the same.
_PLAIN_SYMBOL = re.compile(r"[A-Z]{1,5}|\d{3,6}")
_LETTERS = re.compile(r"[A-Za-z ]{1,60}")
_PLAIN_NAME = re.compile(r"[A-Za-z .,&'/-]{1,60}")
_LOOKED_FOR = frozenset().union(*(rule.hints for rule in RULES if rule.scope is not Scope.WITHOUT_TICKER))


def asset_class(symbol: str | None, name: str | None) -> AssetClass:
    """The class of the line that has this symbol and this name."""
    if symbol and name and _PLAIN_SYMBOL.fullmatch(symbol):
        words: list[str] = []
        if _LETTERS.fullmatch(name):
            words = name.upper().split()
        elif _PLAIN_NAME.fullmatch(name):
            words = parts(name)
        if words and len(words) < LONG_TEXT and _LOOKED_FOR.isdisjoint(words):
            return "equity"
    rule = deciding_rule(read_line(symbol, name))
    return "other" if rule is None else rule.gives


def deciding_rule(line: Line) -> Rule | None:
    """The first rule that fits; None: nothing tells, and the line is other."""
    looking = 0
    for hint in line.hints:
        looking |= _RULES_OF_HINT.get(hint, 0)
    while looking:
        number = (looking & -looking).bit_length() - 1
        if RULES[number].fits(line):
            return RULES[number]
        looking &= looking - 1
    return None
