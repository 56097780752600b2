"""POST /api/portfolio/changes: the same positions looked through on two dates."""

import csv
import io
import json
from typing import Any

import pytest

from etf_common.lake import CONFIG_KEY, dated_key
from tests.unit.api_cases import ask, handler, told
from tests.unit.contract_cases import valid
from tests.unit.lake_cases import MemoryLake, build, publish, row, stored_fund, without_tables

PATH = "/api/portfolio/changes"
FIRST, SECOND, THIRD = "2026-11-16", "2026-11-17", "2026-11-18"
STOCKS = {name: f"{name.title()} Industries Inc" for name in ("ALFA", "BETA", "GAMA", "DELT")}


def put(lake: MemoryLake, symbol: str, day: str, weights: dict[str, float], **told: Any) -> None:
    """A list by weights; a name that is not a stock is a fund."""
    rows = [
        row(name, STOCKS[name], weight)
        if name in STOCKS
        else row(name, f"{name.title()} Index Fund ETF", weight, "etf")
        for name, weight in weights.items()
    ]
    metadata = told.pop("metadata", {})
    publish(lake, stored_fund(symbol, rows, day=day, **told), **metadata)


def two_funds() -> MemoryLake:
    """ONE has three dates, TWO only the second and an older one; ALL holds both."""
    lake = MemoryLake()
    put(lake, "ONE", FIRST, {"ALFA": 50.0, "BETA": 50.0})
    put(lake, "ONE", SECOND, {"ALFA": 55.0, "BETA": 45.0})
    put(lake, "ONE", THIRD, {"ALFA": 60.0, "BETA": 40.0})
    put(lake, "TWO", "2026-11-10", {"BETA": 80.0, "GAMA": 20.0})
    put(lake, "TWO", SECOND, {"BETA": 80.0, "DELT": 20.0})
    put(lake, "ALL", FIRST, {"ONE": 50.0, "TWO": 50.0})
    put(lake, "ALL", THIRD, {"ONE": 60.0, "TWO": 40.0})
    return lake


def asked(lake: MemoryLake, amounts: dict[str, float], **query: str) -> dict[str, Any]:
    positions = [{"symbol": symbol, "amount_usd": amount} for symbol, amount in amounts.items()]
    names = {"start": "from", "end": "to"}
    wanted = {names.get(name, name): value for name, value in query.items()}
    return ask(handler(lake), PATH, wanted, method="POST", body=json.dumps({"positions": positions}))


def answered(lake: MemoryLake, amounts: dict[str, float], **query: str) -> dict[str, Any]:
    """The parsed answer, which keeps to openapi.json; `start` and `end` are the dates."""
    found: dict[str, Any] = valid(asked(lake, amounts, **query), PATH, "post")
    return found


def moved(answer: dict[str, Any]) -> dict[str, float]:
    """The change of each security's weight, by symbol."""
    names = ("added", "removed", "increased", "decreased")
    return {line["symbol"]: line["change_pct"] for name in names for line in answer[name]}


@pytest.fixture(params=["tables", "no tables"])
def lake(request: pytest.FixtureRequest) -> MemoryLake:
    found = two_funds()
    build(found)
    return found if request.param == "tables" else without_tables(found)


def test_each_fund_is_compared_with_the_list_before_its_newest(lake: MemoryLake) -> None:
    answer = answered(lake, {"ONE": 60_000, "TWO": 40_000})

    assert answer["from"] == {"ONE": SECOND, "TWO": "2026-11-10"}
    assert answer["to"] == {"ONE": THIRD, "TWO": SECOND}
    assert moved(answer) == pytest.approx({"DELT": 8.0, "GAMA": -8.0, "ALFA": 3.0, "BETA": -3.0})
    assert (answer["given_total"], answer["complete"], answer["notes"]) == (100_000, True, {})


def test_a_date_means_each_funds_newest_list_on_or_before_it(lake: MemoryLake) -> None:
    answer = answered(lake, {"ONE": 60_000, "TWO": 40_000}, start=FIRST, end="2026-11-20")

    assert answer["from"] == {"ONE": FIRST, "TWO": "2026-11-10"}
    assert answer["to"] == {"ONE": THIRD, "TWO": SECOND}
    assert moved(answer) == pytest.approx({"DELT": 8.0, "GAMA": -8.0, "ALFA": 6.0, "BETA": -6.0})


def test_proportions_change_as_amounts_in_usd_do(lake: MemoryLake) -> None:
    positions = [{"symbol": "ONE", "proportion": 60}, {"symbol": "TWO", "proportion": 40}]
    body = json.dumps({"positions": positions})
    answer = json.loads(ask(handler(lake), PATH, {}, method="POST", body=body)["body"])

    assert moved(answer) == pytest.approx({"DELT": 8.0, "GAMA": -8.0, "ALFA": 3.0, "BETA": -3.0})
    assert answer["given_total"] == 100


