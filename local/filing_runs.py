"""Fetching filings on this machine: dispatch, then one symbol after the other is fetched and what came is parsed."""

import json
import queue
import threading
from collections.abc import Callable
from dataclasses import dataclass, replace
from datetime import UTC, datetime
from typing import Any, Self

from etf_common.messages import FilingsMessage
from etf_common.runs import run_id
from local import repair
from local.output import Lines
from local.queues import EventSource, Failure, sqs_event
from local.refresh import in_one_line
from local.system import System

SAMPLE_QUARTERS = 4
"""Two years of the sample's filings are there from the first start on."""
SILENCE_SECONDS = 960.0
"""Longer than Lambda's longest invocation: after it, a symbol that was not heard of has been lost."""
_LOOK_SECONDS = 0.5


@dataclass(frozen=True)
class FilingOutcome:
    """How the filings of one symbol ended. `result` is `ok`, `not_a_filer` or `failed`; `new` counts the documents."""

    symbol: str
    result: str
    message: str = ""
    new: int = 0

    def tell(self, output: Lines) -> None:
        """One line of it."""
        new = f"{self.new} new filing{'' if self.new == 1 else 's'}"
        what = ", ".join([*([] if self.result == "ok" else [self.result]), *([new] if self.new else [])]) or new
        text = f"{self.symbol}: {what}" + (f": {self.message}" if self.message else "")
        (output.error if self.result == "failed" else output.line)(text)

    def tell_if_failed(self, output: Lines) -> None:
        """One line where it failed."""
        if self.result == "failed":
            self.tell(output)


class _Impatient:
    """A context as Lambda's, of an invocation that has no time to sit a block of the SEC out: it takes ten minutes, in
    which somebody may want the run to stop. What failed is asked again by a later run.
    """

    @staticmethod
    def get_remaining_time_in_millis() -> int:
        """Always the same: what is not waiting may take its time."""
        return 90_000


class FilingsRun:
    """A run over these symbols, or the config's, so many `quarters` back: `start` it, then wait for its `outcomes`."""

    def __init__(self, system: System, symbols: list[str] | None = None, *, quarters: int | None = None) -> None:
        self._system, self._wanted = system, symbols
        self._quarters = quarters or (SAMPLE_QUARTERS if system.is_sample else None)
        self._ended: queue.Queue[FilingOutcome] = queue.Queue()
        self._stopping = threading.Event()
        self._run = ""
        self.symbols: list[str] = []
        """Those that were dispatched, once it is started."""
        self.why = ""
        """Why there are none."""
        self._source = EventSource(
            system.sqs,
            system.filings_queue,
            sqs_event,
            self._fetch_and_parse,
            workers=1,
            done=self._ended.put,
            failed=self._failed,
        )

    def start(self) -> Self:
        """Dispatch the symbols and begin to work on them. Raises UsageError for a config that cannot be read."""
        self._run = run_id(datetime.now(UTC))
        event: dict[str, Any] = {"run": self._run}
        event |= {"symbols": self._wanted} if self._wanted else {}
        event |= {"quarters": self._quarters} if self._quarters else {}
        answer = self._system.dispatch_filings(event, None)
        self.symbols, self.why = answer["symbols"], answer.get("why") or ""
        if self.symbols:
            self._source.start()
        return self

    def stop(self) -> None:
        """Fetch no further symbol; `outcomes` returns when the one under way has come to its end."""
        self._stopping.set()
        self._source.stop(wait=False)

    def outcomes(self, heard: Callable[[FilingOutcome], None]) -> list[FilingOutcome]:
        """Wait for all symbols, or until it is stopped; `heard` gets each outcome as it comes."""
        ended: dict[str, FilingOutcome] = {}
        try:
            while len(ended) < len(self.symbols) and not self._stopping.is_set():
                outcome = self._next()
                if outcome is None:
                    break
                ended[outcome.symbol] = outcome
                heard(outcome)
        except BaseException:
            self._source.stop(wait=False)  # what is under way may hang; what is on disk is whole at every moment
            raise
        if self.symbols:
            self._source.stop(wait=self._stopping.is_set() or len(ended) == len(self.symbols))
        if self._stopping.is_set():
            return list(ended.values())
        lost = FilingOutcome("", "failed", "nothing was heard of it; the next run asks again")
        return [ended.get(symbol) or replace(lost, symbol=symbol) for symbol in self.symbols]

    def _next(self) -> FilingOutcome | None:
        """The next outcome; None if there is none for too long, or the run is stopped."""
        looks = int(SILENCE_SECONDS / _LOOK_SECONDS)
        for _ in range(looks):
            try:
                return self._ended.get(timeout=_LOOK_SECONDS)
            except queue.Empty:
                if self._stopping.is_set():
                    return None
        return None

    def _fetch_and_parse(self, event: dict[str, Any], _context: Any) -> FilingOutcome | None:
        if FilingsMessage.from_sqs_event(event).run != self._run:
            return None  # a run that was stopped has left it; its symbols are due again
        answer = self._system.fetch_filings(event, _Impatient())
        parsed = [repair.parse_filing(self._system, key) for key in answer["keys"]]
        faults = [each.fault for each in parsed if each.fault]
        told = [answer["error"]["message"]] if answer["error"] else []
        if faults:
            told.append(f"{len(faults)} of them cannot be read, {faults[0]}")
        result = answer["result"] if all(each.settled for each in parsed) else "failed"
        return FilingOutcome(answer["symbol"], result, "; ".join(told), new=len(parsed))

    def _failed(self, failure: Failure) -> None:
        self._ended.put(FilingOutcome(json.loads(failure.body)["symbol"], "failed", in_one_line(failure.error)))
