"""Which changes and failed refreshes are told after a build, and the text that tells them. Nothing is sent here."""

import json
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta
from enum import StrEnum
from math import isfinite
from typing import Any

from etf_analytics.two_dates.digest import MOST_ROWS, title_of
from etf_common.codes import ErrorCode, Reason, ResultCode
from etf_common.config import AlertSettings
from etf_common.errors import one_line
from etf_common.runs import is_run_id, moment_of, timestamp

OLD = timedelta(days=7)
"""What is older is not told: a first build of an old lake would tell of years."""
SUBJECT_CHARACTERS = 100
MESSAGE_BYTES = 256 * 1024
"""Of one publication, with its attributes: both are limits of SNS."""
SAMPLE = "SAMPLE"
_SPARE_BYTES = 2048
"""For the names and types of the attributes, and the line on what is left out."""
_NAMED_FAILURES = 50
_VERBS = {"added": "added", "removed": "removed", "increased": "bought", "decreased": "sold"}
_COUNTS = {"added_count": "what was added", "removed_count": "what was removed", "turnover_pct": "what was traded"}


class AlertKind(StrEnum):
    """What an alert tells."""

    CHANGES = "changes"
    FAILED = "failed"


@dataclass(frozen=True)
class Alert:
    """One thing to tell: the changes of a fund on one date, or one refresh that failed."""

    id: str
    """The same whenever it is sent."""
    kind: AlertKind
    symbol: str
    told: Mapping[str, Any]
    """The digest, or the status."""
    is_sample: bool
    title: str


@dataclass(frozen=True)
class Publication:
    """What one build tells, in one message."""

    alerts: Sequence[Alert]
    """All of them, those that the text leaves out included."""
    subject: str
    """ASCII, one line of at most 100 characters."""
    text: str
    ids: Sequence[str]
    symbols: Sequence[str]
    """Of the alerts that the text tells, so that a subscriber can filter by them."""


def changes_alert(settings: AlertSettings, digest: Mapping[str, Any]) -> Alert | None:
    """The alert of a fund's changes; None if they are not among those that are wanted."""
    if not settings.covers(digest["symbol"]) or not _matches(settings, digest):
        return None
    is_sample = digest.get("source") == "sample"
    identifier = f"{digest['symbol']}-{digest['to']}"
    title = _titled(one_line(title_of(digest)), is_sample=is_sample)
    return Alert(identifier, AlertKind.CHANGES, digest["symbol"], digest, is_sample, title)


def _matches(settings: AlertSettings, digest: Mapping[str, Any]) -> bool:
    largest = _number(digest.get("max_trade_pct"))
    return (
        (settings.added and bool(_number(digest.get("added_count"))))
        or (settings.removed and bool(_number(digest.get("removed_count"))))
        or (settings.min_trade_pct is not False and largest is not None and largest >= settings.min_trade_pct)
    )


def failed_alert(
    settings: AlertSettings, symbol: str, status: Mapping[str, Any], now: datetime, *, is_sample: bool
) -> Alert | None:
    """The alert of a refresh that failed within the last seven days; None for any other status."""
    run = status.get("run")
    if not settings.failed or not settings.covers(symbol) or not _has_failed(status) or not is_run_id(str(run)):
        return None
    if moment_of(str(run)) < now - OLD:
        return None
    title = _titled(f"{symbol}: the refresh of {_shown_run(str(run))} failed", is_sample=is_sample)
    return Alert(f"{symbol}-failed-{run}", AlertKind.FAILED, symbol, status, is_sample, title)


def _has_failed(status: Mapping[str, Any]) -> bool:
    if status.get("result") not in {ResultCode.FAILED, ResultCode.NOT_AN_ETF}:
        return False
    # So says a status while the first transform of a symbol is under way, or has been killed and is tried again.
    is_under_way = _error(status)[0] == ErrorCode.INTERRUPTED and status.get("run") not in status.get("transformed", ())
    return not is_under_way


