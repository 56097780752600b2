"""Stored snapshots on their way into a table: one that cannot be read is left out, by name, and stops no other."""

import json
import math
import re
from collections import deque
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from concurrent.futures import Future, ThreadPoolExecutor
from dataclasses import dataclass
from typing import Any

from etf_common.errors import DamagedObjectError, PipelineError, shorten
from etf_common.lake import Lake, StoredObject
from tables.columns import CORRECTED, FUNDS, HOLDINGS

READS_AT_ONCE = 20
RowOf = Callable[[Mapping[str, Any]], Mapping[str, Any]]
_INTEGERS = {"INTEGER": 2**31, "BIGINT": 2**63}
_TEXTS = ("symbol", "name", "asset_class")
_LINE = {name: HOLDINGS[name] for name in (*_TEXTS, *CORRECTED)}
_TEXT_TYPES, _NUMBER_TYPES = frozenset((str, type(None))), frozenset((int, float, type(None)))
# Half a character, which JSON can write and no column can hold.
_SURROGATE = re.compile(rb"\\u[dD][89a-fA-F]")
# What JSON that is not one of our snapshots makes Python say, here or in the analytics.
UNREADABLE = (ValueError, TypeError, KeyError, IndexError, AttributeError, ArithmeticError, RecursionError)


@dataclass(frozen=True)
class ReadSnapshot:
    """A snapshot as stored, what is in it, and its row of the funds table."""

    symbol: str
    stored: StoredObject
    row: Mapping[str, Any]


def read_objects(lake: Lake, keys: Mapping[str, str]) -> Iterator[tuple[str, StoredObject | DamagedObjectError | None]]:
    """By symbol, in order: the object of its key, None if there is none, or the damage; a few read ahead."""

    def read(key: str) -> StoredObject | DamagedObjectError | None:
        try:
            return lake.read_if_there(key)
        except DamagedObjectError as error:
            return error

    with ThreadPoolExecutor(READS_AT_ONCE) as pool:
        waiting: deque[tuple[str, Future[StoredObject | DamagedObjectError | None]]] = deque()
        for symbol, key in keys.items():
            waiting.append((symbol, pool.submit(read, key)))
            if len(waiting) > READS_AT_ONCE * 2:
                first, found = waiting.popleft()
                yield first, found.result()
        yield from ((symbol, found.result()) for symbol, found in waiting)


def snapshot_row(
    key: str,
    symbol: str,
    stored: StoredObject,
    row_of: RowOf,
    *,
    as_of: str | None = None,
    known: Mapping[str, Mapping[str, Any]] | None = None,
    parsed: Callable[[], Mapping[str, Any]] | None = None,
) -> ReadSnapshot:
    """The snapshot with its row, which is taken from `known` (by ETag) where the same bytes have been read before.

    `parsed` gives what `parsed_snapshot` made of it, where somebody needs that too.

    Raises DamagedObjectError, which names the key, for what no table can take: another shape, a number that JSON does
    not have, the snapshot of another fund or, where `as_of` is given, of another date.
    """
    row = (known or {}).get(stored.etag)
    if row is not None and row.get("etf") == symbol and as_of in {None, row.get("holdings_as_of")}:
        return ReadSnapshot(symbol, stored, row)
    try:
        row = row_of(parsed() if parsed else parsed_snapshot(key, symbol, stored, as_of=as_of))
        _check(row, FUNDS)
    except PipelineError:
        raise
    except UNREADABLE as error:
        raise _damaged(key, symbol, error) from None
    return ReadSnapshot(symbol, stored, row)


def parsed_snapshot(key: str, symbol: str, stored: StoredObject, *, as_of: str | None = None) -> dict[str, Any]:
    """What is in a snapshot, whose lines have only values that a table can take. Raises DamagedObjectError."""
    try:
        snapshot: dict[str, Any] = json.loads(stored.body.decode(), parse_constant=_refuse)
        if snapshot["symbol"] != symbol or as_of not in {None, snapshot["holdings_as_of"]}:
            raise ValueError(f"it is of {shorten(snapshot['symbol'])}, {shorten(snapshot['holdings_as_of'])}")
        _check_lines(snapshot["holdings"], may_have_surrogates=bool(_SURROGATE.search(stored.body)))
    except UNREADABLE as error:
        raise _damaged(key, symbol, error) from None
    return snapshot


def _damaged(key: str, symbol: str, error: Exception) -> DamagedObjectError:
    why = f"{type(error).__name__}: {error}"
    return DamagedObjectError(f"{key} cannot be read as a snapshot ({shorten(why, 120)}); replay {symbol}")


def _refuse(constant: str) -> float:
    raise ValueError(f"{constant} is not a number")


def _check_lines(lines: Sequence[Mapping[str, Any]], *, may_have_surrogates: bool) -> None:
    """Raises ValueError where a line has a value that no column can have; quick where all is well."""
    if may_have_surrogates or not _is_plain(lines):
        for line in lines:
            _check(line, _LINE)


def _is_plain(lines: Sequence[Mapping[str, Any]]) -> bool:
    """Whether no line can have such a value. Column by column: there are millions of lines."""
    for name in _LINE:
        values = [line.get(name) for line in lines]
        if name in _TEXTS:
            if not _TEXT_TYPES.issuperset(map(type, values)):
                return False
        elif not _NUMBER_TYPES.issuperset(map(type, values)) or not _is_finite(values):
            return False
    return True


def _is_finite(values: Iterable[float | None]) -> bool:
    """Whether a sum of them is; one that is not can have finite parts."""
    try:
        return math.isfinite(sum(filter(None, values)))
    except OverflowError:
        return False


def _check(values: Mapping[str, Any], columns: Mapping[str, str]) -> None:
    """Raises ValueError where a value is not one that its column can have."""
    for name, kind in columns.items():
        value = values.get(name)
        if value is not None and not _fits(value, kind):
            raise ValueError(f"{name} is {shorten(value)}")


def _fits(value: Any, kind: str) -> bool:
    if kind == "VARCHAR":
        return isinstance(value, str) and value.encode("utf-8", "replace").decode() == value
    if kind == "DOUBLE":
        return isinstance(value, int | float) and not isinstance(value, bool) and math.isfinite(float(value))
    if kind in _INTEGERS:
        return isinstance(value, int) and not isinstance(value, bool) and abs(value) < _INTEGERS[kind]
    return isinstance(value, bool) if kind == "BOOLEAN" else isinstance(value, list)
