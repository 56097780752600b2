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
from transform.asset_class.line import Line, read_line
from transform.asset_class.rule import Rule, Scope

RULES: tuple[Rule, ...] = (
    others.COMMODITY,
    contracts.PAIR,
    cash.CASH,
    contracts.OPTION,
    contracts.SWAP,
    others.LEGAL_TEXT,
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

# Most lines are a company's: a plain ticker and a name of plain words, none of which a rule looks for. The symbols are
# those that no rule reads; letters alone, so that a word is all that a rule could find.
_PLAIN_SYMBOL = re.compile(r"[A-Z]{1,5}|[A-Z]{7,12}|\d{3,6}")
_PLAIN_NAME = re.compile(r"[A-Za-z ]{1,60}")
_LOOKED_FOR = frozenset().union(*(rule.hints for rule in RULES if rule.scope is not Scope.WITHOUT_TICKER))


def asset_class(symbol: str | None, name: str | None) -> AssetClass:
    """The class of the line that has this symbol and this name."""
    if symbol and name and _PLAIN_SYMBOL.fullmatch(symbol) and _PLAIN_NAME.fullmatch(name):
        words = name.upper().split()
        if words and _LOOKED_FOR.isdisjoint(words):
            return "equity"
    rule = deciding_rule(read_line(symbol, name))
    return "other" if rule is None else rule.gives


def deciding_rule(line: Line) -> Rule | None:
    """The first rule that fits; None: nothing tells, and the line is other."""
    for rule in RULES:
        if rule.fits(line):
            return rule
    return None
