"""Overlap of complete lists against plain loops over fractions, and of partial ones by hand."""

import math
from typing import Any, Literal

import pytest
from hypothesis import given

from etf_analytics.funds import prepare
from etf_analytics.overlap import fund_overlap
from tests.unit import analytics_cases as truth
from tests.unit.analytics_cases import Snapshot, full_funds, fund_of, row, snapshot, weights_of


def pair_of(a: Snapshot, b: Snapshot, by: Literal["security", "issuer"] = "security") -> dict[str, Any]:
    pair: dict[str, Any] = fund_overlap([prepare(a, by=by), prepare(b, by=by)])["pairs"][0]
    return pair


@pytest.mark.parametrize("by", ["security", "issuer"])
@given(first=full_funds("F1"), second=full_funds("F2"))
def test_figures_are_those_of_the_definitions(
    by: Literal["security", "issuer"], first: Snapshot, second: Snapshot
) -> None:
    a, b = weights_of(first, by), weights_of(second, by)

    pair = pair_of(first, second, by)

    assert pair["overlap_pct"] == pytest.approx(float(100 * truth.overlap(a, b)), abs=1e-6)
    assert pair["active_share_pct"] == pytest.approx(float(100 * truth.active_share(a, b)), abs=1e-6)
    assert pair["coverage_a_pct"] == pytest.approx(float(100 * truth.coverage(a, b)), abs=1e-6)
    assert pair["coverage_b_pct"] == pytest.approx(float(100 * truth.coverage(b, a)), abs=1e-6)
    common = [key for key in a if key in b]
    assert pair["common_count"] == len(common)
    if a and b:
        product = sum(float(a[key] * b[key]) for key in common)
        lengths = math.sqrt(truth.hhi(a)) * math.sqrt(truth.hhi(b))
        assert pair["cosine"] == pytest.approx(product / lengths, abs=1e-6)
        assert pair["jaccard"] == pytest.approx(len(common) / len({*a, *b}), abs=1e-6)
        assert pair["common_of_a_pct"] == pytest.approx(100 * len(common) / len(a), abs=1e-6)
        assert pair["common_of_b_pct"] == pytest.approx(100 * len(common) / len(b), abs=1e-6)


@given(full=full_funds())
def test_a_fund_is_the_same_as_its_copy(full: Snapshot) -> None:
    pair = pair_of(full, {**full, "symbol": "COPY"})

    counted = float(100 * sum(weights_of(full).values()))
    assert pair["overlap_pct"] == pytest.approx(counted, abs=1e-6)
    assert pair["active_share_pct"] == pytest.approx(0.0, abs=1e-6)
    assert not weights_of(full) or (pair["jaccard"], pair["cosine"]) == (1.0, 1.0)


def test_two_funds_line_by_line() -> None:
    a = fund_of({"X": 50.0, "A": 20.0, "Y": 20.0, "Z": 10.0}, "F1")
    b = fund_of({"B": 60.0, "Z": 20.0, "Y": 10.0, "X": 10.0}, "F2", holdings_as_of="2026-11-10")

    answer = fund_overlap([prepare(a), prepare(b)])

    assert (answer["symbols"], answer["by"], answer["lag_days"]) == (["F1", "F2"], "security", 8)
    assert answer["holdings_as_of"] == {"F1": "2026-11-18", "F2": "2026-11-10"}
    assert (answer["assumptions"], answer["reasons"]) == ([], {})
    assert [(line["symbol"], line["weight_a_pct"], line["weight_b_pct"]) for line in answer["common"]] == [
        ("X", 50.0, 10.0),
        ("Y", 20.0, 10.0),
        ("Z", 10.0, 20.0),
    ]
    assert [line["overlap_pct"] for line in answer["common"]] == [10.0, 10.0, 10.0]
    assert answer["only_a"] == [
        {"symbol": "A", "name": "A Inc", "weight_a_pct": 20.0, "weight_b_pct": 0.0, "overlap_pct": 0.0}
    ]
    assert [line["symbol"] for line in answer["only_b"]] == ["B"]


def test_many_funds_in_pairs() -> None:
    funds = [prepare(fund_of({"X": 10.0 * number}, f"F{number}")) for number in range(1, 5)]

    answer = fund_overlap(funds)

    assert [(pair["a"], pair["b"], pair["overlap_pct"]) for pair in answer["pairs"]] == [
        ("F1", "F2", 10.0),
        ("F1", "F3", 10.0),
        ("F1", "F4", 10.0),
        ("F2", "F3", 20.0),
        ("F2", "F4", 20.0),
        ("F3", "F4", 30.0),
    ]
    assert "common" not in answer


