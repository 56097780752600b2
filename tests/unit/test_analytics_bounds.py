"""Lists cut at random: the figures of the full list never leave the bounds of the part."""

import json
from fractions import Fraction
from typing import Any, Literal, cast

import pytest
from hypothesis import assume, example, given
from hypothesis import strategies as st

from etf_analytics.fund_analytics import analyze_fund, compare_funds
from etf_analytics.funds import Fund, prepare
from etf_analytics.holders import find_holders
from etf_analytics.lookthrough import positions_of, securities_of
from etf_analytics.overlap import fund_overlap
from etf_analytics.portfolio import analyze_portfolio
from tests.unit import analytics_cases as truth
from tests.unit.analytics_cases import (
    Snapshot,
    assert_inside,
    cut,
    cut_funds,
    full_funds,
    fund_of,
    sector_of,
    unlimited,
    weights_of,
)

By = Literal["security", "issuer"]
by_both = pytest.mark.parametrize("by", ["security", "issuer"])
Cut = tuple[Snapshot, Snapshot]


def prepared(snapshot: Snapshot, by: By) -> Fund:
    return prepare(snapshot, by=by, sector_of=sector_of)


SIBLING_UNSEEN = fund_of({"GOOGL": 40.0, "B": 30.0, "C": 20.0, "GOOG": 10.0})
EVEN_TAIL = fund_of({"A": 20.0, **{f"T{number}": 8.3 for number in range(10)}})


@by_both
@given(case=cut_funds())
@example(case=(SIBLING_UNSEEN, cut(SIBLING_UNSEEN, 3)))
@example(case=(EVEN_TAIL, cut(EVEN_TAIL, 1)))
def test_the_concentration_of_the_full_list_is_inside(by: By, case: Cut) -> None:
    full, part = case
    weights = weights_of(full, by)

    figures = analyze_fund(prepared(part, by))["concentration"]

    limited = not unlimited(part)
    assert_inside(figures["hhi"], truth.hhi(weights), limited=limited)
    assert_inside(figures["hhi_points"], truth.hhi(weights) * 10_000, limited=limited, scale=10_000)
    for count, figure in figures["top_pct"].items():
        assert_inside(figure, truth.top(weights, int(count)) * 100)
    if weights_of(part, by):
        assert_inside(figures["effective_holdings"], truth.effective(weights), limited=limited)
        assert_inside(
            figures["names_to_half"],
            Fraction(truth.names_to_half(weights)),
            limited=part["totals"]["reported"] is not None,
        )


@by_both
@given(case=cut_funds())
def test_sectors_and_classes_of_the_full_list_are_inside(by: By, case: Cut) -> None:
    full, part = case
    fund, limited = prepared(part, by), not unlimited(part)

    answer = analyze_fund(fund)

    sectors, classes = truth.grouped(full, "sector"), truth.grouped(full, "asset_class")
    assert_inside(answer["counted_pct"], 100 * sum(sectors.values()), limited=limited)
    listed = {row["sector"]: row["weight_pct"] for row in answer["sectors"]["weights"]}
    for name, weight in sectors.items():
        assert_inside(listed.get(name, answer["unseen_pct"]), weight * 100, limited=limited)
    classified = sum(weight for name, weight in sectors.items() if name != "Unclassified")
    assert_inside(answer["sectors"]["classified_pct"], classified * 100, limited=limited)
    counted = {row["asset_class"]: row["weight_pct"] for row in answer["asset_classes"] if row["counted"]}
    for name, weight in classes.items():
        assert_inside(counted.get(name, answer["unseen_pct"]), weight * 100, limited=limited)


ONE_CLASS_MORE = fund_of({"GOOGL": 90.0}, "F2")


@by_both
@given(first=cut_funds("F1"), second=cut_funds("F2"))
@example(first=(SIBLING_UNSEEN, cut(SIBLING_UNSEEN, 3)), second=(ONE_CLASS_MORE, ONE_CLASS_MORE))
def test_the_overlap_of_the_full_lists_is_inside(by: By, first: Cut, second: Cut) -> None:
    a, b = weights_of(first[0], by), weights_of(second[0], by)

    answer = fund_overlap([prepared(first[1], by), prepared(second[1], by)])

    pair = answer["pairs"][0]
    limited = not (unlimited(first[1]) or unlimited(second[1]))
    assert_inside(pair["overlap_pct"], truth.overlap(a, b) * 100, limited=limited)
    assert_inside(pair["active_share_pct"], truth.active_share(a, b) * 100, limited=limited)
    assert_inside(pair["coverage_a_pct"], truth.coverage(a, b) * 100, limited=limited)
    assert_inside(pair["coverage_b_pct"], truth.coverage(b, a) * 100, limited=limited)
    for row in [*answer["common"], *answer["only_a"], *answer["only_b"]]:
        if row["symbol"] is not None:
            in_a, in_b = (weights.get(row["symbol"], Fraction(0)) for weights in (a, b))
            assert_inside(row["weight_a_pct"], in_a * 100)
            assert_inside(row["weight_b_pct"], in_b * 100)
            assert_inside(row["overlap_pct"], min(in_a, in_b) * 100)


