"""The machinery misbehaves: processes end in the middle, events stray, the storage fails, messages are poison."""

import itertools
import json
import os
import queue
import subprocess
import threading
import time
from collections.abc import Callable, Iterable, Iterator
from datetime import UTC, date, datetime
from functools import partial
from http import HTTPStatus
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import boto3
import botocore.endpoint
import pytest
from botocore.exceptions import ClientError

import api.app
import extract.attempt
import transform.attempt
import transform.sweep
from api.app import handler_of
from api.service import Api
from etf_common import lake as lakes
from etf_common.capture import read_capture
from etf_common.errors import CaptureMismatchError, DamagedObjectError, UsageError
from etf_common.lake import Lake, dated_key, download_key, latest_key, raw_page_key, status_key, workbook_key
from etf_common.messages import RefreshMessage
from extract.portal import Portal
from extract.transport import Budget, Transport
from local import queues, repair
from local.disk import DataFolder
from local.embedded_aws import BUCKET
from local.queues import MAX_RECEIVES, EventSource, Failure, sqs_event
from local.system import System
from sample_portal.server import SamplePortal
from tests.events import RUN, http_event
from tests.events import sqs_event as refresh_event
from tests.functional.conftest import TODAY, Refresh, get, snapshot, status
from tests.functional.mortal_lake import Killed, MortalLake
from tests.translation import load
from transform.parser import parse

LATER = "20261123T223000Z"
NOW = datetime(2026, 11, 23, 22, 30, 30, tzinfo=UTC)
NEXT_DAY = date(2026, 11, 23)


@pytest.fixture
def days() -> list[date]:
    """The day that the portal shows is the last of these."""
    return [TODAY]


@pytest.fixture
def portal(days: list[date]) -> Iterator[SamplePortal]:
    with SamplePortal(today=lambda: days[-1]) as portal:
        portal.options.rows_cap = 100  # so that the list comes in two answers
        yield portal


@pytest.fixture(autouse=True)
def _never_from_memory(system: System) -> None:
    # A clock that jumps: what the API keeps for seconds would hide what has become of the lake.
    system.api = handler_of(Api(system.lake, clock=itertools.count(step=10.0).__next__))


def sweep(system: System) -> dict[str, Any]:
    """One sweep at NOW: what it transformed, by symbol and run."""
    answer = transform.sweep.create(system.environ, now=lambda: NOW)({}, None)
    return dict(answer["transformed"])


def objects(system: System, *kinds: str) -> dict[str, bytes]:
    """The bytes of all objects of these kinds (`processed` and `downloads` if none is given)."""
    keys = [key for kind in kinds or ("processed", "downloads") for key in system.lake.keys(f"{kind}/")]
    return {key: system.lake.read(key).body for key in keys}


# ---- a process ends in the middle


def extract_once(system: System, portal: SamplePortal, lake: Lake) -> str:
    message = RefreshMessage(symbol="QQQ", run=LATER, max_holdings="all")
    with Transport("tests", Budget()) as transport:
        return str(extract.attempt.extract(message, Portal(portal.url, transport), lake, lambda: NOW)["key"])


@pytest.mark.parametrize("writes", range(3))
def test_extract_killed_between_any_two_writes_leaves_nothing_that_counts(
    system: System, portal: SamplePortal, refresh: Refresh, days: list[date], writes: int
) -> None:
    # Given a good snapshot, and an extract that ends before it committed its two parts
    refresh("QQQ")
    before = objects(system, "processed", "downloads", "status")
    days.append(NEXT_DAY)
    with pytest.raises(Killed):
        extract_once(system, portal, MortalLake(system, writes))

    # Then so many objects are there, none of them is taken for a capture, and nothing has changed
    assert len([key for key in system.lake.keys("raw/QQQ/") if LATER in key]) == writes
    assert sweep(system) == {}
    assert objects(system, "processed", "downloads", "status") == before

    # And the queue's next try makes it good
    assert system.transform_capture(extract_once(system, portal, system.lake))["result"] == "ok"
    assert snapshot(system, "QQQ")["provenance"]["raw_key"] == raw_page_key("QQQ", LATER)


