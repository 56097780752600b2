"""Bonds joined by issuer, coupon and maturity: a list writes all three into the name, a filing gives two as numbers."""

from collections.abc import Mapping
from decimal import Decimal, InvalidOperation
from functools import lru_cache
from typing import Any

from etf_analytics.filings.candidates import LONGEST_NAME, MOST_CANDIDATES
from etf_analytics.filings.found import Found
from etf_analytics.matching.bonds import Bond, parse_bond
from etf_analytics.matching.names import Names, compare_names
from etf_common.codes import JoinedBy, OpenReason

_Slot = tuple[Decimal, str]
"""Coupon, and the month of the maturity."""
_LEAST_ALIKE = 4
# What `matching.bonds` tells apart of one issuer.
_KINDS = ("inflation", "strip")


def join_bonds(rows: Mapping[int, str], lines: Mapping[int, Mapping[str, Any]]) -> Found:
    """The pairs of bonds: `rows` are names of a list, `lines` those of a filing's snapshot."""
    found = Found()
    index = _index(lines, found)
    lines_of: dict[int, list[int]] = {}
    rows_of: dict[int, list[int]] = {}
    for number, name in rows.items():
        bond = parse_bond(name[:LONGEST_NAME])
        candidates = _candidates(bond, index) if bond else None
        if candidates is None:
            found.open_rows[number] = OpenReason.TOO_MANY_CANDIDATES if bond else OpenReason.BOND_NOT_IDENTIFIED
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


_Index = dict[tuple[_Slot, str], list[tuple[int, Bond]]]
"""By coupon, month and issuer, and by the beginning of the issuer's name."""


def _index(lines: Mapping[int, Mapping[str, Any]], found: Found) -> _Index:
    index: _Index = {}
    for number, line in lines.items():
        bonds = bonds_of(line)
        if not bonds:
            found.open_lines[number] = OpenReason.BOND_NOT_IDENTIFIED
        for bond in bonds:
            for beginning in (bond.issuer, _beginning(bond)):
                index.setdefault((_slot(bond), beginning), []).append((number, bond))
    return index


def _why(candidates: list[int]) -> OpenReason:
    return OpenReason.SEVERAL_CANDIDATES if candidates else OpenReason.NO_COUNTERPART


def _candidates(bond: Bond, index: _Index) -> list[int] | None:
    """The lines that can be the bond: its issuer exactly, or else names that agree; None if they are too many."""
    exact = index.get((_slot(bond), bond.issuer), [])
    near = exact or index.get((_slot(bond), _beginning(bond)), [])
    if len(near) > MOST_CANDIDATES:
        return None
    return [
        *dict.fromkeys(
            number
            for number, other in near
            if _same_day(bond, other)
            and (other.issuer == bond.issuer or compare_names("", bond.issuer, other.issuer) is Names.AGREE)
        )
    ]


def bonds_of(line: Mapping[str, Any]) -> tuple[Bond, ...]:
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
def _bonds(texts: tuple[str, ...], coupon: str | None, maturity: str) -> tuple[Bond, ...]:
    found: dict[Bond, None] = {}
    for text in texts:
        # What the text itself says of coupon and maturity is left aside: the form gives them as numbers.
        bond = parse_bond(f"{text[:LONGEST_NAME]} {coupon or 0}% {maturity}")
        value = _decimal(coupon)
        if bond and value is not None:
            found[Bond(bond.issuer, value, maturity)] = None
    # `us treasury` of the name beside `us treasury inflation` of the title is only less exact.
    issuers = {bond.issuer for bond in found}
    return tuple(bond for bond in found if issuers.isdisjoint(f"{bond.issuer} {kind}" for kind in _KINDS))


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
