"""Under which tokens a line can be asked for: its own, and those of all lines that may be joined with it.

Within a question, `etf_analytics.matching.links` joins lines by ISIN, by the terms of a bond, and by name where one has
no ticker. So all lines that share any of these stand under each other's tokens: a question that sees the lines of one
token answers as if it had seen all lines of the lake.
"""

from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any

import duckdb

from etf_analytics.matching.clusters import united
from tables.engine import load_rows

MOST_TOKENS = 64
"""Lines of more tokens than any real company and its bonds have stand under their own token only."""
# The tag that each column gives a line; a tag's first letter tells the column.
_TAGS = {"token": "T", "isin": "I", "bond": "B", "name_key": "N"}


def create_listed(engine: duckdb.DuckDBPyConnection, folder: Path) -> None:
    """Make `rooted` (etf, line, root: equal for lines that may be joined) and `listed` (etf, line, token)."""
    # A name joins nothing unless a line without a ticker bears it.
    engine.execute("""
        create table nameless as select distinct name_key from lines where not has_ticker and name_key is not null
    """)
    tags = ", ".join(f"'{letter}' || {column} as {column}" for column, letter in _TAGS.items() if column != "name_key")
    engine.execute(f"""
        create table tagged as select etf, line, {tags},
            case when name_key in (from nameless) then 'N' || name_key end as name_key
        from lines
    """)
    first = f"coalesce({', '.join(_TAGS)})"
    together = engine.execute(f"""
        select distinct {", ".join(_TAGS)} from tagged
        where {" + ".join(f"({column} is not null)::integer" for column in _TAGS)} > 1
    """).fetchall()
    roots = united((first, other) for first, *others in map(_present, together) for other in others)
    load_rows(engine, folder, "roots", {"tag": "VARCHAR", "root": "VARCHAR"}, _with_tops(roots))
    engine.execute(f"""
        create table rooted as select etf, line, token, coalesce(root, {first}) as root
        from tagged left join roots on roots.tag = {first}
    """)
    engine.execute(f"""
        create table root_tokens as select root, substr(tag, 2) as token from roots where tag[1] = 'T'
        qualify count(*) over (partition by root) <= {MOST_TOKENS}
    """)
    engine.execute("""
        create table listed as
        select etf, line, root_tokens.token from rooted join root_tokens using (root)
        union all
        select etf, line, substr(token, 2) from rooted
        where token is not null and root not in (select root from root_tokens)
    """)
    for table in ("nameless", "tagged", "roots", "root_tokens"):
        engine.execute(f"drop table {table}")


def _present(tags: tuple[str | None, ...]) -> list[str]:
    return [tag for tag in tags if tag is not None]


def _with_tops(roots: Mapping[str, str]) -> Iterator[Mapping[str, Any]]:
    """Each tag with its root, the roots themselves included."""
    for tag, root in roots.items():
        yield {"tag": tag, "root": root}
    for root in dict.fromkeys(roots.values()):
        yield {"tag": root, "root": root}