# The sixth write is the workbook's, behind the status: tests/functional/test_workbooks_made_up.py.
@pytest.mark.parametrize("writes", range(5))
def test_transform_killed_between_any_two_writes_is_ended_by_the_sweep(
    system: System, portal: SamplePortal, refresh: Refresh, days: list[date], writes: int
) -> None:
    # Given a good snapshot, a newer capture, and what an undisturbed transform would make of it
    refresh("QQQ")
    old = objects(system)
    days.append(NEXT_DAY)
    key = extract_once(system, portal, system.lake)
    expected = parse(read_capture(system.lake, "QQQ", LATER)).to_bytes()
    assert expected != old[latest_key("QQQ")]

    # When transform ends before its last write
    with pytest.raises(Killed):
        transform.attempt.transform(MortalLake(system, writes), "QQQ", LATER)

    # Then what is served is the old one or the new one, whole, and no history is lost
    assert get(system, "/api/etfs/QQQ")["body"].encode() in {old[latest_key("QQQ")], expected}
    assert old.keys() <= objects(system).keys()
    # ... and who sees the new one finds its history and its table
    as_of, found = json.loads(expected)["holdings_as_of"], objects(system)
    if found[latest_key("QQQ")] == expected:
        assert found[dated_key("QQQ", as_of)] == expected
        assert found[download_key("QQQ")] != old[download_key("QQQ")]

    # And the sweep ends what was begun, once
    assert sweep(system) == {"QQQ": {LATER: "ok"}}
    found = objects(system)
    assert found[latest_key("QQQ")] == found[dated_key("QQQ", as_of)] == expected
    table = get(system, "/api/etfs/QQQ/holdings", query={"format": "csv"})["body"]
    assert found[download_key("QQQ")] == table.encode()
    assert status(system, "QQQ")["last_success"]["run"] == LATER
    assert sweep(system) == {}
    assert system.transform_capture(key)["result"] == "ok"
    assert objects(system) == found


# ---- two at once, and events that stray


def test_parts_of_another_attempt_never_pass_for_a_captures_own(system: System, refresh: Refresh) -> None:
    # Given a good snapshot, an attempt that wrote its page, and a part that another attempt wrote over
    refresh("QQQ")
    before = objects(system)
    captured = system.extract(refresh_event("QQQ", LATER), None)
    part = f"raw/QQQ/{LATER}.holdings-1.js"
    system.lake.write(part, system.lake.read(part).body + b" ", "text/javascript")

    # Then transform refuses, as worth another try, and says so
    with pytest.raises(CaptureMismatchError, match="belong to another attempt"):
        system.transform_capture(captured["key"])
    assert objects(system) == before
    attempt = status(system, "QQQ")["last_attempt"]
    assert (attempt["run"], attempt["error"]["code"]) == (LATER, "capture_mismatch")

    # And the other attempt's page makes it whole again
    assert refresh("QQQ", LATER)["result"] == "ok"


def test_at_once_six_transforms_of_one_symbol_go_forward_only(system: System, refresh: Refresh) -> None:
    runs = [f"20261120T22300{second}Z" for second in range(6)]
    captured = [system.extract(refresh_event("QQQ", run), None)["key"] for run in runs]

    threads = [threading.Thread(target=system.transform_capture, args=(key,)) for key in captured]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()

    assert snapshot(system, "QQQ")["provenance"]["raw_key"] == captured[-1]
    assert status(system, "QQQ")["last_attempt"]["run"] == runs[-1]


class RacedLake(Lake):
    """A lake on which somebody else acts once, between the last look at `key` and the write that rests on it."""

    def __init__(self, system: System, key: str, rival: Callable[[], object]) -> None:
        super().__init__(boto3.client("s3", endpoint_url=system.aws.url), system.lake.bucket)
        # Status is written twice: when the transform begins, and when it has ended.
        self._key, self._rivals = key, [*([lambda: None] if key.startswith("status/") else []), rival]

    def replace(self, key: str, *arguments: Any, **named: Any) -> None:
        if key == self._key and self._rivals:
            self._rivals.pop(0)()
        super().replace(key, *arguments, **named)


