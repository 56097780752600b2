"""The ISINs that funds' filings give the lines of their lists, from the tables: they settle what names cannot."""

import json
import logging
from collections.abc import Iterable
from dataclasses import dataclass

from api.faults import TablesError
from api.lake.tables import LakeTables, TablesState
from etf_analytics import By, Isins, isins_of
from etf_common.errors import DamagedObjectError
from etf_common.table_keys import shard_of

log = logging.getLogger("etf.api")


@dataclass(frozen=True)
class KnownIsins:
    """The ISINs of one fund's lines. `version` is another one where they can be others."""

    version: str
    isins: Isins


def known_isins(tables: LakeTables, symbols: Iterable[str], by: By) -> dict[str, KnownIsins]:
    """The ISINs of those funds of which the tables have any; by issuer none are needed.

    Where the tables cannot be read, funds are compared without: names decide, as they do for funds without filings.
    """
    wanted = list(symbols)

    def read(state: TablesState) -> dict[str, KnownIsins]:
        keys, heads = state.newest.isin_keys, state.newest.filings
        found = {}
        for symbol in wanted:
            if keys and symbol in heads:
                isins = _isins(tables, keys[shard_of(symbol, len(keys))], symbol)
                if isins:
                    found[symbol] = KnownIsins(f"{heads[symbol]['etag']} {heads[symbol]['list_etag']}", isins)
        return found

    try:
        return {} if by == "issuer" else tables.answered(read) or {}
    except (TablesError, DamagedObjectError) as error:
        log.error("damaged", extra={"why": error.message})
        return {}


def _isins(tables: LakeTables, key: str, symbol: str) -> Isins:
    """Those of one fund, in an object of several. Raises MissingObjectError and DamagedObjectError."""
    text, named = tables.text(key), f"{json.dumps(symbol)}:[["
    # A quoted text before a colon is a name of this object: the rest are arrays, and in a text quotes are escaped.
    at = text.find(named)
    if at < 0:
        return {}
    try:
        rows, _ = json.JSONDecoder().raw_decode(text, at + len(named) - 2)
        return isins_of(rows)
    except (ValueError, TypeError, RecursionError):
        raise DamagedObjectError(f"{key} cannot be read: rebuild the tables") from None
