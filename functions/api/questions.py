"""A question about several funds: its parameters, and its funds as one object."""

import threading
from collections import OrderedDict
from collections.abc import Iterable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import date
from functools import cache
from pathlib import Path
from typing import Self

import etf_analytics
import etf_common
from api.documents import StoredSnapshot, etag_of
from api.faults import BusyError, LagError, TooLargeError
from api.queries import by_query, format_query, max_lag_query
from api.shapes import is_date
from etf_analytics import By, Fund, prepare
from etf_analytics.reference.sectors import sectors

MOST_LINES = 120_000
"""The most lines that all funds of a question may list: at most about 5 s of CPU (an overlap of partial lists)."""
MOST_PORTFOLIO_WORK = 1_200_000
"""The limit of (opened positions + LOOK_THROUGH) x lines of all opened funds: at most about 5 s of CPU."""
LOOK_THROUGH = 12
"""Reading all lines costs as much as this many positions; each position adds up all the others again."""
PREPARED_BYTES = 128 * 1024 * 1024
"""The memory for prepared funds; the newest is always kept."""
FUNDS_REMEMBERED = 1000
"""For so many snapshots, the funds that they hold are remembered."""
MOST_WAITING = 16
"""Analyses that may wait for the running one; others get a 503."""
BUSY_SECONDS = 10.0
"""How long an analysis waits: API Gateway ends a request after 15 s."""


@dataclass(frozen=True)
class Question:
    """The parameters of a question."""

    by: By
    max_lag_days: int | None
    format: str

    @classmethod
    def of(cls, parameters: Mapping[str, str]) -> Self:
        """The question of a query. Raises BadQueryError."""
        return cls(by_query(parameters), max_lag_query(parameters), format_query(parameters))


class PreparedFunds:
    """Funds prepared for the analytics, cached by the ETag of their snapshot up to a limit of memory."""

    def __init__(self, most_bytes: int = PREPARED_BYTES) -> None:
        self._most_bytes = most_bytes
        self._funds: OrderedDict[tuple[str, By], Fund] = OrderedDict()
        self._held: OrderedDict[str, frozenset[str]] = OrderedDict()

    def get(self, stored: StoredSnapshot, by: By) -> Fund:
        """The fund of a snapshot."""
        key = (stored.etag, by)
        if key not in self._funds:
            self._funds[key] = prepare(stored.parsed(), by=by, sector_of=sectors().of)
            self._remember(stored.etag, self._funds[key])
        self._funds.move_to_end(key)
        self._drop_oldest()
        return self._funds[key]

    def held_by(self, stored: StoredSnapshot, by: By) -> frozenset[str]:
        """The symbols of the funds that a fund holds; remembered longer than the fund, since they are few."""
        if stored.etag not in self._held:
            self._remember(stored.etag, self.get(stored, by))
        return self._held[stored.etag]

    def _remember(self, etag: str, fund: Fund) -> None:
        held = (fund.securities[key].symbol for key in fund.held_funds)
        self._held[etag] = frozenset(symbol for symbol in held if symbol)
        while len(self._held) > FUNDS_REMEMBERED:
            self._held.popitem(last=False)

    def _drop_oldest(self) -> None:
        size = sum(fund.size_bytes for fund in self._funds.values())
        while size > self._most_bytes and len(self._funds) > 1:
            _, dropped = self._funds.popitem(last=False)
            size -= dropped.size_bytes


