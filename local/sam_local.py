"""`make sam-local`: the functions in Lambda's own containers, over the embedded S3 and SQS and the sample sources."""

import json
import os
import re
import shutil
import signal
import socket
import subprocess
import sys
import threading
import time
from collections import deque
from collections.abc import Iterable, Mapping
from pathlib import Path

import requests

from etf_common.errors import PipelineError, UsageError
from local.access import take_token
from local.commands import LOCKED, OPEN, guarded
from local.disk import DataFolder
from local.docker import Engine, find_engine
from local.embedded_aws import LOOPBACK
from local.filing_jobs import fetch_filings
from local.jobs import NOT_ALL, OK, mend_folder, refresh_once
from local.kept import MADE_UP
from local.lambda_endpoint import EXPORT, REBALANCE, export_of, rebalance, with_functions
from local.options import Options, sam_local_options
from local.queues import make_queue
from local.sample_history import SampleHistory
from local.shutdown import interrupt
from local.system import PASSED_ON, System
from local.terminal import Terminal
from local.writer_lock import WriterLock
from sample_portal.server import SamplePortal
from sample_sec.server import SampleSec

SAM = Path(sys.executable).with_name("sam")
FOLDER = Path(".aws-sam") / "local"
"""Everything that is made for this machine; samconfig.toml names its files under [local.*]."""
BUILT, PARAMETERS, ENV_VARS = FOLDER / "build", FOLDER / "parameters.yaml", FOLDER / "env.json"
QUARTERS = 4
"""Of the sample funds' filings, so many are there when the API starts."""
START_SECONDS = 60.0
STOP_SECONDS = 30.0
REMEMBERED_LINES = 500
_COLOURS = re.compile(r"\x1b\[[0-9;]*m")
_REQUEST_ID = re.compile(r"[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}")


def main(arguments: list[str]) -> int:
    """Build, fill the embedded S3, then run `sam local start-api` until stopped."""
    return guarded(lambda terminal: _run(sam_local_options(arguments), terminal), when_stopped=OK)


def _run(options: Options, terminal: Terminal) -> int:
    signal.signal(signal.SIGHUP, interrupt)  # a closed terminal must not leave containers behind
    workers = options.read_config().max_workers
    is_locked = take_token(os.environ)
    port = _usable_port(options.port)
    engine = find_engine()
    root = options.data_dir / "sam-local" / "sample"
    folder = DataFolder(root)
    with WriterLock(root, "stop that first"):
        _build(engine, terminal)
        with (
            SamplePortal(host=engine.listen) as portal,
            SampleSec(host=engine.listen) as sec,
            System(folder, portal.url, engine.listen, sec_url=sec.url) as system,
        ):
            system.aws.wrap(with_functions({REBALANCE: rebalance, EXPORT: export_of(system.environ)}))
            terminal.line(MADE_UP, style="bold yellow")
            terminal.line(f"data in {root}")
            mend_folder(system, options.config, terminal)
            history = SampleHistory(system, terminal)
            history.look_after(refresh_once(system, [], terminal, workers))
            history.finish(workers)
            fetch_filings(system, [], QUARTERS, terminal)
            ENV_VARS.write_text(env_vars(system, engine))
            return _start_api(port, terminal, is_locked=is_locked)


def _usable_port(wanted: int) -> int:
    """`wanted` itself, or any free port for 0. Raises UsageError if it is taken."""
    with socket.socket() as probe:
        probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            probe.bind((LOOPBACK, wanted))
        except OSError as error:
            reason = f"port {wanted} cannot be used ({error.strerror})"
            raise UsageError(f"{reason}; give another one: make sam-local PORT=NUMBER") from None
        port: int = probe.getsockname()[1]
        return port


def sam_environ(environ: Mapping[str, str]) -> dict[str, str]:
    """The environment for `sam`, without credentials: containers get placeholders then.

    With credentials sam would ask STS whose they are, and wait where that cannot be reached.
    """
    kept = {name: value for name, value in environ.items() if not name.startswith("AWS_")}
    nothing = {"AWS_CONFIG_FILE": os.devnull, "AWS_SHARED_CREDENTIALS_FILE": os.devnull}
    return {**kept, **nothing, "AWS_EC2_METADATA_DISABLED": "true", "SAM_CLI_TELEMETRY": "0"}


