"""What the tables function does for its events, counted for CloudWatch."""

import logging
from collections.abc import Callable, Collection, Iterable, Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from etf_common.errors import RetryableError
from etf_common.lake import Lake
from etf_common.metrics import Metric, Metrics
from etf_common.table_changes import Changes
from tables.alerting import Alerting, Looked, Told
from tables.building import Result, build, everything, missed, newest_state
from tables.changes import Message, messages_of

log = logging.getLogger("etf.tables")
NAMED = 3
"""How many faults a message names; the log has them all."""


class IncompleteTablesError(RetryableError):
    """A rebuild had to leave something out; the message names it."""


@dataclass(frozen=True)
class Work:
    """Builds the tables of one lake."""

    lake: Lake
    metrics: Metrics
    now: Callable[[], datetime]
    clock: Callable[[], float]
    alerting: Alerting | None = None

    def messages(self, event: Mapping[str, Any], seconds_left: Callable[[], float] | None) -> dict[str, Any]:
        """One build for all messages of an SQS event. Returns those that are to come again."""
        began = self.clock()
        messages, malformed = messages_of(event)
        for identifier, error in malformed.items():
            log.error("failed", extra={"message_id": identifier, "code": error.code, "why": error.message})
        told = {message.id: message.changes for message in messages}
        if redriven := frozenset[str]().union(*(message.redriven for message in messages)):
            missing = missed(self.lake, redriven)
            for message in messages:
                told[message.id] = Changes.together([told[message.id], missing.only(message.redriven)])
        changes = Changes.together(told.values())
        result = build(self.lake, changes, self.now(), seconds_left=seconds_left) if changes else Result()
        failed = [*malformed, *(identifier for identifier, wanted in told.items() if result.faults_of(wanted))]
        # Also of what an earlier try has built: it may have been killed before it could tell.
        # Of what is sent again that is not known, so all recent dates are looked at.
        alerts = self._alert(result, changes.symbols | redriven, None if redriven else result.looked_at)
        self._tell(result, changes, began, alerts, failures=len(failed), lag=self._lag(messages))
        untold = [message.id for message in messages if alerts.unsent & (told[message.id].symbols | message.redriven)]
        return {"batchItemFailures": [{"itemIdentifier": each} for each in dict.fromkeys([*failed, *untold])]}

    def _alert(self, result: Result, symbols: Collection[str], looked_at: Looked | None = None) -> Told:
        if self.alerting is None:
            return Told()
        return self.alerting.tell(symbols, result.changed, result.is_faulty, looked_at)

    def _lag(self, messages: Iterable[Message]) -> float | None:
        written = min((message.written_at for message in messages if message.written_at), default=None)
        return None if written is None else max(0.0, (self.now() - written).total_seconds())

    def rebuild(self, symbols: Collection[str] | None, seconds_left: Callable[[], float] | None) -> dict[str, Any]:
        """Build the tables from processed/ and status/, for these symbols or (None) for all, whatever stands there.

        Returns `{"dates": [...], "funds": number}`. Raises IncompleteTablesError once all that can be built is.
        """
        began = self.clock()
        changes = everything(self.lake, symbols)
        anew = symbols is None
        result = build(self.lake, changes, self.now(), anew=anew, remake=not anew, seconds_left=seconds_left)
        return self._rebuilt(result, changes, began)

    def rebuild_newest(self) -> dict[str, Any]:
        """Build the newest state alone, whatever stands there: after an update of the code, whose reading of old dates
        is no truer. Returns and raises what `rebuild` does.
        """
        began = self.clock()
        changes = newest_state(self.lake)
        return self._rebuilt(build(self.lake, changes, self.now(), anew=True), changes, began)

    def _rebuilt(self, result: Result, changes: Changes, began: float) -> dict[str, Any]:
        faults = result.faults_of(changes)
        alerts = self._alert(result, changes.symbols)
        self._tell(result, changes, began, alerts, failures=len(faults))
        if faults:
            named = "; ".join(dict.fromkeys(fault.message for fault in faults[:NAMED]))
            more = f"; and {len(faults) - NAMED} more, which the log names" if len(faults) > NAMED else ""
            raise IncompleteTablesError(f"{named}{more}")
        if alerts.unsent:
            raise IncompleteTablesError("the tables are built, and the alerts could not be published; the log says why")
        return {"dates": result.dates, "funds": result.funds}

    def _tell(
        self,
        result: Result,
        changes: Changes,
        began: float,
        alerts: Told,
        *,
        failures: int,
        lag: float | None = None,
    ) -> None:
        seconds = round(self.clock() - began, 3)
        values: dict[Metric, float] = {Metric.TABLES_FAILURES: failures}
        if changes:
            values[Metric.TABLES_BUILD_SECONDS] = seconds
        if result.funds is not None:
            values[Metric.TABLES_FUNDS] = result.funds
        if lag is not None:
            values[Metric.TABLES_LAG_SECONDS] = lag
        if self.alerting is not None:
            values |= {Metric.ALERTS_SENT: alerts.sent, Metric.ALERTS_FAILURES: alerts.failures}
        fields = {"dates": result.dates[:50], "symbols": len(changes.symbols), "failures": failures}
        self.metrics.emit(values, fields)
        log.info("built", extra={**fields, "funds": result.funds, "seconds": seconds})
