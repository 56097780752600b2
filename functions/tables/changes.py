"""What changed in the lake, as the events of a queue tell it."""

import json
import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Any
from urllib.parse import unquote_plus

from etf_common.errors import MalformedEventError

_SYMBOL = r"[A-Z0-9]{1,10}(?:\.[A-Z0-9]{1,4})?"
_DATED = re.compile(rf"processed/({_SYMBOL})/(\d{{4}}-\d{{2}}-\d{{2}})\.json")
_NEWEST = re.compile(rf"(?:processed/({_SYMBOL})/latest|status/({_SYMBOL}))\.json")


@dataclass(frozen=True)
class Changes:
    """Dated snapshots by holdings date, and the symbols whose newest snapshot or status was written."""

    dated: Mapping[str, frozenset[str]]
    newest: frozenset[str]

    def __bool__(self) -> bool:
        return bool(self.dated or self.newest)


def changes_of(keys: Iterable[str]) -> Changes:
    """The changes that these written keys mean; keys of anything else mean none."""
    dated: dict[str, set[str]] = {}
    newest: set[str] = set()
    for key in keys:
        if match := _DATED.fullmatch(key):
            dated.setdefault(match[2], set()).add(match[1])
        elif match := _NEWEST.fullmatch(key):
            newest.add(match[1] or match[2])
    return Changes({day: frozenset(symbols) for day, symbols in sorted(dated.items())}, frozenset(newest))


def written_keys(event: Mapping[str, Any]) -> list[str]:
    """The keys that an SQS event of S3's notifications names. Raises MalformedEventError.

    S3's first message on a new notification, `s3:TestEvent`, names none. Keys come URL-encoded.
    """
    keys: list[str] = []
    try:
        for message in event["Records"]:
            told = json.loads(message["body"])
            keys += [unquote_plus(record["s3"]["object"]["key"]) for record in told.get("Records", [])]
    except (KeyError, TypeError, ValueError, AttributeError):
        raise MalformedEventError("the event is not a batch of S3 notifications") from None
    return keys
