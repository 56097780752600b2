"""Dispatch: the schedule's event becomes one queue message per configured symbol, and one per reference fund."""

import logging
from collections.abc import Callable, Mapping
from datetime import UTC, datetime
from typing import TYPE_CHECKING, Any

import boto3

from etf_common.config import parse_config
from etf_common.dispatching import asked_run, asked_symbols, check_not_ahead, checked_event
from etf_common.handlers import lazy_handler
from etf_common.lake import CONFIG_KEY, Lake
from etf_common.messages import RefreshMessage
from etf_common.queues import QueueRefusedError, send
from etf_common.settings import refresh_queue_url

if TYPE_CHECKING:
    from mypy_boto3_sqs import SQSClient

log = logging.getLogger("etf.dispatch")
Handler = Callable[[dict[str, Any], Any], dict[str, Any]]

_ALLOWED = 'give {"run": "2026-11-20T22:30:00Z"}, with "symbols": ["VTI", "VOO"] for some symbols only'


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
    """One message per symbol that the config has refreshed, or per symbol of the event's own `symbols` if it has any.

    Returns `{"run", "symbols"}`. Raises UsageError for a bad event or config, QueueRefusedError.
    """
    event = checked_event(event, frozenset({"run", "symbols"}), _ALLOWED)
    asked, run = asked_symbols(event, _ALLOWED), asked_run(event, _ALLOWED)
    stored = lake.read(CONFIG_KEY)
    config = parse_config(stored.body, CONFIG_KEY)
    check_not_ahead(run, now, stored.answered_at)
    symbols = asked or list(config.refreshed_symbols())
    messages = [RefreshMessage(symbol=symbol, run=run, max_holdings=config.max_holdings) for symbol in symbols]
    if refused := send(sqs, queue_url, [(message.symbol, message.model_dump_json()) for message in messages]):
        raise QueueRefusedError(f"the queue did not take the messages of {', '.join(refused)}; dispatch the run again")
    log.info("dispatched", extra={"run": run, "symbols": symbols})
    return {"run": run, "symbols": symbols}


__getattr__ = lazy_handler(create)
