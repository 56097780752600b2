"""GET /api/substitutes: cheaper funds that are nearly the same, and funds with the same sectors in other names."""

import csv
import io
import json
from collections.abc import Mapping
from fractions import Fraction
from typing import Any

import jsonschema
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from api.decisions.substitutes import LEAST_COMPARED, LINES_COMPARED
from contract.document import document
from etf_analytics import SubstituteLimits, prepare, substitutes
from etf_common.lake import CONFIG_KEY, latest_key
from tests.unit.analytics_cases import Snapshot, counted, cut, overlap, row, snapshot, weights_of
from tests.unit.api_cases import ask, handler, told
from tests.unit.lake_cases import MemoryLake, answer, build, publish, random_lake, stored_fund, without_tables
from tests.unit.lake_cases import row as line

PATH = "/api/substitutes/BASE"
NAMES = {
    "AAPL": "Apple",
    "ADBE": "Adobe",
    "ACN": "Accenture plc",
    "APA": "APA",
    "BKR": "Baker Hughes",
    "AEE": "Ameren",
    "AEP": "American Electric Power",
    "ZZZ": "Nobody Knows Its Sector",
}
FUNDS: Mapping[str, dict[str, float]] = {
    "BASE": {"AAPL": 40, "APA": 30, "ADBE": 20, "AEE": 10},
    # Nearly the same: cheaper, cheapest but less alike, dearer, and of unknown cost.
    "CLON": {"AAPL": 40, "APA": 30, "ADBE": 15, "AEE": 15},
    "LEAN": {"AAPL": 40, "APA": 35, "AEE": 25},
    "DEAR": {"AAPL": 40, "APA": 30, "ADBE": 20, "AEE": 10},
    "FREE": {"AAPL": 40, "APA": 30, "ADBE": 20, "AEE": 10},
    # The same sectors in other names: near, at the limit, and too far.
    "TWIN": {"ACN": 58, "BKR": 32, "AEP": 10},
    "EDGE": {"ACN": 50, "BKR": 40, "AEP": 10},
    "FARR": {"ACN": 49, "BKR": 41, "AEP": 10},
    # Too little of it is in known sectors.
    "MURK": {"ACN": 45, "BKR": 30, "AEP": 4, "ZZZ": 21},
}
COSTS = {"BASE": 0.5, "CLON": 0.1, "LEAN": 0.05, "DEAR": 0.9, "TWIN": 0.6, "EDGE": 0.2, "FARR": 0.1, "MURK": 0.1}
DEFINITIONS = document()


def rows_of(weights: Mapping[str, float]) -> list[dict[str, Any]]:
    return [line(symbol, NAMES[symbol], weight) for symbol, weight in weights.items()]


def config(costs: Mapping[str, float]) -> bytes:
    told = {symbol: {"expense_ratio_pct": ratio, "as_of": "2026-11-01"} for symbol, ratio in costs.items()}
    return f"etf_symbols: [BASE]\nexpense_ratios: {json.dumps(told)}".encode()


def made(costs: Mapping[str, float] = COSTS, **more: dict[str, Any]) -> MemoryLake:
    lake = MemoryLake()
    for symbol, weights in FUNDS.items():
        publish(lake, stored_fund(symbol, rows_of(weights)))
    publish(lake, stored_fund("BOND", [line("912810TM0", "US Treasury 4.0% 11/15/2042", 100.0, "bond")]))
    for symbol, fund in more.items():
        publish(lake, {**fund, "symbol": symbol})
    lake.put(CONFIG_KEY, config(costs))
    build(lake)
    return lake


@pytest.fixture(scope="module")
def lake() -> MemoryLake:
    return made()


def symbols(rows: Any) -> list[str]:
    return [fund["symbol"] for fund in rows]


def test_cheaper_funds_are_nearly_the_same_and_cost_less_the_largest_saving_first(lake: MemoryLake) -> None:
    found = answer(lake, PATH)

    assert symbols(found["cheaper"]) == ["LEAN", "CLON"]
    lean, clon = found["cheaper"]
    # 40 + 30 + 10 of 100; the sectors differ by 20, 5 and 15.
    assert (lean["overlap_pct"], lean["sector_distance_pct"], lean["saving_pct"]) == (80.0, 20.0, 0.45)
    assert (clon["overlap_pct"], clon["sector_distance_pct"], clon["expense_ratio_pct"]) == (95.0, 5.0, 0.1)
    assert found["expense_ratio_pct"] == 0.5
    # FREE and BOND have no known cost.
    assert found["cost_unknown"] == 2


