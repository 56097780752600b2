"""The three commands as processes."""

import os
import re
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest
import requests

from etf_common.config import DEFAULT_SYMBOLS

START_SECONDS = 150.0
"""Patience with a process on two cores that do much else; one that is idle needs seconds."""
COMMANDS = ("run.py", "etl_pipeline.py")
"""Those that read the config."""
THREE = ("QQQ", "SPY", "GLD")
"""Sample funds whose refreshes last long enough to be met under way, and take a sixth of what all eight take."""
Start = Callable[..., "Command"]


class Command:
    """One of the three commands as a process, its output in a file."""

    def __init__(self, root: Path, log: Path, *arguments: str) -> None:
        self.log = log
        self._arguments = arguments
        environ = {**os.environ, "PYTHONUNBUFFERED": "1", "COLUMNS": "200"}
        # Where a container sets it, every process compiles all of the product anew.
        environ.pop("PYTHONDONTWRITEBYTECODE", None)
        with log.open("w") as out:
            self.process = subprocess.Popen(  # noqa: S603 - our own commands
                [sys.executable, *(["-c", arguments[0]] if "\n" in arguments[0] else [arguments[0]]), *arguments[1:]],
                cwd=root,
                stdout=out,
                stderr=subprocess.STDOUT,
                stdin=subprocess.DEVNULL,
                env=environ,
            )

    @property
    def data_dir(self) -> Path:
        return Path(self._arguments[self._arguments.index("--data-dir") + 1])

    @property
    def output(self) -> str:
        return self.log.read_text()

    def says(self, pattern: str, seconds: float = START_SECONDS) -> re.Match[str]:
        """Wait until the output matches."""
        deadline = time.monotonic() + seconds
        while time.monotonic() < deadline:
            if match := re.search(pattern, self.output):
                return match
            if self.process.poll() is not None and not re.search(pattern, self.output):
                break
            time.sleep(0.05)
        raise AssertionError(f"no {pattern!r} in:\n{self.output}")

    @property
    def api(self) -> str:
        return self.says(r"API on (http://localhost:\d+)/api")[1]

    def get(self, path: str) -> Any:
        answer = requests.get(self.api + path, timeout=20)
        answer.raise_for_status()
        return answer.json()

    def shows(self, path: str, seen: Callable[[Any], bool]) -> Any:
        """Ask until an answer has what is waited for; the last one that was given."""
        deadline = time.monotonic() + START_SECONDS
        while not seen(answer := self.get(path)) and time.monotonic() < deadline:
            time.sleep(0.2)
        return answer

    def ends(self) -> int:
        return self.process.wait(START_SECONDS)


def config_of(folder: Path, *symbols: str) -> str:
    """A config with these funds and nothing that is done behind their refresh; the path of the file."""
    path = folder / f"{len(symbols)}_funds" / "etl_config.yaml"
    path.parent.mkdir(exist_ok=True)
    path.write_text(f"etf_symbols: [{', '.join(symbols)}]\nmax_holdings: all\nfilings: none\n")
    return str(path)


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """Give the tests of processes more time than others have: they must outlast the patience with each process."""
    for item in items:
        if item.path.is_relative_to(Path(__file__).parent) and not item.get_closest_marker("timeout"):
            item.add_marker(pytest.mark.timeout(2 * START_SECONDS))


@pytest.fixture
def three_funds(tmp_path: Path) -> str:
    """The path of a config with THREE."""
    return config_of(tmp_path, *THREE)


@pytest.fixture
def all_funds(tmp_path: Path) -> str:
    """The path of a config with the eight funds of the shipped one."""
    return config_of(tmp_path, *DEFAULT_SYMBOLS)


@pytest.fixture
def start(root: Path, tmp_path: Path) -> Iterator[Start]:
    """Starts a command, with a config of two small funds if none is given: most tests need no more."""
    started: list[Command] = []
    two_funds = config_of(tmp_path, "QQQ", "GLD")

    def run(*arguments: str) -> Command:
        data = [] if "--data-dir" in arguments else ["--data-dir", str(tmp_path / "data")]
        if "--config" not in arguments and (arguments[0] in COMMANDS or "commands.run(" in arguments[0]):
            data += ["--config", two_funds]
        command = Command(root, tmp_path / f"{len(started)}.log", *arguments, *data)
        started.append(command)
        return command

    yield run
    for command in started:
        if command.process.poll() is None:
            command.process.kill()
            command.process.wait()
