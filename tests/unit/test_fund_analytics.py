"""One fund's figures, and several side by side."""

from typing import Any

import pytest

from etf_analytics.cost import spread_bps
from etf_analytics.fund_analytics import analyze_fund, compare_funds
from etf_analytics.funds import prepare
from etf_analytics.overlap import fund_overlap
from etf_analytics.rendering import Missing
from etf_common.codes import Reason
from tests.unit.analytics_cases import QUOTE, cut, fund_of, row, sector_of, snapshot

TABLE = {"taxonomy": "gics-like", "source": "a table", "as_of": "2026-08-01"}
MIXED = snapshot(
    [
        row("A", 40.0),
        row("B", 20.0),
        row("C", 20.0, "other"),
        row("V", 10.0, "etf"),
        row("USD", 6.0, "cash"),
        row("W", 5.0),
        row("SHORT", -2.0),
        row(None, -4.0, "derivative"),
    ]
)


def test_a_complete_fund() -> None:
    answer = analyze_fund(
        prepare(MIXED, sector_of=sector_of),
        sector_table=TABLE,
        cost={"expense_ratio_pct": 0.03, "source": "a file", "as_of": "2026-01-01"},
    )

    assert (answer["symbol"], answer["complete"], answer["listed"]["net_pct"]) == ("FUND", True, 95.0)
    assert (answer["gross_pct"], answer["net_pct"], answer["excluded_pct"]) == (107.0, 95.0, 0.0)
    assert (answer["counted_pct"], answer["unseen_pct"]) == (95.0, 0.0)
    assert answer["asset_classes"] == [
        {"asset_class": "equity", "weight_pct": 65.0, "count": 3, "counted": True},
        {"asset_class": "other", "weight_pct": 20.0, "count": 1, "counted": True},
        {"asset_class": "etf", "weight_pct": 10.0, "count": 1, "counted": True},
        {"asset_class": "cash", "weight_pct": 6.0, "count": 1, "counted": False},
        {"asset_class": "derivative", "weight_pct": -4.0, "count": 1, "counted": False},
    ]
    assert answer["sectors"] == {
        **TABLE,
        "classified_pct": 80.0,
        "weights": [
            {"sector": "Energy", "weight_pct": 60.0, "count": 2},
            {"sector": "Utilities", "weight_pct": 20.0, "count": 1},
            {"sector": "Unclassified", "weight_pct": 15.0, "count": 2},
        ],
        "gini": 0.25,
        "entropy": 0.562335,
        "effective_entropy": 1.754765,
        "scaled_to_one": ["gini", "entropy", "effective_entropy"],
    }
    assert answer["spread_bps"] == 2.0
    assert answer["cost"] == {"expense_ratio_pct": 0.03, "source": "a file", "as_of": "2026-01-01"}
    assert (answer["reasons"], answer["assumptions"]) == ({}, [])


def test_a_partial_fund_says_what_it_cannot_know() -> None:
    answer = analyze_fund(prepare(cut(MIXED, 5), sector_of=sector_of))

    # m = 6 %, S = 96 %: at most 7 % more.
    assert answer["listed"]["net_pct"] == 96.0
    # A sector without a listed line can still be there.
    assert answer["listed"] == {
        "rows": 5,
        "counted_rows": 4,
        "zero_rows": 0,
        "reported": 8,
        "gross_pct": 96.0,
        "net_pct": 96.0,
        "excluded_pct": 6.0,
    }
    assert answer["counted_pct"] == {"low": 90.0, "high": 97.0}
    assert answer["asset_classes"][0]["weight_pct"] == {"low": 40.0 + 20.0, "high": 67.0}
    assert answer["sectors"]["classified_pct"] == {"low": 80.0, "high": 87.0}
    assert answer["cost"]["expense_ratio_pct"] is None
    assert answer["reasons"] == {
        **dict.fromkeys(("gross_pct", "net_pct", "excluded_pct"), "partial_list"),
        **{f"concentration.{name}": "partial_list" for name in ("gini", "entropy", "effective_entropy")},
        **{f"sectors.{name}": "partial_list" for name in ("gini", "entropy", "effective_entropy", "weights.count")},
        **{f"asset_classes.{name}": "partial_list" for name in ("weight_pct", "count")},
        "cost.expense_ratio_pct": "expense_ratio_unknown",
    }
    assert len(answer["assumptions"]) == 3


