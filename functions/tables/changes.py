"""What the messages of the tables queue tell: which snapshots and statuses were written, or may have been missed."""

import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any
from urllib.parse import unquote_plus

from etf_common.errors import MalformedEventError, PipelineError, shorten
from etf_common.freshness import moment
from etf_common.symbols import canonical
from etf_common.table_changes import Changes, changes_of


@dataclass(frozen=True)
class Message:
    """One message of the queue."""

    id: str
    changes: Changes = field(default_factory=Changes)
    """What S3 says was written."""
    redriven: frozenset[str] = frozenset()
    """Symbols of which something may have been missed: they are compared with what the tables have."""
    written_at: datetime | None = None
    """When the first of the objects was written, by S3's own time."""


def messages_of(event: Mapping[str, Any]) -> tuple[list[Message], dict[str, MalformedEventError]]:
    """The messages of an SQS event, and by its id each one that is neither S3's nor the sweep's.

    Raises MalformedEventError for what is not an event of SQS.
    """
    messages: list[Message] = []
    malformed: dict[str, MalformedEventError] = {}
    try:
        records = [(str(record["messageId"]), record["body"]) for record in event["Records"]]
    except (KeyError, TypeError) as error:
        raise MalformedEventError(f"this is not an event of SQS ({type(error).__name__}: {error})") from None
    for identifier, body in records:
        try:
            messages.append(_message(identifier, json.loads(body)))
        except MalformedEventError as error:
            malformed[identifier] = error
        except (KeyError, TypeError, ValueError, AttributeError, RecursionError, PipelineError) as error:
            what = f"{type(error).__name__}: {error}"
            malformed[identifier] = MalformedEventError(
                f"the message is neither a notification of S3 nor a redrive ({shorten(what)})"
            )
    return messages, malformed


def _message(identifier: str, told: Any) -> Message:
    if told.get("Event") == "s3:TestEvent":
        return Message(identifier)  # what S3 sends first to a new target
    if told.keys() == {"redrive"}:
        return Message(identifier, redriven=frozenset(_symbols(told["redrive"])))
    keys = [unquote_plus(record["s3"]["object"]["key"]) for record in told["Records"]]
    times = [time for record in told["Records"] if (time := moment(record.get("eventTime")))]
    return Message(identifier, changes_of(keys), written_at=min(times, default=None))


def _symbols(told: Any) -> Sequence[str]:
    if not isinstance(told, list) or not all(isinstance(symbol, str) for symbol in told):
        raise MalformedEventError('redrive is not a list of symbols: send {"redrive": ["VTI"]}')
    return [canonical(symbol) for symbol in told]
