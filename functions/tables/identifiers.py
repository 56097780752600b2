"""What all filings identify: the securities, and the ISINs of the lines of lists, as the API reads them too."""

import json
from collections.abc import Collection, Iterator, Mapping
from itertools import combinations, groupby, product
from operator import itemgetter
from pathlib import Path
from typing import Any

import duckdb

from etf_analytics.filings.securities import EvidenceGroup, merged_securities
from etf_analytics.matching.names import Names, compare_names
from etf_common.table_keys import shard_of
from tables.columns import CONTRADICTIONS, EVIDENCE, JOINED, SECURITIES
from tables.engine import load_parquet, load_rows
from tables.standing import StandingFilings

FUNDS_A_SHARD = 8
"""The ISINs of one fund of 400 lines take 20 KB."""
TABLES = ("joined", "evidence", "isins")
"""What `create_identified` makes."""
SECURITY_TABLES = ("security_rows", "contradictions")
"""What `create_security_rows` makes."""
_MOST_VALUES = 20
"""A row shows no more names and filings."""
_MOST_NAMES, _MOST_ISINS = 8, 16
_SETS = {
    "leis": "lei",
    "cusips": "cusip",
    "list_names": "list_name",
    "filed_names": "filed_name",
    "countries": "country",
    "currencies": "currency",
    "categories": "category",
    "by": "filing",
}
"""By field of `EvidenceGroup`: the column whose values it has."""


def create_identified(
    engine: duckdb.DuckDBPyConnection, folder: Path, standing: StandingFilings | None, kept: Collection[str]
) -> None:
    """Make `TABLES` of what an earlier build had of the filings that are kept, and of what was read."""
    for table, columns, body in (
        ("joined", JOINED, standing.joined if standing else None),
        ("evidence", EVIDENCE, standing.evidence if standing else None),
    ):
        load_parquet(engine, folder, "old_rows", columns, body)
        names = ", ".join(columns)
        engine.execute(
            f"""
            create table {table} as
            select {names} from old_rows where etf in (select unnest($kept::varchar[]))
            union all select {names} from read_{table}
            """,
            {"kept": sorted(kept)},
        )
        engine.execute("drop table old_rows")
    dropped = ({"symbol": symbol, "isin": isin} for symbol, isin in _changed(engine))
    load_rows(engine, folder, "dropped", dict.fromkeys(("symbol", "isin"), "VARCHAR"), dropped)
    engine.execute("""
        create table isins as
        select etf, symbol, name, any_value(isin) as isin
        from joined left join (select distinct * from dropped) as dropped using (symbol, isin)
        group by etf, symbol, name
        having count(distinct joined.isin) = 1 and count(dropped.symbol) = 0
    """)
    engine.execute("drop table dropped")


def create_security_rows(engine: duckdb.DuckDBPyConnection, folder: Path) -> bytes:
    """Make `SECURITY_TABLES` of `evidence`. Returns `{ISIN: ticker}`, JSON, as `Securities.tickers` has it."""
    found = merged_securities(_groups(engine))
    load_rows(engine, folder, "security_rows", SECURITIES, map(_security_row, found.rows))
    load_rows(engine, folder, "contradictions", CONTRADICTIONS, found.contradictions)
    return json.dumps(found.tickers, ensure_ascii=False, separators=(",", ":")).encode()


def _groups(engine: duckdb.DuckDBPyConnection) -> Iterator[EvidenceGroup]:
    sets = ", ".join(
        f"list(distinct {column} order by {column}) filter ({column} is not null)[:{_MOST_VALUES}]"
        for column in _SETS.values()
    )
    found = engine.execute(f"""
        select ticker, isin, case when isin is null then cusip end as code, min(report_date), max(report_date),
            count(*), {sets}
        from evidence group by ticker, isin, code order by ticker, isin, code
    """)
    for ticker, isin, cusip, first, last, filings, *values in found.fetchall():
        named = {name: set(of or ()) for name, of in zip(_SETS, values, strict=True)}
        yield EvidenceGroup(ticker, isin, cusip, first, last, filings, **named)


def _security_row(row: Mapping[str, Any]) -> Mapping[str, Any]:
    return {**row, "filings": row["by"], "filing_count": row["filings"]}


def _changed(engine: duckdb.DuckDBPyConnection) -> Iterator[tuple[str, str]]:
    """The tickers with their ISINs that filings contradict each other about although the names agree.

    A company that moves or merges its shares gets another ISIN, and filings of two quarters have both of one security:
    they tell nothing then, and names and prices decide as they do without filings.
    """
    found = engine.execute(f"""
        select symbol, isin, list(distinct name order by name)[:{_MOST_NAMES}]
        from joined where symbol is not null and name is not null and asset_class <> 'bond'
        group by symbol, isin qualify count(*) over (partition by symbol) > 1 order by symbol, isin
    """)
    for symbol, own in groupby(found.fetchall(), key=itemgetter(0)):
        rows = [*own]
        for (_, one, names), (_, other, others) in combinations(rows, 2) if len(rows) <= _MOST_ISINS else ():
            if any(compare_names(symbol, *pair) is Names.AGREE for pair in product(names, others)):
                yield from ((symbol, one), (symbol, other))
        # More than any company has had: nothing of it is believed.
        yield from ((symbol, isin) for _, isin, _ in rows if len(rows) > _MOST_ISINS)


def isin_shards(engine: duckdb.DuckDBPyConnection, symbols: Collection[str]) -> Iterator[bytes]:
    """The parts, in order: `{etf: [[symbol, name, ISIN], ...]}`, for the filings of these symbols."""
    found = engine.execute("""
        select etf, '[' || string_agg(json_array(symbol, name, isin)::varchar, ','
            order by symbol nulls last, name nulls last) || ']'
        from isins group by etf
    """)
    return shards(dict(found.fetchall()), shards_for(symbols))


def shards_for(symbols: Collection[str]) -> int:
    """How many parts: a power of two; none without filings."""
    count = 1 if symbols else 0
    while count * FUNDS_A_SHARD < len(symbols):
        count *= 2
    return count


def shards(documents: Mapping[str, str], count: int) -> Iterator[bytes]:
    """JSON documents by symbol, in so many parts: of each symbol in the part that `shard_of` names."""
    parts: list[list[str]] = [[] for _ in range(count)]
    for symbol in sorted(documents):
        parts[shard_of(symbol, count)].append(f'"{symbol}":{documents[symbol]}')
    return (("{" + ",".join(part) + "}").encode() for part in parts)
