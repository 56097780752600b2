"""What drove a fund's return: contributions, what they leave out, and the fund's own closing quotes."""

from collections.abc import Mapping
from datetime import date
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from etf_analytics import attribution, closing_quotes, on_date
from etf_common.codes import Reason
from tests.unit.analytics_cases import cut, full_funds, snapshot
from tests.unit.two_dates_cases import FROM, TO, dated, fund, line, listed, symbols

PRICES = {"A": 100.0, "B": 50.0, "C": 20.0, "D": 10.0}
SHARES = {"A": 1_000, "B": 2_000, "C": 5_000, "D": 10_000}
"""A quarter of the fund each."""


def quote(day: str, price: float | None, session: str = "close") -> dict[str, Any]:
    return {"as_of": f"{day} 16:00:00", "last_price": price, "session": session}


def between(
    after: Mapping[str, float], *quotes: Mapping[str, Any], shares: Mapping[str, float] = SHARES
) -> dict[str, Any]:
    first, second = dated(fund(SHARES, **PRICES)), dated(fund(shares, **{**PRICES, **after}), TO)
    return attribution(first, second, closing_quotes(quotes))


def test_contributions_by_security_sector_and_class() -> None:
    answer = between({"A": 110.0, "B": 49.0})

    assert [(row["symbol"], row["contribution_pct"]) for row in answer["securities"]] == [
        ("A", pytest.approx(2.5)),
        ("C", 0.0),
        ("D", 0.0),
        ("B", pytest.approx(-0.5)),
    ]
    assert (answer["covered_pct"], answer["return_pct"]) == (100.0, pytest.approx(2.0))
    assert [(row["sector"], row["contribution_pct"]) for row in answer["sectors"]] == [
        ("Energy", pytest.approx(2.0)),
        ("Unclassified", 0.0),
        ("Utilities", 0.0),
    ]
    (equity,) = answer["asset_classes"]
    assert (equity["asset_class"], equity["weight_from_pct"]) == ("equity", 100.0)
    assert "no price feed" in answer["notes"]["returns"]


def test_the_residual_is_what_the_quotes_show_beyond_the_holdings() -> None:
    answer = between({"A": 110.0}, quote(FROM, 40.0), quote(TO, 41.2))

    assert answer["quote_return_pct"] == pytest.approx(3.0)
    assert answer["residual_pct"] == pytest.approx(0.5)
    assert answer["reasons"] == {}


@pytest.mark.parametrize(
    ("quotes", "reason"),
    [
        ([], Reason.NO_QUOTE_OF_DATE),
        ([quote(FROM, 40.0)], Reason.NO_QUOTE_OF_DATE),
        ([quote(FROM, 40.0), quote(TO, 41.0, "intraday")], Reason.NO_QUOTE_OF_DATE),
        ([quote(FROM, 40.0), quote(TO, None)], Reason.NO_QUOTE_OF_DATE),
        ([quote(FROM, 40.0), quote("2026-11-20", 41.0)], Reason.NO_QUOTE_OF_DATE),
        ([quote(FROM, 40.0), quote(FROM, 40.5), quote(TO, 41.0)], Reason.QUOTES_DIFFER),
        ([quote(FROM, 40.0), quote(TO, 20.1)], Reason.SPLIT_SUSPECTED),
    ],
    ids=["none", "one day", "not a close", "no price", "another day", "contradiction", "the fund split"],
)
def test_without_the_closing_quotes_of_both_dates_there_is_no_residual(quotes: list[Any], reason: Reason) -> None:
    answer = between({"A": 101.0}, *quotes)

    assert (answer["quote_return_pct"], answer["residual_pct"]) == (None, None)
    assert answer["reasons"] == {"quote_return_pct": reason, "residual_pct": reason}
    assert answer["return_pct"] == pytest.approx(0.25)


def test_closing_quotes_are_those_of_any_snapshot() -> None:
    quotes = [quote(FROM, 40.0), quote(FROM, 40.0), {"as_of": None, "last_price": 3.0, "session": "close"}]

    assert closing_quotes(quotes) == {date.fromisoformat(FROM): 40.0}


def test_trades_do_not_change_contributions() -> None:
    answer = between({"A": 110.0}, shares={**SHARES, "A": 500, "E": 3_000})

    assert answer["return_pct"] == pytest.approx(2.5)
    assert symbols(answer["securities"]) == set(SHARES)


