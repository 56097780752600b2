"""Sweep: what the notifications missed. Captures without a snapshot are transformed after all, by the same code.

S3 delivers an event late, or never, and what transform raises ends as a dead letter after three tries: the captures
are still in raw/, so looking there is the redrive. The sweep also measures how old each symbol's data is.
"""

import logging
import time
from collections.abc import Callable, Iterable, Mapping
from datetime import UTC, datetime, timedelta
from typing import Any

from etf_common.codes import ErrorCode
from etf_common.config import parse_config
from etf_common.errors import LayoutError, PipelineError, UsageError
from etf_common.exchange import trading_days
from etf_common.handlers import lazy_handler
from etf_common.lake import CONFIG_KEY, Lake, latest_key, parse_raw_page_key
from etf_common.metrics import Metric, Metrics
from etf_common.runs import run_id
from etf_common.status import Fault, read_status
from etf_common.symbols import canonical
from transform.app import measured

log = logging.getLogger("etf.sweep")
Handler = Callable[[dict[str, Any], Any], dict[str, Any]]
WINDOW = timedelta(days=1)
LOOK_BACK = timedelta(days=15)
"""How old a run can be that is captured now: a dead letter waits for two weeks to be redriven."""


class CapturesLeftError(PipelineError):
    """Some captures could not be transformed now; the message names them. The next sweep tries again."""

    code = ErrorCode.CAPTURES_PENDING


class Sweep:
    """Looks through raw/ of one lake."""

    def __init__(self, lake: Lake, metrics: Metrics, clock: Callable[[], float] = time.monotonic) -> None:
        self._lake, self._metrics, self._clock = lake, metrics, clock

    def symbols(self) -> list[str]:
        """Those that have captures."""
        return self._lake.folders("raw/")

    def captured_runs(self, symbol: str, since: str = "") -> list[str]:
        """The runs from `since` on of which there are captures, oldest first."""
        keys = self._lake.keys(f"raw/{symbol}/", after=f"raw/{symbol}/{since}")
        return [page[1] for key in keys if (page := parse_raw_page_key(key))]

    def left_behind(self, now: datetime) -> list[tuple[str, str]]:
        """(symbol, run) of the captures without a snapshot that were written within a day, or are newer than the
        newest that was transformed; by symbol, oldest first.
        """
        return [(symbol, run) for symbol in self.symbols() for run in self._left_behind(symbol, now)]

    def _left_behind(self, symbol: str, now: datetime) -> list[str]:
        status = read_status(self._lake, symbol)
        transformed = status.transformed if status else ()
        newest = max(transformed, default="")
        since = min(newest, run_id(now - LOOK_BACK))
        runs = []
        for key, written in self._lake.written(f"raw/{symbol}/", after=f"raw/{symbol}/{since}"):
            page = parse_raw_page_key(key)
            if page and page[1] not in transformed and (page[1] > newest or written >= now - WINDOW):
                runs.append(page[1])
        return runs

    def transform(self, pages: Iterable[tuple[str, str]]) -> list[dict[str, Any]]:
        """Transform these captures one after the other, whatever becomes of each; the answers are transform's."""
        return [self._attempt(symbol, run) for symbol, run in pages]

    def _attempt(self, symbol: str, run: str) -> dict[str, Any]:
        try:
            return measured(self._lake, symbol, run, self._metrics, self._clock)
        except PipelineError as error:
            log.error("failed", extra={"symbol": symbol, "run": run, "code": error.code, "why": error.message})
            fault = Fault.of(error)
        except Exception as error:  # one capture that trips over a defect must not keep the others waiting
            log.exception("unexpected", extra={"symbol": symbol, "run": run})
            fault = Fault(code=ErrorCode.UNEXPECTED, message=type(error).__name__)
        return {"symbol": symbol, "run": run, "result": "failed", "error": fault.model_dump()}

    def measure(self, now: datetime) -> dict[str, float | None]:
        """How many trading days ago the served data of each configured symbol was fetched; None without a snapshot.

        Nothing while there is no config: the alarm on the age takes silence for bad news. Raises UsageError.
        """
        stored = self._lake.read_if_there(CONFIG_KEY)
        if stored is None:
            log.warning("there is no config, so no age is measured", extra={"key": CONFIG_KEY})
            return {}
        config = parse_config(stored.body, CONFIG_KEY)
        ages = {symbol: self._age(symbol, now) for symbol in config.etf_symbols}
        known = [age for age in ages.values() if age is not None]
        values: dict[Metric, float | list[float]] = {Metric.SYMBOLS_WITHOUT_SNAPSHOT: len(ages) - len(known)}
        if known:
            values[Metric.TRADING_DAYS_SINCE_REFRESH] = known
        self._metrics.emit(values, {"ages": ages})
        return ages

    def _age(self, symbol: str, now: datetime) -> float | None:
        latest = self._lake.head_if_there(latest_key(symbol))
        fetched_at = latest.metadata.get("fetched-at") if latest else None
        return round(trading_days(datetime.fromisoformat(fetched_at), now), 2) if fetched_at else None


def create(environ: Mapping[str, str], *, now: Callable[[], datetime] = lambda: datetime.now(UTC)) -> Handler:
    """The Lambda handler over LAKE_BUCKET. Raises UsageError for a bad variable."""
    metrics = Metrics(environ)
    sweep = Sweep(Lake.from_environment(environ), metrics)

    def handler(event: dict[str, Any], _context: Any) -> dict[str, Any]:
        """Sweep; or, for `{"replay": ["VTI"], "since": "2026-11-01T00:00:00Z"}`, derive those symbols from raw/ again.

        Returns `{"transformed": {symbol: {run: result}}, "trading_days_since_refresh": {symbol: number or null}}`.
        Raises CapturesLeftError at the end when something could not be transformed and may be later.
        """
        is_replay = "replay" in event
        answers = sweep.transform(_wanted(sweep, event) if is_replay else sweep.left_behind(now()))
        if not is_replay:
            metrics.emit({Metric.SWEPT_CAPTURES: len(answers)}, {})
        ages = sweep.measure(now())
        if left := [answer for answer in answers if may_succeed_later(answer)]:
            raise CapturesLeftError(", ".join(f"{a['symbol']} {a['run']}: {a['error']['message']}" for a in left))
        results: dict[str, dict[str, str]] = {}
        for answer in answers:
            results.setdefault(answer["symbol"], {})[answer["run"]] = answer["result"]
        log.info("swept", extra={"captures": len(answers)})
        return {"transformed": results, "trading_days_since_refresh": ages}

    return handler


def may_succeed_later(answer: Mapping[str, Any]) -> bool:
    """Whether a transform failed for another reason than the capture's own layout."""
    return bool(answer["result"] == "failed" and answer["error"]["code"] != LayoutError.code)


def _wanted(sweep: Sweep, event: Mapping[str, Any]) -> list[tuple[str, str]]:
    """(symbol, run) of the captures that an event asks to be replayed. Raises UsageError."""
    asked, captured = event["replay"], sweep.symbols()
    if asked != "all" and not (isinstance(asked, list) and asked and all(isinstance(item, str) for item in asked)):
        raise UsageError('replay is not understood: give a list of symbols, or "all"')
    symbols = captured if asked == "all" else [canonical(symbol) for symbol in asked]
    if missing := [symbol for symbol in symbols if symbol not in captured]:
        raise UsageError(f"raw/ holds no capture of {', '.join(missing)}")
    since = run_id(event["since"]) if event.get("since") else ""
    return [(symbol, run) for symbol in symbols for run in sweep.captured_runs(symbol, since)]


__getattr__ = lazy_handler(create)
