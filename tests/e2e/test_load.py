"""Many clients at once, on loopback, while refreshes go on: every answer is whole, and memory stays flat."""

import gzip
import hashlib
import json
import threading
import time
from collections import Counter
from collections.abc import Callable, Iterator, Sequence
from concurrent.futures import Future, ThreadPoolExecutor
from itertools import count
from pathlib import Path
from random import Random
from typing import NamedTuple
from urllib.parse import parse_qsl, urlsplit

import pytest

from api.queries import holdings_query
from benchmarks.client import Answer, Client
from etf_common.config import DEFAULT_SYMBOLS
from etf_common.flat_table import csv_of
from etf_common.holdings_table import ListFacts, holdings_table
from local.disk import DataFolder
from local.system import System
from sample_portal.server import SamplePortal
from tests.e2e.conftest import THREE, Command, Start, config_of
from tests.e2e.origin import assert_snapshot_of_its_capture, last_sessions
from tests.functional.questions import SORTS, any_question

# run.py, for which the next close is always a second away.
HURRIED = """
import sys
from datetime import timedelta
from local import commands, service
service.next_refresh, service.WAIT_SECONDS = lambda now: now + timedelta(seconds=1), 0.1
sys.exit(commands.run(sys.argv[1:]))
"""
FLAT_MEGABYTES = 5.0


class ChangingPortal(SamplePortal):
    """Shows another day's figures after every refresh, always a later one."""

    def __init__(self) -> None:
        self._days = last_sessions(40)
        super().__init__(today=lambda: self._days[0])

    @property
    def arguments(self) -> list[str]:
        """With these a command refreshes from here."""
        return ["--source", "live", "--portal-url", self.url]

    def move_on(self) -> None:
        del self._days[0]


@pytest.fixture
def portal() -> Iterator[ChangingPortal]:
    with ChangingPortal() as portal:
        yield portal


class Heard:
    """All that the clients were told, and whether it fits together."""

    def __init__(self, symbols: Sequence[str]) -> None:
        self.symbols = symbols
        self.statuses: Counter[int] = Counter()
        self.seconds: list[float] = []
        self.snapshots: dict[str, bytes] = {}
        """Each version of a snapshot by its ETag."""
        self.views: dict[str, tuple[str, bytes]] = {}
        """Path and body of each view of a snapshot's holdings by its ETag."""
        self._lock = threading.Lock()

    @property
    def of_two_versions(self) -> bool:
        """Whether the data has changed meanwhile."""
        return len(self.snapshots) > len(self.symbols)

    def take(self, answer: Answer, known_etag: str) -> str:
        """Check one answer as far as it stands alone. Returns its ETag, empty if it has none."""
        etag = answer.headers.get("etag", "").removeprefix("W/")
        with self._lock:
            self.statuses[answer.status] += 1
            self.seconds.append(answer.seconds)
        if answer.status == 304:
            assert (answer.body, etag) == (b"", known_etag), answer.path
            return etag
        assert answer.status == 200, (answer.path, answer.status, answer.body)
        body = gzip.decompress(answer.body) if answer.headers.get("content-encoding") == "gzip" else answer.body
        if answer.headers["content-type"] == "application/json":
            json.loads(body)
        if "/holdings" in answer.path:
            with self._lock:
                first = self.views.setdefault(etag, (answer.path, body))
            assert first[1] == body, f"two bodies under one ETag: {answer.path}"
        elif etag:
            assert etag == f'"{hashlib.md5(body, usedforsecurity=False).hexdigest()}"', answer.path
            if b'"provenance":' in body:
                self.snapshots[etag] = body
        return etag

    def views_that_are_not_of_their_snapshot(self) -> tuple[list[str], int]:
        """Their paths; and of how many views the snapshot was heard too, so that they could be compared."""
        wrong, compared = [], 0
        for etag, (path, body) in self.views.items():
            if stored := self.snapshots.get(f'{etag.partition("-")[0]}"'):
                compared += 1
                snapshot, parameters = json.loads(stored), dict(parse_qsl(urlsplit(path).query))
                rows = holdings_query(parameters).applied_to(snapshot["holdings"])
                facts = ListFacts(
                    *(snapshot["holdings_as_of"], snapshot["provenance"]["source"], snapshot["symbol"]),
                    *(snapshot["quality"]["complete"], snapshot["totals"]["reported"]),
                )
                table = csv_of(holdings_table(rows, facts))
                if body != table if parameters.get("format") == "csv" else json.loads(body) != rows:
                    wrong.append(path)
        return wrong, compared


