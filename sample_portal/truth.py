"""What happened in a sample fund between two holdings dates: the truth that figures taken from its two lists must meet.

`python -m sample_portal.truth QQQ 2026-11-18 2026-11-24` prints it as JSON.
"""

import argparse
import json
import sys
from collections.abc import Iterable, Sequence
from datetime import date
from decimal import Decimal
from typing import Any, NamedTuple

from sample_portal.portfolios import PORTFOLIOS, Portfolio
from sample_portal.sessions import close_of
from sample_portal.story import Position, factor, positions, price_of_fund, prices

_SAME_FACTOR = 0.00004
"""Baskets whose factors differ by less are one: their lines cannot be told apart."""
_CENT = Decimal("0.01")

Key = tuple[str, str]
"""Symbol and name: together they are one line of a list."""


class Basket(NamedTuple):
    """Lines that creations and redemptions have multiplied by one factor: shares after / shares before."""

    factor: float
    lines: int


class Split(NamedTuple):
    """One share has become `ratio`: 10.0, or 0.1 for a reverse split."""

    symbol: str
    name: str
    ratio: float


class Trade(NamedTuple):
    """A line of which the fund bought (or, negative, sold) shares, beyond what flows and splits changed."""

    symbol: str
    name: str
    shares_from: int
    shares_to: int
    traded_shares: int
    """In shares as they stood at the later date."""
    price_to_usd: float


class Change(NamedTuple):
    """What happened in one fund after the earlier date, up to the later one; net of what was undone in between.

    Cash and futures are in none of these lists. `price_change_pct` is what the holdings of the earlier date have gained
    by prices, in per cent, and `quote_change_pct` what the closing quotes of the two dates say.
    """

    symbol: str
    from_date: date
    to_date: date
    baskets: tuple[Basket, ...]
    """The basket with most lines first."""
    splits: tuple[Split, ...]
    added: tuple[Trade, ...]
    removed: tuple[Trade, ...]
    increased: tuple[Trade, ...]
    decreased: tuple[Trade, ...]
    unchanged_count: int
    """Lines in which there was no trade."""
    price_changes: dict[Key, float]
    """Per cent by which each line's price changed, splits taken out; of the lines of the earlier date."""
    price_change_pct: float
    quote_change_pct: float

    def as_json(self) -> dict[str, Any]:
        """The same in plain values, without the price of each line."""
        plain = {**self._asdict(), "from": self.from_date.isoformat(), "to": self.to_date.isoformat()}
        for name in ("from_date", "to_date", "price_changes"):
            del plain[name]
        for name in ("baskets", "splits", "added", "removed", "increased", "decreased"):
            plain[name] = [entry._asdict() for entry in plain[name]]
        return plain


def change(symbol: str, from_date: date, to_date: date) -> Change:
    """The truth of two holdings dates, the earlier one first; both are sessions.

    Raises KeyError for a symbol of no sample fund, ValueError for a date that is not one of its holdings dates.
    """
    portfolio = PORTFOLIOS[symbol]
    for day in (from_date, to_date):
        if close_of(day) is None:
            raise ValueError(f"{day} has no session in New York, so no list has this date")
    if from_date > to_date:
        raise ValueError(f"{from_date} is after {to_date}; give the earlier date first")
    return _compared(portfolio, from_date, to_date)


