"""The sweep: what notifications missed is transformed, once; what cannot be is named; ages are measured."""

import json
from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest

from etf_common.capture import Capture
from etf_common.errors import UsageError
from etf_common.lake import raw_part_key
from etf_common.runs import run_id
from local.disk import DataFolder
from local.system import System
from sample_portal.server import SamplePortal
from tests.events import RUN, sqs_event
from tests.functional.conftest import Refresh, snapshot, status
from transform.parser import parse
from transform.sweep import CapturesPendingError, create

NOW = datetime(2026, 11, 20, 23, 0, tzinfo=UTC)
EARLIER = "20261120T180000Z"
LONG_AGO = "20261101T223000Z"
Sweep = Callable[..., dict[str, Any]]


@pytest.fixture
def sweep(system: System) -> Sweep:
    """Run the handler; returns what it transformed, or with `whole` all that it says."""

    def run(event: dict[str, Any] | None = None, *, now: datetime = NOW, whole: bool = False) -> dict[str, Any]:
        answer = create(system.environ, now=lambda: now)(event or {}, None)
        return answer if whole else dict(answer["transformed"])

    return run


def capture(system: System, symbol: str, run: str = RUN) -> None:
    """A capture whose notification is lost."""
    assert system.extract(sqs_event(symbol, run), None)["key"]


def test_a_lost_event_is_made_good_once(system: System, sweep: Sweep) -> None:
    capture(system, "QQQ")
    assert sweep() == {"QQQ": {RUN: "ok"}}
    assert snapshot(system, "QQQ")["provenance"]["raw_key"] == f"raw/QQQ/{RUN}.html"
    assert sweep() == {}


def test_what_was_transformed_in_time_is_left_alone(system: System, refresh: Refresh, sweep: Sweep) -> None:
    refresh("QQQ", EARLIER)
    refresh("QQQ", RUN)
    assert sweep() == {}


def test_an_older_lost_capture_is_found_behind_a_newer_one(
    system: System, portal: SamplePortal, refresh: Refresh, sweep: Sweep
) -> None:
    # Given the event of one run lost, and a newer run, of a newer list, that came through
    capture(system, "GLD", LONG_AGO.replace("20261101", "20261120").replace("2230", "0130"))
    older = sorted(system.lake.keys("raw/GLD/"))[-1].split("/")[-1].removesuffix(".html")
    refresh("GLD", RUN)

    # When the sweep comes, then it is transformed, and does not take the newer one's place
    assert sweep() == {"GLD": {older: "kept_back"}}
    assert snapshot(system, "GLD")["provenance"]["raw_key"] == f"raw/GLD/{RUN}.html"
    assert status(system, "GLD")["last_attempt"]["run"] == RUN
    assert sweep() == {}


def test_a_fetch_that_failed_first_and_was_captured_then_is_found(
    system: System, folder: DataFolder, sweep: Sweep
) -> None:
    # Given a capture that failed for want of its parts, which came later with no further event
    capture(system, "VOO")
    part = raw_part_key("VOO", RUN, 1)
    body = folder.root.joinpath(part).read_bytes()
    system.lake.write(part, b"another attempt's", "text/javascript")
    with pytest.raises(CapturesPendingError, match=r"VOO 20261120T223000Z: .*its parts belong to another attempt"):
        sweep()
    assert status(system, "VOO")["last_attempt"]["error"]["code"] == "capture_mismatch"

    system.lake.write(part, body, "text/javascript")
    assert sweep() == {"VOO": {RUN: "ok"}}


def test_one_that_cannot_be_read_does_not_keep_the_others_waiting(system: System, sweep: Sweep) -> None:
    for symbol in ("BND", "GLD", "VTI"):
        capture(system, symbol)
    system.lake.write(raw_part_key("BND", RUN, 1), b"damaged", "text/javascript")

    with pytest.raises(CapturesPendingError) as raised:
        sweep()

    assert raised.value.message.startswith("BND")
    assert [status(system, symbol)["last_attempt"]["result"] for symbol in ("GLD", "VTI")] == ["ok", "ok"]


def test_a_changed_layout_is_tried_once_and_then_waits_for_a_better_parser(system: System, sweep: Sweep) -> None:
    capture(system, "GLD")
    page = system.lake.read(f"raw/GLD/{RUN}.html")
    changed = (
        page.body.replace(b"tblHoldings", b"tblNew").replace(b"<table", b"<section").replace(b"Fund Holdings", b"")
    )
    system.lake.write(f"raw/GLD/{RUN}.html", changed.replace(b"<tr", b"<p"), "text/html", page.metadata)

    answer = sweep()

    assert answer == {"GLD": {RUN: "failed"}}
    assert status(system, "GLD")["last_attempt"]["error"]["code"] == "layout_changed"
    assert sweep() == {}
    assert sweep({"replay": ["gld"]}) == {"GLD": {RUN: "failed"}}


def test_a_stop_of_weeks_leaves_nothing_behind(system: System, refresh: Refresh, sweep: Sweep) -> None:
    # Given a capture that a stop left behind, older than a day
    refresh("VTI", LONG_AGO)
    capture(system, "VTI", "20261103T223000Z")
    weeks_later = datetime.now(UTC) + timedelta(days=21)
    assert sweep(now=weeks_later) == {"VTI": {"20261103T223000Z": "ok"}}


