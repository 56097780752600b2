"""Drift by hand and by its properties: prices and positions in, weights on both dates out."""

from collections.abc import Mapping, Sequence
from datetime import date
from fractions import Fraction
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from contract.drift import Drift
from etf_analytics import Purchase, Quoted, portfolio_drift, prepare
from etf_analytics.rendering import Missing
from etf_analytics.two_dates.closing_quotes import Closes
from etf_common.codes import Reason
from tests.unit.analytics_cases import Snapshot, cut, fund_of, looked_through, row, snapshot

FIRST, LAST = date(2026, 11, 16), date(2026, 11, 18)
Prices = Mapping[str, tuple[float | None, float | None]]


def drifted(
    purchases: Sequence[Purchase],
    lists: Sequence[tuple[Snapshot, Snapshot]],
    prices: Prices,
    *,
    in_usd: bool = True,
    days: tuple[date, date] = (FIRST, LAST),
    **more: Any,
) -> dict[str, Any]:
    """The answer over funds with their lists of both dates; a price that is None is not stored."""
    before, after = ({pair[when]["symbol"]: prepare(pair[when]) for pair in lists} for when in (0, 1))
    closes = {
        symbol: {day: price for day, price in zip(days, both, strict=True) if price is not None}
        for symbol, both in prices.items()
    }
    found = portfolio_drift(purchases, (before, after), Quoted(days, closes), in_usd=in_usd, **more)
    Drift.model_validate({**found, "from": str(days[0]), "to": str(days[1]), "notes": {}, "note": ""})
    return found


def on_both(fund: Snapshot) -> tuple[Snapshot, Snapshot]:
    return fund, fund


ONE = on_both(fund_of({"X": 60.0, "Y": 40.0}, "ONE"))
TWO = on_both(fund_of({"Y": 50.0, "Z": 50.0}, "TWO"))


def by_symbol(rows: Any, figure: str) -> dict[str, Any]:
    return {line["symbol"]: line[figure] for line in rows}


def test_weights_move_with_the_prices_of_the_funds() -> None:
    # 300 and 100 USD become 330 and 80
    found = drifted(
        [Purchase("ONE", amount=300.0), Purchase("TWO", shares=10.0)],
        [ONE, TWO],
        {"ONE": (50.0, 55.0), "TWO": (10.0, 8.0)},
    )

    one, two = found["positions"]
    assert (one["weight_from_pct"], one["weight_to_pct"]) == (75.0, pytest.approx(330 / 4.1, abs=1e-6))
    assert (one["return_pct"], two["return_pct"]) == (10.0, -20.0)
    assert (two["value_from_usd"], two["value_to_usd"]) == (100.0, 80.0)
    assert one["drift_pct"] == pytest.approx(330 / 4.1 - 75, abs=1e-6)
    assert one["drift_pct"] + two["drift_pct"] == pytest.approx(0.0, abs=1e-6)
    assert (found["value_from_usd"], found["value_to_usd"], found["return_pct"]) == (400.0, 410.0, 2.5)
    assert found["moved_pct"] == pytest.approx(one["drift_pct"], abs=1e-6)


def test_securities_move_by_the_prices_and_by_what_the_funds_traded() -> None:
    traded = fund_of({"X": 60.0, "Y": 40.0}, "ONE"), fund_of({"X": 50.0, "W": 50.0}, "ONE")
    found = drifted(
        [Purchase("ONE", amount=75.0), Purchase("TWO", amount=25.0)],
        [traded, TWO],
        {"ONE": (1.0, 1.0), "TWO": (1.0, 1.0)},
    )

    # ONE: 75 % of it, before and after.
    assert by_symbol(found["securities"], "weight_from_pct") == {"X": 45.0, "Y": 42.5, "Z": 12.5, "W": 0.0}
    assert by_symbol(found["securities"], "drift_pct") == {"W": 37.5, "Y": -30.0, "X": -7.5, "Z": 0.0}
    assert [line["symbol"] for line in found["securities"]] == ["W", "Y", "X", "Z"]
    assert found["moved_pct"] == 0.0


def test_targets_are_held_against_the_later_weights_and_one_that_is_not_held_is_all_missing() -> None:
    found = drifted(
        [Purchase("ONE", amount=3.0), Purchase("TWO", amount=1.0)],
        [ONE, TWO],
        {"ONE": (1.0, 1.0), "TWO": (1.0, 1.0)},
        targets={"ONE": 60.0, "NEW": 30.0},
        names={"NEW": "New Fund"},
    )

    one, two, new = found["positions"]
    assert (one["target_pct"], one["from_target_pct"]) == (60.0, 15.0)
    assert (two["target_pct"], two["reasons"]["from_target_pct"]) == (None, "no_target")
    assert (new["name"], new["weight_to_pct"], new["from_target_pct"]) == ("New Fund", 0.0, -30.0)
    assert new["reasons"]["price_to_usd"] == "not_a_position"


