"""Sweep: what the notifications missed. Captures without a snapshot are transformed after all, by the same code.

S3 delivers an event late, or never, and what transform raises ends as a dead letter after three tries: the captures
are still in raw/, so looking there is the redrive. The sweep also measures how old each symbol's data is, and its
newest filing, first of all: no capture may keep the alarms from hearing it. And it compares the lake with what the
tables were made of: symbols of which they missed something are sent to the tables queue again.
Last of all, workbooks that are missing or older than their snapshot are made up.
"""

import logging
import time
from collections.abc import Callable, Iterable, Mapping
from concurrent.futures import ThreadPoolExecutor
from datetime import UTC, datetime, timedelta
from typing import Any

from botocore.exceptions import BotoCoreError, ClientError

from etf_common.codes import ErrorCode, ResultCode
from etf_common.config import EtlConfig, parse_config
from etf_common.errors import (
    PipelineError,
    RetryableError,
    UnexpectedError,
    UsageError,
    logged,
    one_line,
    shorten,
)
from etf_common.exchange import trading_days
from etf_common.freshness import moment, stale_reasons
from etf_common.handlers import lazy_handler, seconds_left
from etf_common.lake import CONFIG_KEY, Lake, latest_key, parse_raw_page_key, status_key
from etf_common.metrics import Metric, Metrics
from etf_common.runs import CLOCK_TOLERANCE, last_run, run_id
from etf_common.status import MAX_TRIES, AttemptError, Status, give_up, read_status
from etf_common.symbols import canonical
from transform.attempt import LIMIT_SECONDS, Transform
from transform.filing_ages import measure_filings
from transform.lake_view import LakeView
from transform.redrive import Redrive
from transform.workbooks import make_up, overdue

log = logging.getLogger("etf.sweep")
Handler = Callable[[dict[str, Any], Any], dict[str, Any]]
WINDOW = timedelta(days=1)
ON_ITS_WAY = timedelta(minutes=10)
"""What was written since may still be in the tables queue, or in a build that is under way."""
LISTINGS_AT_ONCE = 10
NAMED = 500
"""So many symbols have their age in the log line, which holds 256 KB."""
LOOK_BACK = timedelta(days=15)
"""How old a run can be that is captured now: a dead letter waits for two weeks to be redriven."""
STATUS_KEPT = timedelta(days=14)
"""How long a symbol is told of that was asked for once, is not configured and never had data: a typo."""
SPARE_SECONDS = 20.0
"""Of the function's time, for what comes behind the last capture."""


class CapturesPendingError(RetryableError):
    """Some captures could not be transformed now; the message names them. The next sweep tries again."""

    code = ErrorCode.CAPTURES_PENDING


