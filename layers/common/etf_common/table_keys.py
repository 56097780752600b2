"""Where the tables of the whole lake are, and which object of the newest state holds what."""

from hashlib import sha256
from zlib import crc32

NEWEST_KEY = "tables/newest.json"
"""The newest state of all funds. It is written last and names the other objects, so nobody sees half a build."""
NEWEST_PREFIX = "tables/newest/"
"""The objects that the newest state names. Their names end in a hash of their bytes, and they are never overwritten."""

ALERTS_SINCE_KEY = "tables/alerts_since.json"
"""The holdings date of each fund from which on its changes are told as alerts."""

SECURITIES_KEY = "tables/securities.parquet"
"""The securities that the newest filings identify: a copy of what the newest state names."""
SECURITIES_OF_ATHENA_KEY = "tables/securities/securities.parquet"
"""The same once more: Athena reads whole folders."""
CONTRADICTIONS_KEY = "tables/securities_contradictions.parquet"
"""The same of what filings and lists contradict each other about."""


def holdings_key(as_of: str) -> str:
    """All holdings of one holdings date, `2026-11-18`."""
    return f"tables/holdings/as_of={as_of}/holdings.parquet"


def funds_key(as_of: str) -> str:
    """All funds of one holdings date."""
    return f"tables/funds/as_of={as_of}/funds.parquet"


SNAPSHOTS_PREFIX = "tables/snapshots/"
"""Where the keys of `snapshots_key` begin."""


def snapshots_key(as_of: str) -> str:
    """Which snapshots the tables of one holdings date were made of: `{"VTI": ETag, ...}`. It is written last."""
    return f"{SNAPSHOTS_PREFIX}as_of={as_of}.json"


def history_key(symbol: str) -> str:
    """All holdings dates of one fund: its figures on each, and what it traded since the date before."""
    return f"tables/history/{symbol}.json"


def changes_prefix(since: str = "") -> str:
    """Where the keys of `changes_key` begin; with a date, what sorts before those of this date and behind all older."""
    return f"tables/changes/as_of={since}"


def changes_key(as_of: str) -> str:
    """What each fund traded between the date before and this holdings date, in short.

    Athena reads every file of the folder as Parquet, but for those whose names begin with an underscore.
    """
    return f"tables/changes/as_of={as_of}/_changes.json"


def changed_lines_key(as_of: str) -> str:
    """The same line by line, for SQL."""
    return f"tables/changes/as_of={as_of}/changes.parquet"


def newest_object_key(name: str, body: bytes, ending: str = "json") -> str:
    """An object of the newest state: `tables/newest/securities-1f0c....json`."""
    return f"{NEWEST_PREFIX}{name}-{sha256(body).hexdigest()[:32]}.{ending}"


def shard_of(token: str, shards: int) -> int:
    """The part, from 0, of several that has what concerns this token."""
    return crc32(token.encode()) % shards
