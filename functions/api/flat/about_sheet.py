"""What an answer says beside its table, as a sheet of its workbook: dates, source, what is complete, reasons."""

from collections.abc import Iterable, Mapping
from itertools import chain
from typing import Any

from etf_common.codes import FlawCode, IssueCode, Reason
from etf_common.workbook import Facts

_MEANINGS = {str(code): code.meaning for code in chain(FlawCode, IssueCode, Reason)}
_CODES = ("reasons", "flaws")
"""Objects that say by the dotted path of a figure why it is null, or what is wrong with it."""
_SOURCES = {"schwab": "the portal of Charles Schwab", "sample": "made-up data"}
_Rows = Iterable[tuple[str, Any, str]]


def about(answer: Any, source: str = "") -> Facts:
    """Every single value of an answer by its dotted path, and of each list of objects how long it is.

    A figure with bounds is two rows; one that is null has its reason beside it. `source`: where the data come from.
    """
    rows = list(_facts(answer, ""))
    if source and "source" not in (name for name, _, _ in rows):
        rows.insert(0, ("source", source, _SOURCES.get(source, "")))
    return Facts(rows)


def _facts(value: Any, path: str) -> _Rows:
    if isinstance(value, Mapping):
        yield from _of_object(value, f"{path}." if path else "")
    elif not isinstance(value, list | tuple):
        yield path, value, ""
    elif value and all(isinstance(item, str) for item in value):
        yield path, ", ".join(value), ""
    elif value:
        yield path or "rows", len(value), "rows; format=json has them whole"


def _of_object(value: Mapping[str, Any], stem: str) -> _Rows:
    if value.keys() == {"low", "high"}:
        yield f"{stem[:-1]}_low", value["low"], "at least"
        yield f"{stem[:-1]}_high", value["high"], "at most"
        return
    codes = _codes(value, stem)
    for name, part in value.items():
        if name not in _CODES:
            for inner, cell, meaning in _facts(part, f"{stem}{name}"):
                yield inner, cell, "; ".join(filter(None, [meaning, codes.pop(inner, "")]))
    # Of figures in lists, which are not here one by one.
    for inner, told in codes.items():
        yield inner, None, told


def _codes(value: Mapping[str, Any], stem: str) -> dict[str, str]:
    """By path: the code of a figure and its meaning."""
    found = (value[name] for name in _CODES if isinstance(value.get(name), Mapping))
    return {f"{stem}{path}": _meant(code) for codes in found for path, code in _single(codes, "")}


def _single(codes: Mapping[str, Any], stem: str) -> Iterable[tuple[str, str]]:
    """The codes by their paths; where an answer has several parts, they stand by part."""
    for name, code in codes.items():
        if isinstance(code, Mapping):
            yield from _single(code, f"{stem}{name}.")
        else:
            yield f"{stem}{name}", str(code)


def _meant(code: str) -> str:
    return f"{code}: {_MEANINGS[code]}" if code in _MEANINGS else code
