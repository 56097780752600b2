"""One row for each security of the lake: who it is, how many funds list it, and what they hold of it together.

Most keys of funds are one security wherever they stand: SQL sees that their names or their prices agree. For the others
`etf_analytics.identity` decides, on funds of only those lines, as it does for an answer over whole snapshots.
"""

import math
from collections.abc import Iterator, Mapping
from datetime import date
from pathlib import Path
from typing import Any

import duckdb

from etf_analytics.all_funds.narrowed import narrowed_funds
from etf_analytics.identity import Readings, read
from etf_analytics.matching.clusters import MARK
from etf_analytics.matching.keys import is_single
from etf_analytics.reference.sectors import sectors
from etf_common.codes import Reason
from tables.columns import CORRECTED
from tables.engine import load_rows
from tables.held import CENTS, UNITS

Records = Mapping[str, Mapping[str, Any]]
TABLES = ("states", "doubts", "settled", "names", "unclear")
"""What `create_settled` makes."""
_STATES = {
    "etf": "VARCHAR",
    "as_of": "DATE",
    "partial": "BOOLEAN",
    "most": "DOUBLE",
    "slipped": "BOOLEAN",
    "flawed": "BOOLEAN",
}
_SETTLED = {"etf": "VARCHAR", "line": "INTEGER", "security": "VARCHAR"}
_DOUBTS = {"security": "VARCHAR", "why": "VARCHAR"}
# What `identity` and `matching.evidence` take for one price, as far as SQL needs it to see that all is clear.
_NEAR, _CLOSE_A_DAY, _MOST_CLOSE, _PRICE_ALONE_DAYS = 1.25, 0.03, 0.40, 2


def create_settled(engine: duckdb.DuckDBPyConnection, folder: Path, records: Records) -> None:
    """Make `TABLES` of `held` and `rooted`: above all `settled`, what each fund holds of each security of the lake."""
    load_rows(engine, folder, "fund_states", _STATES, _states(records))
    engine.execute(
        "create table states as select fund, fund_states.* exclude etf from fund_states join funds using (etf)"
    )
    _create_unclear(engine)
    readings = _looked_at(engine, records)
    load_rows(engine, folder, "told", _SETTLED, _told(readings))
    load_rows(engine, folder, "doubts", _DOUBTS, _doubts(readings))
    _create_numbers(engine)
    for table in ("fund_states", "roots", "told"):
        engine.execute(f"drop table {table}")


def _states(records: Records) -> Iterator[Mapping[str, Any]]:
    for etf, record in records.items():
        state = record["state"]
        weight, largest, _, _ = state["unlisted"]
        # What one unlisted line can weigh at most; null where nobody knows.
        limits = [limit for limit in (weight, largest) if limit is not None]
        yield {
            "etf": etf,
            "as_of": _day(record["row"]["holdings_as_of"]),
            "partial": not record["row"]["complete"],
            "most": round(min(limits) * 100 * UNITS) if limits and not state["flaw"] else None,
            "slipped": state["flaw"] == Reason.SLIPPED_BETWEEN_PAGES,
            "flawed": state["flaw"] is not None,
        }


def _day(text: str) -> str | None:
    try:
        return date.fromisoformat(text).isoformat()
    except ValueError:
        return None


def _create_unclear(engine: duckdb.DuckDBPyConnection) -> None:
    """Make `roots`, with the one security of a root where that is clear, and `unclear`, the others.

    It is clear where there are no two ISINs, and the names of all lines are equal once folded and no price speaks
    against them, or their prices alone show that they are one: then `matching.evidence.verdict` says so of any two.
    """
    described = """
        select root, fund, as_of, key, keys.name as key_name, asset_class, label, form, isin, is_bond, has_ticker,
            name_key, case when not is_bond then price end as price
        from held join keys using (key) join kinds using (kind) join rooted using (kind) join states using (fund)
    """
    engine.execute(f"""
        create table roots as
        with described as ({described}),
        by_day as (select root, as_of, min(price) as least, max(price) as most from described group by root, as_of),
        far as (
            select distinct root from by_day as one join by_day as other using (root)
            where one.as_of <= other.as_of and greatest(one.most / other.least, other.most / one.least) > 1 +
                case when other.as_of - one.as_of <= {_PRICE_ALONE_DAYS}
                    then {_CLOSE_A_DAY} * greatest(1, other.as_of - one.as_of)
                    else least({_CLOSE_A_DAY} * (1 + other.as_of - one.as_of), {_MOST_CLOSE}) end
        ),
        told as (
            select root, count(distinct key) filter (has_ticker or is_bond) as keys,
                count(distinct key) filter (not has_ticker and not is_bond) as named,
                bool_or((contains(key_name, '{MARK}') and has_ticker) or starts_with(key_name, '{MARK}line')) as apart,
                any_value(key) filter (has_ticker or is_bond) as ticker, any_value(key) as key,
                list(distinct name_key) filter (has_ticker) as names,
                any_value(name_key) filter (not has_ticker) as name,
                count(distinct label) = 1 and any_value(label) <> ''
                    and coalesce(max(price) < min(price) * {_NEAR}, true) as named_alike,
                count(distinct isin) > 1 as has_isins,
                count(price) = count(*) and count(as_of) = count(*)
                    and count(distinct asset_class) = 1 and any_value(asset_class) <> 'etf'
                    and count(distinct form) filter (form <> '') <= 1 as may_be_priced_alike
            from described group by root
        )
        select root, case
            when apart or has_isins or keys + named > 2 or keys > 1 or named > 1 then null
            when not named_alike and not (may_be_priced_alike and root not in (from far)) then null
            when named = 0 or keys = 0 then key
            -- Names are looked up where there is another list.
            when list_contains(names, name) and (select count(*) from states) > 1 then ticker end as security
        from told
    """)
    engine.execute("create table unclear as select root from roots where security is null")


