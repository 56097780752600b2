"""Under which tokens a line can be asked for: its own, and those of all lines that may be joined with it.

Within a question, `etf_analytics.matching.links` joins lines by ISIN, by the terms of a bond, and by name where one has
no ticker. So all kinds of lines that share any of these have one root, and stand under each other's tokens: a question
that sees the lines of one token answers as if it had seen all lines of the lake.
"""

from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any

import duckdb

from etf_analytics.matching.clusters import united
from tables.engine import load_rows

MOST_TOKENS = 64
"""Lines of more tokens than any real company and its bonds have stand under their own token only."""
TABLES = ("rooted", "listed")
"""What `create_listed` makes."""
# The tag that each column gives a kind; a tag's first letter tells the column.
_TAGS = {"token": "T", "isin": "I", "bond": "B", "name_key": "N"}


def create_listed(engine: duckdb.DuckDBPyConnection, folder: Path) -> None:
    """Make `rooted` (kind, root) for kinds that something identifies, and `listed` (kind, token)."""
    tags = ", ".join(f"'{letter}' || {column} as {column}" for column, letter in _TAGS.items() if column != "name_key")
    # A name joins nothing unless a line without a ticker bears it.
    engine.execute(f"""
        create table tagged as select kind, {tags},
            case when name_key in (select name_key from kinds where not has_ticker) then 'N' || name_key end as name_key
        from kinds
    """)
    first = f"coalesce({', '.join(_TAGS)})"
    together = engine.execute(f"""
        select distinct {", ".join(_TAGS)} from tagged
        where {" + ".join(f"({column} is not null)::integer" for column in _TAGS)} > 1
    """).fetchall()
    joined = united((first, other) for first, *others in map(_present, together) for other in others)
    load_rows(engine, folder, "roots", {"tag": "VARCHAR", "root": "VARCHAR"}, _with_tops(joined))
    engine.execute(f"""
        create table tag_roots as
        select kind, token, coalesce(root, {first}) as root from tagged left join roots on roots.tag = {first}
    """)
    engine.execute(f"""
        create table listed as
        with shared as (
            select root, substr(tag, 2) as token from roots where tag[1] = 'T'
            qualify count(*) over (partition by root) <= {MOST_TOKENS}
        )
        select kind, shared.token from tag_roots join shared using (root)
        union all
        select kind, substr(token, 2) from tag_roots where token is not null and root not in (select root from shared)
    """)
    engine.execute("""
        create table rooted as
        select kind, (dense_rank() over (order by root))::integer as root from tag_roots where root is not null
    """)
    for table in ("tagged", "roots", "tag_roots"):
        engine.execute(f"drop table {table}")


def _present(tags: tuple[str | None, ...]) -> list[str]:
    return [tag for tag in tags if tag is not None]


def _with_tops(joined: Mapping[str, str]) -> Iterator[Mapping[str, Any]]:
    """Each tag that is joined with others, with the one that stands for them all."""
    for tag, root in joined.items():
        yield {"tag": tag, "root": root}
    for root in dict.fromkeys(joined.values()):
        yield {"tag": root, "root": root}
