"""What an answer on lists adds from filings: countries, currencies, maturities, liquidity, duration.

No figure of the list is changed by it. Each block names the filing that it rests on, and is null with a reason where
there is none. What the tables have is taken from them, so that many funds open no filing.
"""

import json
import logging
import math
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from api.faults import TablesError
from api.filings.documents import StoredFiling
from api.filings.of_fund import Filings
from api.filings.status import age_days
from api.lake.tables import LakeTables, TablesState
from api.sources import Sources
from etf_analytics import FiledPosition, filing_exposures, portfolio_exposures
from etf_common.codes import FilingReason, Reason
from etf_common.errors import DamagedObjectError
from etf_common.freshness import last_holdings_date
from etf_common.lake import ObjectNotFoundError
from etf_common.table_keys import shard_of

log = logging.getLogger("etf.api")
Exposures = Mapping[str, Any]
FUND_BLOCKS = ("countries", "currencies", "maturities", "liquidity", "duration", "ratings")
PORTFOLIO_BLOCKS = ("countries", "currencies", "maturities", "liquidity")
_NOTHING = dict.fromkeys(FUND_BLOCKS, Reason.NO_FILING) | {"ratings": Reason.NOT_IN_FILING}
_DAMAGED = dict.fromkeys(FUND_BLOCKS, FilingReason.FILING_DAMAGED) | {"ratings": Reason.NOT_IN_FILING}


@dataclass(frozen=True)
class FundFiling:
    """Where the blocks of a fund come from. `etag` is what decides them, beside the day."""

    etag: str
    read: Callable[[], "Exposures | StoredFiling | None"]
    """What they are made of: the tables' exposures, or the filing; None without a filing. Reads the lake."""


@dataclass(frozen=True)
class PortfolioFilings:
    """Where the blocks of a portfolio come from. `inputs` is what decides them."""

    inputs: tuple[object, ...]
    read: Callable[[], dict[str, Any]]
    """The blocks, and `reasons` of those that are null. Reads the lake."""


class FilingBlocks:
    """The blocks of one fund, and of a portfolio."""

    def __init__(self, sources: Sources, filings: Filings) -> None:
        self._sources, self._filings = sources, filings

    def of_fund(self, symbol: str, as_of: str | None) -> FundFiling:
        """The newest filing of a fund, or for a list of `as_of` the newest on or before that date."""
        state = self._sources.tables.state()
        if as_of is None and state and symbol in state.newest.filings:
            return FundFiling(str(state.newest.filings[symbol]["etag"]), lambda: self._of_tables([symbol]).get(symbol))
        dates = self._filings.dated.dates(symbol, last_holdings_date(self._sources.now()))
        days = [day for day in dates if as_of is None or day <= as_of]
        if not days:
            return FundFiling("", lambda: None)
        key = self._filings.dated.key(symbol, max(days))
        return FundFiling(dates[max(days)], lambda: self._of_lake(key))

    def of_portfolio(self, amounts: Mapping[str, float]) -> PortfolioFilings:
        """The newest filings of a portfolio's funds, as the tables have them."""
        state = self._sources.tables.state()
        known = state.newest.filings if state else {}
        today = last_holdings_date(self._sources.now()).isoformat()
        etags = [f"{symbol} {known[symbol]['etag']}" for symbol in amounts if symbol in known]

        def read() -> dict[str, Any]:
            if not etags:
                return _without_blocks(Reason.NOT_IN_TABLES)
            found = self._of_tables([symbol for symbol in amounts if symbol in known])
            total = math.fsum(amounts.values())
            positions = [FiledPosition(symbol, amount / total, found.get(symbol)) for symbol, amount in amounts.items()]
            return portfolio_blocks(positions, self._sources.now())

        return PortfolioFilings((today, *etags) if etags else (), read)

    def _of_tables(self, symbols: list[str]) -> dict[str, Exposures]:
        """The exposures of the newest filings, without those that the tables do not have."""

        def read(state: TablesState) -> dict[str, Exposures]:
            keys, found = state.newest.filing_keys, {}
            for symbol in symbols:
                if symbol in state.newest.filings and keys:
                    found[symbol] = _document(self._sources.tables, keys[shard_of(symbol, len(keys))], symbol)
            return found

        try:
            return self._sources.tables.answered(read) or {}
        except (TablesError, DamagedObjectError) as error:
            log.error("damaged", extra={"why": error.message})
            return {}

    def _of_lake(self, key: str) -> StoredFiling | None:
        try:
            return self._filings.stored.get(key)
        except ObjectNotFoundError:
            return None  # deleted after the listing