def _looked_at(engine: duckdb.DuckDBPyConnection, records: Records) -> Readings | None:
    entries = engine.execute(f"""
        select etf, line, symbol, name, asset_class, {", ".join(CORRECTED)}, filed_isin
        from lines join kinds using (kind) join rooted using (kind) join funds using (fund)
        where root in (from unclear) order by fund, line
    """).fetchall()
    return read(narrowed_funds(records, entries, sector_of=sectors().of), math.inf) if entries else None


def _told(readings: Readings | None) -> Iterator[Mapping[str, Any]]:
    """Over all funds, the key of each line that was looked at, but for lines that nothing tells from others.

    Those are counted in their list: among some of its lines they have other keys than in `held`, and stay apart anyway.
    """
    for fund in readings.funds if readings else ():
        for key, holdings in fund.holdings.items():
            if not is_single(key):
                yield from ({"etf": fund.symbol, "line": holding["line"], "security": key} for holding in holdings)


def _doubts(readings: Readings | None) -> Iterator[Mapping[str, Any]]:
    for pair in readings.pairs if readings else ():
        yield {"security": pair.one, "why": pair.why}
        yield {"security": pair.other, "why": pair.why}
    for crowd in readings.crowds if readings else ():
        yield from ({"security": key, "why": crowd.why} for key in crowd.keys)


def _create_numbers(engine: duckdb.DuckDBPyConnection) -> None:
    """Make `settled`, which is `held` with a number for the security over all funds, and `names` of the numbers."""
    engine.execute("""
        create table named as
        select held.*, coalesce(told.security, clear.name, own.name) as security
        from held join keys as own on own.key = held.key join funds using (fund)
        left join told on told.etf = funds.etf and told.line = held.line
        left join rooted using (kind) left join roots using (root) left join keys as clear on clear.key = roots.security
    """)
    engine.execute("""
        create table names as select security, (row_number() over (order by security))::integer as number
        from (select distinct security from named)
    """)
    engine.execute(
        "create table settled as select named.* exclude security, number from named join names using (security)"
    )
    engine.execute("drop table named")


def securities_document(engine: duckdb.DuckDBPyConnection) -> bytes:
    """securities.json of `TABLES`: the rows in their order."""
    ((rows,),) = engine.execute(f"""
        with in_fund as (
            select number, fund, partial, most, min(line) as line, slipped and sum(lines) > 1 as twice,
                -- A list with lines from two pages may have one of them twice: then only the largest is certain.
                case when twice then max(most_units) else sum(units) end as units,
                case when count(cents) filter (counts) = count(*) filter (counts) and not twice
                    then sum(cents) filter (counts) end as cents,
                twice or bool_or(unweighed) as uncertain, bool_or(counts) as counts
            from settled join states using (fund) group by number, fund, partial, most, slipped
        ),
        hiding as (
            select count(*) as funds, count(most) as known, coalesce(sum(most), 0) as most from states where partial
        ),
        summed as (
            -- A fund that lists only lines that do not count is no holder, but hides no line of it either.
            select number, count(*) filter (counts) as funds, sum(units) as units, bool_or(uncertain) as uncertain,
                case when count(cents) filter (counts) = count(*) filter (counts)
                    then sum(cents) filter (counts) end as cents,
                count(*) filter (partial) as partial, count(most) filter (partial) as known,
                coalesce(sum(most) filter (partial), 0) as most
            from in_fund group by number having bool_or(counts)
        ),
        described as (
            select number, arg_min(kind, place) as kind, arg_min(sector, place) as sector,
                arg_min(symbol, place) filter (regexp_matches(symbol, '[0-9]')) as code
            from (select number, kind, struct_pack(fund, line) as place from settled) join kinds using (kind)
            group by number
        ),
        whys as (select security, min(why) as why from doubts group by security),
        shown as (
            select coalesce(nullif(split_part(security, '{MARK}', 1), ''), code) as symbol, kinds.name, asset_class,
                described.sector, summed.funds, hiding.funds - partial as may_hold,
                round(units / {UNITS}, 6) as weight_sum_pct,
                case when not uncertain and hiding.known - summed.known = hiding.funds - partial
                    then round((hiding.most - summed.most) / {UNITS}, 6) end as weight_may_pct,
                round(cents::double / {CENTS}, 2) as market_value_usd, why, units, security
            from summed join described using (number) join kinds using (kind) join names using (number)
            left join whys using (security) cross join hiding
        )
        select coalesce(string_agg(json_array(
                symbol, name, asset_class, sector, funds, may_hold, weight_sum_pct, weight_may_pct,
                market_value_usd, why
            )::varchar, ',' order by funds desc, units desc, symbol nulls last, name nulls last, security), '')
        from shown
    """).fetchall()
    return f'{{"securities":[{rows}]}}'.encode()