@given(first=cut_funds("F1"), second=cut_funds("F2"))
def test_the_bounds_of_an_overlap_are_as_close_as_the_definitions_make_them(first: Cut, second: Cut) -> None:
    # Given two lists, and what the definitions say of them: sums, and the most that the unseen lines weigh
    a, b = first[1], second[1]
    wa, wb, ua, ub = weights_of(a), weights_of(b), truth.most_unseen(a), truth.most_unseen(b)
    assume(ua is not None and ub is not None)
    assert ua is not None
    assert ub is not None
    sa, sb, ko = sum(wa.values(), Fraction(0)), sum(wb.values(), Fraction(0)), truth.overlap(wa, wb)
    ca = sum((min(weight, truth.smallest(b)) for key, weight in wa.items() if key not in wb), Fraction(0))
    cb = sum((min(weight, truth.smallest(a)) for key, weight in wb.items() if key not in wa), Fraction(0))
    ca, cb = (ca if ub else Fraction(0)), (cb if ua else Fraction(0))

    # When the bounds are made, then they are those of the definitions, neither wider nor closer
    pair = fund_overlap([prepared(a, "security"), prepared(b, "security")])["pairs"][0]
    most = min(ko + min(ua + min(ca, ub), ub + min(cb, ua)), sa + ua, sb + ub)
    assert_bounds(pair["overlap_pct"], ko, most)
    least_active = max(Fraction(0), (sa + sb) / 2 - ko - (min(ca, ub) + min(cb, ua)) / 2)
    assert_bounds(pair["active_share_pct"], least_active, (sa + ua + sb + ub) / 2 - ko)


@given(case=cut_funds())
def test_the_bounds_of_a_concentration_are_as_close_as_the_definitions_make_them(case: Cut) -> None:
    part, weights, most = case[1], weights_of(case[1]), truth.most_unseen(case[1])
    assume(most is not None)
    assert most is not None
    line = truth.smallest(part)
    full = most // line if most else 0
    gain = full * line**2 + (most - full * line) ** 2 if most else Fraction(0)

    figures = analyze_fund(prepared(part, "security"))["concentration"]

    assert_bounds(figures["hhi_points"], truth.hhi(weights), truth.hhi(weights) + gain, scale=10_000)


def assert_bounds(figure: Any, low: Fraction, high: Fraction, *, scale: int = 100) -> None:
    """The figure has these ends, to the decimals shown."""
    shown = figure if isinstance(figure, dict) else {"low": figure, "high": figure}
    assert shown["low"] == pytest.approx(float(low * scale), abs=2e-6)
    assert shown["high"] == pytest.approx(float(high * scale), abs=2e-6)


@by_both
@given(
    first=cut_funds("F1", nested=("F2", "F3")),
    second=cut_funds("F2", nested=("F1", "X9")),
    third=cut_funds("F3"),
    amounts=st.lists(st.integers(0, 60), min_size=5, max_size=5),
)
def test_the_portfolio_of_the_full_lists_is_inside(
    by: By, first: Cut, second: Cut, third: Cut, amounts: list[int]
) -> None:
    parts = {part["symbol"]: prepared(part, by) for _, part in (first, second, third)}
    fulls = {full["symbol"]: full for full, _ in (first, second, third)}
    named = {name: float(size) for name, size in zip(("F1", "F2", "F3", "A", "GOOG"), amounts, strict=True) if size}
    named = {"F1": 10.0} | named
    for symbol, lines in securities_of(named.keys() - parts.keys(), parts).items():
        if not lines:
            del named[symbol]
    total = int(sum(named.values()))
    shares = {name: Fraction(int(size), total) for name, size in named.items()}
    weights = truth.looked_through(shares, fulls, by)

    answer = analyze_portfolio(positions_of(named, in_usd=True), parts)

    limited = not any(unlimited(part) for _, part in (first, second, third))
    _assert_concentration_inside(answer["concentration"], weights, limited=limited)
    for row in answer["exposures"]:
        if row["symbol"] is not None:
            assert_inside(row["weight_pct"], weights[row["symbol"]] * 100)
            assert_inside(row["value_usd"], weights[row["symbol"]] * total, step=Fraction(1, 100))
    assert_inside(answer["counted_pct"], 100 * sum(weights.values()), limited=limited)
    for row in answer["marginal"]:
        _assert_marginal_inside(row, shares, fulls, by, limited=limited)


