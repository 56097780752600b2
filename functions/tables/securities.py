"""One row for each security of the lake: who it is, how many funds list it, and what they hold of it together.

Most keys of funds are one security wherever they stand: SQL sees that their names or their prices agree. For the others
`etf_analytics.identity` decides, on funds of only those lines, as it does for an answer over whole snapshots.
"""

import json
import math
from collections.abc import Iterator, Mapping
from datetime import date
from pathlib import Path
from typing import Any

import duckdb

from etf_analytics.identity import Readings, read
from etf_analytics.matching.clusters import MARK
from etf_analytics.narrowed import narrowed_funds
from etf_analytics.reference.sectors import sectors
from etf_common.codes import Reason
from tables.engine import load_rows

_MOVED = {"etf": "VARCHAR", "line": "INTEGER", "key": "VARCHAR"}
_DOUBTS = {"key": "VARCHAR", "why": "VARCHAR"}
_STATES = {"etf": "VARCHAR", "as_of": "DATE", "partial": "BOOLEAN", "largest": "DOUBLE", "slipped": "BOOLEAN"}
_ENTRY = "etf, line, symbol, name, asset_class, weight_pct, weight_implied_pct, shares, market_value_usd"
# The rules of `etf_analytics.identity` and `.matching.evidence`, as far as SQL needs them to see that all is clear.
_NEAR, _CLOSE, _CLOSE_A_DAY, _MOST_CLOSE, _PRICE_ALONE_DAYS = 1.25, 1.03, 0.03, 1.40, 2


def securities_document(
    engine: duckdb.DuckDBPyConnection, folder: Path, records: Mapping[str, Mapping[str, Any]]
) -> bytes:
    """securities.json of `lines` and `rooted`."""
    load_rows(engine, folder, "states", _STATES, _states(records))
    _create_unclear(engine)
    entries = engine.execute(f"""
        select {_ENTRY} from lines join rooted using (etf, line) where root in (from unclear) order by etf, line
    """).fetchall()
    readings = read(narrowed_funds(records, entries, sector_of=sectors().of), math.inf) if entries else None
    load_rows(engine, folder, "moved", _MOVED, _moved(readings))
    load_rows(engine, folder, "doubts", _DOUBTS, _doubts(readings))
    rows = _rows(engine)
    for table in ("states", "unclear", "moved", "doubts"):
        engine.execute(f"drop table {table}")
    return json.dumps({"securities": rows}, ensure_ascii=False, separators=(",", ":"), allow_nan=False).encode()


def _states(records: Mapping[str, Mapping[str, Any]]) -> Iterator[Mapping[str, Any]]:
    for etf, record in records.items():
        flaw, (weight, largest, _, _) = record["state"]["flaw"], record["state"]["unlisted"]
        # What one unlisted line can weigh at most; null where nobody knows.
        known = [limit for limit in (weight, largest) if limit is not None]
        ceiling = None if flaw or not known else min(known)
        yield {
            "etf": etf,
            "as_of": _day(record["row"]["holdings_as_of"]),
            "partial": not record["row"]["complete"],
            "largest": ceiling,
            "slipped": flaw == Reason.SLIPPED_BETWEEN_PAGES,
        }


def _day(text: str) -> str | None:
    try:
        return date.fromisoformat(text).isoformat()
    except ValueError:
        return None


def _create_unclear(engine: duckdb.DuckDBPyConnection) -> None:
    """Make `unclear`: the roots whose lines may not be one security, or not only one."""
    engine.execute("""
        create table described as
        select root, key, etf, any_value(as_of) as as_of, arg_min(asset_class, line) as asset_class,
            arg_min(label, line) as label, arg_min(form, line) as form, bool_or(isin is not null) as has_isin,
            bool_or(is_bond) as is_bond,
            arg_min(market_value_usd / shares, line) filter (
                shares <> 0 and market_value_usd / shares > 0 and not is_bond and isfinite(market_value_usd / shares)
            ) as price
        from lines join rooted using (etf, line) join states using (etf) where root is not null group by root, key, etf
    """)
    engine.execute(f"""
        create table unclear as
        with by_day as (
            select root, as_of, min(price) as least, max(price) as most from described group by root, as_of
        ),
        apart as (
            select distinct root from by_day as one join by_day as other using (root)
            where one.as_of <= other.as_of and greatest(one.most / other.least, other.most / one.least) >
                case when date_diff('day', one.as_of, other.as_of) <= {_PRICE_ALONE_DAYS}
                    then 1 + {_CLOSE_A_DAY} * greatest(1, date_diff('day', one.as_of, other.as_of))
                    else least({_CLOSE} + {_CLOSE_A_DAY} * date_diff('day', one.as_of, other.as_of), {_MOST_CLOSE}) end
        )
        select root from described group by root
        having count(distinct key) > 1 or any_value(key[1] <> '{MARK}' and contains(key, '{MARK}')) or not (
            (count(distinct label) = 1 and any_value(label) <> '' and
                coalesce(max(price) < min(price) * {_NEAR}, true))
            or (count(price) = count(*) and count(as_of) = count(*) and not bool_or(has_isin)
                and count(distinct asset_class) = 1 and any_value(asset_class) <> 'etf'
                and count(distinct form) filter (form <> '') <= 1
                and root not in (from apart))
        )
    """)
    engine.execute("drop table described")