class FundSet:
    """The funds of one question, by symbol: loaded, and checked for size and lag, once."""

    def __init__(self, stored: Mapping[str, StoredSnapshot], prepared: PreparedFunds, by: By) -> None:
        self.stored = stored
        self.by = by
        self._prepared = prepared

    def __len__(self) -> int:
        return len(self.stored)

    @property
    def metadata(self) -> dict[str, Mapping[str, str]]:
        """The metadata of each snapshot."""
        return {symbol: snapshot.metadata for symbol, snapshot in self.stored.items()}

    def only(self, symbols: Iterable[str]) -> "FundSet":
        """The funds that are in `symbols`."""
        wanted = set(symbols)
        return FundSet(
            {symbol: stored for symbol, stored in self.stored.items() if symbol in wanted}, self._prepared, self.by
        )

    @property
    def lines(self) -> int:
        """How many lines the funds list together."""
        return sum(stored.lines for stored in self.stored.values())

    def check_lines(self, instead: str) -> None:
        """Raises TooLargeError, which says what to request `instead`, for too many lines."""
        if self.lines > MOST_LINES:
            raise TooLargeError(
                f"the {len(self)} funds of this question list {self.lines} lines, and one question may read "
                f"{MOST_LINES}: {instead}"
            )

    def check_portfolio(self, positions: int, instead: str) -> None:
        """Raises TooLargeError if these funds are too large for a portfolio with so many fund positions."""
        most = MOST_PORTFOLIO_WORK // (positions + LOOK_THROUGH)
        if self.lines > most:
            raise TooLargeError(
                f"the funds of this portfolio list {self.lines} lines together, more than the {most} that may be "
                f"looked through for {positions} fund{'' if positions == 1 else 's'}: {instead}"
            )

    def check_lag(self, max_lag_days: int | None) -> None:
        """Raises LagError if the holdings dates of these funds, which the caller chose, are further apart."""
        if max_lag_days is not None:
            check_lag({symbol: stored.holdings_as_of for symbol, stored in self.stored.items()}, max_lag_days)

    def etag(self, *parameters: object) -> str:
        """The ETag of an answer that is computed from these funds, these parameters and this code."""
        snapshots = [f"{symbol} {stored.etag}" for symbol, stored in self.stored.items()]
        return computed_etag(*parameters, self.by, *snapshots)

    def funds(self) -> dict[str, Fund]:
        """The funds prepared for the analytics, in the same order."""
        return {symbol: self._prepared.get(stored, self.by) for symbol, stored in self.stored.items()}


def check_lag(dates: Mapping[str, str], max_lag_days: int | None, *, chosen: bool = True) -> None:
    """Raises LagError if these holdings dates, by symbol, are further apart than allowed.

    `chosen`: whether the caller chose the funds, and so can leave one out.
    """
    if max_lag_days is None or not dates:
        return
    if undated := [symbol for symbol, day in dates.items() if not is_date(day)]:
        instead = f"leave {undated[0]} out, or ask" if chosen else "ask"
        raise LagError(f"the holdings date of {undated[0]} cannot be read: {instead} without max_lag_days")
    by_date = sorted(dates.items(), key=lambda entry: entry[1])
    (oldest, old), (newest, new) = by_date[0], by_date[-1]
    lag = (date.fromisoformat(new) - date.fromisoformat(old)).days
    if lag > max_lag_days:
        days, otherwise = "day" if lag == 1 else "days", f", or leave {oldest} out" if chosen else ""
        raise LagError(
            f"the holdings of {oldest} are dated {old}, {lag} {days} before those of {newest}; "
            f"max_lag_days allows {max_lag_days}: allow more{otherwise}"
        )


class Turns:
    """Runs one analysis at a time: several would share one interpreter lock, and need more memory.

    Answers that need no analysis pass by.
    """

    def __init__(self, most_waiting: int = MOST_WAITING, seconds: float = BUSY_SECONDS) -> None:
        self._seats = threading.BoundedSemaphore(most_waiting + 1)
        self._turn = threading.Lock()
        self._seconds = seconds

    @contextmanager
    def take(self) -> Iterator[None]:
        """Waits for a turn. Raises BusyError if too many wait already, or for too long."""
        if not self._seats.acquire(blocking=False):
            raise BusyError("too many analyses are waiting: try again in a second")
        try:
            if not self._turn.acquire(timeout=self._seconds):
                raise BusyError("other analyses took too long: try again in a second")
            try:
                yield
            finally:
                self._turn.release()
        finally:
            self._seats.release()


def computed_etag(*inputs: object) -> str:
    """The ETag of an answer that is computed from these inputs and this code."""
    return etag_of(*(text.encode("utf-8", "backslashreplace") for text in (code_version(), *map(repr, inputs))))


@cache
def code_version() -> str:
    """A digest of the code and the reference tables behind the analytics.

    Of their bytes, not of a version number: an answer must not outlive a correction of a table.
    """
    folders = [Path(module.__file__ or "").parent for module in (etf_analytics, etf_common)] + [Path(__file__).parent]
    # In order within each folder: where the folders are installed differs between Lambda and one machine.
    files = [path for folder in folders for path in sorted(folder.rglob("*")) if _counts(path)]
    return etag_of(*(part for path in files for part in (path.name.encode(), path.read_bytes())))


def _counts(path: Path) -> bool:
    return path.is_file() and "__pycache__" not in path.parts and path.name != "openapi.json"
