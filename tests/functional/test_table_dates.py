"""Histories of funds and changes of dates: whatever the order and the faults, they are those of the snapshots."""

import itertools
import json
import random
import tempfile
from datetime import UTC, date, datetime, timedelta
from pathlib import Path
from typing import Any

import duckdb
import pytest

from etf_analytics import fund_changes, on_date
from etf_analytics.two_dates.digest import KINDS, digest_of
from etf_common.codes import Reason
from etf_common.dated_changes import DateChanges, FundHistory
from etf_common.lake import Lake, dated_key
from etf_common.table_changes import Changes, changes_of, made_of
from etf_common.table_keys import changed_lines_key, changes_key, funds_key, history_key, holdings_key, snapshots_key
from local import repair
from local.system import System
from tables import building, fund_dates, timeline
from tables.building import build, missed
from tables.fund_row import fund_row
from tests.events import tables_event, written_event
from tests.functional.mortal_lake import Killed, MortalLake
from tests.functional.tables import Build, fund_of, handler, objects, put, put_back, rebuilt
from tests.unit.table_lake import made_up_fund

NOW = datetime(2026, 11, 24, 23, 0, tzinfo=UTC)
DAYS = ("2026-11-16", "2026-11-17", "2026-11-18", "2026-11-19", "2026-11-20")
SYMBOLS = ("FA", "FB", "FC")
JSON = "application/json"


@pytest.fixture
def lake(system: System) -> Lake:
    return system.lake


@pytest.fixture
def tell(system: System) -> Build:
    """Hand an event to the tables function."""
    return handler(system)


def published(lake: Lake, symbols: tuple[str, ...] = SYMBOLS, days: tuple[str, ...] = DAYS) -> list[str]:
    return [put(lake, fund_of(symbol, day)) for symbol in symbols for day in days]


def history(lake: Lake, symbol: str) -> FundHistory:
    found = FundHistory.parse(lake.read(history_key(symbol)).body, symbol)
    assert found is not None
    return found


def changes_on(lake: Lake, day: str) -> dict[str, Any]:
    found = DateChanges.parse(lake.read(changes_key(day)).body, day)
    assert found is not None
    return dict(found.funds)


def lines_on(lake: Lake, day: str, columns: str = "etf, date_from, kind, symbol") -> list[tuple[Any, ...]]:
    with tempfile.NamedTemporaryFile(suffix=".parquet") as file:
        Path(file.name).write_bytes(lake.read(changed_lines_key(day)).body)
        return duckdb.execute(f"select {columns} from read_parquet('{file.name}')").fetchall()  # noqa: S608 - ours


def days_of(lake: Lake, symbol: str) -> list[str]:
    return sorted(key.rpartition("/")[2][:10] for key in lake.keys(f"processed/{symbol}/2"))


def assert_as_the_slow_way(lake: Lake) -> None:
    """Each fund's dates in order, each compared with the one before it, all of it worked out from the snapshots."""
    told: dict[str, dict[str, Any]] = {}
    lines: dict[str, list[tuple[Any, ...]]] = {}
    for symbol in lake.folders("processed/"):
        dates = days_of(lake, symbol)
        stored = {day: lake.read(dated_key(symbol, day)) for day in dates}
        records = history(lake, symbol).dates
        assert list(records) == dates
        for before, day in itertools.pairwise([None, *dates]):
            assert day is not None
            record, snapshot = records[day], json.loads(stored[day].body)
            assert (record["etag"], record["rows"]) == (stored[day].etag, snapshot["totals"]["included"])
            assert record["complete"] is snapshot["quality"]["complete"]
            told.setdefault(day, {})
            lines.setdefault(day, [])
            if before is None:
                assert record["change"] is None
                continue
            answer = fund_changes(on_date(json.loads(stored[before].body)), on_date(snapshot))
            digest = digest_of(answer, fund_row(snapshot), etag_from=stored[before].etag, etag_to=stored[day].etag)
            told[day][symbol] = json.loads(json.dumps(digest))
            assert record["change"] == told[day][symbol]
            rows = [(symbol, before, kind, row["symbol"]) for kind in KINDS for row in answer[kind] or ()]
            lines[day] += rows
    for day, expected in told.items():
        assert changes_on(lake, day) == expected
        assert sorted(lines_on(lake, day), key=str) == sorted(lines[day], key=str)


