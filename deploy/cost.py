"""What a stack costs by AWS's list prices: `python -m deploy.cost 8 100 4500` a month in normal use, for so many funds;
`python -m deploy.cost --abuse` at most in a day on which strangers send all that the API lets through.

Without the free tier. Prices: us-east-1, USD, AWS's public price pages as of 2026; those of other regions are up to a
third higher.
"""

import argparse
import math
import sys
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from samcli.yamlhelper import yaml_parse

from api.page import ASSETS, PATHS
from api.routes import ROUTES, Data
from etf_common.metrics import Metric

RUNS = 22
"""Refreshes a month: New York sessions."""
HOURS = 730
DAY = 24 * 3600
ALARMS = 24
IDLE_POLLS = 2 * 5 * 3 * 60 * HOURS
"""Lambda asks the refresh queue and the tables queue with five pollers each, every 20 seconds, also when nothing is in
them.
"""

LAMBDA_GB_SECOND, LAMBDA_REQUEST = 0.0000133334, 0.20e-6  # arm64
S3_PUT, S3_GET, S3_GB = 0.005e-3, 0.0004e-3, 0.023  # a listing costs what a PUT does
SQS_REQUEST, HTTP_REQUEST = 0.40e-6, 1.00e-6
SNS_PUBLICATION, SNS_MAIL = 0.50e-6, 2.00e-5
LOG_GB, METRIC, ALARM, DASHBOARD = 0.50, 0.30, 0.10, 3.00
BUDGET = 0.0  # a budget without actions is free
TRANSFER_GB = 0.09
ATHENA_TB = 5.00
ATHENA_LEAST_MB = 10.0
"""Athena counts no query for less."""
METERED_MB = 0.512
"""API Gateway counts one request for each 512 KB of an HTTP API's payload."""

MAX_ANSWER_MB, SMALL_MB = 6.0, 0.1
"""The largest answers: what Lambda returns at most, and an answer that reads no snapshot."""
FIXED_MB = {"html": 1.7, "Health": 0.0, "list[HistoryEntry]": 1.6}
"""Others that read no snapshot, by model: the documentation page, the health check, a fund's dates of five years."""
PAGE_MB, ASSET_MB = 0.002, 0.37
"""The document of the page, and the largest of its files: the chart library."""
SHORT_SECONDS, REFUSAL_SECONDS, REFUSAL_MB = 0.2, 0.01, 0.0005
"""The longest time of an answer that reads no snapshot; the time and the size of a 401."""
NETWORK_MB_A_SECOND = 75.0
"""What one running function can send at most: AWS gives Lambda some 600 Mbit/s."""
LOG_MB_A_REQUEST = 0.001
"""A line in the access log, and Lambda's own lines about an invocation."""
GETS_A_REQUEST = 3
GETS_OF_DATES = {"RecentChanges": 43, "atom": 43}
"""By model: of answers that read an object for each of at most 40 holdings dates."""
SIZES = (8, 100, 4500)
CONCURRENCIES = (1000, 10, 2)
"""The usual limit of an account, that of a new one, and what ApiReservedConcurrency=2 leaves."""


@dataclass(frozen=True)
class Usage:
    """What one fund, one sweep and one answer use; sizes in MB, times in seconds, memory in GB.

    Sizes are means over the sample portal's eight funds with all rows, as `du data/sample/raw data/sample/processed`
    shows after one refresh, and 200 KB more for a real page. Extract mostly waits for the portal.
    """

    extract_seconds: float = 20.0
    extract_gb: float = 0.5
    transform_seconds: float = 2.0
    transform_gb: float = 1.0
    sweep_gb: float = 2.0
    api_seconds: float = 0.03
    api_gb: float = 1.0
    capture_mb: float = 0.9
    snapshot_mb: float = 0.3
    answer_mb: float = 0.02
    months_kept: int = 12
    answers: int = 100_000
    queries: int = 100
    """SQL queries in Athena, over all dates that there are; one with a filter on as_of scans less."""
    scanned: float = 0.3
    """How much of the tables a query reads: its columns."""


