"""The older holdings dates of sample data: stored behind the newest one, once, and never in front of it."""

import json
from collections.abc import Iterator
from datetime import date
from pathlib import Path
from typing import Any

import pytest

from etf_common.lake import dated_key, raw_page_key
from local.disk import DataFolder
from local.jobs import fill_history, refresh_once
from local.refresh import Outcome
from local.sample_history import store_older_dates
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
def heard(system: System) -> Heard:
    """The output of a refresh of two funds, which has ended well."""
    heard = Heard()
    outcomes = refresh_once(system, SYMBOLS, heard, 2)
    assert {outcome.result for outcome in outcomes} == {"ok"}
    return heard


def objects(system: System, *prefixes: str) -> dict[str, bytes]:
    return {key: system.lake.read(key).body for prefix in prefixes for key in system.lake.keys(prefix)}


def dates(system: System, symbol: str) -> list[str]:
    keys = [key.rpartition("/")[2].removesuffix(".json") for key in system.lake.keys(f"processed/{symbol}/")]
    return sorted(key for key in keys if key != "latest")


def test_five_holdings_dates_are_there_and_each_is_what_the_portal_showed(system: System, heard: Heard) -> None:
    ended = store_older_dates(system, SYMBOLS, heard, 2, TODAY)

    assert len(ended) == 8
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


def test_the_captures_have_the_run_ids_and_times_of_their_days(system: System, heard: Heard) -> None:
    store_older_dates(system, SYMBOLS, heard, 2, TODAY)

    for day, as_of in zip(DAYS[:-1], DATES["QQQ"][:-1], strict=True):
        provenance = json.loads(system.lake.read(dated_key("QQQ", as_of)).body)["provenance"]
        assert provenance["raw_key"] == raw_page_key("QQQ", f"{day:%Y%m%d}T223000Z")
        assert provenance["fetched_at"] == f"{day}T22:30:00Z"


def test_nothing_that_is_served_as_the_newest_goes_back(system: System, heard: Heard) -> None:
    newest = objects(system, "downloads/", *(f"processed/{symbol}/latest.json" for symbol in SYMBOLS))
    attempts = {symbol: status(system, symbol)["last_attempt"] for symbol in SYMBOLS}

    store_older_dates(system, SYMBOLS, heard, 2, TODAY)

    assert newest.keys() >= {"downloads/QQQ.csv", "processed/VEA/latest.json"}
    assert objects(system, *newest) == newest
    assert {symbol: status(system, symbol)["last_attempt"] for symbol in SYMBOLS} == attempts
    history = json.loads(get(system, "/api/etfs/QQQ/history")["body"])
    assert [entry["holdings_as_of"] for entry in history] == DATES["QQQ"][::-1]


def test_what_is_there_is_not_stored_twice_and_what_a_stop_left_out_is_stored_later(
    system: System, heard: Heard
) -> None:
    store_older_dates(system, SYMBOLS, heard, 2, TODAY)
    before = objects(system, "raw/", "processed/")

    assert store_older_dates(system, SYMBOLS, heard, 2, TODAY) == []
    assert objects(system, "raw/", "processed/") == before

    system.lake.delete(dated_key("QQQ", "2026-11-16"))
    (again,) = store_older_dates(system, SYMBOLS, heard, 2, TODAY)
    assert (again.symbol, again.holdings_as_of) == ("QQQ", "2026-11-16")
    assert dates(system, "QQQ") == DATES["QQQ"]


def test_what_the_sample_portal_does_not_have_is_passed_over(system: System, heard: Heard) -> None:
    assert store_older_dates(system, ["SCHD"], heard, 2, TODAY) == []


def test_a_date_that_cannot_be_stored_is_one_line_and_the_others_are_stored(system: System, heard: Heard) -> None:
    def open_portal(day: date) -> SamplePortal:
        faults = [Fault(Kind.RENAMED_IDS, "page", symbol="QQQ")] if day == DAYS[1] else []
        return SamplePortal(options=PortalOptions(faults=faults), today=lambda: day)

    store_older_dates(system, SYMBOLS, heard, 2, TODAY, open_portal=open_portal)

    (line,) = heard.errors
    assert line.startswith("QQQ: the sample data of 2026-11-16 is not stored: ")
    assert dates(system, "QQQ") == [*DATES["QQQ"][:1], *DATES["QQQ"][2:]]
    assert dates(system, "VEA") == DATES["VEA"]


@pytest.fixture
def live(tmp_path: Path, root: Path) -> Iterator[System]:
    with SamplePortal(today=lambda: TODAY) as portal, System(DataFolder(tmp_path / "live"), portal.url) as system:
        system.put_config(root / "etl_config.yaml")
        yield system


def test_live_data_gets_no_history_of_the_sample(live: System) -> None:
    outcomes = refresh_once(live, ["QQQ"], Heard(), 2)
    before: dict[str, Any] = objects(live, "")

    fill_history(live, outcomes, Heard(), 2)

    assert dates(live, "QQQ") == ["2026-11-19"]
    assert objects(live, "") == before