def env_vars(system: System, engine: Engine) -> str:
    """What `sam local --env-vars` reads: for every function, as far as the template declares them for it."""
    others = {
        "REFRESH_QUEUE_URL": system.refresh_queue.url,
        "FILINGS_QUEUE_URL": system.filings_queue.url,
        # Nothing else on this machine has that queue: System builds the tables itself after each refresh.
        "TABLES_QUEUE_URL": make_queue(system.sqs, "tables").url,
        # Nor is there a topic: System tells the alerts in the terminal.
        "CHANGES_TOPIC_ARN": "",
        "REBALANCE_FUNCTION": REBALANCE,
        "EXPORT_FUNCTION": EXPORT,
        "AWS_ENDPOINT_URL_LAMBDA": system.aws.url,
    }
    values = {**dict.fromkeys(PASSED_ON, ""), **system.environ, **others}
    seen = {name: engine.seen_from_containers(value) for name, value in values.items()}
    return json.dumps({"Parameters": seen}, indent=2) + "\n"


def _build(engine: Engine, terminal: Terminal) -> None:
    """`sam build` for the engine's architecture, into a folder that is never deployed. Raises PipelineError."""
    FOLDER.mkdir(parents=True, exist_ok=True)
    PARAMETERS.write_text(f"Architecture: {engine.architecture}\n")
    terminal.line(f"sam build for {engine.architecture} into {BUILT}")
    try:
        built = subprocess.run(  # noqa: S603 - sam of this environment
            [SAM, "build", "--config-env", "local"],
            env=sam_environ(os.environ),
            stdin=subprocess.DEVNULL,
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
            text=True,
            check=False,
        )
    except FileNotFoundError:
        raise UsageError(f"{SAM} is not there; make setup installs it") from None
    if built.returncode != 0:
        shutil.rmtree(BUILT, ignore_errors=True)  # a later run would take the half-built folder for a complete one
        for line in built.stdout.splitlines():
            terminal.line(line)
        raise PipelineError("sam build failed for the reason above; it needs the functions' own Python on the PATH")


def _start_api(port: int, terminal: Terminal, *, is_locked: bool) -> int:
    # A process group of its own: Ctrl-C reaches this process only, which ends sam with the one signal that sam
    # always heeds.
    sam = subprocess.Popen(  # noqa: S603 - sam of this environment
        [SAM, "local", "start-api", "--config-env", "local", "--port", str(port)],
        env=sam_environ(os.environ),
        stdin=subprocess.DEVNULL,
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        text=True,
        errors="replace",
        process_group=0,
    )
    threading.Thread(target=_pass_on, args=(sam.stdout, terminal), name="sam-output", daemon=True).start()
    try:
        if _listens(sam, port):
            _announce(f"http://localhost:{port}", terminal, is_locked=is_locked)
            sam.wait()
    finally:
        _stop(sam)
    terminal.error("error: sam local start-api ended, for the reason above")
    return NOT_ALL


def _pass_on(lines: Iterable[str], terminal: Terminal) -> None:
    repeats = Repeats()
    for line in lines:
        if not repeats.is_one(line):
            terminal.line(without_formatting(line))


def without_formatting(line: str) -> str:
    """The line without colours, and with blanks for tabs: the terminal shows other control characters as escapes."""
    return _COLOURS.sub("", line).replace("\t", "  ").rstrip()


class Repeats:
    """Recognizes repeated lines: sam reads both a container's log and its stream, which overlap.

    Only a line that is written once is taken for a repeat: one with a request's id, or a log record.
    """

    def __init__(self) -> None:
        self._recent: deque[str] = deque(maxlen=REMEMBERED_LINES)

    def is_one(self, line: str) -> bool:
        """Whether the same line came shortly before."""
        text = line.strip()
        if not (_REQUEST_ID.search(text) or text.startswith("{")):
            return False
        if text in self._recent:
            return True
        self._recent.append(text)
        return False


def _listens(sam: "subprocess.Popen[str]", port: int) -> bool:
    """Wait until sam listens; False if it ended, or takes too long."""
    deadline = time.monotonic() + START_SECONDS
    while sam.poll() is None and time.monotonic() < deadline:
        with socket.socket() as probe:
            if probe.connect_ex((LOOPBACK, port)) == 0:
                return True
        time.sleep(0.1)
    return False


def _announce(url: str, terminal: Terminal, *, is_locked: bool) -> None:
    """Start the API's container with a first request, and report whether it worked."""
    try:
        answer = requests.get(f"{url}/api/etfs", timeout=START_SECONDS)
        told = (
            ""
            if answer.status_code == (401 if is_locked else 200)
            else f"it answered {answer.status_code}: {answer.text}"
        )
    except requests.RequestException as error:
        told = str(error)
    if told:
        terminal.error(f"the API does not work: {told}; {ENV_VARS} says where containers look for S3")
    terminal.line(f"API on {url}/api/etfs, /api/etfs/VTI, /api/status; {url}/api/docs shows all of it; Ctrl-C stops")
    terminal.line(LOCKED if is_locked else OPEN)


def _stop(sam: "subprocess.Popen[str]") -> None:
    sam.terminate()
    try:
        sam.wait(STOP_SECONDS)
    except subprocess.TimeoutExpired:
        sam.kill()


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
