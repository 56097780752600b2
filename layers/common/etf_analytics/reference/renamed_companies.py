"""Companies that changed their name or their ticker, from a table kept by hand.

Lists go on using an old name for years: one list's `META, Facebook Inc. Class A` is another's `META, META PLATFORMS
INC CLASS A`. A new symbol makes another line of the same security: FB and META, SQ and XYZ.
"""

import csv
from functools import cache
from pathlib import Path
from typing import NamedTuple

from etf_analytics.reference.company_names import fits, read_name

TABLE = Path(__file__).with_name("renamed_companies.csv")
"""symbol, name, former_symbol, former_name, since (a month, a year, or blank); a company has a row for each former name
or symbol, a security each. A former symbol that another company has taken over is left blank."""


class RenamedCompany(NamedTuple):
    """A security with the names and symbols that its company had."""

    symbol: str
    names: tuple[str, ...]
    former_symbols: tuple[str, ...]


def current_symbol(symbol: str, name: str | None) -> str:
    """The symbol that the security has today: `META` for `FB`, `Facebook Inc`; else `symbol` itself."""
    company = _by_former_symbol().get(symbol)
    if company is None or not name:
        return symbol
    return company.symbol if fits(symbol, name, company.names) else symbol


def symbol_today(symbol: str) -> str:
    """The symbol that a former symbol became, whatever other company may use it abroad; else `symbol` itself."""
    company = _by_former_symbol().get(symbol)
    return company.symbol if company else symbol


@cache
def symbols_of_renamed() -> frozenset[str]:
    """Every symbol that a company of the table has or had."""
    return frozenset({**_by_symbol(), **_by_former_symbol()})


def names_together(symbol: str) -> tuple[tuple[str, ...], ...]:
    """The names that belong together: of each company that has this symbol today, all that it ever had."""
    return tuple(company.names for company in _by_symbol().get(symbol, ()))


def other_names(words: tuple[str, ...]) -> frozenset[tuple[str, ...]]:
    """The folded names of the company whose present or former name folds to `words`, where no other company had it."""
    return _by_words().get(words, frozenset((words,)))


@cache
def _companies() -> tuple[RenamedCompany, ...]:
    names: dict[tuple[str, str], list[str]] = {}
    symbols: dict[tuple[str, str], list[str]] = {}
    with TABLE.open(encoding="utf-8", newline="") as file:
        for row in csv.DictReader(file):
            company = row["symbol"], row["name"]
            names.setdefault(company, [row["name"]]).append(row["former_name"])
            symbols.setdefault(company, []).append(row["former_symbol"])
    return tuple(
        RenamedCompany(company[0], tuple(dict.fromkeys(listed)), tuple(filter(None, symbols[company])))
        for company, listed in names.items()
    )


@cache
def _by_symbol() -> dict[str, list[RenamedCompany]]:
    found: dict[str, list[RenamedCompany]] = {}
    for company in _companies():
        found.setdefault(company.symbol, []).append(company)
    return found


@cache
def _by_former_symbol() -> dict[str, RenamedCompany]:
    return {symbol: company for company in _companies() for symbol in company.former_symbols}


@cache
def _by_words() -> dict[tuple[str, ...], frozenset[tuple[str, ...]]]:
    groups: dict[tuple[str, ...], set[frozenset[tuple[str, ...]]]] = {}
    for company in _companies():
        group = frozenset(read_name(name).words for name in company.names)
        for words in group:
            groups.setdefault(words, set()).add(group)
    return {words: next(iter(found)) for words, found in groups.items() if len(found) == 1}
