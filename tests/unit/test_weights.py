"""What each holding weighs: implied weights of lines that read 0.00, and numbers that no fund can have."""

import math
from typing import Any

import pytest

from etf_analytics import analyze_fund, analyze_portfolio, find_holders, fund_overlap, positions_of, prepare
from etf_analytics.weights import implied_weights
from etf_common.codes import Reason
from tests.unit.analytics_cases import Row, cut, row, snapshot


def line(symbol: str, weight: float | None, value: float | None, asset_class: str = "equity", **values: Any) -> Row:
    return row(symbol, weight, asset_class, market_value_usd=value, **values)


# 100 % is 2,000,000 USD in the lines above 0.05 %: 0.00005 % a dollar. B is above 0.00 and not above 0.05 %.
LARGE = [line("A", 60.0, 1_200_000.0), line("C", 40.0, 800_000.0), line("B", 0.05, 999_999.0)]
SMALL = line("S", 0.0, 90.0)
FULL = snapshot([*LARGE, SMALL])


def test_a_line_that_reads_zero_counts_with_the_weight_of_its_value() -> None:
    fund = prepare(FULL)

    assert fund.weights["S"] == pytest.approx(0.000045)
    assert (fund.listed.counted, fund.listed.implied, fund.listed.zero) == (4, 1, 0)
    assert fund.classes["equity"].size == 4
    answer = analyze_fund(fund)
    assert (answer["listed"]["counted_rows"], answer["implied_rows"], answer["listed"]["zero_rows"]) == (4, 1, 0)
    assert answer["listed"]["net_pct"] == 100.05, "the listed weights are those of the portal"
    assert answer["counted_pct"] == 100.0545


@pytest.mark.parametrize(
    ("odd", "implied"),
    [
        (line("S", 0.0, 99.9), 0.004995),
        (line("S", 0.0, 100.0), None),  # 0.005 % would not read 0.00
        (line("S", 0.0, 90.0, shares=None), None),
        (line("S", 0.0, 90.0, shares=0), None),
        (line("S", 0.0, 90.0, shares=-5), None),
        (line("S", 0.0, -90.0), None),
        (line("S", 0.0, 0.0), None),
        (line("S", 0.0, None), None),
        (line("S", None, 90.0), None),
        (line("S", -0.01, 90.0), None),
        (line("S", 0.01, 90.0), None),
        (line("S", 0.0, 90.0, "cash"), None),
        (line("S", 0.0, 90.0, "derivative"), None),
        (line("S", 0.0, 90.0, "bond"), 0.0045),
        (line("S", 0.0, 90.0, "other"), 0.0045),
        (line("S", 0.0, 90.0, "etf"), 0.0045),
    ],
)
def test_what_is_implied(odd: Row, implied: float | None) -> None:
    found = implied_weights([*LARGE, odd])

    assert found.weights_pct[:3] == (None, None, None)
    assert found.weights_pct[3] == (implied if implied is None else pytest.approx(implied))
    assert found.missing is None


def test_an_implied_weight_that_would_not_read_zero_does_not_count_and_is_told() -> None:
    given = snapshot([*LARGE, SMALL, line("BIG", 0.0, 5_000.0)])

    assert implied_weights(given["holdings"]).too_large == (4,)
    answer = analyze_fund(prepare(given))
    assert answer["listed"]["zero_rows"] == 1
    assert answer["flaws"] == {"FUND": "implied_weight_too_large"}


def test_without_a_line_above_a_twentieth_of_a_per_cent_nothing_is_implied_and_the_reason_is_told() -> None:
    given = snapshot([line("A", 0.05, 1_000.0), SMALL])

    assert implied_weights(given["holdings"]).missing == Reason.NO_REFERENCE_LINE
    answer = analyze_fund(prepare(given))
    assert (answer["implied_rows"], answer["listed"]["zero_rows"]) == (None, 1)
    assert answer["reasons"]["implied_rows"] == "no_reference_line"


