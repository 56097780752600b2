"""What the events of all dispatches have: the run, which the schedule gives, and the symbols, where somebody asks."""

from collections.abc import Mapping
from datetime import datetime
from typing import Any

from etf_common.errors import UsageError, shorten
from etf_common.runs import last_run, run_id
from etf_common.symbols import canonical

MAX_SYMBOLS = 1000
"""In one event. The config has no such limit; a list typed into an event has no reason to be longer."""


def checked_event(event: Any, keys: frozenset[str], allowed: str) -> Mapping[str, Any]:
    """The event, if it has these keys only. Raises UsageError, which says what is allowed."""
    if not isinstance(event, Mapping) or not event.keys() <= keys:
        raise UsageError(f"the event is not understood: {allowed}")
    return event


def asked_run(event: Mapping[str, Any], allowed: str) -> str:
    """The id of the event's run. Raises UsageError."""
    run = event.get("run")
    if not isinstance(run, str):
        raise UsageError(f"run is {shorten(run)}: {allowed}")
    return run_id(run)


def check_not_ahead(run: str, now: datetime, s3_time: datetime | None) -> None:
    """Raises UsageError for a run in the future: it would rank above every run that comes until then."""
    earlier = min(now, s3_time or now)
    if run > last_run(earlier):
        raise UsageError(f"run {run} lies in the future; now it is {run_id(earlier)}")


def asked_symbols(event: Mapping[str, Any], allowed: str) -> list[str]:
    """The event's own symbols, canonical; none for those of the config. Raises UsageError."""
    symbols = event.get("symbols")
    if symbols is None:
        return []
    if not isinstance(symbols, list) or not all(isinstance(symbol, str) for symbol in symbols):
        raise UsageError(f"symbols is {shorten(symbols)}, not a list of texts: {allowed}")
    if len(symbols) > MAX_SYMBOLS:
        raise UsageError(f"symbols has {len(symbols)} entries; at most {MAX_SYMBOLS} are allowed in one event")
    known = [canonical(symbol) for symbol in symbols]
    if twice := next((symbol for symbol in known if known.count(symbol) > 1), None):
        raise UsageError(f"symbols has {twice} twice; give each symbol once")
    return known
