"""What holds of every plan of the solver, whatever the problem."""

import math
from typing import Any

import pytest
from hypothesis import given as drawn
from hypothesis import settings
from hypothesis import strategies as st

from rebalance.solving import solve
from tests.unit.solver_cases import (
    CENT_PCT,
    Given,
    asset,
    cap,
    carried_out,
    crowded_problem,
    figures,
    problem,
    random_problem,
    total,
)

EXAMPLES = settings(max_examples=25)
_MONEY = st.integers(0, 3_000_000).map(lambda cents: cents / 100)
_FACTOR = st.sampled_from([0.0, 0.01, 0.055, 0.2, 0.5, 1.0])


@st.composite
def problems(draw: st.DrawFn) -> Given:
    """Problems of any size, that can be met or not, in fractions."""
    count = draw(st.integers(1, 5))
    assets = [
        asset(f"F{number}", draw(_MONEY), draw(st.sampled_from([12.34, 100.0, 417.0])), can_sell=draw(st.booleans()))
        for number in range(count)
    ]
    assets[0]["can_buy"] = draw(st.booleans())
    caps = tuple(
        cap(f"cap{number}", draw(st.integers(1, 60)), *(draw(_FACTOR) for _ in assets))
        for number in range(draw(st.integers(0, 4)))
    )
    weights = {one["symbol"]: 100.0 / (count + 1) for one in assets[: draw(st.integers(0, count))]}
    return problem(*assets, cash=10_000 + draw(_MONEY), caps=caps, targets=weights or None)


def check_money(given: Given, solution: dict[str, Any]) -> None:
    """Bought = sold + cash - cash left, nothing is sold that is not there, and each trade is one that is allowed."""
    trades = solution["trades_usd"]
    assert math.fsum(trades.values()) == pytest.approx(given["cash_usd"] - solution["cash_left_usd"], abs=1e-6)
    assert solution["cash_left_usd"] >= 0
    assert solution["turnover_usd"] == pytest.approx(math.fsum(map(abs, trades.values())))
    for one in given["assets"]:
        usd = trades.get(one["symbol"], 0.0)
        assert usd == round(usd, 2)
        assert usd >= -one["current_usd"] - 0.005
        assert one["can_buy" if usd > 0 else "can_sell"] or not usd


@EXAMPLES
@drawn(problems())
def test_no_money_is_made_or_lost_and_all_is_invested(given: Given) -> None:
    solution = solve(given)
    check_money(given, solution)
    if any(one["can_buy"] for one in given["assets"]):
        assert solution["cash_left_usd"] == 0


@EXAMPLES
@drawn(problems())
def test_what_is_told_of_a_plan_is_what_its_trades_come_to(given: Given) -> None:
    solution = solve(given)
    largest, total_excess, distance, _ = figures(given, solution["trades_usd"])
    assert max(solution["excess_pct"].values(), default=0.0) == pytest.approx(largest, abs=2 * CENT_PCT)
    assert math.fsum(solution["excess_pct"].values()) == pytest.approx(total_excess, abs=8 * CENT_PCT)
    assert solution["target_distance_pct"] == pytest.approx(distance, abs=8 * CENT_PCT)
    assert set(solution["excess_pct"]) <= set(solution["binding"])


@EXAMPLES
@drawn(problems())
def test_solving_the_result_again_trades_nothing(given: Given) -> None:
    assert solve(carried_out(given, solve(given)))["trades_usd"] == {}


@EXAMPLES
@drawn(problems(), st.randoms(use_true_random=False))
def test_the_order_of_assets_and_caps_changes_nothing(given: Given, chance: Any) -> None:
    order = list(range(len(given["assets"])))
    chance.shuffle(order)
    caps = [{**one, "coefficients": [one["coefficients"][place] for place in order]} for one in given["caps"]]
    chance.shuffle(caps)
    assert solve({**given, "assets": [given["assets"][place] for place in order], "caps": caps}) == solve(given)


@pytest.mark.parametrize("seed", range(10))
def test_whole_shares_are_whole_and_leave_no_cash_that_could_buy_one_more(seed: int) -> None:
    given = random_problem(seed, 4, whole_shares=True, targets={"F0": 40.0} if seed % 2 else None)
    solution = solve(given)
    check_money(given, solution)
    assert all(isinstance(number, int) for number in solution["trades_shares"].values())
    before = figures(given, solution["trades_usd"])
    for one in given["assets"]:
        more = dict(solution["trades_usd"])
        more[one["symbol"]] = more.get(one["symbol"], 0.0) + one["price_usd"]
        after = figures(given, more)
        assert after[3] < 0 or max(after[n] - before[n] for n in range(3)) > 1e-7


@pytest.mark.parametrize("seed", range(10))
def test_whole_shares_that_are_carried_out_are_not_traded_again(seed: int) -> None:
    given = random_problem(seed, 4, whole_shares=True, targets={"F0": 40.0, "F1": 30.0} if seed % 2 else None)
    assert solve(carried_out(given, solve(given)))["trades_usd"] == {}


@pytest.mark.parametrize("seed", [0, 1])
def test_many_binding_caps_in_whole_shares_are_met_in_time_or_not_and_then_nothing_is_traded(seed: int) -> None:
    given = crowded_problem(seed, seconds=1.0)
    first = solve(given)
    assert first["trades_usd"]
    assert first["excess_pct"] == {}
    # Less than a share of each is left, for which nothing is traded however much time there is.
    assert first["cash_left_usd"] < sum(one["price_usd"] for one in given["assets"])
    assert solve({**carried_out(given, first), "seconds": 5.0})["trades_usd"] == {}


@pytest.mark.parametrize("seed", range(8))
def test_a_plan_trades_no_more_than_one_that_spreads_pro_rata(seed: int) -> None:
    """Sell each fund down to its cap, and spread that and the cash over the others in proportion to what they have."""
    given = random_problem(seed, 5)
    shares = [one["current_usd"] / total(given) * 100 for one in given["assets"]]
    limits = [max(18.0, share - 6.0) if share > 24 else 45.0 for share in shares]
    rows = [cap(f"fund{n}", limit, *(float(n == k) for k in range(5))) for n, limit in enumerate(limits)]
    assets = [{**one, "can_sell": True} for one in given["assets"]]
    given |= {"caps": rows, "assets": assets}
    sold = {
        one["symbol"]: max(0.0, one["current_usd"] - limits[n] / 100 * total(given)) for n, one in enumerate(assets)
    }
    room = {one["symbol"]: limits[n] / 100 * total(given) - one["current_usd"] for n, one in enumerate(assets)}
    room = {symbol: max(value, 0.0) for symbol, value in room.items()}
    spread = (math.fsum(sold.values()) + given["cash_usd"]) / math.fsum(room.values())
    naive = {symbol: room[symbol] * spread - sold[symbol] for symbol in room}
    assert figures(given, naive)[0] < 1e-6
    solution = solve(given)
    assert solution["excess_pct"] == {}
    assert solution["turnover_usd"] <= math.fsum(map(abs, naive.values())) + 0.05
