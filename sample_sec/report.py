"""One report on Form N-PORT: a fund's figures and lines on a date."""

from dataclasses import dataclass
from datetime import date
from functools import lru_cache
from itertools import pairwise
from typing import NamedTuple

from sample_portal.portfolios import PORTFOLIOS, Portfolio
from sample_portal.sessions import session_on_or_before
from sample_portal.story import Position, factor, price_of_fund
from sample_sec.bond_lines import lines_of_bonds
from sample_sec.filings import Content, Filing
from sample_sec.lines import Line, held, lines_of_stocks, money_market
from sample_sec.registrants import Registrant, Series, series_of

PERIODS = (("period3Mon", 0.25), ("period1Yr", 1.0), ("period5Yr", 5.0), ("period10Yr", 10.0), ("period30Yr", 30.0))
"""The form's attributes for key rates, with years."""
_MONEY_MARKET_PART = 0.0012
_BUSINESS_PART = 0.012
"""What comes and goes in a month besides the net flow, as a fraction of the fund."""
_DAYS_IN_YEAR = 365.25
_OTHER_CLASS_COSTS = 0.004
"""Per cent a month by which the other class of shares earns less."""


class Flow(NamedTuple):
    """US dollars that came into the fund and left it in one month, both at least 0."""

    sales: float
    reinvested: float
    redeemed: float


@dataclass(frozen=True)
class Report:
    """All that one document says. Money in US dollars, returns in per cent, months oldest first."""

    filing: Filing
    registrant: Registrant
    series: Series
    net_assets: float
    liabilities: float
    miscellaneous: float
    cash: float
    """Not in the lines."""
    returns: tuple[float, ...]
    """Of the ETF's class; three, or none."""
    flows: tuple[Flow, ...]
    risk: tuple[float, ...]
    """Of a bond fund: what one basis point costs at each of PERIODS."""
    lines: tuple[Line, ...]


def report_of(filing: Filing) -> Report:
    """The report that this filing holds."""
    registrant, series = series_of(filing.symbol)
    if filing.content is Content.FINAL:
        none = Flow(0.0, 0.0, 0.0)
        return Report(filing, registrant, series, 0.0, 0.0, 0.0, 0.0, (0.0, 0.0, 0.0), (none, none, none), (), ())
    portfolio = PORTFOLIOS[series.holds_like]
    day = session_on_or_before(filing.report_date)
    found = held(series, day)
    net_assets = round(sum(line.shares * line.price for line in found), 2)
    lines, miscellaneous = _lines(registrant, series, found, day, net_assets)
    extras = [line.shares * line.price for line in found if line.basket is None and "Future" not in line.name]
    ends = _month_ends(filing.report_date)
    return Report(
        filing=filing,
        registrant=registrant,
        series=series,
        net_assets=net_assets,
        liabilities=round(-sum(value for value in extras if value < 0), 2),
        miscellaneous=miscellaneous,
        cash=round(sum(value for value in extras if value > 0), 2),
        returns=tuple(_return(portfolio, first, last) for first, last in pairwise(ends)),
        flows=tuple(_flow(portfolio, first, last, net_assets) for first, last in pairwise(ends)),
        risk=_risk(lines, day) if series.holds_like == "BND" else (),
        lines=_as_filed(lines, filing.content),
    )


def returns_of_classes(report: Report) -> tuple[tuple[str, tuple[float, ...]], ...]:
    """The monthly returns of each class, those of the ETF's class last; a trust without classes has one without id."""
    *others, etf = report.series.class_ids or ("",)
    lower = tuple(value - _OTHER_CLASS_COSTS for value in report.returns)
    return (*((class_id, lower) for class_id in others), (etf, report.returns))


def _lines(
    registrant: Registrant, series: Series, found: tuple[Position, ...], day: date, net_assets: float
) -> tuple[list[Line], float]:
    """The lines, and what miscellaneous securities are worth: the smallest lines, which are left out."""
    if series.holds_like == "BND":
        lines = list(lines_of_bonds(found))
    else:
        lines = list(lines_of_stocks(registrant, series, found, day, net_assets))
    most, left_out = registrant.miscellaneous_pct / 100 * net_assets, set[int]()
    miscellaneous = 0.0
    for number in sorted(range(len(lines)), key=lambda number: lines[number].value_usd):
        value = lines[number].value_usd
        if miscellaneous + value > most:
            break
        if lines[number].future is None:
            miscellaneous += value
            left_out.add(number)
    lines = [line for number, line in enumerate(lines) if number not in left_out]
    # No filer sorts by weight or by name; the order is always the same.
    lines.sort(key=lambda line: (line.lei[-4:], line.title, line.listed))
    lines.append(money_market(round(net_assets * _MONEY_MARKET_PART, 2), registrant.style))
    return lines, round(miscellaneous, 2)


def _as_filed(lines: list[Line], content: Content) -> tuple[Line, ...]:
    if content is Content.NO_LINES:
        return ()
    return tuple(line for line in lines if content is Content.WHOLE or line.asset_cat != "STIV")


def _month_ends(report_date: date) -> tuple[date, ...]:
    """The last sessions of the report's month and of the three before it, the oldest first."""
    ends, first = [session_on_or_before(report_date)], report_date.replace(day=1)
    for _ in range(3):
        before = date.fromordinal(first.toordinal() - 1)
        ends.append(session_on_or_before(before))
        first = before.replace(day=1)
    return tuple(reversed(ends))


@lru_cache(maxsize=512)
def _return(portfolio: Portfolio, first: date, last: date) -> float:
    return (price_of_fund(portfolio, last) / price_of_fund(portfolio, first) - 1) * 100


def _flow(portfolio: Portfolio, first: date, last: date, net_assets: float) -> Flow:
    net = (factor(portfolio, 0, last) / factor(portfolio, 0, first) - 1) * net_assets
    usual = _BUSINESS_PART * net_assets
    return Flow(round(usual + max(net, 0), 2), round(0.0004 * net_assets, 2), round(usual + max(-net, 0), 2))


def _risk(lines: list[Line], day: date) -> tuple[float, ...]:
    """US dollars that the bonds lose at one basis point more, at the key rate that is nearest to their maturity."""
    lost = [0.0] * len(PERIODS)
    for line in lines:
        if line.debt is not None:
            years = (line.debt.maturity - day).days / _DAYS_IN_YEAR
            nearest = min(range(len(PERIODS)), key=lambda number: abs(PERIODS[number][1] - years))
            duration = years / (1 + 0.5 * years * line.debt.coupon_pct / 100)
            lost[nearest] += line.value_usd * max(duration, 0) / 10_000
    return tuple(round(value, 2) for value in lost)
