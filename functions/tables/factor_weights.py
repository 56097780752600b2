"""Funds compared with reference funds, all at once: SQL adds up what is clear, and `etf_analytics` reads the rest.

A security of a clear root is the same for any two lists (`tables.securities`). Of the other roots, and of lines that
nothing identifies, only the two lists decide, so they are read two by two, as for an answer about these two.
"""

import math
from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any, NamedTuple

import duckdb

from etf_analytics.all_funds.narrowed import narrowed_funds, unlisted_of
from etf_analytics.decisions.factors import within
from etf_analytics.funds import Fund
from etf_analytics.identity import read
from etf_analytics.matching.clusters import MARK
from etf_analytics.reference.sectors import sectors
from etf_analytics.rendering import Bounds
from etf_common.codes import Reason
from tables.columns import CORRECTED
from tables.engine import load_rows

Pair = tuple[str, str]
"""A fund and a reference."""
Records = Mapping[str, Mapping[str, Any]]
Weight = Bounds | Reason
"""What a fund weighs in a reference, as fractions."""
MOST_WHOLE_LINES = 3_000_000
"""Of two whole lists that are read together, in one build: about half a minute. The next build goes on."""
_FUNDS_AT_ONCE = 200
_EXACT = 1e15
"""A weight of 1 % in whole numbers, which keep all that a float has."""
TABLES = ("asked", "weighed", "whole_pairs", "open_pairs", "open_lines")


class _Clear(NamedTuple):
    """What SQL adds up of a pair."""

    weight: float
    common: int


class _Fund(NamedTuple):
    """What SQL adds up of a fund."""

    total: float
    keys: int
    """Of its securities."""


def compare(
    engine: duckdb.DuckDBPyConnection, folder: Path, records: Records, pairs: Sequence[Pair]
) -> dict[Pair, Weight]:
    """What each fund weighs in its reference. No list of these has a flaw."""
    partial = {other for _, other in pairs if unlisted_of(records[other]).weight > 0}
    rows = ({"etf": etf, "other": other, "partial": other in partial} for etf, other in pairs)
    load_rows(engine, folder, "wanted", {"etf": "VARCHAR", "other": "VARCHAR", "partial": "BOOLEAN"}, rows)
    _create_tables(engine)
    comparison = _Comparison(engine, records, _clear(engine), _funds(engine))
    found = {pair: comparison.of_clear(pair) for pair in pairs}
    found |= comparison.of_open(engine.execute("from open_pairs").fetchall())
    found |= comparison.of_whole(engine.execute("from whole_pairs").fetchall())
    for table in TABLES:
        engine.execute(f"drop table {table}")
    return found


def _create_tables(engine: duckdb.DuckDBPyConnection) -> None:
    """Make `TABLES` of `wanted`, which goes: above all `weighed`, what counts of the funds that are asked for."""
    engine.execute("""
        create table asked as
        select one.fund, other.fund as other, wanted.partial
        from wanted join funds as one on one.etf = wanted.etf join funds as other on other.etf = wanted.other
    """)
    engine.execute("drop table wanted")
    engine.execute(f"""
        create table weighed as
        with counted as (
            select fund, key, sum(round(counted * {_EXACT})::bigint) as weight
            from (select fund, key, coalesce(nullif(weight_pct, 0), weight_implied_pct, 0) as counted from lines)
            where counted > 0 and fund in (select fund from asked union select other from asked) group by fund, key
        )
        select fund, number, weight, root, root is not null and root not in (from unclear) as clear,
            is_bond, is_bond or not has_ticker as pooled, starts_with(keys.name, '{MARK}line') as single
        from counted join settled using (fund, key) join kinds using (kind) join keys using (key)
        left join rooted using (kind)
    """)
    # A line that nothing identifies can be any of the other list's, so the two lists are read whole.
    engine.execute("""
        create table whole_pairs as
        with pools as (select fund, is_bond, bool_or(single) as single from weighed where pooled group by all),
        pooled as (
            select one.fund, other.fund as other from pools as one join pools as other using (is_bond)
            where one.single or other.single
        )
        select one.etf, other.etf as other
        from asked join funds as one using (fund) join funds as other on other.fund = asked.other
        where asked.fund <> asked.other
            and (asked.partial or exists (from pooled where pooled.fund = asked.fund and pooled.other = asked.other))
        order by other.fund, one.fund
    """)
    engine.execute("""
        create table open_pairs as
        with met as (
            select distinct one.fund, other.fund as other
            from weighed as one join weighed as other using (root)
            where not one.clear and other.fund in (select other from asked) and one.fund <> other.fund
        )
        select one.etf, other.etf as other
        from met join asked using (fund, other) join funds as one using (fund)
        join funds as other on other.fund = met.other
        where (one.etf, other.etf) not in (select (etf, other) from whole_pairs)
        order by one.fund, other.fund
    """)
    engine.execute("""
        create table open_lines as
        with meeting as (select etf from open_pairs union select other from open_pairs),
        open as (select root from weighed where not clear and fund in (select other from asked))
        select lines.* from lines join rooted using (kind)
        where fund in (select fund from funds join meeting using (etf)) and root in (from open)
    """)


