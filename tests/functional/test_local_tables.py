"""The tables on one machine: there when a refresh is called done, and at every start; no refresh fails for them."""

import json
import sys
from collections.abc import Callable
from pathlib import Path
from typing import Any

import duckdb
import pytest

from etf_common.lake import status_key
from etf_common.table_keys import NEWEST_KEY
from local.disk import DataFolder
from local.jobs import OK, Job, JobKind, mend_folder, perform, refresh_once
from local.lake_tables import BUILD_SECONDS, LakeTables
from local.outcome import Outcome
from local.system import System
from tables.building import missed
from tests.functional.conftest import Refresh, get
from tests.functional.tables import funds, newest_of, objects, publish

ROUTES = ("/api/etfs", "/api/status", "/api/etfs/QQQ", "/api/etfs/QQQ/holdings", "/api/holders/MSFT", "/api/etfs/NOPE")


class Told:
    """What a job tells."""

    def __init__(self) -> None:
        self.lines: list[str] = []
        self.errors: list[str] = []
        self.at_the_end: Callable[[], Any] = lambda: None
        self.found: Any = None
        self.outcomes: list[Outcome] = []

    def line(self, text: str = "") -> None:
        self.lines.append(text)

    def error(self, text: str) -> None:
        self.errors.append(text)

    def begin(self, total: int) -> None:
        pass

    def outcome(self, outcome: Outcome) -> None:
        pass

    def summary(self, outcomes: list[Outcome]) -> None:
        self.outcomes = outcomes
        self.found = self.at_the_end()


@pytest.fixture
def told() -> Told:
    return Told()


def test_a_refresh_is_called_done_when_its_tables_are_there(system: System, told: Told) -> None:
    # At the moment of the summary, which is what tells a person that it is done
    told.at_the_end = lambda: (sorted(newest_of(system.lake).funds), missed(system.lake).symbols)
    refresh_once(system, ["QQQ", "GLD"], told, 3)

    assert told.found == (["GLD", "QQQ"], frozenset())
    (line,) = [line for line in told.lines if line.startswith("tables: ")]
    assert line.startswith("tables: 2 funds, 1 holdings date built in ")


def test_the_api_answers_with_tables_as_it_did_without(system: System, refresh: Refresh, told: Told) -> None:
    for symbol in ("QQQ", "GLD", "BND"):
        refresh(symbol)
    before = [(answer["statusCode"], json.loads(answer["body"])) for answer in (get(system, path) for path in ROUTES)]

    system.tables.build(told)

    after = [(answer["statusCode"], json.loads(answer["body"])) for answer in (get(system, path) for path in ROUTES)]
    assert after == before
    assert newest_of(system.lake).funds.keys() == {"QQQ", "GLD", "BND"}


def test_a_lake_without_tables_gets_them_at_the_next_start_without_a_refresh(
    system: System, funds_only: Path, told: Told
) -> None:
    for made in funds():
        publish(system.lake, made)

    mend_folder(system, funds_only, told)

    assert not missed(system.lake)
    assert told.errors == []
    assert [line for line in told.lines if "tables: 6 funds" in line]
    # ... and the start after that has nothing to say
    told.lines.clear()
    mend_folder(system, funds_only, told)
    assert told.lines == []


def test_tables_that_are_behind_are_built_at_the_next_start(system: System, funds_only: Path, told: Told) -> None:
    first, second, *_ = funds()
    publish(system.lake, first)
    system.tables.build(told)
    before = objects(system.lake)
    publish(system.lake, second)

    mend_folder(system, funds_only, told)

    assert not missed(system.lake)
    assert objects(system.lake).keys() > {key for key in before if not key.startswith("tables/newest/")}


def test_tables_of_another_release_are_built_anew_at_the_next_start(
    system: System, funds_only: Path, told: Told
) -> None:
    for made in funds():
        publish(system.lake, made)
    system.tables.build(told)
    before = objects(system.lake)
    standing = system.lake.read(NEWEST_KEY)
    other = json.dumps({**json.loads(standing.body), "made_with": "another"}).encode()
    system.lake.replace(NEWEST_KEY, other, "application/json", {}, known=standing)
    told.lines.clear()

    mend_folder(system, funds_only, told)

    assert newest_of(system.lake).is_of_this_code
    assert objects(system.lake) == before
    assert [line.partition(" built")[0] for line in told.lines] == ["tables: 6 funds, 0 holdings dates"]
    # ... once
    told.lines.clear()
    mend_folder(system, funds_only, told)
    assert told.lines == []


