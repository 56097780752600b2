"""Lines of the two dates that are one security, and those of which nobody can tell."""

from typing import Any

import pytest

from etf_common.codes import DoubtReason, Reason
from tests.unit.two_dates_cases import changes, fund, line, symbols, trades_of

BASE = {f"S{number}": 40_000 + 1_111 * number for number in range(12)}


def with_line(*rows: dict[str, Any]) -> list[dict[str, Any]]:
    return [*fund(BASE), *rows]


def assert_undetermined(answer: dict[str, Any], why: DoubtReason, count: int = 2) -> None:
    assert (answer["added"], answer["removed"]) == ([], [])
    assert trades_of(answer) == {}
    assert len(answer["undetermined"]) == count
    assert {row["reasons"]["traded_shares"] for row in answer["undetermined"]} == {Reason.LINES_IN_DOUBT}
    assert {row["reasons"]["drift_pct"] for row in answer["undetermined"]} == {Reason.LINES_IN_DOUBT}
    assert [doubt["why"] for doubt in answer["doubts"]] == [why]
    assert answer["turnover_pct"] is None


def test_a_known_new_symbol_is_neither_added_nor_removed() -> None:
    old = line("FB", 30_000, 320.0, name="Facebook Inc Class A")
    new = line("META", 30_000, 325.0, name="Meta Platforms Inc Class A")

    answer = changes(with_line(old), with_line(new))

    assert (answer["added"], answer["removed"], answer["undetermined"]) == ([], [], [])
    assert answer["renamed"] == [{"symbol_from": "FB", "symbol_to": "META", "name": "Meta Platforms Inc Class A"}]


def test_a_new_symbol_of_one_name_whose_shares_moved_as_the_others_did_is_one_security() -> None:
    answer = changes(
        with_line(line("OLDT", 30_000, name="Quillon Harbor Inc")),
        with_line(line("NEWT", 30_000, 51.0, name="Quillon Harbor Inc")),
    )

    assert (answer["added"], answer["removed"], answer["undetermined"]) == ([], [], [])
    assert [(row["symbol_from"], row["symbol_to"]) for row in answer["renamed"]] == [("OLDT", "NEWT")]


def test_a_new_symbol_of_one_name_with_other_shares_is_in_doubt() -> None:
    answer = changes(
        with_line(line("OLDT", 30_000, name="Quillon Harbor Inc")),
        with_line(line("NEWT", 29_000, 50.4, name="Quillon Harbor Inc")),
    )

    assert_undetermined(answer, DoubtReason.RENAME_SUSPECTED)


def test_another_name_with_the_same_telling_shares_and_price_is_in_doubt() -> None:
    answer = changes(
        with_line(line("OLDT", 31_847, name="Quillon Harbor Inc")),
        with_line(line("NEWT", 31_847, 50.4, name="Zephyr Dynamics Inc")),
    )

    assert_undetermined(answer, DoubtReason.RENAME_SUSPECTED)


@pytest.mark.parametrize("shares", [30_000, 1_000])
def test_round_numbers_of_shares_are_no_sign_of_a_new_symbol(shares: int) -> None:
    answer = changes(
        with_line(line("OLDT", shares, name="Quillon Harbor Inc")),
        with_line(line("NEWT", shares, name="Zephyr Dynamics Inc")),
    )

    assert (symbols(answer["added"]), symbols(answer["removed"])) == ({"NEWT"}, {"OLDT"})


def test_two_known_companies_are_two_whatever_their_shares() -> None:
    answer = changes(
        with_line(line("AAPL", 31_847, name="Apple Inc")), with_line(line("MSFT", 31_847, 50.4, name="Microsoft Corp"))
    )

    assert trades_of(answer) == {"AAPL": -31_847, "MSFT": 31_847}


def test_a_swap_of_share_classes_is_a_trade() -> None:
    answer = changes(
        with_line(line("GOOG", 30_000, 180.0, name="Alphabet Inc")),
        with_line(line("GOOGL", 30_150, 179.0, name="Alphabet Inc")),
    )

    assert trades_of(answer) == {"GOOG": -30_000, "GOOGL": 30_150}


