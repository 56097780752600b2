"""The sample funds that stand for a factor: lists of their own that tilt against the market as their names say."""

from datetime import date
from functools import cache

import pytest

from etf_common.config import DEFAULT_SYMBOLS
from sample_portal.funds import fund
from sample_portal.portfolios import PORTFOLIOS

DAY = date(2026, 11, 20)
FUNDS = ("VTV", "VUG", "VB", "MTUM", "QUAL", "USMV", "SCHD")


@cache
def weights(symbol: str, day: date = DAY) -> dict[tuple[str, str], float]:
    """Per cent of the fund by symbol and name, without cash."""
    found = fund(symbol, day)
    assert found is not None
    return {(row.symbol, row.name): float(row.weight_pct or 0) for row in found.rows if row.symbol != "USD"}


def tilt(symbol: str, reference: str) -> float:
    """How much more of the fund than of the market stands in what the reference lists, in points."""
    listed = weights(reference).keys()
    of_fund, of_market = (
        sum(weight for line, weight in weights(held).items() if line in listed) for held in (symbol, "VTI")
    )
    return of_fund - of_market


def test_they_stand_behind_the_configured_funds() -> None:
    assert tuple(PORTFOLIOS) == (*DEFAULT_SYMBOLS, *FUNDS)
    assert len({portfolio.issue for portfolio in PORTFOLIOS.values()}) == len(PORTFOLIOS)


@pytest.mark.parametrize("symbol", FUNDS)
def test_each_is_a_short_list_of_companies_that_the_market_holds(symbol: str) -> None:
    held = weights(symbol)

    assert 60 <= len(held) <= 200
    assert held.keys() <= weights("VTI").keys()
    assert sum(held.values()) == pytest.approx(100, abs=0.5)
    assert len({round(weight, 2) for weight in held.values()}) > 15


@pytest.mark.parametrize("symbol", FUNDS)
def test_each_holds_the_same_companies_on_every_day(symbol: str) -> None:
    assert weights(symbol, date(2026, 3, 13)).keys() == weights(symbol).keys()


def test_no_two_of_them_hold_the_same() -> None:
    for symbol in FUNDS:
        for other in FUNDS:
            common = sum(min(weight, weights(other).get(line, 0)) for line, weight in weights(symbol).items())
            assert symbol == other or common < 65, (symbol, other)


@pytest.mark.parametrize(
    ("symbol", "reference", "at_least", "at_most"),
    [
        ("QQQ", "VUG", 20, 40),
        ("QQQ", "VTV", -22, -10),
        ("SCHD", "VTV", 50, 80),
        ("VOO", "VB", -5, -2),
        ("VOO", "VTV", 0, 10),
        ("VEA", "QUAL", -60, -30),
        ("USMV", "VUG", -40, -20),
    ],
)
def test_funds_tilt_as_one_would_expect(symbol: str, reference: str, at_least: float, at_most: float) -> None:
    assert at_least < tilt(symbol, reference) < at_most
