"""The lines that both lists describe alike, which are one security without a closer look.

From one day to the next nearly all lines of a fund are such, and to look closely at each takes most of the time of an
answer. The result is the same: with a symbol of its own, the same name, the same class and a price that is near, a line
has the same key on both dates, and no other line can be it.
"""

from collections import Counter
from collections.abc import Iterable, Iterator, Sequence
from typing import NamedTuple

from etf_analytics.matching.names import name_key
from etf_analytics.reference.renamed_companies import symbols_of_renamed
from etf_analytics.weights import COUNTED_CLASSES, Holding

# As in `identity`: prices this close are one security's, if the names are equal.
_NEAR = 1.25
_CLASSES = frozenset(COUNTED_CLASSES) - {"bond"}
# A CUSIP has so many characters; it is an ISIN without country and check digit.
_CODE_LENGTH = 9


class Alike(NamedTuple):
    """Two lists, taken apart."""

    same: Sequence[tuple[Holding, Holding]]
    """The lines that are described alike."""
    before: Sequence[Holding]
    """The other lines of the first list."""
    after: Sequence[Holding]
    """The other lines of the second list."""


def alike(before: Sequence[Holding], after: Sequence[Holding]) -> Alike:
    """The lines of two lists of one fund that need no closer look, and the rest of both; lines keep their order."""
    first, second = (dict(_plain(holdings)) for holdings in (before, after))
    found = {
        symbol for symbol, line in first.items() if (later := second.get(symbol)) and _are_alike(line, later)
    } - symbols_of_renamed()
    nameless = {name_key(line["name"]) for line in (*before, *after) if not line["symbol"] and _has_name(line)}
    if nameless:
        # A line without a symbol can be one that has a symbol elsewhere.
        found = {symbol for symbol in found if name_key(first[symbol]["name"]) not in nameless}
    return Alike(
        [(line, second[symbol]) for symbol, line in first.items() if symbol in found],
        [*_without(before, found)],
        [*_without(after, found)],
    )


def _plain(holdings: Sequence[Holding]) -> Iterator[tuple[str, Holding]]:
    """By symbol: the lines that go by a symbol which no other line has."""
    counted = [line for line in holdings if line["asset_class"] in COUNTED_CLASSES]
    often = Counter([line["symbol"] for line in counted])
    return ((line["symbol"], line) for line in counted if often[line["symbol"]] == 1 and _is_plain(line))


def _is_plain(line: Holding) -> bool:
    """Whether nothing but its ticker tells the line from others."""
    symbol, name = line["symbol"], line["name"]
    if not symbol or not name or len(symbol) >= _CODE_LENGTH or line["asset_class"] not in _CLASSES:
        return False
    # A name with a bond's terms makes a bond of any line.
    return "%" not in name and "/" not in name and not line.get("isin")


def _are_alike(one: Holding, other: Holding) -> bool:
    if one["name"] != other["name"] or one["asset_class"] != other["asset_class"]:
        return False
    first, second = _price(one), _price(other)
    return not first or not second or (first < second * _NEAR and second < first * _NEAR)


def _price(line: Holding) -> float:
    """The implied price; 0.0 if there is none."""
    shares, value = line["shares"], line["market_value_usd"]
    return max(0.0, value / shares) if shares and value else 0.0


def _has_name(line: Holding) -> bool:
    return bool(line["name"]) and line["asset_class"] in _CLASSES


def _without(holdings: Iterable[Holding], symbols: set[str]) -> Iterator[Holding]:
    for line in holdings:
        if line["symbol"] not in symbols:
            yield line
