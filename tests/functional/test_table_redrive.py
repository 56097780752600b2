"""What the tables have missed: found by the sweep from one listing, and built after all."""

import json
from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from typing import Any

import boto3
import pytest

import transform.sweep
from etf_common.lake import Lake, StoredObject, dated_key, latest_key, status_key
from etf_common.metrics import Metrics
from etf_common.table_changes import Changes, Stored, changes_of
from etf_common.table_keys import NEWEST_KEY
from local.queues import make_queue
from local.system import System
from tables.building import build, missed
from tests.events import RUN, sqs_event, tables_event, written_event
from tests.functional.tables import DAY, Build, funds, handler, newest_of, objects, publish, rebuilt, rows
from transform.lake_view import LakeView
from transform.sweep import Sweep

FIRST, SECOND, *REST = funds()
NOW = datetime(2026, 11, 24, 23, 0, tzinfo=UTC)


@pytest.fixture
def lake(system: System) -> Lake:
    return system.lake


@pytest.fixture
def tell(system: System) -> Build:
    """Hand an event to the tables function."""
    return handler(system)


@pytest.fixture
def queue_url(system: System) -> str:
    return make_queue(system.sqs, "tables").url


def swept(system: System, queue_url: str, now: datetime | None = None) -> list[Any]:
    """One sweep, when what was written just now is no longer on its way; returns the bodies in the tables queue."""
    later = now or datetime.now(UTC) + timedelta(minutes=30)
    transform.sweep.create({**system.environ, "TABLES_QUEUE_URL": queue_url}, now=lambda: later)({}, None)
    found: Any = system.sqs.receive_message(QueueUrl=queue_url, MaxNumberOfMessages=10).get("Messages", [])
    for message in found:
        system.sqs.delete_message(QueueUrl=queue_url, ReceiptHandle=message["ReceiptHandle"])
    return [json.loads(message["Body"]) for message in found]


def test_lost_events_are_redriven_by_the_sweep_once(system: System, tell: Build, queue_url: str) -> None:
    # Given tables that have heard of one fund, and missed a second version, an older date and two other funds
    lake = system.lake
    tell(written_event(publish(lake, FIRST)))
    publish(lake, SECOND, as_of=DAY)
    publish(lake, SECOND, as_of="2026-11-17", latest=False)
    publish(lake, REST[0])

    # When the sweep comes, then it sends what was missed, and nothing once that is built
    (message,) = swept(system, queue_url)
    assert message == {"redrive": sorted([SECOND.symbol, REST[0].symbol])}
    assert tell(tables_event(message)) == {"batchItemFailures": []}
    assert not missed(lake)
    assert swept(system, queue_url) == []
    assert objects(lake) == rebuilt(system)


def test_what_was_written_just_now_is_still_on_its_way(system: System, queue_url: str) -> None:
    publish(system.lake, FIRST)
    assert swept(system, queue_url, datetime.now(UTC)) == []
    assert swept(system, queue_url) == [{"redrive": [FIRST.symbol]}]


def test_an_event_of_an_old_date_that_is_lost_is_found_behind_newer_builds_of_that_date(
    system: System, tell: Build, queue_url: str
) -> None:
    tell(written_event(publish(system.lake, FIRST, as_of=DAY)))
    publish(system.lake, FIRST, as_of=DAY, name="Replayed", latest=False)
    tell(written_event(publish(system.lake, SECOND, as_of=DAY)))

    (message,) = swept(system, queue_url)
    tell(tables_event(message))

    assert message == {"redrive": [FIRST.symbol]}
    assert dict(rows(system.lake, DAY))[FIRST.symbol] == "Replayed"