def is_recent(as_of: Any, now: datetime, age: timedelta = OLD) -> bool:
    """Whether a holdings date is at most seven days old, or `age`."""
    try:
        return date.fromisoformat(as_of) >= now.astimezone(UTC).date() - age
    except (TypeError, ValueError):
        return False


def _titled(title: str, *, is_sample: bool) -> str:
    return f"{SAMPLE}: {title}" if is_sample and SAMPLE not in title else title


# ---------------------------------------------------------------- the text


def publication_of(settings: AlertSettings, alerts: Iterable[Alert]) -> Publication:
    """One message for these alerts, at least one: the changes first, by symbol.

    Where it would become too long for SNS the details go first, then whole alerts, and the text says so.
    """
    ordered = sorted(alerts, key=lambda alert: (alert.kind, alert.symbol, alert.id))
    groups = [[alert] for alert in ordered if alert.kind is AlertKind.CHANGES]
    groups += _failures_together(alert for alert in ordered if alert.kind is AlertKind.FAILED)
    whole = [(group, _block(settings, group)) for group in groups]
    kept, left_out = _fitting(whole)
    note = ""
    if left_out:
        short = [(group, _title_block(group)) for group in groups]
        kept, left_out = _fitting(short)
        note = "The rows are left out here, since there are too many."
    if left_out:
        note += f" {left_out:,} more alerts are left out altogether."
    if note:
        note = f"{note.strip()} /api/changes and /api/status have all of it.\n"
    told = [alert for group, _ in kept for alert in group]
    text = "\n".join([block for _, block in kept] + ([note] if note else []))
    return Publication(ordered, _subject(ordered), text, *_attributes(told))


def _attributes(told: Sequence[Alert]) -> tuple[list[str], list[str]]:
    return [alert.id for alert in told], sorted({alert.symbol for alert in told})


def _fitting(blocks: Sequence[tuple[list[Alert], str]]) -> tuple[list[tuple[list[Alert], str]], int]:
    """As many blocks, from the first, as one message has room for, and how many alerts are left out."""
    room = MESSAGE_BYTES - _SPARE_BYTES
    for number, (group, block) in enumerate(blocks):
        # Each id and symbol stands in an attribute too, in quotes and with a comma.
        room -= len(block.encode()) + 1 + sum(len(json.dumps([alert.id, alert.symbol])) for alert in group)
        if room < 0:
            return list(blocks[:number]), sum(len(rest) for rest, _ in blocks[number:])
    return list(blocks), 0


def _failures_together(alerts: Iterable[Alert]) -> list[list[Alert]]:
    """Those with one reason in one group: when the portal is down, hundreds have."""
    groups: dict[tuple[Any, ...], list[Alert]] = {}
    for alert in alerts:
        group = groups.setdefault((alert.told.get("run"), *_error(alert.told)), [])
        group.append(alert)
    return [
        group[begin : begin + _NAMED_FAILURES]
        for group in groups.values()
        for begin in range(0, len(group), _NAMED_FAILURES)
    ]


def _block(settings: AlertSettings, group: Sequence[Alert]) -> str:
    first = group[0]
    if first.kind is AlertKind.FAILED:
        return _title_block(group)
    lines = [f"  {line}" for line in _details(settings, first.told)]
    return "\n".join([first.title, *lines, f"  id {first.id}", ""])


def _title_block(group: Sequence[Alert]) -> str:
    first = group[0]
    if first.kind is AlertKind.CHANGES:
        return f"{first.title} (id {first.id})"
    code, message = _error(first.told)
    symbols = ", ".join(alert.symbol for alert in group)
    run = first.told["run"]
    title = _titled(f"{symbols}: the refresh of {_shown_run(run)} failed", is_sample=first.is_sample)
    ids = ", ".join(alert.id for alert in group)
    return f"{title}\n  {code}: {message or 'no reason was told'}\n  id {ids}\n"


