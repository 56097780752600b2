"""The tables of holdings dates: `tables/holdings/as_of=DATE/` and `tables/funds/as_of=DATE/`."""

from collections.abc import Callable, Iterable, Iterator, Mapping
from concurrent.futures import ThreadPoolExecutor
from typing import Any

from etf_common.lake import Lake, StoredObject, WriteConflictError, dated_key
from etf_common.table_keys import funds_key, holdings_key
from tables.parquet import DateTables, RowOf, merged

CONTENT_TYPE = "application/vnd.apache.parquet"
READS_AT_ONCE = 20
TRIES = 5
"""Another writer of the same date is rare, and every conflict means that it went on."""


def build_date(lake: Lake, as_of: str, symbols: Iterable[str], row_of: RowOf) -> None:
    """Write the tables of one holdings date anew with the snapshots of these symbols.

    Raises WriteConflictError when other writers keep coming first; DamagedObjectError for a snapshot or a table whose
    bytes are not what was stored.
    """
    wanted = sorted(symbols)
    for tries_left in reversed(range(TRIES)):
        keys = holdings_key(as_of), funds_key(as_of)
        holdings, funds = (lake.read_if_there(key) for key in keys)
        standing = DateTables(holdings.body, funds.body) if holdings and funds else None
        tables = merged(standing, read_snapshots(lake, {symbol: dated_key(symbol, as_of) for symbol in wanted}), row_of)
        try:
            _replace(lake, keys[0], tables.holdings, holdings)
            _replace(lake, keys[1], tables.funds, funds)
        except WriteConflictError:
            if not tries_left:
                raise
        else:
            return


def _replace(lake: Lake, key: str, body: bytes, known: StoredObject | None) -> None:
    if known is None or known.body != body:
        lake.replace(key, body, CONTENT_TYPE, {}, known=known)


def read_snapshots(lake: Lake, keys: Mapping[str, str]) -> Iterator[tuple[str, bytes]]:
    """(symbol, body) of the snapshots that there are, in order, a few read ahead of the caller."""
    with ThreadPoolExecutor(READS_AT_ONCE) as pool:
        symbols = list(keys)
        for start in range(0, len(symbols), READS_AT_ONCE * 2):
            part = symbols[start : start + READS_AT_ONCE * 2]
            read: Callable[[str], Any] = lake.read_if_there
            for symbol, stored in zip(part, pool.map(read, [keys[symbol] for symbol in part]), strict=True):
                if stored is not None:
                    yield symbol, stored.body
