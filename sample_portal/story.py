"""What the sample funds hold on a date: the story of their trades, flows, splits and reconstitutions.

It runs through the lists of ANCHOR, in both directions, and depends on the date alone:

- Prices move every session, the same security's alike in every fund.
- Creations and redemptions scale all lines of a basket by one factor. Cash does not follow.
- VWO and BND trade some lines every session; the index funds do on every fourth, when one line or two join and leave.
- Once in four sessions a company splits its shares 10:1, in every fund that holds it.
- What is bought is paid out of the fund's cash line, so the value of a share of the fund moves with prices only.

`sample_portal.truth` tells what happened between two dates.
"""

import math
from collections.abc import Iterator
from datetime import date
from functools import lru_cache
from typing import NamedTuple
from zlib import crc32

from sample_portal.companies import Company, real_companies
from sample_portal.market import SPLIT_RHYTHM, market_level, phase_of, split_level, swing_of, wave, wave_at
from sample_portal.portfolios import Extra, Portfolio, Trading
from sample_portal.rhythm import ANCHOR, Switch, first_session, session_number
from sample_portal.sessions import session_on_or_before, sessions_before

_BILLION = 1e9
_UNITS = 6
_UNIT, _OTHER_UNIT = 0.0005, 0.0007
"""What one creation unit adds to a fund at the anchor, as a fraction; in the second basket it is another one."""
_SPLIT_PRICE = 50
"""Companies with a price of at least so many USD split their shares."""


class Position(NamedTuple):
    """One line of a fund on a date."""

    symbol: str
    name: str
    shares: float
    """Not rounded."""
    price: float
    """USD for a share, as shares stood on that date."""
    shown_price: float
    """The same, so that the anchor's list has the market value that its weight gives."""
    level: float
    """Shares by the fund's own trades alone, the anchor's being 1: without flows and splits."""
    splits: float
    """Shares that one share of the anchor date has become by splits."""
    basket: int | None
    """Which flows scale the line; None for cash and futures."""


class _Line(NamedTuple):
    """One line of a fund as it stands at the anchor, or would if it were held then."""

    symbol: str
    name: str
    shares: float
    price: float
    """Where both waves are at 1."""
    shown: float
    """What the price is multiplied with to be the shown one."""
    phase: float
    swing: float
    switch: Switch | None
    split: Switch | None
    basket: int


def holdings_date(portfolio: Portfolio, day: date) -> date:
    """The date of the holdings that the portal shows after the close of `day`."""
    return sessions_before(session_on_or_before(day), portfolio.holdings_lag)


@lru_cache(maxsize=128)
def positions(portfolio: Portfolio, day: date) -> tuple[Position, ...]:
    """All lines of the fund on a session's day, in no order."""
    return (*_stocks(portfolio, day), *_others(portfolio, day))


@lru_cache(maxsize=512)
def price_of_fund(portfolio: Portfolio, day: date) -> float:
    """USD for one share of the fund on a session's day; it moves with the prices of what the fund holds."""
    at_anchor = portfolio.price * wave(portfolio.moves_like, ANCHOR, portfolio.swing)
    return at_anchor * _value(portfolio, day.year, day) / _anchor_value(portfolio) * _link(portfolio, day.year)


def prices(portfolio: Portfolio, held_on: date, day: date) -> dict[tuple[str, str], float]:
    """USD on `day` for all that the fund held on another day, by symbol and name; for a share as before any split."""
    ordinal, market = day.toordinal(), market_level(portfolio.market, day)
    extras = {
        (extra.symbol, extra.name): extra.price * (_extra_level(extra, portfolio, day) if extra.moves_like else 1)
        for extra in portfolio.extras(held_on)
    }
    lines = _lines(portfolio, held_on.year)
    return {(line.symbol, line.name): _price(line, ordinal, market) for line in lines} | extras


def factor(portfolio: Portfolio, basket: int, day: date) -> float:
    """What creations and redemptions have multiplied the shares of a basket's lines by since the anchor."""
    units = _units(portfolio, basket, session_number(day))
    since = units - _units(portfolio, basket, session_number(_anchor(portfolio)))
    return (1 + (_OTHER_UNIT if basket else _UNIT) * since) * _link(portfolio, day.year)


def _units(portfolio: Portfolio, basket: int, session: int) -> int:
    phase = phase_of(f"flows {portfolio.symbol} {basket}")
    return round(_UNITS * (math.sin(session * 0.9 + phase) + 0.5 * math.sin(session * 2.3 + phase * 2)))


def _anchor(portfolio: Portfolio) -> date:
    return holdings_date(portfolio, ANCHOR)


@lru_cache(maxsize=32)
def _anchor_value(portfolio: Portfolio) -> float:
    return _value(portfolio, ANCHOR.year, ANCHOR)