@pytest.mark.parametrize("newer_first", [True, False], ids=["the newer one in between", "the older one in between"])
@pytest.mark.parametrize("key", [latest_key("QQQ"), download_key("QQQ"), workbook_key("QQQ"), status_key("QQQ")])
def test_a_transform_that_writes_between_anothers_look_and_write_loses_nothing(
    system: System, portal: SamplePortal, days: list[date], key: str, newer_first: bool
) -> None:
    # Given a snapshot, and two newer captures
    system.transform_capture(system.extract(refresh_event("QQQ", "20261119T223000Z"), None)["key"])
    system.extract(refresh_event("QQQ", RUN), None)
    days.append(NEXT_DAY)
    extract_once(system, portal, system.lake)

    # When one transform comes between the other's look and its write
    slow, quick = (RUN, LATER) if newer_first else (LATER, RUN)
    raced = RacedLake(system, key, lambda: transform.attempt.transform(system.lake, "QQQ", quick))
    result = transform.attempt.transform(raced, "QQQ", slow)["result"]

    # Then the newer one stands everywhere, the older one knows that it does not, and both are known to be done
    newest = parse(read_capture(system.lake, "QQQ", LATER))
    assert system.lake.read(latest_key("QQQ")).body == newest.to_bytes()
    assert system.lake.read(download_key("QQQ")).metadata["run"] == LATER
    assert system.lake.read(workbook_key("QQQ")).metadata["run"] == LATER
    # The workbook and the status are written after latest.json: there it was the latest still.
    was_latest = key in {workbook_key("QQQ"), status_key("QQQ")}
    assert result == ("kept_back" if newer_first and not was_latest else "ok")
    told = json.loads(system.lake.read(status_key("QQQ")).body)
    assert (told["run"], told["last_success"]["run"]) == (LATER, LATER)
    assert {RUN, LATER} <= set(told["transformed"])


def test_events_that_come_twice_late_or_out_of_order_end_in_the_same_bytes(
    system: System, days: list[date], folder: DataFolder
) -> None:
    # Given three captures of three days
    captured = []
    for day in (date(2026, 11, 18), date(2026, 11, 19), date(2026, 11, 20)):
        days.append(day)
        captured.append(system.extract(refresh_event("GLD", f"{day:%Y%m%d}T223000Z"), None)["key"])

    # When their events come in every order, and each twice
    ends = []
    for order in itertools.permutations(captured):
        for key in (*order, *order):
            system.transform_capture(key)
        ends.append(objects(system, "processed", "downloads", "status"))
        for key in ends[-1]:
            folder.remove(key)

    # Then it is all the same
    assert len([key for key in ends[0] if key.startswith("processed/")]) == 4
    assert json.loads(ends[0][latest_key("GLD")])["provenance"]["raw_key"] == captured[-1]
    assert json.loads(ends[0][status_key("GLD")])["last_success"]["run"] == "20261120T223000Z"
    assert [end == ends[0] for end in ends] == [True] * 6


# ---- the storage misbehaves

Door = Callable[[str], int | None]
"""Asked with the method of each request on an object or the bucket: None lets it through, a number is the status of the
answer that is given instead, and a negative one is given though the request was carried out.
"""
SLOW_DOWN, INTERNAL, LOST_ANSWER = 503, 500, -500


class Storage:
    """A WSGI layer before the embedded S3: requests pass through `door`."""

    def __init__(self, application: Any) -> None:
        self._s3 = application
        self.requests: list[str] = []
        self.door: Door = lambda _: None

    def __call__(self, environ: dict[str, Any], start_response: Callable[..., Any]) -> Iterable[bytes]:
        method, path = environ["REQUEST_METHOD"], environ["PATH_INFO"]
        if not path.startswith(f"/{BUCKET}"):
            return self._s3(environ, start_response)  # type: ignore[no-any-return]  # SQS
        self.requests.append(method)
        status = self.door(method)
        if status is None:
            return self._s3(environ, start_response)  # type: ignore[no-any-return]
        if status < 0:
            list(self._s3(environ, lambda *_: None))
        else:
            environ["wsgi.input"].read()
        code = {503: "SlowDown", 500: "InternalError"}[abs(status)]
        body = f"<Error><Code>{code}</Code><Message>as the test says</Message></Error>".encode()
        headers = [("Content-Type", "application/xml"), ("Content-Length", str(len(body)))]
        start_response(f"{abs(status)} {HTTPStatus(abs(status)).phrase}", headers)
        return [b"" if method == "HEAD" else body]


