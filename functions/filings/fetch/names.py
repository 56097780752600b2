"""Whether two names can be one fund's: the one in a filing, and the one on the portal's page.

The SEC's list of tickers can lag behind: a ticker that has passed to another fund still names the former one.
"""

import re
from enum import Enum

_WORD = re.compile(r"[a-z0-9]+")
_SAYS_NOTHING = frozenset(
    {"a", "an", "and", "by", "class", "co", "company", "corp", "etf", "etfs", "exchange", "for", "fund", "funds", "i"}
    | {"ii", "inc", "index", "llc", "lp", "ltd", "of", "on", "portfolio", "series", "share", "shares", "the", "to"}
    | {"sample", "traded", "trust", "us", "usd"}
)
"""Words of many funds; all made-up ones are SAMPLE."""
_MAX_CHARACTERS = 500


class Likeness(Enum):
    """How alike two names are."""

    ALIKE = "alike"
    DOUBTFUL = "doubtful"
    """They share one word, such as the issuer's, and each says more that the other does not."""
    NOTHING_IN_COMMON = "nothing in common"


def likeness(filed: str, shown: str) -> Likeness:
    """How alike the filing's name and the portal's are. A name that says nothing is like any."""
    one, other = _words(filed), _words(shown)
    if not one or not other:
        return Likeness.ALIKE
    common = one & other
    if not common:
        return Likeness.NOTHING_IN_COMMON
    if len(common) == 1 and min(len(one), len(other)) > 1:
        return Likeness.DOUBTFUL
    return Likeness.ALIKE


def _words(name: str) -> frozenset[str]:
    """`S&P 500` is `sp` and `500`."""
    text = name[:_MAX_CHARACTERS].lower().replace("&", "").replace("'", "").replace(".", "")
    return frozenset(_WORD.findall(text)) - _SAYS_NOTHING
