"""A list of holdings as a table: what the API answers and what `downloads/` keeps, byte for byte."""

from collections.abc import Iterable, Mapping
from typing import Any, NamedTuple

from etf_common.flat_table import FlatTable, booleans, numbers, texts

_HOLDING = (*texts("symbol", "name"), *numbers("weight_pct", "shares", "market_value_usd"), *texts("asset_class"))
_LIST = (*texts("holdings_as_of", "source", "etf"), *booleans("complete"), *numbers("rows_reported"))
_COLUMNS = tuple(column for field in (*_HOLDING, *_LIST) for column in field.columns)
COLUMNS = tuple(column.name for column in _COLUMNS)
"""The columns' names, in order."""


class ListFacts(NamedTuple):
    """What each row says of the list that it stands in, in the order of the columns."""

    holdings_as_of: str
    source: str
    etf: str
    complete: bool
    rows_reported: int | None
    """How many lines the portal reports; None if it does not say."""


def holdings_table(holdings: Iterable[Mapping[str, Any]], facts: ListFacts) -> FlatTable:
    """One row a holding, in the given order."""
    names = [field.name for field in _HOLDING]
    return FlatTable(_COLUMNS, [[*(row[name] for name in names), *facts] for row in holdings])
