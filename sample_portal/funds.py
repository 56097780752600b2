"""The sample funds: what each holds and how it is quoted on a day. Pure: the same symbol and day give the same fund."""

import math
from collections.abc import Iterable
from datetime import date, timedelta
from decimal import Decimal
from functools import lru_cache
from typing import NamedTuple
from zlib import crc32

from sample_portal.companies import Company
from sample_portal.portfolios import PORTFOLIOS, Extra, Portfolio
from sample_portal.sessions import session_on_or_before

_CENT = Decimal("0.01")
_BILLION = 1e9


class Row(NamedTuple):
    """One line of a fund. A None is shown as an empty cell, as is an empty symbol."""

    symbol: str
    name: str
    weight_pct: Decimal | None
    """Per cent of the fund, two decimals."""
    shares: int | Decimal | None
    market_value: int | Decimal | None
    """US dollars."""


class Quote(NamedTuple):
    """Prices in USD, sizes and volume in shares; they hold at the close of `session`."""

    last_price: Decimal
    change: Decimal
    change_pct: Decimal
    bid: Decimal
    bid_size: int
    ask: Decimal
    ask_size: int
    volume: int
    session: date


class Fund(NamedTuple):
    """What the portal says of a fund. `rows` are sorted by weight, the largest first."""

    symbol: str
    name: str
    exchange: str
    issue: str
    holdings_as_of: date
    quote: Quote
    rows: tuple[Row, ...]


def fund(symbol: str, day: date) -> Fund | None:
    """The fund as the portal shows it after the close of `day`, or None for a symbol that is no sample fund.

    The quote is of the last session up to `day`, the holdings of one or two sessions before that.
    """
    portfolio = PORTFOLIOS.get(symbol)
    return _build(portfolio, session_on_or_before(day)) if portfolio else None


def many_rows(count: int) -> tuple[Row, ...]:
    """`count` lines of invented companies with weights that sum to about 100 %: a fund as large as one likes."""
    total = 50 * _BILLION
    sizes = [math.exp(-20 * rank / count) for rank in range(count)]
    per_cent = 100 / (sum(sizes) or 1)
    return tuple(
        _row(f"ZM{rank:05}", f"Sample Multitude {rank} Inc", size * per_cent, total, 50.0)
        for rank, size in enumerate(sizes)
    )


def _sessions_before(session: date, count: int) -> date:
    for _ in range(count):
        session = session_on_or_before(session - timedelta(days=1))
    return session


@lru_cache(maxsize=64)
def _build(portfolio: Portfolio, session: date) -> Fund:
    as_of = _sessions_before(session, portfolio.holdings_lag)
    return Fund(
        symbol=portfolio.symbol,
        name=portfolio.name,
        exchange=portfolio.exchange,
        issue=portfolio.issue,
        holdings_as_of=as_of,
        quote=_quote(portfolio, session),
        rows=_rows(portfolio, as_of),
    )


def _rows(portfolio: Portfolio, as_of: date) -> tuple[Row, ...]:
    """Weights in proportion to what each company is worth on that day, to the portfolio's power."""
    assets = portfolio.assets * _BILLION * _drift(portfolio.moves_like, as_of, portfolio.swing)
    lines = _priced(portfolio.members(as_of), as_of, portfolio.swing)
    powers = [size**portfolio.power for _, size, _ in lines]
    extras = portfolio.extras(as_of)
    per_cent = (100 - sum(extra.weight for extra in extras)) / (sum(powers) or 1)
    rows = [
        (power * per_cent, company.symbol, company.name, price)
        for (company, _, price), power in zip(lines, powers, strict=True)
    ]
    rows += [_extra(extra) for extra in extras]
    rows.sort(key=lambda row: (-row[0], row[2]))
    return tuple(_row(symbol, name, weight, assets, price) for weight, symbol, name, price in rows)


def _extra(extra: Extra) -> tuple[float, str, str, float]:
    return extra.weight, extra.symbol, extra.name, extra.price


def _priced(companies: Iterable[Company], day: date, swing: float) -> list[tuple[Company, float, float]]:
    """Each company with its size and price on that day."""
    priced = []
    for company in companies:
        drift = _drift(company.symbol or company.name, day, swing)
        priced.append((company, company.size * drift, company.price * drift))
    return priced


def _row(symbol: str, name: str, weight: float, assets: float, price: float) -> Row:
    # The market value comes from the weight before it is rounded, as in a real list; the sign stays on both.
    value = weight / 100 * assets
    return Row(symbol, name, Decimal(round(weight * 100)).scaleb(-2), round(value / price), round(value))


def _drift(key: str, day: date, swing: float) -> float:
    """What a price is on `day`, relative to its base: a slow wave and a fast one, each key with its own phase."""
    phase = crc32(key.encode()) % 6283 / 1000
    ordinal = day.toordinal()
    return 1 + swing * (math.sin(ordinal / 29 + phase) + 0.15 * math.sin(ordinal * 2.1 + phase * 7))


def _quote(portfolio: Portfolio, session: date) -> Quote:
    last, before = (
        Decimal(portfolio.price * _drift(portfolio.moves_like, day, portfolio.swing)).quantize(_CENT)
        for day in (session, _sessions_before(session, 1))
    )
    change = last - before
    seed = crc32(f"{portfolio.symbol} {session}".encode())
    return Quote(
        last_price=last,
        change=change,
        change_pct=(change / before * 100).quantize(_CENT),
        bid=last - _CENT,
        bid_size=100 * (1 + seed % 19),
        ask=last + _CENT * (1 + seed % 2),
        ask_size=100 * (1 + seed // 19 % 23),
        volume=int(portfolio.volume * (0.7 + seed % 600 / 1000)),
        session=session,
    )
