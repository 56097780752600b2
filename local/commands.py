"""The three commands: run.py, etl_pipeline.py, api_server.py."""

import logging
import os
import signal
import sys
import time
from collections.abc import Callable
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from typing import NoReturn

from botocore.exceptions import BotoCoreError, ClientError

from etf_common.errors import PipelineError, UsageError
from etf_common.runs import NEW_YORK
from etf_common.settings import SCHWAB_URL
from local import repair
from local.disk import DataFolder
from local.gateway import Gateway
from local.options import Options, pipeline_options, run_options, server_options
from local.refresh import Outcome, Refresh, in_one_line
from local.schedule import next_refresh
from local.screen import LogLines, Screen
from local.sources import CAPTURES, SNAPSHOTS, Source, kept_source, open_source, portal_answers
from local.system import System
from local.writer_lock import WriterLock

OK, NOT_ALL, USAGE = 0, 1, 2
INTERRUPTED = 130
STORAGE_FAULTS = (ClientError, BotoCoreError, PipelineError, OSError)
# Short, so that the wait for tomorrow ends on time also after the machine has slept.
WAIT_SECONDS = 20.0
RETRY_FAILED = timedelta(minutes=30)
PROBE_AGAIN = timedelta(minutes=5)


def run(arguments: list[str]) -> int:
    """run.py: serve at once what is there, refresh, and refresh again after every close until stopped."""
    return guarded(lambda screen: _run(run_options(arguments), screen), when_stopped=OK)


def pipeline(arguments: list[str]) -> int:
    """etl_pipeline.py: one refresh or replay."""
    return guarded(lambda screen: _pipeline(pipeline_options(arguments), screen), when_stopped=INTERRUPTED)


def server(arguments: list[str]) -> int:
    """api_server.py: serve what is there until stopped."""
    return guarded(lambda screen: _serve(server_options(arguments), screen), when_stopped=OK)


def guarded(command: Callable[[Screen], int], *, when_stopped: int) -> int:
    """Run a command: usage errors are one line, Ctrl-C and SIGTERM an orderly end."""
    screen = Screen()
    _quiet_logs()
    signal.signal(signal.SIGTERM, interrupt)
    try:
        return command(screen)
    except UsageError as error:
        screen.error(f"error: {error.message}")
        return USAGE
    except STORAGE_FAULTS as error:
        screen.error(f"error: {in_one_line(error)}")
        return NOT_ALL
    except KeyboardInterrupt:
        screen.line("stopped")
        sys.stdout.flush()
        # At once: a handler that waits for the portal would hold the process, and what is on disk is whole.
        os._exit(when_stopped)


def interrupt(_signal: int, _frame: object) -> None:
    """A signal handler: end as Ctrl-C does."""
    raise KeyboardInterrupt


def _quiet_logs() -> None:
    """The screen tells how each symbol ended; of the logs only the API's unexpected errors add to that."""
    lines = logging.StreamHandler(sys.stderr)
    lines.setFormatter(LogLines("%(name)s: %(message)s"))
    logging.basicConfig(level=logging.ERROR, handlers=[lines])
    for name in ("etf.extract", "etf.transform", "etf.dispatch", "werkzeug"):
        logging.getLogger(name).setLevel(logging.CRITICAL)


def _run(options: Options, screen: Screen) -> NoReturn:
    options.read_config()  # a wrong one is told before anything starts
    while True:  # once for each source: the portal can come into reach later
        with open_source(options) as source:
            folder = DataFolder(source.root)
            with (
                WriterLock(source.root),
                System(folder, source.portal_url) as system,
                Gateway(system.api, options.port) as gateway,
            ):
                _announce(source, gateway, screen)
                _keep_fresh(system, source, options, screen)


def _keep_fresh(system: System, source: Source, options: Options, screen: Screen) -> None:
    """Refresh now and after every close; returns when a better source than `source` can be reached."""
    workers = options.read_config().max_workers
    failed = _served_on(screen, lambda: _start(system, source, options, screen, workers))
    while True:
        now = datetime.now(UTC)
        is_retry = bool(failed) and now + RETRY_FAILED < next_refresh(now)
        due = now + RETRY_FAILED if is_retry else next_refresh(now)
        what = f"next try of {', '.join(failed)}" if is_retry else "next refresh"
        screen.line()
        screen.line(f"{what}: {due.astimezone(NEW_YORK):%A %Y-%m-%d %H:%M} New York time; Ctrl-C stops")
        if _portal_came_back(source, options, due):
            screen.line("the portal can be reached now")
            return
        try:
            workers = options.read_config().max_workers
            _served_on(screen, lambda: system.put_config(options.config))
        except UsageError as error:
            screen.error(f"error: {error.message}; the settings in use stay")
        again = replace(options, symbols=failed) if is_retry else options
        failed = _served_on(screen, lambda: _failed(refresh_once(system, again, screen, workers)))  # noqa: B023 - called at once


def _start(system: System, source: Source, options: Options, screen: Screen, workers: int) -> list[str]:
    mend_folder(system, options, screen)
    return _failed(refresh_once(system, options, screen, workers)) if source.reachable else []


