"""A fund's list joined with its filing: which row and which line are one security.

By identifiers where the list gives one, bonds by issuer, coupon and maturity, all else by company name. A pair is taken
only where it is the only candidate both ways, or the share class or the filing's ticker tells which of several it is.
What stays open is never guessed: share counts and weights decide nothing, since splits and index caps mislead.
"""

from collections.abc import Callable, Hashable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from functools import cached_property
from typing import Any, NamedTuple

from etf_analytics.filings.bonds import join_bonds
from etf_analytics.filings.by_name import NamedLine, NamedRow, join_by_name
from etf_analytics.filings.candidates import LONGEST_NAME
from etf_analytics.filings.found import Found
from etf_analytics.filings.identifiers import valid_cusip, valid_isin
from etf_analytics.filings.share_classes import class_of_line, class_of_row
from etf_analytics.matching.bonds import parse_bond
from etf_analytics.reference.company_names import read_name
from etf_analytics.weights import COUNTED_CLASSES
from etf_common.codes import JoinedBy, OpenReason

Row = Mapping[str, Any]
Line = Mapping[str, Any]
_CUSIP_COUNTRIES = ("US", "CA")


class Pair(NamedTuple):
    """A security in both sources, by the places of its rows and lines; several of one security add up."""

    rows: tuple[int, ...]
    lines: tuple[int, ...]
    by: JoinedBy


class Open(NamedTuple):
    """A row or a line that is joined with none, by its place."""

    place: int
    why: OpenReason


@dataclass(frozen=True)
class Joined:
    """A list and a filing side by side: every row and every line is in one pair, or open."""

    pairs: tuple[Pair, ...]
    """In the order of the list."""
    open_rows: tuple[Open, ...]
    open_lines: tuple[Open, ...]

    @cached_property
    def line_of_row(self) -> dict[int, int]:
        """By the place of a row: the place of the first line that is its security."""
        return {row: pair.lines[0] for pair in self.pairs for row in pair.rows}


def join_list(rows: Sequence[Row], lines: Sequence[Line]) -> Joined:
    """The rows of a Schwab snapshot (`holdings`) joined with the lines of a filing's snapshot (`lines`).

    Linear in rows and lines. Which dates the two are of does not matter.
    """
    return _Join(_units(rows, _row_key), _units(lines, _line_key)).joined(rows, lines)


class _Unit(NamedTuple):
    """The rows, or the lines, of one source that are one security."""

    first: Mapping[str, Any]
    places: tuple[int, ...]
    codes: frozenset[str]
    """Its ISINs and CUSIPs."""
    is_compared: bool
    is_bond: bool


class _Join:
    def __init__(self, rows: Sequence[_Unit], lines: Sequence[_Unit]) -> None:
        self._rows, self._lines = rows, lines
        self._pairs: dict[int, tuple[int, JoinedBy]] = {}
        self._open_rows, self._open_lines = _not_compared(rows), _not_compared(lines)
        self._taken: set[int] = set()

    def joined(self, rows: Sequence[Row], lines: Sequence[Line]) -> Joined:
        self._add(self._by_identifier())
        self._add(self._by_bond())
        self._add(self._by_name())
        return Joined(
            tuple(
                Pair(self._rows[row].places, self._lines[line].places, by)
                for row, (line, by) in sorted(self._pairs.items())
            ),
            _by_place(self._rows, self._open_rows),
            _by_place(self._lines, self._open_lines),
        )

    def _add(self, found: Found) -> None:
        for row, line, by in found.pairs:
            self._pairs[row] = line, by
            self._taken.add(line)
        self._open_rows.update(found.open_rows)
        self._open_lines.update(found.open_lines)

    def _rows_left(self) -> Iterator[tuple[int, _Unit]]:
        return (
            (number, row)
            for number, row in enumerate(self._rows)
            if number not in self._pairs and number not in self._open_rows
        )

    def _lines_left(self) -> Iterator[tuple[int, _Unit]]:
        return (
            (number, line)
            for number, line in enumerate(self._lines)
            if number not in self._taken and number not in self._open_lines
        )

    def _by_identifier(self) -> Found:
        by_code: dict[str, list[int]] = {}
        for number, line in self._lines_left():
            for code in line.codes:
                by_code.setdefault(code, []).append(number)
        lines_of = {
            number: {line for code in row.codes for line in by_code.get(code, ())} for number, row in self._rows_left()
        }
        often: dict[int, int] = {}
        for candidate in (candidate for own in lines_of.values() for candidate in own):
            often[candidate] = often.get(candidate, 0) + 1
        found = Found()
        for number, own in lines_of.items():
            if len(own) == 1 and often[only := next(iter(own))] == 1:
                found.pairs.append((number, only, JoinedBy.IDENTIFIER))
            elif own:
                found.open_rows[number] = OpenReason.SEVERAL_CANDIDATES
                found.open_lines.update(dict.fromkeys(own, OpenReason.SEVERAL_CANDIDATES))
        return found

    def _by_bond(self) -> Found:
        rows = {number: row.first["name"] or "" for number, row in self._rows_left() if row.is_bond}
        lines = {number: line.first for number, line in self._lines_left() if line.is_bond}
        found = join_bonds(rows, lines)
        for row, line, _ in found.pairs:
            if self._rows[row].codes and self._lines[line].codes:
                found.open_rows[row] = found.open_lines[line] = OpenReason.IDENTIFIER_DIFFERS
        found.pairs[:] = [pair for pair in found.pairs if pair[0] not in found.open_rows]
        return found

    def _by_name(self) -> Found:
        rows = {number: _named_row(row) for number, row in self._rows_left()}
        lines = {number: _named_line(line) for number, line in self._lines_left()}
        return join_by_name(rows, lines)


