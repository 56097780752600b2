"""The caps of a rebalancing as rows over small funds, by hand."""

from collections.abc import Sequence
from typing import Any

import pytest

from etf_analytics import (
    Asset,
    Cap,
    CapError,
    CapKind,
    RebalanceProblem,
    TooManyRowsError,
    Wanted,
    assets_looked_through,
    prepare,
    rebalance_problem,
)
from etf_common.codes import UntradeableReason
from tests.unit.analytics_cases import Snapshot, cut, fund_of, row, sector_of, snapshot

ONE = fund_of({"X": 60.0, "Y": 40.0}, "ONE")
TWO = fund_of({"Y": 50.0, "Z": 45.0}, "TWO")
SECURITY, FUND = CapKind.SECURITY, CapKind.FUND


def cap(of: str | None, at_most_pct: float, kind: CapKind = SECURITY) -> Cap:
    return Cap(f"{kind}:{of}" if kind is not SECURITY and of else of or kind, kind, of, at_most_pct)


def problem_of(
    caps: Sequence[Cap], *snapshots: Snapshot, by: Any = "security", assets: Sequence[Asset] = (), **values: Any
) -> RebalanceProblem:
    """The problem of these funds, 100 USD each unless there are `assets`; any of them may be bought and sold."""
    funds = {each["symbol"]: prepare(each, by=by, sector_of=sector_of) for each in snapshots}
    held = assets or [Asset(symbol, 100.0, can_buy=True, can_sell=True) for symbol in funds]
    whole = assets_looked_through([asset.symbol for asset in held], funds)
    return rebalance_problem(held, Wanted(caps=caps), whole, **values)


def rows(problem: RebalanceProblem) -> dict[str, list[float]]:
    return {each.name: [round(value, 12) for value in each.high] for each in problem.rows}


def test_only_securities_that_can_weigh_more_are_rows() -> None:
    assert rows(problem_of([cap(None, 47.0)], ONE, TWO)) == {"security:X": [0.6, 0.0], "security:Y": [0.4, 0.5]}


def test_what_cannot_be_bought_can_weigh_no_more_than_now() -> None:
    # TWO is half of it and stays so at most: Y reaches 0.5 x 50 % + 0.5 x 40 % = 45 %.
    assets = [Asset("ONE", 100.0, can_buy=True, can_sell=True), Asset("TWO", 100.0, can_sell=True)]

    assert rows(problem_of([cap("Y", 45.0)], ONE, TWO, assets=assets)) == {}
    assert rows(problem_of([cap("Y", 44.9)], ONE, TWO, assets=assets)) == {"Y": [0.4, 0.5]}


def test_a_cap_of_its_own_takes_the_place_of_the_general_one() -> None:
    assert [(each.name, each.at_most_pct) for each in problem_of([cap(None, 47.0), cap("Y", 30.0)], ONE, TWO).rows] == [
        ("security:X", 47.0),
        ("Y", 30.0),
    ]


def test_funds_are_capped_by_their_own_weight() -> None:
    caps = [cap(None, 40.0, FUND), cap("TWO", 30.0, FUND)]

    problem = problem_of(caps, ONE, TWO)

    assert rows(problem) == {"fund:ONE": [1.0, 0.0], "fund:TWO": [0.0, 1.0]}
    assert [each.at_most_pct for each in problem.rows] == [40.0, 30.0]


def test_sectors_and_asset_classes() -> None:
    mixed = snapshot([row("A", 50.0), row("D", 30.0), row("B", 20.0, "bond")], "MIX")
    energy = fund_of({"A": 90.0, "C": 10.0}, "OIL")

    caps = [cap("Energy", 10.0, CapKind.SECTOR), cap("bond", 10.0, CapKind.ASSET_CLASS)]

    assert rows(problem_of(caps, mixed, energy)) == {"sector:Energy": [0.7, 0.9], "asset_class:bond": [0.2, 0.0]}


def test_the_high_end_of_a_partial_list_counts() -> None:
    # Two lines are unlisted and weigh at most 10 % each: any security that is not listed can be one of them.
    part = cut(fund_of({"Y": 70.0, "W": 10.0, "V": 9.0, "X": 8.0}, "PART"), 2)

    problem = problem_of([cap("X", 5.0), cap("Y", 5.0), cap("Energy", 5.0, CapKind.SECTOR)], ONE, part)

    assert rows(problem) == {"X": [0.6, 0.1], "Y": [0.4, 0.7], "sector:Energy": [0.0, 0.2]}
    assert [each.low for each in problem.rows] == [(0.6, 0.0), (0.4, 0.7), (0.0, 0.0)]


def test_a_security_that_no_list_has_can_weigh_what_is_unlisted() -> None:
    part = cut(fund_of({"Y": 70.0, "W": 10.0, "V": 9.0, "X": 8.0}, "PART"), 2)

    found = rows(problem_of([cap(None, 9.0)], part))

    assert found == {"security:W": [0.1], "security:Y": [0.7], "security:(unlisted)": [0.1]}


def test_a_fund_inside_a_fund_is_opened() -> None:
    outer = snapshot([row("ONE", 50.0, "etf"), row("OUT", 30.0, "etf"), row("Z", 20.0)], "ALL")

    caps = [cap("X", 5.0), cap("OUT", 5.0), cap("etf", 5.0, CapKind.ASSET_CLASS)]

    assert rows(problem_of(caps, outer, ONE)) == {"X": [0.3, 0.6], "OUT": [0.3, 0.0], "asset_class:etf": [0.3, 0.0]}


