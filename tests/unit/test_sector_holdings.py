"""The largest securities of each sector: what a picture of a fund is drawn from."""

import math

from etf_analytics.fund_analytics import LARGEST_OF_SECTOR, analyze_fund
from etf_analytics.funds import prepare
from tests.unit.analytics_cases import cut, fund_of, row, sector_of, snapshot
from tests.unit.test_fund_analytics import MIXED


def test_they_are_the_listed_securities_that_count_with_their_weights() -> None:
    found = analyze_fund(prepare(MIXED, sector_of=sector_of))["sector_holdings"]

    weights = {group["sector"]: [(line["symbol"], line["weight_pct"]) for line in group["holdings"]] for group in found}
    assert weights == {
        "Energy": [("A", 40.0), ("B", 20.0)],
        "Utilities": [("C", 20.0)],
        "Unclassified": [("V", 10.0), ("W", 5.0)],
    }


def test_with_what_is_left_out_they_add_up_to_the_sector() -> None:
    answer = analyze_fund(prepare(MIXED, sector_of=sector_of))
    sums = {
        group["sector"]: math.fsum(line["weight_pct"] for line in group["holdings"])
        for group in answer["sector_holdings"]
    }

    assert sums == {row["sector"]: row["weight_pct"] for row in answer["sectors"]["weights"]}


def test_of_each_sector_only_the_largest_are_named() -> None:
    weights = {f"S{number}": 1.0 - number / 100 for number in range(LARGEST_OF_SECTOR + 5)}
    (group,) = analyze_fund(prepare(fund_of(weights), sector_of=lambda _: "Energy"))["sector_holdings"]

    assert [line["symbol"] for line in group["holdings"]] == list(weights)[:LARGEST_OF_SECTOR]


def test_a_partial_list_names_what_is_listed_and_no_more() -> None:
    part = cut(fund_of({"A": 40.0, "B": 20.0, "C": 20.0, "D": 10.0}), 2)
    found = analyze_fund(prepare(part, sector_of=sector_of))["sector_holdings"]

    assert [line["weight_pct"] for group in found for line in group["holdings"]] == [40.0, 20.0]


def test_weights_that_support_no_figure_name_nothing() -> None:
    unordered = snapshot([row("A", 10.0), row("B", 40.0)], reported=9)
    missing = snapshot([row("A", 40.0), row("B", None)])

    for broken in (unordered, missing):
        answer = analyze_fund(prepare(broken, sector_of=sector_of))
        assert (answer["counted_pct"], answer["sector_holdings"]) == (None, [])
