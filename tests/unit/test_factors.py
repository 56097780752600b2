"""Factor tilts: weights in references and tilts by the definitions, with lines cut off on either side."""

import json
import random
from fractions import Fraction
from typing import Any, Literal

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from etf_analytics import Fund, References, fund_factors, fund_overlap, portfolio_factors, positions_of, prepare
from tests.unit import analytics_cases as truth
from tests.unit.analytics_cases import (
    Snapshot,
    assert_inside,
    cut_funds,
    full_funds,
    fund_of,
    row,
    snapshot,
    unlimited,
    weights_of,
)
from tests.unit.table_lake import made_up_funds

few = settings(max_examples=30)
"""Each example prepares and reads up to four lists."""
By = Literal["security", "issuer"]
by_both = pytest.mark.parametrize("by", ["security", "issuer"])
Cut = tuple[Snapshot, Snapshot]
MARKET = fund_of({"A": 30.0, "B": 30.0, "C": 40.0}, "MKT")
VALUE = fund_of({"A": 60.0, "B": 40.0}, "VAL")


def references(*snapshots: Snapshot, by: By = "security") -> References:
    return References("MKT", {"value": "VAL"}, {one["symbol"]: prepare(one, by=by) for one in snapshots})


def only_row(answer: dict[str, Any]) -> dict[str, Any]:
    (found,) = answer["factors"]
    assert isinstance(found, dict)
    return found


def test_a_tilt_by_hand() -> None:
    fund = prepare(fund_of({"A": 50.0, "B": 25.0, "D": 25.0}, "F1"))

    answer = fund_factors(fund, references(MARKET, VALUE))

    assert (answer["symbol"], answer["market"], answer["complete"]) == ("F1", "MKT", True)
    assert only_row(answer) == {
        "factor": "value",
        "reference": "VAL",
        "reference_as_of": "2026-11-18",
        "in_reference_pct": 75.0,
        "market_in_reference_pct": 60.0,
        "overlap_pct": 75.0,
        "tilt_pct": 15.0,
        "reasons": {},
    }
    assert "nothing else" in answer["note"]
    assert (answer["assumptions"], answer["doubts"], answer["flaws"], answer["reasons"]) == ([], [], {}, {})


def test_a_partial_reference_adds_the_largest_weights_that_it_may_list() -> None:
    # Given a reference that does not show two of its lines, and a fund with three securities that it does not list
    fund = prepare(fund_of({"A": 40.0, "X": 30.0, "Y": 20.0, "Z": 10.0}, "F1"))
    value = snapshot([row("A", 60.0), row("B", 20.0)], "VAL", reported=4)

    found = only_row(fund_factors(fund, references(MARKET, value)))

    # Then the two largest may be in it, and of the market its only other one
    assert found["in_reference_pct"] == {"low": 40.0, "high": 90.0}
    assert found["market_in_reference_pct"] == {"low": 60.0, "high": 100.0}
    assert found["tilt_pct"] == {"low": -60.0, "high": 30.0}


@by_both
@few
@given(fund=cut_funds("F1"), value=cut_funds("VAL"), market=cut_funds("MKT"))
def test_the_figures_of_the_whole_lists_are_inside(by: By, fund: Cut, value: Cut, market: Cut) -> None:
    a, r, m = (weights_of(full, by) for full, _ in (fund, value, market))

    answer = fund_factors(prepare(fund[1], by=by), references(market[1], value[1], by=by))

    assert json.loads(json.dumps(answer, allow_nan=False)) == answer
    found = only_row(answer)
    limited = not any(unlimited(part) for _, part in (fund, value, market))
    own, market_own = truth.coverage(a, r), truth.coverage(m, r)
    assert_inside(found["in_reference_pct"], 100 * own, limited=limited)
    assert_inside(found["market_in_reference_pct"], 100 * market_own, limited=limited)
    assert_inside(found["tilt_pct"], 100 * (own - market_own), limited=limited)
    assert_inside(found["overlap_pct"], 100 * truth.overlap(a, r), limited=limited)


