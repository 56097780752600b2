"""Questions about all funds: answers from the tables equal those from all whole snapshots."""

import json

import pytest

from tests.unit.api_cases import ask, handler
from tests.unit.lake_cases import (
    COMPANIES,
    answer,
    random_lake,
    without_tables,
)

SEEDS = range(25)


@pytest.mark.parametrize("seed", SEEDS)
@pytest.mark.parametrize("by", ["security", "issuer"])
def test_holders_from_the_tables_are_those_of_all_snapshots(seed: int, by: str) -> None:
    lake = random_lake(seed)
    before = without_tables(lake)

    for symbol in (*COMPANIES, "MRK", "SAN", "912810TM0", "F0", "F1", "USD", "NOBODY"):
        assert answer(lake, f"/api/holders/{symbol}", by=by) == answer(before, f"/api/holders/{symbol}", by=by), symbol


@pytest.mark.parametrize("seed", SEEDS)
@pytest.mark.parametrize("by", ["security", "issuer"])
def test_a_portfolio_with_direct_stocks_is_that_of_all_snapshots(seed: int, by: str) -> None:
    lake = random_lake(seed)
    before = without_tables(lake)

    for positions in ("F3:50,AAPL:50", "F5:20,F6:20,NVDA:30,GOOG:30", "MRK:1", "XOM:1,ZZT:2", "F2:1,NOBODY:1"):
        query = {"positions": positions, "by": by}
        assert answer(lake, "/api/portfolio", **query) == answer(before, "/api/portfolio", **query), positions


@pytest.mark.parametrize("seed", SEEDS[:5])
@pytest.mark.parametrize("path", ["/api/etfs", "/api/status"])
def test_lists_and_statuses_are_those_of_all_objects(seed: int, path: str) -> None:
    lake = random_lake(seed)

    with_tables, without = (ask(handler(each), path) for each in (lake, without_tables(lake)))

    assert json.loads(with_tables["body"]) == json.loads(without["body"])
    assert with_tables["headers"] == without["headers"]
    assert list(json.loads(with_tables["body"])) == list(json.loads(without["body"]))
