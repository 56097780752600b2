"""Telling what a build has found: at least once, always with the same id, and never again once a marker says so."""

import json
import logging
from collections.abc import Callable, Collection, Iterable, Iterator, Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from typing import Any, Protocol

from botocore.exceptions import BotoCoreError, ClientError

from etf_common.config import AlertSettings, EtlConfig, parse_config
from etf_common.dated_changes import DateChanges
from etf_common.errors import DamagedObjectError, PipelineError, UnexpectedError, UsageError, logged, one_line
from etf_common.freshness import moment
from etf_common.lake import CONFIG_KEY, Lake, alert_key, dated_key
from etf_common.runs import timestamp
from etf_common.table_changes import read_newest
from etf_common.table_keys import changes_key, changes_prefix
from tables.alert_baseline import Baseline
from tables.alerts import OLD, Alert, Publication, changes_alert, failed_alert, is_recent, publication_of

log = logging.getLogger("etf.tables")
CALLS_AT_ONCE = 20
_FAULTS = (PipelineError, ClientError, BotoCoreError, OSError)
# What a digest or a status that is not one of ours makes Python say.
_UNREADABLE = (ValueError, TypeError, KeyError, AttributeError)
Digests = Mapping[tuple[str, str], Mapping[str, Any]]
"""By symbol and holdings date: what changed since the date before."""
Looked = Mapping[str, Collection[str]]
"""By symbol: holdings dates whose changes a build has looked at, newest ones at least."""


class Outlet(Protocol):
    """Where alerts go: the topic, or the terminal and a file."""

    def publish(self, publication: Publication) -> str:
        """Tell it; returns a name for the message. Raises ClientError, BotoCoreError, OSError or PipelineError."""


@dataclass(frozen=True)
class Told:
    """What became of the alerts of a build."""

    sent: int = 0
    failures: int = 0
    """Publications that failed, and alerts that were sent and have no marker."""
    why: str = ""
    """What went wrong."""
    unsent: frozenset[str] = frozenset()
    """The symbols whose alerts could not be published: their messages are to come again."""


@dataclass(frozen=True)
class Alerting:
    """Tells the alerts of one lake by way of one outlet."""

    lake: Lake
    outlet: Outlet
    now: Callable[[], datetime]
    is_there: Callable[[str], bool] | None = None
    """Whether there is an object of that key, where something quicker than S3 knows."""

    def tell(
        self,
        symbols: Collection[str] | None,
        changed: Digests | None = None,
        faulty: Callable[[str, str], bool] = lambda _symbol, _as_of: False,
        looked_at: Looked | None = None,
    ) -> Told:
        """Tell what is wanted of these symbols, or (None) of all, and was not told yet, in one publication.

        It is found in the tables and not only in what a build has just done, so that a process that is killed between
        the two loses nothing. `changed`: digests that the build has made, which need not be read. `faulty` says of
        which symbol and holdings date they may be out of date. `looked_at`: the dates behind the newest one that are
        to be looked at; None: all recent ones. Whatever goes wrong is told in the log and the answer.
        """
        pending: list[Alert] = []
        try:
            config, is_sample = self._config()
            if config.alerts is None or (symbols is not None and not symbols):
                return Told()
            baseline = Baseline.read(self.lake, config.alerts)
            look = _Look(self.lake, config, self.now(), changed or {}, faulty, baseline, looked_at)
            pending = self._not_told(look.alerts(symbols, is_sample=is_sample))
            if not pending:
                self._record(baseline, look.newest)
                return Told()
            message = self.outlet.publish(publication_of(config.alerts, pending))
        except UsageError as error:
            # The next message of each symbol finds what is not told yet, once the owner has mended the config.
            log.error("the alerts are not published", extra={"code": error.code, "why": error.message})
            return Told(failures=1, why=error.message)
        except Exception as error:  # the tables are built, whatever becomes of the alerts
            log.error("the alerts are not published", exc_info=logged(error), extra=_fields(pending))
            concerned = frozenset(alert.symbol for alert in pending) or frozenset(symbols or ())
            return Told(failures=1, why=_why(error), unsent=concerned)
        log.info("alerts published", extra={"message_id": message, **_fields(pending)})
        unmarked = self._mark(pending, message)
        self._record(baseline, look.newest)
        why = f"{unmarked:,} markers could not be written, so these alerts are told again" if unmarked else ""
        return Told(len(pending), unmarked, why)

    def _config(self) -> tuple[EtlConfig, bool]:
        """The config, and whether the lake is one of sample data. Raises DamagedObjectError, UsageError."""
        stored = self.lake.read_if_there(CONFIG_KEY)
        config = parse_config(stored.body, CONFIG_KEY) if stored else EtlConfig()
        return config, stored is not None and stored.metadata.get("source") == "sample"

    def _not_told(self, alerts: list[Alert]) -> list[Alert]:
        """Those without a marker. A marker counts by being there, whatever is in it."""
        is_there = self.is_there or (lambda key: self.lake.head_if_there(key) is not None)
        with ThreadPoolExecutor(CALLS_AT_ONCE) as pool:
            told = pool.map(is_there, [alert_key(alert.id) for alert in alerts])
            return [alert for alert, is_told in zip(alerts, told, strict=True) if not is_told]

    def _record(self, baseline: Baseline, newest: Mapping[str, str]) -> None:
        """Once they are told. Where it fails the next look at these funds is the first one again."""
        try:
            baseline.record(self.lake, newest)
        except _FAULTS as error:
            log.error("from when on alerts are told is not written", exc_info=logged(error))

    def _mark(self, alerts: list[Alert], message: str) -> int:
        """Write the markers; returns how many could not be written. Those alerts are sent again, with the same id."""
        at = timestamp(self.now())

        def mark(alert: Alert) -> bool:
            body = json.dumps({"id": alert.id, "sent_at": at, "message_id": message}).encode()
            try:
                self.lake.write(alert_key(alert.id), body, "application/json")
            except _FAULTS as error:
                log.error("an alert has no marker", exc_info=logged(error), extra={"alert": alert.id})
                return False
            return True

        with ThreadPoolExecutor(CALLS_AT_ONCE) as pool:
            return sum(not written for written in pool.map(mark, alerts))


