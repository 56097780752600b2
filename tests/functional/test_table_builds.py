"""Builds of the tables: whatever comes late, twice or broken."""

import itertools
import json
from collections.abc import Callable
from datetime import UTC, datetime
from random import Random
from typing import Any

import pytest
from botocore.exceptions import ClientError

from etf_common.errors import MalformedEventError, UsageError
from etf_common.lake import Lake, dated_key, latest_key, status_key
from etf_common.table_changes import Changes
from etf_common.table_keys import NEWEST_KEY, funds_key, holdings_key, snapshots_key
from local import repair
from local.system import System
from tables.building import missed
from tables.work import IncompleteTablesError
from tests.events import notification, tables_event, written_event
from tests.functional.tables import DAY, Build, funds, handler, newest_of, objects, publish, rebuilt, rows

NOW = datetime(2026, 11, 24, 23, 0, tzinfo=UTC)
FIRST, SECOND, *REST = funds()


@pytest.fixture
def lake(system: System) -> Lake:
    return system.lake


@pytest.fixture
def tell(system: System) -> Build:
    """Hand an event to the tables function."""
    return handler(system)


def failed(answer: dict[str, Any]) -> list[str]:
    return [failure["itemIdentifier"] for failure in answer["batchItemFailures"]]


# ---- what events do


def test_written_objects_are_in_the_tables_after_their_messages(lake: Lake, tell: Build) -> None:
    keys = publish(lake, FIRST)

    assert tell(written_event(keys)) == {"batchItemFailures": []}

    assert rows(lake, FIRST.holdings_as_of) == [(FIRST.symbol, FIRST.snapshot()["name"])]
    lines = rows(lake, FIRST.holdings_as_of, "holdings", "line, symbol, name, weight_pct")
    given = FIRST.snapshot()["holdings"]
    assert lines == [(n, x["symbol"], x["name"], x["weight_pct"]) for n, x in enumerate(given, 1)]
    newest = newest_of(lake)
    assert newest.funds[FIRST.symbol]["etag"] == lake.head(latest_key(FIRST.symbol)).etag
    assert newest.status_etags == {FIRST.symbol: lake.head(status_key(FIRST.symbol)).etag}
    assert newest.statuses == {FIRST.symbol: json.loads(FIRST.status)}
    assert not missed(lake)


def test_messages_that_say_nothing_of_the_tables_write_nothing(lake: Lake, tell: Build) -> None:
    publish(lake, FIRST)
    for_trial = {"Service": "Amazon S3", "Event": "s3:TestEvent", "Bucket": "etf-lake"}
    others = notification("raw/VTI/20261120T223000Z.html", "processed/VTI/notes.txt", "processed/../x.json", "status/")

    assert tell(tables_event(for_trial, others, {"redrive": []})) == {"batchItemFailures": []}

    assert list(lake.keys("tables/")) == []


def test_a_message_that_comes_twice_changes_nothing(lake: Lake, tell: Build) -> None:
    keys = publish(lake, FIRST)
    tell(written_event(keys))
    before = {key: lake.head(key).answered_at and etag for key, etag in lake.entries("tables/")}

    tell(written_event(keys + keys))

    assert {key: lake.head(key).answered_at and etag for key, etag in lake.entries("tables/")} == before
    assert newest_of(lake).tables_as_of


@pytest.mark.parametrize("order", range(3))
def test_in_whatever_order_events_come_the_tables_have_the_same_bytes(system: System, tell: Build, order: int) -> None:
    # Given funds of several holdings dates, some with a second version, told one by one, in any order and partly twice
    keys = [key for made in funds() for key in publish(system.lake, made)]
    keys += [key for made in REST[:2] for key in publish(system.lake, made, as_of=DAY)]
    chance = Random(order)
    told = keys + chance.sample(keys, 5)
    chance.shuffle(told)
    for start in range(0, len(told), 4):
        assert tell(written_event(told[start : start + 4])) == {"batchItemFailures": []}

    # Then they are what a build of everything makes
    found = objects(system.lake)
    assert found == rebuilt(system)
    assert len([key for key in found if key.startswith("tables/funds/")]) > 1


