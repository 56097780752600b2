"""The local system: refresh, retries and dead letters, repair, replay, two processes on one folder."""

import json
import shutil
import subprocess
import sys
from pathlib import Path

import pytest

from etf_common.config import DEFAULT_SYMBOLS
from etf_common.errors import PortalError, UsageError
from local import repair
from local.disk import DataFolder
from local.outcome import Outcome
from local.queues import MAX_RECEIVES
from local.refresh import Refresh
from local.system import System
from local.writer_lock import WriterLock
from sample_portal.options import Fault, Kind
from sample_portal.server import SamplePortal
from tests.events import sqs_event
from tests.functional.conftest import Refresh as RefreshOne
from tests.functional.conftest import get, snapshot

SMALL = ("VOO", "QQQ", "SPY", "GLD")
"""Sample funds of a few hundred lines at most: all eight take as long as ten other tests."""


def run(system: System, *symbols: str, workers: int = 3) -> dict[str, Outcome]:
    heard: list[Outcome] = []
    outcomes = Refresh(system, list(symbols) or None, workers=workers).start().outcomes(heard.append)
    assert sorted(o.symbol for o in heard) == sorted(o.symbol for o in outcomes)
    return {outcome.symbol: outcome for outcome in outcomes}


def files(folder: DataFolder) -> dict[str, bytes]:
    return {key: (folder.root / key).read_bytes() for key in folder.keys("processed/")}


def test_a_refresh_brings_all_configured_funds(system: System, portal: SamplePortal) -> None:
    outcomes = run(system)

    assert list(outcomes) == list(DEFAULT_SYMBOLS)
    assert {outcome.result for outcome in outcomes.values()} == {"ok"}
    assert outcomes["VTI"].rows == outcomes["VTI"].reported == 3513
    assert outcomes["VTI"].last_price == snapshot(system, "VTI")["summary"]["last_price"]


@pytest.mark.parametrize("workers", [1, 3])
def test_never_more_requests_at_once_than_workers(system: System, portal: SamplePortal, workers: int) -> None:
    portal.options.delay = 0.03
    run(system, *SMALL, workers=workers)
    assert portal.most_at_once == workers


def test_one_that_fails_for_ever_ends_in_time_and_the_others_go_on(system: System, portal: SamplePortal) -> None:
    portal.options.faults = [Fault(Kind.STATUS, "page", symbol="VOO", status=500)]

    outcomes = run(system, *SMALL)

    tries = [request for request in portal.requests if "symbol=VOO" in request.target]
    assert 0 < len(tries) <= MAX_RECEIVES * 4  # a request and three more tries, each time that the queue delivers it
    assert outcomes["VOO"].result == "failed"
    assert "answered 500" in outcomes["VOO"].message
    assert {outcome.result for symbol, outcome in outcomes.items() if symbol != "VOO"} == {"ok"}
    dead = system.sqs.receive_message(QueueUrl=system.refresh_queue.dead_url)["Messages"]
    assert [json.loads(message["Body"])["symbol"] for message in dead] == ["VOO"]


def test_a_fault_that_passes_is_retried_by_the_queue(system: System, portal: SamplePortal) -> None:
    portal.options.faults = [Fault(Kind.STATUS, "page", symbol="GLD", status=500, times=5)]
    assert run(system, "GLD")["GLD"].result == "ok"


def test_what_is_no_etf_ends_at_once(system: System, portal: SamplePortal) -> None:
    outcome = run(system, "AAPL", "GLD")["AAPL"]
    assert outcome.result == "not_an_etf"
    assert "no ETF page" in outcome.message


def test_a_replay_derives_the_same_bytes_without_the_portal(
    system: System, folder: DataFolder, portal: SamplePortal
) -> None:
    run(system, *SMALL)
    before = files(folder)
    portal.stop()
    for key in before:
        folder.remove(key)
    assert json.loads(get(system, "/api/etfs")["body"]) == []

    outcomes = repair.replay(system)

    assert {outcome.result for outcome in outcomes} == {"ok"}
    assert files(folder) == before


