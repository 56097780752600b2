"""Lists give whole shares: what the rounding of both dates explains is no trade, and all else is."""

import pytest

from etf_analytics import fund_changes
from etf_common.codes import DoubtReason, Reason
from tests.unit.two_dates_cases import changes, dated, fund, line, symbols, trades_of

BASE = {f"S{number}": 40_000 + 1_111 * number for number in range(12)}


def grown(factor: float) -> dict[str, float]:
    return {name: round(number * factor) for name, number in BASE.items()}


def test_half_a_share_of_each_date_is_no_trade() -> None:
    # 1,000.49 shares grow by 40 % to 1,400.69: the lists say 1,000 and 1,401, and so may 1.2 shares of rounding.
    answer = changes(fund({**BASE, "X": 1_000}), fund({**grown(1.4), "X": 1_401}))
    assert trades_of(answer) == {}

    # 1,000.5 shares are listed as 1,000, and grow to 1,401.2.
    answer = changes(fund({**BASE, "X": 1_000, "Y": 1_003}), fund({**grown(1.4), "X": 1_401, "Y": 1_403}))
    assert trades_of(answer) == {}


@pytest.mark.parametrize(("ratio", "listed_before", "listed_after"), [(10, 1_084, 10_845), (25, 1_367, 34_163)])
def test_a_split_multiplies_the_rounding_of_the_first_date(ratio: int, listed_before: int, listed_after: int) -> None:
    # 1,084.49 shares become 10,844.9: five more than ten times what the list says.
    answer = changes(fund({**BASE, "X": listed_before}, X=500.0), fund({**BASE, "X": listed_after}, X=500.0 / ratio))

    assert [row["ratio"] for row in answer["splits"]] == [ratio]
    assert trades_of(answer) == {}


def test_more_than_the_rounding_of_a_split_is_a_trade() -> None:
    answer = changes(fund({**BASE, "X": 10_000}, X=500.0), fund({**BASE, "X": 100_020}, X=50.0))

    assert trades_of(answer) == {"X": 20}


def test_without_flow_a_trade_of_two_shares_is_found_in_a_small_list() -> None:
    small = {f"T{number}": 90 + 7 * number for number in range(6)}

    answer = changes(fund(small), fund({**small, "T2": small["T2"] + 2, "T4": small["T4"] - 2}))

    assert trades_of(answer) == {"T2": 2, "T4": -2}


def test_a_trade_of_a_few_shares_is_found_beside_a_flow() -> None:
    small = {f"T{number}": 100 * (number + 1) for number in range(6)}
    after = {name: round(number * 1.02) for name, number in small.items()}

    answer = changes(fund(small), fund({**after, "T3": after["T3"] + 3}))

    assert trades_of(answer) == {"T3": 3}


def test_many_lines_tell_the_factor_of_a_small_fund_to_what_rounding_leaves_open() -> None:
    # Each of these is half a share less than it was held, so the factor is low, and the largest line shows it.
    small = {f"T{number}": 3_000 + 137 * number for number in range(40)}
    after = {name: int(number * 1.0204) for name, number in small.items()}

    answer = changes(fund({**small, "X": 30_000}), fund({**after, "X": 30_612}))

    assert trades_of(answer) == {}


def test_lines_that_did_not_move_are_a_basket_if_they_are_many() -> None:
    other = {f"T{number}": 30_000 + 997 * number for number in range(8)}
    answer = changes(fund({**BASE, **other, "X": 50_000}), fund({**grown(1.02), **other, "X": 60_000}))

    (row,) = answer["increased"]
    assert row["traded_shares"] == 9_000
    assert row["traded_shares_range"] == {"low": 9_000, "high": 10_000}


def test_a_line_between_a_basket_and_many_lines_that_did_not_move_is_undetermined() -> None:
    other = {f"T{number}": 30_000 + 997 * number for number in range(8)}
    answer = changes(fund({**BASE, **other, "X": 50_000}), fund({**grown(1.02), **other, "X": 50_400}))

    (row,) = answer["undetermined"]
    assert row["reasons"]["traded_shares"] == Reason.BASKETS_DISAGREE
    assert row["traded_shares_range"] == {"low": -600, "high": 400}


