"""The portal misbehaves: the right error, nothing half-written, and the last good snapshot stays."""

import contextlib
import socket
import threading
import time
from collections.abc import Iterator
from typing import Any

import pytest

import extract.app
from etf_common.errors import CaptureLimitError, PipelineError, PortalBusyError, PortalError, PortalRefusedError
from extract.transport import Budget, Transport
from local.portal.behaviour import Fault, Kind
from local.portal.server import SamplePortal
from local.system import System
from tests.functional.conftest import RUN, Refresh, snapshot, sqs_event, status

LATER = "20261121T000000Z"


@pytest.fixture(autouse=True)
def _without_pauses(system: System) -> None:
    system.extract = extract.app.create(system.environ, sleep=lambda _: None)


def keys(system: System, prefix: str) -> list[str]:
    return list(system.lake.keys(prefix))


PASSING = {
    "500 once": [Fault(Kind.STATUS, "both", times=2, status=500)],
    "429 once, with a short Retry-After": [Fault(Kind.STATUS, "both", times=1, status=429, retry_after="2")],
    "reset in mid-body": [Fault(Kind.RESET, "page", times=1), Fault(Kind.RESET, "module", times=1)],
    "body shorter than promised": [Fault(Kind.BROKEN_OFF, "both", times=2)],
    "gzip garbage": [Fault(Kind.GARBAGE_GZIP, "both", times=2)],
    "silence": [Fault(Kind.HANG, "both", times=1, seconds=0.2)],
    "a module answer that is none": [Fault(Kind.INVALID_ANSWER, "module", times=1)],
    "a module answer cut in the middle": [Fault(Kind.CUT, "module", times=1)],
    "a session that ends between two pages": [Fault(Kind.TOKEN_EXPIRES, "module", after=1, times=1)],
    "a redirect within the host": [Fault(Kind.REDIRECT_WITHIN, "page", times=1)],
}


@pytest.mark.parametrize("name", PASSING)
def test_a_passing_fault_costs_nothing_but_time(
    system: System, portal: SamplePortal, refresh: Refresh, name: str
) -> None:
    portal.behaviour.faults = PASSING[name]

    result = refresh("QQQ")

    assert (result["result"], result["rows"]) == ("ok", 101)
    assert snapshot(system, "QQQ")["quality"] == {
        "complete": True,
        "issues": snapshot(system, "QQQ")["quality"]["issues"],
    }
    assert status(system, "QQQ")["last_attempt"]["error"] is None


LAYOUT = {
    "the page's ids are new": (Fault(Kind.RENAMED_IDS, "page"), "tthHoldings"),
    "the answer's ids are new": (Fault(Kind.RENAMED_IDS, "module"), "tthHoldingsTbody"),
    "the page's columns are swapped": (Fault(Kind.SWAPPED_COLUMNS, "both"), "columns"),
    "the answer's columns are swapped": (Fault(Kind.SWAPPED_COLUMNS, "module"), "other columns"),
    "a column more on the page": (Fault(Kind.ADDED_COLUMN, "page"), "columns"),
    "a column more in the answer": (Fault(Kind.ADDED_COLUMN, "module"), "6 cells"),
    "an empty table": (Fault(Kind.EMPTY_TABLE, "both"), "empty"),
    "an empty answer": (Fault(Kind.EMPTY_TABLE, "module"), "empty"),
    "another fund's page": (Fault(Kind.OTHER_FUND, "page", other="SPY"), "SPY's"),
    "another fund's answer": (Fault(Kind.OTHER_FUND, "module", other="SPY"), "another fund"),
}


@pytest.mark.parametrize("name", LAYOUT)
def test_a_changed_layout_is_named_and_changes_nothing_but_status(
    system: System, portal: SamplePortal, refresh: Refresh, name: str
) -> None:
    refresh("QQQ")
    before = {key: system.lake.read(key).body for key in keys(system, "processed/")}
    fault, named = LAYOUT[name]
    portal.behaviour.faults = [fault]

    result = refresh("QQQ", LATER)

    assert (result["result"], result["error"]["code"]) == ("failed", "layout_changed")
    assert named in result["error"]["message"]
    assert {key: system.lake.read(key).body for key in keys(system, "processed/")} == before
    found = status(system, "QQQ")
    assert (found["last_attempt"]["run"], found["last_attempt"]["result"]) == (LATER, "failed")
    assert found["last_success"]["run"] == RUN