@pytest.fixture
def storage(system: System, monkeypatch: pytest.MonkeyPatch) -> Storage:
    """The door before the lake; boto3 makes no pauses between its tries."""
    monkeypatch.setattr(botocore.endpoint, "time", SimpleNamespace(sleep=lambda _: None))
    in_front: list[Storage] = []

    def layer(application: Any) -> Storage:
        in_front.append(Storage(application))
        return in_front[0]

    system.aws.wrap(layer)
    return in_front[0]


def every_other(status: int) -> Door:
    """Every request fails once, its repetition does not."""
    turns = itertools.cycle([status, None])
    return lambda _: next(turns)


def slow(_method: str) -> None:
    time.sleep(0.05)


DOORS: dict[str, Callable[[], Door]] = {
    "throttled": lambda: every_other(SLOW_DOWN),
    "500": lambda: every_other(INTERNAL),
    "500 though it was carried out": lambda: every_other(LOST_ANSWER),
    "slow": lambda: slow,
}


@pytest.mark.parametrize("name", DOORS)
def test_a_storage_that_fails_in_passing_changes_no_byte(
    system: System, refresh: Refresh, storage: Storage, name: str, folder: DataFolder
) -> None:
    # Given what an undisturbed refresh writes
    refresh("QQQ")
    expected = objects(system)
    for key in [*expected, *system.lake.keys("status/"), *system.lake.keys("raw/")]:
        folder.remove(key)

    # When every request fails once
    storage.door = DOORS[name]()
    result = refresh("QQQ")
    answer = get(system, "/api/etfs/QQQ")
    storage.door = lambda _: None

    # Then all is there (but for the time of the fetch), and is served
    assert result["result"] == "ok"
    assert without_fetch(objects(system)[latest_key("QQQ")]) == without_fetch(expected[latest_key("QQQ")])
    assert objects(system)[download_key("QQQ")] == expected[download_key("QQQ")]
    assert answer["statusCode"] == 200
    assert status(system, "QQQ")["last_success"]["run"] == RUN


def without_fetch(body: bytes) -> dict[str, Any]:
    return {**json.loads(body), "provenance": None}


@pytest.mark.parametrize("status_code", [SLOW_DOWN, INTERNAL])
def test_a_storage_that_fails_for_long_is_raised_and_loses_nothing(
    system: System, refresh: Refresh, storage: Storage, status_code: int
) -> None:
    # Given a good snapshot and a capture of the next run
    refresh("QQQ")
    before = objects(system, "processed", "downloads", "status")
    key = system.extract(refresh_event("QQQ", LATER), None)["key"]

    # When the storage fails at all, then extract and transform try five times, and raise, for the queue to come again
    storage.door = lambda _: status_code
    extract_again = partial(system.extract, refresh_event("QQQ", LATER), None)
    for work in (extract_again, partial(system.transform_capture, key)):
        storage.requests.clear()
        with pytest.raises(ClientError, match="reached max retries: 4"):
            work()
        assert len(storage.requests) == 5

    # And the API, where somebody waits, tries twice and says so
    serve = api.app.create(system.environ)
    for path in ("/api/etfs/QQQ", "/api/etfs", "/api/status"):
        storage.requests.clear()
        answer = serve(http_event(path), None)
        assert (answer["statusCode"], len(storage.requests)) == (503, 2)
        assert "try again in a moment" in json.loads(answer["body"])["message"]

    # And when it is well again, nothing is lost and the retry goes through
    storage.door = lambda _: None
    assert objects(system, "processed", "downloads", "status") == before
    assert system.transform_capture(key)["result"] == "ok"
    assert serve(http_event("/api/etfs/QQQ"), None)["statusCode"] == 200


