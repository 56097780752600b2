"""The rebalance function: a problem in, a solution out, within the time that Lambda leaves, whatever comes."""

import json
import logging
import random
from typing import Any

import pytest

from etf_common.errors import UsageError
from rebalance.app import SPARE_SECONDS, create
from tests.unit.solver_cases import Given, asset, cap, problem, total

GOOD = problem(asset("A", 6000, shares=60.0), asset("B", 3000), cash=1000, caps=(cap("X", 5, 0.1, 0.0),))


class Context:
    """Lambda's, with so much time left."""

    def __init__(self, seconds: float) -> None:
        self.seconds = seconds

    def get_remaining_time_in_millis(self) -> int:
        return int(self.seconds * 1000)


def test_a_solution_is_json_and_is_logged_and_counted(
    capsys: pytest.CaptureFixture[str], caplog: pytest.LogCaptureFixture
) -> None:
    caplog.set_level(logging.INFO, "etf.rebalance")
    solution = create({"POWERTOOLS_METRICS_NAMESPACE": "stack"})(GOOD, Context(10.0))

    assert json.loads(json.dumps(solution, allow_nan=False)) == solution
    assert solution["trades_usd"] == {"A": -1000.0, "B": 2000.0}
    assert solution["trades_shares"] == {"A": -10.0, "B": 20.0}
    (line,) = capsys.readouterr().out.splitlines()
    assert json.loads(line)["RebalancesCutShort"] == [0.0]
    assert [record.message for record in caplog.records] == ["solved"]


def changed(**more: Any) -> Given:
    return {**GOOD, **more}


NAN = float("nan")
BAD = {
    "nothing": ({}, "assets"),
    "a list": ([], "not an object"),
    "assets that are none": (changed(assets=None), "assets"),
    "an asset that is none": (changed(assets=[7]), "assets"),
    "a symbol twice": (changed(assets=[asset("A", 1.0), asset("A", 1.0)], caps=[]), "twice"),
    "no symbol": (changed(assets=[asset("", 1.0)], caps=[]), "symbol"),
    "negative money": (changed(assets=[asset("A", -1.0)], caps=[]), "current_usd"),
    "no number": (changed(cash_usd=NAN), "cash_usd"),
    "a number as text": (changed(cash_usd="7"), "cash_usd"),
    "true as a number": (changed(cash_usd=True), "cash_usd"),
    "no flag": (changed(whole_shares=1), "whole_shares"),
    "no money": (problem(asset("A")), "come to 0"),
    "too much money": (problem(asset("A", 9e11), asset("B", 9e11)), "come to"),
    "a price of nothing": (changed(assets=[asset("A", 1.0, 0.0)], caps=[]), "price_usd"),
    "whole shares without a price": (problem(asset("A", 1.0, None), whole_shares=True), "no price_usd"),
    "too few coefficients": (changed(caps=[cap("X", 5, 0.1)]), "coefficient"),
    "a coefficient that is none": (changed(caps=[cap("X", 5, 0.1, NAN)]), "coefficient"),
    "a cap without a name": (changed(caps=[cap("", 5, 0.1, 0.1)]), "name"),
    "two caps of one name": (changed(caps=[cap("X", 5, 0.1, 0.1)] * 2), "twice"),
    "a target of nothing known": (changed(targets={"C": 5.0}), "targets"),
    "targets above 100": (changed(targets={"A": 60.0, "B": 41.0}), "100 per cent"),
    "too many assets": (changed(assets=[asset(f"F{n}") for n in range(10_000)]), "at most 1,000"),
    "too many caps": (changed(caps=[cap(f"X{n}", 5, 0.1, 0.1) for n in range(10_000)]), "at most 2,000"),
}


@pytest.mark.parametrize("name", BAD)
def test_a_bad_problem_is_refused_with_what_is_wrong(name: str) -> None:
    given, message = BAD[name]
    with pytest.raises(UsageError, match=message) as raised:
        create({})(given, None)  # type: ignore[arg-type]
    assert raised.value.code == "usage"


def hostile(seed: int, **more: Any) -> Given:
    """200 positions under 500 caps, many of which cannot be met."""
    draw = random.Random(seed)
    assets = [asset(f"F{n:03}", draw.uniform(0, 20_000), draw.uniform(20, 600)) for n in range(200)]
    caps = tuple(
        cap(f"cap{n:03}", draw.uniform(2, 9), *(draw.choice([0.0, draw.uniform(0, 0.3)]) for _ in assets))
        for n in range(500)
    )
    return problem(*assets, cash=5000.0, caps=caps, **more)


@pytest.mark.parametrize("seconds", [SPARE_SECONDS, SPARE_SECONDS + 1], ids=["no time", "a second"])
@pytest.mark.parametrize("more", [{}, {"whole_shares": True}, {"min_trade_usd": 100.0}], ids=str)
def test_a_hostile_problem_ends_before_lambda_does_with_a_plan_that_can_be_carried_out(
    more: Given, seconds: float
) -> None:
    given = hostile(7, **more)
    solution = create({})(given, Context(seconds))
    assert solution["status"] == "time_limit" or seconds > SPARE_SECONDS
    assert (solution["gap_usd"] > 0) == (solution["status"] == "time_limit")
    bought = sum(solution["trades_usd"].values())
    assert bought == pytest.approx(given["cash_usd"] - solution["cash_left_usd"], abs=1e-4)
    assert 0 <= solution["cash_left_usd"] <= total(given)
