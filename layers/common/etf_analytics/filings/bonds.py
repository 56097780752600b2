"""Bonds joined by issuer, coupon and maturity: a list writes all three into the name, a filing gives two as numbers.

A mortgage pool without its number is joined by them too, but only where there is no second one on either side; a fund
holds hundreds with equal terms, and these stay open.
"""

from collections.abc import Mapping
from decimal import Decimal, InvalidOperation
from functools import lru_cache
from typing import Any, NamedTuple

from etf_analytics.filings.candidates import LONGEST_NAME, MOST_CANDIDATES
from etf_analytics.filings.found import Found
from etf_analytics.matching.bonds import Bond, parse_bond, parse_pool
from etf_analytics.matching.names import Names, compare_names
from etf_common.codes import JoinedBy, OpenReason


class _Terms(NamedTuple):
    """What identifies a bond, as far as it is told."""

    bond: Bond
    pool: str | None
    """The number of a mortgage pool."""


_Slot = tuple[Decimal, str]
"""Coupon, and the month of the maturity."""
_LEAST_ALIKE = 4
# What `matching.bonds` tells apart of one issuer.
_KINDS = ("inflation", "strip", "strip coupon", "pool")


def join_bonds(rows: Mapping[int, str], lines: Mapping[int, Mapping[str, Any]]) -> Found:
    """The pairs of bonds: `rows` are names of a list, `lines` those of a filing's snapshot."""
    found = Found()
    index = _index(lines, found)
    lines_of: dict[int, list[int]] = {}
    rows_of: dict[int, list[int]] = {}
    for number, name in rows.items():
        terms = _read(name[:LONGEST_NAME])
        candidates = _candidates(terms, index) if terms else None
        if candidates is None:
            found.open_rows[number] = OpenReason.TOO_MANY_CANDIDATES if terms else OpenReason.BOND_NOT_IDENTIFIED
        lines_of[number] = candidates or []
        for candidate in lines_of[number]:
            rows_of.setdefault(candidate, []).append(number)
    for number, own in lines_of.items():
        if len(own) == 1 and len(rows_of[own[0]]) == 1:
            found.pairs.append((number, own[0], JoinedBy.BOND))
        else:
            found.open_rows.setdefault(number, _why(own))
    taken = {line for _, line, _ in found.pairs}
    for number in lines:
        if number not in taken:
            found.open_lines.setdefault(number, _why(rows_of.get(number, [])))
    return found


_Index = dict[tuple[_Slot, str], list[tuple[int, _Terms]]]
"""By coupon, month and issuer, and by the beginning of the issuer's name."""


def _index(lines: Mapping[int, Mapping[str, Any]], found: Found) -> _Index:
    index: _Index = {}
    for number, line in lines.items():
        told = _told(line)
        if not told:
            found.open_lines[number] = OpenReason.BOND_NOT_IDENTIFIED
        for terms in told:
            for beginning in (terms.bond.issuer, _beginning(terms.bond)):
                index.setdefault((_slot(terms.bond), beginning), []).append((number, terms))
    return index


def _why(candidates: list[int]) -> OpenReason:
    return OpenReason.SEVERAL_CANDIDATES if candidates else OpenReason.NO_COUNTERPART


def _candidates(terms: _Terms, index: _Index) -> list[int] | None:
    """The lines that can be the bond: its issuer exactly, or else names that agree; None if they are too many."""
    bond = terms.bond
    exact = index.get((_slot(bond), bond.issuer), [])
    near = exact or index.get((_slot(bond), _beginning(bond)), [])
    if len(near) > MOST_CANDIDATES:
        return None
    return [
        *dict.fromkeys(
            number
            for number, other in near
            if _same_day(bond, other.bond)
            and (not terms.pool or not other.pool or terms.pool == other.pool)
            and (other.bond.issuer == bond.issuer or compare_names("", bond.issuer, other.bond.issuer) is Names.AGREE)
        )
    ]


def _read(name: str) -> _Terms | None:
    if pool := parse_pool(name):
        return _Terms(*pool)
    bond = parse_bond(name)
    return _Terms(bond, None) if bond else None


def _told(line: Mapping[str, Any]) -> tuple[_Terms, ...]:
    """A filing's bond, once as its title and once as its name has the issuer; empty where it is not identified."""
    coupon, maturity = line["coupon_pct"], line["maturity"]
    if not maturity:
        return ()
    if coupon is None:
        # A bill pays none, and filers leave it out.
        coupon = 0 if line["coupon_kind"] == "None" else None
    texts = [text for text in (line["title"], line["name"]) if text]
    return _bonds(tuple(texts), None if coupon is None else str(coupon), maturity)


@lru_cache(maxsize=16_384)
def _bonds(texts: tuple[str, ...], coupon: str | None, maturity: str) -> tuple[_Terms, ...]:
    found: dict[_Terms, None] = {}
    value = _decimal(coupon)
    if value is None:
        return ()
    for text in texts:
        # What the text itself says of coupon and maturity is left aside: the form gives them as numbers.
        terms = _read(f"{text[:LONGEST_NAME]} {coupon}% {maturity}")
        if terms:
            found[_Terms(Bond(terms.bond.issuer, value, maturity), terms.pool)] = None
    # `us treasury` of the name beside `us treasury inflation` of the title is only less exact.
    issuers = {terms.bond.issuer for terms in found}
    return tuple(terms for terms in found if issuers.isdisjoint(f"{terms.bond.issuer} {kind}" for kind in _KINDS))


def _decimal(text: str | None) -> Decimal | None:
    try:
        return None if text is None else Decimal(text).normalize()
    except InvalidOperation:
        return None


def _slot(bond: Bond) -> _Slot:
    return bond.coupon, bond.maturity[:7]


def _beginning(bond: Bond) -> str:
    # Marked, so that no beginning is taken for an issuer.
    return f"{''.join(bond.issuer.split())[:_LEAST_ALIKE]}..."


def _same_day(one: Bond, other: Bond) -> bool:
    return one.maturity.startswith(other.maturity) or other.maturity.startswith(one.maturity)
