"""The SAM CLI: how it builds on this machine, and what of its output the owner sees."""

import os
import platform
import re
import shutil
import subprocess
import sys
from collections.abc import Callable, Iterable, Iterator
from pathlib import Path

from deploy.token import without_token
from etf_common.errors import UsageError

Sam = Callable[[list[str]], int]
"""Runs SAM with these arguments; returns its exit code."""
ASK_SECONDS = 15.0
_ADVICE = re.compile(r"\[\*\] .*|Commands you can use next|={4,}")
_MACHINES = {"x86_64": "x86_64", "AMD64": "x86_64", "aarch64": "arm64", "arm64": "arm64"}


def call_sam(arguments: list[str]) -> int:
    """Run the SAM CLI that is installed beside this Python, with its output on the screen; returns its exit code.

    Its advice on what to run next is left out: `sam deploy --guided` would deploy another stack, without the config.
    """
    command = [str(Path(sys.executable).with_name("sam")), *arguments]
    environ = {**without_token(os.environ), "PYTHONUNBUFFERED": "1"}
    with subprocess.Popen(  # noqa: S603 - no shell; names and parameters are checked
        command, env=environ, stdout=subprocess.PIPE, text=True, encoding="utf-8", errors="replace"
    ) as sam:
        for line in without_advice(sam.stdout or ()):
            print(line, end="", flush=True)
    return sam.returncode


def without_advice(lines: Iterable[str]) -> Iterator[str]:
    """What SAM says, but for its list of commands and the heading above it."""
    advising = False
    for line in lines:
        advising = advising or line.startswith("Commands you can use next")
        if not advising or not _ADVICE.fullmatch(line.strip()):
            advising = False
            yield line


def build_options(runtime: str, architecture: str) -> list[str]:
    """What `sam build` needs besides on this machine: nothing, or a container where there is Docker and no `runtime`.

    Raises UsageError where neither is there.
    """
    if _starts(runtime, "-c", ""):
        return []
    if _starts("docker", "info"):
        machine = _MACHINES.get(platform.machine())
        if machine != architecture:
            # On another processor Docker runs the container only with an emulator, which Docker Desktop has.
            print(
                f"the layers are built for {architecture} in Docker: if it says exec format error, install an emulator "
                f"(docker run --privileged --rm tonistiigi/binfmt --install {architecture.replace('x86_64', 'amd64')})"
                + (f" or deploy with PARAMETERS=Architecture={machine}" if machine else ""),
                flush=True,
            )
        print(f"{runtime} is not here, so sam builds in Docker (--use-container); the first time loads its image")
        return ["--use-container"]
    raise UsageError(
        f"sam build needs {runtime}, which is not on the PATH or does not start, and no Docker answers in which it "
        f"could build: install {runtime} (.venv/bin/uv python install {runtime.removeprefix('python')}), or start "
        "Docker, or choose another Runtime (python3.12, python3.13)"
    )


def _starts(program: str, *arguments: str) -> bool:
    """Whether it is installed and runs: pyenv has a shim for every version, and `docker` may have no engine."""
    found = shutil.which(program)
    if not found:
        return False
    try:
        done = subprocess.run([found, *arguments], check=False, capture_output=True, timeout=ASK_SECONDS)  # noqa: S603 - no shell; a runtime of the template, or docker
    except (OSError, subprocess.TimeoutExpired):
        return False
    return done.returncode == 0