def _moved(readings: Readings | None) -> Iterator[Mapping[str, Any]]:
    """The key of each line that was looked at, over all funds."""
    for fund in readings.funds if readings else ():
        for key, holdings in fund.holdings.items():
            for holding in holdings:
                yield {"etf": fund.symbol, "line": holding["line"], "key": key}


def _doubts(readings: Readings | None) -> Iterator[Mapping[str, Any]]:
    for pair in readings.pairs if readings else ():
        yield {"key": pair.one, "why": pair.why}
        yield {"key": pair.other, "why": pair.why}
    for crowd in readings.crowds if readings else ():
        yield from ({"key": key, "why": crowd.why} for key in crowd.keys)


def _rows(engine: duckdb.DuckDBPyConnection) -> list[list[Any]]:
    """The rows in order. Sums are of decimal numbers, which are exact in any order."""
    found = engine.execute(f"""
        with settled as (
            select lines.*, coalesce(moved.key, lines.key) as security, struct_pack(lines.etf, lines.line) as place,
                greatest(coalesce(nullif(lines.weight_pct, 0), weight_implied_pct, 0)::decimal(38, 18), 0) as counted
            from lines left join moved on moved.etf = lines.etf and moved.line = lines.line
        ),
        -- A list with lines from two pages may have one of them twice: then only the largest is certain.
        held as (
            select security, etf, partial, (largest * 100)::decimal(38, 18) as most, slipped and count(*) > 1 as twice,
                case when twice then max(counted) else sum(counted) end as weight,
                case when count(market_value_usd) = count(*) and not twice
                    then sum(market_value_usd::decimal(38, 6)) end as value,
                twice or count(weight_pct) < count(*) as unknown
            from settled join states using (etf) group by security, etf, partial, largest, slipped
        ),
        hiding as (
            select count(*) as funds, count(*) - count(largest) as unknown,
                coalesce(sum((largest * 100)::decimal(38, 18)), 0) as most
            from states where partial
        ),
        summed as (
            select security, count(*) as funds, sum(partial::integer) as partial, sum(weight) as weight,
                case when count(value) = count(*) then sum(value) end as value, bool_or(unknown) as unknown,
                sum((partial and most is null)::integer) as partial_unknown,
                coalesce(sum(most) filter (partial), 0) as partial_most
            from held group by security
        ),
        told as (
            select security, coalesce(
                    nullif(split_part(security, '{MARK}', 1), ''),
                    arg_min(symbol, place) filter (regexp_matches(symbol, '[0-9]'))
                ) as symbol,
                arg_min(struct_pack(name), place).name as name, arg_min(asset_class, place) as asset_class,
                arg_min(sector, place) as sector
            from settled group by security
        ),
        whys as (select key as security, min(why) as why from doubts group by key)
        select told.symbol, told.name, asset_class, sector, summed.funds, hiding.funds - partial as may_hold,
            round(weight::double, 6) as weight_sum_pct,
            case when not summed.unknown and hiding.unknown = partial_unknown
                then round((hiding.most - partial_most)::double, 6) end as weight_may_pct,
            round(value::double, 2) as market_value_usd, why
        from summed join told using (security) left join whys using (security) cross join hiding
        order by summed.funds desc, weight desc, told.symbol nulls last, told.name nulls last, security
    """)
    return [list(row) for row in found.fetchall()]