def _clear(engine: duckdb.DuckDBPyConnection) -> dict[Pair, _Clear]:
    # Two keys of one list can be one security, such as a line with a ticker and one without.
    rows = engine.execute(f"""
        with securities as (
            select fund, number, sum(weight) as weight from weighed where clear group by fund, number
        ),
        met as (
            select mine.fund, listed.fund as other, sum(mine.weight)::double / {100 * _EXACT} as weight,
                count(*) as common
            from securities as mine join securities as listed using (number)
            where listed.fund in (select other from asked) group by all
        )
        select one.etf, other.etf, weight, common from met join asked using (fund, other)
        join funds as one using (fund) join funds as other on other.fund = met.other
    """).fetchall()
    return {(etf, other): _Clear(weight, common) for etf, other, weight, common in rows}


def _funds(engine: duckdb.DuckDBPyConnection) -> dict[str, _Fund]:
    rows = engine.execute(f"""
        select etf, sum(weight)::double / {100 * _EXACT},
            count(distinct number) filter (clear) + count(*) filter (not clear)
        from weighed join funds using (fund) group by etf
    """).fetchall()
    return {etf: _Fund(total, keys) for etf, total, keys in rows}


@dataclass(frozen=True)
class _Comparison:
    """Two lists at a time."""

    engine: duckdb.DuckDBPyConnection
    records: Records
    clear: Mapping[Pair, _Clear]
    funds: Mapping[str, _Fund]

    def of_clear(self, pair: Pair) -> Weight:
        """The weight if there is nothing to read."""
        symbol, other = pair
        fund = self.funds.get(symbol, _Fund(0.0, 0))
        if symbol == other:
            return fund.total, fund.total + unlisted_of(self.records[symbol]).weight
        return self._bounds(pair, 0.0, 0, 0)

    def of_open(self, pairs: Iterable[Pair]) -> dict[Pair, Weight]:
        """The weights of pairs that share roots which are not clear. The references' lists are complete."""
        found: dict[Pair, Weight] = {}
        references = self._lists({other for _, other in pairs}, open_only=True)
        by_fund: defaultdict[str, list[str]] = defaultdict(list)
        for symbol, other in pairs:
            by_fund[symbol].append(other)
        for symbols in _batches([*by_fund]):
            for symbol, fund in self._lists(symbols, open_only=True).items():
                for other in by_fund[symbol]:
                    found[symbol, other] = self._read(fund, references[other])
        return found

    def of_whole(self, pairs: Sequence[Pair]) -> dict[Pair, Weight]:
        """The weights of pairs whose lists are read whole, as far as one build can; others are not known yet."""
        found: dict[Pair, Weight] = dict.fromkeys(pairs, Reason.NOT_COMPARED_YET)
        by_reference: defaultdict[str, list[str]] = defaultdict(list)
        for symbol, other in pairs:
            by_reference[other].append(symbol)
        left = MOST_WHOLE_LINES
        for other, asking in by_reference.items():
            reference = self._lists([other], open_only=False)[other]
            for symbols in _batches(asking):
                left -= sum(reference.listed.rows + self.records[symbol]["row"]["included"] for symbol in symbols)
                if left < 0:
                    return found
                for symbol, fund in self._lists(symbols, open_only=False).items():
                    met = within(fund, reference)
                    found[symbol, other] = met if isinstance(met, Reason) else met.weight
        return found

    def _read(self, fund: Fund, reference: Fund) -> Weight:
        """The clear part with what the two lists of other lines have in common, by both readings."""
        readings = read([fund, reference])
        pair, merged = (fund.symbol, reference.symbol), readings.merged((0, 1), weights_only=True)
        found: list[Bounds] = []
        for one, other in (readings.funds, merged.funds if merged else readings.funds):
            common = one.weights.keys() & other.weights.keys()
            joined = len(reference.weights) - len(other.weights)
            found.append(self._bounds(pair, math.fsum(map(one.weights.__getitem__, common)), len(common), joined))
        return min(low for low, _ in found), max(high for _, high in found)

    def _bounds(self, pair: Pair, weight: float, common: int, joined: int) -> Bounds:
        """As `overlap.coverage_bounds` has them where the reference is complete. `joined`: keys that it has no more."""
        symbol, other = pair
        clear, unlisted = self.clear.get(pair, _Clear(0.0, 0)), unlisted_of(self.records[symbol])
        seen = clear.weight + weight
        if not unlisted.weight:
            return seen, seen
        listed = self.funds.get(other, _Fund(0.0, 0)).keys - joined
        unmatched = listed - clear.common - common
        return seen, seen + min(unlisted.weight, unmatched * min(unlisted.largest, unlisted.weight))

    def _lists(self, symbols: Iterable[str], *, open_only: bool) -> dict[str, Fund]:
        """The funds with all their lines, or only with those of roots that are open in a reference."""
        wanted = sorted(symbols)
        entries = self.engine.execute(
            f"""
            select etf, line, symbol, name, asset_class, {", ".join(CORRECTED)}, filed_isin
            from {"open_lines" if open_only else "lines"} join kinds using (kind) join funds using (fund)
            where etf in (select unnest($etfs::varchar[])) order by fund, line
            """,
            {"etfs": wanted},
        ).fetchall()
        records = {symbol: self.records[symbol] for symbol in wanted}
        found = {fund.symbol: fund for fund in narrowed_funds(records, entries, sector_of=sectors().of)}
        # A complete list without any such line is none of the funds that a question would need.
        missing = {symbol: records[symbol] for symbol in wanted if symbol not in found}
        return found | {symbol: narrowed_funds({symbol: record}, ())[0] for symbol, record in missing.items()}


def _batches(symbols: Sequence[str]) -> Iterator[Sequence[str]]:
    return (symbols[start : start + _FUNDS_AT_ONCE] for start in range(0, len(symbols), _FUNDS_AT_ONCE))