@lru_cache(maxsize=64)
def _link(portfolio: Portfolio, year: int) -> float:
    """A fund that is renewed yearly buys its new lines with what the old ones bring: their common factor since then."""
    if not portfolio.renewed_yearly or year == ANCHOR.year:
        return 1.0
    if year > ANCHOR.year:
        day = first_session(year)
        return _link(portfolio, year - 1) * _value(portfolio, year - 1, day) / _value(portfolio, year, day)
    day = first_session(year + 1)
    return _link(portfolio, year + 1) * _value(portfolio, year + 1, day) / _value(portfolio, year, day)


def _value(portfolio: Portfolio, year: int, day: date) -> float:
    """USD of all lines of `year` on `day`, had there been no flows."""
    lines, cash = _lines(portfolio, year), _cash(portfolio, year, day)
    session, ordinal, market = session_number(day), day.toordinal(), market_level(portfolio.market, day)
    stocks = sum(_level(line, session) * line.shares * _price(line, ordinal, market) for line in lines)
    others = sum(
        extra.weight / 100 * _assets(portfolio) * (_extra_level(extra, portfolio, day) if extra.moves_like else 1)
        for extra in portfolio.extras(day)
    )
    return stocks + others + cash


def _stocks(portfolio: Portfolio, day: date) -> Iterator[Position]:
    session, ordinal, market = session_number(day), day.toordinal(), market_level(portfolio.market, day)
    factors = [factor(portfolio, basket, day) for basket in (0, 1)]
    for line in _lines(portfolio, day.year):
        if level := _level(line, session):
            splits = split_level(line.split.turns(session)) if line.split else 1.0
            shares = line.shares * level * splits * factors[line.basket]
            price = _price(line, ordinal, market) / splits
            shown = price * line.shown
            yield Position(line.symbol, line.name, shares, price, shown, level, splits, line.basket)


def _others(portfolio: Portfolio, day: date) -> Iterator[Position]:
    """Cash, receivables, futures, bullion."""
    flows, link = factor(portfolio, 0, day), _link(portfolio, day.year)
    extras = portfolio.extras(day)
    settled = _cash(portfolio, day.year, day)
    amounts = [_amount(extra, portfolio, day) for extra in extras]
    # What receivables and payables bring or cost goes through the cash line too.
    settled -= sum(amount - _amount(extra, portfolio, None) for extra, amount in zip(extras, amounts, strict=True))
    for extra, amount in zip(extras, amounts, strict=True):
        shares = (amount + (settled if extra.settles else 0)) / extra.price
        price = extra.price * (_extra_level(extra, portfolio, day) if extra.moves_like else 1)
        shown = price * _correction(_amount(extra, portfolio, None), extra.price)
        scale = flows if extra.moves_like else link
        basket = 0 if extra.moves_like and not extra.is_future else None
        yield Position(extra.symbol, extra.name, shares * scale, price, shown, 1.0, 1.0, basket)


def _amount(extra: Extra, portfolio: Portfolio, day: date | None) -> float:
    """USD of a line at the anchor's price; of receivables and payables as they come and go, None: at the anchor."""
    amount = extra.weight / 100 * _assets(portfolio)
    if day is None or extra.moves_like or extra.settles:
        return amount
    return amount * wave(extra.name, day, 0.3) / wave(extra.name, _anchor(portfolio), 0.3)


def _extra_level(extra: Extra, portfolio: Portfolio, day: date) -> float:
    return market_level(extra.moves_like, day) / market_level(extra.moves_like, _anchor(portfolio))


def _price(line: _Line, ordinal: int, market: float) -> float:
    return line.price * wave_at(line.phase, ordinal, line.swing) * market


def _level(line: _Line, session: int) -> float:
    return line.switch.level(line.switch.turns(session)) if line.switch else 1.0


@lru_cache(maxsize=512)
def _cash(portfolio: Portfolio, year: int, day: date) -> float:
    """USD that the fund's trades since the anchor have brought, less what they cost."""
    return -sum(_spent(line, portfolio, session_number(day)) for line in _lines(portfolio, year) if line.switch)


def _spent(line: _Line, portfolio: Portfolio, session: int) -> float:
    if line.switch is None:
        return 0.0
    turns, spent = line.switch.turns(session), 0.0
    for turn in range(min(turns, 0) + 1, max(turns, 0) + 1):
        day = line.switch.day_of(turn)
        bought = line.shares * (line.switch.level(turn) - line.switch.level(turn - 1))
        spent += bought * _price(line, day.toordinal(), market_level(portfolio.market, day))
    return spent if turns > 0 else -spent