def test_lines_without_a_return_are_named() -> None:
    others = [line("ESZ6", 10, 600.0, "derivative"), line("X", None, market_value_usd=None), line("GONE", 500)]
    cash = line("USD", 50_000, 1.0, "cash")
    before = dated([*fund(SHARES, **PRICES), *others, cash])
    after = dated(
        [*fund(SHARES, **{**PRICES, "A": 110.0}), *others[:2], {**cash, "shares": 70_000, "market_value_usd": 70_000}],
        TO,
    )

    answer = attribution(before, after, {})

    assert {row["symbol"]: row["reason"] for row in answer["not_covered"]} == {
        "ESZ6": Reason.DERIVATIVE,
        "X": Reason.SHARES_MISSING,
        "GONE": Reason.NOT_HELD,
    }
    assert "USD" in symbols(answer["securities"])
    assert {row["sector"] for row in answer["sectors"]} == {"Energy", "Utilities", "Unclassified", "Cash"}
    uncovered = sum(row["weight_from_pct"] for row in answer["not_covered"])
    assert answer["covered_pct"] == pytest.approx(100 - uncovered, abs=0.02)


def test_cash_whose_price_jumped_has_no_return() -> None:
    before, after = (
        dated([*fund(SHARES, **prices), line("EUR", 10_000, rate, "cash", name="Euro")], day)
        for prices, rate, day in ((PRICES, 1.1, FROM), ({**PRICES, "A": 110.0}, 5.0, TO))
    )

    (row,) = attribution(before, after, {})["not_covered"]

    assert (row["symbol"], row["reason"]) == ("EUR", Reason.PRICE_JUMPED)


def test_without_a_single_price_there_is_no_return() -> None:
    bare = snapshot([{**row, "shares": None, "weight_pct": 25.0} for row in fund(SHARES)], holdings_as_of=FROM)

    answer = attribution(on_date(bare), on_date({**bare, "holdings_as_of": TO}), {})

    assert (answer["return_pct"], answer["reasons"]["return_pct"]) == (None, Reason.SHARES_MISSING)
    assert (answer["securities"], answer["covered_pct"]) == ([], 0.0)


def test_a_list_that_comes_again_under_a_later_date_has_no_return() -> None:
    answer = between({})

    assert (answer["return_pct"], answer["reasons"]["return_pct"]) == (None, Reason.LIST_REPEATED)
    assert (answer["securities"], answer["flaws"]) == ([], {TO: "list_repeated"})


def test_a_corrected_list_of_one_date_has_no_return() -> None:
    answer = attribution(dated(fund(SHARES, **PRICES)), dated(fund(SHARES, **{**PRICES, "A": 90.0})), {})

    assert (answer["return_pct"], answer["reasons"]["return_pct"]) == (None, Reason.SAME_DATE)


def test_a_cut_list_covers_what_it_lists() -> None:
    before, after = listed(fund(SHARES, **PRICES)), listed(fund(SHARES, **{**PRICES, "A": 110.0, "D": 13.0}), TO)

    answer = attribution(on_date(cut(before, 2)), on_date(cut(after, 2)), {})

    assert not answer["complete"]
    assert (answer["covered_pct"], answer["return_pct"]) == (pytest.approx(25.0), pytest.approx(2.5))
    assert {row["reason"] for row in answer["not_covered"]} == {Reason.PARTIAL_LIST}


@given(full_funds(), st.integers(0, 1000))
def test_contributions_sum_to_the_return(full: dict[str, Any], seed: int) -> None:
    later = [
        {**row, "market_value_usd": row["market_value_usd"] and row["market_value_usd"] * (1 + (seed + place) % 7 / 50)}
        for place, row in enumerate(full["holdings"])
    ]

    answer = attribution(on_date(full), on_date({**full, "holdings": later, "holdings_as_of": TO}), {})

    for name in ("securities", "sectors", "asset_classes"):
        if answer["return_pct"] is not None:
            total = sum(row["contribution_pct"] for row in answer[name])
            assert total == pytest.approx(answer["return_pct"], abs=1e-6)
            weights = sum(row["weight_from_pct"] for row in answer[name])
            assert weights == pytest.approx(answer["covered_pct"], abs=2e-5)


@given(full_funds())
def test_on_one_date_nothing_drove_anything(full: dict[str, Any]) -> None:
    answer = attribution(on_date(full), on_date(full), {date.fromisoformat(FROM): 40.0})

    assert answer["return_pct"] in (0.0, None)
    assert all(row["contribution_pct"] == 0.0 for row in answer["securities"])
    assert answer["quote_return_pct"] == 0.0