def test_similar_exposure_is_in_the_same_sectors_with_little_overlap_the_nearest_first(lake: MemoryLake) -> None:
    found = answer(lake, PATH)

    assert [(fund["symbol"], fund["sector_distance_pct"]) for fund in found["similar_exposure"]] == [
        ("TWIN", 2.0),
        ("EDGE", 10.0),
    ]
    assert [fund["overlap_pct"] for fund in found["similar_exposure"]] == [0.0, 0.0]
    # One that costs more saves nothing, and is told so.
    assert [fund["saving_pct"] for fund in found["similar_exposure"]] == [-0.1, 0.3]
    assert "no tax or investment advice" in found["note"]
    assert found["totals"] == {"cheaper": 2, "similar_exposure": 2}


@pytest.mark.parametrize(
    ("query", "cheaper", "similar"),
    [
        ({"min_overlap_pct": "80"}, ["LEAN", "CLON"], ["TWIN", "EDGE"]),
        ({"min_overlap_pct": "80.1"}, ["CLON"], ["TWIN", "EDGE"]),
        ({"max_expense_pct": "0.2"}, ["LEAN", "CLON"], ["EDGE"]),
        ({"max_expense_pct": "0.07"}, ["LEAN"], []),
        ({"max_overlap_pct": "95"}, ["LEAN", "CLON"], ["TWIN", "CLON", "EDGE"]),
        ({"limit": "1", "offset": "1"}, ["CLON"], ["EDGE"]),
    ],
)
def test_limits_are_the_callers_and_included(
    lake: MemoryLake, query: dict[str, str], cheaper: list[str], similar: list[str]
) -> None:
    found = answer(lake, PATH, **query)

    assert (symbols(found["cheaper"]), symbols(found["similar_exposure"])) == (cheaper, similar)


def test_without_its_own_cost_nothing_is_cheaper_and_no_saving_is_told() -> None:
    found = answer(made({"CLON": 0.1}), PATH)

    assert (found["cheaper"], found["expense_ratio_pct"]) == (None, None)
    assert found["reasons"] == dict.fromkeys(("cheaper", "expense_ratio_pct"), "expense_ratio_unknown")
    assert found["similar_exposure"][0]["reasons"] == dict.fromkeys(
        ("expense_ratio_pct", "saving_pct"), "expense_ratio_unknown"
    )


def test_a_fund_of_bonds_has_no_sectors_to_be_near(lake: MemoryLake) -> None:
    found = answer(lake, "/api/substitutes/BOND")

    assert found["similar_exposure"] is None
    assert found["reasons"]["similar_exposure"] == "sectors_unknown"
    assert found["totals"]["similar_exposure"] is None


def test_of_a_cheaper_fund_in_unknown_sectors_the_distance_is_null() -> None:
    murky = stored_fund("MOST", rows_of({"AAPL": 40, "APA": 30, "ADBE": 5, "ZZZ": 25}))
    rows = answer(made({**COSTS, "MOST": 0.2}, MOST=murky), PATH)["cheaper"]

    (most,) = (fund for fund in rows if fund["symbol"] == "MOST")
    assert (most["sector_distance_pct"], most["reasons"]) == (None, {"sector_distance_pct": "sectors_unknown"})


def test_what_a_cut_list_leaves_open_is_undecided_and_not_listed() -> None:
    # 70 % in common for certain; and 60 %, which unlisted lines can raise above 70.
    sure = stored_fund("SURE", rows_of({"AAPL": 42, "APA": 30, "ACN": 20}), reported=4)
    maybe = stored_fund("MAYB", rows_of({"AAPL": 40, "ACN": 30, "ADBE": 20}), reported=4)
    found = answer(made({**COSTS, "SURE": 0.3, "MAYB": 0.3}, SURE=sure, MAYB=maybe), PATH)

    assert symbols(found["cheaper"]) == ["LEAN", "CLON", "SURE"]
    assert found["cheaper"][2]["overlap_pct"] == {"low": 70.0, "high": 81.0}
    assert found["undecided"] == {"cheaper": 1, "similar_exposure": 0}
    assert any("103 %" in text for text in found["assumptions"])


def test_lines_in_doubt_leave_a_fund_out_unless_both_readings_fit() -> None:
    other = [line("APA", "Birch Works Inc", 30, shares=None), *rows_of({"AAPL": 40, "ADBE": 20, "AEE": 10})]
    found = answer(made({**COSTS, "DOUB": 0.2}, DOUB=stored_fund("DOUB", other)), PATH, min_overlap_pct="60")

    assert "DOUB" in symbols(found["cheaper"])
    (doubtful,) = (fund for fund in found["cheaper"] if fund["symbol"] == "DOUB")
    assert (doubtful["overlap_pct"], doubtful["in_doubt"]) == ({"low": 70.0, "high": 100.0}, True)
    found = answer(made({**COSTS, "DOUB": 0.2}, DOUB=stored_fund("DOUB", other)), PATH, min_overlap_pct="71")
    assert "DOUB" not in symbols(found["cheaper"])
    assert found["undecided"]["cheaper"] == 1


