"""The rows of the funds table, with the costs that are known."""

from collections.abc import Mapping
from typing import Any

from etf_analytics.reference.expense_ratios import expense_ratio
from etf_common.lake import Lake
from tables.fund_row import fund_row
from tables.snapshots import RowOf


def row_of_lake(_lake: Lake) -> RowOf:
    """Makes a fund's row of its snapshot."""

    def row_of(snapshot: Mapping[str, Any]) -> dict[str, Any]:
        known = expense_ratio(snapshot["symbol"])
        return fund_row(snapshot, known._asdict() if known else None)

    return row_of
