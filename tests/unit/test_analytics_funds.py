"""A fund prepared from its snapshot: which lines count, which are the same, and how much can be unseen."""

import math
from typing import Any

import pytest

from etf_analytics.funds import NOTHING_UNLISTED, assumptions_of, dates_of, prepare
from tests.unit.analytics_cases import Row, cut, fund_of, row, snapshot

LISTED = [row("A", 5.0), row("B", 3.0), row("C", 2.0)]


def test_cash_derivatives_and_lines_at_or_below_zero_do_not_count() -> None:
    classes = ("equity", "etf", "bond", "other", "cash", "derivative")
    rows = [row(name.upper(), 10.0, name) for name in classes] + [row("ZERO", 0.0), row("SHORT", -4.0)]

    fund = prepare(snapshot(rows))

    assert fund.weights == {"BOND": 0.1, "EQUITY": 0.1, "ETF": 0.1, "OTHER": 0.1}
    assert (fund.listed.net, fund.listed.gross, fund.listed.excluded) == pytest.approx((0.56, 0.64, 0.16))


def test_a_repeated_symbol_adds_up_and_is_said() -> None:
    rows = [row("A", 5.0), row("B", 3.0), row("A", 2.5)]

    fund = prepare(snapshot(rows))

    assert fund.weights == {"A": 0.075, "B": 0.03}
    assert fund.merged == [{"symbol": "A", "symbols": ["A", "A"], "names": ["A Inc", "A Inc"]}]


def test_a_repeated_symbol_of_another_class_is_another_security() -> None:
    rows = [row("F", 5.0), row("F", 3.0, "bond"), row("USD", 2.0, "cash"), row("USD", 1.0, "etf")]

    fund = prepare(snapshot(rows))

    assert [
        (fund.securities[key].symbol, fund.securities[key].asset_class, weight) for key, weight in fund.weights.items()
    ] == [
        ("F", "equity", 0.05),
        ("F", "bond", 0.03),
        ("USD", "etf", 0.01),
    ]
    assert "USD" in fund.weights
    assert fund.merged == []


def test_lines_without_symbol_are_never_merged_and_match_by_name() -> None:
    nameless = row(None, 1.0, name=None)
    rows = [row(None, 5.0, name="Note"), row(None, 3.0, name="Note"), row(None, 2.0, name="Bill"), nameless, nameless]

    first, second = prepare(snapshot(rows, "F1")), prepare(snapshot(rows, "F2"))

    assert list(first.weights.values()) == [0.05, 0.03, 0.02, 0.01, 0.01]
    assert len(first.weights.keys() & second.weights.keys()) == 3
    assert all(line.symbol is None for line in first.securities.values())


def test_an_issuer_is_one_name() -> None:
    full = fund_of({"GOOGL": 4.0, "GOOG": 3.0, "AAPL": 6.0})

    assert prepare(full, by="issuer").weights == {"GOOGL": 0.07, "AAPL": 0.06}
    assert prepare(full, by="issuer").merged == [
        {"symbol": "GOOGL", "symbols": ["GOOGL", "GOOG"], "names": ["GOOGL Inc", "GOOGL Inc"]}
    ]
    assert prepare(full).weights == {"AAPL": 0.06, "GOOGL": 0.04, "GOOG": 0.03}


@pytest.mark.parametrize(
    ("rows", "reported", "most"),
    [
        (LISTED, 3, 0.0),  # M = 0
        (LISTED, 5, 0.04),  # M * m
        (LISTED, 5000, 0.93),  # 1.03 - S
        (LISTED, None, 0.93),
        (LISTED, 2, 0.93),  # fewer reported than listed: the total is wrong
        ([*LISTED, row("D", 0.0)], 5000, 0.2498),  # a smallest weight that reads 0.00 can be 0.005 %
        ([*LISTED, row("D", -1.0)], 5000, 0.0),
        ([row("CASH", 60.0, "cash"), *LISTED], 5000, 0.33),  # S counts excluded lines too
        ([*LISTED, row("CASH", 1.0, "cash")], 14, 0.10),  # so does m
        ([row("A", 60.0), row("B", 50.0)], 12, 5.0),  # more than 103 % listed: M * m alone
        ([row("FUT", 90.0, "derivative"), *LISTED], 5000, 99.92),  # M * m alone
        ([row("FUT", 90.0, "derivative"), *LISTED], None, math.inf),
        ([row("CASH", None, "cash"), *LISTED], 5000, 99.92),  # it may be negative
    ],
)
def test_the_most_that_can_be_unseen(rows: list[Row], reported: int | None, most: float) -> None:
    fund = prepare(snapshot(rows, reported=reported, complete=reported == 3))

    assert fund.flaw is None
    assert fund.unlisted.weight == pytest.approx(most)
    assert bool(assumptions_of([fund])) is (most > 0)


@pytest.mark.parametrize(
    ("changes", "flaw"),
    [
        ({"rows": [row("A", 5.0), row("B", None), row("C", 2.0)]}, "weight_missing"),
        ({"rows": [row("A", 5.0), row("B", None), row("C", 2.0)], "reported": 3}, "weight_missing"),
        ({"rows": [row("A", 5.0), row("B", None, "cash")]}, None),
        ({"rows": [row("A", 3.0), row("B", 5.0)]}, "order_broken"),
        ({"rows": [row("A", 3.0), row("B", 5.0)], "reported": 2}, None),
        ({"rows": LISTED, "issues": ["slipped_between_pages"]}, "slipped_between_pages"),
        ({"rows": LISTED, "issues": ["repeated_symbol", "weight_sum"]}, None),
        ({"rows": []}, "no_lines"),
        ({"rows": [], "reported": 0}, None),
    ],
)
def test_what_makes_weights_useless(changes: dict[str, Any], flaw: str | None) -> None:
    given = snapshot(changes["rows"], reported=changes.get("reported", 9))
    given["quality"]["issues"] = [{"code": code} for code in changes.get("issues", ())]

    fund = prepare(given)

    assert fund.flaw == flaw
    assert fund.flaw is None or fund.unlisted == NOTHING_UNLISTED


def test_a_cut_list_keeps_the_keys_of_the_full_one() -> None:
    rows = [row(None, 5.0, name="Note"), row("F", 4.0), row(None, 3.0, name="Note"), row("F", 2.0, "bond")]
    full = snapshot(rows)

    assert [list(prepare(cut(full, count)).weights) for count in (1, 2, 3)] == [
        list(prepare(full).weights)[:count] for count in (1, 2, 3)
    ]


def test_dates_and_the_days_between_them() -> None:
    funds = [prepare(fund_of({}, name, holdings_as_of=day)) for name, day in (("A", "2026-10-30"), ("B", "2026-11-02"))]

    assert dates_of(funds) == {"holdings_as_of": {"A": "2026-10-30", "B": "2026-11-02"}, "lag_days": 3}
    assert dates_of([]) == {"holdings_as_of": {}, "lag_days": 0}
