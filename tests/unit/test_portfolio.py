"""A portfolio through its funds: exposures, cost, what stays closed, and what each fund does to it."""

from fractions import Fraction
from typing import Any

import pytest

from etf_analytics.funds import Fund, prepare
from etf_analytics.lookthrough import positions_of, securities_of
from etf_analytics.portfolio import analyze_portfolio
from tests.unit.analytics_cases import Snapshot, fund_of, row, sector_of, snapshot

ONE = fund_of({"X": 60.0, "Y": 40.0}, "ONE")
TWO = fund_of({"Y": 50.0, "Z": 45.0}, "TWO")


def funds_of(*snapshots: Snapshot) -> dict[str, Fund]:
    return {each["symbol"]: prepare(each, sector_of=sector_of) for each in snapshots}


def portfolio_of(amounts: dict[str, float], *snapshots: Snapshot, in_usd: bool = True, **values: Any) -> Any:
    return analyze_portfolio(positions_of(amounts, in_usd=in_usd), funds_of(*snapshots), **values)


def exposures(answer: Any) -> dict[str, Any]:
    return {line["symbol"]: line["weight_pct"] for line in answer["exposures"]}


def test_funds_and_securities_add_up() -> None:
    answer = portfolio_of({"ONE": 600.0, "TWO": 300.0, "Z": 100.0}, ONE, TWO)

    assert answer["exposures"] == [
        {
            "symbol": "Y",
            "name": "Y Inc",
            "weight_pct": 39.0,
            "value_usd": 390.0,
            "through": [{"symbol": "ONE", "weight_pct": 24.0}, {"symbol": "TWO", "weight_pct": 15.0}],
        },
        {
            "symbol": "X",
            "name": "X Inc",
            "weight_pct": 36.0,
            "value_usd": 360.0,
            "through": [{"symbol": "ONE", "weight_pct": 36.0}],
        },
        {
            "symbol": "Z",
            "name": "Z Inc",
            "weight_pct": 23.5,
            "value_usd": 235.0,
            "through": [{"symbol": "TWO", "weight_pct": 13.5}, {"symbol": "Z", "weight_pct": 10.0}],
        },
    ]
    assert answer["counted_pct"] == 98.5
    assert answer["unseen_pct"] == answer["unresolved_pct"] == 0.0
    assert answer["concentration"]["hhi_points"] == 39.0**2 + 36.0**2 + 23.5**2
    assert answer["asset_classes"] == [{"asset_class": "equity", "weight_pct": 98.5, "count": 3, "counted": True}]
    assert [(line["symbol"], line["kind"]) for line in answer["positions"]] == [
        ("ONE", "fund"),
        ("TWO", "fund"),
        ("Z", "security"),
    ]
    assert answer["complete"] is True
    assert answer["assumptions"] == []


def test_proportions_have_no_value() -> None:
    answer = portfolio_of({"ONE": 3, "TWO": 1}, ONE, TWO, in_usd=False, expense_ratio_pct={"ONE": 0.1, "TWO": 0.3})

    assert {line["value_usd"] for line in answer["exposures"]} == {None}
    assert [line["weight_pct"] for line in answer["positions"]] == [75.0, 25.0]
    assert answer["cost"]["bps"] == 15.0
    assert answer["cost"]["usd_per_year"] is None
    assert answer["reasons"]["cost.usd_per_year"] == "value_unknown"


def test_the_cost_of_all_positions() -> None:
    ratios = {"ONE": 0.03, "TWO": 0.2}

    cost = portfolio_of({"ONE": 6000.0, "TWO": 3000.0, "Z": 1000.0}, ONE, TWO, expense_ratio_pct=ratios)["cost"]

    # 0.6 * 3 + 0.3 * 20 basis points; a security takes nothing.
    assert cost == {
        "bps": 7.8,
        "usd_per_year": 7.8,
        "covered_pct": 100.0,
        "known_bps": 7.8,
        "known_usd_per_year": 7.8,
    }


def test_an_unknown_cost_is_not_zero() -> None:
    answer = portfolio_of({"ONE": 6000.0, "TWO": 4000.0}, ONE, TWO, expense_ratio_pct={"ONE": 0.03, "TWO": None})

    cost = answer["cost"]
    assert (cost["bps"], cost["usd_per_year"], cost["covered_pct"]) == (None, None, 60.0)
    assert (cost["known_bps"], cost["known_usd_per_year"]) == (1.8, 1.8)
    assert answer["reasons"]["cost.bps"] == "expense_ratio_unknown"
    assert answer["marginal"][0]["reasons"] == dict.fromkeys(
        ("remove.cost_bps", "add.cost_bps"), "expense_ratio_unknown"
    )


