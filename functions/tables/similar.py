"""Which funds may be most like each fund: candidates, whose exact overlap is computed when somebody asks.

A candidate's score is the sum of the smaller weights over the keys that both funds have, as their own lists show them.
The weights are whole numbers, so the same lake gives the same candidates in whatever order they are added up.
"""

import json
from collections.abc import Collection
from pathlib import Path

import duckdb

from tables.columns import CANDIDATES
from tables.engine import load_parquet

KEPT = 40
"""Candidates of each fund."""
TABLE = "candidates"
# The pairs of so many funds with all others are added up at once: more need more memory, fewer more passes.
_FUNDS_AT_ONCE = 400
_SCORE = "sum(least(one.units, other.units)) as score"


def create_candidates(
    engine: duckdb.DuckDBPyConnection, folder: Path, standing: bytes | None, changed: Collection[str] | None
) -> None:
    """Make `candidates` from `held`: all anew (`changed` is None), or from those of an earlier build.

    Then only pairs with a changed fund have another score. A list whose changed fund stays above its last place keeps
    the others; one from which it falls is computed anew, since whoever was just behind the list may be on it now.
    """
    engine.execute("create table weights as select fund, key, units from held where units > 0")
    engine.execute("create table scores (fund integer, other integer, score double)")
    if changed is None:
        _score_all(engine)
    else:
        load_parquet(engine, folder, "old_candidates", CANDIDATES, standing)
        engine.execute(
            "create table changed as select unnest($changed::varchar[]) as etf", {"changed": sorted(changed)}
        )
        _score_changed(engine)
    engine.execute(f"""
        create table candidates as
        select one.etf, other.etf as other, score from ({_best("from scores")}) as best
        join funds as one on one.fund = best.fund join funds as other on other.fund = best.other
    """)
    for table in ("weights", "scores"):
        engine.execute(f"drop table {table}")


def candidates_document(engine: duckdb.DuckDBPyConnection) -> bytes:
    """similar.json."""
    found = engine.execute(
        "select etf, list(other order by score desc, other) from candidates group by etf order by etf"
    )
    return json.dumps({"candidates": dict(found.fetchall())}, separators=(",", ":")).encode()


def _score_all(engine: duckdb.DuckDBPyConnection) -> None:
    """Put the best pairs of every fund into `scores`: each pair is added up once, and counts for both funds."""
    ((funds,),) = engine.execute("select coalesce(max(fund), 0) from weights").fetchall()
    for first in range(1, funds + 1, _FUNDS_AT_ONCE):
        engine.execute(
            f"""
            create table pairs as
            select one.fund as fund, other.fund as other, {_SCORE} from weights as one join weights as other using (key)
            where one.fund between $first and $last and other.fund > one.fund group by all
            """,
            {"first": first, "last": first + _FUNDS_AT_ONCE - 1},
        )
        both = "from (from pairs union all select other as fund, fund as other, score from pairs)"
        engine.execute(f"insert into scores {_best(both)}")
        engine.execute("drop table pairs")


def _score_changed(engine: duckdb.DuckDBPyConnection) -> None:
    """Put what may be among the best pairs now into `scores`, from `old_candidates` and `changed`."""
    engine.execute("create table news as select fund from funds join changed using (etf)")
    engine.execute("""
        create table known as
        select one.fund, other.fund as other, score, old.other in (from changed) as is_changed
        from old_candidates as old join funds as one using (etf) left join funds as other on other.etf = old.other
    """)
    _create_pairs(engine, "news")
    # A changed fund keeps a full list whole as long as it ranks no lower than that list's last place.
    engine.execute(f"""
        create table stale as
        with places as (
            select etf, old.score, old.other, row_number() over (partition by etf order by score desc, other) as place
            from old_candidates as old
        ),
        lasts as (
            select one.fund, score, other from places join funds as one using (etf) where place = {KEPT}
        )
        select distinct known.fund from known join lasts using (fund)
        left join pairs on pairs.fund = known.other and pairs.other = known.fund
        left join funds as other on other.fund = known.other
        where is_changed and (pairs.score is null or pairs.score < lasts.score
            or (pairs.score = lasts.score and other.etf > lasts.other))
        union select fund from news
    """)
    engine.execute("""
        insert into scores
        select other as fund, fund as other, score from pairs where other not in (from stale)
        union all
        select fund, other, score from known where not is_changed and fund not in (from stale)
    """)
    engine.execute("drop table pairs")
    _create_pairs(engine, "stale")
    engine.execute("insert into scores from pairs")
    for table in ("old_candidates", "changed", "news", "known", "stale", "pairs"):
        engine.execute(f"drop table {table}")


def _create_pairs(engine: duckdb.DuckDBPyConnection, chosen: str) -> None:
    """Make `pairs` of the chosen funds with all others."""
    engine.execute("create table pairs (fund integer, other integer, score double)")
    ((count,),) = engine.execute(f"select count(*) from {chosen}").fetchall()
    for start in range(0, count, _FUNDS_AT_ONCE):
        engine.execute(f"""
            insert into pairs
            select one.fund, other.fund, {_SCORE}
            from (from weights where fund in (from {chosen} order by fund limit {_FUNDS_AT_ONCE} offset {start})) as one
            join weights as other using (key) where other.fund <> one.fund group by all
        """)


def _best(source: str) -> str:
    """The first candidates of each fund; of two with the same score, the first by symbol, which is its number."""
    return f"{source} qualify row_number() over (partition by fund order by score desc, other) <= {KEPT}"
