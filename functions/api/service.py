"""What the routes answer, over one lake."""

import time
from collections.abc import Callable, Mapping
from datetime import UTC, datetime
from typing import Any, NoReturn

from aws_lambda_powertools.event_handler import Response

from api.analyses import Analyses
from api.answers import plain
from api.catalogue import Catalogues
from api.documents import StoredSnapshot
from api.freshness import data_headers, status_of, status_of_all
from api.history import History, nearest
from api.queries import as_of_query
from api.snapshots import Snapshots
from etf_common.errors import PipelineError
from etf_common.lake import Lake, ObjectNotFoundError, dated_key, latest_key
from etf_common.symbols import canonical


class UnknownSymbolError(PipelineError):
    """There is no snapshot of this symbol; the message says whether one can be expected."""

    code = "unknown_symbol"


class UnknownDateError(PipelineError):
    """There is no snapshot of this holdings date; the message names the nearest ones."""

    code = "unknown_date"


class Api:
    """What the routes answer, over one lake."""

    def __init__(
        self,
        lake: Lake,
        now: Callable[[], datetime] = lambda: datetime.now(UTC),
        clock: Callable[[], float] = time.monotonic,
    ) -> None:
        self._lake = lake
        self._now = now
        self._snapshots = Snapshots(lake, clock)
        self._catalogues = Catalogues(lake, clock)
        self._history = History(lake)
        self.analyses = Analyses(self._snapshots, self._catalogues, now, self._explain_missing)

    def etfs(self) -> Response[Any]:
        """The symbols that have a snapshot."""
        catalogue = self._catalogues.get()
        return plain(catalogue.served, {"X-Data-Source": catalogue.source})

    def status(self) -> Response[Any]:
        """The status of every symbol."""
        catalogue = self._catalogues.get()
        found = status_of_all(self._lake, catalogue, self._now())
        sources = {record["source"] for record in found.values()} | {catalogue.source}
        return plain(found, {"X-Data-Source": "sample" if "sample" in sources else "schwab"})

    def snapshot(self, symbol: str, parameters: Mapping[str, str]) -> tuple[StoredSnapshot, dict[str, str]]:
        """The newest snapshot, or that of the holdings date in `as_of`, and the headers that tell about its data.

        Raises MalformedSymbolError, BadQueryError, UnknownSymbolError, UnknownDateError, DamagedObjectError.
        """
        symbol, as_of = canonical(symbol), as_of_query(parameters)
        try:
            found = self._snapshots.get(dated_key(symbol, as_of) if as_of else latest_key(symbol))
        except ObjectNotFoundError:
            self._explain_missing(symbol, as_of)
        headers = data_headers([found.metadata], self._now())
        # An older list is what it is; only the newest can be overdue.
        return found, headers if as_of is None else {**headers, "X-Data-Stale": "false"}

    def history(self, symbol: str) -> Response[Any]:
        """The holdings dates of which there are snapshots, newest first."""
        symbol = canonical(symbol)
        rows = self._history.rows(symbol)
        if not rows:
            self._explain_missing(symbol)
        return plain(rows, {"X-Data-Source": str(rows[0]["source"])})

    def _explain_missing(self, symbol: str, as_of: str | None = None) -> NoReturn:
        if as_of and (dates := self._history.dates(symbol)):
            near = " and ".join(nearest(dates, as_of))
            raise UnknownDateError(
                f"{symbol} has no snapshot of {as_of}; nearest: {near}; /api/etfs/{symbol}/history lists all dates"
            )
        catalogue = self._catalogues.get()
        attempt = status_of(self._lake, symbol, catalogue, self._now())["last_attempt"]
        if attempt and attempt["error"]:
            why = f"{symbol} has no data: its last attempt ended with: {attempt['error']['message']}"
        elif symbol in catalogue.configured:
            why = f"{symbol} is configured and not yet fetched: try again after the next refresh; see /api/status"
        else:
            why = f"{symbol} is not among the ETFs here: /api/etfs lists them; add it to etf_symbols in the config"
        raise UnknownSymbolError(why)
