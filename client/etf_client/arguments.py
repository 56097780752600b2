"""Arguments as the API writes them: paths, queries, positions."""

import math
from collections.abc import Iterable, Mapping, Sequence
from datetime import date
from decimal import Decimal
from numbers import Number
from typing import Any
from urllib.parse import quote, urlencode

from etf_client.errors import UsageError
from etf_client.operations import Operation

Position = Mapping[str, Any]
"""`{"symbol": "VTI", "amount_usd": 6000}`; in place of `amount_usd` also `proportion`, or `shares` where allowed."""
Positions = Mapping[str, float] | Sequence[Position]


def usd(amounts: Mapping[str, float]) -> list[Position]:
    """Positions in USD by symbol, for a body."""
    return _positions(amounts, "amount_usd")


def shares(counts: Mapping[str, float]) -> list[Position]:
    """Positions in shares by symbol, for the body of drift() and rebalance()."""
    return _positions(counts, "shares")


def proportions(parts: Mapping[str, float]) -> list[Position]:
    """Positions as proportions in any unit by symbol, for a body."""
    return _positions(parts, "proportion")


def path_of(operation: Operation, given: Mapping[str, Any]) -> str:
    """The operation's path with its query. Raises UsageError."""
    path, query = operation.path, {}
    for parameter in operation.parameters:
        value = given.get(parameter.name)
        if value is None and parameter.required and parameter.place != "body":
            raise UsageError(f"{operation.name}() needs {parameter.argument}: {parameter.description}")
        if parameter.place == "path":
            path = path.replace(f"{{{parameter.name}}}", _segment(parameter.name, value))
        elif parameter.place == "query" and value is not None:
            query[parameter.name] = text_of(value)
    return f"{path}?{urlencode(query, quote_via=quote)}" if query else path


def body_of(operation: Operation, body: Any, given: Mapping[str, Any]) -> dict[str, Any]:
    """The body of a POST: `body` is all of it, or the positions alone; fields that are given by name win.

    Raises UsageError.
    """
    if body is None:
        whole: dict[str, Any] = {}
    elif isinstance(body, Mapping) and not _are_amounts(body):
        whole = dict(body)
    else:
        whole = {"positions": body}
    fields = {parameter.name for parameter in operation.parameters if parameter.place == "body"}
    whole |= {name: value for name, value in given.items() if name in fields and value is not None}
    if isinstance(positions := whole.get("positions"), Mapping):
        whole["positions"] = _positions(positions, operation.unit)
    return {name: _plain(value) for name, value in whole.items()}


def text_of(value: Any) -> str:
    """A value as a query has it: `true`, `2026-10-01`, `VTI,VOO`, `VTI:60,QQQ:40`, and a number without exponent.

    Raises UsageError.
    """
    value = _scalar(value)
    if isinstance(value, bool):
        return "true" if value else "false"
    if isinstance(value, int | float | Decimal):
        return _number(value)
    if isinstance(value, date):
        return value.isoformat()[: len("2026-10-01")]
    if isinstance(value, Mapping):
        return ",".join(f"{text_of(name)}:{text_of(part)}" for name, part in value.items())
    if isinstance(value, Iterable) and not isinstance(value, str | bytes):
        return ",".join(map(text_of, value))
    text = str(value)
    if not text.isascii() and any("\ud800" <= letter <= "\udfff" for letter in text):
        # Python's stand-ins for bytes of a command line that are no UTF-8.
        raise UsageError(f"{text!r} is no text that can be sent; write it in UTF-8")
    return text


def _scalar(value: Any) -> Any:
    """A number of NumPy's as Python's own; anything else as it is."""
    return value.item() if hasattr(value, "item") and getattr(value, "ndim", None) == 0 else value


def _number(value: float | Decimal) -> str:
    if not math.isfinite(value):
        raise UsageError(f"{value} is no number that can be asked for")
    text = format(Decimal(repr(float(value))) if isinstance(value, float) else Decimal(value), "f")
    return text.rstrip("0").rstrip(".") if "." in text else text


def _segment(name: str, value: Any) -> str:
    text = text_of(value).strip()
    # `.` and `..` would be another path.
    if text in {"", ".", ".."}:
        raise UsageError(f"{name} is {text!r}; give one such as VTI" if name == "symbol" else f"{name} is {text!r}")
    return quote(text, safe="")


def _positions(amounts: Mapping[str, float], unit: str) -> list[Position]:
    return [{"symbol": symbol, unit: amount} for symbol, amount in amounts.items()]


def _are_amounts(body: Mapping[Any, Any]) -> bool:
    return bool(body) and all(isinstance(value, Number) for value in body.values())


def _plain(value: Any) -> Any:
    """What JSON can write of a value: dates as text, any mapping as an object, any other series as an array."""
    value = _scalar(value)
    if isinstance(value, date):
        return text_of(value)
    if isinstance(value, Decimal):
        return float(value)
    if isinstance(value, Mapping):
        return {str(name): _plain(item) for name, item in value.items()}
    if isinstance(value, Iterable) and not isinstance(value, str | bytes):
        return [_plain(item) for item in value]
    return value
