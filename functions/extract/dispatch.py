"""Dispatch: the schedule's event becomes one queue message per configured symbol."""

import logging
from collections.abc import Callable, Mapping
from datetime import UTC, datetime, timedelta
from typing import TYPE_CHECKING, Any

import boto3

from etf_common.config import parse_config
from etf_common.errors import UsageError
from etf_common.handlers import lazy_handler
from etf_common.lake import CONFIG_KEY, Lake
from etf_common.messages import RefreshMessage
from etf_common.runs import run_id
from etf_common.settings import refresh_queue_url
from etf_common.symbols import canonical

if TYPE_CHECKING:
    from mypy_boto3_sqs import SQSClient

log = logging.getLogger("etf.dispatch")
Handler = Callable[[dict[str, Any], Any], dict[str, Any]]


AHEAD = timedelta(hours=1)
"""More than clocks differ. A run from the future would rank above all that come until then."""


def create(environ: Mapping[str, str], *, now: Callable[[], datetime] = lambda: datetime.now(UTC)) -> Handler:
    """The Lambda handler over LAKE_BUCKET and REFRESH_QUEUE_URL. Raises UsageError for a bad variable."""
    lake = Lake.from_environment(environ)
    queue_url = refresh_queue_url(environ)
    sqs = boto3.client("sqs", endpoint_url=environ.get("AWS_ENDPOINT_URL_SQS") or None)

    def handler(event: dict[str, Any], _context: Any) -> dict[str, Any]:
        """Dispatch the run of a schedule's event, `{"run": "2026-11-20T22:30:00Z"}`."""
        return dispatch(event, lake, sqs, queue_url, now())

    return handler


def dispatch(event: Mapping[str, Any], lake: Lake, sqs: "SQSClient", queue_url: str, now: datetime) -> dict[str, Any]:
    """One message per symbol of the config, or of the event's own `symbols` if it has any.

    Returns `{"run", "symbols"}`. Raises UsageError for a bad run, symbol or config.
    """
    config = parse_config(lake.read(CONFIG_KEY).body, CONFIG_KEY)
    run = run_id(event["run"])
    if run > run_id(now + AHEAD):
        raise UsageError(f"run {event['run']!r} lies in the future; now it is {run_id(now)}")
    symbols = [canonical(symbol) for symbol in event.get("symbols") or config.etf_symbols]
    for symbol in symbols:
        message = RefreshMessage(symbol=symbol, run=run, max_holdings=config.max_holdings)
        sqs.send_message(QueueUrl=queue_url, MessageBody=message.model_dump_json())
    log.info("dispatched", extra={"run": run, "symbols": symbols})
    return {"run": run, "symbols": symbols}


__getattr__ = lazy_handler(create)
