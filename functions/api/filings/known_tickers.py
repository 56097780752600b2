"""The tickers that lists give the ISINs of filings, from the tables: a filing itself mostly has none."""

import json
import logging
from collections.abc import Mapping
from dataclasses import dataclass

from api.faults import TablesError
from api.lake.tables import LakeTables, TablesState
from etf_common.errors import DamagedObjectError

log = logging.getLogger("etf.api")


@dataclass(frozen=True)
class KnownTickers:
    """The tickers of the tables. `version` is another one where they are others."""

    version: str
    by_isin: Mapping[str, str | None]
    """None where the sources contradict each other about it."""


NO_TICKERS = KnownTickers("", {})


def known_tickers(tables: LakeTables) -> KnownTickers:
    """What the tables know; nothing where they cannot be read, as for a lake without lists."""

    def read(state: TablesState) -> KnownTickers:
        key = state.newest.tickers_key
        return KnownTickers(key, tables.parsed("tickers", key, _tickers)) if key else NO_TICKERS

    try:
        return tables.answered(read) or NO_TICKERS
    except (TablesError, DamagedObjectError) as error:
        log.error("damaged", extra={"why": error.message})
        return NO_TICKERS


def _tickers(text: str) -> dict[str, str | None]:
    """Raises ValueError and TypeError for what is not such an object."""
    found = json.loads(text)
    if not isinstance(found, dict) or not all(ticker is None or isinstance(ticker, str) for ticker in found.values()):
        raise TypeError
    return found