class Sweep:
    """Looks through raw/ of one lake. Each capture may take `seconds`."""

    def __init__(
        self,
        lake: Lake,
        metrics: Metrics,
        clock: Callable[[], float] = time.monotonic,
        *,
        seconds: float = LIMIT_SECONDS,
    ) -> None:
        self._lake, self._metrics = lake, metrics
        self._transform = Transform(lake, metrics, clock, seconds)

    def symbols(self) -> list[str]:
        """Those that have captures."""
        return self._lake.folders("raw/")

    def captured_runs(self, symbol: str, since: str = "") -> list[str]:
        """The runs from `since` on of which there are captures, oldest first."""
        keys = self._lake.keys(f"raw/{symbol}/", after=f"raw/{symbol}/{since}")
        return [page[1] for key in keys if (page := parse_raw_page_key(key))]

    def pending(self, now: datetime, view: LakeView | None = None) -> list[tuple[str, str]]:
        """(symbol, run) of the captures without a snapshot that were written within a day, or are newer than the
        newest that was transformed; by symbol, oldest first. Runs that lie ahead of `now` are left out: a wrong clock
        made them. No status is read that the tables have.

        One listing a symbol: of 4,500 funds, every hour, some $16 a month and half a minute of each sweep. A listing of
        all of raw/ would grow with every refresh.
        """
        known = view or LakeView.of(self._lake)
        symbols = self.symbols()
        with ThreadPoolExecutor(LISTINGS_AT_ONCE) as pool:
            found = pool.map(lambda symbol: self._pending(symbol, now, known.status(symbol)), symbols)
            return [(symbol, run) for symbol, runs in zip(symbols, found, strict=True) for run in runs]

    def _pending(self, symbol: str, now: datetime, status: Status | None) -> list[str]:
        latest = last_run(now)
        settled = {run for run in (status.transformed if status else ()) if run <= latest}
        newest = max(settled, default="")
        since = min(newest, run_id(now - LOOK_BACK))
        runs = []
        for key, written in self._lake.written(f"raw/{symbol}/", after=f"raw/{symbol}/{since}"):
            page = parse_raw_page_key(key)
            if page is None or page[1] in settled or page[1] > latest:
                continue
            if page[1] > newest or written >= now - WINDOW:
                runs.append(page[1])
        return runs

    def replay(self, pages: Iterable[tuple[str, str]]) -> list[dict[str, Any]]:
        """Transform these captures one after the other, whatever becomes of each; the answers are transform's."""
        return [self._attempt(symbol, run) for symbol, run in pages]

    def transform(
        self,
        pages: Iterable[tuple[str, str]],
        seconds_left: Callable[[], float] | None = None,
        *,
        unless_settled: bool = False,
    ) -> list[dict[str, Any]]:
        """`replay`, but for the captures that have failed MAX_TRIES times: they are given up, with the reason told.

        With `seconds_left`, what there is no time for any more is left to the next sweep, and answered as failed.
        With `unless_settled`, a capture that was settled since it was found pending is left alone, and not answered.
        """
        answers = (
            self._out_of_time(symbol, run)
            if not _is_time_left(seconds_left)
            else self._attempt_unless_given_up(symbol, run, unless_settled=unless_settled)
            for symbol, run in pages
        )
        return [answer for answer in answers if answer is not None]

    def _out_of_time(self, symbol: str, run: str) -> dict[str, Any]:
        message = "this sweep has no time left for it; the next one goes on"
        return _failure(symbol, run, AttemptError(code=ErrorCode.CAPTURES_PENDING, message=message))

    def _attempt_unless_given_up(self, symbol: str, run: str, *, unless_settled: bool) -> dict[str, Any] | None:
        settled = False

        def attempt() -> dict[str, Any]:
            nonlocal settled
            # The status itself: what the tables have of it can be minutes old.
            status = read_status(self._lake, symbol)
            settled = unless_settled and status is not None and run in status.transformed
            return {} if settled else self._given_up(symbol, run, status) or self._transform(symbol, run)

        answer = self._isolated(symbol, run, attempt)
        return None if settled else answer

    def _attempt(self, symbol: str, run: str) -> dict[str, Any]:
        return self._isolated(symbol, run, lambda: self._transform(symbol, run))

    @staticmethod
    def _isolated(symbol: str, run: str, attempt: Callable[[], dict[str, Any]]) -> dict[str, Any]:
        """The answer of `attempt`; one capture must not keep the others waiting, whatever it raises."""
        try:
            return attempt()
        except PipelineError as error:  # it is in the log and in the status already
            return _failure(symbol, run, AttemptError.of(error))
        except (ClientError, BotoCoreError) as error:
            fault = RetryableError(f"the storage failed: {error}")
            log.error("failed", extra={"symbol": symbol, "run": run, "code": fault.code, "why": fault.message})
            return _failure(symbol, run, AttemptError.of(fault))
        except Exception as error:
            log.error("unexpected", exc_info=logged(error), extra={"symbol": symbol, "run": run})
            return _failure(symbol, run, AttemptError.of(UnexpectedError.of(error)))

    def _given_up(self, symbol: str, run: str, status: Status | None) -> dict[str, Any] | None:
        if status is None or status.tries.get(run, 0) < MAX_TRIES:
            return None
        error = give_up(self._lake, symbol, run)
        log.error("given up", extra={"symbol": symbol, "run": run, "code": error.code, "why": error.message})
        return {**_failure(symbol, run, error), "given_up": True}

    def make_up_workbooks(
        self, view: LakeView, before: datetime | None = None, seconds_left: Callable[[], float] | None = None
    ) -> list[str]:
        """Make what `overdue` finds, as long as there is time. Returns the symbols of which that failed."""
        symbols = overdue(view, before)
        failed = make_up(self._lake, symbols, lambda: _is_time_left(seconds_left))
        if symbols:
            self._metrics.emit({Metric.WORKBOOK_FAILURES: len(failed)}, {"workbooks": symbols[:NAMED]})
        return failed

    def measure(self, now: datetime, view: LakeView) -> dict[str, float | None]:
        """How many trading days ago the served data of each refreshed symbol was fetched; None if nobody knows: there
        is no snapshot, or a wrong clock dated it. It is read from the tables' newest state, and from the object
        itself where they are behind.

        Nothing while there is no config: the alarm on the age takes silence for bad news. Raises UsageError.
        """
        config = self._config()
        if config is None:
            log.warning("there is no config, so no age is measured", extra={"key": CONFIG_KEY})
            return {}
        metadata = {symbol: view.metadata(symbol) for symbol in config.refreshed_symbols()}
        ages = {symbol: _age(known, now) for symbol, known in metadata.items()}
        stale = {
            symbol: [str(reason.code) for reason in reasons]
            for symbol, known in metadata.items()
            if (reasons := stale_reasons(known, now, config.stale_after_days))
        }
        values: dict[Metric, float | list[float]] = {
            Metric.SYMBOLS_WITHOUT_SNAPSHOT: sum(age is None for age in ages.values()),
            Metric.STALE_SYMBOLS: len(stale),
        }
        if known_ages := [age for age in ages.values() if age is not None]:
            values[Metric.TRADING_DAYS_SINCE_REFRESH] = known_ages
        self._metrics.emit(values, {"ages": _oldest(ages), "stale": dict(list(stale.items())[:NAMED])})
        measure_filings(self._lake, self._metrics, config.filing_symbols(), now)
        return ages

    def _config(self) -> EtlConfig | None:
        stored = self._lake.read_if_there(CONFIG_KEY)
        return parse_config(stored.body, CONFIG_KEY) if stored else None

    def forget_unknown(self, now: datetime, view: LakeView | None = None) -> list[str]:
        """Delete the status of symbols that are not refreshed and never had data, STATUS_KEPT after their last
        attempt. Returns them. Nothing while there is no config that can be read.
        """
        try:
            config = self._config()
        except PipelineError:
            return []  # `measure` has told
        if config is None:
            return []
        stored = (view or LakeView.of(self._lake)).stored
        kept = {*config.refreshed_symbols(), *stored.latest, *self.symbols()}
        gone = []
        for symbol, status in stored.statuses.items():
            if symbol in kept or status.written > now - STATUS_KEPT:
                continue
            if self._lake.head_if_there(latest_key(symbol)) is None:
                self._lake.delete(status_key(symbol))
                gone.append(symbol)
        return gone


