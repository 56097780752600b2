"""Real daily lists of a fund against the trades that it published itself.

A list of day D is from before D's trades, so D's trades are between the lists of D and the next day.
"""

import csv
import statistics
from collections.abc import Mapping
from pathlib import Path
from typing import Any, NamedTuple

import pytest

from etf_analytics import attribution, fund_changes, on_date
from tests.unit.analytics_cases import Snapshot, snapshot
from tests.unit.two_dates_cases import TRADED
from transform.asset_class import asset_class

PAIRS = (("2021-04-05", "2021-04-06"), ("2021-07-28", "2021-07-29"), ("2021-07-29", "2021-07-30"))


class Day(NamedTuple):
    """The changes between two lists, and what the fund says that it traded."""

    answer: Mapping[str, Any]
    found: Mapping[str, float]
    """By symbol: the shares traded."""
    published: Mapping[str, float]


def read(path: Path) -> list[dict[str, str]]:
    with path.open(encoding="utf-8-sig", newline="") as file:
        return list(csv.DictReader(file))


def holdings(folder: Path, day: str) -> Snapshot:
    rows = []
    for line in read(folder / f"ARKK_{day}_holdings.csv"):
        symbol, name = line["ticker"].strip() or None, line["company"].strip()
        rows.append(
            {
                "symbol": symbol,
                "name": name,
                "weight_pct": float(line["weight(%)"]),
                "shares": float(line["shares"]),
                "market_value_usd": float(line["market value($)"]),
                "asset_class": asset_class(symbol, name),
            }
        )
    return snapshot(rows, "ARKK", holdings_as_of=day)


def published(folder: Path, day: str) -> dict[str, float]:
    """By symbol: the shares bought, below 0 if sold."""
    trades = read(folder / f"ARKK_{day}_trades.csv")
    return {line["Ticker"].strip(): int(line["Shares"]) * (1 if line["Direction"] == "Buy" else -1) for line in trades}


@pytest.fixture(scope="module")
def days(real_folder: Path) -> list[Day]:
    folder = real_folder / "ark"
    if not folder.is_dir():
        pytest.skip("the folder with daily lists is not here")
    found = []
    for first, second in PAIRS:
        answer = fund_changes(on_date(holdings(folder, first)), on_date(holdings(folder, second)))
        shares = {row["symbol"]: row["traded_shares"] for name in TRADED for row in answer[name]}
        found.append(Day(answer, shares, published(folder, first)))
    return found


def test_published_trades_are_found_with_the_right_sign(days: list[Day]) -> None:
    trades = [(shares, day.found.get(symbol, 0.0)) for day in days for symbol, shares in day.published.items()]
    right = [(shares, found) for shares, found in trades if shares * found > 0]

    assert len(right) >= 0.97 * len(trades)
    assert statistics.median(abs(found / shares - 1) for shares, found in right) < 0.001


def test_no_line_of_a_basket_is_called_a_trade(days: list[Day]) -> None:
    for day in days:
        assert [symbol for symbol in day.found.keys() - day.published.keys() if symbol] == []
        assert day.answer["undetermined"] == day.answer["splits"] == day.answer["doubts"] == []


def test_each_day_has_its_flow(days: list[Day]) -> None:
    for day in days:
        largest, *others = day.answer["flow"]["baskets"]
        assert largest["factor"] == day.answer["flow"]["factor"] != 1.0
        assert largest["lines_pct"] >= 45
        assert all(basket["lines"] >= 4 for basket in others)


def test_the_return_covers_nearly_the_whole_fund(days: list[Day], real_folder: Path) -> None:
    assert days
    for first, second in PAIRS:
        before, after = (on_date(holdings(real_folder / "ark", day)) for day in (first, second))
        answer = attribution(before, after, {})

        assert answer["covered_pct"] == pytest.approx(100, abs=0.1)
        assert abs(answer["return_pct"]) < 5
