"""Snapshots kept in memory: revalidated by ETag, never older than a few seconds."""

import gzip
import json
from collections.abc import Iterator
from dataclasses import dataclass

import pytest

from api.snapshots import CACHE_SECONDS, Document, Snapshots
from etf_common.errors import DamagedObjectError
from etf_common.lake import ObjectNotFoundError, StoredObject
from tests.unit.builders import FakeLake

KEY = "processed/VTI/latest.json"
BODY = '{"symbol":"VTI","holdings":[{"name":"O\u2019Reilly & Co","weight_pct":6.19},{"name":null}]}'.encode()


@dataclass
class Clock:
    seconds: float = 1000.0

    def __call__(self) -> float:
        return self.seconds


@pytest.fixture
def clock() -> Clock:
    return Clock()


@pytest.fixture
def fake() -> Iterator[FakeLake]:
    lake = FakeLake()
    lake.put(KEY, BODY, '"1"', {"source": "schwab"})
    yield lake
    assert {key for _, key in lake.calls} <= {KEY}, "no other object is touched"


def test_a_snapshot_is_what_is_stored(fake: FakeLake, clock: Clock) -> None:
    found = Snapshots(fake.lake, clock).get("VTI")

    assert (found.body, found.etag, found.metadata["source"]) == (BODY, '"1"', "schwab")


def test_a_fresh_one_is_served_without_asking_the_lake(fake: FakeLake, clock: Clock) -> None:
    snapshots = Snapshots(fake.lake, clock)
    first = snapshots.get("VTI")
    clock.seconds += CACHE_SECONDS - 0.001

    assert snapshots.get("VTI") is first
    assert len(fake.calls) == 1


def test_an_unchanged_one_is_asked_for_once_and_kept_as_long_again(fake: FakeLake, clock: Clock) -> None:
    snapshots = Snapshots(fake.lake, clock)
    first = snapshots.get("VTI")
    clock.seconds += CACHE_SECONDS

    assert snapshots.get("VTI") is first
    assert snapshots.get("VTI") is first
    assert len(fake.calls) == 2


def test_a_changed_one_is_served_after_a_few_seconds(fake: FakeLake, clock: Clock) -> None:
    snapshots = Snapshots(fake.lake, clock)
    snapshots.get("VTI")
    fake.put(KEY, b'{"holdings":[]}', '"2"')
    clock.seconds += CACHE_SECONDS

    assert (snapshots.get("VTI").etag, snapshots.get("VTI").body) == ('"2"', b'{"holdings":[]}')


def test_one_that_is_gone_is_gone_and_may_come_back(fake: FakeLake, clock: Clock) -> None:
    snapshots = Snapshots(fake.lake, clock)
    snapshots.get("VTI")
    stored = fake.objects.pop(KEY)
    clock.seconds += CACHE_SECONDS
    with pytest.raises(ObjectNotFoundError):
        snapshots.get("VTI")

    fake.objects[KEY] = stored

    assert snapshots.get("VTI").etag == '"1"'


def test_one_that_is_not_there_is_asked_for_each_time(clock: Clock) -> None:
    fake = FakeLake()
    snapshots = Snapshots(fake.lake, clock)

    for _ in range(2):
        with pytest.raises(ObjectNotFoundError):
            snapshots.get("VTI")

    assert len(fake.calls) == 2


class DamagedLake(FakeLake):
    def read(self, key: str, *, unless_etag: str | None = None) -> StoredObject:
        raise DamagedObjectError(key)


def test_a_damaged_one_is_not_served(clock: Clock) -> None:
    with pytest.raises(DamagedObjectError):
        Snapshots(DamagedLake().lake, clock).get("VTI")


def test_the_holdings_are_the_array_alone_with_an_etag_of_their_own(fake: FakeLake, clock: Clock) -> None:
    snapshot = Snapshots(fake.lake, clock).get("VTI")

    assert json.loads(snapshot.holdings.body) == json.loads(BODY)["holdings"]
    assert "O\u2019Reilly & Co".encode() in snapshot.holdings.body
    assert snapshot.holdings.etag != snapshot.etag
    assert snapshot.holdings.etag.startswith('"')
    assert snapshot.holdings.etag.endswith('"')
    assert snapshot.holdings is snapshot.holdings, "made once"


def test_the_compressed_form_is_the_same_bytes_at_every_time() -> None:
    zipped = Document(BODY, '"1"').gzipped

    assert gzip.decompress(zipped) == BODY
    assert zipped[4:8] == bytes(4), "RFC 1952: no modification time"
