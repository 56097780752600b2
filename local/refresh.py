"""One refresh on this machine: dispatch, then wait until every symbol has come to its end."""

import json
import queue
import time
from collections.abc import Callable
from datetime import UTC, datetime
from typing import Any, Self

from botocore.exceptions import ClientError

from etf_common.dispatching import MAX_SYMBOLS
from etf_common.errors import PipelineError
from etf_common.runs import run_id
from local.outcome import Outcome
from local.queues import EventSource, Failure, s3_event, sqs_event
from local.system import Handler, System
from transform.attempt import captured_pages

TRANSFORM_WORKERS = 2
WRITING_WORKERS = 2
"""More than may ask the portal at once: while one writes its capture, another can ask."""
SILENCE_SECONDS = 150.0
"""Longer than one capture may take (120 s): after it, a symbol that was not heard of has been lost."""


class Refresh:
    """A refresh of these symbols, or of the config's: `start` it, then wait for its `outcomes`.

    `extract` is asked instead of the system's own handler, and `now` is when the refresh was due, where they are given.
    """

    def __init__(
        self,
        system: System,
        symbols: list[str] | None = None,
        *,
        workers: int,
        extract: Handler | None = None,
        now: datetime | None = None,
    ) -> None:
        self._ended: queue.Queue[Outcome] = queue.Queue()
        self._dispatch, self._wanted = system.dispatch, symbols or []
        self._began = 0.0
        self._run, self._now = "", now
        self.symbols: list[str] = []
        """Those that were dispatched, once it is started."""
        self._sources = [
            EventSource(
                system.sqs,
                system.refresh_queue,
                sqs_event,
                extract or system.extract_within(workers),
                workers=workers + WRITING_WORKERS,
                done=self._extracted,
                failed=self._extract_failed,
            ),
            EventSource(
                system.sqs,
                system.captured_queue,
                s3_event,
                system.transform,
                workers=TRANSFORM_WORKERS,
                done=self._transformed,
                failed=self._transform_failed,
            ),
        ]

    def start(self) -> Self:
        """Dispatch the symbols and begin to work on them."""
        self._began = time.monotonic()
        self._run = run_id(self._now or datetime.now(UTC))
        for source in self._sources:
            source.start()
        try:
            # One event names no more than so many; without any it is about the config's.
            for begin in range(0, max(len(self._wanted), 1), MAX_SYMBOLS):
                event = {"run": self._run, "symbols": self._wanted[begin : begin + MAX_SYMBOLS]}
                self.symbols += self._dispatch(event, None)["symbols"]
        except BaseException:
            self._stop(wait=False)
            raise
        return self

    def _stop(self, *, wait: bool) -> None:
        for source in self._sources:
            source.stop(wait=wait)

    def outcomes(self, heard: Callable[[Outcome], None]) -> list[Outcome]:
        """Wait for all symbols; `heard` gets each outcome as it comes. Returns them in the config's order."""
        ended: dict[str, Outcome] = {}
        try:
            while len(ended) < len(self.symbols):
                try:
                    outcome = self._ended.get(timeout=SILENCE_SECONDS)
                except queue.Empty:
                    break
                if outcome.symbol not in ended and outcome.symbol in self.symbols:
                    ended[outcome.symbol] = outcome
                    heard(outcome)
        except BaseException:
            self._stop(wait=False)  # what is under way may hang; what is on disk is whole at every moment
            raise
        self._stop(wait=True)
        lost = "nothing was heard of it; its capture, if any, is transformed at the next start"
        return [ended.get(symbol) or Outcome(symbol, "failed", lost) for symbol in self.symbols]

    def _seconds(self) -> float:
        return time.monotonic() - self._began

    def _extracted(self, answer: dict[str, Any]) -> None:
        if answer["key"] is None:
            error = answer["error"]
            self._ended.put(Outcome(answer["symbol"], error["code"], error["message"], seconds=self._seconds()))

    def _transformed(self, answers: list[dict[str, Any]]) -> None:
        for answer in answers:
            if answer["run"] == self._run:
                self._ended.put(Outcome.of_transform(answer, self._seconds()))

    def _extract_failed(self, failure: Failure) -> None:
        self._fail(json.loads(failure.body)["symbol"], failure.error)

    def _transform_failed(self, failure: Failure) -> None:
        for symbol, _ in captured_pages(json.loads(failure.body)):
            self._fail(symbol, failure.error)

    def _fail(self, symbol: str, error: Exception) -> None:
        self._ended.put(Outcome(symbol, "failed", in_one_line(error), seconds=self._seconds()))


def in_one_line(error: Exception) -> str:
    """What an error says, for a person: of the storage its own message, of a defect also its kind."""
    if isinstance(error, ClientError):
        text = error.response["Error"].get("Message") or str(error)
    else:
        text = str(error) if isinstance(error, (PipelineError, OSError)) else f"{type(error).__name__}: {error}"
    return " ".join(text.split())
