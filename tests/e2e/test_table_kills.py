"""SIGKILL at random moments of a build: the tables are whole, and the next build has all that was missed."""

import os
import secrets
import signal
import subprocess
import sys
import tempfile
import time
from pathlib import Path
from random import Random

import duckdb
import pytest

from benchmarks import made_up_lake
from etf_common.lake import Lake
from etf_common.newest import Newest
from etf_common.table_keys import NEWEST_KEY
from local.disk import DataFolder
from local.repair import damaged_objects
from local.system import System
from tests.functional.tables import objects, publish, rebuilt

FUNDS = 40
_BUILD = """
import sys
from datetime import UTC, datetime
from pathlib import Path
from local.disk import DataFolder
from local.system import System
from tables.building import build, missed
with System(DataFolder(Path(sys.argv[1]))) as system:
    changes = missed(system.lake)
    print("building", flush=True)
    build(system.lake, changes, datetime.now(UTC))
    print("built", flush=True)
"""


def killed_build(root: Path, folder: Path, seconds: float) -> bool:
    """One build in a process of its own, killed so long after it began; whether it had come to its end."""
    command = [sys.executable, "-c", _BUILD, str(folder)]
    with subprocess.Popen(command, cwd=root, stdout=subprocess.PIPE, text=True) as process:  # noqa: S603 - ours
        assert process.stdout
        assert process.stdout.readline() == "building\n"
        time.sleep(seconds)
        process.send_signal(signal.SIGKILL)
        return "built" in process.stdout.read()


def assert_whole(lake: Lake, folder: Path) -> None:
    """What is there can be read, and the newest state names nothing else."""
    assert damaged_objects(DataFolder(folder, read_only=True)) == []
    found = {key: lake.read(key).body for key in lake.keys("tables/")}
    for key, body in found.items():
        if key.endswith(".parquet"):
            with tempfile.NamedTemporaryFile(suffix=".parquet") as file:
                Path(file.name).write_bytes(body)
                assert duckdb.execute(f"select count(*) from read_parquet('{file.name}')").fetchone()  # noqa: S608 - ours
    if NEWEST_KEY in found:
        newest = Newest.parse(found[NEWEST_KEY])
        assert newest is not None
        assert set(newest.keys) <= found.keys()


def go_through(root: Path, tmp_path: Path, kills: int) -> None:
    """Kills upon kills on one folder whose funds change in between. FIRE_SEED repeats the choices of an earlier one."""
    seed = int(os.environ.get("FIRE_SEED") or secrets.randbelow(1_000_000))
    print(f"FIRE_SEED={seed}")
    chance, folder = Random(seed), tmp_path / "lake"
    made = [made_up_lake.fund(number) for number in range(FUNDS)]
    span, ended = 4.0, 0
    for number in range(kills):
        with System(DataFolder(folder)) as system:
            for each in chance.sample(made, FUNDS if number == 0 else 5):
                publish(system.lake, each, name=f"version {number}")
            before = system.lake.read_if_there(NEWEST_KEY)
        seconds = chance.uniform(0, span)
        print(f"kill {number}: {seconds:.3f} s after the build began")
        finished = killed_build(root, folder, seconds)
        ended += finished
        span = max(0.3, min(span, seconds)) if finished else span * 1.1
        with System(DataFolder(folder)) as system:
            assert_whole(system.lake, folder)
            after = system.lake.read_if_there(NEWEST_KEY)
            assert after is not None or (before is None and not finished)
    with System(DataFolder(folder)) as system:
        # When a build is left in peace, then it has everything
        system.tables.build(_Silent())
        found = objects(system.lake)
        assert found == rebuilt(system)
    assert ended < kills, "kills that all come too late would show nothing"


class _Silent:
    def line(self, text: str = "") -> None:
        """Nothing."""

    def error(self, text: str) -> None:
        raise AssertionError(text)


@pytest.mark.timeout(400)
def test_tables_outlive_four_kills(root: Path, tmp_path: Path) -> None:
    go_through(root, tmp_path, kills=4)


@pytest.mark.fire
@pytest.mark.timeout(600)  # with test_kills.py's, so before the shorter runs
@pytest.mark.parametrize("life", range(2))
def test_tables_outlive_forty_kills_in_two_lives(root: Path, tmp_path: Path, life: int) -> None:
    go_through(root, tmp_path, kills=20)
