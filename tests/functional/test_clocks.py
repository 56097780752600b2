"""A clock that is wrong: nothing from the future is taken in, and what it wrote is put right by the next good run."""

import json
from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from email.utils import format_datetime
from typing import Any

import pytest

import extract.app
from etf_common.errors import ClockAheadError, UsageError
from etf_common.freshness import stale_reasons
from etf_common.lake import latest_key, raw_page_key, status_key
from etf_common.runs import run_id, timestamp
from etf_common.status import read_status
from local.system import System
from tests.events import sqs_event
from tests.functional.conftest import Refresh, snapshot
from transform.sweep import create

YEAR = timedelta(days=365)
SetAhead = Callable[[timedelta], None]


@pytest.fixture
def set_ahead(system: System) -> SetAhead:
    """Set S3's own clock ahead, as on a machine whose clock is wrong: there it is the same clock."""
    ahead = [timedelta(0)]

    def layer(application: Any) -> Any:
        def answer(environ: dict[str, Any], start_response: Any) -> Any:
            def dated(status: str, headers: list[tuple[str, str]], *more: Any) -> Any:
                others = [(name, value) for name, value in headers if name.lower() != "date"]
                date = format_datetime(datetime.now(UTC) + ahead[0], usegmt=True)
                return start_response(status, [*others, ("Date", date)], *more)

            return application(environ, dated)

        return answer

    system.aws.wrap(layer)

    def set_to(by: timedelta) -> None:
        ahead[0] = by

    return set_to


def sweep(system: System) -> dict[str, dict[str, str]]:
    return dict(create(system.environ)({}, None)["transformed"])


def test_what_a_clock_a_year_ahead_wrote_is_put_right_by_the_next_good_run(
    system: System, refresh: Refresh, set_ahead: SetAhead
) -> None:
    # Given a refresh by a clock a year ahead, and then the clock is right again
    ahead, good = run_id(datetime.now(UTC) + YEAR), run_id(datetime.now(UTC))
    set_ahead(YEAR)
    assert refresh("GLD", ahead)["result"] == "ok"
    set_ahead(timedelta(0))

    # When the next refresh comes, then it takes the place of all that the wrong clock wrote
    assert refresh("GLD", good)["result"] == "ok"
    assert snapshot(system, "GLD")["provenance"]["raw_key"] == raw_page_key("GLD", good)
    for key in system.lake.keys("processed/GLD/"):
        assert system.lake.head(key).metadata["run"] == good
    status = read_status(system.lake, "GLD")
    assert status is not None
    assert (status.run, status.result, status.transformed) == (good, "ok", (good,))
    assert status.last_success is not None
    assert status.last_success.run == good
    # And the sweep leaves the capture from the future alone
    assert sweep(system) == {}


def test_lost_events_are_found_behind_a_run_from_the_future(
    system: System, refresh: Refresh, set_ahead: SetAhead
) -> None:
    # Given a transformed run from the future, and then a good capture whose event is lost
    set_ahead(YEAR)
    refresh("GLD", run_id(datetime.now(UTC) + YEAR))
    set_ahead(timedelta(0))
    good = run_id(datetime.now(UTC))
    assert system.extract(sqs_event("GLD", good), None)["key"]

    assert sweep(system) == {"GLD": {good: "ok"}}
    assert sweep(system) == {}


def test_a_message_of_a_run_from_the_future_is_refused_and_told(system: System, refresh: Refresh) -> None:
    good, ahead = run_id(datetime.now(UTC)), run_id(datetime.now(UTC) + YEAR)
    refresh("GLD", good)
    before = system.lake.read(latest_key("GLD")).body

    with pytest.raises(ClockAheadError, match="later than S3's own time"):
        system.extract(sqs_event("GLD", ahead), None)

    assert not any(ahead in key for key in system.lake.keys("raw/GLD/"))
    told = json.loads(system.lake.read(status_key("GLD")).body)
    assert (told["run"], told["error"]["code"], told["last_success"]["run"]) == (ahead, "clock_ahead", good)
    # And the next attempt is told again, be it of the same time
    refresh("GLD", good)
    told = json.loads(system.lake.read(status_key("GLD")).body)
    assert (told["run"], told["result"]) == (good, "ok")
    assert system.lake.read(latest_key("GLD")).metadata["run"] == good
    assert len(before) > 0


def test_a_capture_of_a_run_from_the_future_is_refused_and_not_tried_again(
    system: System, refresh: Refresh, set_ahead: SetAhead
) -> None:
    good, ahead = run_id(datetime.now(UTC)), run_id(datetime.now(UTC) + YEAR)
    refresh("GLD", good)
    set_ahead(YEAR)
    key = system.extract(sqs_event("GLD", ahead), None)["key"]
    set_ahead(timedelta(0))

    answer = system.transform_capture(key)

    assert (answer["result"], answer["error"]["code"]) == ("failed", "clock_ahead")
    assert system.lake.head(latest_key("GLD")).metadata["run"] == good
    assert sweep(system) == {}


def test_a_fetch_time_from_the_future_is_replaced_by_s3s_own_time(system: System) -> None:
    # Given an extract whose own clock is a year ahead of S3's
    run = run_id(datetime.now(UTC))
    wrong = extract.app.create(system.environ, now=lambda: datetime.now(UTC) + YEAR)

    system.transform_capture(wrong(sqs_event("GLD", run), None)["key"])

    metadata = system.lake.head(latest_key("GLD")).metadata
    assert metadata["fetched-at"] <= timestamp(datetime.now(UTC))
    assert stale_reasons(metadata, datetime.now(UTC), 366) == []


def test_dispatch_refuses_a_run_from_the_future_of_either_clock(system: System) -> None:
    with pytest.raises(UsageError, match="lies in the future"):
        system.dispatch({"run": timestamp(datetime.now(UTC) + YEAR)}, None)
    with pytest.raises(UsageError, match="lies in the future"):
        system.dispatch({"run": timestamp(datetime.now(UTC) + timedelta(hours=2))}, None)
    assert system.dispatch({"run": timestamp(datetime.now(UTC) + timedelta(minutes=30)), "symbols": ["VTI"]}, None)
