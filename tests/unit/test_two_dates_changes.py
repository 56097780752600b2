"""The answer about one fund: cut lists, missing cells, one date twice, weights in two parts."""

from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from etf_analytics import fund_changes, on_date, prepare
from etf_common.codes import Reason
from tests.unit.analytics_cases import cut, full_funds
from tests.unit.two_dates_cases import FROM, TO, TRADED, changes, dated, fund, line, listed, symbols, trades_of

BASE = {f"S{number}": 40_000 + 1_111 * number for number in range(12)}
LISTS = (*TRADED, "entered_the_list", "left_the_list", "undetermined")


def rows_of(answer: dict[str, Any]) -> list[dict[str, Any]]:
    return [row for name in LISTS for row in answer[name] or ()]


def assert_nothing_changed(answer: dict[str, Any]) -> None:
    assert [answer[name] for name in (*TRADED, "undetermined")] == [[]] * 5
    assert answer["flow"]["baskets"] == []
    assert (answer["splits"], answer["renamed"], answer["turnover_pct"]) == ([], [], 0.0)
    assert answer["reasons"].keys() <= {"unpriced_pct"}


def test_a_complete_fund() -> None:
    before = fund({**BASE, "OLD": 10_000})
    after = fund({**BASE, "S1": 50_000, "S2": 30_000, "NEW": 20_000}, S3=55.0)

    answer = changes(before, after)

    assert (answer["from"], answer["to"], answer["lag_days"], answer["complete"]) == (FROM, TO, 1, True)
    assert trades_of(answer) == {"OLD": -10_000, "S1": 50_000 - BASE["S1"], "S2": 30_000 - BASE["S2"], "NEW": 20_000}
    assert (answer["entered_the_list"], answer["left_the_list"], answer["unchanged_count"]) == ([], [], 10)
    (added,), (removed,) = answer["added"], answer["removed"]
    assert (added["shares_from"], added["weight_from_pct"], added["price_from_usd"]) == (0, 0.0, None)
    weight = next(row["weight_pct"] for row in listed(before)["holdings"] if row["symbol"] == "OLD")
    assert (removed["weight_from_pct"], removed["price_from_usd"]) == (weight, 50.0)
    assert (added["drift_pct"], added["trade_pct"]) == (0.0, added["weight_to_pct"])
    assert (removed["shares_to"], removed["weight_to_pct"], removed["traded_usd"]) == (0, 0.0, -500_000.0)
    assert removed["reasons"] == {"price_to_usd": Reason.NOT_HELD}
    assert removed["price_assumed"]


def test_lines_outside_a_cut_list_are_not_bought_or_sold() -> None:
    before, after = listed(fund({**BASE, "OLD": 10_000})), listed(fund({**BASE, "NEW": 20_000}), TO)

    answer = fund_changes(on_date(cut(before, 13, total_known=False)), on_date(cut(after, 13, total_known=False)))

    assert (answer["added"], answer["removed"], answer["turnover_pct"]) == (None, None, None)
    assert answer["reasons"]["added"] == answer["reasons"]["turnover_pct"] == Reason.PARTIAL_LIST
    assert (symbols(answer["entered_the_list"]), symbols(answer["left_the_list"])) == ({"NEW"}, {"OLD"})
    (row,) = answer["entered_the_list"]
    assert (row["shares_from"], row["traded_shares"], row["drift_pct"]) == (None, None, None)
    assert set(row["reasons"].values()) == {Reason.PARTIAL_LIST}


@pytest.mark.parametrize("first", [True, False])
def test_a_partial_list_against_a_complete_one(first: bool) -> None:
    lists = [listed(fund(BASE)), listed(fund({**BASE, "S11": 60_000}), TO)]
    lists[0 if first else 1] = cut(lists[0 if first else 1], 9)

    answer = fund_changes(*map(on_date, lists))

    assert not answer["complete"]
    assert (answer["added"], answer["removed"]) == (None, None)
    assert answer["flow"]["factor"] == 1.0
    assert trades_of(answer) == {"S11": 60_000 - BASE["S11"]}
    assert len(answer["entered_the_list" if first else "left_the_list"]) == 3
    (row,) = answer["increased"]
    assert (row["drift_pct"], row["reasons"]["drift_pct"]) == (None, Reason.PARTIAL_LIST)


@pytest.mark.parametrize("cell", ["shares", "market_value_usd", "weight_pct"])
@pytest.mark.parametrize("date", [0, 1])
def test_a_missing_cell_is_null_with_a_reason(cell: str, date: int) -> None:
    lists = [listed(fund({**BASE, "X": 10_000})), listed(fund({**BASE, "X": 12_000}), TO)]
    (entry,) = [row for row in lists[date]["holdings"] if row["symbol"] == "X"]
    entry[cell] = None

    answer = fund_changes(*map(on_date, lists))

    (row,) = [row for row in rows_of(answer) if row["symbol"] == "X"]
    for name, value in row.items():
        assert value is not None or name in row["reasons"], name
    if cell == "shares":
        assert symbols(answer["undetermined"]) == {"X"}
        assert row["reasons"]["traded_shares"] == Reason.SHARES_MISSING
        assert answer["turnover_pct"] is None
    else:
        assert trades_of(answer) == {"X": 2_000}
    if cell == "market_value_usd" and date == 1:
        assert (row["traded_usd"], answer["turnover_pct"]) == (None, None)
    if cell == "weight_pct":
        assert row["drift_pct"] is None


