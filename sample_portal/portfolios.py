"""How the sample funds are made up: which companies or bonds, by which weighting, what else they hold, what they trade.

Eight hold whole markets and trade; the seven that stand for a factor only take flows in.
"""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import date, timedelta
from typing import NamedTuple

from sample_portal.bonds import bonds
from sample_portal.companies import Company, invented_companies, newcomers, real_companies
from sample_portal.market import BONDS, GOLD, STOCKS
from sample_portal.rhythm import ANCHOR, Rhythm

_QUARTER_LETTERS = {3: "H", 6: "M", 9: "U", 12: "Z"}
_SP500_COMPANIES = 503
_SMALL_US_COMPANIES = 3_200

# No index fund does anything but take flows in on the sessions that none of these names.
_SP500_CHANGES = Rhythm(every=4, first=1)
_OTHER_CHANGES = Rhythm(every=4, first=3)
_EVERY_SESSION = Rhythm(every=1, first=0)


class Extra(NamedTuple):
    """A line that is no stock: cash, receivables, a future. `weight` in per cent, may be negative; `price` in USD."""

    symbol: str
    name: str
    weight: float
    price: float = 1.0
    moves_like: str = ""
    """The market whose prices its price follows, and then creations and redemptions scale it; cash does neither."""
    settles: bool = False
    """Whether the fund pays for what it buys out of this line, and is paid into it for what it sells."""
    is_future: bool = False


class Trading(NamedTuple):
    """How a fund trades lines that it keeps: one line in `one_in`, each at its own step of the rhythm.

    `largest` is the size of a trade at most, as a fraction of the line; lines above `most_weight` per cent of the fund
    are not traded.
    """

    rhythm: Rhythm
    one_in: int
    period: int
    largest: float
    most_weight: float


class Reconstitution(NamedTuple):
    """How a fund follows its index: of these pairs of companies `at_once` change places at each step of the rhythm."""

    rhythm: Rhythm
    pairs: Callable[[], tuple[tuple[Company, Company], ...]]
    """The company that leaves, and the one that joins."""
    at_once: int = 1


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
    """How far prices have moved from their base by the anchor date, as a fraction."""
    moves_like: str = "US stocks"
    """Funds of the same market have moved alike by the anchor date."""
    market: str = STOCKS
    """What its prices rise and fall with, day by day."""
    holdings_lag: int = 1
    """Sessions between the quote and the holdings date."""
    trading: Trading | None = None
    reconstitution: Reconstitution | None = None
    second_basket: bool = False
    """Whether creations and redemptions move one line in three by a factor of its own."""
    renewed_yearly: bool = False
    """Whether the members are others in each year."""


def _next_future(day: date) -> tuple[str, str]:
    """Code and month of the next quarterly future: (`Z6`, `Dec 26`)."""
    month = day.replace(day=1)
    while month.month not in _QUARTER_LETTERS or (month.replace(day=15) < day):
        month = (month + timedelta(days=32)).replace(day=1)
    return f"{_QUARTER_LETTERS[month.month]}{month.year % 10}", f"{month:%b %y}"


def _future(root: str, index: str, weight: float, price: float, day: date) -> Extra:
    code, month = _next_future(day)
    return Extra(f"{root}{code}", f"{index} Future {month}", weight, price, moves_like=STOCKS, is_future=True)


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


def _style(letter: str) -> Callable[[date], tuple[Company, ...]]:
    """The real companies of one style. A company may have several, and many have none."""
    return lambda _day: tuple(company for company in real_companies("US") if letter in company.styles)


def _small(_day: date) -> tuple[Company, ...]:
    # Behind those that the S&P 500 funds hold, and those that join them.
    return _small_us_companies()[270:450]


def _sp500_pairs() -> tuple[tuple[Company, Company], ...]:
    # The smallest company stays: it is how the two funds differ.
    companies, held = _small_us_companies(), _SP500_COMPANIES - sum("S" in c.indexes for c in real_companies("US"))
    return tuple((companies[held - 2 - number], companies[held + number]) for number in range(40))


