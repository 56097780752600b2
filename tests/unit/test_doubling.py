"""The pair of funds that doubles most in a portfolio, and what dropping either one does."""

from collections.abc import Mapping, Sequence
from fractions import Fraction
from itertools import combinations
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from contract.analytics import Doubling
from etf_analytics import analyze_portfolio, fund_overlap, positions_of, prepare
from tests.unit.analytics_cases import Snapshot, cut, fund_of, looked_through, row, sector_of, snapshot, top, weights_of

CORE = fund_of({"A": 50.0, "B": 30.0, "C": 20.0}, "CORE")
LIKE = fund_of({"A": 40.0, "B": 40.0, "D": 20.0}, "LIKE")
ELSE = fund_of({"C": 10.0, "E": 90.0}, "ELSE")
COSTS = {"CORE": 0.1, "LIKE": 0.3, "ELSE": 0.5}


def answered(amounts: Mapping[str, float], funds: Sequence[Snapshot], **values: Any) -> dict[str, Any]:
    prepared = {each["symbol"]: prepare(each, sector_of=sector_of) for each in funds}
    return analyze_portfolio(positions_of(amounts, in_usd=True), prepared, **values)


def doubled(amounts: Mapping[str, float], *funds: Snapshot, **values: Any) -> dict[str, Any]:
    found: dict[str, Any] = answered(amounts, funds, **values)["doubling"]
    Doubling.model_validate(found)
    return found


def ends(figure: Any) -> tuple[float, float]:
    return (figure["low"], figure["high"]) if isinstance(figure, dict) else (figure, figure)


def test_the_pair_that_shares_most_is_told_with_the_part_of_the_portfolio_that_is_held_twice() -> None:
    found = doubled({"CORE": 500, "LIKE": 300, "ELSE": 200}, CORE, LIKE, ELSE, expense_ratio_pct=COSTS)

    assert found["symbols"] == ["CORE", "LIKE"]
    # min(50, 40) + min(30, 40); and of the portfolio min(25, 12) + min(15, 12).
    assert (found["overlap_pct"], found["doubled_pct"]) == (70.0, 24.0)


def test_a_large_pair_doubles_more_than_a_small_one_that_is_more_alike() -> None:
    twin = {**CORE, "symbol": "TWIN", "name": "TWIN Fund"}

    found = doubled({"CORE": 900, "TWIN": 10, "LIKE": 600}, CORE, twin, LIKE)

    assert found["symbols"] == ["CORE", "LIKE"]


def test_without_either_fund_the_portfolio_is_that_of_the_others() -> None:
    amounts = {"CORE": 500, "LIKE": 300, "ELSE": 200}
    found = doubled(amounts, CORE, LIKE, ELSE, expense_ratio_pct=COSTS)

    for row_of, dropped in zip(found["without"], ("CORE", "LIKE"), strict=True):
        rest = {symbol: amount for symbol, amount in amounts.items() if symbol != dropped}
        alone = answered(rest, (CORE, LIKE, ELSE), expense_ratio_pct=COSTS)

        assert row_of["symbol"] == dropped
        assert row_of["top_10_pct"] == alone["concentration"]["top_pct"]["10"]
        assert row_of["hhi_points"] == pytest.approx(alone["concentration"]["hhi_points"])
        assert row_of["expense_ratio_pct"] == pytest.approx(alone["cost"]["bps"] / 100)
        assert [line["symbol"] for line in row_of["largest"]] == [line["symbol"] for line in alone["exposures"]][:5]
        assert [line["weight_pct"] for line in row_of["largest"]] == [line["weight_pct"] for line in alone["exposures"]]


def test_the_change_is_what_the_marginal_figures_say_of_removing_the_fund() -> None:
    answer = answered({"CORE": 500, "LIKE": 300}, (CORE, LIKE), expense_ratio_pct={"CORE": 0.1})

    removed = {line["symbol"]: line["remove"] for line in answer["marginal"]}
    assert [line["change"] for line in answer["doubling"]["without"]] == [removed["CORE"], removed["LIKE"]]
    reasons = {line["symbol"]: line["reasons"] for line in answer["doubling"]["without"]}
    assert reasons["CORE"] == {
        "expense_ratio_pct": "expense_ratio_unknown",
        "change.cost_bps": "expense_ratio_unknown",
    }
    assert reasons["LIKE"] == {"change.cost_bps": "expense_ratio_unknown"}


@pytest.mark.parametrize(
    ("amounts", "reason"),
    [
        ({"CORE": 100}, "one_fund"),
        ({"CORE": 100, "A": 50}, "one_fund"),
        ({"LIKE": 100, "ELSE": 100}, "nothing_in_common"),
    ],
)
def test_no_pair_is_null_with_a_reason(amounts: dict[str, float], reason: str) -> None:
    answer = answered(amounts, (CORE, LIKE, ELSE))

    assert answer["doubling"] is None
    assert answer["reasons"]["doubling"] == reason


def test_a_fund_without_weights_leaves_no_pair() -> None:
    broken = snapshot([row("A", None), row("B", 10.0)], "LIKE")

    answer = answered({"CORE": 1, "LIKE": 1}, (CORE, broken))

    assert (answer["doubling"], answer["reasons"]["doubling"]) == (None, "weight_missing")


