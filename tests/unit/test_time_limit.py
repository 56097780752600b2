"""Work that takes longer than it may is ended, in the main thread and in others."""

import re
import sys
import threading
import time
from collections.abc import Callable
from pathlib import Path

import pytest

from etf_common.errors import TimedOutError
from tests.translation import load
from transform.attempt import LIMIT_SECONDS
from transform.time_limit import time_limit


def spin() -> None:
    while True:
        sum(range(1000))


def swallow() -> None:
    while True:
        try:
            spin()
        except Exception:  # noqa: BLE001, S112 - as a careless library might
            continue


def explode() -> None:
    re.fullmatch(r"(a|a)*b", "a" * 60)


@pytest.mark.parametrize("work", [spin, swallow, explode])
def test_in_the_main_thread_even_a_regular_expression_is_ended(work: Callable[[], None]) -> None:
    with pytest.raises(TimedOutError, match=r"longer to transform than it may \(0.05 s\)"), time_limit(0.05):
        work()


@pytest.mark.parametrize("work", [spin, swallow])
def test_in_another_thread_what_runs_in_pythons_own_loop_is_ended(work: Callable[[], None]) -> None:
    caught: list[BaseException] = []

    def limited() -> None:
        try:
            with time_limit(0.05):
                work()
        except TimedOutError as error:
            caught.append(error)

    thread = threading.Thread(target=limited, daemon=True)
    thread.start()
    thread.join(20)

    assert [type(error) for error in caught] == [TimedOutError]


def test_work_that_ends_in_time_is_left_alone_afterwards() -> None:
    ended: list[bool] = []

    def limited() -> None:
        with time_limit(0.05):
            pass
        time.sleep(0.2)
        ended.append(True)

    limited()
    thread = threading.Thread(target=limited)
    thread.start()
    thread.join()

    assert ended == [True, True]


@pytest.mark.parametrize("seconds", [0.05, 60.0], ids=["too long", "in time"])
def test_a_thread_under_a_debugger_or_coverage_goes_on_after_the_limit(seconds: float) -> None:
    ended: list[str] = []

    def trace(*_: object) -> object:
        return trace

    def limited() -> None:
        sys.settrace(trace)  # type: ignore[arg-type]
        try:
            with time_limit(seconds):
                if seconds < 1:
                    spin()
        except TimedOutError:
            ended.append("too long")
        ended.append("called a function")

    thread = threading.Thread(target=limited, daemon=True)
    thread.start()
    thread.join(20)

    assert ended[-1:] == ["called a function"]


def test_an_error_of_the_work_stays_what_it_is() -> None:
    with pytest.raises(KeyError, match="mine"), time_limit(5):
        raise KeyError("mine")


def test_the_function_has_twice_the_time_of_one_capture_so_that_the_status_is_written(root: Path) -> None:
    timeout = load(root)["Resources"]["Transform"]["Properties"]["Timeout"]
    assert timeout >= 2 * LIMIT_SECONDS