@pytest.mark.parametrize("spoil", [lambda b: b[: len(b) // 2], lambda b: b.replace(b"NVDA", b"EVIL"), lambda _: b""])
def test_a_damaged_snapshot_is_not_served_and_derived_anew(
    system: System, folder: DataFolder, refresh: RefreshOne, spoil: object
) -> None:
    # Given a snapshot whose file was changed by hand
    refresh("QQQ")
    before = files(folder)
    path = folder.root / "processed" / "QQQ" / "latest.json"
    path.write_bytes(spoil(path.read_bytes()))  # type: ignore[operator]

    # Then it is refused, not served
    answer = get(system, "/api/etfs/QQQ")
    assert answer["statusCode"] == 503
    assert "checksum" in json.loads(answer["body"])["message"]
    assert repair.damaged_objects(folder) == ["processed/QQQ/latest.json"]

    # And the start mends it, and keeps what was there
    (damage,) = repair.mend(system)
    assert damage.key == "processed/QQQ/latest.json"
    assert files(folder) == before
    assert len(list((folder.root / ".meta" / "damaged" / "processed" / "QQQ").iterdir())) == 1


@pytest.mark.parametrize("kind", ["csv", "xlsx"])
def test_a_damaged_download_is_derived_anew(system: System, folder: DataFolder, refresh: RefreshOne, kind: str) -> None:
    refresh("GLD")
    path = folder.root / "downloads" / f"GLD.{kind}"
    before = path.read_bytes()
    path.write_bytes(before + b"edited")

    (damage,) = repair.mend(system)

    assert damage.key == f"downloads/GLD.{kind}"
    assert path.read_bytes() == before


def test_a_damaged_capture_is_reported_and_never_used(system: System, folder: DataFolder, refresh: RefreshOne) -> None:
    refresh("QQQ")
    (page,) = [key for key in folder.keys("raw/") if key.endswith(".html")]
    (folder.root / page).write_bytes((folder.root / page).read_bytes().replace(b"QQQ", b"XXX"))

    (damage,) = repair.mend(system)
    (outcome,) = repair.replay(system)

    assert damage.key == page
    assert outcome.result == "failed"
    assert "checksum" in outcome.message
    assert snapshot(system, "QQQ")["symbol"] == "QQQ"


def test_what_a_stop_left_between_raw_and_processed_is_swept_up(system: System) -> None:
    system.extract(sqs_event("QQQ"), None)
    assert [outcome.result for outcome in repair.sweep(system)] == ["ok"]
    assert repair.sweep(system) == []
    assert snapshot(system, "QQQ")["totals"]["included"] == 101


def test_a_reader_beside_the_writer_sees_what_it_writes(
    system: System, folder: DataFolder, refresh: RefreshOne
) -> None:
    reader = DataFolder(folder.root, read_only=True)
    assert reader.find("processed/QQQ/latest.json") is None
    refresh("QQQ")
    found = reader.find("processed/QQQ/latest.json")
    assert found is not None
    refresh("QQQ", "20261121T000000Z")
    again = reader.find("processed/QQQ/latest.json")
    assert again is not None
    assert again.etag != found.etag


def test_a_second_writer_is_told_who_holds_the_folder(folder: DataFolder) -> None:
    with WriterLock(folder.root), pytest.raises(UsageError, match=r"written by process \d+"):
        WriterLock(folder.root).__enter__()


def test_a_restart_serves_what_was_there(folder: DataFolder, portal: SamplePortal, funds_only: Path) -> None:
    with System(folder, portal.url) as first:
        first.put_config(funds_only)
        run(first, "GLD")
        before = get(first, "/api/etfs/GLD")
    with System(DataFolder(folder.root)) as second:
        after = get(second, "/api/etfs/GLD")
    assert (after["statusCode"], after["body"]) == (200, before["body"])
    assert after["headers"]["ETag"] == before["headers"]["ETag"]


def test_a_readers_bytes_belong_to_their_checksum_while_another_process_writes(folder: DataFolder) -> None:
    # Given a process that writes one object again and again
    script = (
        "import sys, itertools, pathlib\n"
        "from local.disk import DataFolder\n"
        "folder = DataFolder(pathlib.Path(sys.argv[1]))\n"
        "for n in itertools.count():\n"
        "    folder.write('processed/GLD/latest.json', str(n).encode() * 5000, {'content-type': 'application/json'})\n"
    )
    folder.write("processed/GLD/latest.json", b"0" * 5000, {"content-type": "application/json"})
    writer = subprocess.Popen([sys.executable, "-c", script, str(folder.root)], cwd=Path(__file__).parents[2])  # noqa: S603 - ours
    try:
        # Then every read through S3 verifies
        with System(DataFolder(folder.root, read_only=True)) as reader:
            bodies = {reader.lake.read("processed/GLD/latest.json").body for _ in range(400)}
    finally:
        writer.kill()
        writer.wait()
    assert len(bodies) > 3


def test_refreshes_one_after_another_lose_no_message(system: System, portal: SamplePortal) -> None:
    assert [run(system, symbol)[symbol].result for symbol in ("GLD", "QQQ", "VOO", "SPY")] == ["ok"] * 4


def test_a_capture_that_came_after_its_run_was_told_failed_is_swept_up(system: System, portal: SamplePortal) -> None:
    portal.options.faults = [Fault(Kind.STATUS, "page", status=500, times=4)]
    with pytest.raises(PortalError):
        system.extract(sqs_event("GLD"), None)
    system.extract(sqs_event("GLD"), None)

    assert [outcome.result for outcome in repair.sweep(system)] == ["ok"]


def test_one_damaged_status_does_not_hide_the_others(system: System, folder: DataFolder, refresh: RefreshOne) -> None:
    refresh("GLD")
    refresh("QQQ")
    (folder.root / "status" / "GLD.json").write_bytes(b"{")

    found = json.loads(get(system, "/api/status")["body"])

    assert found["GLD"]["last_attempt"] is None
    assert found["QQQ"]["last_attempt"]["result"] == "ok"
    assert refresh("GLD", "20261121T000000Z")["result"] == "ok"


def test_strange_folders_among_the_data_are_passed_over(
    system: System, folder: DataFolder, refresh: RefreshOne
) -> None:
    refresh("GLD")
    (folder.root / "processed" / ".ipynb_checkpoints").mkdir()
    (folder.root / "processed" / ".ipynb_checkpoints" / "x.json").write_bytes(b"{}")
    assert repair.damaged_objects(folder) == []
    assert json.loads(get(system, "/api/etfs")["body"]) == ["GLD"]


def test_data_without_its_metadata_is_reported_and_not_taken_for_good(folder: DataFolder, portal: SamplePortal) -> None:
    # Given a data folder that was copied without what vouches for its snapshots
    with System(folder, portal.url) as system:
        key = system.extract(sqs_event("GLD"), None)["key"]
        system.transform_capture(key)
        before = files(folder)
    shutil.rmtree(folder.root / ".meta" / "processed")

    with System(DataFolder(folder.root)) as system:
        assert get(system, "/api/etfs/GLD")["statusCode"] == 503
        assert [damage.key for damage in repair.mend(system)] == sorted(before)
        assert get(system, "/api/etfs/GLD")["statusCode"] == 200
    assert files(folder) == before