def any_path(chance: Random, symbols: Sequence[str]) -> str:
    """What a user asks for: snapshots and holdings most often, the rest now and then."""
    symbol = chance.choice(symbols)
    of_symbol = f"/api/etfs/{symbol}"
    view = f"{of_symbol}/holdings?limit={chance.randint(1, 100)}{chance.choice(SORTS)}"
    paths = {of_symbol: 50, f"{of_symbol}/holdings": 20, f"{of_symbol}/holdings?format=csv": 10, view: 10}
    paths |= {f"{of_symbol}/history": 4, "/api/etfs": 3, "/api/health": 2, "/api/status": 1}
    return chance.choices([*paths], [*paths.values()])[0]


def ask_until(over: threading.Event, port: int, heard: Heard, chance: Random) -> None:
    """One client: it keeps the newest ETag of what it asked for, and the newest run that it was shown."""
    etags: dict[str, str] = {}
    runs: dict[str, str] = {}
    with Client(port) as client:
        while not over.is_set():
            path = any_path(chance, heard.symbols)
            headers = {"Accept-Encoding": "gzip"} if chance.random() < 0.3 else {}
            if path in etags and chance.random() < 0.3:
                headers["If-None-Match"] = etags[path]
            etag = heard.take(client.get(path, headers), etags.get(path, ""))
            if etag:
                etags[path] = etag
            if etag in heard.snapshots:
                raw_key = json.loads(heard.snapshots[etag])["provenance"]["raw_key"]
                assert raw_key >= runs.get(path, ""), f"{path} went back"
                runs[path] = raw_key


class Load(NamedTuple):
    """What is asked for, by how many clients, and for how long."""

    symbols: Sequence[str]
    clients: int
    seconds: float


def under_load(server: Command, load: Load, refresh_once: Callable[[], None]) -> tuple[Heard, int]:
    """What the clients hear in that time, and how many refreshes came to their end meanwhile.

    On a machine so slow that nobody has heard of a second version by then, the time is longer, up to a minute.
    """
    heard, refreshes, over, started = Heard(load.symbols), 0, threading.Event(), time.monotonic()
    port = urlsplit(server.api).port or 0
    with ThreadPoolExecutor(load.clients) as pool:
        asking: list[Future[None]] = [
            pool.submit(ask_until, over, port, heard, Random(number)) for number in range(load.clients)
        ]
        try:
            while (passed := time.monotonic() - started) < load.seconds or (passed < 60 and not heard.of_two_versions):
                refresh_once()
                refreshes += 1
        finally:
            over.set()
        for client in asking:
            client.result()
    return heard, refreshes


Started = Callable[[Start, ChangingPortal, str], tuple[Command, Callable[[], None]]]


def refreshing_by_itself(start: Start, portal: ChangingPortal, config: str) -> tuple[Command, Callable[[], None]]:
    """run.py, which refreshes again and again while it serves; and a wait for the end of its next refresh."""
    server, ended = start(HURRIED, "--port", "0", "--config", config, *portal.arguments), count(1)

    def refreshed() -> None:
        server.says(rf"(?s)(next refresh: .*){{{next(ended)}}}")
        portal.move_on()

    refreshed()
    return server, refreshed


def beside_refreshes(start: Start, portal: ChangingPortal, config: str) -> tuple[Command, Callable[[], None]]:
    """api_server.py; and an etl_pipeline.py on the same folder."""

    def refresh() -> None:
        command = start("etl_pipeline.py", "--config", config, *portal.arguments)
        assert command.ends() == 0, command.output
        portal.move_on()

    refresh()
    return start("api_server.py", "--source", "live", "--port", "0"), refresh


