"""Query strings: their allowed values, and errors that name them."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any, Literal

from api.faults import BadQueryError
from api.formats import FORMATS, LIST_FORMATS
from api.shapes import is_date
from etf_common.symbols import canonical_security, shorten

PRETTY, PRETTY_VALUES = "pretty", ("0", "1")
SORTS = ("symbol", "name", "weight_pct", "shares", "market_value_usd", "asset_class")
MAX_ROWS = 1_000_000
MAX_DAYS = 36_500
FEWEST_FUNDS, MOST_FUNDS = 2, 30
BY = ("security", "issuer")
LIST, FILING = "list", "filing"
BASES = (LIST, FILING)
"""What an answer can rest on: the portal's lists, or the funds' filings with the SEC."""


@dataclass(frozen=True)
class HoldingsQuery:
    """Which holdings, in which order and format. `sort` empty: as the portal lists them."""

    format: str = "json"
    sort: str = ""
    offset: int = 0
    limit: int | None = None

    @property
    def label(self) -> str:
        """A name that distinguishes this view from others of the same snapshot."""
        parts = ["holdings", self.format, self.sort, str(self.offset or ""), str(self.limit or "")]
        return ".".join(parts).rstrip(".")

    def applied_to(self, rows: list[dict[str, Any]]) -> list[dict[str, Any]]:
        """The requested rows. Rows without a value to sort by come last, in either direction."""
        if self.sort:
            field, descending = self.sort.removeprefix("-"), self.sort.startswith("-")
            known = [row for row in rows if row[field] is not None]
            known.sort(key=lambda row: row[field], reverse=descending)
            rows = known + [row for row in rows if row[field] is None]
        end = None if self.limit is None else self.offset + self.limit
        return rows[self.offset : end]


def holdings_query(parameters: Mapping[str, str]) -> HoldingsQuery:
    """The query of /holdings. Raises BadQueryError."""
    sort = parameters.get("sort", "")
    if sort and sort.removeprefix("-") not in SORTS:
        raise BadQueryError(
            f"sort is {shorten(sort)}; allowed is one of {', '.join(SORTS)}, or -weight_pct for descending order"
        )
    limit = number_query(parameters, "limit", least=1) if "limit" in parameters else None
    return HoldingsQuery(
        one_of(parameters, "format", LIST_FORMATS), sort, number_query(parameters, "offset", least=0), limit
    )


def format_query(parameters: Mapping[str, str]) -> str:
    """`json` or a flat format. Raises BadQueryError."""
    return one_of(parameters, "format", FORMATS)


def by_query(parameters: Mapping[str, str]) -> Literal["security", "issuer"]:
    """Whether the share classes of a company are combined. Raises BadQueryError."""
    return "issuer" if one_of(parameters, "by", BY) == "issuer" else "security"


def rests_on_filings(parameters: Mapping[str, str]) -> bool:
    """Whether the whole answer is to rest on filings. Raises BadQueryError."""
    return one_of(parameters, "basis", BASES) == FILING


def max_lag_query(parameters: Mapping[str, str]) -> int | None:
    """The most days that the holdings dates of an answer may be apart, None for any. Raises BadQueryError."""
    return number_query(parameters, "max_lag_days", least=0, most=MAX_DAYS) if "max_lag_days" in parameters else None


def symbols_query(parameters: Mapping[str, str], symbol_of: Callable[[str], str] = canonical_security) -> list[str]:
    """The funds of `symbols=VTI,VOO`, 2 to 30 different ones. Raises BadQueryError and MalformedSymbolError."""
    given = parameters.get("symbols", "")
    items = given.split(",") if given else []
    if not FEWEST_FUNDS <= len(items) <= MOST_FUNDS:
        allowed = f"allowed are {FEWEST_FUNDS} to {MOST_FUNDS}, such as symbols=VTI,VOO"
        raise BadQueryError(f"symbols names {len(items)} fund{'' if len(items) == 1 else 's'}; {allowed}")
    symbols = [symbol_of(item) for item in items]
    if twice := next((symbol for symbol in symbols if symbols.count(symbol) > 1), None):
        raise BadQueryError(f"symbols names {twice} twice; give different funds")
    return symbols


def as_of_query(parameters: Mapping[str, str]) -> str | None:
    """The requested holdings date, `2026-10-01`, or None for the newest. Raises BadQueryError."""
    text = parameters.get("as_of")
    if text is not None and not is_date(text):
        raise BadQueryError(f"as_of is {shorten(text)}; allowed is a date such as 2026-10-01")
    return text


def only(parameters: Mapping[str, str], *allowed: str) -> None:
    """Raises BadQueryError for a parameter that is not among `allowed`: a typo would silently be ignored.

    PRETTY is allowed on every route.
    """
    for name in parameters:
        if name not in (*allowed, PRETTY):
            known = f"allowed are {', '.join((*allowed, PRETTY))}" if allowed else f"this route takes only {PRETTY}"
            raise BadQueryError(f"unknown query parameter {shorten(name)}; {known}")


def pretty_query(parameters: Mapping[str, str]) -> bool:
    """Whether JSON is to be indented. Raises BadQueryError."""
    return one_of(parameters, PRETTY, PRETTY_VALUES) == "1"


def one_of(parameters: Mapping[str, str], name: str, allowed: tuple[str, ...]) -> str:
    """A parameter's value, by default the first of those that are allowed. Raises BadQueryError."""
    value = parameters.get(name, allowed[0])
    if value not in allowed:
        raise BadQueryError(f"{name} is {shorten(value)}; allowed is {', '.join(allowed[:-1])} or {allowed[-1]}")
    return value


def number_query(parameters: Mapping[str, str], name: str, least: int, most: int = MAX_ROWS) -> int:
    """A whole number; `least` where it is not given. Raises BadQueryError."""
    text = parameters.get(name, str(least))
    if not (text.isascii() and text.isdigit() and len(text) < 10 and least <= int(text) <= most):
        raise BadQueryError(f"{name} is {shorten(text)}; allowed is a whole number from {least} to {most}")
    return int(text)
