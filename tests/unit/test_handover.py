"""A job in the hands of the process that holds the data folder: files that anybody may write."""

import json
import os
from collections.abc import Callable
from dataclasses import asdict, replace
from pathlib import Path

import pytest

from local.disk import META, DataFolder
from local.handover import FOLDER, Request, Requests, refusal
from local.jobs import NOT_ALL, OK, USAGE, Job, JobKind
from local.outcome import Outcome
from local.output import Output
from local.writer_lock import FolderInUseError, Holder, Settings, WriterLock, read_holder

SETTINGS = Settings("https://portal", "/x/etl_config.yaml", "https://sec")
VTI = Outcome("VTI", "ok", rows=3513, reported=3513, holdings_as_of="2026-11-19", last_price=321.28, seconds=5.0)
JOB = Job(JobKind.REFRESH, ("VTI", "BRK.B"))


class Recorded:
    """An output that keeps what it is told."""

    def __init__(self) -> None:
        self.told: list[object] = []

    def line(self, text: str = "") -> None:
        self.told.append(text)

    def error(self, text: str) -> None:
        self.told.append(("error", text))

    def begin(self, total: int) -> None:
        self.told.append(total)

    def outcome(self, outcome: Outcome) -> None:
        self.told.append(outcome)

    def summary(self, outcomes: list[Outcome]) -> None:
        self.told.append(outcomes)


@pytest.fixture
def root(tmp_path: Path) -> Path:
    return DataFolder(tmp_path / "live").root


@pytest.fixture
def lock(root: Path) -> WriterLock:
    return WriterLock(root, takes_requests=SETTINGS)


def ask(root: Path, lock: WriterLock, job: Job = JOB, settings: Settings = SETTINGS) -> Request:
    request = Request(root, job, settings, lock.holder)
    request.send()
    return request


def doing(jobs: list[Job], code: int = OK) -> Callable[[Job, Output], int]:
    def perform(job: Job, output: Output) -> int:
        jobs.append(job)
        output.begin(1)
        output.outcome(VTI)
        output.error("one thing went wrong")
        output.summary([VTI])
        return code

    return perform


@pytest.mark.parametrize("code", [OK, NOT_ALL, USAGE])
def test_who_asks_is_told_all_and_gets_the_exit_code(root: Path, lock: WriterLock, code: int) -> None:
    asking, serving, jobs = Recorded(), Recorded(), list[Job]()
    request = ask(root, lock)
    assert request.poll(asking) is None

    assert Requests(root, lock.holder).serve(doing(jobs, code), serving) == 1

    assert request.poll(asking) == code
    assert jobs == [JOB]
    assert asking.told == [1, VTI, ("error", "one thing went wrong"), [VTI]]
    assert serving.told[-4:] == asking.told
    assert list((root / META / FOLDER).iterdir()) == []


FILING = Job(JobKind.FILING, ("VTI",), file="/folder/primary_doc.xml", accession="0001752724-26-000001")


@pytest.mark.parametrize("job", [FILING, Job(JobKind.FILINGS, ("VTI",), quarters=8)])
def test_a_job_of_filings_comes_over_whole(root: Path, lock: WriterLock, job: Job) -> None:
    jobs, serving = list[Job](), Recorded()
    request = ask(root, lock, job)

    Requests(root, lock.holder).serve(doing(jobs), serving)

    assert (jobs, request.poll(Recorded())) == ([job], OK)
    assert f"asked for by another process: {job}" in serving.told


def test_two_at_once_are_done_one_after_the_other(root: Path, lock: WriterLock) -> None:
    jobs: list[Job] = []
    requests = [ask(root, lock, Job(JobKind.REFRESH, (symbol,))) for symbol in ("VTI", "VOO")]

    Requests(root, lock.holder).serve(doing(jobs), Recorded())

    assert [job.symbols for job in jobs] == [("VTI",), ("VOO",)]
    assert [request.poll(Recorded()) for request in requests] == [OK, OK]


def test_a_request_that_is_withdrawn_is_not_done(root: Path, lock: WriterLock) -> None:
    jobs: list[Job] = []
    assert ask(root, lock).withdraw()
    assert Requests(root, lock.holder).serve(doing(jobs), Recorded()) == 0
    assert jobs == []


def test_a_request_that_is_taken_cannot_be_withdrawn(root: Path, lock: WriterLock) -> None:
    request = ask(root, lock)

    def perform(_job: Job, _output: Output) -> int:
        assert not request.withdraw()
        return OK

    assert Requests(root, lock.holder).serve(perform, Recorded()) == 1