def filled(found: dict[str, bytes]) -> dict[str, bytes]:
    """Without what stands empty of a date or a fund that is gone."""
    days = {key for key, body in found.items() if key.startswith("tables/snapshots/") and b'"snapshots":{}' in body}
    empty = {key.rpartition("/")[2].removesuffix(".json") for key in days}
    return {
        key: body
        for key, body in found.items()
        if not any(f"/{day}" in key for day in empty) and b'"dates":{}' not in body
    }


# ---- they are those of the snapshots


def test_each_date_of_a_fund_is_told_from_the_one_before_it(lake: Lake, tell: Build) -> None:
    assert tell(written_event(published(lake))) == {"batchItemFailures": []}

    assert_as_the_slow_way(lake)
    found = changes_on(lake, DAYS[-1])
    assert found.keys() == set(SYMBOLS)
    assert found["FA"]["from"] == DAYS[-2]
    assert sum(digest["added_count"] + digest["removed_count"] for digest in found.values()) > 0
    columns = "date_to, shares_to - shares_from, run, source"
    assert {row[0] for row in lines_on(lake, DAYS[-1], columns)} == {DAYS[-1]}
    assert not missed(lake)


def test_a_record_has_the_figures_of_the_funds_row(lake: Lake, tell: Build) -> None:
    tell(written_event([put(lake, fund_of("FA", DAYS[0]))]))

    record, row = history(lake, "FA").dates[DAYS[0]], fund_row(fund_of("FA", DAYS[0]))
    assert record["top_10_pct"] == row["top_10_pct_low"] == row["top_10_pct_high"]
    assert record["hhi_points"] == row["hhi_points_low"]
    assert record["quote"] == {"as_of": row["quote_as_of"], "session": "close", "last_price": 100.0}
    assert record["largest"] == row["largest"]
    assert record["largest"]["weight_pct"] == row["top_1_pct_low"]
    assert [group["sector"] for group in record["sectors"]] == [group["sector"] for group in row["sectors"]]
    assert "reasons" not in record


def test_a_figure_that_cannot_be_given_is_null_with_its_reason(lake: Lake, tell: Build) -> None:
    snapshot = fund_of("FA", DAYS[0])
    snapshot["holdings"][0]["weight_pct"] = None
    tell(written_event([put(lake, snapshot)]))

    record = history(lake, "FA").dates[DAYS[0]]
    assert (record["top_10_pct"], record["hhi_points"], record["largest"]) == (None, None, None)
    names = ("top_10_pct", "hhi_points", "largest", "sectors")
    assert record["reasons"] == dict.fromkeys(names, Reason.WEIGHT_MISSING)


@pytest.mark.parametrize("seed", [*range(3), *(pytest.param(seed, marks=pytest.mark.fire) for seed in range(3, 9))])
def test_random_lakes_are_what_the_slow_way_and_a_build_of_everything_make_of_them(
    system: System, tell: Build, monkeypatch: pytest.MonkeyPatch, seed: int
) -> None:
    # Given snapshots of all kinds that come, change and go in any order, told in batches, some twice and some never
    monkeypatch.setattr(timeline, "FUND_DATES_AT_ONCE", 3)
    monkeypatch.setattr(building, "FUND_DATES_AT_ONCE", 4)
    chance, lake = random.Random(seed), system.lake
    for _ in range(6):
        keys = []
        for _ in range(chance.randrange(1, 7)):
            symbol, day = chance.choice(SYMBOLS), chance.choice(DAYS)
            if chance.random() < 0.25:
                keys.append(dated_key(symbol, day))
                lake.delete(keys[-1])
                continue
            made = {**made_up_fund(chance, symbol), "holdings_as_of": day} if chance.random() < 0.3 else None
            keys.append(put(lake, made or fund_of(symbol, day, chance.randrange(3))))
        told = [key for key in keys if chance.random() < 0.8]
        chance.shuffle(told)
        assert tell(written_event(told + told[:1])) == {"batchItemFailures": []}

    # When what was not told is redriven
    assert tell(tables_event({"redrive": list(SYMBOLS)})) == {"batchItemFailures": []}

    assert not missed(lake)
    assert_as_the_slow_way(lake)
    found = filled(objects(lake))
    assert found == filled(rebuilt(system))


