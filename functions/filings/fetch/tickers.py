"""The SEC's lists of tickers: of funds' classes, and of companies and single-fund trusts."""

import re
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

from etf_common.errors import SecLayoutError
from filings.fetch.access import parsed_json

FUNDS_PATH = "/files/company_tickers_mf.json"
COMPANIES_PATH = "/files/company_tickers.json"
KEPT_SECONDS = 3600.0
_SERIES = re.compile(r"S[0-9]{9}")
_CLASS = re.compile(r"C[0-9]{9}")
_NEEDED = ("cik", "seriesId", "classId", "symbol")


@dataclass(frozen=True)
class FundClass:
    """The class of a series that has a ticker. Several classes can have one series, whose filings are theirs all."""

    cik: int
    series_id: str
    class_id: str


@dataclass(frozen=True)
class Company:
    """Whoever has a ticker by itself: a company, a unit investment trust such as SPY, a trust that files nothing."""

    cik: int
    title: str


def fund_classes(body: bytes) -> dict[str, FundClass | None]:
    """By canonical symbol the class that has it; None where two series have one symbol. Raises SecLayoutError."""
    found = parsed_json(body, FUNDS_PATH)
    try:
        places = [found["fields"].index(name) for name in _NEEDED]
        rows = found["data"]
        classes: dict[str, FundClass | None] = {}
        for row in rows:
            cik, series_id, class_id, symbol = (row[place] for place in places)
            one = _fund_class(cik, series_id, class_id)
            if one is not None and isinstance(symbol, str) and symbol:
                key = _canonical(symbol)
                classes[key] = one if key not in classes or classes[key] == one else None
    except (KeyError, IndexError, TypeError, ValueError, AttributeError):
        raise SecLayoutError(f"{FUNDS_PATH} does not have the fields {', '.join(_NEEDED)} in each row") from None
    if rows and not classes:
        raise SecLayoutError(f"{FUNDS_PATH} has no row with a series and a class")
    return classes


def companies(body: bytes) -> dict[str, Company]:
    """By canonical symbol whoever has it. Raises SecLayoutError."""
    found = parsed_json(body, COMPANIES_PATH)
    try:
        return {
            _canonical(row["ticker"]): Company(int(row["cik_str"]), str(row["title"]))
            for row in found.values()
            if isinstance(row["ticker"], str)
        }
    except (KeyError, TypeError, ValueError, AttributeError):
        raise SecLayoutError(f"{COMPANIES_PATH} does not have cik_str, ticker and title in each row") from None


def _fund_class(cik: Any, series_id: Any, class_id: Any) -> FundClass | None:
    """None for a row whose identifiers are not of the SEC's form."""
    if not (isinstance(series_id, str) and _SERIES.fullmatch(series_id)):
        return None
    if not (isinstance(class_id, str) and _CLASS.fullmatch(class_id)):
        return None
    return FundClass(int(cik), series_id, class_id)


def _canonical(symbol: str) -> str:
    """A few are in small letters, and a share class stands behind a hyphen: `BRK-B` is our `BRK.B`."""
    return symbol.strip().upper().replace("-", ".").replace("/", ".")


class Tickers:
    """Both lists, each read again after an hour. They are the same for all symbols, and large."""

    def __init__(self, clock: Callable[[], float]) -> None:
        self._clock = clock
        self._kept: dict[str, tuple[float, Any]] = {}

    def fund_class(self, symbol: str, read: Callable[[str], bytes]) -> FundClass | None:
        """The class of `symbol`; `read` gets what is at a path. Raises SecLayoutError for a symbol of two series."""
        classes = self._list(FUNDS_PATH, fund_classes, read)
        if symbol in classes and classes[symbol] is None:
            raise SecLayoutError(f"{FUNDS_PATH} has {symbol} for two series, so nobody can tell which is the fund")
        found: FundClass | None = classes.get(symbol)
        return found

    def company(self, symbol: str, read: Callable[[str], bytes]) -> Company | None:
        """Whoever has `symbol` by itself."""
        found: Company | None = self._list(COMPANIES_PATH, companies, read).get(symbol)
        return found

    def _list(self, path: str, parse: Callable[[bytes], Any], read: Callable[[str], bytes]) -> Any:
        read_at, found = self._kept.get(path, (0.0, None))
        if found is None or self._clock() - read_at >= KEPT_SECONDS:
            found = parse(read(path))
            self._kept[path] = self._clock(), found
        return found
