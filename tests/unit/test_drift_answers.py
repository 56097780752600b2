"""POST /api/drift over a lake: which lists and quotes it takes, what is refused, and its table."""

import csv
import io
import json
from typing import Any

import pytest

from etf_common.lake import dated_key
from tests.unit.api_cases import ask, handler, told
from tests.unit.contract_cases import valid
from tests.unit.lake_cases import MemoryLake, build, publish, row, stored_fund, without_tables

PATH = "/api/drift"
MONDAY, TUESDAY, WEDNESDAY, FRIDAY = "2026-11-16", "2026-11-17", "2026-11-18", "2026-11-20"
STOCKS = {name: f"{name.title()} Industries Inc" for name in ("ALFA", "BETA", "GAMA", "DELT")}


def put(lake: MemoryLake, symbol: str, day: str, weights: dict[str, float], quote: tuple[str, float]) -> None:
    """A list of `day` whose snapshot has the closing quote of a later one."""
    rows = [
        row(name, STOCKS[name], weight)
        if name in STOCKS
        else row(name, f"{name.title()} Index Fund ETF", weight, "etf", shares=None)
        for name, weight in weights.items()
    ]
    fund = stored_fund(symbol, rows, day=day)
    fund["summary"] |= {"as_of": f"{quote[0]} 16:00:00", "last_price": quote[1]}
    publish(lake, fund)


def two_funds() -> MemoryLake:
    """Lists of three days, each with the quote of two days later; ALL holds ONE."""
    lake = MemoryLake()
    put(lake, "ONE", "2026-11-12", {"ALFA": 50.0, "BETA": 50.0}, (MONDAY, 100.0))
    put(lake, "ONE", "2026-11-13", {"ALFA": 50.0, "BETA": 50.0}, (TUESDAY, 110.0))
    put(lake, "ONE", MONDAY, {"ALFA": 50.0, "BETA": 50.0}, (WEDNESDAY, 120.0))
    put(lake, "ONE", WEDNESDAY, {"ALFA": 60.0, "BETA": 40.0}, (FRIDAY, 130.0))
    put(lake, "TWO", "2026-11-12", {"BETA": 80.0, "GAMA": 20.0}, (MONDAY, 50.0))
    put(lake, "TWO", MONDAY, {"BETA": 80.0, "GAMA": 20.0}, (WEDNESDAY, 45.0))
    put(lake, "TWO", TUESDAY, {"BETA": 80.0, "DELT": 20.0}, (FRIDAY, 40.0))
    put(lake, "ALL", "2026-11-12", {"ONE": 100.0}, (MONDAY, 10.0))
    put(lake, "ALL", WEDNESDAY, {"ONE": 100.0}, (WEDNESDAY, 12.0))
    return lake


@pytest.fixture(scope="module", params=["tables", "no tables"])
def lake(request: pytest.FixtureRequest) -> MemoryLake:
    found = two_funds()
    build(found)
    return found if request.param == "tables" else without_tables(found)


def sent(lake: MemoryLake, body: Any, **query: str) -> dict[str, Any]:
    names = {"start": "from", "end": "to"}
    wanted = {names.get(name, name): value for name, value in query.items()}
    return ask(handler(lake), PATH, wanted, method="POST", body=body if isinstance(body, str) else json.dumps(body))


def answered(lake: MemoryLake, body: dict[str, Any], **query: str) -> dict[str, Any]:
    """The parsed answer, which keeps to openapi.json; `start` and `end` are the dates."""
    found: dict[str, Any] = valid(sent(lake, body, **query), PATH, "post")
    return found


BOTH = {"positions": [{"symbol": "ONE", "amount_usd": 6000}, {"symbol": "two", "shares": 80}]}


def test_positions_move_from_the_close_of_one_date_to_that_of_the_other(lake: MemoryLake) -> None:
    found = answered(lake, BOTH, start=MONDAY, end=WEDNESDAY)

    one, two = found["positions"]
    # 60 shares of ONE from 100 to 120, and 80 of TWO from 50 to 45.
    assert (one["value_from_usd"], one["value_to_usd"]) == (6000.0, 7200.0)
    assert (two["value_from_usd"], two["value_to_usd"]) == (4000.0, 3600.0)
    assert (one["weight_from_pct"], one["weight_to_pct"]) == (60.0, pytest.approx(66.666667))
    assert (one["return_pct"], two["return_pct"]) == (20.0, -10.0)
    assert found["holdings_as_of"] == {"from": {"ONE": MONDAY, "TWO": MONDAY}, "to": {"ONE": WEDNESDAY, "TWO": TUESDAY}}
    moved = {line["symbol"]: line["drift_pct"] for line in found["securities"]}
    assert moved["ALFA"] == pytest.approx(40.0 - 30.0)
    assert moved["DELT"] == pytest.approx(20 / 3, abs=1e-6)
    assert found["notes"] == {}


