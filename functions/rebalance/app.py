"""Rebalance: solves the problem that the API hands over. It reads and writes nothing, and keeps nothing."""

import logging
import time
from collections.abc import Callable, Mapping
from typing import Any

from etf_common.errors import UsageError
from etf_common.handlers import lazy_handler, seconds_left
from etf_common.metrics import Metric, Metrics
from rebalance.solving import solve

log = logging.getLogger("etf.rebalance")
Handler = Callable[[dict[str, Any], Any], dict[str, Any]]
SPARE_SECONDS = 2.0
"""Of Lambda's time: to begin and end, and for what HiGHS takes past its limit."""


def create(environ: Mapping[str, str], *, clock: Callable[[], float] = time.monotonic) -> Handler:
    """The Lambda handler."""
    metrics = Metrics(environ)

    def handler(event: dict[str, Any], context: Any) -> dict[str, Any]:
        """Solve a problem; returns the solution. Raises UsageError for a problem that cannot be read."""
        began, remaining = clock(), seconds_left(context)
        try:
            most = max(remaining() - SPARE_SECONDS, 0.0) if remaining else None
            solution = solve(event, clock=clock, most_seconds=most)
        except UsageError as error:
            log.error("the problem is refused", extra={"code": error.code, "why": error.message})
            raise
        cut_short = int(solution["status"] == "time_limit")
        fields = {"assets": len(event["assets"]), "caps": len(event["caps"]), "trades": len(solution["trades_usd"])}
        seconds = clock() - began
        log.info("solved", extra={**fields, "seconds": round(seconds, 3), "status": solution["status"]})
        metrics.emit({Metric.REBALANCE_SECONDS: seconds, Metric.REBALANCES_CUT_SHORT: cut_short}, fields)
        return solution

    return handler


__getattr__ = lazy_handler(create)