def _is_time_left(seconds_left: Callable[[], float] | None) -> bool:
    return seconds_left is None or seconds_left() >= LIMIT_SECONDS + SPARE_SECONDS


def _oldest(ages: Mapping[str, float | None]) -> dict[str, float | None]:
    """The ages that a log line has room for: those that nobody knows, then the highest."""
    ranked = sorted(ages.items(), key=lambda item: (item[1] is not None, -(item[1] or 0.0), item[0]))
    named = {symbol for symbol, _ in ranked[:NAMED]}
    return {symbol: age for symbol, age in ages.items() if symbol in named}


def _age(metadata: Mapping[str, str] | None, now: datetime) -> float | None:
    fetched_at = moment(metadata.get("fetched-at")) if metadata else None
    if fetched_at is None or fetched_at > now + CLOCK_TOLERANCE:
        return None
    return round(trading_days(fetched_at, now), 2)


def _failure(symbol: str, run: str, error: AttemptError) -> dict[str, Any]:
    return {"symbol": symbol, "run": run, "result": str(ResultCode.FAILED), "error": error.model_dump()}


def create(environ: Mapping[str, str], *, now: Callable[[], datetime] = lambda: datetime.now(UTC)) -> Handler:
    """The Lambda handler over LAKE_BUCKET, and TABLES_QUEUE_URL where there is one. Raises UsageError for a bad
    variable.
    """
    metrics = Metrics(environ)
    lake = Lake.from_environment(environ)
    sweep, redrive = Sweep(lake, metrics), Redrive.from_environment(environ, metrics)

    def handler(event: dict[str, Any], context: Any) -> dict[str, Any]:
        """Sweep; or, for `{"replay": ["VTI"], "since": "2026-11-01T00:00:00Z"}`, derive those symbols from raw/ again.

        Returns `{"transformed": {symbol: {run: result}}, "trading_days_since_refresh": {symbol: number or null}}`.
        Raises CapturesPendingError at the end when something could not be transformed and may be later.
        """
        wanted = _wanted(sweep, event)
        view = LakeView.of(lake)
        ages = sweep.measure(now(), view)
        forgotten: list[str] = []
        if wanted is None:
            # Before the captures, which can take all the time that there is; what they write comes by itself.
            forgotten = sweep.forget_unknown(now(), view)
            redriven = redrive([*view.missed_before(now() - ON_ITS_WAY), *forgotten])
            pending = sweep.pending(now(), view)
            answers = sweep.transform(pending, seconds_left(context), unless_settled=True)
            metrics.emit({Metric.SWEPT_CAPTURES: len(answers)}, {})
            # Behind all else: a workbook can take the process along.
            sweep.make_up_workbooks(view, now() - ON_ITS_WAY, seconds_left(context))
        else:
            answers, redriven = sweep.replay(wanted), 0
        log.info("swept", extra={"captures": len(answers), "forgotten": forgotten, "redriven": redriven})
        if left := [answer for answer in answers if may_succeed_later(answer)]:
            raise CapturesPendingError(_named(left))
        results: dict[str, dict[str, str]] = {}
        for answer in answers:
            results.setdefault(answer["symbol"], {})[answer["run"]] = answer["result"]
        return {"transformed": results, "trading_days_since_refresh": ages}

    return handler


