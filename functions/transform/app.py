"""Transform: a capture committed in raw/ becomes a snapshot in processed/."""

import time
from collections.abc import Callable, Mapping
from typing import Any

from etf_common.handlers import lazy_handler
from etf_common.lake import Lake
from etf_common.metrics import Metrics
from etf_common.s3_events import in_turn
from transform.attempt import Transform, captured_pages

Handler = Callable[[dict[str, Any], Any], list[dict[str, Any]]]


def create(environ: Mapping[str, str], *, clock: Callable[[], float] = time.monotonic) -> Handler:
    """The Lambda handler over LAKE_BUCKET. Raises UsageError for a bad variable."""
    transform = Transform(Lake.from_environment(environ), Metrics(environ), clock)

    def handler(event: dict[str, Any], _context: Any) -> list[dict[str, Any]]:
        """Transform every page that an S3 event names.

        Raises MalformedEventError, and what `transform` raises, once every page has had its turn: the event comes
        again, and then it is a dead letter.
        """
        return in_turn(lambda page: transform(*page), captured_pages(event))

    return handler


__getattr__ = lazy_handler(create)
