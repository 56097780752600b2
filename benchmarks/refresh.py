"""A refresh of the eight funds against what three workers must wait for the portal: three rounds of two answers."""

import statistics
import time

from benchmarks import fixtures
from benchmarks.measure import Figure
from local.refresh import Refresh
from local.system import System

ANSWER_SECONDS = 0.3
FLOOR_SECONDS = 3 * 2 * ANSWER_SECONDS
ROUNDS = 5


def figures() -> list[Figure]:
    """Wall-clock seconds from dispatch to the last snapshot and its download written."""
    with fixtures.sample_portal(ANSWER_SECONDS) as portal, fixtures.system(portal) as system:
        seconds = [_refresh(system) for _ in range(ROUNDS + 1)][1:]  # the first one loads modules
    return [Figure("refresh of eight funds at 100 rows", statistics.median(seconds), FLOOR_SECONDS, 1.15)]


def _refresh(system: System) -> float:
    time.sleep(1.1)  # run ids are whole seconds
    started = time.monotonic()
    outcomes = Refresh(system, workers=3).start().outcomes(lambda _: None)
    seconds = time.monotonic() - started
    assert [outcome.result for outcome in outcomes] == ["ok"] * 8, outcomes
    return seconds
