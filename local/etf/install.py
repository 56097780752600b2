"""`python -m local.etf.install`: put `etf` beside the Python that runs this, so that it is found as a command.

Packages come from lock files and the project itself is not one, so there is nothing for pip to install: the command is
a few words of shell that start etf.py with this Python.
"""

import os
import shlex
import sys
import sysconfig
from pathlib import Path

ROOT = Path(__file__).parents[2]


def command_file(scripts: Path, python: str, *, windows: bool) -> tuple[Path, str]:
    """Where the command is, and its text."""
    start = ROOT / "etf.py"
    if windows:
        # From the file's own place: a path with umlauts would not survive the code page of cmd.
        beside = os.path.relpath(start, scripts) if start.drive == scripts.drive else str(start)
        return scripts / "etf.cmd", f'@"%~dp0{Path(python).name}" "%~dp0{beside}" %*\r\n'
    return scripts / "etf", f'#!/bin/sh\nexec {shlex.quote(python)} {shlex.quote(str(start))} "$@"\n'


def install(scripts: Path, python: str, *, windows: bool) -> Path:
    """Write the command; returns where it is."""
    path, text = command_file(scripts, python, windows=windows)
    path.unlink(missing_ok=True)  # pip's own, which a setup for development may have put there
    path.write_bytes(text.encode())
    path.chmod(0o755)
    return path


if __name__ == "__main__":
    install(Path(sysconfig.get_path("scripts")), sys.executable, windows=os.name == "nt")