def _nasdaq_pairs() -> tuple[tuple[Company, Company], ...]:
    smallest = sorted(_nasdaq_100(ANCHOR), key=lambda company: company.size)[:12]
    return tuple(zip(smallest, _small_us_companies(), strict=False))


def _total_us_pairs() -> tuple[tuple[Company, Company], ...]:
    return newcomers("US", _SMALL_US_COMPANIES, _small_us_companies()[900:940])


def _developed_pairs() -> tuple[tuple[Company, Company], ...]:
    companies = invented_companies("DM", 1_100, largest=28, spread=420)
    return newcomers("DM", len(companies), companies[200:240])


def _emerging_pairs() -> tuple[tuple[Company, Company], ...]:
    companies = invented_companies("EM", 2_000, largest=9, spread=780)
    return newcomers("EM", len(companies), companies[300:340])


def _vti_extras(day: date) -> tuple[Extra, ...]:
    return (
        _future("ES", "S&P 500 E-Mini", 0.11, 6_600, day),
        Extra("", "Receivables for Securities Sold", 0.05),
        Extra("USD", "U.S. Dollar", 0.03, settles=True),
        Extra("--", "Sample Oldbury Pharma Contingent Value Rights", 0.0004, 1.25, moves_like=STOCKS),
        Extra("", "Payables for Securities Bought", -0.06),
    )


def _voo_extras(day: date) -> tuple[Extra, ...]:
    return (
        Extra("", "Dividends Receivable", 0.07),
        Extra("USD", "U.S. Dollar", 0.02, settles=True),
        _future("ES", "S&P 500 E-Mini", -0.01, 6_600, day),
    )


def _spy_extras(_day: date) -> tuple[Extra, ...]:
    return (Extra("USD", "U.S. Dollar", 0.06, settles=True), Extra("--", "Dividends Receivable", 0.05))


def _qqq_extras(_day: date) -> tuple[Extra, ...]:
    return (Extra("USD", "U.S. Dollar", 0.04, settles=True),)


def _vea_extras(_day: date) -> tuple[Extra, ...]:
    return (
        Extra("EUR", "Euro", 0.06, 1.16, settles=True),
        Extra("JPY", "Japanese Yen", 0.03, 0.0065),
        Extra("", "Tax Reclaims Receivable", 0.04),
    )


def _vwo_extras(day: date) -> tuple[Extra, ...]:
    return (
        Extra("HKD", "Hong Kong Dollar", 0.05, 0.128, settles=True),
        Extra("--", "Receivables for Securities Sold", 0.03),
        _future("MES", "MSCI Emerging Markets", -0.02, 1_380, day),
    )


def _bnd_extras(_day: date) -> tuple[Extra, ...]:
    return (Extra("", "Mktliq 12/31/2049", 0.62), Extra("USD", "U.S. Dollar", -0.28, settles=True))


def _gold(_day: date) -> tuple[Extra, ...]:
    return (Extra("", "Gold Bullion", 100.0, 4_120, moves_like=GOLD),)


def _dollars(_day: date) -> tuple[Extra, ...]:
    return (Extra("USD", "U.S. Dollar", 0.15, settles=True),)


