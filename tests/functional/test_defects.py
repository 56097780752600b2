"""Defects, hangs and broken events: told in the status, isolated by the sweep, tried three times and then left."""

import json
import re
import time
from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from types import SimpleNamespace
from typing import Any

import pytest
from botocore.exceptions import ClientError

import extract.attempt
import transform.attempt
import transform.fund_file
import transform.sweep
from etf_common.capture import Capture
from etf_common.errors import MalformedEventError, NotFoundError, TimedOutError, UnexpectedError, UsageError
from etf_common.lake import latest_key, raw_page_key, rejected_key, status_key
from etf_common.metrics import NAMESPACE_VARIABLE, Metrics
from etf_common.runs import run_id
from etf_common.status import MAX_TRIES, begin_try, forget, read_status
from extract.portal import Portal
from local import repair
from local.system import System
from tests.events import RUN, sqs_event
from tests.functional.conftest import Refresh, status
from transform.parser import parse
from transform.sweep import CapturesPendingError, Sweep

NOW = datetime(2026, 11, 20, 23, 0, tzinfo=UTC)
LONG = "<b>9" * 2_000_000
Trip = Callable[[Any], Any]


@pytest.fixture
def parse_as(monkeypatch: pytest.MonkeyPatch) -> Callable[[str, Trip], None]:
    """Let the parser do something else for one symbol, within a short time limit for all."""

    def replace(symbol: str, trip: Trip) -> None:
        def parse_or_trip(capture: Capture) -> Any:
            return trip(capture) if capture.symbol == symbol else parse(capture)

        monkeypatch.setattr(transform.attempt, "parse", parse_or_trip)

    return replace


def hang(_capture: Capture) -> None:
    while True:
        sum(range(1000))


def quote_all(*_given: Any) -> None:
    raise AttributeError(LONG)


def capture(system: System, symbol: str, run: str = RUN) -> str:
    return str(system.extract(sqs_event(symbol, run), None)["key"])


def swept(system: System, *, seconds: float = 0.2) -> list[tuple[str, str]]:
    """(symbol, error code or result) of one sweep over what is pending."""
    sweep = Sweep(system.lake, Metrics({}), seconds=seconds)
    answers = sweep.transform(sweep.pending(NOW))
    return [(answer["symbol"], (answer["error"] or {}).get("code") or answer["result"]) for answer in answers]


def test_a_capture_that_hangs_ends_as_failed_and_the_others_go_on(
    system: System, parse_as: Callable[[str, Trip], None]
) -> None:
    for symbol in ("BND", "GLD"):
        capture(system, symbol)
    parse_as("BND", hang)

    assert swept(system, seconds=2.0) == [("BND", "timed_out"), ("GLD", "ok")]
    told = status(system, "BND")["last_attempt"]
    assert (told["run"], told["result"], told["error"]["code"]) == (RUN, "failed", "timed_out")


