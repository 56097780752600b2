"""The newest state: whatever the order and the number of builds, the same lake gives the same bytes."""

import json
import random
from collections.abc import Callable
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import pytest

from etf_analytics import prepare
from etf_analytics.all_funds.kinds import kind_of
from etf_common.errors import DamagedObjectError, RetryableError
from etf_common.lake import WriteConflictError, latest_key, status_key
from etf_common.table_keys import NEWEST_KEY
from tables import lines, similar
from tables.columns import CANDIDATES
from tables.engine import connect, load_parquet, to_parquet
from tables.fund_row import fund_row
from tables.newest import TRIES, build_newest
from tests.unit.table_lake import NOW, SYMBOLS, TableLake, later, made_up_fund, made_up_funds


def built_anew(lake: TableLake) -> TableLake:
    """The same lake, whose tables were built at once and from nothing."""
    other = TableLake({key: stored for key, stored in lake.objects.items() if not key.startswith("tables/")})
    assert other.build() == {}
    return other


def assert_same(lake: TableLake, other: TableLake) -> None:
    assert lake.document(NEWEST_KEY) == other.document(NEWEST_KEY)
    for key in lake.newest.keys:
        assert lake.objects[key].body == other.objects[key].body


def small_lake(seed: int = 1, count: int = 6) -> TableLake:
    lake = TableLake()
    for snapshot in made_up_funds(random.Random(seed), count):
        lake.publish(snapshot)
    assert lake.build() == {}
    return lake


@pytest.mark.parametrize("seed", range(8))
def test_builds_of_what_changed_give_what_one_build_of_everything_gives(
    seed: int, monkeypatch: pytest.MonkeyPatch
) -> None:
    # So that lists of candidates are full, and funds fall off them.
    monkeypatch.setattr(similar, "KEPT", 3)
    chance, lake = random.Random(seed), TableLake()
    for _ in range(7):
        names = chance.sample(SYMBOLS, chance.randrange(1, 6))
        changed = [
            lake.remove(name) if chance.random() < 0.2 else lake.publish(made_up_fund(chance, name)) for name in names
        ]
        # Some events come twice, and some name what did not change.
        lake.build(*changed, *chance.sample(SYMBOLS, 2))

    assert_same(lake, built_anew(lake))