@dataclass(frozen=True)
class TablesUsage:
    """What the tables function uses, measured on made-up lakes of 8, 100 and 1,000 funds with 400 lines on average."""

    build_seconds: float = 1.0
    build_seconds_a_fund: float = 0.002
    build_gb: float = 3008 / 1024
    builds_a_minute: int = 2
    """While a refresh is under way: as many as the queue's batch window and MaximumConcurrency allow."""
    puts: float = 14.0
    puts_a_fund: float = 0.03
    gets: float = 13.0
    newest_mb_a_fund: float = 0.045
    """Written anew by each build; what it replaces stays for about two days."""
    dated_mb_a_fund: float = 0.007
    """Parquet of one fund and one holdings date, kept for good."""
    old_days: float = 2.0
    messages_a_fund: float = 4.0
    """A refresh writes latest.json, the dated snapshot, and the status twice."""
    alerts_a_fund: float = 0.5
    """Of each refresh, where the config has alerts: a marker is looked for and written. A build sends one mail."""
    sweep_lists_a_fund: float = 1.0 / 1000
    """Of processed/ and status/, 1,000 keys a call, for each holdings date that is kept."""

    def builds(self, funds: int, extract_seconds: float) -> float:
        """Builds a month."""
        minutes = funds * extract_seconds / workers(funds, extract_seconds) / 60
        return RUNS * (self.builds_a_minute * math.ceil(minutes) + 1)

    def seconds(self, funds: int) -> float:
        """The time of one build in which little has changed."""
        return self.build_seconds + self.build_seconds_a_fund * funds

    def stored_gb(self, funds: int, months: int) -> float:
        """The tables of all dates."""
        return funds * (self.dated_mb_a_fund * RUNS * months + self.newest_mb_a_fund) / 1000


def workers(funds: int, extract_seconds: float) -> int:
    """The `max_workers` that make a refresh take half an hour at most, as far as 50 can."""
    return min(50, max(3, math.ceil(funds * extract_seconds / 1800)))


def monthly(funds: int, usage: Usage | None = None, tables_usage: TablesUsage | None = None) -> dict[str, float]:
    """USD a month by service, for `funds` refreshed after every session and `usage.answers` answers of the API."""
    use, tables = usage or Usage(), tables_usage or TablesUsage()
    refreshes = funds * RUNS
    builds = tables.builds(funds, use.extract_seconds)
    gb_seconds = (
        refreshes * (use.extract_seconds * use.extract_gb + use.transform_seconds * use.transform_gb)
        + HOURS * (2 + 0.03 * funds) * use.sweep_gb  # the sweep waits for listings
        + use.answers * use.api_seconds * use.api_gb
    )
    building_gb_seconds = builds * tables.seconds(funds) * tables.build_gb
    calls = refreshes * 2 + HOURS + use.answers
    # A capture: a page and five or six answers, each written and read; a snapshot: three objects and two writes of the
    # status, each looked at before it is written.
    # The sweep lists the captures of each symbol, and reads no symbol that the tables know.
    puts, gets = refreshes * 12 + HOURS * (funds + 1), refreshes * 17 + HOURS + use.answers
    stored_gb = refreshes * use.months_kept * (use.capture_mb + use.snapshot_mb * 3) / 1000
    table_puts = builds * (tables.puts + tables.puts_a_fund * funds) + (
        HOURS * tables.sweep_lists_a_fund * funds * RUNS * use.months_kept
    )
    table_gets = builds * tables.gets + refreshes * 3  # what changed: two snapshots and a status
    tables_gb = tables.stored_gb(funds, use.months_kept)
    old_gb = builds / 30 * tables.old_days * funds * tables.newest_mb_a_fund / 1000
    scanned_tb = use.queries * max(ATHENA_LEAST_MB, use.scanned * tables_gb * 1000) / 1e6
    # Those of the sweep are there in every hour, the others only in the hours of a refresh.
    hourly = sum(metric.service == "sweep" for metric in Metric)
    metrics = hourly + (len(Metric) - hourly) * RUNS / HOURS
    return {
        "Lambda": gb_seconds * LAMBDA_GB_SECOND + calls * LAMBDA_REQUEST,
        "S3": puts * S3_PUT + gets * S3_GET + stored_gb * S3_GB,
        "Tables: Lambda": building_gb_seconds * LAMBDA_GB_SECOND + builds * LAMBDA_REQUEST,
        "Tables: S3": table_puts * S3_PUT + table_gets * S3_GET + (tables_gb + old_gb) * S3_GB,
        "Alerts": refreshes * tables.alerts_a_fund * (S3_PUT + S3_GET) + builds * (SNS_PUBLICATION + SNS_MAIL),
        f"Athena, {use.queries} queries over all dates": scanned_tb * ATHENA_TB,
        "API Gateway, 100,000 answers": use.answers * HTTP_REQUEST,
        "Transfer to callers": use.answers * use.answer_mb / 1000 * TRANSFER_GB,
        # A message is sent; of those that are received and deleted ten go in one request.
        "SQS": (refreshes * (4 + tables.messages_a_fund * 1.2) + IDLE_POLLS) * SQS_REQUEST,
        "CloudWatch": metrics * METRIC + ALARMS * ALARM + DASHBOARD + (calls + builds) * 2e-6 * LOG_GB,
        "Budget alarm": BUDGET,
    }


@dataclass(frozen=True)
class Limits:
    """What template.yaml lets callers ask of the API."""

    routes: Mapping[str, float]
    """Requests a second by route key, such as `GET /api/etfs`."""
    memory_gb: float
    timeout_seconds: float