def test_a_workbook_that_cannot_be_made_is_counted_for_cloudwatch(
    system: System, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    capture(system, "BND")
    counting = transform.attempt.Transform(system.lake, Metrics({NAMESPACE_VARIABLE: "stack"}))
    counting("BND", RUN)
    monkeypatch.setattr(transform.fund_file, "fund_file", quote_all)

    assert counting("BND", RUN)["result"] == "ok"

    lines = [json.loads(line) for line in capsys.readouterr().out.splitlines() if line.startswith("{")]
    assert [line["WorkbookFailures"] for line in lines] == [[0.0], [1.0]]


def test_a_capture_that_hangs_is_given_up_after_three_tries_with_the_reason_told(
    system: System, parse_as: Callable[[str, Trip], None]
) -> None:
    key = capture(system, "BND")
    parse_as("BND", hang)

    for _ in range(MAX_TRIES):
        with pytest.raises(TimedOutError):
            transform.attempt.transform(system.lake, "BND", RUN, seconds=0.05)
    parse_as("BND", pytest.fail)
    assert swept(system) == [("BND", "timed_out")]
    assert swept(system) == []

    message = status(system, "BND")["last_attempt"]["error"]["message"]
    assert "longer to transform than it may" in message
    assert "given up after 3 tries" in message
    # And neither does a start on one machine begin again; a replay does, once the cause is mended
    assert [outcome.result for outcome in repair.sweep(system)] == ["failed"]
    parse_as("nothing", hang)
    assert [outcome.result for outcome in repair.replay(system, ["BND"])] == ["ok"]
    assert system.transform_capture(key)["result"] == "ok"
    assert read_status(system.lake, "BND").tries == {}  # type: ignore[union-attr]


def test_a_process_that_is_ended_from_outside_is_counted_all_the_same(system: System) -> None:
    # Given a first capture whose transform was killed each time: nothing but the count is left of it
    capture(system, "BND")
    counts = [begin_try(system.lake, "BND", RUN) for _ in range(MAX_TRIES)]

    assert counts == [1, 2, 3]
    assert status(system, "BND")["last_attempt"]["error"]["code"] == "interrupted"
    assert swept(system) == [("BND", "interrupted")]
    assert "time or memory" in status(system, "BND")["last_attempt"]["error"]["message"]
    assert swept(system) == []


def test_a_capture_that_is_given_up_does_not_keep_a_newer_one_back(system: System) -> None:
    capture(system, "BND", "20261120T180000Z")
    for _ in range(MAX_TRIES):
        begin_try(system.lake, "BND", "20261120T180000Z")
    capture(system, "BND")

    assert swept(system, seconds=30) == [("BND", "interrupted"), ("BND", "ok")]
    assert status(system, "BND")["last_attempt"]["run"] == RUN
    assert swept(system) == []


def test_a_defect_of_the_parser_is_told_without_what_it_quotes(
    system: System, refresh: Refresh, parse_as: Callable[[str, Trip], None], caplog: pytest.LogCaptureFixture
) -> None:
    refresh("BND", "20261119T223000Z")
    before = system.lake.read(latest_key("BND")).body
    key = capture(system, "BND")
    parse_as("BND", quote_all)

    with pytest.raises(UnexpectedError, match=r"^AttributeError"):
        system.transform_capture(key)

    told = system.lake.read(status_key("BND")).body
    attempt = json.loads(told)
    assert (attempt["run"], attempt["result"], attempt["error"]["code"]) == (RUN, "failed", "unexpected")
    assert attempt["last_success"]["run"] == "20261119T223000Z"
    assert b"<b>" not in told
    assert system.lake.read(latest_key("BND")).body == before
    # And the log has the traceback, cut to a line that can be read
    assert "quote_all" in caplog.text
    assert len(caplog.text) < 20_000
    # And the sweep tries it as often as the others, then leaves it
    for _ in range(MAX_TRIES - 1):
        assert swept(system) == [("BND", "unexpected")]
    parse_as("BND", pytest.fail)
    assert swept(system) == [("BND", "unexpected")]
    assert swept(system) == []


def test_a_defect_of_extract_ends_as_a_failed_status(
    system: System, refresh: Refresh, monkeypatch: pytest.MonkeyPatch
) -> None:
    refresh("GLD", "20261119T223000Z")

    def trip(*_: Any) -> Any:
        raise ZeroDivisionError(LONG)

    monkeypatch.setattr(Portal, "fetch", trip)
    with pytest.raises(UnexpectedError, match="ZeroDivisionError"):
        system.extract(sqs_event("GLD"), None)

    told = status(system, "GLD")["last_attempt"]
    assert (told["run"], told["result"], told["error"]["code"]) == (RUN, "failed", "unexpected")
    assert "extract/attempt.py" in told["error"]["message"]


def test_a_storage_that_refuses_a_write_is_told_where_it_takes_the_status(
    system: System, monkeypatch: pytest.MonkeyPatch
) -> None:
    def refuse(*_: Any) -> str:
        denied: Any = {
            "Error": {"Code": "AccessDenied", "Message": LONG},
            "ResponseMetadata": {"HTTPStatusCode": 403},
        }
        raise ClientError(denied, "PutObject")

    monkeypatch.setattr(extract.attempt, "write_capture", refuse)
    with pytest.raises(ClientError):
        system.extract(sqs_event("GLD"), None)

    error = status(system, "GLD")["last_attempt"]["error"]
    assert error["code"] == "storage_refused"
    assert "AccessDenied to PutObject" in error["message"]
    assert len(error["message"]) <= 500


BROKEN_EVENTS: list[Any] = [
    *({}, {"Records": None}, {"Records": 5}, {"Records": [{}]}, {"Records": [None]}, [], "VTI", None, 7),
    {"Records": [{"s3": {"object": {}}, "body": None}]},
    {"Records": [{"s3": {"object": {"key": 5}}, "body": 5}]},
    {"Records": [{"s3": None, "body": LONG}]},
]


@pytest.mark.parametrize("event", BROKEN_EVENTS, ids=lambda event: repr(event)[:60])
def test_a_broken_event_is_refused_in_one_line(system: System, event: Any) -> None:
    for handler in (system.extract, system.transform):
        with pytest.raises(MalformedEventError) as raised:
            handler(event, None)
        assert len(raised.value.message) <= 500


def test_what_s3_sends_to_try_a_notification_is_no_fault(system: System) -> None:
    assert system.transform({"Service": "Amazon S3", "Event": "s3:TestEvent", "Bucket": "b"}, None) == []


@pytest.mark.parametrize("run", ["20261399T000000Z", "0999", "09991120T223000Z", "99999999T999999Z"])
def test_a_key_whose_run_is_no_time_is_not_taken_for_a_capture(system: System, run: str) -> None:
    event = {"Records": [{"s3": {"object": {"key": f"raw/VTI/{run}.html"}}}]}
    assert system.transform(event, None) == []


def test_one_page_of_an_event_does_not_keep_the_others_waiting(
    system: System, parse_as: Callable[[str, Trip], None]
) -> None:
    keys = [capture(system, symbol) for symbol in ("BND", "GLD")]
    parse_as("BND", quote_all)
    records = [{"s3": {"object": {"key": key}}} for key in keys]

    with pytest.raises(UnexpectedError):
        system.transform({"Records": records}, None)

    assert status(system, "GLD")["last_attempt"]["result"] == "ok"


def test_the_ages_are_measured_before_any_capture_is_touched(
    system: System, refresh: Refresh, parse_as: Callable[[str, Trip], None], capsys: pytest.CaptureFixture[str]
) -> None:
    refresh("GLD", "20261119T223000Z")
    capture(system, "BND", run_id(datetime.now(UTC)))
    emitting = {**system.environ, "POWERTOOLS_METRICS_NAMESPACE": "stack"}
    heard: list[str] = []
    parse_as("BND", lambda _: heard.append(capsys.readouterr().out))

    with pytest.raises(CapturesPendingError):
        transform.sweep.create(emitting)({}, None)

    (before,) = heard
    assert "TradingDaysSinceRefresh" in before
    assert re.search(r'"StaleSymbols": ?\[\d', before)


def test_a_sweep_without_time_left_leaves_the_rest_to_the_next_one(system: System) -> None:
    for symbol in ("BND", "GLD"):
        capture(system, symbol)
    left = iter([900_000, 70_000])
    context = SimpleNamespace(get_remaining_time_in_millis=lambda: next(left))

    with pytest.raises(CapturesPendingError, match="GLD 20261120T223000Z: this sweep has no time left"):
        transform.sweep.create(system.environ, now=lambda: NOW)({}, context)

    assert status(system, "BND")["last_attempt"]["result"] == "ok"
    assert transform.sweep.create(system.environ, now=lambda: NOW)({}, None)["transformed"] == {"GLD": {RUN: "ok"}}


@pytest.mark.parametrize("event", [{"replays": ["VTI"]}, [], "VTI", {"replay": ["VTI"], "since": 5}])
def test_a_sweeps_event_that_is_not_understood_is_refused(system: System, refresh: Refresh, event: Any) -> None:
    refresh("VTI")
    with pytest.raises(UsageError, match="2026-11-01T00:00:00Z"):
        transform.sweep.create(system.environ, now=lambda: NOW)(event, None)


def typo(system: System, symbol: str) -> None:
    assert system.extract(sqs_event(symbol), None)["error"]["code"] == "not_an_etf"


def test_a_symbol_that_never_was_data_is_forgotten_two_weeks_later(system: System, refresh: Refresh) -> None:
    # Given a typo, a configured symbol without data, and a fund that is not configured any more
    typo(system, "VTTI")
    refresh("GLD")
    system.lake.write("config/etl_config.yaml", b"etf_symbols: [VTI]\n", "application/yaml")
    begin_try(system.lake, "VTI", RUN)
    told = {"status/VTTI.json", "status/GLD.json", "status/VTI.json"}

    def sweep_in(days: int) -> set[str]:
        transform.sweep.create(system.environ, now=lambda: datetime.now(UTC) + timedelta(days=days))({}, None)
        return set(system.lake.keys("status/"))

    assert sweep_in(13) == told
    assert sweep_in(15) == told - {"status/VTTI.json"}


def test_without_a_config_nothing_is_forgotten(system: System) -> None:
    typo(system, "VTTI")
    for config in (b"etf_symbols: [VTI", None):
        if config is None:
            system.lake.delete("config/etl_config.yaml")
        else:
            system.lake.write("config/etl_config.yaml", config, "application/yaml")
        assert Sweep(system.lake, Metrics({})).forget_unknown(datetime.now(UTC) + timedelta(days=99)) == []
    assert list(system.lake.keys("status/")) == ["status/VTTI.json"]


def test_a_typo_is_forgotten_by_command_with_its_evidence(system: System) -> None:
    typo(system, "VTTI")

    assert forget(system.lake, "VTTI") == [status_key("VTTI"), rejected_key("VTTI", RUN)]

    assert [key for kind in ("status/", "rejected/") for key in system.lake.keys(kind)] == []
    with pytest.raises(NotFoundError, match="nothing is known of VTTI"):
        forget(system.lake, "VTTI")


def test_what_has_data_is_not_forgotten(system: System, refresh: Refresh) -> None:
    refresh("GLD")
    with pytest.raises(UsageError, match="has a snapshot"):
        forget(system.lake, "GLD")
    assert capture(system, "BND")
    with pytest.raises(UsageError, match="holds captures"):
        forget(system.lake, "BND")
    assert read_status(system.lake, "GLD") is not None
    assert system.lake.head(raw_page_key("BND", RUN))


DISPATCHES: list[tuple[Any, str]] = [
    ({"symbols": "VTI"}, "'VTI', not a list"),
    ({"symbols": {"VTI": 1}}, "not a list"),
    ({"symbols": ["VTI", 5]}, "not a list of texts"),
    ({"symbols": ""}, "not a list"),
    ({"symbols": 0}, "not a list"),
    ({"symbols": ["VTI", "vti"]}, "VTI twice"),
    ({"symbols": ["BRK.B", "BRK/B"]}, "BRK.B twice"),
    ({"symbols": ["V TI"]}, "not a symbol"),
    ({"symbols": [f"S{n}" for n in range(1001)]}, "1001 entries; at most 1000"),
    ({"symbol": "VTI"}, "not understood"),
    ({"run": None}, "run is None"),
    ({"run": 20261120}, "run is 20261120"),
    ({"run": "0999-11-20T22:30:00Z"}, "before 1970"),
    ({"run": "0001-01-01T00:00:00+05:00"}, "out of range"),
    ({"run": "9999-12-31T23:59:59-05:00"}, "out of range"),
    ({"run": "09991120T223000Z"}, "before 1970"),
    ({"run": LONG}, "is not a time"),
]


@pytest.mark.parametrize(("changes", "says"), DISPATCHES, ids=lambda value: repr(value)[:50])
def test_a_dispatch_that_is_not_understood_queues_nothing(system: System, changes: Any, says: str) -> None:
    with pytest.raises(UsageError, match=re.escape(says)) as raised:
        system.dispatch({"run": run_id(datetime.now(UTC)), **changes}, None)

    assert len(raised.value.message) <= 500
    found = system.sqs.receive_message(QueueUrl=system.refresh_queue.url, MaxNumberOfMessages=10)
    assert found.get("Messages", []) == []


def test_a_dispatch_queues_every_symbol_once_in_batches(system: System) -> None:
    symbols = [f"S{n}" for n in range(23)]
    answer = system.dispatch({"run": run_id(datetime.now(UTC)), "symbols": symbols}, None)

    bodies: list[str] = []
    ends = time.monotonic() + 20
    while len(bodies) < len(symbols) and time.monotonic() < ends:
        found = system.sqs.receive_message(QueueUrl=system.refresh_queue.url, MaxNumberOfMessages=10)
        bodies += [message["Body"] for message in found.get("Messages", [])]
    assert answer["symbols"] == symbols
    assert sorted(json.loads(body)["symbol"] for body in bodies) == sorted(symbols)


@pytest.mark.parametrize("part", ["html", "holdings-1.js"])
def test_an_object_that_extract_cannot_have_written_is_not_read(
    system: System, monkeypatch: pytest.MonkeyPatch, part: str
) -> None:
    # Given a capture with more bytes than a capture may have
    key = capture(system, "QQQ")
    monkeypatch.setattr("etf_common.capture.MAX_CAPTURE_BYTES", 1000)
    if part != "html":
        stored = system.lake.read(key)
        system.lake.write(key, b"<html></html>", "text/html", stored.metadata)

    # Then transform ends with the limit in the status, and is not tried again
    answer = system.transform_capture(key)
    assert (answer["result"], answer["error"]["code"]) == ("failed", "layout_changed")
    assert f".{part} has " in answer["error"]["message"]
    assert status(system, "QQQ")["last_attempt"]["error"] == answer["error"]