def test_missing_weights_spare_what_does_not_need_them() -> None:
    answer = analyze_fund(prepare(snapshot([row("A", 50.0), row("USD", None, "cash")]), sector_of=sector_of))

    assert answer["concentration"]["hhi_points"] == 2500.0
    assert answer["asset_classes"][0]["weight_pct"] == 50.0
    assert answer["reasons"] == {
        **dict.fromkeys(("gross_pct", "net_pct", "excluded_pct"), "weight_missing"),
        **dict.fromkeys(("listed.gross_pct", "listed.net_pct", "listed.excluded_pct"), "weight_missing"),
        **dict.fromkeys(("asset_classes.weight_pct", "asset_classes.count"), "weight_missing"),
        "cost.expense_ratio_pct": "expense_ratio_unknown",
    }


def test_nothing_is_classified_without_a_table() -> None:
    answer = analyze_fund(prepare(MIXED))

    assert answer["sectors"]["weights"] == [{"sector": "Unclassified", "weight_pct": 95.0, "count": 5}]
    assert (answer["sectors"]["classified_pct"], answer["sectors"]["taxonomy"]) == (0.0, None)
    assert answer["reasons"]["sectors.gini"] == "unclassified"


@pytest.mark.parametrize(
    ("changes", "expected"),
    [
        ({}, 2.0),
        ({"bid": 100.0, "ask": 100.0}, 0.0),
        ({"bid": 99.0, "ask": 101.0}, 200.0),
        ({"session": "close"}, Missing(Reason.QUOTE_IS_CLOSE)),
        ({"session": None}, Missing(Reason.QUOTE_TIME_UNKNOWN)),
        ({"session": None, "bid": 100.02}, Missing(Reason.QUOTE_TIME_UNKNOWN)),
        ({"session": None, "bid": None}, Missing(Reason.QUOTE_MISSING)),
        ({"bid": None}, Missing(Reason.QUOTE_MISSING)),
        ({"ask": None}, Missing(Reason.QUOTE_MISSING)),
        ({"bid": 0.0}, Missing(Reason.QUOTE_MISSING)),
        ({"ask": 0.0, "bid": 0.0}, Missing(Reason.QUOTE_MISSING)),
        ({"bid": 100.02}, Missing(Reason.QUOTE_CROSSED)),
    ],
)
def test_the_spread(changes: dict[str, Any], expected: object) -> None:
    assert spread_bps(QUOTE | changes) == expected


def test_funds_side_by_side() -> None:
    first = fund_of({"A": 60.0, "B": 40.0}, "F1")
    second = snapshot([row("A", 50.0, market_value_usd=7.25), row("B", 30.0, market_value_usd=None)], "F2", reported=9)

    answer = compare_funds(
        [prepare(first, sector_of=sector_of), prepare(second, sector_of=sector_of)],
        costs={"F1": {"expense_ratio_pct": 0.2, "source": "a file", "as_of": "2026-01-01"}},
        sector_table=TABLE,
    )

    one, two = answer["funds"]
    assert answer["symbols"] == ["F1", "F2"]
    assert one["listed_value"] == {"market_value_usd": 2000.0, "coverage_pct": 100.0}
    assert two["listed_value"] == {"market_value_usd": 7.25, "coverage_pct": 50.0}
    assert one["quote"] == {**QUOTE, "change_abs": None, "change_pct": None, "spread_bps": 2.0}
    assert (one["top_10_pct"], two["top_10_pct"]) == (100.0, {"low": 80.0, "high": 103.0})
    assert one["concentration"]["hhi_points"] == 5200.0
    assert one["sectors"]["weights"] == [{"sector": "Energy", "weight_pct": 100.0, "count": 2}]
    assert (one["cost"]["expense_ratio_pct"], two["cost"]["expense_ratio_pct"]) == (0.2, None)
    assert two["reasons"]["cost.expense_ratio_pct"] == "expense_ratio_unknown"
    assert one["reasons"] == {}


def test_lines_that_are_rounded_to_nothing_are_told() -> None:
    fund = prepare(fund_of({"A": 60.0, "B": 0.0, "C": 0.0}))
    other = prepare(fund_of({"A": 60.0}, "OTHER"))

    assert (analyze_fund(fund)["listed"]["counted_rows"], analyze_fund(fund)["listed"]["zero_rows"]) == (1, 2)
    assert "2 of FUND" in fund_overlap([fund, other])["notes"]["zero_rows"]
    assert "zero_rows" not in fund_overlap([other, prepare(fund_of({"A": 1.0}, "THIRD"))])["notes"]
