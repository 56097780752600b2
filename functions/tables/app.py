"""Tables: what was written to processed/ and status/ goes into the tables of the whole lake."""

import logging
import time
from collections.abc import Callable, Mapping
from datetime import UTC, datetime
from typing import Any

from etf_common.errors import UsageError
from etf_common.handlers import lazy_handler
from etf_common.lake import Lake
from etf_common.metrics import Metrics
from etf_common.symbols import canonical
from tables.work import Work

log = logging.getLogger("etf.tables")
Handler = Callable[[dict[str, Any], Any], dict[str, Any]]
_ALLOWED = 'give {"rebuild": "all"} or {"rebuild": ["VTI", "VOO"]}, or the messages of the tables queue'


def create(
    environ: Mapping[str, str],
    *,
    now: Callable[[], datetime] = lambda: datetime.now(UTC),
    clock: Callable[[], float] = time.monotonic,
) -> Handler:
    """The Lambda handler over LAKE_BUCKET. Raises UsageError for a bad variable."""
    work = Work(Lake.from_environment(environ), Metrics(environ), now, clock)

    def handler(event: dict[str, Any], context: Any) -> dict[str, Any]:
        """Build what the messages of an SQS event name, or `{"rebuild": "all"}`, or `{"rebuild": ["VTI"]}`.

        Returns `{"batchItemFailures": [...]}` for messages, so that only those come again whose objects could not be
        built: one that never can be ends as a dead letter and keeps no other waiting. For a rebuild it returns
        `{"dates": [...], "funds": number}`. Raises UsageError, and what fails for every message alike, such as the
        storage: then the whole batch comes again.
        """
        seconds_left = _seconds_left(context)
        if isinstance(event, Mapping) and "Records" in event:
            return work.messages(event, seconds_left)
        return work.rebuild(_symbols(event), seconds_left)

    return handler


def _symbols(event: Any) -> list[str] | None:
    """The symbols to be rebuilt; None for all. Raises UsageError."""
    if not isinstance(event, Mapping) or event.keys() != {"rebuild"}:
        raise UsageError(f"the event is not understood: {_ALLOWED}")
    asked = event["rebuild"]
    if asked == "all":
        return None
    if not isinstance(asked, list) or not asked or not all(isinstance(symbol, str) for symbol in asked):
        raise UsageError(f"rebuild is not understood: {_ALLOWED}")
    return list(dict.fromkeys(canonical(symbol) for symbol in asked))


def _seconds_left(context: Any) -> Callable[[], float] | None:
    """What Lambda's context says of the time that is left; None where there is no limit."""
    remaining = getattr(context, "get_remaining_time_in_millis", None)
    return (lambda: remaining() / 1000) if remaining else None


__getattr__ = lazy_handler(create)
