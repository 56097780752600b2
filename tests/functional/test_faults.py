"""The portal misbehaves: the right error, tried again or not, and what was good is served on, byte for byte."""

import contextlib
import itertools
import socket
import threading
from collections.abc import Iterator
from dataclasses import replace
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest

import extract.app
import extract.attempt
from api.app import handler_of
from api.service import Api
from etf_common.errors import (
    CaptureLimitError,
    PortalError,
    PortalRefusedError,
)
from etf_common.lake import raw_page_key
from etf_common.messages import RefreshMessage
from extract.portal import PAGE_PATH, Portal
from extract.transport import Budget, Transport
from local.system import System
from sample_portal.funds import many_rows
from sample_portal.options import Fault, Kind
from sample_portal.server import SamplePortal
from tests.events import RUN, sqs_event
from tests.functional.conftest import Refresh, get, snapshot, status
from tests.portal_faults import LASTING, TOO_LONG

LATER = "20261121T000000Z"
NOW = datetime(2026, 11, 21, 0, 0, 30, tzinfo=UTC)
AGENT = "tests (+mailto:tests@example.com)"


@pytest.fixture(autouse=True)
def _without_pauses(system: System) -> None:
    system.extract = extract.app.create(system.environ, sleep=lambda _: None)


@pytest.fixture(autouse=True)
def _a_list_in_two_answers(portal: SamplePortal) -> None:
    portal.options.rows_cap = 100


@pytest.fixture(autouse=True)
def _never_from_memory(system: System) -> None:
    # A clock that jumps: what the API keeps for seconds would hide what has become of the lake.
    system.api = handler_of(Api(system.lake, clock=itertools.count(step=10.0).__next__))


def keys(system: System, prefix: str) -> list[str]:
    return list(system.lake.keys(prefix))


def served(system: System) -> dict[str, Any]:
    """Every byte that the API gives of QQQ and of the list, and every object that people may copy."""
    paths = ["/api/etfs", *(f"/api/etfs/QQQ{path}" for path in ("", "/holdings", "/history"))]
    answers = {path: get(system, path) for path in paths}
    assert {answer["statusCode"] for answer in answers.values()} == {200}
    objects = {key: system.lake.read(key).body for key in [*keys(system, "processed/"), *keys(system, "downloads/")]}
    return {**{path: (answer["body"], answer["headers"]) for path, answer in answers.items()}, **objects}


def attempt(system: System, portal: SamplePortal, budget: Budget) -> dict[str, Any]:
    """Refresh QQQ once in the run LATER, at the time NOW; returns what transform made of it."""
    message = RefreshMessage(symbol="QQQ", run=LATER, max_holdings="all")
    with Transport(AGENT, budget, sleep=lambda _: None) as transport:
        captured = extract.attempt.extract(message, Portal(portal.url, transport), system.lake, lambda: NOW)
    return system.transform_capture(captured["key"])


def asked(portal: SamplePortal) -> tuple[int, int]:
    """How often the portal was asked for the page, and for the list."""
    methods = [request.method for request in portal.requests]
    return methods.count("GET"), methods.count("POST")


PASSING = {
    "500 once": ([Fault(Kind.STATUS, "both", times=2, status=500)], (3, 2)),
    "429 once, with a short Retry-After": ([Fault(Kind.STATUS, "both", times=1, status=429, retry_after="2")], (2, 2)),
    "reset in mid-body": ([Fault(Kind.RESET, "page", times=1), Fault(Kind.RESET, "module", times=1)], (2, 3)),
    "a body shorter than promised": ([Fault(Kind.BROKEN_OFF, "both", times=2)], (3, 2)),
    "gzip garbage": ([Fault(Kind.GARBAGE_GZIP, "both", times=2)], (3, 2)),
    "silence": ([Fault(Kind.HANG, "both", times=1, seconds=0.2)], (2, 2)),
    "a page cut in the middle": ([Fault(Kind.CUT, "page", times=1)], (2, 2)),
    "a module answer that is none": ([Fault(Kind.INVALID_ANSWER, "module", times=1)], (2, 3)),
    "a module answer cut in the middle": ([Fault(Kind.CUT, "module", times=1)], (2, 3)),
    "a session that ends between two pages": ([Fault(Kind.TOKEN_EXPIRES, "module", after=1, times=1)], (2, 4)),
    "a redirect within the host": ([Fault(Kind.REDIRECT_WITHIN, "page", times=1)], (2, 2)),
}


