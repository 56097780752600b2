"""The holdings dates of a fund as a flat table."""

from collections.abc import Mapping, Sequence
from typing import Any

from api.flat.tables import reasons_cell
from api.lake.queries import ALL_SECTORS
from etf_common.flat_table import FlatTable, booleans, figures, numbers, table_of, texts

_SECTORS = {f"{sector.lower().replace(' ', '_')}_pct": sector for sector in ALL_SECTORS}
"""By column: every sector, so that all funds have the same columns."""
_DATE = (
    *texts("holdings_as_of"),
    *numbers("rows", "weight_pct", "last_price"),
    *booleans("complete"),
    *texts("fetched_at", "source", "largest_symbol", "largest_name"),
    *numbers("largest_weight_pct", "added_count", "removed_count"),
    *texts("reasons"),
    *figures("top_10_pct", "hhi_points", *_SECTORS),
)


def history_table(rows: Sequence[Mapping[str, Any]]) -> FlatTable:
    """One row for each date. A sector that a complete list does not have weighs 0; of a cut one, nobody knows."""
    return table_of(_DATE, map(_dated, rows))


def _dated(row: Mapping[str, Any]) -> dict[str, Any]:
    largest = row["largest"] or dict.fromkeys(("symbol", "name", "weight_pct"))
    weights = {group["sector"]: group["weight_pct"] for group in row["sectors"] or ()}
    absent = 0.0 if row["complete"] and weights else None
    return {
        **row,
        **{f"largest_{name}": largest[name] for name in ("symbol", "name", "weight_pct")},
        **{column: weights.get(sector, absent) for column, sector in _SECTORS.items()},
        "reasons": reasons_cell(row["reasons"]),
    }