def test_what_is_gone_from_the_lake_leaves_the_tables(lake: Lake, tell: Build) -> None:
    for made in (FIRST, SECOND):
        tell(written_event(publish(lake, made, as_of=DAY)))
    gone = [dated_key(FIRST.symbol, DAY), latest_key(FIRST.symbol), status_key(FIRST.symbol)]
    for key in gone:
        lake.delete(key)

    assert missed(lake) == Changes({DAY: frozenset({FIRST.symbol})}, frozenset({FIRST.symbol}))
    assert tell(tables_event({"redrive": [FIRST.symbol.lower()]})) == {"batchItemFailures": []}

    assert [symbol for symbol, _ in rows(lake, DAY)] == [SECOND.symbol]
    assert list(newest_of(lake).funds) == list(newest_of(lake).statuses) == [SECOND.symbol]
    assert not missed(lake)


def test_a_rebuild_of_some_symbols_leaves_the_others_as_they_are(lake: Lake, tell: Build) -> None:
    for made in (FIRST, SECOND):
        publish(lake, made, as_of=DAY)
    assert tell({"rebuild": "all"}) == {"dates": [DAY], "funds": 2}
    publish(lake, FIRST, as_of=DAY, name="First Again")
    publish(lake, SECOND, as_of=DAY, name="Second Again")

    assert tell({"rebuild": [FIRST.symbol]}) == {"dates": [DAY], "funds": 2}

    assert dict(rows(lake, DAY)) == {FIRST.symbol: "First Again", SECOND.symbol: SECOND.snapshot()["name"]}
    assert missed(lake).symbols == {SECOND.symbol}


def test_a_rebuild_of_a_symbol_makes_its_record_again_although_its_snapshot_is_the_same(
    lake: Lake, tell: Build
) -> None:
    # Given a newest state that says something false of two funds
    for made in (FIRST, SECOND):
        tell(written_event(publish(lake, made, as_of=DAY)))
    standing = lake.read(NEWEST_KEY)
    spoilt = json.loads(standing.body)
    for record in spoilt["funds"].values():
        record["row"]["name"] = "False"
    lake.replace(NEWEST_KEY, json.dumps(spoilt).encode(), "application/json", {}, known=standing)

    # When one of them is rebuilt, then that one is right again, in the tables of its date too
    tell({"rebuild": [FIRST.symbol]})

    names = {symbol: record["row"]["name"] for symbol, record in newest_of(lake).funds.items()}
    assert names == {FIRST.symbol: FIRST.snapshot()["name"], SECOND.symbol: "False"}
    assert dict(rows(lake, DAY))[FIRST.symbol] == FIRST.snapshot()["name"]


def test_a_rebuild_of_the_newest_state_leaves_the_holdings_dates_as_they_are(lake: Lake, tell: Build) -> None:
    for made in (FIRST, SECOND):
        publish(lake, made, as_of=DAY)
    tell({"rebuild": "all"})
    dated = {key: lake.head(key).answered_at and etag for key, etag in lake.entries("tables/") if "as_of=" in key}
    publish(lake, FIRST, as_of=DAY, name="First Again")

    assert tell({"rebuild": "newest"}) == {"dates": [], "funds": 2}

    assert newest_of(lake).funds[FIRST.symbol]["row"]["name"] == "First Again"
    assert {key: etag for key, etag in lake.entries("tables/") if "as_of=" in key} == dated
    assert missed(lake) == Changes({DAY: frozenset({FIRST.symbol})})


def test_a_build_of_a_date_takes_no_row_that_other_code_made(lake: Lake, tell: Build) -> None:
    # Given the tables of another release, in whose newest state the fund has another name
    keys = publish(lake, FIRST, as_of=DAY)
    tell(written_event(keys))
    standing = lake.read(NEWEST_KEY)
    other = json.loads(standing.body)
    other["made_with"] = "another"
    other["funds"][FIRST.symbol]["row"]["name"] = "As read before"
    lake.replace(NEWEST_KEY, json.dumps(other).encode(), "application/json", {}, known=standing)

    # When a message tells of the date alone
    tell(written_event([dated_key(FIRST.symbol, DAY)]))

    assert rows(lake, DAY) == [(FIRST.symbol, FIRST.snapshot()["name"])]