def test_a_damaged_table_is_set_aside_and_built_anew_at_the_next_start(
    system: System, folder: DataFolder, funds_only: Path, told: Told
) -> None:
    for made in funds():
        publish(system.lake, made)
    system.tables.build(told)
    before = objects(system.lake)
    keys = [key for key in before if "/newest/" not in key]
    for key in keys:
        (folder.root / key).write_bytes(b"damaged")

    mend_folder(system, funds_only, told)

    assert objects(system.lake) == before
    assert [line.split(": ")[1] for line in told.errors] == sorted(keys)
    assert all("the tables are built anew from processed/; the damaged file is now" in line for line in told.errors)


def test_a_replay_and_a_forgotten_typo_are_in_the_tables_when_they_are_done(
    system: System, refresh: Refresh, funds_only: Path, told: Told
) -> None:
    refresh("GLD")
    system.lake.write(status_key("TYPO"), funds()[0].status, "application/json")
    perform(Job(JobKind.REPLAY), system, funds_only, told, 3)
    assert newest_of(system.lake).statuses.keys() == {"GLD", "TYPO"}

    assert perform(Job(JobKind.FORGET, ("TYPO",)), system, funds_only, told, 3) == OK

    assert newest_of(system.lake).statuses.keys() == {"GLD"}
    assert not missed(system.lake)


FAULTS: dict[str, Exception] = {
    "out of memory": duckdb.OutOfMemoryException("Out of Memory Error: could not allocate block"),
    "no room on the disk": OSError(28, "No space left on device"),
    "a defect": ZeroDivisionError("division by zero"),
}


@pytest.mark.parametrize("fault", FAULTS)
def test_tables_that_cannot_be_built_fail_no_refresh(
    system: System, funds_only: Path, told: Told, monkeypatch: pytest.MonkeyPatch, fault: str
) -> None:
    def fail(*_: Any, **__: Any) -> None:
        raise FAULTS[fault]

    with monkeypatch.context() as patched:
        patched.setattr("tables.building.build", fail)
        assert perform(Job(JobKind.REFRESH, ("GLD",)), system, funds_only, told, 3) == OK
    assert len(told.errors) == 1
    assert told.errors[0].startswith("the tables are not built: ")
    assert told.errors[0].endswith("; the next refresh or start tries again")

    mend_folder(system, funds_only, told)
    assert newest_of(system.lake).funds.keys() == {"GLD"}


def test_without_duckdb_a_refresh_says_what_to_do_and_is_done(
    system: System, funds_only: Path, told: Told, monkeypatch: pytest.MonkeyPatch
) -> None:
    for name in [name for name in sys.modules if name.partition(".")[0] == "tables"]:
        monkeypatch.delitem(sys.modules, name)
    monkeypatch.setitem(sys.modules, "duckdb", None)

    assert perform(Job(JobKind.REFRESH, ("GLD",)), system, funds_only, told, 3) == OK

    assert told.errors == ["the tables are not built: the Python package duckdb is not installed; run `make run`"]
    assert get(system, "/api/etfs/GLD")["statusCode"] == 200


def test_during_a_long_refresh_the_tables_are_built_at_most_once_a_minute(
    system: System, folder: DataFolder, told: Told
) -> None:
    clock = [0.0]
    tables = LakeTables(system.lake, folder, lambda: clock[0])
    built = []
    for made in funds():
        publish(system.lake, made)
        clock[0] += BUILD_SECONDS / 3
        tables.build_now_and_then(told)
        built.append(len(told.lines))
    assert built == [0, 0, 1, 1, 1, 2]


def test_in_the_sample_the_status_says_which_funds_it_knows(
    system: System, told: Told, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(System, "is_sample", property(lambda _: True))
    refresh_once(system, ["DGRO"], told, 3)

    (outcome,) = told.outcomes
    assert outcome.message.startswith("the sample data has VTI, VOO, QQQ")
    record = json.loads(get(system, "/api/status")["body"])["DGRO"]
    assert record["last_attempt"]["error"] == {"code": "not_an_etf", "message": outcome.message}
    assert newest_of(system.lake).statuses["DGRO"]["error"]["message"] == outcome.message