@pytest.mark.parametrize("name", PASSING)
def test_a_passing_fault_costs_nothing_but_time(
    system: System, portal: SamplePortal, refresh: Refresh, name: str
) -> None:
    # Given a snapshot from an ordinary day
    refresh("QQQ")
    before, asked_before = snapshot(system, "QQQ"), asked(portal)
    faults, (pages, answers) = PASSING[name]
    portal.options.faults = [replace(fault) for fault in faults]

    # When a fault passes
    result = attempt(system, portal, Budget())

    # Then the whole list is there all the same, after so many requests, and nothing is told as an error
    assert (result["result"], result["rows"]) == ("ok", 101)
    assert asked(portal) == (asked_before[0] + pages, asked_before[1] + answers)
    found = snapshot(system, "QQQ")
    assert found["provenance"]["raw_key"] == raw_page_key("QQQ", LATER)
    assert {**found, "provenance": None} == {**before, "provenance": None}
    assert found["quality"]["complete"]
    assert status(system, "QQQ")["last_attempt"] == {
        "run": LATER, "at": "2026-11-21T00:00:30Z", "result": "ok", "error": None
    }  # fmt: skip


@pytest.mark.parametrize("name", LASTING)
def test_a_lasting_fault_leaves_what_was_good_and_is_told_in_status(
    system: System, portal: SamplePortal, refresh: Refresh, name: str
) -> None:
    # Given a good snapshot
    refresh("QQQ")
    before, asked_before = served(system), asked(portal)
    case = LASTING[name]
    if case.fault:
        portal.options.faults = [replace(case.fault)]
    else:
        portal.stop()

    # When the next attempt meets the fault, then the queue is told to try again, or not
    if isinstance(case.ends, str):
        assert attempt(system, portal, replace(case.budget))["result"] == case.ends
    else:
        with pytest.raises(case.ends):
            attempt(system, portal, replace(case.budget))
        assert raw_page_key("QQQ", LATER) not in keys(system, "raw/")

    # And the portal was asked so often, what is served is what was served, and status says what failed and when
    assert asked(portal) == (asked_before[0] + case.asked[0], asked_before[1] + case.asked[1])
    assert served(system) == before
    evidence = [f"rejected/QQQ/{LATER}.html"] if case.ends is PortalRefusedError else []
    assert keys(system, "rejected/") == evidence
    found = status(system, "QQQ")
    assert {**found["last_attempt"], "error": None} == {
        "run": LATER,
        "at": "2026-11-21T00:00:30Z",
        "result": case.ends if isinstance(case.ends, str) else "failed",
        "error": None,
    }
    assert found["last_attempt"]["error"]["code"] == case.code
    assert case.says in found["last_attempt"]["error"]["message"]
    assert found["last_success"]["run"] == RUN


@pytest.mark.parametrize("kind", [Kind.SIGN_IN, Kind.ROBOT_CHECK, Kind.STATUS])
def test_what_is_no_etf_page_is_kept_as_evidence_and_not_retried(
    system: System, portal: SamplePortal, refresh: Refresh, kind: Kind
) -> None:
    portal.options.faults = [Fault(kind, "page", status=403)]

    answer = refresh("QQQ")

    assert answer["error"]["code"] == "not_an_etf"
    assert "no ETF page (not an ETF, or refused: sign-in, robot check)" in answer["error"]["message"]
    assert keys(system, "rejected/") == [f"rejected/QQQ/{RUN}.html"]
    assert status(system, "QQQ")["last_attempt"]["result"] == "not_an_etf"
    assert len(portal.requests) == 1


def test_an_unknown_symbol_is_no_etf(system: System, refresh: Refresh) -> None:
    assert refresh("NOPE")["error"]["code"] == "not_an_etf"


