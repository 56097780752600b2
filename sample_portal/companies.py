"""What the sample funds hold: real large companies, and behind them invented ones that say so in their names."""

import csv
import math
from functools import lru_cache
from pathlib import Path
from typing import Literal, NamedTuple

Market = Literal["US", "ADR", "DM", "EM"]
"""Listed in New York and American, listed there and foreign, other developed markets, emerging markets."""

_LIST = Path(__file__).with_name("companies.csv")
_LETTERS = "ABCDEFGHIJKLMNOPQRSTUVWXYZ"
_BEGINNINGS = ("Al", "Bren", "Cor", "Dun", "Elm", "Fen", "Gar", "Hol", "Ister", "Jor", "Kel", "Lor", "Mar", "Nor",
               "Ost", "Pel", "Quin", "Ros", "Sel", "Tar", "Ul", "Ver", "Wen", "Yar")  # fmt: skip
_MIDDLES = ("a", "der", "ing", "o", "ber", "en", "i", "mar", "u", "ter", "van")
_ENDINGS = ("beck", "crest", "dale", "field", "gate", "haven", "mont", "moor", "ridge", "stad", "ton", "vik", "wick")
_TRADES = ("Robotics", "Foods", "Materials", "Therapeutics", "Logistics", "Software", "Energy", "Instruments", "Retail",
           "Semiconductor", "Insurance", "Water")  # fmt: skip
_FORMS: dict[Market, tuple[str, ...]] = {
    "US": ("Inc", "Corp", "Holdings Inc", "Co"),
    "ADR": ("PLC",),
    "DM": ("AG", "PLC", "SA", "AB", "Co Ltd", "SE"),
    "EM": ("Co Ltd Class H", "Ltd", "SA", "Tbk", "Co Ltd"),
}
# Two letters that begin no ticker of the list; three more make 17,576 of them.
_TICKER_STARTS: dict[Market, str] = {"US": "ZQ", "ADR": "ZA", "DM": "ZD", "EM": "ZE"}
_SHRINKING = 1.6


class Company(NamedTuple):
    """One line of stock on a base day: `size` is the market value in billions of USD, `price` is in USD."""

    symbol: str
    name: str
    size: float
    price: float
    indexes: str = ""
    """`S`: in the S&P 500, `N`: in the Nasdaq-100."""
    styles: str = ""
    """In the funds of a factor: `V` value, `G` growth, `M` momentum, `Q` quality, `L` low volatility, `D` dividend."""


@lru_cache(maxsize=4)
def real_companies(market: Market) -> tuple[Company, ...]:
    """The real companies of one market, in the order of the list. Sizes and prices are plausible, not exact."""
    with _LIST.open(encoding="utf-8", newline="") as file:
        return tuple(
            Company(
                symbol=row["symbol"],
                name=row["name"],
                size=float(row["size_billion_usd"]),
                price=float(row["price_usd"]),
                indexes=row["indexes"],
                styles=row["styles"],
            )
            for row in csv.DictReader(file)
            if row["market"] == market
        )


@lru_cache(maxsize=8)
def invented_companies(market: Market, count: int, largest: float, spread: float) -> tuple[Company, ...]:
    """`count` companies that do not exist, the largest first, `largest` billions of USD.

    Sizes fall like those of real small companies, slowly first and ever faster; at rank `spread` 37 % is left.
    """
    return tuple(
        Company(
            symbol=_ticker(market, rank),
            name=_name(market, rank),
            size=largest * math.exp(-((rank / spread) ** _SHRINKING)),
            price=4 + (rank * 7919 % 23_000) / 100,
        )
        for rank in range(count)
    )


def newcomers(market: Market, first_rank: int, leaving: tuple[Company, ...]) -> tuple[tuple[Company, Company], ...]:
    """Each of `leaving` with an invented company that takes its place: as large, listed behind `first_rank` others."""
    return tuple(
        (company, company._replace(symbol=_ticker(market, rank), name=_name(market, rank), price=company.price + 7))
        for rank, company in enumerate(leaving, first_rank)
    )


def _ticker(market: Market, rank: int) -> str:
    first, rest = divmod(rank, 26 * 26)
    second, third = divmod(rest, 26)
    return _TICKER_STARTS[market] + _LETTERS[first] + _LETTERS[second] + _LETTERS[third]


def _name(market: Market, rank: int) -> str:
    # Mixed-radix digits of the rank: no two ranks below 24 * 11 * 13 * 12 give the same words.
    trade_step, place = divmod(rank, len(_BEGINNINGS) * len(_MIDDLES) * len(_ENDINGS))
    rest, beginning = divmod(place, len(_BEGINNINGS))
    ending, middle = divmod(rest, len(_MIDDLES))
    trade = _TRADES[(rank + trade_step) % len(_TRADES)]
    form = _FORMS[market][rank * 5 % len(_FORMS[market])]
    return f"Sample {_BEGINNINGS[beginning]}{_MIDDLES[middle]}{_ENDINGS[ending]} {trade} {form}"
