"""Tables of the newest state that stand under a fixed name too, for those who read no newest.json."""

from collections.abc import Mapping

from etf_common.lake import Lake, WriteConflictError
from etf_common.newest import Newest
from etf_common.table_changes import read_newest
from etf_common.table_keys import CONTRADICTIONS_KEY, SECURITIES_KEY, SECURITIES_OF_ATHENA_KEY
from tables.objects import PARQUET

COPIES: Mapping[str, str] = {
    SECURITIES_KEY: "security_table_key",
    SECURITIES_OF_ATHENA_KEY: "security_table_key",
    CONTRADICTIONS_KEY: "contradictions_key",
}
MADE_OF = "made-of"
"""In the metadata of a copy: the key of the object that it is of."""
TRIES = 20
"""More builds than ever meet."""


def copy_tables(lake: Lake, newest: Newest) -> None:
    """Bring the copies up to date with `newest`, or with a newer state. Raises WriteConflictError at last."""
    for key, name in COPIES.items():
        for tries_left in reversed(range(TRIES)):
            try:
                _copy(lake, key, name, newest)
                break
            except WriteConflictError:
                # Another build has just written it, and may have been the older one.
                newest = read_newest(lake) or newest
                if not tries_left:
                    raise


def _copy(lake: Lake, key: str, name: str, newest: Newest) -> None:
    standing = lake.head_if_there(key)
    wanted = getattr(newest, name)
    if (standing.metadata.get(MADE_OF, "") if standing else "") == wanted:
        return
    # Read after the copy was looked at: whoever writes it meanwhile keeps this one from being written.
    current = read_newest(lake)
    wanted = getattr(current, name) if current else wanted
    stored = lake.read_if_there(wanted) if wanted else None
    if stored:
        lake.replace(key, stored.body, PARQUET, {MADE_OF: wanted}, known=standing)
    elif not wanted:
        lake.delete(key)
