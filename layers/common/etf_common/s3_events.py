"""What S3 sends when objects are written, and the work that is done for each."""

from collections.abc import Callable, Iterable, Mapping
from typing import Any, TypeVar
from urllib.parse import unquote_plus

from etf_common.errors import MalformedEventError, PipelineError, shorten

Item = TypeVar("Item")
Answer = TypeVar("Answer")


def written_keys(event: Mapping[str, Any]) -> list[str]:
    """The keys that an S3 event names, where they are URL-encoded. Raises MalformedEventError."""
    if isinstance(event, Mapping) and event.get("Event") == "s3:TestEvent":
        return []  # what S3 sends first to a new target
    try:
        return [unquote_plus(record["s3"]["object"]["key"]) for record in event["Records"]]
    except (KeyError, TypeError, AttributeError) as error:
        what = f"{type(error).__name__}: {error}"
        raise MalformedEventError(f"this is not an event of S3 ({shorten(what)}); nothing is done") from None


def in_turn(work: Callable[[Item], Answer], items: Iterable[Item]) -> list[Answer]:
    """What `work` answers for each. Every item has its turn before the first failure is raised."""
    answers, failures = [], []
    for item in items:
        try:
            answers.append(work(item))
        except PipelineError as error:
            failures.append(error)
    if failures:
        raise failures[0]
    return answers
