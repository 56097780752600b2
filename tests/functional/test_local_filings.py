"""Filings on one machine: fetched from the sample SEC, taken by hand, derived again, mended, fetched once a week."""

import json
import os
from collections.abc import Callable, Iterator
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest

from etf_common.config import EtlConfig
from etf_common.config_file import ConfigFile
from etf_common.filing_keys import filing_status_key
from etf_common.filing_status import read_filing_status
from local import repair
from local.disk import DataFolder
from local.filing_runs import FilingOutcome, FilingsRun
from local.filing_schedule import EVERY, FAILED_AGAIN, FilingSchedule, due
from local.jobs import NOT_ALL, OK, USAGE, Job, JobKind, perform
from local.outcome import Outcome
from local.retention import OLD, retain
from local.system import System
from sample_sec.faults import Fault, Kind, Where
from sample_sec.server import SampleSec
from tests.functional.conftest import TODAY

CONFIG = "etf_symbols: [QQQ, SPY, GLD]\n"
Spoil = Callable[[bytes], bytes]


class Recorded:
    """An output that keeps its lines."""

    def __init__(self) -> None:
        self.lines: list[str] = []
        self.errors: list[str] = []

    def line(self, text: str = "") -> None:
        self.lines.append(text)

    def error(self, text: str) -> None:
        self.errors.append(text)

    def begin(self, total: int) -> None:
        """No refresh is watched here."""

    def outcome(self, outcome: Outcome) -> None:
        """Nor its symbols."""

    def summary(self, outcomes: list[Outcome]) -> None:
        """Nor its end."""


@pytest.fixture
def output() -> Recorded:
    return Recorded()


@pytest.fixture
def config(tmp_path: Path) -> Path:
    path = tmp_path / "etl_config.yaml"
    path.write_text(CONFIG)
    return path


@pytest.fixture
def sec() -> Iterator[SampleSec]:
    with SampleSec(today=lambda: TODAY) as sec:
        yield sec


@pytest.fixture
def folder(tmp_path: Path) -> DataFolder:
    return DataFolder(tmp_path / "sample")


@pytest.fixture
def system(folder: DataFolder, sec: SampleSec, config: Path) -> Iterator[System]:
    with System(folder, sec_url=sec.url) as system:
        system.put_config(config)
        yield system


def fetch(system: System, *symbols: str, quarters: int = 2) -> dict[str, FilingOutcome]:
    outcomes = FilingsRun(system, list(symbols) or None, quarters=quarters).start().outcomes(lambda _: None)
    return {outcome.symbol: outcome for outcome in outcomes}


def files(folder: DataFolder, kind: str = "filings/") -> dict[str, bytes]:
    return {key: (folder.root / key).read_bytes() for key in folder.keys(kind)}


def snapshots(folder: DataFolder) -> list[dict[str, Any]]:
    return [json.loads(body) for body in files(folder).values()]


def test_a_run_brings_the_filings_of_the_config_one_fund_after_the_other(
    system: System, folder: DataFolder, sec: SampleSec
) -> None:
    outcomes = fetch(system)

    assert {symbol: (each.result, each.new > 0) for symbol, each in outcomes.items()} == {
        "QQQ": ("ok", True),
        "SPY": ("ok", True),
        "GLD": ("not_a_filer", False),
    }
    assert {each["symbol"] for each in snapshots(folder)} == {"QQQ", "SPY"}
    assert {each["provenance"]["source"] for each in snapshots(folder)} == {"sample"}

    # And the next run asks for nothing that is there
    before = files(folder, "raw-filings/")
    assert [each.new for each in fetch(system).values()] == [0, 0, 0]
    assert files(folder, "raw-filings/") == before


def test_a_replay_derives_the_same_bytes_without_the_sec(
    system: System, folder: DataFolder, sec: SampleSec, config: Path, output: Recorded
) -> None:
    fetch(system)
    sec.stop()
    before = files(folder)
    for key in before:
        folder.remove(key)

    assert perform(Job(JobKind.REPLAY), system, config, output, 1) == OK

    assert before
    assert files(folder) == before