def test_equal_dates_change_nothing(lake: MemoryLake) -> None:
    answer = answered(lake, {"ONE": 1, "TWO": 1}, start=THIRD, end=THIRD)

    assert moved(answer) == {}
    assert (answer["active_share_pct"], answer["unchanged_count"]) == (0.0, 3)


def test_funds_inside_funds_are_looked_through_on_both_dates(lake: MemoryLake) -> None:
    answer = answered(lake, {"ALL": 1_000}, start=FIRST)

    assert answer["from"] == {"ALL": FIRST, "ONE": FIRST, "TWO": "2026-11-10"}
    assert moved(answer) == pytest.approx({"ALFA": 36.0 - 25.0, "BETA": 56.0 - 65.0, "GAMA": -10.0, "DELT": 8.0})


def test_a_fund_inside_that_has_no_list_of_a_date_stays_closed_on_both() -> None:
    lake = two_funds()
    del lake.objects[dated_key("TWO", "2026-11-10")]
    build(lake)

    for found in (lake, without_tables(lake)):
        answer = answered(found, {"ALL": 1_000}, start=FIRST)

        assert answer["to"] == {"ALL": THIRD, "ONE": THIRD}
        assert moved(answer) == pytest.approx({"ALFA": 11.0, "BETA": -1.0, "TWO": -10.0})


def test_a_fund_that_came_into_another_is_looked_through_too(lake: MemoryLake) -> None:
    put(lake, "ALL", "2026-11-19", {"ONE": 100.0})

    answer = answered(lake, {"ALL": 1_000}, start=THIRD, end="2026-11-19")

    assert moved(answer) == pytest.approx({"ALFA": 24.0, "BETA": -16.0, "DELT": -8.0})


@pytest.mark.parametrize("stock", ["ALFA", "DELT"])
def test_a_security_held_directly_keeps_its_weight_though_a_fund_has_just_bought_it(
    lake: MemoryLake, stock: str
) -> None:
    answer = answered(lake, {"TWO": 50_000, stock: 150_000})

    told = {position["symbol"]: position["weight_pct"] for position in answer["positions"]}
    assert told == {"TWO": 25.0, stock: 75.0}
    assert moved(answer) == pytest.approx({"DELT": 5.0, "GAMA": -5.0})
    assert answer["to"] == {"TWO": SECOND}


def test_securities_alone_change_nothing(lake: MemoryLake) -> None:
    answer = answered(lake, {"ALFA": 1, "DELT": 1})

    assert (moved(answer), answer["unchanged_count"], answer["from"]) == ({}, 2, {})


def test_what_is_neither_a_fund_nor_a_security_is_a_404(lake: MemoryLake) -> None:
    answer = asked(lake, {"ONE": 1, "NOPE": 1})

    assert answer["statusCode"] == 404
    assert "NOPE: neither an ETF here nor listed by one" in told(answer)


def test_a_fund_that_is_not_fetched_yet_is_told_apart(lake: MemoryLake) -> None:
    lake.put(CONFIG_KEY, b"etf_symbols: [ONE, NEW]")

    answer = asked(lake, {"ONE": 1, "NEW": 1})

    assert answer["statusCode"] == 404
    assert "NEW (configured, not yet fetched)" in told(answer)


def test_a_position_without_a_list_of_the_date_is_a_404_with_its_first(lake: MemoryLake) -> None:
    answer = asked(lake, {"ONE": 1, "TWO": 1}, start="2026-11-12")

    assert answer["statusCode"] == 404
    assert f"ONE has no list of 2026-11-12 or before; its first is of {FIRST}" in told(answer)


def test_a_fund_with_one_date_is_compared_with_itself_and_a_note() -> None:
    lake = MemoryLake()
    put(lake, "ONE", FIRST, {"ALFA": 100.0})

    answer = answered(lake, {"ONE": 1})

    assert (answer["from"], answer["to"], moved(answer)) == ({"ONE": FIRST}, {"ONE": FIRST}, {})
    assert "one holdings date only" in answer["notes"]["ONE"]


def test_a_fund_without_a_list_between_the_dates_has_a_note(lake: MemoryLake) -> None:
    answer = answered(lake, {"TWO": 1}, start=SECOND, end=THIRD)

    assert (answer["from"], answer["to"], moved(answer)) == ({"TWO": SECOND}, {"TWO": SECOND}, {})
    assert f"on both dates is that of {SECOND}" in answer["notes"]["TWO"]


