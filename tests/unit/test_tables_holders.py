"""Answers from the tables' lines equal those from all snapshots."""

import random
from collections.abc import Mapping
from typing import Any

import pytest

from etf_analytics import By, find_holders, narrowed_funds, prepare
from etf_analytics.kinds import token_of
from etf_analytics.reference.sectors import sectors
from etf_common.table_keys import shard_of
from tables import holders
from tests.unit.table_lake import ASKED, Snapshot, TableLake, made_up_fund, made_up_funds


def entries_of(lake: TableLake, symbol: str) -> list[list[Any]]:
    keys, token = lake.newest.holder_keys, token_of(symbol)
    found: list[list[Any]] = lake.document(keys[shard_of(token, len(keys))]).get(token, [])
    return found


def from_tables(lake: TableLake, symbol: str, by: By) -> Mapping[str, Any]:
    funds = narrowed_funds(lake.newest.funds, entries_of(lake, symbol), by=by, sector_of=sectors().of)
    return find_holders(symbol, funds)


def from_snapshots(snapshots: list[Snapshot], symbol: str, by: By) -> Mapping[str, Any]:
    ordered = sorted(snapshots, key=lambda snapshot: snapshot["symbol"])
    return find_holders(symbol, [prepare(snapshot, by=by, sector_of=sectors().of) for snapshot in ordered])


@pytest.mark.parametrize("seed", range(12))
def test_who_holds_a_security_is_the_same_from_some_lines_and_from_all_snapshots(seed: int) -> None:
    chance = random.Random(seed)
    lake, snapshots = TableLake(), made_up_funds(chance, count=chance.choice([1, 2, 6, 14]))
    for snapshot in snapshots:
        lake.publish(snapshot)

    assert lake.build() == {}

    for by in ("security", "issuer"):
        for symbol in ASKED:
            expected = from_snapshots(snapshots, symbol, by)
            assert from_tables(lake, symbol, by) == expected, (symbol, by)


def test_lines_are_in_the_part_of_their_token_whatever_the_number_of_parts(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(holders, "LINES_A_SHARD", 10)
    chance = random.Random(5)
    lake, snapshots = TableLake(), made_up_funds(chance, count=14)
    for snapshot in snapshots:
        lake.publish(snapshot)

    lake.build()

    parts = len(lake.newest.holder_keys)
    assert parts >= 8
    assert parts & (parts - 1) == 0
    for symbol in ASKED:
        expected = from_snapshots(snapshots, symbol, "security")
        assert from_tables(lake, symbol, "security") == expected


def test_a_line_without_a_ticker_stands_under_the_ticker_that_its_name_has_elsewhere() -> None:
    lake = TableLake()
    one, other = (made_up_fund(random.Random(1), symbol) for symbol in ("FA", "FB"))
    line = {**one["holdings"][0], "asset_class": "equity", "shares": 100, "market_value_usd": 18_000.0}
    lake.publish({**one, "holdings": [{**line, "symbol": "NVDA", "name": "NVIDIA Corp"}]})
    lake.publish({**other, "holdings": [{**line, "symbol": None, "name": "NVIDIA CORP"}]})

    lake.build()

    assert [(etf, line) for etf, line, *_ in entries_of(lake, "NVDA")] == [("FA", 1), ("FB", 1)]


def test_symbols_of_one_issuer_and_former_symbols_are_asked_together() -> None:
    assert token_of("GOOG") == token_of("GOOGL") == "GOOGL"
    assert token_of("FB") == token_of("META") == "META"
    # Renamed twice.
    assert token_of("PPB") == token_of("FLTR") == token_of("FLUT")
