"""The lines of a report: what a sample fund holds on a date, as its filer writes it."""

from collections.abc import Iterable, Iterator
from dataclasses import dataclass, replace
from datetime import date, timedelta
from zlib import crc32

from sample_portal.portfolios import PORTFOLIOS
from sample_portal.story import Position, positions
from sample_sec.countries import exchange_rate, place_of
from sample_sec.identifiers import cusip, isin, lei
from sample_sec.registrants import Registrant, Series, Style
from sample_sec.spelling import spelled

ABSENT = "N/A"
ZERO_CUSIP = "000000000"
MARKETS = {"VEA": "DM", "VWO": "EM"}
_SAME_SECURITY = {"Shopify Inc Registered Shs -A- Subord Vtg": "Shopify Inc Class A"}
"""Listed in two places under two names."""
_DIFFERENT_BALANCES = (0.95, 0.97, 1.03, 1.05)
_ONE_LINE_IN = 60
_LARGEST_DIFFERENT = 0.01
"""As a fraction of the fund; a line above it has the balance that the portal's list says."""
_WITHOUT_LEI = 25
"""One issuer in so many has none in the filing."""
_INDEX_FUTURES = {"ES": ("S&P 500 Index", "SPX", 50.0), "MES": ("MSCI Emerging Markets Index", "MXEF", 50.0)}


@dataclass(frozen=True, slots=True)
class Debt:
    """The terms of a bond; `coupon_pct` in per cent."""

    maturity: date
    kind: str
    coupon_pct: float


@dataclass(frozen=True, slots=True)
class Future:
    """The terms of a future on an index; `notional_usd` and `gain_usd` in US dollars, negative for a short one."""

    index_name: str
    index_code: str
    expiry: date
    is_long: bool
    notional_usd: float
    gain_usd: float


@dataclass(frozen=True, slots=True)
class Line:
    """One invstOrSec. `listed` is what the sample portal calls it, empty for a line that it does not list."""

    listed: str
    name: str
    title: str
    lei: str
    cusip: str
    isin: str
    """Empty if the line has none."""
    balance: float
    units: str
    value_usd: float
    asset_cat: str
    """A code, or `OTHER: ` and a description; so is `issuer_cat`."""
    issuer_cat: str
    country: str
    currency: str = "USD"
    exchange_rate: float | None = None
    payoff: str = "Long"
    level: int = 1
    is_restricted: bool = False
    ticker: str = ""
    other: tuple[str, str] | None = None
    """Kind and value of an identifier that is neither ISIN nor ticker."""
    debt: Debt | None = None
    future: Future | None = None


def held(series: Series, day: date) -> tuple[Position, ...]:
    """The positions of a fund after the close of a session's day, in the order of a list by name.

    Not kept: one fund takes about a megabyte, and a backfill asks for dozens.
    """
    found = positions.__wrapped__(PORTFOLIOS[series.holds_like], day)
    kept = (line for line in found if series.one_in == 1 or crc32(line.name.encode()) % series.one_in == 0)
    return tuple(sorted(kept, key=lambda line: (line.name, line.symbol)))


def lines_of_stocks(
    registrant: Registrant, series: Series, found: Iterable[Position], day: date, net_assets: float
) -> Iterator[Line]:
    """The lines of companies and of futures among these positions, in their order; cash and receivables have none."""
    market = MARKETS.get(series.holds_like, "US")
    for position in found:
        if position.basket is not None:
            yield _different(_stock(registrant.style, market, position, day), net_assets)
        elif "Future" in position.name or position.symbol.startswith("MES"):
            yield _future(position, day)