def test_partial_lists_by_hand() -> None:
    # A: U = 2 * 10 = 20 %; B: complete. Of B's 30 % in C and 5 % in D, A's unseen lines can match 10 and 5.
    a = snapshot([row("X", 60.0), row("A", 10.0)], "F1", reported=4)
    b = fund_of({"X": 40.0, "C": 30.0, "D": 5.0}, "F2")

    answer = fund_overlap([prepare(a), prepare(b)])

    pair = answer["pairs"][0]
    assert pair["overlap_pct"] == {"low": 40.0, "high": 55.0}
    # Half of 70 + 75, less 40 and half of 15; half of 90 + 75, less 40.
    assert pair["active_share_pct"] == {"low": 25.0, "high": 42.5}
    assert pair["coverage_a_pct"] == {"low": 60.0, "high": 80.0}
    # Two unseen lines of A can bring in all of C and D.
    assert pair["coverage_b_pct"] == {"low": 40.0, "high": 75.0}
    assert answer["only_b"][0]["weight_a_pct"] == {"low": 0.0, "high": 10.0}
    assert set(pair["reasons"].values()) == {"partial_list"}
    assert answer["assumptions"]


def test_each_unseen_line_is_matched_once() -> None:
    a = snapshot([row("S", 20.0), row("P", 4.0), row("Q", 4.0), row("R", 4.0)], "F1", reported=5)
    b = snapshot([row("S", 20.0), row("T", 4.0), row("U", 4.0), row("V", 4.0)], "F2", reported=5)
    # One unseen line on either side can match one listed line of the other.
    assert pair_of(a, b)["overlap_pct"] == {"low": 20.0, "high": 28.0}


def test_coverage_grows_by_no_more_lines_than_are_unseen() -> None:
    whole = fund_of({"A": 10.0, "B": 9.0, "C": 8.0}, "F1")
    one_unseen = snapshot([row("X", 5.0)], "F2", reported=2)
    assert pair_of(whole, one_unseen)["coverage_a_pct"] == {"low": 0.0, "high": 10.0}


def test_coverage_grows_by_no_more_than_can_match() -> None:
    many_unseen = snapshot([row("X", 5.0), row("Y", 2.0)], "F1", reported=12)
    # Ten lines of 2 are unseen, and only one of them can be Z.
    assert pair_of(many_unseen, fund_of({"Z": 1.0}, "F2"))["coverage_a_pct"] == {"low": 0.0, "high": 2.0}


def test_by_issuer_only_what_is_not_matched_yet_can_be() -> None:
    whole = prepare(fund_of({"B": 50.0, "C": 10.0, "GOOGL": 3.0, "GOOG": 2.0}, "F1"), by="issuer")
    part = prepare(snapshot([row("B", 50.0), row("GOOG", 3.0)], "F2", reported=4), by="issuer")
    # 50 and 3 are common; two unseen lines of 3 can match 3 of C, and of Google the 2 that are left.
    assert fund_overlap([whole, part])["pairs"][0]["overlap_pct"] == {"low": 53.0, "high": 58.0}


def test_a_list_with_a_flaw_has_no_figure() -> None:
    broken = snapshot([row("X", 1.0), row("Y", 2.0)], "F1", reported=9)

    answer = fund_overlap([prepare(fund_of({"X": 5.0}, "F2")), prepare(broken)])

    assert {value for name, value in answer["pairs"][0].items() if name not in ("a", "b", "reasons")} == {None}
    assert set(answer["pairs"][0]["reasons"].values()) == {"order_broken"}
    assert answer["common"] is None
    assert answer["reasons"]["common"] == "order_broken"


def test_a_fund_of_cash_has_nothing_in_common() -> None:
    pair = pair_of(snapshot([row("USD", 99.0, "cash")], "F1"), fund_of({"X": 90.0}, "F2"))

    assert (pair["overlap_pct"], pair["active_share_pct"], pair["common_count"]) == (0.0, 45.0, 0)
    assert pair["reasons"] == dict.fromkeys(
        ("common_of_a_pct", "common_of_b_pct", "jaccard", "cosine"), "no_counted_lines"
    )