def fund_blocks(found: Exposures | StoredFiling | None, now: datetime) -> dict[str, Any]:
    """The blocks of a fund and `reasons` of those that are null; computes over the lines if it is given a filing."""
    try:
        exposures = filing_exposures(found.filing()) if isinstance(found, StoredFiling) else found
        if exposures is None:
            return {**dict.fromkeys(FUND_BLOCKS), "reasons": dict(_NOTHING)}
        blocks = {name: _aged(exposures[name], now) for name in FUND_BLOCKS}
        return {**blocks, "reasons": dict(exposures["reasons"])}
    except (DamagedObjectError, *_UNREADABLE) as error:
        # The list's own figures are good all the same.
        log.error("damaged", extra={"why": f"{type(error).__name__}: {error}"})
        return {**dict.fromkeys(FUND_BLOCKS), "reasons": dict(_DAMAGED)}


def _aged(block: Mapping[str, Any] | None, now: datetime) -> dict[str, Any] | None:
    return {**block, "age_days": age_days(block["report_date"], now)} if block else None


def with_blocks(answer: dict[str, Any], blocks: Mapping[str, Any]) -> dict[str, Any]:
    """The answer with these blocks, whose reasons join its own."""
    reasons = {**answer["reasons"], **blocks["reasons"]}
    return {**answer, **{name: block for name, block in blocks.items() if name != "reasons"}, "reasons": reasons}


_UNREADABLE = (KeyError, TypeError, ValueError, AttributeError)
"""What a document of the tables that has another shape than expected leads to."""


def portfolio_blocks(positions: Sequence[FiledPosition], now: datetime) -> dict[str, Any]:
    """The blocks of a portfolio, what they rest on, and `reasons` of those that are null."""

    def aged(block: Mapping[str, Any]) -> dict[str, Any]:
        return {**block, "filings": [_aged(one, now) for one in block["filings"]]}

    try:
        exposures = portfolio_exposures(positions)
        blocks = {name: exposures[name] and aged(exposures[name]) for name in PORTFOLIO_BLOCKS}
    except _UNREADABLE as error:
        log.error("damaged", extra={"why": f"{type(error).__name__}: {error}"})
        return _without_blocks(FilingReason.FILING_DAMAGED)
    return {**blocks, "filing_assumptions": exposures["assumptions"], "reasons": dict(exposures["reasons"])}


def _without_blocks(reason: str) -> dict[str, Any]:
    nothing = dict.fromkeys(PORTFOLIO_BLOCKS)
    return {**nothing, "filing_assumptions": [], "reasons": dict.fromkeys(PORTFOLIO_BLOCKS, reason)}


def _document(tables: LakeTables, key: str, symbol: str) -> Exposures:
    """The exposures of one fund, in an object of many. Raises MissingObjectError and DamagedObjectError."""
    text, named = tables.text(key), f"{json.dumps(symbol)}:{{"
    # Symbols are the names of this object, and no name within is a symbol: they are in lower case.
    at = text.find(named)
    try:
        # Where it is not named, this is no JSON.
        found, _ = json.JSONDecoder().raw_decode(text, at + len(named) - 1 if at >= 0 else len(text))
        exposures: Exposures = found["exposures"]
    except (ValueError, KeyError, TypeError, RecursionError):
        raise DamagedObjectError(f"{key} cannot be read: rebuild the tables") from None
    return exposures
