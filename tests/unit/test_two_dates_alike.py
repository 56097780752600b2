"""Lines that need no closer look get the same answer with one."""

from collections.abc import Sequence
from typing import Any

from hypothesis import given
from hypothesis import strategies as st

from etf_analytics import Fund, on_date
from etf_analytics.identity import read
from etf_analytics.two_dates.alike import alike
from tests.unit.two_dates_cases import FROM, TO, fund, line, listed

Grouped = set[tuple[frozenset[tuple[Any, ...]], frozenset[tuple[Any, ...]]]]

DESCRIBED = (
    ("ALD", "Alder Mills Inc", "equity"),
    ("ALD", "Alder Mills KGaA", "equity"),
    ("ALD", "Alder Mills Inc", "cash"),
    ("ALM", "Alder Mills Inc", "equity"),
    (None, "Alder Mills Inc", "equity"),
    (None, "Alder Mills Inc", "other"),
    ("FB", "Facebook Inc", "equity"),
    ("META", "Meta Platforms Inc", "equity"),
    ("BIR", "Birch Works PLC", "equity"),
    ("BIR", "Birch Works 4.25% 11/15/2034", "equity"),
    ("BIR", "Birch Works 4.25% 11/15/2034", "bond"),
    (None, "TREASURY NOTE", "bond"),
    ("037833100", "Cedar Mills Inc", "equity"),
    ("CED", "Cedar Mills Inc", "equity"),
    ("CED", None, "equity"),
    ("CED", "Inc", "equity"),
    ("XLZ", "Sector Fund", "etf"),
    ("XLZ", "Sector Fund", "equity"),
)


@st.composite
def tricky(draw: st.DrawFn) -> list[dict[str, Any]]:
    chosen = draw(st.lists(st.sampled_from(DESCRIBED), min_size=1, max_size=8))
    prices = st.sampled_from([10.0, 10.1, 12.0, 20.0, 33.0, None])
    rows = []
    for number, (symbol, name, asset_class) in enumerate(chosen):
        price = draw(prices)
        values = {"name": name, "weight_pct": float(number + 1), "shares": 1_000 + number}
        rows.append({**line(symbol, 1_000, 1.0, asset_class), **values, "market_value_usd": price and price * 1_000})
    return rows


def grouped(funds: Sequence[Fund]) -> Grouped:
    """The securities, as the lines of each date that are one."""
    first, second = read(funds).funds
    keys = {**first.securities, **second.securities}
    return {tuple(frozenset(map(shown, each.holdings.get(key, ()))) for each in (first, second)) for key in keys}  # type: ignore[misc]


def shown(holding: Any) -> tuple[Any, ...]:
    return tuple(holding[name] for name in ("symbol", "name", "asset_class", "weight_pct", "market_value_usd"))


@given(tricky(), tricky())
def test_the_securities_are_those_of_the_closer_look(one: list[dict[str, Any]], other: list[dict[str, Any]]) -> None:
    before, after = on_date(listed(one, FROM)), on_date(listed(other, TO))

    plain = alike(before.holdings, after.holdings)

    quick = grouped([before.fund(plain.before), after.fund(plain.after)])
    for line_before, line_after in plain.same:
        quick.add((frozenset([shown(line_before)]), frozenset([shown(line_after)])))
    assert quick == grouped([before.fund(before.holdings), after.fund(after.holdings)])


def test_a_line_without_a_symbol_can_be_one_that_has_a_symbol() -> None:
    named = line("ALD", 1_000, name="Alder Mills Inc")
    before, after = [named, line(None, 500, name="Alder Mills Inc")], [named]

    plain = alike(listed(before)["holdings"], listed(after, TO)["holdings"])

    assert plain.same == []


def test_nearly_all_lines_of_a_usual_day_need_no_closer_look() -> None:
    shares = {f"S{number}": 1_000 + number for number in range(50)}

    plain = alike(listed(fund(shares))["holdings"], listed(fund({**shares, "NEW": 5}, S3=52.0))["holdings"])

    assert (len(plain.same), len(plain.before)) == (50, 0)
    assert [row["symbol"] for row in plain.after] == ["NEW"]