def test_one_unseen_line_among_many_small_ones() -> None:
    # Effective holdings are most when the unseen line is smaller than it could be.
    many = fund_of({f"T{number}": 1.0 for number in range(100)}, "F1")
    large = fund_of({"A": 10.0, "B": 1.0}, "F2")
    shares = {"F1": Fraction(1, 2), "F2": Fraction(1, 2)}
    weights = truth.looked_through(shares, {"F1": many, "F2": large}, "security")
    parts = {"F1": prepare(many), "F2": prepare(cut(large, 1))}

    answer = analyze_portfolio(positions_of({"F1": 1, "F2": 1}, in_usd=False), parts)

    _assert_concentration_inside(answer["concentration"], weights, limited=True)


def _assert_concentration_inside(figures: Any, weights: dict[Any, Fraction], *, limited: bool) -> None:
    assert_inside(figures["hhi_points"], truth.hhi(weights) * 10_000, limited=limited, scale=10_000)
    for count, figure in figures["top_pct"].items():
        assert_inside(figure, truth.top(weights, int(count)) * 100)
    if figures["effective_holdings"] is not None:
        assert_inside(figures["effective_holdings"], truth.effective(weights))
    if figures["names_to_half"] is not None:
        assert_inside(figures["names_to_half"], Fraction(truth.names_to_half(weights)))


def _assert_marginal_inside(
    row: Any, shares: dict[str, Fraction], fulls: dict[str, Snapshot], by: By, *, limited: bool
) -> None:
    symbol, before = row["symbol"], truth.looked_through(shares, fulls, by)
    rest = {name: share / (1 - shares[symbol]) for name, share in shares.items() if name != symbol}
    more = {name: share * 99 / 100 + (Fraction(1, 100) if name == symbol else 0) for name, share in shares.items()}
    for name, changed in (("remove", rest), ("add", more)):
        if not changed:
            assert row["reasons"][f"{name}.hhi"] == "nothing_left"
            continue
        after = truth.looked_through(changed, fulls, by)
        moved = 10_000 * (truth.hhi(after) - truth.hhi(before))
        assert_inside(row[name]["hhi_points"], moved, limited=limited, scale=10_000)
        assert_inside(row[name]["top_10_pct"], 100 * (truth.top(after, 10) - truth.top(before, 10)))
        assert_inside(row[name]["largest_pct"], 100 * (truth.top(after, 1) - truth.top(before, 1)))


@given(first=cut_funds("F1"), second=cut_funds("F2"))
def test_every_answer_is_json(first: Cut, second: Cut) -> None:
    funds = {part["symbol"]: prepare(part, sector_of=sector_of) for _, part in (first, second)}
    positions = positions_of({"F1": 60, "F2": 40}, in_usd=True)
    both = list(funds.values())

    for answer in (
        analyze_fund(both[0]),
        fund_overlap(both),
        analyze_portfolio(positions, funds),
        compare_funds(both),
        find_holders("A", both),
    ):
        assert json.loads(json.dumps(answer, allow_nan=False)) == answer


def ranges(value: Any) -> list[Any]:
    """All bounds in an answer, however deep."""
    if isinstance(value, dict):
        inner = [found for entry in value.values() for found in ranges(entry)]
        return [value] if value.keys() == {"low", "high"} else inner
    return [found for entry in value for found in ranges(entry)] if isinstance(value, list) else []


@by_both
@given(first=full_funds("F1"), second=full_funds("F2"))
def test_lists_that_are_not_cut_have_no_bounds(by: By, first: Snapshot, second: Snapshot) -> None:
    a, b = prepared(first, by), prepared(second, by)
    positions = positions_of({"F1": 60, "F2": 40}, in_usd=False)
    answers = (analyze_fund(a), fund_overlap([a, b]), analyze_portfolio(positions, {"F1": a, "F2": b}))

    assert [answer["assumptions"] for answer in answers] == [[], [], []]
    assert ranges(list(answers)) == []
    known = {
        "no_reference_line",
        "unclassified",
        "no_counted_lines",
        "expense_ratio_unknown",
        "value_unknown",
        "nothing_left",
        "nothing_in_common",
    }
    assert {reason for answer in answers for reason in answer["reasons"].values()} <= known


@given(case=cut_funds())
def test_a_cut_that_hides_something_is_said(case: tuple[Snapshot, Snapshot]) -> None:
    full, part = case
    answer = analyze_fund(prepared(part, "security"))

    hidden = weights_of(full).keys() - weights_of(part).keys()
    if hidden:
        assert answer["assumptions"]
        assert answer["complete"] is False
        assert answer["reasons"]["concentration.gini"] == "partial_list"
        assert cast(Any, answer["unseen_pct"]) != 0 or unlimited(part)