def money_market(value_usd: float, style: Style) -> Line:
    """The fund in which the fund's cash is kept; the portal lists it as cash, if at all."""
    family = {Style.VANGUARD: "Vanguard", Style.INVESCO: "Invesco", Style.STATE_STREET: "State Street"}[style]
    name = f"Sample {family} Market Liquidity Fund"
    return Line(
        listed="", name=name, title=name, lei=lei(name), cusip=ABSENT, isin="", balance=value_usd, units="NS",
        value_usd=value_usd, asset_cat="STIV", issuer_cat="RF", country="US", other=("FAID", "CMT999001"),
    )  # fmt: skip


def _stock(style: Style, market: str, position: Position, day: date) -> Line:
    spelling, place = spelled(position.name, style), place_of(market, position.symbol, position.name)
    key = _SAME_SECURITY.get(position.name, position.name)
    is_american_paper = position.name.endswith(" ADR") or place.country == "US"
    code = isin(key, "US" if is_american_paper else place.country)
    is_right, shares = "Contingent Value" in position.name, round(position.shares)
    rate = None if place.currency == "USD" else round(exchange_rate(place.currency, day), 8)
    return Line(
        listed=position.name,
        name=spelling.name,
        title=spelling.title,
        lei=ABSENT if crc32(spelling.name.encode()) % _WITHOUT_LEI == 0 else lei(spelling.name),
        cusip=_cusip(style, key, code),
        isin="" if is_right else code,
        balance=shares,
        units="NS",
        value_usd=round(shares * position.shown_price, 2),
        asset_cat="OTHER: Right" if is_right else "EP" if "Preferred" in position.name else "EC",
        issuer_cat="CORP",
        country="US" if market == "US" and style is Style.VANGUARD else place.country,
        currency=place.currency,
        exchange_rate=rate,
        level=3 if is_right else 1 if market == "US" else 2,
        is_restricted=is_right,
        other=("FAID", f"RGT{crc32(key.encode()) % 10**6:06}") if is_right else None,
    )


def _cusip(style: Style, key: str, code: str) -> str:
    if code[:2] in {"US", "CA"}:
        return cusip(key)
    return ZERO_CUSIP if style is Style.STATE_STREET else ABSENT


def _different(line: Line, net_assets: float) -> Line:
    """Now and then the filing has a few per cent more or fewer shares than the list."""
    seed = crc32(f"filed {line.listed}".encode())
    if seed % _ONE_LINE_IN or line.value_usd > _LARGEST_DIFFERENT * net_assets:
        return line
    by = _DIFFERENT_BALANCES[seed // _ONE_LINE_IN % len(_DIFFERENT_BALANCES)]
    balance = round(line.balance * by)
    return replace(line, balance=balance, value_usd=round(line.value_usd * balance / (line.balance or 1), 2))


def _future(position: Position, day: date) -> Line:
    """A future counts in the filing with its gain, where the list has its notional amount."""
    index_name, code, multiplier = _INDEX_FUTURES[position.symbol[:-2]]
    notional = position.shares * position.price
    contracts = max(1, round(abs(notional) / position.price / multiplier))
    gain = round(notional * (0.004 + crc32(f"{position.symbol} {day}".encode()) % 90 / 10_000 - 0.0045), 2)
    expiry = _third_friday(day)
    return Line(
        listed=position.name, name=ABSENT,
        title=f"{index_name.removesuffix(' Index').upper()} EMINI FUT  {expiry:%b%y}",
        lei=ABSENT, cusip=ABSENT, isin="", balance=contracts, units="NC", value_usd=gain, asset_cat="DE",
        issuer_cat="OTHER: N/A", country=ABSENT, payoff=ABSENT, ticker=position.symbol,
        future=Future(index_name, code, expiry, notional > 0, round(notional, 2), gain),
    )  # fmt: skip


def _third_friday(day: date) -> date:
    """When the next quarterly future after `day` expires."""
    month = day.replace(day=1)
    while True:
        expiry = month + timedelta(days=(4 - month.weekday()) % 7 + 14)
        if month.month % 3 == 0 and expiry > day:
            return expiry
        month = (month + timedelta(days=32)).replace(day=1)
