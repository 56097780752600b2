"""Baskets: which lines moved by one factor, and what is left as trades."""

import pytest

from etf_common.codes import Reason
from tests.unit.two_dates_cases import changes, fund, line, symbols, trades_of

BASE = {f"S{number}": 40_000 + 1_111 * number for number in range(12)}


def moved(factor: float, **shares: float) -> dict[str, float]:
    return {**{name: round(number * factor) for name, number in BASE.items()}, **shares}


def test_a_creation_moves_all_lines_and_is_no_trade() -> None:
    answer = changes(fund(BASE), fund(moved(1.05)))

    assert answer["flow"]["factor"] == pytest.approx(1.05, abs=1e-5)
    assert [(basket["lines"], basket["lines_pct"]) for basket in answer["flow"]["baskets"]] == [(12, 100.0)]
    assert trades_of(answer) == {}
    assert answer["unchanged_count"] == 12


def test_a_trade_is_what_the_flow_does_not_explain() -> None:
    answer = changes(fund(BASE), fund(moved(0.95, S3=50_000)))

    (row,) = answer["increased"]
    assert (row["symbol"], row["traded_shares"]) == ("S3", pytest.approx(50_000 - 0.95 * BASE["S3"], abs=1))
    assert row["traded_usd"] == pytest.approx(50 * row["traded_shares"])
    assert answer["flow"]["baskets"][0]["lines"] == 11


def test_lines_outside_the_basket_that_did_not_move_are_no_trade() -> None:
    answer = changes(fund(BASE), fund(moved(1.05, S1=BASE["S1"], S2=BASE["S2"])))

    assert trades_of(answer) == {}
    assert answer["flow"]["baskets"][0]["lines"] == 10


def test_a_second_basket_is_flow() -> None:
    second = {name: round(BASE[name] * 1.01) for name in ("S0", "S1", "S2", "S3", "S4")}
    answer = changes(fund(BASE), fund(moved(1.05, **second)))

    assert [basket["lines"] for basket in answer["flow"]["baskets"]] == [7, 5]
    assert answer["flow"]["baskets"][1]["factor"] == pytest.approx(1.01, abs=1e-5)
    assert trades_of(answer) == {}


def test_a_group_of_three_is_no_basket() -> None:
    third = {name: round(BASE[name] * 1.01) for name in ("S0", "S1", "S2")}
    answer = changes(fund(BASE), fund(moved(1.05, **third)))

    assert symbols(answer["decreased"]) == {"S0", "S1", "S2"}


def test_a_few_lines_of_a_long_list_are_no_basket() -> None:
    long = {f"L{number}": 50_000 + number for number in range(400)}
    four = {f"L{number}": round(long[f"L{number}"] * 1.01) for number in range(4)}

    assert symbols(changes(fund(long), fund({**long, **four}))["increased"]) == set(four)


def test_without_a_common_factor_there_is_no_trade_and_no_zero() -> None:
    shares = {"A": 1000, "B": 2000, "C": 3000}
    answer = changes(fund(shares), fund({"A": 1100, "B": 2000, "C": 2900}))

    assert answer["flow"] == {"factor": None, "baskets": [], "reason": Reason.NO_COMMON_FACTOR}
    assert (answer["increased"], answer["decreased"], answer["turnover_pct"]) == (None, None, None)
    assert answer["reasons"] == dict.fromkeys(("turnover_pct", "increased", "decreased"), Reason.NO_COMMON_FACTOR)
    assert symbols(answer["undetermined"]) == {"A", "C"}
    assert {row["reasons"]["traded_shares"] for row in answer["undetermined"]} == {Reason.NO_COMMON_FACTOR}
    assert answer["unchanged_count"] == 1, "a line that did not move was not traded, whatever the others did"


def test_what_came_is_bought_even_if_the_flow_is_not_known_and_what_went_is_not_counted() -> None:
    answer = changes(fund({"A": 1000, "B": 2000, "OLD": 500}), fund({"A": 1100, "B": 2300, "NEW": 700}))

    assert answer["added"][0]["traded_shares"] == 700
    assert answer["removed"][0]["traded_shares"] is None
    assert answer["removed"][0]["reasons"]["traded_shares"] == Reason.NO_COMMON_FACTOR


def test_three_lines_that_did_not_move_need_no_factor() -> None:
    answer = changes(fund({"A": 1000, "B": 2000, "C": 3000}), fund({"A": 1000, "B": 2000, "C": 3000}, A=60.0))

    assert (answer["flow"]["factor"], answer["increased"], answer["unchanged_count"]) == (1.0, [], 3)


def test_small_lines_join_a_basket_within_one_share_but_never_make_one() -> None:
    tiny = {f"T{number}": 10 + number for number in range(6)}
    answer = changes(
        fund({**BASE, **tiny}), fund({**moved(1.02), **{name: number + 1 for name, number in tiny.items()}})
    )

    assert answer["flow"]["baskets"][0]["lines"] == 18
    assert trades_of(answer) == {}


def test_a_flow_that_moves_only_large_lines_is_not_taken_for_trades() -> None:
    small = {f"T{number}": 400 + number for number in range(30)}
    answer = changes(fund({**BASE, **small}), fund({**moved(1.0004), **small}))

    assert answer["flow"]["factor"] == pytest.approx(1.0004, abs=1e-5)
    assert trades_of(answer) == {}


def test_cash_and_futures_are_never_traded() -> None:
    cash = [line("USD", 10_000, 1.0, "cash"), line("ESZ6", 10, 6000.0, "derivative")]
    later = [line("USD", 99_000, 1.0, "cash"), line("ESZ6", 14, 6000.0, "derivative"), line("EUR", 5, 1.1, "cash")]

    answer = changes([*fund(BASE), *cash], [*fund(BASE), *later])

    assert trades_of(answer) == {}
    assert answer["unchanged_count"] == 12


def test_turnover_is_one_side_over_the_value_of_the_securities() -> None:
    answer = changes(fund(BASE), fund({**BASE, "S0": BASE["S0"] + 1_000, "S1": BASE["S1"] - 500}))

    total = 50 * (sum(BASE.values()) + 500)
    assert answer["turnover_pct"] == pytest.approx(100 * (1_000 + 500) * 50 / 2 / total, abs=1e-6)


def test_a_short_position_that_grows_is_sold() -> None:
    answer = changes(fund({**BASE, "X": -5_000}), fund({**BASE, "X": -8_000}))

    assert [(row["symbol"], row["traded_shares"]) for row in answer["decreased"]] == [("X", -3_000)]


def test_a_line_listed_with_no_shares_left_was_sold_at_the_price_before() -> None:
    answer = changes(fund({**BASE, "X": 5_000}, X=20.0), fund({**BASE, "X": 0}))

    (row,) = answer["decreased"]
    assert (row["traded_shares"], row["traded_usd"]) == (-5_000, -100_000.0)


def test_a_few_shares_more_or_less_are_no_creation() -> None:
    answer = changes(fund(BASE), fund({**BASE, "S0": BASE["S0"] + 1, "S1": BASE["S1"] - 1}))

    assert (answer["flow"]["factor"], answer["flow"]["baskets"]) == (1.0, [])


def test_a_trade_is_more_than_the_rounding_of_a_large_line() -> None:
    large = {**BASE, "X": 1_000_000, "Y": 1_000_000}
    answer = changes(fund(large), fund({**large, "X": 1_000_045, "Y": 1_000_060}))

    assert trades_of(answer) == {"Y": 60}
