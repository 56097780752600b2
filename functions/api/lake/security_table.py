"""All securities of the lake, as the tables have them: those that most funds list first."""

import json
from collections.abc import Sequence
from functools import cached_property
from typing import Any, Self

from api.lake.search_index import SearchIndex
from etf_analytics import UNCLASSIFIED
from etf_analytics.rendering import Missing, Shown, rendered
from etf_common.codes import Reason

_COLUMNS = 10


class SecurityTable:
    """The rows of securities.json, by their places.

    A row has symbol, name, asset class, sector, the funds that list it, the funds that may hold it, their weights
    together as listed and what unlisted lines may add, the value as listed, and why it is in doubt.
    """

    def __init__(self, rows: Sequence[Sequence[Any]]) -> None:
        # Only companies have sectors; of all others the sector is as unknown as in the analytics.
        self._rows = [[*row[:3], row[3] or UNCLASSIFIED, *row[4:]] for row in rows]
        self._places: dict[tuple[str | None, str | None], Sequence[int]] = {(None, None): range(len(rows))}

    @classmethod
    def parse(cls, text: str) -> Self:
        """The table of a stored object. Raises ValueError, KeyError or TypeError for anything else."""
        rows = json.loads(text)["securities"]
        if any(len(row) != _COLUMNS for row in rows):
            raise ValueError("a row has not as many columns as there are")
        return cls(rows)

    @cached_property
    def search_index(self) -> SearchIndex:
        """All securities by symbol and name."""
        return SearchIndex([(row[0], row[1]) for row in self._rows])

    def places(self, asset_class: str | None, sector: str | None) -> Sequence[int]:
        """The places of the securities of a class and a sector (None: any)."""
        key = asset_class, sector
        if key not in self._places:
            self._places[key] = [
                place
                for place, row in enumerate(self._rows)
                if asset_class in (None, row[2]) and sector in (None, row[3])
            ]
        return self._places[key]

    def found(self, place: int) -> dict[str, Any]:
        """A row of the answer to a search."""
        symbol, name, asset_class, _, funds, may_hold, *_ = self._rows[place]
        return {"symbol": symbol, "name": name, "asset_class": asset_class, "funds": _count(funds, may_hold)}

    def crowded(self, place: int) -> dict[str, Any]:
        """A row of the answer about what most funds hold."""
        symbol, name, asset_class, sector, funds, may_hold, weight, more, value, doubt = self._rows[place]
        listed_value = Missing(Reason.VALUE_MISSING) if value is None else value
        shown = {
            "symbol": symbol,
            "name": name,
            "asset_class": asset_class,
            "sector": sector,
            "funds": _count(funds, may_hold),
            "weight_sum_pct": _weights(weight, more),
            "listed_weight_sum_pct": weight,
            # What partial lists hide has a value that nobody knows.
            "market_value_usd": Missing(Reason.PARTIAL_LIST) if may_hold else listed_value,
            "listed_market_value_usd": listed_value,
        }
        row = rendered(shown)
        return {**row, "in_doubt": doubt} if doubt else row


def _count(listing: int, may_hold: int) -> Any:
    return {"low": listing, "high": listing + may_hold} if may_hold else listing


def _weights(listed: float | None, more: float | None) -> Shown:
    if listed is None or more is None:
        return Missing(Reason.PARTIAL_LIST)
    return {"low": listed, "high": round(listed + more, 6)} if more else listed