def test_a_flawed_list_gives_no_substitutes_and_says_why() -> None:
    broken = [*rows_of({"AAPL": 50, "APA": 50}), line("AEE", "Ameren", None)]
    found = answer(made({**COSTS, "BROK": 0.2}, BROK=stored_fund("BROK", broken)), "/api/substitutes/BROK")

    assert (found["cheaper"], found["similar_exposure"]) == (None, None)
    assert found["reasons"] == dict.fromkeys(("cheaper", "similar_exposure"), "weight_missing")


@pytest.mark.parametrize("seed", range(6))
def test_the_lists_are_what_overlap_and_compare_say_of_all_funds(seed: int) -> None:
    lake = random_lake(seed)
    own, *others = answer(lake, "/api/etfs")
    costs = {symbol: round(0.1 * (number % 4), 1) for number, symbol in enumerate([*others, own])}
    lake.put(CONFIG_KEY, config(costs))
    found = answer(lake, f"/api/substitutes/{own}", min_overlap_pct="30", max_overlap_pct="40")

    expected = []
    for other in others:
        (pair,) = answer(lake, "/api/overlap", symbols=f"{own},{other}")["pairs"]
        figure = pair["overlap_pct"]
        low = figure["low"] if isinstance(figure, dict) else figure
        if costs[other] < costs[own] and low is not None and low >= 30:
            expected.append((other, figure))
    if found["cheaper"] is None:
        assert found["reasons"]["cheaper"] not in ("", "expense_ratio_unknown")
    else:
        assert sorted((fund["symbol"], fund["overlap_pct"]) for fund in found["cheaper"]) == sorted(expected)
    for fund in found["similar_exposure"] or []:
        (pair,) = answer(lake, "/api/overlap", symbols=f"{own},{fund['symbol']}")["pairs"]
        assert pair["overlap_pct"] == fund["overlap_pct"]


@pytest.mark.parametrize("query", [{}, {"min_overlap_pct": "20", "max_overlap_pct": "80"}])
@pytest.mark.parametrize("seed", range(4))
def test_every_answer_is_as_the_contract_has_it(seed: int, query: dict[str, str]) -> None:
    content = DEFINITIONS["paths"]["/api/substitutes/{symbol}"]["get"]["responses"]["200"]["content"]
    schema = {**content["application/json"]["schema"], "components": DEFINITIONS["components"]}
    lake = random_lake(seed)
    lake.put(CONFIG_KEY, config({f"F{number}": 0.1 * number for number in range(6)}))
    for symbol in ("F0", "F6"):
        jsonschema.validate(answer(lake, f"/api/substitutes/{symbol}", **query), schema)


def test_a_table_has_a_row_for_each_substitute_and_one_for_a_list_that_cannot_be_made(lake: MemoryLake) -> None:
    def table(path: str) -> list[dict[str, str]]:
        sent = ask(handler(lake), path, {"format": "csv"})
        assert 'filename="substitutes-B' in sent["headers"]["Content-Disposition"]
        return [*csv.DictReader(io.StringIO(sent["body"].removeprefix("\ufeff")))]

    rows = [(entry["kind"], entry["symbol"], entry["overlap_pct_low"]) for entry in table(PATH)]
    assert rows == [
        ("cheaper", "LEAN", "80.0"),
        ("cheaper", "CLON", "95.0"),
        ("similar_exposure", "TWIN", "0.0"),
        ("similar_exposure", "EDGE", "0.0"),
    ]
    bonds = table("/api/substitutes/BOND")
    assert [(entry["kind"], entry["symbol"], entry["reasons"]) for entry in bonds] == [
        ("cheaper", "", "cheaper expense_ratio_unknown"),
        ("similar_exposure", "", "similar_exposure sectors_unknown"),
    ]


@pytest.mark.parametrize(
    ("path", "query", "status", "says"),
    [
        (PATH, {"min_overlap_pct": "-1"}, 400, "min_overlap_pct is '-1'"),
        (PATH, {"max_overlap_pct": "half"}, 400, "such as 30 or 0.2"),
        (PATH, {"max_expense_pct": "nan"}, 400, "max_expense_pct"),
        (PATH, {"limit": "31"}, 400, "from 1 to 30"),
        (PATH, {"min_pct": "3"}, 400, "unknown query parameter"),
        ("/api/substitutes/NOPE", {}, 404, "NOPE is not among the ETFs here"),
        ("/api/substitutes/..", {}, 400, "is not a symbol"),
    ],
)
def test_bad_input_is_refused_with_what_is_allowed(
    lake: MemoryLake, path: str, query: dict[str, str], status: int, says: str
) -> None:
    refused = ask(handler(lake), path, query)

    assert refused["statusCode"] == status
    assert says in told(refused)