def test_a_storage_that_does_not_answer_is_a_503_while_the_caller_still_waits(
    system: System, refresh: Refresh, storage: Storage, monkeypatch: pytest.MonkeyPatch, root: Path
) -> None:
    # Given limits that together end well before the function's own time-out, and here are a twentieth
    limits: dict[str, Any] = dict(lakes.FAIL_FAST)
    worst = limits["retries"]["total_max_attempts"] * (limits["connect_timeout"] + limits["read_timeout"]) + 1
    assert worst < load(root)["Resources"]["Api"]["Properties"]["Timeout"]
    monkeypatch.setitem(lakes.FAIL_FAST, "read_timeout", limits["read_timeout"] / 20)
    refresh("GLD")
    serve = api.app.create(system.environ)
    released, answered = threading.Event(), threading.Event()

    def silent(_method: str) -> None:
        released.wait(60)
        answered.set()

    storage.door = silent

    # When the storage is silent
    answer = serve(http_event("/api/etfs/GLD"), None)

    # Then the caller gets an error before the storage says anything
    assert answer["statusCode"] == 503
    assert not answered.is_set()
    released.set()


SPOILT: dict[str, Callable[[bytes], bytes]] = {
    "cut": lambda body: body[:-1],
    "one bit": lambda body: body[:-40] + bytes([body[-40] ^ 1]) + body[-39:],
    "empty": lambda _: b"",
}


@pytest.mark.parametrize("part", ["html", "holdings-2.js"])
@pytest.mark.parametrize("spoilt", SPOILT)
def test_a_raw_object_that_is_not_what_was_written_is_never_used(
    system: System, folder: DataFolder, refresh: Refresh, part: str, spoilt: str
) -> None:
    # Given a good snapshot, and a capture of which the disk lost or changed some bytes
    refresh("QQQ")
    before = objects(system)
    system.extract(refresh_event("QQQ", LATER), None)
    path = folder.root / f"raw/QQQ/{LATER}.{part}"
    path.write_bytes(SPOILT[spoilt](path.read_bytes()))

    # Then transform refuses, as worth another try, and status says so
    with pytest.raises(DamagedObjectError, match="does not match its checksum"):
        system.transform_capture(raw_page_key("QQQ", LATER))
    assert objects(system) == before
    attempt = status(system, "QQQ")["last_attempt"]
    assert (attempt["run"], attempt["at"]) == (LATER, "2026-11-23T22:30:00Z")
    assert (attempt["result"], attempt["error"]["code"]) == ("failed", "damaged_object")

    # And the next refresh takes its place
    assert refresh("QQQ", "20261124T223000Z")["result"] == "ok"


# ---- the disk


@pytest.fixture
def disk(tmp_path: Path) -> Iterator[Path]:
    """A file system of one megabyte."""
    place = tmp_path / "disk"
    place.mkdir()
    if not run(["mount", "-t", "tmpfs", "-o", "size=1m", "tmpfs", str(place)]):
        pytest.skip("a small file system needs the right to mount one")
    yield place
    assert run(["umount", "--lazy", str(place)])


def run(command: list[str]) -> bool:
    try:
        return subprocess.run(command, capture_output=True, check=False).returncode == 0  # noqa: S603 - mount, umount
    except FileNotFoundError:
        return False


def leave_free(disk: Path, pages: int) -> Path:
    """Fill the disk up to so many pages of 4 KB. Returns the file that fills it."""
    filler = disk / "filler"
    with pytest.raises(OSError, match="No space left"):
        filler.write_bytes(bytes(2 << 20))
    os.truncate(filler, filler.stat().st_size - pages * 4096)
    return filler


