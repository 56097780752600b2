"""An answer of the API as an agent is given it: with where it comes from, and cut where it would fill its context."""

import json
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from typing import Any

from etf_client import Answer, Client, UnexpectedAnswer

MOST_CHARACTERS = 40_000
"""Of a result: some 15,000 tokens. Agents cut or refuse what is much longer."""
SMALL_CHARACTERS = 4_000
"""Up to which a result is given as structured content too, which is the same once more."""
SAMPLE = "SAMPLE DATA, made up for trying things out: say so, and do not trade on it"
_FEWEST_FUNDS = 2
"""With fewer there is no overlap to ask for."""
_FEWEST_KEYS = 20
"""An object with fewer fields is no list by name: its fields are never cut away."""


@dataclass(frozen=True)
class Result:
    """What a tool returns: `value` is the object that `text` writes as JSON."""

    value: dict[str, Any]
    text: str

    @property
    def is_small(self) -> bool:
        """Whether it may be said twice."""
        return len(self.text) <= SMALL_CHARACTERS


def told(client: Client, name: str, arguments: Mapping[str, Any]) -> Result:
    """The answer of an operation, and what is to be known of it. Raises EtfError."""
    answer = client.call(name, **arguments)
    about = {
        "source": answer.source,
        "as_of": _as_of(client, answer, arguments),
        "stale": answer.stale,
        "complete": answer.complete,
    }
    notes = list(_notes(answer))
    whole = {**about, "notes": notes, "answer": answer.data}
    text = _written(whole)
    if len(text) <= MOST_CHARACTERS:
        return Result(whole, text)
    data, cuts = cut(answer.data, MOST_CHARACTERS - len(_written({**whole, "answer": None})) - 1_000)
    cuts.append(_ask_for_less(answer, arguments, data))
    shorter = {**about, "notes": [*notes, f"CUT, since it is long: {'; '.join(cuts)}"], "answer": data}
    text = _written(shorter)
    if len(text) > 2 * MOST_CHARACTERS:
        raise UnexpectedAnswer(f"the answer has {len(text):,} characters that cannot be cut: ask something narrower")
    return Result(shorter, text)


def _notes(answer: Answer[Any]) -> Iterator[str]:
    if answer.source == "sample":
        yield SAMPLE
    if answer.source == "unknown":
        yield "The stored data does not say where it comes from: do not rely on it"
    if answer.stale:
        yield f"STALE, newer data is due: {answer.stale_reason or 'no reason is given'}"
    if answer.complete is False:
        yield "PARTIAL: some holdings are not listed, so what is missing may still be held"


def _as_of(client: Client, answer: Answer[Any], arguments: Mapping[str, Any]) -> Any:
    """The date or dates of the data, as the answer tells them; None where it has no date."""
    if isinstance(answer.data, dict):
        dates = {name: value for name, value in answer.data.items() if _is_date_field(name) and value}
        return next(iter(dates.values())) if len(dates) == 1 else dates or None
    if arguments.get("as_of"):
        return arguments["as_of"]
    if answer.operation.name == "holdings" and answer.data:
        # The list of holdings has no date, its table has.
        rows = client.export("holdings", "records", **{**arguments, "limit": 1}).content
        return json.loads(rows)[0]["holdings_as_of"]
    days = [row["holdings_as_of"] for row in _objects(answer.data) if row.get("holdings_as_of")]
    return {"from": min(days), "to": max(days)} if days else None


def _is_date_field(name: str) -> bool:
    return name in {"from", "to"} or name.endswith("as_of")


def _objects(data: Any) -> Iterable[Mapping[str, Any]]:
    return (row for row in data if isinstance(row, dict)) if isinstance(data, list) else ()


def _ask_for_less(answer: Answer[Any], arguments: Mapping[str, Any], data: Any) -> str:
    known = {parameter.name for parameter in answer.operation.parameters}
    if "offset" in known and isinstance(data, list):
        return f"offset={int(arguments.get('offset') or 0) + len(data)} has the next rows"
    if "limit" in known:
        return f"ask for fewer rows with limit{', and for the next with offset' if 'offset' in known else ''}"
    if not (funds := known & {"symbols", "positions"}):
        return "ask something narrower"
    named = arguments.get(funds.pop()) or ()
    several = len(named.split(",") if isinstance(named, str) else named) > _FEWEST_FUNDS
    return "name fewer funds" if several else "`holdings` of each fund has its lines, with offset"


def cut(data: Any, most: int) -> tuple[Any, list[str]]:
    """The data with its longest lists shortened until its JSON has at most `most` characters, and what was cut.

    An object with many fields, such as the status by symbol, counts as a list. What has no list stays whole.
    """
    # A copy, since answers are kept.
    data = json.loads(json.dumps(data))
    lengths: dict[str, tuple[int, int]] = {}
    while (size := len(_written(data))) > most:
        found = max(_lists(data), key=lambda each: len(_written(each[1])), default=None)
        if found is None:
            break
        path, longest = found
        first = lengths[path][1] if path in lengths else len(longest)
        keep = max(1, min(len(longest) - 1, int(len(longest) * most / size)))
        _shorten(longest, keep)
        lengths[path] = keep, first
    return data, [f"{path or 'the answer'} shows {kept:,} of {first:,}" for path, (kept, first) in lengths.items()]


def _lists(value: Any, path: str = "") -> Iterator[tuple[str, Any]]:
    """The lists and long objects in a value that can still be shortened, with their paths."""
    if isinstance(value, list):
        if len(value) > 1:
            yield path, value
        for index, item in enumerate(value[:_FEWEST_KEYS]):
            yield from _lists(item, f"{path}[{index}]")
    elif isinstance(value, dict):
        if len(value) > _FEWEST_KEYS and all(isinstance(item, dict) for item in value.values()):
            yield path, value
        for name, item in value.items():
            yield from _lists(item, f"{path}.{name}".lstrip("."))


def _shorten(longest: Any, keep: int) -> None:
    if isinstance(longest, list):
        del longest[keep:]
        return
    for name in list(longest)[keep:]:
        del longest[name]


def _written(value: Any) -> str:
    return json.dumps(value, ensure_ascii=False, separators=(",", ":"))
