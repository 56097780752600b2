"""What a line of a list says about its security, and the verdict on two lines: same, different, or in doubt.

Evidence, strongest first: the ISIN; the implied price (market value / shares); the names. docs/analytics.md has the
rules.
"""

from datetime import date
from enum import Enum
from typing import NamedTuple

from etf_analytics.matching.bonds import Bond
from etf_analytics.matching.names import Names, compare_fund_names, compare_names, forms_contradict
from etf_common.codes import DoubtReason


class Verdict(Enum):
    """Whether two lines are one security."""

    SAME = "same"
    DIFFERENT = "different"
    DOUBT = "doubt"


class Evidence(NamedTuple):
    """What is known of a line. A tuple: a build makes millions, and a frozen dataclass takes five times as long."""

    symbol: str | None
    """The ticker that the security has today. A bond's is its issuer's and says nothing."""
    name: str | None
    asset_class: str
    price: float | None
    """Market value / shares in USD, above 0."""
    isin: str | None
    """Valid, or None."""
    bond: Bond | None
    as_of: date | None
    """None where the list's date is unreadable."""

    @property
    def is_bond(self) -> bool:
        """Whether it is told by issuer, coupon and maturity."""
        return self.asset_class == "bond" or self.bond is not None


SPLIT_RATIOS = (1.5, 2.0, 3.0, 4.0, 5.0, 7.0, 8.0, 10.0, 15.0, 20.0, 25.0, 50.0)
_CLOSE = 0.03
_MOST_CLOSE = 0.40
# So many days apart, a price still tells a security without its name.
_PRICE_ALONE_DAYS = 2
_FAR = 1.6
_FAR_A_DAY = 0.03
# Rounding of floats must not decide at an edge.
_EDGE = 1e-9


def lag_days(one: Evidence, other: Evidence) -> int | None:
    """The days between the two lists; None if a date is unreadable."""
    return abs((one.as_of - other.as_of).days) if one.as_of and other.as_of else None


def verdict(one: Evidence, other: Evidence) -> tuple[Verdict, DoubtReason | None]:
    """Whether two lines are one security, and why it is in doubt. The order of the lines does not matter."""
    if one.isin and other.isin:
        return (Verdict.SAME if one.isin == other.isin else Verdict.DIFFERENT), None
    if one.is_bond or other.is_bond:
        return _bonds(one, other)
    if one.symbol and other.symbol and one.symbol != other.symbol:
        return Verdict.DIFFERENT, None
    return _priced_and_named(one, other)


def _bonds(one: Evidence, other: Evidence) -> tuple[Verdict, DoubtReason | None]:
    if not (one.is_bond and other.is_bond):
        return Verdict.DIFFERENT, None
    first, second = one.bond, other.bond
    if first is None or second is None:
        return Verdict.DOUBT, DoubtReason.BOND_NOT_IDENTIFIED
    if first == second:
        return Verdict.SAME, None
    if first.slot == second.slot and (first.maturity in second.maturity or second.maturity in first.maturity):
        return Verdict.DOUBT, DoubtReason.BOND_NOT_IDENTIFIED
    return Verdict.DIFFERENT, None


def _priced_and_named(one: Evidence, other: Evidence) -> tuple[Verdict, DoubtReason | None]:
    days = lag_days(one, other)
    prices = compare_prices(one.price, other.price, days)
    first, second = one.name or "", other.name or ""
    if prices is Verdict.DIFFERENT:
        return Verdict.DIFFERENT, None
    if prices is Verdict.SAME and days is not None and days <= _PRICE_ALONE_DAYS:
        names = _names(one, other) if forms_contradict(first, second) else Names.NEITHER
        contradict = names is Names.CONTRADICT
        return (Verdict.DOUBT, DoubtReason.LEGAL_FORMS_DIFFER) if contradict else (Verdict.SAME, None)
    names = _names(one, other)
    if names is Names.AGREE:
        return Verdict.SAME, None
    if prices is Verdict.SAME:
        return (Verdict.DOUBT, DoubtReason.LEGAL_FORMS_DIFFER) if names is Names.CONTRADICT else (Verdict.SAME, None)
    if names is Names.CONTRADICT:
        return Verdict.DIFFERENT, None
    return Verdict.DOUBT, DoubtReason.NAMES_DIFFER if first and second else DoubtReason.NAME_MISSING


def _names(one: Evidence, other: Evidence) -> Names:
    are_funds = one.asset_class == other.asset_class == "etf"
    compare = compare_fund_names if are_funds else compare_names
    return compare(one.symbol or other.symbol or "", one.name or "", other.name or "")


def compare_prices(one: float | None, other: float | None, days: int | None) -> Verdict:
    """What the implied prices of two lines of one ticker say, `days` apart."""
    if one is None or other is None or days is None:
        return Verdict.DOUBT
    ratio = max(one, other) / min(one, other)
    alone = _CLOSE * max(1, days)
    close = alone if days <= _PRICE_ALONE_DAYS else min(_CLOSE + _CLOSE * days, _MOST_CLOSE)
    if ratio <= 1 + close + _EDGE:
        return Verdict.SAME
    if ratio <= _FAR * (1 + _FAR_A_DAY * days) + _EDGE:
        return Verdict.DOUBT
    # On one date no split excuses a difference.
    if days and any(abs(ratio / split - 1) <= _CLOSE + _EDGE for split in SPLIT_RATIOS):
        return Verdict.DOUBT
    return Verdict.DIFFERENT
