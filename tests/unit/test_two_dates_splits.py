"""Splits: the shares of a line are restated, and what does not fit a split exactly is neither trade nor return."""

import pytest

from etf_analytics import attribution
from etf_common.codes import Reason
from tests.unit.two_dates_cases import TO, changes, dated, fund, line, symbols, trades_of

BASE = {f"S{number}": 40_000 + 1_111 * number for number in range(12)}


@pytest.mark.parametrize("ratio", [1.5, 2, 3, 4, 5, 7, 8, 10, 15, 20, 25, 50])
@pytest.mark.parametrize("market", [0.9, 1.0, 1.1])
def test_a_split_and_a_reverse_split_are_no_trade(ratio: float, market: float) -> None:
    for each in (ratio, 1 / ratio):
        before = fund({**BASE, "X": 30_000}, X=300.0)
        after = fund({**BASE, "X": round(30_000 * each)}, X=300.0 * market / each)

        answer = changes(before, after)

        assert trades_of(answer) == {}
        (row,) = answer["splits"]
        assert (row["symbol"], row["ratio"]) == ("X", pytest.approx(each, abs=1e-6))
        assert (row["shares_from"], row["shares_to"]) == (30_000, round(30_000 * each))
        returned = {
            row["symbol"]: row["return_pct"] for row in attribution(dated(before), dated(after, TO), {})["securities"]
        }
        assert returned["X"] == pytest.approx(100 * (market - 1), abs=0.01)


def test_a_split_on_a_day_with_flow_is_told_from_the_flow() -> None:
    later = {name: round(number * 1.04) for name, number in BASE.items()}
    answer = changes(fund({**BASE, "X": 30_000}, X=300.0), fund({**later, "X": 62_400}, X=149.0))

    assert [row["ratio"] for row in answer["splits"]] == [2]
    assert trades_of(answer) == {}


def test_a_position_that_is_doubled_at_its_price_is_a_trade() -> None:
    answer = changes(fund({**BASE, "X": 30_000}), fund({**BASE, "X": 60_000}))

    assert answer["splits"] == []
    assert trades_of(answer) == {"X": 30_000}


@pytest.mark.parametrize(
    ("shares", "price"),
    [(64_000, 150.0), (47_000, 200.0), (60_000, 190.0), (30_000 / 12, 3_600.0)],
    ids=["split and traded", "split 3 for 2 and traded", "split and moved by a quarter", "an unusual ratio"],
)
def test_what_is_almost_a_split_is_null_with_a_reason(shares: float, price: float) -> None:
    before, after = fund({**BASE, "X": 30_000}, X=300.0), fund({**BASE, "X": shares}, X=price)

    answer = changes(before, after)

    assert trades_of(answer) == {}
    assert symbols(answer["undetermined"]) == {"X"}
    assert answer["turnover_pct"] is None
    assert {(row["drift_pct"], row["trade_pct"]) for row in answer["undetermined"]} == {(None, None)}
    whole = attribution(dated(before), dated(after, TO), {})
    assert "X" not in symbols(whole["securities"])
    assert "X" in symbols(whole["not_covered"])


@pytest.mark.parametrize("ratio", [11 / 10, 6 / 5, 5 / 4, 4 / 3])
@pytest.mark.parametrize("flow", [1.0, 1.02])
def test_a_stock_dividend_is_neither_a_trade_nor_a_return(ratio: float, flow: float) -> None:
    later = {name: round(number * flow) for name, number in BASE.items()}
    before = fund({**BASE, "X": 30_000}, X=300.0)
    after = fund({**later, "X": round(30_000 * flow * ratio)}, X=303.0 / ratio)

    answer = changes(before, after)

    assert (trades_of(answer), answer["turnover_pct"]) == ({}, None)
    (row,) = answer["undetermined"]
    assert row["reasons"]["traded_shares"] == Reason.SPLIT_SUSPECTED
    assert "X" in symbols(attribution(dated(before), dated(after, TO), {})["not_covered"])


@pytest.mark.parametrize(("shares", "price"), [(37_500, 300.0), (37_500, 260.0), (36_700, 240.0)])
def test_a_purchase_that_fits_no_stock_dividend_is_a_trade(shares: int, price: float) -> None:
    answer = changes(fund({**BASE, "X": 30_000}, X=300.0), fund({**BASE, "X": shares}, X=price))

    assert trades_of(answer) == {"X": shares - 30_000}


def test_a_number_of_shares_that_fits_a_split_needs_a_price_to_tell_it_from_a_trade() -> None:
    before, after = (
        [*fund(BASE), line("X", shares, name="X Works Inc", market_value_usd=None, weight_pct=1.0)]
        for shares in (30_000, 60_000)
    )

    answer = changes(before, after)

    (row,) = answer["undetermined"]
    assert row["reasons"]["traded_shares"] == Reason.SPLIT_SUSPECTED


def test_a_bond_has_no_splits() -> None:
    def bond(par: float) -> dict[str, object]:
        return line(None, par, 0.98, "bond", name="US Treasury Note 4.25% 11/15/2034")

    assert trades_of(changes([*fund(BASE), bond(1_000_000)], [*fund(BASE), bond(2_000_000)])) == {None: 1_000_000}


def test_a_tiny_line_is_not_split_by_the_rounding_of_a_flow() -> None:
    later = {name: round(number * 1.2) for name, number in BASE.items()}
    answer = changes(fund({**BASE, "X": 2}, X=100.0), fund({**later, "X": 3}, X=75.0))

    assert answer["splits"] == []
    assert trades_of(answer) == {}


def test_par_value_in_other_units_is_no_purchase() -> None:
    name = "US Treasury Note 4.25% 11/15/2034"
    before = [*fund(BASE), line(None, 1_000, 980.0, "bond", name=name)]
    after = [*fund(BASE), line(None, 1_000_000, 0.985, "bond", name=name)]

    answer = changes(before, after)

    assert trades_of(answer) == {}
    assert [row["reasons"]["traded_shares"] for row in answer["undetermined"]] == [Reason.SPLIT_SUSPECTED]


def test_a_price_of_a_bond_that_jumped_is_no_return() -> None:
    name = "US Treasury Note 4.25% 11/15/2034"
    before = dated([*fund(BASE), line(None, 1_000_000, 0.98, "bond", name=name)])
    after = dated([*fund(BASE, S1=51.0), line(None, 1_000_000, 98.0, "bond", name=name)], TO)

    (row,) = attribution(before, after, {})["not_covered"]

    assert (row["name"], row["reason"]) == (name, Reason.PRICE_JUMPED)
