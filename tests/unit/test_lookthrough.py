"""Look-through of funds that hold each other: each is opened once, with the result of following every path."""

from collections import defaultdict
from collections.abc import Mapping

import pytest
from hypothesis import given
from hypothesis import strategies as st

from etf_analytics import Fund, analyze_portfolio, positions_of, prepare
from etf_analytics.lookthrough import DEPTH, look_through_fund
from tests.unit.analytics_cases import row, snapshot

NAMES = ("F0", "F1", "F2", "F3", "F4", "F5")


@st.composite
def holding_each_other(draw: st.DrawFn) -> dict[str, Fund]:
    """Up to six funds that hold each other and themselves in any way, one that is not here, and stocks."""
    here = NAMES[: draw(st.integers(1, len(NAMES) - 1))]
    funds = {}
    for name in here:
        held = draw(st.lists(st.sampled_from(NAMES), unique=True))
        weights = draw(st.lists(st.integers(1, 20), min_size=len(held) + 2, max_size=len(held) + 2))
        rows = [row(symbol, float(weight), "etf") for symbol, weight in zip(held, weights, strict=False)]
        stocks = [row("X", float(weights[-1])), row(f"Y{name}", float(weights[-2]))]
        funds[name] = prepare(snapshot([*rows, *stocks], name))
    return funds


Weights = dict[str, float]


def path_by_path(symbol: str, funds: Mapping[str, Fund]) -> tuple[Weights, Weights, Weights]:
    """Securities, opened funds and closed funds by the definition: a fund is never opened inside itself."""
    weights, opened, closed = (defaultdict[str, float](float) for _ in range(3))

    def follow(path: tuple[str, ...], share: float) -> None:
        fund = funds[path[-1]]
        opened[fund.symbol] += share
        for key, weight in fund.weights.items():
            if key not in fund.held_funds:
                weights[key] += share * weight
            elif key in funds and key not in path and len(path) < DEPTH:
                follow((*path, key), share * weight)
            else:
                closed[key] += share * weight
                weights[key] += share * weight

    follow((symbol,), 1.0)
    return weights, opened, closed


@given(funds=holding_each_other())
def test_each_fund_opened_once_gives_what_every_path_gives(funds: dict[str, Fund]) -> None:
    for symbol, fund in funds.items():
        weights, opened, closed = path_by_path(symbol, funds)

        found = look_through_fund(fund, funds)

        assert dict(found.weights()) == pytest.approx(weights)
        assert {part.fund.symbol: part.weight for part in found.opened} == pytest.approx(opened)
        assert {key: entry.weight for key, entry in found.unresolved.items()} == pytest.approx(closed)


@given(funds=holding_each_other())
def test_the_exposures_of_a_portfolio_are_those_of_its_paths(funds: dict[str, Fund]) -> None:
    expected = defaultdict[str, float](float)
    for symbol in funds:
        for key, weight in path_by_path(symbol, funds)[0].items():
            expected[key] += 100 * weight / len(funds)

    answer = analyze_portfolio(positions_of(dict.fromkeys(funds, 1.0), in_usd=False), funds)

    assert {line["symbol"]: line["weight_pct"] for line in answer["exposures"]} == pytest.approx(expected, abs=1e-5)
    for line in answer["exposures"]:
        assert sum(part["weight_pct"] for part in line["through"]) == pytest.approx(line["weight_pct"], abs=1e-5)


def test_the_work_of_opening_funds_that_hold_each_other_grows_with_the_holdings_and_not_with_the_paths() -> None:
    visits: dict[int, int] = {}
    for count in (10, 40):
        names = [f"F{number}" for number in range(count)]
        funds = {
            name: prepare(snapshot([row(other, 1.0, "etf") for other in names if other != name], name))
            for name in names
        }
        counted = _Counting(funds)
        look_through_fund(funds["F0"], counted)
        visits[count] = counted.asked

    assert visits[40] < 40 * 40 * (DEPTH + 2), "each holding is looked at once a level: paths would be 60,000"


class _Counting(dict[str, Fund]):
    asked = 0

    def get(self, key: str, default: object = None) -> Fund | None:  # type: ignore[override]
        self.asked += 1
        return super().get(key)
