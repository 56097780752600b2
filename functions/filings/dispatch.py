"""Dispatch: the weekly schedule's event becomes one queue message per symbol whose filings are wanted."""

import logging
from collections.abc import Callable, Mapping
from datetime import UTC, datetime
from typing import TYPE_CHECKING, Any

import boto3
from pydantic import TypeAdapter, ValidationError

from etf_common.dispatching import asked_run, asked_symbols, check_not_ahead, checked_event
from etf_common.errors import ContactError, UsageError, shorten
from etf_common.handlers import lazy_handler
from etf_common.lake import CONFIG_KEY, Lake
from etf_common.messages import MOST_QUARTERS, YEAR, FilingsMessage, Quarters
from etf_common.queues import QueueRefusedError, send
from etf_common.settings import filings_queue_url
from filings.contact import Wanted

if TYPE_CHECKING:
    from mypy_boto3_sqs import SQSClient

log = logging.getLogger("etf.filings")
Handler = Callable[[dict[str, Any], Any], dict[str, Any]]

GROUP = "sec"
"""All messages are of one group, so that one function at a time asks the SEC, which limits requests by address."""
_QUARTERS: TypeAdapter[int] = TypeAdapter(Quarters)
_KEYS = frozenset({"run", "symbols", "quarters"})
_ALLOWED = (
    'give {"run": "2026-11-21T12:00:00Z"}, with "symbols": ["VTI", "VOO"] for some symbols only and "quarters": 8 for '
    f"more than the newest {YEAR} quarters, at most {MOST_QUARTERS}"
)


def create(environ: Mapping[str, str], *, now: Callable[[], datetime] = lambda: datetime.now(UTC)) -> Handler:
    """The Lambda handler over LAKE_BUCKET and FILINGS_QUEUE_URL. Raises UsageError for a bad variable."""
    lake = Lake.from_environment(environ)
    queue_url = filings_queue_url(environ)
    sqs = boto3.client("sqs", endpoint_url=environ.get("AWS_ENDPOINT_URL_SQS") or None)

    def handler(event: dict[str, Any], _context: Any) -> dict[str, Any]:
        """Dispatch the run of a schedule's event, `{"run": "2026-11-21T12:00:00Z"}`."""
        return dispatch(event, lake, sqs, queue_url, now())

    return handler


def dispatch(event: Mapping[str, Any], lake: Lake, sqs: "SQSClient", queue_url: str, now: datetime) -> dict[str, Any]:
    """One message per symbol of the config's `filings`, or of the event's own `symbols` if it has any.

    Returns `{"run", "symbols"}`; where nothing is sent, `why` says which line of the config it takes.
    Raises UsageError for a bad event or config, QueueRefusedError.
    """
    event = checked_event(event, _KEYS, _ALLOWED)
    asked, run, quarters = asked_symbols(event, _ALLOWED), asked_run(event, _ALLOWED), _quarters(event)
    stored = lake.read(CONFIG_KEY)
    wanted = Wanted.of(stored)
    check_not_ahead(run, now, stored.answered_at)
    symbols = asked or list(wanted.config.filing_symbols())
    if why := _why_not(wanted, symbols):
        log.warning("nothing dispatched", extra={"run": run, "why": why})
        return {"run": run, "symbols": [], "why": why}
    messages = [FilingsMessage(symbol=symbol, run=run, quarters=quarters) for symbol in symbols]
    bodies = [(message.symbol, message.model_dump_json()) for message in messages]
    if refused := send(sqs, queue_url, bodies, group=GROUP):
        raise QueueRefusedError(f"the queue did not take the messages of {', '.join(refused)}; dispatch the run again")
    log.info("dispatched", extra={"run": run, "symbols": symbols, "quarters": quarters})
    return {"run": run, "symbols": symbols}


def _quarters(event: Mapping[str, Any]) -> int:
    try:
        return _QUARTERS.validate_python(event.get("quarters", YEAR))
    except ValidationError:
        raise UsageError(f"quarters is {shorten(event.get('quarters'))}: {_ALLOWED}") from None


def _why_not(wanted: Wanted, symbols: list[str]) -> str:
    """Why nothing is sent; empty if there is no reason."""
    if not symbols:
        return "etl_config.yaml says `filings: none`; write all or a list of symbols there"
    try:
        wanted.contact()
    except ContactError as error:
        return error.message
    return ""


__getattr__ = lazy_handler(create)
