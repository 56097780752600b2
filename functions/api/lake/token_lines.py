"""All lines of the lake that concern a few securities, from the tables: one object for each security."""

import json
from collections.abc import Iterable, Sequence
from concurrent.futures import ThreadPoolExecutor
from typing import Any

from api.lake.tables import LakeTables, TablesState
from etf_analytics import token_of
from etf_common.errors import DamagedObjectError
from etf_common.table_keys import shard_of

READS_AT_ONCE = 10
Entry = Sequence[Any]
"""A line as the tables have it: ETF, line, symbol, name, asset class, weight, implied weight, shares and value.

Then its ISIN, where the fund's filing identifies it.
"""


def entries_of(tables: LakeTables, state: TablesState, symbols: Iterable[str]) -> list[Entry]:
    """The lines that concern these securities, their issuers' other share classes, and their former symbols.

    It reads one object for each security. Raises MissingObjectError and DamagedObjectError.
    """
    keys = state.newest.holder_keys
    tokens: dict[str, list[str]] = {}
    for token in dict.fromkeys(map(token_of, symbols)):
        tokens.setdefault(keys[shard_of(token, len(keys))], []).append(token)

    def read(key: str) -> list[Entry]:
        text = tables.text(key)
        return [entry for token in tokens[key] for entry in _entries_in(text, token, key)]

    if len(tokens) <= 1:
        return [entry for key in tokens for entry in read(key)]
    with ThreadPoolExecutor(READS_AT_ONCE) as pool:
        return [entry for found in pool.map(read, sorted(tokens)) for entry in found]


def _entries_in(text: str, token: str, key: str) -> list[Entry]:
    """The lines of one token in `{token: [[...], ...], ...}`, without parsing those of all others.

    A quoted text before a colon is a name of this object: the lines are arrays, and in a text quotes are escaped.
    """
    named = f"{json.dumps(token, ensure_ascii=False)}:["
    at = text.find(named)
    while at > 0 and text[at - 1] not in "{,":
        at = text.find(named, at + 1)
    if at < 0:
        return []
    try:
        found, _ = json.JSONDecoder().raw_decode(text, at + len(named) - 1)
        if all(len(entry) in _LENGTHS for entry in found):
            entries: list[Entry] = found
            return entries
    except (ValueError, TypeError, RecursionError):
        pass
    raise DamagedObjectError(f"{key} cannot be read: rebuild the tables")


_ENTRY = ("etf", "line", "symbol", "name", "asset_class", "weight_pct", "weight_implied_pct", "shares", "value_usd")
_LENGTHS = (len(_ENTRY), len(_ENTRY) + 1)
"""With the ISIN of a line that its fund's filing identifies."""
