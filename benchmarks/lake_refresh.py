"""A refresh of 1,000 funds against one of 100: seconds a fund, on a sample portal without delay.

The portal makes up as many funds as are asked for, of 100 lines, in a process of its own; tables included, since a
refresh is done once they are built.
"""

import tempfile
import time
from collections.abc import Iterator
from pathlib import Path

from benchmarks import fixtures
from benchmarks.made_up_names import symbol_of
from benchmarks.measure import Figure
from local.disk import DataFolder
from local.jobs import refresh_once
from local.outcome import Outcome
from local.system import System

FEW, MANY = 100, 1_000
GROWTH = 1.1
ROUNDS = 2
"""The first one finds an empty lake, the second one a full lake."""
WORKERS = 3
_PORTAL = """
import sys
from dataclasses import replace
from benchmarks.made_up_names import symbol_of
from sample_portal.portfolios import PORTFOLIOS
from sample_portal.server import SamplePortal
for number in range(int(sys.argv[1])):
    made = replace(PORTFOLIOS["QQQ"], symbol=symbol_of(number), issue=str(50_000_000 + number))
    PORTFOLIOS[made.symbol] = made
with SamplePortal() as portal:
    print(portal.url, flush=True)
    sys.stdin.read()
"""


class _Silent:
    """Nobody is told of the course of it."""

    def line(self, text: str = "") -> None:
        """Nothing."""

    def error(self, text: str) -> None:
        """A benchmark that goes wrong stops."""
        raise AssertionError(text)

    def begin(self, total: int) -> None:
        """Nothing."""

    def outcome(self, outcome: Outcome) -> None:
        """Nothing."""

    def summary(self, outcomes: list[Outcome]) -> None:
        """Nothing."""


def figures() -> Iterator[Figure]:
    """Wall-clock seconds a fund, from dispatch to the tables."""
    few, many = (_seconds_a_fund(funds) for funds in (FEW, MANY))
    for number, lake in enumerate(("an empty", "a full")):
        name = f"refresh on {lake} lake, a fund of {MANY:,} against {FEW}"
        yield Figure(name, many[number] * 1000, few[number] * 1000, GROWTH, unit="ms")


def _seconds_a_fund(funds: int) -> list[float]:
    """Of each round."""
    symbols = [symbol_of(number) for number in range(funds)]
    with (
        fixtures.started(_PORTAL, str(funds)) as url,
        tempfile.TemporaryDirectory() as folder,
        System(DataFolder(Path(folder)), url) as system,
    ):
        config = Path(folder) / "etl_config.yaml"
        config.write_text(f"max_holdings: all\netf_symbols: [{', '.join(symbols)}]\n")
        system.put_config(config)
        seconds = []
        for _ in range(ROUNDS):
            time.sleep(1.1)  # run ids are whole seconds
            started = time.monotonic()
            outcomes = refresh_once(system, [], _Silent(), WORKERS)
            seconds.append((time.monotonic() - started) / funds)
            assert {outcome.result for outcome in outcomes} == {"ok"}, outcomes
    return seconds