def test_dates_may_stand_in_the_body_and_default_to_the_two_newest_holdings_dates(lake: MemoryLake) -> None:
    given = answered(lake, {**BOTH, "from": TUESDAY, "to": WEDNESDAY}, start=TUESDAY)
    default = answered(lake, BOTH)

    assert (default["from"], default["to"]) == (TUESDAY, WEDNESDAY)
    assert given == default
    # TWO has no quote of Tuesday.
    assert default["positions"][1]["reasons"]["price_from_usd"] == "no_quote_of_date"


def test_a_day_without_a_session_takes_the_close_before_it(lake: MemoryLake) -> None:
    found = answered(lake, BOTH, start="2026-11-15", end="2026-11-21")

    assert found["closes_of"] == {"from": "2026-11-13", "to": FRIDAY}
    assert found["positions"][0]["price_to_usd"] == 130.0
    assert found["positions"][0]["reasons"]["price_from_usd"] == "no_quote_of_date"


def test_a_fund_inside_a_fund_is_looked_through(lake: MemoryLake) -> None:
    found = answered(lake, {"positions": [{"symbol": "ALL", "proportion": 1}]}, start=MONDAY, end=WEDNESDAY)

    assert {line["symbol"]: line["drift_pct"] for line in found["securities"]} == {"ALFA": 10.0, "BETA": -10.0}
    assert found["positions"][0]["return_pct"] == 20.0


def test_a_stock_held_directly_is_described_and_unpriced(lake: MemoryLake) -> None:
    body = {"positions": [{"symbol": "ONE", "amount_usd": 60}, {"symbol": "DELT", "amount_usd": 40}]}
    found = answered(lake, body, start=MONDAY, end=WEDNESDAY)

    assert (found["positions"][1]["name"], found["positions"][1]["weight_from_pct"]) == ("Delt Industries Inc", 40.0)
    assert found["positions"][1]["reasons"]["weight_to_pct"] == "no_quote_of_security"
    assert found["reasons"]["securities"] == "position_unpriced"


def test_targets_name_what_is_not_held_too(lake: MemoryLake) -> None:
    body = {**BOTH, "targets": {"one": 50, "ALL": 20}}
    found = answered(lake, body, start=MONDAY, end=WEDNESDAY)

    one, two, other = found["positions"]
    assert one["from_target_pct"] == pytest.approx(16.666667)
    assert two["reasons"]["target_pct"] == "no_target"
    assert (other["symbol"], other["from_target_pct"]) == ("ALL", -20.0)


def test_one_date_twice_moves_nothing(lake: MemoryLake) -> None:
    found = answered(lake, BOTH, start=WEDNESDAY, end=WEDNESDAY)

    assert [line["drift_pct"] for line in found["positions"]] == [0.0, 0.0]
    assert set(found["notes"]) == {"ONE", "TWO"}


def test_shares_and_usd_of_one_symbol_add_up(lake: MemoryLake) -> None:
    body = {"positions": [{"symbol": "ONE", "amount_usd": 1000}, {"symbol": "ONE", "shares": 10}]}
    found = answered(lake, body, start=MONDAY, end=WEDNESDAY)

    assert [line["value_from_usd"] for line in found["positions"]] == [2000.0]


def test_a_table_has_positions_then_securities_and_says_why_there_are_none(lake: MemoryLake) -> None:
    def table(**query: str) -> list[dict[str, str]]:
        answer = sent(lake, BOTH, **query, format="csv")
        return [*csv.DictReader(io.StringIO(answer["body"].removeprefix("\ufeff")))]

    rows = table(start=MONDAY, end=WEDNESDAY)
    assert [entry["kind"] for entry in rows] == ["position"] * 2 + ["security"] * 4
    assert (rows[0]["return_pct"], rows[0]["weight_from_pct_low"]) == ("20.0", "60.0")
    assert table()[-1]["reasons"] == "securities position_unpriced"


def test_a_damaged_history_costs_no_quote() -> None:
    lake = two_funds()
    build(lake)
    lake.put("tables/history/ONE.json", b"{")

    found = answered(lake, BOTH, start=MONDAY, end=WEDNESDAY)

    assert found["positions"][0]["return_pct"] == 20.0