def test_without_targets_nothing_is_said_of_them() -> None:
    found = drifted([Purchase("ONE", amount=3.0)], [ONE], {"ONE": (1.0, 2.0)})

    assert "target_pct" not in found["positions"][0]


def test_proportions_have_no_value_in_usd() -> None:
    found = drifted(
        [Purchase("ONE", 3.0), Purchase("TWO", 1.0)], [ONE, TWO], {"ONE": (1, 1), "TWO": (1, 1.2)}, in_usd=False
    )

    assert (found["value_to_usd"], found["reasons"]["value_to_usd"]) == (None, "value_unknown")
    assert found["positions"][1]["weight_to_pct"] == pytest.approx(100 * 1.2 / 4.2, abs=1e-6)
    assert found["return_pct"] == 5.0


def test_a_missing_quote_leaves_all_weights_of_its_date_unknown_and_no_others() -> None:
    found = drifted([Purchase("ONE", 3.0), Purchase("TWO", 1.0)], [ONE, TWO], {"ONE": (1.0, 1.1), "TWO": (1.0, None)})

    one, two = found["positions"]
    assert (one["weight_from_pct"], two["weight_from_pct"]) == (75.0, 25.0)
    assert (one["weight_to_pct"], one["reasons"]["weight_to_pct"]) == (None, "position_unpriced")
    assert (two["weight_to_pct"], two["reasons"]["weight_to_pct"]) == (None, "no_quote_of_date")
    assert one["return_pct"] == 10.0
    assert (found["securities"], found["reasons"]["securities"]) == (None, "position_unpriced")
    assert found["value_from_usd"] == 4.0


def test_shares_without_the_first_quote_have_no_weight_on_either_date() -> None:
    found = drifted(
        [Purchase("ONE", shares=3.0), Purchase("TWO", 1.0)], [ONE, TWO], {"ONE": (None, 2.0), "TWO": (1, 1)}
    )

    assert [line["weight_from_pct"] for line in found["positions"]] == [None, None]
    assert found["positions"][0]["reasons"]["weight_from_pct"] == "no_quote_of_date"
    assert found["positions"][1]["reasons"]["weight_from_pct"] == "position_unpriced"


def test_quotes_that_contradict_each_other_tell_nothing() -> None:
    before, after = ({"ONE": prepare(each)} for each in ONE)
    closes: dict[str, Closes] = {"ONE": {FIRST: 1.0, LAST: Missing(Reason.QUOTES_DIFFER)}}
    found = portfolio_drift([Purchase("ONE", 3.0)], (before, after), Quoted((FIRST, LAST), closes), in_usd=True)

    assert found["positions"][0]["reasons"]["return_pct"] == "quotes_differ"


@pytest.mark.parametrize("price", [1e-300, 1e300])
def test_a_quote_that_no_share_can_have_is_none(price: float) -> None:
    found = drifted([Purchase("ONE", shares=1e15), Purchase("TWO", shares=1e15)], [ONE, TWO], {"ONE": (price, price)})

    assert found["positions"][0]["reasons"]["price_from_usd"] == "not_finite"
    assert found["return_pct"] is None


def test_a_security_held_directly_has_no_quote() -> None:
    found = drifted([Purchase("ONE", 3.0), Purchase("Y", 1.0)], [ONE], {"ONE": (1.0, 1.0)})

    assert found["positions"][1]["reasons"]["price_to_usd"] == "no_quote_of_security"
    assert found["positions"][1]["kind"] == "security"
    assert found["positions"][0]["reasons"]["weight_to_pct"] == "position_unpriced"


@pytest.mark.parametrize(
    ("price", "grown", "expected"),
    [
        (50.0, 1.0, None),  # split 2 for 1
        (66.7, 1.0, None),  # 3 for 2
        (1_000.0, 1.1, None),  # 1 for 10
        (205.0, 2.0, 105.0),  # the holdings doubled too
        (70.0, 0.72, -30.0),
        (120.0, 1.05, 20.0),
    ],
)
def test_a_split_of_the_funds_own_shares_tells_no_return(price: float, grown: float, expected: float | None) -> None:
    before = snapshot([row("X", 60.0, market_value_usd=1000.0), row("Y", 40.0, market_value_usd=500.0)], "ONE")
    after = snapshot(
        [row("X", 60.0, market_value_usd=1000.0 * grown), row("Y", 40.0, market_value_usd=500.0 * grown)], "ONE"
    )
    found = drifted([Purchase("ONE", shares=1.0)], [(before, after)], {"ONE": (100.0, price)})["positions"][0]

    assert found["return_pct"] == expected
    assert found["reasons"].get("return_pct") == (None if expected is not None else "fund_split_suspected")


