"""The history, the changes of all funds and the feeds, from what a build of the tables writes of the sample story."""

import json
from datetime import date
from itertools import pairwise
from pathlib import Path
from typing import Any

import jsonschema
import pytest

from contract.document import TARGET
from etf_common.lake import dated_key
from etf_common.table_keys import changes_key
from local.disk import DataFolder
from local.jobs import refresh_once
from local.system import System
from tests.functional.conftest import TODAY
from tests.functional.tables import handler
from tests.functional.test_api import ask, body
from tests.functional.test_sample_history import DATES, Heard, fill
from tests.unit.atom_rules import checked, titles


@pytest.fixture
def folder(tmp_path: Path) -> DataFolder:
    """Only sample data has older dates to fill in."""
    return DataFolder(tmp_path / "sample")


@pytest.fixture
def told(system: System) -> System:
    """Two sample funds with five holdings dates each, and their tables."""
    fill(system, refresh_once(system, list(DATES), Heard(), 2))
    handler(system)({"rebuild": "all"})
    return system


def answer(system: System, url: str) -> Any:
    found = ask(system, url)
    assert found["statusCode"] == 200, found["body"]
    return json.loads(body(found))


def test_every_answer_about_dates_is_that_of_the_stored_lists_and_keeps_to_the_contract(told: System) -> None:
    contract = json.loads(Path(TARGET).read_text("utf-8"))

    # The history has every date with its figures, those of the analytics of that date
    for symbol, days in DATES.items():
        history = answer(told, f"/api/etfs/{symbol}/history")
        schema = {"type": "array", "items": {"$ref": "#/components/schemas/HistoryEntry"}}
        jsonschema.validate(history, {**schema, "components": contract["components"]})
        assert [row["holdings_as_of"] for row in history] == days[::-1]
        for row in history:
            analytics = answer(told, f"/api/etfs/{symbol}/analytics?as_of={row['holdings_as_of']}")
            assert row["hhi_points"] == analytics["concentration"]["hhi_points"]
            assert row["top_10_pct"] == analytics["concentration"]["top_pct"]["10"]
            sectors = {group["sector"]: group["weight_pct"] for group in analytics["sectors"]["weights"]}
            assert {group["sector"]: group["weight_pct"] for group in row["sectors"]} == sectors
        assert history[-1]["reasons"]["added_count"] == "no_earlier_date"

        # ... and the counts of /changes between each date and the one before
        for newer, older in pairwise(history):
            between = f"from={older['holdings_as_of']}&to={newer['holdings_as_of']}"
            changes = answer(told, f"/api/etfs/{symbol}/changes?{between}")
            assert newer["added_count"] == len(changes["added"])
            assert newer["removed_count"] == len(changes["removed"])

    # The changes of all funds are these pairs, newest first
    found = answer(told, "/api/changes?since=2026-11-01")
    schema = {"$ref": "#/components/schemas/RecentChanges", "components": contract["components"]}
    jsonschema.validate(found, schema)
    pairs = [(row["to"], row["symbol"]) for row in found["changes"]]
    assert sorted(pairs) == sorted((day, symbol) for symbol, days in DATES.items() for day in days[1:])
    assert pairs == sorted(pairs, key=lambda pair: (-date.fromisoformat(pair[0]).toordinal(), pair[1]))

    # ... and the feeds have an entry for each, marked as made up
    feed = checked(body(ask(told, "/api/changes.atom")))
    assert titles(feed) == [f"SAMPLE DATA: {row['title']}" for row in found["changes"]]
    of_fund = checked(body(ask(told, "/api/etfs/qqq/changes.atom")))
    assert titles(of_fund) == [title for title in titles(feed) if ": QQQ on" in title]


def test_since_lists_no_older_keys_on_disk_either(told: System) -> None:
    newest = max(day for days in DATES.values() for day in days)
    assert list(told.lake.entries("tables/changes/as_of=", after=f"tables/changes/as_of={newest}")) == [
        entry for entry in told.lake.entries("tables/changes/as_of=") if f"={newest}/" in entry[0]
    ]
    assert answer(told, f"/api/changes?since={newest}")["dates"] == [newest]
    assert newest <= TODAY.isoformat()


def test_a_deleted_date_leaves_no_stale_count_before_the_next_build_and_none_after_it(told: System) -> None:
    days = DATES["QQQ"]
    told.lake.delete(dated_key("QQQ", days[2]))

    before = answer(told, "/api/etfs/QQQ/history")
    assert [row["holdings_as_of"] for row in before] == [days[4], days[3], days[1], days[0]]
    assert before[1]["reasons"]["added_count"] == "not_built_yet"

    handler(told)({"rebuild": "all"})
    after = answer(told, "/api/etfs/QQQ/history")
    assert after[1]["added_count"] is not None
    assert not any("QQQ" in row["symbol"] and row["to"] == days[2] for row in answer(told, "/api/changes")["changes"])
    assert told.lake.read_if_there(changes_key(days[3])) is not None
