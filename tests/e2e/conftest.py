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

START_SECONDS = 60.0
COMMANDS = ("run.py", "etl_pipeline.py")
"""Those that read the config."""
Start = Callable[..., "Command"]


class Command:
    """One of the three commands as a process, its output in a file."""

    def __init__(self, root: Path, log: Path, *arguments: str) -> None:
        self.log = log
        self._arguments = arguments
        environ = {**os.environ, "PYTHONUNBUFFERED": "1", "COLUMNS": "200"}
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

    def says(self, pattern: str) -> re.Match[str]:
        """Wait until the output matches."""
        deadline = time.monotonic() + START_SECONDS
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

    def ends(self) -> int:
        return self.process.wait(START_SECONDS)


@pytest.fixture
def start(root: Path, funds_only: Path, tmp_path: Path) -> Iterator[Start]:
    """Starts a command, with the shipped config but for filings and references, which few tests need to wait for."""
    started: list[Command] = []
    without_filings = tmp_path / "without_filings" / "etl_config.yaml"
    without_filings.parent.mkdir()
    without_filings.write_text(funds_only.read_text() + "filings: none\n")

    def run(*arguments: str) -> Command:
        data = [] if "--data-dir" in arguments else ["--data-dir", str(tmp_path / "data")]
        if "--config" not in arguments and (arguments[0] in COMMANDS or "commands.run(" in arguments[0]):
            data += ["--config", str(without_filings)]
        command = Command(root, tmp_path / f"{len(started)}.log", *arguments, *data)
        started.append(command)
        return command

    yield run
    for command in started:
        if command.process.poll() is None:
            command.process.kill()
            command.process.wait()