@pytest.mark.parametrize(
    ("body", "query", "says"),
    [
        ("{", {}, "the body is not JSON"),
        ("[" * 100_000, {}, "the body is not JSON"),
        ([], {}, "the body is []"),
        ({}, {}, "positions is None"),
        ({"positions": []}, {}, "there are 0 positions"),
        ({"positions": [{"symbol": f"A{n}", "shares": 1} for n in range(10_000)]}, {}, "allowed are 1 to 200"),
        ({"positions": [{"symbol": "ONE"}]}, {}, 'give {"symbol": "VTI", "shares": 200}'),
        ({"positions": ["ONE"]}, {}, "position 'ONE' is invalid"),
        ({"positions": [{"symbol": "ONE", "shares": 1, "amount_usd": 1}]}, {}, "is invalid"),
        ({"positions": [{"symbol": 1, "shares": 1}]}, {}, "is invalid"),
        ({"positions": [{"symbol": "ONE", "shares": 0}]}, {}, "a number above 0"),
        ({"positions": [{"symbol": "ONE", "shares": True}]}, {}, "a number above 0"),
        ('{"positions": [{"symbol": "ONE", "shares": NaN}]}', {}, "a number above 0"),
        ({"positions": [{"symbol": "../x", "shares": 1}]}, {}, "is not a symbol"),
        (
            {"positions": [{"symbol": "ONE", "shares": 1}, {"symbol": "TWO", "proportion": 1}]},
            {},
            "positions mix proportion with amount_usd or shares",
        ),
        ({**BOTH, "cash": 1}, {}, "the body has 'cash'; allowed are positions, targets, from, to"),
        ({**BOTH, "targets": [1]}, {}, "targets is [1]"),
        ({**BOTH, "targets": {"ONE": -1}}, {}, "a number from 0 to 100"),
        ({**BOTH, "targets": {"ONE": "60"}}, {}, "a number from 0 to 100"),
        ({**BOTH, "targets": {"ONE": 60, "TWO": 41}}, {}, "the targets sum to 101 %"),
        ({**BOTH, "targets": {"ONE": 60, "one": 10}}, {}, "targets names ONE twice"),
        ({**BOTH, "from": 5}, {}, "from is 5"),
        ({**BOTH, "from": "yesterday"}, {}, "a date such as 2026-11-18"),
        ({**BOTH, "from": MONDAY}, {"start": TUESDAY}, "in the address"),
        (BOTH, {"end": "2026-12-24"}, "in the future"),
        (BOTH, {"start": WEDNESDAY, "end": MONDAY}, "give the earlier date as from"),
        (BOTH, {"by": "sector"}, "by is 'sector'"),
        (BOTH, {"since": MONDAY}, "unknown query parameter"),
    ],
)
def test_bad_input_is_refused_with_what_is_allowed(
    lake: MemoryLake, body: Any, query: dict[str, str], says: str
) -> None:
    refused = sent(lake, body, **query)

    assert refused["statusCode"] == 400
    assert says in told(refused)


@pytest.mark.parametrize(
    ("body", "query", "says"),
    [
        ({"positions": [{"symbol": "NOPE", "shares": 1}]}, {}, "NOPE"),
        ({**BOTH, "targets": {"NOPE": 10}}, {}, "NOPE: a target that is not among the positions is an ETF here"),
        (BOTH, {"start": "2026-11-11"}, "has no list of 2026-11-11 or before; its first is of 2026-11-12"),
    ],
)
def test_what_is_not_here_is_named(lake: MemoryLake, body: Any, query: dict[str, str], says: str) -> None:
    refused = sent(lake, body, **query)

    assert refused["statusCode"] == 404
    assert says in told(refused)


def test_a_corrected_list_is_another_answer() -> None:
    lake = two_funds()
    first = sent(lake, BOTH, start=MONDAY, end=WEDNESDAY)["headers"]["ETag"]
    again = sent(lake, BOTH, start=MONDAY, end=WEDNESDAY)["headers"]["ETag"]
    del lake.objects[dated_key("TWO", "2026-11-12")]
    put(lake, "TWO", "2026-11-12", {"BETA": 80.0, "GAMA": 20.0}, (MONDAY, 55.0))
    other = sent(lake, BOTH, start=MONDAY, end=WEDNESDAY)

    assert first == again != other["headers"]["ETag"]
    assert json.loads(other["body"])["positions"][1]["price_from_usd"] == 55.0
