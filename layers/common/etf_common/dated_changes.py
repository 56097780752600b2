"""What the tables function writes of a fund's dates: `tables/history/{symbol}.json`, and of all funds
`tables/changes/as_of={date}/_changes.json`.
"""

import json
import math
import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any, Self

from etf_common.errors import DamagedObjectError
from etf_common.table_keys import changes_key, history_key

SCHEMA_VERSION = 1
HISTORY_WITH_ROWS = 40
"""The newest dates of a history whose digests have `largest_trades`; the others would make it twice as large."""
_DAY = re.compile(r"\d{4}-\d{2}-\d{2}")
_SURROGATE = re.compile(rb"\\u[dD][89a-fA-F]")
_UNREADABLE = (ArithmeticError, AttributeError, KeyError, RecursionError, TypeError, ValueError)
Digest = Mapping[str, Any]
"""What one fund traded between two dates, as `etf_analytics.two_dates.digest` makes it."""


def _is_text(value: Any) -> bool:
    return isinstance(value, str)


def _is_number(value: Any) -> bool:
    return isinstance(value, int | float) and not isinstance(value, bool) and math.isfinite(value)


def _is_count(value: Any) -> bool:
    return isinstance(value, int) and not isinstance(value, bool) and value >= 0


def _is_flag(value: Any) -> bool:
    return isinstance(value, bool)


def _is_figure(value: Any) -> bool:
    """A number, or bounds."""
    if isinstance(value, dict):
        return value.keys() == {"low", "high"} and all(map(_is_number, value.values()))
    return _is_number(value)


def _is_texts(value: Any) -> bool:
    return isinstance(value, dict) and all(map(_is_text, value.values()))


def _optional(check: Callable[[Any], bool]) -> Callable[[Any], bool]:
    return lambda value: value is None or check(value)


def _rows(shape: "_Shape") -> Callable[[Any], bool]:
    return lambda value: isinstance(value, list) and all(_has(row, shape) for row in value)


_Shape = Mapping[str, Callable[[Any], bool]]
_TEXT, _NUMBER, _COUNT = _optional(_is_text), _optional(_is_number), _optional(_is_count)
_NAMED: _Shape = {"symbol": _TEXT, "name": _TEXT}
_TRADE: _Shape = {
    "kind": _is_text,
    **_NAMED,
    **dict.fromkeys(
        ("traded_shares", "traded_usd", "weight_from_pct", "weight_to_pct", "trade_pct"),
        _NUMBER,
    ),
}
_COUNTED = ("added", "removed", "increased", "decreased", "entered", "left", "undetermined")
_DIGEST: _Shape = {
    **dict.fromkeys(("symbol", "from", "to", "etag_from", "etag_to", "source"), _is_text),
    **dict.fromkeys(("name", "fetched_at", "flow_reason"), _TEXT),
    **dict.fromkeys(("flow_factor", "turnover_pct", "max_trade_pct"), _NUMBER),
    **dict.fromkeys((*(f"{name}_count" for name in _COUNTED), "included", "reported"), _COUNT),
    **dict.fromkeys(("baskets", "unchanged_count"), _is_count),
    "complete": _is_flag,
    "splits": _rows({**_NAMED, "ratio": _is_number}),
    **dict.fromkeys(("flaws", "reasons"), _is_texts),
}
_RECORD: _Shape = {
    "etag": _is_text,
    "rows": _COUNT,
    "weight_pct": _NUMBER,
    "last_price": _NUMBER,
    "complete": _is_flag,
    "fetched_at": _TEXT,
    "source": _TEXT,
    "quote": lambda value: _has(value, {"as_of": _TEXT, "session": _TEXT, "last_price": _NUMBER}),
    **dict.fromkeys(("top_10_pct", "hhi_points"), _optional(_is_figure)),
    "largest": _optional(lambda value: _has(value, {**_NAMED, "weight_pct": _is_number})),
    "sectors": _rows({"sector": _is_text, "weight_pct": _optional(_is_figure)}),
}


def _has(value: Any, shape: _Shape) -> bool:
    return isinstance(value, dict) and all(name in value and check(value[name]) for name, check in shape.items())


def _is_digest(value: Any) -> bool:
    # A history has the rows of its newest dates only.
    return _has(value, _DIGEST) and _rows(_TRADE)(value.get("largest_trades", [])) and _TEXT(value.get("changed_at"))


def _loaded(body: bytes) -> Any:
    value = json.loads(body, parse_constant=_refuse)
    if _SURROGATE.search(body):
        # Half a surrogate pair, which UTF-8 cannot encode and no answer could have.
        json.dumps(value, ensure_ascii=False).encode()
    return value


def _refuse(constant: str) -> float:
    raise ValueError(f"{constant} is not a number")


def _document(stored: Mapping[str, Any]) -> bytes:
    return json.dumps(stored, ensure_ascii=False, separators=(",", ":"), allow_nan=False).encode()


@dataclass(frozen=True)
class FundHistory:
    """The holdings dates of one fund."""

    symbol: str
    dates: Mapping[str, Mapping[str, Any]]
    """By holdings date, oldest first: the figures of that date, and `change`, the digest since the date before."""

    @classmethod
    def parse(cls, body: bytes, symbol: str) -> Self | None:
        """The history of a stored object; None if another release wrote it in another form.

        Raises DamagedObjectError if it is not what any release writes, or if it is another fund's.
        """
        try:
            stored = _loaded(body)
            if stored["schema_version"] != SCHEMA_VERSION:
                return None
            dates = stored["dates"]
            if stored["symbol"] != symbol or not all(_is_record(day, record, symbol) for day, record in dates.items()):
                raise ValueError("it has another shape")
        except _UNREADABLE:
            raise DamagedObjectError(
                f'{history_key(symbol)} cannot be read: rebuild its tables ({{"rebuild": ["{symbol}"]}})'
            ) from None
        return cls(symbol, {day: dates[day] for day in sorted(dates)})

    def document(self) -> bytes:
        """What is stored."""
        dates = {day: self.dates[day] for day in sorted(self.dates)}
        return _document({"schema_version": SCHEMA_VERSION, "symbol": self.symbol, "dates": dates})


def _is_record(day: str, record: Any, symbol: str) -> bool:
    if not _DAY.fullmatch(day) or not _has(record, _RECORD):
        return False
    change = record["change"]
    return change is None or (
        _is_digest(change) and change["symbol"] == symbol and change["to"] == day and change["from"] < day
    )


@dataclass(frozen=True)
class DateChanges:
    """What all funds traded up to one holdings date, each since its own date before."""

    as_of: str
    funds: Mapping[str, Digest]
    """By symbol."""

    @classmethod
    def parse(cls, body: bytes, as_of: str) -> Self | None:
        """The changes of a stored object; None if another release wrote it in another form.

        Raises DamagedObjectError if it is not what any release writes, or if it is of another date.
        """
        try:
            stored = _loaded(body)
            if stored["schema_version"] != SCHEMA_VERSION:
                return None
            funds = stored["funds"]
            if stored["as_of"] != as_of or not all(
                _is_digest(digest) and digest["symbol"] == symbol and digest["to"] == as_of
                for symbol, digest in funds.items()
            ):
                raise ValueError("it has another shape")
        except _UNREADABLE:
            raise DamagedObjectError(f"{changes_key(as_of)} cannot be read: rebuild the tables") from None
        return cls(as_of, funds)

    def document(self) -> bytes:
        """What is stored."""
        funds = {symbol: self.funds[symbol] for symbol in sorted(self.funds)}
        return _document({"schema_version": SCHEMA_VERSION, "as_of": self.as_of, "funds": funds})