def _not_compared(units: Sequence[_Unit]) -> dict[int, OpenReason]:
    return {number: OpenReason.NOT_COMPARED for number, unit in enumerate(units) if not unit.is_compared}


def _named_row(unit: _Unit) -> NamedRow:
    symbol, name = unit.first["symbol"], (unit.first["name"] or "")[:LONGEST_NAME]
    return NamedRow(symbol, name, class_of_row(symbol, name), bool(unit.codes))


def _named_line(unit: _Unit) -> NamedLine:
    name, title = ((unit.first[field] or "")[:LONGEST_NAME] for field in ("name", "title"))
    names = tuple(text for text in dict.fromkeys((name, title)) if text and read_name(text).words)
    shares = class_of_line(name, title, unit.first["filed_category"])
    return NamedLine(unit.first["ticker"], names, shares, bool(unit.codes))


def _row_key(row: Row) -> "_Told":
    name = row["name"] or ""
    codes = frozenset(_codes(row["symbol"], row.get("isin")))
    # A line that has a bond's terms in its name is a bond, whatever its list says.
    is_bond = row["asset_class"] == "bond" or (
        ("%" in name or "/" in name) and parse_bond(name[:LONGEST_NAME]) is not None
    )
    return (row["symbol"], name, row["asset_class"]) if name else None, codes, is_bond


def _line_key(line: Line) -> "_Told":
    codes = frozenset(_codes(line["isin"], line["cusip"]))
    return next((code for code in sorted(codes, key=len, reverse=True)), None), codes, line["asset_class"] == "bond"


_Told = tuple[Hashable, frozenset[str], bool]
"""What rows or lines of one security have in common, or None; its ISINs and CUSIPs; whether it is a bond."""


def _units(entries: Sequence[Mapping[str, Any]], key_of: Callable[[Mapping[str, Any]], _Told]) -> list[_Unit]:
    """The entries that are one security together; those that nothing identifies each by itself."""
    groups: dict[Hashable, list[int]] = {}
    told = [key_of(entry) for entry in entries]
    for place, (entry, (key, _, _)) in enumerate(zip(entries, told, strict=True)):
        compared = entry["asset_class"] in COUNTED_CLASSES
        groups.setdefault((place,) if key is None or not compared else (key, compared), []).append(place)
    return [
        _Unit(
            entries[places[0]],
            tuple(places),
            told[places[0]][1],
            entries[places[0]]["asset_class"] in COUNTED_CLASSES,
            told[places[0]][2],
        )
        for places in groups.values()
    ]


def _codes(*texts: str | None) -> Iterator[str]:
    """The ISINs and CUSIPs among some texts; a CUSIP that an ISIN contains too."""
    for text in texts:
        if isin := valid_isin(text):
            yield isin
            if isin.startswith(_CUSIP_COUNTRIES):
                yield isin[2:-1]
        elif cusip := valid_cusip(text):
            yield cusip


def _by_place(units: Sequence[_Unit], why: Mapping[int, OpenReason]) -> tuple[Open, ...]:
    found: Iterable[Open] = (Open(place, reason) for number, reason in why.items() for place in units[number].places)
    return tuple(sorted(found))
