"""A question about several funds: its parameters, and its funds as one object."""

import threading
from collections.abc import Iterable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import date
from functools import cache
from typing import Self

from api.documents import StoredSnapshot, etag_of
from api.faults import BusyError, LagError, TooLargeError
from api.filings.known_isins import KnownIsins
from api.kept import Kept
from api.queries import by_query, format_query, max_lag_query
from api.shapes import is_date
from etf_analytics import By, Fund, identified, prepare
from etf_analytics.reference.sectors import sectors
from etf_common.code_digest import digest_of

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
    """Funds prepared for the analytics, kept up to a limit of memory; a newer snapshot replaces an older one."""

    def __init__(self, most_bytes: int = PREPARED_BYTES) -> None:
        # With the ETag of the snapshot that a fund was prepared from.
        self._funds: Kept[tuple[str, By, bool], tuple[str, Fund]] = Kept(
            most_bytes, lambda prepared: prepared[1].size_bytes
        )
        self._held: Kept[str, frozenset[str]] = Kept(FUNDS_REMEMBERED, lambda _: 1)

    def get(self, stored: StoredSnapshot, by: By, known: KnownIsins | None = None) -> Fund:
        """The fund of a snapshot, with the ISINs that are `known` of its lines where it is compared with others."""
        key, version = (stored.key, by, known is not None), f"{stored.etag} {known.version if known else ''}"
        etag, fund = self._funds.get(key) or ("", None)
        if fund is None or etag != version:
            if known:
                fund = identified(self.get(stored, by), known.isins)
            else:
                fund = prepare(stored.parsed(), by=by, sector_of=sectors().of)
            self._funds.put(key, (version, fund))
        return fund

    def held_by(self, stored: StoredSnapshot, by: By) -> frozenset[str]:
        """The symbols of the funds that a fund holds; remembered longer than the fund, since they are few."""
        held = self._held.get(stored.etag)
        if held is None:
            fund = self.get(stored, by)
            held = frozenset(symbol for key in fund.held_funds if (symbol := fund.securities[key].symbol))
            self._held.put(stored.etag, held)
        return held


class FundSet:
    """The funds of one question, by symbol: loaded, and checked for size and lag, once."""

    def __init__(
        self,
        stored: Mapping[str, StoredSnapshot],
        prepared: PreparedFunds,
        by: By,
        known: Mapping[str, KnownIsins] | None = None,
    ) -> None:
        self.stored = stored
        self.by = by
        self._prepared = prepared
        self._known = known or {}
        """The ISINs that funds are compared by, besides their lists."""

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
            {symbol: stored for symbol, stored in self.stored.items() if symbol in wanted},
            self._prepared,
            self.by,
            self._known,
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
        known = [f"{symbol} {self._known[symbol].version}" for symbol in self.stored if symbol in self._known]
        return computed_etag(*parameters, self.by, *snapshots, *known)

    def fund(self, symbol: str) -> Fund:
        """One of the funds, prepared for the analytics."""
        return self._prepared.get(self.stored[symbol], self.by, self._known.get(symbol))

    def funds(self) -> dict[str, Fund]:
        """The funds prepared for the analytics, in the same order."""
        return {symbol: self.fund(symbol) for symbol in self.stored}


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
    return digest_of(("etf_analytics", "etf_common", "api"))