fifty = [pytest.mark.fire, pytest.mark.timeout(400)]


@pytest.mark.parametrize(
    ("started", "load"),
    [
        # Longer than the API's cache keeps a snapshot, so that more than one version is served
        pytest.param(refreshing_by_itself, Load(THREE, 8, 7)),
        pytest.param(refreshing_by_itself, Load(DEFAULT_SYMBOLS, 50, 30), marks=fifty),
        pytest.param(beside_refreshes, Load(DEFAULT_SYMBOLS, 50, 10), marks=fifty),
    ],
)
def test_everyone_is_answered_and_nothing_is_mixed(
    start: Start, portal: ChangingPortal, tmp_path: Path, started: Started, load: Load
) -> None:
    # Given a server whose data is refreshed again and again
    server, refresh_once = started(start, portal, config_of(tmp_path, *load.symbols))

    # When clients ask without a pause
    heard, refreshes = under_load(server, load, refresh_once)

    # Then none gets an error; how long they wait is told, and measured by make bench
    print(said(heard, refreshes))
    assert set(heard.statuses) == {200, 304}
    assert "Traceback" not in server.output
    # And every body is the one that its ETag names, made of one capture
    wrong, compared = heard.views_that_are_not_of_their_snapshot()
    assert wrong == []
    assert compared > len(load.symbols)
    assert heard.of_two_versions, "the data has not changed meanwhile"
    with System(DataFolder(server.data_dir / "live", read_only=True)) as system:
        for body in heard.snapshots.values():
            assert_snapshot_of_its_capture(system.lake, body)


def said(heard: Heard, refreshes: int) -> str:
    times = sorted(heard.seconds)
    p50, p99 = times[len(times) // 2], times[len(times) * 99 // 100]
    return (
        f"{len(times)} answers, p50 {p50 * 1000:.1f} ms, p99 {p99 * 1000:.0f} ms, "
        f"slowest {times[-1] * 1000:.0f} ms; {refreshes} refreshes, {len(heard.snapshots)} versions served"
    )


def ask_often(requests: int, port: int, chance: Random) -> None:
    with Client(port) as client:
        for _ in range(requests):
            headers = {"Accept-Encoding": "gzip"} if chance.random() < 0.3 else {}
            answer = client.get(any_question(chance), headers)
            assert answer.status in {200, 400, 404}, (answer.path, answer.status, answer.body)


def resident_megabytes(pid: int) -> float:
    (line,) = [line for line in Path(f"/proc/{pid}/status").read_text().splitlines() if line.startswith("VmRSS")]
    return int(line.split()[1]) / 1024


@pytest.mark.skipif(not Path("/proc/self/status").exists(), reason="reads memory as Linux tells it")
@pytest.mark.fire
@pytest.mark.timeout(1000)  # 290 s alone on two cores: the requests are counted, not timed
def test_memory_is_flat(start: Start, portal: ChangingPortal, all_funds: str) -> None:
    # Given a server beside refreshes; the allocator of a process needs this long to show what stays
    server, refresh_once = beside_refreshes(start, portal, all_funds)
    requests, clients, quarters, chance = 50_000, 4, [], Random(50_000)
    port = urlsplit(server.api).port or 0

    # When it has answered one quarter of the requests after the other, and the data has changed in each half
    with ThreadPoolExecutor(clients) as pool:
        for quarter in range(4):
            shares = [
                pool.submit(ask_often, requests // 4 // clients, port, Random(chance.random())) for _ in range(clients)
            ]
            if quarter in {0, 2}:
                refresh_once()
            for share in shares:
                share.result()
            quarters.append(resident_megabytes(server.process.pid))

    # Then the second half has added nothing that would go on
    print(f"{requests} requests: after each quarter {', '.join(f'{size:.1f}' for size in quarters)} MB")
    assert quarters[3] - quarters[1] < FLAT_MEGABYTES