@lru_cache(maxsize=64)
def _lines(portfolio: Portfolio, year: int) -> tuple[_Line, ...]:
    """All lines of the fund but the extras, with those that join it at another time than the anchor."""
    if not portfolio.renewed_yearly and year != ANCHOR.year:
        return _lines(portfolio, ANCHOR.year)
    day = _anchor(portfolio)
    pairs = portfolio.reconstitution.pairs() if portfolio.reconstitution else ()
    changes = _changes_of_members(portfolio, pairs)
    members = portfolio.members(day if year == day.year else first_session(year))
    companies = (*members, *(joins for _, joins in pairs))
    return tuple(_line(portfolio, company, day, changes.get(_key(company))) for company in companies)


def _line(portfolio: Portfolio, company: Company, day: date, change: Switch | None) -> _Line:
    """A company's line on `day`, the anchor's; `change` is how it leaves or joins the fund."""
    key = _key(company)
    weight = _size(portfolio, company, day) * _per_cent(portfolio)
    value = weight / 100 * _assets(portfolio)
    price = company.price * _anchor_wave(portfolio, company, day)
    swing = swing_of(portfolio.market)
    split = _splits().get((company.symbol, company.name))
    return _Line(
        symbol=company.symbol,
        name=company.name,
        shares=value / price,
        price=price / (wave(key, day, swing) * market_level(portfolio.market, day)),
        shown=_correction(value, price),
        phase=phase_of(key),
        swing=swing,
        switch=change or (None if split else _trade(portfolio.trading, key, weight)),
        split=split,
        basket=_basket(portfolio, key),
    )


def _changes_of_members(portfolio: Portfolio, pairs: tuple[tuple[Company, Company], ...]) -> dict[str, Switch]:
    """The switches of the companies that leave and of those that join, by their keys."""
    switches = {}
    if portfolio.reconstitution:
        rhythm, at_once = portfolio.reconstitution.rhythm, portfolio.reconstitution.at_once
        for number, (leaves, joins) in enumerate(pairs):
            when = (rhythm, number // at_once, len(pairs) // at_once)
            switches[_key(leaves)] = Switch(*when, off=1, on=0)
            switches[_key(joins)] = Switch(*when, off=0, on=1)
    return switches


def _trade(trading: Trading | None, key: str, weight: float) -> Switch | None:
    """When and how much the fund trades a line that it keeps; None for most lines."""
    seed = crc32(f"trade {key}".encode())
    if trading is None or seed % trading.one_in or weight > trading.most_weight:
        return None
    seed //= trading.one_in
    part = trading.largest * (0.25 + 0.75 * (seed // trading.period % 16) / 15)
    is_bought = seed // trading.period // 16 % 2 == 0
    return Switch(trading.rhythm, seed % trading.period, trading.period, off=1, on=1 + (part if is_bought else -part))


@lru_cache(maxsize=1)
def _splits() -> dict[tuple[str, str], Switch]:
    """When each of the companies that split does so, by symbol and name; no fund trades these."""
    in_both = [company for company in real_companies("US") if company.indexes == "SN"]
    # Not one class of shares without the other, and none of the smallest, which may leave the Nasdaq-100.
    staying = sorted(in_both, key=lambda company: -company.size)[: len(in_both) * 5 // 6]
    dear = [company for company in staying if company.price >= _SPLIT_PRICE and " Class " not in company.name]
    shuffled = sorted(dear, key=lambda company: crc32(f"split {company.symbol}".encode()))
    rounds = [Switch(SPLIT_RHYTHM, number, len(shuffled)) for number in range(len(shuffled))]
    return {(company.symbol, company.name): when for company, when in zip(shuffled, rounds, strict=True)}


def _basket(portfolio: Portfolio, key: str) -> int:
    return int(portfolio.second_basket and crc32(f"basket {key}".encode()) % 3 == 0)


def _key(company: Company) -> str:
    return company.symbol.strip("-") or company.name


def _size(portfolio: Portfolio, company: Company, day: date) -> float:
    size: float = (company.size * _anchor_wave(portfolio, company, day)) ** portfolio.power
    return size


def _anchor_wave(portfolio: Portfolio, company: Company, day: date) -> float:
    """How far a price has moved from its base by the anchor date; bonds without a symbol of their own have one wave."""
    return wave(company.symbol or company.name, day, portfolio.swing)


@lru_cache(maxsize=32)
def _per_cent(portfolio: Portfolio) -> float:
    """Per cent of the fund for one unit of `_size`, so that the anchor's list sums to 100 %."""
    day = _anchor(portfolio)
    sizes = sum(_size(portfolio, company, day) for company in portfolio.members(day))
    return (100 - sum(extra.weight for extra in portfolio.extras(day))) / (sizes or 1)


@lru_cache(maxsize=32)
def _assets(portfolio: Portfolio) -> float:
    return portfolio.assets * _BILLION * wave(portfolio.moves_like, _anchor(portfolio), portfolio.swing)


def _correction(value: float, price: float) -> float:
    """The anchor's list has whole shares and whole dollars: between their ratio and the price lies this factor."""
    shares = round(value / price)
    return round(value) / shares / price if shares else 1.0