def test_without_tables_it_says_when_to_ask_again(lake: MemoryLake) -> None:
    refused = ask(handler(without_tables(lake)), PATH)

    assert (refused["statusCode"], refused["headers"]["Retry-After"]) == (503, "60")


def test_a_fund_that_the_tables_do_not_have_yet_says_so() -> None:
    lake = made({**COSTS, "NEWW": 0.9})
    publish(lake, stored_fund("NEWW", rows_of(FUNDS["BASE"])))

    found = answer(lake, "/api/substitutes/NEWW")

    assert "do not have NEWW yet" in found["note"]
    assert found["newer_snapshots"] == ["NEWW"]


def test_the_same_question_again_reads_nothing(lake: MemoryLake) -> None:
    asked = handler(lake)
    first = ask(asked, PATH)
    lake.calls.clear()

    assert ask(asked, PATH) == first
    assert lake.calls == []


def test_in_a_large_lake_few_are_compared_and_the_answer_says_how_many_were_not() -> None:
    # Given many funds in the same sectors, of so many lines that not all can be compared
    lines = LINES_COMPARED // LEAST_COMPARED
    lake = MemoryLake()
    tail = [line(f"T{number}", f"Tail {number} Holdings", 0.0) for number in range(lines)]
    publish(lake, stored_fund("BASE", rows_of(FUNDS["BASE"])))
    for number in range(48):
        rows = [*rows_of(FUNDS["TWIN"]), *(tail if number < 12 else [])]
        publish(lake, stored_fund(f"N{number:02}", rows))
    lake.put(CONFIG_KEY, config({"BASE": 0.5}))
    build(lake)
    lake.calls.clear()

    found = answer(lake, PATH)

    read = [key for _, key in lake.calls if key.startswith("processed/")]
    assert len(read) == len({*read}) == found["considered"] + 1
    assert found["left_out"]["similar_exposure"] == 48 - found["considered"] > 0
    assert found["totals"]["similar_exposure"] == found["considered"]
    assert latest_key("BASE") in read
    assert "left_out says how many" in found["note"]


SECTORS = {"A": "Energy", "B": "Energy", "C": "Utilities", "D": "Utilities", "E": "Materials", "F": "Materials"}


@st.composite
def two_funds(draw: st.DrawFn) -> tuple[list[Snapshot], list[Snapshot]]:
    """Two whole funds, nearly all of it classified, and the same with lists that are cut."""
    full = []
    for name in ("OWN", "ELSE"):
        sizes = draw(st.dictionaries(st.sampled_from("ABCDEFG"), st.integers(1, 60), min_size=3))
        total = sum(sizes.values())
        lines = sorted(sizes.items(), key=lambda entry: -entry[1])
        full.append(snapshot([row(symbol, round(size * 99 / total, 2)) for symbol, size in lines], name))
    return full, [cut(fund, draw(st.integers(1, len(fund["holdings"])))) for fund in full]


def by_sector(fund: Snapshot) -> dict[str, Fraction]:
    found: dict[str, Fraction] = {}
    for entry, weight in counted(fund):
        name = SECTORS.get(entry["symbol"], "Unclassified")
        found[name] = found.get(name, Fraction(0)) + weight
    return found


@settings(max_examples=60)
@given(two_funds(), st.integers(20, 90), st.integers(20, 90))
def test_what_is_certain_of_cut_lists_is_true_of_the_whole_funds(
    case: tuple[list[Snapshot], list[Snapshot]], least: int, most: int
) -> None:
    full, lists = case
    own, other = (prepare(fund, sector_of=lambda line: SECTORS.get(line["symbol"])) for fund in lists)
    found = substitutes(own, [other], {"OWN": 0.5, "ELSE": 0.1}, SubstituteLimits(least, most))

    shared = 100 * overlap(*map(weights_of, full))
    one, two = map(by_sector, full)
    apart = 50 * sum(abs(one.get(name, Fraction(0)) - two.get(name, Fraction(0))) for name in {*one, *two})
    if found["cheaper"]:
        assert shared >= least - Fraction("1e-6")
    elif not found["undecided"]["cheaper"]:
        assert shared < least + Fraction("1e-6")
    for line_found in found["similar_exposure"] or []:
        assert shared <= most + Fraction("1e-6")
        assert apart <= 10 + Fraction("1e-6")
        distance = line_found["sector_distance_pct"]
        low, high = (distance["low"], distance["high"]) if isinstance(distance, dict) else (distance, distance)
        assert low - 1e-6 <= float(apart) <= high + 1e-6