@pytest.mark.parametrize(
    "event",
    [{}, {"rebuild": "VTI"}, {"rebuild": []}, {"rebuild": [1]}, {"rebuild": "all", "x": 1}, {"redrive": ["VTI"]}, []],
)
def test_an_event_that_is_not_understood_says_what_to_give(tell: Build, event: Any) -> None:
    with pytest.raises(UsageError, match=r'give \{"rebuild": "all"\}, .* or \{"rebuild": \["VTI", "VOO"\]\}'):
        tell(event)


def test_records_that_are_not_of_a_queue_are_refused(tell: Build) -> None:
    with pytest.raises(MalformedEventError, match="not an event of SQS"):
        tell(notification("processed/VTI/latest.json"))


# ---- what is broken keeps nothing else waiting


POISON = [
    "not JSON",
    '"a text"',
    "[1]",
    "{}",
    '{"redrive": "VTI"}',
    '{"redrive": ["../x"]}',
    '{"Records": [{}]}',
    '{"Records": 5}',
    "[" * 100_000,
]


def test_messages_that_cannot_be_read_come_again_alone(lake: Lake, tell: Build) -> None:
    good = [notification(key) for key in publish(lake, FIRST)]

    answer = tell(tables_event(*POISON, *good))

    assert failed(answer) == [str(number) for number in range(1, len(POISON) + 1)]
    assert not missed(lake)


BROKEN: dict[str, Callable[[dict[str, Any]], Any]] = {
    "not JSON": lambda snapshot: b"{",
    "no object": lambda snapshot: [snapshot],
    "of another fund": lambda snapshot: {**snapshot, "symbol": "ELSE"},
    "without lines": lambda snapshot: {**snapshot, "holdings": None},
    "a line that is a text": lambda snapshot: {**snapshot, "holdings": ["VTI"]},
    "a number that is a text": lambda snapshot: {
        **snapshot,
        "holdings": [{**snapshot["holdings"][0], "shares": "many"}],
    },
    "a number that JSON does not have": lambda snapshot: (
        json.dumps(snapshot).replace(": 1.", ': NaN, "x": 1.').encode()
    ),
    "a number beyond all": lambda snapshot: {**snapshot, "summary": {**snapshot["summary"], "volume": 10**40}},
    "half a character": lambda snapshot: {**snapshot, "name": "\ud800"},
    "another encoding": lambda snapshot: json.dumps(snapshot).encode("utf-16"),
    "nested without end": lambda snapshot: b"[" * 200_000,
}


@pytest.mark.parametrize("kind", BROKEN)
def test_a_broken_snapshot_is_left_out_by_name_and_the_others_are_built(
    lake: Lake, tell: Build, caplog: pytest.LogCaptureFixture, kind: str
) -> None:
    # Given a fund in the tables whose snapshots are replaced by something broken
    tell(written_event(publish(lake, FIRST, as_of=DAY)))
    good = {**FIRST.snapshot(), "holdings_as_of": DAY}
    made = BROKEN[kind](good)
    body = made if isinstance(made, bytes) else json.dumps(made).encode()
    for key in (dated_key(FIRST.symbol, DAY), latest_key(FIRST.symbol)):
        lake.write(key, body, "application/json", FIRST.metadata)

    # When it comes with another fund's
    broken = [notification(dated_key(FIRST.symbol, DAY)), notification(latest_key(FIRST.symbol))]
    answer = tell(tables_event(*broken, *map(notification, publish(lake, SECOND, as_of=DAY))))

    # Then its messages come again, alone; it stays as it was, and the other fund is there
    assert failed(answer) == ["1", "2"]
    assert dict(rows(lake, DAY)) == {FIRST.symbol: good["name"], SECOND.symbol: SECOND.snapshot()["name"]}
    assert newest_of(lake).funds.keys() == {FIRST.symbol, SECOND.symbol}
    assert missed(lake).symbols == {FIRST.symbol}
    assert [record for record in caplog.records if "cannot be read" in str(vars(record).get("why"))]

    # And a rebuild names it
    with pytest.raises(IncompleteTablesError, match=rf"processed/{FIRST.symbol}/.*replay {FIRST.symbol}"):
        tell({"rebuild": "all"})
    assert SECOND.symbol in dict(rows(lake, DAY))