def test_a_fund_that_falls_off_a_full_list_of_candidates_lets_the_next_one_in(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(similar, "KEPT", 1)
    lake = TableLake()
    for symbol, weight in (("FA", 9.0), ("FB", 8.0), ("FC", 7.0)):
        lake.publish(_fund_of(symbol, weight))
    lake.build()
    assert lake.document(lake.newest.similar_key)["candidates"]["FA"] == ["FB"]

    lake.build(lake.publish(_fund_of("FB", 1.0)))

    assert lake.document(lake.newest.similar_key)["candidates"] == {"FA": ["FC"], "FB": ["FA"], "FC": ["FA"]}


def test_a_fund_whose_lines_another_fund_shows_to_be_another_security_has_other_candidates() -> None:
    # Given a list without tickers that is matched by name
    lake = TableLake()
    lake.publish(_fund_of("FA", 9.0))
    lake.publish(_fund_of("FB", 8.0, ticker=None))
    lake.build()
    assert lake.document(lake.newest.similar_key)["candidates"] == {"FA": ["FB"], "FB": ["FA"]}

    # When the same name stands under another ticker, at another price
    lake.build(lake.publish(_fund_of("FC", 7.0, ticker="NVDX", value=90.0)))

    assert lake.document(lake.newest.similar_key)["candidates"].get("FA") != ["FB"]
    assert_same(lake, built_anew(lake))


def test_candidates_of_a_release_without_fingerprints_are_all_scored_anew(tmp_path: Path) -> None:
    # Given candidates as such a release wrote them, with scores of its own
    lake = small_lake()
    with connect(str(tmp_path)) as engine:
        load_parquet(engine, tmp_path, "old", CANDIDATES, lake.objects[lake.newest.candidates_key].body)
        body = to_parquet(engine, tmp_path, "select etf, other, score + 1 as score from old where other is not null")
    lake.put(lake.newest.candidates_key, body)

    lake.build(lake.publish(made_up_fund(random.Random(5), "FA")))

    assert_same(lake, built_anew(lake))


def _fund_of(symbol: str, weight: float, *, ticker: str | None = "NVDA", value: float = 1_800.0) -> dict[str, Any]:
    made = made_up_fund(random.Random(2), symbol)
    line = {**made["holdings"][0], "symbol": ticker, "name": "NVIDIA Corp", "asset_class": "equity"}
    return {**made, "holdings": [{**line, "weight_pct": weight, "shares": 10, "market_value_usd": value}]}


def test_what_other_code_read_is_read_anew_with_the_next_change(monkeypatch: pytest.MonkeyPatch) -> None:
    # Given tables of a release that knew another symbol of META, and no sector
    lake = TableLake()
    for symbol in ("FA", "FB"):
        lake.publish(_fund_of(symbol, 9.0))
    with monkeypatch.context() as old:
        old.setattr(lines, "kind_of", lambda holding: kind_of({**holding, "symbol": "OLD", "name": None}))
        old.setattr(lines, "sectors", lambda: SimpleNamespace(of=lambda holding: "Old sector"))
        lake.build()
    new = built_anew(lake)
    assert lake.newest.kinds_key != new.newest.kinds_key
    other = {**lake.document(NEWEST_KEY), "made_with": "another"}
    lake.put(NEWEST_KEY, json.dumps(other).encode())

    # When one fund's status changes, then all is as this release reads it
    lake.put(status_key("FA"), b'{"symbol":"FA","result":"failed"}')
    lake.build("FA")

    assert lake.newest.is_of_this_code
    assert_same(lake, built_anew(lake))
    assert lake.newest.kinds_key == new.newest.kinds_key


def test_a_fund_that_did_not_change_stays_when_a_build_has_to_begin_anew() -> None:
    # Given a damaged object, which a build finds only after it has seen that FA's snapshot is as it was
    lake = small_lake()
    lake.damaged.add(lake.newest.kinds_key)
    lake.publish(made_up_fund(random.Random(9), "FB"))

    assert lake.build("FA", "FB") == {}

    assert_same(lake, built_anew(lake))


def test_a_build_without_changes_writes_nothing() -> None:
    lake = small_lake()
    lake.written.clear()

    assert lake.build(*SYMBOLS) == {}

    assert lake.written == []


def test_a_changed_status_is_in_the_newest_state_and_no_other_object_is_written() -> None:
    lake = small_lake()
    lake.put(status_key("FA"), b'{"symbol":"FA","result":"failed"}')
    lake.written.clear()

    lake.build("FA")

    assert lake.newest.statuses["FA"]["result"] == "failed"
    assert lake.newest.status_etags["FA"] == lake.objects[status_key("FA")].etag
    assert lake.written == [NEWEST_KEY]


def test_a_record_is_the_row_of_its_snapshot_with_its_etag_and_its_costs() -> None:
    lake = TableLake()
    snapshot = made_up_fund(random.Random(7), "FA")
    lake.publish(snapshot)
    cost = {"expense_ratio_pct": 0.03, "as_of": "2026-01-01"}

    build_newest(lake.lake, None, NOW, lambda symbol: cost if symbol == "FA" else None)

    record = lake.newest.funds["FA"]
    assert record["row"] == json.loads(json.dumps(fund_row(snapshot, cost)))
    assert record["etag"] == lake.objects[latest_key("FA")].etag
    assert record["metadata"] == {"run": "r"}
    assert record["state"]["flaw"] == prepare(snapshot).flaw
    assert len(json.dumps(record)) < 4_000


def test_a_new_cost_is_in_the_state_although_no_snapshot_changed() -> None:
    lake = small_lake()

    build_newest(lake.lake, ["FA"], NOW, lambda symbol: {"expense_ratio_pct": 0.5, "as_of": "2026-01-01"})

    assert {record["row"]["expense_ratio_pct"] for record in lake.newest.funds.values()} == {0.5}


@pytest.mark.parametrize("spoil", ["garbage", "of another fund", "damaged", "text for a number", "too many", "twice"])
def test_a_snapshot_that_cannot_be_read_is_named_and_costs_nothing_that_was_known(spoil: str) -> None:
    lake = small_lake()
    before = lake.newest
    body = lake.objects[latest_key("FA")].body
    snapshot = json.loads(body)
    first, *others = snapshot["holdings"]
    bodies = {
        "garbage": body[:-5],
        "of another fund": body.replace(b'"symbol":"FA"', b'"symbol":"FB"'),
        "damaged": body.replace(b"Fund ETF", b"Other ETF"),
        "text for a number": json.dumps({**snapshot, "holdings": [{**first, "shares": "many"}, *others]}).encode(),
        "twice": body[:-1] + b',"holdings":[]}',
        "too many": json.dumps({**snapshot, "holdings": [{**first, "shares": 10**400}, *others]}).encode(),
    }
    lake.put(latest_key("FA"), bodies[spoil])
    if spoil == "damaged":
        lake.damaged.add(latest_key("FA"))
    lake.publish(made_up_fund(random.Random(99), "FB"))

    for symbols in (("FA", "FB"), ()):
        faults = lake.build(*symbols)

        assert isinstance(faults.pop("FA"), DamagedObjectError)
        assert faults == {}
        assert lake.newest.funds["FA"] == before.funds["FA"]
        assert lake.newest.funds["FB"] != before.funds["FB"]
        assert _lines_of(lake, "FA") == _lines_of(small_lake(), "FA")


def _lines_of(lake: TableLake, symbol: str) -> list[Any]:
    parts = [lake.document(key) for key in lake.newest.holder_keys]
    return sorted(
        (entry for part in parts for lines in part.values() for entry in lines if entry[0] == symbol), key=str
    )


def test_a_status_that_cannot_be_read_is_named_and_the_one_before_it_stays() -> None:
    lake = small_lake()
    before = lake.newest
    lake.put(status_key("FA"), b"[]")

    assert [*lake.build("FA")] == ["FA"]

    assert lake.newest.statuses["FA"] == before.statuses["FA"]
    assert lake.newest.status_etags["FA"] == before.status_etags["FA"]


def _is_gone(lake: TableLake) -> None:
    del lake.objects[lake.newest.exceptions_key]


def _is_damaged(lake: TableLake) -> None:
    lake.damaged.add(lake.newest.kinds_key)


def _is_no_state(lake: TableLake) -> None:
    lake.put(NEWEST_KEY, b"{}")


def _is_damaged_state(lake: TableLake) -> None:
    lake.damaged.add(NEWEST_KEY)


def _is_of_another_release(lake: TableLake) -> None:
    lake.put(NEWEST_KEY, json.dumps({**lake.document(NEWEST_KEY), "schema_version": 0}).encode())


@pytest.mark.parametrize("spoil", [_is_gone, _is_damaged, _is_no_state, _is_damaged_state, _is_of_another_release])
def test_a_state_that_nothing_can_be_taken_from_is_built_from_all_snapshots(spoil: Callable[[TableLake], None]) -> None:
    lake = small_lake()
    spoil(lake)

    assert lake.build(lake.publish(made_up_fund(random.Random(5), "FC"))) == {}

    lake.damaged.clear()
    assert_same(lake, built_anew(lake))


def test_of_two_builds_at_once_neither_loses_what_the_other_built() -> None:
    lake = small_lake()
    chance = random.Random(3)
    lake.publish(made_up_fund(chance, "FA"))
    lake.publish(made_up_fund(chance, "FB"))
    # While the first one is about to write, another build comes first, and again.
    lake.before_replace += [lambda: lake.build("FB"), lambda: None, lambda: _build_again(lake, chance)]

    assert lake.build("FA") == {}

    assert_same(lake, built_anew(lake))


def _build_again(lake: TableLake, chance: random.Random) -> None:
    # Of the very fund that the first build has read already.
    lake.build(lake.publish(made_up_fund(chance, "FA")))


def test_a_build_that_others_always_outrun_gives_up_with_a_retryable_error() -> None:
    lake = small_lake()
    chance = random.Random(4)
    lake.publish(made_up_fund(chance, "FA"))

    def outrun() -> None:
        stored = lake.document(NEWEST_KEY)
        lake.put(NEWEST_KEY, json.dumps({**stored, "tables_as_of": f"{chance.random()}"}).encode())

    lake.before_replace += [outrun] * TRIES

    with pytest.raises(WriteConflictError) as raised:
        lake.build("FA")

    assert isinstance(raised.value, RetryableError)
    assert lake.before_replace == []


def test_objects_that_no_state_names_are_removed_after_a_quarter_of_an_hour() -> None:
    lake = small_lake()
    first = set(lake.newest.keys)
    lake.time = later(NOW, 14)
    lake.build(lake.publish(made_up_fund(random.Random(5), "FA")))
    second = set(lake.newest.keys)
    assert first <= lake.objects.keys()

    lake.time = later(NOW, 20)
    lake.build(lake.publish(made_up_fund(random.Random(6), "FA")))

    third = set(lake.newest.keys)
    assert not (first - second - third) & lake.objects.keys()
    assert second <= lake.objects.keys()


def test_an_empty_lake_has_a_state_without_funds() -> None:
    lake = TableLake()

    assert lake.build() == {}

    assert lake.newest.funds == {}
    assert lake.document(lake.newest.securities_key) == {"securities": []}
    assert lake.document(lake.newest.similar_key) == {"candidates": {}}
    assert [lake.document(key) for key in lake.newest.holder_keys] == [{}]
