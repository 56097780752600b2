"""SIGTERM ends a command in time, whatever hangs in it; and a start without packages says what to do."""

import ast
import os
import signal
import subprocess
import sys
import time
from pathlib import Path

import pytest

from tests.e2e.conftest import Start

# A command in a hurry to end. What hangs is put in front of it.
STOPPING = """
import re, sys, threading, time
from local import commands, shutdown
shutdown.GRACE_SECONDS = 0.5

def hang_in_python():
    while True:
        pass

def hang_for_good():
    threading.Event().wait()

def hold_the_interpreter():
    re.match(r"(a|a)*b", "a" * 200)

class Hanging:
    def __exit__(self, *_):
        threading.Event().wait()
    def __enter__(self):
        return self

def command(terminal):
    threading.Thread(target={thread}, daemon=False).start()
    terminal.line("hanging")
    with Hanging():
        while True:
            time.sleep(0.1)

sys.exit(commands.guarded(command, when_stopped=0))
"""


@pytest.mark.parametrize("how", [signal.SIGTERM, signal.SIGINT])
@pytest.mark.parametrize("thread", ["hang_in_python", "hang_for_good"])
def test_a_thread_that_hangs_does_not_keep_the_process(start: Start, thread: str, how: signal.Signals) -> None:
    command = start(STOPPING.replace("{thread}", thread))
    command.says("hanging")

    command.process.send_signal(how)

    assert command.ends() == 0
    assert "Traceback" not in command.output


def test_a_thread_that_holds_the_interpreter_does_not_keep_the_process(start: Start) -> None:
    command = start(STOPPING.replace("{thread}", "hold_the_interpreter").replace('terminal.line("hanging")', "pass"))
    # Nothing can be said any more; the child that guards it is there before anything hangs
    children = Path(f"/proc/{command.process.pid}/task/{command.process.pid}/children")
    while not children.exists() or not children.read_text():
        assert command.process.poll() is None, command.output
    with pytest.raises(subprocess.TimeoutExpired):
        command.process.wait(3)

    command.process.send_signal(signal.SIGTERM)

    assert command.ends() == -signal.SIGKILL


def test_the_guard_ends_with_the_process(start: Start) -> None:
    command = start(STOPPING.replace("{thread}", "hang_for_good"))
    command.says("hanging")
    (guard,) = Path(f"/proc/{command.process.pid}/task/{command.process.pid}/children").read_text().split()

    command.process.kill()
    command.ends()

    for _ in range(200):
        status = Path(f"/proc/{guard}/stat")
        if not status.exists() or ") Z " in status.read_text():
            return
        time.sleep(0.05)
    pytest.fail("the guard lives on")


@pytest.mark.parametrize("name", ["run.py", "etl_pipeline.py", "api_server.py", "sql.py"])
def test_without_packages_it_says_what_to_do(root: Path, name: str) -> None:
    environ = {key: value for key, value in os.environ.items() if key != "PYTHONPATH"}
    ended = subprocess.run(  # noqa: S603 - our own commands
        [sys.executable, "-S", name], cwd=root, env=environ, capture_output=True, text=True, check=False
    )

    assert ended.returncode == 2
    assert ended.stdout == ""
    (line,) = ended.stderr.splitlines()
    assert "make run" in line


@pytest.mark.parametrize(
    "name", ["run.py", "etl_pipeline.py", "api_server.py", "sql.py", "local/__init__.py", "local/start.py"]
)
def test_an_old_python_can_read_it_as_far_as_its_message(root: Path, name: str) -> None:
    tree = ast.parse((root / name).read_text(), feature_version=(3, 4))

    # What ast lets through for an old version all the same
    newer = (ast.JoinedStr, ast.NamedExpr, ast.AnnAssign, ast.Match, ast.AsyncFunctionDef)
    assert [node for node in ast.walk(tree) if isinstance(node, newer)] == []
    assert all(node.returns is None for node in ast.walk(tree) if isinstance(node, ast.FunctionDef))