def _compared(portfolio: Portfolio, from_date: date, to_date: date) -> Change:
    before, after = _by_key(portfolio, from_date), _by_key(portfolio, to_date)
    factors = [factor(portfolio, basket, to_date) / factor(portfolio, basket, from_date) for basket in (0, 1)]
    kept = [(before[key], after[key]) for key in before.keys() & after.keys() if _is_counted(before[key])]
    old_prices, new_prices = (prices(portfolio, from_date, day) for day in (from_date, to_date))
    changes = {key: (new_prices[key] / old_prices[key] - 1) * 100 for key in before}
    value = sum(line.shares * line.price for line in before.values())
    trades = [trade for old, new in kept if (trade := _trade(old, new, factors))]
    quotes = [Decimal(price_of_fund(portfolio, day)).quantize(_CENT) for day in (from_date, to_date)]
    return Change(
        symbol=portfolio.symbol,
        from_date=from_date,
        to_date=to_date,
        baskets=_baskets([old for old, _ in kept], factors),
        splits=tuple(
            sorted(Split(*_key(new), new.splits / old.splits) for old, new in kept if new.splits != old.splits)
        ),
        added=_sorted(
            Trade(*key, 0, round(line.shares), round(line.shares), line.price)
            for key, line in after.items()
            if key not in before and _is_counted(line)
        ),
        removed=_sorted(
            Trade(*key, round(line.shares), 0, -round(line.shares * factors[line.basket or 0]), new_prices[key])
            for key, line in before.items()
            if key not in after and _is_counted(line)
        ),
        increased=_sorted(trade for trade in trades if trade.traded_shares > 0),
        decreased=_sorted(trade for trade in trades if trade.traded_shares < 0),
        unchanged_count=len(kept) - len(trades),
        price_changes=changes,
        price_change_pct=sum(line.shares * line.price * changes[key] for key, line in before.items()) / value,
        quote_change_pct=float((quotes[1] / quotes[0] - 1) * 100),
    )


def _by_key(portfolio: Portfolio, day: date) -> dict[Key, Position]:
    return {_key(line): line for line in positions(portfolio, day)}


def _key(line: Position) -> Key:
    return line.symbol, line.name


def _is_counted(line: Position) -> bool:
    return line.basket is not None


def _trade(old: Position, new: Position, factors: list[float]) -> Trade | None:
    """What the fund traded of a line that it holds on both dates."""
    if old.level == new.level:
        return None
    unchanged = old.shares * factors[old.basket or 0] * new.splits / old.splits
    traded = round(new.shares - unchanged)
    return Trade(*_key(new), round(old.shares), round(new.shares), traded, new.price) if traded else None


def _splits(kept: list[tuple[Position, Position]]) -> tuple[Split, ...]:
    changed = ((old, new) for old, new in kept if new.splits != old.splits)
    return tuple(sorted(Split(*_key(new), new.splits / old.splits) for old, new in changed))


def _baskets(lines: list[Position], factors: list[float]) -> tuple[Basket, ...]:
    """How many lines each factor has moved, whether the fund also traded them or not."""
    counts = [sum(line.basket == basket for line in lines) for basket in (0, 1)]
    if abs(factors[0] - factors[1]) < _SAME_FACTOR:
        counts = [sum(counts), 0]
    found = [Basket(factor, count) for factor, count in zip(factors, counts, strict=True) if count]
    return tuple(sorted(found, key=lambda basket: -basket.lines))


def _sorted(trades: Iterable[Trade]) -> tuple[Trade, ...]:
    """The largest trade first."""
    return tuple(sorted(trades, key=lambda trade: (-abs(trade.traded_shares * trade.price_to_usd), trade.name)))


def main(given: Sequence[str] | None = None) -> None:
    """Print the truth of two dates: `given`, or the command line's."""
    parser = argparse.ArgumentParser(description="What happened in a sample fund between two of its holdings dates.")
    parser.add_argument("symbol", choices=sorted(PORTFOLIOS))
    parser.add_argument("from_date", metavar="FROM", type=date.fromisoformat)
    parser.add_argument("to_date", metavar="TO", type=date.fromisoformat)
    arguments = parser.parse_args(given)
    try:
        found = change(arguments.symbol, arguments.from_date, arguments.to_date)
    except ValueError as error:
        parser.error(str(error))
    sys.stdout.write(json.dumps(found.as_json(), indent=2) + "\n")


if __name__ == "__main__":
    main()