@pytest.mark.parametrize("kind", [Kind.STATUS, Kind.INVALID_ANSWER])
def test_a_first_refresh_without_the_list_gives_the_pages_rows_until_the_list_comes(
    system: System, portal: SamplePortal, refresh: Refresh, kind: Kind
) -> None:
    portal.options.faults = [Fault(kind, "module")]

    result = refresh("QQQ")

    quality = snapshot(system, "QQQ")["quality"]
    assert (result["result"], result["rows"], result["reported"]) == ("page_only", 20, 101)
    assert "module_unavailable" in [issue["code"] for issue in quality["issues"]]
    assert quality["complete"] is False
    assert status(system, "QQQ")["last_attempt"]["error"]["code"] == "module_unavailable"

    # And a full list takes its place
    portal.options.faults = []
    assert refresh("QQQ", LATER)["result"] == "ok"
    assert snapshot(system, "QQQ")["totals"]["included"] == 101


MARKED = {
    "rows that shift between two pages": (Fault(Kind.SHIFTED_ROWS, "module"), "slipped_between_pages"),
    "a total that changes": (Fault(Kind.CHANGED_TOTAL, "module", after=1, rows=3), "total_changed"),
}


@pytest.mark.parametrize("name", MARKED)
def test_a_list_that_moved_while_it_was_read_is_never_called_complete(
    system: System, portal: SamplePortal, refresh: Refresh, name: str
) -> None:
    fault, code = MARKED[name]
    portal.options.faults = [replace(fault)]

    assert refresh("QQQ")["result"] == "ok"

    quality = snapshot(system, "QQQ")["quality"]
    assert quality["complete"] is False
    assert code in [issue["code"] for issue in quality["issues"]]
    assert get(system, "/api/etfs/QQQ")["headers"]["X-Data-Complete"] == "false"
    assert status(system, "QQQ")["complete"] is False


BUSY = b"HTTP/1.1 503 Busy\r\nConnection: close\r\nContent-Length: 0\r\nRetry-After: "


class TestTransport:
    """The limits in seconds, with small ones."""

    @pytest.fixture
    def quick(self) -> Iterator[Transport]:
        budget = Budget(seconds=3.0, patience=1.0, connect_seconds=0.3, read_seconds=0.3)
        with Transport("tests (+mailto:tests@example.com)", budget) as transport:
            yield transport

    @pytest.mark.parametrize(
        "fault",
        [Fault(Kind.HANG, seconds=30.0), Fault(Kind.DRIP, seconds=0.05), Fault(Kind.DRIP_HEAD, seconds=0.05)],
        ids=["silence", "drip", "a drip of headers"],
    )
    def test_silence_and_dripping_end_when_patience_does(
        self, portal: SamplePortal, quick: Transport, fault: Fault
    ) -> None:
        portal.options.faults = [fault]
        with pytest.raises(PortalError, match=TOO_LONG):
            quick.get(f"{portal.url}/schwab/Prospect/research/etfs/schwabETF/index.asp?type=holdings&symbol=QQQ")

    def test_a_redirects_body_counts_too(self, quick: Transport) -> None:
        head = b"HTTP/1.1 302 Found\r\nLocation: /next\r\n\r\n"
        with pouring(head, bytes(1 << 16), 0.0) as url, pytest.raises(PortalError):
            quick.get(url)

    @pytest.mark.parametrize(
        ("head", "piece", "pause"),
        [
            (b"", b"HTTP/1.1 100 Continue\r\n\r\n", 0.0),
            (b"", b"HTTP/1.1 100 Continue\r\n\r\n", 0.05),
            (b"HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n", b"0", 0.05),
        ],
        ids=["interim answers", "a drip of interim answers", "a drip of a chunk's size"],
    )
    def test_what_comes_before_a_body_counts_too(
        self, quick: Transport, head: bytes, piece: bytes, pause: float
    ) -> None:
        with pouring(head, piece, pause) as url, pytest.raises(PortalError, match=TOO_LONG):
            quick.get(url)

    def test_a_capture_that_takes_longer_than_it_may_is_ended(self, portal: SamplePortal) -> None:
        portal.options.faults = [Fault(Kind.DRIP, seconds=0.05)]
        with (
            Transport(AGENT, Budget(seconds=0.5, patience=60.0)) as transport,
            pytest.raises(PortalError, match=TOO_LONG),
        ):
            transport.get(f"{portal.url}{PAGE_PATH}?type=holdings&symbol=QQQ")

    def test_it_waits_as_long_as_it_is_asked_to_and_longer_each_time(self, portal: SamplePortal) -> None:
        slept: list[float] = []
        faults = [Fault(Kind.STATUS, status=429, retry_after="2", times=1), Fault(Kind.STATUS, status=500, times=3)]
        portal.options.faults = faults
        with Transport(AGENT, Budget(), sleep=slept.append) as transport:
            transport.get(f"{portal.url}{PAGE_PATH}?type=holdings&symbol=QQQ")
        first, second, third = slept
        assert first >= 2
        assert 0 < second < third

    @pytest.mark.parametrize(
        ("head", "says"),
        [
            (BUSY + b"9" * 5_000, "answered 503"),
            (BUSY + b"Fri, 31 Dec 99999 23:59:59 GMT", "answered 503"),
            (b"HTTP/1.1 200 OK\r\nContent-Length: 1, 2", "failed: "),
            (b"HTTP/1.1 200 OK\r\nContent-Length: 1\r\nContent-Length: 2", "failed: "),
            (b"HTTP/9.9 abc", "failed: "),
        ],
        ids=["a number of 5,000 digits", "a year beyond all", "two lengths in one", "two lengths", "no status"],
    )
    def test_what_is_no_http_is_the_portals_fault(self, quick: Transport, head: bytes, says: str) -> None:
        with pouring(head + b"\r\n\r\n", b"", 60.0) as url, pytest.raises(PortalError, match=says):
            quick.get(url)