def test_without_prices_of_its_lines_a_fund_that_halves_or_doubles_tells_no_return() -> None:
    unpriced = on_both(snapshot([row("X", 60.0, shares=None), row("Y", 40.0, shares=None)], "ONE"))

    for price, reason in ((55.0, "fund_split_suspected"), (180.0, "fund_split_suspected"), (80.0, None)):
        found = drifted([Purchase("ONE", shares=1.0)], [unpriced], {"ONE": (100.0, price)})["positions"][0]
        assert found["reasons"].get("return_pct") == reason


def test_on_one_date_nothing_has_moved_even_without_a_quote() -> None:
    found = drifted([Purchase("ONE", 3.0), Purchase("TWO", 1.0)], [ONE, TWO], {}, days=(FIRST, FIRST))

    assert {line["drift_pct"] for line in [*found["positions"], *found["securities"]]} == {0.0}
    assert (found["return_pct"], found["moved_pct"]) == (0.0, 0.0)


def test_a_list_without_weights_leaves_the_securities_unknown_and_the_positions_known() -> None:
    broken = on_both(snapshot([row("X", None), row("Y", 40.0)], "ONE"))
    found = drifted([Purchase("ONE", 3.0)], [broken], {"ONE": (1.0, 1.1)})

    assert (found["securities"], found["reasons"]["securities"]) == (None, "weight_missing")
    assert found["positions"][0]["weight_to_pct"] == 100.0
    assert found["flaws"] == {"from": {"ONE": "weight_missing"}, "to": {"ONE": "weight_missing"}}


@st.composite
def portfolios(draw: st.DrawFn) -> tuple[dict[str, float], dict[str, tuple[float, float]], list[list[Snapshot]]]:
    """Amounts, prices of both dates, and whole funds on both, of which one may hold another."""
    symbols = [f"F{number}" for number in range(draw(st.integers(1, 3)))]
    dates = []
    for _ in range(2):
        funds = []
        for symbol in symbols:
            sizes = draw(st.dictionaries(st.sampled_from("ABCDEF"), st.integers(1, 60), min_size=1))
            total = sum(sizes.values())
            lines = {name: round(size * 97 / total, 2) for name, size in sizes.items()}
            funds.append(snapshot([row(*line) for line in sorted(lines.items(), key=lambda line: -line[1])], symbol))
        dates.append([*funds, snapshot([row("F0", 60.0, "etf"), row("A", 30.0)], "NEST")])
    held = [*symbols, *(["NEST"] if draw(st.booleans()) else [])]
    amounts = {symbol: float(draw(st.integers(1, 100))) for symbol in held}
    prices = {symbol: (100.0, float(draw(st.integers(80, 125)))) for symbol in held}
    return amounts, prices, dates


@settings(max_examples=40)
@given(portfolios(), st.randoms(use_true_random=False))
def test_the_truth_lies_within_the_bounds_whatever_lists_leave_out(case: Any, chance: Any) -> None:
    amounts, prices, dates = case
    lists = [
        [fund if fund["symbol"] == "NEST" else cut(fund, chance.randint(1, len(fund["holdings"]))) for fund in day]
        for day in dates
    ]
    purchases = [Purchase(symbol, amount) for symbol, amount in amounts.items()]
    found = drifted(purchases, [*zip(*lists, strict=True)], prices)

    assert sum(line["drift_pct"] for line in found["positions"]) == pytest.approx(0.0, abs=1e-5)
    values = [
        {symbol: Fraction(amount) * Fraction(prices[symbol][when]) for symbol, amount in amounts.items()}
        for when in (0, 1)
    ]
    truth = [
        looked_through(
            {symbol: value / sum(each.values()) for symbol, value in each.items()},
            {fund["symbol"]: fund for fund in day},
            "security",
        )
        for each, day in zip(values, dates, strict=True)
    ]
    for line in found["securities"]:
        first, last = (100 * float(day.get(line["symbol"], 0)) for day in truth)
        for figure, true in (("weight_from_pct", first), ("weight_to_pct", last), ("drift_pct", last - first)):
            shown = line[figure]
            if shown is not None:
                low, high = (shown["low"], shown["high"]) if isinstance(shown, dict) else (shown, shown)
                assert low - 1e-5 <= true <= high + 1e-5


@settings(max_examples=30)
@given(portfolios())
def test_untouched_prices_and_lists_do_not_drift(case: Any) -> None:
    amounts, _, dates = case
    purchases = [Purchase(symbol, amount) for symbol, amount in amounts.items()]
    lists = [on_both(fund if fund["symbol"] == "NEST" else cut(fund, 1)) for fund in dates[0]]
    found = drifted(purchases, lists, dict.fromkeys(amounts, (7.0, 7.0)))

    assert {line["drift_pct"] for line in [*found["positions"], *found["securities"]]} == {0.0}
