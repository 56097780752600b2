"""The three commands: run.py, etl_pipeline.py, api_server.py."""

import logging
import os
import sys
import time
from collections.abc import Callable
from pathlib import Path
from typing import NoReturn

from etf_common.errors import UsageError
from etf_common.settings import SCHWAB_URL, SEC_URL
from local import repair
from local.access import check_locked, take_token
from local.disk import DataFolder
from local.gateway import Gateway
from local.handover import POLL_SECONDS, Request, refusal
from local.jobs import NOT_ALL, OK, STORAGE_FAULTS, USAGE, Job, JobKind, perform, tell_passed_over
from local.kept import ATTEMPTS, CAPTURES, holds
from local.memory import tune_allocator
from local.options import Options, pipeline_options, run_options, server_options
from local.refresh import in_one_line
from local.service import Service, tidy_folder
from local.shutdown import ends_in_time
from local.sources import Source, kept_source, open_source, source_of_files
from local.system import System
from local.terminal import LogLines, Terminal
from local.writer_lock import FolderInUseError, Holder, Settings, WriterLock

INTERRUPTED = 130
IDLE_SECONDS = 20.0
LOCKED = "the API is locked: every caller needs the token, as Authorization: Bearer TOKEN"
OPEN = "the API is open to every program on this machine; set ETF_TOKEN to lock it"
_REMEDIES = {"raw": "a refresh captures anew", "raw-filings": "etl_pipeline.py --filings fetches it again"}
"""By kind of object: what a damaged one needs."""
_UNKNOWN_HOLDER_TRIES = 10
"""A holder says who it is a moment after it has the folder."""


def run(arguments: list[str]) -> int:
    """run.py: serve at once what is there, refresh, and refresh again after every close until stopped."""
    return guarded(lambda terminal: _run(run_options(arguments), terminal), when_stopped=OK)


def pipeline(arguments: list[str]) -> int:
    """etl_pipeline.py: one refresh or replay."""
    return guarded(lambda terminal: _pipeline(pipeline_options(arguments), terminal), when_stopped=INTERRUPTED)


def server(arguments: list[str]) -> int:
    """api_server.py: serve what is there until stopped."""
    return guarded(lambda terminal: _serve(server_options(arguments), terminal), when_stopped=OK)


def guarded(command: Callable[[Terminal], int], *, when_stopped: int) -> int:
    """Run a command: usage errors are one line, Ctrl-C and SIGTERM an orderly end, in time whatever hangs."""
    tune_allocator()
    terminal = Terminal()
    _quiet_logs()
    with ends_in_time(when_stopped):
        try:
            return command(terminal)
        except UsageError as error:
            terminal.error(f"error: {error.message}")
            return USAGE
        except STORAGE_FAULTS as error:
            terminal.error(f"error: {in_one_line(error)}")
            return NOT_ALL
        except KeyboardInterrupt:
            terminal.close()
            terminal.line("stopped")
            sys.stdout.flush()
            # At once: a handler that waits for the portal would hold the process, and what is on disk is whole.
            os._exit(when_stopped)
        finally:
            terminal.close()


def _quiet_logs() -> None:
    """The terminal tells how each symbol ended; of the logs only the API's unexpected errors add to that."""
    lines = logging.StreamHandler(sys.stderr)
    lines.setFormatter(LogLines("%(name)s: %(message)s"))
    logging.basicConfig(level=logging.ERROR, handlers=[lines])
    for name in ("etf.extract", "etf.transform", "etf.dispatch", "etf.tables", "etf.filings", "werkzeug"):
        logging.getLogger(name).setLevel(logging.CRITICAL)


def _run(options: Options, terminal: Terminal) -> NoReturn:
    options.read_config()  # a bad one is told before anything starts
    is_locked = take_token(os.environ)
    while True:  # once for each source: the portal can come into reach later
        with open_source(options) as source:
            folder = DataFolder(source.root)
            with (
                WriterLock(source.root, takes_requests=settings_of(options, source)) as lock,
                System(folder, source.portal_url, sec_url=source.sec_url) as system,
                Gateway(system.api, options.port) as gateway,
            ):
                _announce(source, system, gateway, terminal, is_locked=is_locked)
                Service(system, source, options, lock, terminal).run()


def settings_of(options: Options, source: Source) -> Settings:
    """What a request and the process that does it must agree on."""
    is_sample = source.root.name == "sample"
    portal = "the sample" if is_sample else options.portal_url or SCHWAB_URL
    sec = "the sample" if is_sample else options.sec_url or SEC_URL
    return Settings(portal, str(options.config.resolve()), sec)


