"""Filings on their way into the tables: by S3's events, by the sweep, and after damage."""

import json
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest

import transform.sweep
from etf_common.filing_keys import filing_key
from etf_common.lake import Lake
from etf_common.table_changes import Changes
from etf_common.table_keys import SECURITIES_KEY
from local.queues import make_queue
from local.system import System
from tables.building import missed
from tests.events import tables_event, written_event
from tests.functional.tables import JSON, Build, funds, handler, newest_of, objects, publish, rebuilt
from tests.unit import filed_lines

FIRST, SECOND, *_ = funds()
MARCH, JUNE = "2026-03-31", "2026-06-30"


@pytest.fixture
def lake(system: System) -> Lake:
    return system.lake


@pytest.fixture
def tell(system: System) -> Build:
    """Hand an event to the tables function."""
    return handler(system)


def file(lake: Lake, symbol: str, report_date: str) -> str:
    """Write the snapshot of a filing as parse does; returns its key."""
    made = filed_lines.filing(
        [filed_lines.line("Apple Inc", 5.0, isin="US0378331005")], symbol=symbol, report_date=report_date
    )
    key = filing_key(symbol, report_date)
    lake.write(key, json.dumps(made).encode(), JSON)
    return key


def swept(system: System, queue_url: str) -> list[Any]:
    """One sweep, when what was written is no longer on its way; returns the bodies in the tables queue."""
    later = datetime.now(UTC) + timedelta(minutes=30)
    transform.sweep.create({**system.environ, "TABLES_QUEUE_URL": queue_url}, now=lambda: later)({}, None)
    found: Any = system.sqs.receive_message(QueueUrl=queue_url, MaxNumberOfMessages=10).get("Messages", [])
    return [json.loads(message["Body"]) for message in found]


def test_each_written_filing_brings_the_newest_one_of_its_symbol_into_the_tables(
    system: System, lake: Lake, tell: Build
) -> None:
    tell(written_event(publish(lake, FIRST)))

    # A backfill comes in whatever order, also of a symbol without a list
    keys = [file(lake, FIRST.symbol, JUNE), file(lake, FIRST.symbol, MARCH), file(lake, "SPYX", MARCH)]
    assert tell(written_event(keys)) == {"batchItemFailures": []}

    newest = newest_of(lake)
    assert {symbol: head["report_date"] for symbol, head in newest.filings.items()} == {
        FIRST.symbol: JUNE,
        "SPYX": MARCH,
    }
    assert newest.funds.keys() == {FIRST.symbol}
    assert lake.read(SECURITIES_KEY).body == lake.read(newest.security_table_key).body
    assert not missed(lake)
    assert objects(lake) == rebuilt(system)


def test_a_filing_whose_event_was_lost_is_redriven_by_the_sweep(system: System, lake: Lake, tell: Build) -> None:
    tell(written_event(publish(lake, FIRST)))
    file(lake, FIRST.symbol, JUNE)
    assert missed(lake) == Changes(filings=frozenset({FIRST.symbol}))

    (message,) = swept(system, make_queue(system.sqs, "tables").url)

    assert message == {"redrive": [FIRST.symbol]}
    assert tell(tables_event(message)) == {"batchItemFailures": []}
    assert newest_of(lake).filings[FIRST.symbol]["report_date"] == JUNE
    assert not missed(lake)


def test_a_filing_that_cannot_be_read_keeps_no_list_and_no_other_filing_waiting(lake: Lake, tell: Build) -> None:
    lists = [*publish(lake, FIRST), *publish(lake, SECOND)]
    broken, good = file(lake, FIRST.symbol, JUNE), file(lake, SECOND.symbol, JUNE)
    lake.write(broken, b"{", JSON)

    # Given the messages 1 and 2 of filings, and the others of lists
    failed = tell(written_event([broken, good, *lists]))

    assert failed == {"batchItemFailures": [{"itemIdentifier": "1"}]}
    newest = newest_of(lake)
    assert newest.funds.keys() == {FIRST.symbol, SECOND.symbol}
    assert newest.filings.keys() == {SECOND.symbol}
    assert missed(lake) == Changes(filings=frozenset({FIRST.symbol}))

    # When parse has written it again
    file(lake, FIRST.symbol, JUNE)
    assert tell(written_event([broken])) == {"batchItemFailures": []}
    assert newest_of(lake).filings.keys() == {FIRST.symbol, SECOND.symbol}