def _served_on(screen: Screen, work: Callable[[], list[str] | None]) -> list[str]:
    """Do `work`; a storage that fails is one line, and what is there is served on. Returns the symbols that failed."""
    try:
        return work() or []
    except STORAGE_FAULTS as error:
        screen.error(f"error: {in_one_line(error)}; the data that is there is served on")
        return []


def _failed(outcomes: list[Outcome]) -> list[str]:
    return [outcome.symbol for outcome in outcomes if outcome.result in {"failed", "page_only"}]


def _portal_came_back(source: Source, options: Options, due: datetime) -> bool:
    """Wait until `due`, or until a portal that was out of reach answers."""
    next_probe = datetime.now(UTC) + PROBE_AGAIN
    while datetime.now(UTC) < due:
        time.sleep(WAIT_SECONDS)
        if source.is_makeshift and datetime.now(UTC) >= next_probe:
            if portal_answers(options.portal_url or SCHWAB_URL):
                return True
            next_probe = datetime.now(UTC) + PROBE_AGAIN
    return False


def _pipeline(options: Options, screen: Screen) -> int:
    workers = options.read_config().max_workers
    if options.replay or options.sweep:
        return _from_raw(options, screen)
    with open_source(options) as source:
        folder = DataFolder(source.root)
        _say_source(source, screen)
        if not source.reachable:
            return NOT_ALL
        with WriterLock(source.root), System(folder, source.portal_url) as system:
            mend_folder(system, options, screen)
            return _exit_code(refresh_once(system, options, screen, workers))


def _from_raw(options: Options, screen: Screen) -> int:
    """A sweep or a replay: no portal is asked."""
    source = kept_source(options, CAPTURES)
    root = source.root
    if not any(root.glob(CAPTURES)):
        if options.sweep:
            screen.line(f"{root / 'raw'} holds no captures; nothing was left behind")
            return OK
        raise UsageError(f"{root / 'raw'} holds no captures, so there is nothing to replay; refresh first")
    folder = DataFolder(root)
    _say_source(source, screen)
    with WriterLock(root), System(folder) as system:
        captured = system.sweep.symbols()
        if missing := [symbol for symbol in options.symbols if symbol not in captured]:
            raise UsageError(f"{root / 'raw'} holds no capture of {', '.join(missing)}; refresh first")
        outcomes = mend_folder(system, options, screen)
        if options.sweep and not outcomes:
            screen.line("every capture is transformed; nothing was left behind")
        if options.replay:
            outcomes = repair.replay(system, options.symbols or None)
            if not outcomes:
                raise UsageError(f"{root / 'raw'} holds no capture that can be read; refresh first")
            screen.summary(outcomes)
        return _exit_code([outcome for outcome in outcomes if outcome.result != "kept_back"])


def _serve(options: Options, screen: Screen) -> int:
    source = kept_source(options)
    folder = DataFolder(source.root, read_only=True)
    with System(folder) as system, Gateway(system.api, options.port) as gateway:
        _announce(source, gateway, screen)
        if not any(source.root.glob(SNAPSHOTS)):
            screen.error(f"there is no data in {source.root} yet; run etl_pipeline.py")
        for key in repair.damaged_objects(folder):
            remedy = "a refresh captures anew" if key.startswith("raw/") else "etl_pipeline.py --replay mends it"
            screen.error(f"damaged: {source.root / key}; it is not used; {remedy}")
        while True:
            time.sleep(WAIT_SECONDS)


def _announce(source: Source, gateway: Gateway, screen: Screen) -> None:
    _say_source(source, screen)
    screen.line(f"data in {source.root}")
    screen.line(f"API on {gateway.url}/api/etfs, /api/etfs/VTI, /api/status; {gateway.url}/api/docs shows all of it")


def _say_source(source: Source, screen: Screen) -> None:
    screen.line(source.note, style="bold yellow" if source.warning else None)


def mend_folder(system: System, options: Options, screen: Screen) -> list[Outcome]:
    """Bring the data folder into order after whatever ended the last process; returns what was left behind."""
    for damage in repair.mend(system):
        screen.error(f"damaged: {damage.key}: {damage.remedy}")
    system.put_config(options.config)
    outcomes = repair.sweep(system)
    for outcome in outcomes:
        screen.line(f"left behind by the last stop: {outcome.symbol}: {outcome.result} {outcome.message}".rstrip())
    return outcomes


def refresh_once(system: System, options: Options, screen: Screen, workers: int) -> list[Outcome]:
    """Refresh the symbols asked for, told on the screen as they end."""
    refresh = Refresh(system, options.symbols or None, workers=workers).start()
    with screen.refreshing(len(refresh.symbols)):
        outcomes = refresh.outcomes(screen.outcome)
    screen.summary(outcomes)
    return outcomes


def _exit_code(outcomes: list[Outcome]) -> int:
    return OK if all(outcome.result == "ok" for outcome in outcomes) else NOT_ALL