def test_funds_inside_funds_are_opened() -> None:
    outer = snapshot([row("ONE", 50.0, "etf"), row("OUT", 30.0, "etf"), row("X", 20.0), row("USD", 1.0, "cash")], "ALL")

    answer = portfolio_of({"ALL": 1000.0, "TWO": 1000.0}, outer, ONE, TWO)

    assert exposures(answer) == {"Y": 35.0, "X": 25.0, "Z": 22.5, "OUT": 15.0}
    assert answer["unresolved_pct"] == 15.0
    assert answer["unresolved"] == [{"symbol": "OUT", "name": "OUT Inc", "weight_pct": 15.0, "why": "no_snapshot"}]
    assert answer["holdings_as_of"].keys() == {"ALL", "ONE", "TWO"}
    assert {line["asset_class"]: line["weight_pct"] for line in answer["asset_classes"]} == {
        "equity": 82.5,
        "etf": 15.0,
        "cash": 0.5,
    }
    assert answer["sectors"]["weights"] == [{"sector": "Unclassified", "weight_pct": 97.5, "count": 4}]


def test_of_a_fund_that_is_opened_nothing_stays() -> None:
    outer = snapshot([row("ONE", 100.0, "etf")], "ALL")

    answer = portfolio_of({"ALL": 1.0}, outer, ONE)

    assert answer["asset_classes"] == [{"asset_class": "equity", "weight_pct": 100.0, "count": 2, "counted": True}]
    assert (answer["unresolved"], answer["unresolved_pct"]) == ([], 0.0)


def test_a_company_with_the_symbol_of_a_fund_stays_closed() -> None:
    outer = snapshot([row("ONE", 50.0, "equity"), row("X", 20.0)], "ALL")

    assert exposures(portfolio_of({"ALL": 1.0}, outer, ONE)) == {"ONE": 50.0, "X": 20.0}


def test_a_fund_is_not_opened_inside_itself() -> None:
    first = snapshot([row("B", 50.0, "etf"), row("X", 50.0)], "A")
    second = snapshot([row("A", 50.0, "etf"), row("Y", 50.0)], "B")

    answer = portfolio_of({"A": 1.0}, first, second)

    assert exposures(answer) == {"X": 50.0, "Y": 25.0, "A": 25.0}
    assert answer["unresolved"] == [{"symbol": "A", "name": "A Inc", "weight_pct": 25.0, "why": "cycle"}]


def test_funds_are_opened_three_deep() -> None:
    chain = [snapshot([row(f"F{n + 1}", 50.0, "etf"), row("X", 40.0)], f"F{n}") for n in range(5)]

    answer = portfolio_of({"F0": 1.0}, *chain)

    assert exposures(answer) == {"X": 70.0, "F3": 12.5}
    assert [(line["symbol"], line["why"]) for line in answer["unresolved"]] == [("F3", "depth")]


def test_what_a_fund_does() -> None:
    answer = portfolio_of({"ONE": 500.0, "TWO": 500.0}, ONE, TWO, expense_ratio_pct={"ONE": 0.1, "TWO": 0.2})

    first = answer["marginal"][0]
    before = Fraction("0.3") ** 2 + Fraction("0.45") ** 2 + Fraction("0.225") ** 2
    without = Fraction("0.5") ** 2 + Fraction("0.45") ** 2
    more = {"X": ("0.3", "0.6"), "Y": ("0.45", "0.4"), "Z": ("0.225", "0")}
    after = sum((Fraction("0.99") * Fraction(x) + Fraction("0.01") * Fraction(v)) ** 2 for x, v in more.values())
    assert (first["symbol"], first["weight_pct"]) == ("ONE", 50.0)
    assert first["remove"]["hhi_points"] == pytest.approx(float(10_000 * (without - before)))
    assert first["remove"]["top_10_pct"] == pytest.approx(95.0 - 97.5)
    assert first["remove"]["largest_pct"] == pytest.approx(50.0 - 45.0)
    assert first["remove"]["cost_bps"] == 5.0
    assert first["add"]["hhi_points"] == pytest.approx(float(10_000 * (after - before)), abs=1e-6)
    assert first["add"]["largest_pct"] == pytest.approx(-0.05)
    assert first["add"]["cost_bps"] == -0.05
    assert [line["symbol"] for line in answer["marginal"]] == ["ONE", "TWO"]


def test_without_its_only_position_nothing_is_left() -> None:
    row_of_one = portfolio_of({"ONE": 1.0}, ONE)["marginal"][0]

    assert set(row_of_one["remove"].values()) == {None}
    assert row_of_one["reasons"]["remove.hhi"] == "nothing_left"
    assert row_of_one["add"]["hhi_points"] == 0.0


def test_a_partial_fund_by_hand() -> None:
    # ONE is whole; PART shows 80 % and hides at most two lines of 10 %. Half and half, 10 % is unseen.
    part = snapshot([row("Y", 70.0), row("W", 10.0)], "PART", reported=4)

    answer = portfolio_of({"ONE": 100.0, "PART": 100.0}, ONE, part)

    assert exposures(answer) == {
        "Y": 55.0,
        "X": {"low": 30.0, "high": 35.0},
        "W": 5.0,
    }
    assert answer["exposures"][1]["value_usd"] == {"low": 60.0, "high": 70.0}
    assert answer["counted_pct"] == {"low": 90.0, "high": 100.0}
    assert answer["unseen_pct"] == {"low": 0.0, "high": 10.0}
    # 2 * 30 * 5 where X is unseen in PART, and two unseen lines of 5 squared.
    assert answer["concentration"]["hhi_points"] == {"low": 3950.0, "high": 3950.0 + 300 + 50}
    assert answer["complete"] is False
    assert "no unlisted line is a fund that would be opened" in answer["assumptions"]


