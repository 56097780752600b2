"""`python -m deploy.cost 8 100`: what a stack costs a month, for so many funds, by AWS's list prices.

Without the free tier, and without data transfer to callers outside. Prices: us-east-1, USD, AWS's public price pages
as of 2026; those of other regions are up to a third higher.
"""

import sys
from dataclasses import dataclass

RUNS = 22
"""Refreshes a month: New York sessions."""
HOURS = 730
ALARMS = 12
IDLE_POLLS = 5 * 3 * 60 * HOURS
"""Lambda asks the refresh queue with five pollers, each every 20 seconds, also when nothing is in it."""

LAMBDA_GB_SECOND, LAMBDA_REQUEST = 0.0000133334, 0.20e-6  # arm64
S3_PUT, S3_GET, S3_GB = 0.005e-3, 0.0004e-3, 0.023  # a listing costs what a PUT does
SQS_REQUEST, HTTP_REQUEST = 0.40e-6, 1.00e-6
LOG_GB, METRIC, ALARM, DASHBOARD = 0.50, 0.30, 0.10, 3.00


@dataclass(frozen=True)
class Usage:
    """What one fund, one sweep and one answer use; sizes in MB, times in seconds, memory in GB.

    From the sample portal's funds of 100 rows and a page of 200 KB; extract mostly waits for the portal.
    """

    extract_seconds: float = 15.0
    extract_gb: float = 0.5
    transform_seconds: float = 2.0
    transform_gb: float = 1.0
    api_seconds: float = 0.03
    api_gb: float = 1.0
    capture_mb: float = 0.3
    snapshot_mb: float = 0.05
    months_kept: int = 12
    answers: int = 100_000


def monthly(funds: int, usage: Usage | None = None) -> dict[str, float]:
    """USD a month by service, for `funds` refreshed after every session and `usage.answers` answers of the API."""
    use = usage or Usage()
    refreshes = funds * RUNS
    gb_seconds = (
        refreshes * (use.extract_seconds * use.extract_gb + use.transform_seconds * use.transform_gb)
        + HOURS * (2 + 0.05 * funds) * use.transform_gb
        + use.answers * use.api_seconds * use.api_gb
    )
    calls = refreshes * 2 + HOURS + use.answers
    # A capture: page and part; a snapshot: three objects and a status, each looked at before it is written.
    puts, gets = refreshes * 6 + HOURS * (funds + 1), refreshes * 8 + HOURS * funds * 2 + use.answers
    stored_gb = refreshes * use.months_kept * (use.capture_mb + use.snapshot_mb * 3) / 1000
    # Those of the sweep are there in every hour, the others only in the hours of a refresh.
    metrics = 4 + 7 * RUNS / HOURS
    return {
        "Lambda": gb_seconds * LAMBDA_GB_SECOND + calls * LAMBDA_REQUEST,
        "S3": puts * S3_PUT + gets * S3_GET + stored_gb * S3_GB,
        "API Gateway, 100,000 answers": use.answers * HTTP_REQUEST,
        "SQS": (refreshes * 4 + IDLE_POLLS) * SQS_REQUEST,
        "CloudWatch": metrics * METRIC + ALARMS * ALARM + DASHBOARD + calls * 2e-6 * LOG_GB,
    }


def table(sizes: list[int]) -> str:
    """The costs of several sizes, as the README shows them."""
    columns = [monthly(size) for size in sizes]
    rows = [["USD a month", *(f"{size} funds" for size in sizes)], ["---", *("---:" for _ in sizes)]]
    rows += [[service, *(f"{column[service]:.2f}" for column in columns)] for service in columns[0]]
    rows.append(["all", *(f"{sum(column.values()):.2f}" for column in columns)])
    return "\n".join(f"| {' | '.join(row)} |" for row in rows)


if __name__ == "__main__":
    print(table([int(size) for size in sys.argv[1:]] or [8, 100]))