def test_a_symbol_that_another_company_took_over_is_two_securities() -> None:
    answer = changes(
        with_line(line("MRK", 30_000, 90.0, name="Merck & Co Inc")),
        with_line(line("MRK", 8_000, 190.0, name="Merck KGaA")),
    )

    assert [row["name"] for row in answer["added"]] == ["Merck KGaA"]
    assert [row["name"] for row in answer["removed"]] == ["Merck & Co Inc"]


def test_two_names_under_one_symbol_that_no_price_decides_are_in_doubt() -> None:
    before, after = (
        line("XQZ", 30_000, name=name, market_value_usd=None, weight_pct=1.0)
        for name in ("Quillon Harbor", "Zephyr Dynamics")
    )

    assert_undetermined(changes(with_line(before), with_line(after)), DoubtReason.NAMES_DIFFER)


def test_a_price_that_jumped_and_that_the_weight_confirms_is_a_return() -> None:
    answer = changes(with_line(line("BIOX", 300_000, 20.0)), with_line(line("BIOX", 300_000, 37.0)))

    assert (answer["added"], answer["removed"], answer["undetermined"], answer["unchanged_count"]) == ([], [], [], 13)


def test_a_price_that_jumped_alone_is_in_doubt() -> None:
    before = line("BIOX", 300_000, 20.0, weight_pct=12.0)

    answer = changes(with_line(before), with_line({**before, "market_value_usd": before["market_value_usd"] * 9}))

    assert_undetermined(answer, DoubtReason.PRICES_DIFFER)


def test_a_line_that_was_cash_before_is_not_bought() -> None:
    before = line("CASH", 30_000, name="Pathward Financial Inc", asset_class="cash")

    answer = changes(with_line(before), with_line({**before, "asset_class": "equity"}))

    assert_undetermined(answer, DoubtReason.CLASS_CHANGED, count=1)


def test_a_line_without_a_symbol_goes_by_its_name() -> None:
    answer = changes(
        with_line(line(None, 30_000, name="Quillon Harbor CVR")),
        with_line(line(None, 31_000, name="QUILLON HARBOR CVR")),
    )

    assert trades_of(answer) == {None: 1_000}


def test_a_bond_goes_by_issuer_coupon_and_maturity() -> None:
    answer = changes(
        with_line(line(None, 1_000_000, 0.98, "bond", name="US TREASURY N/B 11/34 4.25")),
        with_line(line(None, 1_200_000, 0.985, "bond", name="US TREASURY N/B 11/34 4.25")),
    )

    assert trades_of(answer) == {None: 200_000}


def test_bonds_that_nothing_identifies_are_in_doubt() -> None:
    rows = [line(None, par, 0.98, "bond", name="TREASURY NOTE") for par in (1_000_000, 2_000_000)]
    later = [line(None, par, 0.98, "bond", name="TREASURY NOTE") for par in (1_000_000, 2_500_000)]

    assert_undetermined(changes(with_line(*rows), with_line(*later)), DoubtReason.BOND_NOT_IDENTIFIED, count=4)


def test_an_unidentified_bond_that_no_other_line_can_be_was_sold() -> None:
    answer = changes(with_line(line(None, 1_000_000, 0.98, "bond", name="TREASURY NOTE")), with_line())

    assert [row["traded_shares"] for row in answer["removed"]] == [-1_000_000]


def test_two_lines_of_one_security_are_one_position() -> None:
    answer = changes(
        with_line(line("X", 10_000, name="X Works Inc"), line("X", 20_000, name="X Works Inc")),
        with_line(line("X", 36_000, name="X Works Inc")),
    )

    assert trades_of(answer) == {"X": 6_000}


def test_a_line_that_is_a_bond_on_one_date_only_is_neither_sold_nor_bought() -> None:
    answer = changes(with_line(line("X", 30_000)), with_line(line("X", 30_000, asset_class="bond")))

    assert (answer["added"], answer["removed"]) == ([], [])
    assert trades_of(answer) == {}
    assert len(answer["undetermined"]) == 2
    assert {doubt["why"] for doubt in answer["doubts"]} == {DoubtReason.CLASS_CHANGED}
