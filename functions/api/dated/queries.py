"""The query strings of the questions about several dates."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date

from api.faults import BadQueryError
from api.queries import MAX_ROWS, format_query, number_query
from api.shapes import is_date
from etf_common.symbols import shorten

CHANGES, MOST_CHANGES = 100, 1000
"""Rows of /api/changes: without a limit, and at most."""


@dataclass(frozen=True)
class HistoryQuery:
    """Which holdings dates, and in which form. `first` and `last` are included; None for no limit."""

    first: str | None = None
    last: str | None = None
    limit: int | None = None
    format: str = "json"

    @classmethod
    def of(cls, parameters: Mapping[str, str], today: date) -> "HistoryQuery":
        """The query of /history. Raises BadQueryError."""
        first, last = day_query(parameters, "from", today), day_query(parameters, "to", today)
        if first and last and first > last:
            raise BadQueryError(f"from is {first}, after to, {last}: give the earlier date as from")
        limit = number_query(parameters, "limit", least=1, most=MAX_ROWS) if "limit" in parameters else None
        return cls(first, last, limit, format_query(parameters))

    def has(self, day: str) -> bool:
        """Whether a date is asked for, before the limit."""
        return (self.first or day) <= day <= (self.last or day)


ALL_DATES = HistoryQuery()


@dataclass(frozen=True)
class ChangesQuery:
    """Which changes, and in which form. `since` is included; None for the default."""

    since: str | None
    limit: int
    offset: int
    format: str

    @classmethod
    def of(cls, parameters: Mapping[str, str], today: date) -> "ChangesQuery":
        """The query of /api/changes. Raises BadQueryError."""
        limit = CHANGES
        if "limit" in parameters:
            limit = number_query(parameters, "limit", least=1, most=MOST_CHANGES)
        offset = number_query(parameters, "offset", least=0)
        return cls(day_query(parameters, "since", today), limit, offset, format_query(parameters))


def day_query(parameters: Mapping[str, str], name: str, today: date) -> str | None:
    """A holdings date up to `today`, or None where it is not given. Raises BadQueryError."""
    text = parameters.get(name)
    if text is None:
        return None
    if not is_date(text):
        raise BadQueryError(f"{name} is {shorten(text)}; allowed is a date such as 2026-11-18")
    if text > today.isoformat():
        raise BadQueryError(f"{name} is {text}, which is in the future: leave it out for the newest holdings date")
    return text