def test_a_disk_that_is_full_at_any_write_costs_only_the_new(disk: Path, portal: SamplePortal) -> None:
    # Given a data folder with a snapshot on a small disk
    folder = DataFolder(disk / "lake")
    with System(folder, portal.url) as system:
        system.transform_capture(system.extract(refresh_event("QQQ"), None)["key"])
        good, before = RUN, without_fetch(objects(system)[latest_key("QQQ")])
        results = []

        # When it is full, then nearly, then ever less so, so that it fills up at another write each time
        for number, pages in enumerate(range(0, 28, 2)):
            run = f"20261123T2230{number:02d}Z"
            event, filler = refresh_event("QQQ", run), leave_free(disk, pages)
            try:
                system.transform_capture(system.extract(event, None)["key"])
                results.append("whole")
            except ClientError as error:
                assert "the data folder cannot be written: No space left on device" in str(error)  # noqa: PT017
                results.append("full")

            # Then what is served was or is whole, nothing is damaged, and nothing is left of what was begun
            latest = snapshot(system, "QQQ")
            assert latest["provenance"]["raw_key"] in {raw_page_key("QQQ", good), raw_page_key("QQQ", run)}
            assert {**latest, "provenance": None} == before
            assert repair.damaged_objects(folder) == []
            assert [path for path in disk.rglob("*") if path.name.startswith(".writing-")] == []

            # And with space again, the next try goes through
            filler.unlink()
            assert system.transform_capture(system.extract(event, None)["key"])["result"] == "ok"
            assert snapshot(system, "QQQ")["provenance"]["raw_key"] == raw_page_key("QQQ", run)
            for key in list(system.lake.keys(f"raw/QQQ/{good}")):
                folder.remove(key)
            good = run

    assert (results[0], results[-1]) == ("full", "whole")


def test_a_disk_that_becomes_read_only_is_served_on_and_said(disk: Path, portal: SamplePortal) -> None:
    # Given a data folder with a snapshot
    folder = DataFolder(disk / "lake")
    with System(folder, portal.url) as system:
        system.transform_capture(system.extract(refresh_event("GLD"), None)["key"])
        before = get(system, "/api/etfs/GLD")["body"]

        # When the disk turns read-only under the running system, then a refresh says so and the snapshot stays
        assert run(["mount", "-o", "remount,ro", str(disk)])
        with pytest.raises(ClientError, match="cannot be written: Read-only file system"):
            system.extract(refresh_event("GLD", LATER), None)
        assert get(system, "/api/etfs/GLD")["body"] == before

    # And a new writer is refused in one line, while a reader serves
    with pytest.raises(UsageError, match=r"cannot be written \(Read-only file system\)"):
        DataFolder(folder.root)
    with System(DataFolder(folder.root, read_only=True)) as reader:
        assert get(reader, "/api/etfs/GLD")["body"] == before


# ---- a message that nobody can read


POISON = ["no JSON", "[]", "{}", json.dumps({"symbol": "../etc", "run": RUN, "max_holdings": 1})]


def test_a_poisoned_message_ends_as_a_dead_letter_and_the_others_go_on(
    system: System, monkeypatch: pytest.MonkeyPatch
) -> None:
    # Given messages that no one wrote, before and behind good ones, and time enough on a busy machine
    monkeypatch.setattr(queues, "RETRY_WINDOW_SECONDS", 60.0)
    good = [json.dumps({"symbol": symbol, "run": RUN, "max_holdings": 20}) for symbol in ("GLD", "QQQ")]
    for body in (good[0], *POISON, good[1]):
        system.sqs.send_message(QueueUrl=system.refresh_queue.url, MessageBody=body)
    tries: list[str] = []

    def extract_and_count(event: dict[str, Any], context: Any) -> dict[str, Any]:
        tries.append(event["Records"][0]["body"])
        return system.extract(event, context)

    # When the queue is worked off, one message at a time
    done: queue.Queue[Any] = queue.Queue()
    failed: queue.Queue[Failure] = queue.Queue()
    source = EventSource(
        system.sqs, system.refresh_queue, sqs_event, extract_and_count, workers=1, done=done.put, failed=failed.put
    )
    source.start()
    try:
        captured = [done.get(timeout=40)["symbol"] for _ in good]
        given_up = [failed.get(timeout=40).body for _ in POISON]
    finally:
        source.stop()

    # Then the good ones are captured, and each of the others was tried three times and is kept
    assert captured == ["GLD", "QQQ"]
    assert sorted(given_up) == sorted(POISON)
    assert {body: tries.count(body) for body in POISON} == dict.fromkeys(POISON, MAX_RECEIVES)
    dead = system.sqs.receive_message(QueueUrl=system.refresh_queue.dead_url, MaxNumberOfMessages=10)["Messages"]
    assert sorted(message["Body"] for message in dead) == sorted(POISON)
