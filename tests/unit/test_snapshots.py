"""Snapshots kept in memory: revalidated by ETag, never older than a few seconds."""

import gzip
import json
from collections.abc import Iterator
from dataclasses import dataclass

import pytest

from api.documents import Document
from api.queries import HoldingsQuery
from api.snapshots import CACHE_BYTES, CACHE_SECONDS, HELD_PER_BYTE, Snapshots
from etf_common.errors import DamagedObjectError
from etf_common.lake import ObjectNotFoundError, StoredObject
from tests.unit.api_cases import fund, holding
from tests.unit.builders import FakeLake

KEY = "processed/VTI/latest.json"
HOLDINGS = [holding("ORLY", name="O\u2019Reilly & Co", weight_pct=6.19), holding(None, name=None)]
BODY = json.dumps(fund("VTI", HOLDINGS), ensure_ascii=False).encode()


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
    found = Snapshots(fake.lake, clock).get(KEY)

    assert (found.body, found.etag, found.metadata["source"]) == (BODY, '"1"', "schwab")


def test_a_fresh_one_is_served_without_asking_the_lake(fake: FakeLake, clock: Clock) -> None:
    snapshots = Snapshots(fake.lake, clock)
    first = snapshots.get(KEY)
    clock.seconds += CACHE_SECONDS - 0.001

    assert snapshots.get(KEY) is first
    assert len(fake.calls) == 1


def test_an_unchanged_one_is_asked_for_once_and_kept_as_long_again(fake: FakeLake, clock: Clock) -> None:
    snapshots = Snapshots(fake.lake, clock)
    first = snapshots.get(KEY)
    clock.seconds += CACHE_SECONDS

    assert snapshots.get(KEY) is first
    assert snapshots.get(KEY) is first
    assert len(fake.calls) == 2


def test_a_changed_one_is_served_after_a_few_seconds(fake: FakeLake, clock: Clock) -> None:
    snapshots = Snapshots(fake.lake, clock)
    snapshots.get(KEY)
    fake.put(KEY, b'{"holdings":[]}', '"2"')
    clock.seconds += CACHE_SECONDS

    assert (snapshots.get(KEY).etag, snapshots.get(KEY).body) == ('"2"', b'{"holdings":[]}')


def test_one_that_is_gone_is_gone_and_may_come_back(fake: FakeLake, clock: Clock) -> None:
    snapshots = Snapshots(fake.lake, clock)
    snapshots.get(KEY)
    stored = fake.objects.pop(KEY)
    clock.seconds += CACHE_SECONDS
    with pytest.raises(ObjectNotFoundError):
        snapshots.get(KEY)

    fake.objects[KEY] = stored

    assert snapshots.get(KEY).etag == '"1"'


def test_one_that_is_not_there_is_asked_for_each_time(clock: Clock) -> None:
    fake = FakeLake()
    snapshots = Snapshots(fake.lake, clock)

    for _ in range(2):
        with pytest.raises(ObjectNotFoundError):
            snapshots.get(KEY)

    assert len(fake.calls) == 2


class DamagedLake(FakeLake):
    def read(self, key: str, *, unless_etag: str | None = None, most_bytes: int | None = None) -> StoredObject:
        raise DamagedObjectError(key)


def test_a_damaged_one_is_not_served(clock: Clock) -> None:
    with pytest.raises(DamagedObjectError):
        Snapshots(DamagedLake().lake, clock).get(KEY)


def test_the_holdings_are_the_array_alone_with_an_etag_of_their_own(fake: FakeLake, clock: Clock) -> None:
    snapshot = Snapshots(fake.lake, clock).get(KEY)

    holdings = snapshot.holdings(HoldingsQuery())

    assert json.loads(holdings.body) == json.loads(BODY)["holdings"]
    assert "O\u2019Reilly & Co".encode() in holdings.body
    assert snapshot.holdings(HoldingsQuery()) is holdings, "made once"


def test_every_view_has_an_etag_of_its_own(fake: FakeLake, clock: Clock) -> None:
    snapshot = Snapshots(fake.lake, clock).get(KEY)
    views = [("json", "", 0, None), ("csv", "", 0, None), ("json", "name", 0, None), ("json", "-name", 0, None)]
    cuts = [("json", "", 1, None), ("json", "", 0, 1), ("json", "", 1, 1), ("json", "", 11, None), ("json", "", 0, 11)]

    labels = [HoldingsQuery(*values).label for values in [*views, *cuts]]

    assert len(set(labels)) == len(labels)
    etag = snapshot.holdings(HoldingsQuery()).etag
    assert etag != snapshot.etag
    assert (etag[0], etag[-1], etag.count('"')) == ('"', '"', 2)


def test_the_least_recently_used_makes_room(clock: Clock) -> None:
    fake = FakeLake()
    for name in "abc":
        fake.put(name, bytes(CACHE_BYTES // 2 // HELD_PER_BYTE))
    snapshots = Snapshots(fake.lake, clock)

    for name in "abacab":
        snapshots.get(name)

    # "c" takes the place of "b", which was used longer ago than "a".
    assert [key for _, key in fake.calls] == ["a", "b", "c", "b"]


def test_requests_at_the_same_time_share_what_is_too_large_to_keep(clock: Clock) -> None:
    # Given a request that still holds its snapshots, which have left the cache
    fake = FakeLake()
    for name in "ab":
        fake.put(name, bytes(CACHE_BYTES // HELD_PER_BYTE))
    snapshots = Snapshots(fake.lake, clock)
    held = snapshots.get_many("ab")

    # When another request wants the same, then it gets the same objects, as long as the lake has not changed them
    again = snapshots.get_many("ab")
    assert [again[name] is held[name] for name in "ab"] == [True, True]
    fake.put("a", b"{}", etag='"2"')
    clock.seconds += CACHE_SECONDS
    assert snapshots.get("a").body == b"{}"


def test_the_compressed_form_is_the_same_bytes_at_every_time() -> None:
    zipped = Document(BODY, '"1"').gzipped

    assert gzip.decompress(zipped) == BODY
    assert zipped[4:8] == bytes(4), "RFC 1952: no modification time"
