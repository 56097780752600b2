"""Made-up funds on two dates of which everything that happened in between is known."""

import math
import random
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from etf_analytics import DatedFund, fund_changes, on_date
from tests.unit.analytics_cases import Row, Snapshot, row, sector_of, snapshot

FROM, TO = "2026-11-18", "2026-11-19"
TRADED = ("added", "removed", "increased", "decreased")


def line(
    symbol: str | None, shares: float | None, price: float = 50.0, asset_class: str = "equity", **values: Any
) -> Row:
    """A row whose market value is shares x price, in cents; `listed` gives it its weight."""
    value = None if shares is None else round(shares * price, 2)
    standard = {"name": f"{symbol} Works Inc", "shares": shares, "market_value_usd": value, "weight_pct": None}
    return {**row(symbol, None, asset_class), **standard, **values}


def listed(rows: Sequence[Row], day: str = FROM, symbol: str = "FUND", **values: Any) -> Snapshot:
    """The rows as a list of that day, with weights of two decimals, largest first."""
    total = sum(entry["market_value_usd"] or 0.0 for entry in rows)
    weighed = [
        entry
        if entry["weight_pct"] is not None or not total
        else {**entry, "weight_pct": round(100 * (entry["market_value_usd"] or 0.0) / total, 2)}
        for entry in rows
    ]
    weighed.sort(key=lambda entry: -(entry["weight_pct"] or 0.0))
    return snapshot(weighed, symbol, holdings_as_of=day, **values)


def dated(rows: Sequence[Row], day: str = FROM, **values: Any) -> DatedFund:
    return on_date(listed(rows, day, **values), sector_of=sector_of)


def changes(before: Sequence[Row], after: Sequence[Row], **values: Any) -> dict[str, Any]:
    """The changes between two complete lists, a day apart."""
    return fund_changes(dated(before, FROM, **values), dated(after, TO, **values))


def fund(shares: Mapping[str, float], **prices: float) -> list[Row]:
    """Equities with these shares, at 50 USD unless another price is given."""
    return [line(symbol, number, prices.get(symbol, 50.0)) for symbol, number in shares.items()]


def symbols(rows: Sequence[Mapping[str, Any]] | None) -> set[str]:
    assert rows is not None
    return {entry["symbol"] for entry in rows}


def trades_of(answer: Mapping[str, Any]) -> dict[str, float]:
    """By symbol: the shares that the answer calls traded."""
    return {
        entry["symbol"]: entry["traded_shares"]
        for name in TRADED
        for entry in answer[name] or ()
        if entry["traded_shares"] is not None
    }


@dataclass
class Story:
    """A fund on two dates, and what happened to it."""

    before: list[Row]
    after: list[Row]
    flow: float
    """The factor of the largest basket."""
    traded: dict[str, float] = field(default_factory=dict)
    """By symbol: the shares bought, below 0 if sold, those of added and removed lines among them."""
    split: dict[str, float] = field(default_factory=dict)


def story(
    chance: random.Random,
    lines: int = 60,
    *,
    flow: float = 1.0,
    second: float | None = None,
    trades: int = 5,
    splits: int = 0,
    added: int = 0,
    removed: int = 0,
    least: int = 200,
    most: int = 5_000_000,
) -> Story:
    """Prices move by chance; a part of the lines moves with `second` where it is given, and a few with nothing.

    Shares are whole, values are in cents, weights have two decimals; cash and a future stand among the lines.
    """
    told = Story([], [], flow)
    names = [f"S{number}" for number in range(lines)]
    acting = chance.sample(names, trades + splits + removed)
    trading, splitting, going = acting[:trades], acting[trades : trades + splits], acting[trades + splits :]
    for name in names:
        # A trade of a few shares cannot be told from rounding.
        shares = int(10 ** chance.uniform(math.log10(5_000 if name in trading else least), math.log10(most)))
        price = chance.uniform(5, 800)
        later = price * chance.gauss(1.0, 0.02)
        told.before.append(line(name, shares, price))
        factor = flow
        if name not in splitting and second is not None and chance.random() < 0.25:
            factor = second
        if name not in acting and chance.random() < 0.05:
            factor = 1.0  # left out of the baskets
        after = round(shares * factor)
        if name in going:
            told.traded[name] = -round(shares * factor)
            continue
        if name in splitting:
            ratio = chance.choice([1.5, 2, 3, 4, 10, 20, 0.5, 0.1, 0.25])
            told.split[name] = ratio
            after, later = round(shares * factor * ratio), later / ratio
        if name in trading:
            bought = round(shares * chance.choice([-1, 1]) * chance.uniform(0.05, 0.35))
            told.traded[name] = bought
            after += bought
        told.after.append(line(name, after, later))
    for number in range(added):
        shares = chance.randint(least, most)
        told.traded[f"N{number}"] = shares
        told.after.append(line(f"N{number}", shares, chance.uniform(5, 800)))
    for rows, cash, index in ((told.before, 1_000_000, 5_000.0), (told.after, 1_700_000, 5_060.0)):
        rows.append(line("USD", cash, 1.0, "cash", name="U.S. Dollar"))
        rows.append(line("ESZ6", 12, index, "derivative", name="S&P500 EMINI FUT DEC26"))
    return told
