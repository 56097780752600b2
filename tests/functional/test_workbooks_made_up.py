"""A process that ends while it makes a workbook: the status has told of the snapshot, and the sweep makes the workbook
up, three times at most.
"""

from datetime import UTC, datetime, timedelta
from typing import Any

import pytest

import transform.attempt
import transform.fund_file
from etf_common.lake import latest_key, workbook_key
from etf_common.status import MAX_TRIES
from local import repair
from local.system import System
from tests.events import RUN, sqs_event
from tests.functional.conftest import Refresh, status
from transform.sweep import create

EARLIER = "20261119T223000Z"


class KilledError(BaseException):
    """Ends a process as a signal does: nothing in it runs after that."""


def killed(*_: object) -> bytes:
    raise KilledError


def run_of_workbook(system: System, symbol: str = "GLD") -> str | None:
    found = system.lake.head_if_there(workbook_key(symbol))
    return found.metadata["run"] if found else None


@pytest.fixture
def behind(system: System, refresh: Refresh, monkeypatch: pytest.MonkeyPatch) -> System:
    """A fund whose workbook is that of the run before: the newest run's transform was killed while it made it."""
    refresh("GLD", EARLIER)
    assert system.extract(sqs_event("GLD", RUN), None)["key"]
    with monkeypatch.context() as patched:
        patched.setattr(transform.fund_file, "fund_file", killed)
        with pytest.raises(KilledError):
            transform.attempt.transform(system.lake, "GLD", RUN)
    assert (run_of_workbook(system), system.lake.head(latest_key("GLD")).metadata["run"]) == (EARLIER, RUN)
    return system


def sweep(system: System, *, later: timedelta = timedelta(hours=1)) -> dict[str, Any]:
    return create(system.environ, now=lambda: datetime.now(UTC) + later)({}, None)


def test_a_transform_that_is_killed_at_the_workbook_has_told_of_its_snapshot(behind: System) -> None:
    told = status(behind, "GLD")

    assert (told["last_attempt"]["run"], told["last_attempt"]["result"]) == (RUN, "ok")
    assert told["last_success"]["run"] == RUN


def test_the_hourly_sweep_makes_the_workbook_up(behind: System, refresh: Refresh) -> None:
    before = status(behind, "GLD")

    sweep(behind)

    made = behind.lake.read(workbook_key("GLD"))
    assert run_of_workbook(behind) == RUN
    assert status(behind, "GLD") == before
    # And it is the one that the transform would have made.
    behind.lake.delete(workbook_key("GLD"))
    transform.attempt.transform(behind.lake, "GLD", RUN)
    assert behind.lake.read(workbook_key("GLD")).body == made.body


def test_the_sweep_leaves_a_snapshot_of_the_last_minutes_to_its_transform(behind: System) -> None:
    sweep(behind, later=timedelta(minutes=5))

    assert run_of_workbook(behind) == EARLIER


def test_a_start_on_one_machine_makes_the_workbook_up(behind: System) -> None:
    behind.lake.delete(workbook_key("GLD"))

    assert repair.sweep(behind) == []

    assert run_of_workbook(behind) == RUN


def test_a_workbook_that_ends_every_process_is_deleted_after_three_tries(
    behind: System, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(transform.fund_file, "fund_file", killed)
    for _ in range(MAX_TRIES):
        with pytest.raises(KilledError):
            sweep(behind)
        assert run_of_workbook(behind) == EARLIER

    for _ in range(2):
        assert sweep(behind)["transformed"] == {}
        assert run_of_workbook(behind) is None
    assert status(behind, "GLD")["last_attempt"]["result"] == "ok"

    # The next run, or a replay, begins again
    monkeypatch.undo()
    transform.attempt.transform(behind.lake, "GLD", RUN)
    assert run_of_workbook(behind) == RUN
