"""Screens by factor tilt: what the tables keep equals what the route of each fund answers."""

import json
import math
import random
from typing import Any

import pytest

from api.lake.queries import ScreenQuery
from etf_analytics import identified, prepare
from etf_analytics.decisions.factors import within
from etf_analytics.reference.sectors import sectors
from etf_analytics.rendering import Missing, percent
from etf_common.codes import Reason
from etf_common.lake import CONFIG_KEY
from etf_common.newest import Newest
from etf_common.table_keys import NEWEST_KEY
from tables import factor_weights
from tables.newest import build_newest
from tests.unit.api_cases import ask, handler
from tests.unit.lake_cases import BUILT, MemoryLake, answer, publish, random_lake, row, stored_fund
from tests.unit.table_lake import NOW, TableLake, made_up_funds
from tests.unit.test_tables_filings import isins, made_up_filing

FACTORS = {"market": "F0", "value": "F1", "size": "F2", "quality": "F3", "gone": "NONE"}
OTHER_FACTORS = {"market": "F4", "value": "F2"}


def configured(lake: MemoryLake, factors: dict[str, str]) -> MemoryLake:
    """The lake with these factors in its config, and the tables built with them."""
    lake.put(CONFIG_KEY, json.dumps({"etf_symbols": ["F0"], "factors": factors}).encode())
    rebuilt(lake, factors)
    return lake


def rebuilt(lake: MemoryLake, factors: dict[str, str], *symbols: str) -> None:
    assert build_newest(lake.lake, symbols, BUILT, lambda _: None, factors=factors) == ({}, {})


def weights_of(lake: MemoryLake | TableLake) -> Any:
    """The object of the weights, and the state that names it."""
    newest = Newest.parse(lake.objects[NEWEST_KEY].body)
    assert newest is not None
    return json.loads(lake.objects[newest.factors_key].body) if newest.factors_key else None


@pytest.fixture(scope="module", params=range(4))
def lake(request: pytest.FixtureRequest) -> MemoryLake:
    """Lists that are cut, flawed and in doubt, references among them; one reference has no list."""
    return configured(random_lake(request.param), FACTORS)


def tilts(lake: MemoryLake) -> dict[str, dict[str, tuple[Any, str | None]]]:
    """By factor and fund: the tilt of the route, and why it is null."""
    found: dict[str, dict[str, tuple[Any, str | None]]] = {}
    for symbol in (f"F{number}" for number in range(7)):
        for one in answer(lake, f"/api/etfs/{symbol}/factors")["factors"]:
            told = one["tilt_pct"], one["reasons"].get("tilt_pct")
            found.setdefault(one["factor"], {})[symbol] = told
    return found


def test_a_screen_has_the_tilts_of_the_route(lake: MemoryLake) -> None:
    for factor, expected in tilts(lake).items():
        funds = answer(lake, "/api/screen", min_factor=f"{factor}:-1000")["funds"]

        name = f"factor_tilt_pct.{factor}"
        found = {row["symbol"]: (row["factor_tilt_pct"][factor], row["reasons"].get(name)) for row in funds}
        assert found == expected


def test_a_screen_finds_the_funds_that_fit_or_may_fit(lake: MemoryLake) -> None:
    expected = {}
    for symbol, (figure, _) in tilts(lake)["value"].items():
        low, high = (figure["low"], figure["high"]) if isinstance(figure, dict) else (figure, figure)
        if figure is None or low < 5 <= high:
            expected[symbol] = "maybe"
        elif low >= 5:
            expected[symbol] = "yes"

    found = answer(lake, "/api/screen", min_factor="value:5")

    assert {row["symbol"]: row["match"] for row in found["funds"]} == expected
    assert found["maybe"] == sum(match == "maybe" for match in expected.values())


@pytest.mark.parametrize("seed", range(6))
def test_the_tables_keep_what_two_lists_have_in_common(seed: int) -> None:
    # Given lists whose lines are as hard to tell apart as real ones, and filings that give some of them ISINs
    lake, chance = TableLake(), random.Random(seed)
    snapshots = {one["symbol"]: one for one in made_up_funds(chance, 7)}
    for one in snapshots.values():
        lake.publish(one)
        if seed % 2 and chance.random() < 0.7:
            lake.file(made_up_filing(chance, one))
    market, first, second, *_ = snapshots

    build_newest(lake.lake, None, NOW, lambda _: None, factors={"market": market, "value": first, "size": second})

    # When two of them are compared without any other
    def shown(weight: Any) -> Any:
        figure = Missing(weight) if isinstance(weight, Reason) else percent(*weight)
        return figure.reason if isinstance(figure, Missing) else figure

    def kept(weight: Any) -> Any:
        if isinstance(weight, str):
            return {code.value: code for code in Reason}[weight]
        return weight[0], math.inf if weight[1] is None else weight[1]

    stored = weights_of(lake)
    assert stored["references"] == [first, second]
    funds = {
        symbol: identified(prepare(one, sector_of=sectors().of), isins(lake, symbol))
        for symbol, one in snapshots.items()
    }
    for symbol, (_, *weights) in stored["funds"].items():
        for reference, weight in zip(stored["references"], weights, strict=True):
            # Then they have in common what the tables say
            found = within(funds[symbol], funds[reference])
            expected = shown(found if isinstance(found, Reason) else found.weight)
            assert shown(kept(weight)) == expected, (symbol, reference)


