"""Funds that are refreshed as references of factors only: fetched behind the others, served, and not listed."""

import json
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from etf_common.lake import CONFIG_KEY
from local.disk import DataFolder
from local.jobs import refresh_once
from local.lake_tables import LakeTables
from local.outcome import Outcome
from local.sample_history import SampleHistory
from local.system import System
from tests.events import RUN
from tests.functional.alerts import fail
from tests.functional.conftest import TODAY, get
from tests.functional.test_sample_history import Heard
from transform.lake_view import LakeView

CONFIG = "etf_symbols: [GLD, VTV]\nfactors: {market: SCHD, value: VTV, momentum: MTUM}\nalerts: {symbols: all}\n"


@pytest.fixture
def folder(tmp_path: Path) -> DataFolder:
    return DataFolder(tmp_path / "sample")


@pytest.fixture
def system(system: System) -> System:
    system.lake.write(CONFIG_KEY, CONFIG.encode(), "application/yaml", {"source": "sample"})
    return system


class Order(Heard):
    """What was told of a refresh: how many symbols it is about, and in which order they ended."""

    def __init__(self) -> None:
        super().__init__()
        self.total = 0
        self.ended: list[str] = []

    def begin(self, total: int) -> None:
        self.total = total

    def outcome(self, outcome: Outcome) -> None:
        self.ended.append(outcome.symbol)


def test_a_dispatch_sends_the_references_behind_the_configured_funds(system: System) -> None:
    answer = system.dispatch({"run": RUN}, None)

    assert answer == {"run": RUN, "symbols": ["GLD", "VTV", "SCHD", "MTUM"]}


def test_references_are_fetched_last_and_answer_as_any_fund_but_are_not_listed(system: System) -> None:
    # When all that the config names is refreshed
    order = Order()
    outcomes = refresh_once(system, [], order, 2)

    # Then nobody waits for a reference who waits for a configured fund
    assert [(outcome.symbol, outcome.result) for outcome in outcomes] == [
        *(("GLD", "ok"), ("VTV", "ok"), ("SCHD", "ok"), ("MTUM", "ok")),
    ]
    assert order.total == 4
    assert set(order.ended[:2]) == {"GLD", "VTV"}
    # And a reference is served, and told of, but it is not among the funds
    assert json.loads(get(system, "/api/etfs")["body"]) == ["GLD", "VTV"]
    assert json.loads(get(system, "/api/etfs/SCHD")["body"])["symbol"] == "SCHD"
    told = json.loads(get(system, "/api/status")["body"])
    assert {symbol: (row["configured"], row["reference_for"]) for symbol, row in told.items()} == {
        "GLD": (True, None),
        "VTV": (True, "value"),
        "SCHD": (False, "market"),
        "MTUM": (False, "momentum"),
    }


def test_a_reference_gets_no_made_up_history_unless_it_is_configured(system: System) -> None:
    history = SampleHistory(system, Heard(), newest=lambda: TODAY)

    history.look_after([Outcome("SCHD", "ok"), Outcome("MTUM", "ok")])
    assert not history.step(2)

    history.look_after([Outcome("VTV", "ok"), Outcome("SCHD", "ok")])
    assert history.step(2)
    assert system.lake.folders("raw/") == ["VTV"]


def test_a_reference_that_is_not_fetched_yet_says_so(system: System) -> None:
    answer = get(system, "/api/etfs/MTUM")

    assert answer["statusCode"] == 404
    assert "configured but not yet fetched" in json.loads(answer["body"])["message"]


def test_alerts_of_all_leave_references_out(system: System) -> None:
    for symbol in ("GLD", "SCHD", "VTV"):
        fail(system.lake, symbol)
    heard = Heard()

    LakeTables(system.lake, system.folder, now=lambda: datetime(2026, 11, 24, 23, tzinfo=UTC)).build(heard)

    assert any("GLD, VTV: the refresh of" in line for line in heard.lines)
    assert not any("SCHD" in line for line in heard.lines)


def test_the_sweep_measures_references_and_keeps_their_status(system: System) -> None:
    # Given a reference without data, and a fund that nobody wants any more, a year after both failed
    for symbol in ("MTUM", "GONE"):
        fail(system.lake, symbol)
    later = datetime.now(UTC) + timedelta(days=365)

    ages = system.sweep.measure(later, LakeView.of(system.lake))
    forgotten = system.sweep.forget_unknown(later)

    assert ages == {"GLD": None, "VTV": None, "SCHD": None, "MTUM": None}
    assert forgotten == ["GONE"]
