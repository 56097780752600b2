"""The three commands: run.py, etl_pipeline.py, api_server.py."""

import logging
import os
import signal
import sys
import time
from collections.abc import Callable
from datetime import UTC, datetime

from botocore.exceptions import BotoCoreError, ClientError

from etf_common.errors import PipelineError, UsageError
from etf_common.runs import NEW_YORK
from local import repair
from local.disk import DataFolder
from local.gateway import Gateway
from local.options import Options, pipeline_options, run_options, server_options
from local.refresh import Outcome, Refresh
from local.schedule import next_refresh
from local.screen import Screen
from local.sources import CAPTURES, SNAPSHOTS, Source, kept_source, open_source
from local.system import System
from local.writer_lock import WriterLock

OK, NOT_ALL, USAGE = 0, 1, 2
INTERRUPTED = 130
# Short, so that the wait for tomorrow ends on time also after the machine has slept.
WAIT_SECONDS = 20.0


def run(arguments: list[str]) -> int:
    """run.py: serve at once what is there, refresh, and refresh again after every close until stopped."""
    return _guarded(lambda screen: _run(run_options(arguments), screen), when_stopped=OK)


def pipeline(arguments: list[str]) -> int:
    """etl_pipeline.py: one refresh or replay."""
    return _guarded(lambda screen: _pipeline(pipeline_options(arguments), screen), when_stopped=INTERRUPTED)


def server(arguments: list[str]) -> int:
    """api_server.py: serve what is there until stopped."""
    return _guarded(lambda screen: _serve(server_options(arguments), screen), when_stopped=OK)


def _guarded(command: Callable[[Screen], int], *, when_stopped: int) -> int:
    """Run a command: usage errors are one line, Ctrl-C and SIGTERM an orderly end."""
    screen = Screen()
    _quiet_logs()
    signal.signal(signal.SIGTERM, _interrupt)
    try:
        return command(screen)
    except UsageError as error:
        screen.error(f"error: {error.message}")
        return USAGE
    except (ClientError, BotoCoreError, PipelineError, OSError) as error:
        screen.error(f"error: {storage_fault(error)}")
        return NOT_ALL
    except KeyboardInterrupt:
        screen.line("stopped")
        sys.stdout.flush()
        # At once: a handler that waits for the portal would hold the process, and what is on disk is whole.
        os._exit(when_stopped)


def storage_fault(error: Exception) -> str:
    """A fault of the storage in one line."""
    message = error.response["Error"].get("Message", "") if isinstance(error, ClientError) else str(error)
    return " ".join((message or type(error).__name__).split())


def _interrupt(_signal: int, _frame: object) -> None:
    raise KeyboardInterrupt


def _quiet_logs() -> None:
    """The screen tells how each symbol ended; of the logs only the API's unexpected errors add to that."""
    logging.basicConfig(stream=sys.stderr, level=logging.ERROR, format="%(name)s: %(message)s")
    for name in ("etf.extract", "etf.transform", "etf.dispatch", "werkzeug"):
        logging.getLogger(name).setLevel(logging.CRITICAL)


def _run(options: Options, screen: Screen) -> int:
    workers = options.read_config().max_workers
    with open_source(options) as source:
        folder = DataFolder(source.root)
        with WriterLock(source.root), System(folder, source.portal_url) as system:
            gateway = Gateway(system.api, options.port)
            try:
                _announce(source, gateway, screen)
                _mend(system, options, screen)
                if source.reachable:
                    _refresh(system, options, screen, workers)
                return _refresh_after_every_close(system, options, screen)
            finally:
                gateway.close()


def _refresh_after_every_close(system: System, options: Options, screen: Screen) -> int:
    while True:
        due = next_refresh(datetime.now(UTC))
        screen.line(f"\nnext refresh: {due.astimezone(NEW_YORK):%A %Y-%m-%d %H:%M} New York time; Ctrl-C stops")
        while datetime.now(UTC) < due:
            time.sleep(WAIT_SECONDS)
        try:
            workers = options.read_config().max_workers
            system.put_config(options.config)
            _refresh(system, options, screen, workers)
        except UsageError as error:
            screen.error(f"error: {error.message}; nothing was refreshed, the data that is there is served on")
        except (ClientError, BotoCoreError, PipelineError, OSError) as error:
            screen.error(f"error: {storage_fault(error)}; the data that is there is served on")


def _pipeline(options: Options, screen: Screen) -> int:
    workers = options.read_config().max_workers
    if options.replay:
        return _replay(options, screen)
    with open_source(options) as source:
        folder = DataFolder(source.root)
        _say_source(source, screen)
        if not source.reachable:
            return NOT_ALL
        with WriterLock(source.root), System(folder, source.portal_url) as system:
            _mend(system, options, screen)
            return _exit_code(_refresh(system, options, screen, workers))


def _replay(options: Options, screen: Screen) -> int:
    root = kept_source(options, CAPTURES).root
    if not any(root.glob(CAPTURES)):
        raise UsageError(f"{root / 'raw'} holds no captures, so there is nothing to replay; refresh first")
    folder = DataFolder(root)
    with WriterLock(root), System(folder) as system:
        missing = [symbol for symbol in options.symbols if not repair.captures(system, [symbol])]
        if missing:
            raise UsageError(f"{root / 'raw'} holds no capture of {', '.join(missing)}; refresh first")
        _mend(system, options, screen)
        outcomes = repair.replay(system, options.symbols or None)
        if not outcomes:
            raise UsageError(f"{root / 'raw'} holds no capture that can be read; refresh first")
        screen.summary(outcomes)
        return _exit_code([outcome for outcome in outcomes if outcome.result != "kept_back"])


def _serve(options: Options, screen: Screen) -> int:
    source = kept_source(options)
    folder = DataFolder(source.root, read_only=True)
    with System(folder) as system:
        gateway = Gateway(system.api, options.port)
        try:
            _announce(source, gateway, screen)
            if not any(source.root.glob(SNAPSHOTS)):
                screen.error(f"there is no data in {source.root} yet; run etl_pipeline.py")
            for key in repair.damaged_objects(folder):
                screen.error(f"damaged: {source.root / key}; it is not served; mend it with etl_pipeline.py --replay")
            while True:
                time.sleep(WAIT_SECONDS)
        finally:
            gateway.close()


def _announce(source: Source, gateway: Gateway, screen: Screen) -> None:
    _say_source(source, screen)
    screen.line(f"data in {source.root}")
    screen.line(f"API on {gateway.url}/api/etfs, /api/etfs/VTI, /api/status; {gateway.url}/api/docs shows all of it")


def _say_source(source: Source, screen: Screen) -> None:
    screen.line(source.note, style="bold yellow" if source.warning else None)


def _mend(system: System, options: Options, screen: Screen) -> None:
    """Bring the data folder into order after whatever ended the last process."""
    for damage in repair.mend(system):
        screen.error(f"damaged: {damage.key}: {damage.remedy}")
    system.put_config(options.config)
    for outcome in repair.sweep(system):
        screen.line(f"left behind by the last stop: {outcome.symbol}: {outcome.result} {outcome.message}".rstrip())


def _refresh(system: System, options: Options, screen: Screen, workers: int) -> list[Outcome]:
    refresh = Refresh(system, options.symbols or None, workers=workers)
    with screen.refreshing(len(refresh.symbols)):
        outcomes = refresh.outcomes(screen.outcome)
    screen.summary(outcomes)
    return outcomes


def _exit_code(outcomes: list[Outcome]) -> int:
    return OK if all(outcome.result == "ok" for outcome in outcomes) else NOT_ALL