def test_tiny_lines_that_did_not_move_are_no_factor_of_a_fund_whose_other_lines_all_did() -> None:
    tiny = {f"T{number}": 80 + number for number in range(4)}
    held = [514, 896, 550, 161, 385, 643, 617, 534, 430, 608, 486, 717, 343, 636]
    small = {f"U{number}": shares for number, shares in enumerate(held)}
    after = {name: round(number * 1.02) for name, number in small.items()}

    answer = changes(fund({**tiny, **small}), fund({**tiny, **after}))

    assert answer["flow"]["factor"] is None
    assert answer["increased"] is None


def test_small_lines_that_a_small_flow_does_not_move_are_no_factor_for_large_ones_that_it_does() -> None:
    small = {f"T{number}": 200 + 31 * number for number in range(8)}
    large = {"X": 7_805_554, "Y": 1_472_673, "Z": 901_113}
    after = {name: round(number * 1.0003) for name, number in large.items()}

    answer = changes(fund({**small, **large}), fund({**small, **after}))

    assert answer["flow"]["reason"] == Reason.NO_COMMON_FACTOR
    assert symbols(answer["undetermined"]) == {"X", "Y", "Z"}


def test_two_large_trades_beside_small_lines_that_did_not_move_are_found() -> None:
    small = {f"T{number}": 200 + 31 * number for number in range(8)}

    answer = changes(fund({**small, "X": 7_805_554, "Y": 1_472_673}), fund({**small, "X": 7_815_554, "Y": 1_400_000}))

    assert trades_of(answer) == {"X": 10_000, "Y": -72_673}


def test_a_security_of_which_a_cut_list_shows_a_part_is_not_sold() -> None:
    twice = [line("X", 30_000, name="X Works Inc"), line("X", 20_000, name="X Works Inc")]
    before, after = dated([*fund(BASE), *twice], reported=40), dated([*fund(BASE), twice[0]], "2026-11-19", reported=40)

    for answer in (
        fund_changes(before, after),
        fund_changes(
            dated([*fund(BASE), twice[0]], reported=40), dated([*fund(BASE), *twice], "2026-11-19", reported=40)
        ),
    ):
        (row,) = answer["undetermined"]
        assert row["symbol"] == "X"
        assert row["reasons"]["traded_shares"] == Reason.PARTIAL_LIST
        assert trades_of(answer) == {}


def test_a_security_that_loses_one_of_its_lines_in_a_complete_list_was_sold_in_part() -> None:
    twice = [line("X", 30_000, name="X Works Inc"), line("X", 20_000, name="X Works Inc")]

    assert trades_of(changes([*fund(BASE), *twice], [*fund(BASE), twice[0]])) == {"X": -20_000}


def test_a_new_symbol_under_one_name_is_in_doubt_although_the_price_moved() -> None:
    before = [*fund(BASE), line("OLDT", 30_000, 50.0, name="Quillon Harbor Inc")]
    after = [*fund(BASE), line("NEWT", 29_000, 54.0, name="Quillon Harbor Inc")]

    answer = changes(before, after)

    assert (answer["added"], answer["removed"]) == ([], [])
    assert [doubt["why"] for doubt in answer["doubts"]] == [DoubtReason.RENAME_SUSPECTED]


@pytest.mark.parametrize(("par", "count"), [(300_000.0, 2), (1_000_000.0, 0)])
def test_a_treasury_note_is_not_the_bond_of_its_coupon_and_maturity_unless_its_par_follows(
    par: float, count: int
) -> None:
    before, after = (
        [*fund(BASE), line(None, amount, 0.98, "bond", name=f"United States Treasury {kind} 2.75% 08/15/2037")]
        for kind, amount in (("Bond", 1_000_000.0), ("Note", par))
    )

    answer = changes(before, after)

    assert trades_of(answer) == {}
    assert len(answer["undetermined"]) == count
    assert (answer["turnover_pct"] is None) is (count > 0)