def test_a_date_that_comes_between_two_others_tells_both_of_its_sides_anew(lake: Lake, tell: Build) -> None:
    first, middle, last = DAYS[:3]
    tell(written_event([put(lake, fund_of("FA", day)) for day in (last, first)]))
    assert changes_on(lake, last)["FA"]["from"] == first

    tell(written_event([put(lake, fund_of("FA", middle))]))

    assert (changes_on(lake, middle)["FA"]["from"], changes_on(lake, last)["FA"]["from"]) == (first, middle)
    assert_as_the_slow_way(lake)


def test_a_date_that_is_written_again_or_goes_tells_the_next_one_anew(lake: Lake, tell: Build) -> None:
    tell(written_event(published(lake, ("FA",), DAYS[:3])))
    before = changes_on(lake, DAYS[2])["FA"]

    tell(written_event([put(lake, fund_of("FA", DAYS[1], seed=1))]))
    assert changes_on(lake, DAYS[2])["FA"]["etag_from"] != before["etag_from"]
    assert_as_the_slow_way(lake)

    lake.delete(dated_key("FA", DAYS[1]))
    tell(written_event([dated_key("FA", DAYS[1])]))
    assert changes_on(lake, DAYS[1]) == {}
    assert lines_on(lake, DAYS[1]) == []
    assert changes_on(lake, DAYS[2])["FA"]["from"] == DAYS[0]
    assert_as_the_slow_way(lake)


def test_a_list_that_is_fetched_again_and_says_the_same_is_no_news(lake: Lake, tell: Build) -> None:
    def fetched(day: str, seed: int, at: str) -> str:
        made = fund_of("FA", day, seed)
        return put(lake, {**made, "provenance": {**made["provenance"], "fetched_at": at}})

    def told() -> tuple[str, str]:
        change = changes_on(lake, DAYS[1])["FA"]
        assert history(lake, "FA").dates[DAYS[1]]["change"] == change
        return change["fetched_at"], change["changed_at"]

    first, again, corrected, earlier = (f"2026-11-2{number}T22:31:04Z" for number in range(4))
    tell(written_event([fetched(DAYS[0], 0, first), fetched(DAYS[1], 0, first)]))
    assert told() == (first, first)
    tell(written_event([fetched(DAYS[1], 0, again)]))
    assert told() == (again, first)
    tell({"rebuild": "all"})
    assert told() == (again, first)
    tell(written_event([fetched(DAYS[1], 1, corrected)]))
    assert told() == (corrected, corrected)
    # The list before it can be corrected too, which is news of this date.
    tell(written_event([fetched(DAYS[0], 2, earlier)]))
    assert told() == (corrected, earlier)


def test_many_dates_that_are_gone_are_found_at_once_although_one_is_told(
    lake: Lake, tell: Build, monkeypatch: pytest.MonkeyPatch
) -> None:
    # Given more dates than a build tries again
    for module in ("timeline", "fund_history"):
        monkeypatch.setattr(f"tables.{module}.TRIES", 3)
    days = [(date(2026, 1, 1) + timedelta(number)).isoformat() for number in range(9)]
    tell(written_event([put(lake, fund_of("FA", day)) for day in days]))
    for day in days[1:-1]:
        lake.delete(dated_key("FA", day))

    assert tell(written_event([dated_key("FA", days[-2])])) == {"batchItemFailures": []}

    assert list(history(lake, "FA").dates) == [days[0], days[-1]]
    tell(tables_event({"redrive": ["FA"]}))
    assert not missed(lake)
    assert_as_the_slow_way(lake)


