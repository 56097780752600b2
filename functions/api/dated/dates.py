"""Which two holdings dates of a fund a question is about. Dates are as the lake writes them: `2026-11-18`."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from typing import NamedTuple, Self

from api.dated.history import nearest
from api.dated.queries import day_query
from api.faults import BadQueryError, UnknownDateError


@dataclass(frozen=True)
class WantedDates:
    """The dates `from` and `to` of a query; None for one that is not given."""

    first: str | None
    last: str | None

    @classmethod
    def of(cls, parameters: Mapping[str, str], today: date) -> Self:
        """The dates of a query. `today` is the latest that a list can have. Raises BadQueryError."""
        first, last = (day_query(parameters, name, today) for name in ("from", "to"))
        if first and last and first > last:
            raise BadQueryError(f"from is {first}, after to, {last}: give the earlier date as from")
        return cls(first, last)


class TwoDates(NamedTuple):
    """Two holdings dates, the earlier first; they can be equal."""

    first: str
    last: str
    note: str = ""
    """Why they are equal, for the caller."""


def dates_between(
    symbol: str, dates: Sequence[str], wanted: WantedDates, noun: str = "snapshot", listed_at: str = "history"
) -> TwoDates:
    """The two dates of a fund, of all its `dates`, oldest first and at least one.

    By default they are the two newest; without `from`, the date before `to`. `noun` says what there is of each date,
    `listed_at` which route of the fund lists them. Raises UnknownDateError, which names the nearest dates, unless the
    fund has a list of exactly these dates.
    """
    missing = [day for day in dict.fromkeys((wanted.first, wanted.last)) if day and day not in dates]
    if missing:
        near = _nearest_of(symbol, dates, missing, noun)
        raise UnknownDateError(f"{near}; /api/etfs/{symbol}/{listed_at} lists all dates")
    last = wanted.last or dates[-1]
    if wanted.first == last:
        note = f"from and to are both {last}, so nothing changed between them"
        newest = "; it is the newest holdings date" if wanted.last is None else ""
        return TwoDates(last, last, f"{note}{newest}")
    first = wanted.first or _before(dates, last)
    return TwoDates(first, last) if first else TwoDates(last, last, _alone(symbol, dates, last))


def dates_up_to(symbol: str, dates: Sequence[str], wanted: WantedDates, noun: str = "list") -> TwoDates | None:
    """The fund's newest list on or before each date, of all its `dates`, oldest first; None if it has none.

    `noun` says what there is of each date. By default they are the two newest; without `from`, the date before that of
    the later list.
    """
    last = _up_to(dates, wanted.last)
    first = _up_to(dates, wanted.first) if wanted.first else last and _before(dates, last)
    if last is None or (first is None and wanted.first):
        return None
    if first is None:
        return TwoDates(last, last, _alone(symbol, dates, last))
    if first == last:
        note = f"the newest {noun} of {symbol} on both dates is that of {last}, so nothing changed"
        return TwoDates(last, last, note)
    return TwoDates(first, last)


def no_list_up_to(symbol: str, dates: Sequence[str], wanted: WantedDates, noun: str = "list") -> UnknownDateError:
    """The error for a fund whose lists are all newer than what is asked for."""
    day = wanted.first or wanted.last or ""
    return UnknownDateError(
        f"{symbol} has no {noun} of {day} or before; its first is of {dates[0]}: ask for that date or a later one, or "
        f"leave {symbol} out"
    )


def _nearest_of(symbol: str, dates: Sequence[str], missing: Iterable[str], noun: str) -> str:
    return "; ".join(
        f"{symbol} has no {noun} of {day}; nearest: {' and '.join(nearest([*dates], day))}" for day in missing
    )


def _before(dates: Sequence[str], day: str) -> str | None:
    return max((found for found in dates if found < day), default=None)


def _up_to(dates: Sequence[str], day: str | None) -> str | None:
    return max((found for found in dates if day is None or found <= day), default=None)


def _alone(symbol: str, dates: Sequence[str], day: str) -> str:
    """Why a date has none before it."""
    if len(dates) == 1:
        return f"{symbol} has one holdings date only, {day}: nothing to compare it with until a newer list comes"
    return f"{day} is the first holdings date of {symbol}: there is none before it to compare it with"