@few
@given(fund=full_funds("F1"), value=full_funds("VAL"), market=full_funds("MKT"))
def test_whole_lists_have_no_bounds(fund: Snapshot, value: Snapshot, market: Snapshot) -> None:
    found = only_row(fund_factors(prepare(fund), references(market, value)))

    a, r, m = map(weights_of, (fund, value, market))
    tilt = truth.coverage(a, r) - truth.coverage(m, r)
    assert found["tilt_pct"] == pytest.approx(float(100 * tilt), abs=1e-6)
    assert found["reasons"] == {}


@by_both
@few
@given(fund=cut_funds("F1"), value=cut_funds("VAL"))
def test_the_overlap_and_the_weight_are_those_of_an_overlap(by: By, fund: Cut, value: Cut) -> None:
    one, reference = prepare(fund[1], by=by), prepare(value[1], by=by)
    pair = fund_overlap([one, reference])["pairs"][0]

    found = only_row(fund_factors(one, references(MARKET, value[1], by=by)))

    assert found["overlap_pct"] == pair["overlap_pct"]
    assert found["in_reference_pct"] == pair["coverage_a_pct"]


@few
@given(value=full_funds("VAL"))
def test_a_reference_holds_all_of_itself(value: Snapshot) -> None:
    found = only_row(fund_factors(prepare(value), references(MARKET, value)))

    counted = float(100 * sum(weights_of(value).values()))
    assert found["in_reference_pct"] == pytest.approx(counted, abs=1e-6)
    assert found["overlap_pct"] == found["in_reference_pct"]


def test_a_reference_of_securities_alone_is_100_in_itself() -> None:
    assert only_row(fund_factors(prepare(VALUE), references(MARKET, VALUE)))["in_reference_pct"] == 100.0


@few
@given(market=cut_funds("MKT"), value=cut_funds("VAL"))
def test_the_market_itself_has_no_tilt(market: Cut, value: Cut) -> None:
    known = references(market[1], value[1])

    found = only_row(fund_factors(prepare(market[1]), known))
    in_portfolio = only_row(portfolio_factors(positions_of({"MKT": 1.0}, in_usd=False), known.funds, known))

    # Unless nobody knows what the market weighs in the reference at all.
    for one in (found, in_portfolio):
        assert one["tilt_pct"] == (0.0 if not one["reasons"].get("tilt_pct") else None)


def test_lines_in_doubt_give_both_readings() -> None:
    # Given a name that may or may not be the fund's, and no price to decide
    unpriced: dict[str, Any] = {"shares": None, "market_value_usd": None}
    fund = snapshot([row("MRK", 40.0, name="Merck and Company", **unpriced), row("A", 60.0)], "F1")
    value = snapshot([row("MRK", 70.0, name="Merch Holding", **unpriced), row("A", 30.0)], "VAL")

    answer = fund_factors(prepare(fund), references(MARKET, value))

    pair = fund_overlap([prepare(fund), prepare(value)])["pairs"][0]
    found = only_row(answer)
    assert found["in_reference_pct"] == pair["coverage_a_pct"] == {"low": 60.0, "high": 100.0}
    assert found["tilt_pct"] == {"low": 30.0, "high": 70.0}
    assert [doubt["funds"] for doubt in answer["doubts"]] == [["F1", "VAL"]]


@pytest.mark.parametrize(
    ("there", "reason"),
    [((VALUE,), "market_not_there"), ((MARKET,), "reference_not_there"), ((), "reference_not_there")],
)
def test_what_has_no_list_is_null_with_a_reason(there: tuple[Snapshot, ...], reason: str) -> None:
    found = only_row(fund_factors(prepare(fund_of({"A": 100.0}, "F1")), references(*there)))

    assert found["tilt_pct"] is None
    assert found["reasons"]["tilt_pct"] == reason
    assert (found["in_reference_pct"] is None) == (VALUE not in there)


def test_without_references_there_are_no_factors() -> None:
    nothing = References(None, {}, {})
    fund = prepare(fund_of({"A": 100.0}, "F1"))

    for answer in (
        fund_factors(fund, nothing),
        portfolio_factors(positions_of({"F1": 1.0}, in_usd=False), {"F1": fund}, nothing),
    ):
        assert (answer["market"], answer["factors"]) == (None, [])
        assert set(answer["reasons"].values()) == {"factors_not_configured"}


