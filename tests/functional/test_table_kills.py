"""A build of the tables that is ended anywhere, and builds that meet: no table is half old, and nothing is lost."""

import itertools
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from datetime import UTC, datetime
from itertools import combinations
from typing import Any

import pytest

from etf_common.lake import Lake, dated_key, latest_key, status_key
from etf_common.table_changes import changes_of
from etf_common.table_keys import NEWEST_KEY, funds_key, holdings_key, snapshots_key
from local.system import System
from tables.building import build, everything, missed
from tests.events import written_event
from tests.functional.meeting_lakes import meet
from tests.functional.mortal_lake import Killed, MortalLake
from tests.functional.tables import DAY, JSON, funds, handler, newest_of, objects, publish, rebuilt, rows

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
    stored = {key: system.lake.read(key) for key in system.lake.keys("tables/")}
    new = rebuilt(system)
    for key in list(system.lake.keys("tables/")):
        system.lake.delete(key)
    for key, item in stored.items():
        system.lake.write(key, item.body, "application/json")
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
        for key in list(system.lake.keys("tables/")):
            system.lake.delete(key)
        for key, body in standing.items():
            system.lake.write(key, body, "application/json")
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


@pytest.mark.parametrize(("standing", "turns"), [(False, 4), (True, 3)], ids=["a new date", "a date that stands"])
def test_two_builds_that_meet_at_a_date_in_any_order_lose_nothing(
    system: System, *, standing: bool, turns: int
) -> None:
    # Given two funds of one date, and a third whose tables stand or not
    symbols = dict(zip("XY", (FIRST.symbol, SECOND.symbol), strict=True))
    for made in (FIRST, SECOND, *REST[:1]):
        publish(system.lake, made, as_of=DAY)
    wanted = dated_tables(system, lambda: rebuilt(system))
    if standing:
        publish(system.lake, FIRST, as_of=DAY, name="Before")
        system.lake.delete(dated_key(SECOND.symbol, DAY))
        rebuilt(system)
        for made in (FIRST, SECOND):
            publish(system.lake, made, as_of=DAY)
    before = {key: system.lake.read(key).body for key in system.lake.keys("tables/")} if standing else {}
    keys = [holdings_key(DAY), funds_key(DAY), snapshots_key(DAY)][: turns - 1]

    # When their builds read and write in any order
    for order in orders(turns):
        for key in list(system.lake.keys("tables/")):
            system.lake.delete(key)
        for key, body in before.items():
            system.lake.write(key, body, JSON)
        meet(system, order, keys, lambda lake, who: build(lake, changes_of([dated_key(symbols[who], DAY)]), NOW))
        missing = missed(system.lake).dated
        if missing:
            assert missing == {DAY: frozenset([REST[0].symbol])}, order
            build(system.lake, changes_of([dated_key(REST[0].symbol, DAY)]), NOW)

        # Then both are in each table
        assert dated_tables(system, lambda: None) == wanted, order


def orders(turns: int) -> list[str]:
    """All orders in which two processes can take so many turns each."""
    places = range(2 * turns)
    return ["".join("X" if place in of_x else "Y" for place in places) for of_x in combinations(places, turns)]


def dated_tables(system: System, make: Callable[[], object]) -> dict[str, bytes]:
    """The tables of the date, once they are made."""
    make()
    return {key: system.lake.read(key).body for key in (holdings_key(DAY), funds_key(DAY), snapshots_key(DAY))}


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