def test_one_wrong_value_moves_no_implied_weight() -> None:
    right = implied_weights([*LARGE, line("D", 1.0, 20_000.0), SMALL]).weights_pct[-1]

    assert implied_weights([*LARGE, line("D", 1.0, 20_000_000.0), SMALL]).weights_pct[-1] == pytest.approx(right)


def test_an_implied_weight_in_the_snapshot_is_the_same() -> None:
    found = implied_weights(FULL["holdings"])
    said = snapshot(
        [
            {**holding, "weight_implied_pct": weight}
            for holding, weight in zip(FULL["holdings"], found.weights_pct, strict=True)
        ]
    )

    assert prepare(said).weights == prepare(FULL).weights
    hostile = snapshot([{**holding, "weight_implied_pct": 1e300} for holding in LARGE])
    assert prepare(hostile).weights == prepare(snapshot(LARGE)).weights


def test_counts_overlaps_and_holders_see_the_small_lines_and_mark_them() -> None:
    one, two = prepare(FULL), prepare({**snapshot([*LARGE[:2], line("S", 0.0, 60.0)]), "symbol": "TWO"})

    answer = fund_overlap([one, two])

    pair = answer["pairs"][0]
    assert (pair["common_count"], pair["jaccard"]) == (3, 0.75)
    assert pair["overlap_pct"] == 100.003
    assert [(common["symbol"], common.get("weight_implied")) for common in answer["common"]] == [
        ("A", None),
        ("C", None),
        ("S", True),
    ]
    holders = find_holders("S", [one, two])["holders"]
    assert [(holder["etf"], holder["weight_pct"], holder["weight_implied"]) for holder in holders] == [
        ("FUND", 0.0045, True),
        ("TWO", 0.003, True),
    ]
    exposures = analyze_portfolio(positions_of({"FUND": 1, "TWO": 1}, in_usd=False), {"FUND": one, "TWO": two})
    marked = {exposure["symbol"]: exposure.get("weight_implied") for exposure in exposures["exposures"]}
    assert marked == {"A": None, "B": None, "C": None, "S": True}


def test_a_cut_list_that_reads_zero_at_its_end_has_bounds() -> None:
    part = cut(snapshot([*LARGE[:2], *(line(f"S{number}", 0.0, 90.0) for number in range(12))]), 4)

    answer = analyze_fund(prepare(part))

    # Ten more lines of at most 0.005 %.
    assert answer["unseen_pct"] == {"low": 0.0, "high": 0.05}
    assert any("0.005 %" in assumption for assumption in answer["assumptions"])


@pytest.mark.parametrize("weight", [1e-300, 5e-324, -1e-300, 9e-13])
def test_a_weight_that_is_too_small_for_any_line_reads_zero_and_is_told(weight: float) -> None:
    given = snapshot([line("A", 60.0, 600.0), line("S", weight, None)])

    answer = analyze_fund(prepare(given))

    assert answer["listed"]["counted_rows"] == 1
    assert answer["concentration"]["effective_holdings"] == 1.0
    assert answer["flaws"] == {"FUND": "weight_impossible"}


@pytest.mark.parametrize("weight", [1e300, -1e300, 1000.1, math.inf, -math.inf, math.nan])
def test_a_weight_that_no_line_can_have_leaves_no_figure_and_is_told(weight: float) -> None:
    given = snapshot([line("A", weight, 600.0), line("S", 40.0, 400.0)])

    answer = analyze_fund(prepare(given))

    assert answer["concentration"]["hhi_points"] is None
    assert answer["reasons"]["concentration.hhi_points"] == "weight_impossible"
    assert answer["flaws"] == {"FUND": "weight_impossible"}


def test_an_amount_that_no_line_can_have_is_not_added_up() -> None:
    given = snapshot([line("A", 60.0, 10**400), line("S", 40.0, 400.0, shares=math.inf)])

    holders = find_holders("A", [prepare(given)])["holders"]

    assert (holders[0]["market_value_usd"], holders[0]["shares"]) == (None, 100)
    assert holders[0]["reasons"]["market_value_usd"] == "value_missing"
