"""What is odd about a list, or about a figure, goes with every answer over it."""

from typing import Any

import pytest

from etf_analytics import (
    Fund,
    analyze_fund,
    analyze_portfolio,
    compare_funds,
    find_holders,
    fund_overlap,
    positions_of,
    prepare,
)
from tests.unit.analytics_cases import Row, cut, fund_of, row, snapshot


def with_issues(*codes: str) -> Fund:
    given = fund_of({"A": 60.0, "B": 40.0}, "ODD")
    given["quality"]["issues"] = [{"code": code} for code in codes]
    return prepare(given)


GOOD = prepare(fund_of({"A": 50.0, "C": 50.0}, "GOOD"))


def answers(*funds: Fund) -> dict[str, Any]:
    by_symbol = {fund.symbol: fund for fund in funds}
    return {
        "fund": analyze_fund(funds[0]),
        "overlap": fund_overlap(funds),
        "compare": compare_funds(funds),
        "holders": find_holders("A", funds),
        "portfolio": analyze_portfolio(positions_of(dict.fromkeys(by_symbol, 1.0), in_usd=False), by_symbol),
    }


@pytest.mark.parametrize("name", ["fund", "overlap", "compare", "holders", "portfolio"])
def test_every_answer_over_an_odd_list_says_what_is_odd(name: str) -> None:
    assert answers(with_issues("weight_sum"), GOOD)[name]["flaws"] == {"ODD": "weight_sum"}
    both = answers(with_issues("repeated_symbol", "value_against_weight", "weight_sum"), GOOD)
    assert both[name]["flaws"] == {"ODD": "weight_sum, value_against_weight"}
    assert answers(with_issues("repeated_symbol"), GOOD)[name]["flaws"] == {}


def test_holders_say_what_is_odd_about_the_funds_that_hold() -> None:
    assert find_holders("C", [with_issues("weight_sum"), GOOD])["flaws"] == {}


def test_figures_that_are_larger_than_possible_are_flagged_in_every_answer() -> None:
    far = prepare(fund_of({"A": 350.0, "Z": 300.0}, "FAR"))

    found = answers(far, GOOD)

    assert found["fund"]["concentration"]["hhi_points"] == 212_500.0
    expected = ["concentration.hhi", "concentration.hhi_points", "concentration.top_pct.1", "counted_pct"]
    assert {path: found["fund"]["flaws"].get(path) for path in expected} == dict.fromkeys(expected, "beyond_possible")
    assert found["overlap"]["flaws"] == {
        "FAR/GOOD.active_share_pct": "beyond_possible",
        "FAR/GOOD.coverage_a_pct": "beyond_possible",
    }
    assert found["compare"]["flaws"]["FAR.concentration.hhi_points"] == "beyond_possible"
    assert found["holders"]["flaws"] == {"FAR.weight_pct": "beyond_possible"}
    assert found["portfolio"]["flaws"]["concentration.hhi_points"] == "beyond_possible"
    assert not any(path.startswith("GOOD") for each in found.values() for path in each["flaws"])


def test_bounds_are_flagged_only_when_even_the_low_end_is_too_large() -> None:
    part = prepare(cut(fund_of({"A": 90.0, "B": 5.0, "C": 5.0}), 1))

    answer = analyze_fund(part)

    assert answer["concentration"]["hhi_points"]["high"] < 10_000
    assert answer["flaws"] == {}
    two = prepare(cut(fund_of({"A": 60.0, "B": 60.0, "C": 50.0}), 2))
    # 12,000 points are not reached by what is listed, and could be by what is not.
    assert analyze_fund(two)["concentration"]["hhi_points"] == {"low": 7200.0, "high": 10800.0}
    assert "concentration.hhi_points" not in analyze_fund(two)["flaws"]


LISTED = [row("A", 50.0), row("B", 3.0), row("C", 2.0)]
TOTAL, LINES = "weights above 0 total at most 103 %", "no more lines are unlisted than the portal reports"


@pytest.mark.parametrize(
    ("rows", "reported", "named", "unnamed"),
    [
        (LISTED, 5000, TOTAL, LINES),
        (LISTED, None, TOTAL, LINES),
        (LISTED, 5, LINES, TOTAL),
        ([row("FUT", 90.0, "derivative"), *LISTED], 5000, LINES, TOTAL),
        ([row("A", 60.0), row("B", 50.0)], 12, LINES, TOTAL),
        ([row("CASH", None, "cash"), *LISTED], 5000, LINES, TOTAL),
    ],
)
def test_the_assumptions_name_the_limit_that_was_used_and_no_other(
    rows: list[Row], reported: int | None, named: str, unnamed: str
) -> None:
    assumptions = analyze_fund(prepare(snapshot(rows, reported=reported, complete=False)))["assumptions"]

    assert named in assumptions
    assert unnamed not in assumptions


def test_where_there_is_no_limit_the_assumptions_name_none() -> None:
    rows = [row("FUT", 90.0, "derivative"), *LISTED]

    assumptions = analyze_fund(prepare(snapshot(rows, reported=None, complete=False)))["assumptions"]

    assert not {TOTAL, LINES} & set(assumptions)
    assert assumptions


def test_the_limits_of_several_funds_are_named_with_the_funds() -> None:
    first = prepare(snapshot(LISTED, "F1", reported=5000))
    second = prepare(snapshot(LISTED, "F2", reported=5))

    assumptions = fund_overlap([first, second, GOOD])["assumptions"]

    assert assumptions[:2] == [f"{TOTAL} (F1)", f"{LINES} (F2)"]


def test_a_leveraged_fund_says_how_much_of_it_is_in_contracts_that_do_not_count() -> None:
    swaps = [row(None, 210.0, "derivative", name="Swap"), row(None, -10.0, "derivative", name="Future")]
    leveraged = prepare(snapshot([swaps[0], row("A", 80.0), row("USD", 20.0, "cash"), swaps[1]], "LEV"))

    found = answers(leveraged, GOOD)

    assert found["fund"]["contracts_pct"] == 220.0, "gross: a short contract does not hide a long one"
    assert [column["contracts_pct"] for column in found["compare"]["funds"]] == [220.0, 0.0]
    assert found["portfolio"]["contracts_pct"] == 110.0
    assert "220.00 % of LEV" in found["overlap"]["notes"]["contracts"]
    assert "contracts" not in fund_overlap([GOOD, GOOD])["notes"]


def test_contracts_without_a_weight_are_not_nothing() -> None:
    leveraged = prepare(snapshot([row("A", 80.0), row(None, None, "derivative", name="Swap")], "LEV"))

    answer = analyze_fund(leveraged)

    assert answer["contracts_pct"] is None
    assert answer["reasons"]["contracts_pct"] == "weight_missing"
    portfolio = analyze_portfolio(positions_of({"LEV": 1}, in_usd=False), {"LEV": leveraged})
    assert portfolio["reasons"]["contracts_pct"] == "weight_missing"
    assert "unknown" in fund_overlap([leveraged, GOOD])["notes"]["contracts"]


def test_a_date_that_is_no_date_has_no_lag() -> None:
    odd = prepare(fund_of({"A": 100.0}, "ODD", holdings_as_of="yesterday"))

    answer = fund_overlap([odd, GOOD])

    assert (answer["lag_days"], answer["reasons"]["lag_days"]) == (None, "date_unreadable")


def test_a_fund_tells_how_large_it_is() -> None:
    small, large = prepare(fund_of({"A": 100.0})), prepare(fund_of({f"S{number}": 0.1 for number in range(1000)}))

    assert large.size_bytes == 1000 * small.size_bytes > 0
