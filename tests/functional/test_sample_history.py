"""The older holdings dates of sample data: stored behind the newest one, once, and never in front of it."""

import json
from collections.abc import Callable, Iterator
from dataclasses import replace
from datetime import date
from pathlib import Path
from typing import Any

import pytest

from etf_common.lake import dated_key, raw_page_key
from local.disk import DataFolder
from local.jobs import refresh_once
from local.outcome import Outcome
from local.sample_history import SampleHistory, portal_of
from local.system import System
from sample_portal.funds import fund
from sample_portal.options import Fault, Kind, PortalOptions
from sample_portal.server import SamplePortal
from tests.functional.conftest import TODAY, get, status

DAYS = [date(2026, 11, day) for day in (16, 17, 18, 19, 20)]
DATES = {
    "QQQ": ["2026-11-13", "2026-11-16", "2026-11-17", "2026-11-18", "2026-11-19"],
    "VEA": ["2026-11-12", "2026-11-13", "2026-11-16", "2026-11-17", "2026-11-18"],
}
SYMBOLS = list(DATES)
OpenPortal = Callable[[date], SamplePortal]


class Heard:
    """What a job tells."""

    def __init__(self) -> None:
        self.lines: list[str] = []
        self.errors: list[str] = []

    def line(self, text: str = "") -> None:
        self.lines.append(text)

    def error(self, text: str) -> None:
        self.errors.append(text)

    def begin(self, total: int) -> None:
        pass

    def outcome(self, outcome: Outcome) -> None:
        pass

    def summary(self, outcomes: list[Outcome]) -> None:
        pass


@pytest.fixture
def folder(tmp_path: Path) -> DataFolder:
    return DataFolder(tmp_path / "sample")


@pytest.fixture
def refreshed(system: System) -> list[Outcome]:
    """Two funds have been refreshed, and the lake has one holdings date of each."""
    outcomes = refresh_once(system, SYMBOLS, Heard(), 2)
    assert {outcome.result for outcome in outcomes} == {"ok"}
    return outcomes


def fill(system: System, outcomes: list[Outcome], open_portal: OpenPortal = portal_of) -> Heard:
    """Store the older dates of what was refreshed; returns what was told."""
    heard = Heard()
    history = SampleHistory(system, heard, newest=lambda: TODAY, open_portal=open_portal)
    history.look_after(outcomes)
    history.finish(2)
    return heard


def objects(system: System, *prefixes: str) -> dict[str, bytes]:
    return {key: system.lake.read(key).body for prefix in prefixes for key in system.lake.keys(prefix)}


def dates(system: System, symbol: str) -> list[str]:
    keys = [key.rpartition("/")[2].removesuffix(".json") for key in system.lake.keys(f"processed/{symbol}/")]
    return sorted(key for key in keys if key != "latest")


def test_five_holdings_dates_are_there_as_the_portal_showed_them(system: System, refreshed: list[Outcome]) -> None:
    heard = fill(system, refreshed)

    assert {symbol: dates(system, symbol) for symbol in SYMBOLS} == DATES
    for symbol, as_of in DATES.items():
        for day, holdings_as_of in zip(DAYS, as_of, strict=True):
            shown = fund(symbol, day)
            stored = json.loads(system.lake.read(dated_key(symbol, holdings_as_of)).body)
            assert shown is not None
            assert [line["shares"] for line in stored["holdings"]] == [row.shares for row in shown.rows]
            assert stored["summary"]["last_price"] == float(shown.quote.last_price)
            assert stored["summary"]["as_of"] == f"{day} 16:00:00"
            assert stored["provenance"]["source"] == "sample"
    assert heard.errors == []
    assert any("5 older holdings dates stored" in line for line in heard.lines)