def test_unseen_lines_of_several_funds_go_as_far_as_their_number() -> None:
    one = snapshot([row("A", 80.0), row("B", 10.0)], "ONE", reported=3)
    many = snapshot([row("C", 30.0), row("D", 20.0), row("E", 15.0), row("F", 1.0)], "MANY", reported=24)

    top = portfolio_of({"ONE": 1.0, "MANY": 1.0}, one, many)["concentration"]["top_pct"]

    # Half each: 40, 15, 10, 7.5 and 5 are listed; five names can get the one unseen line of 5, and five of 0.5.
    assert top["5"] == {"low": 77.5, "high": 85.0}


def test_what_is_added_to_the_largest_adds_to_the_half_too() -> None:
    whole = fund_of({"X": 60.0, "Y": 40.0}, "ONE")
    part = snapshot([row("V", 22.0), row("W", 15.0)], "PART", reported=3)

    found = portfolio_of({"ONE": 1.0, "PART": 1.0}, whole, part)["concentration"]["names_to_half"]

    # X has 30 of 68.5, and with the unseen line 37.5 of 76: less than half.
    assert (found if isinstance(found, int) else found["low"]) == 2


def test_a_fund_that_stays_closed_on_two_ways_is_added_up() -> None:
    outer = snapshot([row("B", 50.0, "etf"), row("XYZ", 20.0, "etf"), row("X", 30.0)], "A")
    inner = snapshot([row("XYZ", 40.0, "etf"), row("Y", 60.0)], "B")

    answer = portfolio_of({"A": 1.0}, outer, inner)

    assert [(line["symbol"], line["weight_pct"]) for line in answer["unresolved"]] == [("XYZ", 40.0)]
    assert exposures(answer) == {"XYZ": 40.0, "X": 30.0, "Y": 30.0}


def test_a_small_position_of_unknown_cost_is_unknown_too() -> None:
    cost = portfolio_of({"ONE": 99.0, "TWO": 1.0}, ONE, TWO, expense_ratio_pct={"ONE": 0.1})["cost"]
    assert (cost["bps"], cost["covered_pct"]) == (None, 99.0)


def test_a_list_with_a_flaw_leaves_no_figure() -> None:
    broken = snapshot([row("X", 1.0), row("Y", 2.0)], "BAD", reported=9)

    answer = portfolio_of({"ONE": 1.0, "BAD": 1.0}, ONE, broken, expense_ratio_pct={"ONE": 0.1, "BAD": 0.1})

    assert answer["exposures"] is None
    assert answer["flaws"] == {"BAD": "order_broken"}
    assert answer["reasons"]["exposures"] == answer["reasons"]["concentration.hhi"] == "order_broken"
    assert answer["cost"]["bps"] == 10.0
    assert answer["marginal"][0]["reasons"]["add.hhi"] == "order_broken"


def test_positions_that_nobody_knows_are_named() -> None:
    positions = positions_of({"ONE": 1.0, "Y": 1.0, "NOPE": 1.0, "TINY": 1.0}, in_usd=True)
    funds = funds_of(ONE, fund_of({"TINY": 0.0}, "TWO"))

    listed = securities_of(["Y", "NOPE", "TINY"], funds)
    assert {symbol: len(lines) for symbol, lines in listed.items()} == {"Y": 1, "NOPE": 0, "TINY": 1}
    with pytest.raises(ValueError, match="NOPE"):
        analyze_portfolio(positions, funds)


@pytest.mark.parametrize("amounts", [{}, {"A": 0.0}, {"A": -1.0, "B": 2.0}, {"A": float("nan")}, {"A": float("inf")}])
def test_amounts_are_above_zero(amounts: dict[str, float]) -> None:
    with pytest.raises(ValueError, match="above 0"):
        positions_of(amounts, in_usd=True)


def test_a_fund_held_directly_without_a_snapshot_stays_closed_and_its_cost_unknown() -> None:
    # Given a fund that lists another one, of which there is no snapshot, and the other held directly too
    a = prepare(snapshot([row("AAPL", 60.0), row("BNDX", 40.0, "etf", name="Total Intl Bond ETF")], "A"))
    positions = positions_of({"A": 50, "BNDX": 50}, in_usd=True)

    unknown = analyze_portfolio(positions, {"A": a}, expense_ratio_pct={"A": 0.1})
    known = analyze_portfolio(positions, {"A": a}, expense_ratio_pct={"A": 0.1, "BNDX": 0.07})

    assert [position["kind"] for position in unknown["positions"]] == ["fund", "fund"]
    assert unknown["unresolved_pct"] == 70
    assert [(entry["symbol"], entry["weight_pct"]) for entry in unknown["unresolved"]] == [("BNDX", 70)]
    assert (unknown["cost"]["bps"], unknown["cost"]["covered_pct"]) == (None, 50)
    assert known["cost"]["bps"] == 8.5