def test_thousands_of_symbols_are_redriven_in_messages_that_the_queue_takes(
    system: System, queue_url: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    symbols = [f"F{number:04}" for number in range(4500)]
    newest = frozenset(symbols)
    monkeypatch.setattr("transform.lake_view.behind", lambda *_: Changes({}, newest))

    messages = swept(system, queue_url)

    assert [symbol for message in messages for symbol in message["redrive"]] == symbols
    assert max(len(json.dumps(message)) for message in messages) < 256 * 1024 / 10


def test_a_symbol_that_the_sweep_forgets_leaves_the_tables(system: System, tell: Build, queue_url: str) -> None:
    status = FIRST.status.replace(FIRST.symbol.encode(), b"TYPO")
    system.lake.write(status_key("TYPO"), status, "application/json")
    tell(written_event([status_key("TYPO")]))
    assert newest_of(system.lake).statuses.keys() == {"TYPO"}

    (message,) = swept(system, queue_url, datetime.now(UTC) + timedelta(days=15))
    tell(tables_event(message))

    assert message == {"redrive": ["TYPO"]}
    assert newest_of(system.lake).statuses == {}


def test_a_listing_of_one_moment_and_tables_of_another_are_compared_by_etag(lake: Lake) -> None:
    keys = publish(lake, FIRST, as_of=DAY)
    stored = Stored.of(lake.listed(""))
    assert stored.changes == changes_of(keys) == missed(lake)
    build(lake, changes_of([dated_key(FIRST.symbol, DAY)]), NOW)
    assert missed(lake) == Changes(newest=frozenset({FIRST.symbol}))


class CountingLake(Lake):
    """A lake that remembers which keys were read or looked at, one by one."""

    asked: list[str]

    def read(self, key: str, **conditions: Any) -> StoredObject:
        self.asked.append(key)
        return super().read(key, **conditions)

    def head(self, key: str) -> StoredObject:
        self.asked.append(key)
        return super().head(key)


def test_the_sweep_reads_no_symbol_that_the_tables_know(
    system: System, tell: Build, refresh: Callable[[str], Any]
) -> None:
    # Given two funds in the tables, and one that they have missed
    refresh("QQQ")
    refresh("GLD")
    tell({"rebuild": "all"})
    refresh("BND")
    lake = CountingLake(boto3.client("s3", endpoint_url=system.aws.url), system.lake.bucket)
    lake.asked = []
    sweep = Sweep(lake, Metrics({}))

    # When the sweep looks through the lake
    view = LakeView.of(lake)
    ages = sweep.measure(datetime.now(UTC), view)
    assert sweep.pending(datetime.now(UTC), view) == []
    assert sweep.forget_unknown(datetime.now(UTC) + timedelta(days=20), view) == []

    # Then it reads what there is for all of them, and of the symbols the third only
    days = [key for key in lake.asked if key.startswith("tables/snapshots/")]
    assert 0 < len(days) < 3
    for_all = ["config/etl_config.yaml", "config/etl_config.yaml", NEWEST_KEY, *days]
    assert sorted(lake.asked) == sorted([*for_all, latest_key("BND"), status_key("BND")])
    assert {symbol for symbol, age in ages.items() if age is not None} == {"QQQ", "GLD", "BND"}


def test_a_capture_that_was_settled_since_the_sweep_looked_is_not_transformed_twice(
    system: System, tell: Build, refresh: Callable[..., Any]
) -> None:
    # Given a sweep that has found two captures pending, of which one is transformed in the meantime
    for symbol in ("GLD", "QQQ"):
        assert system.extract(sqs_event(symbol), None)["key"]
    pending = system.sweep.pending(datetime.now(UTC))
    assert pending == [("GLD", RUN), ("QQQ", RUN)]
    refresh("GLD")
    before = list(system.lake.entries("processed/GLD/")), system.lake.read(status_key("GLD"))

    answers = system.sweep.transform(pending, unless_settled=True)

    assert [answer["symbol"] for answer in answers] == ["QQQ"]
    assert (list(system.lake.entries("processed/GLD/")), system.lake.read(status_key("GLD"))) == before