@dataclass(frozen=True)
class _Look:
    """What the tables say that is to be told, whether it was told before or not."""

    lake: Lake
    config: EtlConfig
    now: datetime
    changed: Digests
    faulty: Callable[[str, str], bool]
    baseline: Baseline
    looked_at: Looked | None
    newest: dict[str, str] = field(default_factory=dict)
    """By symbol: the newest holdings date of the funds that were looked at."""

    @property
    def settings(self) -> AlertSettings:
        """What is wanted."""
        return self.baseline.settings

    def alerts(self, symbols: Collection[str] | None, *, is_sample: bool) -> list[Alert]:
        """Of these symbols, or of all: the changes up to the newest date, those up to other recent dates that came
        after the first look at a fund, and the last refresh if it failed.
        """
        newest = read_newest(self.lake)
        if newest is None:
            return []
        known = newest.funds.keys() | newest.statuses.keys()
        wanted = filter(self.config.tells_of, sorted(known if symbols is None else known & set(symbols)))
        found = []
        days: dict[str, list[str]] = {}
        recent = self._recent_days() if self.looked_at is None else frozenset[str]()
        for symbol in wanted:
            try:
                status = newest.statuses.get(symbol) or {}
                found.append(failed_alert(self.settings, symbol, status, self.now, is_sample=is_sample))
                if as_of := newest.funds.get(symbol, {}).get("row", {}).get("holdings_as_of"):
                    for day in self._days_of(symbol, as_of, recent):
                        days.setdefault(day, []).append(symbol)
            except _UNREADABLE as error:
                log.error("damaged", exc_info=logged(error), extra={"symbol": symbol})
        found += [alert for as_of, of_day in days.items() for alert in self._of_day(as_of, of_day)]
        return [alert for alert in found if alert]

    def _recent_days(self) -> frozenset[str]:
        """The dates of the last seven days on which any fund has changes."""
        start = changes_prefix()
        oldest = (self.now.astimezone(UTC) - OLD).date().isoformat()
        keys = self.lake.keys(start, after=changes_prefix(oldest))
        return frozenset(key.removeprefix(start).partition("/")[0] for key in keys)

    def _days_of(self, symbol: str, newest: str, recent: Collection[str]) -> set[str]:
        """The newest date of a fund, and the other recent ones that are to be looked at: those that several refreshes
        before one build or a backfill brought, and those that were corrected.
        """
        if self.faulty(symbol, newest):
            return set()
        self.newest[symbol] = newest
        since = self.baseline.since.get(symbol)
        if since is None:
            return {newest}
        others = recent if self.looked_at is None else self.looked_at.get(symbol, ())
        return {newest, *(day for day in others if day > since and is_recent(day, self.now))}

    def _of_day(self, as_of: str, symbols: Iterable[str]) -> Iterator[Alert]:
        """The changes of these funds up to this date, if that is recent."""
        if not is_recent(as_of, self.now, timedelta(days=self.config.stale_after_days)):
            return
        known = [symbol for symbol in symbols if not self.faulty(symbol, as_of)]
        has_all = all((symbol, as_of) in self.changed for symbol in known)
        stored = {} if has_all else self._stored(as_of)
        for symbol in known:
            digest = self.changed.get((symbol, as_of)) or stored.get(symbol)
            alert = changes_alert(self.settings, digest) if digest else None
            if alert and (is_recent(as_of, self.now) or self._came_lately(alert)):
                yield alert

    def _stored(self, as_of: str) -> Mapping[str, Any]:
        """The digests of one date, by symbol; none where they cannot be read: a rebuild writes them anew."""
        try:
            stored = self.lake.read_if_there(changes_key(as_of))
            changes = DateChanges.parse(stored.body, as_of) if stored else None
        except DamagedObjectError as error:
            log.error("damaged", exc_info=logged(error), extra={"key": changes_key(as_of)})
            return {}
        return changes.funds if changes else {}

    def _came_lately(self, alert: Alert) -> bool:
        """Whether the portal showed the earlier list within the last seven days.

        Some issuers publish a month's end two weeks later: such a list is news on the day on which it comes.
        """
        earlier = self.lake.head_if_there(dated_key(alert.symbol, str(alert.told["from"])))
        fetched = moment(earlier.metadata.get("fetched-at")) if earlier else None
        return fetched is not None and fetched >= self.now - OLD


def _why(error: Exception) -> str:
    return one_line(str(error)) if isinstance(error, _FAULTS) else UnexpectedError.of(error).message


def _fields(alerts: Sequence[Alert]) -> dict[str, Any]:
    return {"alerts": [alert.id for alert in alerts[:50]], "number": len(alerts)}
