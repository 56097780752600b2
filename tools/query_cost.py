"""What Athena charges for a query: `python -m tools.query_cost data/live`, or another folder with tables.

By AWS's list price in us-east-1, for whole files: a query that names few columns is charged for those only.
"""

import sys
from collections.abc import Mapping
from pathlib import Path

USD_A_TB = 5.0
LEAST_BYTES = 10_000_000
"""Athena charges each query for at least 10 MB."""
SESSIONS_A_YEAR = 252


def usd(scanned: float) -> float:
    """The price of one query that scans so many bytes."""
    return max(scanned, LEAST_BYTES) / 1e12 * USD_A_TB


def sizes(root: Path) -> Mapping[str, tuple[int, int, int]]:
    """By table: how many dates there are, the bytes of all, and those of the largest."""
    found = {}
    for table in ("holdings", "funds", "changes"):
        files = [path.stat().st_size for path in root.glob(f"tables/{table}/as_of=*/{table}.parquet")]
        found[table] = len(files), sum(files), max(files, default=0)
    return found


def told(root: Path) -> list[str]:
    """The lines to print."""
    lines = []
    for table, (dates, total, largest) in sizes(root).items():
        if not dates and table == "holdings":
            return [f"there are no tables in {root}"]
        year = largest * SESSIONS_A_YEAR
        lines.append(
            f"{table}: {dates} dates, {total / 1e6:.1f} MB; a query over the largest date {_cost(largest)}, over a "
            f"year of such dates {_cost(year)}"
        )
    return lines


def _cost(scanned: int) -> str:
    return f"({scanned / 1e6:,.1f} MB) {usd(scanned):.5f} USD"


if __name__ == "__main__":
    print("\n".join(told(Path(sys.argv[1]))))