def test_a_build_takes_what_is_still_the_same_from_the_one_before(monkeypatch: pytest.MonkeyPatch) -> None:
    lake = configured(random_lake(3), FACTORS)
    compared: list[tuple[str, str]] = []
    real = factor_weights.compare

    def counting(engine: Any, folder: Any, records: Any, pairs: Any) -> Any:
        compared.extend(pairs)
        return real(engine, folder, records, pairs)

    monkeypatch.setattr("tables.factors.compare", counting)

    # When one fund has another list, only its pairs are compared again
    publish(lake, stored_fund("F5", [row("AAPL", "Apple Inc", 60.0), row("KO", "Coca-Cola Co", 40.0)]))
    rebuilt(lake, FACTORS, "F5")

    assert {symbol for symbol, _ in compared} <= {"F5"}
    assert compared
    # Then the tables are those of a build of everything
    incremental = weights_of(lake)
    build_newest(lake.lake, None, BUILT, lambda _: None, factors=FACTORS)
    assert weights_of(lake) == incremental


def test_a_build_notices_other_factors_though_no_fund_changed() -> None:
    lake = configured(random_lake(1), FACTORS)

    configured(lake, OTHER_FACTORS)
    assert weights_of(lake)["references"] == ["F2"]
    assert answer(lake, "/api/screen", min_factor="value:-1000")["total"] == 7

    configured(lake, {})
    assert weights_of(lake) is None


def test_no_factors_leave_the_newest_state_as_it_is() -> None:
    lake = random_lake(1)
    before = lake.objects[NEWEST_KEY].etag

    rebuilt(lake, {}, "F1")

    assert lake.objects[NEWEST_KEY].etag == before


def test_weights_that_are_damaged_are_made_again() -> None:
    lake = configured(random_lake(2), FACTORS)
    expected = weights_of(lake)
    newest = Newest.parse(lake.objects[NEWEST_KEY].body)
    assert newest is not None
    lake.put(newest.factors_key, b"[]")

    publish(lake, stored_fund("F6", [row("AAPL", "Apple Inc", 100.0)]))
    rebuilt(lake, FACTORS, "F6")

    found = weights_of(lake)
    assert {symbol: found["funds"][symbol] for symbol in ("F0", "F5")} == {
        symbol: expected["funds"][symbol] for symbol in ("F0", "F5")
    }


def test_lists_that_are_too_many_to_read_whole_wait_for_the_next_build(monkeypatch: pytest.MonkeyPatch) -> None:
    # Given two lists with lines that nothing identifies, of which the whole lists are read, and no room for them
    lake = random_lake(0)
    for symbol in ("T1", "T2"):
        publish(lake, stored_fund(symbol, [row(None, "TREASURY BILL", 60.0, "bond")]))
    build_newest(lake.lake, None, BUILT, lambda _: None)
    factors = {"market": "F0", "value": "T1"}
    monkeypatch.setattr(factor_weights, "MOST_WHOLE_LINES", 0)
    configured(lake, factors)
    assert weights_of(lake)["funds"]["T2"][1] == "not_compared_yet"

    # When the next build has room
    monkeypatch.undo()
    publish(lake, stored_fund("F6", [row("AAPL", "Apple Inc", 100.0)]))
    rebuilt(lake, factors, "F6")

    # Then they may be one
    assert weights_of(lake)["funds"]["T2"][1] == [0.0, 0.6]


@pytest.mark.parametrize(
    ("query", "message"),
    [
        ({"min_factor": "value"}, "min_factor is 'value'"),
        ({"min_factor": "value:1,value:2"}, "each factor once"),
        ({"max_factor": "value:1001"}, "from -1000 to 1000"),
        ({"min_factor": "value:" + "1" * 2000}, "allowed are factors"),
        ({"min_factor": "value:5", "max_factor": "value:4"}, "exchange them"),
        ({"min_factor": "growth:5"}, "the config names value, size, quality, gone"),
        ({"min_factor": "market:5"}, "the factor market is not known"),
        ({"sort": "-factor_tilt_pct"}, "needs min_factor or max_factor"),
    ],
)
def test_a_bad_limit_is_a_400_that_says_what_is_allowed(query: dict[str, str], message: str, lake: MemoryLake) -> None:
    status, told = answer(lake, "/api/screen", **query)

    assert status == 400
    assert message in told


def test_a_config_that_the_tables_do_not_know_yet_is_a_503() -> None:
    lake = configured(random_lake(1), FACTORS)
    lake.put(CONFIG_KEY, json.dumps({"etf_symbols": ["F0"], "factors": OTHER_FACTORS}).encode())

    assert answer(lake, "/api/screen", min_factor="value:5")[0] == 503


def test_several_factors_are_sorted_by_the_first(lake: MemoryLake) -> None:
    found = answer(lake, "/api/screen", min_factor="size:-1000, value:-1000", max_factor="value:1000")["funds"]

    lows = [figure["low"] if isinstance(figure := row["factor_tilt_pct"]["size"], dict) else figure for row in found]
    known = [low for low in lows if low is not None]
    assert known == sorted(known, reverse=True)
    assert lows[: len(known)] == known


def test_the_table_has_columns_for_each_factor(lake: MemoryLake) -> None:
    found = ask(handler(lake), "/api/screen", {"min_factor": "size:-1000,value:-1000", "format": "csv"})

    head = found["body"].splitlines()[0]
    assert head.endswith(
        "factor_tilt_pct_size,factor_tilt_pct_size_low,factor_tilt_pct_size_high,"
        "factor_tilt_pct_value,factor_tilt_pct_value_low,factor_tilt_pct_value_high"
    )


def test_a_query_names_its_factors() -> None:
    query = ScreenQuery.of({"min_factor": "value:20,low_volatility:-2.5", "max_factor": "value:30"})

    assert {factor: query.limits[name] for factor, name in query.factors.items()}.keys() == {"value", "low_volatility"}
    value, low = (query.limits[query.factors[name]] for name in ("value", "low_volatility"))
    assert (value.least, value.most, low.least, low.most) == (20.0, 30.0, -2.5, None)
