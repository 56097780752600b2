"""Extract: one queue message, one symbol; Schwab's answers go into raw/, byte for byte."""

import time
from collections.abc import Callable, Mapping
from contextlib import AbstractContextManager
from datetime import UTC, datetime
from typing import Any

from etf_common.handlers import lazy_handler
from etf_common.lake import Lake
from etf_common.messages import RefreshMessage
from etf_common.metrics import Metric, Metrics
from etf_common.settings import portal_url, user_agent
from extract.attempt import extract
from extract.portal import Portal
from extract.transport import Budget, Transport

Handler = Callable[[dict[str, Any], Any], dict[str, Any]]


def create(
    environ: Mapping[str, str],
    *,
    gate: AbstractContextManager[Any] | None = None,
    now: Callable[[], datetime] = lambda: datetime.now(UTC),
    sleep: Callable[[float], None] = time.sleep,
    clock: Callable[[], float] = time.monotonic,
) -> Handler:
    """The Lambda handler over LAKE_BUCKET, SCHWAB_URL and USER_AGENT. Raises UsageError for a bad variable.

    `gate` is held during each request to the portal, where several handlers share one process.
    """
    lake, metrics = Lake.from_environment(environ), Metrics(environ)
    base_url, agent = portal_url(environ), user_agent(environ)

    def handler(event: dict[str, Any], _context: Any) -> dict[str, Any]:
        """Refresh the symbol of an SQS event. Raises MalformedEventError and what `extract` raises: the queue tries
        again, and then it is a dead letter.
        """
        message = RefreshMessage.from_sqs_event(event)
        fields = {"symbol": message.symbol, "run": message.run}
        began = clock()
        try:
            with Transport(agent, Budget(), gate=gate, sleep=sleep) as transport:
                answer = extract(message, Portal(base_url, transport), lake, now)
        except Exception:
            metrics.emit({Metric.FETCH_FAILURES: 1}, fields)
            raise
        values = {Metric.FETCHED_SYMBOLS: 1, Metric.FETCHED_BYTES: answer["bytes"]} if answer["key"] else {}
        metrics.emit({**values, Metric.FETCH_FAILURES: 0, Metric.FETCH_SECONDS: clock() - began}, fields)
        return answer

    return handler


__getattr__ = lazy_handler(create)