@pytest.mark.parametrize(
    ("fault", "error"),
    [
        (Fault(Kind.STATUS, "page", status=500), PortalError),
        (Fault(Kind.STATUS, "page", status=429, retry_after="31"), PortalBusyError),
        (Fault(Kind.STATUS, "module", status=429, retry_after="31"), PortalBusyError),
        (Fault(Kind.STATUS, "page", status=429, retry_after="20"), PortalError),
        (Fault(Kind.RESET, "page"), PortalError),
        (Fault(Kind.GARBAGE_GZIP, "page"), PortalError),
        (Fault(Kind.REDIRECT_AWAY, "page"), PortalError),
        (Fault(Kind.REDIRECT_WITHIN, "page"), PortalError),
        (Fault(Kind.HUGE, "page"), CaptureLimitError),
        (Fault(Kind.HUGE, "module"), CaptureLimitError),
    ],
    ids=lambda value: value.__name__ if isinstance(value, type) else f"{value.kind} {value.where}",
)
def test_a_lasting_fault_is_raised_for_the_queue_and_told_in_status(
    system: System, portal: SamplePortal, fault: Fault, error: type[PipelineError]
) -> None:
    portal.behaviour.faults = [fault]

    with pytest.raises(error):
        system.extract(sqs_event("QQQ"), None)

    assert keys(system, "raw/") == []
    attempt = status(system, "QQQ")["last_attempt"]
    assert (attempt["result"], attempt["error"]["code"]) == ("failed", error.code)


@pytest.mark.parametrize("kind", [Kind.SIGN_IN, Kind.ROBOT_CHECK, Kind.STATUS])
def test_what_is_no_etf_page_is_kept_as_evidence_and_not_retried(
    system: System, portal: SamplePortal, refresh: Refresh, kind: Kind
) -> None:
    portal.behaviour.faults = [Fault(kind, "page", status=403)]

    answer = refresh("QQQ")

    assert answer["error"]["code"] == "not_an_etf"
    assert "no ETF page (not an ETF, or refused: sign-in, robot check)" in answer["error"]["message"]
    assert keys(system, "rejected/") == [f"rejected/QQQ/{RUN}.html"]
    assert status(system, "QQQ")["last_attempt"]["result"] == "not_an_etf"
    assert len(portal.requests) == 1


def test_an_unknown_symbol_is_no_etf(system: System, refresh: Refresh) -> None:
    assert refresh("NOPE")["error"]["code"] == "not_an_etf"


def test_a_known_etf_that_is_refused_is_a_failure_of_the_portal(
    system: System, portal: SamplePortal, refresh: Refresh
) -> None:
    refresh("QQQ")
    portal.behaviour.faults = [Fault(Kind.SIGN_IN, "page")]

    with pytest.raises(PortalRefusedError):
        refresh("QQQ", LATER)

    assert keys(system, "rejected/") == [f"rejected/QQQ/{LATER}.html"]
    found = status(system, "QQQ")
    assert found["last_attempt"]["error"]["code"] == "portal_refused"
    assert found["last_success"]["run"] == RUN
    assert snapshot(system, "QQQ")["provenance"]["raw_key"] == f"raw/QQQ/{RUN}.html"


@pytest.mark.parametrize("fault", [Fault(Kind.STATUS, "module"), Fault(Kind.INVALID_ANSWER, "module")], ids=str)
def test_a_module_api_that_is_down_gives_the_pages_rows_only(
    system: System, portal: SamplePortal, refresh: Refresh, fault: Fault
) -> None:
    portal.behaviour.faults = [Fault(fault.kind, "module")]

    result = refresh("QQQ")

    found = snapshot(system, "QQQ")
    assert (result["result"], result["rows"], result["reported"]) == ("page_only", 20, 101)
    assert "module_unavailable" in [issue["code"] for issue in found["quality"]["issues"]]
    assert found["quality"]["complete"] is False

    # And a full list takes its place, which a later page-only one does not undo
    portal.behaviour.faults = []
    assert refresh("QQQ", LATER)["result"] == "ok"
    portal.behaviour.faults = [Fault(fault.kind, "module")]
    assert refresh("QQQ", "20261122T000000Z")["result"] == "kept_back"
    assert snapshot(system, "QQQ")["totals"]["included"] == 101