@pytest.mark.parametrize("flawed", ["F1", "VAL", "MKT"])
def test_a_flawed_list_gives_no_figure_and_is_named(flawed: str) -> None:
    lists = {"F1": fund_of({"A": 100.0}, "F1"), "VAL": VALUE, "MKT": MARKET}
    lists[flawed] = snapshot([row("A", 50.0), row("B", None)], flawed)

    answer = fund_factors(prepare(lists["F1"]), references(lists["VAL"], lists["MKT"]))

    found = only_row(answer)
    assert found["tilt_pct"] is None
    assert found["reasons"]["tilt_pct"] == "weight_missing"
    assert answer["flaws"] == {flawed: "weight_missing"}


@few
@given(
    parts=st.tuples(cut_funds("F1", nested=("F2",)), cut_funds("F2"), cut_funds("VAL"), cut_funds("MKT")),
    shares=st.tuples(st.integers(1, 60), st.integers(1, 60)),
)
def test_a_portfolio_is_looked_through(parts: tuple[Cut, Cut, Cut, Cut], shares: tuple[int, int]) -> None:
    first, second, value, market = parts
    funds = {part["symbol"]: prepare(part) for _, part in (first, second)}
    amounts = {"F1": float(shares[0]), "F2": float(shares[1])}
    held = {name: Fraction(int(amount), sum(shares)) for name, amount in amounts.items()}
    whole = truth.looked_through(held, {"F1": first[0], "F2": second[0]}, "security")
    reference, market_weights = weights_of(value[0]), weights_of(market[0])

    answer = portfolio_factors(positions_of(amounts, in_usd=False), funds, references(value[1], market[1]))

    found, limited = only_row(answer), not any(unlimited(part) for _, part in parts)
    own = truth.coverage(whole, reference)
    assert_inside(found["in_reference_pct"], 100 * own, limited=limited)
    assert_inside(found["overlap_pct"], 100 * truth.overlap(whole, reference), limited=limited)
    assert_inside(found["tilt_pct"], 100 * (own - truth.coverage(market_weights, reference)), limited=limited)


@few
@given(fund=cut_funds("F1"), value=cut_funds("VAL"))
def test_a_portfolio_of_one_fund_is_that_fund(fund: Cut, value: Cut) -> None:
    known, one = references(value[1], MARKET), prepare(fund[1])

    alone = only_row(portfolio_factors(positions_of({"F1": 7.0}, in_usd=True), {"F1": one}, known))

    assert alone == only_row(fund_factors(one, known))


@pytest.mark.parametrize("seed", range(6))
def test_a_portfolio_of_one_fund_reads_doubtful_lines_as_the_fund_does(seed: int) -> None:
    # Given lists whose lines are as hard to tell apart as real ones
    reference, *others = (prepare(one) for one in made_up_funds(random.Random(seed), 6))
    known = References("MKT", {"value": reference.symbol}, {reference.symbol: reference})

    for fund in others:
        alone = portfolio_factors(positions_of({fund.symbol: 1.0}, in_usd=False), {fund.symbol: fund}, known)

        assert only_row(alone) == only_row(fund_factors(fund, known))
        assert alone["doubts"] == fund_factors(fund, known)["doubts"]


def test_a_reference_inside_a_portfolio_is_compared_with_all_of_it() -> None:
    known = references(MARKET, VALUE)
    funds: dict[str, Fund] = {"VAL": known.funds["VAL"], "F1": prepare(fund_of({"A": 50.0, "D": 50.0}, "F1"))}

    found = only_row(portfolio_factors(positions_of({"VAL": 1.0, "F1": 1.0}, in_usd=False), funds, known))

    assert found["in_reference_pct"] == 75.0


def test_a_security_held_directly_counts() -> None:
    known = references(MARKET, VALUE)
    funds = {"F1": prepare(fund_of({"C": 100.0, "A": 0.01}, "F1"))}

    found = only_row(portfolio_factors(positions_of({"F1": 1.0, "A": 3.0}, in_usd=False), funds, known))

    assert found["in_reference_pct"] == 75.0025