def _details(settings: AlertSettings, digest: Mapping[str, Any]) -> Iterator[str]:
    yield f"compared with the list of {one_line(str(digest.get('from')), 20)}"
    rows = [row for row in digest.get("largest_trades") or () if _row_matches(settings, row)]
    yield from map(_row_line, rows)
    if len(digest.get("largest_trades") or ()) >= MOST_ROWS:
        path = f"/api/etfs/{digest['symbol']}/changes?from={digest.get('from')}&to={digest['to']}"
        yield f"only the largest trades are here; {one_line(path, 120)} has all"
    for split in digest.get("splits") or ():
        yield f"split: {_security(split)}, {_shown(split.get('ratio'), ',.6g')} for 1"
    reasons = digest.get("reasons") or {}
    for name, words in _COUNTS.items():
        if name in reasons and digest.get(name) is None:
            yield f"{words} cannot be told: {_meaning(reasons[name])}"


def _row_matches(settings: AlertSettings, row: Mapping[str, Any]) -> bool:
    kind, trade = row.get("kind"), _number(row.get("trade_pct"))
    if (settings.added and kind == "added") or (settings.removed and kind == "removed"):
        return True
    return settings.min_trade_pct is not False and trade is not None and abs(trade) >= settings.min_trade_pct


def _row_line(row: Mapping[str, Any]) -> str:
    before, after = (_shown(row.get(f"weight_{when}_pct"), ".2f") for when in ("from", "to"))
    kind = str(row.get("kind"))
    weight = {"added": f"now {after} %", "removed": f"was {before} %"}.get(kind, f"{before} -> {after} %")
    amounts = (("traded_shares", "+,.0f", "shares"), ("traded_usd", "+,.0f", "USD"), ("trade_pct", "+.2f", "% traded"))
    parts = [
        f"{weight} of the fund",
        *(f"{row[name]:{form}} {unit}" for name, form, unit in amounts if _number(row.get(name)) is not None),
    ]
    return f"{_VERBS.get(kind, one_line(kind, 20))} {_security(row)}: {', '.join(parts)}"


def _security(row: Mapping[str, Any]) -> str:
    known = [one_line(str(row[name]), 80) for name in ("symbol", "name") if row.get(name)]
    return " ".join(known) or "a line without symbol and name"


def _shown(value: Any, form: str) -> str:
    number = _number(value)
    return "?" if number is None else format(number, form)


def _number(value: Any) -> float | None:
    is_number = isinstance(value, int | float) and not isinstance(value, bool)
    return value if is_number and isfinite(value) else None


def _error(status: Mapping[str, Any]) -> tuple[str, str]:
    error = status.get("error") or {}
    return one_line(str(error.get("code", "")), 60), one_line(str(error.get("message", "")))


def _shown_run(run: str) -> str:
    return timestamp(moment_of(run)).replace("T", " ").replace("Z", " UTC")


def _meaning(code: Any) -> str:
    return next((reason.meaning for reason in Reason if reason == code), one_line(str(code), 60))


def _subject(alerts: Sequence[Alert]) -> str:
    if len(alerts) == 1:
        return _ascii(alerts[0].title)
    changed = sorted({alert.symbol for alert in alerts if alert.kind is AlertKind.CHANGES})
    failed = sum(alert.kind is AlertKind.FAILED for alert in alerts)
    parts = [
        *([f"{len(changed):,} fund{'' if len(changed) == 1 else 's'} changed"] if changed else []),
        *([f"{failed:,} refresh{'' if failed == 1 else 'es'} failed"] if failed else []),
    ]
    symbols = dict.fromkeys([*changed, *(alert.symbol for alert in alerts)])
    title = f"{', '.join(parts)}: {', '.join(symbols)}"
    return _ascii(_titled(title, is_sample=any(alert.is_sample for alert in alerts)))


def _ascii(text: str) -> str:
    """A subject that SNS takes."""
    return one_line(text.encode("ascii", "replace").decode(), SUBJECT_CHARACTERS)