_ALL = (
    Portfolio("VTI", "SAMPLE Vanguard Total Stock Market ETF", "NYSE Arca", "40712001", 560, 335, 3_900_000,
              _total_us, _vti_extras, holdings_lag=2,
              trading=Trading(_SP500_CHANGES, one_in=8, period=16, largest=0.02, most_weight=0.3),
              reconstitution=Reconstitution(_SP500_CHANGES, _total_us_pairs)),
    Portfolio("VOO", "SAMPLE Vanguard S&P 500 ETF", "NYSE Arca", "40712002", 800, 628, 7_400_000,
              _sp500, _voo_extras, holdings_lag=2,
              trading=Trading(_SP500_CHANGES, one_in=4, period=16, largest=0.02, most_weight=0.3),
              reconstitution=Reconstitution(_SP500_CHANGES, _sp500_pairs)),
    Portfolio("QQQ", "SAMPLE Invesco QQQ Trust ETF", "NASDAQ", "40712003", 402, 617, 52_000_000,
              _nasdaq_100, _qqq_extras, power=0.8, swing=0.07,
              trading=Trading(_OTHER_CHANGES, one_in=2, period=4, largest=0.02, most_weight=1.5),
              reconstitution=Reconstitution(_OTHER_CHANGES, _nasdaq_pairs, at_once=2)),
    Portfolio("SPY", "SAMPLE SPDR S&P 500 ETF Trust", "NYSE Arca", "40712004", 703, 683, 71_000_000,
              _spy, _spy_extras,
              trading=Trading(_SP500_CHANGES, one_in=4, period=16, largest=0.02, most_weight=0.3),
              reconstitution=Reconstitution(_SP500_CHANGES, _sp500_pairs)),
    Portfolio("VEA", "SAMPLE Vanguard FTSE Developed Markets ETF", "NYSE Arca", "40712005", 188, 61.5, 12_500_000,
              _developed, _vea_extras, moves_like="foreign stocks", holdings_lag=2,
              trading=Trading(_OTHER_CHANGES, one_in=8, period=16, largest=0.02, most_weight=0.3),
              reconstitution=Reconstitution(_OTHER_CHANGES, _developed_pairs)),
    Portfolio("VWO", "SAMPLE Vanguard FTSE Emerging Markets ETF", "NYSE Arca", "40712006", 106, 54.2, 9_800_000,
              _emerging, _vwo_extras, moves_like="foreign stocks", holdings_lag=2,
              trading=Trading(_EVERY_SESSION, one_in=6, period=20, largest=0.08, most_weight=0.3),
              reconstitution=Reconstitution(_OTHER_CHANGES, _emerging_pairs), second_basket=True),
    Portfolio("BND", "SAMPLE Vanguard Total Bond Market ETF", "NASDAQ", "40712007", 143, 74.3, 6_900_000,
              _bond_market, _bnd_extras, swing=0.012, moves_like="bonds", market=BONDS, holdings_lag=2,
              trading=Trading(_EVERY_SESSION, one_in=10, period=20, largest=0.08, most_weight=0.3),
              renewed_yearly=True),
    Portfolio("GLD", "SAMPLE SPDR Gold Shares", "NYSE Arca", "40712008", 148, 379, 11_200_000,
              _nothing, _gold, moves_like="gold", market=GOLD),
    Portfolio("VTV", "SAMPLE Vanguard Value ETF", "NYSE Arca", "40712009", 152, 187, 2_900_000,
              _style("V"), _dollars, holdings_lag=2),
    Portfolio("VUG", "SAMPLE Vanguard Growth ETF", "NYSE Arca", "40712010", 204, 489, 1_200_000,
              _style("G"), _dollars, holdings_lag=2),
    Portfolio("VB", "SAMPLE Vanguard Small-Cap ETF", "NYSE Arca", "40712011", 69, 258, 800_000,
              _small, _dollars, holdings_lag=2),
    Portfolio("MTUM", "SAMPLE iShares MSCI USA Momentum Factor ETF", "Cboe BZX", "40712012", 21, 257, 700_000,
              _style("M"), _dollars, power=0.7),
    Portfolio("QUAL", "SAMPLE iShares MSCI USA Quality Factor ETF", "Cboe BZX", "40712013", 53, 196, 1_100_000,
              _style("Q"), _dollars, power=0.6),
    Portfolio("USMV", "SAMPLE iShares MSCI USA Min Vol Factor ETF", "Cboe BZX", "40712014", 23, 95, 1_700_000,
              _style("L"), _dollars, power=0.25),
    Portfolio("SCHD", "SAMPLE Schwab U.S. Dividend Equity ETF", "NYSE Arca", "40712015", 72, 27.4, 15_000_000,
              _style("D"), _dollars, power=0.5),
)  # fmt: skip
PORTFOLIOS = {portfolio.symbol: portfolio for portfolio in _ALL}
"""The sample funds by their symbol."""
