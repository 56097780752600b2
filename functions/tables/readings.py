"""What the newest state takes from a snapshot, in one pass over it in Python; all the rest is SQL."""

import gc
import json
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from typing import Any

from etf_analytics import Fund, prepare, state_of
from etf_analytics.reference.sectors import sectors
from etf_common.lake import StoredObject, latest_key
from tables.columns import CORRECTED
from tables.fund_row import row_of_fund
from tables.snapshots import snapshot_row


@dataclass(frozen=True)
class FundReading:
    """A fund as its snapshot tells it: its record, and what SQL cannot tell of its lines."""

    record: Mapping[str, Any]
    """As tables/newest.json has it, without the expense ratio."""
    exceptions: list[Mapping[str, Any]]
    """Rows of `columns.EXCEPTIONS`."""


def read_fund(symbol: str, stored: StoredObject) -> FundReading:
    """Raises DamagedObjectError for what is not a snapshot of this fund."""
    found: dict[str, Any] = {}

    def row_of(snapshot: Mapping[str, Any]) -> Mapping[str, Any]:
        given = snapshot["holdings"]
        for line, holding in enumerate(given, 1):
            holding["line"] = line
        fund = prepare(snapshot, sector_of=sectors().of)
        found.update(state=state_of(fund), exceptions=[*_exceptions(fund, given)])
        return row_of_fund(snapshot, fund)

    read = snapshot_row(latest_key(symbol), symbol, stored, row_of)
    record = {"etag": stored.etag, "metadata": dict(stored.metadata), "row": read.row, "state": found["state"]}
    # As it will be read: a record is the same whether it was just made or comes from tables/newest.json.
    return FundReading(json.loads(json.dumps(record, allow_nan=False)), found["exceptions"])


def _exceptions(fund: Fund, given: Sequence[Mapping[str, Any]]) -> Iterator[Mapping[str, Any]]:
    for key, holdings in fund.holdings.items():
        for holding in holdings:
            line = holding["line"]
            if holding is not given[line - 1]:
                numbers = {name: holding.get(name) for name in CORRECTED}
                yield {"etf": fund.symbol, "line": line, "key": key, "corrected": True, **numbers}
            elif holding["symbol"] != key:
                yield {"etf": fund.symbol, "line": line, "key": key, "corrected": False}


@contextmanager
def without_collector() -> Iterator[None]:
    """Python's cycle collector stops: it takes half of the time where millions of lines come and go without cycles."""
    enabled = gc.isenabled()
    gc.disable()
    try:
        yield
    finally:
        if enabled:
            gc.enable()