def test_a_fund_without_dated_lists_is_a_404_that_says_so(lake: MemoryLake) -> None:
    for day in (FIRST, SECOND, THIRD):
        del lake.objects[dated_key("ONE", day)]

    answer = asked(lake, {"ONE": 1})

    assert answer["statusCode"] == 404
    assert "ONE has no snapshot of a holdings date" in told(answer)


@pytest.mark.parametrize(
    "query",
    [{"start": THIRD, "end": FIRST}, {"end": "2026-12-24"}, {"start": "x"}, {"by": "x"}, {"max_lag_days": "1"}],
)
def test_a_query_that_cannot_be_is_a_400(lake: MemoryLake, query: dict[str, str]) -> None:
    assert asked(lake, {"ONE": 1}, **query)["statusCode"] == 400


@pytest.mark.parametrize("body", [None, "", "[]", "{}", '{"positions": []}', '{"positions": [{"symbol": "ONE"}]}', "x"])
def test_a_body_that_is_no_portfolio_is_a_400(lake: MemoryLake, body: str | None) -> None:
    assert ask(handler(lake), PATH, method="POST", body=body)["statusCode"] == 400


def test_a_get_is_refused_with_what_the_path_takes(lake: MemoryLake) -> None:
    answer = ask(handler(lake), PATH)

    assert (answer["statusCode"], answer["headers"]["Allow"]) == (405, "OPTIONS, POST")


def test_the_answer_is_kept_by_nobody_and_describes_both_lists(lake: MemoryLake) -> None:
    put(lake, "ONE", SECOND, {"ALFA": 50.0, "BETA": 50.0}, metadata={"source": "sample"})

    headers = asked(lake, {"ONE": 1}, end=THIRD)["headers"]

    assert headers["Cache-Control"] == "no-store"
    assert (headers["X-Data-Source"], headers["X-Data-Complete"]) == ("sample", "true")


def test_a_damaged_list_is_a_503_that_names_it(lake: MemoryLake) -> None:
    lake.put(dated_key("ONE", SECOND), b"{", metadata={"included": "2"})

    answer = asked(lake, {"ONE": 1})

    assert answer["statusCode"] == 503
    assert f"processed/ONE/{SECOND}.json is not a snapshot" in told(answer)


def test_a_cut_list_gives_bounds_and_no_additions() -> None:
    lake = MemoryLake()
    put(lake, "ONE", FIRST, {"ALFA": 60.0, "BETA": 30.0}, reported=3)
    put(lake, "ONE", SECOND, {"ALFA": 60.0, "GAMA": 25.0}, reported=3)

    answer = answered(lake, {"ONE": 1})
    rows = [*csv.DictReader(io.StringIO(asked(lake, {"ONE": 1}, format="csv")["body"].removeprefix("\ufeff")))]

    assert (answer["complete"], answer["added"], answer["active_share_pct"]) == (False, None, None)
    assert [line["symbol"] for line in answer["entered_the_list"]] == ["GAMA"]
    assert {"kind": "added", "reasons": "added: partial_list"}.items() <= rows[0].items()
    assert "entered_the_list" in [line["kind"] for line in rows]


def test_csv_has_a_row_for_each_change(lake: MemoryLake) -> None:
    answer = asked(lake, {"ONE": 60_000, "TWO": 40_000}, format="csv")

    assert answer["headers"]["Content-Disposition"] == 'attachment; filename="portfolio-changes.csv"'
    rows = [*csv.DictReader(io.StringIO(answer["body"].removeprefix("\ufeff")))]
    assert [(line["kind"], line["symbol"]) for line in rows] == [
        ("added", "DELT"),
        ("removed", "GAMA"),
        ("increased", "ALFA"),
        ("decreased", "BETA"),
    ]
    assert (rows[0]["change_pct_low"], rows[0]["change_pct_high"]) == ("8.0", "8.0")


def test_too_many_lines_on_both_dates_are_a_413(lake: MemoryLake) -> None:
    for day in (SECOND, THIRD):
        put(lake, "ONE", day, {"ALFA": 100.0}, metadata={"included": "70000"})

    answer = asked(lake, {"ONE": 1})

    assert answer["statusCode"] == 413
    assert "140000 lines on the two dates together" in told(answer)


def test_a_portfolio_that_is_far_too_large_is_refused_before_all_its_lists_are_read() -> None:
    lake = MemoryLake()
    names = [f"F{number}" for number in range(100)]
    for name in names:
        for day in (SECOND, THIRD):
            put(lake, name, day, {"ALFA": 100.0}, metadata={"included": "5000"})
    build(lake)
    lake.calls.clear()

    assert asked(lake, dict.fromkeys(names, 1.0))["statusCode"] == 413
    assert 0 < sum(call == "read" and key.startswith("processed/") for call, key in lake.calls) <= 40
