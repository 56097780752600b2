"""What funds cost: the table's form, and that the unknown stays unknown."""

from datetime import date
from pathlib import Path

import pytest

from etf_analytics.reference.expense_ratios import TABLE, expense_ratio
from etf_analytics.reference.sectors import read_table
from etf_common.config import parse_config
from etf_common.symbols import canonical


@pytest.mark.parametrize(
    ("symbol", "per_cent"),
    [
        ("VTI", 0.03),
        ("VOO", 0.03),
        ("QQQ", 0.18),
        ("SPY", 0.0945),
        ("VEA", 0.03),
        ("VWO", 0.06),
        ("BND", 0.03),
        ("GLD", 0.40),
    ],
)
def test_the_default_funds_costs_are_known(symbol: str, per_cent: float) -> None:
    found = expense_ratio(symbol)
    assert found is not None
    assert (found.symbol, found.expense_ratio_pct) == (symbol, per_cent)


def test_every_configured_fund_s_costs_are_known(root: Path) -> None:
    shipped = parse_config((root / "etl_config.yaml").read_bytes())

    assert [symbol for symbol in shipped.refreshed_symbols() if expense_ratio(symbol) is None] == []


def test_unknown_costs_are_none_and_not_zero() -> None:
    assert expense_ratio("ZZZZ") is None


def test_every_figure_has_a_source_and_a_past_date() -> None:
    rows = list(read_table(TABLE))
    symbols = [row["symbol"] for row in rows]
    assert symbols == sorted(set(symbols))
    for row in rows:
        assert list(row) == ["symbol", "expense_ratio_pct", "source", "as_of"]
        assert canonical(row["symbol"]) == row["symbol"]
        assert 0 < float(row["expense_ratio_pct"]) < 2
        assert row["source"]
        assert date(2025, 1, 1) <= date.fromisoformat(row["as_of"]) <= date.today()
