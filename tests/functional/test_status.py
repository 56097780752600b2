"""status/{symbol}.json moves forward only, and loses nothing on the way."""

from typing import Any

from etf_common.lake import status_key
from etf_common.status import TRANSFORMED_KEPT, Status, Success, read_status, record_status
from local.system import System

OLD, NEW = "20261119T223000Z", "20261120T223000Z"
AT = "2026-11-20T22:30:04Z"


def attempt(run: str, result: Any = "ok", **more: Any) -> Status:
    success = Success(run=run, fetched_at=AT, holdings_as_of="2026-11-18") if result == "ok" else None
    transformed = () if result == "failed" else (run,)
    return Status(symbol="VTI", run=run, at=AT, result=result, last_success=success, transformed=transformed, **more)


def test_a_newer_attempt_takes_over_and_keeps_the_last_success(system: System) -> None:
    record_status(system.lake, attempt(OLD))
    record_status(system.lake, attempt(NEW, "failed"))

    status = read_status(system.lake, "VTI")
    assert status is not None
    assert (status.run, status.result, status.transformed) == (NEW, "failed", (OLD,))
    assert status.last_success == attempt(OLD).last_success


def test_a_late_older_attempt_is_no_news_but_for_its_success(system: System) -> None:
    record_status(system.lake, attempt(NEW, "failed"))
    record_status(system.lake, attempt(OLD))

    status = read_status(system.lake, "VTI")
    assert status is not None
    assert (status.run, status.result, status.transformed) == (NEW, "failed", (OLD,))
    assert status.last_success == attempt(OLD).last_success


def test_nothing_new_writes_nothing(system: System) -> None:
    record_status(system.lake, attempt(NEW))
    before = system.lake.head(status_key("VTI"))
    record_status(system.lake, attempt(OLD, "failed"))
    assert system.lake.head(status_key("VTI")) == before


def test_the_newest_runs_are_remembered_in_whatever_order_they_came(system: System) -> None:
    runs = [f"202611{day:02}T2230{second:02}Z" for day in (18, 19, 20) for second in range(12)]
    for run in [*runs[12:], *runs[:12]]:
        record_status(system.lake, attempt(run))
    status = read_status(system.lake, "VTI")
    assert status is not None
    assert status.transformed == tuple(runs[-TRANSFORMED_KEPT:])
    assert status.run == runs[-1]


def test_an_unreadable_status_is_replaced(system: System) -> None:
    system.lake.write(status_key("VTI"), b'{"half', "application/json")
    assert read_status(system.lake, "VTI") is None
    record_status(system.lake, attempt(NEW))
    assert read_status(system.lake, "VTI") == attempt(NEW)
