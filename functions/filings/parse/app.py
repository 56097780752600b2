"""Parse: a filing committed in raw-filings/ becomes a snapshot in filings/; once a day, what the events missed."""

import time
from collections.abc import Callable, Mapping
from typing import Any

from etf_common.errors import MalformedEventError, shorten
from etf_common.handlers import lazy_handler, seconds_left
from etf_common.lake import Lake
from etf_common.metrics import Metrics
from etf_common.s3_events import in_turn
from etf_common.symbols import canonical
from filings.parse.attempt import Parse, raw_filings
from filings.parse.sweep import Sweep

Handler = Callable[[dict[str, Any], Any], list[dict[str, Any]]]


def create(environ: Mapping[str, str], *, clock: Callable[[], float] = time.monotonic) -> Handler:
    """The Lambda handler over LAKE_BUCKET. Raises UsageError for a bad variable."""
    parse = Parse(Lake.from_environment(environ), Metrics(environ), clock)
    sweep = Sweep(parse.lake, parse)

    def handler(event: dict[str, Any], context: Any) -> list[dict[str, Any]]:
        """Parse every document that an S3 event names; for `{"sweep": true}` those that no event brought; for
        `{"replay": ["VTI"]}` derive those symbols' snapshots again.

        Raises MalformedEventError, and what `parse_filing` raises, once every document has had its turn: the event
        comes again, and then it is a dead letter. A sweep raises FilingsPendingError.
        """
        if isinstance(event, Mapping) and event.get("sweep") is True:
            return sweep(seconds_left(context))
        if isinstance(event, Mapping) and "replay" in event:
            return sweep.replay(_symbols(event["replay"]))
        return in_turn(lambda filing: parse(*filing), raw_filings(event))

    return handler


def _symbols(wanted: object) -> list[str]:
    if not isinstance(wanted, list) or not all(isinstance(symbol, str) for symbol in wanted):
        raise MalformedEventError(f'replay is {shorten(wanted)}: give a list of symbols, {{"replay": ["VTI"]}}')
    return [canonical(symbol) for symbol in wanted]


__getattr__ = lazy_handler(create)
