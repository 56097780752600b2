"""Dispatch: the schedule's event becomes one queue message per configured symbol."""

import logging
from collections.abc import Callable, Mapping
from datetime import UTC, datetime
from typing import TYPE_CHECKING, Any

import boto3

from etf_common.config import parse_config
from etf_common.errors import UsageError, shorten
from etf_common.handlers import lazy_handler
from etf_common.lake import CONFIG_KEY, Lake
from etf_common.messages import RefreshMessage
from etf_common.queues import QueueRefusedError, send
from etf_common.runs import last_run, run_id
from etf_common.settings import refresh_queue_url
from etf_common.symbols import canonical

if TYPE_CHECKING:
    from mypy_boto3_sqs import SQSClient

log = logging.getLogger("etf.dispatch")
Handler = Callable[[dict[str, Any], Any], dict[str, Any]]

MAX_SYMBOLS = 1000
"""In one event. The config has no such limit; a list typed into an event has no reason to be longer."""
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
    """One message per symbol of the config, or of the event's own `symbols` if it has any.

    Returns `{"run", "symbols"}`. Raises UsageError for a bad event or config, QueueRefusedError.
    """
    asked, moment = _checked(event)
    stored = lake.read(CONFIG_KEY)
    config = parse_config(stored.body, CONFIG_KEY)
    run = run_id(moment)
    s3_time = stored.answered_at or now
    if run > last_run(min(now, s3_time)):
        # It would rank above every run that comes until then.
        raise UsageError(f"run {shorten(moment)} lies in the future; now it is {run_id(min(now, s3_time))}")
    symbols = asked or list(config.etf_symbols)
    messages = [RefreshMessage(symbol=symbol, run=run, max_holdings=config.max_holdings) for symbol in symbols]
    if refused := send(sqs, queue_url, [(message.symbol, message.model_dump_json()) for message in messages]):
        raise QueueRefusedError(f"the queue did not take the messages of {', '.join(refused)}; dispatch the run again")
    log.info("dispatched", extra={"run": run, "symbols": symbols})
    return {"run": run, "symbols": symbols}


def _checked(event: Any) -> tuple[list[str], str]:
    """The event's symbols, canonical (none for those of the config), and its run. Raises UsageError."""
    if not isinstance(event, Mapping) or not event.keys() <= {"run", "symbols"}:
        raise UsageError(f"the event is not understood: {_ALLOWED}")
    run, symbols = event.get("run"), event.get("symbols")
    if not isinstance(run, str):
        raise UsageError(f"run is {shorten(run)}: {_ALLOWED}")
    if symbols is None:
        return [], run
    if not isinstance(symbols, list) or not all(isinstance(symbol, str) for symbol in symbols):
        raise UsageError(f"symbols is {shorten(symbols)}, not a list of texts: {_ALLOWED}")
    if len(symbols) > MAX_SYMBOLS:
        raise UsageError(f"symbols has {len(symbols)} entries; at most {MAX_SYMBOLS} are allowed in one event")
    known = [canonical(symbol) for symbol in symbols]
    if twice := next((symbol for symbol in known if known.count(symbol) > 1), None):
        raise UsageError(f"symbols has {twice} twice; give each symbol once")
    return known, run


__getattr__ = lazy_handler(create)