def test_rounded_values_give_no_price() -> None:
    issue = {"code": "rounded_value", "detail": "", "count": 1, "rows": [1]}
    after = listed(fund({**BASE, "S11": 60_000}), TO)
    after["holdings"][0]["market_value_usd"] = 2_300_000
    after["quality"]["issues"] = [issue]

    answer = fund_changes(dated(fund(BASE)), on_date(after))

    (row,) = answer["increased"]
    assert (row["traded_shares"], row["price_to_usd"]) == (60_000 - BASE["S11"], None)
    assert row["reasons"]["price_to_usd"] == row["reasons"]["traded_usd"] == Reason.VALUE_ROUNDED


@given(full_funds(), st.booleans())
def test_the_same_list_on_the_same_date_shows_nothing_changed(full: dict[str, Any], is_cut: bool) -> None:
    one = cut(full, 3) if is_cut else full

    assert_nothing_changed(fund_changes(on_date(one), on_date(one)))


def test_one_list_without_shares_and_values_twice_shows_nothing_changed() -> None:
    bare = [{**row, "shares": None, "market_value_usd": None, "weight_pct": 8.0} for row in fund(BASE)]
    nameless = [line(None, 5_000, 0.98, "bond", name="TREASURY NOTE")] * 2

    assert_nothing_changed(fund_changes(dated([*bare, *nameless]), dated([*bare, *nameless])))


def test_a_corrected_list_of_one_date_is_no_trade() -> None:
    answer = fund_changes(dated(fund({**BASE, "OLD": 9_000})), dated(fund({**BASE, "S1": 50_000, "NEW": 9_000})))

    assert answer["flow"]["reason"] == Reason.SAME_DATE
    assert [answer[name] for name in TRADED] == [None] * 4
    assert set(answer["reasons"].values()) == {Reason.SAME_DATE}
    assert answer["unchanged_count"] == 11


def test_a_list_that_comes_again_under_a_later_date_is_said() -> None:
    answer = changes(fund(BASE), fund(BASE))

    assert_nothing_changed(answer)
    assert answer["flaws"] == {TO: "list_repeated"}


@pytest.mark.parametrize(
    ("first", "second"), [({"day": TO}, {"day": FROM}), ({"symbol": "A"}, {"symbol": "B"})], ids=["order", "symbol"]
)
def test_two_funds_or_the_later_list_first_are_refused(first: dict[str, str], second: dict[str, str]) -> None:
    with pytest.raises(ValueError, match=r"is after|two funds"):
        fund_changes(dated(fund(BASE), **first), dated(fund(BASE), **second))


def test_an_unreadable_date_is_said() -> None:
    answer = fund_changes(dated(fund(BASE), "18 Nov"), dated(fund(BASE), TO))

    assert (answer["lag_days"], answer["reasons"]["lag_days"]) == (None, Reason.DATE_UNREADABLE)


def test_weights_move_by_price_and_by_trade() -> None:
    prices = {f"S{number}": 50.0 + number for number in range(12)}
    answer = changes(fund(BASE), fund({**BASE, "S11": 70_000}, **prices))

    (row,) = answer["increased"]
    values = [50 * shares for shares in BASE.values()]
    later = [(50 + number) * shares for number, shares in enumerate(BASE.values())]
    drift = 100 * (later[-1] / sum(later) - values[-1] / sum(values))
    assert row["drift_pct"] == pytest.approx(drift, abs=0.01)
    assert row["trade_pct"] > 0 < row["drift_pct"]


@given(full_funds(), full_funds())
def test_drift_and_trade_add_up_to_the_change_of_the_weight(one: dict[str, Any], other: dict[str, Any]) -> None:
    answer = fund_changes(on_date(one), on_date({**other, "holdings_as_of": TO}))

    for row in rows_of(answer):
        if row["drift_pct"] is not None:
            moved = row["weight_to_pct"] - row["weight_from_pct"]
            assert row["drift_pct"] + row["trade_pct"] == pytest.approx(moved, abs=2e-6)
        for name, value in row.items():
            assert value is not None or name in ("symbol", *row.get("reasons", ())), name


@given(full_funds(), full_funds())
def test_every_security_of_both_lists_is_told_once(one: dict[str, Any], other: dict[str, Any]) -> None:
    lists = [on_date(one), on_date({**other, "holdings_as_of": TO})]

    answer = fund_changes(*lists)

    names = (*LISTS,) if answer["increased"] is not None else ("added", "removed", "undetermined")
    told = sum(len(answer[name] or ()) for name in names) + answer["unchanged_count"]
    sizes = [len(prepare(each).securities) for each in (one, other)]
    assert max(sizes) <= told <= sum(sizes)