def test_what_a_fund_holds_through_another_is_held_twice_too() -> None:
    outer = snapshot([row("CORE", 60.0, "etf"), row("E", 40.0)], "ALL")

    found = doubled({"ALL": 50, "CORE": 50}, outer, CORE)

    assert (found["symbols"], found["overlap_pct"], found["doubled_pct"]) == (["ALL", "CORE"], 60.0, 30.0)


def test_lines_in_doubt_give_bounds() -> None:
    one = snapshot([row("X", 60.0, name="Alder Mills Inc", shares=None), row("A", 40.0)], "ONE")
    other = snapshot([row("X", 50.0, name="Birch Works Inc", shares=None), row("A", 50.0)], "TWO")

    found = doubled({"ONE": 50, "TWO": 50}, one, other)

    pair = fund_overlap([prepare(one), prepare(other)])["pairs"][0]
    assert pair["overlap_pct"] == {"low": 40.0, "high": 90.0}
    assert found["overlap_pct"] == pair["overlap_pct"]
    assert found["doubled_pct"] == {"low": 20.0, "high": 45.0}
    assert {line["symbol"] for line in found["without"][0]["largest"]} == {"X", "A"}


@st.composite
def portfolios(draw: st.DrawFn) -> tuple[dict[str, float], list[Snapshot], list[Snapshot]]:
    """Amounts, whole funds of which one may hold another, and the same with lists that are cut."""
    full = []
    for number in range(draw(st.integers(2, 4))):
        sizes = draw(st.dictionaries(st.sampled_from("ABCDEFG"), st.integers(1, 60), min_size=1))
        total = sum(sizes.values())
        lines = {name: round(size * 97 / total, 2) for name, size in sizes.items()}
        rows = [row(name, weight) for name, weight in sorted(lines.items(), key=lambda line: -line[1])]
        full.append(snapshot(rows, f"F{number}"))
    if draw(st.booleans()):
        full.append(snapshot([row("F0", 60.0, "etf"), row("A", 30.0)], "NEST"))
    lists = [cut(fund, draw(st.integers(1, len(fund["holdings"])))) for fund in full]
    amounts = {fund["symbol"]: float(draw(st.integers(1, 100))) for fund in full}
    return amounts, full, lists


@settings(max_examples=30)
@given(portfolios())
def test_the_truth_lies_within_the_bounds_whatever_lists_leave_out(
    case: tuple[dict[str, float], list[Snapshot], list[Snapshot]],
) -> None:
    amounts, full, lists = case
    known = answered(amounts, lists)["doubling"]
    if known is None:
        return
    whole = {fund["symbol"]: fund for fund in full}
    total = sum(amounts.values())
    one, other = (looked_through({symbol: Fraction(1)}, whole, "security") for symbol in known["symbols"])
    shares = [Fraction(amounts[symbol]) / Fraction(total) for symbol in known["symbols"]]
    for figure, scale in (("overlap_pct", (1, 1)), ("doubled_pct", shares)):
        truth = 100 * float(sum(min(scale[0] * one[key], scale[1] * other[key]) for key in one if key in other))
        low, high = ends(known[figure])
        assert low - 1e-6 <= truth <= high + 1e-6
    for line in known["without"]:
        rest = {symbol: Fraction(amount) for symbol, amount in amounts.items() if symbol != line["symbol"]}
        left = sum(rest.values())
        held = looked_through({symbol: amount / left for symbol, amount in rest.items()}, whole, "security")
        low, high = ends(line["top_10_pct"])
        assert low - 1e-6 <= 100 * float(top(held, 10)) <= high + 1e-6


@settings(max_examples=30)
@given(portfolios())
def test_no_other_pair_of_whole_funds_doubles_more(
    case: tuple[dict[str, float], list[Snapshot], list[Snapshot]],
) -> None:
    amounts, full, _ = case
    plain = [fund for fund in full if fund["symbol"] != "NEST"]
    held = {symbol: amount for symbol, amount in amounts.items() if symbol != "NEST"}
    found, total = answered(held, plain)["doubling"], sum(held.values())
    scaled = {
        fund["symbol"]: {key: held[fund["symbol"]] / total * float(weight) for key, weight in weights_of(fund).items()}
        for fund in plain
    }
    most = max(
        sum(min(one[key], other[key]) for key in one if key in other) for one, other in combinations(scaled.values(), 2)
    )
    assert (found["doubled_pct"] if found else 0.0) == pytest.approx(100 * most, abs=1e-5)


@settings(max_examples=30)
@given(portfolios())
def test_of_two_funds_that_hold_no_fund_the_overlap_is_that_of_the_overlap_route(
    case: tuple[dict[str, float], list[Snapshot], list[Snapshot]],
) -> None:
    _, _, lists = case
    two = [fund for fund in lists if fund["symbol"] in ("F0", "F1")]
    found = answered({"F0": 1.0, "F1": 2.0}, two)["doubling"]

    pair = fund_overlap([prepare(fund, sector_of=sector_of) for fund in two])["pairs"][0]
    if found is not None:
        assert ends(found["overlap_pct"]) == pytest.approx(ends(pair["overlap_pct"]), abs=1e-6)