def limits(template: Path = Path("template.yaml")) -> Limits:
    """The limits as the template sets them."""
    resources: dict[str, Any] = yaml_parse(template.read_text(encoding="utf-8"))["Resources"]
    api, function = resources["HttpApi"]["Properties"], resources["Api"]["Properties"]
    keys = [
        f"{method.upper()} {path}" for path, methods in api["DefinitionBody"]["paths"].items() for method in methods
    ]
    default, by_route = api["DefaultRouteSettings"], api["RouteSettings"]
    rates = {key: float(by_route.get(key, default)["ThrottlingRateLimit"]) for key in keys}
    return Limits(rates, function["MemorySize"] / 1024, function["Timeout"])


def worst_day(limits: Limits, concurrency: int, answer_mb: float = MAX_ANSWER_MB, *, token: bool) -> dict[str, float]:
    """USD that one day of abuse costs at most, by service, each service at its own worst.

    All routes are asked at their limit all day. What rests on snapshots takes as long as the timeout lets it, and is
    `answer_mb` large, as far as `concurrency` and the network of the running functions allow; with a `token`, which
    strangers do not have, it is refused. AWS calls its throttles targets and not ceilings, so some per cent can come
    on top.
    """
    requests = running = sent = gets = 0.0  # each of one second
    for key, rate in limits.routes.items():
        worst = _worst(key, limits, answer_mb, token=token)
        requests += rate
        running += rate * worst.seconds
        sent += rate * worst.megabytes
        gets += rate * worst.gets
    running, sent = min(running, concurrency), min(sent, concurrency * NETWORK_MB_A_SECOND)
    return {
        "API Gateway": DAY * (requests + sent / METERED_MB) * HTTP_REQUEST,
        "Lambda": DAY * (running * limits.memory_gb * LAMBDA_GB_SECOND + requests * LAMBDA_REQUEST),
        "S3": DAY * gets * S3_GET,
        "Transfer to callers": DAY * sent / 1000 * TRANSFER_GB,
        "Logs": DAY * requests * LOG_MB_A_REQUEST / 1000 * LOG_GB,
    }


@dataclass(frozen=True)
class _Worst:
    """The most that one answer of a route can use: seconds of Lambda, MB sent, objects read."""

    seconds: float
    megabytes: float
    gets: int


def _worst(key: str, limits: Limits, answer_mb: float, *, token: bool) -> _Worst:
    method, path = key.split()
    if path in PATHS:
        return _Worst(SHORT_SECONDS, 0.0 if method == "HEAD" else ASSET_MB if path == ASSETS else PAGE_MB, 0)
    route = next(route for route in ROUTES if route.path == path and route.method in (method, "GET"))
    if token and not route.is_open:
        return _Worst(REFUSAL_SECONDS, REFUSAL_MB, 0)
    largest = answer_mb if route.data is Data.SNAPSHOTS else FIXED_MB.get(route.model, SMALL_MB)
    return _Worst(
        seconds=limits.timeout_seconds if route.data is Data.SNAPSHOTS else SHORT_SECONDS,
        megabytes=0.0 if method == "HEAD" else largest,  # computed all the same, but not sent
        gets=0 if route.data is Data.NONE else GETS_OF_DATES.get(route.model, GETS_A_REQUEST),
    )


def table(sizes: Sequence[int] = SIZES) -> str:
    """The monthly costs of several numbers of funds."""
    return _markdown("USD a month", {f"{size:,} funds": monthly(size) for size in sizes})


def abuse_table(answer_mb: float = MAX_ANSWER_MB) -> str:
    """The most that a day of abuse can cost, by how many requests the API function may answer at once."""
    found = limits()
    days = {f"{many:,} at once": worst_day(found, many, answer_mb, token=False) for many in CONCURRENCIES}
    days["with a token"] = worst_day(found, CONCURRENCIES[0], answer_mb, token=True)
    return _markdown("USD a day, at most", days)


def _markdown(first: str, columns: Mapping[str, Mapping[str, float]]) -> str:
    services = next(iter(columns.values()))
    rows = [[first, *columns], ["---", *("---:" for _ in columns)]]
    rows += [[service, *(f"{column[service]:,.2f}" for column in columns.values())] for service in services]
    rows.append(["all", *(f"{sum(column.values()):,.2f}" for column in columns.values())])
    return "\n".join(f"| {' | '.join(row)} |" for row in rows)


def main(arguments: list[str]) -> str:
    """The table that the command prints."""
    parser = argparse.ArgumentParser(prog="python -m deploy.cost")
    parser.add_argument("funds", nargs="*", type=int, default=SIZES, help="numbers of funds; default: 8 100 4500")
    parser.add_argument("--abuse", action="store_true", help="the most that a day of abuse can cost")
    parser.add_argument("--answer-mb", type=float, default=MAX_ANSWER_MB, help="the largest answer, in MB; default: 6")
    options = parser.parse_args(arguments)
    return abuse_table(options.answer_mb) if options.abuse else table(options.funds)


if __name__ == "__main__":
    print(main(sys.argv[1:]))
