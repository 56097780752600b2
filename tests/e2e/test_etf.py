"""The etf command as a process: in a pipe, against a locked API, interrupted."""

import hashlib
import json
import os
import signal
import socket
import subprocess
import sys
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from api.access import Access
from api.app import handler_of
from api.service import Api
from local.folder_lake import FolderLake
from local.gateway import Gateway
from tests.unit.etf_cases import small_lake, write_folder

TOKEN = "a-secret-word"
SECONDS = 120.0
"""Patience with a process on two cores that do much else."""
Etf = Callable[..., "subprocess.Popen[str]"]


@pytest.fixture(scope="module")
def data(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("data")
    write_folder(small_lake(), folder / "live")
    return folder


@pytest.fixture
def etf(root: Path) -> Iterator[Etf]:
    started = []

    def start(*arguments: str, **environ: str) -> "subprocess.Popen[str]":
        kept = {name: value for name, value in os.environ.items() if name not in {"ETF_TOKEN", "ETF_URL", "PYTHONPATH"}}
        process = subprocess.Popen(  # noqa: S603 - our own command
            [sys.executable, "etf.py", *arguments],
            cwd=root,
            stdout=subprocess.PIPE,
            stderr=subprocess.PIPE,
            stdin=subprocess.DEVNULL,
            text=True,
            env={**kept, **environ},
        )
        started.append(process)
        return process

    yield start
    for process in started:
        process.kill()
        process.communicate()


@pytest.fixture(scope="module")
def locked(data: Path) -> Iterator[str]:
    """An API that asks for its token."""
    handler = handler_of(Api(FolderLake(data / "live")), Access(hashlib.sha256(TOKEN.encode()).hexdigest()))
    with Gateway(handler, 0) as gateway:
        yield gateway.url


def test_a_pipe_gets_the_whole_answer_and_one_that_closes_is_no_fault(etf: Etf, data: Path) -> None:
    # Given one reader that reads all, and one that is gone before there is anything
    whole = etf("holders", "NVDA", "--json", "--data-dir", str(data))
    cut = etf("holdings", "VTI", "--data-dir", str(data))
    assert cut.stdout is not None
    assert cut.stderr is not None
    cut.stdout.close()

    # Then both end well: the one says beside its answer how good the data is, the other not a word
    out, err = whole.communicate(timeout=SECONDS)
    assert (whole.returncode, [line.partition(":")[0] for line in err.splitlines()]) == (0, ["STALE", "PARTIAL"])
    assert [each["etf"] for each in json.loads(out)["holders"]] == ["VTI", "QQQ", "VOO"]
    assert cut.stderr.read() == ""
    assert cut.wait(SECONDS) == 0


def test_a_locked_api_is_asked_with_the_token_of_an_option_or_the_environment(etf: Etf, locked: str) -> None:
    # Given the same question with and without the token, and with another one
    asked = [
        etf("list", "--url", locked),
        etf("list", "--url", locked, ETF_TOKEN="another-word"),
        etf("list", "--url", locked, "--token", TOKEN),
        etf("list", ETF_URL=locked, ETF_TOKEN=TOKEN),
    ]

    told = [process.communicate(timeout=SECONDS) for process in asked]

    # Then only the token opens it, and no message has it
    assert [process.returncode for process in asked] == [1, 1, 0, 0]
    assert all("set ETF_TOKEN" in err and err.count("\n") == 1 for _, err in told[:2])
    assert [out.splitlines()[1:4] for out, _ in told[2:]] == [["VTI", "VOO", "QQQ"]] * 2
    assert not any(word in text for pair in told for text in pair for word in (TOKEN, "another-word"))


def test_ctrl_c_ends_it_with_130_and_no_traceback(etf: Etf) -> None:
    with socket.create_server(("127.0.0.1", 0)) as silent:
        silent.settimeout(SECONDS)
        process = etf("list", "--url", f"http://127.0.0.1:{silent.getsockname()[1]}")
        connection, _ = silent.accept()
        with connection:
            process.send_signal(signal.SIGINT)
            out, err = process.communicate(timeout=SECONDS)

    assert (process.returncode, out) == (130, "")
    assert "Traceback" not in err
