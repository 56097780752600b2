"""The sample funds: what each holds and how it is quoted on a day. Pure: the same symbol and day give the same fund."""

import math
from datetime import date
from decimal import Decimal
from functools import lru_cache
from typing import NamedTuple
from zlib import crc32

from sample_portal.portfolios import PORTFOLIOS, Portfolio
from sample_portal.sessions import session_on_or_before, sessions_before
from sample_portal.story import Position, holdings_date, positions, price_of_fund

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
    rows = []
    for rank, size in enumerate(sizes):
        weight = size * per_cent
        value = weight / 100 * total
        rows.append(_row(f"ZM{rank:05}", f"Sample Multitude {rank} Inc", weight, round(value / 50), value))
    return tuple(rows)


@lru_cache(maxsize=64)
def _build(portfolio: Portfolio, session: date) -> Fund:
    as_of = holdings_date(portfolio, session)
    return Fund(
        symbol=portfolio.symbol,
        name=portfolio.name,
        exchange=portfolio.exchange,
        issue=portfolio.issue,
        holdings_as_of=as_of,
        quote=_quote(portfolio, session),
        rows=_rows(positions(portfolio, as_of)),
    )


def _rows(lines: tuple[Position, ...]) -> tuple[Row, ...]:
    """The lines with whole shares and dollars and a weight of two decimals, as in a real list."""
    total = sum(line.shares * line.price for line in lines)
    weights = [line.shares * line.price / total * 100 for line in lines]
    # Lines of equal value stand by name, whatever the last digits of a float are.
    ordered = sorted(zip(weights, lines, strict=True), key=lambda pair: (-round(pair[0], 9), pair[1].name))
    rows = []
    for weight, line in ordered:
        shares = round(line.shares)
        rows.append(_row(line.symbol, line.name, weight, shares, shares * line.shown_price))
    return tuple(rows)


def _row(symbol: str, name: str, weight: float, shares: int, value: float) -> Row:
    # Each is rounded on its own, as in a real list; the sign stays on all three.
    return Row(symbol, name, Decimal(round(weight * 100)).scaleb(-2), shares, round(value))


def _quote(portfolio: Portfolio, session: date) -> Quote:
    last, before = (
        Decimal(price_of_fund(portfolio, day)).quantize(_CENT) for day in (session, sessions_before(session, 1))
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