def test_only_the_newest_dates_of_a_history_keep_their_largest_trades(
    system: System, tell: Build, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(fund_dates, "HISTORY_WITH_ROWS", 9)  # of 40: each costs a build
    lake, first = system.lake, date(2026, 1, 1)
    days = [(first + timedelta(number)).isoformat() for number in range(9 + 3)]
    later = [days[start : start + 2] for start in range(6, len(days), 2)]
    for together in ([days[5]], *([day] for day in days[:5]), *later):
        tell(written_event([put(lake, fund_of("FA", day)) for day in together]))

    records = history(lake, "FA").dates
    with_rows = [day for day, record in records.items() if record["change"] and "largest_trades" in record["change"]]
    assert with_rows == days[3:]
    assert "largest_trades" in changes_on(lake, days[1])["FA"]

    # When newer ones go, then older ones have them again
    for day in days[-2:]:
        lake.delete(dated_key("FA", day))
    tell(written_event([dated_key("FA", day) for day in days[-2:]]))
    records = history(lake, "FA").dates
    assert ["largest_trades" in records[day]["change"] for day in days[1:3]] == [True, True]
    assert filled(objects(lake)) == filled(rebuilt(system))


def test_what_stands_is_not_worked_out_again(lake: Lake, tell: Build, monkeypatch: pytest.MonkeyPatch) -> None:
    keys = published(lake)
    tell(written_event(keys))
    before = dict(lake.entries("tables/"))
    monkeypatch.setattr("tables.comparing.fund_changes", None)

    assert tell(written_event(keys)) == {"batchItemFailures": []}
    assert dict(lake.entries("tables/")) == before


# ---- kills, and builds that meet


def test_a_build_ended_between_any_two_writes_leaves_whole_objects_and_the_next_mends_all(system: System) -> None:
    # Given tables that lack dates, have older ones, and have one that is gone
    lake = system.lake
    published(lake, ("FA", "FB"), DAYS[:2])
    build(lake, missed(lake), NOW)
    standing = {key: lake.read(key).body for key in lake.keys("tables/")}
    put(lake, fund_of("FA", DAYS[0], seed=1))
    lake.delete(dated_key("FB", DAYS[0]))
    put(lake, fund_of("FB", DAYS[2]))
    new = filled(rebuilt(system))
    ends = set()
    for writes in itertools.count():
        put_back(system, standing)
        # When a build ends before its next write
        try:
            build(MortalLake(system, writes), missed(lake), NOW)
            break
        except Killed:
            ends.add(writes)

        # Then each object is as before or as it will be, or has some of both; what names it comes last
        for day in DAYS:
            if snapshots_key(day) in set(lake.keys("tables/snapshots/")):
                named = made_of(lake.read(snapshots_key(day)))
                for symbol, etag in named.items():
                    known = history(lake, symbol).dates.get(day)
                    assert (known and known["etag"] == etag) or symbol in missed(lake).dated[day]
        # And one more build mends it
        build(lake, missed(lake), NOW)
        assert not missed(lake)
        assert filled(objects(lake)) == new
    assert len(ends) > 10
    assert filled(objects(lake)) == new
    assert_as_the_slow_way(lake)


def test_a_build_tells_what_changed_although_an_earlier_one_ended_before_anybody_was_told(system: System) -> None:
    lake = system.lake
    published(lake, ("FA",), DAYS[:2])
    key = dated_key("FA", DAYS[1])
    whole = build(lake, changes_of([dated_key("FA", DAYS[0])]), NOW)
    assert whole.changed == {}

    for writes in (1, 1, 1, 1):
        with pytest.raises(Killed):
            build(MortalLake(system, writes), changes_of([key]), NOW)
    again = build(lake, changes_of([key]), NOW)
    assert again.changed == {("FA", DAYS[1]): changes_on(lake, DAYS[1])["FA"]}

    # But of older dates nobody is told
    assert build(lake, changes_of([put(lake, fund_of("FA", "2026-11-10"))]), NOW).changed == {}


@pytest.mark.parametrize("moment", ["history", "changes.json", "changes.parquet", "snapshots"])
def test_a_snapshot_that_is_written_while_a_build_runs_is_in_all_its_objects(
    lake: Lake, monkeypatch: pytest.MonkeyPatch, moment: str
) -> None:
    # Given a build that is about to write, and another that is faster with newer snapshots of both sides of a date
    published(lake, ("FA",), DAYS[:3])
    build(lake, missed(lake), NOW)
    replace, faster = Lake.replace, iter([True])

    def late(self: Lake, key: str, *arguments: Any, **named: Any) -> None:
        if moment in key and next(faster, False):
            keys = [put(lake, fund_of("FA", day, seed=2)) for day in DAYS[:2]]
            build(lake, changes_of(keys), NOW)
        replace(self, key, *arguments, **named)

    monkeypatch.setattr(Lake, "replace", late)
    build(lake, changes_of([put(lake, fund_of("FA", day, seed=1)) for day in DAYS[1:3]]), NOW)

    assert next(faster, False) is False
    assert not missed(lake)
    assert_as_the_slow_way(lake)


def test_a_snapshot_that_the_history_has_not_seen_is_not_named_by_the_tables(
    lake: Lake, monkeypatch: pytest.MonkeyPatch
) -> None:
    # Given a snapshot that is replaced, and never told, between its history and the tables of its date
    published(lake, ("FA",), DAYS[:2])
    replace, once = Lake.replace, iter([True])

    def late(self: Lake, key: str, *arguments: Any, **named: Any) -> None:
        replace(self, key, *arguments, **named)
        if key == changes_key(DAYS[1]) and next(once, False):
            put(lake, fund_of("FA", DAYS[1], seed=1))

    monkeypatch.setattr(Lake, "replace", late)
    build(lake, missed(lake), NOW)

    assert not missed(lake)
    assert_as_the_slow_way(lake)


# ---- what is broken or lacking


@pytest.mark.parametrize("fault", ["damaged", "gone", "hostile", "written by another release"])
@pytest.mark.parametrize("key", [history_key("FA"), changes_key(DAYS[2]), changed_lines_key(DAYS[2])])
def test_an_object_that_is_broken_is_built_anew_for_all_funds(
    system: System, lake: Lake, tell: Build, key: str, fault: str
) -> None:
    tell(written_event(published(lake)))
    before = objects(lake)
    if fault == "damaged":
        (system.folder.root / key).write_bytes(b"x")
        assert [damage.key for damage in repair.mend(system)] == [key]
    elif fault == "gone":
        lake.delete(key)
    else:
        other = b'{"schema_version": 99}' if fault == "written by another release" else b'{"dates": [], "funds": 5}'
        lake.write(key, b"PAR1 and more PAR1" if "parquet" in key and fault == "hostile" else other, JSON)

    # When one fund's message comes, then all that the object had is there again
    assert tell(written_event([put(lake, fund_of("FA", DAYS[2], seed=1))])) == {"batchItemFailures": []}
    assert tell(written_event([put(lake, fund_of("FA", DAYS[2]))])) == {"batchItemFailures": []}
    assert objects(lake) == before


@pytest.mark.parametrize("key", [history_key("FA"), changes_key(DAYS[2]), changed_lines_key(DAYS[2])])
def test_the_sweep_sees_an_object_that_is_gone(lake: Lake, tell: Build, key: str) -> None:
    tell(written_event(published(lake)))
    before = objects(lake)
    lake.delete(key)

    expected = {day: frozenset({"FA"}) for day in DAYS} if "history" in key else {DAYS[2]: frozenset(SYMBOLS)}
    assert missed(lake) == Changes(expected)
    tell(tables_event({"redrive": sorted(missed(lake).symbols)}))
    assert objects(lake) == before


def test_a_lake_of_a_release_without_histories_is_filled_up(system: System, tell: Build) -> None:
    lake = system.lake
    tell(written_event(published(lake)))
    before = objects(lake)
    for key in (*lake.keys("tables/history/"), *lake.keys("tables/changes/")):
        lake.delete(key)
    for day in DAYS:
        stored = lake.read(snapshots_key(day))
        lake.write(snapshots_key(day), json.dumps(made_of(stored)).encode(), JSON)

    # When a message of one fund comes first, the others are still seen
    tell(written_event([dated_key("FA", DAYS[4])]))
    rest = missed(lake)
    assert rest.dated.keys() == set(DAYS)
    assert rest.dated[DAYS[4]] == frozenset({"FB", "FC"})
    assert rest.dated[DAYS[0]] == frozenset(SYMBOLS)

    tell(tables_event({"redrive": list(SYMBOLS)}))
    assert not missed(lake)
    assert objects(lake) == before


def test_a_fund_that_went_before_the_update_leaves_the_tables_of_its_dates(lake: Lake, tell: Build) -> None:
    tell(written_event(published(lake, ("FA", "FB"), DAYS[:1])))
    lake.write(snapshots_key(DAYS[0]), json.dumps(made_of(lake.read(snapshots_key(DAYS[0])))).encode(), JSON)
    lake.delete(dated_key("FB", DAYS[0]))

    build(lake, missed(lake), NOW)

    assert not missed(lake)
    assert made_of(lake.read(snapshots_key(DAYS[0]))).keys() == {"FA"}


def test_a_damaged_date_keeps_no_other_waiting_and_is_told_once_it_is_whole(
    system: System, lake: Lake, tell: Build
) -> None:
    # Given a fund whose middle date is damaged before it was ever read, beside another fund
    keys = published(lake, ("FA", "FB"), DAYS[:3])
    path = system.folder.root / dated_key("FA", DAYS[1])
    body = path.read_bytes()
    path.write_bytes(body.replace(b"1", b"2", 1))

    answer = tell(written_event(keys))

    # Then the others are there, and the next date is told from the one before it
    assert [failure["itemIdentifier"] for failure in answer["batchItemFailures"]] == ["2"]
    assert list(history(lake, "FA").dates) == [DAYS[0], DAYS[2]]
    assert changes_on(lake, DAYS[2])["FA"]["from"] == DAYS[0]
    assert changes_on(lake, DAYS[1]).keys() == {"FB"}

    path.write_bytes(body)
    assert tell(tables_event({"redrive": ["FA"]})) == {"batchItemFailures": []}
    assert_as_the_slow_way(lake)


def test_a_date_after_one_that_is_damaged_now_is_built_and_its_change_is_told_later(
    system: System, lake: Lake, tell: Build
) -> None:
    # Given a date that was read, and is damaged when the next one is written again
    tell(written_event(published(lake, ("FA",), DAYS[:2])))
    path = system.folder.root / dated_key("FA", DAYS[0])
    body = path.read_bytes()
    path.write_bytes(body.replace(b"1", b"2", 1))

    answer = tell(written_event([put(lake, fund_of("FA", DAYS[1], seed=1))]))

    # Then its row is there, its change is null with the reason, and the sweep goes on trying
    assert len(answer["batchItemFailures"]) == 1
    record = history(lake, "FA").dates[DAYS[1]]
    assert (record["change"], record["reasons"]) == (None, {"change": Reason.SNAPSHOT_DAMAGED})
    assert record["etag"] == lake.head(dated_key("FA", DAYS[1])).etag
    assert changes_on(lake, DAYS[1]) == {}
    assert missed(lake).dated[DAYS[1]] == frozenset({"FA"})

    path.write_bytes(body)
    assert tell(tables_event({"redrive": ["FA"]})) == {"batchItemFailures": []}
    assert not missed(lake)
    assert_as_the_slow_way(lake)


def test_a_date_before_one_that_is_damaged_now_lets_it_be_told_later(system: System, lake: Lake, tell: Build) -> None:
    tell(written_event(published(lake, ("FA",), DAYS[:2])))
    path = system.folder.root / dated_key("FA", DAYS[1])
    body = path.read_bytes()
    path.write_bytes(body.replace(b"1", b"2", 1))

    assert tell(written_event([put(lake, fund_of("FA", DAYS[0], seed=1))])) == {"batchItemFailures": []}

    assert history(lake, "FA").dates[DAYS[1]]["change"] is None
    assert missed(lake).dated == {DAYS[1]: frozenset({"FA"})}
    path.write_bytes(body)
    tell(tables_event({"redrive": ["FA"]}))
    assert not missed(lake)
    assert_as_the_slow_way(lake)


def test_a_rebuild_makes_again_what_stands_and_is_wrong(lake: Lake, tell: Build) -> None:
    tell(written_event(published(lake)))
    before = objects(lake)
    for key in (history_key("FA"), changes_key(DAYS[3])):
        lake.write(key, lake.read(key).body.replace(b'"baskets":', b'"baskets":7'), JSON)

    tell({"rebuild": ["FA"]})

    assert {key for key, body in objects(lake).items() if body != before[key]} == {changes_key(DAYS[3])}  # of FB, FC
    tell({"rebuild": "all"})
    assert objects(lake) == before


def test_the_tables_of_a_date_are_all_there_for_sql(lake: Lake, tell: Build) -> None:
    tell(written_event(published(lake, ("FA",), DAYS[:1])))
    (day,) = DAYS[:1]
    keys = {holdings_key(day), funds_key(day), changes_key(day), changed_lines_key(day), snapshots_key(day)}
    assert {*lake.keys("tables/")} - {history_key("FA")} == keys
    assert lines_on(lake, day) == []