def test_what_a_stop_left_in_raw_filings_is_parsed_at_the_next_start(
    system: System, folder: DataFolder, config: Path
) -> None:
    # Given a fetch whose process ended before the parse, and a snapshot that somebody deleted
    fetch(system, "SPY", quarters=1)
    before = files(folder)
    for key in before:
        folder.remove(key)
    message = json.dumps({"symbol": "QQQ", "run": "20261120T223000Z", "quarters": 1})
    fetched = system.fetch_filings({"Records": [{"messageId": "1", "body": message}]}, None)

    # When the folder is looked through
    parsed = repair.sweep_filings(system)

    # Then both are there, and nothing is left to do
    assert [(each.symbol, each.result) for each in parsed] == [("QQQ", "parsed")] * len(fetched["keys"]) + [
        ("SPY", "parsed")
    ] * len(before)
    assert files(folder).items() > before.items()
    assert repair.sweep_filings(system) == []


@pytest.mark.parametrize("spoil", [lambda b: b[: len(b) // 2], lambda b: b + b" ", lambda _: b""])
@pytest.mark.parametrize("kind", ["filings/", "filings-status/"])
def test_a_damaged_snapshot_or_status_is_derived_anew(
    system: System, folder: DataFolder, kind: str, spoil: Spoil
) -> None:
    fetch(system, "QQQ", quarters=1)
    before = files(folder)
    key = next(iter(folder.keys(kind)))
    (folder.root / key).write_bytes(spoil((folder.root / key).read_bytes()))

    (damage,) = repair.mend(system)

    assert damage.key == key
    assert damage.remedy.startswith("derived anew from raw-filings/")
    assert files(folder) == before
    status = read_filing_status(system.lake, "QQQ")
    assert status is not None
    assert [each.state for each in status.accessions.values()] == ["parsed"]
    assert repair.damaged_objects(folder) == []


def test_a_damaged_document_is_set_aside_and_fetched_again(system: System, folder: DataFolder) -> None:
    fetch(system, "QQQ", quarters=1)
    documents, before = files(folder, "raw-filings/"), files(folder)
    (key,) = documents
    (folder.root / key).write_bytes(documents[key].replace(b"QQQ", b"XXX") + b" ")

    (damage,) = repair.mend(system)
    assert damage.key == key
    assert "--filings fetches it again" in damage.remedy
    assert files(folder) == before
    assert fetch(system, "QQQ", quarters=1)["QQQ"].new == 1

    assert files(folder, "raw-filings/") == documents


@pytest.mark.parametrize("place", ["raw-filings/QQQ", "raw-filings/QQQ/x.xml", "filings/x", "filings-status/QQQ.json"])
@pytest.mark.parametrize("put", [os.mkfifo, lambda path: path.symlink_to("nothing")])
def test_strange_things_among_the_filings_stop_nothing(
    system: System, folder: DataFolder, place: str, put: Callable[[Path], object]
) -> None:
    fetch(system, "SPY", quarters=1)
    (folder.root / place).parent.mkdir(parents=True, exist_ok=True)
    put(folder.root / place)

    assert repair.mend(system) == []
    assert repair.sweep_filings(system) == []
    assert {each.result for each in repair.replay_filings(system)} == {"parsed"}


def test_retention_keeps_filings(system: System, folder: DataFolder) -> None:
    fetch(system, "SPY", quarters=1)
    before = {**files(folder, "raw-filings/"), **files(folder), **files(folder, "filings-status/")}

    retain(folder, datetime.now(UTC) + 10 * OLD, compress=True)

    assert {**files(folder, "raw-filings/"), **files(folder), **files(folder, "filings-status/")} == before


@pytest.fixture
def document(system: System, folder: DataFolder, tmp_path: Path) -> Path:
    """A document that was downloaded, and a folder that does not know it."""
    fetch(system, "QQQ", quarters=1)
    (key,) = folder.keys("raw-filings/")
    path = (folder.root / key).rename(tmp_path / "primary_doc.xml")
    for kind in ("raw-filings/", "filings/", "filings-status/"):
        for each in list(folder.keys(kind)):
            folder.remove(each)
    return path


def test_a_downloaded_document_is_taken_for_any_symbol(
    system: System, folder: DataFolder, config: Path, output: Recorded, document: Path
) -> None:
    # Given a fund that the portal has no list of, and no fund of the filing's own name
    job = Job(JobKind.FILING, ("XYZ",), file=str(document))

    assert perform(job, system, config, output, 1) == OK, output.errors

    (found,) = snapshots(folder)
    assert (found["symbol"], found["filed"], found["fund"]["series"]) == ("XYZ", None, "unverified")
    assert found["provenance"]["source"] == "file"
    assert found["accession"].startswith("sha256-")
    assert any(f"{found['totals']['lines']:,} lines" in line for line in output.lines)
    # And a second time it is the same
    before = files(folder)
    assert perform(job, system, config, output, 1) == OK
    assert files(folder) == before


def test_with_its_number_a_downloaded_document_has_the_key_of_a_fetched_one(
    system: System, folder: DataFolder, config: Path, output: Recorded, document: Path
) -> None:
    job = Job(JobKind.FILING, ("QQQ",), file=str(document), accession="0001752724-26-000001")

    assert perform(job, system, config, output, 1) == OK, output.errors

    assert list(folder.keys("raw-filings/")) == ["raw-filings/QQQ/0001752724-26-000001.xml"]


WRONG: dict[str, tuple[Callable[[Path], object], str]] = {
    "nothing": (lambda _: None, "No such file"),
    "a folder": (lambda path: path.mkdir(), "a folder, not a file"),
    "a FIFO": (os.mkfifo, "a FIFO, not a file"),
    "an empty file": (lambda path: path.write_bytes(b""), ""),
    "a web page": (lambda path: path.write_bytes(b"<html><body>primary_doc.xml</body></html>"), ""),
    "no XML": (lambda path: path.write_bytes(b"%PDF-1.7"), ""),
    "more than a filing": (lambda path: os.truncate(_made(path), 65 * 1024 * 1024), "at most"),
}


def _made(path: Path) -> Path:
    path.touch()
    return path


@pytest.mark.parametrize("name", WRONG)
def test_what_is_no_filing_is_one_line_and_nothing_is_stored(
    system: System, folder: DataFolder, config: Path, output: Recorded, name: str
) -> None:
    put, named = WRONG[name]
    file = config.parent / "file.xml"
    put(file)
    job = Job(JobKind.FILING, ("QQQ",), file=str(file))

    assert perform(job, system, config, output, 1) == USAGE

    (error,) = output.errors
    assert "file.xml" in error
    assert named in error
    assert "\n" not in error
    assert files(folder, "raw-filings/") == {}


def test_live_filings_need_a_contact_and_the_line_to_write_is_told(
    tmp_path: Path, sec: SampleSec, config: Path, output: Recorded
) -> None:
    with System(DataFolder(tmp_path / "live"), sec_url=sec.url) as system:
        job = Job(JobKind.FILINGS, ("SPY",), quarters=1)

        # Without one nobody is asked
        assert perform(job, system, config, output, 1) == USAGE
        assert "contact: " in output.errors[0]
        assert sec.requests == []

        # With one the filings are fetched, and are those of the SEC
        config.write_text(CONFIG + "contact: me@example.com\n")
        assert perform(job, system, config, output, 1) == OK, output.errors
        assert sec.requests
        assert {"me@example.com" in request.headers["user-agent"] for request in sec.requests} == {True}


def test_a_fund_that_fails_is_told_and_the_others_go_on(
    system: System, sec: SampleSec, config: Path, output: Recorded
) -> None:
    sec.faults = [Fault(Kind.UNDECLARED, Where.SUBMISSIONS)]  # of these two only SPY is asked for there

    assert perform(Job(JobKind.FILINGS, ("SPY", "QQQ"), quarters=1), system, config, output, 1) == NOT_ALL

    (error,) = output.errors
    assert error.startswith("SPY: failed: ")
    assert "QQQ: 1 new filing" in output.lines
    status = read_filing_status(system.lake, "SPY")
    assert status is not None
    assert status.result == "failed"


def test_a_block_of_the_sec_is_not_sat_out(system: System, sec: SampleSec, config: Path, output: Recorded) -> None:
    sec.faults = [Fault(Kind.RATE_LIMIT, Where.FEED)]

    assert perform(Job(JobKind.FILINGS, ("QQQ", "VTI", "VOO"), quarters=1), system, config, output, 1) == NOT_ALL

    # The SEC is asked no more, by no fund; its blocks last longer for those who go on
    assert [error.partition(":")[0] for error in output.errors] == ["QQQ", "VTI", "VOO"]
    assert len([request for request in sec.requests if "browse-edgar" in request.path]) == 1


def system_config(config: Path) -> EtlConfig:
    return ConfigFile(config).read().config


def test_filings_are_due_once_a_week_and_a_day_after_a_failure(system: System, sec: SampleSec) -> None:
    symbols, now = ["QQQ", "SPY", "GLD"], datetime.now(UTC)
    assert due(system.lake, symbols, now) == symbols
    fetch(system, "QQQ", "GLD", quarters=1)
    sec.faults = [Fault(Kind.UNDECLARED)]
    fetch(system, "SPY", quarters=1)

    now = datetime.now(UTC) + timedelta(seconds=1)
    assert due(system.lake, symbols, now) == []
    assert due(system.lake, symbols, now + FAILED_AGAIN) == ["SPY"]
    assert due(system.lake, symbols, now + EVERY) == symbols
    # A clock that went wrong does not keep them from being fetched for years
    assert due(system.lake, symbols, now - 2 * EVERY) == symbols


def test_the_schedule_fetches_what_is_due_in_the_background_and_only_that(
    system: System, folder: DataFolder, output: Recorded, config: Path, sec: SampleSec
) -> None:
    settings = system_config(config)
    schedule = FilingSchedule(system)

    schedule.begin(settings)
    schedule.join()
    schedule.look(output)

    assert output.errors == []
    assert any(line.startswith("filings: 8 new of 3 funds") for line in output.lines), output.lines
    assert {each["symbol"] for each in snapshots(folder)} == {"QQQ", "SPY"}
    asked = len(sec.requests)
    # A second time nothing is due
    schedule.begin(settings)
    schedule.stop(wait=True)
    assert len(sec.requests) == asked


def test_a_schedule_that_is_stopped_lets_what_is_under_way_end_and_leaves_the_rest_due(
    system: System, folder: DataFolder, config: Path
) -> None:
    schedule = FilingSchedule(system)
    schedule.begin(system_config(config))
    schedule.stop(wait=True)

    assert repair.damaged_objects(folder) == []
    assert repair.sweep_filings(system) == []
    left = due(system.lake, ["QQQ", "SPY", "GLD"], datetime.now(UTC) + timedelta(seconds=1))
    assert "GLD" in left

    outcomes = fetch(system, *left, quarters=1)
    assert {each.result for each in outcomes.values()} <= {"ok", "not_a_filer"}


def test_a_status_that_cannot_be_read_makes_a_fund_due(system: System, folder: DataFolder) -> None:
    folder.write(filing_status_key("QQQ"), b"{", {"content-type": "application/json"})
    assert due(system.lake, ["QQQ"], datetime.now(UTC)) == ["QQQ"]