@contextlib.contextmanager
def pouring(head: bytes, piece: bytes, pause: float) -> Iterator[str]:
    """The address of a server that answers everybody with `head`, and then with a `piece` every `pause` seconds."""
    over = threading.Event()

    def pour(connection: socket.socket) -> None:
        with connection, contextlib.suppress(OSError):
            connection.recv(65536)
            connection.sendall(head)
            while piece and not over.wait(pause):
                connection.sendall(piece)

    def serve(listener: socket.socket) -> None:
        with contextlib.suppress(OSError):
            while True:
                threading.Thread(target=pour, args=(listener.accept()[0],), daemon=True).start()

    with socket.create_server(("127.0.0.1", 0)) as listener:
        threading.Thread(target=serve, args=(listener,), daemon=True).start()
        yield f"http://127.0.0.1:{listener.getsockname()[1]}/"
        over.set()


class Memory:
    """The most memory that this process held since the measuring began, in MB. Linux only."""

    def __init__(self) -> None:
        self._process = Path("/proc/self")
        try:
            (self._process / "clear_refs").write_text("5")
        except OSError:
            pytest.skip("the kernel does not measure a process's peak anew here")
        self._before = self._megabytes("VmRSS")

    def growth(self) -> float:
        return self._megabytes("VmHWM") - self._before

    def _megabytes(self, name: str) -> float:
        lines = (self._process / "status").read_text().splitlines()
        return int(next(line for line in lines if line.startswith(name)).split()[1]) / 1024


@pytest.mark.parametrize("where", ["page", "module"])
def test_a_body_of_200_mb_is_not_kept_in_memory(system: System, portal: SamplePortal, where: Any) -> None:
    portal.options.faults = [Fault(Kind.HUGE, where, size=200_000_000)]
    memory = Memory()

    with pytest.raises(CaptureLimitError):
        system.extract(sqs_event("QQQ"), None)

    assert memory.growth() < 130  # MB; 64 are allowed


def test_twenty_thousand_rows_arrive_in_bounded_memory(system: System, portal: SamplePortal) -> None:
    rows = list(many_rows(20_000))
    portal.options.rows_override = {"QQQ": rows}

    memory = Memory()
    captured = system.extract(sqs_event("QQQ"), None)
    extracted = memory.growth()
    memory = Memory()
    result = system.transform_capture(captured["key"])
    transformed = memory.growth()

    assert (result["result"], result["rows"], result["reported"]) == ("ok", 20_000, 20_000)
    assert [row["symbol"] for row in snapshot(system, "QQQ")["holdings"]] == [row.symbol for row in rows]
    assert status(system, "QQQ")["complete"] is True
    # MB, with the portal and the storage in the same process; the functions have 512 and 1,024
    assert extracted < 150
    assert transformed < 250