def test_a_replay_takes_what_was_asked_for(system: System, refresh: Refresh, sweep: Sweep) -> None:
    for run in (LONG_AGO, RUN):
        refresh("GLD", run)
    refresh("VTI", RUN)
    before = system.lake.read("processed/GLD/latest.json")

    assert sweep({"replay": ["GLD"]}) == {"GLD": {LONG_AGO: "kept_back", RUN: "ok"}}
    assert sweep({"replay": "all", "since": "2026-11-10T00:00:00Z"}) == {"GLD": {RUN: "ok"}, "VTI": {RUN: "ok"}}
    assert system.lake.read("processed/GLD/latest.json") == before


@pytest.mark.parametrize(
    ("event", "says"),
    [
        ({"replay": "VTI"}, "give a list of symbols"),
        ({"replay": []}, "give a list of symbols"),
        ({"replay": ["NOPE"]}, "holds no capture of NOPE"),
        ({"replay": ["VTI"], "since": "yesterday"}, "is not a time"),
        ({"replay": ["../x"]}, "not a symbol"),
    ],
)
def test_a_replay_that_is_not_understood_says_so(
    system: System, refresh: Refresh, sweep: Sweep, event: dict[str, Any], says: str
) -> None:
    refresh("VTI")
    with pytest.raises(UsageError, match=says):
        sweep(event)


def test_the_age_counts_trading_days(system: System, refresh: Refresh, capsys: pytest.CaptureFixture[str]) -> None:
    # Given one fund fetched just now (by the real clock), and seven configured ones without a snapshot
    refresh("GLD")
    fetched = datetime.fromisoformat(snapshot(system, "GLD")["provenance"]["fetched_at"])
    emitting = {**system.environ, "POWERTOOLS_METRICS_NAMESPACE": "stack"}

    # When a sweep comes at once, and one two weeks later
    at_once = create(emitting, now=lambda: fetched)({}, None)["trading_days_since_refresh"]
    later = create(emitting, now=lambda: fetched + timedelta(days=14))({}, None)["trading_days_since_refresh"]

    # Then two weeks are ten trading days, or less with holidays; what is not there has no age
    assert at_once["GLD"] == 0.0
    assert 7 < later["GLD"] <= 10.01
    assert at_once["VTI"] is None
    lines = [json.loads(line) for line in capsys.readouterr().out.splitlines()]
    ages = [line["TradingDaysSinceRefresh"] for line in lines if "TradingDaysSinceRefresh" in line]
    assert ages == [[at_once["GLD"]], [later["GLD"]]]
    assert {line["SymbolsWithoutSnapshot"][0] for line in lines if "SymbolsWithoutSnapshot" in line} == {7.0}


def test_a_defect_does_not_keep_the_others_waiting(
    system: System, monkeypatch: pytest.MonkeyPatch, sweep: Sweep
) -> None:
    # Given a parser that trips over one fund
    def trip(capture: Capture) -> Any:
        if capture.symbol == "BND":
            raise ZeroDivisionError
        return parse(capture)

    for symbol in ("BND", "GLD"):
        capture(system, symbol)
    monkeypatch.setattr("transform.attempt.parse", trip)

    with pytest.raises(CapturesPendingError, match="BND 20261120T223000Z: ZeroDivisionError"):
        sweep()
    assert status(system, "GLD")["last_attempt"]["result"] == "ok"


def test_what_is_redriven_after_days_is_found(system: System, refresh: Refresh, sweep: Sweep) -> None:
    # Given a dead letter of an old run, redriven when newer runs have long been transformed, its event lost
    now = datetime.now(UTC)
    oldest, *newer = (run_id(now - timedelta(days=days)) for days in (12, 10, 9, 8))
    for run in newer:
        refresh("GLD", run)
    capture(system, "GLD", oldest)

    assert sweep(now=now) == {"GLD": {oldest: "kept_back"}}
    assert sweep(now=now) == {}


def test_a_first_sweep_without_config_is_no_failure(system: System) -> None:
    system.folder.remove("config/etl_config.yaml")
    system.lake = type(system.lake).from_environment(system.environ)
    assert create(system.environ, now=lambda: NOW)({}, None) == {"transformed": {}, "trading_days_since_refresh": {}}


def test_a_run_from_the_future_is_refused(system: System) -> None:
    with pytest.raises(UsageError, match="lies in the future"):
        system.dispatch({"run": (datetime.now(UTC) + timedelta(days=60)).isoformat()}, None)


def test_only_what_the_sweep_found_counts_as_swept(
    system: System, refresh: Refresh, capsys: pytest.CaptureFixture[str]
) -> None:
    refresh("GLD", "20261119T223000Z")
    capture(system, "GLD")
    handler = create({**system.environ, "POWERTOOLS_METRICS_NAMESPACE": "stack"}, now=lambda: NOW)
    handler({}, None)
    handler({"replay": "all"}, None)
    lines = [json.loads(line) for line in capsys.readouterr().out.splitlines()]
    assert [line["SweptCaptures"] for line in lines if "SweptCaptures" in line] == [[1.0]]