def test_a_damaged_snapshot_is_left_out_and_in_the_tables_once_it_is_whole(
    system: System, lake: Lake, tell: Build
) -> None:
    keys = publish(lake, FIRST, as_of=DAY)
    path = system.folder.root / dated_key(FIRST.symbol, DAY)
    body = path.read_bytes()
    path.write_bytes(body.replace(b"1", b"2", 1))

    assert failed(tell(written_event(keys))) == ["1"]
    assert rows(lake, DAY) == []
    path.write_bytes(body)
    assert tell(tables_event({"redrive": [FIRST.symbol]})) == {"batchItemFailures": []}
    assert dict(rows(lake, DAY)).keys() == {FIRST.symbol}


@pytest.mark.parametrize(
    ("fault", "key"),
    [
        *itertools.product(["damaged", "gone"], [holdings_key(DAY), funds_key(DAY), snapshots_key(DAY), NEWEST_KEY]),
        *itertools.product(["written by another release"], [snapshots_key(DAY), NEWEST_KEY]),
    ],
)
def test_a_table_that_is_broken_is_built_anew_with_all_its_funds(
    system: System, lake: Lake, tell: Build, key: str, fault: str
) -> None:
    for made in (FIRST, SECOND):
        tell(written_event(publish(lake, made, as_of=DAY)))
    before = objects(lake)
    if fault == "damaged":
        (system.folder.root / key).write_bytes(b"x")
        assert [damage.key for damage in repair.mend(system)] == [key]
    elif fault == "gone":
        lake.delete(key)
    else:
        lake.write(key, b'{"schema_version": 99}', "application/json")

    # Then the next message mends it, with the fund of which nothing was told too
    tell(tables_event({"redrive": [made.symbol for made in funds()]}))
    assert objects(lake) == before
    assert not missed(lake)


def test_an_object_of_the_newest_state_that_is_gone_is_built_anew(lake: Lake, tell: Build) -> None:
    tell(written_event([key for made in (FIRST, SECOND) for key in publish(lake, made)]))
    before = objects(lake)
    for key in newest_of(lake).keys:
        lake.delete(key)
        assert missed(lake).symbols == {FIRST.symbol, SECOND.symbol}, key
        tell(tables_event({"redrive": [FIRST.symbol, SECOND.symbol]}))
        assert objects(lake) == before, key


def test_where_the_storage_fails_the_whole_batch_comes_again(
    lake: Lake, tell: Build, monkeypatch: pytest.MonkeyPatch
) -> None:
    keys = publish(lake, FIRST)

    def refuse(*_: Any, **__: Any) -> None:
        raise ClientError({"Error": {"Code": "SlowDown", "Message": "reduce your request rate"}}, "PutObject")

    monkeypatch.setattr(Lake, "replace", refuse)
    with pytest.raises(ClientError, match="SlowDown"):
        tell(written_event(keys))


ENOUGH = (200.0, 200.0)
"""Seconds left at the looks before the history of one fund."""


class Context:
    """Lambda's, with so many seconds left at every look."""

    def __init__(self, *seconds: float) -> None:
        self._seconds = iter(seconds)

    def get_remaining_time_in_millis(self) -> float:
        return 1000 * next(self._seconds)


def test_without_time_left_the_newest_state_and_the_newest_dates_come_first(lake: Lake, tell: Build) -> None:
    keys = publish(lake, FIRST, as_of=DAY) + publish(lake, FIRST, as_of="2026-11-17", latest=False)

    answer = tell(written_event(keys), Context(*ENOUGH, 200.0, 10.0))

    assert failed(answer) == ["4"]  # the older date
    assert FIRST.symbol in newest_of(lake).funds
    assert dict(rows(lake, DAY)).keys() == {FIRST.symbol}
    assert tell(written_event(keys)) == {"batchItemFailures": []}
    assert not missed(lake)


def test_a_rebuild_that_runs_out_of_time_goes_on_where_it_stopped(lake: Lake, tell: Build) -> None:
    days = ["2026-11-16", "2026-11-17", DAY]
    for day in days:
        publish(lake, FIRST, as_of=day)

    built = []
    for _ in days:
        with pytest.raises(IncompleteTablesError, match="no time was left"):
            tell({"rebuild": "all"}, Context(*ENOUGH, 200.0, 10.0, 10.0))
        built.append(set(lake.keys("tables/snapshots/")))
    assert [len(keys) for keys in built] == [1, 2, 3]
    assert not missed(lake)