def _named(left: list[dict[str, Any]]) -> str:
    """The captures that are left, each with its reason: the first of them, and how many more there are."""
    told = [f"{each['symbol']} {each['run']}: {one_line(each['error']['message'], 120)}" for each in left[:3]]
    more = [f"and {len(left) - 3} more; the log names them"] if len(left) > 3 else []
    return ", ".join(told + more)


def may_succeed_later(answer: Mapping[str, Any]) -> bool:
    """Whether a transform failed for another reason than the capture itself, and was not given up."""
    if answer["result"] != ResultCode.FAILED or answer.get("given_up"):
        return False
    return answer["error"]["code"] not in {ErrorCode.LAYOUT_CHANGED, ErrorCode.CLOCK_AHEAD}


def _wanted(sweep: Sweep, event: Mapping[str, Any]) -> list[tuple[str, str]] | None:
    """(symbol, run) of the captures that an event asks to be replayed; None if it asks for none. Raises UsageError."""
    if not isinstance(event, Mapping) or not event.keys() <= {"replay", "since"}:
        raise UsageError(
            'the event is not understood: give {}, or {"replay": ["VTI"], "since": "2026-11-01T00:00:00Z"}'
        )
    if "replay" not in event:
        return None
    asked, captured = event["replay"], sweep.symbols()
    if asked != "all" and not (isinstance(asked, list) and asked and all(isinstance(item, str) for item in asked)):
        raise UsageError('replay is not understood: give a list of symbols, or "all"')
    symbols = captured if asked == "all" else list(dict.fromkeys(canonical(symbol) for symbol in asked))
    if missing := [symbol for symbol in symbols if symbol not in captured]:
        raise UsageError(f"raw/ holds no capture of {', '.join(missing)}")
    since = event.get("since")
    if since is not None and not isinstance(since, str):
        raise UsageError(f"since is {shorten(since)}: give a time such as 2026-11-01T00:00:00Z")
    first = run_id(since) if since else ""
    return [(symbol, run) for symbol in symbols for run in sweep.captured_runs(symbol, first)]


__getattr__ = lazy_handler(create)
