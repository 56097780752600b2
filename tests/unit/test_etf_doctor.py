"""`etf doctor` says what is wrong and what to do; where nothing is, it ends with 0."""

import json
import sys
from collections.abc import Iterable
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
import requests

from local.etf import checks
from local.etf.app import command
from local.etf.checks import Check, Machine, State
from local.writer_lock import WriterLock
from tests.unit.etf_cases import small_lake, write_folder


@pytest.fixture(scope="module")
def data(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("data")
    write_folder(small_lake(), folder / "live")
    return folder


@pytest.fixture
def machine(data: Path, tmp_path: Path) -> Machine:
    config = tmp_path / "etl_config.yaml"
    config.write_text("etf_symbols: [VTI, VOO, QQQ]\ncontact: me@example.com\n")
    return Machine(data, "auto", config, 3000, "https://portal.example")


def one(found: Iterable[Check], what: str) -> Check:
    (check,) = [each for each in found if each.what == what]
    return check


def test_a_package_that_is_missing_needs_doing_and_another_version_is_told(tmp_path: Path) -> None:
    lock = tmp_path / "run.txt"
    lock.write_text(
        "no-such-package==1.0 \\\n    --hash=sha256:0\npytest==0.1 \\\nno-such-either==2 ; sys_platform == 'win32' \\\n"
    )
    missing = one(checks.python(lock), "packages")
    lock.write_text("pytest==0.1 \\\n")
    other = one(checks.python(lock), "packages")

    assert (missing.state, missing.found) == (State.PROBLEM, "not installed: no-such-package")
    assert sys.executable in missing.todo
    assert (other.state, other.found[:5]) == (State.NOTE, "other")


def test_a_config_that_cannot_be_read_needs_doing(machine: Machine) -> None:
    assert one(checks.config(machine), "config").found.endswith("3 symbols")
    machine.config.write_text("etf_symbols: [VTI")

    broken = one(checks.config(machine), "config")

    assert (broken.state, str(machine.config) in broken.found) == (State.PROBLEM, True)


def test_without_a_contact_it_says_what_is_missing(machine: Machine) -> None:
    machine.config.write_text("etf_symbols: [VTI]\n")

    assert one(checks.config(machine), "contact").state == State.NOTE


def test_who_writes_into_the_folder_is_told_and_nothing_is_written(machine: Machine) -> None:
    root = machine.root
    assert [each.what for each in checks.folder(machine)] == ["data folder", "disk"]

    with WriterLock(root) as lock:
        found = one(checks.folder(machine), "writer")

    assert f"process {lock.holder.pid}" in found.found


def test_a_folder_that_is_a_file_or_is_not_there(machine: Machine, tmp_path: Path) -> None:
    (tmp_path / "file").write_text("")

    there = one(checks.folder(replace(machine, data_dir=tmp_path / "new")), "data folder")
    file = one(checks.folder(replace(machine, data_dir=tmp_path / "file")), "data folder")
    empty = one(checks.data(replace(machine, data_dir=tmp_path / "new")), "data")

    assert [there.state, file.state, empty.state] == [State.OK, State.PROBLEM, State.PROBLEM]
    assert "etf refresh" in empty.todo


def test_stale_and_partial_data_is_named(machine: Machine) -> None:
    found = list(checks.data(machine))

    assert one(found, "lists").found.endswith("QQQ")
    stale = one(found, "freshness")
    assert (stale.state, stale.found) == (State.PROBLEM, "stale: VTI, VOO, QQQ")
    assert "etf status" in stale.todo
    assert one(found, "tables").state == State.OK


class Portal:
    """Answers with a date of its own."""

    def __init__(self, ahead: timedelta) -> None:
        self.headers = {"Date": f"{datetime.now(UTC) + ahead:%a, %d %b %Y %H:%M:%S} GMT"}

    def __enter__(self) -> "Portal":
        return self

    def __exit__(self, *_: object) -> None:
        """Nothing is open."""


@pytest.mark.parametrize(("ahead", "state"), [(timedelta(), State.OK), (timedelta(hours=3), State.PROBLEM)])
def test_a_clock_that_is_not_schwab_s_needs_doing(
    machine: Machine, monkeypatch: pytest.MonkeyPatch, ahead: timedelta, state: State
) -> None:
    monkeypatch.setattr(requests, "get", lambda *_, **__: Portal(ahead))

    found = list(checks.portal(machine))

    assert one(found, "Schwab").state == State.OK
    assert one(found, "clock").state == state


def test_no_network_is_no_problem_of_its_own(machine: Machine, monkeypatch: pytest.MonkeyPatch) -> None:
    def refuse(*_: object, **__: object) -> None:
        raise requests.ConnectionError

    monkeypatch.setattr(requests, "get", refuse)

    assert [each.state for each in checks.portal(machine)] == [State.NOTE]


@pytest.mark.parametrize(("state", "code"), [(State.OK, 0), (State.NOTE, 0), (State.PROBLEM, 1)])
def test_the_command_ends_with_1_if_anything_needs_doing(
    capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch, state: State, code: int
) -> None:
    check = Check("clock", state, "it is late", "go home")
    for name in ("config", "folder", "data", "portal", "server"):
        monkeypatch.setattr(checks, name, lambda _: [])
    monkeypatch.setattr(checks, "python", lambda _: [check])

    assert [command(["doctor"]), command(["doctor", "--json"])] == [code, code]

    table, _, told = capsys.readouterr().out.partition("[\n")
    assert f"clock  {state}" in table
    assert "go home" in table
    assert json.loads("[" + told) == [{"what": "clock", "state": state, "found": "it is late", "todo": "go home"}]
