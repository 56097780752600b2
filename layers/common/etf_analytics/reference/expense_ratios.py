"""What funds cost a year, from a table kept by hand: the portal does not say.

A figure stands here only with its public source and a date on which it held; an unknown one is None, not 0.
"""

import csv
from functools import cache
from pathlib import Path
from typing import NamedTuple

TABLE = Path(__file__).with_name("expense_ratios.csv")
"""symbol, expense_ratio_pct, source, as_of; by symbol, each symbol once."""


class ExpenseRatio(NamedTuple):
    """The yearly costs of one fund."""

    symbol: str
    expense_ratio_pct: float
    """Per cent of the assets a year: 0.03 is three basis points."""
    source: str
    """Who published it, and where."""
    as_of: str
    """A day on which it held, `2025-06-30`; it may have changed since."""


def expense_ratio(symbol: str) -> ExpenseRatio | None:
    """The costs of the fund with this canonical symbol, or None if they are not known."""
    return _all().get(symbol)


@cache
def _all() -> dict[str, ExpenseRatio]:
    with TABLE.open(encoding="utf-8", newline="") as file:
        return {
            row["symbol"]: ExpenseRatio(row["symbol"], float(row["expense_ratio_pct"]), row["source"], row["as_of"])
            for row in csv.DictReader(file)
        }
