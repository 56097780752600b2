"""Sending the tables queue the symbols of which the tables missed something."""

import json
import logging
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING

import boto3

from etf_common.metrics import Metric, Metrics
from etf_common.queues import QueueRefusedError, send
from etf_common.settings import tables_queue_url

if TYPE_CHECKING:
    from mypy_boto3_sqs import SQSClient

log = logging.getLogger("etf.sweep")
SYMBOLS = 500
"""In one message: at most 9 KB, so ten in one call are far from the 256 KB that SQS takes."""


@dataclass(frozen=True)
class Redrive:
    """The tables queue, or none."""

    queue_url: str | None
    sqs: "SQSClient | None"
    metrics: Metrics

    @classmethod
    def from_environment(cls, environ: Mapping[str, str], metrics: Metrics) -> "Redrive":
        """TABLES_QUEUE_URL's. Raises UsageError for a bad variable."""
        url = tables_queue_url(environ)
        sqs = boto3.client("sqs", endpoint_url=environ.get("AWS_ENDPOINT_URL_SQS") or None) if url else None
        return cls(url, sqs, metrics)

    def __call__(self, symbols: Sequence[str]) -> int:
        """Send these symbols; returns how many were sent. A queue that refuses is logged, and the next sweep sends
        again: it must not keep the captures waiting.
        """
        if self.sqs is None or self.queue_url is None:
            return 0
        self.metrics.emit({Metric.TABLES_BEHIND: len(symbols)}, {"behind": list(symbols[:SYMBOLS])})
        messages = [
            (f"{part[0]} to {part[-1]}", json.dumps({"redrive": part}))
            for start in range(0, len(symbols), SYMBOLS)
            if (part := list(symbols[start : start + SYMBOLS]))
        ]
        refused = send(self.sqs, self.queue_url, messages)
        if refused:
            error = QueueRefusedError(f"the tables queue did not take {', '.join(refused)}; the next sweep sends again")
            log.error("failed", extra={"code": error.code, "why": error.message})
        return len(symbols)
