"""A build of the tables that is ended anywhere, and builds that meet: no table is half old, and nothing is lost."""

import itertools
from concurrent.futures import ThreadPoolExecutor
from datetime import UTC, datetime
from typing import Any

import pytest

from etf_common.lake import Lake, dated_key, latest_key, status_key
from etf_common.table_changes import changes_of
from etf_common.table_keys import NEWEST_KEY, holdings_key
from local.system import System
from tables.building import build, everything, missed
from tests.events import written_event
from tests.functional.mortal_lake import Killed, MortalLake
from tests.functional.tables import DAY, funds, handler, newest_of, objects, publish, put_back, rebuilt, rows

NOW = datetime(2026, 11, 24, 23, 0, tzinfo=UTC)
FIRST, SECOND, *REST = funds()


def two_versions(system: System) -> tuple[dict[str, bytes], dict[str, bytes]]:
    """The tables of a lake as they stand, and as they will be once its changes, which are written here, are in them."""
    lake, tell = system.lake, handler(system)
    for made in (FIRST, SECOND):
        publish(lake, made, as_of=DAY)
    tell({"rebuild": "all"})
    old = objects(lake)
    publish(lake, FIRST, as_of=DAY, name="First Again")
    publish(lake, SECOND, as_of=DAY, name="Second Again")
    for made in REST[:2]:
        publish(lake, made, as_of=DAY)
    return old, rebuilt_elsewhere(system, old)


def rebuilt_elsewhere(system: System, old: dict[str, bytes]) -> dict[str, bytes]:
    """What the lake's changes make of the tables; they stand as before afterwards."""
    standing = {key: system.lake.read(key).body for key in system.lake.keys("tables/")}
    new = rebuilt(system)
    put_back(system, standing)
    assert objects(system.lake) == old != new
    return new


def assert_whole(found: dict[str, bytes], old: dict[str, bytes], new: dict[str, bytes]) -> None:
    """Each table is the old one or the new one, and the newest state is whole: all of it old, or all of it new."""
    assert old.keys() - {key for key in old if key.startswith("tables/newest/")} <= found.keys()
    assert [key for key, body in found.items() if body not in {old.get(key), new.get(key)}] == []
    newest = {key: body for key, body in found.items() if key.startswith("tables/newest")}
    assert newest in [
        {key: body for key, body in version.items() if key.startswith("tables/newest")} for version in (old, new)
    ]


def test_a_build_ended_between_any_two_writes_leaves_whole_tables_and_the_next_mends_all(system: System) -> None:
    old, new = two_versions(system)
    standing = {key: system.lake.read(key).body for key in system.lake.keys("tables/")}
    seen = set()
    for writes in itertools.count():
        # When a build ends before its next write
        changes = missed(system.lake)
        try:
            build(MortalLake(system, writes), changes, NOW)
            break
        except Killed:
            found = objects(system.lake)
            assert_whole(found, old, new)
            seen.add(found[NEWEST_KEY] == new[NEWEST_KEY])

        # Then what is missing is seen, and one more build mends it
        build(system.lake, missed(system.lake), NOW)
        assert objects(system.lake) == new
        put_back(system, standing)
    assert seen == {False, True}
    assert objects(system.lake) == new


def test_builds_that_meet_lose_nothing_of_each_other(system: System) -> None:
    made = funds()
    for each in made:
        publish(system.lake, each, as_of=DAY)
    lakes = [Lake.from_environment(system.environ) for _ in made]

    def add(lake: Lake, symbol: str) -> bool:
        return bool(build(lake, changes_of([dated_key(symbol, DAY), latest_key(symbol), status_key(symbol)]), NOW))

    with ThreadPoolExecutor(len(made)) as pool:
        assert all(pool.map(add, lakes, [each.symbol for each in made]))

    assert [symbol for symbol, _ in rows(system.lake, DAY)] == [each.symbol for each in made]
    assert not missed(system.lake)
    assert objects(system.lake) == rebuilt(system)


def test_a_snapshot_written_while_a_build_reads_is_never_lost_to_an_older_one(
    system: System, monkeypatch: pytest.MonkeyPatch
) -> None:
    # Given a build that has read a snapshot, and another that is faster with a newer one
    lake = system.lake
    publish(lake, FIRST, as_of=DAY)
    replace = Lake.replace
    faster = iter([True])

    def late(self: Lake, key: str, *arguments: Any, **named: Any) -> None:
        if key == holdings_key(DAY) and next(faster, False):
            publish(lake, FIRST, as_of=DAY, name="Newer")
            build(lake, changes_of([dated_key(FIRST.symbol, DAY)]), NOW)
        replace(self, key, *arguments, **named)

    monkeypatch.setattr(Lake, "replace", late)
    build(lake, changes_of([dated_key(FIRST.symbol, DAY)]), NOW)

    assert rows(lake, DAY) == [(FIRST.symbol, "Newer")]
    assert not missed(lake).dated


def test_a_rebuild_keeps_what_came_while_it_ran(system: System) -> None:
    # Given a rebuild that has listed the lake, and a fund that is published and built before it goes on
    lake = system.lake
    publish(lake, FIRST, as_of=DAY)
    changes = everything(lake)
    tell = handler(system)
    tell(written_event(publish(lake, SECOND, as_of=DAY)))

    build(lake, changes, NOW, anew=True)

    assert {symbol for symbol, _ in rows(lake, DAY)} == {FIRST.symbol, SECOND.symbol}
    assert newest_of(lake).funds.keys() == {FIRST.symbol, SECOND.symbol}
