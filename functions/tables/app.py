"""Tables: what was written to processed/ and status/ goes into the tables of the whole lake."""

import logging
import time
from collections.abc import Callable, Mapping
from datetime import UTC, datetime
from typing import Any, Literal

from etf_common.errors import UsageError
from etf_common.handlers import lazy_handler, seconds_left
from etf_common.lake import Lake
from etf_common.metrics import Metrics
from etf_common.symbols import canonical
from tables.alerting import Alerting
from tables.topic import Topic
from tables.work import Work

log = logging.getLogger("etf.tables")
Handler = Callable[[dict[str, Any], Any], dict[str, Any]]
_ALLOWED = (
    'give {"rebuild": "all"}, {"rebuild": "newest"} or {"rebuild": ["VTI", "VOO"]}, or the messages of the tables queue'
)


def create(
    environ: Mapping[str, str],
    *,
    now: Callable[[], datetime] = lambda: datetime.now(UTC),
    clock: Callable[[], float] = time.monotonic,
) -> Handler:
    """The Lambda handler over LAKE_BUCKET. Raises UsageError for a bad variable."""
    lake, topic = Lake.from_environment(environ), Topic.from_environment(environ)
    work = Work(lake, Metrics(environ), now, clock, Alerting(lake, topic, now) if topic else None)

    def handler(event: dict[str, Any], context: Any) -> dict[str, Any]:
        """Build what the messages of an SQS event name, or what `{"rebuild": "all"}`, "newest" or ["VTI"] asks for, and
        publish the alerts of what is new in them.

        Returns `{"batchItemFailures": [...]}` for messages, so that only those come again whose objects could not be
        built or whose alerts could not be published: one that never can be ends as a dead letter and keeps no other
        waiting. For a rebuild it returns `{"dates": [...], "funds": number}`. Raises UsageError, and what fails for
        every message alike, such as the storage: then the whole batch comes again.
        """
        if isinstance(event, Mapping) and "Records" in event:
            return work.messages(event, seconds_left(context))
        asked = _asked(event)
        return work.rebuild_newest() if asked == "newest" else work.rebuild(asked, seconds_left(context))

    return handler


def _asked(event: Any) -> list[str] | Literal["newest"] | None:
    """The symbols to be rebuilt; None for all. Raises UsageError."""
    if not isinstance(event, Mapping) or event.keys() != {"rebuild"}:
        raise UsageError(f"the event is not understood: {_ALLOWED}")
    asked = event["rebuild"]
    if asked == "all":
        return None
    if asked == "newest":
        return "newest"
    if not isinstance(asked, list) or not asked or not all(isinstance(symbol, str) for symbol in asked):
        raise UsageError(f"rebuild is not understood: {_ALLOWED}")
    return list(dict.fromkeys(canonical(symbol) for symbol in asked))


__getattr__ = lazy_handler(create)
