"""The sector of a holding, from a table of the project's own: gics-like, not GICS.

The names and the number of the sectors are the usual ones; who is in which comes from public constituent lists.
`python -m tools.sectors` builds the table and checks it.
"""

import csv
import json
from collections.abc import Iterable, Iterator, Mapping
from functools import cache
from pathlib import Path
from typing import Any

from etf_analytics.reference.company_names import fits

SECTORS = (
    "Communication Services",
    "Consumer Discretionary",
    "Consumer Staples",
    "Energy",
    "Financials",
    "Health Care",
    "Industrials",
    "Information Technology",
    "Materials",
    "Real Estate",
    "Utilities",
)
"""Every sector that the table may name."""

TABLE = Path(__file__).with_name("sectors.csv")
"""symbol, name, sector; by symbol, each symbol once."""
OTHER_NAMES = Path(__file__).with_name("other_names.csv")
"""symbol, name: what funds call a company of the table besides its name there, kept by hand."""
ABOUT = Path(__file__).with_name("sectors.json")
"""Taxonomy, source and as_of of the table."""


class Sectors:
    """The table. `as_of` is the date, `2026-07-13`, of the oldest list that it was built from."""

    def __init__(
        self, rows: Iterable[Mapping[str, str]], other_names: Iterable[Mapping[str, str]], about: Mapping[str, str]
    ) -> None:
        self.taxonomy = about["taxonomy"]
        self.source = about["source"]
        self.as_of = about["as_of"]
        self._sector: dict[str, str] = {}
        self._names: dict[str, tuple[str, ...]] = {}
        for row in rows:
            self._sector[row["symbol"]] = row["sector"]
            self._names[row["symbol"]] = (row["name"],)
        for row in other_names:
            self._names[row["symbol"]] += (row["name"],)

    @property
    def described(self) -> dict[str, str]:
        """What answers say of the table."""
        return {"taxonomy": self.taxonomy, "source": self.source, "as_of": self.as_of}

    def __len__(self) -> int:
        return len(self._sector)

    def name_of(self, symbol: str) -> str | None:
        """The company that goes by this symbol in the United States, or None if it is not in the table."""
        names = self._names.get(symbol)
        return names[0] if names else None

    def names_of(self, symbol: str) -> tuple[str, ...]:
        """All known names of the company with this symbol in the United States; empty if it is not in the table."""
        return self._names.get(symbol, ())

    def of(self, holding: Mapping[str, Any]) -> str | None:
        """The sector of a snapshot's holding, by `symbol`, `name` and `asset_class`; None where that is not certain.

        Only an equity has one. The name must fit as well as the ticker: abroad it may be another company's.
        """
        symbol, name = holding["symbol"], holding["name"]
        if holding["asset_class"] != "equity" or not name or symbol not in self._sector:
            return None
        return self._sector[symbol] if fits(symbol, name, self._names[symbol]) else None


@cache
def sectors() -> Sectors:
    """The committed table, read once."""
    return Sectors(read_table(TABLE), read_table(OTHER_NAMES), json.loads(ABOUT.read_text("utf-8")))


def read_table(path: Path) -> Iterator[dict[str, str]]:
    """The rows of one of the CSVs here."""
    with path.open(encoding="utf-8", newline="") as file:
        yield from csv.DictReader(file)