def test_rows_that_slip_between_pages_are_seen(system: System, portal: SamplePortal, refresh: Refresh) -> None:
    portal.behaviour.faults = [Fault(Kind.SHIFTED_ROWS, "module")]

    refresh("VOO")

    quality = snapshot(system, "VOO")["quality"]
    assert quality["complete"] is False
    assert "slipped_between_pages" in [issue["code"] for issue in quality["issues"]]


def test_a_total_that_changes_is_seen(system: System, portal: SamplePortal, refresh: Refresh) -> None:
    portal.behaviour.faults = [Fault(Kind.CHANGED_TOTAL, "module", after=2, rows=3)]

    refresh("VOO")

    quality = snapshot(system, "VOO")["quality"]
    assert quality["complete"] is False
    assert "total_changed" in [issue["code"] for issue in quality["issues"]]


class TestTransport:
    """The limits in seconds, with small ones."""

    @pytest.fixture
    def quick(self) -> Iterator[Transport]:
        budget = Budget(seconds=3.0, patience=1.0, connect_seconds=0.3, read_seconds=0.3)
        with Transport("tests (+mailto:tests@example.com)", budget) as transport:
            yield transport

    @pytest.mark.parametrize(
        "fault", [Fault(Kind.HANG, seconds=30.0), Fault(Kind.DRIP, seconds=0.05)], ids=["silence", "drip"]
    )
    def test_silence_and_dripping_end_when_patience_does(
        self, portal: SamplePortal, quick: Transport, fault: Fault
    ) -> None:
        portal.behaviour.faults = [fault]
        started = time.monotonic()
        with pytest.raises(PortalError):
            quick.get(f"{portal.url}/schwab/Prospect/research/etfs/schwabETF/index.asp?type=holdings&symbol=QQQ")
        assert time.monotonic() - started < 2.5

    def test_a_redirects_body_counts_too(self, quick: Transport) -> None:
        # Given a server whose redirect never stops talking
        def pour(listener: socket.socket) -> None:
            connection, _ = listener.accept()
            with connection, contextlib.suppress(OSError):
                connection.recv(65536)
                connection.sendall(b"HTTP/1.1 302 Found\r\nLocation: /next\r\n\r\n")
                while True:
                    connection.sendall(bytes(1 << 16))

        with socket.create_server(("127.0.0.1", 0)) as listener:
            threading.Thread(target=pour, args=(listener,), daemon=True).start()
            with pytest.raises(PortalError):
                quick.get(f"http://127.0.0.1:{listener.getsockname()[1]}/")

    def test_nobody_there(self, quick: Transport) -> None:
        with pytest.raises(PortalError, match="refused"):
            quick.get("http://127.0.0.1:9/")


def test_a_huge_answer_is_not_kept_in_memory(system: System, portal: SamplePortal) -> None:
    resident = pytest.importorskip("resource").getrusage
    portal.behaviour.faults = [Fault(Kind.HUGE, "page", size=200_000_000)]
    before = resident(0).ru_maxrss

    with pytest.raises(CaptureLimitError):
        system.extract(sqs_event("QQQ"), None)

    assert (resident(0).ru_maxrss - before) / 1024 < 150  # MB; 64 are allowed, and a buffer grows by copying


def test_two_attempts_of_one_run_never_pass_for_one(system: System, portal: SamplePortal, refresh: Refresh) -> None:
    # Given an attempt that wrote its page, and parts that another attempt wrote over
    captured: dict[str, Any] = system.extract(sqs_event("QQQ"), None)
    part = f"raw/QQQ/{RUN}.holdings-1.js"
    system.lake.write(part, system.lake.read(part).body + b" ", "text/javascript")

    # Then transform refuses, as worth another try
    with pytest.raises(PipelineError, match="belong to another attempt"):
        system.transform_capture(captured["key"])
    assert keys(system, "processed/") == []

    # And the other attempt's page makes it whole again
    assert refresh("QQQ")["result"] == "ok"


def test_at_once_two_transforms_of_one_symbol_go_forward_only(
    system: System, portal: SamplePortal, refresh: Refresh
) -> None:
    runs = [f"20261120T22300{second}Z" for second in range(6)]
    captured = [system.extract(sqs_event("QQQ", run), None)["key"] for run in runs]

    threads = [threading.Thread(target=system.transform_capture, args=(key,)) for key in captured]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()

    assert snapshot(system, "QQQ")["provenance"]["raw_key"] == captured[-1]
    assert status(system, "QQQ")["last_attempt"]["run"] == runs[-1]
