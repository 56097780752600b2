"""`python -m benchmarks [NAME ...]`: prints each figure with its floor, writes benchmarks/results.json.

Exits with 1 when a ratio misses its limit.
"""

import importlib
import json
import sys
from pathlib import Path

NAMES = (
    *("refresh", "transform", "api", "analytics", "two_dates", "rebalance", "exports", "filings", "revalidation"),
    *("gateway", "page"),
)


def main(names: list[str]) -> int:
    """Run the named benchmarks, or all."""
    figures = []
    for name in names or NAMES:
        for figure in importlib.import_module(f"benchmarks.{name}").figures():
            print(figure.line(), flush=True)
            figures.append(figure)
    records = [figure.record() for figure in figures]
    Path(__file__).with_name("results.json").write_text(json.dumps(records, indent=1) + "\n")
    return 0 if all(figure.holds for figure in figures) else 1


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
