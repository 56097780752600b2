"""The tables and the questions about all funds, on made-up lakes of 8 to 4,500 funds.

`make bench-lake` runs it, FUNDS="8 100" on these sizes only.

Storage is the local system's, in a process of its own; each build, each cold question and the warm API have one too, so
that the seconds and the memory are theirs alone.
"""

import json
import os
import subprocess
import sys
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

from benchmarks import fixtures, made_up_lake
from benchmarks.lake_process import QUESTIONS
from benchmarks.measure import Figure
from local.system import use_local_credentials

SIZES = (8, 100, 1_000, 4_500)
BUILD_SECONDS, BUILD_MB, ONE_FUND_SECONDS = 60.0, 3_000.0, 10.0
COLD_SECONDS, WARM_MS, API_MB = 1.5, 60.0, 512.0
COLD_ROUNDS = 3
SHARED_READS = 3
"""Objects that a question may read beside the funds that it names."""
HISTORY_MB = 4.0
GROWTH, GROWS_FROM, GROWS_TO = 2.0, 100, 4_500
_STORAGE = """
import json, sys
from pathlib import Path
from local.disk import DataFolder
from local.system import System
with System(DataFolder(Path(sys.argv[1]))) as system:
    print(json.dumps(system.environ), flush=True)
    sys.stdin.read()
"""


def figures() -> Iterator[Figure]:
    """Wall-clock seconds and peak megabytes, each against what is allowed."""
    warm: dict[int, dict[str, float]] = {}
    for funds in _sizes():
        with tempfile.TemporaryDirectory() as folder:
            lines = made_up_lake.write(Path(folder), funds)
            print(f"{funds:,} funds, {lines:,} lines", flush=True)
            with _storage(folder) as environ:
                yield from _builds(funds, environ)
                yield from _cold(funds, environ)
                answers = _run("warm", funds, environ)
        warm[funds] = {name: answer["median_ms"] for name, answer in answers["questions"].items()}
        yield from _warm(funds, answers)
    if {GROWS_FROM, GROWS_TO} <= warm.keys():
        for name, least in warm[GROWS_FROM].items():
            most = warm[GROWS_TO][name]
            yield Figure(f"{name}, {GROWS_TO:,} funds against {GROWS_FROM}", most, least, GROWTH, unit="ms")


def _sizes() -> list[int]:
    return [int(size) for size in os.environ.get("FUNDS", "").split()] or list(SIZES)


def _builds(funds: int, environ: dict[str, str]) -> Iterator[Figure]:
    whole, one = _run("build", funds, environ), _run("change", funds, environ)
    yield Figure(f"tables of {funds:,} funds", whole["seconds"], BUILD_SECONDS, 1.0)
    yield Figure(f"tables of {funds:,} funds, memory", whole["peak_mb"], BUILD_MB, 1.0, unit="MB")
    yield Figure(f"one changed fund of {funds:,}", one["seconds"], ONE_FUND_SECONDS, 1.0)
    yield Figure(f"one changed fund of {funds:,}, memory", one["peak_mb"], BUILD_MB, 1.0, unit="MB")
    dates = _run("dates", funds, environ)
    print(f"  a history of five years is read in {dates['parse_ms']:.0f} ms")
    yield Figure(f"next date of 3,500 lines, {funds:,} funds", dates["seconds"], ONE_FUND_SECONDS, 1.0)
    yield Figure(f"the same after five years, {funds:,} funds", dates["long_seconds"], ONE_FUND_SECONDS, 1.0)
    yield Figure("history of five years", dates["history_mb"], HISTORY_MB, 1.0, unit="MB")


def _cold(funds: int, environ: dict[str, str]) -> Iterator[Figure]:
    for name in QUESTIONS:
        rounds = [_run("cold", funds, environ, name) for _ in range(COLD_ROUNDS)]
        # Whatever else the machine does only adds.
        seconds = min(found["seconds"] for found in rounds)
        yield Figure(f"{name} cold, {funds:,} funds", seconds, COLD_SECONDS, 1.0)
        reads = max(found["reads"] - found["named"] for found in rounds)
        if name in ("similar", "substitutes"):
            print(f"  {name}: {reads} reads, those of the funds that it compares included")
        else:
            yield Figure(f"{name}, objects beside named funds", reads, SHARED_READS, 1.0, unit="reads")


def _warm(funds: int, answers: dict[str, Any]) -> Iterator[Figure]:
    for name, found in answers["questions"].items():
        print(
            f"  {name}: first time {found['first_ms']:.1f} ms; storage reads then {found['reads']}, "
            f"later {found['later_reads']:.2f}"
        )
        yield Figure(f"{name} warm p95, {funds:,} funds", found["p95_ms"], WARM_MS, 1.0, unit="ms")
    yield Figure(f"API memory, {funds:,} funds", answers["peak_mb"], API_MB, 1.0, unit="MB")


@contextmanager
def _storage(folder: str) -> Iterator[dict[str, str]]:
    """The environment of functions over this data folder."""
    command = [sys.executable, "-c", _STORAGE, folder]
    environ = dict(os.environ)
    use_local_credentials(environ)
    with subprocess.Popen(  # noqa: S603 - ours
        command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True, cwd=fixtures.ROOT, env=environ
    ) as process:
        assert process.stdin
        assert process.stdout
        try:
            yield {**environ, **json.loads(process.stdout.readline())}
        finally:
            process.stdin.close()


def _run(what: str, funds: int, environ: dict[str, str], *arguments: str) -> Any:
    command = [sys.executable, "-m", "benchmarks.lake_process", what, str(funds), *arguments]
    out = subprocess.check_output(command, env=environ, cwd=fixtures.ROOT, text=True)  # noqa: S603 - ours
    return json.loads(out.splitlines()[-1])