def _pipeline(options: Options, terminal: Terminal) -> int:
    options.read_config()  # a bad one is told before anything starts
    job = options.job
    if job.kind is JobKind.FILING:
        return _file(job, options, terminal)
    if job.kind not in {JobKind.REFRESH, JobKind.FILINGS}:
        return _without_portal(job, options, terminal)
    with open_source(options) as source:
        folder = DataFolder(source.root)
        _say_source(source, terminal)
        if not source.reachable and job.kind is JobKind.REFRESH:
            return NOT_ALL
        return _here_or_there(job, source, folder, options, terminal)


def _file(job: Job, options: Options, terminal: Terminal) -> int:
    """A downloaded filing: nobody is asked."""
    if not Path(job.file or "").exists():
        raise UsageError(f"{job.file} does not exist; give the path of a downloaded document")
    source = source_of_files(options)
    folder = DataFolder(source.root)
    _say_source(source, terminal)
    if options.source == "auto" and source.warning:
        terminal.line("the filing is kept beside the sample data; --source live takes it into the live data")
    return _here_or_there(job, source, folder, options, terminal)


def _without_portal(job: Job, options: Options, terminal: Terminal) -> int:
    """A sweep, a replay or a forgetting: no portal is asked."""
    kinds = ATTEMPTS if job.kind is JobKind.FORGET else CAPTURES
    source = kept_source(options, kinds)
    if not holds(source.root, kinds):
        if job.kind is JobKind.SWEEP:
            terminal.line(f"{source.root / 'raw'} holds no captures; there is nothing to do")
            return OK
        what = "attempts" if job.kind is JobKind.FORGET else "captures"
        raise UsageError(f"{source.root} holds no {what}, so there is nothing to {job.kind}; refresh first")
    folder = DataFolder(source.root)
    _say_source(source, terminal)
    return _here_or_there(job, source, folder, options, terminal)


def _here_or_there(job: Job, source: Source, folder: DataFolder, options: Options, terminal: Terminal) -> int:
    """Do the job, or have it done by the server that holds the folder; the exit code is the same."""
    settings = settings_of(options, source)
    request: Request | None = None
    session, tries = "", 0
    try:
        while True:
            try:
                with WriterLock(source.root):
                    if request is not None:
                        request.withdraw()
                    with System(folder, source.portal_url, sec_url=source.sec_url) as system:
                        code = perform(job, system, options.config, terminal, options.read_config().max_workers)
                        tidy_folder(system, options, terminal)
                        return code
            except FolderInUseError as error:
                holder, tries = error.holder, tries + 1
                if holder is None and tries < _UNKNOWN_HOLDER_TRIES:
                    time.sleep(POLL_SECONDS)
                    continue
            if holder is None or (why := refusal(settings, holder)):
                raise UsageError(f"{source.root}: {why}")
            if request is None or session != holder.session:
                request, session = _ask(job, source, settings, holder, terminal), holder.session
            if (code_there := request.poll(terminal)) is not None:
                return code_there
            time.sleep(POLL_SECONDS)
    except KeyboardInterrupt:
        if request is not None and not request.withdraw():
            terminal.line("the server has begun with it and goes on")
        raise


def _ask(job: Job, source: Source, settings: Settings, holder: Holder, terminal: Terminal) -> Request:
    request = Request(source.root, job, settings, holder)
    request.send()
    terminal.line(f"process {holder.pid} ({holder.command}) serves this data folder and does it")
    return request


def _serve(options: Options, terminal: Terminal) -> int:
    is_locked = take_token(os.environ)
    source = kept_source(options)
    folder = DataFolder(source.root, read_only=True)
    with System(folder) as system, Gateway(system.api, options.port) as gateway:
        _announce(source, system, gateway, terminal, is_locked=is_locked)
        if not holds(source.root):
            terminal.error(f"there is no data in {source.root} yet; run etl_pipeline.py")
        tell_passed_over(system, terminal)
        for key in repair.damaged_objects(folder):
            remedy = _REMEDIES.get(key.partition("/")[0], "etl_pipeline.py --replay mends it")
            terminal.error(f"damaged: {source.root / key}; it is not used; {remedy}")
        while True:
            time.sleep(IDLE_SECONDS)


def _announce(source: Source, system: System, gateway: Gateway, terminal: Terminal, *, is_locked: bool) -> None:
    if is_locked:
        check_locked(system.api)
    terminal.line(f"page on {gateway.url}/", style="bold")
    _say_source(source, terminal)
    terminal.line(f"data in {source.root}")
    terminal.line(f"API on {gateway.url}/api/etfs, /api/etfs/VTI, /api/status; {gateway.url}/api/docs shows all of it")
    lock = (
        "locked: clients send the token" if is_locked else "open to every program on this machine; ETF_TOKEN locks it"
    )
    terminal.line(f"the API is {lock}")


def _say_source(source: Source, terminal: Terminal) -> None:
    terminal.line(source.note, style="bold yellow" if source.warning else None)
