"""What a refresh of many funds asks of the portal: `python -m tools.portal_load 4500`.

Requests are counted by the code's own figures (rows a request, one page a fund), on lists as long as those of the
made-up lakes: 400 lines on average, one in 20 of 3,500. How long the portal takes for an answer is a guess until it was
measured: --seconds says it.
"""

import argparse
import sys
from collections.abc import Iterable

from benchmarks.made_up_lake import lines_of
from etf_common.config import EtlConfig
from extract.paging import ROWS_PER_REQUEST

SECONDS_AN_ANSWER = 1.0
PAGE = 1


def requests_for(lines: int, max_holdings: int | None = None) -> int:
    """The page, and the module API's answers until the list is whole, or as long as wanted; at least one of those."""
    wanted = lines if max_holdings is None else min(lines, max_holdings)
    return PAGE + max(1, -(-wanted // ROWS_PER_REQUEST))


def told(funds: int, workers: int, seconds: float, max_holdings: int | None = None) -> list[str]:
    """The lines to print."""
    requests = sum(requests_for(lines, max_holdings) for lines in _lists(funds))
    busy = requests * seconds / workers
    rows = "all rows" if max_holdings is None else f"{max_holdings} rows"
    return [
        f"{funds:,} funds at {rows}: {requests:,} requests a refresh, {requests / funds:.1f} a fund",
        f"{workers} at once, {seconds:g} s an answer: {busy / 3600:.1f} hours, {requests / busy:.1f} requests a second",
    ]


def _lists(funds: int) -> Iterable[int]:
    return (lines_of(number) for number in range(funds))


def main(arguments: list[str]) -> int:
    """Print what the options ask for."""
    parser = argparse.ArgumentParser(prog="python -m tools.portal_load", description=__doc__)
    parser.add_argument("funds", type=int)
    parser.add_argument("--workers", type=int, default=EtlConfig().max_workers, help="max_workers (default: 3)")
    parser.add_argument("--seconds", type=float, default=SECONDS_AN_ANSWER, help="an answer takes (default: 1)")
    parser.add_argument("--max-holdings", type=int, help="as in etl_config.yaml (default: all)")
    options = parser.parse_args(arguments)
    print("\n".join(told(options.funds, options.workers, options.seconds, options.max_holdings)))
    return 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
