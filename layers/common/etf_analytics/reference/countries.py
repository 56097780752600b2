"""Names of countries by the codes of ISO 3166-1, which filings use.

The codes are those of the tz database's iso3166.tab (public domain); the names are the usual English ones.
"""

import csv
from functools import cache
from pathlib import Path

TABLE = Path(__file__).with_name("countries.csv")
"""code, name; by code, each once."""


@cache
def country_names() -> dict[str, str]:
    """The English name by code: `CN`, `China`."""
    with TABLE.open(encoding="utf-8", newline="") as file:
        return {row["code"]: row["name"] for row in csv.DictReader(file)}


def country_code(text: str) -> str | None:
    """The code of a country given by its code or its name, in any case; None if it is neither."""
    wanted = text.strip().casefold()
    return next((code for code, name in country_names().items() if wanted in (code.casefold(), name.casefold())), None)