def test_what_is_held_directly_counts_wholly() -> None:
    assets = [Asset("ONE", 100.0, can_buy=True), Asset("Y", 100.0, untradeable=UntradeableReason.NOT_A_FUND)]

    assert rows(problem_of([cap("Y", 30.0)], ONE, assets=assets)) == {"Y": [0.4, 1.0]}


def test_share_classes_are_one_by_issuer() -> None:
    classes = fund_of({"GOOG": 20.0, "GOOGL": 25.0, "X": 55.0}, "NET")

    assert rows(problem_of([cap("GOOG", 30.0)], classes)) == {}
    assert rows(problem_of([cap("GOOG", 30.0)], classes, by="issuer")) == {"GOOG": [0.45]}


def test_lines_that_may_be_one_security_count_together() -> None:
    def holder(symbol: str, name: str) -> Snapshot:
        line = row("ABC", 30.0, name=name, shares=None, market_value_usd=None)
        return snapshot([line, row("X", 70.0)], symbol)

    problem = problem_of([cap("ABC", 20.0)], holder("ONE", "Alder Mills"), holder("TWO", "Birch Works"))

    assert problem.whole.other_reading is not None
    assert rows(problem) == {"ABC": [0.3, 0.3], "ABC (2)": [0.3, 0.3]}
    assert [each.low for each in problem.rows] == [(0.3, 0.0), (0.0, 0.3)]


def test_a_list_that_supports_no_figure_counts_with_all_that_a_fund_can_weigh() -> None:
    flawed = snapshot([row("Y", 50.0), row("Z", None)], "BAD")

    found = rows(problem_of([cap("X", 50.0), cap("Energy", 50.0, CapKind.SECTOR)], ONE, flawed))

    assert found == {"X": [0.6, 1.03], "sector:Energy": [0.0, 1.03]}


def test_beside_such_a_list_small_securities_share_a_row() -> None:
    flawed = snapshot([row("Y", 50.0), row("Z", None)], "BAD")
    many = fund_of({f"S{number}": 0.1 for number in range(900)}, "MANY")

    found = rows(problem_of([cap(None, 5.0)], many, flawed))

    assert len(found) == 502
    assert found["security:(others)"] == [0.001, 1.03]


def test_countries_come_from_filings() -> None:
    filed = {"rows": [{"country": "CN", "weight_pct": 8.0}, {"country": "US", "weight_pct": 90.0}]}
    countries = {"ONE": {**filed, "undisclosed_pct": 0.0}, "TWO": {**filed, "undisclosed_pct": 1.5}}
    third = fund_of({"Q": 100.0}, "THREE")

    problem = problem_of([cap("CN", 5.0, CapKind.COUNTRY)], ONE, TWO, third, countries=countries)

    assert rows(problem) == {"country:CN": [0.08, 0.095, 1.03]}


@pytest.mark.parametrize(
    ("wanted", "says"),
    [
        (cap("XY", 5.0), "the cap XY names no security that these funds list; near it are"),
        (cap("ONE", 5.0), "write fund:ONE"),
        (cap("QQQ", 5.0, FUND), "names no fund among positions, targets and candidates: these are ONE, TWO"),
        (cap("CN", 5.0, CapKind.COUNTRY), "none of these funds has one here: ONE, TWO"),
    ],
)
def test_a_cap_that_nothing_matches_says_what_to_give(wanted: Cap, says: str) -> None:
    with pytest.raises(CapError, match=says):
        problem_of([wanted], ONE, TWO)


def test_a_known_security_that_no_list_has_is_no_error() -> None:
    assert rows(problem_of([cap("NVDA", 5.0)], ONE, TWO, is_known=lambda symbol: symbol == "NVDA")) == {}


def test_more_rows_than_the_solver_takes_are_refused() -> None:
    many = fund_of({f"S{number}": 0.04 for number in range(2_400)}, "MANY")
    with pytest.raises(TooManyRowsError, match="give a higher cap `security`"):
        problem_of([cap(None, 0.03)], many)


def test_the_document_for_the_solver() -> None:
    asset = Asset("ONE", 300.0, 50.0, can_buy=True, can_sell=True, cost_pct=0.1, cost_usd=5.0)
    funds = {"ONE": prepare(ONE, sector_of=sector_of)}
    wanted = Wanted(100.0, {"ONE": 60.0}, [cap("X", 40.0)], whole_shares=True, min_trade_usd=10.0)

    problem = rebalance_problem([asset], wanted, assets_looked_through(["ONE"], funds))

    assert problem.total_usd == 400.0
    assert problem.document(4.0) == {
        "assets": [
            {
                "symbol": "ONE",
                "current_usd": 300.0,
                "price_usd": 50.0,
                "shares": 6.0,
                "can_buy": True,
                "can_sell": True,
                "cost_pct": 0.1,
                "cost_usd": 5.0,
            }
        ],
        "cash_usd": 100.0,
        "targets": {"ONE": 60.0},
        "caps": [{"name": "X", "at_most_pct": 40.0, "coefficients": [0.6]}],
        "whole_shares": True,
        "min_trade_usd": 10.0,
        "seconds": 4.0,
    }
