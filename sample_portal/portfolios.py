"""How the eight sample funds are made up: which companies or bonds, by which weighting, and what else they hold."""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import date, timedelta
from typing import NamedTuple

from sample_portal.bonds import bonds
from sample_portal.companies import Company, invented_companies, real_companies

_QUARTER_LETTERS = {3: "H", 6: "M", 9: "U", 12: "Z"}
_SP500_COMPANIES = 503
_SMALL_US_COMPANIES = 3_200


class Extra(NamedTuple):
    """A line that is no stock: cash, receivables, a future. `weight` in per cent, may be negative; `price` in USD."""

    symbol: str
    name: str
    weight: float
    price: float = 1.0


def _no_extras(_day: date) -> tuple[Extra, ...]:
    return ()


@dataclass(frozen=True)
class Portfolio:
    """One fund. `assets` in billions of USD, `price` in USD per share, `volume` in shares a day."""

    symbol: str
    name: str
    exchange: str
    issue: str
    assets: float
    price: float
    volume: int
    members: Callable[[date], tuple[Company, ...]]
    extras: Callable[[date], tuple[Extra, ...]] = _no_extras
    power: float = 1.0
    """Weights go with size to this power: below 1 the largest are held back, as in the Nasdaq-100."""
    swing: float = 0.05
    """How far prices move around their base, as a fraction."""
    moves_like: str = "US stocks"
    """Funds of the same market rise and fall together."""
    holdings_lag: int = 1
    """Sessions between the quote and the holdings date."""


def _next_future(day: date) -> tuple[str, str]:
    """Code and month of the next quarterly future: (`Z6`, `Dec 26`)."""
    month = day.replace(day=1)
    while month.month not in _QUARTER_LETTERS or (month.replace(day=15) < day):
        month = (month + timedelta(days=32)).replace(day=1)
    return f"{_QUARTER_LETTERS[month.month]}{month.year % 10}", f"{month:%b %y}"


def _future(root: str, index: str, weight: float, price: float, day: date) -> Extra:
    code, month = _next_future(day)
    return Extra(f"{root}{code}", f"{index} Future {month}", weight, price)


def _small_us_companies() -> tuple[Company, ...]:
    return invented_companies("US", _SMALL_US_COMPANIES, largest=18, spread=950)


def _sp500(_day: date) -> tuple[Company, ...]:
    real = tuple(company for company in real_companies("US") if "S" in company.indexes)
    return real + _small_us_companies()[: _SP500_COMPANIES - len(real)]


def _spy(day: date) -> tuple[Company, ...]:
    # The two S&P 500 funds differ by their smallest company, as around a change of the index.
    return _sp500(day)[:-1]


def _nasdaq_100(_day: date) -> tuple[Company, ...]:
    both = (*real_companies("US"), *real_companies("ADR"))
    return tuple(company for company in both if "N" in company.indexes)


def _total_us(_day: date) -> tuple[Company, ...]:
    return real_companies("US") + _small_us_companies()


def _developed(_day: date) -> tuple[Company, ...]:
    return real_companies("DM") + invented_companies("DM", 1_100, largest=28, spread=420)


def _emerging(_day: date) -> tuple[Company, ...]:
    return real_companies("EM") + invented_companies("EM", 2_000, largest=9, spread=780)


def _bond_market(day: date) -> tuple[Company, ...]:
    return bonds(day.year)


def _nothing(_day: date) -> tuple[Company, ...]:
    return ()


def _vti_extras(day: date) -> tuple[Extra, ...]:
    return (
        _future("ES", "S&P 500 E-Mini", 0.11, 6_600, day),
        Extra("", "Receivables for Securities Sold", 0.05),
        Extra("USD", "U.S. Dollar", 0.03),
        Extra("--", "Sample Oldbury Pharma Contingent Value Rights", 0.0004, 1.25),
        Extra("", "Payables for Securities Bought", -0.06),
    )


def _voo_extras(day: date) -> tuple[Extra, ...]:
    return (
        Extra("", "Dividends Receivable", 0.07),
        Extra("USD", "U.S. Dollar", 0.02),
        _future("ES", "S&P 500 E-Mini", -0.01, 6_600, day),
    )


def _spy_extras(_day: date) -> tuple[Extra, ...]:
    return (Extra("USD", "U.S. Dollar", 0.06), Extra("--", "Dividends Receivable", 0.05))


def _qqq_extras(_day: date) -> tuple[Extra, ...]:
    return (Extra("USD", "U.S. Dollar", 0.04),)


def _vea_extras(_day: date) -> tuple[Extra, ...]:
    return (
        Extra("EUR", "Euro", 0.06, 1.16),
        Extra("JPY", "Japanese Yen", 0.03, 0.0065),
        Extra("", "Tax Reclaims Receivable", 0.04),
    )


def _vwo_extras(day: date) -> tuple[Extra, ...]:
    return (
        Extra("HKD", "Hong Kong Dollar", 0.05, 0.128),
        Extra("--", "Receivables for Securities Sold", 0.03),
        _future("MES", "MSCI Emerging Markets", -0.02, 1_380, day),
    )


def _bnd_extras(_day: date) -> tuple[Extra, ...]:
    return (Extra("", "Mktliq 12/31/2049", 0.62), Extra("USD", "U.S. Dollar", -0.28))


def _gold(_day: date) -> tuple[Extra, ...]:
    return (Extra("", "Gold Bullion", 100.0, 4_120),)


_ALL = (
    Portfolio("VTI", "SAMPLE Vanguard Total Stock Market ETF", "NYSE Arca", "40712001", 560, 335, 3_900_000,
              _total_us, _vti_extras, holdings_lag=2),
    Portfolio("VOO", "SAMPLE Vanguard S&P 500 ETF", "NYSE Arca", "40712002", 800, 628, 7_400_000,
              _sp500, _voo_extras, holdings_lag=2),
    Portfolio("QQQ", "SAMPLE Invesco QQQ Trust ETF", "NASDAQ", "40712003", 402, 617, 52_000_000,
              _nasdaq_100, _qqq_extras, power=0.8, swing=0.07),
    Portfolio("SPY", "SAMPLE SPDR S&P 500 ETF Trust", "NYSE Arca", "40712004", 703, 683, 71_000_000,
              _spy, _spy_extras),
    Portfolio("VEA", "SAMPLE Vanguard FTSE Developed Markets ETF", "NYSE Arca", "40712005", 188, 61.5, 12_500_000,
              _developed, _vea_extras, moves_like="foreign stocks", holdings_lag=2),
    Portfolio("VWO", "SAMPLE Vanguard FTSE Emerging Markets ETF", "NYSE Arca", "40712006", 106, 54.2, 9_800_000,
              _emerging, _vwo_extras, moves_like="foreign stocks", holdings_lag=2),
    Portfolio("BND", "SAMPLE Vanguard Total Bond Market ETF", "NASDAQ", "40712007", 143, 74.3, 6_900_000,
              _bond_market, _bnd_extras, swing=0.012, moves_like="bonds", holdings_lag=2),
    Portfolio("GLD", "SAMPLE SPDR Gold Shares", "NYSE Arca", "40712008", 148, 379, 11_200_000,
              _nothing, _gold, moves_like="gold"),
)  # fmt: skip
PORTFOLIOS = {portfolio.symbol: portfolio for portfolio in _ALL}
"""The sample funds by their symbol."""
