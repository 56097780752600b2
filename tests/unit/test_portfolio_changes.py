"""A portfolio looked through on two dates, with the same positions."""

from collections.abc import Sequence
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from etf_analytics import Fund, portfolio_changes, positions_of, prepare
from etf_common.codes import Reason
from tests.unit.analytics_cases import Snapshot, cut, full_funds, row, snapshot
from tests.unit.two_dates_cases import FROM, TO, symbols

POSITIONS = positions_of({"ONE": 60, "TWO": 40}, in_usd=False)
LISTS = ("added", "removed", "increased", "decreased", "entered_the_list", "left_the_list", "undetermined")


def funds(day: str, **weights: dict[str, float]) -> list[Snapshot]:
    return [
        snapshot([row(name, weight) for name, weight in own.items()], symbol, holdings_as_of=day)
        for symbol, own in weights.items()
    ]


def prepared(snapshots: Sequence[Snapshot]) -> dict[str, Fund]:
    return {each["symbol"]: prepare(each) for each in snapshots}


BEFORE = funds(FROM, ONE={"A": 50.0, "B": 50.0}, TWO={"B": 80.0, "C": 20.0})
AFTER = funds(TO, ONE={"A": 60.0, "B": 40.0}, TWO={"B": 85.0, "D": 15.0})


def between(before: Sequence[Snapshot], after: Sequence[Snapshot], **positions: float) -> dict[str, Any]:
    chosen = positions_of(positions, in_usd=False) if positions else POSITIONS
    return portfolio_changes(chosen, prepared(before), prepared(after))


def test_what_the_funds_changed_adds_up() -> None:
    answer = between(BEFORE, AFTER)

    shown = {
        name: [(row["symbol"], row["weight_from_pct"], row["weight_to_pct"], row["change_pct"]) for row in answer[name]]
        for name in LISTS
    }
    assert shown == {
        "added": [("D", 0.0, 6.0, 6.0)],
        "removed": [("C", 8.0, 0.0, -8.0)],
        "increased": [("A", 30.0, 36.0, 6.0)],
        "decreased": [("B", 62.0, 58.0, -4.0)],
        "entered_the_list": [],
        "left_the_list": [],
        "undetermined": [],
    }
    assert answer["active_share_pct"] == pytest.approx(12.0)
    assert (answer["from"], answer["to"]) == ({"ONE": FROM, "TWO": FROM}, {"ONE": TO, "TWO": TO})
    assert (answer["complete"], answer["unchanged_count"], answer["reasons"]) == (True, 0, {})


@given(full_funds("ONE"), full_funds("TWO"), st.booleans())
def test_the_same_lists_show_nothing_changed(one: Snapshot, two: Snapshot, is_cut: bool) -> None:
    one = cut(one, 3) if is_cut else one
    answer = between([one, two], [one, two])

    assert [answer[name] for name in LISTS] == [[]] * len(LISTS)
    assert answer["active_share_pct"] == 0.0


@given(full_funds("ONE"), full_funds("ONE"), full_funds("TWO"))
def test_changes_sum_to_the_change_of_what_counts(one: Snapshot, later: Snapshot, two: Snapshot) -> None:
    answer = between([one, two], [{**later, "holdings_as_of": TO}, {**two, "holdings_as_of": TO}])

    before, after = prepare(one).total, prepare(later).total
    rows = [row for name in LISTS for row in answer[name]]
    moved = sum(row["weight_to_pct"] - row["weight_from_pct"] for row in rows)
    assert moved == pytest.approx(60 * (after - before), abs=1e-4)


def test_partial_lists_give_bounds_and_no_purchases() -> None:
    before, after = [[cut(each, 1) for each in days] for days in (BEFORE, AFTER)]

    answer = between(before, after)

    assert (answer["added"], answer["removed"], answer["active_share_pct"]) == (None, None, None)
    assert answer["reasons"]["added"] == Reason.PARTIAL_LIST
    (unclear,) = [row for row in answer["undetermined"] if row["symbol"] == "A"]
    assert unclear["weight_from_pct"] == {"low": 30.0, "high": 39.2}
    assert unclear["change_pct"]["low"] < 0 < unclear["change_pct"]["high"], "TWO may hold it, so nobody can tell"
    assert answer["assumptions"]


def test_a_fund_that_is_missing_on_one_date_stays_closed_on_both() -> None:
    holder = [
        {**each, "holdings": [*each["holdings"], row("TWO", 10.0, "etf", name="TWO Fund")]} for each in BEFORE[:1]
    ]
    later = [{**each, "holdings_as_of": TO} for each in holder]

    answer = between([*holder, BEFORE[1]], later, ONE=1.0)

    assert [answer[name] for name in LISTS] == [[]] * len(LISTS)


def test_a_price_that_jumped_is_no_other_security() -> None:
    split = [{**each, "holdings": [dict(line) for line in each["holdings"]]} for each in AFTER]
    for each in split:
        for line in each["holdings"]:
            line["shares"] = 1_770

    answer = between(BEFORE, split)

    assert (symbols(answer["added"]), symbols(answer["removed"])) == ({"D"}, {"C"})


def test_a_new_symbol_of_one_name_is_in_doubt() -> None:
    before, after = (
        [snapshot([row("A", 50.0), row(symbol, 50.0, name="Quillon Harbor Inc")], "ONE", holdings_as_of=day)]
        for symbol, day in (("OLDT", FROM), ("NEWT", TO))
    )

    answer = between(before, after, ONE=1.0)

    assert symbols(answer["undetermined"]) == {"OLDT", "NEWT"}
    assert [doubt["why"] for doubt in answer["doubts"]] == ["rename_suspected"]
    assert (answer["added"], answer["removed"], answer["active_share_pct"]) == ([], [], None)


def test_a_list_without_weights_gives_no_figures() -> None:
    broken = [{**BEFORE[0], "holdings": [{**BEFORE[0]["holdings"][0], "weight_pct": None}]}, BEFORE[1]]

    answer = between(broken, AFTER)

    assert [answer[name] for name in LISTS] == [None] * len(LISTS)
    assert set(answer["reasons"].values()) == {Reason.WEIGHT_MISSING}


def test_a_position_that_is_nowhere_is_refused() -> None:
    with pytest.raises(ValueError, match="ZZZ"):
        between(BEFORE, AFTER, ONE=1.0, ZZZ=1.0)


def test_a_doubtful_line_that_weighs_nothing_changes_nothing() -> None:
    before = snapshot([row("A", 60.0), row("B", 40.0)], "ONE", holdings_as_of=FROM)
    vague = row("B", 0.0, name="Birch Partners", market_value_usd=None)
    after = snapshot([row("A", 60.0), row("B", 40.0), vague], "ONE", holdings_as_of=TO)

    answer = between([before], [after], ONE=1.0)

    assert (answer["added"], answer["removed"], answer["decreased"]) == ([], [], [])
