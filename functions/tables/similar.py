"""Which funds may be most like each fund: candidates, whose exact overlap is computed when somebody asks.

A candidate's score is the sum of the smaller weights over the keys that both funds have, as their own lists show them.
The weights are whole numbers, so the same lake gives the same candidates in whatever order they are added up.
"""

import json
from collections.abc import Collection
from pathlib import Path

import duckdb

from tables.columns import CANDIDATES
from tables.engine import declared, load_parquet

KEPT = 40
"""Candidates of each fund."""
# The pairs of so many funds with all others are added up at once: more need more memory, fewer more passes.
_FUNDS_AT_ONCE = 400


def create_candidates(
    engine: duckdb.DuckDBPyConnection, folder: Path, standing: bytes | None, changed: Collection[str] | None
) -> None:
    """Make `candidates` from `held`: all anew (`changed` is None), or from those of an earlier build.

    Then only pairs with a changed fund have another score. A list whose changed fund stays above its last place keeps
    the others; one from which it falls is computed anew, since whoever was just behind the list may be on it now.
    """
    load_parquet(engine, folder, "old_candidates", CANDIDATES, None if changed is None else standing)
    engine.execute(
        "create table weights as select etf, fund, key, units from held join funds using (fund) where units > 0"
    )
    engine.execute(f"create table candidates ({declared(CANDIDATES)})")
    engine.execute(f"create table scores ({declared(CANDIDATES)})")
    everyone = [etf for (etf,) in engine.execute("select distinct etf from weights order by etf").fetchall()]
    if changed is None:
        _add_scores(engine, everyone)
        engine.execute(f"insert into candidates {_best('from scores')}")
    else:
        _update(engine, sorted(changed), set(everyone))
    for table in ("old_candidates", "weights", "scores"):
        engine.execute(f"drop table {table}")


def candidates_document(engine: duckdb.DuckDBPyConnection) -> bytes:
    """similar.json."""
    found = engine.execute(
        "select etf, list(other order by score desc, other) from candidates group by etf order by etf"
    )
    return json.dumps({"candidates": dict(found.fetchall())}, separators=(",", ":")).encode()


def _add_scores(engine: duckdb.DuckDBPyConnection, etfs: list[str]) -> None:
    """Put the best pairs of these funds into `scores`."""
    for start in range(0, len(etfs), _FUNDS_AT_ONCE):
        engine.execute(
            f"""
            insert into scores
            select one.etf, other.etf as other, score from ({
                _best('''
                from (
                    select one.fund as etf, other.fund as other, sum(least(one.units, other.units)) as score
                    from (from weights where etf in (select unnest($etfs::varchar[]))) as one
                    join weights as other using (key) where one.fund <> other.fund group by all
                )''')
            }) as best
            join funds as one on one.fund = best.etf join funds as other on other.fund = best.other
            """,
            {"etfs": etfs[start : start + _FUNDS_AT_ONCE]},
        )


def _update(engine: duckdb.DuckDBPyConnection, changed: list[str], everyone: set[str]) -> None:
    here = [etf for etf in changed if etf in everyone]
    engine.execute("create table changed as select unnest($changed::varchar[]) as etf", {"changed": changed})
    engine.execute("create table pairs as select * from scores")
    for start in range(0, len(here), _FUNDS_AT_ONCE):
        engine.execute(
            """
            insert into pairs
            select other.etf, one.etf as other, sum(least(one.units, other.units))
            from (from weights where etf in (select unnest($etfs::varchar[]))) as one
            join weights as other using (key) where one.fund <> other.fund group by all
            """,
            {"etfs": here[start : start + _FUNDS_AT_ONCE]},
        )
    # The last place of each full list; a pair is still above it if it ranks at least there.
    engine.execute(f"""
        create table stale as
        with lasts as (
            select etf, arg_max(struct_pack(score, other), struct_pack(down := -score, other)) as place
            from old_candidates group by etf having count(*) >= {KEPT}
        )
        select distinct old.etf from old_candidates as old join changed on changed.etf = old.other
        join lasts on lasts.etf = old.etf left join pairs on pairs.etf = old.etf and pairs.other = old.other
        where pairs.score is null or pairs.score < place.score
            or (pairs.score = place.score and pairs.other > place.other)
        union select etf from changed
    """)
    stale = engine.execute("select etf from stale order by etf").fetchall()
    _add_scores(engine, [etf for (etf,) in stale if etf in everyone])
    engine.execute(f"""
        insert into candidates {
        _best('''
        from (
            from scores
            union all select * from pairs where etf not in (from stale)
            union all select * from old_candidates
            where etf not in (from stale) and other not in (from changed)
        )''')
    }
    """)
    for table in ("changed", "pairs", "stale"):
        engine.execute(f"drop table {table}")


def _best(source: str) -> str:
    """The first candidates of each fund among these pairs; ties go by the fund's symbol, or its number."""
    return f"""
        select etf, other, score {source}
        qualify row_number() over (partition by etf order by score desc, other) <= {KEPT}
    """