def test_the_captures_have_the_run_ids_and_times_of_their_days(system: System, refreshed: list[Outcome]) -> None:
    fill(system, refreshed)

    for day, as_of in zip(DAYS[:-1], DATES["QQQ"][:-1], strict=True):
        provenance = json.loads(system.lake.read(dated_key("QQQ", as_of)).body)["provenance"]
        assert provenance["raw_key"] == raw_page_key("QQQ", f"{day:%Y%m%d}T223000Z")
        assert provenance["fetched_at"] == f"{day}T22:30:00Z"


def test_nothing_that_is_served_as_the_newest_goes_back(system: System, refreshed: list[Outcome]) -> None:
    newest = objects(system, "downloads/", *(f"processed/{symbol}/latest.json" for symbol in SYMBOLS))
    attempts = {symbol: status(system, symbol)["last_attempt"] for symbol in SYMBOLS}

    fill(system, refreshed)

    assert newest.keys() >= {"downloads/QQQ.csv", "processed/VEA/latest.json"}
    assert objects(system, *newest) == newest
    assert {symbol: status(system, symbol)["last_attempt"] for symbol in SYMBOLS} == attempts
    history = json.loads(get(system, "/api/etfs/QQQ/history")["body"])
    assert [entry["holdings_as_of"] for entry in history] == DATES["QQQ"][::-1]


def test_what_is_there_is_not_stored_twice_and_what_a_stop_left_out_is_stored_later(
    system: System, refreshed: list[Outcome]
) -> None:
    fill(system, refreshed)
    before = objects(system, "raw/", "processed/")

    assert fill(system, refreshed).lines == []
    assert objects(system, "raw/", "processed/") == before

    system.lake.delete(dated_key("QQQ", "2026-11-16"))
    (line, *_) = fill(system, refreshed).lines
    assert "1 older holdings date stored" in line
    assert dates(system, "QQQ") == DATES["QQQ"]


def test_a_fund_that_was_not_refreshed_gets_no_history(system: System, refreshed: list[Outcome]) -> None:
    failed = [replace(outcome, result="failed") for outcome in refreshed]
    unknown = [replace(outcome, symbol="DGRO") for outcome in refreshed]

    heard = fill(system, [*failed, *unknown])

    assert (heard.lines, heard.errors) == ([], [])
    assert dates(system, "QQQ") == DATES["QQQ"][-1:]


def test_one_step_stores_one_date_so_that_a_server_can_work_in_between(
    system: System, refreshed: list[Outcome]
) -> None:
    history = SampleHistory(system, Heard(), newest=lambda: TODAY)
    history.look_after(refreshed)

    for number in range(1, 5):
        assert history.step(2)
        assert dates(system, "QQQ") == [*DATES["QQQ"][:number], DATES["QQQ"][-1]], "the oldest comes first"
    assert not history.step(2)


def test_a_date_that_cannot_be_stored_is_told_and_the_others_are_there(
    system: System, refreshed: list[Outcome]
) -> None:
    def open_portal(day: date) -> SamplePortal:
        faults = [Fault(Kind.RENAMED_IDS, "page", symbol="QQQ")] if day == DAYS[1] else []
        return SamplePortal(options=PortalOptions(faults=faults), today=lambda: day)

    heard = fill(system, refreshed, open_portal)

    (line,) = heard.errors
    assert line.startswith("QQQ: the sample data of 2026-11-16 is not stored: ")
    assert dates(system, "QQQ") == [*DATES["QQQ"][:1], *DATES["QQQ"][2:]]
    assert dates(system, "VEA") == DATES["VEA"]


@pytest.fixture
def live(tmp_path: Path, funds_only: Path) -> Iterator[System]:
    with SamplePortal(today=lambda: TODAY) as portal, System(DataFolder(tmp_path / "live"), portal.url) as system:
        system.put_config(funds_only)
        yield system


def test_live_data_gets_no_history_of_the_sample(live: System) -> None:
    outcomes = refresh_once(live, ["QQQ"], Heard(), 2)
    before: dict[str, Any] = objects(live, "")

    assert fill(live, outcomes).lines == []
    assert dates(live, "QQQ") == ["2026-11-19"]
    assert objects(live, "") == before