def test_an_answer_of_an_earlier_holder_is_not_taken_for_one(root: Path, lock: WriterLock) -> None:
    request = ask(root, lock)
    earlier = Holder(1, "run.py", "another session", SETTINGS)
    Requests(root, earlier).serve(doing([]), Recorded())

    assert request.poll(Recorded()) is None


@pytest.mark.parametrize(
    ("settings", "named"),
    [
        (replace(SETTINGS, portal="https://other"), "portal"),
        (replace(SETTINGS, config="/y.yaml"), "config"),
        (replace(SETTINGS, sec="https://other"), "sec"),
    ],
)
def test_other_settings_are_refused_with_what_differs(
    root: Path, lock: WriterLock, settings: Settings, named: str
) -> None:
    assert named in (refusal(settings, lock.holder) or "")
    assert refusal(SETTINGS, lock.holder) is None

    # And also by a holder who finds such a request, since the one who wrote it may have seen another holder
    asking, jobs = Recorded(), list[Job]()
    request = ask(root, lock, settings=settings)
    Requests(root, lock.holder).serve(doing(jobs), Recorded())
    assert request.poll(asking) == USAGE
    assert jobs == []
    assert named in str(asking.told)


HOSTILE: dict[str, Callable[[Path], object]] = {
    "a FIFO": os.mkfifo,
    "a folder": lambda path: path.mkdir(),
    "a link to nothing": lambda path: path.symlink_to("nothing"),
    "a link to a device": lambda path: path.symlink_to("/dev/zero"),
    "no JSON": lambda path: path.write_bytes(b"{"),
    "no text": lambda path: path.write_bytes(b"\xff\xfe"),
    "nothing": lambda path: path.write_bytes(b""),
    "much": lambda path: path.write_bytes(b" " * 2_000_000),
    "deep": lambda path: path.write_bytes(b"[" * 100_000),
    "another job": lambda path: path.write_text(json.dumps({**good(), "kind": "delete"})),
    "more than a job": lambda path: path.write_text(json.dumps({**good(), "run": "rm"})),
    "a symbol that is none": lambda path: path.write_text(json.dumps({**good(), "symbols": ["../x"]})),
    "a filing without its file": lambda path: path.write_text(json.dumps({**good(), "kind": "filing"})),
    "a file for another job": lambda path: path.write_text(json.dumps({**good(), "file": "/etc/passwd"})),
    "no accession": lambda path: path.write_text(json.dumps({**good(), "accession": "../x"})),
    "too many quarters": lambda path: path.write_text(json.dumps({**good(), "kind": "filings", "quarters": 41})),
    "symbols that are none": lambda path: path.write_text(json.dumps({**good(), "symbols": "VTI"})),
}


def good() -> dict[str, object]:
    return {"kind": "refresh", "symbols": ["VTI"], **asdict(SETTINGS)}


@pytest.mark.parametrize("name", HOSTILE)
def test_what_is_no_request_is_said_once_and_the_next_is_served(root: Path, lock: WriterLock, name: str) -> None:
    folder = root / META / FOLDER
    folder.mkdir()
    HOSTILE[name](folder / "0.request.json")
    request, jobs, serving = ask(root, lock), list[Job](), Recorded()
    requests = Requests(root, lock.holder)

    for _ in range(3):
        requests.serve(doing(jobs), serving)

    assert request.poll(Recorded()) == OK
    assert jobs == [JOB]
    errors = [told for told in serving.told if isinstance(told, tuple) and "one thing" not in told[1]]
    assert len(errors) <= 1
    assert len(str(errors)) < 1_000


def test_a_hostile_answer_is_passed_over(root: Path, lock: WriterLock) -> None:
    request = ask(root, lock)
    answer = next((root / META / FOLDER).iterdir()).name.replace(".request.", ".answer.")
    (root / META / FOLDER / answer).write_bytes(b'{"session": "x", "told": [{"how": "run"}]}')

    assert request.poll(Recorded()) is None


def test_a_lock_says_what_its_holder_takes(root: Path, lock: WriterLock) -> None:
    with lock, pytest.raises(FolderInUseError) as caught:
        WriterLock(root).__enter__()

    assert caught.value.holder == lock.holder
    assert read_holder(root) == lock.holder


@pytest.mark.parametrize("text", ["", "{", "[]", "null", '{"pid": "x"}', '{"pid": 1, "command": "x", "session": "s"}'])
def test_a_lock_file_that_says_nothing_names_nobody(root: Path, text: str) -> None:
    (root / META / "writer.lock").write_text(text)
    assert read_holder(root) is None
